"""Whether a resource's inputs can be: before anything is made, at preview too."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infra.provider.kinds import PLAN_PROPERTIES, element_of
from infra.provider.values import Foreign, Secret, Unknown, paths_of
from infra.provider.wishes import Wishes
from infra.register.claims import claims_of
from infra.register.errors import Collision, Impossible
from specs.text import did_you_mean
from specs.tokens import TABLES

if TYPE_CHECKING:
    from infra.register.claiming import Holdings

_SHOWN = 5
"""Failures shown of each sort; the rest is counted."""


def element_failures(
    urn: str, collection: str, inputs: Mapping[str, Any], wishes: Wishes, holdings: "Holdings | None"
) -> tuple[Impossible, ...]:
    """What stands against an element: of itself, of its stack's other resources, of other stacks' rows."""
    unfit = (*_secrets(inputs), *_foreign(inputs), *_key(inputs))
    if unfit:
        return unfit
    known = without_unknown_tables(collection, inputs)
    element = element_of(urn, collection, known, wishes.estate)
    claims = claims_of(collection, element.key, known)
    faults = (*claims.faults, *_few(wishes.add(element, claims.claims)))
    if faults or holdings is None:
        return faults
    return _few(
        tuple(
            _as_fault(collision)
            for collision in holdings.collisions(element, claims.claims)
            if not wishes.yields(collision, element)
        )
    )


def plan_failures(inputs: Mapping[str, Any]) -> tuple[Impossible, ...]:
    """What stands against a Plan resource."""
    unfit = (*_secrets(inputs), *_foreign(inputs))
    if unfit:
        return unfit
    faults = [
        Impossible(name, "is missing or no text", "the program fills it in: let it")
        for name in PLAN_PROPERTIES
        if not isinstance(inputs.get(name), str | Unknown)
    ]
    faults += [
        Impossible(name, "is no property of a Plan", did_you_mean(name, PLAN_PROPERTIES))
        for name in sorted(set(inputs) - set(PLAN_PROPERTIES))
    ]
    if inputs.get("target", "register") not in ("register", Unknown()):
        faults.append(
            Impossible("target", f"`{inputs['target']}` is no target of this provider", "use `register`")
        )
    return tuple(faults)


def without_unknown_tables(collection: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs without a table of placements that is not wholly known yet."""
    table = TABLES.get(collection)
    if table is None or not any(paths_of(inputs.get(table), Unknown)):
        return inputs
    return {name: value for name, value in inputs.items() if name != table}


def _secrets(inputs: Mapping[str, Any]) -> tuple[Impossible, ...]:
    return tuple(
        Impossible(
            path,
            "is a secret, and no property may be one: it would stand in the register and its history",
            "give the name of the place where the secret is kept",
        )
        for path in paths_of(inputs, Secret)
    )


def _foreign(inputs: Mapping[str, Any]) -> tuple[Impossible, ...]:
    return tuple(
        Impossible(path, "is a file or a resource, not a value", "give its name, or the value in it")
        for path in paths_of(inputs, Foreign)
    )


def _key(inputs: Mapping[str, Any]) -> tuple[Impossible, ...]:
    key = inputs.get("key")
    if isinstance(key, str) and key:
        return ()
    return (Impossible("key", "is missing or no text", "give the element's id in the estate"),)


def _as_fault(collision: Collision) -> Impossible:
    hint = collision.hint
    if collision.was_ours:
        hint = (
            f"stack {collision.held_by_stack} took it since: plan it in one stack only, "
            "then run `pulumi up` of the other"
        )
    return Impossible(collision.path, collision.message, hint)


def _few(faults: tuple[Impossible, ...]) -> tuple[Impossible, ...]:
    more = len(faults) - _SHOWN
    if more <= 0:
        return faults
    last = faults[_SHOWN - 1]
    return (*faults[: _SHOWN - 1], Impossible(last.path, f"{last.message} (and {more} more)", last.hint))
