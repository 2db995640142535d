import re
from collections.abc import Iterator
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.frameworks import FRAMEWORKS
from policies.report.partner import AVAILABILITY_BANDS, TIME_BANDS, letters, partner_facts
from policies.report.words import WORDS
from specs.bundled import find_estate
from specs.model import Estate
from tests.policies.report.made import page_for, subject

SECRETS = {
    "sites": {
        "qualhaven": {
            "role": "primary",
            "name": "Zephyr Keep",
            "position": {"latitude": 31.7733, "longitude": 35.2177},
        },
        "umbrafort": {"role": "dr", "name": {"en": "Umbra Hold", "ar": "حصن الظل"}},
    },
    "hazards": {"ductwarren": {"kind": "duct", "name": "Warren Duct"}},
    "circuits": {
        "ringvein": {
            "kind": "dci",
            "ends": [{"site": "qualhaven"}, {"site": "umbrafort"}],
            "segments": [{"through": "ductwarren"}],
        }
    },
    "networks": {"meshgrove": {"site": "qualhaven", "prefix": "10.77.33.0/24"}},
    "models": {"orbitbox": {"device_type": {"manufacturer": "Vendorix", "model": "OB-9000"}}},
    "services": {
        "taxquill": {
            "tier": 1,
            "name": "Quill of Taxes",
            "objectives": {"site": {"rto": "3 h", "rpo": "7 min"}},
        },
        "idthorn": {"tier": 0, "availability_target": "99.97 %"},
    },
}
"""An estate whose every name is found nowhere else."""


_FORM = ("class", "href", "id", "name", "charset", "http-equiv")
"""Attributes that hold names of the page's own parts."""


class Seen(HTMLParser):
    """All that a page holds outside its style and script: text, and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        if tag != "meta" or "Content-Security-Policy" not in dict(attrs).values():
            self.found += [value for name, value in attrs if value and name not in _FORM]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script"):
            self.found.append(data)


def spec(tmp_path: Path, content: dict[str, Any]) -> Path:
    header = {"title": "T", "owner": "O", "version": "4", "classification": "secret"}
    path = tmp_path / "estate.yaml"
    path.write_text(yaml.safe_dump({"estate": header, **content}, allow_unicode=True), "utf-8")
    return path


def strings(value: object) -> Iterator[str]:
    """Every key and every text within."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield str(key)
            yield from strings(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from strings(held)
    elif isinstance(value, str):
        yield value


def secrets_of(estate: Estate) -> set[str]:
    """Ids, names and whatever else the estate's elements say, that is no word of the model itself."""
    found: set[str] = set()
    for collection, element in estate.elements():
        found.add(element.id)
        found.update(strings(element.model_dump(mode="json", exclude_unset=True)))
        found.add(f"{collection}/{element.id}")
    return found


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text))


def allowed_words(estate: Estate) -> set[str]:
    """Words that a partner's page may be made of: the report's own, the header's fields and the tool's."""
    header = estate.estate
    texts = [text for word in WORDS.values() for text in (word.en, word.ar)]
    for held in (header.title, header.owner, header.approver, *header.distribution):
        if held is not None:
            texts += [held.reading("en"), held.reading("ar")]
    texts += [header.version, f"{header.approved_on}", "thabat Thabat 9.9 2026-11-01 العربية English"]
    texts += [part for one in FRAMEWORKS.values() for part in (one.title, one.publisher)]
    texts += [
        "min h d week % 99 900 999 990 995 950 500 50 10 49 1 9 0 2 3 15 4 12 7",
        " ".join(map(letters, range(40))),
    ]
    texts += [
        "width device initial scale light dark no referrer text utf 8 ltr rtl en ar col row button contents"
    ]
    return set().union(*map(words_of, texts))


@pytest.mark.parametrize("estate", ["national", "starter"])
def test_every_word_of_a_partners_page_comes_from_the_allow_list(estate: str) -> None:
    found = subject(find_estate(estate))
    page = page_for("partner", found)
    said = words_of(" ".join(Seen(page).found))
    assert said - allowed_words(found.loaded.estate) == set()


@pytest.mark.parametrize("estate", ["national", "starter"])
def test_nothing_that_an_element_says_is_in_a_partners_page(estate: str) -> None:
    found = subject(find_estate(estate))
    page = page_for("partner", found)
    own = " ".join([*allowed_words(found.loaded.estate)])
    telling = {
        one for one in secrets_of(found.loaded.estate) if len(one) > 3 and not words_of(one) <= words_of(own)
    }
    assert len(telling) > 100
    assert [one for one in sorted(telling) if stands_in(one, page)] == []
    assert found.loaded.digest not in page
    assert found.loaded.digest.removeprefix("sha256:")[:12] not in page


def stands_in(text: str, page: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", " ".join(Seen(page).found)) is not None


def renamed(content: dict[str, Any]) -> dict[str, Any]:
    """The same estate with every name, id, address, place and model another."""
    text = yaml.safe_dump(content, allow_unicode=True)
    for old, new in (
        ("qualhaven", "aardhome"), ("umbrafort", "zzdeep"), ("Zephyr Keep", "Other"), ("Umbra Hold", "Two"),
        ("حصن الظل", "غيره"), ("ductwarren", "burrow"), ("Warren Duct", "B"), ("ringvein", "lone"),
        ("meshgrove", "fieldnet"), ("10.77.33.0/24", "192.0.2.0/24"), ("orbitbox", "cube"), ("Vendorix", "V"),
        ("OB-9000", "M"), ("taxquill", "aaa"), ("Quill of Taxes", "S"), ("idthorn", "zzz"), ("31.7733", "1"),
        ("35.2177", "2.5"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    changed: dict[str, Any] = yaml.safe_load(text)
    return changed


def test_what_is_redacted_changes_no_byte_of_a_partners_page(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    more = renamed(SECRETS)
    more["services"]["another"] = deepcopy(more["services"]["aaa"])
    more["hazards"]["storm"] = {"kind": "flood"}
    del more["circuits"]
    one = page_for("partner", subject(spec(tmp_path / "a", SECRETS)))
    other = page_for("partner", subject(spec(tmp_path / "b", more)))
    assert one == other
    own = allowed_words(subject(tmp_path / "a" / "estate.yaml").loaded.estate)
    telling = {text for text in strings(SECRETS) if not words_of(text) <= own}
    assert len(telling) > 20
    assert [text for text in sorted(telling) if stands_in(text, one)] == []


def test_a_band_never_promises_more_than_is_owed(tmp_path: Path) -> None:
    found = subject(spec(tmp_path, SECRETS))
    facts = partner_facts(found.loaded.estate.estate, found.estate, found.judgement, "9.9")
    assert [group.label for group in facts.groups] == ["A", "B"]
    site = facts.groups[1].commitment.of("site")
    assert site is not None
    assert (site.rto, site.rpo) == (4 * 3600.0, 15 * 60.0)
    assert facts.groups[0].commitment.availability == 0.9995
    assert list(TIME_BANDS) == sorted(TIME_BANDS)
    assert list(AVAILABILITY_BANDS) == sorted(AVAILABILITY_BANDS, reverse=True)


def test_a_partner_is_told_no_phase_by_its_name() -> None:
    found = subject(find_estate("national"))
    facts = partner_facts(found.loaded.estate.estate, found.estate, found.judgement, "9.9")
    assert facts.head.phase == "3"
    assert facts.head.digest == ""
