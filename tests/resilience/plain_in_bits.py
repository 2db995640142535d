"""The plain evaluator of `test_oracle` for all states of some events at once, a bit for each."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from operator import and_, or_

from specs.base import Need
from specs.model import Estate
from tests.resilience.test_oracle import SITES

Edge = tuple[str, str, int]
"""Two nodes, and the states in which one gets from one to the other."""


def states_of(events: Sequence[str]) -> dict[str, int]:
    """Of each event the states in which it happens, states being all combinations.

    >>> {name: bin(held) for name, held in states_of(["a", "b"]).items()}
    {'a': '0b1010', 'b': '0b1100'}
    """
    count = 2 ** len(events)
    return {
        name: sum(1 << state for state in range(count) if state >> place & 1)
        for place, name in enumerate(events)
    }


def connected(start: str, ends: Iterable[str], up: Mapping[str, int], edges: Sequence[Edge]) -> int:
    """States in which one gets from the start to some end over nodes that are up."""
    reached = {start: up.get(start, 0)}
    changed = True
    while changed:
        changed = False
        for a, b, held in [*edges, *((b, a, held) for a, b, held in edges)]:
            more = reached.get(b, 0) | (reached.get(a, 0) & held & up.get(b, 0))
            if more != reached.get(b, 0):
                reached[b], changed = more, True
    return reduce(or_, (reached.get(end, 0) for end in ends), 0)


def enough(wanted: int, held: Sequence[int], ones: int) -> int:
    """States in which so many hold, by every way to choose them."""
    chosen = (reduce(and_, some, ones) for some in combinations(held, wanted))
    return reduce(or_, chosen, 0)


class PlainInBits:
    """As `Plain`, `failed` being the states in which each element has failed."""

    def __init__(self, whole: Estate, failed: Mapping[str, int], ones: int) -> None:
        self.whole, self.failed, self.ones = whole, failed, ones
        self.up: dict[str, int] = {
            f"{collection}/{name}": self.sound(f"{collection}/{name}")
            for collection in ("devices", "cooling", "platforms", "workloads", "circuits")
            for name in whole.collection(collection)
        }
        while True:
            self.live = self.energised()
            before = dict(self.up)
            for reference in sorted(self.up):
                collection, _, name = reference.partition("/")
                held: int = getattr(self, collection)(name)
                self.up[reference] = before[reference] & held
            if self.up == before:
                return

    def sound(self, reference: str) -> int:
        return self.ones & ~self.failed.get(reference, 0)

    def stands(self, reference: str) -> int:
        collection, _, name = reference.partition("/")
        held = self.sound(reference)
        if collection == "racks":
            return held & self.stands(f"rooms/{self.whole.racks[name].room}")
        if collection == "rooms":
            return held & self.stands(f"sites/{self.whole.rooms[name].site}")
        return reduce(and_, (self.sound(f"hazards/{one}") for one in self.whole.sites[name].hazards), held)

    def cool(self, room: str) -> int:
        units = [
            self.up[f"cooling/{name}"] for name, unit in self.whole.cooling.items() if room in unit.serves
        ]
        return reduce(or_, units) if units else self.ones

    def energised(self) -> dict[str, int]:
        found = dict.fromkeys(self.whole.power, 0)
        while True:
            before = dict(found)
            for name, element in self.whole.power.items():
                held = self.sound(f"power/{name}") & self.stands(f"sites/{element.site}")
                if element.room is not None:
                    held &= self.stands(f"rooms/{element.room}") & self.cool(element.room)
                if element.inputs:
                    held &= enough(element.needs, [found[one.source] for one in element.inputs], self.ones)
                found[name] |= held
            if found == before:
                return found

    def devices(self, name: str) -> int:
        device = self.whole.devices[name]
        assert device.rack is not None
        fed = reduce(or_, (self.live[feed] for feed in device.feeds), 0)
        return self.stands(f"racks/{device.rack}") & fed & self.cool(self.whole.racks[device.rack].room)

    def cooling(self, name: str) -> int:
        unit = self.whole.cooling[name]
        return self.stands(f"rooms/{unit.room}") & reduce(or_, (self.live[one] for one in unit.feeds), 0)

    def attached(self, device: str, up: Mapping[str, int], edges: Sequence[Edge]) -> int:
        site = device.partition("-")[0]
        cabled = {end for a, b, _ in edges for end in (a, b)}
        if device not in cabled:
            return 0
        inside = {name: held for name, held in up.items() if "-s" not in name or name == device}
        return connected(device, [name for name in cabled if name.startswith(f"{site}-x")], inside, edges)

    def on_network(self, device: str) -> int:
        up = {name: self.up[f"devices/{name}"] for name in self.whole.devices}
        cables = self.whole.cables.items()
        laid = [(cable.a.device, cable.b.device, self.ones) for _, cable in cables]
        cabled = {end for a, b, _ in laid for end in (a, b)}
        if "-x" in device and device in cabled:
            return up[device]
        if not self.attached(device, dict.fromkeys(up, self.ones), laid):
            return up[device]
        running = [(one.a.device, one.b.device, self.sound(f"cables/{name}")) for name, one in cables]
        return up[device] & self.attached(device, up, running)

    def circuits(self, name: str) -> int:
        found = self.whole.circuits[name]
        held = self.sound(f"vendors/{found.carrier}")
        for segment in found.segments or ():
            held &= self.sound(f"hazards/{segment.through}")
        for end in found.ends:
            held &= self.stands(f"sites/{end.site}") if end.device is None else self.on_network(end.device)
        return held

    def reached(self, a: str, b: str) -> int:
        laid = [
            (str(one.ends[0].site), str(one.ends[1].site), self.ones) for one in self.whole.circuits.values()
        ]
        joined = {end for x, y, _ in laid for end in (x, y)}
        if a == b or a not in joined or b not in joined:
            return self.ones
        if not connected(a, [b], dict.fromkeys(SITES, self.ones), laid):
            return 0
        running = [
            (x, y, self.up[f"circuits/{name}"])
            for name, (x, y, _) in zip(self.whole.circuits, laid, strict=True)
        ]
        return connected(a, [b], {site: self.stands(f"sites/{site}") for site in SITES}, running)

    def platforms(self, name: str) -> int:
        platform = self.whole.platforms[name]
        nodes = [self.on_network(node) for node in platform.nodes]
        held = enough(platform.needs_nodes or 0, nodes, self.ones)
        return reduce(and_, (self.met(need, name[0]) for need in platform.needs), held)

    def met(self, need: Need, site: str) -> int:
        return enough(need.needs, [self.usable(one, site) for one in need.elements], self.ones)

    def usable(self, reference: str, site: str) -> int:
        collection, _, name = reference.partition("/")
        if collection == "services":
            return self.serves(name, site)
        candidates = [one for one in (name, self.whole.platforms[name].twin) if one is not None]
        return reduce(or_, (self.up[f"platforms/{one}"] & self.reached(site, one[0]) for one in candidates))

    def serves(self, service: str, site: str | None) -> int:
        parts: dict[str, int] = {}
        for name, workload in self.whole.workloads.items():
            if workload.service == service:
                held = self.up[f"workloads/{name}"]
                held &= self.ones if site is None else self.reached(site, workload.site)
                parts[workload.component] = parts.get(workload.component, 0) | held
        return reduce(and_, parts.values(), self.ones)

    def workloads(self, name: str) -> int:
        workload = self.whole.workloads[name]
        held = self.up[f"platforms/{workload.platform}"]
        if workload.datasets:
            data = self.up["platforms/a-database"] & self.reached(workload.site, "a")
            if workload.site == "b" and "r" in self.whole.replications:
                data |= self.up["platforms/b-database"]
            held &= data
        needs = self.whole.services[workload.service].needs
        return reduce(and_, (self.met(need, workload.site) for need in needs), held)

    def fails(self, service: str) -> int:
        """As the format says it: users that are lost themselves do not count, unless all are."""
        users = self.whole.services[service].users_at
        if not users:
            return self.ones & ~self.serves(service, None)
        found, unserved, nobody = 0, 0, self.ones
        for site in users:
            stands, lost = self.stands(f"sites/{site}"), self.ones & ~self.serves(service, site)
            found, unserved, nobody = found | (stands & lost), unserved | lost, nobody & ~stands
        return found | (nobody & unserved)
