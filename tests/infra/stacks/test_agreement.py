"""Whether the engine's state and the register tell the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.register.register import Register
from infra.register.rows import Element
from infra.stacks.agreement import register_agrees

URN = "urn:pulumi:ndc::ndc::thabat:index:Device::srv-01"
PROPERTIES = {"key": "srv-01", "position": 3, "serial": "A"}


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "register.sqlite")


def state(token: str, **inputs: Any) -> Mapping[str, Any]:
    resource = {"type": "thabat:index:Device", "urn": URN, "id": token, "inputs": {**PROPERTIES, **inputs}}
    return {"resources": [{"type": "pulumi:pulumi:Stack", "urn": "urn:…"}, resource]}


def written(place: str) -> str:
    with Register.open(place) as register:
        return register.create(Element(URN, "ndc", "devices", "srv-01", PROPERTIES)).token


def test_a_state_of_nothing_agrees_even_where_there_is_no_register(place: str) -> None:
    assert register_agrees(place, "ndc", {})
    assert not Path(place).exists()


def test_they_agree_when_token_name_and_properties_are_the_same_whole_floats_too(place: str) -> None:
    assert register_agrees(place, "ndc", state(written(place), position=3.0, __defaults=[]))


def test_a_state_with_resources_and_no_register_do_not_agree(place: str) -> None:
    assert not register_agrees(place, "ndc", state("a"))


def test_another_token_other_properties_or_a_retired_row_do_not_agree(place: str) -> None:
    token = written(place)
    assert not register_agrees(place, "ndc", state("another"))
    assert not register_agrees(place, "ndc", state(token, serial="B"))
    with Register.open(place) as register:
        register.retire(token)
    assert not register_agrees(place, "ndc", state(token))
