"""`thabat export`: each form, to a file or a folder for its owner alone, and the number that it ends with."""

import csv
import io
import json
import stat
from pathlib import Path

import pytest
import typer
from trestle.oscal.assessment_results import Model as Results
from trestle.oscal.poam import Model as Poam
from typer.testing import CliRunner, Result

from benchmarks.generate import write
from policies.frameworks.availability import KEY
from policies.oscal.writing import FILES, FORMS
from policies.outputs.csv_registers import COLUMNS
from tests.hash_seeds import same_output
from tests.policies.conftest import BASE
from thabat.exits import Stop
from thabat.export import export

app = typer.Typer()
app.command()(export)

FAULTY = str(BASE.parent / "PWR-001-a-single-cord.yaml")
DAY = ("--date", "2026-11-01")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_form_goes_to_standard_output_and_findings_do_not_change_how_it_ends() -> None:
    done = run("oscal-poam", FAULTY, *DAY)
    assert done.exit_code == 0
    plan = Poam.model_validate_json(done.stdout).plan_of_action_and_milestones
    assert any(one.title.startswith("PWR-001 dual-feed") for one in plan.poam_items)


def test_all_forms_go_into_a_folder_each_for_its_owner_alone(tmp_path: Path) -> None:
    assert run("all", FAULTY, *DAY, "-d", tmp_path / "out").exit_code == 0
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert written == {*FILES.values(), *(f"{name.removeprefix('csv-')}.csv" for name in COLUMNS)}
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()} == {0o600}


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    found = run("csv", FAULTY, *DAY, "-d", tmp_path / "out").exception
    assert isinstance(found, Stop)
    assert found.code == 2


def test_one_framework_alone_is_told_of_when_asked(tmp_path: Path) -> None:
    file, form = tmp_path / "results.json", "oscal-assessment-results"
    assert run(form, FAULTY, *DAY, "--framework", "iso-22301", "-o", file).exit_code == 0
    (result,) = Results.model_validate_json(file.read_text("utf-8")).assessment_results.results
    assert len(result.reviewed_controls.control_selections) == 1
    assert {one.target.target_id.partition("-8")[0] for one in result.findings or ()} >= {"iso-22301"}


def test_with_a_byte_order_mark_only_where_it_is_asked_for() -> None:
    plain, marked = run("csv-drills", FAULTY, *DAY), run("csv-drills", FAULTY, *DAY, "--bom")
    assert marked.stdout_bytes == b"\xef\xbb\xbf" + plain.stdout_bytes
    assert not run("oscal-poam", FAULTY, *DAY, "--bom").stdout.startswith("\ufeff")


def test_what_a_baseline_knows_is_marked(tmp_path: Path) -> None:
    from thabat.check import check

    known = tmp_path / "known.json"
    checking = typer.Typer()
    checking.command()(check)
    CliRunner().invoke(checking, [FAULTY, *DAY, "--write-baseline", str(known)])
    done = run("csv-findings", FAULTY, *DAY, "--baseline", known)
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert found
    assert {row["in_baseline"] for row in found} == {"yes"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["oscal-poa", FAULTY], "no form `oscal-poa`"),
        (["csv", FAULTY], "several files"),
        (["csv-risks", FAULTY, "-o", "a", "-d", "b"], "both a file and a folder"),
        (["csv-risks", FAULTY, "--framework", "soc-2"], "no framework `soc-2`"),
        (["csv-risks", FAULTY, "--date", "x"], "`x` is no day"),
        (["csv-risks", FAULTY, "--phase", "x"], "no phase `x`"),
        (["csv-risks", FAULTY, "--baseline", "nowhere.json"], "no baseline nowhere.json"),
    ],
)
def test_a_bad_call_is_told_and_ends_with_2(arguments: list[str], told: str) -> None:
    found = run(*arguments).exception
    assert isinstance(found, Stop)
    assert found.code == 2
    assert told in found.message


@pytest.mark.slow
def test_the_same_bytes_come_out_whatever_the_hash_seed() -> None:
    names = (*FORMS, *COLUMNS)
    script = (
        "from typer.testing import CliRunner\n"
        "import typer\n"
        "from thabat.export import export\n"
        "app = typer.Typer()\n"
        "app.command()(export)\n"
        f"for form in {names!r}:\n"
        f"    print(CliRunner().invoke(app, [form, {FAULTY!r}, '--date', '2026-11-01']).stdout)\n"
    )
    assert "assessment-results" in same_output(script, ("0", "1", "7"))


@pytest.mark.slow
@pytest.mark.parametrize("estate", ["national", "national-cured", "starter"])
def test_every_bundled_estate_is_exported_whole_and_trestle_loads_it(estate: str, tmp_path: Path) -> None:
    assert run("oscal", estate, *DAY, "-d", tmp_path).exit_code == 0
    (result,) = Results.model_validate_json(
        (tmp_path / FILES["oscal-assessment-results"]).read_text("utf-8")
    ).assessment_results.results
    told = [{each.name: each.value for each in one.props or ()} for one in result.findings or ()]
    contradicted = [one for one in told if one["technical"] == "contradicts" and one["framework"] != KEY]
    assert bool(contradicted) is (estate == "national")
    Poam.model_validate_json((tmp_path / FILES["oscal-poam"]).read_text("utf-8"))


@pytest.mark.slow
def test_ten_thousand_elements_are_exported_and_the_documents_grow_with_them(tmp_path: Path) -> None:
    sizes = {}
    for elements in (1_000, 10_000):
        write(tmp_path / str(elements), elements)
        out = tmp_path / f"out-{elements}"
        assert run("all", tmp_path / str(elements), *DAY, "-d", out).exit_code == 0
        sizes[elements] = sum(file.stat().st_size for file in out.iterdir())
        json.loads((out / FILES["oscal-assessment-results"]).read_text("utf-8"))
    assert sizes[10_000] < 15 * sizes[1_000]
