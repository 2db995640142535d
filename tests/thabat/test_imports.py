"""`thabat import`: as people call it, from the command line to the files."""

import sys
from pathlib import Path

import pytest

from specs.loading import load
from thabat.app import _run
from thabat.exits import CLEAN, USAGE

KIND = b"manufacturer: Maker\nmodel: Server\nu_height: 1\n"
RACKS = "name,site,u_height\nR1,North,42\n"
DEVICES = "name,manufacturer,device_type,site,rack,position\nsrv-1,Maker,Server,North,R1,1\n"


@pytest.fixture
def thabat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Thabat":
    monkeypatch.chdir(tmp_path)
    return Thabat(monkeypatch, capsys)


class Thabat:
    """The command, run in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Exit code and what was said."""
        self._monkeypatch.setattr(sys, "argv", ["thabat", *arguments])
        code = _run()
        return code, " ".join(self._capsys.readouterr().err.split())


def test_an_estate_can_be_brought_in_step_by_step(thabat: Thabat, tmp_path: Path) -> None:
    (tmp_path / "server.yaml").write_bytes(KIND)
    (tmp_path / "racks.csv").write_text(RACKS)
    (tmp_path / "devices.csv").write_text(DEVICES)
    code, said = thabat("import", "netbox", "-d", "e", "--racks", "racks.csv", "--devices", "devices.csv")
    assert code == USAGE
    assert "devices.csv:2:13: IMP-005 no file in device-types/ is a `Maker Server`" in said
    assert not (tmp_path / "e").exists()
    code, said = thabat("import", "device-types", "server.yaml", "-d", "e")
    assert (code, "imported: device types 1, models 1" in said) == (CLEAN, True)
    code, said = thabat("import", "netbox", "-d", "e", "--racks", "racks.csv", "--devices", "devices.csv")
    assert code == CLEAN, said
    estate = load(tmp_path / "e").estate
    assert (estate.devices["srv-1"].model, estate.devices["srv-1"].rack) == ("maker-server", "r1")


def test_running_it_twice_changes_nothing(thabat: Thabat, tmp_path: Path) -> None:
    (tmp_path / "server.yaml").write_bytes(KIND)
    thabat("import", "device-types", "server.yaml", "-d", "e")
    before = {path: path.read_bytes() for path in (tmp_path / "e").rglob("*") if path.is_file()}
    code, said = thabat("import", "device-types", "server.yaml", "-d", "e")
    assert code == CLEAN
    assert "unchanged e/device-types/maker-server.yaml" in said.replace(str(tmp_path) + "/", "")
    assert {path: path.read_bytes() for path in (tmp_path / "e").rglob("*") if path.is_file()} == before


def test_a_map_becomes_an_estate_that_validates(thabat: Thabat, shared_data: Path, tmp_path: Path) -> None:
    code, said = thabat(
        "import", "graphml", str(shared_data / "topologies/Abilene.graphml"), "-d", "e", "--prefix", "WAN/1"
    )
    assert code == CLEAN, said
    assert "imported: sites 11, circuits 14" in said
    code, _ = thabat("validate", "e")
    assert code == CLEAN
    assert all(key.startswith("wan-1-") for key in load(tmp_path / "e").estate.sites)


def test_what_is_there_already_is_replaced_only_when_told(thabat: Thabat, tmp_path: Path) -> None:
    (tmp_path / "server.yaml").write_bytes(KIND)
    thabat("import", "device-types", "server.yaml", "-d", "e")
    (tmp_path / "server.yaml").write_bytes(KIND + b"weight: 9\nweight_unit: kg\n")
    code, said = thabat("import", "device-types", "server.yaml", "-d", "e")
    assert (code, "IMP-003" in said) == (USAGE, True)
    code, _ = thabat("import", "device-types", "server.yaml", "-d", "e", "--replace")
    assert code == CLEAN
    assert (tmp_path / "e/device-types/maker-server.yaml").read_bytes().endswith(b"weight_unit: kg\n")


def test_an_import_that_would_break_the_estate_writes_nothing(thabat: Thabat, tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    (tmp_path / "e/a.yaml").write_text("estate: {title: T, owner: O}\nvendors: {tel: {kind: other}}\n")
    (tmp_path / "racks.csv").write_text("name,site,u_height\nR1,North,42\n")
    (tmp_path / "e/rooms.yaml").write_text(
        "rooms: {north-room: {site: gone, purpose: office}}\nsites: {gone: {role: pop}}\n"
    )
    before = sorted(path.name for path in (tmp_path / "e").iterdir())
    (tmp_path / "devices.csv").write_text("name,device_type,site\nx,Server,North\n")
    code, _ = thabat("import", "netbox", "-d", "e", "--racks", "racks.csv", "--devices", "devices.csv")
    assert code == USAGE
    assert sorted(path.name for path in (tmp_path / "e").iterdir()) == before


def test_issues_elsewhere_are_told_and_do_not_stop_an_import(thabat: Thabat, tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    (tmp_path / "e/a.yaml").write_text(
        "estate: {title: T, owner: O}\nrooms: {r: {site: gone, purpose: office}}\n"
    )
    (tmp_path / "server.yaml").write_bytes(KIND)
    code, said = thabat("import", "device-types", "server.yaml", "-d", "e")
    assert code == CLEAN
    assert "the estate does not load yet (1 issues elsewhere)" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("netbox", "-d", "e"),
        ("netbox", "-d", "e", "--racks", "nowhere.csv"),
        ("device-types", "nowhere.yaml", "-d", "e"),
        ("device-types", ".", "-d", "e"),
        ("graphml", "nowhere.graphml", "-d", "e"),
        ("graphml", "/dev/zero", "-d", "e"),
        ("device-types", "-d", "e"),
        ("graphml", "map.graphml", "-d", "e", "--prefix", "a-prefix-of-many-letters"),
    ],
)
def test_bad_calls_end_with_2_and_leave_nothing(
    thabat: Thabat, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    code, said = thabat("import", *arguments)
    assert (code, bool(said)) == (USAGE, True)
    assert list(tmp_path.iterdir()) == []
