"""Sentences say the same in English whatever stands in them, and keep what stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from specs.sentences import Sentence, as_sentence, joined, listed, say, say_count

NAMES = st.lists(st.text(min_size=1, max_size=12), max_size=12)


@given(st.text())
def test_braces_in_a_name_are_no_pattern(name: str) -> None:
    assert str(say("It is {name}.", name=name)) == f"It is {name}."


@given(st.text())
def test_mere_text_is_said_as_it_stands(text: str) -> None:
    assert str(as_sentence(text)) == text


@given(NAMES)
def test_a_list_names_its_first_six_and_counts_the_rest(names: list[str]) -> None:
    found = str(listed(names))
    if len(names) > 6:
        assert found == f"{', '.join(names[:6])} and {len(names) - 6} more"
    elif len(names) > 1:
        assert found == f"{', '.join(names[:-1])} and {names[-1]}"
    else:
        assert found == "".join(names)


def test_what_is_within_is_said_too() -> None:
    stores = say_count(2, "{count} store", "{count} stores")
    assert str(joined(say("There are {stores}.", stores=stores), say("All hold."))) == (
        "There are 2 stores. All hold."
    )


def test_only_what_stands_in_it_is_changed() -> None:
    found = say("a {name}", name=say("b {name}", name="c")).mapped(str.upper)
    assert str(found) == "a b C"
    assert isinstance(found, Sentence)
