"""Plans that the engine wrote are read whole or refused; nothing that was left out passes for absent."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.engine import Engine
from infra.stacks.plan_files import planned_resources
from specs.issues import SpecError
from specs.tokens import PLAN_TOKEN
from tests.infra.stacks.places import make_checkout, write_estate

RECORD = {"estate": "/e", "digest": "sha256:1", "phase": "today", "stack": "ndc"}
URN = "urn:pulumi:ndc::ndc"


def step(op: str, token: str, name: str, **inputs: Any) -> dict[str, Any]:
    urn = f"{URN}::{token}::{name}"
    state = {"newState": {"type": token, "urn": urn, "inputs": inputs}} if op != "delete" else {}
    return {"op": op, "urn": urn, **state}


def write(folder: Path, content: Any) -> Path:
    file = folder / "plan.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_what_is_made_or_kept_is_planned_and_what_is_deleted_is_not(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        {
            "steps": [
                step("same", PLAN_TOKEN, "plan", **RECORD),
                step("create", "thabat:index:Rack", "a-01", room="hall"),
                step("update", "thabat:index:Rack", "a-02", room="hall"),
                step("delete", "thabat:index:Rack", "a-03"),
                step("same", "pulumi:pulumi:Stack", "ndc-ndc"),
            ],
            "changeSummary": {"same": 2, "create": 1, "update": 1, "delete": 1},
        },
    )
    found = planned_resources(file)
    assert [(one.token, one.name) for one in found] == [
        (PLAN_TOKEN, "plan"),
        ("thabat:index:Rack", "a-01"),
        ("thabat:index:Rack", "a-02"),
    ]
    assert found[1].properties == {"room": "hall"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it is no plan of the engine"),
        ({"format_version": "1.0", "stacks": []}, "which fields change and not their values"),
        ({"steps": [], "changeSummary": {"same": 76}}, "leaves out 76 resources"),
        ({"steps": []}, "no record of the estate"),
        ({"steps": [{"op": "create"}]}, "leads to nothing"),
        ({"steps": [{"op": "create", "newState": {"type": 7}}]}, "no type, no URN or no inputs"),
        ({"resourcePlans": {}}, "no record of the estate"),
        ({"resourcePlans": {"u": {"goal": 1}, "v": 2}}, "no record of the estate"),
    ],
)
def test_what_is_no_whole_plan_is_refused_in_words(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(SpecError, match="cannot be taken for a plan") as refused:
        planned_resources(write(tmp_path, content))
    (issue,) = refused.value.issues
    assert issue.code == "PLN-004"
    assert why in issue.message


def test_a_folder_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no such file"):
        planned_resources(tmp_path)


@pytest.mark.engine
@pytest.mark.slow
def test_plans_of_the_real_engine_hold_the_same_new_and_old(engine: Engine, tmp_path: Path) -> None:
    estate = write_estate(tmp_path / "estate")
    checkout = make_checkout(tmp_path / "checkout")
    script = (
        'set -e; eval "$(.venv/bin/thabat env --shell sh)"; export PULUMI_SKIP_CONFIRMATIONS=true;'
        f"pulumi stack init ndc; pulumi config set estate '{estate}';"
        "pulumi preview --json --show-sames > new.json; pulumi preview --save-plan=new-saved.json;"
        "pulumi up; pulumi preview --json --show-sames > same.json; pulumi preview --save-plan=saved.json;"
        "pulumi preview --json > changes.json"
    )
    done = subprocess.run(["sh", "-c", script], cwd=checkout, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    first, *others = [
        {(one.token, one.name): one.properties for one in planned_resources(checkout / f"{name}.json")}
        for name in ("new", "new-saved", "same", "saved")
    ]
    assert ("thabat:index:Device", "srv-01") in first
    assert all(other == first for other in others)
    with pytest.raises(SpecError, match="resources that stay as they are"):
        planned_resources(checkout / "changes.json")
