import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from specs.consistency.loops import loops

names = st.sampled_from("abcdefg")
graphs = st.dictionaries(names, st.lists(names, max_size=4), max_size=7)


@given(graphs)
def test_each_knot_is_told_by_one_shortest_loop_through_its_smallest_member(
    graph: dict[str, list[str]],
) -> None:
    other: nx.DiGraph[str] = nx.DiGraph([(name, after) for name, afters in graph.items() for after in afters])
    knots = {
        frozenset(knot)
        for knot in nx.strongly_connected_components(other)
        if len(knot) > 1 or other.has_edge(*(2 * list(knot)))
    }
    found = loops(graph)
    assert len(found) == len(knots)
    for loop in found:
        assert all(other.has_edge(*pair) for pair in zip(loop, (*loop[1:], loop[0]), strict=True))
        knot = next(knot for knot in knots if loop[0] in knot)
        assert set(loop) <= knot
        assert loop[0] == min(knot)
        shortest = min(len(cycle) for cycle in nx.simple_cycles(other.subgraph(knot)) if loop[0] in cycle)
        assert len(loop) == shortest


def test_a_loop_of_ten_thousand_is_found_without_recursion() -> None:
    ring = {str(number): [str((number + 1) % 10_000)] for number in range(10_000)}
    assert len(loops(ring)[0]) == 10_000
