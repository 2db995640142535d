"""Cut sets of three and more events by seeded sampling, for failure functions too large to draw."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from math import exp
from random import Random
from typing import Final

from resilience.availability.failing import Failures
from resilience.availability.pairs import SmallCutSets, by_event, swept
from resilience.sweep import bits

CONFIDENCE: Final = 0.999
"""Of each service's bound."""
_AT_ONCE: Final = 2**16
AT_MOST: Final = 24
"""No case with more events at once is drawn; how probable those are is added to the bound."""


@dataclass(frozen=True)
class Remainder:
    """Probability that a service fails though none of its cut sets of one or two events prevails."""

    estimate: float
    high: float
    """It is no more than this, with the confidence stated."""


def remainders(
    failures: Failures,
    small: SmallCutSets,
    services: Sequence[str],
    chances: Mapping[str, float],
    *,
    samples: int,
    seed: int,
    always: frozenset[str] = frozenset(),
) -> dict[str, Remainder]:
    """Of each of those services what cut sets of more than two events add.

    Cases are drawn from those in which three events or more prevail: first how many, then which (events are
    drawn by their odds and the draw is thrown away where one comes twice, which is the conditional
    distribution; Chen, Dempster, Liu: Biometrika 81, 1994). The bound is the exact one for a share that was
    seen so often (Clopper, Pearson: Biometrika 26, 1934), times the probability of three events or more.
    """
    names = [event for event, chance in sorted(chances.items()) if 0.0 < chance < 1.0]
    counts = at_once([chances[name] for name in names], AT_MOST)
    three, beyond = sum(counts[3 : AT_MOST + 1]), counts[AT_MOST + 1]
    if len(names) < 3 or three <= 0.0:
        return dict.fromkeys(services, Remainder(0.0, beyond))
    random = Random(seed)
    rounds = max(1, -(-samples // _AT_ONCE))
    hits = dict.fromkeys(services, 0)
    pairs = {service: frozenset(small.pairs[service]) for service in services}
    sizes = list(accumulate(counts[3 : AT_MOST + 1]))
    odds = list(accumulate(chances[name] / (1.0 - chances[name]) for name in names))
    for _ in range(rounds):
        cases = [
            _case(random, names, odds, 3 + bisect_right(sizes, random.random() * sizes[-1]))
            for _ in range(_AT_ONCE)
        ]
        holding = by_event(cases)
        values, width = swept(failures, holding, always, _AT_ONCE)
        below = failures.below(values, width, (1 << _AT_ONCE) - 1)
        for service in services:
            rest = 0 if service in small.down else below[service]
            for event in small.singles[service]:
                rest &= ~holding.get(event, 0)
            hits[service] += sum(
                not any(pair in pairs[service] for pair in combinations(cases[number], 2))
                for number in bits(rest)
            )
    count = rounds * _AT_ONCE
    return {
        one: Remainder(three * hits[one] / count, min(1.0, three * most_often(hits[one]) / count + beyond))
        for one in services
    }


def _case(random: Random, names: Sequence[str], odds: Sequence[float], size: int) -> tuple[str, ...]:
    while True:
        drawn = {min(bisect_right(odds, random.random() * odds[-1]), len(names) - 1) for _ in range(size)}
        if len(drawn) == size:
            return tuple(names[place] for place in sorted(drawn))


def at_once(chances: Sequence[float], most: int) -> list[float]:
    """Probability that exactly 0, 1, … `most` independent events prevail, and last that more do.

    >>> [round(one, 3) for one in at_once([0.5, 0.5, 0.5], 2)]
    [0.125, 0.375, 0.375, 0.125]
    """
    found = [1.0] + [0.0] * (most + 1)
    for chance in chances:
        found[most + 1] += found[most] * chance
        for count in range(most, 0, -1):
            found[count] = found[count] * (1.0 - chance) + found[count - 1] * chance
        found[0] *= 1.0 - chance
    return found


def most_often(hits: int) -> float:
    """How many hits one must reckon with where so many were seen: the mean of the Poisson distribution that
    gives no more with a probability of 1 − CONFIDENCE. A binomial one lies below it there (Anderson, Samuels:
    Fifth Berkeley Symposium, 1967).

    >>> round(most_often(0), 3), round(most_often(10), 2)
    (6.908, 24.13)
    """
    low, high = float(hits), 4.0 * hits + 40.0
    for _ in range(100):
        middle = (low + high) / 2.0
        term = total = exp(-middle) if middle < 700 else 0.0
        for count in range(1, hits + 1):
            term *= middle / count
            total += term
        low, high = (middle, high) if total > 1.0 - CONFIDENCE else (low, middle)
    return high
