"""What is kept where a question is too large for an exact place of every instance: one wish after the other.

A wish is granted where what it adds finds room beside what stands already; else all instances are placed anew
(first fit decreasing), for a fixed number of times. Sums refuse exactly. What neither places nor refuses is
*undecided*: the gap between what is proven to run and what is proven not to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isinf

from resilience.dr_capacity.direct import Direct, Levels
from resilience.dr_capacity.placing import ROUNDING, Vector
from resilience.dr_capacity.question import Part, Question, Wish
from resilience.dr_capacity.results import Proof

MOST_REPACKINGS = 40
"""How often all instances are placed anew for one question."""


@dataclass(frozen=True)
class Kept:
    """The lexicographic optimum."""

    alive: frozenset[str]
    full: frozenset[str]
    there: frozenset[str]
    """Standbys that carry or stand by; the others are switched off."""
    carriers: frozenset[str]
    """Of standbys that stand in for one another: those that carry."""
    all_fit: bool
    proof: Proof
    """Of the statement that all fit, or do not."""
    undecided: frozenset[Wish]
    """Wishes refused only because the search reached its limit."""


def one_by_one(question: Question, wishes: Sequence[Wish], proof: Proof) -> Kept:
    """What is kept of a question that leaves no choice; `proof`: of the statement that not all of it fits."""
    keeping = _Keeping(question)
    undecided: set[Wish] = set()
    refused: set[str] = set()
    standbys = {part.name: part.service for part in question.parts}
    for wish in wishes:
        kind, name = wish
        if (kind == "full" and name in refused) or (kind == "there" and standbys[name] in refused):
            continue
        answer = keeping.grant(wish)
        if answer is not True and kind == "minimum":
            refused.add(name)
        if answer is None:
            undecided.add(wish)
    return Kept(
        alive=frozenset(keeping.levels),
        full=frozenset(name for name, level in keeping.levels.items() if level == 2),
        there=keeping.there,
        carriers=frozenset(),
        all_fit=False,
        proof=proof,
        undecided=frozenset(undecided),
    )


Nodes = dict[str, list[list[float]]]
"""By set of nodes, what each has left in each dimension."""


class _Keeping:
    """What was granted so far, and where it stands; only its maker holds one."""

    def __init__(self, question: Question) -> None:
        self.question, self.direct = question, Direct(question)
        self.levels: Levels = {}
        self.there: frozenset[str] = frozenset()
        self._granted: list[Wish] = []
        self._sums = [0.0] * len(question.limits)
        self._standing: dict[str, int] = {}
        """By part the level at which it stands somewhere."""
        self._stands: dict[str, list[tuple[int, int]]] = {}
        """By part how many instances stand on which of its nodes."""
        self._free = self._empty()
        self._repackings = 0
        self._patience = self._waits = 0
        """After a placing anew that failed twice as many wishes as before go without."""
        self._largest = {
            name: [max((node[d] for node in nodes), default=1.0) or 1.0 for d in range(len(nodes[0]))]
            if nodes
            else []
            for name, nodes in question.nodes
        }
        self._by_service: dict[str, list[Part]] = {}
        for part in question.parts:
            self._by_service.setdefault(part.service, []).append(part)
        self._parts = {part.name: part for part in question.parts}

    def _empty(self) -> Nodes:
        return {
            name: [[value * (1.0 + ROUNDING) for value in node] for node in nodes]
            for name, nodes in self.question.nodes
        }

    def grant(self, wish: Wish) -> bool | None:
        """Whether the wish fits beside what was granted; None: nobody knows."""
        levels, there = self.direct.levels([wish])
        wanted = {name: level for name, level in levels.items() if self.levels.get(name, 0) < level}
        changes = list(self._changes(wanted, there - self.there))
        sums = self._summed(changes)
        if sums is None:
            return False
        whole = self.levels | wanted
        answer = self._beside(changes) or self._patiently(whole, self.there | there)
        if answer:
            self.levels, self.there, self._sums = whole, self.there | there, sums
            self._standing |= {part.name: level for part, level in changes}
        return answer

    def _changes(self, wanted: Mapping[str, int], there: frozenset[str]) -> Iterator[tuple[Part, int]]:
        for service, level in wanted.items():
            for part in self._by_service.get(service, ()):
                if part.carries:
                    yield part, level
        for name in sorted(there):
            yield self._parts[name], 0

    def _summed(self, changes: Sequence[tuple[Part, int]]) -> list[float] | None:
        """What is then taken of every limit; None: more than there is, or nobody knows how much."""
        sums = list(self._sums)
        for part, level in changes:
            before = self._standing.get(part.name)
            for ask in part.asks:
                amounts = (ask.standing, ask.minimum, ask.full)
                if isinf(amounts[level]):
                    return None
                sums[ask.limit] += amounts[level] - (0.0 if before is None else amounts[before])
        pairs = zip(sums, self.question.limits, strict=True)
        return None if any(taken > limit.gives * (1.0 + ROUNDING) for taken, limit in pairs) else sums

    def _beside(self, changes: Sequence[tuple[Part, int]]) -> bool:
        """Whether what changes finds room where nothing else is moved; it stands there then."""
        moved = [(part, level) for part, level in changes if part.rack in self._free]
        stood = {part.name: self._stands.get(part.name, []) for part, _ in moved}
        for part, _ in moved:
            self._take(part, self._stands.pop(part.name, []), self._standing.get(part.name, 0), -1)
        for at, (part, level) in enumerate(moved):
            places = _places(part, level, self._free[part.rack])
            if places is not None:
                self._take(part, places, level, 1)
                self._stands[part.name] = places
                continue
            for other, given in moved[:at]:
                self._take(other, self._stands.pop(other.name, []), given, -1)
            for other, _ in moved:
                self._take(other, stood[other.name], self._standing.get(other.name, 0), 1)
                self._stands[other.name] = stood[other.name]
            return False
        return True

    def _take(self, part: Part, places: Sequence[tuple[int, int]], level: int, sign: int) -> None:
        nodes = self._free[part.rack]
        for node, count in places:
            for dimension, size in enumerate(part.sizes[level]):
                nodes[node][dimension] -= sign * count * size

    def _patiently(self, levels: Levels, there: frozenset[str]) -> bool | None:
        """The same with everything placed anew, if it is worth another try."""
        if self._waits or self._repackings >= MOST_REPACKINGS:
            self._waits = max(0, self._waits - 1)
            return None
        self._repackings += 1
        found = self._anew(levels, there)
        self._patience = 0 if found else 2 * self._patience + 1
        self._waits = self._patience
        return found

    def _anew(self, levels: Levels, there: frozenset[str]) -> bool | None:
        """Whether all of it finds room, each placed anew; it stands there then."""
        entries = [
            (part, levels.get(part.service, 0) if part.carries else 0)
            for part in self.question.parts
            if part.name in there or (part.carries and levels.get(part.service))
        ]
        for decreasing in (max, sum):
            free, stands = self._empty(), {}
            placed = sorted(
                ((part, level) for part, level in entries if part.rack in free),
                key=lambda entry: (-decreasing(self._shares(*entry)), entry[0].name),
            )
            for part, level in placed:
                places = _places(part, level, free[part.rack])
                if places is None:
                    break
                stands[part.name] = places
                for node, count in places:
                    for dimension, size in enumerate(part.sizes[level]):
                        free[part.rack][node][dimension] -= count * size
            else:
                self._free, self._stands = free, stands
                return True
        return None

    def _shares(self, part: Part, level: int) -> Vector:
        """Of the largest node of its own, what one instance takes."""
        largest = self._largest[part.rack]
        return tuple(size / top for size, top in zip(part.sizes[level], largest, strict=False)) or (0.0,)


def _places(part: Part, level: int, free: Sequence[Sequence[float]]) -> list[tuple[int, int]] | None:
    """First fit for all instances of a part; None: there is no room for some."""
    left, found = part.instances, []
    sizes = [(dimension, size) for dimension, size in enumerate(part.sizes[level]) if size > 0.0]
    for node, room in enumerate(free):
        count = min(left, 1) if part.apart else left
        for dimension, size in sizes:
            if room[dimension] < size:
                count = 0
                break
            if room[dimension] != float("inf"):
                count = min(count, floor(room[dimension] / size))
        if count:
            found.append((node, count))
            left -= count
            if not left:
                return found
    return None
