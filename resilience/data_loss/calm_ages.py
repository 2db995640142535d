"""How old what a copy gives back may be in calm, at the worst moment."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from resilience.clean_copies import whole_age
from resilience.data_loss.backlog import greatest_delay
from resilience.data_loss.copies import Copies, Copy
from resilience.data_loss.feeds import Feed
from resilience.data_loss.write_profile import ProfileBounds, WriteProfile, profiles_of
from resilience.failover_flows.results import Bounds
from resilience.results import Missing
from specs.data import Backup
from specs.units import DAY

Figure = Callable[[WriteProfile, float], float]
"""Something that follows from a day's writes and the rate at which they are copied; infinite: no limit."""


@dataclass(frozen=True)
class Age:
    """Seconds at the worst moment, and the facts that would tell it exactly."""

    bounds: Bounds
    missing: tuple[Missing, ...] = ()


NOTHING_LOST = Age(Bounds(0.0, 0.0))


def sum_of(a: Bounds, b: Bounds) -> Bounds:
    """One after the other.

    >>> sum_of(Bounds(1.0, 2.0), Bounds(3.0, None))
    Bounds(low=4.0, high=None)
    """
    return Bounds(a.low + b.low, None if a.high is None or b.high is None else a.high + b.high)


def between(profiles: ProfileBounds, rate: Bounds, figure: Figure) -> Bounds:
    """A figure that grows with uneven writes and falls with the rate, between what is known of both."""
    low = figure(profiles.low, inf if rate.high is None else rate.high)
    high = figure(profiles.high, rate.low)
    if low == inf:
        return Bounds(0.0, None) if high < inf else Bounds(DAY, None)
    return Bounds(low, None if high == inf else high)


def snapshot_delay(profile: WriteProfile, interval: float, rate: float) -> float:
    """Longest seconds from the taking of a snapshot until it has arrived, if each carries what was written
    since the one before and waits for it.

    The delay of a queue of batches (Lindley 1952): over any n intervals in a row what was written in them,
    less the n - 1 intervals that passed meanwhile. Nothing is said of when in the day snapshots are taken,
    so the worst while counts.

    >>> even = WriteProfile(((DAY, 10e6),))
    >>> snapshot_delay(even, 3600.0, 20e6), snapshot_delay(even, 3600.0, 9e6)
    (1800.0, inf)
    """
    if rate == inf:
        return 0.0
    if rate <= 0.0 or rate < profile.mean:
        return inf if profile.volume or profile.burst else 0.0
    return max(
        profile.most_within(count * interval) / rate - (count - 1) * interval
        for count in range(1, ceil(DAY / interval) + 2)
    )


@dataclass(frozen=True)
class CalmAges:
    """Ages of all copies of one estate in calm."""

    copies: Copies
    feeds: dict[str, Feed]
    """What reaches each in calm."""

    def age(self, copy: Copy) -> Age:
        """How old what it gives back may be; of a copy fed from another, both after each other."""
        own = self._own(copy)
        if not copy.upstream:
            return own
        above = self._upstream(copy)
        if above is None:
            return own
        before = self.age(above)
        return Age(sum_of(before.bounds, own.bounds), (*before.missing, *own.missing))

    def _upstream(self, copy: Copy) -> Copy | None:
        """What feeds it; None where the feeding goes in a circle."""
        by_name = {other.element: other for other in self.copies.by_dataset[copy.dataset]}
        seen, here = {copy.element}, copy
        while here.upstream:
            if here.upstream in seen or here.upstream not in by_name:
                return None
            seen.add(here.upstream)
            here = by_name[here.upstream]
        return by_name[copy.upstream]

    def profiles(self, dataset: str) -> tuple[ProfileBounds | None, tuple[Missing, ...]]:
        """A dataset's writes over the day, and what is undeclared of them; None: everything."""
        writes = self.copies.estate.datasets[dataset].writes
        if writes is None:
            return None, (_writes_missing(dataset, "writes"),)
        found = profiles_of(writes)
        return found, (_writes_missing(dataset, found.undeclared),) if found.undeclared else ()

    def _own(self, copy: Copy) -> Age:
        if copy.backup is not None:
            return backup_age(copy.backup)
        feed = self.feeds[copy.element] if copy.kind != "nodes" else None
        if feed is not None and feed.stops != "no":
            path = ("replications", copy.id, "over")
            return Age(
                Bounds(0.0, None), (Missing(copy.element, "over", path, "whether anything reaches it"),)
            )
        match copy.kind:
            case "asynchronous":
                return self._follows(copy, feed)
            case "snapshot":
                return self._snapshot(copy, feed)
            case _:
                return NOTHING_LOST

    def _follows(self, copy: Copy, feed: Feed | None) -> Age:
        """Its lag, and what the busiest while of the day adds where the way is narrower than that."""
        assert copy.replication is not None
        lag, missing = copy.replication.lag, []
        if lag is None:
            path = ("replications", copy.id, "lag")
            missing.append(Missing(copy.element, "lag", path, "how far it is behind in calm"))
        delay, facts = self._delay(copy, feed, greatest_delay)
        age = sum_of(Bounds(lag or 0.0, lag), delay)
        return Age(age, (*missing, *(facts if delay.low != delay.high else ())))

    def _snapshot(self, copy: Copy, feed: Feed | None) -> Age:
        """Its interval, and until it has arrived: as declared (`lag`), or longer where the way is narrow."""
        assert copy.replication is not None
        interval = copy.replication.interval or 0.0
        lag, missing = copy.replication.lag, []
        delay, facts = self._delay(copy, feed, lambda profile, rate: snapshot_delay(profile, interval, rate))
        if lag is not None:
            delay = Bounds(max(lag, delay.low), None if delay.high is None else max(lag, delay.high))
        if delay.low != delay.high:
            path = ("replications", copy.id, "lag")
            if lag is None:
                missing.append(Missing(copy.element, "lag", path, "how long a snapshot takes to arrive"))
            missing += facts
        return Age(sum_of(Bounds(interval, interval), delay), tuple(missing))

    def _delay(self, copy: Copy, feed: Feed | None, figure: Figure) -> tuple[Bounds, tuple[Missing, ...]]:
        """A delay by the daily writes and the rate in calm; none within one site."""
        if feed is None or feed.rate is None:
            return Bounds(0.0, 0.0), ()
        profiles, facts = self.profiles(copy.dataset)
        if profiles is None:
            return Bounds(0.0, None), facts
        return between(profiles, feed.rate, figure), facts


def backup_age(backup: Backup) -> Age:
    """Between two copies plus the time that one takes; with logs, between two logs."""
    if backup.log_shipping is not None:
        return Age(Bounds(backup.log_shipping, backup.log_shipping))
    return Age(*whole_age(backup))


def _writes_missing(dataset: str, field: str) -> Missing:
    path = ("datasets", dataset, *field.split("."))
    return Missing(f"datasets/{dataset}", field, path, "how much waits when a way is narrow or lost")
