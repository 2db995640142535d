"""The deep proofs of the national estate: weaknesses come out, and the cured twin holds in every part."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from resilience.analysis import analyse
from resilience.data_loss.results import DatasetLoss
from resilience.dr_capacity.results import DrCapacity, ServiceMode
from resilience.failure_sweep.results import MaintenanceOutcome, ScenarioOutcome
from resilience.proof import PARTS, Part, Proof, prove
from resilience.proof_summary import QUESTIONS, Answer, Question, answers
from resilience.recovery_plans.results import Forecast, RecoveryPlan
from resilience.results import Missing
from tests.test_national_weaknesses import LAST, WEAKNESSES, loaded

pytestmark = pytest.mark.slow

BROKEN = "national"
MENDED = "national-cured"

SHOWN: dict[str, set[Part]] = {}
"""By weakness the parts that a test below shows it in."""

Claim = Callable[[], None]


def shows(weakness: str, *parts: Part) -> Callable[[Claim], Claim]:
    """Says which weakness a test shows, and in which parts of the proof."""

    def noted(test: Claim) -> Claim:
        SHOWN.setdefault(weakness, set()).update(parts)
        return test

    return noted


@cache
def proof(name: str) -> Proof:
    return prove(analyse(loaded(name).estate.as_of(LAST)))


@cache
def answered(name: str) -> tuple[Answer, ...]:
    return answers(loaded(name).estate.as_of(LAST), proof(name))


def answer(name: str, service: str, question: Question) -> Answer:
    return next(
        one for one in answered(name) if (one.service, one.question) == (f"services/{service}", question)
    )


def after(name: str, event: str) -> ScenarioOutcome | None:
    """What the sweep says of one event; None: no service notices it."""
    sweep = proof(name).failure_sweep
    assert sweep is not None
    return next((one for one in sweep.scenarios if one.event == event), None)


def at(name: str, event: str, level: str) -> set[str]:
    """Services that are at that level at the worst moment after an event."""
    found = after(name, event)
    return set() if found is None else {one.service for one in found.services if one.worst == level}


def maintaining(name: str, element: str) -> MaintenanceOutcome:
    sweep = proof(name).failure_sweep
    assert sweep is not None
    return next(one for one in sweep.maintenance if one.element == element)


def plan(name: str, scenario: str) -> RecoveryPlan:
    plans = proof(name).recovery_plans
    assert plans is not None
    return next(one for one in plans if one.scenario == scenario)


def forecast(name: str, scenario: str, service: str) -> Forecast:
    return next(one for one in plan(name, scenario).forecasts if one.service == f"services/{service}")


def capacity(name: str, event: str) -> DrCapacity:
    capacities = proof(name).dr_capacity
    assert capacities is not None
    return next(one for one in capacities if one.event == event)


def mode(name: str, event: str, service: str) -> ServiceMode:
    modes = capacity(name, event).with_reserve.modes
    return next(one for one in modes if one.service == f"services/{service}")


def dataset(name: str, wanted: str) -> DatasetLoss:
    losses = proof(name).data_loss
    assert losses is not None
    return next(one for one in losses.datasets if one.dataset == f"datasets/{wanted}")


# The cured twin


@pytest.mark.parametrize("question", QUESTIONS)
def test_cured_twin_owes_nobody_an_answer(question: Question) -> None:
    asked = [one for one in answered(MENDED) if one.question == question]
    assert [(one.service, one.holds, one.because) for one in asked if one.holds != "yes"] == []
    # Which plans are judged by the objective of a component, and not of a site, is up to recovery plans.
    assert len(asked) >= 17 or question == "RTO component"


def test_every_service_that_owes_something_is_asked_about() -> None:
    estate = loaded(MENDED).estate.as_of(LAST)
    owing = {f"services/{name}" for name, one in estate.services.items() if one.objectives.component}
    assert owing <= {one.service for one in answered(MENDED)}
    assert len(owing) >= 33


def test_nothing_in_the_cured_twin_carries_too_much_in_calm_or_trips() -> None:
    proven = proof(MENDED)
    assert proven.failure_sweep is not None
    assert proven.failover_flows is not None
    assert proven.failure_sweep.overloaded_in_calm == ()
    assert [one.event for one in proven.failure_sweep.scenarios if one.trips] == []
    states = (proven.failover_flows.calm, *proven.failover_flows.states)
    assert [load for state in states for load in state.loads if load.room is None or load.room < 0] == []


def test_what_the_lightly_modelled_services_leave_unsaid_is_told_of_them_alone() -> None:
    """After an intruder nobody has said how they come back, and nobody has set when they must."""
    estate = loaded(MENDED).estate.as_of(LAST)

    def untold(plans: RecoveryPlan) -> Iterator[Missing]:
        yield from (fact for one in plans.forecasts for fact in one.missing)

    plans = proof(MENDED).recovery_plans
    assert plans is not None
    silent = {fact.element for one in plans for fact in untold(one)}
    assert len(silent) >= 10
    for element in silent:
        service = estate.services[element.removeprefix("services/")]
        assert service.tier is not None
        assert service.tier >= 2
        assert service.objectives.cyber is None


# The weaknesses


@shows("W02", "failure-sweep")
def test_two_database_nodes_that_hang_on_one_path_stop_the_registries() -> None:
    assert {"services/civil", "services/tax"} <= at(BROKEN, "power/ndc-rpp-a2-a", "below")
    assert after(MENDED, "power/ndc-rpp-a2-a") is None


@shows("W03", "failure-sweep")
def test_recovery_centre_runs_out_of_fuel_after_five_hours() -> None:
    dark = after(BROKEN, "power/dr-utility")
    assert dark is not None
    until = [one.fuel_until for one in dark.services if one.fuel_until is not None]
    assert len(until) >= 10
    assert all(5 * 3600 < seconds < 6 * 3600 for seconds in until)
    mended = after(MENDED, "power/dr-utility")
    assert mended is None or not [one for one in mended.services if one.fuel_until is not None]


def _shared_by_all_ways(name: str) -> dict[str, tuple[str, ...]]:
    """Of each replication from the primary what all its ways have in common."""
    flows = proof(name).failover_flows
    assert flows is not None
    return {
        one.replication: one.shares
        for one in flows.calm.traffic
        if one.replication and one.user == "sites/ndc" and one.diverse != "yes"
    }


@shows("W05", "failover-flows", "data-loss")
def test_one_duct_carries_all_replication_between_the_sites() -> None:
    shared = _shared_by_all_ways(BROKEN)
    assert len(shared) >= 20
    assert set(shared.values()) == {("hazards/duct-gorge-bridge",)}
    assert _shared_by_all_ways(MENDED) == {}


def _broken_by_the_duct(name: str) -> list[float | None]:
    return [
        one.broken_after.high if one.broken_after is not None else None
        for one in dataset(name, "civil").failures
        if one.scenario == "site" and "hazards/duct-gorge-bridge" in one.events and one.keeps == "no"
    ]


@shows("W05", "data-loss")
def test_a_cut_of_that_duct_breaks_the_rpo_long_before_it_is_mended() -> None:
    (broken,) = _broken_by_the_duct(BROKEN)
    assert broken is not None
    assert 0 < broken < 300
    assert _broken_by_the_duct(MENDED) == []


@shows("W07", "recovery-plans", "dr-capacity", "availability")
def test_public_names_and_who_needs_them_are_never_back_after_the_primary() -> None:
    names = forecast(BROKEN, "sites/ndc", "public-names")
    assert (names.state, names.chain) == ("never", ("its component authoritative has nowhere to run",))
    for service in ("portal", "tax", "visa", "emergency"):
        waiting = forecast(BROKEN, "sites/ndc", service)
        assert waiting.chain == ("it waits for services/public-names, which is never back",)
        assert forecast(MENDED, "sites/ndc", service).met == "yes"
    assert forecast(MENDED, "sites/ndc", "public-names").state == "stays up"
    assert "services/public-names" in mode(BROKEN, "sites/ndc", "portal").because
    assert mode(BROKEN, "sites/ndc", "public-names").mode == "stranded"
    assert mode(MENDED, "sites/ndc", "public-names").keeps == "yes"
    assert answer(BROKEN, "public-names", "availability").holds == "no"


@shows("W08", "dr-capacity")
def test_flash_of_the_recovery_centre_lacks_twelve_terabytes() -> None:
    (flash,) = [
        one
        for one in capacity(BROKEN, "sites/ndc").balances
        if one.element == "platforms/dr-flash" and one.resource == "storage"
    ]
    assert (flash.gives, flash.takes, flash.fits) == (150e12, 162e12, "no")
    purchase = capacity(BROKEN, "sites/ndc").purchase
    assert purchase is not None
    assert [(one.platform, one.count) for one in purchase.units] == [("platforms/dr-flash", 1)]
    assert capacity(MENDED, "sites/ndc").fits == "yes"
    assert capacity(MENDED, "sites/ndc").purchase is None


@shows("W09", "data-loss")
def test_a_payment_waits_longer_than_it_may_for_its_synchronous_copy() -> None:
    (delay,) = dataset(BROKEN, "payments").write_delays
    assert (delay.replication, delay.longest_after) == ("replications/dr-payments", "circuits/dci-1")
    assert delay.usual is not None
    assert delay.budget is not None
    assert delay.longest is not None
    assert delay.usual <= delay.budget < delay.longest
    assert delay.within == "no"
    assert [one.within for one in dataset(MENDED, "payments").write_delays if one.within != "yes"] == []


@shows("W10", "data-loss")
def test_titles_of_two_weeks_are_lost_with_an_intruder() -> None:
    found = answer(BROKEN, "land", "RPO cyber")
    assert (found.holds, found.subject, found.because) == ("no", "datasets/land", ("backups/locked-land",))
    assert found.figure is not None
    assert found.figure > 14 * 86400
    assert answer(MENDED, "land", "RPO cyber").holds == "yes"


@shows("W12", "recovery-plans", "data-loss")
def test_replicas_of_the_tax_data_are_noise_once_the_primary_is_lost() -> None:
    unreadable = {
        copy.dataset: copy.unreadable for copy in plan(BROKEN, "sites/ndc").copies if copy.unreadable
    }
    assert unreadable == {
        "datasets/tax": ("replications/dr-tax",),
        "datasets/tax-files": ("replications/dr-files-tax",),
    }
    assert [copy for copy in plan(MENDED, "sites/ndc").copies if copy.unreadable] == []

    def outlives(name: str) -> str:
        (loss,) = (one for one in dataset(name, "tax").scenarios if one.scenario == "site")
        return next(copy.outlives for copy in loss.copies if copy.copy == "replications/dr-tax")

    assert (outlives(BROKEN), outlives(MENDED)) == ("no", "yes")


@shows("W13", "failure-sweep", "recovery-plans", "dr-capacity")
def test_data_exchange_is_never_back_after_the_recovery_centre_alone() -> None:
    assert {"services/exchange", "services/civil"} <= at(BROKEN, "sites/dr", "below")
    assert forecast(BROKEN, "sites/dr", "exchange").chain == ("its component servers has nowhere to run",)
    assert forecast(BROKEN, "sites/dr", "civil").chain == (
        "it waits for services/exchange, which is never back",
    )
    assert mode(BROKEN, "failure_regions/upland", "exchange").mode == "stranded"
    assert "services/exchange" not in at(MENDED, "sites/dr", "below")
    assert forecast(MENDED, "sites/dr", "exchange").state == "stays up"
    assert mode(MENDED, "failure_regions/upland", "exchange").keeps == "yes"


@shows("W16", "failure-sweep")
def test_one_flaw_of_the_firewalls_takes_all_services() -> None:
    assert len(at(BROKEN, "firmware/hisn-os-7", "below")) >= 30
    assert at(MENDED, "firmware/hisn-os-7", "below") == set()


@shows("W20", "recovery-plans")
def test_second_lookup_waits_for_the_team_and_is_late() -> None:
    late = forecast(BROKEN, "sites/ndc", "population")
    assert late.met == "no"
    assert "busy services/health:verify" in late.chain
    assert "teams/lookups" in {one.team for one in plan(BROKEN, "sites/ndc").bookings}
    assert forecast(MENDED, "sites/ndc", "population").met == "yes"
    assert plan(MENDED, "sites/ndc").bookings == ()


@shows("W22", "failure-sweep", "recovery-plans", "dr-capacity")
def test_response_team_falls_with_the_laboratory() -> None:
    assert "services/cert" in at(BROKEN, "racks/lab-2", "below")
    assert forecast(BROKEN, "sites/lab", "cert").chain == (
        "it waits for services/cases, which is never back",
    )
    assert "services/cases" in mode(BROKEN, "failure_regions/inner-north", "cert").because
    assert "services/cert" not in at(MENDED, "racks/lab-2", "below")
    assert "services/cert" not in {one.service for one in plan(MENDED, "sites/lab").forecasts}
    assert mode(MENDED, "failure_regions/inner-north", "cert").keeps == "yes"


@shows("W23", "recovery-plans")
def test_nothing_begins_after_everything_is_dark() -> None:
    (ring,) = plan(BROKEN, "cold-start").rings
    assert {name.partition("-")[2] for name in ring.members} == {"compute", "identity", "dns"}
    assert ring.paths
    assert "never" in {one.state for one in plan(BROKEN, "cold-start").forecasts}
    assert plan(MENDED, "cold-start").rings == ()
    assert {one.state for one in plan(MENDED, "cold-start").forecasts} == {"back"}


@shows("W24", "failure-sweep")
def test_nothing_feeds_around_the_switch_while_it_is_maintained() -> None:
    assert maintaining(BROKEN, "power/ndc-sts-2").bypassed == "no"
    assert maintaining(MENDED, "power/ndc-sts-2").bypassed == "yes"


@shows("W25", "failure-sweep")
def test_board_of_side_b_trips_at_the_loss_of_side_a() -> None:
    lost = after(BROKEN, "power/ndc-ups-a")
    assert lost is not None
    (trip,) = lost.trips
    assert (trip.element, trip.wave) == ("power/ndc-rpp-b1-b", 1)
    assert trip.load > trip.limit == 50_000.0
    assert "services/archives" in {one.service for one in lost.services if one.settles == "below"}
    mended = after(MENDED, "power/ndc-ups-a")
    assert mended is None or mended.trips == ()


@shows("W26", "failure-sweep", "dr-capacity")
def test_hall_b_overheats_whenever_a_unit_is_maintained() -> None:
    sweep = proof(BROKEN).failure_sweep
    assert sweep is not None
    assert sweep.overloaded_in_calm == ("rooms/ndc-hall-b",)
    assert maintaining(BROKEN, "cooling/ndc-crah-b-1").without_outage == "no"
    assert maintaining(MENDED, "cooling/ndc-crah-b-1").without_outage == "yes"

    def heat(name: str) -> list[str]:
        balances = capacity(name, "sites/lab").balances
        return [
            one.fits_in_reserve
            for one in balances
            if (one.element, one.resource) == ("rooms/ndc-hall-b", "heat")
        ]

    assert (heat(BROKEN), heat(MENDED)) == (["no"], ["yes"])


@shows("W28", "failure-sweep", "availability")
def test_one_gateway_carries_all_emergency_messages() -> None:
    assert at(BROKEN, "devices/pop-1-cell", "below") == {"services/emergency"}
    assert maintaining(BROKEN, "devices/pop-1-cell").below == ("services/emergency",)
    assert answer(BROKEN, "emergency", "availability").holds == "no"
    assert at(MENDED, "devices/pop-1-cell", "below") == set()
    assert maintaining(MENDED, "devices/pop-1-cell").without_outage == "yes"


def test_list_of_weaknesses_says_which_proofs_show_each() -> None:
    assert {part for one in WEAKNESSES for part in one.proved_by} == set(PARTS)
    assert {one.id: set(one.proved_by) for one in WEAKNESSES if one.proved_by} == SHOWN
