"""The `ResourceProvider` service: the engine's calls, each answered in its own terms."""

import functools
import json
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from infra.provider.checking import element_failures, plan_failures
from infra.provider.comparing import Difference, differences
from infra.provider.configuring import config_failures, configured_register
from infra.provider.kinds import PLAN_QUIET, collection_of, estate_name, identity, is_plan
from infra.provider.rows import Rows, element_to_write
from infra.provider.values import Secret, from_struct, paths_of, to_struct
from infra.provider.wishes import Wishes
from infra.register.errors import Impossible, NoSuchRowError, RegisterError
from infra.register.rows import PlannedRow
from specs.text import did_you_mean, plain

Request = TypeVar("Request")
Response = TypeVar("Response")

_Kind = provider_pb2.PropertyDiff.Kind
_KINDS: dict[tuple[str, bool], "_Kind.ValueType"] = {
    ("added", False): provider_pb2.PropertyDiff.ADD,
    ("added", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("removed", False): provider_pb2.PropertyDiff.DELETE,
    ("removed", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("changed", False): provider_pb2.PropertyDiff.UPDATE,
    ("changed", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def provider_version() -> str:
    """Version of Thabat, which is the provider's own."""
    try:
        return version("thabat")
    except PackageNotFoundError:
        return "0.0.0"


class _NotOffered(Exception):
    """A call of the protocol that this provider has nothing for."""


def _answering(
    call: Callable[[Any, Request, grpc.ServicerContext], Response],
) -> Callable[[Any, Request, grpc.ServicerContext], Response]:
    """Turn what goes wrong in a call into a status with a sentence; a traceback is for nobody."""

    @functools.wraps(call)
    def answered(self: Any, request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return call(self, request, context)
        except NoSuchRowError as fault:
            _refuse(context, grpc.StatusCode.NOT_FOUND, str(fault))
        except RegisterError as fault:
            _refuse(context, grpc.StatusCode.FAILED_PRECONDITION, str(fault))
        except _NotOffered as fault:
            _refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"the provider has no {fault}")
        except Exception as fault:
            _refuse(
                context,
                grpc.StatusCode.INTERNAL,
                f"the provider failed in {call.__name__}: {type(fault).__name__}: {fault}. This is a fault "
                "of Thabat: please report it with what was being run",
            )

    return answered


def _refuse(context: grpc.ServicerContext, status: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(status, plain(message))
    raise AssertionError("abort returns to nobody")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. One process serves one run; calls come from several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rows = Rows(None, root)
        self._wishes = Wishes()

    def close(self) -> None:
        """Let go of the register."""
        self._rows.close()

    # The engine's own names, so not ours to choose.

    @_answering
    def Handshake(  # noqa: N802
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Secrets are to arrive as such, so that they can be refused."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @_answering
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802
        """The provider's version."""
        return plugin_pb2.PluginInfo(version=provider_version())

    @_answering
    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """The package's types and properties, from the element models themselves."""
        from infra.provider.schema import package_schema

        schema = package_schema(provider_version())
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema, ensure_ascii=False, sort_keys=True))

    @_answering
    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Whether the provider's configuration can be."""
        failures = config_failures(from_struct(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    @_answering
    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Another address is another way to the same register: nothing is replaced for it."""
        old = from_struct(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return _diff(differences(_revealed(old), _revealed(from_struct(request.news))))

    @_answering
    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Learn where the register is. It is opened when it is first needed."""
        self._rows.close()
        self._rows = Rows(configured_register(request), self._root)
        self._wishes = Wishes()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answering
    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Whether the resource can be: of itself, beside the others, and against other stacks' rows."""
        inputs = from_struct(request.news)
        token = request.type or _type_in(request.urn)
        collection = collection_of(token)
        if is_plan(token):
            failures = plan_failures(inputs)
            if not failures and isinstance(inputs["estate"], str):
                self._wishes.estate = estate_name(inputs["estate"])
        elif collection is not None:
            failures = element_failures(request.urn, collection, inputs, self._wishes, self._rows.holdings())
        else:
            failures = (_strange(token),)
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    @_answering
    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """What is different, and whether that makes another thing of it."""
        token = request.type or _type_in(request.urn)
        old = from_struct(request.old_inputs if request.HasField("old_inputs") else request.olds)
        new = from_struct(request.news)
        if is_plan(token):
            found = differences(old, new)
            return _diff(found if any(one.path not in PLAN_QUIET for one in found) else ())
        return _diff(differences(old, new, identity(collection_of(token) or "")))

    @_answering
    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Write the row under a fresh id; at a preview, nothing."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        token = request.type or _type_in(request.urn)
        if is_plan(token):
            return provider_pb2.CreateResponse(id=_plan_id(request.urn), properties=request.properties)
        element = element_to_write(request.urn, token, from_struct(request.properties), self._wishes)
        row = self._rows.create(element, self._wishes)
        return provider_pb2.CreateResponse(id=row.token, properties=request.properties)

    @_answering
    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """What the register says now, as inputs too, so that drift shows. No row: no id."""
        token = request.type or _type_in(request.urn)
        refreshing = bool(request.inputs.fields)
        if is_plan(token):
            if not refreshing:
                raise NoSuchRowError(
                    "a Plan is no row: it cannot be imported", "run `pulumi up`, which makes it"
                )
            return provider_pb2.ReadResponse(
                id=request.id, inputs=request.inputs, properties=request.properties
            )
        row: PlannedRow | None
        if refreshing:
            row = self._rows.read(request.id)
        else:
            row = self._rows.read_to_import(request.id, request.urn, token)
        if row is None:
            return provider_pb2.ReadResponse()
        properties = to_struct(row.properties)
        return provider_pb2.ReadResponse(id=row.token, inputs=properties, properties=properties)

    @_answering
    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Change the row of that id; at a preview, nothing."""
        token = request.type or _type_in(request.urn)
        if not request.preview and not is_plan(token):
            element = element_to_write(request.urn, token, from_struct(request.news), self._wishes)
            self._rows.change(request.id, element, self._wishes)
        return provider_pb2.UpdateResponse(properties=request.news)

    @_answering
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        """Retire the row of exactly that id; one of another id is another thing, and stays."""
        if not is_plan(request.type or _type_in(request.urn)):
            self._rows.retire(request.id)
        return Empty()

    @_answering
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        """Every call is one short transaction: it is let finish, and nothing waits to be cancelled."""
        return Empty()

    @_answering
    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        """Nothing is asked of the engine."""
        return Empty()

    @_answering
    def Invoke(  # noqa: N802
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """There are no functions."""
        raise _NotOffered(f"function {request.tok}")

    @_answering
    def Call(  # noqa: N802
        self, request: provider_pb2.CallRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CallResponse:
        """There are no methods."""
        raise _NotOffered(f"method {request.tok}")

    @_answering
    def Construct(  # noqa: N802
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Components live in the program."""
        raise _NotOffered(f"component {request.type}")

    @_answering
    def GetMapping(  # noqa: N802
        self, request: provider_pb2.GetMappingRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingResponse:
        """No other tool's types map to these."""
        return provider_pb2.GetMappingResponse()

    @_answering
    def GetMappings(  # noqa: N802
        self, request: provider_pb2.GetMappingsRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingsResponse:
        """No other tool's types map to these."""
        return provider_pb2.GetMappingsResponse()


def _type_in(urn: str) -> str:
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def _plan_id(urn: str) -> str:
    return f"plan-{urn.rpartition('::')[2]}"


def _strange(token: str) -> Impossible:
    from specs.tokens import COLLECTIONS, PLAN_TOKEN

    return Impossible(
        "", f"{token} is no type of this provider", did_you_mean(token, (*COLLECTIONS, PLAN_TOKEN))
    )


def _failures(faults: Iterable[Impossible]) -> list[provider_pb2.CheckFailure]:
    return [
        provider_pb2.CheckFailure(
            property=plain(fault.path),
            reason=plain(f"{fault.message}; {fault.hint}" if fault.hint else fault.message),
        )
        for fault in faults
    ]


def _diff(found: tuple[Difference, ...]) -> provider_pb2.DiffResponse:
    if not found:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE, hasDetailedDiff=True)
    tops = sorted({_top(one.path) for one in found})
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        replaces=sorted({_top(one.path) for one in found if one.replaces}),
        diffs=tops,
        detailedDiff={
            one.path: provider_pb2.PropertyDiff(kind=_KINDS[one.kind, one.replaces], inputDiff=True)
            for one in found
        },
        hasDetailedDiff=True,
    )


def _top(path: str) -> str:
    if path.startswith('["'):
        return path[2:].partition('"]')[0]
    return path.partition("[")[0].partition(".")[0]


def _revealed(properties: dict[str, Any]) -> dict[str, Any]:
    """Configuration may hold a secret (a password in an address): compared, never shown."""
    if not any(paths_of(properties, Secret)):
        return properties
    return {
        name: value.reveal() if isinstance(value, Secret) else value for name, value in properties.items()
    }
