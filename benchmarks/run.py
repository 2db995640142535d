"""Load, graph, proofs and check of the national estate and of generated ones, with growth; the start too.

    python -m benchmarks.run [--quick] [--preview] [--json FILE]

Every figure is the best of several runs, each in a process of its own. Growth and goals go by the processor's
seconds, which hardly depend on what else the machine does. Exits with 1 where a goal is missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Final

from benchmarks import generate, preview
from benchmarks.measure import STAGES

ROOT: Final = Path(__file__).parents[1]
SIZES: Final = (1_000, 10_000)
ALL_STAGES: Final = ("load", *STAGES)

LOAD_AND_CHECK_SECONDS: Final = 5.0
"""Goal for load and check of 10,000 elements together, on two cores."""
PREVIEW_RATIO: Final = 1.5
"""Goal for a preview against one of as many empty resources."""


@dataclass(frozen=True)
class Figure:
    """What one stage took on one estate."""

    estate: str
    stage: str
    elements: int
    seconds: float
    """Best by the clock."""
    processor: float
    """Best of the processor."""
    megabytes: float
    """Peak memory of that process."""


@dataclass(frozen=True)
class Goal:
    """A limit, and what was measured against it."""

    what: str
    measured: float
    limit: float

    @property
    def is_met(self) -> bool:
        return self.measured <= self.limit


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether the goals are met."""
    options = _options().parse_args(arguments)
    repeats = 1 if options.quick else 3
    with tempfile.TemporaryDirectory(prefix="thabat-benchmark-") as folder:
        estates = {"national": "national"}
        for size in SIZES:
            estates[f"{size:,}"] = str(Path(folder) / str(size))
            generate.write(Path(folder) / str(size), size)
        figures = [
            best(name, stage, estate, repeats) for name, estate in estates.items() for stage in ALL_STAGES
        ]
        command = best_seconds(
            [sys.executable, "-m", "thabat", "check", estates["10,000"]], repeats, ok=(0, 1)
        )
    help_, nothing = start_seconds(max(3, repeats * 3))
    goals = [
        Goal(
            "load and check of 10,000 elements, processor s",
            _sum(figures, "10,000", ("load", "check")),
            LOAD_AND_CHECK_SECONDS,
        )
    ]
    sections = [table(figures), growth(figures), start(help_, nothing, command)]
    compared = preview.compare() if options.preview else None
    if compared is not None:
        sections.append(preview.told(compared))
        goals.append(Goal("thabat preview over a bare program's", compared.ratio, PREVIEW_RATIO))
    sections.append(verdicts(goals))
    sys.stdout.write("\n\n".join(sections) + "\n")
    if options.json:
        content = {
            "figures": [asdict(figure) for figure in figures],
            "help_seconds": help_,
            "python_seconds": nothing,
            "check_command_seconds": command,
            "preview": asdict(compared) if compared is not None else None,
            "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in goals],
        }
        Path(options.json).write_text(json.dumps(content, indent=1) + "\n")
    return 0 if all(goal.is_met for goal in goals) else 1


def best(name: str, stage: str, estate: str, repeats: int) -> Figure:
    """The best of so many runs of one stage on one estate."""
    runs = [_measured(stage, estate) for _ in range(repeats)]
    return Figure(
        estate=name,
        stage=stage,
        elements=int(runs[0]["elements"]),
        seconds=min(run["seconds"] for run in runs),
        processor=min(run["processor"] for run in runs),
        megabytes=min(run["megabytes"] for run in runs),
    )


def best_seconds(command: Sequence[str], repeats: int, ok: tuple[int, ...] = (0,)) -> float:
    """The shortest time that a command took, its start included; CalledProcessError if it fails."""
    times: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        times.append(time.perf_counter() - begun)
        if done.returncode not in ok:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return min(times)


def start_seconds(repeats: int) -> tuple[float, float]:
    """`thabat --help`, and Python alone."""
    return (
        best_seconds([sys.executable, "-m", "thabat", "--help"], repeats),
        best_seconds([sys.executable, "-c", "pass"], repeats),
    )


def table(figures: Iterable[Figure]) -> str:
    """Every figure in a row."""
    rows = [("estate", "elements", "stage", "seconds", "processor s", "peak MB")]
    rows += [
        (
            one.estate,
            f"{one.elements:,}",
            one.stage,
            f"{one.seconds:.2f}",
            f"{one.processor:.2f}",
            f"{one.megabytes:.0f}",
        )
        for one in figures
    ]
    return _aligned(rows)


def growth(figures: Sequence[Figure]) -> str:
    """How each stage grows from one generated size to the next: 1.0 is in proportion."""
    rows = [("growth", "from", "to", "times the elements", "times the time", "exponent")]
    for stage in ALL_STAGES:
        found = [one for one in figures if one.stage == stage and one.estate != "national"]
        for small, large in pairwise(found):
            elements, seconds = large.elements / small.elements, large.processor / max(small.processor, 1e-6)
            rows.append(
                (
                    stage,
                    small.estate,
                    large.estate,
                    f"{elements:.1f}",
                    f"{seconds:.1f}",
                    f"{log(seconds) / log(elements):.2f}",
                )
            )
    return _aligned(rows)


def start(help_: float, nothing: float, command: float) -> str:
    """How soon the command answers."""
    return _aligned(
        [
            ("command", "seconds", "times Python alone"),
            ("python -c pass", f"{nothing:.3f}", "1.0"),
            ("thabat --help", f"{help_:.3f}", f"{help_ / nothing:.1f}"),
            ("thabat check, 10,000 elements", f"{command:.2f}", f"{command / nothing:.1f}"),
        ]
    )


def verdicts(goals: Iterable[Goal]) -> str:
    """Each goal, met or not."""
    rows = [("goal", "measured", "limit", "")]
    rows += [
        (one.what, f"{one.measured:.2f}", f"{one.limit:.2f}", "met" if one.is_met else "MISSED")
        for one in goals
    ]
    return _aligned(rows)


def _measured(stage: str, estate: str) -> Mapping[str, float]:
    command = [sys.executable, "-m", "benchmarks.measure", stage, estate]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def _sum(figures: Iterable[Figure], estate: str, stages: tuple[str, ...]) -> float:
    return sum(one.processor for one in figures if one.estate == estate and one.stage in stages)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    options.add_argument("--quick", action="store_true", help="one run of each instead of the best of three")
    options.add_argument("--preview", action="store_true", help="also the engine's preview (takes minutes)")
    options.add_argument("--json", metavar="FILE", help="write the figures there too")
    return options


if __name__ == "__main__":
    sys.exit(main())
