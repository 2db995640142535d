"""What stands in the register, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

State = Literal["planned", "ordered", "delivered", "installed", "commissioned", "retired"]
"""Where a planned element is in its life."""

STATES: tuple[State, ...] = ("planned", "ordered", "delivered", "installed", "commissioned", "retired")
"""The life cycle in its order."""

WITNESSED: tuple[State, ...] = ("installed", "commissioned")
"""States that need somebody who saw it, evidence and a date."""

Action = Literal["created", "replaced", "updated", "retired", "yielded", "regained", "state", "erased"]
"""What happened to a row. `erased` comes from the database: a row was deleted behind the program's back."""


@dataclass(frozen=True)
class Actor:
    """Who changes the register, and in which update."""

    who: str
    """User and machine."""
    update: str
    """Id that all changes of one run of the engine share."""


@dataclass(frozen=True)
class Element:
    """An element as the plan gives it to the register."""

    urn: str
    """Name that the engine gives the resource, unique over all stacks."""
    stack: str
    """Stack that it belongs to."""
    collection: str
    """Collection of the estate: `devices`."""
    key: str
    """Its id in the estate."""
    properties: Mapping[str, Any]
    """Everything that the plan says of it, the tables of what it shares out included."""
    site: str = ""
    """Site that it stands at; empty for what belongs to no one site."""
    estate: str = ""
    """Name of the estate that planned it. Stacks of one estate may hand elements to one another."""
    identity: tuple[str, ...] = ("key", "site")
    """Properties without which it would be another thing: when one changes, a new life begins."""

    @property
    def reference(self) -> str:
        """`collection/key`."""
        return f"{self.collection}/{self.key}"


@dataclass(frozen=True)
class PlannedRow:
    """A row of what is planned."""

    urn: str
    """Name that the engine gives the resource."""
    token: str
    """Id of the row: fresh at each creation."""
    life: str
    """Id of the thing that stands under this name: fresh after retirement, and when its identity changes."""
    stack: str
    """Stack that it belongs to."""
    collection: str
    """Collection of the estate."""
    key: str
    """Its id in the estate."""
    site: str
    """Site that it stands at, or empty."""
    estate: str
    """Which estate planned it."""
    properties: Mapping[str, Any]
    """Everything that the plan says of it."""
    state: State
    """Where it is in its life."""
    update: str
    """Update that last changed it."""
    who: str
    """Who ran that update."""
    since: str
    """Moment of that change (UTC, ISO 8601)."""

    @property
    def reference(self) -> str:
        """`collection/key`."""
        return f"{self.collection}/{self.key}"


@dataclass(frozen=True)
class Change:
    """One entry of the history. Entries are never altered nor removed."""

    number: int
    """Order in which it happened."""
    at: str
    """Moment (UTC, ISO 8601)."""
    who: str
    """User and machine."""
    update: str
    """Update in which it happened."""
    urn: str
    """Row that it happened to."""
    token: str
    """Id of the row after it."""
    stack: str
    """Stack of the row."""
    collection: str
    """Collection of the row."""
    key: str
    """Key of the row."""
    action: Action
    """What happened."""
    before: Mapping[str, Any] | None
    """State and properties before; None for what was not there."""
    after: Mapping[str, Any] | None
    """State and properties after; None for what is no longer there."""


@dataclass(frozen=True)
class Event:
    """A recorded step of a life: who saw it, on what evidence, on which day."""

    collection: str
    """Collection of the element."""
    key: str
    """Its key."""
    state: State
    """State that it reached."""
    who: str
    """Person who answers for it."""
    evidence: str
    """Document, ticket or photograph that shows it."""
    on: date
    """Day on which it happened."""


@dataclass(frozen=True)
class RecordedEvent(Event):
    """An event as it stands in the register."""

    urn: str
    """Row that it was recorded for."""
    life: str
    """Life of that row; a later life knows nothing of it."""
    recorded_at: str
    """Moment at which it was written down."""
    recorded_by: str
    """Who wrote it down."""


@dataclass(frozen=True)
class Seen:
    """Something that somebody or something saw, or looked for and did not find."""

    collection: str
    """Collection that it belongs to."""
    key: str
    """Its id; what the observer calls it where the estate does not know it."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Field by field what was seen; what is not here was not looked at."""
    present: bool = True
    """False: it was looked for and was not there."""


@dataclass(frozen=True)
class Observation:
    """One dated look at the estate, from one source."""

    number: int
    """Order in which it was taken in."""
    source: str
    """Stocktake, export or probe that it comes from."""
    who: str
    """Who looked."""
    seen_on: date
    """Day of the look."""
    imported_at: str
    """Moment at which it was taken in (UTC, ISO 8601)."""
    covers: tuple[str, ...]
    """What was looked through completely (`collection/id` or a collection); not seen there is missing."""
    digest: str
    """Digest of the file that it was read from, or empty."""


@dataclass(frozen=True)
class ObservedRow(Seen):
    """Something seen, with the look that saw it."""

    observation: Observation = field(kw_only=True)
    """When, by whom, from which source."""


@dataclass(frozen=True)
class Unsettled:
    """A claim that a row still lists and another row holds: a move half done, or one thing planned twice."""

    thing: str
    """What is claimed, for people: `device srv-1`, `address 192.0.2.7 (default)`."""
    listed_by: str
    """`collection/key` of the row that lists it."""
    listed_in: str
    """Stack of that row."""
    held_by: str
    """`collection/key` of the row that holds it."""
    held_in: str
    """Stack of that row."""


@dataclass(frozen=True)
class Altered:
    """A row that somebody changed behind the program's back."""

    urn: str
    """The row."""
    reference: str
    """`collection/key`."""
    stack: str
    """Stack of the row."""
    written: Mapping[str, Any] | None
    """State and properties that the program last wrote."""
    found: Mapping[str, Any] | None
    """What stands there now; None: the row is gone."""
