"""Whether a report says the same in English and in Arabic: every id, number and verdict, nothing left over.

A page shows both languages in one file. What is of one language stands in an element of class `en` or `ar`,
one right after the other; all else is shown in both. Ids stand in `<bdi class="id">`, words of the spec in
`<bdi>` without a class or in a drawing, and a count, which Arabic may say without a digit, in `<data value>`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Literal, NamedTuple

from policies.report.words import WORDS

Kind = Literal["one language", "id", "number", "verdict", "untranslated", "direction"]
"""Said in one language alone; an id, a number or a verdict of one that is not in the other; a text that is
English in Arabic too; an id that the direction of the text around it could turn."""

Held = Literal["words", "id", "spec", "count"]
"""What an element holds: the report's own words, an id or figure, words of the spec, or the number of a
count, which the `<data>` around it holds too."""

NAMES = frozenset((
    "BFD", "BGP", "CERT", "DNS", "DR", "English", "FIPS", "GNSS", "HSM", "IPsec", "ISO", "IT", "MACsec",
    "MFA", "MTPD", "NIST", "NTP", "PDU", "PTP", "RFC", "RPO", "RTO", "SIEM", "TLS", "UPS", "VLAN", "VPN",
    "VRF",
))  # fmt: skip
"""What Arabic engineers write in Latin letters too, and the name of the other language."""

_LANGUAGES: Mapping[str, Literal["en", "ar"]] = {"en": "en", "en-text": "en", "ar": "ar", "ar-text": "ar"}
_VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))
_UNSEEN = frozenset(("script", "style", "head", "template"))
_SAID_ALOUD = ("aria-label", "title", "alt", "placeholder", "aria-description")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9'’]+")
_ARABIC = re.compile(r"[\u0620-\u064a]")
_LIKE_AN_ID = re.compile(r"[A-Za-z0-9]+[/_:@.-][A-Za-z0-9/_:@.-]*[A-Za-z0-9]|[A-Za-z]+\d|\d+[A-Za-z]")
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")


class Disparity(NamedTuple):
    """One thing that the two languages do not share."""

    kind: Kind
    what: str
    """The id, number, verdict or text."""
    near: str
    """The English around it, shortened."""


@dataclass
class Said:
    """What one element says in one language."""

    words: list[str] = field(default_factory=list)
    """Text outside ids and outside the spec's own words."""
    ids: Counter[str] = field(default_factory=Counter)
    fields: set[str] = field(default_factory=set)
    """Names of fields, in their backticks; a language may name more of them so."""
    counts: Counter[str] = field(default_factory=Counter)
    """Numbers that stand in `<data>`."""
    all: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, as it is read."""
        return " ".join("".join(self.all).split())

    @property
    def plain(self) -> str:
        """The words alone."""
        return " ".join("".join(self.words).split()).translate(_EASTERN)

    @property
    def numbers(self) -> Counter[str]:
        """Every number, counts among them."""
        return Counter(_NUMBER.findall(self.plain)) + self.counts


@dataclass
class _Open:
    """An element that is not closed yet."""

    tag: str
    language: Literal["en", "ar"] | None
    holds: Held
    said: Said | None
    """Where its text goes, if it begins a language."""
    foreign: bool = False
    """Marked as English within whatever is shown."""


class _Reader(HTMLParser):
    """Reads a page into what each language says, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Disparity] = []
        self.verdicts: list[tuple[str, str]] = []
        self._open: list[_Open] = []
        self._hidden = 0
        self._counts = [""]
        """Values of the counts that are open, the innermost last."""
        self._english: Said | None = None
        """Waits for its Arabic."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            return
        if self._hidden or tag in _UNSEEN:
            self._hidden += 1
            return
        for name in _SAID_ALOUD:
            self._heard(given.get(name, ""))
        above = self._open[-1] if self._open else _Open("", None, "words", None)
        language = next(
            (_LANGUAGES[name] for name in given.get("class", "").split() if name in _LANGUAGES), None
        )
        begins = language is not None and above.language is None
        said = Said() if begins else above.said
        if begins and language == "en":
            self._unanswered()
        self._open.append(
            _Open(
                tag,
                above.language or language,
                _held(tag, given, above.holds),
                said,
                above.foreign or (given.get("lang") == "en" and language is None and tag != "html"),
            )
        )
        if tag == "data":
            self._counts.append(given.get("value", ""))
            if said is not None:
                said.counts[self._counts[-1]] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._hidden:
            self._hidden -= 1
            return
        closed = self._open.pop()
        if tag == "data":
            self._counts.pop()
        below = self._open[-1].language if self._open else None
        if closed.language == "en" and below is None:
            self._english = closed.said
        elif closed.language == "ar" and below is None and closed.said is not None:
            self._answered(closed.said)

    def handle_data(self, data: str) -> None:
        if self._hidden or not self._open or not data.strip():
            if self._open and self._open[-1].said is not None and not self._hidden:
                self._open[-1].said.words.append(" ")
                self._open[-1].said.all.append(" ")
            return
        here = self._open[-1]
        if here.said is None:
            self._unanswered()
            self._shown_in_both(data, here)
            return
        here.said.all.append(data)
        if here.holds == "id":
            if data.startswith("`"):
                here.said.fields.add(data)
            else:
                here.said.ids[data] += 1
        elif here.holds == "words":
            here.said.words.append(data)
        elif here.holds == "count" and data != self._counts[-1]:
            self._tell("number", data, here.said.text)

    def close(self) -> None:
        super().close()
        self._unanswered()

    def _heard(self, text: str) -> None:
        """What a screen reader says, in whatever language the page is shown."""
        if _LATIN.search(text) and not _LIKE_AN_ID.fullmatch(text.strip()):
            self._tell("untranslated", text.strip(), text)

    def _shown_in_both(self, data: str, here: _Open) -> None:
        if here.foreign and here.holds == "words" and _words_in(data):
            self._tell("untranslated", data.strip(), data)
        elif here.holds == "words":
            self._foreign(data, data)

    def _unanswered(self) -> None:
        if self._english is not None:
            self._tell("one language", self._english.text, self._english.text)
            self._english = None

    def _answered(self, arabic: Said) -> None:
        english, self._english = self._english, None
        if english is None:
            self._tell("one language", arabic.text, arabic.text)
            return
        for kind, mine, theirs in (
            ("id", english.ids, arabic.ids),
            ("id", Counter(english.fields), Counter(english.fields & arabic.fields)),
            ("number", english.numbers, arabic.numbers),
        ):
            for what in sorted(((mine - theirs) + (theirs - mine)).elements()):
                self._tell("id" if kind == "id" else "number", what, english.text)
        self._same_word(english, arabic)
        self._foreign(arabic.plain, english.text)
        if _words_in(english.plain) and not _ARABIC.search(arabic.text) and english.plain not in _known():
            self._tell("untranslated", arabic.text, english.text)

    def _same_word(self, english: Said, arabic: Said) -> None:
        """A word of the report is said by its own Arabic, so that no verdict turns into another."""
        known = _known()
        if english.plain in known:
            self.verdicts.append((english.plain, arabic.plain))
            if arabic.plain not in known[english.plain]:
                self._tell("verdict", f"{english.plain} / {arabic.plain}", english.text)

    def _foreign(self, words: str, near: str) -> None:
        """Latin letters where Arabic is read: an id that nothing sets apart, or a word left in English."""
        for found in _LIKE_AN_ID.finditer(words):
            if not _NUMBER.fullmatch(found.group()) and found.group().split("-")[0] not in NAMES:
                self._tell("direction", found.group(), near)
        for word in _words_in(_LIKE_AN_ID.sub(" ", words)):
            self._tell("untranslated", word, near)

    def _tell(self, kind: Kind, what: str, near: str) -> None:
        self.found.append(Disparity(kind, what[:120], " ".join(near.split())[:160]))


def disparities(page: str) -> tuple[Disparity, ...]:
    """What the two languages of a page do not share, in the order of the page; none where they say the same.

    >>> both = '<p><span class="en">It logs to {}.</span><span class="ar">سجلاته في {}.</span></p>'
    >>> disparities(both.format('<bdi class="id">siem</bdi>', '<bdi class="id">siem</bdi>'))
    ()
    >>> [(one.kind, one.what) for one in disparities(both.format('<bdi class="id">siem</bdi>', ''))]
    [('id', 'siem')]
    """
    return tuple(_read(page).found)


def verdicts(page: str) -> Counter[tuple[str, str]]:
    """Words of the report that the page says, English and Arabic, and how often."""
    return Counter(_read(page).verdicts)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def _held(tag: str, given: Mapping[str, str], above: Held) -> Held:
    if tag == "bdi":
        classes = set(given.get("class", "").split())
        return "id" if {"id", "num"} & classes else "count" if "count" in classes else "spec"
    if above != "words":
        return above
    return "spec" if tag == "svg" and given.get("direction") == "ltr" else "words"


def _words_in(text: str) -> list[str]:
    return [word for word in _LATIN.findall(text) if word not in NAMES]


@cache
def _known() -> Mapping[str, frozenset[str]]:
    """Words of the report in English, and what each may be in Arabic."""
    found: dict[str, set[str]] = {}
    for word in WORDS.values():
        found.setdefault(word.en, set()).add(word.ar)
    return {english: frozenset(arabic) for english, arabic in found.items()}
