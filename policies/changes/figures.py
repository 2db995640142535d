"""Figures of services that a change moves: what is proved, headroom, cost and what the service owes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from policies.changes.elements import Line
from policies.changes.responsible import Responsible
from resilience.headroom import Cost, Headroom
from resilience.proof_summary import QUESTIONS, Answer
from resilience.results import Tri
from specs.issues import FieldPath

Unit = Literal["seconds", "share", "count", "money"]

LESS_IS_BETTER: Final = ("RTO", "RPO", "single failures", "maintenance", "cost", "tier")
"""Questions (or their first words) whose figure is the better the less it is."""


@dataclass(frozen=True)
class Figure:
    """What is known of one question about one service."""

    holds: Tri | None
    """None: nothing is owed."""
    figure: float | None
    target: float | None
    because: tuple[str, ...]
    """What binds it."""
    paths: tuple[FieldPath, ...]


@dataclass(frozen=True)
class FigureChange:
    """One figure of one service that is not as it was."""

    service: str
    question: str
    """One of the proofs' questions, `headroom`, `headroom without a site`, `cost CURRENCY`, or `tier`."""
    unit: Unit
    before: Figure | None
    """None: there was no such question, as nothing was owed or the service was not there."""
    after: Figure | None
    lines: tuple[Line, ...]
    """Changed lines that it comes from."""

    @property
    def broken(self) -> bool:
        """Whether what is owed is no longer met or known to be met, or less is owed than before."""
        return self._unmet or self.loosened

    @property
    def loosened(self) -> bool:
        """Whether less is owed than before, or nothing any more."""
        if self.before is None or self.before.target is None:
            return False
        if self.after is None or self.after.target is None:
            return self.after is not None
        more = self.after.target > self.before.target
        return self.after.target != self.before.target and more is self.less_is_better

    @property
    def less_is_better(self) -> bool:
        """Whether a lesser figure is better."""
        return self.question.startswith(LESS_IS_BETTER)

    @property
    def better(self) -> bool | None:
        """Whether the figure moved for the better; None where that cannot be told."""
        before = self.before.figure if self.before is not None else None
        after = self.after.figure if self.after is not None else None
        if before is None or after is None or before == after:
            return None
        return (after < before) is self.less_is_better

    @property
    def _unmet(self) -> bool:
        now = self.after.holds if self.after is not None else None
        was = self.before.holds if self.before is not None else None
        return now in ("no", "unknown") and was not in (now, "no")


def figure_changes(responsible: Responsible) -> tuple[FigureChange, ...]:
    """By service, then question."""
    before, after = responsible.before, responsible.after
    old = _figures(before.answers, before.headrooms, before.costs) | _tiers(responsible, new=False)
    new = _figures(after.answers, after.headrooms, after.costs) | _tiers(responsible, new=True)
    found = []
    for service, question in sorted({*old, *new}, key=lambda key: (key[0], _place(key[1]), key[1])):
        one, other = old.get((service, question)), new.get((service, question))
        if not _alike(one, other):
            lines = _lines(service, one, other, responsible)
            found.append(FigureChange(service, question, _unit(question), one, other, lines))
    return tuple(found)


def _alike(before: Figure | None, after: Figure | None) -> bool:
    if before is None or after is None:
        return before is after
    return (before.holds, before.figure, before.target) == (after.holds, after.figure, after.target)


def _figures(
    answers: tuple[Answer, ...], headrooms: tuple[Headroom, ...], costs: tuple[Cost, ...]
) -> dict[tuple[str, str], Figure]:
    found: dict[tuple[str, str], Figure] = {}
    for one in answers:
        found[one.service, one.question] = Figure(one.holds, one.figure, one.target, one.because, one.paths)
    for room in headrooms:
        for question, share, place in (
            ("headroom", room.calm, room.calm_at),
            ("headroom without a site", room.without_site, room.without_site_at),
        ):
            if place:
                found[room.service, question] = Figure(None, share, None, (place,), ())
    for cost in costs:
        if cost.price is not None:
            amount = float(cost.price.amount)
            found[cost.service, f"cost {cost.price.currency}"] = Figure(None, amount, None, (), ())
    return found


def _tiers(responsible: Responsible, *, new: bool) -> dict[tuple[str, str], Figure]:
    side = responsible.after if new else responsible.before
    return {
        (f"services/{key}", "tier"): Figure(
            None, float(service.tier), float(service.tier), (), (("services", key, "tier"),)
        )
        for key, service in side.estate.services.items()
        if service.tier is not None
    }


def _lines(
    service: str, before: Figure | None, after: Figure | None, responsible: Responsible
) -> tuple[Line, ...]:
    """Changed facts that the figure rests on, changed elements that bind it, else changes of the service or
    of what it needs, else all."""
    sides = [one for one in (after, before) if one is not None]
    objective = _objective(service, sides)
    names = {word for one in sides for step in one.because for word in step.replace(":", " ").split()}
    return (
        responsible.among(*(path for one in sides for path in one.paths), *objective)
        or responsible.naming(name for name in names if "/" in name)
        or responsible.needed_by(service)
    )


def _objective(service: str, sides: list[Figure]) -> Iterator[FieldPath]:
    if len({one.target for one in sides}) > 1:
        yield ("services", service.partition("/")[2], "objectives")
        yield ("services", service.partition("/")[2], "availability_target")


def _unit(question: str) -> Unit:
    if question.startswith(("RTO", "RPO")):
        return "seconds"
    if question.startswith("cost"):
        return "money"
    return "count" if question in ("single failures", "maintenance", "tier") else "share"


def _place(question: str) -> int:
    return QUESTIONS.index(question) if question in QUESTIONS else len(QUESTIONS)
