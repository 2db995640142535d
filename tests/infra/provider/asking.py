"""Asks the provider over gRPC, in the engine's terms and with plain values."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from infra.provider.server import Provider
from infra.provider.values import from_struct, to_struct

TOKENS = {"racks": "Rack", "devices": "Device", "networks": "Network", "power": "Power", "plan": "Plan"}


def token(collection: str) -> str:
    """The resource type of a collection."""
    return f"thabat:index:{TOKENS[collection]}"


@dataclass
class Asking:
    """The engine's part, played by hand for one stack."""

    stub: provider_pb2_grpc.ResourceProviderStub
    stack: str = "ndc"
    notes: list[str] = field(default_factory=list)

    def urn(self, collection: str, key: str) -> str:
        """The resource's name in this stack."""
        return f"urn:pulumi:{self.stack}::ndc::{token(collection)}::{key}"

    def names(self, collection: str, key: str) -> dict[str, Any]:
        """How every request names its resource."""
        return {"urn": self.urn(collection, key), "name": key, "type": token(collection)}

    def configure(self, **settings: Any) -> None:
        """Begin a run: what was checked before is forgotten."""
        self.stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(settings), acceptSecrets=True))

    def check(self, collection: str, key: str, properties: Mapping[str, Any]) -> list[str]:
        """The failures that a check gives, each as `property: reason`."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(news=to_struct(properties), **self.names(collection, key))
        )
        assert answer.failures or from_struct(answer.inputs) == dict(properties)
        return [f"{failure.property}: {failure.reason}" for failure in answer.failures]

    def plan(self, estate: str) -> None:
        """Check the stack's Plan, which says whose estate this is."""
        record = {"estate": estate, "digest": "d", "phase": "p", "stack": self.stack, "target": "register"}
        assert self.check("plan", self.stack, record) == []

    def create(
        self, collection: str, key: str, properties: Mapping[str, Any], *, preview: bool = False
    ) -> str:
        """The id of the resource made."""
        answer = self.stub.Create(
            provider_pb2.CreateRequest(
                properties=to_struct(properties), preview=preview, **self.names(collection, key)
            )
        )
        assert from_struct(answer.properties) == dict(properties)
        return str(answer.id)

    def update(
        self, collection: str, key: str, ident: str, properties: Mapping[str, Any], *, preview: bool = False
    ) -> None:
        """Change the resource of that id."""
        self.stub.Update(
            provider_pb2.UpdateRequest(
                id=ident, news=to_struct(properties), preview=preview, **self.names(collection, key)
            )
        )

    def delete(self, collection: str, key: str, ident: str) -> None:
        """Delete the resource of that id."""
        self.stub.Delete(provider_pb2.DeleteRequest(id=ident, **self.names(collection, key)))

    def diff(
        self, collection: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> provider_pb2.DiffResponse:
        """What the provider says is different."""
        answer: provider_pb2.DiffResponse = self.stub.Diff(
            provider_pb2.DiffRequest(
                id="i", old_inputs=to_struct(old), olds=to_struct(old), news=to_struct(new),
                **self.names(collection, key),
            )
        )  # fmt: skip
        return answer

    def read(
        self, collection: str, key: str, ident: str, inputs: Mapping[str, Any] | None = None
    ) -> provider_pb2.ReadResponse:
        """Read as a refresh does, which sends the inputs; as an import does, without."""
        answer: provider_pb2.ReadResponse = self.stub.Read(
            provider_pb2.ReadRequest(
                id=ident, inputs=None if inputs is None else to_struct(inputs), **self.names(collection, key)
            )
        )
        return answer

    def schema(self) -> str:
        """The schema as text."""
        return str(self.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)

    def version(self) -> str:
        """The provider's version."""
        return str(self.stub.GetPluginInfo(Empty()).version)


@contextmanager
def asking(register_file: Path, stack: str = "ndc") -> Iterator[Asking]:
    """A provider of its own process' worth: configured for that register, asked for that stack."""
    provider = Provider(root=register_file.parent)
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        client = Asking(provider_pb2_grpc.ResourceProviderStub(channel), stack)
        client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
        client.configure(register=str(register_file))
        yield client
    server.stop(None).wait()
    provider.close()
