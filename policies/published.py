"""What published JSON forms have in common: how strict they are, how they name tool, estate and place."""

import json
import sys
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from specs.files import write_whole
from specs.findings import Judgement
from specs.issues import Location
from specs.schema import DRAFT


class Form(BaseModel):
    """A part of a published document; its fields are described by their docstrings."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Place(Form):
    """A place in a file; lines and columns count from 1."""

    file: str
    """Relative to the estate's folder."""
    line: int
    column: int

    @classmethod
    def of(cls, location: Location | None, file: str | None = None) -> Self | None:
        """The place; `file` where the reader names it otherwise. None: it is in no file."""
        if location is None:
            return None
        return cls(file=file or location.file, line=location.line, column=location.column)


class EstateForm(Form):
    """What was judged."""

    title: str
    classification: str
    """Marking of this output."""
    version: str
    digest: str
    """Of the spec's files."""
    phase: str

    @classmethod
    def of(cls, judgement: Judgement) -> Self:
        """The estate that was judged."""
        return cls(
            title=judgement.title,
            classification=judgement.classification,
            version=judgement.version,
            digest=judgement.digest,
            phase=judgement.phase,
        )


class ToolForm(Form):
    """What judged it."""

    name: str
    version: str

    @classmethod
    def thabat(cls, version: str) -> Self:
        """This tool, of that version."""
        return cls(name="thabat", version=version)


def schema_of(document: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a document as it is written."""
    return {"$schema": DRAFT, **document.model_json_schema(mode="serialization")}


def publish(schema: dict[str, Any]) -> None:
    """Write the schema to the file that the command line names."""
    write_whole(Path(sys.argv[1]), json.dumps(schema, indent=1, sort_keys=True) + "\n")
