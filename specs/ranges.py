"""Ranges in names, as NetBox writes them: `srv-[01-20]`, `row-[a-c]`, `port-[3,5,7]`.

A key with ranges stands for as many elements as the product of its ranges, the first turning slowest. A text
in the body of such an element takes the member that belongs to each of them. There is no other expression.
"""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

MOST_MEMBERS: Final = 10_000
"""Members of one range, and elements that one key may stand for."""

_ITEM = r"(?:[0-9]+-[0-9]+|[A-Za-z]-[A-Za-z]|[A-Za-z0-9]+)"
_RANGE = re.compile(rf"\[({_ITEM}(?:,{_ITEM})*)\]")


class RangeError(ValueError):
    """A range that stands for nothing sensible; `hint` says how to write it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Range:
    """One range within a text."""

    written: str
    """With its brackets."""
    members: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A text with ranges: the literal parts and the ranges between them (one part more than ranges)."""

    parts: tuple[str, ...]
    ranges: tuple[Range, ...]

    @property
    def count(self) -> int:
        """How many texts it stands for."""
        return math.prod(len(each.members) for each in self.ranges)

    def with_members(self, members: tuple[str, ...]) -> str:
        """The text with that member in the place of each range."""
        pieces = [self.parts[0]]
        for member, part in zip(members, self.parts[1:], strict=True):
            pieces += (member, part)
        return "".join(pieces)

    def texts(self) -> tuple[str, ...]:
        """Every text it stands for, the first range turning slowest."""
        chosen = itertools.product(*(each.members for each in self.ranges))
        return tuple(self.with_members(members) for members in chosen)


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern | None:
    """The ranges of a text; None if it has none. RangeError for a range that stands for nothing sensible.

    `[7]` and `[note-4]` are no ranges: numbers or single letters with a hyphen, or words with a comma, are.
    """
    if "[" not in text:
        return None
    parts: list[str] = []
    ranges: list[Range] = []
    end = 0
    for found in _RANGE.finditer(text):
        if "-" in found[1] or "," in found[1]:
            parts.append(text[end : found.start()])
            ranges.append(Range(found[0], _members(found[1])))
            end = found.end()
    if not ranges:
        return None
    whole = Pattern((*parts, text[end:]), tuple(ranges))
    if whole.count > MOST_MEMBERS:
        raise RangeError(
            f"`{text}` stands for {whole.count:,} elements; {MOST_MEMBERS:,} are the most", "split it"
        )
    return whole


def expand(text: str) -> tuple[str, ...]:
    """The texts that a text stands for, itself if it has no range.

    >>> expand("srv-[08-11]"), expand("[a-c]-[1,3]")
    (('srv-08', 'srv-09', 'srv-10', 'srv-11'), ('a-1', 'a-3', 'b-1', 'b-3', 'c-1', 'c-3'))
    """
    found = pattern(text)
    return found.texts() if found else (text,)


@dataclass(frozen=True)
class Binding:
    """The ranges of a key, to which the ranges in its element's body are bound."""

    key: Pattern

    def texts(self, text: Pattern) -> tuple[str, ...]:
        """What that text says in each element of the key, in order; RangeError if a range of it fits none."""
        columns = [[each.members[turn] for turn in self._turns(each)] for each in text.ranges]
        return tuple(text.with_members(members) for members in zip(*columns, strict=True))

    def _turns(self, each: Range) -> Sequence[int]:
        """For every element of the key, in order, which member of that range it takes."""
        ranges = self.key.ranges
        same_length = [place for place, own in enumerate(ranges) if len(own.members) == len(each.members)]
        if len(same_length) > 1:
            identical = [place for place in same_length if ranges[place].written == each.written]
            if len(identical) != 1:
                either = _either(tuple(ranges[place] for place in same_length))
                raise RangeError(
                    f"`{each.written}` could follow {either}",
                    "write it exactly as the one that it follows, or give each its own entry",
                )
            same_length = identical
        if same_length:
            return self._turns_of_key[same_length[0]]
        if len(each.members) == self.key.count:
            return range(self.key.count)
        counts = " × ".join(str(len(own.members)) for own in ranges)
        raise RangeError(
            f"`{each.written}` has {len(each.members)} members, the key has {counts}",
            "give it as many members as a range of the key has",
        )

    @cached_property
    def _turns_of_key(self) -> tuple[tuple[int, ...], ...]:
        turns = itertools.product(*(range(len(own.members)) for own in self.key.ranges))
        return tuple(zip(*turns, strict=True))


def _either(ranges: tuple[Range, ...]) -> str:
    return " or ".join(f"`{each.written}`" for each in dict.fromkeys(ranges))


def _members(inside: str) -> tuple[str, ...]:
    members: list[str] = []
    for item in inside.split(","):
        first, hyphen, last = item.partition("-")
        members.extend(_from_to(first, last, inside) if hyphen else (item,))
        if len(members) > MOST_MEMBERS:
            raise RangeError(f"`[{inside}]` has more than {MOST_MEMBERS:,} members", "split it")
    if len(set(members)) != len(members):
        raise RangeError(f"`[{inside}]` names a member twice", "name each once")
    return tuple(members)


def _from_to(first: str, last: str, inside: str) -> tuple[str, ...]:
    if first.isdigit() and last.isdigit():
        return _numbers(first, last, inside)
    if first.islower() != last.islower():
        raise RangeError(
            f"`[{inside}]` runs from a small letter to a capital one", "write both small or both capital"
        )
    if first > last:
        raise _backwards(inside, last, first)
    return tuple(chr(code) for code in range(ord(first), ord(last) + 1))


def _numbers(first: str, last: str, inside: str) -> tuple[str, ...]:
    if len(first) > 9 or len(last) > 9:
        raise RangeError(f"the numbers of `[{inside}]` are too long", "use at most nine digits")
    if int(first) > int(last):
        raise _backwards(inside, last, first)
    padded = len(first) > 1 and first[0] == "0"
    if (last[0] == "0" and len(last) > 1 and len(first) != len(last)) or (padded and len(last) < len(first)):
        raise RangeError(
            f"the ends of `[{inside}]` are padded differently", "write both with as many digits: [01-20]"
        )
    if int(last) - int(first) >= MOST_MEMBERS:
        raise RangeError(f"`[{inside}]` has more than {MOST_MEMBERS:,} members", "split it")
    width = len(first) if padded else 0
    return tuple(str(number).zfill(width) for number in range(int(first), int(last) + 1))


def _backwards(inside: str, first: str, last: str) -> RangeError:
    return RangeError(f"`[{inside}]` runs backwards", f"write [{first}-{last}]")
