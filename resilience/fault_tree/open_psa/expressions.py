"""Expressions of the Open-PSA format as numbers: arithmetic, distributions in time, means of deviates."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from resilience.fault_tree.open_psa.elements import Element
from specs.text import did_you_mean

HOURS_A_YEAR: Final = 8760.0

Values = Sequence[float]
_ANY: Final = 10**9
_IN_FULL: Final = 11
"""Arguments of a periodic test that takes time."""

_ONE: Final[Mapping[str, Callable[[float], float]]] = {
    "neg": lambda one: -one,
    "abs": abs,
    "acos": math.acos,
    "asin": math.asin,
    "atan": math.atan,
    "cos": math.cos,
    "cosh": math.cosh,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "sin": math.sin,
    "sinh": math.sinh,
    "tan": math.tan,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "ceil": lambda one: float(math.ceil(one)),
    "floor": lambda one: float(math.floor(one)),
    "not": lambda one: float(not one),
}
_TWO: Final[Mapping[str, Callable[[float, float], float]]] = {
    "pow": math.pow,
    "mod": math.fmod,
    "eq": lambda one, other: float(one == other),
    "df": lambda one, other: float(one != other),
    "lt": lambda one, other: float(one < other),
    "gt": lambda one, other: float(one > other),
    "leq": lambda one, other: float(one <= other),
    "geq": lambda one, other: float(one >= other),
}


def exponential(rate: float, time: float) -> float:
    """Failed by `time` at a constant failure rate: 1 − e^(−λt).

    >>> round(exponential(0.001, 100), 6)
    0.095163
    """
    return -math.expm1(-rate * time)


def glm(at_start: float, rate: float, repair: float, time: float) -> float:
    """Failed at `time`, for one that does not start with probability γ, fails at rate λ, is mended at rate μ:
    (λ − (λ − γ(λ+μ)) e^(−(λ+μ)t)) / (λ+μ).

    >>> round(glm(0.0, 1.0, 9.0, 1e9), 6), glm(0.25, 1.0, 9.0, 0.0)
    (0.1, 0.25)
    """
    both = rate + repair
    if both == 0:
        return at_start
    return at_start * math.exp(-both * time) - rate / both * math.expm1(-both * time)


def weibull(scale: float, shape: float, shift: float, time: float) -> float:
    """Failed by `time` with a rate that changes with age: 1 − e^(−((t − t0)/α)^β); 0 before t0.

    >>> round(weibull(100, 1, 0, 100), 6)
    0.632121
    """
    return -math.expm1(-math.pow((time - shift) / scale, shape)) if time > shift else 0.0


def periodic_test(values: Values) -> float:
    """Failed at `time` where failures show only in tests: λ, τ, θ, t with repair at once, or λ, μ, τ, θ, t
    with repair at rate μ; θ is the first test, τ the time between tests.

    Between two tests what is being repaired may come back and fail unseen; at the next test it is found.

    >>> round(periodic_test([0.01, 10, 5, 18]), 6) == round(exponential(0.01, 3), 6)
    True
    >>> round(periodic_test([0.01, 1e9, 10, 5, 18]), 6) == round(exponential(0.01, 3), 6)
    True
    """
    rate, *repair, between, first, time = values
    if time <= first:
        return exponential(rate, time)
    periods = math.floor((time - first) / between)
    after = time - first - periods * between
    if not repair:
        return exponential(rate, after or between)
    mended = repair[0]

    def again(passed: float) -> float:
        """Of one under repair, that it is failed after so long: still, or anew."""
        if math.isclose(rate, mended):
            return 1.0 - rate * passed * math.exp(-rate * passed)
        gap = math.exp(-rate * passed) - math.exp(-mended * passed)
        return 1.0 - mended * gap / (mended - rate)

    def stepped(failed: float, passed: float) -> float:
        return failed * again(passed) + (1 - failed) * exponential(rate, passed)

    # Each period takes the probability p to a·p + b, so many of them to c + aⁿ(p − c).
    slope, start = again(between) - exponential(rate, between), exponential(rate, first)
    rest = exponential(rate, between) / (1 - slope) if slope != 1 else start
    return stepped(rest + slope**periods * (start - rest), after)


def periodic_test_in_full(values: Values) -> float:
    """Unavailable at `time` where tests take time and are not perfect: λ, λ*, μ, τ, θ, γ, π, x, σ, ω, t.

    Until the first test at θ it fails at rate λ. A test begins every τ and lasts π: its beginning breaks a
    working one with probability γ; it fails at rate λ* meanwhile, and is out where x is 0; what is failed at
    the test's end is found with probability σ and then repaired at rate μ; a repair leaves it failed with
    probability ω. What is under repair is not tested (Open-PSA Model Exchange Format 2.0, section V.2, by
    its graph of phases: within one phase, failures are found as the phase ends).

    >>> full = periodic_test_in_full([0.01, 0, 0.2, 10, 5, 0, 0, 1, 1, 0, 18])
    >>> round(full, 9) == round(periodic_test([0.01, 0.2, 10, 5, 18]), 9)
    True
    """
    rate, testing, repair, between, first, broken, lasting, is_available, found, badly, time = values
    if between <= 0 or lasting < 0 or lasting > between:
        raise ValueError("a test is shorter than the time between two")
    if time <= first:
        return exponential(rate, time)
    periods = math.floor((time - first) / between)

    def mended(passed: float) -> tuple[float, float]:
        """Of one under repair, that it is so no more after so long, and that it is failed by then."""
        done = exponential(repair, passed)
        if math.isclose(rate, repair):
            works = rate * passed * math.exp(-rate * passed)
        else:
            works = repair * (math.exp(-rate * passed) - math.exp(-repair * passed)) / (repair - rate)
        return done, done - (1 - badly) * works

    def tested(failed: float, known: float, passed: float) -> tuple[float, float]:
        """Shares failed unseen and under repair, so long after a test began."""
        working = 1 - failed - known
        down = failed + working * (broken + (1 - broken) * exponential(testing, passed))
        done, again = mended(passed)
        return (1 - found) * down + known * again, found * down + known * (1 - done)

    def used(failed: float, known: float, passed: float) -> tuple[float, float]:
        done, again = mended(passed)
        working = 1 - failed - known
        return failed + working * exponential(rate, passed) + known * again, known * (1 - done)

    def period(failed: float, known: float) -> tuple[float, float]:
        return used(*tested(failed, known, lasting), between - lasting)

    failed, known = _repeated(period, (exponential(rate, first), 0.0), periods)
    after = time - first - periods * between
    if after > lasting:
        return math.fsum(used(*tested(failed, known, lasting), after - lasting))
    up_in_test = (1 - failed - known) * (1 - broken) * math.exp(-testing * after)
    return math.fsum((*tested(failed, known, after), 0.0 if is_available else up_in_test))


def _repeated(
    step: Callable[[float, float], tuple[float, float]], start: tuple[float, float], times: int
) -> tuple[float, float]:
    """An affine step of two numbers taken so many times, by squaring.

    >>> _repeated(lambda one, other: (other, one / 2 + 1), (0.0, 0.0), 3)
    (1.0, 1.5)
    """
    fixed = step(0.0, 0.0)
    ends = step(1.0, 0.0), step(0.0, 1.0)
    slopes = tuple((end[0] - fixed[0], end[1] - fixed[1]) for end in ends)

    def taken(
        by: tuple[tuple[float, float], ...], more: tuple[float, float], at: tuple[float, float]
    ) -> tuple[float, float]:
        return (
            by[0][0] * at[0] + by[1][0] * at[1] + more[0],
            by[0][1] * at[0] + by[1][1] * at[1] + more[1],
        )

    here = start
    while times:
        if times % 2:
            here = taken(slopes, fixed, here)
        fixed = taken(slopes, fixed, fixed)
        slopes = tuple(taken(slopes, (0.0, 0.0), one) for one in slopes)
        times //= 2
    return here


_MEANS: Final[Mapping[str, tuple[int, int, Callable[[Values], float]]]] = {
    "exponential": (2, 2, lambda held: exponential(*held)),
    "GLM": (4, 4, lambda held: glm(*held)),
    "Weibull": (4, 4, lambda held: weibull(*held)),
    "periodic-test": (
        4,
        11,
        lambda held: periodic_test_in_full(held) if len(held) == _IN_FULL else periodic_test(held),
    ),
    "uniform-deviate": (2, 2, lambda held: (held[0] + held[1]) / 2),
    "normal-deviate": (2, 2, lambda held: held[0]),
    "lognormal-deviate": (
        2,
        3,
        lambda held: held[0] if len(held) == 3 else math.exp(held[0] + held[1] ** 2 / 2),
    ),
    "gamma-deviate": (2, 2, lambda held: held[0] * held[1]),
    "beta-deviate": (2, 2, lambda held: held[0] / (held[0] + held[1])),
    "add": (1, _ANY, math.fsum),
    "sub": (1, _ANY, lambda held: held[0] - math.fsum(held[1:])),
    "mul": (1, _ANY, math.prod),
    "div": (1, _ANY, lambda held: held[0] / math.prod(held[1:])),
    "min": (1, _ANY, min),
    "max": (1, _ANY, max),
    "mean": (1, _ANY, lambda held: math.fsum(held) / len(held)),
    "and": (1, _ANY, lambda held: float(all(held))),
    "or": (1, _ANY, lambda held: float(any(held))),
    "ite": (3, 3, lambda held: held[1] if held[0] else held[2]),
    "pi": (0, 0, lambda held: math.pi),
}
"""Least and most arguments, and what is made of them; of an uncertain number, its mean."""

KNOWN: Final = frozenset(
    {*_ONE, *_TWO, *_MEANS, "int", "float", "bool", "parameter", "system-mission-time", "switch", "histogram"}
)


def value(element: Element, parameters: Mapping[int, float], mission_hours: float | None) -> float:
    """The number that an expression stands for; SpecError at the place of what cannot be worked out.

    `parameters` are the values of elements that name a parameter, by `id` of the element.
    """
    tag = element.tag
    if tag in ("int", "float", "bool"):
        return constant(element)
    if tag == "parameter":
        return parameters[id(element)]
    if tag == "system-mission-time":
        return _mission(element, mission_hours)
    if tag == "switch":
        return _switch(element, parameters, mission_hours)
    if tag == "histogram":
        return _histogram(element, parameters, mission_hours)
    if tag not in KNOWN:
        raise element.refused(
            "PSA-008", f"an expression `{tag}` cannot be worked out", did_you_mean(tag, KNOWN)
        )
    held = [value(one, parameters, mission_hours) for one in element.children]
    least, most = (1, 1) if tag in _ONE else (2, 2) if tag in _TWO else _MEANS[tag][:2]
    if tag in _ONE and tag in _MEANS:
        least, most = _MEANS[tag][:2]
    if not least <= len(held) <= most:
        wanted = f"{least}" if least == most else f"{least} or more" if most == _ANY else f"{least} to {most}"
        raise element.refused("PSA-007", f"`{tag}` has {len(held)} arguments where {wanted} belong")
    if tag == "periodic-test" and len(held) not in (4, 5, _IN_FULL):
        raise element.refused("PSA-007", f"`{tag}` has {len(held)} arguments where 4, 5 or 11 belong")
    try:
        if tag in _ONE:
            found = _ONE[tag](held[0])
        elif tag in _TWO:
            found = _TWO[tag](held[0], held[1])
        else:
            found = _MEANS[tag][2](held)
    except (ValueError, OverflowError, ZeroDivisionError) as fault:
        raise element.refused("PSA-009", f"`{tag}` has no value here: {fault}") from None
    if not math.isfinite(found):
        raise element.refused("PSA-009", f"`{tag}` has no finite value here")
    return float(found)


def constant(element: Element) -> float:
    """The number that `int`, `float`, `bool` or `constant` gives."""
    said = element.attributes.get("value", "").strip()
    if element.tag in ("bool", "constant"):
        if said.casefold() not in ("true", "false", "1", "0"):
            raise element.refused("PSA-009", f"`{said}` is neither true nor false", "write true or false")
        return float(said.casefold() in ("true", "1"))
    try:
        found = float(said) if len(said) < 100 and "_" not in said else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise element.refused("PSA-009", f"`{said}` is no number", "write it as in 1.5e-3")
    return found


def _mission(element: Element, hours: float | None) -> float:
    if hours is None:
        raise element.refused(
            "PSA-010",
            "the mission time is needed and the file cannot give it",
            "give it: --mission-time HOURS",
        )
    return hours / HOURS_A_YEAR if element.attributes.get("unit") == "years" else hours


def _switch(element: Element, parameters: Mapping[int, float], hours: float | None) -> float:
    *cases, otherwise = element.children or [element]
    if (
        otherwise is element
        or otherwise.tag == "case"
        or any(one.tag != "case" or len(one.children) != 2 for one in cases)
    ):
        raise element.refused("PSA-007", "a `switch` has cases of two expressions each, then one expression")
    for case in cases:
        if value(case.children[0], parameters, hours):
            return value(case.children[1], parameters, hours)
    return value(otherwise, parameters, hours)


def _histogram(element: Element, parameters: Mapping[int, float], hours: float | None) -> float:
    """The mean: of each bin its middle, by the bins' weights."""
    if len(element.children) < 2 or any(
        one.tag != "bin" or len(one.children) != 2 for one in element.children[1:]
    ):
        raise element.refused("PSA-007", "a `histogram` has a lower end, then bins of two expressions each")
    lower = value(element.children[0], parameters, hours)
    weights = middles = 0.0
    for one in element.children[1:]:
        upper, weight = (value(part, parameters, hours) for part in one.children)
        weights += weight
        middles += weight * (lower + upper) / 2
        lower = upper
    if weights <= 0:
        raise element.refused("PSA-009", "a `histogram` has no weight")
    return middles / weights
