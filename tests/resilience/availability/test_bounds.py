"""Where no diagram is made, bounds hold the exact figure; and nothing hangs on the order of the input."""

import pytest

from resilience.analysis import analyse
from resilience.availability import availabilities
from resilience.availability.sampling import CONFIDENCE, most_often
from specs.base import Element, Reliability
from specs.bundled import folder_of
from specs.loading import load
from specs.model import Estate
from specs.power import Switching


def _starter() -> Estate:
    """The starter with every figure declared: what it leaves out is an average machine."""
    whole = load(folder_of("starter")).estate
    average = Reliability.model_validate({"mtbf": "5000 h", "mttr": "50 h"})
    collections: dict[str, dict[str, Element]] = {
        name: {
            key: element.model_copy(update={"reliability": average})
            for key, element in whole.collection(name).items()
        }
        for name in ("models", "power", "cooling", "circuits")
    }
    switching = Switching.model_validate(
        {"start_time": "10 s", "switch_time": "2 s", "failure_to_start": "1 %", "failure_to_switch": "1 %"}
    )
    for key, element in whole.power.items():
        if element.kind in ("generator", "transfer-switch"):
            changed = collections["power"][key].model_copy(update={"switching": switching})
            collections["power"][key] = changed
    collections["workloads"] = {
        key: workload.model_copy(update={"failure_to_activate": 0.01})
        for key, workload in whole.workloads.items()
    }
    return whole.model_copy(update=collections)


@pytest.mark.slow
def test_bounds_without_a_diagram_hold_the_exact_figure() -> None:
    analysis = analyse(_starter())
    exact = availabilities(analysis)
    bounded = availabilities(analysis, most=10, most_of_sites=10, samples=2**16)
    assert {one.method for one in exact} == {"exact"}
    assert {one.method for one in bounded} == {"bounded"}
    for one, other in zip(exact, bounded, strict=True):
        assert other.unavailability.low <= one.unavailability.low * (1 + 1e-12)
        assert one.unavailability.low <= other.unavailability.high
        assert (other.seed, other.confidence) == (1, CONFIDENCE)
        assert one.failures_a_year is not None
        assert other.failures_a_year is not None
        assert other.failures_a_year.low <= one.failures_a_year.low * (1 + 1e-9)
        small = [cut.events for cut in one.cut_sets if len(cut.events) < 3]
        assert small == [cut.events for cut in other.cut_sets]


@pytest.mark.slow
def test_sites_put_together_give_the_figures_of_one_diagram() -> None:
    analysis = analyse(_starter())
    for one, other in zip(availabilities(analysis), availabilities(analysis, most=10), strict=True):
        assert (one.method, other.method, other.seed) == ("exact", "exact", None)
        assert other.unavailability.low == pytest.approx(one.unavailability.low, rel=1e-8)
        assert other.unavailability.high - other.unavailability.low <= 1e-6 * other.unavailability.low
        assert one.failures_a_year is not None
        assert other.failures_a_year is not None
        assert other.failures_a_year.low <= one.failures_a_year.low * (1 + 1e-9)
        assert one.failures_a_year.low <= other.failures_a_year.high * (1 + 1e-9)
        slopes = {found.event: found.birnbaum for found in one.importances}
        assert {found.event: found.birnbaum for found in other.importances} == pytest.approx(
            {event: slope for event, slope in slopes.items() if slope}, rel=1e-5, abs=1e-9
        )


def test_larger_cut_sets_are_listed_down_to_the_cut_off_and_the_rest_is_bounded() -> None:
    analysis = analyse(_starter())
    fine, coarse = availabilities(analysis, cut_off=1e-9), availabilities(analysis, cut_off=1e-5)
    for one, other in zip(fine, coarse, strict=True):
        larger = [cut for cut in one.cut_sets if len(cut.events) > 2]
        kept = [cut for cut in other.cut_sets if len(cut.events) > 2]
        assert set(kept) <= set(larger)
        assert all(cut.probability is not None and cut.probability >= 1e-9 for cut in larger)
        assert one.left_out <= other.left_out
        assert all(cut.chain for cut in larger)


@pytest.mark.slow
def test_the_order_of_the_input_changes_nothing() -> None:
    whole = _starter()
    turned = whole.model_copy(
        update={
            name: dict(reversed(list(whole.collection(name).items())))
            for name in ("devices", "power", "services", "workloads", "platforms", "hazards", "circuits")
        }
    )
    assert availabilities(analyse(whole)) == availabilities(analyse(turned))


def test_an_estate_with_undeclared_figures_is_unknown_and_says_what_to_find_out_first() -> None:
    for one in availabilities(analyse(load(folder_of("starter")).estate)):
        assert one.known == "unknown"
        assert one.unavailability.low < one.unavailability.high
        assert [fact.hides for fact in one.find_out] == sorted((f.hides for f in one.find_out), reverse=True)
        assert {fact.missing for fact in one.find_out} <= set(one.missing)


@pytest.mark.parametrize("hits", [0, 1, 7, 40])
def test_the_bound_of_hits_grows_with_them(hits: int) -> None:
    assert hits + 1 < most_often(hits) < most_often(hits + 1)
