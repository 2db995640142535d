"""What the proof of data loss returns: how old data may be that comes back, in calm and under a failure."""

from dataclasses import dataclass
from typing import Literal

from resilience.failover_flows.results import Bounds
from resilience.results import Missing, Scenario, Tri

CopyKind = Literal[
    "synchronous", "semi-synchronous", "asynchronous", "snapshot", "backup", "logged-backup", "nodes"
]
"""How a copy follows its dataset; `nodes`: the other nodes of the cluster that holds it; `logged-backup`:
a backup that is rolled forward by shipped logs."""


@dataclass(frozen=True)
class CopyAge:
    """One copy in calm, at the worst moment: just before the next write, snapshot or log arrives."""

    copy: str
    """`replications/…`, `backups/…`, `platforms/…`."""
    kind: CopyKind
    site: str
    """`sites/…`."""
    age: Bounds
    """Seconds that what it gives back may be old, counted to the loss (after an intruder: to the first
    damage)."""
    clean_age: Bounds | None
    """After an intruder: seconds from the alarm back to the newest copy made before he came, without logs;
    else None."""
    outlives: Tri
    """Whether it outlives the loss, and can be trusted after it."""
    why: str
    """In a few words, where it does not, or where that is not known."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ScenarioLoss:
    """What is lost of a dataset by one kind of loss that strikes in calm."""

    scenario: Scenario
    loss: Bounds | None
    """Seconds of writes lost, by the copy that loses least; None: no copy outlives it, all is lost."""
    copy: str
    """That copy; empty: none."""
    objective: float | None
    """RPO in seconds: the strictest of its services; None: none was set."""
    owed_to: str
    """The service that sets it."""
    met: Tri
    damage_unnoticed: float | None
    """After an intruder: seconds from the first damage to the alarm, whose writes are lost too; else, or
    undeclared: None."""
    copies: tuple[CopyAge, ...]
    """Every copy, by name."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class CopyUnderFailure:
    """A replication or backup while a failure lasts, at the worst time of day for the failure to begin."""

    copy: str
    stops: Tri
    """Whether nothing reaches it while the failure lasts."""
    rate: Bounds | None
    """Bit/s that can reach it meanwhile; None: it is fed over no circuit, or stops."""
    broken_after: Bounds | None
    """Earliest seconds from the failure until what it gives back is older than the RPO; None: never, however
    long the failure lasts, or no RPO was set."""
    backlog: Bounds | None
    """Greatest bytes that wait when the failure is mended; None: it is not known how long it lasts."""
    caught_up_after: Bounds | None
    """Longest seconds from then until nothing waits any more; None: never, it is not known how long the
    failure lasts, or the copy keeps no backlog."""
    catches_up: Tri
    """Whether it does at all."""


@dataclass(frozen=True)
class FailureLoss:
    """A dataset under a failure that touches its copies, as judged for one scenario that might follow."""

    scenario: Scenario
    events: tuple[str, ...]
    """Failures of this same effect on its copies, each alone."""
    lasts: float | None
    """Seconds until it is mended, pessimistic, of the longest of the events; None: unknown of all of them."""
    objective: float | None
    broken_after: Bounds | None
    """Seconds from the failure until no copy that outlives the scenario is within the RPO; None: never."""
    keeps: Tri
    """Whether some copy stays within the RPO for as long as the failure lasts."""
    copies: tuple[CopyUnderFailure, ...]
    """Those that the failure touches."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class WriteDelay:
    """What a synchronous (or semi-synchronous) copy adds to every write: one round trip."""

    replication: str
    usual: float | None
    """Seconds a write, over the usual way; equipment not counted. None: unknown."""
    longest: float | None
    """Seconds over the longest way that any single failure leaves."""
    longest_after: str
    """That failure."""
    budget: float | None
    """Seconds that a write may wait; None: undeclared."""
    within: Tri
    """Whether `usual` and `longest` are both within the budget."""
    carries: Tri
    """Whether the usual way carries the peak of writes; else writes wait for one another."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class DatasetLoss:
    """One dataset."""

    dataset: str
    group: str
    """Its consistency group; empty: none."""
    scenarios: tuple[ScenarioLoss, ...]
    """Component, site, region, cyber."""
    failures: tuple[FailureLoss, ...]
    """By scenario, then first event; those of scenarios with an RPO that touch a copy."""
    write_delays: tuple[WriteDelay, ...]
    """By replication."""


@dataclass(frozen=True)
class GroupLoss:
    """A consistency group after one kind of loss: its members must come back to one point in time."""

    group: str
    members: tuple[str, ...]
    scenario: Scenario
    loss: Bounds | None
    """Seconds: what its worst member loses by itself; None: a member is lost altogether."""
    worst: str
    """That member."""
    consistent: Tri
    """Whether the members' best copies meet in one point in time; unknown where nobody says that copies are
    made together."""
    sure_loss: Bounds | None
    """Seconds to the newest point that is surely common to all (by logs rolled to it, or no loss at all);
    None: there is none."""
    sure_copies: tuple[str, ...]
    """Copies that give it, in the order of the members."""
    objective: float | None
    met: Tri
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class DataLosses:
    """All datasets and consistency groups."""

    datasets: tuple[DatasetLoss, ...]
    groups: tuple[GroupLoss, ...]
    """By group, then scenario."""
    assumes: tuple[str, ...]
    """What all figures take for granted, in words."""
