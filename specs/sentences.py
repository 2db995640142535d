"""Sentences with figures in them, that another language can say too: a pattern, and what stands in it."""

import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, Union

Value = Union[str, int, "Sentence"]
"""Text that is the same in every language (an id, a quantity with its unit, a day), or a part that is not."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a part of one; `str` gives it in English.

    The pattern is what a catalogue of another language is keyed by, so it holds no figure of its own.
    """

    pattern: str
    """In English, names of what stands in it within braces: `It logs to {store}.`"""
    values: tuple[tuple[str, Value], ...] = ()
    """By name, sorted."""
    singular: str = ""
    """The pattern for one, where the sentence counts something; `pattern` is that for many."""
    count: int | None = None
    """What it counts; a pattern names it `count`."""

    def __str__(self) -> str:
        pattern = self.singular if self.count == 1 else self.pattern
        return "".join(text if name is None else str(self.at(name)) for text, name in self.parts(pattern))

    @property
    def key(self) -> str:
        """What a catalogue looks it up by."""
        return self.singular or self.pattern

    def at(self, name: str) -> Value:
        """What stands where the pattern has that name."""
        return next(value for known, value in self.values if known == name)

    def parts(self, pattern: str) -> Iterator[tuple[str, str | None]]:
        """The pieces of a pattern in order: text and no name, or no text and the name that stands there."""
        for text, name, _, _ in string.Formatter().parse(pattern):
            if text:
                yield text, None
            if name is not None:
                yield "", name

    def mapped(self, change: Callable[[str], str]) -> Self:
        """The same with every text that stands in it changed; patterns stay as they are."""
        values = tuple((name, _changed(value, change)) for name, value in self.values)
        if all(new is old for (_, new), (_, old) in zip(values, self.values, strict=True)):
            return self
        return type(self)(self.pattern, values, self.singular, self.count)


NOTHING = Sentence("")
"""What is not said."""


def say(pattern: str, /, **values: Value) -> Sentence:
    """A sentence of that pattern.

    >>> str(say("It logs to {store}.", store="siem"))
    'It logs to siem.'
    """
    return Sentence(pattern, tuple(sorted(values.items())))


def as_sentence(text: Sentence | str) -> Sentence:
    """The sentence; of mere text one that is only said as it stands."""
    return text if isinstance(text, Sentence) else say("{text}", text=text) if text else NOTHING


def say_count(count: int, one: str, many: str, /, **values: Value) -> Sentence:
    """A sentence that counts something, in the words for one or for many.

    >>> [str(say_count(n, "{count} copy", "{count} copies")) for n in (1, 2)]
    ['1 copy', '2 copies']
    """
    return Sentence(many, tuple(sorted({**values, "count": count}.items())), one, count)


def listed(names: Sequence[Value], most: int = 6) -> Sentence:
    """Names in a row, the first few and how many more.

    >>> str(listed(["a", "b"])), str(listed("abcdefgh", most=3))
    ('a and b', 'a, b, c and 5 more')
    """
    if len(names) > most:
        return say("{names} and {more} more", names=_row(names[:most]), more=len(names) - most)
    if len(names) < 2:
        return _row(names)
    return say("{names} and {last}", names=_row(names[:-1]), last=names[-1])


def joined(*sentences: Value) -> Sentence:
    """Sentences one after the other.

    >>> str(joined(say("One."), say("Two.")))
    'One. Two.'
    """
    if not sentences:
        return NOTHING
    first, *rest = sentences
    found = first if isinstance(first, Sentence) else say("{name}", name=first)
    for one in rest:
        found = say("{before} {after}", before=found, after=one)
    return found


def _row(names: Sequence[Value]) -> Sentence:
    """Names with commas between them."""
    if not names:
        return NOTHING
    row = say("{name}", name=names[0])
    for name in names[1:]:
        row = say("{names}, {name}", names=row, name=name)
    return row


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, Sentence):
        return value.mapped(change)
    return change(value) if isinstance(value, str) else value
