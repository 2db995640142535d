"""Ids from names: safe as ids and as file names, and each its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.expanding import ID
from specs.importing.naming import LONGEST, distinct, identifier

_SAFE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@given(st.text())
def test_an_identifier_is_safe_whatever_the_name(text: str) -> None:
    made = identifier(text)
    assert _SAFE.fullmatch(made)
    assert ID.fullmatch(made)
    assert len(made) <= LONGEST + 2
    assert identifier(made) == made


@pytest.mark.parametrize(
    "name", ["..", "../../x", "/etc/passwd", "C:\\x", "a\0b", "con", "NUL", " ", "\u202eexe"]
)
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    made = identifier(name)
    assert _SAFE.fullmatch(made)
    assert made not in {"con", "nul"}


def test_letters_with_marks_keep_their_letter() -> None:
    assert identifier("São Tomé – Łódź Ø") == "sao-tome-lodz-o"


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "a-2", "c"]), min_size=1, max_size=3)),
    st.sets(st.sampled_from("abc")),
)
def test_distinct_ids_are_distinct_and_none_is_taken(wanted: list[list[str]], taken: set[str]) -> None:
    ids = distinct(wanted, taken)
    assert len(set(ids)) == len(ids) == len(wanted)
    assert not taken & set(ids)


def test_those_that_want_the_same_all_take_their_next_candidate() -> None:
    assert distinct([["r1", "north-r1"], ["r1", "south-r1"]]) == ("north-r1", "south-r1")


def test_a_number_never_takes_a_name_that_another_asked_for() -> None:
    assert distinct([["a"], ["a"], ["a-2"]]) == ("a", "a-3", "a-2")
