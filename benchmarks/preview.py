"""`thabat preview` against a bare Pulumi program: the same engine, the same stacks, as many empty resources.

    python -m benchmarks.preview [ESTATE]

The bare program registers component resources without a property, provider, policy or estate: what the engine
and its SDK take by themselves. Both run their stacks in the same order, two sites at a time; stacks are made
before the clock starts.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ESTATE: Final = "national-cured"
REPEATS: Final = 3


@dataclass(frozen=True)
class Comparison:
    """Best times by the clock, in seconds."""

    resources: int
    stacks: int
    thabat: float
    without_policies: float
    """Thabat's with `--no-policies`: the bare program has none."""
    bare: float

    @property
    def ratio(self) -> float:
        """Times that the bare program takes."""
        return self.thabat / self.bare


def compare(estate: str = ESTATE, repeats: int = REPEATS) -> Comparison:
    """Both previews, best of so many, one after the other in turn."""
    from infra.stacks.inputs import read

    planned = {stack: len(members) for stack, members in read(estate, None).planned.items()}
    with tempfile.TemporaryDirectory(prefix="thabat-benchmark-") as folder:
        ours = [sys.executable, "-m", "thabat", "--quiet", "preview", estate]
        bare = [sys.executable, "-m", "benchmarks.preview", "--bare", json.dumps(planned), f"{folder}/bare"]
        places = {"ours": Path(folder) / "ours", "bare": Path(folder)}
        places["ours"].mkdir()
        _seconds(ours, places["ours"])
        _seconds(bare, places["bare"])
        times = [
            (
                _seconds(ours, places["ours"]),
                _seconds([*ours, "--no-policies"], places["ours"]),
                _seconds(bare, places["bare"]),
            )
            for _ in range(repeats)
        ]
    return Comparison(
        resources=sum(planned.values()),
        stacks=len(planned),
        thabat=min(one for one, _, _ in times),
        without_policies=min(one for _, one, _ in times),
        bare=min(one for _, _, one in times),
    )


def told(comparison: Comparison) -> str:
    """The comparison in a line."""
    return (
        f"preview of {comparison.resources:,} resources in {comparison.stacks} stacks: "
        f"thabat {comparison.thabat:.1f} s ({comparison.without_policies:.1f} s without policies), "
        f"bare {comparison.bare:.1f} s, {comparison.ratio:.2f} times"
    )


def preview_bare(planned: Mapping[str, int], folder: Path) -> None:
    """Preview a program of so many empty resources in each stack."""
    from pulumi import automation as auto

    from infra.engine import environment, find
    from infra.stacks.ordering import AT_ONCE
    from specs.tokens import NATIONAL

    engine = find()
    folder.mkdir(mode=0o700, exist_ok=True)
    variables = {**os.environ, **environment(engine, folder)}
    project = auto.ProjectSettings(name="bare", runtime="python")
    command = auto.PulumiCommand(str(engine.binary.parent.parent))

    def one(stack: str) -> None:
        auto.create_or_select_stack(
            stack_name=stack,
            project_name="bare",
            program=lambda: _register(planned[stack]),
            opts=auto.LocalWorkspaceOptions(
                project_settings=project,
                env_vars=variables,
                pulumi_command=command,
                work_dir=str(_own(folder, stack)),
            ),
        ).preview(color="never")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, [stack for stack in planned if stack != NATIONAL]))
    one(NATIONAL)


def _own(folder: Path, stack: str) -> Path:
    own = folder / "work" / stack
    own.mkdir(parents=True, exist_ok=True)
    return own


def _register(count: int) -> None:
    import pulumi

    for number in range(count):
        pulumi.ComponentResource("bare:index:Empty", f"empty-{number}")


def _seconds(command: Sequence[str], place: Path) -> float:
    root = Path(__file__).parents[1]
    variables = {**os.environ, "PYTHONPATH": str(root)}
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - begun
    if done.returncode not in (0, 1):
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
        raise subprocess.CalledProcessError(done.returncode, command)
    return taken


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        preview_bare(json.loads(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.stdout.write(told(compare(sys.argv[1] if len(sys.argv) > 1 else ESTATE)) + "\n")
