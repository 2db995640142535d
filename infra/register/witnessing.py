"""What was seen: steps of lives with their evidence, and dated looks at the estate."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from infra.register.errors import LifeCycleError, NoSuchRowError, RegisterError
from infra.register.planning import planned_row, write_history
from infra.register.rows import (
    STATES,
    WITNESSED,
    Actor,
    Event,
    Observation,
    ObservedRow,
    PlannedRow,
    RecordedEvent,
    Seen,
)
from infra.register.tables import events, observations, observed, planned


def record(connection: Connection, event: Event, stack: str | None, actor: Actor, now: str) -> PlannedRow:
    """Write the event down and take its element to that state."""
    row = _in_service(connection, event.collection, event.key, stack)
    _allow(connection, row, event)
    connection.execute(
        insert(events).values(
            urn=row.urn,
            life=row.life,
            collection=row.collection,
            key=row.key,
            state=event.state,
            who=event.who,
            evidence=event.evidence,
            on=event.on,
            recorded_at=now,
            recorded_by=actor.who,
        )
    )
    connection.execute(
        update(planned)
        .where(planned.c.urn == row.urn)
        .values(state=event.state, update_id=actor.update, who=actor.who, since=now)
    )
    new = connection.execute(select(planned).where(planned.c.urn == row.urn)).one()
    write_history(connection, "state", row, new, actor, now)
    return planned_row(new)


def recorded(connection: Connection) -> tuple[RecordedEvent, ...]:
    """Every event, in the order in which they were written down."""
    return tuple(
        RecordedEvent(
            collection=row.collection,
            key=row.key,
            state=row.state,
            who=row.who,
            evidence=row.evidence,
            on=row.on,
            urn=row.urn,
            life=row.life,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
        )
        for row in connection.execute(select(events).order_by(events.c.number))
    )


def observe(
    connection: Connection,
    source: str,
    who: str,
    seen_on: date,
    seen: Iterable[Seen],
    covers: Iterable[str],
    digest: str,
    now: str,
) -> Observation:
    """Take in one look at the estate with all that it saw."""
    things = sorted(seen, key=lambda one: (one.collection, one.key))
    twice = [
        one for one, after in pairwise(things) if (one.collection, one.key) == (after.collection, after.key)
    ]
    if twice:
        raise RegisterError(
            f"{twice[0].collection}/{twice[0].key} stands twice in {source}", "keep the line that is true"
        )
    if not source or not who:
        raise RegisterError("an observation needs its source and who looked", "give both")
    number = connection.execute(
        insert(observations)
        .values(
            source=source,
            who=who,
            seen_on=seen_on,
            imported_at=now,
            covers=sorted(set(covers)),
            digest=digest,
        )
        .returning(observations.c.number)
    ).scalar_one()
    if things:
        connection.execute(
            insert(observed),
            [
                {
                    "observation": number,
                    "collection": one.collection,
                    "key": one.key,
                    "present": one.present,
                    "fields": dict(one.fields),
                }
                for one in things
            ],
        )
    return _observation(connection.execute(select(observations).where(observations.c.number == number)).one())


def looks(connection: Connection) -> tuple[Observation, ...]:
    """Every look, in the order in which they were taken in."""
    return tuple(
        _observation(row) for row in connection.execute(select(observations).order_by(observations.c.number))
    )


def seen_rows(connection: Connection, numbers: Iterable[int] | None) -> tuple[ObservedRow, ...]:
    """What was seen, by look, collection and key; of those looks, or of all."""
    by_number = {look.number: look for look in looks(connection)}
    wanted = set(by_number) if numbers is None else set(numbers)
    rows = (
        ObservedRow(
            collection=row.collection,
            key=row.key,
            fields=row.fields,
            present=row.present,
            observation=by_number[row.observation],
        )
        for row in connection.execute(select(observed))
        if row.observation in wanted
    )
    return tuple(sorted(rows, key=lambda row: (row.observation.number, row.collection, row.key)))


def _observation(row: Row[Any]) -> Observation:
    return Observation(
        number=row.number,
        source=row.source,
        who=row.who,
        seen_on=row.seen_on,
        imported_at=row.imported_at,
        covers=tuple(row.covers),
        digest=row.digest,
    )


def _in_service(connection: Connection, collection: str, key: str, stack: str | None) -> Row[Any]:
    query = select(planned).where(
        planned.c.collection == collection, planned.c.key == key, planned.c.state != "retired"
    )
    if stack is not None:
        query = query.where(planned.c.stack == stack)
    rows = list(connection.execute(query.with_for_update()))
    if not rows:
        raise NoSuchRowError(f"{collection}/{key} is not in the register", "plan it first: `thabat up`")
    if len(rows) > 1:
        stacks = " and ".join(sorted(row.stack for row in rows))
        raise RegisterError(f"{collection}/{key} stands in {stacks}", "say which stack is meant")
    return rows[0]


def _allow(connection: Connection, row: Row[Any], event: Event) -> None:
    if event.state in ("planned", "retired"):
        raise LifeCycleError(
            f"`{event.state}` is no event", "`up` plans an element and `destroy`, or the plan, retires it"
        )
    if not event.who.strip() or not event.evidence.strip():
        raise LifeCycleError(
            f"{event.state} needs somebody who answers for it, and evidence", "give who and evidence"
        )
    if STATES.index(event.state) <= STATES.index(row.state):
        raise LifeCycleError(
            f"{row.collection}/{row.key} is {row.state}: it cannot become {event.state}",
            f"its next step is {' or '.join(STATES[STATES.index(row.state) + 1 : -1]) or 'to be retired'}",
        )
    if event.state == "commissioned" and not _witnessed(connection, row.life, WITNESSED[0]):
        raise LifeCycleError(
            f"{row.collection}/{row.key} was never recorded as installed", "record its installation first"
        )


def _witnessed(connection: Connection, life: str, state: str) -> bool:
    found = select(events.c.number).where(events.c.life == life, events.c.state == state)
    return connection.execute(found).first() is not None
