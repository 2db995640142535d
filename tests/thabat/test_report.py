import os
import subprocess
import sys
from pathlib import Path

import pytest

from policies.report.readers import READERS
from thabat.exits import CLEAN, NOT_EVALUATED, USAGE


def report(folder: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """`thabat report starter` in that folder; `path` goes before all else that Python imports from."""
    environment = {**os.environ, "PYTHONPATH": str(path)} if path is not None else dict(os.environ)
    return subprocess.run(
        [sys.executable, "-m", "thabat", "report", "starter", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("reader", [one for one in READERS if one != "compliance"])
def test_each_reader_gets_html_and_pdf_of_one_judgement_for_its_owner_alone(
    tmp_path: Path, reader: str
) -> None:
    ran = report(tmp_path, "--for", reader, "-o", "html=a.html", "-o", "pdf=a.pdf", "--language", "ar")
    assert ran.returncode == CLEAN, ran.stderr
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert '<html lang="ar" dir="rtl">' in (tmp_path / "a.html").read_text("utf-8")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("a.html", "a.pdf")} == {0o600}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--for", "decision-makers"), b"did you mean `decision-maker`?"),
        (("--language", "fr"), b"write --language en or --language ar"),
        (("-o", "docx=a.docx"), b"no output form `docx`"),
        (("-o", "html", "-o", "pdf"), b"two outputs would be mixed"),
    ],
)
def test_a_call_that_cannot_be_followed_says_how_it_can(
    tmp_path: Path, arguments: tuple[str, ...], told: bytes
) -> None:
    ran = report(tmp_path, *arguments)
    assert ran.returncode == USAGE
    assert told in b" ".join(ran.stderr.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_pango_no_pdf_is_made_and_the_way_to_have_it_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "weasyprint"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")\n", "utf-8")
    folder = tmp_path / "work"
    folder.mkdir()
    ran = report(folder, "-o", "html=a.html", "-o", "pdf=a.pdf", path=broken.parent)
    assert ran.returncode == NOT_EVALUATED
    assert b"libpango-1.0-0" in ran.stderr
    assert b"install Pango" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert list(folder.iterdir()) == []
