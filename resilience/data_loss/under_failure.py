"""A copy while a failure lasts: when it falls out of the RPO, what waits, and how long catching up takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf

from resilience.data_loss.backlog import Outage
from resilience.data_loss.calm_ages import CalmAges, between, snapshot_delay
from resilience.data_loss.copies import Copy
from resilience.data_loss.feeds import Feed
from resilience.data_loss.results import CopyUnderFailure
from resilience.data_loss.write_profile import ProfileBounds, WriteProfile
from resilience.failover_flows.results import Bounds
from resilience.results import Missing, Tri
from specs.units import DAY

BITS = 8.0
"""In a byte."""

COUNTED = 10_000
"""Snapshots that are looked at for the first that comes too late."""

NEVER = None


@dataclass(frozen=True)
class UnderFailure:
    """Copies of one estate under failures."""

    ages: CalmAges
    calm: Mapping[str, Feed]

    def copy(
        self, copy: Copy, feed: Feed, age: Bounds, objective: float, lasts: float | None
    ) -> tuple[CopyUnderFailure, tuple[Missing, ...]]:
        """One copy fed like that instead of as in calm, where it is of that age; and facts that are
        missing."""
        profiles, facts = self.ages.profiles(copy.dataset)
        missing: tuple[Missing, ...] = ()
        if copy.backup is not None:
            late = _stopped(feed, _spare(objective, age))
            return CopyUnderFailure(copy.element, feed.stops, feed.rate, late, None, None, "yes"), missing
        broken, missing = self._broken(copy, feed, age, objective, profiles)
        backlog, caught, ever = self._waiting(copy, feed, lasts, profiles)
        if any(bounds is not None and bounds.low != bounds.high for bounds in (broken, backlog)):
            missing += facts
        found = CopyUnderFailure(copy.element, feed.stops, feed.rate, broken, backlog, caught, ever)
        return found, missing

    def _broken(
        self, copy: Copy, feed: Feed, age: Bounds, objective: float, profiles: ProfileBounds | None
    ) -> tuple[Bounds | None, tuple[Missing, ...]]:
        spare = _spare(objective, age)
        if copy.kind == "snapshot":
            return self._snapshots_broken(copy, feed, age, objective, profiles), ()
        if copy.kind == "synchronous":
            if feed.stops == "no":
                return NEVER, ()
            return self._when_lost(copy, feed, spare)
        if feed.stops == "yes" and copy.kind == "semi-synchronous":
            return spare, ()
        if profiles is None:
            return _stopped(feed, spare), ()
        allowed = _spare(objective, self._lag(copy, age))
        calm = self.calm[copy.element].rate
        if calm is None:
            return _stopped(feed, allowed), ()
        during = feed.rate or Bounds(0.0, 0.0)
        low = _outage(profiles.high, calm.low, during.low).broken_after(allowed.low)
        best = _outage(profiles.low, _rate(calm.high), _rate(during.high))
        high = best.broken_after(allowed.high or 0.0)
        if copy.kind == "semi-synchronous" or feed.stops == "unknown":
            high = inf
        return (NEVER if low == inf else Bounds(low, None if high == inf else high)), ()

    def _lag(self, copy: Copy, age: Bounds) -> Bounds:
        """What of its age the queue does not account for: its lag, and the age of what feeds it."""
        assert copy.replication is not None
        if copy.kind != "asynchronous" or copy.upstream:
            return Bounds(0.0, 0.0) if copy.kind != "asynchronous" else age
        lag = copy.replication.lag
        return Bounds(lag or 0.0, lag)

    def _when_lost(self, copy: Copy, feed: Feed, spare: Bounds) -> tuple[Bounds | None, tuple[Missing, ...]]:
        """Synchronous writes that stop lose nothing; those that go on lose all that is written since."""
        assert copy.replication is not None
        match copy.replication.when_lost:
            case "stop":
                return NEVER, ()
            case "continue":
                return _stopped(feed, spare), ()
            case _:
                path = ("replications", copy.id, "when_lost")
                matters = "whether writes go on without the copy, and are lost with the site"
                return Bounds(spare.low, None), (Missing(copy.element, "when_lost", path, matters),)

    def _snapshots_broken(
        self, copy: Copy, feed: Feed, age: Bounds, objective: float, profiles: ProfileBounds | None
    ) -> Bounds | None:
        """At the earliest just before a snapshot would have arrived; never where even at that rate all
        arrive in time."""
        assert copy.replication is not None
        spare = _spare(objective, age)
        if feed.stops == "yes" or feed.rate is None:
            return _stopped(feed, spare)
        if profiles is None:
            return Bounds(spare.low, None)
        interval, lag = copy.replication.interval or 0.0, copy.replication.lag or 0.0
        delay = between(
            profiles, feed.rate, lambda profile, rate: max(lag, snapshot_delay(profile, interval, rate))
        )
        if delay.high is not None and interval + delay.high <= objective:
            return NEVER
        late = _first_late(profiles.low, interval, lag, _rate(feed.rate.high), objective)
        return Bounds(spare.low, None if late == inf or feed.stops == "unknown" else max(late, spare.low))

    def _waiting(
        self, copy: Copy, feed: Feed, lasts: float | None, profiles: ProfileBounds | None
    ) -> tuple[Bounds | None, Bounds | None, Tri]:
        """Bytes that wait at the end of the failure, seconds until they are gone, and whether they ever
        are."""
        if lasts is None:
            return None, None, "unknown"
        assert copy.replication is not None
        stopped = copy.kind == "synchronous" and copy.replication.when_lost == "stop"
        if stopped or (copy.kind == "synchronous" and feed.stops == "no"):
            return Bounds(0.0, 0.0), Bounds(0.0, 0.0), "yes"
        if profiles is None:
            return Bounds(0.0, None), Bounds(0.0, None), "unknown"
        calm, during = self.calm[copy.element].rate, feed.rate or Bounds(0.0, 0.0)
        low_profile, high_profile = profiles.low, profiles.high
        if copy.kind == "snapshot":
            interval = copy.replication.interval or 0.0
            high_profile = WriteProfile(
                high_profile.stretches, high_profile.burst + high_profile.most_within(interval)
            )
        best = _outage(low_profile, inf if calm is None else _rate(calm.high), _rate(during.high))
        worst = _outage(high_profile, inf if calm is None else calm.low, during.low)
        sure = copy.kind in ("asynchronous", "snapshot") or copy.replication.when_lost == "continue"
        backlog = Bounds(best.backlog(lasts) / BITS if sure else 0.0, _finite(worst.backlog(lasts) / BITS))
        soonest, latest = best.caught_up_after(lasts), worst.caught_up_after(lasts)
        if sure and soonest == inf:
            return backlog, None, "no"
        # A day of the unevenest writes may happen to be the better one for catching up.
        caught = Bounds(min(soonest, latest) if sure else 0.0, _finite(latest))
        return backlog, caught, "yes" if latest < inf else "unknown"


def _rate(rate: float | None) -> float:
    return inf if rate is None else rate


def _finite(value: float) -> float | None:
    return None if value == inf else value


def _outage(profile: WriteProfile, usual: float, during: float) -> Outage:
    return Outage(profile, usual, min(usual, during))


def _spare(objective: float, age: Bounds) -> Bounds:
    """How much older than in calm a copy may become.

    >>> _spare(300.0, Bounds(5.0, None))
    Bounds(low=0.0, high=295.0)
    """
    return Bounds(0.0 if age.high is None else max(0.0, objective - age.high), max(0.0, objective - age.low))


def _stopped(feed: Feed, spare: Bounds) -> Bounds:
    """What nothing reaches grows older by the second."""
    return spare if feed.stops == "yes" else Bounds(spare.low, None)


def _first_late(profile: WriteProfile, interval: float, lag: float, rate: float, objective: float) -> float:
    """A time by which some snapshot surely came too late, if the failure begins as one is taken, at the
    worst time of day; infinite: none does."""
    if interval + lag > objective:
        return 0.0
    if rate == inf:
        return inf
    most = ceil(DAY / interval) + 1 if rate >= profile.mean else COUNTED
    for count in range(1, most + 1):
        written = profile.most_within(count * interval)
        delay = inf if rate == 0.0 and written else written / rate if rate else 0.0
        if interval + delay - (count - 1) * interval > objective:
            return max(0.0, (count - 2) * interval + objective)
    return inf
