"""Verifying an estate: declared, told and observed, held against each other."""

from collections import Counter

from infra.register.register import Register
from infra.stacks.inputs import Inputs
from infra.verify.differences import Verification
from infra.verify.observing import against_observed
from infra.verify.telling import told_and_found


def verify(inputs: Inputs, register: Register) -> Verification:
    """What differs between the estate as of its phase, the register's planned rows, and what was observed."""
    stacks = frozenset(inputs.stacks)
    planned = tuple(one for members in inputs.planned.values() for one in members)
    rows = tuple(row for row in register.planned() if row.stack in stacks)
    altered = tuple(one for one in register.altered_behind() if one.stack in stacks)
    seen_otherwise, coverage, unknown = against_observed(
        planned, inputs.estate, register.observations(), register.observed(), rows
    )
    differences = (*told_and_found(planned, rows, altered), *seen_otherwise)
    unsettled = tuple(
        f"{one.thing}: listed by {one.listed_by} ({one.listed_in}), held by {one.held_by} ({one.held_in})"
        for one in register.unsettled()
    )
    return Verification(
        differences=tuple(sorted(differences, key=lambda one: one.order)),
        coverage=coverage,
        unknown=unknown,
        states=dict(sorted(Counter(row.state for row in rows).items())),
        unsettled=unsettled,
    )
