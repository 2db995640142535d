"""`thabat up` killed at random moments, the estate changed or not before the next: it always converges."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from infra.engine import Engine
from infra.register import Register
from infra.stacks.workspace import PROJECT
from specs.bundled import find_estate
from specs.loading import load
from specs.planned import plan
from tests.infra.provider.project import ids_in_state

KILLS = 20
SEED = 20261124
MOST_SECONDS = 600
GONE_WITHIN_SECONDS = 30

Layout = dict[str, tuple[str, int]]
"""By server: rack and unit."""

SMALL: Layout = {f"srv-{number:02}": ("r1", number) for number in range(1, 5)}
MIDDLE: Layout = {f"srv-{number:02}": (f"r{1 + number % 2}", number) for number in range(1, 11)}
LARGE: Layout = {f"srv-{number:02}": (f"r{1 + number % 3}", 19 - number) for number in range(1, 19)}
TURNED: Layout = {f"srv-{number:02}": (f"r{2 - number % 2}", 11 - number) for number in range(1, 11)}
LAYOUTS = (SMALL, MIDDLE, LARGE, TURNED)
"""From each to the next servers come, go, or change racks and units with one another."""

HEAD = """\
estate: {title: Bench, owner: Bench, classification: internal, version: "1", languages: [en]}
sites:
  ndc: {role: primary}
rooms:
  hall: {site: ndc, purpose: data-hall}
racks:
  r[1-3]: {room: hall, feeds: [pdu]}
power:
  utility: {kind: utility, site: ndc, rating: 40 kW}
  pdu: {kind: pdu, site: ndc, rating: 30 kW, inputs: [{source: utility}]}
networks:
  lan: {site: ndc, prefix: 192.0.2.0/24}
models:
  server: {device_type: device-types/generic-server.yaml, draw: 450 W}
devices:
"""


def write_estate(folder: Path, layout: Layout) -> None:
    """The estate with servers so placed, the newest at the lowest address: addresses change hands too."""
    lines = [
        f"  {server}: {{model: server, role: server, rack: {rack}, position: {unit}, feeds: [pdu], "
        f"addresses: [{{network: lan, address: 192.0.2.{len(layout) - index}}}]}}\n"
        for index, (server, (rack, unit)) in enumerate(layout.items())
    ]
    (folder / "estate.yaml").write_text(HEAD + "".join(lines))


@dataclass
class Bench:
    """An estate, its register and its state in one folder."""

    folder: Path

    def __post_init__(self) -> None:
        self.estate = self.folder / "estate"
        self.estate.mkdir()
        shutil.copytree(find_estate("starter") / "device-types", self.estate / "device-types")
        self.register = self.folder / "register.sqlite"

    def start(self) -> subprocess.Popen[str]:
        """`thabat up`, under way."""
        command = [
            sys.executable,
            "-m",
            "thabat",
            "up",
            "--estate",
            str(self.estate),
            "--yes",
            "--no-policies",
        ]
        return subprocess.Popen(
            command, cwd=self.folder, env={**os.environ, "THABAT_REGISTER": str(self.register)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def up(self) -> float:
        """`thabat up` to its end; the seconds it took."""
        began = time.monotonic()
        process = self.start()
        said, _ = process.communicate(timeout=MOST_SECONDS)
        assert process.returncode == 0, said
        return time.monotonic() - began

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on this register, and so was started by this test."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("THABAT_REGISTER") == str(self.register)
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def kill_one_of(self, process: subprocess.Popen[str], victim: str) -> bool:
        """`kill -9` the command, the engine, or everything at once; whether it was still under way."""
        under_way = process.poll() is None
        for one in self.processes():
            try:
                name = one.name()
                if victim == "everything" or (victim == "engine") == (name == "pulumi"):
                    if victim == "command" and one.pid != process.pid:
                        continue
                    one.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        return under_way

    def end(self, process: subprocess.Popen[str]) -> None:
        """Wait until nothing of it runs any more, as it must come to by itself."""
        process.communicate(timeout=MOST_SECONDS)
        deadline = time.monotonic() + GONE_WITHIN_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert [one.cmdline() for one in left] == []

    def assert_in_step(self) -> None:
        """Spec, state and register say the same; no row was lost and none stands twice."""
        wanted = {one.reference: dict(one.properties) for one in plan(load(self.estate).estate)}
        with Register.open(self.register) as register:
            rows = register.planned()
            everything = register.planned(retired=True)
            changes = register.history()
            assert register.unsettled() == ()
            assert register.altered_behind() == ()
        assert [
            reference for reference, count in Counter(row.reference for row in rows).items() if count > 1
        ] == []
        assert {row.reference: dict(row.properties) for row in rows} == wanted
        ids = ids_in_state(self.folder / ".thabat" / "state", PROJECT, "ndc")
        ids |= ids_in_state(self.folder / ".thabat" / "state", PROJECT, "national")
        assert {row.urn: row.token for row in rows} == ids
        assert {change.urn for change in changes} == {row.urn for row in everything}
        assert {change.action for change in changes}.isdisjoint({"erased"})


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    """An empty bench; whatever it started and is still there at its end is ended."""
    made = Bench(tmp_path)
    yield made
    for process in made.processes():
        process.kill()


@pytest.mark.slow
def test_up_converges_after_every_kill_whatever_became_of_the_spec(bench: Bench) -> None:
    chance = random.Random(SEED)
    write_estate(bench.estate, MIDDLE)
    first = bench.up()
    bench.assert_in_step()
    # From an empty register to ten servers takes longest; most kills shall fall before the end.
    longest = first
    settled, killed_under_way = MIDDLE, 0
    then = ["unchanged", "another", "another", "reverted"] * (KILLS // 4)
    victims = ["command", "engine", "everything", "engine"] * (KILLS // 4)
    chance.shuffle(then)
    for number, (next_spec, victim) in enumerate(zip(then, victims, strict=True)):
        going_to = chance.choice([layout for layout in LAYOUTS if layout != settled])
        write_estate(bench.estate, going_to)
        process = bench.start()
        moment = chance.uniform(0.1, 0.95) * longest
        with_patience = time.monotonic() + moment
        while time.monotonic() < with_patience and process.poll() is None:
            time.sleep(0.02)
        killed_under_way += bench.kill_one_of(process, victim)
        bench.end(process)
        if next_spec == "another":
            going_to = chance.choice([layout for layout in LAYOUTS if layout not in (going_to, settled)])
        elif next_spec == "reverted":
            going_to = settled
        write_estate(bench.estate, going_to)
        took = bench.up()
        try:
            bench.assert_in_step()
        except AssertionError as fault:
            raise AssertionError(
                f"kill {number} of the {victim} after {moment:.2f} s, then {next_spec}"
            ) from fault
        longest = max(took, 0.7 * longest)
        settled = going_to
    assert killed_under_way >= KILLS * 3 // 4
    bench.up()
    bench.assert_in_step()


def test_two_at_once_end_with_one_that_waits_or_is_told_who_holds_the_lock(bench: Bench) -> None:
    write_estate(bench.estate, SMALL)
    under_way = [bench.start(), bench.start()]
    said = [process.communicate(timeout=MOST_SECONDS)[0] for process in under_way]
    codes = sorted(process.returncode for process in under_way)
    assert codes in ([0, 0], [0, 4]), said
    if codes == [0, 4]:
        (refused,) = [text for text, one in zip(said, under_way, strict=True) if one.returncode == 4]
        assert f"@{os.uname().nodename}" in refused
    assert bench.processes() == []
    bench.assert_in_step()
