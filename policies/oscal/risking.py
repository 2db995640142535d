"""Risks: findings that share a root cause, what waivers bear, and the estate's own register."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.frameworks.evidence import is_open
from policies.oscal.assessment import (
    Characterization,
    Facet,
    MitigatingFactor,
    OnDate,
    RelatedObservation,
    Response,
    Risk,
    RiskStatus,
    Task,
    Timing,
)
from policies.oscal.material import Material
from policies.oscal.naming import NAMESPACE, markup, moment, properties
from policies.outputs.exported import mended_by
from policies.wording import counted
from specs import governance
from specs.findings import Finding, Severity, Verdict

_LONGEST_TITLE = 240


@dataclass(frozen=True)
class Threat:
    """Findings of one rule with one root cause, which one mending takes away."""

    rule: str
    cause: str
    findings: tuple[Finding, ...]
    """Gravest first."""
    actions: tuple[governance.Action, ...]
    """Open ones that mend any of them, by id."""


class Risks:
    """Every risk of one judgement, made once."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._rationales = {rule.id: rule.rationale for rule in material.exported.origin.rules}

    @cached_property
    def threats(self) -> tuple[Threat, ...]:
        """Failures and unknowns by rule and root cause, gravest first."""
        grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in self.material.exported.judgement.findings:
            if finding.verdict is not Verdict.WAIVED:
                grouped[finding.rule, finding.cause].append(finding)
        by_rule: dict[str, list[governance.Action]] = defaultdict(list)
        for action in self.open_actions:
            by_rule[action.rule or ""].append(action)
        return tuple(
            Threat(
                rule,
                cause,
                tuple(findings),
                tuple(one for one in by_rule[rule] if any(mended_by(one, each) for each in findings)),
            )
            for (rule, cause), findings in grouped.items()
        )

    @property
    def open_actions(self) -> tuple[governance.Action, ...]:
        """Actions still to be done on the day, by id."""
        exported = self.material.exported
        return tuple(one for one in exported.estate.actions.values() if is_open(one, exported.judgement.on))

    @cached_property
    def waived(self) -> Mapping[str, tuple[Finding, ...]]:
        """By waiver in force: what it bears."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.material.exported.judgement.having(Verdict.WAIVED):
            found[finding.waiver].append(finding)
        return {key: tuple(ones) for key, ones in sorted(found.items())}

    @cached_property
    def all(self) -> tuple[Risk, ...]:
        """By findings, by waivers, and of the register."""
        waivers = self.material.exported.estate.waivers
        return (
            *map(self._of_findings, self.threats),
            *(self._of_waiver(waivers[key], ones) for key, ones in self.waived.items() if key in waivers),
            *map(self._of_register, self.material.exported.estate.risks.values()),
        )

    @cached_property
    def by_rule(self) -> Mapping[str, tuple[str, ...]]:
        """By rule: ids of the risks that its findings, its waivers and the register make of it."""
        found: dict[str, list[str]] = defaultdict(list)
        for threat in self.threats:
            found[threat.rule].append(self.of_threat(threat))
        for key, findings in self.waived.items():
            found[findings[0].rule].append(self.of_waiver(key))
        for risk in self.material.exported.estate.risks.values():
            for rule in dict.fromkeys(risk.rules):
                found[rule].append(self.of_register(risk.id))
        return {rule: tuple(ones) for rule, ones in found.items()}

    def of_threat(self, threat: Threat) -> str:
        """Id of the risk that these findings make."""
        return self.material.ids.lasting("risk", threat.rule, threat.cause)

    def of_waiver(self, key: str) -> str:
        """Id of the risk that a waiver bears."""
        return self.material.ids.lasting("waiver", key)

    def of_register(self, key: str) -> str:
        """Id of a risk of the register."""
        return self.material.ids.lasting("register", key)

    def _of_findings(self, threat: Threat) -> Risk:
        findings = threat.findings
        uuid = self.of_threat(threat)
        undecided = all(one.verdict is Verdict.UNKNOWN for one in findings)
        status: RiskStatus = "investigating" if undecided else "open"
        return Risk(
            uuid=uuid,
            title=markup(f"{threat.rule} {findings[0].slug}: {threat.cause}", _LONGEST_TITLE),
            description=markup(f"{counted(len(findings), 'finding')}; the first: {findings[0].message}"),
            statement=markup(self._rationales.get(threat.rule, "")),
            props=properties(
                {
                    "rule": threat.rule,
                    "root-cause": threat.cause,
                    "verdict": findings[0].verdict,
                    "baseline": "known" if all(one.known for one in findings) else None,
                }
            ),
            status="remediating" if threat.actions else status,
            origins=(self.material.origin,),
            characterizations=(self._severity(findings),),
            deadline=_first_due(threat.actions),
            remediations=(*self._recommended(uuid, findings), *self._responses(uuid, threat.actions)) or None,
            related_observations=self.observed(findings),
        )

    def _of_waiver(self, waiver: governance.Waiver, findings: Sequence[Finding]) -> Risk:
        uuid = self.of_waiver(waiver.id)
        factor = MitigatingFactor(
            uuid=self.material.ids.lasting("compensating", waiver.id), description=markup(waiver.compensating)
        )
        return Risk(
            uuid=uuid,
            title=markup(f"Waiver {waiver.id} of {waiver.rule}", _LONGEST_TITLE),
            description=markup(
                f"It bears {counted(len(findings), 'finding')}; the first: {findings[0].message}"
            ),
            statement=markup(waiver.reason),
            props=properties(
                {
                    "rule": waiver.rule,
                    "waiver": waiver.id,
                    "requester": waiver.requester,
                    "approver": waiver.approver,
                    "expires": waiver.expires,
                }
            ),
            status="deviation-approved",
            origins=(self.material.origin,),
            characterizations=(self._severity(findings),),
            mitigating_factors=(factor,) if waiver.compensating is not None else None,
            deadline=moment(waiver.expires),
            related_observations=self.observed(findings),
        )

    def _of_register(self, risk: governance.Risk) -> Risk:
        uuid, on = self.of_register(risk.id), self.material.exported.judgement.on
        actions = [one for one in self.open_actions if risk.id in one.risks]
        until = risk.accepted_until
        accepted = risk.treatment == "accept" and until is not None and until >= on
        standing: RiskStatus = "remediating" if actions else "open"
        return Risk(
            uuid=uuid,
            title=markup(f"Register: {risk.label()}", _LONGEST_TITLE),
            description=markup(f"Entry {risk.id} of the register of risks; {risk.treatment}."),
            statement=markup(risk.risk),
            props=properties(
                {
                    "risk": risk.id,
                    "owner": risk.owner,
                    "treatment": risk.treatment,
                    "accepted-by": risk.accepted_by,
                    "accepted-on": risk.accepted_on,
                    "accepted-until": until,
                    "acceptance": None
                    if risk.treatment != "accept"
                    else "in-force"
                    if accepted
                    else "expired",
                    "level": risk.level,
                    "reviewed-on": risk.reviewed_on,
                }
            ),
            status="deviation-approved" if accepted else standing,
            origins=(self.material.origin,),
            characterizations=(
                self._measured(
                    {"likelihood": risk.likelihood, "impact": risk.impact, "level": str(risk.level)}
                ),
            ),
            deadline=moment(until) if accepted and until is not None else _first_due(actions),
            remediations=tuple(self._responses(uuid, actions)) or None,
        )

    def observed(self, findings: Iterable[Finding]) -> tuple[RelatedObservation, ...] | None:
        """The observations of these findings; None where there is none."""
        observations = self.material.observations
        return (
            tuple(RelatedObservation(observation_uuid=observations[one.key].uuid) for one in findings) or None
        )

    def _severity(self, findings: Sequence[Finding]) -> Characterization:
        gravest: Severity = min((one.severity for one in findings), key=lambda one: one.rank)
        return self._measured({"severity": gravest.value})

    def _measured(self, facets: Mapping[str, str]) -> Characterization:
        return Characterization(
            origin=self.material.origin,
            facets=tuple(Facet(name=name, system=NAMESPACE, value=value) for name, value in facets.items()),
        )

    def _recommended(self, risk: str, findings: Sequence[Finding]) -> tuple[Response, ...]:
        mending = next((one.mending for one in findings if one.mending), "")
        if not mending:
            return ()
        return (
            Response(
                uuid=self.material.ids.lasting("recommended", risk),
                lifecycle="recommendation",
                title="How to mend it",
                description=markup(mending),
            ),
        )

    def _responses(self, risk: str, actions: Iterable[governance.Action]) -> tuple[Response, ...]:
        return tuple(
            Response(
                uuid=self.material.ids.lasting("response", risk, one.id),
                lifecycle="planned",
                title=markup(one.label(), _LONGEST_TITLE),
                description=markup(one.action),
                props=properties({"action": one.id, "owner": one.owner, "due": one.due}),
                tasks=self._tasks(risk, one),
            )
            for one in actions
        )

    def _tasks(self, risk: str, action: governance.Action) -> tuple[Task, ...]:
        steps = [
            *((one.what, one.due, one.done_on) for one in action.milestones),
            ("All of it is done", action.due, action.done_on),
        ]
        return tuple(
            Task(
                uuid=self.material.ids.lasting("task", risk, action.id, str(number)),
                type="milestone",
                title=markup(what, _LONGEST_TITLE),
                props=properties({"due": due, "done-on": done}),
                timing=Timing(on_date=OnDate(date=moment(due))),
            )
            for number, (what, due, done) in enumerate(steps)
        )


def _first_due(actions: Iterable[governance.Action]) -> str | None:
    due = min((one.due for one in actions), default=None)
    return None if due is None else moment(due)
