"""Sentences in English and in Arabic; Arabic out of catalogues for translators, `policies/locale/ar/*.po`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from specs.sentences import Sentence, Value

_ISOLATED_LTR, _ISOLATION_ENDS = "\u2066", "\u2069"
_FIELD = re.compile(r"(`[^`]*`)")


def isolated(text: str) -> str:
    """Text that reads from left to right, whatever stands around it (UAX 9: LRI … PDI)."""
    return f"{_ISOLATED_LTR}{text}{_ISOLATION_ENDS}"


@dataclass(frozen=True)
class Marks:
    """How a form of output writes the pieces of a sentence; as given, plain text."""

    value: Callable[[str], str] = isolated
    """An id, a number, a quantity."""
    words: Callable[[str], str] = str
    """The words between them."""
    field: Callable[[str], str] = isolated
    """A name of a field that the words themselves hold, in its backticks."""
    count: Callable[[str], str] = isolated
    """The number itself of what is counted, where a language says it."""
    counted: Callable[[int, str], str] = lambda count, said: said
    """A part that counts something; Arabic says one and two without a digit."""


PLAIN = Marks()


def english(sentence: Sentence, marks: Marks = PLAIN) -> str:
    """The sentence in English."""
    said = _said(sentence, marks, lambda one: one.singular if one.count == 1 else one.pattern)
    assert said is not None
    return said


def arabic(sentence: Sentence, marks: Marks = PLAIN) -> str | None:
    """The sentence in Arabic; None where no catalogue has a pattern of it (an organisation's own rule)."""
    return _said(sentence, marks, _arabic_pattern)


@cache
def catalogue() -> Mapping[str, tuple[str, ...]]:
    """By English pattern (that for one, where it counts): the Arabic, or each of its six plural forms.

    Raises ValueError where two files translate a pattern differently.
    """
    from babel.messages.pofile import read_po

    found: dict[str, tuple[str, ...]] = {}
    folder = files("policies").joinpath("locale", "ar")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as stream:
            messages = list(read_po(stream, locale="ar", abort_invalid=True))
        for message in messages:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if key and all(forms) and found.setdefault(key, forms) != forms:
                raise ValueError(f"{file.name} translates {key!r} otherwise than another catalogue")
    return found


def _arabic_pattern(sentence: Sentence) -> str | None:
    forms = catalogue().get(sentence.key)
    if forms is None:
        return None
    return forms[0] if sentence.count is None else forms[plural_form(sentence.count)]


@cache
def plural_form(count: int) -> int:
    """Which of the six forms of Arabic a count takes, in the order of CLDR and gettext.

    >>> [plural_form(count) for count in (0, 1, 2, 3, 11, 100)]
    [0, 1, 2, 3, 4, 5]
    """
    from babel import Locale

    return ("zero", "one", "two", "few", "many", "other").index(Locale("ar").plural_form(count))


def _said(sentence: Sentence, marks: Marks, pattern_of: Callable[[Sentence], str | None]) -> str | None:
    if not sentence.pattern:
        return ""
    pattern = pattern_of(sentence)
    if pattern is None:
        return None
    pieces = []
    for words, name in sentence.parts(pattern):
        if name is None:
            piece: str | None = _worded(words, marks)
        elif name == "count" and sentence.count is not None:
            piece = marks.count(str(sentence.count))
        else:
            piece = _standing(sentence.at(name), marks, pattern_of)
        if piece is None:
            return None
        pieces.append(piece)
    said = "".join(pieces)
    return said if sentence.count is None else marks.counted(sentence.count, said)


def _worded(words: str, marks: Marks) -> str:
    pieces = _FIELD.split(words)
    return "".join(
        (marks.field if at % 2 else marks.words)(piece) for at, piece in enumerate(pieces) if piece
    )


def _standing(stands: Value, marks: Marks, pattern_of: Callable[[Sentence], str | None]) -> str | None:
    return _said(stands, marks, pattern_of) if isinstance(stands, Sentence) else marks.value(str(stands))
