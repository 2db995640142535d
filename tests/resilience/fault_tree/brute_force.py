"""Formulas evaluated over every state of their events: slow, and plainly right."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from resilience.fault_tree.formulas import Formula, Kind

State = frozenset[str]
"""The events that have happened."""


def holds(formula: Formula, state: State) -> bool:
    """Whether a formula holds in a state: each node by its definition, after what it is written with."""
    values = [False]
    for node in formula.place.nodes[1:]:
        inputs = [values[abs(one)] == (one > 0) for one in node.inputs]
        if node.kind is Kind.CONSTANT:
            values.append(True)
        elif node.kind is Kind.EVENT:
            values.append(node.event in state)
        elif node.kind is Kind.AND:
            values.append(all(inputs))
        elif node.kind is Kind.AT_LEAST:
            values.append(sum(inputs) >= node.least)
        elif node.kind is Kind.XOR:
            values.append(sum(inputs) % 2 == 1)
        else:
            values.append(inputs[1] if inputs[0] else inputs[2])
    return values[abs(formula.literal)] == (formula.literal > 0)


def states(events: Sequence[str]) -> list[State]:
    """Every state of the events."""
    return [
        frozenset(event for event, happens in zip(events, row, strict=True) if happens)
        for row in product((False, True), repeat=len(events))
    ]


def chance_of(state: State, chances: Mapping[str, float]) -> float:
    """The probability of one state of all events that have a chance."""
    return prod(chance if event in state else 1 - chance for event, chance in chances.items())


def probability(formula: Formula, chances: Mapping[str, float]) -> float:
    """Summed over every state."""
    return sum(chance_of(state, chances) for state in states(sorted(chances)) if holds(formula, state))


def minimal_sets(formula: Formula, events: Sequence[str]) -> set[State]:
    """Of the states in which it holds, those that contain no other."""
    found: list[State] = []
    for state in sorted(states(events), key=len):
        if holds(formula, state) and not any(smaller <= state for smaller in found):
            found.append(state)
    return set(found)


def support(formula: Formula, events: Sequence[str]) -> tuple[str, ...]:
    """The events that ever make a difference."""
    return tuple(
        event
        for event in sorted(events)
        if any(holds(formula, state) != holds(formula, state ^ {event}) for state in states(events))
    )


def is_monotone(formula: Formula, events: Sequence[str]) -> bool:
    """Whether one more event never undoes it."""
    return all(
        holds(formula, state | {event})
        for state in states(events)
        if holds(formula, state)
        for event in events
    )
