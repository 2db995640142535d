"""The engine's event stream of one operation, gathered into what came of it."""

import re
import threading
from collections.abc import Callable

from pulumi.automation.events import DiagnosticEvent, EngineEvent, OpType, PolicyEvent, StepEventMetadata

from infra.stacks.results import RULE, Action, Change, Level, Violation
from specs.planned import PlannedResource
from specs.text import plain
from specs.tokens import COLLECTIONS, PLAN_TOKEN

_ACTIONS: dict[OpType, Action] = {
    OpType.CREATE: "create",
    OpType.IMPORT: "create",
    OpType.UPDATE: "update",
    OpType.REPLACE: "replace",
    OpType.DELETE: "delete",
}
"""Parts of a replacement (create-replacement, delete-replaced) are told by its `replace` alone."""

_STACK = "pulumi:pulumi:Stack"
_COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")


class Gathering:
    """Takes events as they come, from any thread."""

    def __init__(self, advance: Callable[[], None] = lambda: None) -> None:
        self._advance = advance
        self._lock = threading.Lock()
        self._changes: dict[str, Change] = {}
        self._unchanged: set[str] = set()
        self._planned: dict[str, PlannedResource] = {}
        self._violations: list[Violation] = []
        self._problems: dict[str, None] = {}
        self._warnings: dict[str, None] = {}
        self._moved = False
        self._outputs_kept = False

    def take(self, event: EngineEvent) -> None:
        """Take one event."""
        with self._lock:
            if event.resource_pre_event is not None:
                self._step(event.resource_pre_event.metadata)
            if event.res_op_failed_event is not None:
                self._changes.pop(event.res_op_failed_event.metadata.urn, None)
            if event.policy_event is not None:
                self._violation(event.policy_event)
            if event.diagnostic_event is not None:
                self._diagnostic(event.diagnostic_event)
            if event.res_outputs_event is not None:
                self._finished(event.res_outputs_event.metadata)
        if event.res_outputs_event is not None and _reference(event.res_outputs_event.metadata):
            self._advance()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Resources that are changed, by element."""
        return tuple(sorted(self._changes.values()))

    @property
    def planned(self) -> tuple[PlannedResource, ...]:
        """Everything of Thabat's types that the stack is to hold, as the engine plans it, by URN."""
        return tuple(one for _, one in sorted(self._planned.items()))

    @property
    def unchanged(self) -> int:
        """Resources that stay as they are."""
        return len(self._unchanged - set(self._changes))

    @property
    def kept(self) -> bool:
        """Whether nothing at all would change: no resource, no record of the plan, no output."""
        return self._outputs_kept and not self._moved

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What policies said."""
        return tuple(sorted(set(self._violations)))

    @property
    def stopped(self) -> bool:
        """Whether a policy stops the plan."""
        return any(one.mandatory for one in self._violations)

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong, each once, in the order told."""
        return tuple(self._problems)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was warned of, each once, sorted."""
        return tuple(sorted(self._warnings))

    def _step(self, step: StepEventMetadata) -> None:
        self._moved = self._moved or step.op not in (OpType.SAME, OpType.READ, OpType.REFRESH)
        if step.new is not None and (step.type in COLLECTIONS or step.type == PLAN_TOKEN):
            name = step.urn.rpartition("::")[2]
            self._planned[step.urn] = PlannedResource(step.type, name, step.urn, step.new.inputs or {})
        reference = _reference(step)
        if reference is None:
            return
        action = _ACTIONS.get(step.op)
        if action is not None:
            self._changes[step.urn] = Change(reference, action, _fields(step))
        elif step.op is OpType.SAME:
            self._unchanged.add(step.urn)

    def _finished(self, step: StepEventMetadata) -> None:
        """The stack's own resource is told of twice: when it begins and, with its outputs, at the end."""
        if step.type == _STACK and step.old is not None and step.new is not None:
            self._outputs_kept = step.old.outputs == step.new.outputs

    def _violation(self, event: PolicyEvent) -> None:
        message = _text(event.message)
        _, _, said = message.partition("\n")
        if RULE.match(said):
            message = said  # The engine puts the policy's description before what it says.
        level: Level = "mandatory" if event.enforcement_level == "mandatory" else "advisory"
        self._violations.append(Violation(event.policy_name, level, message))

    def _diagnostic(self, event: DiagnosticEvent) -> None:
        message = _text((event.prefix or "") + event.message)
        if not message:
            return
        if event.severity == "error":
            self._problems[message] = None
        elif event.severity == "warning":
            self._warnings[message] = None


def _reference(step: StepEventMetadata) -> str | None:
    collection = COLLECTIONS.get(step.type)
    return None if collection is None else f"{collection}/{step.urn.rpartition('::')[2]}"


def _fields(step: StepEventMetadata) -> tuple[str, ...]:
    return tuple(sorted(set(step.detailed_diff or step.diffs or step.keys or ())))


def _text(message: str) -> str:
    lines = (plain(line) for line in _COLOUR.sub("", message).strip().splitlines())
    return "\n".join(lines)
