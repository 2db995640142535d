"""A formula made ready for diagrams: gates merged, and cut into modules that share nothing with the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from resilience.fault_tree.formulas import ALWAYS, Formula, Kind, Literal, Node


@dataclass(frozen=True)
class Network:
    """The gates below one formula, and where it comes apart."""

    nodes: tuple[Node, ...]
    """By number, as in `Formulas`; those that nothing uses any more are left in place."""
    top: Literal
    modules: tuple[int, ...]
    """Gates whose events and gates nothing outside them uses, what is within another before it; the last
    is the top's own gate. Empty where the top is a constant or an event."""
    order: tuple[int, ...]
    """Every event and gate below the top, inputs before what uses them."""
    support: tuple[int, ...]
    """Numbers of the events below the top, in the order in which a walk from the left meets them."""


def prepare(top: Formula) -> Network:
    """The network below a formula: nested gates of one kind merged, independent inputs put together.

    A module is found in linear time by the dates of the first and last visit of what lies below it (Dutuit,
    Rauzy: "A linear-time algorithm to find modules of fault trees", IEEE Trans. Reliability 45, 1996).
    """
    nodes = list(top.place.nodes)
    below = _below(nodes, top.literal)
    _merge(nodes, below)
    _group(nodes, top.literal)
    order = _below(nodes, top.literal)
    visits = _visit(nodes, top.literal)
    modules = tuple(
        number for number in order if nodes[number].kind is not Kind.EVENT and visits.is_module(number)
    )
    support = tuple(sorted((n for n in order if nodes[n].kind is Kind.EVENT), key=visits.first.__getitem__))
    return Network(tuple(nodes), top.literal, modules, tuple(order), support)


def _below(nodes: Sequence[Node], top: Literal) -> list[int]:
    """Every event and gate below the top and the top itself, inputs before what uses them."""
    found: list[int] = []
    seen = {ALWAYS}
    stack = [(abs(top), False)]
    while stack:
        number, done = stack.pop()
        if done:
            found.append(number)
        elif number not in seen:
            seen.add(number)
            stack.append((number, True))
            stack += [(abs(one), False) for one in reversed(nodes[number].inputs)]
    return found


def _merge(nodes: list[Node], below: Sequence[int]) -> None:
    """Put the inputs of an `and` that only another `and` uses in its place there; so it goes for `or` too."""
    uses: dict[int, int] = {}
    for number in below:
        for one in nodes[number].inputs:
            uses[abs(one)] = uses.get(abs(one), 0) + 1
    for number in below:
        if nodes[number].kind is Kind.AND:
            merged: list[Literal] = []
            for one in nodes[number].inputs:
                nested = one > 0 and nodes[one].kind is Kind.AND and uses[one] == 1
                merged += nodes[one].inputs if nested else (one,)
            # An opposite among them (never) cannot be told here without losing the order; diagrams tell it.
            nodes[number] = Node(Kind.AND, tuple(dict.fromkeys(merged)))


class _Visits:
    """When a walk from the left came to each node, and to everything below it."""

    def __init__(self) -> None:
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self.enter: dict[int, int] = {}
        self.leave: dict[int, int] = {}
        self.span: dict[int, tuple[int, int]] = {}
        """Earliest and latest visit of what lies below, the node itself left out."""

    def is_module(self, number: int) -> bool:
        early, late = self.span[number]
        return early > self.enter[number] and late < self.leave[number]

    def with_itself(self, number: int) -> tuple[int, int]:
        early, late = self.span.get(number, (self.first[number], self.last[number]))
        return min(early, self.first[number]), max(late, self.last[number])


def _visit(nodes: Sequence[Node], top: Literal) -> _Visits:
    visits = _Visits()
    clock = 0
    order: list[int] = []
    stack = [(abs(top), False)]
    while stack:
        number, done = stack.pop()
        clock += 1
        if done:
            visits.leave[number] = visits.last[number] = clock
            order.append(number)
            continue
        visits.last[number] = clock
        if number in visits.first or number == ALWAYS:
            continue
        visits.first[number] = visits.enter[number] = clock
        stack.append((number, True))
        stack += [(abs(one), False) for one in reversed(nodes[number].inputs)]
    for number in order:
        spans = [visits.with_itself(abs(one)) for one in nodes[number].inputs]
        if spans:
            visits.span[number] = min(one for one, _ in spans), max(one for _, one in spans)
    return visits


def _group(nodes: list[Node], top: Literal) -> None:
    """Give inputs of an `and` that share something with one another, and with nothing else, a gate of their
    own, and those that share nothing with anything one gate together."""
    visits = _visit(nodes, top)
    for number in sorted(visits.span):
        node = nodes[number]
        if node.kind is not Kind.AND or len(node.inputs) < 3:
            continue
        groups = _overlapping([(visits.with_itself(abs(one)), one) for one in node.inputs])
        inputs: list[Literal] = []
        alone: list[Literal] = []
        for (early, late), members in groups:
            apart = visits.enter[number] < early and late < visits.leave[number]
            if apart and len(members) == 1:
                alone += members
            elif apart and len(groups) > 1:
                inputs.append(_gate(nodes, members))
            else:
                inputs += members
        if inputs and len(alone) > 1:
            alone = [_gate(nodes, alone)]
        nodes[number] = Node(Kind.AND, (*alone, *inputs))


def _gate(nodes: list[Node], inputs: Sequence[Literal]) -> Literal:
    nodes.append(Node(Kind.AND, tuple(inputs)))
    return len(nodes) - 1


def _overlapping(
    spans: Sequence[tuple[tuple[int, int], Literal]],
) -> list[tuple[tuple[int, int], list[Literal]]]:
    """Literals whose spans overlap, directly or through others, together; in the order of time."""
    groups: list[tuple[tuple[int, int], list[Literal]]] = []
    for (early, late), one in sorted(spans):
        if groups and early <= groups[-1][0][1]:
            (begun, ended), members = groups[-1]
            members.append(one)
            groups[-1] = ((begun, max(ended, late)), members)
        else:
            groups.append(((early, late), [one]))
    return groups
