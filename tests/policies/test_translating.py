"""Sentences are said in Arabic by a catalogue, with its plural forms and with ids set apart."""

import string

import pytest

from policies.translating import Marks, arabic, catalogue, english
from specs.sentences import listed, say


def test_ids_are_set_apart_from_the_direction_of_text() -> None:
    assert arabic(listed(["a", "b"])) == "\u2066a\u2069 و\u2066b\u2069"


def test_a_pattern_without_translation_is_not_said() -> None:
    assert arabic(say("Nobody translated this.")) is None
    assert arabic(listed([say("Nobody translated this.")])) is None


def test_what_stands_in_a_sentence_is_marked_and_words_too() -> None:
    marks = Marks(lambda value: f"[{value}]", str.upper)
    assert english(listed(["x", "y"]), marks) == "[x] AND [y]"


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_translation_names_what_the_english_names(key: str) -> None:
    """All but a count, which Arabic says by the word's own form for one and two."""

    def names(pattern: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}

    for form in catalogue()[key]:
        assert names(key) - {"count"} <= names(form) <= names(key)
