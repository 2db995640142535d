"""The rules before Pulumi: two stack policies that say against a plan what `policies.planned_estate` finds.

One policy stops a plan and one advises, and not one policy a rule: the engine hands every policy the whole
stack anew, which for thirty rules costs more than judging. The rule stands at the head of each message.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.remembering import Said, allows_unknown, fingerprint, question, recall, remember

PLAN = "thabat:index:Plan"
"""Type of a stack's record of what it was made from (`specs.tokens.PLAN_TOKEN`, not imported for it)."""

ELEMENTS = "thabat:index:"
"""How the types of all elements begin."""

_CONFIG = PolicyConfigSchema(
    properties={
        "allow_unknown": {"type": "boolean", "description": "Let a plan through where a rule is unknown."}
    }
)


@dataclass(frozen=True)
class _Handed:
    """A resource as the engine hands it, with plain values."""

    token: str
    name: str
    urn: str
    properties: Mapping[str, Any]


def gate(today: date, environment: Mapping[str, str] = os.environ) -> list[Policy]:
    """The policies of the pack; `today` is the day to judge as at where the estate names none."""
    asked = _Asked(today, environment)
    return [
        StackValidationPolicy(
            name="thabat-mandatory",
            description="A mandatory rule or physics speaks against this plan, or a rule cannot be decided.",
            validate=_telling(asked, mandatory=True),
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=_CONFIG,
        ),
        StackValidationPolicy(
            name="thabat-advisory",
            description="A rule advises against this plan.",
            validate=_telling(asked, mandatory=False),
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
    ]


class _Asked:
    """What was said against the stack last seen: both policies ask about one stack, and it is judged once."""

    def __init__(self, today: date, environment: Mapping[str, str]) -> None:
        self._today = today
        self._environment = environment
        self._last: tuple[str, tuple[tuple[str, str | None, bool], ...]] = ("", ())

    def against(self, args: StackValidationArgs, *, again: bool) -> tuple[tuple[str, str | None, bool], ...]:
        """Message, URN and whether it stops the plan, of everything said; judged anew unless `again`."""
        resources = [_handed(one) for one in args.resources]
        seen = fingerprint((one.token, one.urn, one.properties) for one in resources)
        if not again or self._last[0] != seen:
            allow = allows_unknown(self._environment) or args.get_config().get("allow_unknown") is True
            self._last = (seen, self._said(resources, allow))
        return self._last[1]

    def _said(
        self, resources: Sequence[_Handed], allow_unknown: bool
    ) -> tuple[tuple[str, str | None, bool], ...]:
        records = [one for one in resources if one.token == PLAN]
        elements = [one for one in resources if one.token.startswith(ELEMENTS) and one.token != PLAN]
        stack, asked = "", ""
        if len(records) == 1:
            record = records[0].properties
            stack = str(record.get("stack"))
            about = (record.get("estate"), record.get("digest"), record.get("phase"))
            asked = question(*about, self._today, allow_unknown=allow_unknown)
            seen = fingerprint((one.token, one.name, one.properties) for one in elements)
            known = recall(stack, seen, asked, self._environment)
            if known is not None:
                return _with_urns(known, elements)

        from policies.planned_estate import PlannedResource, judged

        planned = [PlannedResource(one.token, one.name, one.urn, one.properties) for one in resources]
        found = judged(planned, today=self._today, allow_unknown=allow_unknown)
        if found.every_stack:
            remember(found.every_stack, asked, self._environment)
        return tuple((one.message, one.urn, one.mandatory) for one in found.objections)


def _with_urns(
    known: Sequence[Said], elements: Sequence[_Handed]
) -> tuple[tuple[str, str | None, bool], ...]:
    urns = {f"{one.token}::{one.name}": one.urn for one in elements}
    return tuple((one.message, urns.get(one.about), one.mandatory) for one in known)


def _telling(asked: _Asked, *, mandatory: bool) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        try:
            for message, urn, stops in asked.against(args, again=not mandatory):
                if stops is mandatory:
                    report(message, urn)
        except Exception as fault:
            if mandatory:
                told = f"{type(fault).__name__}: {fault}"
                report(f"The plan could not be judged, so it is stopped: {told!a}", None)

    return validate


def _handed(one: PolicyResource) -> _Handed:
    """The resource with plain values; what is not known yet stands as `specs.tokens.UNKNOWN`."""
    properties = _plain(one.props)
    return _Handed(one.resource_type, one.name, one.urn, properties if isinstance(properties, dict) else {})


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _known(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_known(value, index) for index in range(len(value))]
    return value


def _known(holder: Any, key: Any) -> Any:
    try:
        return _plain(holder[key])
    except UnknownValueError:
        from specs.tokens import UNKNOWN

        return UNKNOWN
