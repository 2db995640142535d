"""Differences between properties: none missed, none invented, each with its path."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.provider.comparing import differences
from infra.provider.values import UNKNOWN

VALUES = st.recursive(
    st.integers(0, 2) | st.booleans() | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=6,
)
PROPERTIES = st.dictionaries(st.sampled_from("pq"), VALUES, max_size=2)


def paths(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [f"{one.path} {one.kind}" for one in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a changed"]),
        ({}, {"a": 1}, ["a added"]),
        ({"a": 1}, {}, ["a removed"]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c changed"]),
        (
            {"a": {"10.0.0.1": "x"}},
            {"a": {"10.0.0.2": "x"}},
            ['a["10.0.0.1"] removed', 'a["10.0.0.2"] added'],
        ),
        ({"a": [1, 2, 3]}, {"a": [1, 9]}, ["a[1] changed", "a[2] removed"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a[1] added"]),
        ({"a": [1]}, {"a": {"b": 1}}, ["a changed"]),
        ({"a": True}, {"a": 1}, ["a changed"]),
        ({"a": "1"}, {"a": 1}, ["a changed"]),
        ({"a": 2.0}, {"a": 2}, []),
        ({"a": UNKNOWN}, {"a": UNKNOWN}, ["a changed"]),
        ({"a": {"b": 1}}, {"a": UNKNOWN}, ["a changed"]),
    ],
)
def test_each_difference_has_its_path_and_kind(
    old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    assert paths(old, new) == expected


@given(PROPERTIES, PROPERTIES)
def test_there_is_a_difference_exactly_where_values_differ(old: dict[str, Any], new: dict[str, Any]) -> None:
    def sorted_deep(value: Any) -> Any:
        if isinstance(value, dict):
            return ("mapping", [(key, sorted_deep(value[key])) for key in sorted(value)])
        return [sorted_deep(entry) for entry in value] if isinstance(value, list) else value

    same = repr(sorted_deep(old)) == repr(sorted_deep(new))
    assert (differences(old, new) == ()) == same
    assert differences(old, old) == ()


@given(PROPERTIES, PROPERTIES)
def test_the_other_way_round_added_is_removed(old: dict[str, Any], new: dict[str, Any]) -> None:
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {(one.path, turned[one.kind]) for one in differences(old, new)}
    back = {(one.path, str(one.kind)) for one in differences(new, old)}
    assert there == back


def test_only_what_is_below_an_identifying_property_replaces() -> None:
    found = differences({"model": "m", "serial": "s"}, {"model": "n", "serial": "t"}, ["model"])
    assert [(one.path, one.replaces) for one in found] == [("model", True), ("serial", False)]
