"""The provider under the real engine: replaced, killed, refreshed, imported, swapped, destroyed."""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.engine import Engine
from tests.infra.provider.project import PROVIDER, Project, Resources, await_file, family, kill_engine


def rack(**positions: int) -> dict[str, Any]:
    return {
        "units": 42,
        "holds": {name: {"position": unit, "height": 1, "face": "front"} for name, unit in positions.items()},
    }


def device(rack: str, model: str = "m", **more: Any) -> dict[str, Any]:
    return {"model": model, "role": "server", "rack": rack, "ports": {}, **more}


ONE_DEVICE: Resources = {"Rack/r1": rack(a=1), "Device/a": device("r1")}
OTHER_MODEL: Resources = {"Rack/r1": rack(a=1), "Device/a": device("r1", model="n")}


@pytest.fixture
def project(engine: Engine, tmp_path: Path) -> Iterator[Project]:
    """A project with one empty stack."""
    made = Project(tmp_path, engine)
    made.init()
    yield made
    left = [one for process in made.started for one in family(process)]
    assert left == []


def in_step(project: Project, *stacks: str) -> None:
    """The register's rows in service are exactly those of the state, by URN and id, and nothing is open."""
    known = {urn: ident for stack in stacks or ("one",) for urn, ident in project.state_ids(stack).items()}
    assert {row.urn: row.token for row in project.rows()} == known
    with project.register() as register:
        assert register.unsettled() == ()


def model_of(project: Project, key: str) -> Any:
    (row,) = [row for row in project.rows() if row.reference == f"devices/{key}"]
    return row.properties["model"]


def test_up_writes_what_preview_said_and_then_nothing_more(project: Project) -> None:
    project.wants(ONE_DEVICE)
    assert re.search(r"\+ 3 to create", project.run("preview"))
    assert not (project.folder / "register.sqlite").exists()
    project.up()
    in_step(project)
    assert project.unchanged()


def test_a_changed_serial_is_one_update_and_a_changed_model_one_replacement(project: Project) -> None:
    project.up(ONE_DEVICE)
    said = project.up({**ONE_DEVICE, "Device/a": device("r1", serial="S2")})
    assert "~ 1 updated" in said
    before = {row.key: row.token for row in project.rows()}
    assert "+-1 replaced" in project.up(OTHER_MODEL)
    after = {row.key: row.token for row in project.rows()}
    assert model_of(project, "a") == "n"
    assert (after["r1"] == before["r1"], after["a"] == before["a"]) == (True, False)
    in_step(project)
    assert project.unchanged()


def test_up_replace_leaves_one_row_in_service(project: Project) -> None:
    project.up(ONE_DEVICE)
    before = {row.key: row.token for row in project.rows()}
    project.up(None, "one", "--replace", project.urn("Device", "a"))
    after = {row.key: row.token for row in project.rows()}
    assert set(after) == {"a", "r1"}
    assert after["a"] != before["a"]
    in_step(project)
    assert project.unchanged()


HANGING = '''"""The provider, but it never comes back from deleting."""

import sys
import time
from pathlib import Path

from infra.provider import server
from infra.provider.__main__ import main


def hang(self, request, context):
    Path(sys.argv[0]).with_name("deleting").touch()
    time.sleep(3600)


server.Provider.Delete = hang
sys.exit(main())
'''


def hanging_provider(folder: Path) -> Path:
    """A folder with a provider that tells when it is asked to delete, and does not."""
    folder.mkdir()
    (folder / "hanging.py").write_text(HANGING)
    script = folder / "pulumi-resource-thabat"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P "{folder}/hanging.py" "$@"\n')
    script.chmod(0o755)
    return folder


@pytest.mark.parametrize("then", [OTHER_MODEL, ONE_DEVICE], ids=["the same spec", "the spec before"])
def test_a_kill_between_create_and_delete_of_a_replacement_converges(
    project: Project, then: Resources
) -> None:
    project.up(ONE_DEVICE)
    hanging = hanging_provider(project.folder / "hanging")
    project.provide(hanging)
    project.wants(OTHER_MODEL)
    killed = project.start("up", "--yes", "--skip-preview")
    await_file(hanging / "deleting")
    assert model_of(project, "a") == "n"
    assert kill_engine(killed, family(killed)) == []
    project.provide(PROVIDER)
    project.recover()
    project.up(then)
    assert model_of(project, "a") == then["Device/a"]["model"]
    assert [row.reference for row in project.rows()] == ["devices/a", "racks/r1"]
    in_step(project)
    assert project.unchanged()


def test_refresh_shows_what_was_changed_and_deleted_behind_and_up_mends_it(project: Project) -> None:
    project.up(ONE_DEVICE)
    with sqlite3.connect(project.folder / "register.sqlite") as connection:
        connection.execute(
            "UPDATE planned SET properties = json_set(properties, '$.rack', 'r9') WHERE key = 'a'"
        )
        connection.execute("DELETE FROM planned WHERE key = 'r1'")
    connection.close()
    said = project.run("refresh", "--yes", "--skip-preview", "--diff")
    assert '"r1" => "r9"' in said
    assert "- thabat:index:Rack: (delete)" in said
    said = project.up(None, "one", "--diff")
    assert '"r9" => "r1"' in said
    assert "+ 1 created" in said
    in_step(project)
    assert project.unchanged()
    with project.register() as register:
        assert register.altered_behind() == ()


def test_a_row_is_imported_by_its_id_and_an_absent_one_is_refused(project: Project) -> None:
    project.up(ONE_DEVICE)
    token = {row.key: row.token for row in project.rows()}["a"]
    project.run("state", "delete", project.urn("Device", "a"), "--yes")
    refused = project.run(
        "import", "thabat:index:Device", "a", "0123", "--yes", "--generate-code=false", expect=1
    )
    assert "no row in service has the id 0123" in refused
    assert "Traceback" not in refused
    project.run(
        "import", "thabat:index:Device", "a", token, "--yes", "--generate-code=false", "--protect=false"
    )
    in_step(project)
    assert project.unchanged()


def test_destroy_retires_every_row_and_up_starts_new_lives(project: Project) -> None:
    project.up(ONE_DEVICE)
    first = {row.key: row.life for row in project.rows()}
    project.run("destroy", "--yes", "--skip-preview")
    assert project.rows() == ()
    assert {(row.key, row.state) for row in project.rows(retired=True)} == {
        ("a", "retired"),
        ("r1", "retired"),
    }
    project.up()
    second = {row.key: row.life for row in project.rows()}
    assert set(second) == set(first)
    assert set(second.values()).isdisjoint(first.values())
    with project.register() as register:
        assert [change.action for change in register.history("racks/r1")] == ["created", "retired", "created"]
    in_step(project)


def test_places_ports_and_addresses_are_swapped_in_one_up(project: Project) -> None:
    project.up(
        {
            "Rack/r1": rack(a=1, b=2), "Rack/r2": rack(c=1, d=2),
            "Device/s": device("r1", ports={"e0": "cables/x", "e1": "cables/y"}),
            "Device/t": device("r2", ports={"e0": "cables/z"}),
            "Network/n": {"assigned": {"192.0.2.1": "a", "192.0.2.2": "b"}},
            "Network/m": {"assigned": {"198.51.100.1": "c"}},
        }
    )  # fmt: skip
    said = project.up(
        {
            "Rack/r1": rack(b=1, c=2), "Rack/r2": rack(a=1, d=2),
            "Device/s": device("r1", ports={"e0": "cables/y", "e1": "cables/z"}),
            "Device/t": device("r2", ports={"e0": "cables/x"}),
            "Network/n": {"assigned": {"192.0.2.1": "b", "198.51.100.1": "c"}},
            "Network/m": {"assigned": {"192.0.2.2": "a"}},
        }
    )  # fmt: skip
    assert "~ 6 updated" in said
    in_step(project)
    assert project.unchanged()


def test_a_renamed_network_keeps_its_addresses_through_creation_and_deletion(project: Project) -> None:
    project.up({"Network/n": {"assigned": {"192.0.2.1": "a"}}})
    project.up({"Network/better": {"assigned": {"192.0.2.1": "a"}}})
    assert [row.key for row in project.rows()] == ["better"]
    in_step(project)
    assert project.unchanged()


def test_one_address_in_two_networks_stops_the_preview_with_both_named(project: Project) -> None:
    networks = {"Network/n": {"assigned": {"192.0.2.1": "a"}}, "Network/m": {"assigned": {"192.0.2.1": "b"}}}
    project.wants(networks)
    said = project.run("preview", expect=1)
    assert "networks/n" in said
    assert "networks/m" in said
    assert "address 192.0.2.1" in said
    assert not (project.folder / "register.sqlite").exists()


def test_a_secret_property_stops_the_preview_and_stands_nowhere(project: Project) -> None:
    (project.program / "__main__.py").write_text(
        "import pulumi\n"
        "pulumi.CustomResource('thabat:index:Device', 'a',"
        " {'key': 'a', 'model': 'm', 'access': pulumi.Output.secret('hunter2')})\n"
    )
    said = project.run("preview", expect=1)
    assert "is a secret, and no property may be one" in " ".join(said.split())
    project.run("up", "--yes", "--skip-preview", expect=1)
    kept = [file for file in project.folder.rglob("*") if file.is_file() and file.name != "__main__.py"]
    assert [file for file in kept if b"hunter2" in file.read_bytes()] == []


def test_two_stacks_go_up_at_once_on_one_register(project: Project) -> None:
    project.init("two")
    for stack in ("one", "two"):
        racks = {
            f"Rack/{stack}-{number}": rack(**{f"{stack}{number}{unit}": unit for unit in range(1, 20)})
            for number in range(10)
        }
        project.wants(racks, stack)
    under_way = [project.start("up", "--yes", "--skip-preview", stack=stack) for stack in ("one", "two")]
    for process in under_way:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert len(project.rows()) == 20
    in_step(project, "one", "two")


def test_what_one_stack_holds_stops_the_preview_of_another(project: Project) -> None:
    project.init("two")
    project.up({"Network/n": {"assigned": {"192.0.2.1": "a"}}})
    project.wants({"Network/m": {"assigned": {"192.0.2.1": "b"}}}, "two")
    said = " ".join(project.run("preview", stack="two", expect=1).split())
    assert (
        "wanted for device b by networks/m (stack two) and held for device a by networks/n (stack one" in said
    )


def test_the_engine_takes_the_schema_for_a_whole_one(project: Project) -> None:
    said = project.run("package", "get-schema", str(PROVIDER / "pulumi-resource-thabat"), stack=None)
    schema = json.loads(said[said.index("{") :])
    assert schema["name"] == "thabat"
    assert len(schema["resources"]) == 19
