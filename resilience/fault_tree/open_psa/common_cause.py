"""Common-cause groups: what can befall members alone and together, and how probably."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from resilience.fault_tree.formulas import Formula, Formulas
from resilience.fault_tree.open_psa.elements import Element

MODELS: Final = ("beta-factor", "MGL", "alpha-factor", "phi-factor")
MOST_EVENTS: Final = 100_000
"""Sets of members in one group; 16 members have 65,535."""


def shares(model: str, factors: Sequence[float], size: int) -> tuple[float, ...]:
    """Of a member's probability, what falls to each certain set of 1, 2 … `size` members failing together.

    Factors are β; ρ₂ … of the multiple Greek letters; α₁ … αₙ (tests not staggered); φ₁ … φₙ: Open-PSA Model
    Exchange Format 2.0, section III.1, after NUREG/CR-5485.

    >>> shares("beta-factor", [0.2], 3)
    (0.8, 0.0, 0.2)
    >>> shares("MGL", [0.1, 0.3], 3) == (0.9, 0.1 * 0.7 / 2, 0.1 * 0.3)
    True
    """
    if model == "beta-factor":
        return (1 - factors[0], *(0.0 for _ in range(size - 2)), factors[0])
    if model == "phi-factor":
        return tuple(factors)
    if model == "alpha-factor":
        weight = math.fsum(number * one for number, one in enumerate(factors, 1))
        return tuple(
            number * one / weight / math.comb(size - 1, number - 1) for number, one in enumerate(factors, 1)
        )
    found, reached = [], 1.0
    for number in range(1, size + 1):
        onward = factors[number - 1] if number < size else 0.0
        found.append(reached * (1 - onward) / math.comb(size - 1, number - 1))
        reached *= onward
    return tuple(found)


def checked_factors(
    group: Element, model: str, given: Sequence[tuple[Element, float]], size: int
) -> list[float]:
    """The factors in order of their level; SpecError where they are not those that the model wants."""
    first = {"beta-factor": size, "MGL": 2}.get(model, 1)
    by_level: dict[int, float] = {}
    for number, (element, factor) in enumerate(given):
        said = element.attributes.get("level", "").strip()
        level = int(said) if said.isdecimal() and len(said) < 6 else first + number if not said else -1
        if not first <= level <= size or level in by_level:
            raise element.refused(
                "PSA-012",
                f"a factor of level `{said or level}` does not fit",
                f"levels are {first} to {size}",
            )
        if not 0 <= factor <= 1:
            raise element.refused(
                "PSA-012", f"a factor of {factor:g} is no share", "factors lie between 0 and 1"
            )
        by_level[level] = factor
    missing = sorted(set(range(first, max(by_level, default=first))) - by_level.keys())
    if missing:
        raise group.refused(
            "PSA-012",
            f"the factor of level {missing[0]} is missing",
            "give it, be it 0: only last ones may lack",
        )
    if model == "alpha-factor" and not any(by_level.values()):
        raise group.refused("PSA-012", "the factors are all 0")
    if model == "phi-factor" and abs(math.fsum(by_level.values()) - 1) > 1e-3:
        raise group.refused("PSA-012", "the factors of `phi-factor` do not make 1 together")
    if not by_level:
        raise group.refused("PSA-012", "the group has no factor")
    return [by_level.get(level, 0.0) for level in range(first, size + 1)]


def member_formulas(
    place: Formulas, group: Element, members: Sequence[str], shared: Sequence[float], chance: float
) -> tuple[dict[str, Formula], dict[str, float]]:
    """Each member as any of the sets with it, and the probability of each set, named `[a b]`."""
    size = len(members)
    sets = sum(math.comb(size, number) for number, share in enumerate(shared, 1) if share)
    if sets > MOST_EVENTS:
        raise group.refused("PSA-003", f"{size} members make {sets:,} common-cause events", "split the group")
    causes: dict[str, list[Formula]] = {member: [] for member in members}
    chances: dict[str, float] = {}
    for number, share in enumerate(shared, 1):
        if share:
            for together in combinations(sorted(members), number):
                name = f"[{' '.join(together)}]"
                chances[name] = share * chance
                for member in together:
                    causes[member].append(place.event(name))
    return {member: place.any_of(held) for member, held in causes.items()}, chances
