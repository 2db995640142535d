"""A judged estate with everything that people may have said of it, and one that is hostile."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from policies.frameworks.availability import availability_by_site, with_sites
from policies.frameworks.evidence import evidence_by_control
from policies.outputs.exported import Exported
from policies.outputs.origin import Origin
from policies.rules import RULES
from specs.loading import Loaded, load
from tests.policies.conftest import BASE, DAY, judged

GOVERNED = """
estate: {title: Data centre, classification: secret, version: "7", approver: The board}
devices: {main-srv-1a: {feeds: [main-pdu-1a]}, main-srv-1b: {feeds: [main-pdu-1a]}}
power: {main-ups-a: {autonomy: null}}
waivers:
  cord:
    {rule: PWR-001, elements: [devices/main-srv-1b], reason: The supply is late, requester: a, approver: b,
     compensating: A spare stands by, expires: 2027-01-01}
attestations:
  awareness:
    {controls: {iso-27001: [A.6.3]}, statement: Everybody was trained., by: Head of personnel,
     on: 2026-06-01, expires: 2027-05-31, document: HR-12}
risks:
  flood: {risk: The river rises., owner: Head of operations, likelihood: unlikely, impact: moderate,
    treatment: accept, accepted_by: Director, accepted_on: 2026-06-01, accepted_until: 2027-05-31,
    reviewed_on: 2026-06-01}
  stale: {risk: The road is cut., owner: Head of operations, likelihood: rare, impact: minor,
    treatment: accept, accepted_by: Director, accepted_on: 2025-06-01, accepted_until: 2026-05-31,
    reviewed_on: 2026-06-01}
actions:
  second-cord:
    action: Cord the server a second time.
    owner: Head of facilities
    due: 2026-12-31
    rule: PWR-001
    elements: [devices/main-srv-1a]
    milestones:
      - {what: The supply is ordered, due: 2026-10-01, done_on: 2026-09-20}
      - {what: The supply is built in, due: 2026-12-15}
"""

HOSTILE = r"""
estate:
  title: "</script><img src=x onerror=alert(1)> `x` [l](javascript:0) {{ insert: param, x }}"
  version: "=cmd|' /C calc'!A0"
  distribution: ["@SUM(1)", "<b>"]
power:
  main-pdu-1b: {name: "=HYPERLINK(\"http://evil.example\")", inputs: [{source: main-ups-a}]}
devices: {main-srv-1a: {feeds: [main-pdu-1a], serial: "+1+cmd", firmware: "a;=1+1"}}
data_classes: {citizens: {purpose: "-1+1<script>", legal_basis: "＝1"}}
sites: {dr: {jurisdiction: "X ]]> @y"}}
waivers:
  bad:
    {rule: PWR-001, elements: [devices/main-srv-1a], reason: "=1+1 <script>", requester: "@a", approver: "-b",
     compensating: "{{ 7*7 }}", expires: 9999-12-31}
attestations:
  bad: {controls: {nist-csf: [PR.AT-01]}, statement: "=1 [l](javascript:0)", by: "</script><script> | x",
    on: 2026-06-01, expires: 9999-12-31}
risks:
  bad: {risk: "=1\n<script>", name: "<b>", owner: "@SUM(1)", likelihood: rare, impact: minor,
    treatment: avoid}
actions:
  bad: {action: "{{ insert: param, x }}", owner: "<i>evil", due: 2027-01-01, risks: [bad]}
"""


def exported(loaded: Loaded, on: date = DAY) -> Exported:
    """All of the estate, judged by every rule, with every framework."""
    judgement, estate = judged(loaded, on=on), loaded.estate.as_of(None)
    origin = Origin("9.9.9", RULES, {"estate.yaml": "plans/my estate/estate.yaml"})
    sites = availability_by_site(judgement, estate)
    evidence = with_sites(evidence_by_control(judgement, estate), sites)
    return Exported(loaded, estate, judgement, origin, evidence, sites)


def laid(folder: Path, text: str) -> Loaded:
    """The estate of the tests with this text laid over it."""
    copytree(BASE, folder / "base")
    (folder / "changed").mkdir()
    (folder / "changed" / "estate.yaml").write_text(f"amends: base\n{text}", encoding="utf-8")
    return load(folder / "changed")


@pytest.fixture(scope="session")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return exported(laid(tmp_path_factory.mktemp("governed"), GOVERNED))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return exported(laid(tmp_path_factory.mktemp("hostile"), HOSTILE))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Nothing is found, and nobody has declared a risk or an action."""
    found = exported(laid(tmp_path_factory.mktemp("clean"), ""))
    return replace(found, estate=found.estate.model_copy(update={"risks": {}, "actions": {}}))
