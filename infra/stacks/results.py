"""What came of an operation on stacks, as frozen values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Operation = Literal["preview", "up", "destroy"]
"""What is done to every stack."""

Action = Literal["create", "update", "replace", "delete"]
"""What is done, or would be, to one resource."""

ACTIONS: tuple[Action, ...] = ("create", "update", "replace", "delete")

Level = Literal["mandatory", "advisory"]
"""Of a policy: whether what it says stops the plan."""

RULE = re.compile(r"(?P<head>(?:UNKNOWN )?(?P<rule>[A-Z]{2,8}-[0-9]{3})\b[^:\n]*): ?")
"""How a message of Thabat's own pack begins: `PWR-001 dual-feed (high): `."""

Ending = Literal["done", "stopped", "failed", "locked", "interrupted", "not-run"]
"""How a stack's part ended: as asked; by a policy, a fault, somebody's lock, the user; or it never began."""


@dataclass(frozen=True, order=True)
class Change:
    """One resource that is made, changed or removed, or would be."""

    element: str
    """`collection/id`."""
    action: Action
    fields: tuple[str, ...] = ()
    """Of an update or a replacement: the properties that are different."""


@dataclass(frozen=True, order=True)
class Violation:
    """What a policy says against a plan."""

    policy: str
    """Name of the policy in its pack."""
    level: Level
    """Mandatory stops the plan."""
    message: str
    """Which rule, why, and how to mend it, as the pack says it."""
    stacks: tuple[str, ...] = ()
    """Stacks whose plan it speaks against."""

    @property
    def rule(self) -> str:
        """Id of the rule at the head of the message, else the policy's name.

        >>> Violation("thabat-mandatory", "mandatory", "UNKNOWN PWR-001 dual-feed (high): devices/a: …").rule
        'PWR-001'
        """
        found = RULE.match(self.message)
        return found["rule"] if found else self.policy

    @property
    def mandatory(self) -> bool:
        """Whether it stops the plan."""
        return self.level == "mandatory"


@dataclass(frozen=True)
class LockHolder:
    """Who holds a lock."""

    user: str
    host: str
    pid: int
    since: str
    """Moment it was taken (ISO 8601)."""

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid}) since {self.since}"


@dataclass(frozen=True)
class StackResult:
    """What came of one stack."""

    stack: str
    ending: Ending
    changes: tuple[Change, ...] = ()
    """What was done or would be, by element; whatever stays as it is is not listed."""
    unchanged: int = 0
    """Resources that stay as they are."""
    settled: bool = False
    """Of a preview: whether the stack is already as it should be, down to what it tells others."""
    violations: tuple[Violation, ...] = ()
    """What policies said, in their order."""
    problems: tuple[str, ...] = ()
    """What went wrong, as the engine told it."""
    warnings: tuple[str, ...] = ()
    """What the engine warned of."""
    holders: tuple[LockHolder, ...] = ()
    """Of a locked stack: who holds it."""
    recovered: tuple[str, ...] = ()
    """What was done first because an earlier run had been killed."""

    def count(self, action: Action) -> int:
        """How many resources that is done to."""
        return sum(change.action == action for change in self.changes)


@dataclass(frozen=True)
class Run:
    """What came of an operation on every stack."""

    operation: Operation
    stacks: tuple[StackResult, ...]
    """In the order in which they were run."""
    retired: tuple[str, ...] = ()
    """Rows that neither spec nor state held any more and that were retired, as `collection/id`."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What policies said, each once with the stacks it speaks against; mandatory ones first."""
        stacks: dict[tuple[bool, str, str], list[str]] = {}
        for result in self.stacks:
            for one in result.violations:
                stacks.setdefault((not one.mandatory, one.policy, one.message), []).append(result.stack)
        return tuple(
            Violation(policy, "advisory" if advisory else "mandatory", message, tuple(dict.fromkeys(found)))
            for (advisory, policy, message), found in sorted(stacks.items())
        )

    @property
    def ending(self) -> Ending:
        """How it ended as a whole: the gravest ending of a stack."""
        order: tuple[Ending, ...] = ("interrupted", "locked", "failed", "stopped", "not-run")
        endings = {result.ending for result in self.stacks}
        return next((ending for ending in order if ending in endings), "done")

    def counts(self) -> Mapping[Action, int]:
        """How many resources each action is done to, over all stacks."""
        return {action: sum(result.count(action) for result in self.stacks) for action in ACTIONS}
