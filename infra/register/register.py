"""The asset register: what is planned and what was observed, apart, with every change and who made it."""

import getpass
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import IntegrityError

from infra.register import claiming, planning, witnessing
from infra.register.location import shown
from infra.register.opening import is_writing, open_engine, open_existing, translated
from infra.register.rows import (
    Actor,
    Altered,
    Change,
    Element,
    Event,
    Observation,
    ObservedRow,
    PlannedRow,
    RecordedEvent,
    Seen,
    Unsettled,
)
from infra.register.tables import history, planned

T = TypeVar("T")

UPDATE_VARIABLE = "THABAT_UPDATE"
"""Environment variable that gives all changes of one run the same id."""

_TRIES = 5
"""Times a transaction is tried that lost a race for a claim to one of another process."""


def this_actor() -> Actor:
    """Whoever runs this process, in an update of its own unless THABAT_UPDATE names one."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    return Actor(f"{user}@{socket.gethostname()}", os.environ.get(UPDATE_VARIABLE) or secrets.token_hex(8))


class Register:
    """The register, open. Safe to use from several threads, and from several processes at once."""

    def __init__(self, engine: Engine, actor: Actor, clock: Callable[[], datetime] | None = None) -> None:
        self._engine = engine
        self._clock = clock or (lambda: datetime.now(UTC))
        self.actor = actor

    @classmethod
    def open(cls, location: str | Path, actor: Actor | None = None) -> Self:
        """The register at that path or database URL; made, and brought to today's form, where needed."""
        return cls(open_engine(location), actor or this_actor())

    @classmethod
    def existing(cls, location: str | Path, actor: Actor | None = None) -> Self | None:
        """The register there, or None where there is none. Writes nothing, not even a migration."""
        engine = open_existing(location)
        return None if engine is None else cls(engine, actor or this_actor())

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def location(self) -> str:
        """Where it is, without a password."""
        return shown(str(self._engine.url))

    # What is planned.

    def create(self, element: Element, taking_from: Collection[str] = ()) -> PlannedRow:
        """The element's row under a fresh token, whether or not one stood there before.

        `taking_from`: URNs of rows that yield what this one claims; what another holds is a CollisionError.
        """
        return self._write(
            lambda connection, now: planning.create(connection, element, taking_from, self.actor, now)
        )

    def change(self, token: str, element: Element, taking_from: Collection[str] = ()) -> PlannedRow:
        """The row of that token with the element's properties; NoSuchRowError if none is in service."""
        return self._write(
            lambda connection, now: planning.change(connection, token, element, taking_from, self.actor, now)
        )

    def retire(self, token: str) -> PlannedRow | None:
        """Take the row of that token out of service. It stays, without claims. None: there is no such row."""
        return self._write(lambda connection, now: planning.retire(connection, token, self.actor, now))

    def row(self, token: str) -> PlannedRow | None:
        """The row in service of that token."""
        with self._reading() as connection:
            found = connection.execute(
                select(planned).where(planned.c.token == token, planned.c.state != "retired")
            ).first()
        return None if found is None else planning.planned_row(found)

    def planned(
        self, stack: str | None = None, collection: str | None = None, *, retired: bool = False
    ) -> tuple[PlannedRow, ...]:
        """Rows in service, by stack, collection and key; with `retired`, those out of service too."""
        query = select(planned)
        if stack is not None:
            query = query.where(planned.c.stack == stack)
        if collection is not None:
            query = query.where(planned.c.collection == collection)
        if not retired:
            query = query.where(planned.c.state != "retired")
        with self._reading() as connection:
            rows = [planning.planned_row(row) for row in connection.execute(query)]
        # Databases sort text by rules of their own; results are to be equal whichever holds the register.
        return tuple(sorted(rows, key=lambda row: (row.stack, row.collection, row.key, row.urn)))

    def holdings(self) -> claiming.Holdings:
        """Who holds what now, to ask many questions of."""
        with self._reading() as connection:
            return claiming.Holdings(connection)

    def unsettled(self, stack: str | None = None) -> tuple[Unsettled, ...]:
        """What one row lists and another holds: empty once every stack has been brought up."""
        with self._reading() as connection:
            return claiming.unsettled(connection, stack)

    def altered_behind(self, stack: str | None = None) -> tuple[Altered, ...]:
        """Rows that are not as the program last wrote them."""
        kept = ("created", "replaced", "updated", "retired", "state")
        newest = (
            select(func.max(history.c.number))
            .where(history.c.action.in_(kept))
            .group_by(history.c.urn)
            .scalar_subquery()
        )
        entries = select(history).where(history.c.number.in_(newest))
        with self._reading() as connection:
            written = {row.token: row for row in connection.execute(entries)}
            rows = {row.token: row for row in connection.execute(select(planned))}
        found: list[Altered] = []
        for token, entry in written.items():
            now = planning.snapshot(rows[token]) if token in rows else None
            if now != entry.after and (stack is None or entry.stack == stack):
                found.append(
                    Altered(entry.urn, f"{entry.collection}/{entry.key}", entry.stack, entry.after, now)
                )
        for token, row in rows.items():
            if token not in written and (stack is None or row.stack == stack):
                found.append(
                    Altered(row.urn, f"{row.collection}/{row.key}", row.stack, None, planning.snapshot(row))
                )
        return tuple(sorted(found, key=lambda one: (one.stack, one.reference, one.urn)))

    def history(self, reference: str | None = None) -> tuple[Change, ...]:
        """Every change, oldest first; of one `collection/key`, or of all."""
        query = select(history).order_by(history.c.number)
        if reference is not None:
            collection, _, key = reference.partition("/")
            query = query.where(history.c.collection == collection, history.c.key == key)
        with self._reading() as connection:
            return tuple(_change(row) for row in connection.execute(query))

    # What was seen.

    def record(self, event: Event, stack: str | None = None) -> PlannedRow:
        """Write down a step of an element's life and take it there; LifeCycleError where that may not be."""
        return self._write(
            lambda connection, now: witnessing.record(connection, event, stack, self.actor, now)
        )

    def events(self) -> tuple[RecordedEvent, ...]:
        """Every recorded event, in the order in which they were written down."""
        with self._reading() as connection:
            return witnessing.recorded(connection)

    def observe(
        self,
        *,
        source: str,
        who: str,
        seen_on: date,
        seen: Iterable[Seen],
        covers: Iterable[str] = (),
        digest: str = "",
    ) -> Observation:
        """Take in one dated look at the estate; all of it or nothing."""
        things = tuple(seen)
        places = tuple(covers)
        return self._write(
            lambda connection, now: witnessing.observe(
                connection, source, who, seen_on, things, places, digest, now
            )
        )

    def observations(self) -> tuple[Observation, ...]:
        """Every look, in the order in which they were taken in."""
        with self._reading() as connection:
            return witnessing.looks(connection)

    def observed(self, numbers: Iterable[int] | None = None) -> tuple[ObservedRow, ...]:
        """What was seen, by look, collection and key; of the looks of those numbers, or of all."""
        with self._reading() as connection:
            return witnessing.seen_rows(connection, numbers)

    def _write(self, act: Callable[[Connection, str], T]) -> T:
        with translated(self._engine):
            for left in reversed(range(_TRIES)):
                try:
                    with is_writing(self._engine.connect()) as connection, connection.begin():
                        return act(connection, self._now())
                except IntegrityError:
                    # Another process took a claim in between: the next try finds it and says who.
                    if not left:
                        raise
        raise AssertionError("unreachable")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._engine), self._engine.connect() as connection:
            yield connection

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="microseconds")


def _change(row: Any) -> Change:
    before: Mapping[str, Any] | None = row.before
    after: Mapping[str, Any] | None = row.after
    return Change(
        number=row.number,
        at=row.at,
        who=row.who,
        update=row.update_id,
        urn=row.urn,
        token=row.token,
        stack=row.stack,
        collection=row.collection,
        key=row.key,
        action=row.action,
        before=before,
        after=after,
    )
