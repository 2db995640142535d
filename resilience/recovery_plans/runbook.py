"""The runbook of one scenario: who may invoke it, how people reach each other, and every step in order."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resilience.recovery_plans.results import Forecast, PlannedStep, RecoveryPlan, Ring
from resilience.recovery_plans.steps import ACTIVATION, AGAIN
from resilience.recovery_plans.wording import derived_title, scenario_title
from resilience.results import Missing
from specs.issues import FieldPath
from specs.model import Estate
from specs.people import Contact
from specs.services import RecoveryStep

if TYPE_CHECKING:
    from resilience.analysis import Analysis

DEAD_WITHOUT = ("mail", "identity")
"""Kinds of platform without which a way to reach people is of no use in a disaster."""

NEEDS_A_LOGIN = ("mail", "chat")
"""Means that work only while mail and sign-on do."""


@dataclass(frozen=True)
class Reach:
    """A way to reach somebody."""

    means: str
    depends_on: tuple[str, ...]
    works: bool
    """Whether it works in this scenario and while mail and identity are down, as far as is declared."""


@dataclass(frozen=True)
class Person:
    """A team that the runbook calls."""

    team: str
    label: str
    people: int | None
    """Who work on an ordinary day, absence taken off; None: unknown."""
    on_call: str | None
    callout: float | None
    """Seconds from the call until they work."""
    alternate: str | None
    """`teams/…`; None: nobody stands in."""
    alternate_label: str
    reached_by: tuple[Reach, ...]


@dataclass(frozen=True)
class RunbookStep:
    """One step, as it is carried out."""

    number: int
    """In the order of the runbook, from 1."""
    id: str
    service: str
    """What it is for: its label."""
    title: str
    """What is done."""
    owner: str | None
    """`teams/…`; None: it runs by itself, or nobody is named."""
    owner_label: str
    alternate: str | None
    alternate_label: str
    people: int
    at: str
    """Label of the site where they must be; empty: wherever they are."""
    starts: float
    """Seconds after the event, in this order at pessimistic durations."""
    ends: float
    low: float
    likely: float
    high: float
    waits_for: tuple[int, ...]
    """Numbers of the steps that come first."""
    media: tuple[str, ...]
    command: str | None
    """Command or instruction; None: none is declared."""
    check: str | None
    """How one sees that it worked; None: none is declared."""
    rollback: str | None
    """How it is undone; None: none is declared."""
    path: FieldPath


@dataclass(frozen=True)
class Runbook:
    """Everything that people need on paper for one scenario."""

    scenario: str
    title: str
    language: str
    estate: str
    owner: str
    classification: str
    version: str
    approver: str
    """Empty: nobody approved this version."""
    authority: str | None
    """`teams/…` that may invoke it; None: nobody is named."""
    authority_label: str
    alternates: tuple[str, ...]
    """Who may when the authority cannot be reached, in order."""
    alternate_labels: tuple[str, ...]
    criteria: tuple[str, ...]
    """When it is invoked."""
    contacts: tuple[Reach, ...]
    """How people reach each other when mail and identity are down."""
    offline_at: tuple[str, ...]
    """Labels of the sites where it lies printed."""
    printed_elsewhere: bool
    """Whether one of them is not lost in this scenario."""
    lost: tuple[str, ...]
    people: tuple[Person, ...]
    """Everybody whom a step, the authority or an alternate names, by id."""
    steps: tuple[RunbookStep, ...]
    forecasts: tuple[Forecast, ...]
    labels: tuple[tuple[str, str], ...]
    """Of each service its label."""
    makespan: float | None
    optimum: float | None
    """No order is shorter; seconds."""
    optimum_exact: bool
    rings: tuple[Ring, ...]
    assumes: tuple[str, ...]
    missing: tuple[Missing, ...]


def runbook(analysis: "Analysis", plan: RecoveryPlan, language: str = "en") -> Runbook:
    """The runbook of that plan, in that language where the estate speaks it, else in English."""
    return _Writer(analysis.estate, plan, language).written()


@dataclass(frozen=True)
class _Writer:
    estate: Estate
    plan: RecoveryPlan
    language: str

    def written(self) -> Runbook:
        """The whole of it."""
        header, rules = self.estate.estate, self.estate.plan
        steps = self._steps()
        named = {step.owner for step in steps} | {step.alternate for step in steps}
        named |= {f"teams/{team}" for team in (rules.authority, *rules.alternates) if team is not None}
        lost_sites = {name.partition("/")[2] for name in self.plan.lost if name.startswith("sites/")}
        optimum = self.plan.optimum
        return Runbook(
            scenario=self.plan.scenario,
            title=scenario_title(self.plan, self._label),
            language=self.language,
            estate=header.title.reading(self.language),
            owner=header.owner.reading(self.language),
            classification=header.classification,
            version=header.version,
            approver=header.approver.reading(self.language) if header.approver is not None else "",
            authority=f"teams/{rules.authority}" if rules.authority is not None else None,
            authority_label=self._label(f"teams/{rules.authority}") if rules.authority is not None else "",
            alternates=tuple(f"teams/{team}" for team in rules.alternates),
            alternate_labels=tuple(self._label(f"teams/{team}") for team in rules.alternates),
            criteria=tuple(text.reading(self.language) for text in rules.criteria),
            contacts=self._reaches(rules.contacts),
            offline_at=tuple(self._label(f"sites/{site}") for site in rules.runbook_offline_at),
            printed_elsewhere=any(site not in lost_sites for site in rules.runbook_offline_at),
            lost=self.plan.lost,
            people=tuple(self._person(team) for team in sorted(name for name in named if name is not None)),
            steps=steps,
            forecasts=self.plan.forecasts,
            labels=tuple((f.service, self._label(f.service)) for f in self.plan.forecasts),
            makespan=self.plan.makespan,
            optimum=optimum.seconds if optimum is not None else None,
            optimum_exact=optimum is not None and optimum.exact,
            rings=self.plan.rings,
            assumes=self.plan.assumes,
            missing=self.plan.missing,
        )

    def _label(self, reference: str) -> str:
        element = self.estate.element(reference)
        return element.label(self.language) if element is not None else reference.partition("/")[2]

    def _reaches(self, contacts: tuple[Contact, ...]) -> tuple[Reach, ...]:
        return tuple(Reach(contact.means, contact.depends_on, self._works(contact)) for contact in contacts)

    def _works(self, contact: Contact) -> bool:
        if contact.means in NEEDS_A_LOGIN:
            return False
        for reference in contact.depends_on:
            platform = self.estate.platforms.get(reference.removeprefix("platforms/"))
            if reference in self.plan.lost or self.plan.kind in ("cold-start", "ransomware"):
                return False
            if reference.startswith("platforms/") and (platform is None or platform.kind in DEAD_WITHOUT):
                return False
        return True

    def _person(self, reference: str) -> Person:
        team = self.estate.teams.get(reference.partition("/")[2])
        if team is None:
            return Person(reference, self._label(reference), None, None, None, None, "", ())
        there = team.members
        people = None if there is None else max(1, int(there * (1.0 - (team.absence or 0.0)) + 1e-9))
        alternate = f"teams/{team.alternate}" if team.alternate is not None else None
        return Person(
            team=reference,
            label=self._label(reference),
            people=people,
            on_call=team.on_call,
            callout=team.callout,
            alternate=alternate,
            alternate_label=self._label(alternate) if alternate is not None else "",
            reached_by=self._reaches(team.contacts),
        )

    def _steps(self) -> tuple[RunbookStep, ...]:
        numbers = {step.id: number for number, step in enumerate(self.plan.steps, start=1)}
        return tuple(self._step(step, numbers) for step in self.plan.steps)

    def _step(self, step: PlannedStep, numbers: dict[str, int]) -> RunbookStep:
        declared = self._declared(step)
        team = self.estate.teams.get(step.team.partition("/")[2]) if step.team is not None else None
        alternate = f"teams/{team.alternate}" if team is not None and team.alternate is not None else None
        title = (
            declared.does.reading(self.language)
            if declared is not None
            else derived_title(self.estate, self.plan, step)
        )
        return RunbookStep(
            number=numbers[step.id],
            id=step.id,
            service=self._label(step.subject),
            title=title,
            owner=step.team,
            owner_label=self._label(step.team) if step.team is not None else "",
            alternate=alternate,
            alternate_label=self._label(alternate) if alternate is not None else "",
            people=step.people,
            at=self._label(step.at) if step.at is not None else "",
            starts=step.starts,
            ends=step.ends,
            low=step.low,
            likely=step.likely,
            high=step.high,
            waits_for=tuple(sorted(numbers[name] for name in step.after if name in numbers)),
            media=step.media,
            command=declared.command if declared is not None else None,
            check=declared.check if declared is not None else None,
            rollback=declared.rollback if declared is not None else None,
            path=step.path,
        )

    def _declared(self, step: PlannedStep) -> RecoveryStep | None:
        """The step as its service declares it; None: the plan derived it."""
        collection, _, name = step.subject.partition("/")
        if collection != "services" or step.step in (ACTIVATION, AGAIN):
            return None
        return next(entry for entry in self.estate.services[name].recovery if entry.id == step.step)
