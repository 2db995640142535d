"""Whether the engine's state and the register tell the same of a stack; a killed run leaves them apart."""

from collections.abc import Iterable, Mapping
from typing import Any

from infra.register.register import Register
from infra.register.rows import PlannedRow
from specs.tokens import COLLECTIONS, plain_numbers


def register_agrees(location: str, stack: str, deployment: Mapping[str, Any]) -> bool:
    """Whether every resource of a stack's state is in the register as the state has it.

    Rows that the state does not know are left out: the plan takes them over, or they are retired after it.
    """
    resources = [one for one in deployment.get("resources") or () if one.get("type") in COLLECTIONS]
    if not resources:
        return True
    register = Register.existing(location)
    if register is None:
        return False
    with register:
        return _agrees(resources, register.planned(stack))


def _agrees(resources: Iterable[Mapping[str, Any]], rows: Iterable[PlannedRow]) -> bool:
    by_token = {row.token: row for row in rows}
    for resource in resources:
        row = by_token.get(str(resource.get("id")))
        if row is None or row.urn != resource.get("urn"):
            return False
        if plain_numbers(row.properties) != plain_numbers(_inputs(resource)):
            return False
    return True


def _inputs(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The properties as the program gave them, without the engine's own."""
    inputs = resource.get("inputs") or {}
    return {name: value for name, value in inputs.items() if not name.startswith("__")}
