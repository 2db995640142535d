import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.ranges import MOST_MEMBERS, Binding, Pattern, RangeError, expand, pattern


def parsed(text: str) -> Pattern:
    found = pattern(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("srv-[01-03]", ("srv-01", "srv-02", "srv-03")),
        ("srv-[8-11]", ("srv-8", "srv-9", "srv-10", "srv-11")),
        ("srv-[098-101]", ("srv-098", "srv-099", "srv-100", "srv-101")),
        ("row-[a-c]", ("row-a", "row-b", "row-c")),
        ("[A-B]", ("A", "B")),
        ("p-[3,5,7]", ("p-3", "p-5", "p-7")),
        ("[1-2,7,x]", ("1", "2", "7", "x")),
        ("[ge,xe]-0/[0-1]", ("ge-0/0", "ge-0/1", "xe-0/0", "xe-0/1")),
        ("[a-b][1-2]", ("a1", "a2", "b1", "b2")),
        ("[0-0]", ("0",)),
    ],
)
def test_a_range_stands_for_its_members_the_first_turning_slowest(text: str, texts: tuple[str, ...]) -> None:
    assert expand(text) == texts


@pytest.mark.parametrize(
    "text", ["srv", "srv-[7]", "see [note-4]", "[]", "[-]", "[1-", "[1,]", "[a b]", "]1-2[", "{1-2}"]
)
def test_what_is_no_range_is_itself(text: str) -> None:
    assert pattern(text) is None
    assert expand(text) == (text,)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[3-1]", "write [1-3]"),
        ("[c-a]", "write [a-c]"),
        ("[a-C]", "both small"),
        ("[01-5]", "as many digits"),
        ("[1-05]", "as many digits"),
        ("[1,1]", "once"),
        ("[1-3,2]", "once"),
        (f"[1-{MOST_MEMBERS + 1}]", "split"),
        ("[1-9999999999]", "nine digits"),
        ("[1-200][1-200]", "split"),
    ],
)
def test_a_range_that_counts_nothing_says_how_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(RangeError) as fault:
        expand(text)
    assert hint in fault.value.hint


widths = st.integers(1, 4)


@given(st.integers(0, 500), st.integers(0, 60), widths)
def test_padding_is_kept_and_numbers_follow_each_other(first: int, more: int, width: int) -> None:
    begin, end = f"{first:0{width}d}", f"{first + more:0{width}d}"
    padded = begin[0] == "0" and len(begin) > 1
    if not padded and end[0] == "0" and len(end) > 1:
        return
    texts = expand(f"x[{begin}-{end}]")
    assert [int(text[1:]) for text in texts] == list(range(first, first + more + 1))
    assert all(len(text) - 1 >= len(begin) for text in texts)
    assert texts[0] == f"x{begin}"
    assert texts[-1] == f"x{end}"


lists = st.lists(st.text("abcdefgh", min_size=1, max_size=2), min_size=2, max_size=4, unique=True)


@given(st.lists(lists, min_size=1, max_size=3))
def test_several_ranges_are_their_product(members: list[list[str]]) -> None:
    text = "-".join(f"[{','.join(each)}]" for each in members)
    assert expand(text) == tuple("-".join(chosen) for chosen in itertools.product(*members))


@given(st.integers(2, 5), st.integers(6, 9))
def test_a_range_in_the_body_follows_the_one_of_the_key_with_as_many_members(slow: int, fast: int) -> None:
    binding = Binding(parsed(f"r[1-{slow}]s[1-{fast}]"))
    texts = binding.texts(parsed(f"[11-{10 + slow}]/[21-{20 + fast}]"))
    wanted = [f"{10 + one}/{20 + two}" for one in range(1, slow + 1) for two in range(1, fast + 1)]
    assert list(texts) == wanted


@given(st.integers(2, 5), st.integers(6, 9))
def test_a_range_of_the_whole_product_counts_the_elements(slow: int, fast: int) -> None:
    count = slow * fast
    assert Binding(parsed(f"[1-{slow}]-[1-{fast}]")).texts(parsed(f"[1-{count}]")) == tuple(
        str(number) for number in range(1, count + 1)
    )


def test_of_two_ranges_as_long_the_one_written_identically_is_followed() -> None:
    binding = Binding(parsed("[a-b]-[1-2]"))
    assert binding.texts(parsed("[1-2]")) == ("1", "2", "1", "2")
    assert binding.texts(parsed("[a-b]")) == ("a", "a", "b", "b")
    with pytest.raises(RangeError, match="could follow `\\[a-b\\]` or `\\[1-2\\]`"):
        binding.texts(parsed("[3-4]"))


def test_a_range_that_fits_none_of_the_key_is_refused() -> None:
    with pytest.raises(RangeError, match="has 3 members, the key has 2 × 5"):
        Binding(parsed("[1-2]-[1-5]")).texts(parsed("[1-3]"))


@given(st.text("[]-,0123456789abzAZ.", max_size=20))
def test_no_text_whatever_raises_anything_but_a_range_error(text: str) -> None:
    try:
        texts = expand(text)
    except RangeError:
        return
    assert 1 <= len(texts) <= MOST_MEMBERS
