import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from policies.judging import judge
from policies.report.page import render
from policies.report.parity import disparities
from policies.report.what_if.section import what_if_section
from policies.report.what_if.words import KIND_WORDS, WHAT_IF_WORDS
from resilience.analysis import analyse
from specs.bundled import find_estate
from specs.loading import load
from tests.policies.conftest import BASE
from tests.policies.report.test_page import ARABIC, Opened
from tests.policies.report.what_if.looking_up import Lookup
from tests.policies.report.what_if.test_data import analysed, draws, embedded

ON = date(2026, 11, 1)

HOSTILE = """
estate: {title: T, owner: O}
hazards: {duct: {kind: duct, name: '</script><script>alert(1)</script>'}}
sites:
  a: {role: primary, name: {en: '<img src=x onerror=alert(2)>', ar: '{{ 7 * 7 }}', fr: '${7*7}'}}
  b: {role: dr, name: LONG}
platforms: {p: {kind: compute, sites: [a]}}
services: {s: {tier: 0, name: "<!--<script>", users_at: [a, b]}}
workloads: {w: {service: s, platform: p, site: a, name: "=cmd()|' /C calc'!A0"}}
circuits:
  c: {kind: dci, name: "javascript:alert(3)", ends: [{site: a}, {site: b}], segments: [{through: duct}]}
"""


def written(path: Path, file: Path) -> Path:
    loaded = load(path)
    estate = loaded.estate.as_of(None)
    judgement = judge(loaded, estate, on=ON)
    file.write_text(render(loaded, estate, judgement, analyse(estate), version="9.9"), "utf-8")
    return file


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(find_estate("starter"), tmp_path_factory.mktemp("what-if") / "starter.html")


def fail(page: Page, *names: str) -> None:
    """Those fail, by the page's address."""
    page.evaluate(
        "names => new Promise(done => {"
        "  addEventListener('hashchange', () => requestAnimationFrame(done), {once: true});"
        "  location.hash = '#what_if=' + names.map(encodeURIComponent).join(',') + ',';"
        "})",
        list(names),
    )


def states(page: Page) -> dict[str, str]:
    """What the page shows of each service."""
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries(Array.from(document.querySelectorAll('#what-if-result [data-state]')).flatMap("
        "  part => Array.from(part.querySelectorAll('[data-service]'))"
        "    .map(row => ['services/' + row.dataset.service, part.dataset.state])))"
    )
    return found


def text(page: Page, selector: str) -> str:
    return re.sub(r"\s+", " ", page.locator(selector).inner_text()).strip()


def chosen(page: Page) -> list[str]:
    return [part.split()[-1] for part in page.locator("#what-if-chosen li > span").all_inner_texts()]


def test_every_word_is_in_both_languages() -> None:
    for key, word in {**WHAT_IF_WORDS, **KIND_WORDS}.items():
        assert word.en.strip(), key
        assert ARABIC.search(word.ar) or key == "comma", key


def test_the_part_is_the_same_in_two_runs() -> None:
    first, second = (what_if_section(analyse(load(BASE).estate.as_of(None))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("estate", "most", "count"),
    [
        ("starter", 6, 40),
        pytest.param("starter", 2, 120, marks=pytest.mark.slow),
        pytest.param(BASE, 3, 120, marks=pytest.mark.slow),
    ],
)
def test_the_page_says_what_is_embedded(
    chromium: Browser, tmp_path: Path, report: Path, estate: str | Path, most: int, count: int
) -> None:
    file = report if estate == "starter" else written(BASE, tmp_path / "base.html")
    opened = Opened(chromium, file)
    data = embedded(estate)
    kinds = set()
    for failed in draws(data, 11 + most, count, most):
        fail(opened.page, *failed)
        looked = Lookup.of(data, *failed)
        expected = looked.states()
        assert states(opened.page) == expected, failed
        kinds |= set(expected.values())
        for service in data["services"]:
            key = data["events"][service["event"]][0]
            if expected[f"services/{key}"] not in ("carried", "degraded"):
                continue
            said = opened.page.locator(f"#what-if-result [data-service='{key}']").inner_text()
            for _, lost, takers, _ in looked.takeovers(service) or ():
                assert all(name.partition("/")[2] in said for name in (*lost, *takers)), failed
            for way in looked.ways(service).values():
                names = way if isinstance(way, tuple) else ()
                assert all(name.partition("/")[2] in said for name in names), failed
    assert {"down", "unaffected"} | ({"unknown"} if most > 3 else set()) <= kinds
    assert opened.wrongs == []
    opened.page.close()


@pytest.mark.slow
def test_the_national_page_says_what_resilience_says(chromium: Browser, tmp_path: Path) -> None:
    file = written(find_estate("national-cured"), tmp_path / "national.html")
    assert file.stat().st_size < 5_000_000
    opened = Opened(chromium, file)
    analysis, data = analysed("national-cured"), embedded("national-cured")
    for failed in draws(data, 5, 25):
        fail(opened.page, *failed)
        impact = analysis.impact_of(*failed)
        shown = states(opened.page)
        assert {name for name, state in shown.items() if state == "down"} == {*impact.lost}, failed
        assert {name for name, state in shown.items() if state == "degraded"} == {*impact.degraded}, failed
    assert opened.wrongs == []
    opened.page.close()


def test_by_keyboard_alone_one_finds_fails_and_takes_back(chromium: Browser, report: Path) -> None:
    opened = Opened(chromium, report)
    page, press = opened.page, opened.page.keyboard.press
    for _ in range(60):
        press("Tab")
        if page.evaluate("document.activeElement.id") == "what-if-input":
            break
    assert page.evaluate("document.activeElement.id") == "what-if-input"
    page.keyboard.type("site")
    box, listed = page.locator("#what-if-input"), page.locator("#what-if-list")
    assert box.get_attribute("aria-expanded") == "true"
    press("ArrowDown")
    press("ArrowDown")
    press("ArrowUp")
    active = box.get_attribute("aria-activedescendant")
    assert listed.locator(f"#{active}[role=option][aria-selected=true]").count() == 1
    assert listed.locator("[aria-selected=true]").count() == 1
    press("Enter")
    assert len(chosen(page)) == 1
    assert box.input_value() == ""
    assert box.get_attribute("aria-expanded") == "false"
    assert page.evaluate("location.hash").startswith("#what_if=")
    press("ArrowDown")
    assert listed.is_visible()
    press("Escape")
    assert not listed.is_visible()
    page.keyboard.type("no such thing")
    assert not listed.is_visible()
    assert text(page, "#what-if-matches") == WHAT_IF_WORDS["no_match"].en
    press("Escape")
    press("Escape")
    assert box.input_value() == ""
    page.locator("#what-if-chosen button").focus()
    press("Enter")
    assert chosen(page) == []
    assert page.evaluate("document.activeElement.id") == "what-if-input"
    assert text(page, "#what-if-summary") == WHAT_IF_WORDS["nothing"].en
    assert opened.wrongs == []


def test_a_filter_finds_by_name_id_and_kind_in_either_language(chromium: Browser, report: Path) -> None:
    page = Opened(chromium, report).page
    sites = [key for key, _, kind, _ in embedded("starter")["events"] if kind == "sites"]
    for typed in ("sites/", "site", KIND_WORDS["sites"].ar):
        page.fill("#what-if-input", typed)
        options = " ".join(page.locator("#what-if-list [role=option]").all_inner_texts())
        assert all(site in options for site in sites), typed
    page.fill("#what-if-input", f"site {sites[0]}")
    assert sites[0] in page.locator("#what-if-list [role=option]").first.inner_text()


def test_each_site_and_each_hazard_is_a_button(chromium: Browser, report: Path) -> None:
    opened = Opened(chromium, report)
    page, data = opened.page, embedded("starter")
    for kind in ("sites", "hazards"):
        count = sum(event[2] == kind for event in data["events"])
        assert page.locator(f"#what-if-{kind} button").count() >= count > 0
    button = page.locator("#what-if-sites button").first
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert len(chosen(page)) == 1
    site = chosen(page)[0]
    assert states(page) == Lookup.of(data, f"sites/{site}").states()
    page.click("#what-if-reset")
    assert button.get_attribute("aria-pressed") == "false"
    assert (chosen(page), states(page)) == ([], {})
    assert page.locator("#what-if-reset").is_disabled()
    assert opened.wrongs == []


def test_what_is_said_aloud_counts_every_state(chromium: Browser, report: Path) -> None:
    page, data = Opened(chromium, report).page, embedded("starter")
    assert page.locator("#what-if-summary").get_attribute("role") == "status"
    site = next(event[0] for event in data["events"] if event[2] == "sites")
    fail(page, f"sites/{site}")
    found = Lookup.of(data, f"sites/{site}").states().values()
    for language in ("en", "ar"):
        said = text(page, "#what-if-summary")
        for state in ("down", "carried", "unknown", "unaffected"):
            expected = f"{WHAT_IF_WORDS[state].reading(language)}: {list(found).count(state)}"
            assert expected in said
        page.click("#switch")


def test_what_the_script_writes_is_the_same_in_both_languages(chromium: Browser, report: Path) -> None:
    page, data = Opened(chromium, report).page, embedded("starter")
    sites = [f"sites/{key}" for key, _, kind, _ in data["events"] if kind == "sites"]
    shown = set()
    for failed in (sites[:1], sites[1:2], *draws(data, 21, 12, most=5)):
        fail(page, *failed)
        page.fill("#what-if-input", "a")
        shown |= set(states(page).values())
        assert disparities(page.content()) == (), failed
    assert {"down", "unknown", "unaffected"} <= shown


def test_an_address_brings_its_failures_and_names_strangers(chromium: Browser, report: Path) -> None:
    data = embedded("starter")
    names = [f"{kind}/{key}" for key, _, kind, _ in data["events"] if kind in ("sites", "circuits")][:2]
    page = chromium.new_page()
    page.goto(f"{report.as_uri()}#what_if={','.join(names)},devices/<b>gone")
    assert {f"{name}" for name in chosen(page)} == {name.partition("/")[2] for name in names}
    assert states(page) == Lookup.of(data, *names).states()
    assert "devices/<b>gone" in text(page, "#what-if-matches")
    page.close()


def test_printed_it_shows_the_present_result_and_no_controls(chromium: Browser, report: Path) -> None:
    page = Opened(chromium, report).page
    page.locator("#what-if-sites button").first.click()
    page.emulate_media(media="print")
    assert not page.locator("#what-if-input").is_visible()
    assert not page.locator("#what-if-sites").is_visible()
    assert page.locator("#what-if-chosen li").is_visible()
    assert page.locator("#what-if-result").is_visible()
    assert page.locator("#what-if-result li").count() == len(embedded("starter")["services"])


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the part; whatever it looked at at all has to be some rules."""
    found = Axe().run(page, context="#what_if", options={}).response
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(
    ("scheme", "language", "width"),
    [
        ("light", "en", 1280),
        ("dark", "ar", 390),
        *(
            pytest.param(scheme, language, width, marks=pytest.mark.slow)
            for scheme, language, width in (("dark", "en", 1280), ("light", "ar", 1280), ("light", "en", 390))
        ),
    ],
)
def test_axe_finds_nothing_and_it_fits(
    chromium: Browser, report: Path, scheme: Any, language: str, width: int
) -> None:
    opened = Opened(chromium, report, width)
    page = opened.page
    page.emulate_media(color_scheme=scheme)
    if language == "ar":
        page.click("#switch")
    page.evaluate("document.querySelectorAll('#what_if details').forEach(part => { part.open = true })")
    page.locator("#what-if-sites button").first.click()
    page.fill("#what-if-input", "a")
    page.keyboard.press("ArrowDown")
    assert page.locator("#what-if-list").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not opened.wrongs
    page.close()


def test_hostile_names_are_shown_and_never_obeyed(chromium: Browser, tmp_path: Path) -> None:
    spec = tmp_path / "estate.yaml"
    spec.write_text(HOSTILE.replace("LONG", "x" * 10_000), "utf-8")
    opened = Opened(chromium, written(spec, tmp_path / "hostile.html"), 390)
    page = opened.page
    page.fill("#what-if-input", "<img")
    assert "<img src=x onerror=alert(2)>" in page.locator("#what-if-list").inner_text()
    page.keyboard.press("Enter")
    fail(page, "hazards/duct", "sites/b", "circuits/c", "<img src=x onerror=alert(9)>")
    assert "</script><script>alert(1)</script>" in page.locator("#what-if-chosen").inner_text()
    fail(page, "sites/a", "</script>")
    page.evaluate(
        "document.querySelectorAll('#what_if button, #what_if summary').forEach(one => one.click())"
    )
    assert page.evaluate("document.querySelectorAll('#what_if img, #what_if script:not([type])').length") == 0
    assert page.evaluate("document.getElementById('what_if').scrollWidth") <= 390
    assert opened.wrongs == []
