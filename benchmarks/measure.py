"""One stage on one estate in a process of its own: how long it took, and the most memory it held.

    python -m benchmarks.measure STAGE ESTATE

prints JSON. `load` is measured by itself; `graph`, `proofs` and `check` are measured after it.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from specs.loading import Loaded

JUDGED_ON: Final = date(2026, 11, 1)


def graph(loaded: "Loaded") -> object:
    """Typed needs of every element."""
    from resilience.analysis import analyse

    return analyse(loaded.estate.as_of(None)).graph


def proofs(loaded: "Loaded") -> object:
    """Single points of failure, impacts, failover, recovery, deadlocks."""
    from resilience.analysis import analyse

    analysis = analyse(loaded.estate.as_of(None))
    return (
        analysis.standings,
        analysis.impacts,
        analysis.failovers,
        analysis.recoveries,
        analysis.deadlocks,
    )


def check(loaded: "Loaded") -> object:
    """Every rule."""
    from policies.judging import judge

    return judge(loaded, loaded.estate.as_of(None), on=JUDGED_ON)


STAGES: Final[dict[str, Callable[["Loaded"], object]]] = {"graph": graph, "proofs": proofs, "check": check}


def measured(stage: str, estate: str) -> dict[str, Any]:
    """Seconds by the clock and of the processor, and megabytes at most, imports left out of the seconds."""
    from specs.bundled import find_estate
    from specs.loading import load

    work = STAGES.get(stage)
    if work is not None:
        for module in ("policies.judging", "resilience.analysis"):
            import_module(module)
    before = _clocks()
    loaded = load(find_estate(estate))
    if work is not None:
        before = _clocks()
        work(loaded)
    after = _clocks()
    return {
        "elements": sum(1 for _ in loaded.estate.elements()),
        "seconds": after[0] - before[0],
        "processor": after[1] - before[1],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1], sys.argv[2])))
