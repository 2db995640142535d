"""What services run on: clusters of devices, with their capacity and how they fail over."""

from typing import Annotated, Literal

from pydantic import model_validator

from specs.base import Amount, Count, Date, Element, Estimate, LapsingRef, Many, Need, Number, Ref, Strict
from specs.units import Bandwidth, DataSize, Duration

PlatformKind = Literal[
    "compute", "block-storage", "object-storage", "database", "identity", "dns", "time", "pki-kms",
    "backup", "siem", "log-store", "integration", "mail", "monitoring", "load-balancer", "firewall",
    "management", "virtualisation", "evidence", "other",
]  # fmt: skip


class Capacity(Strict):
    """What a platform gives or a workload takes. Absent: unknown."""

    cores: float | None = None
    """Processor cores."""
    memory: DataSize | None = None
    """Working memory."""
    storage: DataSize | None = None
    """Usable storage."""
    iops: float | None = None
    """Storage operations a second."""
    throughput: Bandwidth | None = None
    """Traffic."""
    requests: float | None = None
    """Requests a second."""

    @model_validator(mode="after")
    def _not_negative(self) -> "Capacity":
        for field in ("cores", "iops", "requests"):
            value = getattr(self, field)
            if value is not None and value < 0:
                raise ValueError(f"{field} must not be negative")
        return self


class Quorum(Strict):
    """Voting of a cluster that elects its leader."""

    voters: Many[LapsingRef]
    """Devices or sites that vote, one entry a vote."""
    automatic: bool = True
    """Whether it fails over by itself."""


class Timers(Strict):
    """Timers of high availability (Patroni's names)."""

    ttl: Duration | None = None
    """Life of the leader's lock."""
    loop_wait: Duration | None = None
    """Pause of the control loop."""
    retry_timeout: Duration | None = None
    """How long the store and the database are retried."""
    start_timeout: Duration | None = None
    """How long a failed primary may take to come back before another is chosen."""


class Licence(Strict):
    """A right to use that can run out in a disaster."""

    product: str
    """What is licensed."""
    quantity: Number
    """How many units are held at this platform."""
    needed: Number | None = None
    """How many its full load takes; absent: unknown."""
    valid_at_dr: bool | None = None
    """Whether it may be used there on the primary's loss."""
    expires: Date | None = None
    """Last day."""


class Platform(Element):
    """A cluster that services run on."""

    kind: PlatformKind
    """What it gives."""
    nodes: Many[Annotated[str, Ref("devices", lapses=True)]] = ()
    """Devices that it is made of."""
    needs_nodes: Count | None = None
    """How many of the nodes carry its full load (k of n); absent: all of them."""
    minimum_nodes: Count | None = None
    """How many give the minimum level; absent: as many as for the full load."""
    sites: Many[Annotated[str, Ref("sites", lapses=True)]] = ()
    """Where it stands, if it is not made of declared devices."""
    tier: Literal[0, 1, 2, 3] | None = None
    """How critical it is; absent: as the most critical service on it."""
    capacity: Capacity = Capacity()
    """What it gives with `needs_nodes` up; absent facts follow from the nodes' models."""
    overcommit: Amount = 1.0
    """Virtual cores for each physical one."""
    needs: Many[Need] = ()
    """What it cannot do without."""
    quorum: Quorum | None = None
    """How its leader is elected."""
    timers: Timers | None = None
    """Timers of its failover."""
    software: str | None = None
    """Product that it runs."""
    version: str | None = None
    """Version of that."""
    support_ends: Date | None = None
    """End of support of that version."""
    baseline: str | None = None
    """Configuration baseline; the twin at the other site must have the same."""
    twin: Annotated[str, Ref("platforms", lapses=True)] | None = None
    """The platform at the other site that takes its place."""
    baseline_exceptions: Many[str] = ()
    """Differences from the twin that were approved."""
    drift_checked_every: Duration | None = None
    """How often its configuration is compared with the baseline."""
    administered_by: Annotated[str, Ref("admin_domains")] | None = None
    """Who holds its credentials."""
    zone: Annotated[str, Ref("zones")] | None = None
    """Security zone it lives in."""
    logs_to: Annotated[str, Ref("platforms")] | None = None
    """Where its logs go."""
    log_rate: Amount | None = None
    """Bytes of log a second."""
    log_retention: Duration | None = None
    """Of a log or evidence store: how long it keeps what it gets."""
    log_retention_hot: Duration | None = None
    """Of a log store: how long it is searchable at once."""
    write_once: bool | None = None
    """Of a log or evidence store: what is written cannot be changed."""
    hash_on_intake: bool | None = None
    """Of an evidence store: every item is hashed on intake."""
    two_person_transfer: bool | None = None
    """Of an evidence store: custody changes hands before two."""
    encrypted: bool | None = None
    """At rest."""
    licences: Many[Licence] = ()
    """Rights to use."""
    restore_rate: Bandwidth | None = None
    """How fast data can be restored to it."""
    recovery_team: Annotated[str, Ref("teams")] | None = None
    """Who brings it back."""
    start_time: Estimate | None = None
    """From all that it needs being there until it serves, when everything starts from nothing."""
    rebuild_time: Estimate | None = None
    """From clean nodes until it serves as configured, data not counted; after its own loss, or an
    intruder's."""
