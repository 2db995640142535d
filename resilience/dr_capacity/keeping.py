"""What is kept, in order: every minimum, then every full level, then standbys, the most important first.

A lexicographic optimum: a wish is granted if it fits together with all that were granted before it, whatever
comes later must give way. Least sums refuse much without a programme; of what they leave, the longest run of
wishes that fits is found by doubling and halving, so that an estate with room for everything costs one
programme, and one without room two for each refusal.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isinf

from resilience.dr_capacity.kept_one_by_one import Kept, one_by_one
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.program import Program
from resilience.dr_capacity.question import Question, Wish
from resilience.dr_capacity.results import Proof


def wishes_of(question: Question) -> tuple[Wish, ...]:
    """Every minimum by the order of the services, then every full level, then every standby."""
    return (
        *(("minimum", service) for service in question.services),
        *(("full", service) for service in question.services),
        *(("there", part.name) for part in question.parts if part.group or not part.carries),
    )


def all_kept(question: Question) -> Kept:
    """The answer where everything is known to fit; which of several standbys carry is not said."""
    services = frozenset(question.services)
    there = frozenset(name for kind, name in wishes_of(question) if kind == "there")
    return Kept(services, services, there, frozenset(), True, "placed", frozenset())


def kept(question: Question) -> Kept:
    """What is kept of a question's services, exactly."""
    program = Program(question)
    wishes = wishes_of(question)
    whole = program.fits(wishes)
    if whole.fits:
        return replace(all_kept(question), carriers=_carriers(program, wishes), proof=whole.proof)
    if program.too_large:
        return one_by_one(question, wishes, whole.proof)
    granted: list[Wish] = []
    undecided: set[Wish] = set()
    open_wishes = list(wishes)
    least = _Least(question)
    while open_wishes:
        fitting, proof = _longest(program, granted, open_wishes, least)
        granted += open_wishes[:fitting]
        if fitting == len(open_wishes):
            break
        refused = open_wishes[fitting]
        if proof == "undecided":
            undecided.add(refused)
        ruled_out = {("full", refused[1])}
        if refused[0] == "minimum":
            ruled_out |= {("there", part.name) for part in question.parts if part.service == refused[1]}
        open_wishes = [wish for wish in open_wishes[fitting + 1 :] if wish not in ruled_out]
    carriers = _carriers(program, granted)
    return Kept(
        alive=frozenset(name for kind, name in granted if kind == "minimum"),
        full=frozenset(name for kind, name in granted if kind == "full"),
        there=frozenset(name for kind, name in granted if kind == "there"),
        carriers=carriers,
        all_fit=False,
        proof=whole.proof,
        undecided=frozenset(undecided),
    )


@dataclass(frozen=True)
class _Least:
    """What wishes take of each limit at least, whatever else is chosen: refuses much without a programme."""

    question: Question

    @cached_property
    def takes(self) -> dict[Wish, dict[int, float]]:
        """By wish, what it adds; alternatives and what is needed besides are left out."""
        found: dict[Wish, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for part in self.question.parts:
            if part.group:
                continue
            for ask in part.asks:
                if not part.carries:
                    found["there", part.name][ask.limit] += ask.standing
                    continue
                least = min(ask.minimum, ask.full)
                found["minimum", part.service][ask.limit] += least
                found["full", part.service][ask.limit] += 0.0 if isinf(ask.full) else ask.full - least
        return found

    def reach(self, granted: Sequence[Wish], wishes: Sequence[Wish]) -> int:
        """How many of the wishes, from the first, may fit beside what is granted; no more do."""
        sums = [0.0] * len(self.question.limits)
        for number, wish in enumerate((*granted, *wishes)):
            for limit, amount in self.takes.get(wish, {}).items():
                sums[limit] += amount
                if sums[limit] > self.question.limits[limit].gives * (1.0 + 2.0 * ROUNDING):
                    return max(0, number - len(granted))
        return len(wishes)


def _longest(
    program: Program, granted: Sequence[Wish], wishes: Sequence[Wish], least: _Least
) -> tuple[int, Proof]:
    """How many of the wishes, from the first, fit beside what is granted, and how one more is refused."""
    high = least.reach(granted, wishes)
    if not high:
        return 0, "aggregate"
    answer = program.fits([*granted, *wishes[:high]])
    if answer.fits:
        return high, "aggregate"
    low, proof, step = 0, answer.proof, 1
    while high - low > 1:
        middle = min(low + step, (low + high) // 2) if step else (low + high) // 2
        found = program.fits([*granted, *wishes[:middle]])
        if found.fits:
            low, step = middle, 2 * step
        else:
            high, proof, step = middle, found.proof, 0
    return low, proof


def _carriers(program: Program, granted: Sequence[Wish]) -> frozenset[str]:
    """Which of several standbys carry: in the order of the parts, each that can beside what is granted."""
    alive = {name for kind, name in granted if kind == "minimum"}
    chosen: list[Wish] = []
    done: set[tuple[str, str]] = set()
    for part in program.question.parts:
        place = (part.service, part.group)
        if part.group and part.service in alive and place not in done:
            wish: Wish = ("carries", part.name)
            if program.fits([*granted, *chosen, wish]).fits:
                chosen.append(wish)
                done.add(place)
    return frozenset(name for _, name in chosen)
