"""One process that provides for every stack of a run: the engine of each attaches to a port of its own.

The engine would start a process of the provider for each stack, which takes longer than a small stack's whole
plan. Attaching is its way for providers that run already (`PULUMI_DEBUG_PROVIDERS`).
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infra.stacks.workspace import EngineError, Workshop

ATTACHED = "PULUMI_DEBUG_PROVIDERS"
"""Environment variable of the engine: `name:port` of providers that run already, by commas."""


MODULE = "infra.provider"
"""What is run."""


@contextmanager
def provided(workshop: Workshop, stacks: Sequence[str]) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """Variables for the engine of each stack while the process runs; EngineError where it does not start."""
    command = [sys.executable, "-P", "-m", MODULE, "--engines", str(len(stacks))]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=workshop.project,
        env={**os.environ, **workshop.variables},
        text=True,
        process_group=0,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ports = [process.stdout.readline().strip() for _ in stacks]
            if not all(ports):
                raise EngineError("the provider of Thabat does not start")
            yield {stack: {ATTACHED: _with(port)} for stack, port in zip(stacks, ports, strict=True)}
        finally:
            process.stdin.close()  # It ends with this pipe, as it does when this process is killed.


def _with(port: str) -> str:
    """Ours before any that the user attaches."""
    others = os.environ.get(ATTACHED)
    return f"thabat:{port},{others}" if others else f"thabat:{port}"
