"""For every service one answer to each question that its owner asks, out of all proofs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from resilience.availability.results import ServiceAvailability
from resilience.data_loss.copies import users_of
from resilience.data_loss.results import DataLosses
from resilience.dr_capacity.results import DrCapacity
from resilience.failover_flows.results import FailoverFlows, FlowState, TrafficAfter
from resilience.failure_sweep.results import FailureSweep
from resilience.proof import Proof
from resilience.recovery_plans.results import RecoveryPlan
from resilience.results import Missing, Scenario, Tri, in_order
from specs.issues import FieldPath
from specs.model import Estate
from specs.services import CRITICAL_TIER

Question = Literal[
    "availability",
    "single failures",
    "maintenance",
    "RTO component",
    "RTO site",
    "RTO region",
    "RTO cyber",
    "RPO component",
    "RPO site",
    "RPO region",
    "RPO cyber",
    "DR capacity",
    "bandwidth",
]
"""Is it up as long as it owes? Does it bear every single failure of a component? Can everything be maintained
without an outage? Is it back in time, and is no more lost than may be, after each kind of loss? Does what is
left after a site's loss carry it beside all others? Do circuits carry its traffic after every failure?"""

QUESTIONS: Final[tuple[Question, ...]] = get_args(Question)

_GRAVITY: Final[dict[Tri, int]] = {"no": 0, "unknown": 1, "yes": 2}


@dataclass(frozen=True)
class Answer:
    """What the proofs say to one question about one service: of all cases the worst."""

    service: str
    question: Question
    holds: Tri
    case: str
    """The scenario or event that is worst; empty where the question has one case."""
    subject: str
    """What the figure is of, where that is not the service: a dataset, a circuit, an element; `MTPD` where
    that is broken and the RTO, whose clock starts later, is not."""
    figure: float | None
    """Seconds (RTO, RPO), share of time (availability), number of cases in which it does not hold (single
    failures, maintenance), share of its traffic that is carried; None: none is known."""
    target: float | None
    """What it owes, in the same unit."""
    because: tuple[str, ...]
    """What binds: the chain, the events, what is lacking. The greatest first, or from first to last."""
    paths: tuple[FieldPath, ...]
    """Facts behind it."""
    missing: tuple[Missing, ...]
    """Facts that nobody declared, and that leave it open."""


def answers(estate: Estate, proof: Proof) -> tuple[Answer, ...]:
    """Every answer that the proof allows, by service, then question; of those that nothing is owed for,
    none."""
    found: list[Answer] = []
    if proof.availability is not None:
        found += _of_availability(proof.availability)
    if proof.failure_sweep is not None:
        found += _of_failures(estate, proof.failure_sweep)
    if proof.recovery_plans is not None:
        found += _of_recovery(proof.recovery_plans)
    if proof.data_loss is not None:
        found += _of_data(estate, proof.data_loss)
    if proof.dr_capacity is not None:
        found += _of_capacity(estate, proof.dr_capacity)
    if proof.failover_flows is not None:
        found += _of_flows(proof.failover_flows)
    return tuple(worst_of_each(found))


def asked(found: Iterable[Answer]) -> tuple[Question, ...]:
    """Questions that any service has an answer to, in their order."""
    there = {one.question for one in found}
    return tuple(question for question in QUESTIONS if question in there)


def by_service(found: Iterable[Answer]) -> dict[str, dict[Question, Answer]]:
    """The answers by service, then question."""
    rows: dict[str, dict[Question, Answer]] = {}
    for one in found:
        rows.setdefault(one.service, {})[one.question] = one
    return rows


def worst_of_each(found: list[Answer]) -> Iterator[Answer]:
    """Of all answers to the same question about the same service the worst, in order."""
    by_question: dict[tuple[str, int], list[Answer]] = {}
    for one in found:
        by_question.setdefault((one.service, QUESTIONS.index(one.question)), []).append(one)
    for _, same in sorted(by_question.items()):
        yield min(same, key=_badness)


def _badness(answer: Answer) -> tuple[int, float, str, str]:
    """The worst first: refuted, then unknown; by how far the figure is from what is owed; then by name."""
    owed = answer.target or 1.0
    beyond = -(answer.figure / owed) if answer.figure is not None else 0.0
    return (_GRAVITY[answer.holds], beyond, answer.case, answer.subject)


MINUTES_A_YEAR: Final = 525_960.0


def _of_availability(found: tuple[ServiceAvailability, ...]) -> Iterator[Answer]:
    for one in found:
        if one.target is not None and one.met is not None:
            first = one.cut_sets[0].paths if one.cut_sets else ()
            yield Answer(
                one.service, "availability", one.met, "", "",
                max(0.0, 1.0 - one.downtime_minutes.high / MINUTES_A_YEAR), one.target,
                tuple(event.event for event in one.importances[:5]), first,
                tuple(fact.missing for fact in one.find_out) if one.met == "unknown" else (),
            )  # fmt: skip


def _of_failures(estate: Estate, sweep: FailureSweep) -> Iterator[Answer]:
    singles: dict[str, list[str]] = {}
    for scenario in sweep.scenarios:
        if scenario.scenario == "component" and scenario.category != "common-cause":
            for outcome in scenario.services:
                if outcome.settles == "below":
                    singles.setdefault(outcome.service, []).append(scenario.event)
    out: dict[str, list[str]] = {}
    for maintenance in sweep.maintenance:
        for service in (*maintenance.below, *maintenance.degraded):
            out.setdefault(service, []).append(maintenance.element)
    for one in sweep.services:
        tier = estate.services[one.service.partition("/")[2]].tier
        if tier is None or tier > CRITICAL_TIER:
            continue
        events, elements = tuple(singles.get(one.service, ())), tuple(out.get(one.service, ()))
        yield Answer(
            one.service, "single failures", "no" if events else one.bears_every_component,
            events[0] if events else "", "", float(len(events)), 0.0, events, (), one.missing,
        )  # fmt: skip
        yield Answer(
            one.service, "maintenance", one.maintained_without_outage, elements[0] if elements else "", "",
            float(len(elements)), 0.0, elements, (), one.missing,
        )  # fmt: skip


_RTO: Final[dict[Scenario, Question]] = {
    "component": "RTO component",
    "site": "RTO site",
    "region": "RTO region",
    "cyber": "RTO cyber",
}
_RPO: Final[dict[Scenario, Question]] = {
    "component": "RPO component",
    "site": "RPO site",
    "region": "RPO region",
    "cyber": "RPO cyber",
}


def _of_recovery(plans: tuple[RecoveryPlan, ...]) -> Iterator[Answer]:
    for plan in plans:
        if plan.objective is None:
            continue
        for one in plan.forecasts:
            if one.objective is None:
                continue
            chain, paths = one.chain or ((one.why,) if one.why else ()), one.paths
            question, path = _RTO[plan.objective], (*_path_of(one.service), "objectives", plan.objective)
            if one.tolerated == "no" and one.met != "no":
                # Its clock starts late enough for the RTO, and the loss has lasted for longer than is borne.
                yield Answer(
                    one.service, question, "no", plan.scenario, "MTPD", one.predicted, one.tolerable,
                    chain, (*paths, (*path, "mtpd")), one.missing,
                )  # fmt: skip
            else:
                yield Answer(
                    one.service, question, one.met, plan.scenario, "", one.counted, one.objective,
                    chain, paths, one.missing,
                )  # fmt: skip


def _path_of(element: str) -> FieldPath:
    collection, _, name = element.partition("/")
    return (collection, name)


def _of_data(estate: Estate, losses: DataLosses) -> Iterator[Answer]:
    users = users_of(estate)
    for dataset in losses.datasets:
        for loss in dataset.scenarios:
            for service in users.get(dataset.dataset.partition("/")[2], ()):
                if service not in estate.services:
                    continue
                objective = getattr(estate.services[service].objectives, loss.scenario)
                if objective is None:
                    continue
                high = None if loss.loss is None else loss.loss.high
                low = None if loss.loss is None else loss.loss.low
                holds: Tri = "no" if loss.loss is None or (low or 0.0) > objective.rpo else "unknown"
                if high is not None and high <= objective.rpo:
                    holds = "yes"
                path = ("services", service, "objectives", loss.scenario, "rpo")
                yield Answer(
                    f"services/{service}", _RPO[loss.scenario], holds, "", dataset.dataset, high,
                    float(objective.rpo), (loss.copy,) if loss.copy else (), (path,),
                    loss.missing if holds == "unknown" else (),
                )  # fmt: skip


def _of_capacity(estate: Estate, capacities: tuple[DrCapacity, ...]) -> Iterator[Answer]:
    for capacity in capacities:
        for one in capacity.with_reserve.modes:
            objectives = estate.services[one.service.partition("/")[2]].objectives
            if getattr(objectives, capacity.scenario) is None:
                continue
            yield Answer(
                one.service, "DR capacity", one.keeps, capacity.event, "", None, None, one.because,
                (one.path,), capacity.missing if one.keeps == "unknown" else (),
            )  # fmt: skip


def _of_flows(flows: FailoverFlows) -> Iterator[Answer]:
    for state in (flows.calm, *flows.states):
        for one in state.traffic:
            if one.owner.startswith("services/") and one.reached != "no" and one.serving is not None:
                yield _traffic(state, one)


def _traffic(state: FlowState, one: TrafficAfter) -> Answer:
    share = None
    if one.needed and one.fair is not None:
        share = min(1.0, one.fair.low / one.needed)
    # Too narrow as routed, and wide enough if routing spreads traffic: whether it does, nobody says.
    holds: Tri = "unknown" if one.carries == "no" and one.carries_spread == "yes" else one.carries
    return Answer(
        one.owner, "bandwidth", holds, state.events[0] if state.events else "", one.user,
        share, 1.0, one.circuits, (), in_order(one.missing) if holds == "unknown" else (),
    )  # fmt: skip
