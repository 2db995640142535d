"""What an organisation decides about its estate: the DR plan, thresholds of rules, waivers."""

from typing import Annotated

from pydantic import Field, model_validator

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
    """The organisation's own figures for one rule."""

    values: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """By parameter of the rule, as `thabat rules show` names them."""
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
