"""The hash chain: what was done to a log shows, and shows as what it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle.canonical import NotCanonical, canonical, digest, parsed, rendered
from policies.bundle.chain import EMPTY, linked, walk


def _log(count: int = 5) -> list[bytes]:
    text, _ = linked([{"did": f"step {number}"} for number in range(count)])
    return text.splitlines(keepends=True)


def test_a_log_says_how_long_it_is_and_what_its_last_line_is() -> None:
    text, head = linked([{"did": "one"}, {"did": "two"}])
    assert walk(text).head == head
    assert head.sha256 == digest(text.splitlines(keepends=True)[1])
    more, after = linked([{"did": "three"}], head)
    assert walk(text + more).head == after
    assert walk(b"").head == EMPTY


@pytest.mark.parametrize(
    ("made", "kind", "line", "told"),
    [
        (lambda lines: lines[:2] + lines[3:], "removed", 3, "entry 3 missing, after entry 2"),
        (lambda lines: lines[2:], "removed", 1, "entries 1 to 2 missing, at its beginning"),
        (lambda lines: [lines[0], lines[4]], "removed", 2, "entries 2 to 4 missing, after entry 1"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "reordered", 2, "entry 1 follows entry 2"),
        (lambda lines: [*lines, lines[1]], "doubled", 6, "entry 2 stands twice"),
        (lambda lines: [lines[0].replace(b"step 0", b"step 9"), *lines[1:]], "altered", 1, "entry 1"),
        (lambda lines: [*lines[:2], lines[2].replace(b"step", b"leap"), *lines[3:]], "altered", 3, "entry 3"),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], "form", 5, "it has no end"),
        (lambda lines: [lines[0], b"{}\n", *lines[1:]], "form", 2, "it has no number"),
        (lambda lines: [lines[0], b"\n", *lines[1:]], "form", 2, "no JSON"),
    ],
)
def test_each_way_to_spoil_a_log_is_told_apart(made, kind: str, line: int, told: str) -> None:  # type: ignore[no-untyped-def]
    (found,) = walk(b"".join(made(_log()))).breaks
    assert (found.kind, found.line) == (kind, line)
    assert told in found.what


def test_an_entry_whose_own_hash_field_was_altered_is_blamed_and_not_the_one_before() -> None:
    lines = _log()
    entry = parsed(lines[2])
    lines[2] = rendered({**entry, "previous": "f" * 64})
    (found,) = walk(b"".join(lines)).breaks
    assert (found.kind, found.line) == ("altered", 3)


@given(st.data())
def test_no_flipped_byte_leaves_both_chain_and_head_as_they_were(data: st.DataObject) -> None:
    text, head = linked([{"did": f"step {number}"} for number in range(4)])
    place = data.draw(st.integers(0, len(text) - 1))
    bit = data.draw(st.integers(0, 7))
    spoilt = text[:place] + bytes([text[place] ^ (1 << bit)]) + text[place + 1 :]
    walked = walk(spoilt)
    assert walked.breaks or walked.head != head


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(JSON)
def test_json_has_one_form_and_reads_back(value: object) -> None:
    try:
        data = rendered(value)
    except UnicodeEncodeError:
        return  # A lone surrogate.
    assert canonical(data) == value
    with pytest.raises(NotCanonical):
        canonical(b" " + data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"{", b'{"a":1,"a":1}\n', b"NaN\n", b"Infinity\n", b"1e999\n", b"[" * 100_000,
        b'"\\ud800"\n', b'{"b":1,"a":1}\n', b"1.0e0\n", b"9" * 5000 + b"\n", b'{"a":1}',
        b'\xef\xbb\xbf{"a":1}\n',
    ],
)  # fmt: skip
def test_what_is_not_in_the_one_form_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotCanonical, match=r"\w"):
        canonical(data)
