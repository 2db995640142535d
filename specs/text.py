"""Text that people wrote, made safe to show and to search."""

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST_SHOWN = 400
"""Characters of a message; whatever is longer is cut, so that no hostile file can flood a terminal."""

_ALWAYS_SHOWN = "\n\t"
_TURNS_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """The text without control, surrogate and direction characters (each shown as its code), not too long.

    >>> plain("rack\\x1b[31m")
    'rack\\\\u001b[31m'
    """
    shown = text if text.isprintable() else "".join(map(_visible, text))
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"


def hidden_character(text: str) -> str | None:
    """The first character that steers direction, controls a terminal or shows as nothing; None if none does.

    >>> hidden_character("hall-a") is None
    True
    """
    if text.isprintable():
        return None
    return next((character for character in text if _is_hidden(character)), None)


def nearest(unknown: str, known: Iterable[str]) -> str | None:
    """The known name most like an unknown one, if any is like it at all.

    >>> nearest("raks", ["racks", "rooms"])
    'racks'
    """
    names = sorted(known)
    folded = unknown.casefold()
    for name in names:
        if name.casefold() == folded:
            return name
    found = difflib.get_close_matches(unknown[:100], names, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(unknown: str, known: Iterable[str]) -> str:
    """A hint that names what was probably meant, else what is known (at most twelve names)."""
    names = sorted(known)
    near = nearest(unknown, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if not names:
        return ""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return "known are " + ", ".join(f"`{name}`" for name in names[:12]) + more


def _visible(character: str) -> str:
    if character in _ALWAYS_SHOWN or not _is_hidden(character):
        return character
    return f"\\u{ord(character):04x}"


def _is_hidden(character: str) -> bool:
    return character in _TURNS_DIRECTION or unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    )
