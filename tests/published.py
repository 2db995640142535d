"""Holds JSON that the tool writes against the schema that it publishes."""

import json
from pathlib import Path

import jsonschema

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"


def hold(text: str, schema: str) -> None:
    """Fail where the text is not as `docs/reference/SCHEMA.schema.json` says."""
    published = json.loads((REFERENCE / f"{schema}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(text), published)
