"""What a bundle's signature says: an in-toto statement (v1) on every file, and how its figures were had."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from policies.bundle.canonical import NotCanonical, canonical, rendered
from specs.text import hidden_character

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:thabat:evidence-bundle:1"
FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""

ENVELOPE: Final = "envelope.json"
"""File of the signed statement."""
LOG: Final = "log.jsonl"
"""File of the hash-chained log."""
VERSIONS: Final = "versions.json"
"""File of the lock of versions."""
ANCHORS: Final = "anchors"
"""Folder of what others sign about the envelope afterwards; it is not part of what is signed."""
GIVEN: Final = "given"
"""Folder of observations."""

MOST_FILES: Final = 20_000
"""Files of a bundle."""
MOST_BYTES: Final = 1_000_000_000
"""Of any one file."""

Role = Literal["specs", "versions", "derived", "given", "log"]
"""What a file is: read, computed from what was read, or handed in."""
ROLES: Final[tuple[Role, ...]] = ("specs", "versions", "derived", "given", "log")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EstateDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Digest(_Model):
    """By algorithm."""

    sha256: Sha256


class Kept(_Model):
    """What else is said of a file."""

    role: Role
    size: Annotated[int, Field(ge=0, le=MOST_BYTES)]
    """Bytes."""


class Subject(_Model):
    """A file of the bundle."""

    name: str
    """Path within the bundle, with `/` between."""
    digest: Digest
    annotations: Kept


class Tool(_Model):
    """What made the bundle."""

    name: Literal["thabat"]
    version: str


class EstateSaid(_Model):
    """Which estate it is about."""

    title: str
    classification: str
    version: str
    digest: EstateDigest
    """As every output of Thabat names it."""
    phase: str
    specs: str
    """Folder or file of the estate within the bundle."""


class Options(_Model):
    """How figures were had; with these they are had again."""

    judged_on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    """Day as at which rules judged."""
    proofs: bool
    """Whether the deep proofs are in it."""
    own_rules: tuple[str, ...]
    """Ids of an organisation's own rules that judged too: a verifier brings them, since no code out of a
    bundle is ever run."""


class LogHead(_Model):
    """State of the log."""

    entries: Annotated[int, Field(ge=0)]
    sha256: Sha256
    """Hash of its last line."""


class Predicate(_Model):
    """What is said of the files."""

    format_version: str
    tool: Tool
    estate: EstateSaid
    options: Options
    log: LogHead
    follows: Sha256 | None
    """Digest of the envelope of the bundle before this one, if there is one."""


class Statement(_Model):
    """The whole."""

    type: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: tuple[Subject, ...]
    """By name."""
    predicate_type: Annotated[Literal["urn:thabat:evidence-bundle:1"], Field(alias="predicateType")]
    predicate: Predicate

    def of(self, name: str) -> Subject | None:
        """The file of that name."""
        return next((one for one in self.subject if one.name == name), None)

    @property
    def judged_on(self) -> date:
        """The day; ValueError where it is none."""
        return date.fromisoformat(self.predicate.options.judged_on)


class UnsafeName(ValueError):
    """A statement names a file that no bundle may hold; the message says which, and why."""


def as_bytes(statement: Statement) -> bytes:
    """The statement in its one form."""
    return rendered(statement.model_dump(mode="json", by_alias=True))


def read(payload: bytes) -> Statement:
    """The statement in those bytes; NotCanonical where it is none, UnsafeName where a name is not allowed."""
    value = canonical(payload)
    try:
        statement = Statement.model_validate_json(payload)
        statement.judged_on  # noqa: B018
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        raise NotCanonical(f"{_path(first['loc'])}: {first['msg']}") from None
    except ValueError:
        raise NotCanonical("predicate.options.judged_on is no day") from None
    if not statement.predicate.format_version.startswith("1."):
        raise NotCanonical(f"its format version is {value['predicate']['format_version'][:20]}, not 1.x")
    names = [one.name for one in statement.subject]
    for name in names:
        complaint = unsafe(name)
        if complaint:
            raise UnsafeName(f"`{name[:200]}`: {complaint}")
    if len(names) > MOST_FILES:
        raise UnsafeName(f"it names {len(names):,} files; no bundle holds more than {MOST_FILES:,}")
    if len(set(names)) != len(names):
        raise UnsafeName("it names one file twice")
    folders = {"/".join(name.split("/")[:depth]) for name in names for depth in range(1, name.count("/") + 1)}
    for name in sorted(folders & set(names)):
        raise UnsafeName(f"`{name[:200]}` is a file and a folder")
    complaint = unsafe(statement.predicate.estate.specs)
    if complaint or not statement.predicate.estate.specs.startswith("specs/"):
        raise UnsafeName("its estate lies outside of specs/")
    return statement


def unsafe(name: str) -> str:
    """Why a bundle may hold no file of that name; empty where it may.

    >>> unsafe("specs/own/../../etc/passwd"), unsafe("specs/own/estate.yaml")
    ('it leads out of the folder', '')
    """
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return "it leads out of the folder"
    if "" in parts or "." in parts or len(parts) > 32 or any(len(part.encode()) > 255 for part in parts):
        return "it is no plain path"
    if "\\" in name or hidden_character(name) is not None:
        return "it holds a character that no name should"
    if parts[0] in (ENVELOPE, ANCHORS):
        return "that place is kept for what is not signed"
    return ""


def _path(place: tuple[Any, ...]) -> str:
    return ".".join(map(str, place))
