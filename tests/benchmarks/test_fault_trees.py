"""The benchmark of fault trees gives figures, and notices wrong ones."""

from pathlib import Path

from benchmarks.fault_trees import disagreements, measured_map, measured_tree


def test_a_tree_and_a_map_are_measured_with_their_figures(shared_data: Path) -> None:
    tree = measured_tree(str(shared_data / "faulttrees" / "chinese.xml"))
    assert (tree["events"], tree["minimal_cut_sets"]) == (25, 392)
    assert disagreements([tree]) == []
    assert disagreements([{**tree, "minimal_cut_sets": 391}]) == ["chinese"]
    drawn = measured_map(str(shared_data / "topologies" / "Abilene.graphml"))
    assert drawn["exact"]
    assert drawn["links"] == 14
