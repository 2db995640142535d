"""What is kept, in order: every minimum, then every full level, then standbys, the most important first.

A lexicographic optimum: a wish is granted if it fits together with all that were granted before it, whatever
comes later must give way. The longest run of wishes that fits is found by halving, so that an estate with
room for everything costs one programme.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resilience.dr_capacity.program import Answer, Program, Wish
from resilience.dr_capacity.question import Question
from resilience.dr_capacity.results import Proof


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
    granted: list[Wish] = []
    undecided: set[Wish] = set()
    open_wishes = list(wishes)
    failed: Answer | None = whole
    while open_wishes:
        fitting, answer = _longest(program, granted, open_wishes, failed)
        granted += open_wishes[:fitting]
        if fitting == len(open_wishes):
            break
        refused = open_wishes[fitting]
        if answer.proof == "undecided":
            undecided.add(refused)
        ruled_out = {("full", refused[1])}
        if refused[0] == "minimum":
            ruled_out |= {("there", part.name) for part in question.parts if part.service == refused[1]}
        open_wishes = [wish for wish in open_wishes[fitting + 1 :] if wish not in ruled_out]
        failed = None
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


def _longest(
    program: Program, granted: Sequence[Wish], wishes: Sequence[Wish], failed: Answer | None
) -> tuple[int, Answer]:
    """How many of the wishes, from the first, fit beside what is granted, and the answer to one more;
    `failed`: the answer to all of them, if it was a refusal."""
    answer = failed or program.fits([*granted, *wishes])
    if answer.fits:
        return len(wishes), answer
    low, high = 0, len(wishes)
    while high - low > 1:
        middle = (low + high) // 2
        found = program.fits([*granted, *wishes[:middle]])
        if found.fits:
            low = middle
        else:
            high, answer = middle, found
    return low, answer


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
