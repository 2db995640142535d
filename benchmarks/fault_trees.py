"""Fault trees and maps one by one: probability, number of minimal cut sets, reliability, time and memory.

    python -m benchmarks.fault_trees [FILE …] [--maps FILE …] [--json FILE]

Without files, the trees and maps of the shared test data. Every tree is proved in a process of its own, which
also says how much memory it held at most. Exits with 1 where a tree with published figures gives others.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
SHARED: Final = ROOT.parent / "shared" / "data"


def measured_tree(file: str) -> dict[str, Any]:
    """The figures of one tree, with the processor's seconds for reading, diagram and cut sets."""
    from resilience.fault_tree.failure_function import compile_formula
    from resilience.fault_tree.modules import TooHard
    from resilience.fault_tree.open_psa.reader import read_fault_tree

    told: dict[str, Any] = {"model": Path(file).stem}
    clock = [time.process_time()]
    read = read_fault_tree(Path(file).read_bytes(), file)
    clock.append(time.process_time())
    told |= {"gates": len(read.gates), "events": len(read.chances)}
    try:
        found = compile_formula(read.gates[read.natural_top()])
        told["p_top"] = found.probability(read.chances)
        clock.append(time.process_time())
        told |= {"nodes": found.nodes, "minimal_cut_sets": found.minimal_cut_set_count()}
    except TooHard as limit:
        told["too_hard"] = str(limit)
    clock.append(time.process_time())
    return told | _spent(clock)


def measured_map(file: str) -> dict[str, Any]:
    """The all-terminal reliability of one map, with seconds."""
    from resilience.wan_map.bare_map import bare
    from resilience.wan_map.proving import prove
    from specs.importing.graphml import read_map

    clock = [time.process_time()]
    map_ = bare(read_map(Path(file).read_bytes(), file), Path(file).stem)
    clock.append(time.process_time())
    proof = prove(map_, 0.9)
    clock.append(time.process_time())
    return {
        "model": Path(file).stem,
        "nodes": proof.nodes,
        "links": proof.links,
        "all_terminal": proof.all_terminal.up,
        "exact": not proof.all_terminal.unknown,
    } | _spent(clock)


def _spent(clock: Sequence[float]) -> dict[str, float]:
    return {
        "seconds": clock[-1] - clock[0],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def apart(kind: str, file: str) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.fault_trees", f"--one-{kind}", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def disagreements(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Trees whose figures are not those that were published or recomputed."""
    file = SHARED / "faulttrees" / "expected.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        expected = {row["tree"]: row for row in csv.DictReader(lines)}
    return [
        row["model"]
        for row in rows
        if (wanted := expected.get(row["model"])) is not None
        and (
            f"{row.get('p_top', 0.0):.5E}" != wanted["p_top_published"]
            or str(row.get("minimal_cut_sets")) != wanted["mcs_published"]
        )
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _options().parse_args(arguments)
    if options.one_tree or options.one_map:
        told = measured_tree(options.one_tree) if options.one_tree else measured_map(options.one_map)
        sys.stdout.write(json.dumps(told))
        return 0
    trees = options.trees or sorted(map(str, (SHARED / "faulttrees").glob("*.xml")))
    maps = options.maps or sorted(map(str, (SHARED / "topologies").glob("*.graphml")))
    proved = []
    sys.stdout.write(f"{'tree':<14}{'events':>7}{'gates':>7}{'p_top':>14}{'cut sets':>16}{'s':>8}{'MB':>7}\n")
    for file in trees:
        row = apart("tree", file)
        proved.append(row)
        figure = f"{row['p_top']:.5E}" if "p_top" in row else "too hard"
        count = f"{row['minimal_cut_sets']:,}" if "minimal_cut_sets" in row else "too hard"
        sys.stdout.write(
            f"{row['model']:<14}{row['events']:>7}{row['gates']:>7}{figure:>14}{count:>16}"
            f"{row['seconds']:>8.2f}{row['megabytes']:>7.0f}\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"\n{'map':<20}{'nodes':>7}{'links':>7}{'all-terminal':>16}{'s':>8}{'MB':>7}\n")
    drawn = [apart("map", file) for file in maps]
    for row in drawn:
        sys.stdout.write(
            f"{row['model']:<20}{row['nodes']:>7}{row['links']:>7}{row['all_terminal']:>16.9g}"
            f"{row['seconds']:>8.2f}{row['megabytes']:>7.0f}{'' if row['exact'] else '  a lower bound'}\n"
        )
    if options.json:
        Path(options.json).write_text(json.dumps({"trees": proved, "maps": drawn}, indent=1) + "\n", "utf-8")
    wrong = disagreements(proved)
    if wrong:
        sys.stdout.write(f"\nnot as published: {', '.join(wrong)}\n")
    return 1 if wrong else 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks.fault_trees", description=__doc__)
    options.add_argument("trees", nargs="*", metavar="FILE", help="fault trees in Open-PSA XML")
    options.add_argument("--maps", nargs="*", metavar="FILE", help="maps in GraphML")
    options.add_argument("--json", metavar="FILE", help="write the figures there too")
    options.add_argument("--one-tree", help=argparse.SUPPRESS)
    options.add_argument("--one-map", help=argparse.SUPPRESS)
    return options


if __name__ == "__main__":
    sys.exit(main())
