"""One module of a network made a diagram, by the best of several orders within limits of nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from resilience.fault_tree.diagram import Diagram
from resilience.fault_tree.engines import Engine, engine, has_cudd
from resilience.fault_tree.formulas import Kind, Literal, Node
from resilience.fault_tree.ordering import Order, orders
from resilience.fault_tree.plain import Exported, TooLarge


@dataclass(frozen=True)
class Limits:
    """How far to go; all are numbers of nodes or steps, so that what is too hard is so on every machine."""

    good_enough: int = 4_000
    """A diagram of so many nodes is taken without looking for a smaller one."""
    first: int = 60_000
    """Nodes made in a first try of each order."""
    most: int = 4_000_000
    """Nodes made in the last try of each order; about 64 bytes each in CUDD, 300 in Python alone."""
    most_alone: int = 1_000_000
    """The same in Python alone."""
    set_steps: int = 20_000_000
    """Steps in making the minimal cut sets of one module; up to 200 bytes each."""
    reorders_above: int = 400_000
    """A diagram of more nodes than this is made again with variables moved while it grows (Rudell's sifting),
    where CUDD is there."""


_STEP: Final = 8


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
    nodes: Sequence[Node], module: Part, turned: frozenset[int], limits: Limits, *, fast: bool = True
) -> tuple[Diagram, Order]:
    """The module's diagram, and the leaf that each of its levels asks; TooHard beyond the limits.

    `turned` are modules that stand for their opposite, in the leaves and in the result.
    """
    fast = fast and has_cudd()
    tried = list(orders(nodes, module.number, module.gates, module.leaves))
    best: tuple[int, Order, Exported] | None = None
    bound, last = limits.first, limits.most if fast else limits.most_alone
    while best is None:
        for order in tried:
            maker = engine(len(order), bound, fast=fast and bound > limits.first)
            try:
                found = _made(nodes, module, turned, order, maker)
            except TooLarge:
                continue
            size = len(found[1]) - 2
            if best is None or size < best[0]:
                best = size, order, found
            if size <= limits.good_enough:
                break
            bound = min(bound, 4 * size + limits.good_enough)
        if best is None and bound >= last:
            break
        bound = min(last, bound * _STEP) if best is None else bound
    if fast and (best is None or best[0] > limits.reorders_above):
        order = best[1] if best is not None else tried[0]
        try:
            found = _made(nodes, module, turned, order, engine(len(order), last, reorders=True))
        except TooLarge:
            pass
        else:
            if best is None or len(found[1]) - 2 < best[0]:
                best = len(found[1]) - 2, order, found
    if best is None:
        raise TooHard(
            f"a part with {len(module.leaves):,} variables and {len(module.gates):,} gates that hang "
            f"together needs more than {last:,} diagram nodes in each of {len(tried)} variable orders"
        )
    _, order, (variable, level, low, high, root) = best
    asked = tuple(order[one] for one in variable)
    names = tuple(nodes[one].event or f"#{one}" for one in asked)
    return Diagram(names, tuple(level), tuple(low), tuple(high), root), asked


def _made(
    nodes: Sequence[Node], module: Part, turned: frozenset[int], order: Order, maker: Engine
) -> Exported:
    value: dict[int, Any] = {}
    for level, leaf in enumerate(order):
        asked = maker.variable(level)
        value[leaf] = maker.negation(asked) if leaf in turned else asked
    true = maker.conjunction(())

    def held(literal: Literal) -> Any:
        return value[literal] if literal > 0 else maker.negation(value[-literal])

    for gate in module.gates:
        node = nodes[gate]
        inputs = [held(one) for one in node.inputs]
        if node.kind is Kind.AND:
            value[gate] = maker.conjunction(inputs)
        elif node.kind is Kind.AT_LEAST:
            value[gate] = _at_least(node.least, inputs, true, maker)
        elif node.kind is Kind.XOR:
            value[gate] = _odd(inputs, maker)
        else:
            value[gate] = maker.choice(*inputs)
    result = value[module.number]
    return maker.export(maker.negation(result) if module.number in turned else result)


def _at_least(least: int, inputs: Iterable[Any], true: Any, maker: Engine) -> Any:
    """Input by input, whether so many held so far: quadratic, where writing out all choices explodes."""
    reached = [true] + [maker.negation(true)] * least
    for one in inputs:
        for count in range(least, 0, -1):
            reached[count] = maker.choice(one, reached[count - 1], reached[count])
    return reached[least]


def _odd(inputs: Sequence[Any], maker: Engine) -> Any:
    found = inputs[0]
    for one in inputs[1:]:
        found = maker.choice(found, maker.negation(one), one)
    return found
