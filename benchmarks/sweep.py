"""The failure sweep of generated estates: all singles and all pairs within each service's support; the same
by a plain search of the graph for each scenario; growth and memory.

    python -m benchmarks.sweep [--quick] [--processes N] [--json FILE]

Each estate is swept in a process of its own, so that the memory is that of one sweep; with several worker
processes their memory is added. The plain search is run on a sample of the same scenarios in the same
process, and tells only what is lost in the end: no time, no load, no maintenance. Exits with 1 where a goal
is missed.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import generate
from benchmarks.run import ROOT, Goal, verdicts

if TYPE_CHECKING:
    import networkx as nx

    from resilience.failure_sweep.results import FailureSweep
    from resilience.failure_sweep.swept import Swept

SIZES: Final = ((1_000, 100), (10_000, 1_000), (50_000, 5_000))
"""Components and services of the estates."""
MAIN: Final = 10_000
"""The estate that the goals are for."""
SAMPLE: Final = 40
"""Scenarios searched one by one."""
PROCESSES: Final = 2

SECONDS: Final = 30.0
"""Goal for the sweep of the main estate, half of the processor's seconds of all processes."""
RATIO: Final = 1_000.0
"""Goal for the plain search against the sweep."""


@dataclass(frozen=True)
class Figure:
    """One estate swept."""

    components: int
    services: int
    events: int
    pairs: int
    """Pairs within the support of some service, each once."""
    service_pairs: int
    """Pairs within each service's support, summed over services."""
    graph_seconds: float
    """To build the graph and to find what is missing in it."""
    sweep_seconds: float
    """By the clock, with all singles, pairs, maintenance and what trips."""
    processor: float
    """Processor's seconds of all processes for the sweep."""
    megabytes: float
    """Peak memory of all processes together."""
    searched: int
    """Scenarios searched one by one."""
    search_seconds: float
    """Of the processor for each of them, on average."""

    @property
    def ratio(self) -> float:
        """How much longer a search of the graph for each single and each pair would take, in seconds of the
        processor, which hardly depend on what else the machine does."""
        return self.search_seconds * (self.events + self.pairs) / self.processor


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether the goals are met."""
    options = _options().parse_args(arguments)
    if options.measure:
        figure = measured(options.measure, options.components, options.processes)
        sys.stdout.write(json.dumps(asdict(figure)))
        return 0
    sizes = SIZES[:2] if options.quick else SIZES
    with tempfile.TemporaryDirectory(prefix="thabat-sweep-") as folder:
        figures = []
        for components, services in sizes:
            estate = Path(folder) / str(components)
            generate.write(estate, components, services=services)
            figures.append(_apart(estate, components, options.processes))
    (one,) = [figure for figure in figures if figure.components == MAIN]
    goals = [
        Goal(f"sweep of {MAIN:,} components, processor s on two cores", one.processor / 2, SECONDS),
        Goal("aim over the times that a plain search would take", RATIO / one.ratio, 1.0),
    ]
    sys.stdout.write("\n\n".join([table(figures), growth(figures), verdicts(goals)]) + "\n")
    if options.json:
        content = {
            "processes": options.processes,
            "figures": [{**asdict(figure), "ratio": figure.ratio} for figure in figures],
            "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in goals],
        }
        Path(options.json).write_text(json.dumps(content, indent=1) + "\n")
    return 0 if all(goal.is_met for goal in goals) else 1


def measured(estate: str, components: int, processes: int) -> Figure:
    """That estate swept, and a sample of its scenarios searched one by one."""
    from resilience.analysis import analyse
    from resilience.failure_sweep import sweep_failures
    from resilience.failure_sweep.swept import Swept
    from specs.loading import load

    loaded = load(Path(estate)).estate.as_of(None)
    begun = time.perf_counter()
    analysis = analyse(loaded)
    _ = analysis.standings
    built = time.perf_counter()
    before = _processor()
    found = sweep_failures(analysis, processes=processes)
    swept = time.perf_counter()
    processor = _processor() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes += (processes - 1) * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    searched, seconds = search_sample(analysis.graph.needs, found, Swept(analysis.sweep))
    return Figure(
        components=components,
        services=len(loaded.services),
        events=found.events,
        pairs=found.pairs,
        service_pairs=sum(service.pairs for service in found.services),
        graph_seconds=built - begun,
        sweep_seconds=swept - built,
        processor=processor,
        megabytes=megabytes / 1024,
        searched=searched,
        search_seconds=seconds,
    )


def search_sample(needs: "nx.DiGraph[str]", found: "FailureSweep", swept: "Swept") -> tuple[int, float]:
    """How many scenarios were searched, and the seconds for each; ValueError if a search ends otherwise than
    the sweep.

    The scenarios are pairs drawn from supports, each service as likely as it has pairs.
    """
    chance = random.Random(1)
    scenes = swept.scenes
    below: dict[tuple[str, str], set[frozenset[str]]] = {}
    for pair in found.pair_outcomes:
        if pair.settles == "below":
            members = below.setdefault((pair.service, pair.first), set())
            members.update(frozenset((pair.first, other)) for other in pair.others)
    places = range(len(swept.gauges))
    weights = [(support & swept.events).bit_count() ** 2 for support in swept.supports]
    seconds = 0.0
    for place in chance.choices(places, weights, k=SAMPLE):
        support = [n for n in range(scenes.events) if swept.supports[place] >> n & 1]
        one, other = (scenes.names[number] for number in chance.sample(support, 2))
        begun = time.process_time()
        lost = lost_by_search(needs, (one, other))
        seconds += time.process_time() - begun
        for gauge, alone in zip(swept.gauges, swept.alone, strict=True):
            by_itself = alone.below >> scenes.numbers[one] & 1 or alone.below >> scenes.numbers[other] & 1
            for name in gauge.services:
                service = f"services/{name}"
                together = frozenset((one, other))
                swept_below = by_itself or any(
                    together in below.get((service, first), ()) for first in (one, other)
                )
                if bool(swept_below) != (service in lost):
                    raise ValueError(f"{service} after {one} and {other}: the search says otherwise")
    return SAMPLE, seconds / SAMPLE


def lost_by_search(needs: "nx.DiGraph[str]", failed: Iterable[str]) -> set[str]:
    """Nodes lost once those have failed, as one searches for it in a graph: from what is lost upwards, as
    long as something more falls. (Rings that live on flow alone would need more; there are none here.)"""
    lost = set(failed)
    level = sorted(lost)
    while level:
        touched = {parent for node in level for parent in needs.predecessors(node)} - lost
        level = sorted(node for node in touched if _falls(needs, node, lost))
        lost.update(level)
    return lost


def _falls(needs: "nx.DiGraph[str]", node: str, lost: set[str]) -> bool:
    attributes = needs.nodes[node]
    total = gone = 0
    for target, edge in needs.adj[node].items():
        if edge["kind"] == "run":
            total += edge["times"]
            gone += edge["times"] * (target in lost)
    if attributes["op"] == "all":
        return gone > 0
    needed = 1 if attributes["op"] == "any" else attributes["needs"]
    return bool(total) and total - gone < needed


def table(figures: Iterable[Figure]) -> str:
    """Every figure in a row."""
    head = (
        "components", "services", "events", "pairs", "pairs x services", "before s", "sweep s", "processor s",
        "peak MB", "search ms", "times longer",
    )  # fmt: skip
    rows = [head]
    rows += [
        (
            f"{one.components:,}",
            f"{one.services:,}",
            f"{one.events:,}",
            f"{one.pairs:,}",
            f"{one.service_pairs:,}",
            f"{one.graph_seconds:.2f}",
            f"{one.sweep_seconds:.2f}",
            f"{one.processor:.2f}",
            f"{one.megabytes:.0f}",
            f"{one.search_seconds * 1000:.2f}",
            f"{one.ratio:,.0f}",
        )
        for one in figures
    ]
    return _lined_up(rows)


def growth(figures: Sequence[Figure]) -> str:
    """How the sweep grows from one estate to the next: 1.0 is in proportion to the components."""
    rows = [("growth", "from", "to", "times the pairs", "times the time", "exponent", "exponent of memory")]
    for small, large in pairwise(figures):
        size = log(large.components / small.components)
        times = large.processor / max(small.processor, 1e-6)
        rows.append(
            (
                "sweep",
                f"{small.components:,}",
                f"{large.components:,}",
                f"{large.pairs / max(1, small.pairs):.1f}",
                f"{times:.1f}",
                f"{log(times) / size:.2f}",
                f"{log(large.megabytes / small.megabytes) / size:.2f}",
            )
        )
    return _lined_up(rows)


def _lined_up(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _processor() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _apart(estate: Path, components: int, processes: int) -> Figure:
    command = [
        sys.executable, "-m", "benchmarks.sweep", "--measure", str(estate),
        "--components", str(components), "--processes", str(processes),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    read: Mapping[str, float] = json.loads(done.stdout)
    return Figure(**{field.name: read[field.name] for field in fields(Figure)})  # type: ignore[arg-type]


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__)
    options.add_argument("--quick", action="store_true", help="without the greatest estate")
    options.add_argument("--processes", type=int, default=PROCESSES, metavar="N", help="that share the pairs")
    options.add_argument("--json", metavar="FILE", help="write the figures there too")
    options.add_argument("--measure", metavar="FOLDER", help=argparse.SUPPRESS)
    options.add_argument("--components", type=int, default=0, help=argparse.SUPPRESS)
    return options


if __name__ == "__main__":
    sys.exit(main())
