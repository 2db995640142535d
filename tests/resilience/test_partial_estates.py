"""An estate of which parts are not there, as a plan of one stack gives it: proved as far as it goes, the
rest unknown."""

import pytest

from resilience.analysis import analyse
from specs.model import ELEMENT_COLLECTIONS, Estate
from tests.resilience.test_determinism import everything
from tests.resilience.test_oracle import Dice, random_estate


def thinned(whole: Estate, dice: Dice, share: float) -> Estate:
    kept = {
        name: {key: entry for key, entry in whole.collection(name).items() if dice.random.random() > share}
        for name in ELEMENT_COLLECTIONS
    }
    return whole.model_copy(update=kept)


@pytest.mark.parametrize("seed", range(24))
def test_whatever_is_left_out_is_missing_and_nothing_breaks(seed: int) -> None:
    dice = Dice(seed)
    partial = thinned(random_estate(dice), dice, [0.05, 0.2, 0.5][seed % 3])
    analysis = analyse(partial)
    assert everything(analysis)
    standings = {standing.service: standing for standing in analysis.standings}
    for workload in partial.workloads.values():
        if workload.service in partial.services and workload.platform not in partial.platforms:
            standing = standings[f"services/{workload.service}"]
            facts = {(fact.element, fact.field) for fact in standing.missing}
            assert (f"platforms/{workload.platform}", "declaration") in facts
            assert standing.has_single_point != "no"


def test_an_empty_estate_has_nothing_to_prove() -> None:
    analysis = analyse(Estate.model_validate({"estate": {"title": "Empty", "owner": "Nobody"}}))
    assert (analysis.standings, analysis.impacts, analysis.deadlocks, analysis.missing) == ((), (), (), ())
