import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thabat.calling import thabat
from thabat import app, exits, output, settings
from thabat.exits import Stop
from thabat.reference import page

pytestmark = pytest.mark.slow

ESCAPE = "\x1b["
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?3[0-7]")


@pytest.mark.parametrize("command", app.COMMANDS)
def test_help_of_every_command_has_an_example(command: str) -> None:
    told = thabat(command, "--help")
    assert told.returncode == exits.CLEAN
    if "Commands:" in told.stdout:
        subcommands = re.findall(r"^  (\S+) ", told.stdout.partition("Commands:")[2], re.MULTILINE)
        assert subcommands
        for subcommand in subcommands:
            assert f"thabat {command}" in thabat(command, subcommand, "--help").stdout.partition("Example")[2]
    else:
        assert f"thabat {command}" in told.stdout.partition("Example")[2]


def test_help_loads_nothing_heavy() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, thabat.app; thabat.app.build(); print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    heavy = {"pydantic", "networkx", "pulumi", "sqlalchemy", "jinja2", "grpc", "yaml", "rich", "openpyxl"}
    assert heavy.isdisjoint(listed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("frobnicate",), "No such command"),
        (("check", "starter", "-o", "jsn"), "did you mean `json`?"),
        (("check", "starter", "-o", "json="), "names no file"),
        (("check", "starter", "-o", "json", "-o", "sarif"), "mixed on standard output"),
        (("check", "starter", "--phase", "phase-9"), "no phase `phase-9`"),
        (("check", "starter", "--date", "tomorrow"), "YYYY-MM-DD"),
        (("check", "no-such-estate"), "no-such-estate"),
        (("check", "starter", "--estate", "national"), "two estates"),
    ],
)
def test_a_bad_call_ends_with_2_and_says_how_to_mend_it(words: tuple[str, ...], said: str) -> None:
    ended = thabat(*words)
    assert ended.returncode == exits.USAGE
    assert said in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_without_an_estate_it_says_how_to_name_one(tmp_path: Path) -> None:
    ended = thabat("check", cwd=tmp_path)
    assert ended.returncode == exits.USAGE
    assert "thabat init" in ended.stderr


def test_a_faulty_spec_ends_with_2_and_every_issue(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("estate: {title: T, owner: O}\nracks: {a: {romm: x}}\nsits: {}\n")
    ended = thabat("check", cwd=tmp_path)
    assert ended.returncode == exits.USAGE
    assert "estate.yaml:2:" in ended.stderr
    assert "estate.yaml:3:1" in ended.stderr
    assert "did you mean `sites`?" in ended.stderr


def test_no_colour_off_a_terminal_unless_forced() -> None:
    assert ESCAPE not in "".join((thabat("check", "starter").stdout, thabat("check", "nowhere").stderr))
    assert COLOUR.search(thabat("check", "nowhere", variables={"FORCE_COLOR": "1"}).stderr)
    assert not COLOUR.search(
        thabat("check", "nowhere", variables={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr
    )


def test_quiet_says_nothing_but_data() -> None:
    ended = thabat("--quiet", "check", "starter", "-o", "json")
    assert ended.stderr == ""
    assert json.loads(ended.stdout)["format_version"]


def test_settings_come_by_flag_then_environment_then_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("THABAT_ESTATE", raising=False)
    assert settings.settle("estate").origin == "default"
    (tmp_path / "thabat.toml").write_text('estate = "filed"\n')
    assert settings.settle("estate").value == "filed"
    monkeypatch.setenv("THABAT_ESTATE", "set")
    assert settings.settle("estate").value == "set"
    assert settings.settle("estate", "flagged").value == "flagged"


def test_config_show_tells_where_each_setting_comes_from(tmp_path: Path) -> None:
    (tmp_path / "thabat.toml").write_text('fail_on = "low"\n')
    shown = json.loads(
        thabat("config", "show", "-o", "json", cwd=tmp_path, variables={"THABAT_ESTATE": "national"}).stdout
    )
    told = {one["name"]: (one["value"], one["origin"]) for one in shown["settings"]}
    assert told["estate"] == ("national", "environment (THABAT_ESTATE)")
    assert told["fail_on"] == ("low", f"file ({tmp_path / 'thabat.toml'})")
    assert told["phase"] == (None, "default")


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        ('estte = "x"', "did you mean `estate`?"),
        ("estate = [1]", "is no text"),
        ("estate = ", "thabat.toml"),
        ('fail_on = "hgh"', "did you mean `high`?"),
    ],
)
def test_a_faulty_settings_file_is_told(tmp_path: Path, filed: str, said: str) -> None:
    (tmp_path / "thabat.toml").write_text(filed)
    ended = thabat("config", "show", cwd=tmp_path)
    assert ended.returncode == exits.USAGE
    assert said in ended.stderr


def test_files_are_for_their_owner_and_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "out.json"
    output.write_file(file, "{}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Stop, match="cannot write"):
        output.write_file(file / "below-a-file", "x")
    assert [one.name for one in file.parent.iterdir()] == ["out.json"]


def test_outputs_are_all_made_before_the_first_is_written(tmp_path: Path) -> None:
    wanted = output.outputs([f"a={tmp_path / 'a'}", f"b={tmp_path / 'b'}"], ("a", "b"))

    def fails() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        output.emit(wanted, {"a": lambda: "a", "b": fails})
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    piped = subprocess.run(
        f"{sys.executable} -m thabat rules | head -1", shell=True, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in piped.stderr
    assert piped.stdout


def test_the_reference_page_of_the_commands_is_current() -> None:
    written = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text("utf-8")
    assert page() == written, "run: python -m thabat.reference docs/reference/commands.md"
