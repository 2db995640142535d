"""Random small estates: what fits, what is shed and what must be bought, as worked out from the format alone.

Nothing here uses what it tests: the oracle reads the estate, tries every mode of every service, every standby
and every node, and takes the best by the order that `docs/concepts.md` states.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.dr_capacity import DrCapacity, dr_capacities
from specs.model import Estate
from specs.services import Workload
from tests.resilience.dr_capacity.brute_force import packs
from tests.resilience.sketch import BOX, estate

COUNT = st.integers(0, 6)


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Sites a, b and c; a is lost. Two platforms that may stand at two of them, up to three services."""
    devices: dict[str, Any] = {}
    platforms: dict[str, Any] = {}
    for name in ("p", "q", "r"):
        home = draw(st.sampled_from("bc")) if name != "p" else "a"
        nodes = [f"{name}-{number}" for number in range(draw(st.integers(1, 3)))]
        for node in nodes:
            site = home if draw(st.integers(0, 4)) else draw(st.sampled_from("abc"))
            devices[node] = {"rack": f"k{site}", "model": draw(st.sampled_from(("box", "big")))}
        platforms[name] = {"kind": draw(st.sampled_from(("compute", "other", "identity"))), "nodes": nodes}
        if draw(st.booleans()):
            platforms[name]["needs_nodes"] = draw(st.integers(1, len(nodes)))
        if draw(st.booleans()):
            platforms[name]["capacity"] = {"cores": draw(st.integers(2, 16))}
        if draw(st.booleans()):
            platforms[name]["licences"] = [
                {"product": "db", "quantity": draw(COUNT), "valid_at_dr": draw(st.booleans())}
            ]
    services: dict[str, Any] = {}
    workloads: dict[str, Any] = {}
    names = [f"s{number}" for number in range(draw(st.integers(1, 3)))]
    # A workload stands where some platform does; elsewhere the format contradicts itself.
    peopled = sorted({device["rack"].removeprefix("k") for device in devices.values()})
    for name in names:
        services[name] = {"tier": draw(st.integers(0, 2))}
        others = [other for other in names if other != name]
        if others and draw(st.integers(0, 2)) == 0:
            of = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
            need = {"any_of": [f"services/{o}" for o in of], "needs": draw(st.integers(1, len(of)))}
            services[name]["needs"] = [need]
        for component in ("web", "data")[: draw(st.sampled_from((1, 1, 2)))]:
            for place in draw(st.lists(st.sampled_from(peopled), min_size=1, max_size=2, unique=True)):
                workloads[f"{name}-{component}-{place}"] = draw(
                    workload(name, component, place, platforms, devices)
                )
    return estate(
        sites={site: {"role": "primary" if site == "a" else "dr"} for site in "abc"},
        rooms={f"r{site}": {"site": site, "purpose": "data-hall"} for site in "abc"},
        racks={f"k{site}": {"room": f"r{site}"} for site in "abc"},
        models={
            "box": BOX | {"cores": 4, "memory": "6 GB", "price": "100 USD"},
            "big": BOX | {"cores": 8, "memory": "8 GB", "price": "250 USD"},
        },
        devices=devices,
        platforms=platforms,
        services=services,
        workloads=workloads,
    )


@st.composite
def workload(
    draw: st.DrawFn,
    service: str,
    component: str,
    place: str,
    platforms: dict[str, Any],
    devices: dict[str, Any],
) -> dict[str, Any]:
    there = [
        name
        for name, platform in platforms.items()
        if any(devices[node]["rack"] == f"k{place}" for node in platform["nodes"])
    ]
    found: dict[str, Any] = {
        "service": service,
        "component": component,
        "platform": draw(st.sampled_from(there)),
        "site": place,
        "role": "active" if place == "a" else draw(st.sampled_from(("active", "standby", "standby"))),
        "instances": draw(st.integers(1, 2)),
        "takes": {"normal": draw(takes())},
    }
    if draw(st.booleans()):
        found["takes"]["dr"] = draw(takes())
    if draw(st.booleans()):
        found["takes"]["minimum"] = draw(takes())
    if draw(st.integers(0, 2)) == 0:
        found["licences"] = {"db": draw(COUNT)}
    return found


@st.composite
def takes(draw: st.DrawFn) -> dict[str, Any]:
    return {"cores": draw(COUNT), "memory": f"{draw(COUNT)} GB"}


Modes = dict[str, int]


@dataclass(frozen=True)
class Oracle:
    """The loss of site a, by hand."""

    estate: Estate
    reserve: bool
    structure: bool
    """Whether a service also needs what it declares to be there."""

    def left(self, platform: str) -> list[str]:
        return [
            node
            for node in self.estate.platforms[platform].nodes
            if self.estate.racks[self.estate.devices[node].rack or ""].room != "ra"
        ]

    def stands(self, work: Workload) -> bool:
        left = len(self.left(work.platform))
        platform = self.estate.platforms[work.platform]
        enough = left >= (platform.needs_nodes or len(platform.nodes)) if self.structure else left > 0
        return work.site != "a" and enough and (not self.structure or self.near(work))

    def near(self, work: Workload) -> bool:
        """Whether a platform that stands at several sites has a node left at the workload's."""
        platform = self.estate.platforms[work.platform]
        rooms = {self.estate.racks[self.estate.devices[node].rack or ""].room for node in platform.nodes}
        return len(rooms) < 2 or f"r{work.site}" in rooms

    def components(self, service: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, work in sorted(self.estate.workloads.items()):
            if work.service == service:
                found.setdefault(work.component, []).append(name)
        return found

    def able(self) -> list[str]:
        """Services with a workload left for each component and, with structure, all that they need."""
        found = {
            service
            for service in self.estate.services
            if all(
                any(self.stands(self.estate.workloads[name]) for name in names)
                for names in self.components(service).values()
            )
        }
        while self.structure:
            held = {
                service
                for service in found
                for need in self.estate.services[service].needs
                if sum(element.partition("/")[2] in found for element in need.elements) < need.needs
            }
            if not held:
                break
            found -= held
        order = self.estate.services
        return sorted(found, key=lambda name: (order[name].tier, name))

    def amounts(self, work: Workload) -> tuple[Any, Any, Any]:
        """What it takes standing by, at the minimum, in full."""
        lost = any(
            other.role == "active"
            and (other.service, other.component) == (work.service, work.component)
            and (other.site == "a" or not self.left(other.platform))
            for other in self.estate.workloads.values()
        )
        normal, dr, minimum = work.takes.normal, work.takes.dr, work.takes.minimum
        full = (dr or normal) if lost else normal
        return normal, minimum or full, full

    def best(self) -> tuple[Modes, set[str]]:
        """Modes and standbys there, tried from the best downwards."""
        services = self.able()
        works = {
            name: work
            for service in services
            for names in self.components(service).values()
            for name in names
            if self.stands(work := self.estate.workloads[name])
        }
        carried: dict[str, str] = {}
        for service in services:
            for component, names in self.components(service).items():
                left = [name for name in names if name in works]
                active = [name for name in left if works[name].role == "active"]
                for name in left:
                    alone = not active and len(left) == 1
                    carried[name] = (
                        "always"
                        if name in active or alone
                        else "never"
                        if active
                        else f"{service} {component}"
                    )
        standbys = [name for name in self.in_order(services, works) if carried[name] != "always"]
        best: tuple[tuple[bool, ...], Modes, set[str]] | None = None
        for levels in product((2, 1, 0), repeat=len(services)):
            modes = dict(zip(services, levels, strict=True))
            if self.structure and not self.bound(modes):
                continue
            if best is not None and self.key(services, modes) < best[0][: 2 * len(services)]:
                continue
            allowed = [
                (0,) if not modes[works[name].service] else (1, 0) if carried[name] == "never" else (2, 1, 0)
                for name in standbys
            ]
            for states in product(*allowed):
                state = dict(zip(standbys, states, strict=True))
                if not self.possible(works, carried, modes, state):
                    continue
                key = (*self.key(services, modes), *(state[name] > 0 for name in standbys))
                if (best is None or key > best[0]) and self.room(works, modes, state):
                    best = key, modes, {name for name, found in state.items() if found}
        assert best is not None
        return best[1], best[2]

    def key(self, services: list[str], modes: Modes) -> tuple[bool, ...]:
        return (*(modes[s] >= 1 for s in services), *(modes[s] == 2 for s in services))

    def in_order(self, services: list[str], works: dict[str, Workload]) -> list[str]:
        return [name for s in services for ns in self.components(s).values() for name in ns if name in works]

    def bound(self, modes: Modes) -> bool:
        return all(
            sum(modes.get(element.partition("/")[2], 0) >= level for element in need.elements) >= need.needs
            for service, level in modes.items()
            for need in self.estate.services[service].needs
            if level
        )

    def possible(
        self, works: dict[str, Workload], carried: dict[str, str], modes: Modes, state: dict[str, int]
    ) -> bool:
        groups = {carried[name] for name in state if carried[name] != "never"}
        return all(
            sum(state[name] == 2 for name in state if carried[name] == group)
            == (modes[group.partition(" ")[0]] > 0)
            for group in groups
        )

    def room(self, works: dict[str, Workload], modes: Modes, state: dict[str, int]) -> bool:
        for platform in self.estate.platforms:
            here = []
            for name, work in works.items():
                level = modes[work.service]
                found = state.get(name, 2)
                if work.platform == platform and level and found:
                    here.append((work, self.amounts(work)[level if found == 2 else 0]))
            if not self.enough(platform, here):
                return False
        return True

    def enough(self, name: str, here: list[tuple[Workload, Any]], added: int = 0) -> bool:
        platform = self.estate.platforms[name]
        left = [self.estate.models[self.estate.devices[node].model] for node in self.left(name)]
        full = platform.needs_nodes or len(platform.nodes)
        counted = max(0, min(full, len(left) - self.reserve)) + added
        if here and not counted:
            return False
        cores = sum(take.cores for _, take in here)
        memory = sum(take.memory for _, take in here)
        share = None if platform.capacity.cores is None else platform.capacity.cores / full
        gives = share * counted if share is not None else sum(sorted(m.cores or 0 for m in left)[:counted])
        computes = platform.kind in ("compute", "other")
        if (computes or share is not None) and cores > gives + 1e-6:
            return False
        if computes and memory > sum(sorted(m.memory or 0 for m in left)[:counted]) + 1:
            return False
        if computes:
            nodes = sorted((share or m.cores or 0, m.memory or 0.0) for m in left)
            least = [min(memory for _, memory in nodes[position:]) for position in range(len(nodes))]
            nodes = [(node[0], low) for node, low in zip(nodes, least, strict=True)][:counted]
            items = [
                (take.cores / work.instances, take.memory / work.instances)
                for work, take in here
                for _ in range(work.instances)
            ]
            if not packs(
                [(cores, memory / 1e9) for cores, memory in items], [(c, m / 1e9) for c, m in nodes]
            ):
                return False
        licensed = sum(work.licences.get("db", 0) for work, _ in here)
        called = any(
            self.is_called(work)
            for work in self.estate.workloads.values()
            if work.platform == name and self.stands(work) and work.service in self.able()
        )
        if licensed and platform.licences:
            held = sum(licence.quantity for licence in platform.licences if not called or licence.valid_at_dr)
            return licensed <= held
        return True

    def is_called(self, work: Workload) -> bool:
        return any(
            other.role == "active"
            and (other.service, other.component) == (work.service, work.component)
            and (other.site == "a" or not self.left(other.platform))
            for other in self.estate.workloads.values()
        )


def loss_of_a(whole: Estate) -> DrCapacity | None:
    return next((found for found in dr_capacities(analyse(whole)) if found.event == "sites/a"), None)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(estates())
def test_what_is_shed_is_what_trying_everything_finds(whole: Estate) -> None:
    found = loss_of_a(whole)
    if found is None:
        return
    for reserve, shedding in ((True, found.with_reserve), (False, found.without_reserve)):
        oracle = Oracle(whole, reserve, structure=True)
        modes, there = oracle.best()
        words = {f"services/{name}": ("dropped", "minimum", "full")[level] for name, level in modes.items()}
        assert {mode.service: mode.mode for mode in shedding.modes} == {
            mode.service: words.get(mode.service, "stranded") for mode in shedding.modes
        }
        off = {
            f"workloads/{name}"
            for name, work in whole.workloads.items()
            if modes.get(work.service)
            and oracle.stands(work)
            and work.role == "standby"
            and name not in there
        }
        assert set(shedding.standbys_off) == {name for name in off if not _alone(oracle, name)}
        for mode in shedding.modes:
            assert (mode.mode == "full") == (not mode.because)


def _alone(oracle: Oracle, name: str) -> bool:
    """Whether a standby is the only workload left of its component: then it carries."""
    work = oracle.estate.workloads[name.partition("/")[2]]
    left = [
        n
        for n in oracle.components(work.service)[work.component]
        if oracle.stands(oracle.estate.workloads[n])
    ]
    return len(left) == 1


@pytest.mark.slow
@settings(max_examples=200, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(estates())
def test_all_fit_where_trying_everything_fits_all(whole: Estate) -> None:
    found = loss_of_a(whole)
    if found is None:
        return
    for reserve, shedding in ((True, found.with_reserve), (False, found.without_reserve)):
        oracle = Oracle(whole, reserve, structure=False)
        modes, there = oracle.best()
        works = [w for w in whole.workloads.values() if w.service in modes and oracle.stands(w)]
        fits = all(level == 2 for level in modes.values()) and all(
            w.id in there or w.role == "active" or _alone(oracle, f"workloads/{w.id}") for w in works
        )
        if fits:
            assert shedding.fits in ("yes", "unknown")
        else:
            assert shedding.fits == "no"
        if not found.missing:
            assert shedding.fits == ("yes" if fits else "no")
