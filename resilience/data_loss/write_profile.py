"""How much is written over the day, as a rate that is constant within stretches and the same every day."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from specs.data import Writes
from specs.units import DAY

HOUR = 3_600.0
"""Seconds."""


@dataclass(frozen=True)
class WriteProfile:
    """Writes of one day, from midnight, repeated for ever.

    >>> office = WriteProfile(((8 * HOUR, 0.0), (8 * HOUR, 3e6), (8 * HOUR, 0.0)))
    >>> office.mean, office.between(7 * HOUR, 9 * HOUR), office.most_within(12 * HOUR)
    (1000000.0, 10800000000.0, 86400000000.0)
    """

    stretches: tuple[tuple[float, float], ...]
    """Seconds and bit/s of each stretch, in order; the seconds make a day."""
    burst: float = 0.0
    """Bits by which the writes of any while may be more than the stretches say (network calculus calls it
    the burst of an arrival curve: Le Boudec and Thiran, Network Calculus, 2001, 1.2)."""

    @cached_property
    def edges(self) -> tuple[float, ...]:
        """Seconds from midnight at which stretches begin."""
        return tuple(accumulate((seconds for seconds, _ in self.stretches[:-1]), initial=0.0))

    @cached_property
    def _written(self) -> tuple[float, ...]:
        """Bits written since midnight at each edge."""
        return tuple(accumulate((seconds * rate for seconds, rate in self.stretches[:-1]), initial=0.0))

    @cached_property
    def volume(self) -> float:
        """Bits of a day."""
        return sum(seconds * rate for seconds, rate in self.stretches)

    @property
    def mean(self) -> float:
        """Bit/s over the day."""
        return self.volume / DAY

    @property
    def peak(self) -> float:
        """Bit/s of the busiest stretch."""
        return max(rate for _, rate in self.stretches)

    def rate_at(self, moment: float) -> float:
        """Bit/s from that moment on."""
        return self.stretches[self._stretch(moment % DAY)][1]

    def _stretch(self, moment: float) -> int:
        return bisect_right(self.edges, moment) - 1

    def until(self, moment: float) -> float:
        """Bits written from a midnight until that many seconds after it (below 0: before it, negative)."""
        days, within = divmod(moment, DAY)
        stretch = self._stretch(within)
        return (
            days * self.volume
            + self._written[stretch]
            + (within - self.edges[stretch]) * self.stretches[stretch][1]
        )

    def between(self, start: float, end: float) -> float:
        """Bits written between two moments, in seconds from a midnight."""
        return self.until(end) - self.until(start)

    def most_within(self, seconds: float) -> float:
        """Most bits that any while of that length can see, the burst included: the arrival curve."""
        if seconds <= 0:
            return 0.0
        starts = set(self.edges) | {edge - seconds for edge in self.edges}
        return self.burst + max(self.between(start, start + seconds) for start in starts)

    @cached_property
    def windows(self) -> tuple[tuple[float, float], ...]:
        """Lengths of the whiles, shorter than a day, that begin and end at an edge, and most bits that one of
        each length sees, the burst left out."""
        most: dict[float, float] = {}
        for start in self.edges:
            for end in self.edges:
                gap = (end - start) % DAY
                most[gap] = max(most.get(gap, 0.0), self.between(start, start + gap))
        return tuple(sorted(most.items()))

    def edges_between(self, start: float, end: float) -> tuple[float, ...]:
        """Moments strictly between two at which the rate changes, in order."""
        found = []
        day = start // DAY
        while day * DAY < end:
            found += [moment for edge in self.edges if start < (moment := day * DAY + edge) < end]
            day += 1
        return tuple(found)

    @cached_property
    def reversed(self) -> "WriteProfile":
        """The day run backwards: a while that ends at an edge of the one begins at an edge of the other."""
        return WriteProfile(tuple(reversed(self.stretches)), self.burst)


@dataclass(frozen=True)
class ProfileBounds:
    """What is known of a dataset's writes over the day."""

    low: WriteProfile
    """The evenest day that fits what is declared: nothing waits longer than this would make it."""
    high: WriteProfile
    """The unevenest day that fits it."""
    undeclared: str
    """The field (`writes.by_hour`, `writes.peak`) that would bring the two together; empty: they are one."""


def profiles_of(writes: Writes) -> ProfileBounds:
    """The evenest and the unevenest day that fit what is declared.

    With the hours given, writes are even within each hour, or come at the peak rate for a part of it. With
    average and peak alone they are even over the day, or come at the peak rate until the day's amount is
    written. With the average alone a whole day's writes may come at once.

    >>> found = profiles_of(Writes.model_validate({"average": "10 bit/s", "peak": "40 bit/s"}))
    >>> found.low.stretches, found.high.stretches, found.undeclared
    (((86400.0, 10.0),), ((21600.0, 40.0), (64800.0, 0.0)), 'writes.by_hour')
    """
    if writes.by_hour is not None:
        hours = tuple((HOUR, writes.average * share) for share in writes.by_hour)
        even = WriteProfile(_joined(hours))
        if writes.peak is None:
            most = max(2 * rate * HOUR for _, rate in hours)
            return ProfileBounds(even, WriteProfile(even.stretches, most), "writes.peak")
        burst = (
            max(2 * rate * HOUR * (1 - rate / writes.peak) for _, rate in hours if rate < writes.peak)
            if any(0 < rate < writes.peak for _, rate in hours)
            else 0.0
        )
        return ProfileBounds(even, WriteProfile(even.stretches, burst), "")
    even = WriteProfile(((DAY, writes.average),))
    if writes.peak is None:
        return ProfileBounds(even, WriteProfile(even.stretches, even.volume), "writes.peak")
    if writes.peak <= writes.average or writes.average == 0.0:
        return ProfileBounds(even, even, "")
    busy = DAY * writes.average / writes.peak
    return ProfileBounds(even, WriteProfile(((busy, writes.peak), (DAY - busy, 0.0))), "writes.by_hour")


def _joined(stretches: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Neighbours of one rate as one stretch."""
    found: list[tuple[float, float]] = []
    for seconds, rate in stretches:
        if found and found[-1][1] == rate:
            found[-1] = (found[-1][0] + seconds, rate)
        else:
            found.append((seconds, rate))
    return tuple(found)
