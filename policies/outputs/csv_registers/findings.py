"""The register of findings: whatever is no pass, gravest first, with its evidence and what is planned."""

from collections.abc import Iterator
from typing import Final

from policies.frameworks.evidence import is_open
from policies.outputs.csv_registers.cells import PLACE, Row, place_of
from policies.outputs.exported import Exported, mended_by

_MOST_EVIDENCE = 6

COLUMNS: Final = (
    "rule",
    "title",
    "severity",
    "verdict",
    "in_baseline",
    "waiver",
    "element",
    "aspect",
    "root_cause",
    "message",
    "mending",
    "actions",
    "controls",
    "evidence",
    *PLACE,
)
"""After those that every register begins with."""


def findings(exported: Exported) -> Iterator[Row]:
    actions = exported.estate.actions.values()
    open_actions = [one for one in actions if is_open(one, exported.judgement.on)]
    controls = {
        rule.id: "; ".join(f"{one.framework}: {', '.join(one.controls)}" for one in rule.references)
        for rule in exported.origin.rules
    }
    for finding in exported.judgement.findings:
        yield {
            "rule": finding.rule,
            "title": finding.title,
            "severity": finding.severity,
            "verdict": finding.verdict,
            "in_baseline": finding.known,
            "waiver": finding.waiver,
            "element": finding.element,
            "aspect": finding.aspect,
            "root_cause": finding.cause,
            "message": finding.message,
            "mending": finding.mending,
            "actions": ", ".join(one.id for one in open_actions if mended_by(one, finding)),
            "controls": controls.get(finding.rule, ""),
            "evidence": " | ".join(
                f"{fact.field}: {fact.value}" for fact in finding.evidence[:_MOST_EVIDENCE]
            ),
            **place_of(exported, finding.location),
        }
