"""Registers to test on: SQLite always, PostgreSQL where its server and driver are installed."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.register import Actor, Register

ACTOR = Actor("tester@bench", "update-1")


def _server_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).parent if on_path else None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server of our own on a socket in a folder of its own; its address without a database."""
    programs = _server_programs()
    if programs is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL's server and psycopg are not both installed")
    with tempfile.TemporaryDirectory(prefix="thabat-") as name:
        folder = Path(name)
        user: int | None = None
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = pwd.getpwnam("postgres").pw_uid
            os.chown(folder, user, -1)
        data = folder / "data"
        make: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "thabat",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(make, check=True, capture_output=True, user=user, cwd="/")
        options: list[str | Path] = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stdout=log, stderr=log, user=user, cwd="/"
            )
        try:
            address = f"host={folder}"
            _await(address)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def _connect(address: str) -> Any:
    return importlib.import_module("psycopg").connect(address, autocommit=True)


def _await(address: str) -> None:
    for _ in range(300):
        with contextlib.suppress(Exception):
            _connect(f"{address} user=thabat dbname=postgres").close()
            return
        time.sleep(0.1)
    raise TimeoutError("the PostgreSQL server does not answer")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a register may be made: no register is there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "register.sqlite")
    server = request.getfixturevalue("postgresql")
    name = f"r{secrets.token_hex(6)}"
    with _connect(f"{server} user=thabat dbname=postgres") as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://thabat@/{name}?{server}"


@pytest.fixture
def register(location: str) -> Iterator[Register]:
    """An empty register."""
    with Register.open(location, ACTOR) as opened:
        yield opened
