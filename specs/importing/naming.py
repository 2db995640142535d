"""Ids and file names from names that people gave: safe everywhere, and each its own."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

LONGEST = 60
"""Characters of an id made from a name."""

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "+": "-plus-",
    }
)
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_DEVICE_FILES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])")


def identifier(text: str, otherwise: str = "unnamed") -> str:
    """Small Latin letters, digits and single hyphens, starting with a letter or digit; also a safe file name.

    Text without any Latin letter or digit gives `otherwise`.

    >>> identifier("Zürich / Rämistraße"), identifier("GS-2310P+"), identifier("الرياض", "site-7")
    ('zurich-ramistrasse', 'gs-2310p-plus', 'site-7')
    """
    letters = unicodedata.normalize("NFKD", text[:1000].casefold().translate(_LETTERS))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    made = _NOT_PLAIN.sub("-", kept).strip("-")[:LONGEST].strip("-")
    if not made:
        return otherwise
    return f"x-{made}" if _DEVICE_FILES.fullmatch(made) else made


def distinct(wanted: Sequence[Sequence[str]], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """One id for each, all different and none taken.

    Each names its candidates, best first. Those that want the same one all take their next; where candidates
    run out, a number tells them apart, in the order given.

    >>> distinct([["a-01", "north-a-01"], ["a-01", "south-a-01"], ["a-02"], ["a-02"]])
    ('north-a-01', 'south-a-01', 'a-02', 'a-02-2')
    """
    used = set(taken)
    levels = [0] * len(wanted)
    for _ in range(max((len(names) for names in wanted), default=0)):
        chosen = Counter(names[level] for names, level in zip(wanted, levels, strict=True))
        for index, names in enumerate(wanted):
            name = names[levels[index]]
            if (chosen[name] > 1 or name in used) and levels[index] + 1 < len(names):
                levels[index] += 1
    ids: list[str] = []
    asked = {names[level] for names, level in zip(wanted, levels, strict=True)}
    for names, level in zip(wanted, levels, strict=True):
        name, number = names[level], 1
        while name in used or (number > 1 and name in asked):
            number += 1
            name = f"{names[level]}-{number}"
        used.add(name)
        ids.append(name)
    return tuple(ids)
