"""Published fault trees: probability of the top to five digits, and the exact number of minimal cut sets."""

import csv
from pathlib import Path

import pytest

from resilience.fault_tree.failure_function import compile_formula
from resilience.fault_tree.open_psa.reader import read_fault_tree

TREES = (
    "baobab1", "baobab2", "chinese", "das9203", "das9205", "edf9202", "edfpa15r", "ftr10", "isp9605",
    "isp9607",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("tree", TREES)
def test_figures_are_as_published(tree: str, shared_data: Path) -> None:
    folder = shared_data / "faulttrees"
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["tree"]: row for row in csv.DictReader(file)}
    read = read_fault_tree((folder / f"{tree}.xml").read_bytes(), f"{tree}.xml")
    found = compile_formula(read.gates[read.natural_top()])
    row = expected[tree]
    assert f"{found.probability(read.chances):.5E}" == row["p_top_published"]
    assert found.minimal_cut_set_count() == int(row["mcs_published"])
    if row["mcs_recomputed"]:
        assert found.minimal_cut_set_count() == int(row["mcs_recomputed"])
        assert f"{found.probability(read.chances):.6g}" == f"{float(row['p_top_recomputed']):.6g}"


def test_every_tree_that_is_there_is_tried(shared_data: Path) -> None:
    assert {file.stem for file in (shared_data / "faulttrees").glob("*.xml")} == set(TREES)
