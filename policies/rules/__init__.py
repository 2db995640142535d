"""The catalogue: every rule, named here one by one."""

from policies.rule import Rule
from policies.rules import backup
from policies.waiving import waivers_in_force

RULES: tuple[Rule, ...] = (
    backup.copies,
    backup.immutability,
    backup.restore_tests,
    backup.rpo_vs_schedule,
    waivers_in_force,
)
"""By id; `tests/policies` holds that each is named once."""
