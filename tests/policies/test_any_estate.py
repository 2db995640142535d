"""Whatever an estate leaves out: no rule raises, and a fact that decides and is left out gives unknown."""

import random
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from policies.judging import judge
from specs.consistency import check
from specs.loading import load
from specs.model import Estate
from tests.policies.conftest import BASE, DAY

SEEDS = range(300)
LOADED = load(BASE)
WHOLE = LOADED.estate.as_of(None).model_dump(mode="json", exclude_defaults=True)


def thinned(seed: int) -> Estate | None:
    """The estate of the tests without some elements, fields or members; None where that is no estate."""
    chance = random.Random(seed)
    left: dict[str, Any] = deepcopy(WHOLE)
    for _ in range(chance.randint(1, 6)):
        collection = left[chance.choice([name for name in left if name not in ("estate", "plan")])]
        if not collection:
            continue
        key = chance.choice(sorted(collection))
        element = collection[key]
        if not element or chance.random() < 0.2:
            del collection[key]
            continue
        field = chance.choice(sorted(element))
        value = element[field]
        if isinstance(value, list) and value and chance.random() < 0.5:
            value.pop(chance.randrange(len(value)))
        elif isinstance(value, dict) and value and chance.random() < 0.5:
            value.pop(chance.choice(sorted(value)))
        else:
            del element[field]
    try:
        estate = Estate.model_validate(left)
    except ValidationError:
        return None
    return None if check(estate) else estate


@pytest.mark.slow
def test_no_estate_that_loads_makes_a_rule_raise() -> None:
    judged = 0
    for estate in filter(None, map(thinned, SEEDS)):
        judgement = judge(LOADED, estate, on=DAY)
        judged += 1
        for finding in judgement.findings:
            assert finding.message
            assert finding.mending, finding.key
            assert estate.element(finding.element) is not None, finding.key
    assert judged > 60


@pytest.mark.parametrize(
    ("collection", "key", "field", "rule"),
    [
        ("power", "main-ups-a", "autonomy", "PWR-003"),
        ("power", "main-gen-1", "switching", "PWR-003"),
        ("power", "main-gen-1", "fuel", "PWR-004"),
        ("power", "main-pdu-1a", "rating", "PWR-002"),
        ("cooling", "main-crac-a", "capacity", "COL-001"),
        ("cooling", "main-pump-a", "feeds", "COL-002"),
        ("circuits", "link-a", "segments", "WAN-001"),
        ("circuits", "link-a", "carrier", "WAN-001"),
        ("networks", "routing", "detection", "WAN-003"),
        ("networks", "main-mgmt", "zone", "NET-001"),
        ("vaults", "dr-vault", "lock", "BKP-002"),
        ("vaults", "dr-vault", "administered_by", "BKP-002"),
        ("datasets", "persons", "at_rest", "CRY-003"),
        ("datasets", "persons", "data_class", "DAT-001"),
        ("datasets", "persons", "write_budget", "SIT-003"),
        ("sites", "dr", "position", "SIT-001"),
        ("sites", "witness", "failure_region", "DR-006"),
        ("models", "server", "support_ends", "AST-001"),
        ("platforms", "main-logs", "log_retention", "LOG-001"),
        ("services", "registry", "tier", "DAT-002"),
        ("services", "registry", "strategy", "DR-004"),
        ("services", "registry", "impact", "BIA-001"),
        ("admin_domains", "platforms", "mfa", "IAM-001"),
        ("admin_domains", "platforms", "break_glass", "IAM-001"),
        ("admin_domains", "platforms", "bastion", "IAM-002"),
        ("backups", "persons-dr", "at_rest", "CRY-001"),
        ("circuits", "link-a", "encryption", "CRY-002"),
        ("platforms", "main-logs", "write_once", "LOG-002"),
        ("platforms", "lab", "zone", "LOG-003"),
        ("teams", "response", "profile", "CERT-001"),
        ("drills", "talk", "deviations", "EXR-002"),
        ("teams", "registrar", "alternate", "TEA-001"),
        ("data_classes", "citizens", "purpose", "DAT-003"),
    ],
)
def test_a_fact_that_decides_and_is_left_out_makes_unknown(
    collection: str, key: str, field: str, rule: str
) -> None:
    left = deepcopy(WHOLE)
    del left[collection][key][field]
    estate = Estate.model_validate(left)
    unknown = {f.rule for f in judge(LOADED, estate, on=DAY).findings if f.verdict == "unknown"}
    assert rule in unknown
