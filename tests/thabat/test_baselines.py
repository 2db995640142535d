"""`thabat check --baseline` and `--write-baseline`: what fails then, what is told, and what is refused."""

import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.policies.conftest import BASE
from thabat.check import check
from thabat.exits import Stop

app = typer.Typer()
app.command()(check)

FAULTY = str(BASE.parent / "PWR-001-a-single-cord.yaml")
ABROAD = str(BASE.parent / "WVR-001-a-rule-that-nobody-may-waive.yaml")


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, [str(one) for one in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "known.json"


def test_writing_one_takes_the_estate_up_and_the_next_check_is_clean(file: Path) -> None:
    assert run(FAULTY).exit_code == 1
    assert run(FAULTY, "--write-baseline", file).exit_code == 0
    assert run(FAULTY, "--baseline", file).exit_code == 0


def test_the_file_is_for_its_owner_alone(file: Path) -> None:
    run(FAULTY, "--write-baseline", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_finding_that_it_does_not_know_fails_the_check(file: Path) -> None:
    run(BASE, "--write-baseline", file)
    done = run(FAULTY, "--baseline", file)
    assert done.exit_code == 1
    assert "findings: 1 of severity high or above" in done.stderr


def test_the_environment_names_one_as_the_flag_does(file: Path) -> None:
    run(FAULTY, "--write-baseline", file)
    assert run(FAULTY, THABAT_BASELINE=str(file)).exit_code == 0


def test_what_is_no_longer_found_is_told_and_both_flags_together_only_shrink_it(file: Path) -> None:
    run(FAULTY, "--write-baseline", file)
    mended = run(BASE, "--baseline", file, "--write-baseline", file)
    assert "no longer found: PWR-001 devices/" in mended.stderr
    again = run(FAULTY, "--baseline", file, "--write-baseline", file)
    assert again.exit_code == 1
    assert "PWR-001" not in file.read_text("utf-8")


def test_what_nobody_may_waive_still_fails_and_is_told(file: Path) -> None:
    done = run(ABROAD, "--write-baseline", file)
    assert done.exit_code == 1
    assert "nobody may waive" in done.stderr
    assert "DAT-001" not in file.read_text("utf-8")
    assert run(ABROAD, "--baseline", file).exit_code == 1


@pytest.mark.parametrize("content", [None, "", "{}", "\xff", '{"format_version": "9.0"}'])
def test_what_is_no_baseline_ends_with_2_and_says_so(file: Path, content: str | None) -> None:
    if content is not None:
        file.write_bytes(content.encode("latin-1"))
    done = run(FAULTY, "--baseline", file)
    assert isinstance(done.exception, Stop)
    assert done.exception.code == 2
    assert "baseline" in done.exception.message
    assert str(file) in done.exception.message


def test_a_folder_as_baseline_is_refused(tmp_path: Path) -> None:
    assert isinstance(run(FAULTY, "--baseline", tmp_path).exception, Stop)


def test_one_that_cannot_be_written_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("", encoding="utf-8")
    done = run(FAULTY, "--write-baseline", tmp_path / "no-folder" / "known.json")
    assert isinstance(done.exception, Stop)
    assert done.exception.code == 2
