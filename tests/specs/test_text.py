import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.text import LONGEST_SHOWN, did_you_mean, hidden_character, nearest, plain

HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@given(st.text())
def test_what_is_shown_steers_no_terminal_and_turns_no_text(text: str) -> None:
    shown = plain(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in HIDDEN for c in shown)
    assert len(shown) <= LONGEST_SHOWN


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M"))))
def test_letters_of_any_language_are_shown_as_they_are(text: str) -> None:
    if all(character.isprintable() for character in text) and len(text) <= LONGEST_SHOWN:
        assert plain(text) == text
        assert hidden_character(text) is None


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u2066", "\x1b", "\x00", "\ufeff", "\u00ad", "\u061c", "\u2028"]
)
def test_what_cannot_be_seen_is_found(character: str) -> None:
    assert hidden_character(f"a{character}b") == character
    assert plain(f"a{character}b") == f"a\\u{ord(character):04x}b"


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [("raks", "racks"), ("RACKS", "racks"), ("rooom", "rooms"), ("zzz", None), ("", None)],
)
def test_the_likely_name_is_found(unknown: str, meant: str | None) -> None:
    assert nearest(unknown, ["rooms", "racks", "sites"]) == meant


@given(st.text(max_size=8), st.lists(st.text("abc", min_size=1, max_size=5), max_size=6))
def test_a_hint_does_not_depend_on_the_order_of_names(unknown: str, names: list[str]) -> None:
    assert did_you_mean(unknown, names) == did_you_mean(unknown, reversed(names))
    if unknown in names:
        assert did_you_mean(unknown, names) == f"did you mean `{unknown}`?"


def test_a_hint_lists_what_is_known_where_nothing_is_alike() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "known are `a`, `b`"
    assert did_you_mean("zzz", []) == ""
    assert did_you_mean("zzz", [f"name-{number:02}" for number in range(20)]).endswith(" and 8 more")
