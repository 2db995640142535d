"""Sets of scenarios as step functions of time: when which of them have lost something.

A value is either one whole number, whose bit *s* says that something is lost in scenario *s* from the event
on, or a course: such numbers, each from a moment on. Steps are closed at their beginning and open at their
end, the first begins at 0 and the last one lasts. Before 0 nothing has happened yet.
"""

from collections.abc import Callable, Iterable, Sequence

Course = tuple[tuple[float, int], ...]
"""Moments in seconds, rising from 0, each with the scenarios that have lost it from then on."""

Value = int | Course
"""The same from the event on, or a course of at least two steps."""


def pieces(value: Value) -> Course:
    """The value as a course, be it of one step.

    >>> pieces(0b101)
    ((0.0, 5),)
    """
    return ((0.0, value),) if isinstance(value, int) else value


def joined(steps: Iterable[tuple[float, int]]) -> Value:
    """Steps in order as a value: those that change nothing are left out.

    >>> joined([(0.0, 1), (5.0, 1), (9.0, 3)])
    ((0.0, 1), (9.0, 3))
    >>> joined([(0.0, 1), (5.0, 1)])
    1
    """
    kept: list[tuple[float, int]] = []
    for moment, bits in steps:
        if not kept or kept[-1][1] != bits:
            kept.append((moment, bits))
    return kept[0][1] if len(kept) == 1 else tuple(kept)


def masked(value: Value, ones: int) -> Value:
    """Only those scenarios."""
    if isinstance(value, int):
        return value & ones
    return joined((moment, bits & ones) for moment, bits in value)


def settled(value: Value) -> int:
    """Scenarios in which it is lost in the end."""
    return value if isinstance(value, int) else value[-1][1]


def ever(value: Value) -> int:
    """Scenarios in which it is lost at some moment.

    >>> ever(((0.0, 0b01), (5.0, 0b10)))
    3
    """
    if isinstance(value, int):
        return value
    found = 0
    for _, bits in value:
        found |= bits
    return found


def over_time(values: Sequence[Value], gate: Callable[[list[int]], int]) -> Value:
    """A function of several values at every moment.

    >>> over_time([((0.0, 0), (5.0, 1)), ((0.0, 1), (9.0, 0))], lambda both: both[0] & both[1])
    ((0.0, 0), (5.0, 1), (9.0, 0))
    """
    now: list[int] = []
    changes: list[tuple[float, int, int]] = []
    for number, value in enumerate(values):
        if isinstance(value, int):
            now.append(value)
        else:
            now.append(value[0][1])
            changes += [(moment, number, bits) for moment, bits in value[1:]]
    first = gate(now)
    if not changes:
        return first
    changes.sort()
    found = [(0.0, first)]
    last = len(changes) - 1
    for place, (moment, number, bits) in enumerate(changes):
        now[number] = bits
        if place == last or changes[place + 1][0] != moment:
            result = gate(now)
            if result != found[-1][1]:
                found.append((moment, result))
    return first if len(found) == 1 else tuple(found)


def held(value: Value, before: int, seconds: float) -> Value:
    """What is lost once its loss has lasted that long: short losses are not noticed, and the end of one is
    noticed at once. `before` is what was lost before the event.

    >>> held(0b1, 0, 60.0)
    ((0.0, 0), (60.0, 1))
    >>> held(((0.0, 1), (60.0, 0)), 0, 60.0)
    0
    """
    if isinstance(value, int) and not before and seconds > 0:
        return ((0.0, 0), (seconds, value)) if value else 0
    return _window(value, before, seconds, lambda a, b: a & b)


def lingering(value: Value, before: int, seconds: float) -> Value:
    """What is lost until it has been there again that long.

    >>> lingering(((0.0, 1), (5.0, 0)), 0, 90.0)
    ((0.0, 1), (95.0, 0))
    """
    if isinstance(value, int) and not before:
        return value
    return _window(value, before, seconds, lambda a, b: a | b)


def warm(called: Value, lost: Value, called_before: int, lost_before: int, seconds: float) -> Value:
    """When something that stands by serves: once it had been called for that long without being lost itself,
    and from then on until it is lost. It does not stop because what called it comes back, not even where that
    comes back through it at once. What was called before the event serves already.

    >>> warm(0b1, 0, 0, 0, 30.0)
    ((0.0, 0), (30.0, 1))
    >>> warm(((0.0, 1), (40.0, 0)), ((0.0, 0), (90.0, 1)), 0, 0, 30.0)
    ((0.0, 0), (30.0, 1), (90.0, 0))
    >>> warm(((0.0, 1), (30.0, 0)), 0, 0, 0, 30.0)
    ((0.0, 0), (30.0, 1))
    """
    if isinstance(called, int) and isinstance(lost, int) and not called_before:
        return held(called & ~lost, 0, seconds)
    serves = called_before & ~lost_before
    steps = pieces(over_time([called, lost], lambda now: now[0] & ~now[1]))
    moments = {moment for value in (called, lost) for moment, _ in pieces(value)}
    found: list[tuple[float, int]] = []
    standing, losses = 0, pieces(lost)
    for moment in sorted(moments | {begins + seconds for begins, _ in steps}):
        while standing + 1 < len(losses) and losses[standing + 1][0] <= moment:
            standing += 1
        past = [step for step in steps if step[0] < moment or seconds <= 0]
        ready = window_at(past, called_before & ~lost_before, moment, seconds, lambda a, b: a & b)
        serves = (serves | ready) & ~losses[standing][1]
        found.append((moment, serves))
    return joined(found)


def _window(value: Value, before: int, seconds: float, join: Callable[[int, int], int]) -> Value:
    """At every moment the join of all steps that reach into the seconds up to it."""
    if seconds <= 0 or (isinstance(value, int) and value == before):
        return value
    steps = pieces(value)
    moments = sorted({moment for moment, _ in steps} | {moment + seconds for moment, _ in steps})
    return joined((moment, window_at(steps, before, moment, seconds, join)) for moment in moments)


def window_at(
    steps: Sequence[tuple[float, int]],
    before: int,
    moment: float,
    seconds: float,
    join: Callable[[int, int], int],
) -> int:
    """The join of the steps that reach into the seconds up to a moment; steps that begin later do not
    count."""
    found: int | None = before if moment < seconds else None
    for number, (begins, bits) in enumerate(steps):
        if begins > moment:
            break
        ends = steps[number + 1][0] if number + 1 < len(steps) else None
        if ends is None or ends + seconds > moment:
            found = bits if found is None else join(found, bits)
    return before if found is None else found
