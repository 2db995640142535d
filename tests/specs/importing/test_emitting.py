"""YAML that is written reads back the same in our reader and in a YAML 1.1 reader."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specs import reading
from specs.importing.emitting import emit, entry, scalar

_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="\ufffe\uffff"))
_HARD = st.sampled_from(
    ["no", "NO", "~", "null", "010", "0x1F", "0o7", "1e3", "1_000", "12:30", "1:2:3", "2026-01-01", ".inf",
     "-", "- a", "a: b", "a #b", "[1-3]", "{a}", "&a", "*a", "!t", "%", "@", "`", "'", '"', "\\", "a\nb",
     "\ttab", " a", "a ", "=", "<<", "y", "On", "?", "? a", "|", ">", "", "é", "عربي", "😀", "10 Gbit/s",
     "12 kW", "1.5", "+1", "-1"]
)  # fmt: skip
_SCALARS = st.one_of(
    _TEXT,
    _HARD,
    st.integers(-(10**18), 10**18),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_TEXT, _HARD), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(st.dictionaries(st.one_of(_TEXT, _HARD), _VALUES, max_size=5))
def test_what_is_emitted_reads_back_in_both_readers(value: dict[str, Any]) -> None:
    text = emit(value)
    assert reading.plain(reading.read(text.encode(), "f")) == value
    assert yaml.safe_load(text) == value


@given(st.text(), st.dictionaries(_TEXT, _TEXT, max_size=3))
def test_a_comment_never_becomes_content(comment: str, value: dict[str, str]) -> None:
    kept = "".join(letter for letter in comment if letter.isprintable() or letter == "\n")
    assert reading.plain(reading.read(emit(value, kept).encode(), "f")) == value


@pytest.mark.parametrize("text", ["a\rb", "\x85", "\u2028", "\ufeff", "\xa0", "\x7f"])
def test_characters_that_are_not_printed_are_written_as_codes(text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
    assert scalar(text).isascii()


def test_an_entry_can_be_set_into_a_mapping() -> None:
    text = "models:\n" + entry("a b", {"device_type": "x.yaml"}, "  ")
    assert yaml.safe_load(text) == {"models": {"a b": {"device_type": "x.yaml"}}}


def test_what_has_no_place_in_an_estate_is_refused() -> None:
    with pytest.raises(TypeError):
        scalar(object())
    with pytest.raises(ValueError, match="finite"):
        scalar(float("nan"))
