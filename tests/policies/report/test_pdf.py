import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from policies.report.one_language import one_language
from policies.report.pdf import as_pdf
from policies.report.readers import Reader
from policies.report.words import WORDS
from specs.bundled import find_estate
from tests.conftest import requires
from tests.policies.conftest import BASE
from tests.policies.report.made import page_for, pdf_for, subject

ARABIC = re.compile("[\u0600-\u06ff]")
HOSTILE = """
estate: {title: '<script>alert(1)</script>', owner: '{{ 7 * 7 }}', approver: '<img src=file:///etc/passwd>'}
hazards: {duct: {kind: duct, name: '"><svg onload=alert(3)>'}}
sites:
  a: {role: primary, name: {en: '</title><style>@import url(http://192.0.2.1/x)</style>', ar: "'</text><g>"}}
  b: {role: dr, name: LONG}
circuits: {c: {kind: dci, name: '${jndi:x}', ends: [{site: a}, {site: b}], segments: [{through: duct}]}}
services: {s: {tier: 0, name: "LONG"}}
"""


@pytest.fixture(scope="module")
def pdftotext() -> str:
    """What reads text out of a PDF."""
    found = shutil.which("pdftotext")
    requires("pdftotext", found=found is not None, reason="there is no pdftotext here (poppler-utils)")
    return str(found)


def text_of(pdftotext: str, made: bytes, *options: str) -> str:
    ran = subprocess.run([pdftotext, *options, "-", "-"], input=made, capture_output=True, check=True)
    return ran.stdout.decode("utf-8")


def readable(text: str) -> str:
    """Text without marks of direction, which a reader of PDFs adds by itself."""
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_decision_makers_pdf_is_one_sheet_and_says_what_it_is(pdftotext: str, language: str) -> None:
    made = pdf_for("decision-maker", subject(BASE), "ar" if language == "ar" else "en")
    text = readable(text_of(pdftotext, made))
    assert text.count("\f") == 1
    for key in ("distribution", "version", "owner", "summary"):
        assert WORDS[key].reading(language) in text
        assert WORDS[key].reading("en" if language == "ar" else "ar") not in text
    assert "thabat 9.9" in text
    assert "1/1" in text


@pytest.mark.slow
def test_arabic_copies_out_in_its_order_where_lam_meets_alef_too(pdftotext: str) -> None:
    said = "حتى السرية ولا غير لا إلا الإصدار الآن الأرقام في الداخلي"
    style = (
        "@font-face { font-family: Cairo; src: url(bundled:Cairo-Regular.ttf); } body { font-family: Cairo; }"
    )
    page = f'<html lang="ar" dir="rtl"><style>{style}</style><body><p>{said}</p></body></html>'
    made = as_pdf(page, "ar")
    assert said in readable(text_of(pdftotext, made))


@pytest.mark.slow
def test_two_pdfs_of_one_estate_are_equal() -> None:
    assert pdf_for("partner", subject(BASE), "ar") == pdf_for("partner", subject(BASE), "ar")


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["decision-maker", "compliance", "partner"])
def test_a_partners_pdf_holds_its_marking_on_every_page(pdftotext: str, reader: Reader) -> None:
    found = subject(BASE)
    text = readable(text_of(pdftotext, pdf_for(reader, found)))
    sheets = text.split("\f")[:-1]
    marked = WORDS[found.judgement.classification].en
    assert sheets
    for number, sheet in enumerate(sheets, start=1):
        assert sheet.count(marked) >= 2
        assert f"{number}/{len(sheets)}" in sheet


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["decision-maker", "engineer", "partner"])
def test_what_a_spec_says_is_printed_and_never_obeyed(pdftotext: str, tmp_path: Path, reader: Reader) -> None:
    spec = tmp_path / "estate.yaml"
    spec.write_text(HOSTILE.replace("LONG", "long" * 2500), "utf-8")
    made = pdf_for(reader, subject(spec))
    assert "<script>alert(1)</script>" in re.sub(r"\s", "", readable(text_of(pdftotext, made)))
    assert b"/JavaScript" not in made
    assert b"/URI" not in made
    assert "root:" not in text_of(pdftotext, made)


def test_nothing_but_the_bundled_fonts_is_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("planted", "utf-8")
    named = secret.as_uri()
    page = (
        f'<html lang="en"><body><img src="{named}"><p>kept</p><object data="{named}"></object></body></html>'
    )
    made = as_pdf(page, "en")
    without = as_pdf('<html lang="en"><body><p>kept</p></body></html>', "en")
    assert b"/Image" not in made
    assert abs(len(made) - len(without)) < 100


def test_the_command_is_quick_to_help_because_printing_is_loaded_late() -> None:
    code = "import sys, thabat.app as a; a.build(); print('weasyprint' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.slow
def test_no_arabic_stands_in_a_printed_drawing_where_its_letters_would_not_join() -> None:
    page = one_language(page_for("engineer", subject(find_estate("starter")), "ar", printed=True), "ar")
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) > 5
    assert [one for one in drawings if ARABIC.search(one)] == []


@pytest.mark.slow
def test_printed_pages_hold_no_script() -> None:
    assert "<script" not in page_for("engineer", subject(BASE), printed=True)
