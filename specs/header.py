"""The head of an estate: whose it is, how secret, and the phases of its plan."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specs.base import Date, Many, Ref, Strict, Text
from specs.units import Money

TODAY = "today"
"""The estate before its first phase."""


def _currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValueError("a currency is three capital letters (ISO 4217), such as USD")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError("a language is two or three small letters (ISO 639), such as ar")
    return value


class Step(Strict):
    """One step within a phase, in the order written."""

    id: str
    """Its name within the phase; elements say `phase/step`."""
    name: Text | None = None
    """What is done in it."""


class Phase(Strict):
    """A stretch of the plan with its own money and dates."""

    id: str
    """Its name; elements enter, change and leave by it."""
    name: Text | None = None
    """What people call it."""
    starts: Date
    """First day of the work."""
    ends: Date
    """Day on which all that enters in it is in service; rules about dates use it."""
    budget: Money | None = None
    """What may be spent in it."""
    steps: Many[Step] = ()
    """Steps, in order; the estate can be looked at after each."""


class Header(Strict):
    """Title, owner, classification and plan of the whole estate."""

    title: Text
    """What the estate is called on every output."""
    owner: Text
    """The body answerable for it."""
    classification: Literal["public", "internal", "restricted", "secret"] = "restricted"
    """Marks every output."""
    version: str = "0"
    """Version of this description, of your own counting."""
    approver: Text | None = None
    """Who approved this version."""
    approved_on: Date | None = None
    """When it was approved."""
    judged_on: Date | None = None
    """Day as at which rules judge what has a date (tests, contracts, waivers), where no `--date` is given;
    absent: the day of the run."""
    currency: Annotated[str, AfterValidator(_currency)] = "USD"
    """Currency of budgets and sums (ISO 4217)."""
    languages: Many[Annotated[str, AfterValidator(_language)]] = ("en",)
    """Languages of names and reports, the first being the main one (ISO 639)."""
    horizon_ends: Date | None = None
    """Last day that the plan looks at."""
    distribution: Many[Text] = ()
    """Who may hold a copy."""
    phases: Many[Phase] = ()
    """In order of time; `today` is the estate before the first."""
    national_team: Annotated[str, Ref("teams")] | None = Field(default=None)
    """The team answerable for what belongs to no one site."""
