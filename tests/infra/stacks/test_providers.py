"""One provider process for all engines of a run: it starts, serves each apart, and ends with the run."""

import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

from infra.engine import Engine
from infra.stacks import providers
from infra.stacks.providers import ATTACHED, provided
from infra.stacks.workspace import EngineError, Workshop
from tests.infra.stacks.places import make_checkout


@pytest.fixture
def workshop(engine: Engine, tmp_path: Path) -> Workshop:
    return Workshop(engine, make_checkout(tmp_path / "checkout"))


def port_of(variables: str) -> int:
    name, _, port = variables.split(",")[0].partition(":")
    assert name == "thabat"
    return int(port)


def answers(port: int) -> bool:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        try:
            return bool(stub.GetPluginInfo(Empty(), timeout=5).version)
        except grpc.RpcError:
            return False


def test_each_stack_has_a_port_of_its_own_which_is_closed_after_the_run(workshop: Workshop) -> None:
    with provided(workshop, ("ndc", "drc", "national")) as attached:
        ports = [port_of(attached[stack][ATTACHED]) for stack in ("ndc", "drc", "national")]
        assert len(set(ports)) == 3
        assert all(map(answers, ports))
    assert not any(map(answers, ports))


def test_providers_that_the_user_attaches_are_attached_still(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ATTACHED, "aws:4711")
    with provided(workshop, ("ndc",)) as attached:
        assert attached["ndc"][ATTACHED].endswith(",aws:4711")


def test_it_ends_with_a_run_that_is_killed(workshop: Workshop) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from infra.engine import find\n"
        "from infra.stacks.providers import provided\n"
        "from infra.stacks.workspace import Workshop\n"
        "with provided(Workshop(find(), Path(sys.argv[1])), ('ndc',)) as attached:\n"
        "    print(attached['ndc']['PULUMI_DEBUG_PROVIDERS'], flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", program, str(workshop.start)]
    # It holds our side of standard error, so this returns once it is gone too.
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == -9
    assert not answers(port_of(said.stdout.strip()))


def test_one_that_does_not_start_is_told(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "MODULE", "infra.no_such_module")
    with pytest.raises(EngineError, match="does not start"), provided(workshop, ("ndc",)):
        raise AssertionError("it started")
