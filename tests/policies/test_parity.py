"""A report says the same in English and in Arabic, and the checker sees it when it does not."""

import re
from pathlib import Path

import pytest

from policies.report.page import told as shown
from policies.report.parity import Disparity, Kind, disparities, verdicts
from policies.report.words import WORDS
from policies.rule import Rule
from policies.rules import RULES
from specs.bundled import find_estate
from specs.findings import Verdict
from specs.sentences import say
from tests.policies.conftest import BASE
from tests.policies.report.test_page import FEW, HOSTILE, page_of
from tests.policies.test_cases import judged

CASES = sorted(BASE.parent.glob("*.yaml"))
EN, AR = '<span class="en" lang="en">{}</span>', '<span class="ar" lang="ar">{}</span>'


def both(english: str, arabic: str) -> str:
    return f"<html><body><p>{EN.format(english)}{AR.format(arabic)}</p></body></html>"


def bdi(text: str) -> str:
    return f'<bdi class="id" dir="ltr">{text}</bdi>'


def kinds(found: tuple[Disparity, ...]) -> list[tuple[Kind, str]]:
    return [(one.kind, one.what) for one in found]


@pytest.fixture(scope="module")
def base() -> str:
    """The report of the tests' estate with weaknesses of many kinds."""
    return page_of(BASE.parent / "DR-001-a-team-is-needed-twice.yaml")


def told(page: str) -> list[re.Match[str]]:
    """Messages that hold an id, in both languages."""
    return list(
        re.finditer(r'<span class="en" lang="en">([^<]*<bdi class="id"[^§]*?)</span><span class="ar"', page)
    )


@pytest.mark.slow
def test_the_national_report_says_the_same_in_both_languages() -> None:
    page = page_of(find_estate("national"))
    assert disparities(page) == ()
    said = verdicts(page)
    assert said[WORDS["fail"].en, WORDS["fail"].ar] > 20
    assert said[WORDS["critical"].en, WORDS["critical"].ar] > 5


@pytest.mark.slow
def test_what_is_proved_is_said_in_both_languages() -> None:
    assert disparities(page_of(find_estate("starter"), FEW)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_message_of_every_case_is_said_in_both_languages(rule: Rule) -> None:
    judged_rules = RULES if rule.id == "WVR-001" else (rule,)
    for case in CASES:
        if case.stem.startswith(f"{rule.id}-"):
            for finding in judged(case, judged_rules).outcomes:
                page = f"<p>{shown(finding.said)}{shown(finding.cure)}</p>"
                assert disparities(page) == (), finding.key


def test_facts_that_are_not_declared_are_said_in_both_languages() -> None:
    """Also of a service without a tier, and with rules that cannot judge."""
    assert disparities(page_of(BASE.parent / "DAT-002-undeclared.yaml")) == ()
    assert disparities(page_of(BASE.parent / "DR-005-a-fact-is-missing.yaml")) == ()


def test_a_hostile_estate_is_said_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(HOSTILE, "utf-8")
    assert disparities(page_of(tmp_path)) == ()


def test_names_of_both_scripts_and_numbers_stay_within_themselves(tmp_path: Path) -> None:
    spec = """
    estate: {title: "Ministry 12/3", owner: "عام 123"}
    sites:
      a: {role: primary, name: {en: "Site 12 (north)", ar: "موقع 12/3 a-1"}}
      b: {role: dr, name: "10.0.0.1/24 عام"}
    """
    (tmp_path / "estate.yaml").write_text(spec, "utf-8")
    assert disparities(page_of(tmp_path)) == ()


def test_the_report_of_the_tests_says_the_same_and_has_what_is_spoilt_below(base: str) -> None:
    assert disparities(base) == ()
    assert len(told(base)) > 5


def test_an_id_that_arabic_lacks_is_seen(base: str) -> None:
    arabic = re.search(r'<span class="ar" lang="ar">[^<]*(<bdi class="id" dir="ltr">([^<`]+)</bdi>)', base)
    assert arabic is not None
    spoilt = f"{base[: arabic.start(1)]}{base[arabic.end(1) :]}"
    assert ("id", arabic[2]) in kinds(disparities(spoilt))


def test_another_id_is_seen_as_one_too_few_and_one_too_many(base: str) -> None:
    assert kinds(disparities(both(f"It is {bdi('a-1')}.", f"هو {bdi('a-2')}."))) == [
        ("id", "a-1"),
        ("id", "a-2"),
    ]


@pytest.mark.parametrize(
    ("english", "arabic", "number"),
    [
        ("90 days", "80 يوماً", ["80", "90"]),
        ("90 days", "٩٠ يوماً", []),
        ("1.5 of 2", "1.5 من 2", []),
        ('<data value="2">2 copies</data>', '<data value="2">نسختان</data>', ["2"]),
        ('<data value="3"><bdi class="count">4</bdi> a</data>', '<data value="3">ثلاث</data>', ["4"]),
        ('<data value="2"><bdi class="count">2</bdi> a</data>', '<data value="2">نسختان</data>', []),
        ('<data value="2">two copies</data>', '<data value="2">نسختان</data>', []),
        ('<data value="2">two copies</data>', '<data value="3">ثلاث نسخ</data>', ["2", "3"]),
        ("tier 0", "الفئة صفر", ["0"]),
    ],
)
def test_another_number_is_seen(english: str, arabic: str, number: list[str]) -> None:
    assert kinds(disparities(both(english, arabic))) == [("number", one) for one in number]


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.PASS])
def test_another_verdict_is_seen(base: str, verdict: Verdict) -> None:
    right, wrong = WORDS[verdict.value], WORDS["pass"]
    found = disparities(both(right.en, wrong.ar))
    assert kinds(found) == [("verdict", f"{right.en} / {wrong.ar}")]
    if both(right.en, right.ar)[20:-20] in base:
        spoilt = base.replace(AR.format(right.ar), AR.format(wrong.ar), 1)
        assert any(one.kind == "verdict" for one in disparities(spoilt))


def test_what_is_said_in_one_language_alone_is_seen(base: str) -> None:
    spoilt = re.sub(r'<span class="ar" lang="ar">[^<]*</span>', "", base, count=1)
    assert [one.kind for one in disparities(spoilt)] == ["one language"]
    assert kinds(disparities(f"<p>{EN.format('Yes')}</p>")) == [("one language", "Yes")]
    assert kinds(disparities(f"<p>{AR.format('نعم')}</p>")) == [("one language", "نعم")]


@pytest.mark.parametrize(
    "page",
    [
        both("It holds.", "It holds."),
        both("It holds.", "هذا holds."),
        "<p>Nobody translated this.</p>",
        '<p><span lang="en" dir="ltr" class="told">Mere English.</span></p>',
        '<p aria-label="Sites and circuits">12</p>',
    ],
)
def test_an_untranslated_text_is_seen(page: str) -> None:
    found = disparities(page)
    assert found
    assert {one.kind for one in found} == {"untranslated"}


@pytest.mark.parametrize("text", ["db-1", "sites/main", "10.0.0.1/24", "12kW", "fe80::1", "`logs_to`"])
def test_an_id_that_is_not_set_apart_is_seen(text: str) -> None:
    found = disparities(both(f"It is {bdi(text)}.", f"هو {text}."))
    assert {"direction", "id"} <= {one.kind for one in found}
    assert disparities(both(f"It is {bdi(text)}.", f"هو {bdi(text)}.")) == ()


def test_an_id_in_what_both_languages_show_is_to_be_set_apart() -> None:
    assert kinds(disparities("<td>racks/a-01</td>")) == [("direction", "racks/a-01")]
    assert disparities(f"<td>{bdi('racks/a-01')} · 12</td>") == ()


def test_names_that_arabic_writes_in_latin_letters_are_no_disparity() -> None:
    assert disparities(both("RTO by NIST.", "هدف زمن التعافي (RTO) حسب NIST.")) == ()


def test_what_nobody_reads_is_left_out() -> None:
    head = "<head><title>English</title></head>"
    assert disparities(f"<html>{head}<body><script>let a;</script><style>b{{}}</style></body></html>") == ()


def test_an_own_rule_without_translation_is_shown_in_english_and_marked() -> None:
    page = str(shown(say("Nobody translated {what}.", what="this-1")))
    assert page.startswith('<span lang="en" dir="ltr" class="told">')
    assert kinds(disparities(page)) == [("untranslated", "Nobody translated")]
