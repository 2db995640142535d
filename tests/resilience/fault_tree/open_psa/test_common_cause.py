"""Common-cause groups by every model, against sums over all causes and figures worked out by hand."""

from itertools import combinations
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.fault_tree.open_psa.common_cause import shares
from specs.issues import SpecError
from tests.resilience.fault_tree.open_psa.writing import compiled, read

factors = st.lists(st.floats(0, 1), min_size=4, max_size=4)


def group(model: str, given_factors: str, members: str = "abc", chance: str = "0.1", more: str = "") -> str:
    named = "".join(f'<basic-event name="{name}"/>' for name in members)
    return (
        f'<define-CCF-group name="g" model="{model}"><members>{named}</members>'
        f'<distribution><float value="{chance}"/></distribution>{given_factors}</define-CCF-group>{more}'
    )


def factor(value: float, level: int | None = None) -> str:
    said = f' level="{level}"' if level is not None else ""
    return f'<factor{said}><float value="{value}"/></factor>'


def model(ccf: str) -> str:
    return (
        '<define-fault-tree name="t"><define-gate name="top"><and><basic-event name="a"/>'
        f'<basic-event name="b"/><basic-event name="c"/></and></define-gate>{ccf}</define-fault-tree>'
    )


@given(factors)
def test_what_befalls_a_member_in_any_company_is_its_own_probability(given_factors: list[float]) -> None:
    total = sum(given_factors) or 1.0
    cases = {
        "beta-factor": given_factors[:1],
        "MGL": given_factors[:3],
        "alpha-factor": [one + 0.01 for one in given_factors],
    }
    for name, held in cases.items():
        found = shares(name, held, 4)
        assert sum(comb(3, number) * share for number, share in enumerate(found)) == pytest.approx(1)
    assert shares("phi-factor", [one / total for one in given_factors], 4) == tuple(
        one / total for one in given_factors
    )


@pytest.mark.parametrize(
    ("name", "given_factors", "wanted"),
    [
        ("beta-factor", factor(0.2), (0.08, 0.0, 0.02)),
        ("beta-factor", factor(0.2, 3), (0.08, 0.0, 0.02)),
        ("MGL", f"<factors>{factor(0.1, 2)}{factor(0.3, 3)}</factors>", (0.09, 0.0035, 0.003)),
        (
            "alpha-factor",
            f"<factors>{factor(0.95, 1)}{factor(0.04, 2)}{factor(0.01, 3)}</factors>",
            (0.1 * 0.95 / 1.06, 0.1 * 0.04 / 1.06, 0.1 * 0.03 / 1.06),
        ),
        ("phi-factor", f"<factors>{factor(0.7)}{factor(0.2)}{factor(0.1)}</factors>", (0.07, 0.02, 0.01)),
    ],
)
def test_all_three_fail_as_the_sum_over_every_cause_says(
    name: str, given_factors: str, wanted: tuple[float, ...]
) -> None:
    tree = read(model(group(name, given_factors)))
    chances = {
        frozenset(members): wanted[size - 1]
        for size in (1, 2, 3)
        for members in combinations("abc", size)
        if wanted[size - 1]
    }
    assert tree.chances == {
        f"[{' '.join(sorted(members))}]": pytest.approx(chance) for members, chance in chances.items()
    }
    causes = sorted(chances, key=sorted)
    every = 0.0
    for size in range(len(causes) + 1):
        for happened in combinations(causes, size):
            if set("abc") <= frozenset().union(*happened):
                every += prod(chances[one] if one in happened else 1 - chances[one] for one in causes)
    found = compiled(tree)
    assert found.probability(tree.chances) == pytest.approx(every)
    # Three alone, one pair and one alone, two pairs, all at once.
    assert found.minimal_cut_set_count() == (2 if name == "beta-factor" else 8)


def test_a_member_that_is_defined_elsewhere_is_replaced_all_the_same() -> None:
    own = '<define-basic-event name="a"><float value="0.9"/></define-basic-event>'
    tree = read(model(group("beta-factor", factor(0.2), more=own)))
    assert "a" not in tree.chances
    assert tree.groups == ("g",)


@pytest.mark.parametrize(
    ("ccf", "said"),
    [
        (group("gamma-factor", factor(0.2)), "no common-cause model `gamma-factor`"),
        (group("beta-factor", ""), "the group has no factor"),
        (group("beta-factor", factor(1.2)), "a factor of 1.2 is no share"),
        (group("beta-factor", factor(0.2, 2)), "a factor of level `2` does not fit"),
        (group("MGL", factor(0.2, 2) + factor(0.2, 2)), "a factor of level `2` does not fit"),
        (group("phi-factor", factor(0.2)), "do not make 1 together"),
        (group("alpha-factor", factor(0.0)), "the factors are all 0"),
        (group("beta-factor", factor(0.2), members="a"), "two different members at least"),
        (group("beta-factor", factor(0.2), members="aa"), "two different members at least"),
        (group("beta-factor", factor(0.2), chance="1.5"), "has a probability of 1.5"),
        (group("beta-factor", factor(0.2)).replace("members", "member"), "has no <members>"),
        (
            group("beta-factor", factor(0.2))
            + group("beta-factor", factor(0.2)).replace('name="g"', 'name="h"'),
            "`a` is in another group too",
        ),
        (
            group("MGL", factor(0.2) * 19, members="abcdefghijklmnopqrst").replace(
                factor(0.2) * 19, "".join(factor(0.2, level) for level in range(2, 21))
            ),
            "1,048,575 common-cause events",
        ),
    ],
)
def test_a_group_that_cannot_be_is_told(ccf: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(model(ccf))
    assert said in str(caught.value)


def test_a_factor_that_is_missing_between_two_others_is_asked_for() -> None:
    with pytest.raises(SpecError, match="PSA-012 the factor of level 2 is missing"):
        read(model(group("alpha-factor", f"<factors>{factor(0.9, 1)}{factor(0.1, 3)}</factors>")))
