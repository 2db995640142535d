"""`python -m infra.provider`: serve the engine that started it, and end with it."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from infra.engine.environment import home_folder
from infra.language_host.lifeline import end_with_engine
from infra.provider.server import Provider

CALLS_AT_ONCE = 16


def main() -> int:
    """Serve until the engine interrupts this process or is gone."""
    provider = Provider(root=home_folder(Path.cwd()).parent)
    over = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    # Each write is one transaction, so leaving at once breaks none.
    end_with_engine(lambda: os._exit(0))
    server = grpc.server(
        ThreadPoolExecutor(max_workers=CALLS_AT_ONCE),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 (this line is the protocol)
    over.wait()
    server.stop(grace=2).wait()
    provider.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
