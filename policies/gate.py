"""The rules before Pulumi: two stack policies that say against a plan what `policies.planned_estate` finds.

One policy stops a plan and one advises, and not one policy a rule: the engine hands every policy the whole
stack anew, which for thirty rules costs more than judging. The rule stands at the head of each message.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
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

from policies.own_rules import VARIABLE, rule_book
from policies.planned_estate import allows_unknown, objections
from policies.rule import Rule
from specs.planned import Objection, PlannedResource
from specs.tokens import UNKNOWN

_CONFIG = PolicyConfigSchema(
    properties={
        "allow_unknown": {"type": "boolean", "description": "Let a plan through where a rule is unknown."}
    }
)


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
        self._seen: tuple[PlannedResource, ...] | None = None
        self._said: tuple[Objection, ...] = ()

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        """Thabat's own, and those that the environment names; what is wrong with one stops the plan."""
        return rule_book(self._environment.get(VARIABLE, "").split(","))

    def against(self, args: StackValidationArgs, *, again: bool) -> tuple[Objection, ...]:
        """Everything that is said; judged anew unless `again` about the same stack."""
        resources = tuple(_planned(one) for one in args.resources)
        if not again or self._seen != resources:
            allow = allows_unknown(self._environment) or args.get_config().get("allow_unknown") is True
            self._said = objections(resources, today=self._today, allow_unknown=allow, rules=self._rules)
            self._seen = resources
        return self._said


def _telling(asked: _Asked, *, mandatory: bool) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        try:
            for one in asked.against(args, again=not mandatory):
                if one.mandatory is mandatory:
                    report(one.message, one.urn)
        except Exception as fault:
            if mandatory:
                told = f"{type(fault).__name__}: {fault}"
                report(f"The plan could not be judged, so it is stopped: {told!a}", None)

    return validate


def _planned(one: PolicyResource) -> PlannedResource:
    """The resource with plain values; what is not known yet stands as `specs.tokens.UNKNOWN`."""
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
