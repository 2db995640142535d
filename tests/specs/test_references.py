import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specs.base import Element
from specs.model import ELEMENT_COLLECTIONS, Estate
from specs.references import _parts, references_of, without
from specs.services import Service
from tests.specs.estates_made import loaded

NAMES = """sites:
  a: {role: primary}
  b: {role: dr}
teams:
  ops: {travel: {a: 1 h, b: 2 h}, contacts: [{means: mobile, depends_on: [sites/b]}]}
services:
  tax:
    owner: ops
    users_at: [a, b]
    needs: [{on: sites/a}, {any_of: [sites/a, sites/b]}]
    recovery: [{id: x, does: X, duration: 1 h, team: ops}]
"""


def marked_in_schema(
    schema: dict[str, Any], definitions: dict[str, Any], seen: tuple[str, ...]
) -> Iterator[str]:
    """Marks of references that the JSON Schema of a model shows: an oracle that reads no annotation."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if name not in seen:
            yield from marked_in_schema(definitions[name], definitions, (*seen, name))
        return
    if "x-thabat-reference" in schema:
        yield "/".join(schema["x-thabat-reference"])
    if str(schema.get("pattern", "")).startswith("^[a-z_]+/"):
        yield "any"
    for key in ("properties", "patternProperties"):
        for inner in schema.get(key, {}).values():
            yield from marked_in_schema(inner, definitions, seen)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from marked_in_schema(schema[key], definitions, seen)
    for key in ("anyOf", "prefixItems"):
        for inner in schema.get(key, ()):
            yield from marked_in_schema(inner, definitions, seen)


def marked_in_parts(parts: Any) -> Iterator[str]:
    for _, part in parts:
        yield from marked_in_part(part)


def marked_in_part(part: Any) -> Iterator[str]:
    if hasattr(part, "collections"):
        yield "/".join(part.collections) or "any"
    elif hasattr(part, "model"):
        yield from marked_in_parts(_parts(part.model))
    else:
        for inner in (getattr(part, "key", None), getattr(part, "each", None)):
            if inner is not None:
                yield from marked_in_part(inner)


def test_every_reference_that_the_schema_shows_is_found_in_the_models() -> None:
    found = 0
    for name in ELEMENT_COLLECTIONS:
        annotation = Estate.model_fields[name].annotation
        model = annotation.__args__[1]  # type: ignore[union-attr]
        assert issubclass(model, Element)
        schema = model.model_json_schema()
        wanted = set(marked_in_schema(schema, schema.get("$defs", {}), ()))
        assert set(marked_in_parts(_parts(model))) == wanted, name
        found += len(wanted)
    assert found > 60


def test_references_tell_their_path_and_what_they_may_name(tmp_path: Path) -> None:
    estate = loaded(tmp_path, NAMES).estate
    told = [
        (each.path, each.to, each.candidates, each.lapses) for each in references_of(estate.services["tax"])
    ]
    assert told == [
        (("owner",), "ops", ("teams/ops",), False),
        (("needs", 0, "on"), "sites/a", ("sites/a",), False),
        (("needs", 1, "any_of", 0), "sites/a", ("sites/a",), True),
        (("needs", 1, "any_of", 1), "sites/b", ("sites/b",), True),
        (("users_at", 0), "a", ("sites/a",), True),
        (("users_at", 1), "b", ("sites/b",), True),
        (("recovery", 0, "team"), "ops", ("teams/ops",), False),
    ]
    assert [each.path for each in references_of(estate.teams["ops"])] == [
        ("travel", "a"),
        ("travel", "b"),
        ("contacts", 0, "depends_on", 0),
    ]


def test_only_references_that_lapse_are_left_out(tmp_path: Path) -> None:
    estate = loaded(tmp_path, NAMES).estate
    service = without(estate.services["tax"], {"sites/b", "sites/a"}.__contains__)
    assert isinstance(service, Service)
    assert service.users_at == ()
    assert service.needs[0].on == "sites/a"
    assert service.needs[1].any_of == ()
    team = without(estate.teams["ops"], {"sites/b"}.__contains__)
    assert json.loads(team.model_dump_json(exclude_defaults=True)) == {
        "id": "ops",
        "travel": {"a": "1 h"},
        "contacts": [{"means": "mobile"}],
    }


def test_a_model_that_names_nothing_that_is_gone_is_itself(tmp_path: Path) -> None:
    service = loaded(tmp_path, NAMES).estate.services["tax"]
    assert without(service, {"sites/c"}.__contains__) is service
