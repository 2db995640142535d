"""Plans that the engine wrote to a file (`preview --json`, `--save-plan`), read as planned resources."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from specs.issues import Issue, SpecError
from specs.planned import PlannedResource
from specs.tokens import COLLECTIONS, PLAN_TOKEN

MOST_BYTES: Final = 512 * 1024 * 1024
"""Of one file; a national stack of 10,000 resources takes some 30 MB."""

_STAYS: Final = frozenset(
    {"create", "same", "update", "replace", "create-replacement", "import", "import-replacement"}
)
"""Steps after which the resource is there."""

_AGAIN: Final = "write it with `pulumi preview --json --show-sames > plan.json`, one stack a file"


def planned_resources(path: Path) -> tuple[PlannedResource, ...]:
    """All of Thabat's resources that the plan in that file makes or keeps, by URN; SpecError if it is none.

    What `thabat preview -o json` writes names the fields that change and not their values, so no estate can
    be made of it: it is refused, and so is a plan that leaves out what stays as it is.
    """
    plan = _read(path)
    if isinstance(plan.get("steps"), list):
        found = _of_preview(plan, path)
    elif isinstance(plan.get("resourcePlans"), dict):
        found = _of_saved_plan(plan["resourcePlans"], path)
    elif isinstance(plan.get("stacks"), list):
        raise _refused(path, "it tells which fields change and not their values", _AGAIN)
    else:
        raise _refused(path, "it is no plan of the engine", _AGAIN)
    resources = {one.urn: one for one in found if one.token in COLLECTIONS or one.token == PLAN_TOKEN}
    if not any(one.token == PLAN_TOKEN for one in resources.values()):
        raise _refused(path, "it holds no record of the estate that it was made from", _AGAIN)
    return tuple(one for _, one in sorted(resources.items()))


def _of_preview(plan: Mapping[str, Any], path: Path) -> Iterator[PlannedResource]:
    """`pulumi preview --json`: steps with the state that each leads to."""
    summary = plan.get("changeSummary")
    kept = summary.get("same", 0) if isinstance(summary, dict) else 0
    same = sum(isinstance(step, dict) and step.get("op") == "same" for step in plan["steps"])
    if isinstance(kept, int) and same < kept:
        raise _refused(path, f"it leaves out {kept - same} resources that stay as they are", _AGAIN)
    for step in plan["steps"]:
        if not isinstance(step, dict) or step.get("op") not in _STAYS:
            continue
        state = step.get("newState")
        if not isinstance(state, dict):
            raise _refused(path, "a step of it leads to nothing", _AGAIN)
        yield _resource(state.get("type"), step.get("urn"), state.get("inputs"), path)


def _of_saved_plan(plans: Mapping[str, Any], path: Path) -> Iterator[PlannedResource]:
    """`pulumi preview --save-plan`: by URN the steps, and the state that they are to lead to."""
    for urn, one in sorted(plans.items()):
        goal = one.get("goal") if isinstance(one, dict) else None
        if not isinstance(goal, dict) or not _STAYS.intersection(map(str, one.get("steps") or ())):
            continue
        yield _resource(goal.get("type"), urn, one.get("state"), path)


def _resource(token: Any, urn: Any, inputs: Any, path: Path) -> PlannedResource:
    if not isinstance(token, str) or not isinstance(urn, str) or not isinstance(inputs or {}, dict):
        raise _refused(path, "a resource of it has no type, no URN or no inputs", _AGAIN)
    return PlannedResource(token, urn.rpartition("::")[2], urn, inputs or {})


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if not path.is_file():
            raise _refused(path, "there is no such file", "name a plan that the engine wrote")
        if path.stat().st_size > MOST_BYTES:
            raise _refused(path, f"it is larger than {MOST_BYTES // 1024**2} MB", "plan one stack a file")
        found = json.loads(path.read_bytes())
    except OSError as fault:
        raise _refused(path, str(fault.strerror or fault), "name a file of yours") from fault
    except (ValueError, RecursionError):
        raise _refused(path, "it is no JSON", _AGAIN) from None
    if not isinstance(found, dict):
        raise _refused(path, "it is no plan of the engine", _AGAIN)
    return found


def _refused(path: Path, why: str, hint: str) -> SpecError:
    return SpecError([Issue("PLN-004", None, f"{path} cannot be taken for a plan: {why}", hint)])
