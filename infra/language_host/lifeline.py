"""Ends a plugin together with the Pulumi engine that started it, however that engine ended."""

import os
import stat
import threading
import time
from collections.abc import Callable

from infra.language_host.executor import when_closed

CHECKED_EVERY_SECONDS = 0.5
"""How often the parent process is looked at, where no pipe tells of its end at once."""


def end_with_engine(end: Callable[[], None]) -> None:
    """Call `end` once, from a thread of its own, when the engine that started this process is gone.

    The engine holds the other side of its plugins' standard input, which the kernel closes with it. Where
    standard input is something else, the parent process is watched. `end` must leave the process
    (`os._exit`); a plugin calls this once, first thing.
    """
    once = threading.Lock()

    def end_once() -> None:
        if once.acquire(blocking=False):
            end()

    if stat.S_ISFIFO(os.fstat(0).st_mode):
        when_closed(os.dup(0), end_once)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECKED_EVERY_SECONDS)
        end_once()

    threading.Thread(target=watch, name="parent", daemon=True).start()
