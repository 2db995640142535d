"""Thousands of small random estates: every single event and pairs, with traffic over narrow circuits, held
against evaluators that know neither bits nor blocks."""

from collections import defaultdict
from collections.abc import Collection
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.failure_sweep.pairing import Pairing, settles
from resilience.failure_sweep.swept import Swept
from resilience.graph import build
from resilience.sweep import Sweep, scenario_of
from specs.model import Estate
from tests.resilience.sketch import circuit, estate
from tests.resilience.test_oracle import SITES, Dice, Plain

SEEDS = st.integers(0, 2**32)
EXAMPLES = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
WIDEST = ("component", "site", "region")


def small_estate(dice: Dice) -> Estate:
    """Two sites with one to two servers each and users at a third place; circuits of a few Gbit/s."""
    whole: dict[str, Any] = {
        "sites": {name: {"role": "other"} for name in SITES},
        "rooms": {f"hall-{site}": {"site": site, "purpose": "data-hall"} for site in "ab"},
        "racks": {site: {"room": f"hall-{site}"} for site in "ab"},
        "vendors": {"x": {"kind": "carrier"}, "y": {"kind": "carrier"}},
        "hazards": {"duct0": {"kind": "duct"}, "duct1": {"kind": "duct"}, "quake": {"kind": "seismic"}},
        "datasets": {"d": {"home": {"platform": "a-database", "site": "a"}}},
        "replications": {},
    }
    whole |= {name: {} for name in ("power", "devices", "circuits", "platforms", "services", "workloads")}
    whole["sites"]["a"]["hazards"] = ["quake"] if dice.chance() else []
    for site in "ab":
        whole["power"][f"{site}-grid"] = {"kind": "utility", "site": site}
        whole["power"][f"{site}-gen"] = {"kind": "generator", "site": site}
        inputs: list[dict[str, Any]] = [{"source": f"{site}-grid"}]
        inputs += [{"source": f"{site}-gen", "normally": "open", "priority": 2}] if dice.chance() else []
        whole["power"][f"{site}-board"] = {"kind": "switchboard", "site": site, "inputs": inputs}
        servers = [f"{site}-s{number}" for number in range(dice.random.randint(1, 2))]
        for server in servers:
            feeds = dice.some_of([f"{site}-board", f"{site}-grid"], 1, 2)
            whole["devices"][server] = {"rack": site, "feeds": feeds}
        for kind in ("database", "dns"):
            nodes = dice.some_of(servers, 1, 2)
            whole["platforms"][f"{site}-{kind}"] = {
                "kind": kind,
                "nodes": nodes,
                "needs_nodes": dice.random.randint(1, len(nodes)),
            }
    for number in range(dice.random.randint(2, 4)):
        a, b = dice.some_of(SITES, 2, 2)
        whole["circuits"][f"c{number}"] = circuit(
            a, b, dice.random.choice("xy"), *dice.some_of(["duct0", "duct1"], 0, 2)
        ) | {
            "bandwidth": f"{dice.random.choice([1, 2, 4, 10])} Gbit/s",
            "latency": dice.random.choice(LATENCIES),
        }
    if dice.chance():
        whole["datasets"]["d"]["writes"] = {"average": "1 Gbit/s", "peak": "2 Gbit/s"}
        whole["replications"]["r"] = {
            "dataset": "d", "source": "a-database", "target": "b-database", "target_site": "b",
            "mode": "asynchronous",
        }  # fmt: skip
    for service in ("s0", "s1"):
        _service(dice, whole, service)
    return estate(**whole)


LATENCIES = ("1 ms", "2 ms", "4 ms")


def _service(dice: Dice, whole: dict[str, Any], name: str) -> None:
    level = dice.random.choice([0.2, 0.5, 0.8])
    whole["services"][name] = {
        "users_at": dice.some_of(SITES, 1, 2),
        "objectives": {"component": {"rto": "1 h", "rpo": "0 s", "minimum_level": level}},
        "needs": [{"on": f"platforms/{dice.random.choice('ab')}-dns"}] if dice.chance() else [],
    }
    for number, site in enumerate(dice.some_of("ab", 1, 2)):
        takes = {"normal": {"throughput": f"{dice.random.choice([1, 2, 3])} Gbit/s"}}
        if dice.chance():
            takes["dr"] = {"throughput": "4 Gbit/s"}
        whole["workloads"][f"{name}-{number}"] = {
            "service": name,
            "platform": f"{site}-{dice.random.choice(['database', 'dns'])}",
            "site": site,
            "role": "standby" if number and dice.chance() else "active",
            "takes": takes,
            "datasets": ["d"] if dice.chance() else [],
        }


class Quick(Plain):
    """The plain evaluator with quicker ways between three sites."""

    def reached(self, a: str, b: str) -> bool:
        if a == b:
            return True
        ends = {name: frozenset(str(end.site) for end in c.ends) for name, c in self.whole.circuits.items()}
        whole = set(ends.values())
        if not joined(whole, a, b):
            return not any(a in pair for pair in whole) or not any(b in pair for pair in whole)
        running = {pair for name, pair in ends.items() if self.up[f"circuits/{name}"]}
        sound = {site for site in SITES if self.stands(f"sites/{site}")}
        return {a, b} <= sound and joined({pair for pair in running if pair <= sound}, a, b)


def joined(lines: Collection[frozenset[str]], a: str, b: str) -> bool:
    """Whether two of the three sites are joined, at once or over the third."""
    (other,) = set(SITES) - {a, b}
    return frozenset((a, b)) in lines or {frozenset((a, other)), frozenset((other, b))} <= set(lines)


class Traffic:
    """Every flow on its one way, found among all ways; what crosses each circuit, and the share it leaves."""

    def __init__(self, plain: Plain, calm: "Traffic | None" = None) -> None:
        self.plain, self.whole = plain, plain.whole
        self.sites = {site for site in SITES if plain.stands(f"sites/{site}")}
        self.lines: list[tuple[str, str, str]] = []
        for name, found in self.whole.circuits.items():
            a, b = (str(end.site) for end in found.ends)
            if plain.up[f"circuits/{name}"] and {a, b} <= self.sites:
                self.lines.append((name, a, b))
        self.serving: dict[str, str | None] = {}
        self.shares: dict[str, float] = {}
        flows = [
            (name, *self.served(name, user), user) for name, found in self.whole.services.items()
            for user in found.users_at
        ]  # fmt: skip
        crossing: dict[str, float] = defaultdict(float)
        for name, site, way, user in flows:
            self.serving[f"{name}@{user}"] = site
            usual = calm.serving[f"{name}@{user}"] if calm else site
            for circuit_name in way or ():
                crossing[circuit_name] += self.needed(name, site, away=site != usual)
        writes = self.whole.datasets["d"].writes
        if self.whole.replications and writes is not None and writes.peak is not None:
            for circuit_name in self.best("a", "b") or ():
                crossing[circuit_name] += writes.peak
        self.crossing = dict(sorted(crossing.items()))
        self.flows = {(name, user): (site, way) for name, site, way, user in flows}
        self.over = {n for n, load in crossing.items() if load > (self.whole.circuits[n].bandwidth or 0.0)}
        self.over -= calm.over if calm else set()
        for name, _, way, _ in flows:
            for circuit_name in set(way or ()) & self.over:
                share = (self.whole.circuits[circuit_name].bandwidth or 0.0) / crossing[circuit_name]
                self.shares[name] = min(share, self.shares.get(name, 1.0))

    def best(self, source: str, target: str) -> tuple[str, ...] | None:
        """The circuits of the way of least latency; of these the fewest, then the first by name."""
        ways = self.ways(source, target) if {source, target} <= self.sites else []
        return min(ways, key=lambda way: (*self.cost(way), way), default=None)

    def ways(self, source: str, target: str, passed: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        """All ways that pass no site twice."""
        if source == target:
            return [()]
        found = []
        for name, a, b in self.lines:
            for here, there in ((a, b), (b, a)):
                if here == source and there not in (*passed, source):
                    found += [(name, *way) for way in self.ways(there, target, (*passed, source))]
        return found

    def cost(self, way: tuple[str, ...]) -> tuple[float, int]:
        return sum(self.whole.circuits[name].latency or 0.0 for name in way), len(way)

    def served(self, service: str, user: str) -> tuple[str | None, tuple[str, ...] | None]:
        """The site that serves: one with a way, the most active workloads, the nearest."""
        running = [
            (name, found) for name, found in self.whole.workloads.items()
            if found.service == service and self.plain.up[f"workloads/{name}"]
        ]  # fmt: skip
        found = []
        for site in sorted({workload.site for _, workload in running}):
            way = self.best(user, site)
            active = sum(w.role == "active" for _, w in running if w.site == site)
            found.append((way is None, -active, self.cost(way) if way else (0.0, 0), site, way))
        if not found:
            return None, None
        _, _, _, site, way = min(found, key=lambda entry: entry[:4])
        return site, way

    def needed(self, service: str, site: str | None, *, away: bool) -> float:
        takes = [w.takes for w in self.whole.workloads.values() if w.service == service and w.site == site]
        modes = [take.dr if away and take.dr is not None else take.normal for take in takes]
        most = max((mode.throughput or 0.0 for mode in modes if mode is not None), default=0.0)
        return most / len(self.whole.services[service].users_at)


class Outcome:
    """Which services are below their level, and whose traffic does not all arrive, after some events."""

    def __init__(self, whole: Estate, events: tuple[str, ...], kind: str, calm: Traffic | None) -> None:
        plain = Quick(whole, set(events))
        self.traffic = Traffic(plain, calm)
        self.below, self.short = set(), set(self.traffic.shares)
        for name, service in whole.services.items():
            left = [site for site in service.users_at if plain.stands(f"sites/{site}")]
            lost = any(not plain.serves(name, site) for site in left) if left else not plain.runs(name)
            objective = getattr(service.objectives, kind)
            least = objective.minimum_level if objective is not None else 0.0
            if lost or self.traffic.shares.get(name, 1.0) < least:
                self.below.add(name)


def agrees(seed: int, pairs_drawn: int) -> None:
    """Every single event and some pairs of one small estate end as the plain evaluators say."""
    whole = small_estate(Dice(seed))
    swept = Swept(Sweep(build(whole)))
    scenes, sweep = swept.scenes, swept.sweep
    calm = Outcome(whole, (), "component", None)
    assert {f"circuits/{name}" for name in calm.traffic.over} == {
        f"circuits/{name}" for name in (swept.traffic.in_calm if swept.traffic.movers else calm.traffic.over)
    }
    events = scenes.names[: scenes.events]
    kinds = {name: str(scenario_of(whole, name, sweep.categories[name])) for name in events}
    places = {s: place for place, gauge in enumerate(swept.gauges) for s in gauge.services}
    alone: dict[str, Outcome] = {}
    for number, event in enumerate(events):
        expected = alone[event] = Outcome(whole, (event,), kinds[event], calm.traffic)
        for service in whole.services.keys() - calm.below:
            found = swept.alone[places[service]]
            assert bool(found.below >> number & 1) == (service in expected.below), (event, service)
            if service in expected.short:
                assert found.reduced >> number & 1, (event, service)
        congested = {found.circuit for found in swept.shortness.congested(number)}
        assert congested == {f"circuits/{name}" for name in expected.traffic.over}, event
    met = pairs_of(swept)
    chosen = list(combinations(events, 2))
    some = set(Random(seed).sample(chosen, min(pairs_drawn, len(chosen))))
    some |= set(Random(seed).sample(sorted(pair for pair, _ in met), min(4, len(met))))
    for one, other in sorted(some):
        kind = max((kinds[one], kinds[other]), key=WIDEST.index)
        both = Outcome(whole, (one, other), kind, calm.traffic)
        for service in whole.services.keys() - calm.below:
            expects = service in both.below - alone[one].below - alone[other].below
            is_met = ((one, other), service) in met or ((other, one), service) in met
            assert is_met == expects, (one, other, service)


def pairs_of(swept: Swept) -> set[tuple[tuple[str, str], str]]:
    """Every pair that takes a service below its level although neither event does alone, and the service."""
    pairing = Pairing(swept.scenes, swept.cascade, swept.gauges, swept.alone, swept.shortness, swept.supports)
    return {
        ((swept.scenes.names[met.first], other), service)
        for met in pairing.all().found
        if met.first < swept.scenes.events and settles(met.steps) == "below"
        for other in swept.scenes.named(met.others)
        for service in swept.gauges[met.gauge].services
    }


@given(SEEDS)
@settings(EXAMPLES, max_examples=60)
def test_small_estates_end_as_plain_evaluators_say(seed: int) -> None:
    agrees(seed, 6)


@pytest.mark.slow
@given(SEEDS)
@settings(EXAMPLES, max_examples=2_000)
def test_thousands_of_small_estates_end_as_plain_evaluators_say(seed: int) -> None:
    agrees(seed, 6)
