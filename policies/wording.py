"""Figures and lists as sentences of rules show them."""

from collections.abc import Mapping, Sequence

from specs.sentences import Sentence, say
from specs.text import plain
from specs.units import DIMENSIONS, DimensionName

_DIGITS = 4

AFTER: Mapping[str, Sentence] = {
    "component": say("the loss of a component"),
    "site": say("the loss of a site"),
    "region": say("the loss of a region"),
    "cyber": say("an attack"),
}
"""By kind of loss: what comes after `after`."""


def amount(value: float, dimension: DimensionName) -> str:
    """The value in the largest unit that it fills, to four digits.

    >>> amount(456_000.0, "power"), amount(30_600.0, "duration"), amount(0.8, "fraction")
    ('456 kW', '8.5 h', '80 %')
    >>> amount(90 * 86_400.0, "duration"), amount(31_557_600.0, "duration")
    ('90 d', '1 y')
    """
    kind = DIMENSIONS[dimension]
    units = [
        (symbol, float(size)) for symbol, size in kind.units if symbol and symbol not in kind.never_written
    ]
    size_of_base = dict(units)[kind.base]
    fitting = [(symbol, size) for symbol, size in units if size <= abs(value)]
    choices = [(symbol, size) for symbol, size in fitting if not _awkward(value / size, symbol)]
    symbol, size = choices[-1] if choices else (kind.base, size_of_base)
    return f"{number(value / size)} {symbol}"


def shown(text: str, most: int = 1200) -> str:
    """Text on one line, of printable characters alone, not too long; whatever a spec says stays harmless.

    >>> shown("a\\nb\\x1b[31m")
    'a b\\\\u001b[31m'
    """
    line = " ".join(text.split())
    if line == text and len(text) <= most and text.isprintable():
        return text
    safe = line if line.isprintable() else "".join(map(plain, line))
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"


def _awkward(count: float, symbol: str) -> bool:
    """Whether people would not say it so: 2.957 months, 2.8 TiB."""
    return (symbol in ("month", "y") and count != round(count)) or symbol.endswith("iB")


def number(value: float) -> str:
    """A number to four digits, without an exponent.

    >>> number(12_345.6), number(0.33333), number(4.0)
    ('12346', '0.3333', '4')
    """
    if abs(value) >= 10 ** (_DIGITS - 1):
        return str(round(value))
    shown = f"{value:.{_DIGITS}g}"
    return format(float(shown), "f").rstrip("0").rstrip(".") if "e" in shown else shown


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a row, the first few and how many more.

    >>> listed(["a", "b"]), listed("abcdefgh", most=3)
    ('a and b', 'a, b, c and 5 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> counted(1, "copy", "copies"), counted(2, "device")
    ('1 copy', '2 devices')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
