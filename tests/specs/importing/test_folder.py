"""Laying an import down: all of it or nothing, for its owner alone, and never through a link."""

import os
import stat
from pathlib import Path

import pytest

from specs.importing import folder as folders
from specs.importing.draft import Draft
from specs.importing.folder import change, lay_down, read_folder, with_header
from specs.importing.trying import try_out
from specs.issues import SpecError

HEADER = "estate: {title: T, owner: O}\n"


def codes(path: Path, files: dict[str, bytes], replace: bool = False) -> list[str]:
    with pytest.raises(SpecError) as caught:
        change(read_folder(path), Draft(files), replace)
    return [issue.code for issue in caught.value.issues]


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    lay_down(tmp_path / "new", {"a/b.yaml": b"x", "c.yaml": b"y"})
    for name in ("a/b.yaml", "c.yaml"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600


def test_where_one_file_cannot_be_written_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_bytes(b"before")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target.name == "c.yaml":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        lay_down(tmp_path, {"a.yaml": b"after", "b.yaml": b"after", "c.yaml": b"after"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.yaml": b"before"}


def test_a_folder_in_the_place_of_a_file_stops_all(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").mkdir()
    assert codes(tmp_path, {"a.yaml": b"x", "b.yaml": b"x"}, replace=True) == ["IMP-002"]


def test_links_are_never_written_through(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "target.txt").write_text("kept")
    (inside / "a.txt").symlink_to(outside / "target.txt")
    (inside / "device-types").symlink_to(outside)
    made = {"a.txt": b"x", "device-types/x.yaml": b"x"}
    assert codes(inside, made, replace=True) == ["IMP-002", "IMP-002"]
    assert (outside / "target.txt").read_text() == "kept"


def test_a_fifo_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "models-imported.txt")
    assert codes(tmp_path, {"models-imported.txt": b"x"}, replace=True) == ["IMP-002"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(SpecError, match="IMP-001"):
        read_folder(tmp_path / "f")


def test_the_least_header_is_added_only_where_there_is_none(tmp_path: Path) -> None:
    made = with_header(read_folder(tmp_path), Draft({"x.yaml": b""}, title="Map: 1"))
    assert b'title: "Map: 1"' in made.files["estate.yaml"]
    (tmp_path / "estate.yaml").write_text("sites: {}\n")
    assert "header.yaml" in with_header(read_folder(tmp_path), Draft({})).files
    (tmp_path / "top.yaml").write_text(HEADER)
    assert with_header(read_folder(tmp_path), Draft({})).files == {}
    (tmp_path / "top.yaml").write_text("amends: national\n")
    assert with_header(read_folder(tmp_path), Draft({})).files == {}


def test_elements_are_known_one_by_one_where_a_key_stands_for_many(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("racks:\n  r-[01-03]: {room: hall}\n  '[9-1]': {}\n  x:\n")
    assert list(read_folder(tmp_path).collection("racks")) == ["r-01", "r-02", "r-03", "[9-1]", "x"]


def test_an_import_that_breaks_a_sound_estate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEADER + "sites: {a: {role: pop}}\n")
    with pytest.raises(SpecError, match="KEY-004"):
        try_out(read_folder(tmp_path), {"b.yaml": b"sites: {a: {role: pop}}\n"})
    assert try_out(read_folder(tmp_path), {"b.yaml": b"sites: {b: {role: pop}}\n"}) == ()


def test_faults_that_were_there_before_do_not_stop_an_import(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEADER + "rooms: {r: {site: nowhere, purpose: office}}\n")
    remaining = try_out(read_folder(tmp_path), {"b.yaml": b"sites: {b: {role: pop}}\n"})
    assert [str(issue.location) for issue in remaining] == ["a.yaml:2:19"]


def test_trying_leaves_nothing_behind(tmp_path: Path) -> None:
    root = tmp_path / "estate"
    root.mkdir()
    (root / "a.yaml").write_text(HEADER)
    try_out(read_folder(root), {"b.yaml": b"sites: {b: {role: pop}}\n"})
    assert [path.name for path in tmp_path.rglob("*")] == ["estate", "a.yaml"]


def test_an_estate_that_amends_its_neighbour_is_tried_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/a.yaml").write_text(HEADER + "sites: {a: {role: pop}}\n")
    (tmp_path / "over").mkdir()
    (tmp_path / "over/o.yaml").write_text("amends: base\n")
    assert try_out(read_folder(tmp_path / "over"), {"b.yaml": b"sites: {b: {role: pop}}\n"}) == ()


def test_a_broken_file_in_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_text("b: {\n")
    with pytest.raises(SpecError) as caught:
        folders.read_folder(tmp_path)
    assert [issue.location.file for issue in caught.value.issues if issue.location] == ["a.yaml", "b.yaml"]
