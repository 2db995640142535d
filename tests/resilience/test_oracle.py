"""On small random estates the sweep agrees with an evaluator written apart from it, from the format alone."""

from collections.abc import Sequence
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.graph import build
from resilience.sweep import AND, Sweep
from specs.base import Need
from specs.model import Estate
from tests.resilience.sketch import circuit, estate

SITES = ("a", "b", "u")
REMOTE_KINDS = ("dns", "database", "identity")


class Dice:
    """Choices of one seed; a whole estate from one number is quicker to draw than from hundreds."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.some = self.random.choice([0.3, 0.6, 0.9])

    def chance(self) -> bool:
        return self.random.random() < self.some

    def some_of(self, choices: Sequence[str], least: int, most: int) -> list[str]:
        return self.random.sample(list(choices), self.random.randint(least, min(most, len(choices))))


def random_estate(dice: Dice) -> Estate:
    """Two sites with power, cooling, a network, platforms and services, and a third place of users."""
    whole: dict[str, Any] = {
        "sites": {name: {"role": "other"} for name in SITES},
        "rooms": {
            f"hall-{site}": {"site": site, "purpose": "data-hall", "cooling_needs": 1} for site in "ab"
        },
        "racks": {f"{site}{n}": {"room": f"hall-{site}"} for site in "ab" for n in (1, 2)},
        "vendors": {"x": {"kind": "carrier"}, "y": {"kind": "carrier"}},
        "hazards": {f"duct{n}": {"kind": "duct"} for n in range(3)} | {"quake": {"kind": "seismic"}},
    }
    whole |= {name: {} for name in ("power", "cooling", "devices", "cables", "circuits", "platforms")}
    whole |= {name: {} for name in ("services", "workloads", "datasets", "replications")}
    if dice.chance():
        whole["sites"]["a"]["hazards"] = ["quake"]
    for site in "ab":
        _power(dice, whole, site)
        _equipment(dice, whole, site)
    for number in range(dice.random.randint(1, 5)):
        whole["circuits"][f"c{number}"] = _circuit(dice, whole)
    _platforms(dice, whole)
    return estate(**whole)


def _circuit(dice: Dice, whole: dict[str, Any]) -> dict[str, Any]:
    a, b = dice.some_of(SITES, 2, 2)
    entry = circuit(a, b, dice.random.choice("xy"), *dice.some_of(["duct0", "duct1", "duct2"], 0, 2))
    for end in entry["ends"]:
        spines = [f"{end['site']}-x0", f"{end['site']}-x1"]
        if spines[0] in whole["devices"] and dice.chance():
            end["device"] = dice.random.choice(spines)
    return entry


def _power(dice: Dice, whole: dict[str, Any], site: str) -> None:
    power = whole["power"]
    power[f"{site}-grid"] = {"kind": "utility", "site": site}
    power[f"{site}-gen"] = {"kind": "generator", "site": site}
    for path, other in (("p", "q"), ("q", "p")):
        inputs: list[dict[str, Any]] = [{"source": f"{site}-grid"}]
        if dice.chance():
            inputs.append({"source": f"{site}-gen", "normally": "open", "priority": 2})
        if dice.chance():
            inputs.append({"source": f"{site}-board-{other}", "normally": "open", "priority": 3})
        needs = 2 if len(inputs) > 2 and dice.chance() else 1
        power[f"{site}-board-{path}"] = {
            "kind": "switchboard",
            "site": site,
            "inputs": inputs,
            "needs": needs,
        }
        ups: dict[str, Any] = {"kind": "ups", "site": site, "inputs": [{"source": f"{site}-board-{path}"}]}
        if dice.chance():
            ups["room"] = f"hall-{site}"
        power[f"{site}-ups-{path}"] = ups
    for unit in range(dice.random.randint(0, 2)):
        whole["cooling"][f"{site}-crah{unit}"] = {
            "kind": "crah",
            "site": site,
            "room": f"hall-{site}",
            "serves": [f"hall-{site}"],
            "feeds": dice.some_of([f"{site}-ups-p", f"{site}-board-q"], 1, 2),
        }


def _equipment(dice: Dice, whole: dict[str, Any], site: str) -> None:
    roles = {f"{site}-s{n}": "server" for n in range(3)}
    roles |= {f"{site}-l{n}": "leaf" for n in range(2)} | {f"{site}-x{n}": "spine" for n in range(2)}
    for name, role in roles.items():
        whole["devices"][name] = {
            "role": role,
            "rack": dice.random.choice([f"{site}1", f"{site}2"]),
            "feeds": dice.some_of([f"{site}-ups-p", f"{site}-ups-q"], 1, 2),
        }
    ports = dict.fromkeys(roles, 0)
    pairs = [(s, leaf) for s in roles for leaf in roles if roles[s] == "server" and roles[leaf] == "leaf"]
    pairs += [(leaf, x) for leaf in roles for x in roles if roles[leaf] == "leaf" and roles[x] == "spine"]
    for a, b in pairs:
        if dice.chance():
            ends = {
                side: {"device": name, "port": f"eth{ports[name]}"} for side, name in (("a", a), ("b", b))
            }
            ports[a] += 1
            ports[b] += 1
            whole["cables"][f"{a}-{b}"] = ends


def _platforms(dice: Dice, whole: dict[str, Any]) -> None:
    names = [f"{site}-{kind}" for site in "ab" for kind in REMOTE_KINDS]
    services = ["s0", "s1", "s2"]
    for name in names:
        site, kind = name.split("-")
        nodes = dice.some_of([f"{site}-s{n}" for n in range(3)], 1, 3)
        whole["platforms"][name] = {
            "kind": kind,
            "nodes": nodes,
            "needs_nodes": dice.random.randint(1, len(nodes)),
            "needs": [_need(dice, names)] if dice.chance() else [],
        }
        if dice.chance():
            whole["platforms"][name]["twin"] = f"{'b' if site == 'a' else 'a'}-{kind}"
    whole["datasets"]["d"] = {"home": {"platform": "a-database", "site": "a"}}
    if dice.chance():
        whole["replications"]["r"] = {
            "dataset": "d",
            "source": "a-database",
            "target": "b-database",
            "target_site": "b",
            "mode": "asynchronous",
        }
    for service in services:
        needs = [_need(dice, [*names, *services]) for _ in range(dice.random.randint(0, 2))]
        whole["services"][service] = {"users_at": dice.some_of(SITES, 0, 2), "needs": needs}
        for component in dice.some_of(["web", "core"], 1, 2):
            for number in range(dice.random.randint(1, 2)):
                platform = dice.random.choice(names)
                whole["workloads"][f"{service}-{component}{number}"] = {
                    "service": service,
                    "component": component,
                    "platform": platform,
                    "site": platform[0],
                    "datasets": ["d"] if dice.chance() else [],
                }


def _need(dice: Dice, names: list[str]) -> dict[str, Any]:
    targets = [f"{'services' if name.startswith('s') else 'platforms'}/{name}" for name in names]
    chosen = dice.some_of(targets, 1, 3)
    if len(chosen) == 1:
        return {"on": chosen[0]}
    return {"any_of": chosen, "needs": dice.random.randint(1, len(chosen))}


class Plain:
    """What runs once some elements have failed: everything is tried anew until nothing more falls."""

    def __init__(self, whole: Estate, failed: set[str]) -> None:
        self.whole, self.failed = whole, failed
        self.up: dict[str, bool] = {
            f"{collection}/{name}": f"{collection}/{name}" not in failed
            for collection in ("devices", "cooling", "platforms", "workloads", "circuits")
            for name in whole.collection(collection)
        }
        while True:
            self.live = self.energised()
            before = dict(self.up)
            for reference in sorted(self.up):
                collection, _, name = reference.partition("/")
                self.up[reference] = before[reference] and getattr(self, collection)(name)
            if self.up == before:
                return

    def stands(self, reference: str) -> bool:
        if reference in self.failed:
            return False
        collection, _, name = reference.partition("/")
        if collection == "racks":
            return self.stands(f"rooms/{self.whole.racks[name].room}")
        if collection == "rooms":
            return self.stands(f"sites/{self.whole.rooms[name].site}")
        return not any(f"hazards/{hazard}" in self.failed for hazard in self.whole.sites[name].hazards)

    def cool(self, room: str) -> bool:
        units = [name for name, unit in self.whole.cooling.items() if room in unit.serves]
        return not units or any(self.up[f"cooling/{unit}"] for unit in units)

    def energised(self) -> set[str]:
        """Elements that a source reaches, over others that are sound."""
        found: set[str] = set()
        while True:
            before = len(found)
            for name, element in self.whole.power.items():
                sound = f"power/{name}" not in self.failed and self.stands(f"sites/{element.site}")
                if element.room is not None:
                    sound = sound and self.stands(f"rooms/{element.room}") and self.cool(element.room)
                fed = sum(entry.source in found for entry in element.inputs)
                if sound and (not element.inputs or fed >= element.needs):
                    found.add(name)
            if len(found) == before:
                return found

    def devices(self, name: str) -> bool:
        device = self.whole.devices[name]
        assert device.rack is not None
        fed = any(feed in self.live for feed in device.feeds)
        return self.stands(f"racks/{device.rack}") and fed and self.cool(self.whole.racks[device.rack].room)

    def cooling(self, name: str) -> bool:
        unit = self.whole.cooling[name]
        return self.stands(f"rooms/{unit.room}") and any(feed in self.live for feed in unit.feeds)

    def attached(self, device: str, cables: "nx.Graph[str]") -> bool:
        """Whether it is on the network of its site over the devices and cables of that graph."""
        site = device.partition("-")[0]
        spines = [name for name in cables if name.startswith(f"{site}-x")]
        if device not in cables:
            return False
        inside = cables.subgraph([name for name in cables if "-s" not in name or name == device])
        return any(nx.has_path(inside, device, spine) for spine in spines)

    def on_network(self, device: str) -> bool:
        whole: nx.Graph[str] = nx.Graph()
        running: nx.Graph[str] = nx.Graph()
        for name, cable in self.whole.cables.items():
            a, b = cable.a.device, cable.b.device
            whole.add_edge(a, b)
            if f"cables/{name}" not in self.failed:
                running.add_edge(a, b)
        running.remove_nodes_from([name for name in list(running) if not self.up[f"devices/{name}"]])
        if self.up[f"devices/{device}"] and device in whole and "-x" in device:
            return True
        if not self.attached(device, whole):
            return self.up[f"devices/{device}"]
        return self.up[f"devices/{device}"] and self.attached(device, running)

    def circuits(self, name: str) -> bool:
        found = self.whole.circuits[name]
        ducts = {f"hazards/{segment.through}" for segment in found.segments or ()}
        ends = all(
            self.on_network(end.device) if end.device is not None else self.stands(f"sites/{end.site}")
            for end in found.ends
        )
        return not ducts & self.failed and f"vendors/{found.carrier}" not in self.failed and ends

    def reached(self, a: str, b: str) -> bool:
        if a == b:
            return True
        whole: nx.MultiGraph[str] = nx.MultiGraph()
        running: nx.MultiGraph[str] = nx.MultiGraph()
        running.add_nodes_from(site for site in SITES if self.stands(f"sites/{site}"))
        for name, found in self.whole.circuits.items():
            x, y = (str(end.site) for end in found.ends)
            whole.add_edge(x, y)
            if self.up[f"circuits/{name}"] and x in running and y in running:
                running.add_edge(x, y)
        if a not in whole or b not in whole:
            return True
        if not nx.has_path(whole, a, b):
            return False
        return a in running and b in running and nx.has_path(running, a, b)

    def platforms(self, name: str) -> bool:
        platform = self.whole.platforms[name]
        nodes = sum(self.on_network(node) for node in platform.nodes)
        return nodes >= (platform.needs_nodes or 0) and all(
            self.met(need, name[0]) for need in platform.needs
        )

    def met(self, need: Need, site: str) -> bool:
        return sum(self.usable(reference, site) for reference in need.elements) >= need.needs

    def usable(self, reference: str, site: str) -> bool:
        collection, _, name = reference.partition("/")
        if collection == "services":
            return self.serves(name, site)
        twin = self.whole.platforms[name].twin
        return any(
            self.up[f"platforms/{candidate}"] and self.reached(site, candidate[0])
            for candidate in (name, twin)
            if candidate is not None
        )

    def serves(self, service: str, site: str | None) -> bool:
        workloads = [(n, w) for n, w in self.whole.workloads.items() if w.service == service]
        return all(
            any(
                self.up[f"workloads/{name}"] and (site is None or self.reached(site, workload.site))
                for name, workload in workloads
                if workload.component == component
            )
            for component in {workload.component for _, workload in workloads}
        )

    def workloads(self, name: str) -> bool:
        workload = self.whole.workloads[name]
        data = not workload.datasets or (
            (self.up["platforms/a-database"] and self.reached(workload.site, "a"))
            or (workload.site == "b" and "r" in self.whole.replications and self.up["platforms/b-database"])
        )
        needs = self.whole.services[workload.service].needs
        return (
            self.up[f"platforms/{workload.platform}"]
            and data
            and all(self.met(need, workload.site) for need in needs)
        )

    def runs(self, service: str) -> bool:
        users = self.whole.services[service].users_at
        return all(self.serves(service, site) for site in users or (None,))


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_every_single_failure_and_some_at_once_end_as_the_plain_evaluator_says(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice)
    graph = build(whole)
    singles = dice.some_of(Sweep(graph).events, 5, 20)
    several = [dice.some_of(singles, 2, 3) for _ in range(5)]
    sweep = Sweep(
        graph, tuple(tuple(sorted(events)) for events in [*([event] for event in singles), *several])
    )
    calm = Plain(whole, set())
    assert {node for node in calm.up if node in sweep.calm} == {
        node for node, up in calm.up.items() if not up
    }
    for number, event in enumerate(sweep.events):
        plain = Plain(whole, set(event.split(AND)))
        expected = plain.up | {f"services/{name}": plain.runs(name) for name in whole.services}
        expected |= {f"power/{name}": name in plain.live for name in whole.power}
        for reference, up in expected.items():
            lost = sweep.lost[sweep.compiled.index[reference]] >> number & 1
            assert bool(lost) != up, (event, reference)
