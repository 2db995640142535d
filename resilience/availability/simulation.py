"""Seeded simulation of a service for what is not static: busy crews, empty tanks, batteries for minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import sqrt
from random import Random
from typing import Any, Final

from resilience.availability.failing import Failing, Failures, in_bits
from resilience.availability.results import Bounds, ServiceAvailability
from resilience.compiled import at_least
from resilience.failure_logic.events import SECONDS_A_YEAR
from resilience.failure_logic.logic import FailureLogic
from resilience.failure_logic.standbys import standing_by
from resilience.results import Scenario

CONFIDENCE: Final = 0.95
ASSUMES: Final = (
    "Times to failure and to repair are exponential.",
    "What is undeclared never fails.",
    "Tanks and batteries are full when an outage begins.",
)
_NORMAL: Final = 1.959964
"""Of the standard normal distribution at that confidence, two-sided."""

Spans = list[tuple[float, float]]
"""Stretches of time in seconds, in order and apart."""


@dataclass(frozen=True)
class Simulated:
    """What was seen in simulated years."""

    service: str
    unavailability: float
    low: float
    high: float
    """With the confidence stated the long run lies between the two."""
    confidence: float
    blocks: int
    years_a_block: float
    crews: int | None
    seed: int
    assumes: tuple[str, ...]
    static: Bounds | None = None
    """The static figure beside it, where that was asked for."""
    agrees: bool | None = None
    """Whether the bounds of both overlap: fuel, batteries and crews explain a difference, or the chance that
    the confidence leaves. None: nothing failed, or no static figure was asked for."""


def simulate(
    logic: FailureLogic,
    services: Sequence[str],
    *,
    blocks: int = 40,
    years: float = 50.0,
    crews: int | None = None,
    seed: int = 1,
) -> tuple[Simulated, ...]:
    """The unavailability of services over the same blocks of simulated years; KeyError for an unknown one.

    Times to failure and to repair are exponential, with the means of the basic events; what is undeclared
    never fails. `crews` repairs are worked on at once, first come first served (None: as many as there are).
    A loss is felt only once it has lasted for what its need tolerates (batteries, thermal buffers); a
    generator runs from its tank while what it stands by for is starved, and is full again afterwards.
    Failures on demand are drawn once a block. The bounds are those of the mean of independent blocks (central
    limit theorem).
    """
    timed = replace(logic, graph=replace(logic.graph, needs=_with_delays(logic)))
    failures = Failures(timed)
    known = {one.service: one for one in failures.services}
    asked = [known[service] for service in services]
    length = years * SECONDS_A_YEAR
    shares: dict[str, list[float]] = {service: [] for service in services}
    for block in range(blocks):
        random = Random(f"{seed}/{block}")
        for one, lost in zip(asked, _block(failures, asked, random, length, crews), strict=True):
            shares[one.service].append(lost / length)
    found = []
    for service, seen in shares.items():
        mean = sum(seen) / blocks
        spread = sqrt(sum((share - mean) ** 2 for share in seen) / max(1, blocks - 1) / blocks)
        low, high = max(0.0, mean - _NORMAL * spread), min(1.0, mean + _NORMAL * spread)
        found.append(
            Simulated(f"services/{service}", mean, low, high, CONFIDENCE, blocks, years, crews, seed, ASSUMES)
        )
    return tuple(found)


def beside(simulated: Iterable[Simulated], static: Iterable[ServiceAvailability]) -> tuple[Simulated, ...]:
    """The same with the static figure of each service, and whether both can be true."""
    known = {one.service: one.unavailability for one in static}
    return tuple(
        replace(one, static=known[one.service], agrees=_agree(one, known[one.service]))
        if one.service in known
        else one
        for one in simulated
    )


def _agree(seen: Simulated, static: Bounds) -> bool | None:
    """None: blocks in which nothing failed, or one alone, say nothing about how far off the mean is."""
    if seen.high == seen.low:
        return None
    return seen.low <= static.high and static.low <= seen.high


def _with_delays(logic: FailureLogic) -> Any:
    """The graph with a node of its own for every loss that is borne for a while."""
    needs = logic.graph.needs.copy()
    edges: Any = list(needs.edges(data=True))
    for source, target, facts in edges:
        if facts["kind"] == "run" and facts["tolerates"] > 0:
            felt = _felt(source, target)
            needs.add_node(felt, op="all", needs=0, flow=False, shows=None, category=None)
            needs.add_edge(source, felt, **facts)
            needs.remove_edge(source, target)
    return needs


def _felt(source: str, target: str) -> str:
    return f"{source}#felt {target}"


def _block(
    failures: Failures, asked: Sequence[Failing], random: Random, length: float, crews: int | None
) -> list[float]:
    """Seconds of one block in which each service fails."""
    spans = _lives(failures.logic, random, length, crews)
    delays = _delays(failures)
    tanks = _tanks(failures.logic)
    while True:
        times, values, ones = _evaluated(failures, spans, length)
        grown = dict(spans)
        for node, target, borne in delays:
            seen = _spans(values[failures.logic.sweep.compiled.index[target]], times)
            grown[node] = [(start + borne, end) for start, end in seen if end - start > borne]
        for generator, (lasts, starving) in tanks.items():
            ran = _spans(_starved(failures, values, starving, ones), times)
            empty = [(start + lasts, end) for start, end in ran if end - start > lasts]
            grown[generator] = _union([*spans.get(generator, []), *empty])
        if grown == spans:
            break
        spans = grown
    width: dict[Scenario, int] = {"site": 0, "region": 0}
    for event, found in spans.items():
        scenario = failures.scenarios.get(event)
        if scenario in width:
            width[scenario] |= _mask(found, times)
    away = []
    for one in asked:
        lost = one.fails(
            lambda node: 0 if node in failures.calm else values[node],
            lambda: width["site"],
            lambda: width["region"],
            in_bits(ones),
        )
        away.append(sum(end - start for start, end in _spans(lost, times)))
    return away


def _lives(logic: FailureLogic, random: Random, length: float, crews: int | None) -> dict[str, Spans]:
    """When each event prevails, crews taking one repair after the other."""
    found: dict[str, Spans] = {}
    ahead: list[tuple[float, str]] = []
    means: dict[str, tuple[float, float, bool]] = {}
    for name, event in logic.events.items():
        chance, rate = event.unavailability or 0.0, (event.frequency or 0.0) / SECONDS_A_YEAR
        if event.kind == "demand":
            if random.random() < chance:
                found[name] = [(0.0, length)]
        elif 0.0 < chance < 1.0 and rate > 0.0:
            means[name] = ((1.0 - chance) / rate, chance / rate, event.kind == "hardware")
            heappush(ahead, (random.expovariate(1.0 / means[name][0]), name))
    free = [0.0] * (crews or 0)
    while ahead:
        begins, name = heappop(ahead)
        if begins >= length:
            break
        up, down, repaired = means[name]
        starts = begins
        if crews is not None and repaired:
            starts = max(begins, heappop(free))
        ends = starts + random.expovariate(1.0 / down)
        if crews is not None and repaired:
            heappush(free, ends)
        found.setdefault(name, []).append((begins, min(ends, length)))
        heappush(ahead, (ends + random.expovariate(1.0 / up), name))
    return found


def _evaluated(
    failures: Failures, spans: Mapping[str, Spans], length: float
) -> tuple[list[float], list[int], int]:
    """The moments at which anything changes, and between them when each node is lost, a bit a stretch."""
    moments = {0.0, length}
    for found in spans.values():
        for span in found:
            moments.update(span)
    times = sorted(moments)
    compiled = failures.logic.sweep.compiled
    ones = (1 << (len(times) - 1)) - 1
    own = {compiled.index[name]: _mask(found, times) for name, found in spans.items() if found}
    return times, compiled.lost(own, ones), ones


def _mask(spans: Iterable[tuple[float, float]], times: list[float]) -> int:
    place = {moment: number for number, moment in enumerate(times)}
    found = 0
    for start, end in spans:
        found |= (1 << place[end]) - (1 << place[start])
    return found


def _spans(value: int, times: list[float]) -> Spans:
    """Stretches in which a bit is set, those that touch joined.

    >>> _spans(0b1011, [0.0, 1.0, 2.0, 3.0, 4.0])
    [(0.0, 2.0), (3.0, 4.0)]
    """
    found: Spans = []
    number = 0
    while value:
        skip = (value & -value).bit_length() - 1
        value >>= skip
        number += skip
        run = (~value & (value + 1)).bit_length() - 1
        found.append((times[number], times[number + run]))
        value >>= run
        number += run
    return found


def _union(spans: Spans) -> Spans:
    """The same stretches, those that meet joined.

    >>> _union([(3.0, 4.0), (0.0, 1.0), (0.5, 2.0)])
    [(0.0, 2.0), (3.0, 4.0)]
    """
    found: Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _delays(failures: Failures) -> list[tuple[str, str, float]]:
    """Nodes of losses that are borne: the node, what is lost, and for how long it is borne."""
    needs = failures.logic.graph.needs
    edges: Any = needs.edges(data=True)
    return [
        (target, target.partition("#felt ")[2], facts["tolerates"])
        for _, target, facts in sorted(edges, key=lambda one: one[:2])
        if "#felt " in target
    ]


def _tanks(logic: FailureLogic) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Of each standby generator with declared fuel how long it lasts, and the elements that call on it."""
    estate = logic.graph.estate
    found = {}
    for name in sorted(standing_by(estate)):
        fuel = estate.power[name].fuel
        if fuel is None or not fuel.tank or not fuel.burn:
            continue
        callers = tuple(
            other
            for other, element in sorted(estate.power.items())
            for entry in element.inputs
            if entry.normally == "open" and _feeds(logic, name, entry.source)
        )
        found[f"power/{name}"] = (fuel.tank / fuel.burn * 3600.0, callers)
    return found


def _feeds(logic: FailureLogic, generator: str, source: str) -> bool:
    power = logic.graph.estate.power
    waiting, seen = [source], set()
    while waiting:
        here = waiting.pop()
        if here == generator:
            return True
        if here not in seen and here in power:
            seen.add(here)
            waiting += [entry.source for entry in power[here].inputs if entry.normally == "closed"]
    return False


def _starved(failures: Failures, values: list[int], callers: Iterable[str], ones: int) -> int:
    """When too few closed inputs of any of those elements carry power."""
    power, index = failures.logic.graph.estate.power, failures.logic.sweep.compiled.index
    found = 0
    for name in callers:
        element = power[name]
        closed = [values[index[f"power/{one.source}"]] for one in element.inputs if one.normally == "closed"]
        spare = len(closed) - element.needs
        found |= at_least(spare + 1, closed, ones) if spare >= 0 else ones
    return found
