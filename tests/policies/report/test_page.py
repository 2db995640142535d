import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
)

from policies.judging import judge
from policies.report.page import question_word, render
from policies.report.readers import Proved
from policies.report.rule_words import RULE_WORDS
from policies.report.words import WORDS
from policies.rules import RULES
from resilience.analysis import Analysis, analyse
from resilience.proof import Part, prove
from resilience.proof_summary import QUESTIONS, answers
from specs.bundled import find_estate
from specs.loading import load
from specs.model import Estate
from tests.policies.conftest import BASE

ON = date(2026, 11, 1)
ARABIC = re.compile("[\u0600-\u06ff]")

HOSTILE = """
estate: {title: '<script>alert(1)</script>', owner: '{{ 7 * 7 }}<img src=x onerror=alert(2)>'}
hazards:
  duct: {kind: duct, name: '"><svg onload=alert(3)>'}
sites:
  a: {role: primary, name: {en: '</title><script>alert(4)</script>', ar: "<b onmouseover='alert(5)'>"}}
  b: {role: dr, name: "](javascript:alert(6)) {% for x in y %}"}
circuits:
  c: {kind: dci, name: '${jndi:x}', ends: [{site: a}, {site: b}], segments: [{through: duct}]}
  d: {kind: dci, ends: [{site: a}, {outside: "</text><script>alert(7)</script>"}]}
services:
  s: {tier: 0, name: "'); alert(8); ('", tenant: '<iframe src=//example.org>'}
"""


FEW: tuple[Part, ...] = ("failover-flows", "recovery-plans", "data-loss", "dr-capacity")


def page_of(path: Path, parts: tuple[Part, ...] = ()) -> str:
    loaded = load(path)
    estate = loaded.estate.as_of(None)
    analysis = analyse(estate)
    proved = proved_of(estate, analysis, parts) if parts else None
    return render(loaded, estate, judge(loaded, estate, on=ON), analysis, version="9.9", proved=proved)


def proved_of(estate: Estate, analysis: Analysis, parts: tuple[Part, ...]) -> Proved:
    proof = prove(analysis, parts)
    return Proved(proof, answers(estate, proof))


class Opened:
    """A report in a tab, and all that it did there that it should not."""

    def __init__(self, chromium: Browser, file: Path, width: int = 1280) -> None:
        self.wrongs: list[str] = []
        self.file = file.as_uri()
        self.page: Page = chromium.new_page(viewport={"width": width, "height": 900})
        self.page.on("console", self._said)
        self.page.on("pageerror", self._failed)
        self.page.on("dialog", self._asked_the_user)
        self.page.on("request", self._asked_the_network)
        self.page.goto(self.file)

    def _said(self, message: ConsoleMessage) -> None:
        self.wrongs.append(f"console: {message.text}")

    def _failed(self, fault: Error) -> None:
        self.wrongs.append(f"error: {fault}")

    def _asked_the_user(self, dialog: Dialog) -> None:
        self.wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked_the_network(self, request: Request) -> None:
        if request.url != self.file:
            self.wrongs.append(f"request: {request.url}")


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "national.html"
    file.write_text(page_of(find_estate("national")), "utf-8")
    return file


def test_every_word_is_in_both_languages() -> None:
    for key, word in WORDS.items():
        assert word.en.strip(), key
        assert ARABIC.search(word.ar) or key == "switch", key


def test_every_rule_has_its_words_in_arabic() -> None:
    assert set(RULE_WORDS) == {rule.id for rule in RULES}


def test_the_switch_turns_language_and_direction(chromium: Browser, national: Path) -> None:
    opened = Opened(chromium, national)
    page = opened.page
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]
    assert page.locator("#findings > h2").inner_text() == WORDS["findings"].en
    page.click("#switch")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert page.locator("#findings > h2").inner_text() == WORDS["findings"].ar
    assert opened.wrongs == []


def test_ids_and_numbers_keep_their_direction_in_arabic(chromium: Browser, national: Path) -> None:
    page = Opened(chromium, national).page
    page.click("#switch")
    assert page.locator("bdi.id, bdi.num").count() > 100
    assert page.evaluate(
        "Array.from(document.querySelectorAll('bdi.id, bdi.num'))"
        ".every(e => getComputedStyle(e).direction === 'ltr')"
    )


def test_a_filter_shows_the_findings_of_one_severity(chromium: Browser, national: Path) -> None:
    opened = Opened(chromium, national)
    everything = opened.page.locator(".cause:visible").count()
    opened.page.click("[data-show=critical]")
    shown = opened.page.locator(".cause:visible")
    assert 0 < shown.count() < everything
    assert shown.count() == opened.page.locator(".cause[data-severity=critical]").count()
    opened.page.click("[data-show='']")
    assert opened.page.locator(".cause:visible").count() == everything
    assert opened.wrongs == []


def test_a_hazard_lights_what_it_takes_down(chromium: Browser, national: Path) -> None:
    opened = Opened(chromium, national)
    button = opened.page.locator("[data-hazard]").first
    button.click()
    assert opened.page.locator(".network .lit").count() > 1
    button.click()
    assert opened.page.locator(".network .lit").count() == 0
    assert opened.wrongs == []


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_never_wider_than_the_screen(
    chromium: Browser, national: Path, width: int, language: str
) -> None:
    page = Opened(chromium, national, width).page
    if language == "ar":
        page.click("#switch")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_the_file_is_small_and_brings_all_it_needs(national: Path) -> None:
    text = national.read_text("utf-8")
    assert len(text.encode()) < 5_000_000
    assert not re.search(r"(?:src|href)=[\"'](?!#)", text)
    assert "default-src &#39;none&#39;" in text


@pytest.mark.slow
def test_two_pages_of_one_estate_are_equal(national: Path) -> None:
    assert page_of(find_estate("national")) == national.read_text("utf-8")


def test_every_answer_stands_in_the_table_of_proofs(chromium: Browser, tmp_path: Path) -> None:
    estate = load(BASE).estate.as_of(None)
    proved = proved_of(estate, analyse(estate), FEW)
    file = tmp_path / "proved.html"
    file.write_text(page_of(BASE, FEW), "utf-8")
    opened = Opened(chromium, file, width=390)
    for holds, tone in (("yes", "pass"), ("no", "fail"), ("unknown", "unknown")):
        expected = sum(one.holds == holds for one in proved.answers)
        assert opened.page.locator(f"#proofs .matrix .tone-{tone}").count() == expected
    assert opened.page.locator("#proofs details").count() == len(proved.rows)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.wrongs == []


def test_every_question_has_its_words() -> None:
    assert {question_word(question) for question in QUESTIONS} <= set(WORDS)


@pytest.mark.slow
def test_without_proofs_there_is_no_word_of_them(national: Path) -> None:
    assert 'id="proofs"' not in national.read_text("utf-8")
    assert 'href="#proofs"' not in national.read_text("utf-8")


def test_what_a_spec_says_is_never_obeyed(chromium: Browser, tmp_path: Path) -> None:
    spec, file = tmp_path / "estate.yaml", tmp_path / "hostile.html"
    spec.write_text(HOSTILE, "utf-8")
    file.write_text(page_of(spec, FEW), "utf-8")
    opened = Opened(chromium, file)
    assert "<script>alert(1)</script>" in opened.page.locator("h1").inner_text()
    assert "{{ 7 * 7 }}" in opened.page.locator("#summary").inner_text()
    opened.page.evaluate(
        "document.querySelectorAll('button:not(#print), summary').forEach(one => one.click())"
    )
    assert opened.wrongs == []
    assert opened.page.evaluate("document.querySelectorAll('script:not([type])').length") == 1
    assert opened.page.evaluate("document.querySelectorAll('iframe, img').length") == 0


def test_printed_it_leaves_out_what_only_a_screen_needs(chromium: Browser, national: Path) -> None:
    page = Opened(chromium, national).page
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#switch").is_visible()
    assert page.locator("#summary").is_visible()
    assert page.pdf().startswith(b"%PDF")
