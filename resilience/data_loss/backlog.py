"""What waits to be copied when writes follow a daily profile and the way to the copy narrows or is lost.

The backlog is a queue fed by the profile and emptied at a rate that is constant before, during and after a
failure. All is exact for such a queue (its amounts are piecewise linear in time), at the worst time of day
for the failure to begin. What waits longest is what was written first: the age of a copy is that of the
oldest write that it lacks. The backlog at a moment is the greatest, over all earlier ones, of what was
written since less what could be copied since (Reich 1958; Le Boudec and Thiran, Network Calculus, 2001, 1.4).

Rates are in bit/s, times in seconds, amounts in bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, floor, inf

from resilience.data_loss.write_profile import WriteProfile
from specs.units import DAY

CLOSE = 1e-9
"""A backlog below this share of a day's writes is none."""


def greatest_backlog(profile: WriteProfile, rate: float) -> float:
    """Most that ever waits where `rate` is copied all the time; infinite where less than the mean is.

    >>> office = WriteProfile(((8 * 3600.0, 0.0), (8 * 3600.0, 3e6), (8 * 3600.0, 0.0)))
    >>> greatest_backlog(office, 2e6) == 8 * 3600 * 1e6
    True
    """
    if rate < profile.mean * (1 - CLOSE):
        return inf
    if rate == inf or (rate >= profile.peak and not profile.burst):
        return 0.0
    return max(most - rate * length for length, most in profile.windows) + profile.burst


def greatest_delay(profile: WriteProfile, rate: float) -> float:
    """Longest that a write ever waits where `rate` is copied all the time."""
    most = greatest_backlog(profile, rate)
    return 0.0 if most == 0.0 else most / rate if rate > 0 else inf


@dataclass(frozen=True)
class Outage:
    """A failure under which the way to a copy carries less, or nothing.

    >>> even = WriteProfile(((DAY, 10e6),))
    >>> cut = Outage(even, usual=25e6, during=0.0)
    >>> cut.broken_after(300.0), cut.backlog(3600.0), cut.caught_up_after(3600.0)
    (300.0, 36000000000.0, 2400.0)

    An hour without a way leaves 36 Gbit, which drain at 25 - 10 Mbit/s in 40 minutes.
    """

    profile: WriteProfile
    usual: float
    """What the way carries before and after; may be infinite."""
    during: float
    """What it carries while the failure lasts."""

    def broken_after(self, allowed: float) -> float:
        """Earliest seconds from the failure until the oldest write that waits is older than `allowed`;
        infinite: never. 0 where that is so in calm."""
        if greatest_delay(self.profile, self.usual) > allowed:
            return 0.0
        if self.during >= self.usual:
            return inf
        return min(self._broken_from_empty(allowed), self._broken_from_waiting(allowed))

    def _broken_from_empty(self, allowed: float) -> float:
        """The queue begins to fill with the failure or later: the shortest while whose writes are more than
        can be copied in it and in the time allowed on top."""
        return allowed + min(
            _first_above(side, start, self.during, self.during * allowed - self.profile.burst)
            for side in (self.profile, self.profile.reversed)
            for start in side.edges
        )

    def _broken_from_waiting(self, allowed: float) -> float:
        """Something waits already when the failure begins."""
        if self.usual == inf:
            return inf
        found = inf
        for length, most in self.profile.windows:
            spare = self.usual * (length + allowed) - most - self.profile.burst
            after = max(0.0, spare / (self.usual - self.during))
            if after < length + allowed:
                found = min(found, after)
        return found

    def backlog(self, lasts: float) -> float:
        """Most that waits when the failure is mended after that time."""
        profile, longest = self.profile, 0.0
        shortest = max(0.0, lasts - DAY) if self.during < profile.mean else 0.0
        for gap, most in profile.windows:
            for days in _days(gap, shortest, lasts):
                length = gap + days * DAY
                longest = max(longest, most + days * profile.volume - self.during * length)
            for days in _days(gap, lasts, lasts + DAY) if self.usual < inf else ():
                copied = self.usual * (gap + days * DAY - lasts) + self.during * lasts
                longest = max(longest, most + days * profile.volume - copied)
        whole = profile.most_within(lasts) - self.during * lasts
        return max(longest + profile.burst, whole, 0.0) if lasts > 0 or profile.burst else longest

    def caught_up_after(self, lasts: float) -> float:
        """Longest seconds from the mending until nothing waits any more; infinite: it may never.

        A burst counts as waiting when the failure is mended; those of later days are calm's own.
        """
        if self.usual == inf:
            return 0.0
        if self.usual < self.profile.mean * (1 + CLOSE):
            return inf if self.backlog(lasts) > self._none else 0.0
        return _longest_catching_up(self, lasts)

    def _by_windows(self, lasts: float) -> float:
        """Where the way carries the peak again nothing new waits, and the backlog of every beginning only
        shrinks: the longest is that of the worst while, which ends when it is gone.

        In a while of u seconds of failure and x after it more was written than c·u + C·x. The worst has u as
        long as the failure (or nothing, where a burst is all that waits) and begins or ends at an edge, or
        lies between two edges.
        """
        profile, rate = self.profile, self.usual - self.during
        longest = max(
            _emptied(side, start, failed, self.usual, self.during * failed - profile.burst)
            for side in (profile, profile.reversed)
            for start in side.edges
            for failed in ((0.0, lasts) if profile.burst else (lasts,))
        )
        gained = profile.volume - self.during * DAY
        for gap, most in profile.windows:
            over = most + profile.burst - self.during * gap
            # Each day more adds to the writes and to the failure; the last that still lies in it counts.
            days = floor((lasts + over / rate - gap) / (DAY - gained / rate)) if gained > 0 else 0
            after = (over + max(0, days) * gained) / rate
            if 0.0 <= gap + max(0, days) * DAY - after <= lasts:
                longest = max(longest, after)
        return longest

    def _search(self, lasts: float) -> float:
        """The time is piecewise linear in the beginning, and bends or jumps only where the backlog ends, or
        touches nothing, at an edge of the profile: edges up to a day beyond the longest found decide."""
        edges = self.profile.edges
        longest = max(self._drained(start, lasts) for start in (*edges, *((e - lasts) % DAY for e in edges)))
        mended = floor(lasts / DAY)
        days = [day for day in (0, 1, 2) if day < mended - 1]
        day = max(0, mended - 1)
        while days or (day - 2) * DAY <= lasts + longest:
            if days:
                this = days.pop(0)
            else:
                this, day = day, day + 1
            for edge in edges:
                for start in self._emptied_at(this * DAY + edge, lasts):
                    longest = max(longest, self._drained(start, lasts))
        return longest

    @cached_property
    def _none(self) -> float:
        return CLOSE * max(self.profile.volume, 1.0)

    def _emptied_at(self, end: float, lasts: float) -> Iterator[float]:
        """Beginnings whose backlog is gone just at `end`."""
        profile = self.profile
        marks = sorted({*profile.edges, DAY})
        for left, right in pairwise(marks):
            slope_of_writes = profile.rate_at(left)
            # Filled from the beginning on; gone after the mending, or (touching) while the failure lasts;
            # or a burst alone, at the mending.
            gap = profile.between(left, end) - self.during * lasts - self.usual * (end - left - lasts)
            gap += profile.burst
            yield from _root(gap, self.usual - slope_of_writes, left, right)
            gap = profile.between(left, end) - self.during * (end - left)
            yield from _root(gap, self.during - slope_of_writes, left, right)
            if profile.burst:
                gap = profile.between(left, end) + profile.burst - self.usual * (end - left)
                yield from (
                    (mended - lasts) % DAY for mended in _root(gap, self.usual - slope_of_writes, left, right)
                )
        if self.usual == self.during:
            return
        # The queue of a failure is empty for the last time within its first day, or fills anew every day.
        days = (
            range(2)
            if self.during < profile.mean
            else range(max(0, floor(lasts / DAY) - 1), ceil(lasts / DAY) + 1)
        )
        for start in (edge + day * DAY for edge in profile.edges for day in days):
            if start < end:
                rest = (
                    profile.between(start, end) + self.during * (start - lasts) - self.usual * (end - lasts)
                )
                rest += profile.burst
                yield (rest / (self.during - self.usual)) % DAY

    def _drained(self, begins: float, lasts: float) -> float:
        """Seconds from the mending of a failure that begins at that time of day until nothing waits."""
        profile, end = self.profile, begins + lasts
        before = max(
            0.0,
            *(
                profile.between(edge, begins) - self.usual * (begins - edge)
                for edge in (begins - (begins - edge) % DAY for edge in profile.edges)
            ),
        )
        waiting = before + profile.between(begins, end) - self.during * lasts
        near = (*self._near(begins, end, begins), *self._near(begins, end, end - DAY))
        for start in near:
            waiting = max(waiting, profile.between(start, end) - self.during * (end - start))
        waiting = max(waiting, 0.0) + profile.burst
        if waiting <= self._none and self.during >= profile.rate_at(end):
            return 0.0
        # Nothing waits, and would the failure begin a moment later something did: that counts as waiting.
        return self._empties(end, waiting)

    def _near(self, begins: float, end: float, day: float) -> tuple[float, ...]:
        return self.profile.edges_between(max(begins, day), min(end, max(begins, day) + DAY))

    def _empties(self, start: float, waiting: float) -> float:
        """Seconds from `start` until what waits there is gone; a moment at which it is just gone and comes
        back is passed over."""
        profile, rate = self.profile, self.usual
        gain = rate * DAY - profile.volume
        marks = (*profile.edges_between(start, start + DAY), start + DAY)
        lowest = min(profile.between(start, mark) - rate * (mark - start) for mark in marks)
        days = max(0, floor((waiting + lowest) / gain))
        waiting -= days * gain
        while True:
            here = start
            level = waiting
            for mark in marks:
                then = waiting + profile.between(start, mark) - rate * (mark - start)
                if then < -self._none:
                    return days * DAY + (here - start) + (mark - here) * level / (level - then)
                here, level = mark, max(then, 0.0)
            waiting -= gain
            days += 1


@lru_cache(maxsize=4096)
def _longest_catching_up(outage: Outage, lasts: float) -> float:
    """Many datasets and failures ask for the same."""
    if outage.usual >= outage.profile.peak and outage.during < outage.usual:
        return outage._by_windows(lasts)
    return outage._search(lasts)


def _days(gap: float, least: float, most: float) -> range:
    """Whole days that may be added to a while, so that its length lies between two bounds."""
    return range(max(0, ceil((least - gap) / DAY)), floor((most - gap) / DAY) + 1)


def _first_above(profile: WriteProfile, start: float, rate: float, threshold: float) -> float:
    """The first length of a while from an edge on whose writes exceed what is copied in it by more than the
    threshold; infinite: none."""
    marks = (*profile.edges_between(start, start + DAY), start + DAY)
    levels = [0.0, *(profile.between(start, mark) - rate * (mark - start) for mark in marks)]
    if threshold < 0.0:
        return 0.0
    growth = profile.volume - rate * DAY
    days = 0
    if max(levels) <= threshold:
        if growth <= CLOSE * max(profile.volume, 1.0):
            return inf
        days = max(0, floor((threshold - max(levels)) / growth))
    while True:
        here, level = start, days * growth
        for mark, written in zip(marks, levels[1:], strict=True):
            then = written + days * growth
            if then > threshold:
                return (
                    days * DAY + (here - start) + (mark - here) * max(0.0, threshold - level) / (then - level)
                )
            here, level = mark, then
        days += 1


def _emptied(profile: WriteProfile, start: float, lasts: float, rate: float, copied: float) -> float:
    """Seconds from the end of a while of `lasts` on until all written since its start is copied: `copied`
    by then, and `rate` from then on, which is at least the peak."""
    mended = start + lasts
    level = profile.between(start, mended) - copied
    gain = rate * DAY - profile.volume
    days = max(0, floor(level / gain)) if gain > 0 else 0
    level -= days * gain
    here = mended
    while level > 0.0:
        for mark in (*profile.edges_between(here, here + DAY), here + DAY):
            pace = rate - profile.rate_at(here)
            if pace > 0 and level <= pace * (mark - here):
                return days * DAY + (here - mended) + level / pace
            level -= pace * (mark - here)
            here = mark
    return days * DAY + (here - mended) if level == 0.0 or days else 0.0


def _root(value: float, slope: float, left: float, right: float) -> Iterator[float]:
    """Where a straight line of that value at `left` meets nothing, if between the two."""
    if slope:
        found = left - value / slope
        if left <= found <= right:
            yield found % DAY
