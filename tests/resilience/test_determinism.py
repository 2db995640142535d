"""Equal bytes for every hash seed and whatever order elements come in."""

import random
from typing import Any

import pytest

from resilience.analysis import Analysis, analyse
from specs.model import Estate
from tests.hash_seeds import same_output
from tests.resilience.test_oracle import Dice, random_estate

PROGRAM = """
import hashlib
from resilience.analysis import analyse
from tests.resilience.test_determinism import everything
from tests.resilience.test_oracle import Dice, random_estate
print(hashlib.sha256(everything(analyse(random_estate(Dice(11)))).encode()).hexdigest())
"""


def everything(analysis: Analysis) -> str:
    """All results of an estate as text."""
    parts = [
        analysis.standings,
        analysis.impacts,
        analysis.failovers,
        analysis.recoveries,
        analysis.deadlocks,
        analysis.missing,
        analysis.power_loads,
        analysis.heat,
        analysis.replication_routes,
        analysis.capacity_without(None),
        analysis.capacity_without("a"),
        analysis.power_loads_without(frozenset({"power/a-grid"})),
    ]
    return "\n".join(map(repr, parts))


@pytest.mark.slow
def test_every_hash_seed_gives_the_same_bytes() -> None:
    assert len(same_output(PROGRAM, ("0", "1", "2", "3")).strip()) == 64


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_elements_changes_nothing(seed: int) -> None:
    whole = random_estate(Dice(seed))
    shuffled: dict[str, Any] = {}
    for name in type(whole).model_fields:
        value = getattr(whole, name)
        if isinstance(value, dict):
            entries = list(value.items())
            random.Random(seed).shuffle(entries)
            value = dict(entries)
        shuffled[name] = value
    other = Estate.model_construct(**shuffled)
    assert [list(getattr(other, name)) for name in ("devices", "power")] != [
        list(getattr(whole, name)) for name in ("devices", "power")
    ]
    assert everything(analyse(other)) == everything(analyse(whole))
