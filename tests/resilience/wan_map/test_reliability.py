"""Reliabilities against every state of the links, published figures, and each other."""

import json
from itertools import product
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.wan_map.bare_map import BareMap, Place, bare, place_called
from resilience.wan_map.frontier import connection
from resilience.wan_map.proving import MapProof, prove
from resilience.wan_map.reduction import Chance, reduce
from specs.importing.graphml import read_map

Link = tuple[int, int]


def drawn(count: int, links: list[Link]) -> BareMap:
    places = tuple(Place(str(number), "", f"n{number}") for number in range(count))
    merged = sorted({(min(link), max(link)) for link in links if link[0] != link[1]})
    return BareMap("drawn", places, tuple(merged), 0, 0)


def grid(columns: int, rows: int) -> list[Link]:
    across = [
        (row * columns + at, row * columns + at + 1) for row in range(rows) for at in range(columns - 1)
    ]
    return across + [(at, at + columns) for at in range(columns * (rows - 1))]


def by_every_state(map_: BareMap, available: float, ends: Link | None) -> tuple[float, float]:
    """Up and down, summed over every state of the links."""
    found = [0.0, 0.0]
    for states in product((True, False), repeat=len(map_.links)):
        graph = nx.empty_graph(len(map_.places))
        graph.add_edges_from(link for link, up in zip(map_.links, states, strict=True) if up)
        chance = available ** sum(states) * (1 - available) ** (len(states) - sum(states))
        joined = nx.is_connected(graph) if ends is None else nx.has_path(graph, *ends)
        found[not joined] += chance
    return found[0], found[1]


maps = st.integers(1, 7).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=11),
    )
)


@settings(max_examples=60)
@given(maps, st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.data())
def test_every_state_of_the_links_says_the_same(
    drawing: tuple[int, list[Link]], available: float, data: st.DataObject
) -> None:
    map_ = drawn(*drawing)
    places = st.integers(0, len(map_.places) - 1)
    ends = data.draw(st.tuples(places, places))
    proof = prove(map_, available, ends)
    up, down = by_every_state(map_, available, None)
    assert proof.all_terminal.up == pytest.approx(up, abs=1e-12)
    assert proof.all_terminal.down == pytest.approx(down, abs=1e-12)
    up, down = by_every_state(map_, available, ends)
    assert proof.two_terminal is not None
    assert proof.two_terminal.reliability.up == pytest.approx(up, abs=1e-12)
    assert proof.two_terminal.reliability.down == pytest.approx(down, abs=1e-12)
    graph = nx.empty_graph(len(map_.places))
    graph.add_edges_from(map_.links)
    assert proof.two_terminal.joined == nx.has_path(graph, *ends)
    assert proof.connected == nx.is_connected(graph)


@given(maps)
def test_cut_nodes_and_bridges_are_what_leaves_more_parts_when_it_is_taken_out(
    drawing: tuple[int, list[Link]],
) -> None:
    map_ = drawn(*drawing)
    proof = prove(map_, 0.9)
    graph = nx.empty_graph(len(map_.places))
    graph.add_edges_from(map_.links)
    parts = nx.number_connected_components(graph)
    cuts, bridges = [], []
    for place in list(graph):
        left = graph.copy()
        left.remove_node(place)
        if len(left) and nx.number_connected_components(left) > parts:
            cuts.append(f"n{place}")
    for link in map_.links:
        left = graph.copy()
        left.remove_edge(*link)
        if nx.number_connected_components(left) > parts:
            bridges.append((f"n{link[0]}", f"n{link[1]}"))
    assert list(proof.cut_nodes) == sorted(cuts)
    assert sorted(proof.bridges) == sorted(bridges)


@given(maps, st.sampled_from([0.3, 0.9]))
def test_a_sweep_says_the_same_of_a_block_before_and_after_it_is_reduced(
    drawing: tuple[int, list[Link]], available: float
) -> None:
    map_ = drawn(*drawing)
    graph = nx.Graph(map_.links)
    if not graph or not nx.is_connected(graph):
        return
    used = sorted(graph)
    chance = Chance(available, 1 - available)
    whole = dict.fromkeys(map_.links, chance)
    for ends in (None, (used[0], used[-1])):
        smaller = reduce([(one, other, chance) for one, other in map_.links], ends)
        swept = connection(whole, ends, 10_000)
        again = connection(smaller.links, ends, 10_000)
        assert smaller.factor.up * again.up == pytest.approx(swept.up, abs=1e-12)


def test_what_is_given_up_bounds_the_figure() -> None:
    links = dict.fromkeys(grid(5, 5), Chance(0.9, 0.1))
    exact = connection(links, None, 100_000)
    rough = connection(links, None, 20)
    assert exact.unknown == 0.0
    assert 0 < rough.unknown < 0.2
    assert rough.up < exact.up < rough.up + rough.unknown
    assert rough.up + rough.down + rough.unknown == pytest.approx(1.0)


def test_a_map_where_all_places_are_linked_is_bounded_with_few_states() -> None:
    whole = [(one, other) for other in range(14) for one in range(other)]
    found = prove(drawn(14, whole), 0.9, (0, 13), most_states=50)
    assert found.two_terminal is not None
    for one in (found.all_terminal, found.two_terminal.reliability):
        assert one.unknown > 0
        assert one.up + one.down + one.unknown == pytest.approx(1.0)


def test_a_grid_of_six_is_as_published() -> None:
    assert prove(drawn(6, grid(3, 2)), 0.5).all_terminal.up == pytest.approx(0.1796875, abs=1e-12)


def test_a_reliable_ring_keeps_the_digits_of_its_failure() -> None:
    ring = prove(drawn(4, [(0, 1), (1, 2), (2, 3), (0, 3)]), 1 - 1e-9).all_terminal
    assert ring.down == pytest.approx(6e-18, rel=1e-6)


def _proof(folder: Path, name: str, between: tuple[str, str] | None = None) -> MapProof:
    file = folder / "topologies" / f"{name}.graphml"
    map_ = bare(read_map(file.read_bytes(), file.name), name)
    ends = (place_called(map_, between[0]), place_called(map_, between[1])) if between else None
    return prove(map_, 0.9, ends)


def test_figures_are_as_known(shared_data: Path) -> None:
    known = json.loads((shared_data / "reliability" / "known.json").read_text("utf-8"))["values"]
    bridge = prove(drawn(4, [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]), 0.9, (0, 3)).two_terminal
    square = prove(drawn(9, grid(3, 3)), 0.9, (0, 8)).two_terminal
    abilene = _proof(shared_data, "Abilene", ("Seattle", "new york")).two_terminal
    arpanet = _proof(shared_data, "Arpanet196912")
    assert bridge is not None
    assert square is not None
    assert abilene is not None
    assert {
        "bridge p=.9 s-t": pytest.approx(bridge.reliability.up, abs=1e-12),
        "Abilene Seattle-New York p=.9": pytest.approx(abilene.reliability.up, abs=1e-12),
        "Arpanet196912 all-terminal p=.9": pytest.approx(arpanet.all_terminal.up, abs=1e-12),
        "3x3 grid corner-corner p=.9": pytest.approx(square.reliability.up, abs=1e-12),
    } == known


@pytest.mark.parametrize("name", ["Geant2012", "Grnet", "Gambia", "Nsfnet"])
def test_a_whole_map_is_exact_and_agrees_with_sampling(name: str, shared_data: Path) -> None:
    import random

    file = shared_data / "topologies" / f"{name}.graphml"
    map_ = bare(read_map(file.read_bytes(), file.name), name)
    found = prove(map_, 0.95).all_terminal
    assert found.unknown == 0.0
    assert found.up + found.down == pytest.approx(1.0, abs=1e-12)
    chance, tries, joined = random.Random(4), 3_000, 0
    for _ in range(tries):
        graph = nx.empty_graph(len(map_.places))
        graph.add_edges_from(link for link in map_.links if chance.random() < 0.95)
        joined += nx.is_connected(graph)
    assert joined / tries == pytest.approx(found.up, abs=4 * (0.25 / tries) ** 0.5)
