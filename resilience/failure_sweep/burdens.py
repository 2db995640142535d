"""What something carries in many scenarios at once: watts, each with the scenarios in which they are there.

A load is a sum of such terms. Terms of equal watts are counted bit by bit; then scenarios are parted by these
counts, those that are certainly over the limit or under it no further.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

Terms = tuple[tuple[int, float], ...]
"""Scenarios, and watts that are carried in them."""


def exceeding(terms: Iterable[tuple[int, float]], limit: float, scenarios: int) -> int:
    """In which of those scenarios the watts come to more than the limit; some may be negative, which bear it.

    >>> bin(exceeding([(0b0111, 100.0), (0b0011, 100.0), (0b0001, -50.0)], 120.0, 0b1111))
    '0b11'
    """
    parts = _counted(terms)
    least, most = [0.0], [0.0]
    for _, watts in reversed(parts):
        least.append(least[-1] + min(watts, 0.0))
        most.append(most[-1] + max(watts, 0.0))
    least.reverse()
    most.reverse()
    found = 0
    waiting = [(0, scenarios, 0.0)]
    while waiting:
        place, members, watts = waiting.pop()
        if watts + least[place] > limit:
            found |= members
        elif watts + most[place] > limit:
            having, part = parts[place]
            for some, more in ((members & having, part), (members & ~having, 0.0)):
                if some:
                    waiting.append((place + 1, some, watts + more))
    return found


def _counted(terms: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """The same sum in fewer terms, the greatest first: of equal watts the digits of how many there are."""
    digits: dict[float, list[int]] = defaultdict(list)
    for scenarios, watts in terms:
        if watts:
            planes, carry = digits[watts], scenarios
            for place, plane in enumerate(planes):
                if not carry:
                    break
                planes[place], carry = plane ^ carry, plane & carry
            if carry:
                planes.append(carry)
    found = [
        (plane, watts * 2**place)
        for watts, planes in digits.items()
        for place, plane in enumerate(planes)
        if plane
    ]
    return sorted(found, key=lambda part: (-abs(part[1]), part[1]))


def cases(
    names: Sequence[str], lost: Callable[[str], int], scenarios: int
) -> Iterator[tuple[frozenset[str], int]]:
    """Those scenarios, parted by which of the names are lost.

    >>> [(sorted(gone), bin(some)) for gone, some in cases("ab", {"a": 0b01, "b": 0b11}.__getitem__, 0b11)]
    [(['b'], '0b10'), (['a', 'b'], '0b1')]
    """
    values = [lost(name) for name in names]
    for gone in product((False, True), repeat=len(names)):
        members = scenarios
        for value, is_gone in zip(values, gone, strict=True):
            members &= value if is_gone else ~value
            if not members:
                break
        else:
            yield frozenset(name for name, is_gone in zip(names, gone, strict=True) if is_gone), members
