"""Proofs of an estate as JSON in a published, versioned form.

Facts and links of chains are told once, in tables of their own, and named by their place there: an estate has
thousands of cut sets whose chains run over the same needs. `python -m policies.outputs.proof_document
docs/reference/prove.schema.json` publishes the form.
"""

import json
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter

from policies.published import EstateForm, Form, Place, ToolForm, publish
from resilience.proof import Proof
from resilience.proof_summary import Answer
from resilience.results import Link
from specs.issues import FieldPath
from specs.loading import Loaded
from specs.schema import DRAFT

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""


@dataclass(frozen=True)
class Proved:
    """What was proved of which estate, by which tool."""

    loaded: Loaded
    phase: str
    proof: Proof
    answers: tuple[Answer, ...]
    tool_version: str

    def at(self, path: FieldPath) -> Place | None:
        """Where a fact is written, or what encloses it."""
        return Place.of(self.loaded.places.at(path))


class Placed(Form):
    """A fact that a figure rests on, and where it is written."""

    fact: tuple[str | int, ...]
    """Collection, id, then field by field."""
    place: Place | None
    """Its line, or that of what encloses it."""


class Document(Form):
    """What `thabat prove -o json` writes."""

    # Only the published schema is made from it, and to build it takes half a second.
    model_config = ConfigDict(defer_build=True)

    format_version: str
    tool: ToolForm
    estate: EstateForm
    answers: tuple[Answer, ...]
    """For every service the worst answer to each question, by service."""
    proof: Proof
    """Everything in full; seconds, bytes, bit/s, watts. A `path` is a number: the fact's place in `facts`,
    from 0; a link of a chain is one too: its place in `links`."""
    facts: tuple[Placed, ...]
    """Every fact that stands in it."""
    links: tuple[Link, ...]
    """Every link of a chain."""


def as_json(proved: Proved) -> str:
    """The proofs as JSON text."""
    header = proved.loaded.estate.estate
    told = _Telling()
    answers, proof = told.plain(proved.answers), told.plain(proved.proof)
    links = [told.link(link) for link in tuple(told.links)]
    document = {
        "format_version": FORMAT_VERSION,
        "tool": ToolForm.thabat(proved.tool_version).model_dump(),
        "estate": EstateForm(
            title=header.title.reading("en"),
            classification=header.classification,
            version=header.version,
            digest=proved.loaded.digest,
            phase=proved.phase,
        ).model_dump(),
        "answers": answers,
        "proof": proof,
        "facts": [Placed(fact=path, place=proved.at(path)).model_dump(mode="json") for path in told.facts],
        "links": links,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


class _Telling:
    """Turns results into plain values, and numbers the facts and links that it meets."""

    def __init__(self) -> None:
        self.facts: dict[FieldPath, int] = {}
        self.links: dict[Link, int] = {}

    def plain(self, value: Any) -> Any:
        if isinstance(value, Link):
            return self.links.setdefault(value, len(self.links))
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        if isinstance(value, tuple):
            return [self.plain(one) for one in value]
        if isinstance(value, float) and not isfinite(value):
            return None
        return value

    def link(self, value: Link) -> dict[str, Any]:
        """The link itself."""
        return self._fields(value)

    def _fields(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in fields(value):
            held = getattr(value, one.name)
            if one.name == "path":
                found[one.name] = self._fact(held) if held else None
            elif one.name == "paths":
                found[one.name] = [self._fact(path) for path in held if path]
            else:
                found[one.name] = self.plain(held)
        return found

    def _fact(self, path: FieldPath) -> int:
        return self.facts.setdefault(path, len(self.facts))


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    found: dict[str, Any] = TypeAdapter(Document).json_schema(mode="serialization")
    link = {"$ref": "#/$defs/Link"}
    number = {"type": "integer", "minimum": 0}
    numbered = _numbered(found, link, number)
    numbered["properties"]["links"]["items"] = link
    for definition in numbered["$defs"].values():
        for name, form in definition.get("properties", {}).items():
            if name == "path":
                definition["properties"][name] = {**_said(form), "anyOf": [number, {"type": "null"}]}
            elif name == "paths":
                definition["properties"][name] = {**_said(form), "type": "array", "items": number}
    return {"$schema": DRAFT, **numbered}


def _numbered(form: Any, link: dict[str, str], number: dict[str, Any]) -> Any:
    """The same schema with a number wherever a link stood."""
    if form == link:
        return number
    if isinstance(form, dict):
        return {name: _numbered(part, link, number) for name, part in form.items()}
    if isinstance(form, list):
        return [_numbered(part, link, number) for part in form]
    return form


def _said(form: dict[str, Any]) -> dict[str, Any]:
    return {name: form[name] for name in ("title", "description") if name in form}


if __name__ == "__main__":
    publish(schema())
