"""Finds the register, makes it where none is, and brings it to the form that this release knows."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from infra.register.errors import NewerRegisterError, RegisterError, RegisterUnreadableError
from infra.register.location import is_url, shown

FORM = "r0001"
"""Newest form of the register that this release knows: the last migration."""

BUSY_SECONDS = 60
"""How long one waits for another process to finish its transaction."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 0x7468616261
"""Advisory lock under which PostgreSQL registers are migrated."""


def open_engine(location: str | Path) -> Engine:
    """The register there, made and migrated as needed; RegisterError says what stands in the way."""
    engine = _engine(location)
    try:
        with translated(engine):
            _prepare_file(engine.url)
            _bring_to_form(engine)
    except RegisterError:
        engine.dispose()
        raise
    return engine


def open_existing(location: str | Path) -> Engine | None:
    """The register there, or None where there is none yet. Nothing is made and nothing migrated."""
    file = _file_of(_url(location))
    if file is not None and (not file.exists() or file.stat().st_size == 0):
        return None
    engine = _engine(location)
    try:
        with translated(engine), engine.connect() as connection:
            form = _form(connection)
        _refuse_if_newer(form, engine)
    except RegisterError:
        engine.dispose()
        raise
    if form != FORM:
        engine.dispose()
        return None
    return engine


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn what a database driver says into a sentence that names the register and what to do."""
    try:
        yield
    except DBAPIError as fault:
        raise _for_people(fault, engine.url) from fault
    except OSError as fault:
        raise RegisterUnreadableError(
            f"cannot use the register {shown(str(engine.url))}: {fault.strerror or fault}",
            "check the folder's owner, its permissions and the space left",
        ) from fault


def is_writing(connection: Connection) -> Connection:
    """That connection, whose next transaction takes the write lock at its start."""
    return connection.execution_options(thabat_writing=True)


def _url(location: str | Path) -> URL:
    text_of = str(location)
    if not is_url(text_of):
        return URL.create("sqlite", database=str(Path(text_of).expanduser().absolute()))
    try:
        url = make_url(text_of)
    except (ArgumentError, ValueError) as fault:
        raise RegisterUnreadableError(
            "the register's address is no database URL",
            "give the path of a file, or a URL such as postgresql://user@host/database",
        ) from fault
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise RegisterUnreadableError(
            f"a register cannot live in {url.get_backend_name()}", "use SQLite or PostgreSQL"
        )
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _file_of(url: URL) -> Path | None:
    in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if in_file else None


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _engine(location: str | Path) -> Engine:
    url = _url(location)
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(
                url,
                json_serializer=_canonical,
                connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
                max_overflow=-1,
            )
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(url, json_serializer=_canonical, pool_pre_ping=True, max_overflow=-1)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise RegisterUnreadableError(
            f"this register needs a driver that is not installed ({fault})", "pip install 'thabat[postgres]'"
        ) from fault
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL", f"busy_timeout = {BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("thabat_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _prepare_file(url: URL) -> None:
    """Make the file for its owner alone, before SQLite would make it for everybody."""
    file = _file_of(url)
    if file is None:
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _bring_to_form(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _use_write_ahead_log(connection)
        form = _form(connection)
    if form == FORM:
        return
    with is_writing(engine.connect()) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
        form = _form(connection)
        if form != FORM:
            _refuse_if_newer(form, engine)
            _migrate(connection)


def _use_write_ahead_log(connection: Connection) -> None:
    """Set once for the file; SQLite refuses the change inside a transaction."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        in_transaction = raw.in_transaction
        if in_transaction:
            raw.execute("ROLLBACK")
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raw.execute("PRAGMA journal_mode = WAL")


def _form(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _refuse_if_newer(form: str | None, engine: Engine) -> None:
    known = {name.stem.partition("_")[0] for name in (_MIGRATIONS / "versions").glob("r*.py")}
    if form is not None and form not in known:
        raise NewerRegisterError(
            f"the register {shown(str(engine.url))} has the form {form}; this release knows up to {FORM}",
            "upgrade Thabat, or point `register` to another file",
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", re.sub("%", "%%", str(_MIGRATIONS)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _for_people(fault: DBAPIError, url: URL) -> RegisterError:
    said = str(fault.orig).strip().splitlines()[0] if str(fault.orig).strip() else type(fault.orig).__name__
    where = shown(str(url))
    if "locked" in said or "busy" in said:
        return RegisterUnreadableError(
            f"the register {where} was in use by another process for {BUSY_SECONDS} s",
            "wait for it to end, then run again",
        )
    if "not a database" in said or "malformed" in said:
        return RegisterUnreadableError(
            f"{where} is not a register, or is damaged ({said})",
            "point `register` to another file, or restore a copy",
        )
    if "no such table" in said or "no such column" in said or "does not exist" in said:
        return RegisterUnreadableError(
            f"{where} is not a whole register ({said})", "point `register` to another file, or restore a copy"
        )
    return RegisterUnreadableError(
        f"cannot use the register {where}: {said}",
        "check that it is there, that you may write to it and that the disk is not full",
    )
