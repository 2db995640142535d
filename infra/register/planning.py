"""Planned rows: made, changed and retired, each with its claims and its history in one transaction."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from infra.register import claiming
from infra.register.claims import Claims, claims_of
from infra.register.errors import CollisionError, ImpossibleError, NoSuchRowError, RegisterError
from infra.register.rows import Action, Actor, Element, PlannedRow
from infra.register.tables import history, planned


def create(
    connection: Connection, element: Element, taking_from: Collection[str], actor: Actor, now: str
) -> PlannedRow:
    """The row of that URN, made or made anew, under a fresh token.

    A retired row starts a new life. One in service goes on with its life, unless what makes it this thing and
    no other has changed: a run that was killed after the row was written creates it again.
    """
    wanted, yielding = _possible(connection, element, taking_from)
    old = _row(connection, planned.c.urn == element.urn)
    values = _values(element, actor, now, old) | {"token": secrets.token_hex(16)}
    if old is None or old.state == "retired" or _another_thing(old, element):
        values |= {"life": secrets.token_hex(16), "state": "planned"}
    if old is None:
        written = insert(planned).values(urn=element.urn, **values).returning(planned)
        new = connection.execute(written).one()
    else:
        new = _written(connection, element.urn, values)
    action: Action = "created" if old is None or old.state == "retired" else "replaced"
    handovers = claiming.claim(connection, element, wanted, yielding, anew=old is None)
    return _concluded(connection, old, new, handovers, action, actor, now)


def change(
    connection: Connection,
    token: str,
    element: Element,
    taking_from: Collection[str],
    actor: Actor,
    now: str,
) -> PlannedRow:
    """The row of that token with new properties, and under its new URN where that changed."""
    old = _row(connection, planned.c.token == token)
    if old is None or old.state == "retired":
        raise NoSuchRowError(
            f"{element.reference} is not in the register under the id {token}",
            "somebody removed or replaced its row: run `pulumi refresh`, then `pulumi up`",
        )
    if old.urn != element.urn:
        _make_room(connection, element)
        connection.execute(update(planned).where(planned.c.token == token).values(urn=element.urn))
    wanted, yielding = _possible(connection, element, taking_from)
    new = _written(connection, element.urn, _values(element, actor, now, old))
    handovers = claiming.claim(connection, element, wanted, yielding, anew=False)
    return _concluded(connection, old, new, handovers, "updated", actor, now)


def retire(connection: Connection, token: str, actor: Actor, now: str) -> PlannedRow | None:
    """The row of that token, out of service and without claims; None where no such row is in service."""
    old = _row(connection, planned.c.token == token)
    if old is None or old.state == "retired":
        return None
    handovers = claiming.release(connection, old.urn)
    values = {"state": "retired", "update_id": actor.update, "who": actor.who, "since": now}
    new = _written(connection, old.urn, values)
    return _concluded(connection, old, new, handovers, "retired", actor, now)


def planned_row(row: Row[Any]) -> PlannedRow:
    """A row of the table as a value."""
    return PlannedRow(
        urn=row.urn,
        token=row.token,
        life=row.life,
        stack=row.stack,
        collection=row.collection,
        key=row.key,
        site=row.site,
        estate=row.estate,
        properties=row.properties,
        state=row.state,
        update=row.update_id,
        who=row.who,
        since=row.since,
    )


def snapshot(row: Row[Any]) -> dict[str, Any]:
    """What the history keeps of a row."""
    return {
        "collection": row.collection,
        "key": row.key,
        "life": row.life,
        "properties": row.properties,
        "site": row.site,
        "state": row.state,
        "token": row.token,
    }


def write_history(
    connection: Connection, action: Action, old: Row[Any] | None, new: Row[Any], actor: Actor, now: str
) -> None:
    """Add an entry for what happened to a row."""
    _add_entry(connection, action, new, snapshot(old) if old is not None else None, snapshot(new), actor, now)


def _possible(
    connection: Connection, element: Element, taking_from: Collection[str]
) -> tuple[Claims, list[Row[Any]]]:
    """What the element claims, and what others yield for it, if it can be and nobody stands in the way."""
    wanted = claims_of(element.collection, element.key, element.properties)
    if wanted.faults:
        raise ImpossibleError(wanted.faults)
    held = claiming.holders(connection, element, wanted.claims)
    in_the_way = [row for row in held if row.urn not in taking_from]
    if in_the_way:
        raise CollisionError(claiming.collisions(connection, element, wanted.claims, in_the_way))
    return wanted, held


def _make_room(connection: Connection, element: Element) -> None:
    """Let a row that is renamed have its new URN: a retired one keeps its own with its life behind it."""
    there = _row(connection, planned.c.urn == element.urn)
    if there is None:
        return
    if there.state != "retired":
        raise RegisterError(
            f"{element.urn} is the name of another row in service", "run `pulumi refresh`, then `pulumi up`"
        )
    _written(connection, there.urn, {"urn": f"{there.urn}@{there.life}"})


def _written(connection: Connection, urn: str, values: Mapping[str, Any]) -> Row[Any]:
    return connection.execute(
        update(planned).where(planned.c.urn == urn).values(**values).returning(planned)
    ).one()


def _concluded(
    connection: Connection,
    old: Row[Any] | None,
    new: Row[Any],
    handovers: tuple[claiming.Handover, ...],
    action: Action,
    actor: Actor,
    now: str,
) -> PlannedRow:
    write_history(connection, action, old, new, actor, now)
    _write_handovers(connection, handovers, new, actor, now)
    return planned_row(new)


def _write_handovers(
    connection: Connection,
    handovers: tuple[claiming.Handover, ...],
    cause: Row[Any],
    actor: Actor,
    now: str,
) -> None:
    for handover in handovers:
        row = _row(connection, planned.c.urn == handover.urn)
        if row is not None:
            detail = {"claims": list(handover.things), "because_of": cause.urn}
            lost = handover.action == "yielded"
            before, after = (detail, None) if lost else (None, detail)
            _add_entry(connection, handover.action, row, before, after, actor, now)


def _add_entry(
    connection: Connection,
    action: Action,
    row: Row[Any],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    actor: Actor,
    now: str,
) -> None:
    connection.execute(
        insert(history).values(
            at=now,
            who=actor.who,
            update_id=actor.update,
            urn=row.urn,
            token=row.token,
            stack=row.stack,
            collection=row.collection,
            key=row.key,
            action=action,
            before=before,
            after=after,
        )
    )


def _row(connection: Connection, which: Any) -> Row[Any] | None:
    return connection.execute(select(planned).where(which).with_for_update()).first()


def _values(element: Element, actor: Actor, now: str, old: Row[Any] | None) -> dict[str, Any]:
    return {
        "stack": element.stack,
        "collection": element.collection,
        "key": element.key,
        "site": element.site,
        # A run on chosen resources alone does not learn which estate they come from.
        "estate": element.estate or (old.estate if old is not None else ""),
        "properties": dict(element.properties),
        "update_id": actor.update,
        "who": actor.who,
        "since": now,
    }


def _another_thing(old: Row[Any], element: Element) -> bool:
    return any(old.properties.get(name) != element.properties.get(name) for name in element.identity)
