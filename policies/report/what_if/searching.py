"""Minimal cut sets of the graph's nodes over all that can be failed: all of one and of two elements."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from resilience.availability.pairs import by_event
from resilience.compiled import Compiled
from resilience.failure_sweep.scenes import supports
from resilience.graph import EstateGraph
from resilience.needs import is_element
from resilience.sweep import Sweep, bits
from specs.model import ELEMENT_COLLECTIONS

Order = Literal[1, 2]
"""How many elements the largest cut sets have that were searched."""

_MOST_WORK: Final = 5_000_000_000
"""Pairs times nodes that are evaluated, one bit each; of a larger estate single elements alone are searched.
A limit of work and none of time, so that every machine finds the same."""

_AT_ONCE: Final = 500_000_000
"""Pairs times nodes of one evaluation: some 60 MB."""


@dataclass(frozen=True)
class Losses:
    """What takes one node down; elements are numbered as in `Searched.failable`, sets of them are bits."""

    alone: int
    """Elements that take it down by themselves."""
    together: tuple[tuple[int, int], ...]
    """By element, those that take it down together with it, although none of the two does alone."""
    support: int
    """Elements that it rests on; all others together cannot touch it."""


NOTHING = Losses(0, (), 0)
"""Of a node that nothing takes down, or that is down with nothing failed and cannot fall any further."""


@dataclass(frozen=True)
class Searched:
    """Cut sets of nodes, all up to an order."""

    failable: tuple[str, ...]
    """Every element, hazard and common cause that can be failed, by name."""
    order: Order
    losses: Mapping[str, Losses]
    """By node."""


def failable(sweep: Sweep) -> tuple[str, ...]:
    """Everything in the graph that can be taken as lost: what happens by itself, and every other element."""
    return tuple(
        name
        for name in sweep.compiled.names
        if name in sweep.numbers or (is_element(name) and name.partition("/")[0] in ELEMENT_COLLECTIONS)
    )


def one_by_one(graph: EstateGraph, names: Sequence[str]) -> Sweep:
    """Those elements, each lost in a scenario of its own, numbered in their order."""
    return Sweep(graph, tuple((name,) for name in names))


def search(sweep: Sweep, watched: Collection[str]) -> Searched:
    """All cut sets of one element and of two of every watched node.

    `sweep` is the one of `one_by_one`. Two elements do together what neither does alone only at a gate that
    lets some of its needs fail, or within a ring of needs (see `resilience.availability.pairs`), so only
    pairs that meet at one are evaluated.
    """
    compiled, names = sweep.compiled, sweep.events
    nodes = {
        node: compiled.index[node] for node in watched if node in compiled.index and node not in sweep.calm
    }
    below = _below(compiled, nodes.values())
    partners = _partners(compiled, sweep.lost, below, len(names))
    count = sum(value.bit_count() for value in partners)
    order: Order = 2 if count * len(compiled.names) <= _MOST_WORK else 1
    together = _pairs(sweep, nodes, partners) if order == 2 else {}
    own = {compiled.index[name]: 1 << number for number, name in enumerate(names)}
    rests_on = supports(compiled, own, frozenset(nodes.values()))
    losses = {
        node: Losses(
            sweep.lost[number],
            tuple(sorted(together.get(node, {}).items())),
            rests_on[number],
        )
        for node, number in sorted(nodes.items())
    }
    return Searched(names, order, {**dict.fromkeys(sorted(watched), NOTHING), **losses})


def _below(compiled: Compiled, nodes: Iterable[int]) -> set[int]:
    """Those nodes and all that they need."""
    found: set[int] = set()
    ahead = list(nodes)
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += [child for child, _ in compiled.children[node]]
    return found


def _partners(compiled: Compiled, lost: Sequence[int], below: Collection[int], count: int) -> list[int]:
    """By element those of a higher number with which it may do what neither does alone."""
    groups: set[int] = set()
    for ring in compiled.order:
        touched = 0
        for node in ring:
            if node in below and compiled.threshold[node] > 1:
                reached = 0
                for child, _ in compiled.children[node]:
                    reached |= lost[child]
                touched |= reached if len(ring) > 1 else reached & ~lost[node]
        groups.add(touched)
    found = [0] * count
    for group in sorted(groups):
        for member in bits(group):
            found[member] |= group
    return [value >> (number + 1) << (number + 1) for number, value in enumerate(found)]


def _pairs(sweep: Sweep, nodes: Mapping[str, int], partners: Sequence[int]) -> dict[str, dict[int, int]]:
    """By node, then element, its partners in cut sets of two; nodes that fall alike share one result."""
    names, compiled = sweep.events, sweep.compiled
    at_once = max(1, _AT_ONCE // len(compiled.names))
    pairs = ((first, other) for first, others in enumerate(partners) for other in bits(others))
    falls = dict.fromkeys(nodes, 0)
    firsts, others = array("L"), array("L")
    for chunk in _chunks(pairs, at_once):
        holding = by_event([(names[first], names[other]) for first, other in chunk])
        own = {compiled.index[name]: value for name, value in holding.items()}
        values = compiled.lost(own, (1 << len(chunk)) - 1)
        covered: dict[int, int] = {}
        for node, number in nodes.items():
            alone = sweep.lost[number]
            if values[number] and alone not in covered:
                covered[alone] = 0
                for event in bits(alone):
                    covered[alone] |= holding.get(names[event], 0)
            if values[number]:
                falls[node] |= (values[number] & ~covered[alone]) << len(firsts)
        firsts.extend(first for first, _ in chunk)
        others.extend(other for _, other in chunk)
    decoded = {value: _partnership(value, firsts, others) for value in set(falls.values())}
    return {node: decoded[value] for node, value in falls.items()}


def _partnership(value: int, firsts: Sequence[int], others: Sequence[int]) -> dict[int, int]:
    """Both members of each of those pairs, each with all its partners."""
    found: dict[int, int] = {}
    for place in bits(value):
        first, other = firsts[place], others[place]
        found[first] = found.get(first, 0) | 1 << other
        found[other] = found.get(other, 0) | 1 << first
    return found


def _chunks(pairs: Iterator[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    while chunk := list(islice(pairs, size)):
        yield chunk
