"""What people answer for: whole, dated in order and somebody's, or refused with its place."""

from pathlib import Path

import pytest

from specs.governance import Risk
from specs.issues import SpecError
from specs.loading import load

HEAD = "estate: {title: t, owner: o}\n"
ATTESTED = "statement: s, by: Ana, on: 2026-01-01, expires: 2027-01-01"
RISK = "risk: r, owner: o, likelihood: rare, impact: minor"
ACTION = "action: a, owner: o, due: 2026-12-31"
DIGEST = f"sha256:{'0' * 64}"


def loaded(folder: Path, text: str) -> None:
    (folder / "estate.yaml").write_text(HEAD + text, encoding="utf-8")
    load(folder)


@pytest.mark.parametrize(
    "text",
    [
        f"attestations: {{a: {{controls: {{cis: ['1.1']}}, {ATTESTED}, digest: '{DIGEST}'}}}}",
        f"attestations: {{a: {{controls: {{cis: ['1.1']}}, {ATTESTED.replace('2027', '2026')}}}}}",
        "applicability: {a: {controls: {nist-csf: [GV]}, applicable: false, why: w, decided_by: d, "
        "on: 2026-01-01}}",
        f"risks: {{a: {{{RISK}, treatment: avoid}}}}",
        f"risks: {{a: {{{RISK}, treatment: accept, accepted_by: b, accepted_until: 2026-01-01}}}}",
        f"actions: {{a: {{{ACTION}, milestones: [{{what: x, due: 2026-12-31}}]}}}}",
        f"risks: {{r: {{{RISK}, treatment: avoid}}}}\nactions: {{a: {{{ACTION}, risks: [r]}}}}",
        "thresholds: {PWR-001: {waivable: false, source: s}}",
    ],
)
def test_what_is_whole_is_read(tmp_path: Path, text: str) -> None:
    loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"attestations: {{a: {{controls: {{}}, {ATTESTED}}}}}", "names no control"),
        (f"attestations: {{a: {{controls: {{cis: []}}, {ATTESTED}}}}}", "names no control"),
        (f"attestations: {{a: {{controls: {{cis: [1.1]}}, {ATTESTED}}}}}", 'quote it: "1.1"'),
        (f"attestations: {{a: {{controls: {{soc2: [x]}}, {ATTESTED}}}}}", "soc2"),
        (f"attestations: {{a: {{controls: {{cis: ['1.1']}}, {ATTESTED}, digest: md5}}}}", "64 hexadecimal"),
        (
            "attestations: {a: {controls: {cis: ['1.1']}, statement: s, by: b, on: 2026-01-02, "
            "expires: 2026-01-01}}",
            "expires before",
        ),
        (f"attestations: {{a: {{controls: {{cis: ['1.1']}}, {ATTESTED}, claim: met}}}}", "in-place"),
        (f"risks: {{a: {{{RISK}, treatment: accept}}}}", "accepted_by"),
        (f"risks: {{a: {{{RISK}, treatment: accept, accepted_by: b}}}}", "accepted_until"),
        (
            f"risks: {{a: {{{RISK}, treatment: accept, accepted_by: b, accepted_on: 2026-02-01, "
            "accepted_until: 2026-01-01}}",
            "ends before",
        ),
        (f"risks: {{a: {{{RISK.replace('rare', '3')}, treatment: avoid}}}}", "likelihood"),
        (f"actions: {{a: {{{ACTION}, milestones: [{{what: x, due: 2027-01-01}}]}}}}", "after the action"),
        (
            f"actions: {{a: {{{ACTION}, milestones: [{{what: x, due: 2026-02-01}}, "
            "{what: y, due: 2026-01-01}]}}",
            "order of their days",
        ),
        (
            f"actions: {{a: {{{ACTION}, done_on: 2026-01-01, milestones: [{{what: x, due: 2026-01-01}}]}}}}",
            "a milestone of it is not",
        ),
        (f"actions: {{a: {{{ACTION}, risks: [none]}}}}", "none"),
        ("thresholds: {PWR-001: {waivable: true, source: s}}", "waivable"),
    ],
)
def test_what_is_not_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        loaded(tmp_path, text)
    (issue,) = caught.value.issues
    assert issue.location is not None
    assert issue.location.line == 2
    assert told in str(issue)


def test_a_level_is_likelihood_times_impact() -> None:
    risk = {"risk": "r", "owner": "o", "treatment": "avoid"}
    levels = [
        Risk.model_validate({**risk, "likelihood": likelihood, "impact": impact}).level
        for likelihood, impact in (("rare", "negligible"), ("likely", "major"), ("almost-certain", "severe"))
    ]
    assert levels == [1, 16, 25]
