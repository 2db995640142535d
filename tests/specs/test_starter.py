"""The estate that `thabat init` writes: one page, whole and sound."""

from pathlib import Path

import jsonschema
import yaml

from specs import reading
from specs.bundled import folder_of
from specs.loading import load
from specs.schema import estate_schema

STARTER = folder_of("starter")


def test_it_is_one_page() -> None:
    lines = (STARTER / "estate.yaml").read_text("utf-8").splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 110


def test_it_has_two_sites_three_services_and_one_file() -> None:
    loaded = load(STARTER)
    assert (len(loaded.estate.sites), len(loaded.estate.services)) == (2, 3)
    assert [name for name in loaded.files if not name.startswith("device-types/")] == ["estate.yaml"]


def test_every_service_has_objectives_data_and_a_way_back() -> None:
    estate = load(STARTER).estate
    assert all(service.objectives.site for service in estate.services.values())
    assert {workload.service for workload in estate.workloads.values()} == set(estate.services)
    protected = {backup.dataset for backup in estate.backups.values()}
    assert protected == set(estate.datasets)


def test_its_device_types_are_ones_that_netbox_takes(shared_data: Path) -> None:
    """Every key stands in some file of the library, and what NetBox demands is there."""
    known: dict[str, set[str]] = {"": set()}
    for sample in (shared_data / "devicetypes").iterdir():
        for key, held in yaml.safe_load(sample.read_bytes()).items():
            known[""].add(key)
            for entry in held if isinstance(held, list) else ():
                known.setdefault(key, set()).update(entry)
    for file in sorted((STARTER / "device-types").iterdir()):
        content = yaml.safe_load(file.read_bytes())
        assert {"manufacturer", "model", "slug", "u_height", "is_full_depth"} <= set(content)
        assert set(content) - {"slug"} <= known[""]
        for key, held in content.items():
            for entry in held if isinstance(held, list) else ():
                assert set(entry) <= known[key]


def test_an_editor_finds_no_fault_in_it() -> None:
    content = reading.plain(reading.read((STARTER / "estate.yaml").read_bytes(), "estate.yaml"))
    jsonschema.Draft202012Validator(estate_schema()).validate(content)


def test_its_first_line_names_the_schema() -> None:
    first = (STARTER / "estate.yaml").read_text().splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (STARTER / named).resolve() == (STARTER.parents[1] / "estate.schema.json").resolve()
