import json
import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs import reading
from specs.issues import SpecError
from specs.reading import MOST_DEPTH, MOST_ISSUES, Node, plain, read, scalar


def value_of(text: str) -> object:
    return plain(read(text.encode(), "f.yaml"))


def codes_of(data: bytes) -> list[str]:
    with pytest.raises(SpecError) as fault:
        read(data, "f.yaml")
    return [issue.code for issue in fault.value.issues]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("010", 10),
        ("0o10", 8),
        ("0x1f", 31),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1", -1),
        ("+1", 1),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
        ("2027-01-01", "2027-01-01"),
        ("true", True),
        ("True", True),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("nil", "nil"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_words_are_read_as_the_core_schema_of_yaml_1_2_does(word: str, value: object) -> None:
    assert scalar(word) == value
    assert type(scalar(word)) is type(value)
    if word != "-":  # a list begins
        assert value_of(f"a: {word}") == {"a": value}
    assert value_of(f"a: '{word}'") == {"a": word}


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert value_of("<<: {a: 1}") == {"<<": {"a": 1}}


@pytest.mark.parametrize("key", ["no", "010", "12:30", "~", "true", "1.0"])
def test_keys_are_always_text(key: str) -> None:
    assert value_of(f"{key}: 1") == {key: 1}


def test_an_empty_file_is_nothing_and_a_byte_order_mark_is_passed_over() -> None:
    assert value_of("") is None
    assert value_of("# a comment\n") is None
    assert value_of("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"a: \xff", ["FILE-004"]),
        ("a: b".encode("utf-16"), ["FILE-004"]),
        (b"a: \x00", ["FILE-005"]),
        (b"a: \x1b[2J", ["FILE-005"]),
        ("a: \ufeffb".encode(), ["FILE-005"]),
        ("a: \ufffe".encode(), ["FILE-005"]),
        (b"a:\n\t- x\n", ["YAML-002"]),
        (b"a: [1", ["YAML-001"]),
        (b"a: &x 1\nb: *x\n", ["YAML-004", "YAML-004"]),
        (b"a: *nothing\n", ["YAML-004"]),
        (b"--- 1\n--- 2\n", ["YAML-005"]),
        (b"a: !!python/object/apply:os.system [x]", ["YAML-006"]),
        (b"a: !!str 1", ["YAML-006"]),
        (b"a: ! 1", ["YAML-006"]),
        (b"a: .inf", ["YAML-007"]),
        (b"a: -.INF\nb: .NaN", ["YAML-007", "YAML-007"]),
        (b"a: 1e999", ["YAML-007"]),
        (b"a: " + b"9" * 5_000, ["YAML-007"]),
        (b"? [a]\n: b\n", ["YAML-008"]),
        (b"? {a: b}\n: b\n", ["YAML-008"]),
        (b"a: 1\na: 2\nb: 3\nb: 4\n", ["KEY-003", "KEY-003"]),
        (b'a: "\\u202E"\n"\\x07": 1', ["TEXT-001", "TEXT-001"]),
        (b'a: "\\uD800"', ["YAML-001"]),
    ],
)
def test_what_is_no_plain_yaml_is_refused(data: bytes, codes: list[str]) -> None:
    assert codes_of(data) == codes


def test_a_key_given_twice_shows_both_places() -> None:
    with pytest.raises(
        SpecError, match=re.escape("f.yaml:3:1: KEY-003 `a` stands twice here (first at f.yaml:1:1)")
    ):
        read(b"a: 1\nb: 2\na: {c: 3}\n", "f.yaml")


@pytest.mark.parametrize("bracket", [b"[", b"{a: ", b"- ", b"a:\n" + b" ", b"? "])
def test_a_million_levels_are_refused_at_once(bracket: bytes) -> None:
    start = time.process_time()
    codes = codes_of(bracket * 1_000_000 if bracket != b"a:\n " else deep_block(3_000))
    assert codes[-1] in ("YAML-003", "YAML-008")
    assert time.process_time() - start < 2


def deep_block(depth: int) -> bytes:
    return "".join(f"{' ' * level}a:\n" for level in range(depth)).encode()


def test_the_deepest_level_allowed_is_read() -> None:
    text = "[" * MOST_DEPTH + "]" * MOST_DEPTH
    assert value_of(text) is not None
    assert codes_of(f"[{text}]".encode()) == ["YAML-003"]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for last, name in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]")
    start = time.process_time()
    assert codes_of("\n".join(lines).encode())[-1] == "YAML-004"
    assert time.process_time() - start < 1


def test_more_values_than_any_estate_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_NODES", 1_000)
    assert codes_of(b"[" + b"1," * 1_000 + b"]") == ["FILE-003"]
    assert value_of("[" + "1," * 999 + "]") == [1] * 999


def test_every_value_knows_its_line_and_column() -> None:
    root = read("a:\n  b: [1, x]\n  c:\n    - é: {z: 2}\n".encode(), "f.yaml")
    inner = root.value["a"].value
    assert str(inner["b"].key_location) == "f.yaml:2:3"
    assert str(inner["b"].value[1].location) == "f.yaml:2:10"
    last = inner["c"].value[0].value["é"].value["z"]
    assert (str(last.key_location), str(last.location)) == ("f.yaml:4:11", "f.yaml:4:14")


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)
    | st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, blacklist_categories=("Cs", "Cc", "Cf"))),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc é", max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain_values)
def test_json_is_read_as_json_readers_do(value: object) -> None:
    assert value_of(json.dumps(value, ensure_ascii=False)) == value


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise_anything_but_issues(data: bytes) -> None:
    with suppress(SpecError):
        assert isinstance(read(data, "f.yaml"), Node)


def test_a_flood_of_faults_is_cut_short() -> None:
    assert codes_of(b"a: 1\n" * 100_000) == ["KEY-003"] * MOST_ISSUES
