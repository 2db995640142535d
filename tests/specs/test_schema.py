import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from specs import reading, schema
from specs.amending import AMENDS
from specs.bundled import bundled, folder_of
from specs.model import Estate
from tests.specs.broken import BROKEN, cases

ESTATES = {False: schema.estate_schema(), True: schema.estate_schema(amending=True)}
CHECKERS = {amending: jsonschema.Draft202012Validator(each) for amending, each in ESTATES.items()}

VALUES = {"VAL-001", "VAL-002", "VAL-003", "KEY-001", "KEY-002", "KEY-005"}
"""Codes of faults that the schema shows too, in an editor; the rest is beyond what JSON Schema can say."""
BEYOND = {
    "changes-that-cannot-be",  # what `changes` gives is a field of any kind
    "device-type-faulty",  # another file
    "device-type-missing",
    "header-missing",  # of each file nothing is required
    "empty",
    "phases-in-no-order",  # names of phases and steps
    "recovery-steps",
    "provenance-of-no-field",
    "quantities",
    "amended-into-faults",
}


def estate_files(root: Path) -> list[Path]:
    return [
        path for path in sorted(root.rglob("*.y*ml")) if "device-types" not in path.relative_to(root).parts
    ]


def values_of(path: Path) -> Any:
    return reading.plain(reading.read(path.read_bytes(), path.name)) or {}


@pytest.mark.parametrize("amending", [False, True])
def test_the_schema_is_one(amending: bool) -> None:
    jsonschema.Draft202012Validator.check_schema(ESTATES[amending])


@pytest.mark.parametrize(("file", "amending"), [(schema.FILE, False), (schema.AMENDING_FILE, True)])
def test_the_schema_that_is_shipped_is_current(file: Path, amending: bool) -> None:
    option = " --amending" if amending else ""
    assert file.read_text("utf-8") == schema.estate_schema_text(amending=amending), (
        f"write it anew: thabat schema{option} -o specs/{file.name}"
    )


@pytest.mark.parametrize("name", bundled())
def test_bundled_estates_are_what_the_schema_says(name: str) -> None:
    files = [values_of(path) for path in estate_files(folder_of(name))]
    checker = CHECKERS[any(AMENDS in values for values in files)]
    assert files
    for values in files:
        assert [
            f"{list(error.absolute_path)}: {error.message}" for error in checker.iter_errors(values)
        ] == []


def test_the_sound_estate_is_what_the_schema_says() -> None:
    for path in estate_files(BROKEN / "sound"):
        CHECKERS[False].validate(values_of(path))


def shown_to_editors() -> list[Path]:
    """Cases of one file that is YAML and that has a fault of which the schema knows."""
    found = []
    for case in cases():
        told = (BROKEN / f"{case.stem}.issues").read_text("utf-8")
        if case.suffix == ".yaml" and case.stem not in BEYOND and any(f" {code} " in told for code in VALUES):
            found.append(case)
    return found


@pytest.mark.parametrize("case", shown_to_editors(), ids=lambda case: case.stem)
def test_what_the_schema_can_show_of_a_fault_it_shows(case: Path) -> None:
    assert not CHECKERS[False].is_valid(values_of(case))


def test_every_key_of_the_format_is_described() -> None:
    whole = ESTATES[False]
    bare = [name for name, each in whole["properties"].items() if not each.get("description")]
    for name, definition in whole["$defs"].items():
        for key, each in definition.get("properties", {}).items():
            if not each.get("description") and "$ref" not in each:
                bare.append(f"{name}.{key}")
    assert bare == []


def test_every_collection_is_optional_and_nothing_else_is_allowed() -> None:
    checker = CHECKERS[False]
    assert set(ESTATES[False]["properties"]) == {*Estate.model_fields, AMENDS}
    assert checker.is_valid({})
    assert not checker.is_valid({"rack": {}})


@pytest.mark.parametrize(
    ("rack", "valid"),
    [
        ({"room": "hall", "units": 42, "power_limit": "10 kW"}, True),
        ({"room": "hall-[1-2]", "units": "[42,47]", "power_limit": "[8,10] kW"}, True),
        ({"room": "hall", "units": "tall"}, False),
        ({"room": "hall", "power_limit": 10}, False),
        ({"room": "hall", "power_limit": "10 kVA"}, False),
        ({"room": "hall", "name": "Rack"}, True),
        ({"room": "hall", "name": {"en": "Rack", "ar": "خزانة"}}, True),
        ({"room": "hall", "name": {"English": "Rack"}}, False),
        ({"room": "hall", "id": "r"}, False),
        ({"units": 42}, False),
        ({"room": "hall", "hight": 1}, False),
        (None, True),
    ],
)
def test_an_editor_sees_what_is_wrong_with_a_rack(rack: Any, valid: bool) -> None:
    assert CHECKERS[False].is_valid({"racks": {"r-[1-2]": rack}}) == valid


def test_an_amendment_requires_nothing_and_may_remove_anything() -> None:
    amendment = {"amends": "national", "sites": {"dr": None}, "racks": {"r-1": {"units": 45, "row": None}}}
    assert CHECKERS[True].is_valid(amendment)
    assert not CHECKERS[True].is_valid({"racks": {"r-1": {"unit": 45}}})
    plain = copy.deepcopy(amendment) | {"amends": "national"}
    assert not CHECKERS[False].is_valid(plain)


@pytest.mark.parametrize("estimate", ["4 h", {"low": "1 h", "likely": "2 h", "high": "3 h"}])
def test_an_estimate_is_one_figure_or_three(estimate: Any) -> None:
    step = {"id": "a", "does": "A", "duration": estimate}
    assert CHECKERS[False].is_valid({"services": {"tax": {"recovery": [step]}}})
    step["duration"] = 4
    assert not CHECKERS[False].is_valid({"services": {"tax": {"recovery": [step]}}})
