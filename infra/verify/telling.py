"""The estate against what the register was told, and that against what stands in the register now."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra.register.rows import Altered, PlannedRow
from infra.verify.differences import Difference, FieldDifference, field_differences, shown
from specs.planned import Planned
from specs.tokens import plain_numbers

Place = tuple[str, str]
"""Stack and `collection/id`."""


def told_and_found(
    planned: Iterable[Planned], rows: Iterable[PlannedRow], altered: Iterable[Altered]
) -> tuple[Difference, ...]:
    """Differences between the estate, what was told last, and the rows in service that stand there."""
    behind = tuple(altered)
    touched = {one.urn for one in behind}
    told = {(row.stack, row.reference): _plain(row.properties) for row in rows if row.urn not in touched}
    for one in behind:
        # What was told is what the program wrote, whatever somebody has made of it since.
        if one.written is not None and one.written.get("state") != "retired":
            told[one.stack, one.reference] = _plain(one.written["properties"])
    declared = {(one.stack, one.reference): _plain(one.properties) for one in planned}
    return (*_declared_told(declared, told), *(_behind(one) for one in behind))


def _declared_told(
    declared: Mapping[Place, Mapping[str, Any]], told: Mapping[Place, Mapping[str, Any]]
) -> Iterator[Difference]:
    for place in sorted({*declared, *told}):
        stack, element = place
        if place not in told:
            yield Difference("declared-told", "missing", element, stack, told="`thabat up` would make it")
        elif place not in declared:
            yield Difference(
                "declared-told", "unexpected", element, stack, told="`thabat up` would retire it"
            )
        elif fields := field_differences(declared[place], told[place]):
            yield Difference(
                "declared-told", "different", element, stack, fields, "`thabat up` would change it"
            )


def _behind(one: Altered) -> Difference:
    """A row that somebody changed without the program."""
    if one.found is None:
        return Difference("told-found", "missing", one.reference, one.stack, told="its row was deleted")
    if one.written is None:
        return Difference("told-found", "unexpected", one.reference, one.stack, told="its row was put in")
    written, found = one.written, one.found
    fields = list(field_differences(_plain(written["properties"]), _plain(found["properties"])))
    fields += (
        FieldDifference(name, shown(written.get(name)), shown(found.get(name)))
        for name in ("collection", "key", "site", "state", "token", "life")
        if written.get(name) != found.get(name)
    )
    return Difference(
        "told-found", "different", one.reference, one.stack, tuple(sorted(fields)), "its row was changed"
    )


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    plain = plain_numbers(properties)
    return dict(plain)
