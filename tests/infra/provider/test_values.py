"""Values over the wire: exact both ways, the engine's marks known, secrets never shown."""

from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from infra.provider.values import (
    OUTPUT,
    RESOURCE,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXTS,
    Foreign,
    Secret,
    Unknown,
    from_struct,
    paths_of,
    to_struct,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4
        )
    ),
    max_leaves=20,
)


def exactly(value: Any) -> Any:
    """Equal only to what has the same types: True is not 1. The wire has one kind of number."""
    if isinstance(value, dict):
        return {key: exactly(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [exactly(entry) for entry in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", float(value))
    return (type(value), value)


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=5, alphabet="abc"), JSON, max_size=4))
def test_plain_values_come_back_as_they_went_and_as_the_reference_reads_them(
    properties: dict[str, Any],
) -> None:
    struct = to_struct(properties)
    assert exactly(from_struct(struct)) == exactly(properties)
    assert exactly(json_format.MessageToDict(struct)) == exactly(properties)
    assert from_struct(Struct.FromString(struct.SerializeToString())) == from_struct(struct)


def test_whole_numbers_come_back_whole_as_far_as_they_are_exact() -> None:
    read = from_struct(to_struct({"units": 42.0, "share": 0.5, "large": 1e300}))
    assert read == {"units": 42, "share": 0.5, "large": 1e300}
    assert {name: type(value) for name, value in read.items()} == {
        "units": int,
        "share": float,
        "large": float,
    }


@pytest.mark.parametrize("text", sorted(UNKNOWN_TEXTS))
def test_every_mark_of_an_unknown_value_is_known(text: str) -> None:
    assert from_struct(to_struct({"a": [text]})) == {"a": [UNKNOWN]}


def test_the_unknown_goes_back_as_unknown() -> None:
    assert from_struct(to_struct({"a": UNKNOWN})) == {"a": UNKNOWN}
    assert Unknown() is UNKNOWN


def test_a_secret_is_known_as_one_shows_nothing_and_goes_back_as_one() -> None:
    read = from_struct(to_struct({"a": {SIGNATURE: SECRET, "value": "hunter2"}}))
    assert isinstance(read["a"], Secret)
    assert "hunter2" not in repr(read)
    again = from_struct(to_struct(read))["a"]
    assert again.reveal() == "hunter2"


def test_an_output_is_its_value_unknown_without_one_and_secret_where_it_says_so() -> None:
    read = from_struct(
        to_struct(
            {
                "known": {SIGNATURE: OUTPUT, "value": 7},
                "unknown": {SIGNATURE: OUTPUT},
                "secret": {SIGNATURE: OUTPUT, "value": "hunter2", "secret": True},
            }
        )
    )
    assert read["known"] == 7
    assert read["unknown"] is UNKNOWN
    assert isinstance(read["secret"], Secret)


@pytest.mark.parametrize("signature", [RESOURCE, "c44067f5952c0a294b673a41bacd8c17", "something new"])
def test_what_is_no_value_is_told_from_one(signature: str) -> None:
    assert isinstance(from_struct(to_struct({"a": {SIGNATURE: signature, "urn": "u"}}))["a"], Foreign)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}])
def test_what_cannot_be_sent_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        to_struct({"a": value})


def test_paths_lead_to_every_secret_however_its_keys_are_written() -> None:
    value = {"a.b": Secret(1), "c": [{"d": Secret(2)}], "": Secret(3), 'q"': Secret(4)}
    assert list(paths_of(value, Secret)) == ['[""]', '["a.b"]', "c[0].d", '["q\\""]']
