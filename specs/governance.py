"""What an organisation decides about its estate, and answers for: the DR plan, thresholds of rules, waivers,
attestations, the statement of applicability, the register of risks, the plan of action."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from specs.base import Date, Element, Estimate, LapsingRef, Many, Number, Ref, Strict, Text
from specs.people import Contact
from specs.units import Bandwidth, Duration, Length


class Intruder(Strict):
    """What is assumed of an intruder."""

    dwell: Duration
    """How long one is in before being noticed; copies younger than that are suspect."""
    detection: Duration | None = None
    """From the first damage to the alarm."""
    scan_rate: Bandwidth | None = None
    """How fast a copy can be searched before it is trusted."""
    isolated_capacity: Annotated[str, Ref("platforms", lapses=True)] | None = None
    """Clean platform to recover into."""


class Plan(Strict):
    """How disaster recovery is invoked."""

    authority: Annotated[str, Ref("teams")] | None = None
    """Who may invoke it."""
    alternates: Many[Annotated[str, Ref("teams")]] = ()
    """Who may when they cannot be reached."""
    criteria: Many[Text] = ()
    """When it is invoked."""
    detection: Estimate | None = None
    """Until the loss is noticed."""
    decision: Estimate | None = None
    """From notice to decision."""
    contacts: Many[Contact] = ()
    """How people reach each other when mail and identity are down."""
    runbook_offline_at: Many[Annotated[str, Ref("sites", lapses=True)]] = ()
    """Where a printed runbook lies."""
    intruder: Intruder | None = None
    """What is assumed for recovery from an intruder."""
    separation: Length | None = None
    """Least distance between primary and DR site, by the organisation's own policy."""
    dr_tiers: Many[Number] = (0, 1)
    """Tiers that must run at the DR site."""
    incident_plan: str | None = None
    """Reference of the incident response plan."""
    reviewed_on: Date | None = None
    """Last review."""


class Threshold(Strict):
    """The organisation's own figures for one rule, and whether its findings may be borne."""

    values: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """By parameter of the rule, as `thabat rules show` names them."""
    waivable: Literal[False] | None = None
    """`false`: nobody may waive what the rule finds, though the rule book would let them."""
    source: str
    """Who decided it and where it stands."""


class Waiver(Element):
    """A finding that is borne for a while, knowingly."""

    rule: str
    """Stable id of the rule, such as PWR-001."""
    elements: Many[LapsingRef]
    """Elements it holds for."""
    reason: Text
    """Why it is borne."""
    requester: str
    """Who asked."""
    approver: str
    """Who approved; never the requester."""
    compensating: Text | None = None
    """What stands in for the rule meanwhile."""
    expires: Date
    """Last day; after it the finding is back."""

    @model_validator(mode="after")
    def _two_people(self) -> "Waiver":
        if self.requester.strip().casefold() == self.approver.strip().casefold():
            raise ValueError("the approver must not be the requester")
        return self


FrameworkKey = Literal["nist-800-53", "nist-csf", "iso-27001", "iso-22301", "cis", "availability-classes"]
"""A framework of controls, as `thabat frameworks` lists them."""


def _some_controls(value: dict[FrameworkKey, tuple[str, ...]]) -> dict[FrameworkKey, tuple[str, ...]]:
    if not value or not all(value.values()):
        raise ValueError("it names no control: write them as in {iso-27001: [A.6.3]}")
    return value


Controls = Annotated[dict[FrameworkKey, Many[str]], AfterValidator(_some_controls)]
"""By framework: ids of controls as it prints them, or of groups that stand for all within (`A.6`)."""


def _digest(value: str) -> str:
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", value):
        raise ValueError("a digest is `sha256:` and 64 hexadecimal digits, as sha256sum prints them")
    return value


class Attestation(Element):
    """What somebody says of controls, where no rule can see all of them."""

    controls: Controls
    """What it is about, by framework."""
    claim: Literal["in-place", "partly", "not-in-place"] = "in-place"
    """What is said of them: done, done in part, not done."""
    statement: Text
    """What is done, in words."""
    by: str
    """Who says so: name and office."""
    on: Date
    """Day of the statement."""
    expires: Date
    """Last day on which it counts; after it all is unknown again."""
    document: str | None = None
    """Where the signed statement is kept: its reference."""
    digest: Annotated[str, AfterValidator(_digest)] | None = None
    """Of the signed statement, `sha256:…`, so that it is known again."""

    @model_validator(mode="after")
    def _expires_later(self) -> "Attestation":
        if self.expires < self.on:
            raise ValueError("it expires before the day on which it was made")
        return self


class Applicability(Element):
    """An entry of the statement of applicability: whether controls apply to this estate, and why."""

    controls: Controls
    """What it decides on, by framework; an entry for a control goes before one for its group."""
    applicable: bool
    """Whether they apply."""
    why: Text
    """What makes them necessary, or why they are left out."""
    decided_by: str
    """Who decided: name and office."""
    on: Date
    """When."""


Likelihood = Literal["rare", "unlikely", "possible", "likely", "almost-certain"]
"""How often it is to be expected, in the organisation's own scale of five."""

Damage = Literal["negligible", "minor", "moderate", "major", "severe"]
"""How bad it would be, in the organisation's own scale of five."""

LIKELIHOODS: tuple[Likelihood, ...] = ("rare", "unlikely", "possible", "likely", "almost-certain")
DAMAGES: tuple[Damage, ...] = ("negligible", "minor", "moderate", "major", "severe")


class Risk(Element):
    """An entry of the register of risks."""

    risk: Text
    """What may happen, from what, and what it would do."""
    owner: str
    """Who answers for it: name and office."""
    likelihood: Likelihood
    """As it stands today, with what is in place."""
    impact: Damage
    """As it stands today, with what is in place."""
    treatment: Literal["mitigate", "avoid", "transfer", "accept"]
    """What is done about it."""
    accepted_by: str | None = None
    """Who bears what is left of it; must be there where it is accepted."""
    accepted_on: Date | None = None
    """When."""
    accepted_until: Date | None = None
    """Last day on which that counts; must be there where it is accepted."""
    elements: Many[LapsingRef] = ()
    """What it threatens, or comes from."""
    rules: Many[str] = ()
    """Rules that look at it, by id."""
    controls: Controls | None = None
    """Controls that treat it."""
    reviewed_on: Date | None = None
    """Last review."""

    @model_validator(mode="after")
    def _acceptance_is_somebodys(self) -> "Risk":
        if self.treatment == "accept" and (self.accepted_by is None or self.accepted_until is None):
            raise ValueError(
                "an accepted risk names who bears it (accepted_by) and until when (accepted_until)"
            )
        if self.accepted_on and self.accepted_until and self.accepted_until < self.accepted_on:
            raise ValueError("the acceptance ends before the day on which it was given")
        return self

    @property
    def level(self) -> int:
        """Likelihood times impact, each from 1 to 5: from 1 to 25."""
        return (LIKELIHOODS.index(self.likelihood) + 1) * (DAMAGES.index(self.impact) + 1)


class Milestone(Strict):
    """A step of an action, with its day."""

    what: Text
    """What is then done."""
    due: Date
    """By when."""
    done_on: Date | None = None
    """When it was done; absent: it is not."""


class Action(Element):
    """An entry of the plan of action: what is mended, by whom and by when."""

    action: Text
    """What is to be done."""
    owner: str
    """Who answers for it: name and office."""
    due: Date
    """By when all of it is done."""
    done_on: Date | None = None
    """When it was; absent: it is not."""
    rule: str | None = None
    """Rule whose findings it mends, by id."""
    elements: Many[LapsingRef] | None = None
    """Elements that it mends; absent: all that the rule finds."""
    controls: Controls | None = None
    """Controls that it puts in place."""
    risks: Many[Annotated[str, Ref("risks", lapses=True)]] = ()
    """Risks that it treats."""
    milestones: Many[Milestone] = ()
    """Steps, in order of their days."""

    @model_validator(mode="after")
    def _milestones_in_order(self) -> "Action":
        days = [milestone.due for milestone in self.milestones]
        if days != sorted(days):
            raise ValueError("milestones stand in the order of their days")
        if days and days[-1] > self.due:
            raise ValueError(f"a milestone is due on {days[-1]}, after the action itself ({self.due})")
        if self.done_on and not all(milestone.done_on for milestone in self.milestones):
            raise ValueError("it is done, and a milestone of it is not")
        return self
