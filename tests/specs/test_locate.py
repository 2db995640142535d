import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from specs.issues import FieldPath
from specs.locate import Places
from specs.reading import read

values = st.recursive(
    st.integers(0, 99),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcd", min_size=1), inner, max_size=3)
    ),
    max_leaves=10,
)


def paths(value: Any, path: FieldPath = ()) -> list[tuple[FieldPath, Any]]:
    found = [(path, value)] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            found += paths(inner, (*path, place))
    return found


@given(st.dictionaries(st.text("abcd", min_size=1), values, max_size=4), st.integers(0, 3))
def test_every_field_is_found_where_it_is_written(value: dict[str, Any], indent: int) -> None:
    text = json.dumps(value, indent=indent or None)
    places = Places(read(text.encode(), "f.yaml"))
    lines = text.split("\n")
    for path, inner in paths(value):
        at = places.at(path)
        assert at is not None
        here = lines[at.line - 1][at.column - 1 :]
        written_as = (
            json.dumps(path[-1]) if isinstance(inner, dict | list) and isinstance(path[-1], str) else None
        )
        wanted = written_as or (
            "{" if isinstance(inner, dict) else "[" if isinstance(inner, list) else str(inner)
        )
        assert here.startswith(wanted)
        key = places.of_key(path)
        assert key is not None
        if isinstance(path[-1], str):
            assert lines[key.line - 1][key.column - 1 :].startswith(json.dumps(path[-1]))


def test_a_field_that_is_not_written_has_the_place_of_what_encloses_it() -> None:
    places = Places(read(b"racks:\n  r-01:\n    room: hall\n    feeds: [a]\n", "f.yaml"))
    assert str(places.at(("racks", "r-01", "units"))) == "f.yaml:2:3"
    assert str(places.at(("racks", "r-01", "feeds", 7))) == "f.yaml:4:5"
    assert str(places.at(("racks", "r-01", "room", "name"))) == "f.yaml:3:11"
    assert str(places.at(("racks", "r-99"))) == "f.yaml:1:1"
    assert str(places.at(("racks", "r-01", "feeds", 0))) == "f.yaml:4:13"
    assert places.at(("devices", "x")) is None
    assert places.at(()) is None
