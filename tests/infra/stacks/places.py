"""A small estate in a folder, and a checkout to run its stacks in."""

from pathlib import Path

from infra.engine import Engine
from infra.register.register import Register
from infra.stacks.inputs import Inputs, read
from infra.stacks.results import StackResult
from infra.stacks.running import Runner
from infra.stacks.workspace import Workshop

CHECKOUT = Path(__file__).parents[3]

SERVER_TYPE = """\
manufacturer: Maker
model: S1
slug: maker-s1
u_height: 2
power-ports:
  - {name: PSU1, maximum_draw: 500}
"""


def write_estate(folder: Path, servers: int = 3, *, serial: str = "SN", second_site: bool = True) -> Path:
    """Two sites with a rack each, so many servers in the first rack, one service."""
    (folder / "device-types").mkdir(parents=True, exist_ok=True)
    (folder / "device-types" / "server.yaml").write_text(SERVER_TYPE)
    places = ",".join(str(2 * number + 1) for number in range(servers))
    site, room, rack = (
        ("  drc: {role: dr}\n", "  cell: {site: drc, purpose: data-hall}\n", "  z-01: {room: cell}\n")
        if second_site
        else ("", "", "")
    )
    (folder / "estate.yaml").write_text(
        "estate:\n  title: {en: Small, ar: صغير}\n  owner: Us\n  classification: internal\n  version: '7'\n"
        "  phases: [{id: phase-1, starts: 2026-01-01, ends: 2026-06-30}]\n"
        f"sites:\n  ndc: {{role: primary}}\n{site}"
        f"rooms:\n  hall: {{site: ndc, purpose: data-hall}}\n{room}"
        f"racks:\n  a-[01-02]: {{room: hall}}\n{rack}"
        "models:\n  server: {device_type: device-types/server.yaml, draw: 400 W}\n"
        "devices:\n"
        f"  srv-[01-{servers:02d}]: {{model: server, role: server, rack: a-01, "
        f'position: "[{places}]", serial: "{serial}-[01-{servers:02d}]"}}\n'
        "services:\n  registry: {tier: 1}\n",
        encoding="utf-8",
    )
    return folder


def make_checkout(folder: Path) -> Path:
    """A folder in which plain `pulumi` works as in a checkout, with state and register of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_bytes((CHECKOUT / "Pulumi.yaml").read_bytes())
    for name in ("infra", "policies", ".venv"):
        (folder / name).symlink_to(CHECKOUT / name)
    return folder


def runner(engine: Engine, checkout: Path, estate: Path, *packs: Path, timeout: float = 0.0) -> Runner:
    """What runs the stacks of an estate in that checkout."""
    return Runner(Workshop(engine, checkout), inputs(estate), packs=packs, lock_timeout_seconds=timeout)


def inputs(estate: Path) -> Inputs:
    """The estate, planned."""
    return read(str(estate), None)


def keys(checkout: Path, collection: str) -> list[str]:
    """Ids of that collection in the register, in service."""
    with Register.open(checkout / ".thabat" / "register.sqlite") as register:
        return [row.key for row in register.planned(collection=collection)]


class Silence:
    """Watches without a word, and keeps what ended."""

    def __init__(self) -> None:
        self.ends: list[StackResult] = []

    def began(self, stack: str, resources: int | None) -> None:
        """Nothing."""

    def advanced(self, stack: str) -> None:
        """Nothing."""

    def ended(self, result: StackResult) -> None:
        """Keep it."""
        self.ends.append(result)

    def waits(self, stack: str, fault: Exception) -> None:
        """Nothing."""
