"""One module of a network made a diagram, by the best of several orders within limits of nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from resilience.fault_tree.diagram import Diagram
from resilience.fault_tree.engine import TRUE, Engine, Exported, TooLarge
from resilience.fault_tree.formulas import Kind, Literal, Node
from resilience.fault_tree.ordering import Order, orders


@dataclass(frozen=True)
class Limits:
    """How far to go; all are numbers of nodes or steps, so that what is too hard is so on every machine."""

    good_enough: int = 4_000
    """A diagram of so many nodes is taken without looking for a smaller one."""
    first: int = 60_000
    """Nodes made in a first try of each order."""
    most: int = 2_000_000
    """Nodes made in the last try of each order; up to 400 bytes each."""
    set_steps: int = 10_000_000
    """Steps in making the minimal cut sets of one module; up to 300 bytes each."""


_STEP: Final = 8
"""How many times the nodes of one round the next may make."""
_ORDERS_LAST: Final = 4
_SLACK: Final = 2
"""A diagram takes two to three times its own nodes to make: an order that makes so many times the best one's
nodes and is not done yet would hardly be better."""


class TooHard(Exception):
    """A formula needs more nodes than the limits allow; the message says what was tried."""


@dataclass(frozen=True)
class Part:
    """A module to be made: its gates, lower ones first, and what it asks."""

    number: int
    gates: tuple[int, ...]
    leaves: tuple[int, ...]
    """Events and other modules."""


def part(nodes: Sequence[Node], number: int, modules: frozenset[int]) -> Part:
    """What of the network belongs to one module alone."""
    gates: list[int] = []
    leaves: list[int] = []
    seen: set[int] = set()
    stack = [(number, False)]
    while stack:
        one, done = stack.pop()
        if done:
            gates.append(one)
        elif one not in seen:
            seen.add(one)
            if one != number and (one in modules or nodes[one].kind is Kind.EVENT):
                leaves.append(one)
            else:
                stack.append((one, True))
                stack += [(abs(below), False) for below in reversed(nodes[one].inputs)]
    return Part(number, tuple(gates), tuple(leaves))


def diagram(
    nodes: Sequence[Node], module: Part, turned: frozenset[int], limits: Limits
) -> tuple[Diagram, Order]:
    """The module's diagram, and the leaf that each of its levels asks; TooHard beyond the limits.

    `turned` are modules that stand for their opposite, in the leaves and in the result. Every order is tried
    with few nodes; where none is enough, with eight times as many; in the last round, which takes longest,
    only the first four. A later order need only beat the best.
    """
    tried = list(orders(nodes, module.number, module.gates, module.leaves))
    best: tuple[Exported, Order] | None = None
    bound = min(limits.first, limits.most)
    while True:
        last = limits.first < bound == limits.most
        for order in tried[: _ORDERS_LAST if last else None]:
            try:
                found = _made(nodes, module, turned, order, Engine(len(order), bound))
            except TooLarge:
                continue
            size = len(found[0]) - 2
            if best is None or size < len(best[0][0]) - 2:
                best = found, order
            if size <= limits.good_enough:
                break
            bound = min(bound, _SLACK * size)
        if best is not None:
            (level, low, high, root), order = best
            names = tuple(nodes[one].event or f"#{one}" for one in order)
            return Diagram(names, tuple(level), tuple(low), tuple(high), root), order
        if bound >= limits.most:
            raise TooHard(
                f"a part with {len(module.leaves):,} variables and {len(module.gates):,} gates that hang "
                f"together needs more than {bound:,} diagram nodes in each variable order that was tried"
            )
        bound = min(limits.most, bound * _STEP)


def _made(
    nodes: Sequence[Node], module: Part, turned: frozenset[int], order: Order, engine: Engine
) -> Exported:
    value = {leaf: engine.variable(level) * (-1 if leaf in turned else 1) for level, leaf in enumerate(order)}

    def held(literal: Literal) -> int:
        return value[literal] if literal > 0 else -value[-literal]

    for gate in module.gates:
        node = nodes[gate]
        inputs = [held(one) for one in node.inputs]
        if node.kind is Kind.AND:
            value[gate] = engine.conjunction(inputs)
        elif node.kind is Kind.AT_LEAST:
            value[gate] = _at_least(node.least, inputs, engine)
        elif node.kind is Kind.XOR:
            value[gate] = _odd(inputs, engine)
        else:
            value[gate] = engine.choice(*inputs)
    result = value[module.number]
    return engine.export(-result if module.number in turned else result)


def _at_least(least: int, inputs: Iterable[int], engine: Engine) -> int:
    """Input by input, whether so many held so far: quadratic, where writing out all choices explodes."""
    reached = [TRUE] + [-TRUE] * least
    for one in inputs:
        for count in range(least, 0, -1):
            reached[count] = engine.choice(one, reached[count - 1], reached[count])
    return reached[least]


def _odd(inputs: Sequence[int], engine: Engine) -> int:
    found = inputs[0]
    for one in inputs[1:]:
        found = engine.choice(found, -one, one)
    return found
