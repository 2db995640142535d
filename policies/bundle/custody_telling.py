"""What verifying a store of objects came to, for a person and for a program.

`python -m policies.bundle.custody_telling docs/reference/custody.schema.json` publishes the form of the JSON.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

from policies.bundle.custody_store import Verified
from policies.bundle.telling import FailureForm, ToolForm, failures_as_text, told
from policies.published import Form, publish, schema_of
from policies.wording import shown

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""

LIMITS: Final = (
    "An administrator of this machine can unlink any file. Keep the head elsewhere (time-stamped, or with a "
    "second person) and verify with it, --head, or a log that was cut off cannot be told; keep copies of the "
    "objects under an object lock of another machine."
)
"""What a store cannot show of itself."""


class HoldingForm(Form):
    """An object, and who holds it."""

    object: str
    """SHA-256 of its bytes."""
    name: str
    """As its file was called."""
    size: int
    case: str
    holder: str
    key: str
    """Id of the holder's key."""
    since: str


class HeadForm(Form):
    """State of the log."""

    entries: int
    sha256: str
    """Hash of the last entry: to be kept elsewhere."""


class Document(Form):
    """What `thabat evidence custody verify -o json` writes."""

    format_version: str
    tool: ToolForm
    verdict: Literal["holds", "fails"]
    head: HeadForm
    objects: tuple[HoldingForm, ...]
    """By digest."""
    failures: tuple[FailureForm, ...]
    limits: str
    """What a store cannot show of itself."""


def as_json(verified: Verified, tool_version: str) -> str:
    """For a program."""
    document = Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm(name="thabat", version=tool_version),
        verdict="fails" if verified.failures else "holds",
        head=HeadForm(entries=verified.head.entries, sha256=verified.head.sha256),
        objects=tuple(
            HoldingForm(
                object=one.object,
                name=shown(one.name),
                size=one.size,
                case=shown(one.case),
                holder=shown(one.holder),
                key=one.key,
                since=one.since,
            )
            for one in verified.holdings
        ),
        failures=tuple(map(told, verified.failures)),
        limits=LIMITS,
    )
    return document.model_dump_json(indent=2) + "\n"


def as_text(verified: Verified) -> str:
    """For a person."""
    return "\n".join(_lines(verified)) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


def _lines(verified: Verified) -> Iterator[str]:
    for one in verified.holdings:
        yield f"{one.object[:16]}… {shown(one.name)} ({one.size:,} bytes), case {shown(one.case)}"
        yield f"    held by {shown(one.holder)} since {one.since}"
    yield f"head: entry {verified.head.entries}, sha256:{verified.head.sha256}"
    yield LIMITS
    if verified.failures:
        yield ""
        yield from failures_as_text(verified.failures)
    yield ""
    count = len(verified.failures)
    yield f"Custody does not hold: {count} found against it." if count else "Custody holds."


if __name__ == "__main__":
    publish(schema())
