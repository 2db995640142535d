"""Formulas over named events: gates of any number of inputs, each written once however often it is used."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

Literal = int
"""A node's number, negative where its opposite is meant; 1 is what always holds, -1 what never does."""

ALWAYS: Final = 1
NEVER: Final = -1


class Kind(Enum):
    """What a node is; `or` and the rest are written with these and opposites."""

    CONSTANT = "constant"
    EVENT = "event"
    AND = "and"
    AT_LEAST = "at least"
    XOR = "xor"
    CHOICE = "choice"


@dataclass(frozen=True)
class Node:
    """An event, or a gate over other nodes."""

    kind: Kind
    inputs: tuple[Literal, ...] = ()
    """Of a choice: the condition, what holds with it, what holds without it."""
    least: int = 0
    """How many inputs an `at least` wants."""
    event: str = ""


class Formulas:
    """A place that formulas live in; formulas of two places cannot be mixed.

    >>> place = Formulas()
    >>> a, b, c = (place.event(name) for name in "abc")
    >>> str(place.any_of([a & b, ~c]))
    '(a & b) | ~c'
    >>> place.at_least(2, [a, a, b]) == place.any_of([a, a & b])
    False
    >>> (a & b) == (b & a), (a & ~a) == place.never
    (True, True)
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = [Node(Kind.CONSTANT), Node(Kind.CONSTANT)]
        """By number; the first stands for nothing, so that every literal has a sign."""
        self._known: dict[tuple[object, ...], Literal] = {}

    @property
    def always(self) -> "Formula":
        """What holds whatever happens."""
        return Formula(self, ALWAYS)

    @property
    def never(self) -> "Formula":
        """What holds in no case."""
        return Formula(self, NEVER)

    def event(self, name: str) -> "Formula":
        """The event of that name: the same formula each time."""
        return Formula(self, self._node((Kind.EVENT, name), Node(Kind.EVENT, event=name)))

    def all_of(self, inputs: Iterable["Formula"]) -> "Formula":
        """Every input holds; `always` where there is none."""
        return Formula(self, self._and(self._literals(inputs)))

    def any_of(self, inputs: Iterable["Formula"]) -> "Formula":
        """Some input holds; `never` where there is none."""
        return Formula(self, -self._and([-one for one in self._literals(inputs)]))

    def at_least(self, least: int, inputs: Iterable["Formula"]) -> "Formula":
        """So many inputs hold or more; an input that is given twice counts twice."""
        return Formula(self, self._at_least(least, self._literals(inputs)))

    def between(self, least: int, most: int, inputs: Iterable["Formula"]) -> "Formula":
        """At least `least` and at most `most` inputs hold."""
        literals = self._literals(inputs)
        return Formula(
            self, self._and([self._at_least(least, literals), -self._at_least(most + 1, literals)])
        )

    def odd(self, inputs: Iterable["Formula"]) -> "Formula":
        """An odd number of inputs hold."""
        return Formula(self, self._odd(self._literals(inputs)))

    def implies(self, condition: "Formula", consequence: "Formula") -> "Formula":
        """The consequence holds, or the condition does not."""
        return self.any_of([~condition, consequence])

    def same(self, inputs: Iterable["Formula"]) -> "Formula":
        """All inputs hold, or none."""
        held = tuple(inputs)
        return self.any_of([self.all_of(held), self.all_of([~one for one in held])])

    def choice(self, condition: "Formula", then: "Formula", otherwise: "Formula") -> "Formula":
        """`then` where the condition holds, else `otherwise`."""
        test, high, low = self._literals([condition, then, otherwise])
        if test < 0:
            test, high, low = -test, low, high
        if test == ALWAYS or high == low:
            return Formula(self, high)
        if abs(high) == ALWAYS or abs(low) == ALWAYS or abs(test) in (abs(high), abs(low)):
            both, other = self._and([test, high]), self._and([-test, low])
            return Formula(self, -self._and([-both, -other]))
        return Formula(self, self._node((Kind.CHOICE, test, high, low), Node(Kind.CHOICE, (test, high, low))))

    def _literals(self, inputs: Iterable["Formula"]) -> list[Literal]:
        held = list(inputs)
        if any(one.place is not self for one in held):
            raise ValueError("formulas of two places cannot be mixed")
        return [one.literal for one in held]

    def _node(self, key: tuple[object, ...], node: Node) -> Literal:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.nodes)
            self.nodes.append(node)
        return known

    def _and(self, literals: list[Literal]) -> Literal:
        held = [one for one in dict.fromkeys(literals) if one != ALWAYS]
        there = set(held)
        if any(-one in there or one == NEVER for one in held):
            return NEVER
        if not held:
            return ALWAYS
        if len(held) == 1:
            return held[0]
        return self._node((Kind.AND, *sorted(held)), Node(Kind.AND, tuple(held)))

    def _at_least(self, least: int, literals: list[Literal]) -> Literal:
        wanted = least - literals.count(ALWAYS)
        held = [one for one in literals if abs(one) != ALWAYS]
        if wanted <= 0:
            return ALWAYS
        if wanted > len(held):
            return NEVER
        if wanted == len(held):
            return self._and(held)
        if wanted == 1:
            return -self._and([-one for one in held])
        key = (Kind.AT_LEAST, wanted, *sorted(held))
        return self._node(key, Node(Kind.AT_LEAST, tuple(held), wanted))

    def _odd(self, literals: list[Literal]) -> Literal:
        opposite = sum(one < 0 for one in literals) % 2 == 1
        count: dict[int, int] = {}
        for one in literals:
            count[abs(one)] = count.get(abs(one), 0) + 1
        # A constant that holds turns the sense; what stands there twice cancels itself.
        opposite ^= count.pop(ALWAYS, 0) % 2 == 1
        held = [one for one, times in count.items() if times % 2]
        if not held:
            found = NEVER
        elif len(held) == 1:
            found = held[0]
        else:
            found = self._node((Kind.XOR, *sorted(held)), Node(Kind.XOR, tuple(held)))
        return -found if opposite else found


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula; two are equal where they were written alike, in whatever order of inputs."""

    place: Formulas = field(repr=False)
    literal: Literal

    def events(self) -> frozenset[str]:
        """Names of the events that it was written with."""
        nodes, found, seen, stack = self.place.nodes, set(), {ALWAYS}, [abs(self.literal)]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                stack += [abs(one) for one in nodes[number].inputs]
                if nodes[number].kind is Kind.EVENT:
                    found.add(nodes[number].event)
        return frozenset(found)

    def __and__(self, other: "Formula") -> "Formula":
        return self.place.all_of((self, other))

    def __or__(self, other: "Formula") -> "Formula":
        return self.place.any_of((self, other))

    def __xor__(self, other: "Formula") -> "Formula":
        return self.place.odd((self, other))

    def __invert__(self) -> "Formula":
        return Formula(self.place, -self.literal)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.place is other.place and self.literal == other.literal

    def __hash__(self) -> int:
        return hash(self.literal)

    def __str__(self) -> str:
        return _written(self.place.nodes, self.literal)


def _written(nodes: list[Node], literal: Literal, deepest: int = 6) -> str:
    """A short formula in words that Python would read; a deep one is cut off."""
    node = nodes[abs(literal)]
    if abs(literal) == ALWAYS:
        return "always" if literal > 0 else "never"
    if node.kind is Kind.EVENT:
        return node.event if literal > 0 else f"~{node.event}"
    if deepest == 0:
        return "…"
    turned = literal < 0 and node.kind is Kind.AND
    parts = [_written(nodes, -one if turned else one, deepest - 1) for one in node.inputs]
    if node.kind in (Kind.AND, Kind.XOR):
        sign = " | " if turned else " & " if node.kind is Kind.AND else " ^ "
        text = sign.join(f"({part})" if _has_sign(part) else part for part in parts)
        return f"~({text})" if literal < 0 and not turned else text
    name = f"at_least({node.least}, " if node.kind is Kind.AT_LEAST else "choice("
    return f"{'~' if literal < 0 else ''}{name}{', '.join(parts)})"


def _has_sign(text: str) -> bool:
    """Whether a sign stands outside every bracket."""
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and letter in "&|^":
            return True
    return False
