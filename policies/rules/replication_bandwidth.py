"""WAN-002: copies keep up with the writes over whatever a cut leaves between the sites."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from resilience.derive.reach import place_of
from resilience.links import risks_of
from specs.data import Dataset, Replication
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Circuit
from specs.sentences import listed, say


@dataclass(frozen=True)
class _Group:
    """Copies between two sites that may take no other circuits than these."""

    circuits: tuple[str, ...]
    peak: float
    """Bit/s, of those whose writes are declared."""
    copies: tuple[str, ...]
    silent: tuple[str, ...]
    """Datasets whose peak nobody declared."""


@dataclass(frozen=True)
class _Left:
    """What a loss leaves between the sites: with what is undeclared at its worst, and at its best."""

    lost: str
    least: float
    most: float
    missing: FieldPath | None


@rule(
    "WAN-002",
    "dci-capacity",
    severity=Severity.HIGH,
    title="After the loss of any one circuit, duct or device the copies still keep up with the writes",
    rationale="A link too narrow for the busiest minutes lets the copy fall behind without a word; the "
    "recovery point is then broken long before the disaster that shows it.",
    remediation="Widen the narrower link, add one on another way, or let less urgent data be copied "
    "at night.",
    references=(
        nist("CP-8", "SC-5(2)", "AU-4"),
        csf("PR.IR-04"),
        iso27001("A.8.6", "A.8.14"),
        iso22301("8.3.4"),
    ),
    parameters=(
        Parameter(
            "control",
            100_000_000.0,
            "Bandwidth for what steers a failover: votes, names, monitoring, consoles.",
            "judgement: a tenth of a gigabit, a hundred sessions",
            "bandwidth",
        ),
    ),
    scope="Each set of circuits that data is copied over from a primary to a DR site, whichever way the "
    "copies may take.",
    unknown_when="the peak of a dataset's writes, the bandwidth of a circuit or its route is not declared "
    "and decides it",
    bad="circuits: {dci-1: {bandwidth: 10 Gbit/s}, dci-2: {bandwidth: 100 Mbit/s}} # peaks of 600 Mbit/s",
    good="circuits: {dci-1: {bandwidth: 10 Gbit/s}, dci-2: {bandwidth: 1 Gbit/s}}",
)
def dci_capacity(case: Case) -> Iterator[Outcome]:
    roles = {key: site.role for key, site in case.estate.sites.items()}
    copies: dict[tuple[str, str], list[tuple[Dataset, Replication]]] = {}
    for copy in case.estate.replications.values():
        dataset = case.estate.datasets.get(copy.dataset)
        if dataset is not None and {roles.get(dataset.home.site), roles.get(copy.target_site)} == {
            "primary",
            "dr",
        }:
            a, b = sorted(
                (dataset.home.site, copy.target_site), key=lambda site: (roles[site] != "primary", site)
            )
            copies.setdefault((a, b), []).append((dataset, copy))
    usable = {key: circuit for key, circuit in case.estate.circuits.items() if circuit.kind != "oob"}
    for (primary, dr), between in sorted(copies.items()):
        for group in _groups(between, usable):
            yield _keeps_up(case, primary, dr, group, usable)


def _groups(between: list[tuple[Dataset, Replication]], usable: Mapping[str, Circuit]) -> Iterator[_Group]:
    """For each set of circuits that some copies are bound to: all copies that must share it."""
    allowed = {copy.id: _may_take(copy, usable) for _, copy in between}
    for circuits in sorted({*allowed.values()}, key=lambda names: (len(names), sorted(names))):
        bound = [(dataset, copy) for dataset, copy in between if allowed[copy.id] <= circuits]
        peaks = {copy.id: _peak(dataset, copy) for dataset, copy in bound}
        yield _Group(
            circuits=tuple(sorted(circuits)),
            peak=sum(peak for peak in peaks.values() if peak is not None),
            copies=tuple(sorted(peaks)),
            silent=tuple(sorted({dataset.id for dataset, copy in bound if peaks[copy.id] is None})),
        )


def _may_take(copy: Replication, usable: Mapping[str, Circuit]) -> frozenset[str]:
    return frozenset(name for name in copy.over if name in usable) if copy.over else frozenset(usable)


def _peak(dataset: Dataset, copy: Replication) -> float | None:
    """Bit/s in its busiest minutes; None: nobody has said. A snapshot sends what its interval gathered."""
    writes = dataset.writes
    if writes is None:
        return None
    busiest_hour = writes.average * max(writes.by_hour) if writes.by_hour is not None else None
    if copy.mode == "snapshot":
        return busiest_hour if busiest_hour is not None else writes.average
    return writes.peak if writes.peak is not None else busiest_hour


def _keeps_up(case: Case, primary: str, dr: str, group: _Group, usable: Mapping[str, Circuit]) -> Outcome:
    """The loss that leaves least decides."""
    element, control = f"sites/{dr}", case.number("control")
    circuits = {name: usable[name] for name in group.circuits}
    aspect = "-".join(("from", primary, *(group.circuits if len(circuits) < len(usable) else ())))
    asked = group.peak + control
    lefts = [_left(circuits, primary, dr, loss) for loss in _losses(circuits)]
    places: tuple[FieldPath, ...] = tuple(("circuits", name, "bandwidth") for name in group.circuits[:4])
    worst = min(lefts, key=lambda left: (left.most >= asked, left.least, left.lost), default=None)
    copies = listed(group.copies, most=3)
    if worst is None:
        return fails(
            element,
            say("No circuit carries the copies {copies} from {site}.", copies=copies, site=primary),
            say("Order circuits between the two sites, or let the copies take others."),
            *(("replications", name, "over") for name in group.copies[:3]),
            aspect=aspect,
        )
    told = say(
        "Without {lost} {left} are left from {site}; {copies} and what steers a failover take {asked}",
        lost=worst.lost,
        left=amount(worst.most if worst.most < asked else worst.least, "bandwidth"),
        site=primary,
        copies=copies,
        asked=amount(asked, "bandwidth"),
    )
    if worst.most < asked:
        return fails(
            element,
            say("{told}.", told=told),
            say("Widen what is left, or add a circuit that does not run through {lost}.", lost=worst.lost),
            *places,
            *(("replications", name, "over") for name in group.copies[:3]),
            cause=worst.lost,
            aspect=aspect,
        )
    if group.silent:
        dataset = group.silent[0]
        return unknown(
            element,
            say(
                "{told}, and nothing says how much {dataset} is written at its peak.",
                told=told,
                dataset=dataset,
            ),
            say("Declare {field} of {element}.", field="`writes.peak`", element=dataset),
            ("datasets", dataset, "writes"),
            *places,
            cause=f"datasets/{dataset}",
            aspect=aspect,
        )
    if worst.least < asked and worst.missing is not None:
        _, name, field = worst.missing
        return unknown(
            element,
            say("What is left from {site} without {lost} is not known.", site=primary, lost=worst.lost),
            say("Declare {field} of {element}.", field=f"`{field}`", element=str(name)),
            worst.missing,
            *places,
            cause=f"circuits/{name}",
            aspect=aspect,
        )
    return passes(element, say("{told}.", told=told), *places, aspect=aspect)


def _losses(circuits: Mapping[str, Circuit]) -> list[str]:
    """Every circuit and whatever several may run through, each lost alone."""
    found = {f"circuits/{name}" for name in circuits}
    for circuit in circuits.values():
        found |= _risks(circuit)
    return sorted(found)


def _risks(circuit: Circuit) -> frozenset[str]:
    """Ducts, exchanges, entrances and devices that it runs through; that carriers differ is for WAN-001."""
    devices = {f"devices/{end.device}" for end in circuit.ends if end.device is not None}
    return frozenset(devices | {risk for risk in risks_of(circuit) if not risk.startswith("vendors/")})


def _left(circuits: Mapping[str, Circuit], primary: str, dr: str, lost: str) -> _Left:
    """What is left without that; a circuit of undeclared route may be lost with any duct or exchange."""
    standing = {
        name: circuit
        for name, circuit in circuits.items()
        if lost != f"circuits/{name}" and lost not in _risks(circuit)
    }
    hazard = lost.startswith("hazards/")
    untold = [name for name, circuit in standing.items() if hazard and circuit.segments is None]
    unknown_width = [name for name, circuit in standing.items() if circuit.bandwidth is None]
    least = _carried(standing, primary, dr, gone=untold, width=0.0)
    missing: FieldPath | None = None
    if untold or unknown_width:
        name = (untold or unknown_width)[0]
        missing = ("circuits", name, "segments" if untold else "bandwidth")
    most = _carried(standing, primary, dr, gone=(), width=math.inf) if missing else least
    return _Left(lost, least, most, missing)


def _carried(
    circuits: Mapping[str, Circuit], a: str, b: str, *, gone: Collection[str], width: float
) -> float:
    """Bit/s between two sites over any of the circuits (a maximum flow); `width`: of one undeclared."""
    start, end = f"sites/{a}", f"sites/{b}"
    links: dict[frozenset[str], float] = {}
    for name, circuit in circuits.items():
        ends = frozenset(place_of(one) for one in circuit.ends)
        if name not in gone and len(ends) == 2:
            links[ends] = links.get(ends, 0.0) + (width if circuit.bandwidth is None else circuit.bandwidth)
    direct = links.pop(frozenset((start, end)), 0.0)
    graph: nx.Graph[str] = nx.Graph()
    for ends, capacity in sorted(links.items(), key=lambda link: sorted(link[0])):
        if "outside/internet" not in ends:
            graph.add_edge(*sorted(ends), capacity=capacity)
    if math.isinf(direct) or start not in graph or end not in graph:
        return direct
    try:
        return direct + float(nx.maximum_flow_value(graph, start, end))
    except nx.NetworkXUnbounded:
        return math.inf
