"""`thabat init`: a bundled estate as files of one's own, never over what is there."""

import stat
from datetime import date
from pathlib import Path

import pytest

from specs.loading import load
from thabat.exits import USAGE, Stop
from thabat.init import init


@pytest.mark.slow
@pytest.mark.parametrize("source", ["starter", "national", "national-cured"])
def test_what_it_writes_is_the_bundled_estate(source: str, tmp_path: Path) -> None:
    from specs.bundled import folder_of

    init(tmp_path / "mine", source)
    mine, bundled = load(tmp_path / "mine").estate, load(folder_of(source)).estate
    assert mine == bundled


def test_a_newcomer_begins_without_a_finding(tmp_path: Path) -> None:
    from policies.judging import judge
    from specs.findings import Verdict

    init(tmp_path / "mine")
    loaded = load(tmp_path / "mine")
    judgement = judge(loaded, loaded.estate.as_of(None), on=loaded.estate.estate.judged_on or date.min)
    found = [f"{one.rule} {one.element}" for one in judgement.outcomes if one.verdict is not Verdict.PASS]
    assert found == []
    assert len(judgement.outcomes) > 100


def test_its_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    init(tmp_path / "mine")
    files = [path for path in (tmp_path / "mine").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_schema_that_a_first_line_names_lies_beside_it(tmp_path: Path) -> None:
    init(tmp_path / "mine")
    first = (tmp_path / "mine/estate.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=estate.schema.json"
    assert (tmp_path / "mine/estate.schema.json").is_file()


def test_it_writes_nothing_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("mine")
    with pytest.raises(Stop, match=r"estate\.yaml is there already") as stop:
        init(tmp_path)
    assert stop.value.code == USAGE
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("estate.yaml", "mine")]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    init(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(Stop, match="is there already"):
        init(tmp_path / "mine")


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Stop):
        init(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_an_estate_that_is_not_bundled_is_told_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        init(tmp_path / "mine", "startr")
    assert stop.value.hint == "did you mean `starter`?"
    assert not (tmp_path / "mine").exists()


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Stop, match="No space left"):
        init(tmp_path / "mine")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
