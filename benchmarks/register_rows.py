"""What the register costs beside the engine: CPU seconds by process, for so many resources.

    python benchmarks/register_rows.py 500 1000

CPU seconds, not the clock's: they hold on a machine that has other work too.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from infra.engine import find
from infra.provider.kinds import collection_of, element_of
from infra.register import Register
from tests.infra.provider.project import Project

SAMPLED_EVERY_SECONDS = 0.05


def resources(count: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Racks of 19 servers, each server with two ports, two cords and an address."""
    racks = count // 20
    servers = count - racks
    for rack in range(racks):
        held = range(rack * 19, min(servers, rack * 19 + 19))
        stands = {
            f"srv-{server:05}": {
                "position": 1 + 2 * (server % 19),
                "height": 2,
                "face": "front",
                "full_depth": True,
            }
            for server in held
        }
        yield f"Rack/rack-{rack:04}", {"units": 42, "room": "hall", "holds": stands}
    for server in range(servers):
        yield (
            f"Device/srv-{server:05}",
            {
                "model": "server", "role": "server", "rack": f"rack-{server // 19:04}", "feeds": ["a", "b"],
                "position": 1 + 2 * (server % 19), "name": {"en": "Server", "ar": "خادم"},
                "addresses": [{"network": "lan", "address": f"10.0.{server // 250}.{server % 250 + 1}"}],
                "ports": {"eth0": f"cables/{server}-a", "eth1": f"cables/{server}-b"},
            },
        )  # fmt: skip


def cpu_seconds(process: subprocess.Popen[str]) -> dict[str, float]:
    """By part, what it and its children took until it ended."""
    taken: dict[int, tuple[str, float]] = {}
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            for one in (parent, *parent.children(recursive=True)):
                times = one.cpu_times()
                if one.status() != psutil.STATUS_ZOMBIE:
                    taken[one.pid] = (_part(one), times.user + times.system)
        except psutil.NoSuchProcess:
            pass
        time.sleep(SAMPLED_EVERY_SECONDS)
    by_part: dict[str, float] = {}
    for part, seconds in taken.values():
        by_part[part] = by_part.get(part, 0.0) + seconds
    return by_part


def _part(process: psutil.Process) -> str:
    words = process.cmdline() or [""]
    if "infra.provider" in words:
        return "provider"
    return "engine" if Path(words[0]).name == "pulumi" else "program"


def in_process(count: int, folder: Path) -> dict[str, float]:
    """CPU seconds of the register alone, each row one transaction."""
    elements = [
        element_of(
            f"urn:pulumi:s::bench::thabat:index:{name.partition('/')[0]}::{name.partition('/')[2]}",
            collection_of(f"thabat:index:{name.partition('/')[0]}") or "",
            {"key": name.partition("/")[2], **properties},
            "",
        )
        for name, properties in resources(count)
    ]
    taken: dict[str, float] = {}
    with Register.open(folder / "alone.sqlite") as register:
        began = time.process_time()
        tokens = [register.create(one).token for one in elements]
        taken["create"] = time.process_time() - began
        began = time.process_time()
        for token in tokens:
            register.row(token)
        taken["read"] = time.process_time() - began
        began = time.process_time()
        register.holdings()
        taken["holdings, once a run"] = time.process_time() - began
        began = time.process_time()
        for token in tokens:
            register.retire(token)
        taken["retire"] = time.process_time() - began
    return taken


def told(count: int, what: str, taken: Mapping[str, float]) -> None:
    """One line."""
    figures = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(taken.items()))
    sys.stdout.write(f"{count:5} {what:22} {figures}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure for each count given."""
    engine = find()
    for count in map(int, sys.argv[1:] or ["500"]):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            told(count, "register alone", in_process(count, folder))
            project = Project(folder / "project", engine)
            project.init()
            project.wants(dict(resources(count)))
            for what, arguments in (
                ("first preview", ["preview"]),
                ("up", ["up", "--yes", "--skip-preview"]),
                ("preview, no changes", ["preview"]),
            ):
                process = project.start(*arguments)
                # Read, so that the engine never waits for its output to be taken.
                reader = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
                told(count, what, cpu_seconds(process))
                reader.wait()
                assert process.returncode == 0, what


if __name__ == "__main__":
    main()
