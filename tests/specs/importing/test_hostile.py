"""Whatever bytes an import is given, it reads them or says what is wrong: no other exception, no hang."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.importing import graphml, netbox_rows
from specs.importing.device_types import read_device_type
from specs.issues import Issue, SpecError

READERS: dict[str, Callable[[bytes, str], object]] = {
    "device types": read_device_type,
    "maps": lambda data, file: graphml.draft(graphml.read_map(data, file), file),
    "racks": netbox_rows.read_racks,
    "devices": netbox_rows.read_devices,
    "cables": netbox_rows.read_cables,
    "circuits": netbox_rows.read_circuits,
}
SEEDS = {
    "device types": b"manufacturer: M\nmodel: X\nu_height: 1.5\ninterfaces:\n  - {name: e0, type: lag}\n",
    "maps": b'<graphml><key attr.name="label" for="node" id="l"/><graph edgedefault="undirected">'
    b'<node id="0"><data key="l">A</data></node><node id="1"/><edge source="0" target="1"/>'
    b"</graph></graphml>",
    "racks": b'site,name,u_height,max_weight,desc_units\nN,"R ""1""",42U,5 kg,true\n',
    "devices": b"name,device_type,site,position,face\na,X,N,1.5,front\n",
    "cables": b"side_a_device,side_a_type,side_a_name,side_b_device,side_b_name,length\n"
    b"a,dcim.interface,e,b,e,3 m\n",
    "circuits": b"cid,provider,side_a,side_z,commit_rate\n1,P,N,M,1000\n",
}


def survives(reader: Callable[[bytes, str], object], data: bytes) -> None:
    issues: tuple[Issue, ...] | None = None
    try:
        reader(data, "f")
    except SpecError as fault:
        issues = fault.issues
    assert issues is None or (issues and all(issue.location and issue.message for issue in issues))


@pytest.mark.parametrize("kind", READERS)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(kind: str, data: bytes) -> None:
    survives(READERS[kind], data)


@pytest.mark.parametrize("kind", READERS)
def test_a_file_with_a_few_bytes_changed_is_read_or_refused(kind: str) -> None:
    chance = random.Random(7)
    pieces = [
        b"\0",
        b"\xff",
        b'"',
        b"<",
        b"&",
        b"{",
        b"[",
        b"\n",
        b"-1",
        b"1e99",
        b"NaN",
        b"]]>",
        b"!!python/object:a",
        b"=1",
    ]
    for _ in range(400):
        data = bytearray(SEEDS[kind])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.choice((0, 0, 1, 5))] = chance.choice(pieces)
        survives(READERS[kind], bytes(data))


@pytest.mark.parametrize("kind", READERS)
def test_the_untouched_file_is_read(kind: str) -> None:
    READERS[kind](SEEDS[kind], "f")


def test_samples_cut_off_anywhere_are_read_or_refused(shared_data: Path) -> None:
    for sample in (
        shared_data / "topologies/Arpanet196912.graphml",
        shared_data / "devicetypes/Juniper_MX204.yaml",
    ):
        data = sample.read_bytes()
        reader = READERS["maps" if sample.suffix == ".graphml" else "device types"]
        for length in range(0, len(data), 97):
            survives(reader, data[:length])
