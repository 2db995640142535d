"""What verifying a bundle came to, for a person and for a program.

`python -m policies.bundle.telling docs/reference/evidence.schema.json` publishes the form of the JSON.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from policies.bundle.failing import Failure
from policies.bundle.statement import Statement
from policies.bundle.verifying import Verified
from policies.published import Form, publish, schema_of
from policies.wording import shown

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""

_SIGNS: Final = {"holds": "✓", "fails": "✗", "unknown": "?", "left out": "–"}


class ToolForm(Form):
    """What verified."""

    name: Literal["thabat"]
    version: str


class BundleForm(Form):
    """Which bundle."""

    digest: str | None
    """SHA-256 of its envelope; null where there is none."""
    title: str | None
    """Title of the estate, as signed; null, as all below, where no signature holds."""
    classification: str | None
    version: str | None
    estate: str | None
    """Digest of the estate."""
    phase: str | None
    judged_on: str | None
    made_by: str | None
    """Version of Thabat that wrote it."""
    follows: str | None
    """Digest of the bundle before it."""


class CheckForm(Form):
    """One of the things that are checked."""

    name: Literal["signature", "files", "log", "figures", "anchors"]
    verdict: Literal["holds", "fails", "unknown", "left out"]
    what: str


class FailureForm(Form):
    """One thing that does not hold, or cannot be decided."""

    code: str
    """What it is a case of; stable."""
    file: str
    """Where, relative to the bundle."""
    what: str
    """What was found, and what ought to be there."""
    why: str
    """What that means."""
    mending: str
    """What to do about it."""


class AnchorForm(Form):
    """What another than the signer says of the bundle."""

    kind: Literal["time-stamp", "countersignature"]
    file: str
    verdict: Literal["holds", "fails", "unknown"]
    what: str


class Document(Form):
    """What `thabat evidence verify -o json` writes."""

    format_version: str
    tool: ToolForm
    bundle: BundleForm
    signer: str
    """Id of the key that it was verified by."""
    verdict: Literal["holds", "fails", "unknown"]
    checks: tuple[CheckForm, ...]
    failures: tuple[FailureForm, ...]
    undecided: tuple[FailureForm, ...]
    anchors: tuple[AnchorForm, ...]
    observations: tuple[str, ...]
    """Files that were handed in: authenticated, and not recomputed."""


def as_json(verified: Verified, tool_version: str) -> str:
    """For a program."""
    document = Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm(name="thabat", version=tool_version),
        bundle=_bundle(verified),
        signer=verified.signer,
        verdict=verified.verdict,
        checks=tuple(
            CheckForm(name=one.name, verdict=one.verdict, what=shown(one.what)) for one in verified.checks
        ),
        failures=tuple(map(told, verified.failures)),
        undecided=tuple(map(told, verified.undecided)),
        anchors=tuple(
            AnchorForm(kind=one.kind, file=shown(one.file), verdict=one.verdict, what=shown(one.what))
            for one in verified.anchors
        ),
        observations=tuple(map(shown, verified.observations)),
    )
    return document.model_dump_json(indent=2) + "\n"


def as_text(verified: Verified) -> str:
    """For a person: what was checked, what does not hold, and what cannot be known from the bundle alone."""
    return "\n".join(_lines(verified)) + "\n"


def failures_as_text(failures: Iterable[Failure], sign: str = "✗") -> Iterator[str]:
    """Failures, one below another: what, why, and how to mend it."""
    for one in failures:
        yield f"{sign} {one.code} {one.file}: {one.what}"
        yield f"    {one.why}"
        yield f"    mend: {one.mending}"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


def _lines(verified: Verified) -> Iterator[str]:
    said = verified.statement
    if said is not None:
        yield from _about(said)
    yield f"envelope sha256:{verified.digest or 'none'}"
    yield ""
    for check in verified.checks:
        yield f"{_SIGNS[check.verdict]} {check.name}: {shown(check.what)}"
    for anchor in verified.anchors:
        yield f"    {_SIGNS[anchor.verdict]} {anchor.kind} {shown(anchor.file)}: {shown(anchor.what)}"
    if verified.observations:
        yield "– observations: they are those that were signed; whether they are true, no bundle can show"
        yield from (f"    {shown(name)}" for name in verified.observations)
    if verified.failures or verified.undecided:
        yield ""
        yield from failures_as_text(verified.failures)
        yield from failures_as_text(verified.undecided, "?")
    yield ""
    recomputed = all(one.verdict != "left out" for one in verified.checks)
    yield {
        "holds": "The bundle holds." if recomputed else "It is as it was signed; figures were not had again.",
        "fails": f"The bundle does not hold: {len(verified.failures)} found against it.",
        "unknown": "The signature holds, and not all could be decided, which is no pass.",
    }[verified.verdict]


def _about(said: Statement) -> Iterator[str]:
    estate = said.predicate.estate
    yield f"{shown(estate.title)} · {shown(estate.classification)} · version {shown(estate.version)}"
    day = said.predicate.options.judged_on
    yield f"as of {shown(estate.phase)}, judged as at {day}, by thabat {shown(said.predicate.tool.version)}"
    if said.predicate.follows:
        yield f"follows sha256:{said.predicate.follows}"


def _bundle(verified: Verified) -> BundleForm:
    said = verified.statement
    predicate = said.predicate if said is not None else None
    estate = predicate.estate if predicate is not None else None
    return BundleForm(
        digest=verified.digest,
        title=shown(estate.title) if estate else None,
        classification=shown(estate.classification) if estate else None,
        version=shown(estate.version) if estate else None,
        estate=estate.digest if estate else None,
        phase=shown(estate.phase) if estate else None,
        judged_on=predicate.options.judged_on if predicate else None,
        made_by=shown(predicate.tool.version) if predicate else None,
        follows=predicate.follows if predicate else None,
    )


def told(one: Failure) -> FailureForm:
    """The failure in its published form."""
    return FailureForm(code=one.code, file=one.file, what=one.what, why=one.why, mending=one.mending)


if __name__ == "__main__":
    publish(schema())
