"""Registers of what people answer for: risks, actions, attestations, waivers, drills."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from policies.evidence import UNDECLARED
from policies.outputs.csv_registers.cells import PLACE, Row, controls_of, duration, place_of
from policies.outputs.exported import Exported
from policies.wording import amount
from specs.findings import Verdict

RISKS: Final = (
    "risk",
    "what",
    "owner",
    "likelihood",
    "impact",
    "level",
    "treatment",
    "accepted_by",
    "accepted_on",
    "accepted_until",
    "elements",
    "rules",
    "controls",
    "reviewed_on",
    *PLACE,
)
"""Of the register of risks."""

ACTIONS: Final = (
    "action",
    "milestone",
    "what",
    "owner",
    "due",
    "done_on",
    "status",
    "rule",
    "elements",
    "controls",
    "risks",
    *PLACE,
)
"""Of the plan of action; rows with a `milestone` are steps of the action above."""

ATTESTATIONS: Final = (
    "attestation",
    "controls",
    "claim",
    "standing",
    "statement",
    "by",
    "on",
    "expires",
    "document",
    "document_digest",
    *PLACE,
)
"""Of attestations."""

WAIVERS: Final = (
    "waiver",
    "rule",
    "elements",
    "bears",
    "standing",
    "reason",
    "compensating",
    "requester",
    "approver",
    "expires",
    *PLACE,
)
"""Of waivers."""

DRILLS: Final = (
    "drill",
    "kind",
    "on",
    "scenario",
    "held_on",
    "lost",
    "service",
    "rta",
    "rpa",
    "level",
    "led_by",
    "deviations",
    "actions",
    "evidence",
    *PLACE,
)
"""Of drills; one row a service that was exercised."""


def risks(exported: Exported) -> Iterator[Row]:
    for key, one in exported.estate.risks.items():
        yield {
            "risk": key,
            "what": one.risk,
            "owner": one.owner,
            "likelihood": one.likelihood,
            "impact": one.impact,
            "level": one.level,
            "treatment": one.treatment,
            "accepted_by": one.accepted_by,
            "accepted_on": one.accepted_on,
            "accepted_until": one.accepted_until,
            "elements": ", ".join(one.elements),
            "rules": ", ".join(one.rules),
            "controls": controls_of(one.controls),
            "reviewed_on": one.reviewed_on,
            **place_of(exported, exported.at(("risks", key))),
        }


def actions(exported: Exported) -> Iterator[Row]:
    """An action a row, then each of its milestones."""
    on = exported.judgement.on
    for key, one in exported.estate.actions.items():
        facts = {"action": key, "owner": one.owner, "rule": one.rule}
        place = place_of(exported, exported.at(("actions", key)))
        yield {
            **facts,
            "what": one.action,
            "due": one.due,
            "done_on": one.done_on,
            "status": _status(one.due, one.done_on, on),
            "elements": ", ".join(one.elements or ()),
            "controls": controls_of(one.controls),
            "risks": ", ".join(one.risks),
            **place,
        }
        for count, step in enumerate(one.milestones, 1):
            status = _status(step.due, step.done_on, on)
            times = {"due": step.due, "done_on": step.done_on, "status": status}
            yield {**facts, "milestone": count, "what": step.what, **times, **place}


def attestations(exported: Exported) -> Iterator[Row]:
    on = exported.judgement.on
    for key, one in exported.estate.attestations.items():
        yield {
            "attestation": key,
            "controls": controls_of(one.controls),
            "claim": one.claim,
            "standing": "expired" if one.expires < on else "in-force" if one.on <= on else "not-yet",
            "statement": one.statement,
            "by": one.by,
            "on": one.on,
            "expires": one.expires,
            "document": one.document,
            "document_digest": one.digest,
            **place_of(exported, exported.at(("attestations", key))),
        }


def waivers(exported: Exported) -> Iterator[Row]:
    judgement = exported.judgement
    for key, one in exported.estate.waivers.items():
        borne = sum(
            finding.waiver == key and finding.verdict is Verdict.WAIVED for finding in judgement.findings
        )
        yield {
            "waiver": key,
            "rule": one.rule,
            "elements": ", ".join(one.elements),
            "bears": borne,
            "standing": "expired" if one.expires < judgement.on else "in-force",
            "reason": one.reason,
            "compensating": one.compensating,
            "requester": one.requester,
            "approver": one.approver,
            "expires": one.expires,
            **place_of(exported, exported.at(("waivers", key))),
        }


def drills(exported: Exported) -> Iterator[Row]:
    """Each drill with each service that was exercised in it."""
    for key, one in exported.estate.drills.items():
        facts: dict[str, object] = {
            "drill": key,
            "kind": one.kind,
            "on": one.on,
            "scenario": one.scenario,
            "held_on": one.held_on,
            "lost": ", ".join(one.lost),
            "led_by": one.led_by or UNDECLARED,
            "deviations": UNDECLARED
            if one.deviations is None
            else " | ".join(map(str, one.deviations)) or "none",
            "actions": ", ".join(one.actions),
            "evidence": one.evidence or UNDECLARED,
            **place_of(exported, exported.at(("drills", key))),
        }
        if not one.services:
            yield facts
        for service, result in one.services.items():
            yield {
                **facts,
                "service": service,
                "rta": None if result.rta is None else duration(result.rta),
                "rpa": None if result.rpa is None else duration(result.rpa),
                "level": None if result.level is None else amount(result.level, "fraction"),
            }


def _status(due: date, done: date | None, on: date) -> str:
    if done is not None and done <= on:
        return "done"
    return "overdue" if due < on else "open"
