"""Claims in the database: held against those of others, taken over, and given back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from infra.register.claims import Claim, Claims, in_words
from infra.register.errors import Collision
from infra.register.rows import Element, Unsettled
from infra.register.tables import claims, loads, planned

Slot = tuple[str, str, str]

_AT_ONCE = 400
"""Values in one IN (…): below SQLite's and PostgreSQL's limits on parameters."""


@dataclass(frozen=True)
class Handover:
    """Claims that changed hands because of what another row did."""

    urn: str
    """Row that it happened to."""
    action: Literal["yielded", "regained"]
    """Whether it lost them or got them back."""
    things: tuple[str, ...]
    """What they claim, for people."""


class Holdings:
    """Who held what at one moment, for many questions at once."""

    def __init__(self, connection: Connection) -> None:
        self._held: dict[Slot, Row[Any]] = {}
        self._lost: dict[str, set[Slot]] = {}
        for row in connection.execute(_CLAIMS_WITH_ROWS):
            if row.yielded:
                self._lost.setdefault(row.urn, set()).add(_slot(row))
            else:
                self._held[_slot(row)] = row

    def collisions(self, element: Element, wanted: Sequence[Claim]) -> tuple[Collision, ...]:
        """What other rows hold of what the element wants."""
        held = [self._held[one.slot] for one in wanted if one.slot in self._held]
        in_the_way = [row for row in held if row.urn != element.urn]
        return _collisions(element, wanted, in_the_way, self._lost.get(element.urn, ()))


def holders(connection: Connection, element: Element, wanted: Sequence[Claim]) -> list[Row[Any]]:
    """Claims of other rows on what the element wants."""
    return [
        row
        for row in _rows_on(connection, [one.slot for one in wanted], yielded=False)
        if row.urn != element.urn
    ]


def collisions(
    connection: Connection, element: Element, wanted: Sequence[Claim], in_the_way: Sequence[Row[Any]]
) -> tuple[Collision, ...]:
    """Those claims of other rows, for people."""
    query = select(claims).where(claims.c.urn == element.urn, claims.c.yielded.is_(True))
    lost = {_slot(row) for row in connection.execute(query)} if in_the_way else set()
    return _collisions(element, wanted, in_the_way, lost)


def claim(
    connection: Connection, element: Element, wanted: Claims, yielding: Sequence[Row[Any]], *, anew: bool
) -> tuple[Handover, ...]:
    """Make these the element's claims in place of those it had, and say who lost or regained what.

    `yielding` are claims of other rows that give way; `anew` says that the element had none. What anybody
    else holds makes the unique index refuse the whole.
    """
    want = {one.slot: one for one in wanted.claims}
    kept: set[Slot] = set()
    released: list[Slot] = []
    gone: list[int] = []
    for row in () if anew else _claims_of(connection, element.urn):
        slot = _slot(row)
        if not row.yielded and slot in want and want[slot].holder == row.holder:
            kept.add(slot)
            continue
        gone.append(row.number)
        if not row.yielded and slot not in want:
            released.append(slot)
    _set_yielded(connection, yielding, True)
    for numbers in _parts(gone):
        connection.execute(delete(claims).where(claims.c.number.in_(numbers)))
    new = [_values(element.urn, one) for slot, one in want.items() if slot not in kept]
    if new:
        connection.execute(insert(claims), new)
    if not anew:
        connection.execute(delete(loads).where(loads.c.urn == element.urn))
    if wanted.load is not None:
        load = {"urn": element.urn, "limit_watts": wanted.load.limit, "watts": wanted.load.watts}
        connection.execute(insert(loads).values(load))
    return _handovers("yielded", yielding) + _give_back(connection, released)


def release(connection: Connection, urn: str) -> tuple[Handover, ...]:
    """Take away all claims of a row, and give what it held back to those who list it still."""
    slots = [_slot(row) for row in _claims_of(connection, urn) if not row.yielded]
    connection.execute(delete(claims).where(claims.c.urn == urn))
    connection.execute(delete(loads).where(loads.c.urn == urn))
    return _give_back(connection, slots)


def unsettled(connection: Connection, stack: str | None = None) -> tuple[Unsettled, ...]:
    """Claims that one row lists and another holds."""
    lister, holder = claims.alias("lister"), claims.alias("holder")
    listing, holding = planned.alias("listing"), planned.alias("holding")
    query = (
        select(
            lister.c.kind,
            lister.c.thing,
            lister.c.place,
            listing.c.collection.label("listed_collection"),
            listing.c.key.label("listed_key"),
            listing.c.stack.label("listed_stack"),
            holding.c.collection.label("held_collection"),
            holding.c.key.label("held_key"),
            holding.c.stack.label("held_stack"),
        )
        .join(
            holder,
            and_(
                holder.c.kind == lister.c.kind,
                holder.c.thing == lister.c.thing,
                holder.c.place == lister.c.place,
                holder.c.yielded.is_(False),
            ),
        )
        .join(listing, listing.c.urn == lister.c.urn)
        .join(holding, holding.c.urn == holder.c.urn)
        .where(lister.c.yielded.is_(True))
    )
    if stack is not None:
        query = query.where((listing.c.stack == stack) | (holding.c.stack == stack))
    return tuple(
        sorted(
            (
                Unsettled(
                    thing=in_words(row.kind, row.thing, row.place),
                    listed_by=f"{row.listed_collection}/{row.listed_key}",
                    listed_in=row.listed_stack,
                    held_by=f"{row.held_collection}/{row.held_key}",
                    held_in=row.held_stack,
                )
                for row in connection.execute(query)
            ),
            key=lambda one: (one.thing, one.listed_in, one.listed_by, one.held_in, one.held_by),
        )
    )


_CLAIMS_WITH_ROWS = select(
    claims,
    planned.c.collection,
    planned.c.key,
    planned.c.stack,
    planned.c.estate,
    planned.c.since,
).join(planned, planned.c.urn == claims.c.urn)
"""Claims, with what is known of the rows that make them."""


def _rows_on(connection: Connection, slots: Collection[Slot], *, yielded: bool) -> list[Row[Any]]:
    """Claims on those slots, newest first."""
    found: list[Row[Any]] = []
    by_kind: dict[str, set[Slot]] = {}
    for slot in slots:
        by_kind.setdefault(slot[0], set()).add(slot)
    for kind, asked in sorted(by_kind.items()):
        # Addresses of a table are many, units of a rack few: ask by what narrows most, sift the rest here.
        by_place = kind == "address"
        column = claims.c.place if by_place else claims.c.thing
        for part in _parts(sorted({slot[2 if by_place else 1] for slot in asked})):
            query = _CLAIMS_WITH_ROWS.where(
                claims.c.kind == kind, column.in_(part), claims.c.yielded.is_(yielded)
            ).order_by(claims.c.number.desc())
            found.extend(row for row in connection.execute(query) if _slot(row) in asked)
    return found


def _give_back(connection: Connection, slots: Sequence[Slot]) -> tuple[Handover, ...]:
    """Let the newest of those who list a released thing have it again."""
    if not slots:
        return ()
    listed = _rows_on(connection, slots, yielded=True)
    if not listed:
        return ()
    taken = {_slot(row) for row in _rows_on(connection, slots, yielded=False)}
    back: dict[Slot, Row[Any]] = {}
    for row in listed:
        if _slot(row) not in taken:
            back.setdefault(_slot(row), row)
    _set_yielded(connection, list(back.values()), False)
    return _handovers("regained", list(back.values()))


def _set_yielded(connection: Connection, rows: Sequence[Row[Any]], yielded: bool) -> None:
    for numbers in _parts([row.number for row in rows]):
        connection.execute(update(claims).where(claims.c.number.in_(numbers)).values(yielded=yielded))


def _slot(row: Row[Any]) -> Slot:
    return row.kind, row.thing, row.place


def _claims_of(connection: Connection, urn: str) -> list[Row[Any]]:
    return list(connection.execute(select(claims).where(claims.c.urn == urn).order_by(claims.c.number)))


def _values(urn: str, one: Claim) -> Mapping[str, Any]:
    return {"urn": urn, "kind": one.kind, "thing": one.thing, "place": one.place, "holder": one.holder}


def _handovers(action: Literal["yielded", "regained"], rows: Iterable[Row[Any]]) -> tuple[Handover, ...]:
    things: dict[str, list[str]] = {}
    for row in rows:
        things.setdefault(row.urn, []).append(in_words(row.kind, row.thing, row.place))
    return tuple(Handover(urn, action, tuple(sorted(words))) for urn, words in sorted(things.items()))


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _collisions(
    element: Element, wanted: Sequence[Claim], in_the_way: Sequence[Row[Any]], lost: Collection[Slot]
) -> tuple[Collision, ...]:
    """One collision for each entry of the element and each row that stands in its way."""
    by_slot = {one.slot: one for one in wanted}
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in in_the_way:
        found.setdefault((by_slot[_slot(row)].path, row.urn), []).append(row)
    return tuple(_collision(element, by_slot, rows, lost) for _, rows in sorted(found.items()))


def _collision(
    element: Element, by_slot: Mapping[Slot, Claim], rows: Sequence[Row[Any]], lost: Collection[Slot]
) -> Collision:
    """What one row holds of what one entry of the element wants."""
    slots = sorted(_slot(row) for row in rows)
    wanted = by_slot[slots[0]]
    held = next(row for row in rows if _slot(row) == wanted.slot)
    theirs = f"{held.collection}/{held.key}"
    if wanted.kind == "stand":
        wants, has = f"{element.reference} (stack {element.stack})", f"{theirs} (stack {held.stack}"
    else:
        for_whom = "cable" if wanted.kind == "port" else "device"
        wants = f"{for_whom} {wanted.holder} by {element.reference} (stack {element.stack})"
        has = f"{for_whom} {held.holder} by {theirs} (stack {held.stack}"
    what = wanted.words if len(slots) == 1 else f"{wanted.words} and {len(slots) - 1} more"
    if held.stack == element.stack:
        hint = f"give one of {element.reference} and {theirs} another place"
    else:
        hint = (
            f"give one of them another place, or, if it moves from stack {held.stack} to {element.stack}, "
            f"run `pulumi up` of {held.stack} first, which lets go of it"
        )
    return Collision(
        path=wanted.path,
        message=f"{what} is wanted for {wants} and held for {has}, since {held.since})",
        hint=hint,
        slots=tuple(slots),
        held_by=theirs,
        held_by_urn=held.urn,
        held_by_stack=held.stack,
        held_by_estate=held.estate,
        was_ours=any(slot in lost for slot in slots),
    )
