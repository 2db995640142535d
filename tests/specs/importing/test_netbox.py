"""NetBox's tables: what its import takes and its lists export becomes elements, faults at their cells."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from specs.importing import device_types, netbox, netbox_rows
from specs.importing.draft import Draft
from specs.importing.folder import change, lay_down, read_folder, with_header
from specs.importing.netbox import FILES, Tables
from specs.issues import SpecError
from specs.loading import load
from specs.model import Estate

RACKS = """\
site,location,name,status,width,u_height,weight,max_weight,weight_unit,desc_units,starting_unit
North,Hall A,R01,active,19,42,,1000,kg,false,1
North,Hall A,R02,active,19,42,,2000,lb,true,1
North,Hall B,R01,planned,19,48,,,,,11
South,,R01,active,19,,,,,,
"""
DEVICES = """\
role,manufacturer,device_type,status,name,site,location,rack,position,face,serial,asset_tag
Leaf Switch,Maker,Switch 1,active,leaf-1,North,Hall A,R01,40,front,S1,A1
Leaf Switch,Maker,SW-1,active,leaf-2,North,Hall A,R02,3,rear,S2,
Server,Maker,server-1,staged,app-1,North,Hall B,R01,12.5,front,,
,Maker,Server 1,active,,South,,R01,,front,,A9
Server,,Server 1,active,leaf-1,South,,,,,,
"""
CABLES = """\
side_a_device,side_a_type,side_a_name,side_b_device,side_b_type,side_b_name,type,status,label,length,length_unit
leaf-2,dcim.interface,e1,app-1,dcim.interface,eth0,cat6a,connected,C-1,10,ft
leaf-2,dcim.interface,e2,app-1,dcim.interface,eth1,,planned,,,
app-1,dcim.powerport,PS1,A9,dcim.powerport,PS1,,connected,,,
app-1,dcim.powerport,PS2,,dcim.powerfeed,Feed 1,,connected,,,
"""
CIRCUITS = """\
cid,provider,type,status,termination_a,termination_z,commit_rate,description
1001,First Telecom,Dark Fiber,active,North,South,,"two, ducts"
1001,Second Telecom,Internet Transit,active,north,Peer AS64500,10000000,
1002,First Telecom,Access,decommissioned,North,,,
1003,First Telecom,Access,offline,North,,2048,
"""
KINDS = (
    b"manufacturer: Maker\nmodel: Switch 1\nslug: maker-switch-1\npart_number: SW-1\nu_height: 2\n"
    b"interfaces: [{name: e1, type: 10gbase-t}, {name: e2, type: 25gbase-x-sfp28}]\n",
    b"manufacturer: Maker\nmodel: Server 1\nslug: server-1\npower-ports: [{name: PS1}, {name: PS2}]\n"
    b"interfaces: [{name: eth0, type: 10gbase-t}, {name: eth1, type: 25gbase-x-sfp28}]\n",
)
READERS = {
    "racks": netbox_rows.read_racks,
    "devices": netbox_rows.read_devices,
    "cables": netbox_rows.read_cables,
    "circuits": netbox_rows.read_circuits,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the device types."""
    folder = read_folder(tmp_path)
    lay_down(
        tmp_path, device_types.draft(folder, [(str(number), kind) for number, kind in enumerate(KINDS)]).files
    )
    return tmp_path


def imported(root: Path, **tables: str) -> tuple[Draft, tuple[str, ...]]:
    """The draft and the files written."""
    read: dict[str, Any] = {
        name: READERS[name](text.encode(), f"{name}.csv") for name, text in tables.items()
    }
    folder = read_folder(root, without=Tables(**read).files)
    made = with_header(folder, netbox.draft(folder, Tables(**read)))
    changed = change(folder, made, False)
    lay_down(root, changed.write)
    return made, tuple(changed.write)


def estate(root: Path) -> Estate:
    imported(root, racks=RACKS, devices=DEVICES, cables=CABLES, circuits=CIRCUITS)
    return load(root).estate


def faults(root: Path, **tables: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        imported(root, **tables)
    return [f"{issue.location} {issue.message}" for issue in caught.value.issues]


def test_racks_stand_in_rooms_of_sites(root: Path) -> None:
    ours = estate(root)
    assert {key: room.site for key, room in ours.rooms.items()} == {
        "north-hall-a": "north",
        "north-hall-b": "north",
        "south-room": "south",
    }
    assert {key: (rack.room, rack.units) for key, rack in ours.racks.items()} == {
        "north-hall-a-r01": ("north-hall-a", 42),
        "north-hall-b-r01": ("north-hall-b", 48),
        "r02": ("north-hall-a", 42),
        "south-r01": ("south-room", 42),
    }


def test_what_a_rack_bears_is_never_rounded_up(root: Path) -> None:
    ours = estate(root)
    assert ours.racks["north-hall-a-r01"].weight_limit == 1000
    assert ours.racks["r02"].weight_limit == pytest.approx(907.1)


def test_positions_are_counted_from_the_bottom_however_the_rack_counts(root: Path) -> None:
    devices = estate(root).devices
    assert devices["north-leaf-1"].position == 40
    assert devices["leaf-2"].position == 42 - 4 + 1  # units 3 and 4 from the top
    assert devices["app-1"].position == 2  # unit 12 of a rack that begins with unit 11
    assert devices["a9"].position is None


def test_device_types_are_found_by_model_slug_or_part_number(root: Path) -> None:
    devices = estate(root).devices
    assert {key: device.model for key, device in devices.items()} == {
        "a9": "maker-server-1",
        "app-1": "maker-server-1",
        "leaf-2": "maker-switch-1",
        "north-leaf-1": "maker-switch-1",
        "south-leaf-1": "maker-server-1",
    }
    assert (devices["app-1"].role, devices["a9"].role) == ("server", "unspecified")
    assert (devices["south-leaf-1"].room, devices["leaf-2"].face) == ("south-room", "rear")
    assert devices["app-1"].tags == {"netbox-status": "staged"}
    assert devices["north-leaf-1"].tags == {"asset-tag": "A1"}


def test_cables_keep_their_ends_and_kinds(root: Path) -> None:
    cables = estate(root).cables
    assert {key: (cable.a.device, cable.a.port, cable.kind) for key, cable in cables.items()} == {
        "app-1-ps1": ("app-1", "PS1", "power"),
        "c-1": ("leaf-2", "e1", "copper"),
        "leaf-2-e2": ("leaf-2", "e2", "fibre"),
    }
    assert cables["c-1"].length == pytest.approx(3.048)


def test_circuits_end_at_known_sites_or_outside(root: Path) -> None:
    ours = estate(root)
    assert {
        key: tuple(end.site or end.outside for end in link.ends) for key, link in ours.circuits.items()
    } == {
        "1003": ("north", "not stated"),
        "first-telecom-1001": ("north", "south"),
        "second-telecom-1001": ("north", "Peer AS64500"),
    }
    assert {key: (link.kind, link.bandwidth) for key, link in ours.circuits.items()} == {
        "1003": ("access", 2_048_000),
        "first-telecom-1001": ("dark-fibre", None),
        "second-telecom-1001": ("internet", 10e9),
    }
    assert all(link.segments is None for link in ours.circuits.values())
    assert {vendor.kind for vendor in ours.vendors.values()} == {"carrier"}


def test_what_was_left_out_or_assumed_is_said(root: Path) -> None:
    made, _ = imported(root, racks=RACKS, devices=DEVICES, cables=CABLES, circuits=CIRCUITS)
    said = "\n".join(made.notes)
    for part in (
        "cables left out, as they end in no device (a power feed, a circuit): 1",
        "circuits left out, as they are decommissioned: 1",
        "devices on half units, each set to the unit below: 1",
        "devices without a role, each given `unspecified`: 1",
        "new sites with the role `other` (say what each is for): 2",
        "not all racks are in use (1 planned)",
        "not all devices are in use (1 staged)",
    ):
        assert part in said


def test_importing_twice_changes_nothing(root: Path) -> None:
    _, first = imported(root, racks=RACKS, devices=DEVICES, cables=CABLES, circuits=CIRCUITS)
    assert set(FILES.values()) < set(first)
    _, second = imported(root, racks=RACKS, devices=DEVICES, cables=CABLES, circuits=CIRCUITS)
    assert second == ()


def test_tables_may_come_one_after_another(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    together = tmp_path_factory.mktemp("together")
    lay_down(
        together,
        {f"device-types/{file.name}": file.read_bytes() for file in (root / "device-types").iterdir()},
    )
    lay_down(together, {"models-imported.yaml": (root / "models-imported.yaml").read_bytes()})
    imported(together, racks=RACKS, devices=DEVICES, cables=CABLES, circuits=CIRCUITS)
    for name, text in (("racks", RACKS), ("devices", DEVICES), ("cables", CABLES), ("circuits", CIRCUITS)):
        imported(root, **{name: text})
    assert (
        load(root).estate.model_dump()
        == load(together).estate.model_copy(update={"estate": load(root).estate.estate}).model_dump()
    )


def test_exported_lists_are_understood_too(root: Path) -> None:
    racks = "Name;Site;Location;Status;Facility ID;Tenant;Role;Type;Height;Max Weight;Space\n"
    racks += "R01;North;—;Active;F7;—;—;;47U;500.0 kg (1102 lb);10%\n"
    devices = (
        "ID,Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,"
        "IP Address,Position,Rack face,Serial number\n"
        "7,leaf,Active,—,North,—,R01,Leaf,Maker,Switch 1,—,40,Front,S1\n"
        "8,Unnamed device,Offline,,North,,R01,Leaf,Maker,Server 1,,,,S2\n"
    )
    cables = (
        "ID,Label,Device A,Termination A,Device B,Termination B,Status,Type,Length\n"
        "1,,leaf,e2,s2,eth1,Connected,Multimode Fiber (OM4),3 m\n"
        '2,,leaf,e1,s2,"eth0,eth1",Connected,,\n'
    )
    circuits = "Circuit ID,Provider,Account,Type,Status,Side A,Side Z,Commit Rate\n"
    circuits += "X1,T,,MPLS,Active,North,Cloud,1000000\n"
    made, _ = imported(root, racks=racks, devices=devices, cables=cables, circuits=circuits)
    ours = load(root).estate
    assert (ours.racks["r01"].units, ours.racks["r01"].weight_limit) == (47, 500)
    assert ours.racks["r01"].tags == {"facility-id": "F7"}
    assert ours.devices["leaf"].position == 40
    assert ours.devices["s2"].tags == {"netbox-status": "offline"}
    assert [(cable.kind, cable.length) for cable in ours.cables.values()] == [("fibre", 3)]
    assert ours.circuits["x1"].bandwidth == 1e9
    assert "cables left out, as they fan out to several ports: 1" in made.notes


def test_sites_rooms_and_racks_of_the_folder_are_named_not_made_again(root: Path) -> None:
    (root / "mine.yaml").write_text(
        "estate: {title: T, owner: O}\n"
        "sites: {ndc: {role: primary, name: {en: North, ar: الشمال}}}\n"
        "rooms: {hall: {site: ndc, purpose: data-hall, name: Hall A}}\n"
        "racks: {'row-[1-2]': {room: hall, name: 'R0[1-2]'}}\n"
        "vendors: {tel: {kind: carrier, name: first telecom}}\n"
    )
    devices = "name,device_type,site,location,rack,position\nx,Switch 1,north,hall a,row-2,1\n"
    _, written = imported(root, devices=devices, circuits=CIRCUITS.replace("South", "ndc"))
    ours = load(root).estate
    assert "estate.yaml" not in written
    assert (list(ours.sites), list(ours.rooms)) == (["ndc"], ["hall"])
    assert ours.devices["x"].rack == "row-2"
    assert ours.circuits["first-telecom-1001"].carrier == "tel"


def test_a_device_type_that_is_not_there_is_asked_for_once(root: Path) -> None:
    devices = DEVICES.replace("Maker,Switch 1", "Dell,R750").replace("Maker,Server 1", "Dell,R750")
    assert faults(root, racks=RACKS, devices=devices) == [
        "devices.csv:2:18 no file in device-types/ is a `Dell R750`, and 2 devices have it"
    ]


def test_faults_are_told_at_their_cells(root: Path) -> None:
    racks = "name,site,u_height,max_weight\nR1,North,tall,5\n,North,42,\nR2,North,0,\nR3,North,42,5 stone\n"
    assert faults(root, racks=racks) == [
        "racks.csv:2:10 `tall` is no u height",
        "racks.csv:2:15 `5` has no unit",
        "racks.csv:3:1 the row has no name",
        "racks.csv:4:10 `0` is no height of a rack",
        "racks.csv:5:13 `5 stone` is no max weight",
    ]
    devices = (
        "name,manufacturer,device_type,site,rack,position,face\n"
        "a,Maker,Switch 1,North,R9,1,front\n"
        "b,Maker,Switch 1,North,,4,\n"
        "c,Maker,Switch 1,North,R02,42,\n"
    )
    assert faults(root, racks=RACKS, devices=devices) == [
        "devices.csv:2:24 there is no rack `R9` in North",
        "devices.csv:3:25 a position is given, and no rack",
        "devices.csv:4:28 unit 42 is none of rack `R02`",
    ]
    assert faults(root, devices=devices.replace("front", "side")) == ["devices.csv:2:29 `side` is no face"]
    assert faults(root, racks=RACKS, devices=DEVICES.replace("Hall A,R01", ",R01")) == [
        "devices.csv:2:49 North has several racks `R01`"
    ]


def test_cables_name_devices_and_ports_that_are_there(root: Path) -> None:
    cables = (
        "side_a_device,side_a_type,side_a_name,side_b_device,side_b_type,side_b_name\n"
        "leaf-2,dcim.interface,e9,app-1,dcim.interface,eth0\n"
        "leaf-1,dcim.interface,e1,app-9,dcim.interface,eth1\n"
    )
    assert faults(root, racks=RACKS, devices=DEVICES, cables=cables) == [
        "cables.csv:2:23 `leaf-2` has no port `e9`: its device type does not list one",
        "cables.csv:3:1 several devices are called `leaf-1`",
        "cables.csv:3:26 there is no device `app-9`",
    ]
    assert faults(root, cables=cables.replace("dcim.interface", "dcim.hose", 1)) == [
        "cables.csv:2:8 `dcim.hose` is no cable termination"
    ]


def test_the_import_form_of_circuits_says_no_ends_and_that_is_told(root: Path) -> None:
    made, _ = imported(root, circuits="cid,provider,type,status\n1,T,Access,active\n")
    (link,) = load(root).estate.circuits.values()
    assert [end.outside for end in link.ends] == ["not stated", "not stated"]
    assert any(note.startswith("circuits with an end that the table does not tell") for note in made.notes)


def test_two_racks_of_one_name_in_one_room_are_told(root: Path) -> None:
    assert faults(root, racks="name,site\nA,N\na,N\n") == ["racks.csv:3:1 there are two racks `a` in N"]


def test_hostile_names_are_only_names(root: Path) -> None:
    racks = 'name,site,description\n"<script>alert(1)</script>","../../etc","{{ 7*7 }}\n- x: [1-3]"\n'
    imported(root, racks=racks)
    (rack,) = load(root).estate.racks.values()
    assert (rack.id, str(rack.name)) == ("script-alert-1-script", "<script>alert(1)</script>")
    assert str(rack.description) == "{{ 7*7 }} - x: [1-3]"
    assert list(load(root).estate.sites) == ["etc"]


def test_an_empty_table_gives_an_empty_file(root: Path) -> None:
    imported(root, racks="name,site\n")
    assert yaml.safe_load((root / "netbox-racks.yaml").read_text()) is None
    assert load(root)


def test_the_order_of_rows_does_not_matter(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first, *rest = RACKS.splitlines()
    imported(root, racks=RACKS)
    other = tmp_path_factory.mktemp("other")
    imported(other, racks="\n".join([first, *reversed(rest)]))
    assert (root / "netbox-racks.yaml").read_bytes() == (other / "netbox-racks.yaml").read_bytes()
