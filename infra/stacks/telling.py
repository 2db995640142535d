"""What came of a run, told to a person and to a program."""

import json
from collections.abc import Iterator

from infra.stacks.inputs import Inputs
from infra.stacks.results import ACTIONS, RULE, Action, Change, Run, StackResult

FORMAT_VERSION = "1.0"
"""Version of the JSON form; a minor one adds, a major one breaks."""

MOST_SHOWN = 60
"""Changes of a stack that a person is shown one by one; of what is only created, a third of that."""

_SIGNS: dict[Action, str] = {"create": "+", "update": "~", "replace": "±", "delete": "-"}
_DONE: dict[Action, str] = {
    "create": "created", "update": "updated", "replace": "replaced", "delete": "retired"
}  # fmt: skip
_WOULD: dict[Action, str] = {
    "create": "to create", "update": "to update", "replace": "to replace", "delete": "to retire"
}  # fmt: skip


def as_text(run: Run, inputs: Inputs) -> str:
    """For a terminal: stack by stack what changes, then what policies say, then what it comes to."""
    return "\n".join(_lines(run, inputs)) + "\n"


def as_json(run: Run, inputs: Inputs, tool_version: str) -> str:
    """For a program, with a format version."""
    header = inputs.loaded.estate.estate
    told = {
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "operation": run.operation,
        "estate": {
            "title": str(header.title),
            "classification": header.classification,
            "version": header.version,
            "digest": inputs.loaded.digest,
            "phase": inputs.phase,
            "target": inputs.target,
        },
        "ending": run.ending,
        "counts": dict(run.counts()),
        "stacks": [_stack_json(result) for result in run.stacks],
        "policies": [
            {
                "rule": one.rule,
                "policy": one.policy,
                "level": one.level,
                "message": one.message,
                "stacks": list(one.stacks),
            }
            for one in run.violations
        ],
        "retired": list(run.retired),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def counted(result: StackResult, *, done: bool) -> str:
    """What happens to a stack in a few words.

    >>> counted(StackResult("ndc", "done", (Change("racks/a", "create"),), 7), done=False)
    '1 to create, 7 unchanged'
    """
    words = _DONE if done else _WOULD
    parts = [f"{result.count(action)} {words[action]}" for action in ACTIONS if result.count(action)]
    if result.unchanged:
        parts.append(f"{result.unchanged} unchanged")
    return ", ".join(parts) or "nothing"


def ended(result: StackResult, *, done: bool) -> str:
    """How a stack's part ended, in a line."""
    match result.ending:
        case "done":
            return counted(result, done=done)
        case "stopped":
            rules = sorted({one.rule for one in result.violations if one.mandatory})
            return f"stopped by {', '.join(rules)} ({counted(result, done=False)})"
        case "failed":
            return "failed"
        case "locked":
            return f"locked by {' and '.join(map(str, result.holders)) or 'somebody who did not say'}"
        case "interrupted":
            return f"interrupted ({counted(result, done=True)} before)"
        case "not-run":
            return "not run"


def _lines(run: Run, inputs: Inputs) -> Iterator[str]:
    header = inputs.loaded.estate.estate
    done = run.operation != "preview"
    yield f"{header.title} · {header.classification} · version {header.version} · as of {inputs.phase}"
    yield f"{inputs.loaded.digest} · target {inputs.target}"
    yield ""
    width = max((len(result.stack) for result in run.stacks), default=0)
    for result in run.stacks:
        yield f"{result.stack:{width}}  {ended(result, done=done)}"
        yield from (f"  {line}" for line in _details(result))
    if run.violations:
        yield ""
        yield from _policies(run)
    if run.retired:
        yield ""
        yield f"retired, as neither the estate nor the engine's state holds them: {', '.join(run.retired)}"
    yield ""
    yield _summary(run)


def _details(result: StackResult) -> Iterator[str]:
    yield from (f"first {line}" for line in result.recovered)
    yield from _shown(tuple(change for change in result.changes if change.action != "create"), MOST_SHOWN)
    yield from _shown(
        tuple(change for change in result.changes if change.action == "create"), MOST_SHOWN // 3
    )
    for word, messages in (("error", result.problems), ("warning", result.warnings)):
        for message in messages:
            first, *rest = message.splitlines()
            yield f"{word}: {first}"
            yield from (f"  {line}" for line in rest)


def _shown(changes: tuple[Change, ...], most: int) -> Iterator[str]:
    for change in changes[:most]:
        fields = f" ({', '.join(change.fields)})" if change.fields else ""
        yield f"{_SIGNS[change.action]} {change.element}{fields}"
    if len(changes) > most:
        yield f"{_SIGNS[changes[0].action]} and {len(changes) - most} more (-o json lists them)"


def _policies(run: Run) -> Iterator[str]:
    """What policies say, rule by rule: what stops the plan, then what they advise."""
    for title, mandatory in (("Stops the plan", True), ("Advice", False)):
        told = [one for one in run.violations if one.mandatory is mandatory]
        if told:
            yield f"{title} ({len(told)}):"
        head = mending = ""
        for one in told:
            found = RULE.match(one.message)
            if (found["head"] if found else one.policy) != head:
                head, mending = found["head"] if found else one.policy, ""
                yield f"  {head}"
            first, *rest = one.message[found.end() if found else 0 :].splitlines() or [""]
            yield f"    {first} (stack {', '.join(one.stacks)})"
            for line in rest:
                if line.startswith("Mend: ") and line == mending:
                    continue
                mending = line if line.startswith("Mend: ") else mending
                yield f"      {line}"


def _summary(run: Run) -> str:
    done = run.operation != "preview"
    words = _DONE if done else _WOULD
    parts = [f"{count} {words[action]}" for action, count in run.counts().items() if count]
    said = ", ".join(parts) or "no changes"
    match run.ending:
        case "done":
            return said
        case "stopped":
            return f"stopped by policies: nothing was made ({said})"
        case "failed" | "not-run":
            return f"failed: see the errors above ({said})"
        case "locked":
            return "locked: somebody else is at work; --lock-timeout SECONDS waits"
        case "interrupted":
            return f"interrupted ({said}); run it again to go on"


def _stack_json(result: StackResult) -> dict[str, object]:
    return {
        "stack": result.stack,
        "ending": result.ending,
        "counts": {action: result.count(action) for action in ACTIONS},
        "unchanged": result.unchanged,
        "changes": [
            {"element": one.element, "action": one.action, "fields": list(one.fields)}
            for one in result.changes
        ],
        "problems": list(result.problems),
        "warnings": list(result.warnings),
        "locked_by": [
            {"user": one.user, "host": one.host, "pid": one.pid, "since": one.since} for one in result.holders
        ],
        "recovered": list(result.recovered),
    }
