"""Ways to break what people answer for: access, teams, plans, attestations and waivers."""

from collections.abc import Iterator
from datetime import timedelta

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.base import Text
from specs.governance import Waiver
from specs.services import CRITICAL_TIER, ImpactAnalysis


@mutation("IAM-001", "Administrators log in with a code.")
def weaker_log_in(ground: Ground) -> Iterator[Mutant]:
    for domain in ground.estate.admin_domains.values():
        if domain.mfa == "phishing-resistant":
            yield ground.put("admin_domains", domain, mfa="otp")


@mutation("IAM-001", "One break-glass account is left.")
def one_break_glass_account(ground: Ground) -> Iterator[Mutant]:
    for domain in ground.estate.admin_domains.values():
        if domain.break_glass is not None:
            left = domain.break_glass.model_copy(update={"accounts": 1})
            yield ground.put("admin_domains", domain, break_glass=left)


@mutation("IAM-002", "Administrators come in past the bastion.")
def past_the_bastion(ground: Ground) -> Iterator[Mutant]:
    for domain in ground.estate.admin_domains.values():
        if domain.bastion is not None:
            yield ground.put("admin_domains", domain, bastion=None, workstations="general")


@mutation("IAM-002", "Sessions are not recorded.")
def sessions_not_recorded(ground: Ground) -> Iterator[Mutant]:
    for domain in ground.estate.admin_domains.values():
        if domain.sessions_recorded:
            yield ground.put("admin_domains", domain, sessions_recorded=False)


@mutation("CERT-001", "There is no incident plan.")
def no_incident_plan(ground: Ground) -> Iterator[Mutant]:
    if ground.estate.plan.incident_plan is not None:
        plan = ground.estate.plan.model_copy(update={"incident_plan": None})
        yield Mutant("plan", (("plan", "", plan),))


@mutation("CERT-001", "The response team goes home at four.")
def response_in_office_hours(ground: Ground) -> Iterator[Mutant]:
    for team in ground.estate.teams.values():
        if team.profile is not None and team.on_call == "24x7":
            yield ground.put("teams", team, on_call="office-hours")


@mutation("PLN-001", "Nobody may invoke recovery when its authority is away.")
def no_alternate_authority(ground: Ground) -> Iterator[Mutant]:
    plan = ground.estate.plan.model_copy(update={"alternates": ()})
    yield Mutant("plan", (("plan", "", plan),))


@mutation("PLN-001", "No runbook is printed.")
def no_printed_runbook(ground: Ground) -> Iterator[Mutant]:
    plan = ground.estate.plan.model_copy(update={"runbook_offline_at": ()})
    yield Mutant("plan", (("plan", "", plan),))


@mutation("BIA-001", "Nobody asked what the outage of a vital service does.")
def no_impact_analysis(ground: Ground) -> Iterator[Mutant]:
    for service in ground.estate.services.values():
        if service.tier is not None and service.tier <= CRITICAL_TIER:
            yield ground.put("services", service, impact=ImpactAnalysis())


@mutation("TEA-001", "A team that recovers vital services has no alternate.")
def no_alternate_team(ground: Ground) -> Iterator[Mutant]:
    working = {
        step.team
        for service in ground.estate.services.values()
        if service.tier is not None and service.tier <= CRITICAL_TIER
        for step in service.recovery
    }
    for team in ground.estate.teams.values():
        if team.id in working and team.alternate is not None:
            yield ground.put("teams", team, alternate=None)


@mutation("GOV-001", "An attestation has run out.")
def attestation_run_out(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.attestations.values():
        yield ground.put("attestations", one, expires=ground.on - timedelta(days=1))


@mutation("GOV-002", "A statement of applicability leaves out a control.")
def control_left_out(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.applicability.values():
        for framework, controls in one.controls.items():
            if one.applicable and len(controls) > 1:
                left = {**one.controls, framework: controls[:-1]}
                yield ground.put("applicability", one, controls=left)


@mutation("GOV-003", "The acceptance of a risk has run out.")
def acceptance_run_out(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.risks.values():
        if one.accepted_until is not None:
            yield ground.put("risks", one, accepted_until=ground.on - timedelta(days=1))


@mutation("GOV-004", "An action is overdue.")
def action_overdue(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.actions.values():
        if one.done_on is None:
            yield ground.put("actions", one, due=ground.on - timedelta(days=1))


@mutation("WVR-001", "A waiver bears nothing.")
def idle_waiver(ground: Ground) -> Iterator[Mutant]:
    for device in list(ground.estate.devices.values())[:3]:
        waiver = Waiver(
            id="mutant",
            rule="PWR-001",
            elements=(f"devices/{device.id}",),
            reason=Text.model_validate("It is to be mended."),
            requester="One",
            approver="Another",
            expires=ground.on + timedelta(days=30),
        )
        yield Mutant(f"devices/{device.id}", (("waivers", "mutant", waiver),))


MUTATIONS: tuple[Mutation, ...] = (
    weaker_log_in,
    one_break_glass_account,
    past_the_bastion,
    sessions_not_recorded,
    no_incident_plan,
    response_in_office_hours,
    no_alternate_authority,
    no_printed_runbook,
    no_impact_analysis,
    no_alternate_team,
    attestation_run_out,
    control_left_out,
    acceptance_run_out,
    action_overdue,
    idle_waiver,
)
