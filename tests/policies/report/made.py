"""Estates and pages that several tests of the report look at."""

from datetime import date
from functools import cache
from pathlib import Path

from policies.judging import judge
from policies.report.page import Language, render
from policies.report.pdf import as_pdf
from policies.report.readers import Proved, Reader, Subject
from resilience.analysis import analyse
from resilience.proof import Part, prove
from resilience.proof_summary import answers
from specs.loading import load

ON = date(2026, 11, 1)


@cache
def subject(path: Path, parts: tuple[Part, ...] = ()) -> Subject:
    """The estate at that place, judged and proved."""
    loaded = load(path)
    estate = loaded.estate.as_of(None)
    analysis = analyse(estate)
    proved = None
    if parts:
        proof = prove(analysis, parts)
        proved = Proved(proof, answers(estate, proof))
    return Subject(loaded, estate, judge(loaded, estate, on=ON), analysis, "9.9", proved)


def page_for(reader: Reader, found: Subject, language: Language = "en", *, printed: bool = False) -> str:
    """The page of that reader."""
    return render(
        found.loaded,
        found.estate,
        found.judgement,
        found.analysis,
        version=found.version,
        proved=found.proved,
        reader=reader,
        language=language,
        printed=printed,
    )


def pdf_for(reader: Reader, found: Subject, language: Language = "en") -> bytes:
    """The PDF of that reader."""
    page = page_for(reader, found, language, printed=True)
    return as_pdf(page, language, one_sheet=reader == "decision-maker")
