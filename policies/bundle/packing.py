"""Packing: an estate, what follows from it and what was handed in, as one signed folder."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from policies.bundle import chain, statement
from policies.bundle.canonical import digest, rendered
from policies.bundle.contents import root_of, specs_of
from policies.bundle.deriving import Work, about_estate, derived, own_rules
from policies.bundle.envelope import as_bytes, signed
from policies.bundle.statement import ENVELOPE, GIVEN, LOG, ROLES, VERSIONS, Role, Statement
from policies.bundle.versions import versions
from policies.wording import shown
from specs.files import write_whole

KINDS: Final = ("drills", "stocktakes", "plans", "other")
"""What an observation may be; its folder among those that are given."""

OWNER_ONLY_FOLDER: Final = 0o700


@dataclass(frozen=True)
class File:
    """A file that is to be packed."""

    name: str
    """Path within the bundle."""
    role: Role
    data: bytes


@dataclass(frozen=True)
class Bundle:
    """A bundle, ready to be written."""

    statement: Statement
    files: tuple[File, ...]
    envelope: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope: what time-stamps, countersignatures and the next bundle name it by."""
        return digest(self.envelope)


def bundle(
    work: Work,
    signer: Signer,
    *,
    single: str | None = None,
    given: Iterable[tuple[str, str, bytes]] = (),
    follows: str | None = None,
) -> Bundle:
    """Everything of a bundle.

    `single` is the name of the estate's file, where it is one; `given` are observations: kind, name, bytes;
    `follows` is the digest of the bundle before. SpecError where the estate's files changed meanwhile,
    UnsafeName where a name cannot be packed, KeyFault where signing fails.
    """
    files = [File(name, "specs", data) for name, data in specs_of(work.loaded, single)]
    files.append(File(VERSIONS, "versions", rendered(versions(work.tool_version).plain())))
    files += (File(name, "derived", data) for name, data in derived(work))
    files += _given(given)
    ordered = sorted(files, key=lambda one: (ROLES.index(one.role), one.name))
    for one in ordered:
        complaint = statement.unsafe(one.name)
        if complaint:
            raise statement.UnsafeName(f"`{shown(one.name)}` cannot be packed: {complaint}")
    said = {
        "format_version": statement.FORMAT_VERSION,
        "tool": {"name": "thabat", "version": work.tool_version},
        "estate": {**about_estate(work), "specs": root_of(single)},
        "options": {
            "judged_on": work.judged_on.isoformat(),
            "proofs": work.proofs,
            "own_rules": own_rules(work.rules),
        },
        "follows": follows,
    }
    subjects = [_subject(one) for one in ordered]
    log, head = chain.linked(log_entries(subjects, said))
    packed = (*ordered, File(LOG, "log", log))
    subjects = sorted([*subjects, _subject(packed[-1])], key=lambda one: str(one["name"]))
    told = Statement.model_validate_json(
        rendered(
            {
                "_type": statement.STATEMENT_TYPE,
                "subject": subjects,
                "predicateType": statement.PREDICATE_TYPE,
                "predicate": {**said, "log": {"entries": head.entries, "sha256": head.sha256}},
            }
        )
    )
    envelope = as_bytes(signed(statement.as_bytes(told), [signer]))
    return Bundle(told, packed, envelope)


def log_entries(subjects: Iterable[Mapping[str, Any]], said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the log tells of packing those files, in the order in which it was done."""
    packed: list[Mapping[str, Any]] = [
        {
            "did": "packed",
            "file": one["name"],
            "role": one["annotations"]["role"],
            "sha256": one["digest"]["sha256"],
            "size": one["annotations"]["size"],
        }
        for one in sorted(
            subjects, key=lambda one: (ROLES.index(one["annotations"]["role"]), str(one["name"]))
        )
    ]
    begun = {
        "did": "begun",
        "estate": said["estate"]["digest"],
        "phase": said["estate"]["phase"],
        "judged_on": said["options"]["judged_on"],
        "tool": said["tool"]["version"],
        "follows": said["follows"],
    }
    return [begun, *packed, {"did": "sealed", "files": len(packed)}]


def write(made: Bundle, folder: Path) -> None:
    """Write the bundle as that folder, new or empty; OSError where it cannot be, and then nothing is left."""
    target = folder.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:80]}."))
    try:
        for one in made.files:
            write_whole(beside / one.name, one.data)
        write_whole(beside / ENVELOPE, made.envelope)
        for path in sorted(beside.rglob("*")):
            if path.is_dir():
                path.chmod(OWNER_ONLY_FOLDER)
        os.replace(beside, target)  # noqa: PTH105
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _given(given: Iterable[tuple[str, str, bytes]]) -> Iterable[File]:
    """Observations under names that no two share, in an order of their own."""
    taken: set[PurePosixPath] = set()
    for kind, name, data in sorted(given):
        first = path = PurePosixPath(GIVEN, kind, name)
        count = 1
        while path in taken:
            count += 1
            path = first.with_name(f"{first.stem}-{count}{first.suffix}")
        taken.add(path)
        yield File(str(path), "given", data)


def _subject(one: File) -> dict[str, Any]:
    return {
        "name": one.name,
        "digest": {"sha256": digest(one.data)},
        "annotations": {"role": one.role, "size": len(one.data)},
    }
