"""Data: what it is, where its copies are, how old they may be."""

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from specs.base import Count, Date, Element, Many, Number, Ref, Strict, Text
from specs.networks import Encryption
from specs.units import Bandwidth, DataSize, Duration, Fraction


class DataClass(Element):
    """A class of data and what it is owed."""

    level: Literal["public", "internal", "confidential", "secret"]
    """How secret it is."""
    personal: bool = False
    """About people."""
    purpose: Text | None = None
    """Of personal data: what it is processed for."""
    legal_basis: str | None = None
    """Of personal data: the law, order or consent that allows it, by name and article."""
    sovereign: bool = False
    """The state's own records."""
    evidential: bool = False
    """Must stand up in court."""
    jurisdictions: Many[str] | None = None
    """Where its copies may lie (as sites name their jurisdiction); absent: nobody has said."""
    encrypt_at_rest: bool | None = None
    """Copies must be encrypted."""
    retention: Duration | None = None
    """How long it must be kept."""
    custody: bool = False
    """Every hand it passes through is recorded."""


def _day(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(values) != 24:
        raise ValueError(f"a day has 24 hours, here are {len(values)}")
    if min(values) < 0:
        raise ValueError("a share must not be negative")
    return values


class Writes(Strict):
    """How much is written, over the day."""

    average: Bandwidth
    """Averaged over the day."""
    peak: Bandwidth | None = None
    """In the busiest minutes."""
    by_hour: Annotated[Many[float], AfterValidator(_day)] | None = None
    """For each hour from midnight, as a multiple of the average."""


class Home(Strict):
    """The copy that counts."""

    platform: Annotated[str, Ref("platforms")]
    """Where it lies."""
    site: Annotated[str, Ref("sites")]
    """At which site."""


class AtRest(Strict):
    """How a copy is encrypted."""

    algorithm: str | None = None
    """Such as AES-256-XTS."""
    validated: bool | None = None
    """By a module validated to FIPS 140-3 or the nation's own scheme."""
    keys: Annotated[str, Ref("admin_domains")] | None = None
    """Who holds the keys."""


class Dataset(Element):
    """Data of one kind with one authoritative copy."""

    data_class: Annotated[str, Ref("data_classes")] | None = None
    """Its class."""
    owner: Annotated[str, Ref("teams")] | None = None
    """Who answers for it."""
    services: Many[Annotated[str, Ref("services", lapses=True)]] = ()
    """Services that own it."""
    impact: Literal["low", "moderate", "high"] | None = None
    """Impact level of its loss (FIPS 199)."""
    size: DataSize | None = None
    """Today."""
    growth: Fraction | None = None
    """In a year."""
    writes: Writes | None = None
    """How much is written."""
    write_budget: Duration | None = None
    """Latency that a write may take on top for a synchronous copy."""
    consistency_group: str | None = None
    """Datasets of one name must be recovered to one point in time."""
    home: Home
    """The authoritative copy."""
    at_rest: AtRest | None = None
    """How it is encrypted; absent: unknown."""


class Replication(Element):
    """A copy kept up with writes. It protects against loss, not against corruption."""

    dataset: Annotated[str, Ref("datasets")]
    """What is copied."""
    source: Annotated[str, Ref("platforms")]
    """From where."""
    target: Annotated[str, Ref("platforms")]
    """To where."""
    target_site: Annotated[str, Ref("sites")]
    """At which site."""
    mode: Literal["synchronous", "semi-synchronous", "asynchronous", "snapshot"]
    """Synchronous waits for the copy; semi-synchronous waits until the write has arrived there, and goes on
    alone if that takes too long; asynchronous follows; a snapshot is sent every interval."""
    when_lost: Literal["stop", "continue"] | None = None
    """Of synchronous copies, once the copy is not reached: whether writes stop (nothing is lost, and the
    service stands still) or go on without it; absent: unknown."""
    interval: Duration | None = None
    """Of snapshots."""
    lag: Duration | None = None
    """Of asynchronous copies, in calm; measured or promised."""
    write_order: str | None = None
    """Copies of one name, at one site, keep the order of writes among them (a consistency group of the array,
    one snapshot of all): together they give back one point in time. Absent: nobody has said."""
    over: Many[Annotated[str, Ref("circuits", lapses=True)]] = ()
    """Circuits it may take, in order of preference; none: whichever way there is."""
    encryption: Encryption | None = None
    """On the way; absent: unknown."""
    at_rest: AtRest | None = None
    """How the copy is encrypted; absent: unknown."""

    @model_validator(mode="after")
    def _snapshots_have_an_interval(self) -> "Replication":
        if self.mode == "snapshot" and self.interval is None:
            raise ValueError("a snapshot replica needs its interval")
        return self


class Vault(Element):
    """Where backups lie."""

    site: Annotated[str, Ref("sites")]
    """Where it is."""
    platform: Annotated[str, Ref("platforms")] | None = None
    """What it is made of."""
    medium: Literal["disk", "object", "tape", "optical"]
    """What the copies lie on."""
    capacity: DataSize | None = None
    """Usable."""
    immutable: bool | None = None
    """Nobody can change or delete within the lock."""
    lock: Duration | None = None
    """How long a copy cannot be deleted."""
    lock_mode: Literal["compliance", "governance"] | None = None
    """Whether an administrator can lift the lock (governance) or not (compliance)."""
    isolation: Literal["online", "air-gapped", "offline"] | None = None
    """How it is reached."""
    administered_by: Annotated[str, Ref("admin_domains")] | None = None
    """Who holds its credentials."""
    dual_authorisation: bool | None = None
    """Deletion takes two."""
    restore_rate: Bandwidth | None = None
    """How fast it can be read, all drives together."""
    drives: Count | None = None
    """Restores that it serves at once, with an equal part of its rate each; absent: one for tapes and discs,
    for others as many as its rate allows."""
    mount_time: Duration | None = None
    """Until the first byte: fetching, loading, attaching."""


class RestoreTest(Strict):
    """A restore that was tried."""

    on: Date
    """Day."""
    took: Duration | None = None
    """From the order to usable data."""
    data_age: Duration | None = None
    """Age of what was restored."""
    errors: Number | None = None
    """Faults found when it was verified."""


class Backup(Element):
    """Copies made on a schedule."""

    dataset: Annotated[str, Ref("datasets")]
    """What is copied."""
    vault: Annotated[str, Ref("vaults")]
    """Where to."""
    interval: Duration
    """Between two copies."""
    takes: Duration | None = None
    """How long one takes to be made and moved."""
    retention: Duration | None = None
    """How long a copy is kept."""
    log_shipping: Duration | None = None
    """Interval at which logs follow, so that a copy can be rolled forward."""
    write_order: str | None = None
    """Backups of one name and interval, in vaults of one site, are made together of one point in time.
    Absent: nobody has said."""
    made_by: Annotated[str, Ref("platforms")] | None = None
    """Backup platform that makes it."""
    at_rest: AtRest | None = None
    """How the copies are encrypted; absent: unknown."""
    last_restore_test: RestoreTest | None = None
    """Absent: none was ever held."""
