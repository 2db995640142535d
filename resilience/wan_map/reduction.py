"""A block of a map made smaller without changing its reliability: parallel links, and links in series."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Chance:
    """Two probabilities that make 1 together, each computed without subtracting."""

    up: float
    down: float

    def beside(self, other: "Chance") -> "Chance":
        """Either is up: two links in parallel.

        >>> Chance(0.9, 0.1).beside(Chance(0.9, 0.1)).up
        0.99
        """
        return Chance(self.up + self.down * other.up, self.down * other.down)

    def then(self, other: "Chance") -> "Chance":
        """Both are up: two links in series."""
        return Chance(self.up * other.up, self.down + self.up * other.down)


@dataclass(frozen=True)
class Reduced:
    """A smaller block and what its reliability is to be multiplied with."""

    links: Mapping[tuple[int, int], Chance]
    """By the two places, the lower first."""
    factor: Chance


def reduce(links: Iterable[tuple[int, int, Chance]], ends: Collection[int] | None) -> Reduced:
    """Merge parallel links and drop places with two links, until there are none; the links hang together.

    With `ends`, what counts is that those two are connected: a place between passes on what both links carry.
    Without, every place must be connected: of a place's two links one at least must be up, which is the
    factor, and given that, both are (Satyanarayana, Wood: "A linear-time algorithm for computing k-terminal
    reliability in series-parallel networks", SIAM J. Computing 14, 1985). Up to the last link of two places.
    """
    around: dict[int, dict[int, Chance]] = {}
    for one, other, chance in links:
        if one != other:
            _join(around, one, other, chance)
    kept = frozenset(ends or ())
    factor = Chance(1.0, 0.0)
    waiting = sorted(around)
    while waiting:
        place = waiting.pop()
        near = around.get(place)
        if near is None or place in kept or len(near) > 2 or len(around) <= 2:
            continue
        if len(near) == 2:
            (one, first), (other, second) = sorted(near.items())
            if ends is None:
                either = first.beside(second)
                factor = factor.then(either)
                both = first.up * second.up
                single = first.up * second.down + first.down * second.up
                merged = Chance(both / either.up, single / either.up) if either.up else Chance(0.0, 1.0)
            else:
                merged = first.then(second)
            _part(around, place)
            _join(around, one, other, merged)
            waiting += [one, other]
        else:
            for one, link in sorted(near.items()):
                if ends is None:
                    factor = factor.then(link)
                waiting.append(one)
            _part(around, place)
    merged_links = {
        (one, other): chance
        for one, near in sorted(around.items())
        for other, chance in sorted(near.items())
        if one < other
    }
    return Reduced(merged_links, factor)


def _join(around: dict[int, dict[int, Chance]], one: int, other: int, chance: Chance) -> None:
    there = around.setdefault(one, {}).get(other)
    merged = chance if there is None else there.beside(chance)
    around[one][other] = merged
    around.setdefault(other, {})[one] = merged


def _part(around: dict[int, dict[int, Chance]], place: int) -> None:
    for near in around.pop(place):
        del around[near][place]
