"""The queue of writes against a simulation that knows no formula, and against closed forms."""

from bisect import bisect_right
from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.data_loss.backlog import Outage, greatest_backlog, greatest_delay
from resilience.data_loss.write_profile import HOUR, WriteProfile
from specs.units import DAY

SEEDS = st.integers(0, 2**32)
few = settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


class Case:
    """A random day, rates and failure; uneven figures, so that no two moments fall together by chance."""

    def __init__(self, seed: int) -> None:
        dice = Random(seed)
        cuts = [0, *sorted(dice.sample(range(1, 24), dice.choice([0, 1, 2, 4]))), 24]
        rates = [dice.choice([0.0, 1.0, 3.0, 8.0]) + dice.random() / 7 for _ in cuts[1:]]
        hours = [b - a for a, b in pairwise(cuts)]
        self.profile = WriteProfile(tuple((h * HOUR, rate) for h, rate in zip(hours, rates, strict=True)))
        mean = self.profile.mean
        self.usual = mean * dice.choice([1.2, 1.6, 3.0, 9.0]) * (1 + dice.random() / 50)
        self.during = dice.choice([0.0, 0.0, 0.35, 0.8, 1.05]) * mean
        self.lasts = dice.choice([0.4, 3.0, 11.0, 25.0, 40.0]) * HOUR * (1 + dice.random() / 50)
        self.allowed = dice.choice([60.0, 1800.0, 5 * HOUR, 26 * HOUR])
        self.outage = Outage(self.profile, self.usual, self.during)
        near = [
            edge + shift
            for edge in self.profile.edges
            for shift in (0.0, -self.lasts, 0.01, 0.01 - self.lasts)
        ]
        self.starts = sorted({start % DAY for start in [*near, *(n * DAY / 96 for n in range(96))]})


class Simulated:
    """A failure from one moment on: the queue stepped from edge to edge over days, from two days before."""

    def __init__(self, case: Case, start: float, days: int = 24) -> None:
        profile, mended = case.profile, start + case.lasts
        moments = sorted({*profile.edges_between(start - 2 * DAY, start + days * DAY), start, mended})
        self.points: list[tuple[float, float]] = []
        here, waiting = start - 2 * DAY, 0.0
        self.emptied: float | None = None
        for moment in moments:
            rate = case.during if start <= here < mended else case.usual
            pace = profile.rate_at(here) - rate
            empty = here - waiting / pace if pace < 0 else inf
            if empty < moment:
                self.points += [(here, waiting), (empty, 0.0)]
                if here >= mended and self.emptied is None:
                    self.emptied = empty - mended
                here, waiting = empty, 0.0
                pace = max(0.0, profile.rate_at(here) - rate)
            self.points.append((here, waiting))
            here, waiting = moment, max(0.0, waiting + pace * (moment - here))
            if here >= mended and self.emptied is None and waiting <= 1e-6 * profile.volume:
                self.emptied = here - mended
        self.points.append((here, waiting))

    def waiting(self, moment: float) -> float:
        at = bisect_right(self.points, (moment, inf)) - 1
        (a, low), (b, high) = self.points[at], self.points[min(at + 1, len(self.points) - 1)]
        return low + (high - low) * ((moment - a) / (b - a) if b > a else 0.0)


@given(SEEDS)
@few
def test_the_backlog_is_the_greatest_that_any_beginning_leaves(seed: int) -> None:
    case = Case(seed)
    found = [Simulated(case, start, 4).waiting(start + case.lasts) for start in case.starts]
    exact = case.outage.backlog(case.lasts)
    assert max(found) <= exact + 1e-6 * case.profile.volume
    # The grid of a quarter of an hour misses the worst moment by no more than its writes.
    assert exact <= max(found) + case.profile.peak * DAY / 96 + 1e-6 * case.profile.volume


@given(SEEDS)
@few
def test_the_rpo_is_broken_at_the_first_moment_that_any_beginning_breaks_it(seed: int) -> None:
    case = Case(seed)
    found = {start: first_break(case, start, 600.0) for start in case.starts}
    for spread in (DAY / 96, DAY / 4000) if min(found.values()) < inf else ():
        for start in sorted(found, key=lambda start: found[start])[:3]:
            for part in range(-10, 11):
                near = (start + spread * part / 10) % DAY
                found[near] = first_break(case, near, 20.0, min(found.values()))
    exact = case.outage.broken_after(case.allowed)
    earliest = min(found.values())
    assert exact <= earliest + 1e-6
    if exact * 1.1 + 900.0 < min(case.lasts, 2 * DAY):
        assert earliest <= exact * 1.1 + 300.0


def first_break(case: Case, start: float, step: float, before: float = inf) -> float:
    """The first moment, on a grid, at which the oldest write that waits is older than is allowed."""
    run = Simulated(case, start, 3)
    moment = start + max(0.0, before - 3600.0 if before < inf else 0.0)
    while moment <= start + min(case.lasts, 2 * DAY, before):
        lacking = run.waiting(moment) - case.profile.between(moment - case.allowed, moment)
        if lacking > 1e-6 * case.profile.volume:
            return moment - start
        moment += step
    return inf


@pytest.mark.slow
@given(SEEDS)
@few
def test_no_beginning_takes_longer_to_catch_up_and_some_beginning_takes_as_long(seed: int) -> None:
    case = Case(seed)
    found = {start: Simulated(case, start).emptied for start in case.starts}
    longest = max((after for after in found.values() if after is not None), default=0.0)
    exact = case.outage.caught_up_after(case.lasts)
    if None in found.values():
        assert exact > 20 * DAY
        return
    assert longest <= exact + 1e-3
    for spread in (DAY / 96, DAY / 2000, DAY / 40000):
        worst = sorted(found, key=lambda start: -(found[start] or 0.0))[:3]
        for start in worst:
            for part in range(-20, 21):
                near = (start + spread * part / 20) % DAY
                found[near] = Simulated(case, near).emptied or 0.0
    longest = max(after or 0.0 for after in found.values())
    assert longest <= exact + 1e-3
    assert exact <= longest * 1.02 + 120.0


@given(SEEDS, st.sampled_from([0.0, 1e4]), st.floats(1.0, 4.0))
@few
def test_two_ways_to_the_longest_catching_up_agree_where_the_way_carries_the_peak(
    seed: int, burst: float, wide: float
) -> None:
    case = Case(seed)
    profile = WriteProfile(case.profile.stretches, burst)
    outage = Outage(profile, profile.peak * wide * 1.003, case.during)
    assert outage._by_windows(case.lasts) == pytest.approx(outage._search(case.lasts), rel=1e-6)


@pytest.mark.parametrize(
    ("usual", "hours", "backlog", "caught"), [(25e6, 1, 36e9, 2400.0), (12e6, 24, 864e9, 432_000.0)]
)
def test_constant_writes_have_the_closed_form(
    usual: float, hours: int, backlog: float, caught: float
) -> None:
    """Waiting w·T, gone after w·T / (C - w)."""
    cut = Outage(WriteProfile(((DAY, 10e6),)), usual, 0.0)
    assert cut.backlog(hours * HOUR) == pytest.approx(backlog)
    assert cut.caught_up_after(hours * HOUR) == pytest.approx(caught)
    assert cut.broken_after(900.0) == 900.0


def test_a_way_half_as_wide_as_the_writes_breaks_the_rpo_after_twice_the_time() -> None:
    """What waits at t is (w - c)·t, its oldest write is (1 - c/w)·t old."""
    narrow = Outage(WriteProfile(((DAY, 10e6),)), 40e6, 5e6)
    assert narrow.broken_after(300.0) == pytest.approx(600.0)
    assert narrow.backlog(3600.0) == pytest.approx(18e9)
    assert Outage(WriteProfile(((DAY, 10e6),)), 40e6, 10e6).broken_after(300.0) == inf


def test_a_mean_would_see_no_backlog_where_the_peak_of_the_day_makes_one() -> None:
    """8 busy hours at 3 Mbit/s, mean 1: a way of 2 never lags by the mean, and by 4 hours at the peak."""
    office = WriteProfile(((8 * HOUR, 0.0), (8 * HOUR, 3e6), (8 * HOUR, 0.0)))
    assert greatest_delay(WriteProfile(((DAY, office.mean),)), 2e6) == 0.0
    assert greatest_backlog(office, 2e6) == pytest.approx(8 * HOUR * 1e6)
    assert greatest_delay(office, 2e6) == pytest.approx(4 * HOUR)
    narrowed = Outage(office, 3e6, 2e6)
    # After u busy hours a third of u is late: an hour late after 3 hours.
    assert narrowed.broken_after(HOUR) == pytest.approx(3 * HOUR)


def test_less_than_the_mean_never_catches_up_and_grows_day_by_day() -> None:
    profile = WriteProfile(((DAY / 2, 20e6), (DAY / 2, 0.0)))
    assert greatest_backlog(profile, 9e6) == inf
    assert Outage(profile, 9e6, 0.0).caught_up_after(60.0) == inf
    assert Outage(profile, 20e6, 9e6).backlog(10 * DAY) == pytest.approx(
        10e6 * DAY * 10 - 9e6 * DAY * 10 + 11e6 * DAY / 2 - 1e6 * DAY
    )


def test_a_burst_waits_on_top_and_a_wide_way_lets_nothing_wait() -> None:
    bursty = WriteProfile(((DAY, 10e6),), burst=1e9)
    assert greatest_backlog(bursty, 20e6) == pytest.approx(1e9)
    assert greatest_delay(bursty, inf) == 0.0
    cut = Outage(bursty, 20e6, 0.0)
    assert cut.backlog(100.0) == pytest.approx(2e9)
    assert cut.caught_up_after(100.0) == pytest.approx(200.0)
    assert Outage(bursty, inf, 0.0).caught_up_after(100.0) == 0.0
