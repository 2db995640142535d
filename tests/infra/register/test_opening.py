"""Where a register is, how it is made, and what is refused to be one."""

import multiprocessing
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from infra.register import NewerRegisterError, Register, RegisterUnreadableError, opening
from infra.register.location import is_absent, locate
from infra.register.opening import _MIGRATIONS, FORM, open_engine
from infra.register.tables import metadata
from tests.infra.register.things import rack, rack_of


def test_the_file_and_its_folder_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "register.sqlite"
    mask = os.umask(0)
    try:
        with Register.open(file) as register:
            register.create(rack("r1", a=1))
            for made in sorted(file.parent.iterdir()):
                assert stat.S_IMODE(made.stat().st_mode) == 0o600, made
    finally:
        os.umask(mask)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_looking_for_a_register_makes_none(tmp_path: Path) -> None:
    assert Register.existing(tmp_path / "folder" / "register.sqlite") is None
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_register_yet_and_becomes_one_when_opened(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    file.touch()
    assert Register.existing(file) is None
    Register.open(file).close()
    assert Register.existing(file) is not None


def test_what_is_planned_is_there_when_opened_again(location: str) -> None:
    with Register.open(location) as register:
        register.create(rack("r1", a=1))
    with Register.open(location) as register:
        assert [row.key for row in register.planned()] == ["r1"]
    existing = Register.existing(location)
    assert existing is not None
    with existing:
        assert [row.key for row in existing.planned()] == ["r1"]


def test_the_tables_are_what_the_migrations_make(location: str) -> None:
    engine = open_engine(location)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []


def test_the_form_named_is_the_last_migration() -> None:
    assert ScriptDirectory(str(_MIGRATIONS)).get_current_head() == FORM


def test_a_register_of_a_newer_release_is_refused_and_left_alone(location: str) -> None:
    engine = open_engine(location)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    engine.dispose()
    for open_it in (Register.open, Register.existing):
        with pytest.raises(NewerRegisterError, match=r"has the form r9999; this release knows up to r0001"):
            open_it(location)


def test_a_register_begun_by_an_older_release_is_brought_to_form(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    assert Register.existing(file) is None
    with Register.open(file) as register:
        assert register.planned() == ()


def test_a_file_that_is_something_else_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database at all, but long enough to be read as the header of one " * 20)
    with pytest.raises(RegisterUnreadableError, match=r"notes\.txt is not a register, or is damaged"):
        Register.open(file)
    assert "no database" in file.read_text()


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterUnreadableError, match="cannot use the register"):
        Register.open(tmp_path)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("mysql://h/db", "cannot live in mysql"),
        ("postgresql://host:port/register", "no database URL"),
        ("nonsense://x", "cannot live in nonsense"),
    ],
)
def test_an_address_of_another_kind_of_database_is_refused(location: str, said: str) -> None:
    with pytest.raises(RegisterUnreadableError, match=said):
        Register.open(location)


def test_a_register_that_another_process_holds_for_too_long_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 1)
    file = tmp_path / "register.sqlite"
    with Register.open(file) as register:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            RegisterUnreadableError, match="was in use by another process for 1 s; wait for it"
        ):
            register.create(rack("r1", a=1))
        assert register.planned() == ()
        holder.execute("ROLLBACK")
        holder.close()
        register.create(rack("r1", a=1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_register_that_may_not_be_written_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    Register.open(file).close()
    file.chmod(0o400)
    with Register.open(file) as register, pytest.raises(RegisterUnreadableError, match="may write to it"):
        register.create(rack("r1", a=1))


def test_a_password_is_never_shown() -> None:
    address = "postgresql://ndc:hunter2@127.0.0.1:1/register?connect_timeout=1"
    with pytest.raises(RegisterUnreadableError) as refused:
        Register.open(address)
    assert "hunter2" not in str(refused.value)


def test_a_register_is_written_ahead_so_that_readers_do_not_wait(tmp_path: Path) -> None:
    Register.open(tmp_path / "register.sqlite").close()
    connection = sqlite3.connect(tmp_path / "register.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_place_is_as_configured_else_from_the_environment_else_below_the_project() -> None:
    root = Path("/estate")
    assert locate("a.sqlite", root, {"THABAT_REGISTER": "/b.sqlite"}) == "/estate/a.sqlite"
    assert locate(None, root, {"THABAT_REGISTER": "/b.sqlite"}) == "/b.sqlite"
    assert locate(None, root, {}) == "/estate/.thabat/register.sqlite"
    assert locate("", root, {"THABAT_REGISTER": ""}) == "/estate/.thabat/register.sqlite"


def test_a_file_that_is_not_there_or_empty_is_no_register_and_a_server_may_have_one(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.touch()
    full.write_text("x")
    assert is_absent(str(tmp_path / "none"))
    assert is_absent(f"sqlite:///{tmp_path / 'none'}")
    assert is_absent(str(empty))
    assert not is_absent(str(full))
    assert not is_absent(f"sqlite:///{full}")
    assert not is_absent(str(tmp_path))
    assert not is_absent("postgresql://db/register")


def _open_and_plan(location: str, name: str) -> None:
    with Register.open(location) as register:
        for number in range(20):
            register.create(rack_of(f"{name}-{number}", {f"{name}-{number}-dev": 1}, name))


@pytest.mark.slow
def test_processes_that_open_and_fill_it_at_once_lose_nothing(location: str) -> None:
    context = multiprocessing.get_context("spawn")
    names = ["a", "b", "c", "d"]
    processes = [context.Process(target=_open_and_plan, args=(location, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    with Register.open(location) as register:
        assert len(register.planned()) == 80
        assert len(register.history()) == 80
        assert [change.number for change in register.history()] == sorted(
            change.number for change in register.history()
        )
