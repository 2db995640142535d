"""Linear programs of spread traffic, held against cuts, maximum flows and a program over whole paths."""

from collections.abc import Mapping
from itertools import combinations, pairwise
from math import inf
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience.failover_flows.multi_commodity import Line, MultiCommodityFlow, Pair

PLACES = "abcde"
SEEDS = st.integers(0, 2**32)
few = settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def two_of(dice: Random) -> tuple[str, str]:
    a, b = dice.sample(PLACES, 2)
    return a, b


def random_lines(dice: Random) -> tuple[Line, ...]:
    """A ring, so that all places are joined, and some chords; two lines may join the same places."""
    pairs = [*pairwise(PLACES), ("a", "e")]
    pairs += [two_of(dice) for _ in range(dice.randint(0, 3))]
    return tuple(
        Line(f"l{number}", a, b, dice.choice([1e9, 2.5e9, 10e9, 40e9])) for number, (a, b) in enumerate(pairs)
    )


def narrowest_cut(lines: tuple[Line, ...], needs: Mapping[Pair, float]) -> float:
    """Of all ways to part the places in two: the least of what crosses by what must cross."""
    least = inf
    for size in range(1, len(PLACES)):
        for side in map(set, combinations(PLACES, size)):
            asked = sum(
                need for pair, need in needs.items() if (pair.source in side) != (pair.target in side)
            )
            if asked:
                room = sum(line.bandwidth for line in lines if (line.a in side) != (line.b in side))
                least = min(least, room / asked)
    return least


def over_paths(lines: tuple[Line, ...], needs: Mapping[Pair, float]) -> float:
    """The same growth by a program that has one variable for every simple path."""
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for line in lines:
        graph.add_edge(line.a, line.b, key=line.name)
    ways = [
        (pair, {str(edge[-1]) for edge in path})
        for pair in sorted(needs)
        for path in nx.all_simple_edge_paths(graph, pair.source, pair.target)
    ]
    equal = [[float(owner == pair) for owner, _ in ways] + [-needs[pair] / 1e9] for pair in sorted(needs)]
    limits = [[float(line.name in names) for _, names in ways] + [0.0] for line in lines]
    solve: Any = linprog
    found = solve(
        [0.0] * len(ways) + [-1.0],
        A_ub=limits,
        b_ub=[line.bandwidth / 1e9 for line in lines],
        A_eq=equal,
        b_eq=[0.0] * len(equal),
        method="highs-ipm",
    )
    return float(-found.fun)


@given(SEEDS)
@few
def test_one_pair_gets_the_maximum_flow_of_networkx(seed: int) -> None:
    dice = Random(seed)
    lines = random_lines(dice)
    graph: nx.Graph[str] = nx.Graph()
    for line in lines:
        known = graph.get_edge_data(line.a, line.b, {"capacity": 0.0})["capacity"]
        graph.add_edge(line.a, line.b, capacity=known + line.bandwidth)
    source, target = dice.sample(PLACES, 2)
    pair = Pair(source, target)
    net = MultiCommodityFlow(lines, {pair: 3e9})
    most, _ = nx.maximum_flow(graph, source, target)
    assert net.growth == pytest.approx(most / 3e9, abs=1e-6)
    assert net.left(pair) == pytest.approx(most, rel=1e-6)
    assert MultiCommodityFlow(lines, {pair: 0.0}).left(pair) == pytest.approx(most, rel=1e-6)


@given(SEEDS)
@few
def test_two_pairs_grow_to_their_narrowest_cut(seed: int) -> None:
    """For two commodities over undirected lines the cut decides (Hu, Operations Research 11, 1963)."""
    dice = Random(seed)
    lines = random_lines(dice)
    needs = {Pair(*two_of(dice)): dice.choice([1e8, 2e9, 7e9]) for _ in range(2)}
    assert MultiCommodityFlow(lines, needs).growth == pytest.approx(narrowest_cut(lines, needs), abs=1e-6)


@given(SEEDS)
@few
def test_many_pairs_grow_as_the_program_over_whole_paths_says(seed: int) -> None:
    dice = Random(seed)
    lines = random_lines(dice)
    needs = {Pair(*two_of(dice)): dice.choice([1e8, 2e9, 7e9]) for _ in range(dice.randint(3, 6))}
    found = MultiCommodityFlow(lines, needs).growth
    assert found == pytest.approx(over_paths(lines, needs), rel=1e-6, abs=1e-6)
    assert found <= narrowest_cut(lines, needs) + 1e-6


@given(SEEDS)
@few
def test_only_a_circuit_that_binds_lowers_the_growth_when_it_narrows(seed: int) -> None:
    dice = Random(seed)
    lines = random_lines(dice)
    needs = {Pair(*two_of(dice)): dice.choice([1e9, 2e9, 7e9]) for _ in range(3)}
    net = MultiCommodityFlow(lines, needs)
    assert net.binding
    for line in lines:
        narrower = tuple(
            Line(one.name, one.a, one.b, one.bandwidth * (0.999 if one == line else 1.0)) for one in lines
        )
        less = MultiCommodityFlow(narrower, needs).growth
        assert (less < net.growth - 2e-6) == (line.name in net.binding)


@given(SEEDS)
@few
def test_fair_shares_fit_and_none_can_grow_but_at_the_cost_of_one_served_no_better(seed: int) -> None:
    dice = Random(seed)
    lines = random_lines(dice)
    needs = {Pair(*two_of(dice)): dice.choice([2e9, 9e9, 30e9]) for _ in range(3)}
    net = MultiCommodityFlow(lines, needs)
    shares = net.fair_shares
    assert min(shares.values()) == pytest.approx(min(1.0, net.growth), abs=1e-6)
    served = {pair: max(need * shares[pair] * (1 - 1e-5), 1.0) for pair, need in needs.items()}
    assert MultiCommodityFlow(lines, served).growth >= 1.0
    for pair, share in shares.items():
        if share < 1.0 - 1e-4:
            kept = {
                other: served[other] for other in needs if other != pair and shares[other] <= share + 1e-4
            }
            more = kept | {pair: needs[pair] * min(1.0, share * 1.01 + 1e-3)}
            assert MultiCommodityFlow(lines, more).growth < 1.0


def test_places_at_the_end_pass_nothing_on() -> None:
    lines = (Line("x", "a", "net", 10e9), Line("y", "net", "b", 10e9), Line("z", "a", "b", 1e9))
    needs = {Pair("a", "b"): 1e9, Pair("net", "b"): 1e9}
    assert MultiCommodityFlow(lines, needs).growth == pytest.approx(5.5)
    assert MultiCommodityFlow(lines, {Pair("a", "b"): 1e9}, frozenset({"net"})).growth == pytest.approx(1.0)
    assert MultiCommodityFlow(lines, needs, frozenset({"net"})).growth == pytest.approx(1.0)


def test_traffic_kept_to_some_circuits_spreads_over_those_alone() -> None:
    lines = (Line("x", "a", "b", 10e9), Line("y", "a", "b", 2e9), Line("z", "a", "b", 3e9))
    net = MultiCommodityFlow(lines, {Pair("a", "b", ("y", "z")): 1e9})
    assert (net.growth, net.binding) == (5.0, ("y", "z"))


def test_what_nothing_limits_is_infinite_and_binds_nothing() -> None:
    net = MultiCommodityFlow((Line("x", "a", "b", inf),), {Pair("a", "b"): 1e9})
    assert (net.growth, net.binding, net.left(Pair("a", "b"))) == (inf, (), inf)


def test_small_needs_beside_wide_circuits_are_still_told_apart() -> None:
    lines = (Line("x", "a", "b", 400e9), Line("y", "b", "c", 1e5))
    net = MultiCommodityFlow(lines, {Pair("a", "c"): 2e5, Pair("a", "b"): 100e9})
    assert net.growth == 0.5
    assert net.fair_shares == {Pair("a", "b"): 1.0, Pair("a", "c"): 0.5}
    assert net.binding == ("y",)
