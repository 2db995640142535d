"""How `up` grows with a stack, and what one stack a site saves: the engine writes a whole state at each step.

    python -m benchmarks.up [SIZE …]

For each size: an estate of so many devices at one site, brought up, and as many spread over four sites.
Previews, policies and the making of stacks are left out of the clock; each figure is one run.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SIZES: Final = (200, 400, 800)
SITES: Final = 4
DEVICES_IN_A_RACK: Final = 40

_DEVICE_TYPE: Final = "manufacturer: Bench\nmodel: Node\nslug: bench-node\nu_height: 1\n"


@dataclass(frozen=True)
class Growth:
    """Seconds by the clock for one size."""

    devices: int
    one_stack: float
    by_site: float


def measure(sizes: tuple[int, ...] = SIZES) -> Iterator[Growth]:
    """Each size, made in one stack and in one a site."""
    for devices in sizes:
        yield Growth(devices, _seconds(devices, 1), _seconds(devices, SITES))


def told(growth: Growth) -> str:
    """The figures in a line."""
    return (
        f"up of {growth.devices:,} devices: one stack {growth.one_stack:.1f} s, "
        f"{SITES} stacks {growth.by_site:.1f} s, {growth.one_stack / growth.by_site:.2f} times"
    )


def write_estate(folder: Path, devices: int, sites: int) -> Path:
    """An estate of so many devices, in equal shares at each site."""
    (folder / "device-types").mkdir(parents=True)
    (folder / "device-types" / "node.yaml").write_text(_DEVICE_TYPE, encoding="utf-8")
    collections: dict[str, list[str]] = {"sites": [], "rooms": [], "racks": [], "devices": []}
    for site in range(sites):
        collections["sites"].append(f"s{site}: {{role: other}}")
        collections["rooms"].append(f"s{site}-hall: {{site: s{site}, purpose: data-hall}}")
        for number in range(devices // sites):
            rack, position = divmod(number, DEVICES_IN_A_RACK)
            if position == 0:
                collections["racks"].append(f"s{site}-r{rack}: {{room: s{site}-hall}}")
            collections["devices"].append(
                f"s{site}-n{number:04d}: "
                f"{{model: node, role: server, rack: s{site}-r{rack}, position: {position + 1}}}"
            )
    lines = [
        "estate: {title: Growth, owner: Benchmark}",
        "models:",
        "  node: {device_type: device-types/node.yaml}",
    ]
    for name, elements in collections.items():
        lines += [f"{name}:", *(f"  {element}" for element in elements)]
    (folder / "estate.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _seconds(devices: int, sites: int) -> float:
    from infra.engine import find
    from infra.stacks.inputs import read
    from infra.stacks.ordering import preview_all, up_all
    from infra.stacks.running import Runner
    from infra.stacks.workspace import Workshop
    from thabat.provisioning import Watch

    with tempfile.TemporaryDirectory(prefix="thabat-benchmark-") as place:
        estate = write_estate(Path(place) / "estate", devices, sites)
        runner = Runner(Workshop(find(), Path(place)), read(str(estate), None))
        planned = preview_all(runner, Watch("preview"))
        begun = time.perf_counter()
        run = up_all(runner, planned, Watch("up"))
        taken = time.perf_counter() - begun
        if run.ending != "done":
            raise RuntimeError(f"up ended as {run.ending}: {[result.problems for result in run.stacks]}")
        return taken


if __name__ == "__main__":
    for growth in measure(tuple(map(int, sys.argv[1:])) or SIZES):
        sys.stdout.write(told(growth) + "\n")
