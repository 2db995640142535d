"""The day's writes: amounts, the busiest while, and what an undeclared hour may hide."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.data_loss.calm_ages import snapshot_delay
from resilience.data_loss.write_profile import HOUR, WriteProfile, profiles_of
from specs.data import Writes
from specs.units import DAY


def random_day(seed: int) -> WriteProfile:
    dice = Random(seed)
    hours = [dice.randint(0, 9) * 1.0 for _ in range(24)]
    return WriteProfile(tuple((HOUR, rate) for rate in hours))


@given(st.integers(0, 2**32), st.floats(0, 3 * DAY), st.floats(0, 3 * DAY))
def test_amounts_are_the_sum_of_the_hours(seed: int, start: float, length: float) -> None:
    day = random_day(seed)
    total, here = 0.0, start
    while here < start + length:
        ends = min(start + length, (here // HOUR + 1) * HOUR)
        total += day.stretches[int(here // HOUR) % 24][1] * (ends - here)
        here = ends
    assert day.between(start, start + length) == pytest.approx(total, rel=1e-9, abs=1e-3)


@given(st.integers(0, 2**32), st.floats(1, 2 * DAY), st.integers(0, 24 * 60))
def test_no_while_sees_more_than_the_busiest_one(seed: int, length: float, minute: int) -> None:
    day = random_day(seed)
    start = minute * 60.0
    assert day.between(start, start + length) <= day.most_within(length) * (1 + 1e-12) + 1e-6
    tried = [
        day.between(hour * HOUR + side, hour * HOUR + side + length)
        for hour in range(24)
        for side in (0.0, -length)
    ]
    assert day.most_within(length) == pytest.approx(max(tried))


def writes(**fields: object) -> Writes:
    return Writes.model_validate(fields)


def test_hours_are_even_within_and_a_higher_peak_is_a_burst_in_any_of_them() -> None:
    by_hour = [0.5] * 12 + [1.5] * 12
    found = profiles_of(writes(average="8 bit/s", peak="24 bit/s", by_hour=by_hour))
    assert found.low.stretches == ((12 * HOUR, 4.0), (12 * HOUR, 12.0))
    # An hour of 12 at a peak of 24 is written in half an hour: 6 · 3600 more at either end of a while.
    assert (found.high.stretches, found.high.burst) == (found.low.stretches, 2 * 12.0 * HOUR * 0.5)
    assert found.undeclared == ""


@given(st.integers(0, 2**32), st.floats(60, DAY))
def test_no_arrangement_within_the_hours_sees_more_than_the_burst_allows(seed: int, length: float) -> None:
    dice = Random(seed)
    hours = [dice.choice([0.25, 0.5, 1.0, 2.0]) for _ in range(24)]
    mean = sum(hours) / 24
    found = profiles_of(
        writes(average="100 bit/s", peak="400 bit/s", by_hour=[share / mean for share in hours])
    )
    pieces: list[tuple[float, float]] = []
    for _, rate in ((HOUR, 100 * share / mean) for share in hours):
        busy = HOUR * rate / 400
        idle = HOUR - busy
        pieces += [(busy, 400.0), (idle, 0.0)] if dice.random() < 0.5 else [(idle, 0.0), (busy, 400.0)]
    arranged = WriteProfile(tuple(piece for piece in pieces if piece[0] > 0))
    assert arranged.most_within(length) <= found.high.most_within(length) + 1e-3


def test_an_average_alone_lets_a_day_be_written_at_once() -> None:
    found = profiles_of(writes(average="10 bit/s"))
    assert (found.low.burst, found.high.burst, found.undeclared) == (0.0, 10 * DAY, "writes.peak")


def test_a_peak_no_higher_than_the_average_is_an_even_day() -> None:
    found = profiles_of(writes(average="10 bit/s", peak="10 bit/s"))
    assert (found.low, found.undeclared) == (found.high, "")


@given(st.integers(0, 2**32), st.sampled_from([1, 2, 3, 6]), st.floats(1.05, 4))
def test_no_snapshot_arrives_later_than_said_and_some_as_late(seed: int, hours: int, wide: float) -> None:
    day = random_day(seed)
    if not day.volume:
        return
    rate, interval = day.mean * wide, hours * HOUR
    latest = 0.0
    for phase in range(hours):
        sent, taken = 0.0, phase * HOUR
        for _ in range(3 * 24 // hours):
            sent = max(sent, taken) + day.between(taken - interval, taken) / rate
            latest = max(latest, sent - taken)
            taken += interval
    assert snapshot_delay(day, interval, rate) == pytest.approx(latest)
