"""What trips, on small random power chains: held against a plain evaluation of one scenario at a time."""

from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resilience.failure_sweep.blocks import Block
from resilience.failure_sweep.courses import settled
from resilience.failure_sweep.power_net import PowerNet
from resilience.failure_sweep.swept import Swept
from resilience.graph import build
from resilience.loads import Loads
from resilience.sweep import Sweep
from specs.model import Estate
from tests.resilience.failure_sweep.plain_power import taken
from tests.resilience.sketch import estate


def random_chain(random: Random) -> Estate:
    """Two sources, boards with ties, UPS, PDUs and boxes of 100 W; ratings that may be too small."""
    power: dict[str, Any] = {name: {"kind": "utility", "site": "a"} for name in ("g1", "g2")}

    def rating() -> dict[str, Any]:
        return {"rating": f"{random.choice([150, 250, 350, 500, 900])} W"} if random.random() < 0.7 else {}

    for board, other in (("b1", "b2"), ("b2", "b1")):
        inputs: list[dict[str, Any]] = [{"source": random.choice(["g1", "g2"])}]
        if random.random() < 0.6:
            inputs.append({"source": other, "normally": "open", "priority": 2})
        power[board] = {"kind": "switchboard", "site": "a", "inputs": inputs} | rating()
    for number in range(3):
        sources = random.sample(["b1", "b2"], random.randint(1, 2))
        closed = random.random() < 0.7
        power[f"u{number}"] = {
            "kind": "ups",
            "site": "a",
            "efficiency": random.choice([0.8, 1.0]),
            "inputs": [
                {
                    "source": s,
                    "normally": "closed" if closed or not k else "open",
                    "priority": 1 if closed else k + 1,
                }
                for k, s in enumerate(sources)
            ],
        } | rating()
    for number in range(4):
        sources = random.sample(["u0", "u1", "u2"], random.randint(1, 2))
        inputs = [{"source": source} for source in sources]
        power[f"p{number}"] = {"kind": "pdu", "site": "a", "inputs": inputs} | rating()
    pdus = [f"p{number}" for number in range(4)]
    devices = {
        f"d{number}": {"rack": "r", "feeds": random.sample(pdus, random.randint(1, 2))} for number in range(6)
    }
    return estate(
        sites={"a": {"role": "primary"}},
        rooms={"hall": {"site": "a", "purpose": "data-hall"}},
        racks={"r": {"room": "hall"}},
        power=power,
        devices=devices,
    )


class Plain:
    """Trips what carries too much, all at once, as often as something does."""

    def __init__(self, whole: Estate, failed: set[str], spared: set[str]) -> None:
        self.whole = whole
        self.out = {reference.partition("/")[2] for reference in failed if reference.startswith("power/")}
        self.off = {reference.partition("/")[2] for reference in failed if reference.startswith("devices/")}
        self.tripped: list[set[str]] = []
        while True:
            self.live = self.energised()
            over = {
                name
                for name in self.live - spared
                if (rating := whole.power[name].rating) is not None and self.load(name) > rating * (1 + 1e-9)
            }
            if not over:
                return
            self.tripped.append(over)
            self.out |= over

    def energised(self) -> set[str]:
        live: set[str] = set()
        while True:
            more = {
                name
                for name, element in self.whole.power.items()
                if name not in self.out
                and (
                    not element.inputs
                    or sum(entry.source in live for entry in element.inputs) >= element.needs
                )
            }
            if more <= live:
                return live
            live |= more

    def load(self, name: str) -> float:
        watts = 0.0
        for device, found in self.whole.devices.items():
            live = [feed for feed in found.feeds if feed in self.live]
            if device not in self.off and name in live:
                watts += 100.0 / len(live)
        for other, element in self.whole.power.items():
            sources = self.sources(other)
            if other in self.live and name in sources:
                watts += self.load(other) / (element.efficiency or 1.0) / len(sources)
        return watts

    def sources(self, name: str) -> list[str]:
        return taken(self.whole.power[name], self.live)


@pytest.mark.slow
@given(st.integers(0, 2**32))
@example(140)
@settings(max_examples=120, deadline=None)
def test_what_trips_after_every_single_and_pair_is_what_plain_waves_trip(seed: int) -> None:
    whole = random_chain(Random(seed))
    swept = Swept(Sweep(build(whole)))
    scenes, index = swept.scenes, swept.times.compiled.index
    spared = {element.partition("/")[2] for element in swept.risks.in_calm}
    chosen = [n for n, name in enumerate(scenes.names) if name.startswith(("power/", "devices/"))]
    for number in chosen:
        plain = Plain(whole, {scenes.names[number]}, spared)
        waves = [{t.element for t in swept.trips.get(number, ()) if t.wave == k + 1} for k in range(9)]
        assert [{f"power/{n}" for n in wave} for wave in plain.tripped] == [wave for wave in waves if wave]
        for name in whole.power:
            assert bool(swept.lost(f"power/{name}") >> number & 1) == (name not in plain.live)
    pairs = list(combinations(chosen, 2))
    for first, second in Random(seed).sample(pairs, min(30, len(pairs))):
        plain = Plain(whole, {scenes.names[first], scenes.names[second]}, spared)
        after = swept.cascade.beside(Block(scenes, range(second, second + 1)))
        for name in whole.power:
            lost = settled(after.look(index[f"power/{name}"])) >> first & 1
            assert bool(lost) == (name not in plain.live), (scenes.names[first], scenes.names[second], name)


def test_what_one_event_alone_trips_can_live_on_in_a_pair_and_overload_what_it_stands_on() -> None:
    """Without pn, x and y trip, which leaves e 2,000 W on z. Without big too, x lives on: 2,200 W."""
    devices: dict[str, Any] = {
        "big": {"feeds": ["x"], "draw": "800 W"},
        "ax": {"feeds": ["pn", "x"], "draw": "200 W"},
        "by": {"feeds": ["pn", "y"], "draw": "300 W"},
        "cz": {"feeds": ["y", "z"], "draw": "2000 W"},
    } | {f"other{n}": {"feeds": ["g"]} for n in range(9)}
    ratings = {"e": 2050, "x": 950, "y": 1200}
    stands_on = {"e": "g", "x": "e", "z": "e", "pn": "g", "y": "g"}
    whole = estate(
        sites={"a": {"role": "primary"}},
        rooms={"hall": {"site": "a", "purpose": "data-hall"}},
        racks={"r": {"room": "hall"}},
        power={"g": {"kind": "utility", "site": "a"}}
        | {
            name: {"kind": "pdu", "site": "a", "inputs": [{"source": source}]}
            | ({"rating": f"{ratings[name]} W"} if name in ratings else {})
            for name, source in stands_on.items()
        },
        devices={name: {"rack": "r"} | device for name, device in devices.items()},
        platforms={
            f"p{n}": {"kind": "compute", "nodes": ["big", f"other{n}"], "needs_nodes": 1} for n in range(9)
        },
        services={f"s{n}": {} for n in range(9)},
        workloads={f"w{n}": {"service": f"s{n}", "platform": f"p{n}", "site": "a"} for n in range(9)},
    )
    swept = Swept(Sweep(build(whole)))
    index, numbers = swept.times.compiled.index, swept.scenes.numbers
    first, second = numbers["devices/big"], numbers["power/pn"]
    assert first < second
    trips = {n: [t.element for t in swept.trips.get(n, ())] for n in (first, second)}
    assert trips == {first: [], second: ["power/x", "power/y"]}
    after = swept.cascade.beside(Block(swept.scenes, range(second, second + 1)))
    lost = {name for name in whole.power if settled(after.look(index[f"power/{name}"])) >> first & 1}
    assert lost == {"pn", "y", "e", "x", "z"}


def test_what_lives_on_in_a_pair_counts_even_where_it_is_as_after_the_other_event_alone() -> None:
    """The same, but with a rack that takes big: nothing but that x was felled by pn tells that e must be
    looked at, since x, and all that it feeds, is as after the loss of the rack alone."""
    devices: dict[str, Any] = {
        "big": {"rack": "q", "feeds": ["x"], "draw": "800 W"},
        "ax": {"feeds": ["pn", "x"], "draw": "200 W"},
        "by": {"feeds": ["pn", "y"], "draw": "300 W"},
        "cz": {"feeds": ["y", "z"], "draw": "2000 W"},
    }
    devices |= {f"n{n}": {"feeds": ["g", "pn"]} for n in range(4)}
    devices |= {f"q{n}": {"rack": "q", "feeds": ["g"]} for n in range(9)}
    ratings = {"e": 2050, "x": 950, "y": 1200}
    stands_on = {"e": "g", "x": "e", "z": "e", "pn": "g", "y": "g"}
    served = [f"n{n}" for n in range(4)] + [f"q{n}" for n in range(9)]
    whole = estate(
        sites={"a": {"role": "primary"}},
        rooms={"hall": {"site": "a", "purpose": "data-hall"}},
        racks={"r": {"room": "hall"}, "q": {"room": "hall"}},
        power={"g": {"kind": "utility", "site": "a"}}
        | {
            name: {"kind": "pdu", "site": "a", "inputs": [{"source": source}]}
            | ({"rating": f"{ratings[name]} W"} if name in ratings else {})
            for name, source in stands_on.items()
        },
        devices={name: {"rack": "r"} | device for name, device in devices.items()},
        platforms={f"p-{name}": {"kind": "compute", "nodes": [name], "needs_nodes": 1} for name in served},
        services={f"s-{name}": {} for name in served},
        workloads={f"w-{n}": {"service": f"s-{n}", "platform": f"p-{n}", "site": "a"} for n in served},
    )
    swept = Swept(Sweep(build(whole)))
    index, numbers = swept.times.compiled.index, swept.scenes.numbers
    first, second = numbers["racks/q"], numbers["power/pn"]
    assert first < second < min(numbers["power/x"], numbers["power/e"])
    after = swept.cascade.beside(Block(swept.scenes, range(second, second + 1)))
    lost = {name for name in whole.power if settled(after.look(index[f"power/{name}"])) >> first & 1}
    assert lost == {"pn", "y", "e", "x", "z"}


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_loads_are_those_of_the_power_chain_and_never_more_than_the_most_that_can_come(seed: int) -> None:
    random = Random(seed)
    whole = random_chain(random)
    graph = build(whole)
    swept = Swept(Sweep(graph))
    net = PowerNet(graph, swept.times.compiled.index)
    gone = frozenset(f"power/{name}" for name in random.sample(sorted(whole.power), 2))
    states = Loads(whole, graph.where).without(gone)
    dark = {net.node(name) for name, load in states.items() if not load.energised}
    for name, load in states.items():
        if load.energised:
            assert abs(net.load(name, dark.__contains__) - load.watts) < 1e-6
            assert load.watts <= net.most(name) + 1e-6
