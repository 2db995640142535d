"""The provider as a process: it prints its port and nothing else, answers, and ends with its engine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

from tests.infra.provider.project import PROVIDER

ENDS_WITHIN_SECONDS = 30


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The executable, started as the engine starts it."""
    with subprocess.Popen(
        [str(PROVIDER / "pulumi-resource-thabat"), "127.0.0.1:1"], cwd=tmp_path, text=True,
        env={**os.environ, "THABAT_PYTHON": sys.executable},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def port_of(process: subprocess.Popen[str]) -> str:
    """The first line it prints."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_it_prints_its_port_alone_answers_there_and_ends_when_interrupted(
    provider: subprocess.Popen[str], tmp_path: Path
) -> None:
    port = port_of(provider)
    assert port.isdigit()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(Empty()).version
    provider.send_signal(signal.SIGINT)
    assert provider.wait(ENDS_WITHIN_SECONDS) == 0
    assert provider.stdout is not None
    assert provider.stderr is not None
    assert (provider.stdout.read(), provider.stderr.read()) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_its_engine_closes_the_pipe(provider: subprocess.Popen[str]) -> None:
    port_of(provider)
    assert provider.stdin is not None
    provider.stdin.close()
    assert provider.wait(ENDS_WITHIN_SECONDS) == 0


@pytest.mark.slow
def test_it_ends_when_its_engine_is_killed_whatever_its_input_is(tmp_path: Path) -> None:
    starts = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([{str(PROVIDER / 'pulumi-resource-thabat')!r}], stdin=subprocess.DEVNULL,"
        " stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "THABAT_PYTHON": sys.executable},
    ) as engine:  # fmt: skip
        assert engine.stdout is not None
        started = psutil.Process(int(engine.stdout.readline()))
        engine.kill()
    _, alive = psutil.wait_procs([started], timeout=ENDS_WITHIN_SECONDS)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
