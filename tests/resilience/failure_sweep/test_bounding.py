"""What a power element carries at most, on small random chains: held against what it does carry."""

from collections import defaultdict
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.failure_sweep.bounding import Bounds, bounds
from resilience.failure_sweep.power_net import PowerNet
from resilience.failure_sweep.swept import Swept
from resilience.graph import build
from resilience.sweep import Sweep
from specs.model import Estate
from tests.resilience.failure_sweep.test_cascade import random_chain
from tests.resilience.sketch import estate


def net_of(whole: Estate) -> PowerNet:
    graph = build(whole)
    return PowerNet(graph, Swept(Sweep(graph)).times.compiled.index)


def generators() -> PowerNet:
    """Three generators behind a board that stands by for the grid, and twelve boxes of 100 W on two PDUs."""
    return net_of(
        estate(
            sites={"a": {"role": "primary"}},
            power={"grid": {"kind": "utility", "site": "a"}}
            | {f"g{n}": {"kind": "generator", "site": "a"} for n in (1, 2, 3)}
            | {
                "board": {
                    "kind": "switchboard",
                    "site": "a",
                    "inputs": [{"source": f"g{n}"} for n in (1, 2, 3)],
                    "needs": 2,
                }
            }
            | {
                f"ats-{side}": {
                    "kind": "transfer-switch",
                    "site": "a",
                    "inputs": [
                        {"source": "grid"},
                        {"source": "board", "normally": "open", "priority": 2},
                    ],
                }
                for side in "ab"
            },
            rooms={"hall": {"site": "a", "purpose": "data-hall"}},
            racks={"r": {"room": "hall"}},
            devices={f"n{n}": {"rack": "r", "feeds": ["ats-a", "ats-b"]} for n in range(12)},
        )
    )


def test_a_generator_is_looked_at_only_where_grid_and_a_neighbour_are_lost() -> None:
    net = generators()
    found = bounds(net, "g1", 500.0)
    assert {net.node(name) for name in ("grid", "board", "g2", "g3")} <= set(found.deciders)
    assert found.most({}) == 1200.0
    assert found.most({net.node("grid"): False}) == 0.0
    told = {net.node("grid"): True, net.node("g2"): False, net.node("g3"): False}
    assert found.most(told) == pytest.approx(400.0)
    assert found.most({**told, net.node("g2"): True}) == pytest.approx(600.0)
    lost = {net.node("grid"): 0b1110, net.node("g2"): 0b0101, net.node("g3"): 0b1000}
    assert found.doubtful(lambda node: lost.get(node, 0), 0b1111) == 0b1100


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_nothing_ever_carries_more_than_its_bound(seed: int) -> None:
    random = Random(seed)
    net = net_of(random_chain(random))
    names = sorted(net.estate.power)
    for name in names:
        others = [net.node(other) for other in names if other != name]
        found: Bounds = bounds(net, name, 0.0)
        for gone in map(set, random.sample(list(combinations(others, 3)), 8)):
            carried = net.load(name, gone.__contains__)
            known = random.sample(others, random.randint(0, len(others)))
            assert carried <= found.most({node: node in gone for node in known}) + 1e-6
            limited = bounds(net, name, carried * random.choice((0.5, 0.99)))
            if carried:
                lost = defaultdict(int, dict.fromkeys(gone, 1))
                assert limited.doubtful(lost.__getitem__, 1) == 1


def test_all_but_what_may_exceed_is_left_out_whatever_the_order() -> None:
    found = Bounds((1, 2), lambda told: 9.0 if told.get(1, True) and told.get(2, True) else 1.0, 5.0)
    for one, other in product(range(16), repeat=2):
        assert found.doubtful({1: one, 2: other}.__getitem__, 0b1011) == one & other & 0b1011
