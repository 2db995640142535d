"""`python -m infra.provider`: serve the engine that started it, and end with it.

With `--engines N` it serves so many engines, each on a port of its own as if by a process of its own: a run
over many stacks starts one such process and not one a stack.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from infra.engine.environment import home_folder
from infra.language_host.lifeline import end_with_engine
from infra.provider.server import Provider

CALLS_AT_ONCE = 16
"""Calls of one engine that are answered at the same time."""

ENGINES = "--engines"


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until whoever started this process interrupts it or is gone."""
    over = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    # Each write is one transaction, so leaving at once breaks none.
    end_with_engine(lambda: os._exit(0))
    root = home_folder(Path.cwd()).parent
    providers = [Provider(root) for _ in range(_engines(arguments))]
    servers = [_serve(provider) for provider in providers]
    over.wait()
    for stopped in [server.stop(grace=2) for server in servers]:
        stopped.wait()
    for provider in providers:
        provider.close()
    return 0


def _engines(arguments: Sequence[str]) -> int:
    """How many engines are served: one, unless it is said; the engine's own arguments are no matter here."""
    return int(arguments[1]) if list(arguments[:1]) == [ENGINES] else 1


def _serve(provider: Provider) -> grpc.Server:
    server = grpc.server(
        ThreadPoolExecutor(max_workers=CALLS_AT_ONCE),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 (this line is the protocol)
    return server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
