"""The compiled evaluation agrees with a naive one, scenario by scenario, on graphs of any shape."""

import itertools

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.compiled import at_least, compile_needs

OPERATORS = ("all", "any", "k-of-n")


@st.composite
def graphs(draw: st.DrawFn) -> "nx.DiGraph[str]":
    """Up to nine nodes with any needs between them, rings of both kinds included."""
    count = draw(st.integers(1, 9))
    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in range(count):
        operator = draw(st.sampled_from(OPERATORS))
        graph.add_node(
            f"n{node}", op=operator, needs=draw(st.integers(1, 3)), flow=draw(st.booleans()), shows=None
        )
    for node in range(count):
        for child in draw(st.lists(st.integers(0, count - 1), unique=True, max_size=4)):
            graph.add_edge(f"n{node}", f"n{child}", kind="run", times=draw(st.integers(1, 2)), starts=True)
    return graph


def holds(graph: "nx.DiGraph[str]", node: str, running: dict[str, bool]) -> bool:
    """Whether what a node needs is there, counted plainly."""
    children = [(child, edge["times"]) for child, edge in graph.adj[node].items()]
    total: int = sum(times for _, times in children)
    up: int = sum(times for child, times in children if running[child])
    operator = graph.nodes[node]["op"]
    if operator == "all":
        return up == total
    if operator == "any":
        return up > 0
    return up >= min(int(graph.nodes[node]["needs"]), total) and total > 0


def naive(graph: "nx.DiGraph[str]", failed: set[str]) -> set[str]:
    """Nodes that are lost: everything runs until it cannot; within each round flow spreads from its
    sources anew."""
    running = {node: node not in failed for node in graph}
    flows = [node for node in graph if graph.nodes[node]["flow"]]
    while True:
        for node in flows:
            running[node] = False
        spreading = True
        while spreading:
            spreading = False
            for node in flows:
                if not running[node] and node not in failed and holds(graph, node, running):
                    running[node] = spreading = True
        dying = [
            node for node in graph if node not in flows and running[node] and not holds(graph, node, running)
        ]
        if not dying:
            return {node for node, up in running.items() if not up}
        for node in dying:
            running[node] = False


@pytest.mark.slow
@given(graphs(), st.lists(st.sets(st.integers(0, 8)), min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
def test_every_scenario_ends_as_the_naive_evaluation_says(
    graph: "nx.DiGraph[str]", scenarios: list[set[int]]
) -> None:
    compiled = compile_needs(graph)
    failed = [{f"n{number}" for number in scenario if f"n{number}" in graph} for scenario in scenarios]
    own = {
        compiled.index[node]: sum(1 << number for number, nodes in enumerate(failed) if node in nodes)
        for node in graph
    }
    values = compiled.lost(own, (1 << len(failed)) - 1)
    for number, nodes in enumerate(failed):
        lost = {compiled.names[node] for node, value in enumerate(values) if value >> number & 1}
        assert lost == naive(graph, nodes)


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_what_starts_from_cold_is_what_can_be_started_one_after_the_other(graph: "nx.DiGraph[str]") -> None:
    compiled = compile_needs(graph, frozenset({"run"}), starting=True)
    values = compiled.lost({}, 1)
    started = dict.fromkeys(graph, False)
    while True:
        ready = [node for node in graph if not started[node] and holds(graph, node, started)]
        if not ready:
            break
        started[ready[0]] = True
    assert {compiled.names[n] for n, value in enumerate(values) if not value} == {
        node for node, up in started.items() if up
    }


@given(st.integers(1, 6), st.lists(st.integers(0, 255), max_size=8))
def test_at_least_counts_bits(count: int, values: list[int]) -> None:
    expected = sum(1 << bit for bit in range(8) if sum(value >> bit & 1 for value in values) >= count)
    assert at_least(count, values, 255) == expected


def test_needs_come_before_what_needs_them_also_on_a_chain_deeper_than_the_recursion_limit() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    names = [f"n{number:05}" for number in range(20_000)]
    for name in names:
        graph.add_node(name, op="all", needs=0, flow=False, shows=None)
    for name, following in itertools.pairwise(names):
        graph.add_edge(name, following, kind="run", times=1, starts=True)
    compiled = compile_needs(graph)
    values = compiled.lost({compiled.index[names[-1]]: 1}, 1)
    assert all(values)
