"""Small estates, keys and bundles for tests."""

import hashlib
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from policies.bundle.deriving import Work
from policies.bundle.keys import Public, of_signer
from policies.bundle.packing import Bundle, bundle, write
from policies.bundle.verifying import Asked, Verified, verify
from specs.loading import load

VERSION = version("thabat")
DAY = date(2026, 11, 1)
DRILL = ("drills", "failover.json", b'{"service": "services/registry", "rta": "42 min"}\n')
STOCKTAKE = ("stocktakes", "hall.csv", b"element,rack,position\nsrv-01,a-01,1\n")

SERVER_TYPE = """\
manufacturer: Maker
model: S1
slug: maker-s1
u_height: 2
power-ports:
  - {name: PSU1, maximum_draw: 500}
"""

ESTATE = """\
estate:
  title: {en: Small, ar: صغير}
  owner: Us
  classification: internal
  version: '7'
  phases: [{id: phase-1, starts: 2026-01-01, ends: 2026-06-30}]
sites:
  ndc: {role: primary}
  drc: {role: dr}
rooms:
  hall: {site: ndc, purpose: data-hall}
racks:
  a-[01-02]: {room: hall}
models:
  server: {device_type: device-types/server.yaml, draw: 400 W}
devices:
  srv-[01-03]: {model: server, role: server, rack: a-01, position: "[1,3,5]", serial: "SN-[01-03]"}
services:
  registry: {tier: 1, exercises: [{kind: full, on: 2026-03-01, rta: 42 min}]}
"""


def signer(seed: int = 1) -> CryptoSigner:
    """A key that is the same every time."""
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(bytes([seed])).digest()))


def public(seed: int = 1) -> Public:
    """Its public half."""
    return of_signer(signer(seed))


def write_estate(folder: Path, text: str = ESTATE) -> Path:
    """The estate in that folder."""
    (folder / "device-types").mkdir(parents=True, exist_ok=True)
    (folder / "device-types" / "server.yaml").write_text(SERVER_TYPE, encoding="utf-8")
    (folder / "estate.yaml").write_text(text, encoding="utf-8")
    return folder


def made(
    estate: Path,
    *,
    proofs: bool = False,
    given: Iterable[tuple[str, str, bytes]] = (DRILL, STOCKTAKE),
    seed: int = 1,
    follows: str | None = None,
) -> Bundle:
    """A bundle of that estate."""
    loaded = load(estate)
    phase = loaded.estate.estate.phases[-1].id if loaded.estate.estate.phases else "today"
    work = Work(loaded, phase, DAY, proofs, VERSION)
    single = estate.name if estate.is_file() else None
    return bundle(work, signer(seed), single=single, given=given, follows=follows)


def packed(folder: Path, estate: Path, *, proofs: bool = False) -> Path:
    """The bundle, written."""
    write(made(estate, proofs=proofs), folder)
    return folder


def verified(folder: Path, *, recomputing: bool = True, expected: str | None = None) -> Verified:
    """What verifying it by the right key gives."""
    return verify(folder, Asked(public(), VERSION, expected=expected, recomputing=recomputing))


def codes(found: Verified) -> list[str]:
    """Codes of what does not hold."""
    return [one.code for one in found.failures]
