"""Estates of which parts are not there: proved as far as they go, the rest unknown."""

import pytest

from resilience.analysis import analyse
from resilience.data_loss import data_losses
from resilience.failover_flows import failover_flows
from specs.bundled import find_estate
from specs.loading import load
from specs.model import Estate
from tests.resilience.data_loss.test_losses import ledger
from tests.resilience.test_oracle import Dice, random_estate
from tests.resilience.test_partial_estates import thinned


@pytest.mark.parametrize("seed", range(24))
def test_whatever_is_left_out_nothing_breaks_and_no_copy_that_lacks_its_place_is_a_pass(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice) if seed % 2 else ledger()
    partial = thinned(whole, dice, [0.1, 0.3, 0.6][seed % 3])
    analysis = analyse(partial)
    assert failover_flows(analysis).calm.events == ()
    found = data_losses(analysis)
    assert [loss.dataset for loss in found.datasets] == [f"datasets/{name}" for name in partial.datasets]
    for loss in found.datasets:
        for scenario in loss.scenarios:
            for copy in scenario.copies:
                if copy.outlives == "yes" and scenario.scenario != "component":
                    assert copy.site.removeprefix("sites/") in partial.sites


def test_an_estate_thinned_of_its_vaults_and_regions_still_answers() -> None:
    whole = load(find_estate("starter")).estate.as_of("today")
    for collection in ("vaults", "sites", "platforms", "circuits", "services", "datasets", "hazards"):
        partial = whole.model_copy(update={collection: {}})
        analysis = analyse(partial)
        assert failover_flows(analysis).assumes
        losses = data_losses(analysis)
        assert len(losses.datasets) == len(partial.datasets)


def test_an_empty_estate_loses_nothing() -> None:
    analysis = analyse(Estate.model_validate({"estate": {"title": "Empty", "owner": "Nobody"}}))
    assert (data_losses(analysis).datasets, failover_flows(analysis).states) == ((), ())
