"""Who can do what: administrators, teams, vendors, contracts."""

from typing import Annotated, Literal

from pydantic import Field

from specs.base import Count, Date, Element, Estimate, LapsingRef, Many, Number, Ref, Strict, Text
from specs.units import Duration, Fraction, Money, Volume


class BreakGlass(Strict):
    """Accounts for when nothing else works."""

    accounts: Number
    """How many."""
    sealed: bool | None = None
    """Their secrets lie sealed."""
    tested_on: Date | None = None
    """Last trial."""
    works_without_identity: bool | None = None
    """Usable when the identity service is down."""


class Keys(Strict):
    """Keys held by an administrative domain, and how they survive."""

    hsm: Annotated[str, Ref("platforms", "devices")] | None = None
    """Where they live."""
    custodians: Number | None = None
    """People who hold a share."""
    quorum: Number | None = None
    """Shares that restore them (m of n)."""
    escrow: Many[Annotated[str, Ref("sites", lapses=True)]] | None = None
    """Sites where a backup lies; an empty list is none, absent is unknown."""
    opening: Estimate | None = None
    """From a quorum of custodians on the spot until the keys can be used."""


class AdminDomain(Element):
    """A set of credentials and the people who hold them."""

    teams: Many[Annotated[str, Ref("teams")]] = ()
    """Who holds them."""
    over: Many[LapsingRef] = ()
    """What they administer."""
    can_delete: Many[LapsingRef] = ()
    """What they can destroy."""
    identity: Annotated[str, Ref("platforms", "services")] | None = None
    """What they log in by; absent: accounts of its own."""
    mfa: Literal["none", "otp", "phishing-resistant"] | None = None
    """Second factor; absent: unknown."""
    bastion: Annotated[str, Ref("platforms", "devices")] | None = None
    """Where sessions must start from."""
    workstations: Literal["dedicated", "general"] | None = None
    """What its administrators sit at, where no bastion is declared: machines that serve for nothing else, or
    those of everyday work; absent: unknown."""
    sessions_recorded: bool | None = None
    """Whether sessions are recorded."""
    break_glass: BreakGlass | None = None
    """For when nothing else works."""
    keys: Keys | None = None
    """Encryption keys it holds."""


class Contact(Strict):
    """A way to reach somebody."""

    means: Literal["mobile", "landline", "satellite", "radio", "mail", "chat", "in-person"]
    """How."""
    depends_on: Many[LapsingRef] = ()
    """Elements it does not work without."""


class Team(Element):
    """People who run or recover things."""

    members: Count | None = None
    """How many there are."""
    site: Annotated[str, Ref("sites")] | None = None
    """Where they work."""
    on_call: Literal["24x7", "office-hours", "none"] | None = None
    """When they can be called."""
    callout: Duration | None = None
    """From the call until they work."""
    absence: Fraction | None = None
    """Share that is away on an ordinary day."""
    travel: dict[Annotated[str, Ref("sites", lapses=True)], Duration] = Field(default_factory=dict)
    """By site: time to get there."""
    alternate: Annotated[str, Ref("teams")] | None = None
    """Who stands in."""
    contacts: Many[Contact] = ()
    """How they are reached."""
    profile: str | None = None
    """Of a CERT: where its RFC 2350 profile is published."""


class Vendor(Element):
    """Somebody who sells, carries or repairs."""

    kind: Literal["maker", "carrier", "integrator", "utility", "fuel", "cloud", "other"] = "maker"
    """What they do."""
    country: str | None = None
    """Where they are (ISO 3166-1 alpha-2, or a name of your own)."""
    critical: bool = False
    """Whether the estate stands still without them."""
    contingency_plan: str | None = None
    """Reference of their contingency plan."""
    contingency_tested_on: Date | None = None
    """Last trial of that plan."""


class Contract(Element):
    """Support, repair, refuelling, telecommunications."""

    vendor: Annotated[str, Ref("vendors")]
    """With whom."""
    kind: Literal["support", "maintenance", "telecom", "refuel", "licence", "spares", "other"] = "support"
    """What it is for."""
    covers: Many[LapsingRef] = ()
    """Elements covered, besides those that name it."""
    response: Duration | None = None
    """From the call to somebody at work."""
    repair: Duration | None = None
    """From the call to repaired, as agreed."""
    hours: Literal["24x7", "office-hours"] | None = None
    """When calls count."""
    spares_on_site: bool | None = None
    """Whether parts lie on site."""
    refuel_amount: Volume | None = None
    """Fuel that it brings at a time."""
    begins: Date | None = None
    """First day."""
    ends: Date | None = None
    """Last day."""
    price: Money | None = None
    """A year."""
    scope: Text | None = None
    """In words."""
