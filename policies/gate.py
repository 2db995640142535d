"""The rules before Pulumi: two stack policies that say against a plan what `policies.planned_estate` finds.

One policy stops a plan and one advises, and not one policy a rule: the engine hands every policy the whole
stack anew, which for thirty rules costs more than judging. The rule stands at the head of each message.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.planned_estate import Objection, PlannedResource, objections
from specs.planned import UNKNOWN

ALLOW_UNKNOWN = "THABAT_ALLOW_UNKNOWN"
"""Environment variable that lets a plan through although a mandatory rule cannot be decided."""

_CONFIG = PolicyConfigSchema(
    properties={
        "allow_unknown": {"type": "boolean", "description": "Let a plan through where a rule is unknown."}
    }
)


def gate(today: date, environment: Mapping[str, str] = os.environ) -> list[StackValidationPolicy]:
    """The policies of the pack; `today` is the day to judge as at where the estate names none."""
    judged = _Judged(today, environment)
    return [
        StackValidationPolicy(
            name="thabat-mandatory",
            description="A mandatory rule or physics speaks against this plan, or a rule cannot be decided.",
            validate=_telling(judged, mandatory=True),
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=_CONFIG,
        ),
        StackValidationPolicy(
            name="thabat-advisory",
            description="A rule advises against this plan.",
            validate=_telling(judged, mandatory=False),
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
    ]


class _Judged:
    """The objections against the stack last seen: both policies ask about one stack, which is judged once."""

    def __init__(self, today: date, environment: Mapping[str, str]) -> None:
        self._today = today
        self._allow_unknown = environment.get(ALLOW_UNKNOWN, "") not in ("", "0")
        self._last: tuple[object, tuple[Objection, ...]] = (None, ())

    def against(self, args: StackValidationArgs, *, again: bool) -> tuple[Objection, ...]:
        """What is said against the stack; judged anew unless `again`."""
        resources = [planned(one) for one in args.resources]
        seen = [(one.urn, str(one.properties)) for one in resources]
        if not again or self._last[0] != seen:
            allow = self._allow_unknown or args.get_config().get("allow_unknown") is True
            said = objections(resources, today=self._today, allow_unknown=allow)
            self._last = (seen, said)
        return self._last[1]


def _telling(judged: _Judged, *, mandatory: bool) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        try:
            for one in judged.against(args, again=not mandatory):
                if one.mandatory is mandatory:
                    report(one.message, one.urn)
        except Exception as fault:
            if mandatory:
                report(
                    f"The plan could not be judged, so it is stopped: {type(fault).__name__}: {fault}", None
                )

    return validate


def planned(one: PolicyResource) -> PlannedResource:
    """The resource with plain values; what is not known yet stands as `specs.planned.UNKNOWN`."""
    properties = _plain(one.props)
    return PlannedResource(
        one.resource_type, one.name, one.urn, properties if isinstance(properties, dict) else {}
    )


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
        return UNKNOWN
