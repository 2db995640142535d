"""`python -m infra.language_host ENGINE_ADDRESS`: serve the engine that started it, and end with it."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from infra.language_host.lifeline import end_with_engine
from infra.language_host.server import LanguageHost

CALLS_AT_ONCE = 64
"""Each program and plugin holds one call for as long as it runs."""


def main() -> int:
    """Serve until the engine interrupts this process or is gone."""
    # The engine's own flags come first; the last argument is its address.
    host = LanguageHost(engine=sys.argv[-1] if len(sys.argv) > 1 else "")

    def end() -> None:
        host.end_all()
        os._exit(0)

    over = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    end_with_engine(end)
    server = grpc.server(
        ThreadPoolExecutor(max_workers=CALLS_AT_ONCE),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 (this line is the protocol)
    over.wait()
    end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
