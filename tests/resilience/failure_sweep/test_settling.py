"""Power and cooling together: what is overloaded trips and load moves, wave by wave, held against a plain
evaluation of one scenario at a time."""

from collections import defaultdict
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.failure_sweep.blocks import blocks
from resilience.failure_sweep.burdens import exceeding
from resilience.failure_sweep.courses import settled
from resilience.failure_sweep.swept import Swept
from resilience.graph import build
from resilience.sweep import Sweep
from specs.model import Estate
from tests.resilience.failure_sweep.plain_power import taken
from tests.resilience.sketch import estate

SEEDS = st.integers(0, 2**32)
EXAMPLES = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
ROOMS = ("h0", "h1")


def random_hall(random: Random) -> Estate:
    """Boards with a tie, UPS in two rooms, PDUs, cooling units fed from anywhere, servers of 100 to 300 W;
    ratings and capacities may be too small, and rooms may share units."""
    power: dict[str, Any] = {name: {"kind": "utility", "site": "a"} for name in ("g1", "g2")}

    def rating() -> dict[str, Any]:
        return {"rating": f"{random.choice([250, 450, 700, 1000, 2000])} W"} if random.random() < 0.6 else {}

    for board, other in (("b1", "b2"), ("b2", "b1")):
        inputs: list[dict[str, Any]] = [{"source": random.choice(["g1", "g2"])}]
        if random.random() < 0.6:
            inputs.append({"source": other, "normally": "open", "priority": 2})
        power[board] = {"kind": "switchboard", "site": "a", "inputs": inputs} | rating()
    for number in range(2):
        power[f"u{number}"] = {
            "kind": "ups",
            "site": "a",
            "efficiency": random.choice([0.8, 1.0]),
            "inputs": [{"source": random.choice(["b1", "b2"])}],
        } | rating()
        if random.random() < 0.5:
            power[f"u{number}"]["room"] = random.choice(ROOMS)
    for number in range(3):
        sources = random.sample(["u0", "u1"], random.randint(1, 2))
        inputs = [{"source": source} for source in sources]
        power[f"p{number}"] = {"kind": "pdu", "site": "a", "inputs": inputs} | rating()
    feeds = ["p0", "p1", "p2"]
    devices = {
        f"d{number}": {
            "rack": f"r{random.choice('01')}",
            "feeds": random.sample(feeds, random.randint(1, 2)),
            "draw": f"{random.choice([100, 200, 300])} W",
        }
        for number in range(random.randint(3, 5))
    }
    cooling = {
        f"c{number}": {
            "kind": "crah",
            "site": "a",
            "serves": random.sample(ROOMS, random.randint(1, 2)),
            "feeds": random.sample(["b1", "b2", "u0", "u1", *feeds], random.randint(1, 2)),
            "capacity": f"{random.choice([200, 400, 800])} W",
            "draw": f"{random.choice([50, 150])} W",
        }
        for number in range(random.randint(1, 4))
    }
    return estate(
        sites={"a": {"role": "primary"}},
        rooms={
            r: {"site": "a", "purpose": "data-hall", "cooling_needs": random.randint(1, 2)} for r in ROOMS
        },
        racks={"r0": {"room": "h0"}, "r1": {"room": "h1"}},
        power=power,
        cooling=cooling,
        devices=devices,
    )


class Plain:
    """Trips whatever carries too much, all at once, as often as something does; everything is tried anew."""

    def __init__(self, whole: Estate, failed: set[str], spared: set[str], once: bool = False) -> None:
        self.whole, self.failed = whole, set(failed)
        self.heat_of_ups: dict[str, float] = {}
        self.waves: list[set[str]] = []
        while True:
            self.settle()
            over = self.over() - spared
            if not over or once:
                self.first = over
                return
            self.waves.append(over)
            self.failed |= {part for element in over for part in element.split(" + ")}

    def settle(self) -> None:
        """What runs, as long as something more falls."""
        whole = self.whole
        self.units, self.devices = set(whole.cooling), set(whole.devices)
        while True:
            self.live = self.energised()
            before = len(self.units), len(self.devices)
            self.units = {
                name for name in self.units
                if f"cooling/{name}" not in self.failed and set(whole.cooling[name].feeds) & self.live
            }  # fmt: skip
            self.devices = {
                name for name in self.devices
                if f"devices/{name}" not in self.failed
                and set(whole.devices[name].feeds) & self.live and self.cool(self.room(name))
            }  # fmt: skip
            if before == (len(self.units), len(self.devices)) and self.live == self.energised():
                return

    def room(self, device: str) -> str:
        return f"h{str(self.whole.devices[device].rack)[1]}"

    def serving(self, room: str) -> list[str]:
        return [name for name, unit in self.whole.cooling.items() if room in unit.serves]

    def cool(self, room: str) -> bool:
        units = self.serving(room)
        needed = min(self.whole.rooms[room].cooling_needs or 1, len(units))
        return f"rooms/{room}" not in self.failed and len(self.units.intersection(units)) >= needed

    def energised(self) -> set[str]:
        found: set[str] = set()
        while True:
            more = {
                name
                for name, element in self.whole.power.items()
                if f"power/{name}" not in self.failed
                and (element.room is None or self.cool(element.room))
                and (not element.inputs or any(entry.source in found for entry in element.inputs))
            }
            if more <= found:
                return found
            found |= more

    def over(self) -> set[str]:
        """Elements over their ratings, and rooms, alone or together, with more heat than their units take."""
        found = {
            f"power/{name}" for name in self.live
            if (rating := self.whole.power[name].rating) is not None and self.load(name) > rating * (1 + 1e-9)
        }  # fmt: skip
        for rooms in self.wholes():
            units = {unit for room in rooms for unit in self.serving(room)} & self.units
            capacity = sum(self.whole.cooling[unit].capacity or 0.0 for unit in units)
            runs = any(self.cool(room) for room in rooms)
            if runs and sum(self.heat(room) for room in rooms) > capacity * (1 + 1e-9):
                found.add(" + ".join(f"rooms/{room}" for room in rooms))
        return found

    def wholes(self) -> list[tuple[str, ...]]:
        served = [room for room in ROOMS if self.serving(room) and self.has_equipment(room)]
        shared = len(served) == 2 and set(self.serving("h0")) & set(self.serving("h1"))
        return [(room,) for room in served] + ([ROOMS] if shared else [])

    def has_equipment(self, room: str) -> bool:
        inside = any(self.room(name) == room for name in self.whole.devices)
        return inside or any(element.room == room for element in self.whole.power.values())

    def heat(self, room: str) -> float:
        """Of its servers, and what its UPS lose in the normal state."""
        watts = sum(self.whole.devices[name].draw or 0.0 for name in self.devices if self.room(name) == room)
        return watts + sum(
            normal_load(self.whole, name) * (1.0 / (element.efficiency or 1.0) - 1.0)
            for name, element in self.whole.power.items()
            if element.room == room and element.kind == "ups" and name in self.live
        )

    def load(self, name: str) -> float:
        watts = 0.0
        for device in self.devices:
            found = self.whole.devices[device]
            live = [feed for feed in found.feeds if feed in self.live]
            watts += (found.draw or 0.0) / len(live) if name in live else 0.0
        for unit in self.units:
            live = [feed for feed in self.whole.cooling[unit].feeds if feed in self.live]
            watts += (self.whole.cooling[unit].draw or 0.0) if live[0] == name else 0.0
        for other, element in self.whole.power.items():
            sources = self.sources(other)
            if other in self.live and name in sources:
                watts += self.load(other) / (element.efficiency or 1.0) / len(sources)
        return watts

    def sources(self, name: str) -> list[str]:
        return taken(self.whole.power[name], self.live)


class Normal(Plain):
    """The normal state, in which all are cool."""

    def cool(self, room: str) -> bool:
        return True

    def settle(self) -> None:
        self.units, self.devices = set(self.whole.cooling), set(self.whole.devices)
        self.live = self.energised()

    def over(self) -> set[str]:
        return set()


def normal_load(whole: Estate, name: str) -> float:
    """Watts of a power element with nothing lost."""
    return Normal(whole, set(), set()).load(name)


def agrees(seed: int, pairs_drawn: int) -> None:
    """Every single event and some pairs of one estate settle as plain waves do, over the same trips."""
    whole = random_hall(Random(seed))
    swept = Swept(Sweep(build(whole)))
    names, index = swept.scenes.names, swept.times.compiled.index
    spared = Plain(whole, set(), set(), once=True).first
    assert set(swept.risks.in_calm) == spared
    calm = Plain(whole, set(), spared, once=True)
    chosen = [n for n, name in enumerate(names) if name.startswith(("power/", "devices/", "cooling/"))]
    chosen = [number for number in chosen if not names[number].endswith("#out")]

    def ends(plain: Plain) -> dict[str, bool]:
        found = {f"power/{name}": name in plain.live for name in whole.power if name in calm.live}
        found |= {f"cooling/{name}": name in plain.units for name in calm.units}
        return found | {f"devices/{name}": name in plain.devices for name in calm.devices}

    for number in chosen:
        plain = Plain(whole, {names[number]}, spared)
        waves: dict[int, set[str]] = defaultdict(set)
        for trip in swept.trips.get(number, ()):
            waves[trip.wave].add(trip.element)
        assert plain.waves == [waves[wave] for wave in sorted(waves)], names[number]
        for element, up in ends(plain).items():
            assert bool(swept.lost(element) >> number & 1) != up, (names[number], element)
    pairs = list(combinations(chosen, 2))
    afters = {
        n: after for b in blocks(swept.scenes) for after in [swept.cascade.beside(b)] for n in b.numbers
    }
    for first, second in Random(seed).sample(pairs, min(pairs_drawn, len(pairs))):
        plain, after = Plain(whole, {names[first], names[second]}, spared), afters[second]
        for element, up in ends(plain).items():
            row = dict(after.block.rows(settled(after.look(index[element])))).get(second, 0)
            assert bool(row >> first & 1) != up, (names[first], names[second], element)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**12 - 1), st.sampled_from([-80.0, -30.0, 10.0, 20.0, 50.0, 100.0])),
        max_size=12,
    ),
    st.sampled_from([0.0, 35.0, 110.0]),
)
@settings(EXAMPLES, max_examples=200)
def test_scenarios_over_a_limit_are_those_whose_terms_sum_to_more(
    terms: list[tuple[int, float]], limit: float
) -> None:
    over = exceeding(terms, limit, 2**12 - 1)
    for scenario in range(12):
        watts = sum(watts for members, watts in terms if members >> scenario & 1)
        assert bool(over >> scenario & 1) == (watts > limit)


@given(SEEDS)
@settings(EXAMPLES, max_examples=40)
def test_power_and_cooling_settle_as_plain_waves_do(seed: int) -> None:
    agrees(seed, 12)


@pytest.mark.slow
@given(SEEDS)
@settings(EXAMPLES, max_examples=1_000)
def test_a_thousand_halls_settle_as_plain_waves_do(seed: int) -> None:
    agrees(seed, 30)
