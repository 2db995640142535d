"""The answer where a wish list leaves no choice: sums, bounds and first fit, without any programme.

Nothing is chosen where each component has one workload to carry it and each need names just what it takes.
Then the wishes and what they bring along are all that runs, and a thousand services on a hundred nodes are
asked about in milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isinf

from resilience.dr_capacity.placing import ROUNDING, Item, Vector, fitted, holds
from resilience.dr_capacity.question import Part, Question, Wish

Levels = dict[str, int]
"""By service: 1 at its minimum, 2 in full; those that do not run are left out."""


@dataclass(frozen=True)
class Direct:
    """Answers wish lists of one question that leaves no choice."""

    question: Question

    @cached_property
    def applies(self) -> bool:
        """Whether nothing is to be chosen, and more of a service never takes less."""
        question = self.question
        return (
            not question.traffic
            and not question.switching
            and not any(part.group for part in question.parts)
            and all(need.at_least == len(need.of) for need in question.needs)
            and all(_grows(part) for part in question.parts)
        )

    @cached_property
    def _needed(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for need in self.question.needs:
            found[need.who] = (*found.get(need.who, ()), *need.of)
        return found

    @cached_property
    def _by_name(self) -> dict[str, Part]:
        return {part.name: part for part in self.question.parts}

    def levels(self, wishes: Sequence[Wish]) -> tuple[Levels, frozenset[str]]:
        """What runs at which level for those wishes, and the parts that stand by."""
        levels: Levels = {}
        there = frozenset(name for kind, name in wishes if kind == "there")
        pending = [(self._by_name[name].service, 1) for name in there]
        pending += [(name, 2 if kind == "full" else 1) for kind, name in wishes if kind != "there"]
        while pending:
            name, level = pending.pop()
            if levels.get(name, 0) < level:
                levels[name] = level
                pending += [(other, level) for other in self._needed.get(name, ())]
        return levels, there

    def fits(self, levels: Levels, there: frozenset[str]) -> bool | None:
        """Whether that fits; None: sums and bounds allow it, and first fit finds no place for it."""
        sums = [0.0] * len(self.question.limits)
        items: dict[str, dict[tuple[float, ...], int]] = {name: {} for name, _ in self.question.nodes}
        apart: dict[str, list[Item]] = {name: [] for name in items}
        for part in self.question.parts:
            level = levels.get(part.service, 0) if part.carries else 0
            if not level and part.name not in there:
                continue
            for ask in part.asks:
                amount = (ask.standing, ask.minimum, ask.full)[level]
                if isinf(amount):
                    return False
                sums[ask.limit] += amount
            if part.rack in items:
                size = part.sizes[level]
                if part.apart:
                    apart[part.rack].append(Item(size, part.instances, apart=True))
                    continue
                items[part.rack][size] = items[part.rack].get(size, 0) + part.instances
        limits = zip(sums, self.question.limits, strict=True)
        if any(taken > limit.gives * (1.0 + ROUNDING) for taken, limit in limits):
            return False
        found: bool | None = True
        for name, nodes in self.question.nodes:
            here = [*(Item(size, count) for size, count in sorted(items[name].items())), *apart[name]]
            if not self._bounded(name, here, nodes):
                return False
            if not fitted(here, nodes):
                found = None
        return found

    def _bounded(self, name: str, items: Sequence[Item], nodes: Sequence[Vector]) -> bool:
        """Whether, of every size that occurs, there are no more instances than all nodes hold of it."""
        if not nodes:
            return not items
        if any(item.apart and item.count > len(nodes) for item in items):
            return False
        for dimension in range(len(nodes[0])):
            if any(isinf(node[dimension]) for node in nodes):
                continue
            count = 0
            for item in sorted(items, key=lambda item: -item.size[dimension]):
                size = item.size[dimension]
                count += item.count
                if size > 0.0 and count > self._held(name, nodes, dimension, size):
                    return False
        return True

    @cached_property
    def _known(self) -> dict[tuple[str, int, float], int]:
        return {}

    def _held(self, name: str, nodes: Sequence[Vector], dimension: int, size: float) -> int:
        key = (name, dimension, size)
        if key not in self._known:
            self._known[key] = holds(nodes, dimension, size)
        return self._known[key]


def _grows(part: Part) -> bool:
    """Whether it takes no less in full than at its minimum, and nothing below zero."""
    sizes = zip(part.sizes[1], part.sizes[2], strict=True)
    return all(0.0 <= minimum <= full for minimum, full in sizes) and all(
        0.0 <= ask.minimum <= ask.full and ask.standing >= 0.0 for ask in part.asks
    )
