"""Small estates for tests: written as text, read as any other."""

from collections.abc import Mapping
from pathlib import Path

from specs.issues import Issue, SpecError
from specs.loading import Loaded, load

HEADER = "estate: {title: Test, owner: Ministry}\n"
PHASES = """estate:
  title: Test
  owner: Ministry
  phases:
    - {id: one, starts: 2027-01-01, ends: 2027-06-30, steps: [{id: move}, {id: cut}]}
    - {id: two, starts: 2027-07-01, ends: 2027-12-31}
"""
SERVER = """manufacturer: Example
model: Server
slug: example-server
u_height: 2
weight: 30
weight_unit: kg
interfaces: [{name: eth0, type: 25gbase-x-sfp28}, {name: eth1, type: 25gbase-x-sfp28}]
power-ports: [{name: PSU1, maximum_draw: 800}, {name: PSU2, maximum_draw: 800}]
"""


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder with those files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def loaded(folder: Path, text: str, header: str = HEADER) -> Loaded:
    """An estate of one file, with a server's device type beside it."""
    return load(written(folder, {"estate.yaml": header + text, "device-types/server.yaml": SERVER}))


def issues(folder: Path, text: str, header: str = HEADER) -> tuple[Issue, ...]:
    """What is wrong with it."""
    try:
        loaded(folder, text, header)
    except SpecError as fault:
        return fault.issues
    return ()
