import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.amending import amended, laid_together
from specs.issues import Issue, SpecError
from specs.loading import Loaded, load
from specs.reading import Node, plain, read
from tests.specs.estates_made import HEADER, written

keys = st.text("abc", min_size=1, max_size=1)
values = st.recursive(
    st.integers(0, 3) | st.none() | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(keys, values, max_size=3)


def node(value: Any, file: str) -> dict[str, Node]:
    return dict(read(json.dumps(value).encode(), file).value)


def merge_patch(target: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396), as the RFC writes it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def without_nulls_in_new_parts(base: Any, over: Any) -> bool:
    """Whether every null of the patch removes something; where it does not, we tell and the RFC does not."""
    if not isinstance(over, dict):
        return True
    inner = base if isinstance(base, dict) else {}
    return all(
        (key in inner if value is None else without_nulls_in_new_parts(inner.get(key), value))
        for key, value in over.items()
    )


@given(mappings, mappings)
def test_amending_is_a_merge_patch(base: dict[str, Any], over: dict[str, Any]) -> None:
    issues: list[Issue] = []
    result = amended(node(base, "base"), node(over, "over"), issues)
    if without_nulls_in_new_parts(base, over):
        assert not issues
        assert {key: plain(value) for key, value in result.items()} == merge_patch(base, over)


@given(mappings, mappings)
def test_every_value_is_placed_in_the_file_that_gave_it(base: dict[str, Any], over: dict[str, Any]) -> None:
    result = amended(node(base, "base"), node(over, "over"), [])

    def check(found: Node, path: tuple[str, ...]) -> None:
        if isinstance(found.value, dict):
            for key, inner in found.value.items():
                check(inner, (*path, key))
        else:
            given: Any = over
            for key in path:
                given = given.get(key) if isinstance(given, dict) else None
            assert found.file == ("over" if given is not None else "base")

    for key, found in result.items():
        check(found, (key,))


@given(mappings, mappings)
def test_files_of_one_amendment_may_share_elements_but_no_value(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    issues: list[Issue] = []
    files = [Node(node(each, name), name, 1, 1) for name, each in (("one", one), ("two", two))]
    laid_together(files, issues)

    def clashes(first: Any, second: Any) -> int:
        if isinstance(first, dict) and isinstance(second, dict):
            return sum(clashes(first[key], second[key]) for key in first.keys() & second.keys())
        return 1

    assert len(issues) == clashes(one, two)
    assert {issue.code for issue in issues} <= {"KEY-004"}


BASE = {
    "estate.yaml": HEADER + "teams: {ops: {members: 4}, dev: {}}\n",
    "sites.yaml": "sites: {ndc: {role: primary, city: A}, dr: {role: dr}}\n",
    "racks.yaml": "rooms: {hall: {site: ndc, purpose: data-hall}}\n"
    "racks:\n  r-[1-3]: {room: hall, units: 42}\n",
}


def amending(tmp_path: Path, files: dict[str, str]) -> Loaded:
    written(tmp_path / "base", BASE)
    return load(written(tmp_path / "cured", files))


def test_an_amending_folder_is_the_other_estate_with_its_files_laid_over_it(tmp_path: Path) -> None:
    loaded = amending(
        tmp_path,
        {
            "amends.yaml": "amends: base\nestate: {title: Cured}\n",
            "cures/one.yaml": "sites: {dr: null, ndc: {city: B}}\nracks: {r-2: {units: 45}}\n",
            "cures/two.yaml": "racks: {r-2: {depth: 1 m}, r-3: null, r-4: {room: hall}}\n",
            "cures/three.yaml": "teams: {ops: {members: null}}\n",
        },
    )
    estate = loaded.estate
    assert (str(estate.estate.title), str(estate.estate.owner)) == ("Cured", "Ministry")
    assert list(estate.sites) == ["ndc"]
    assert str(estate.sites["ndc"].city) == "B"
    assert {name: (rack.units, rack.depth) for name, rack in estate.racks.items()} == {
        "r-1": (42, None),
        "r-2": (45, 1.0),
        "r-4": (42, None),
    }
    assert estate.teams["ops"].members is None
    assert str(loaded.places.at(("racks", "r-2", "units"))) == "cures/one.yaml:2:22"
    assert str(loaded.places.at(("racks", "r-1", "units"))) == "../base/racks.yaml:3:32"
    assert loaded.root == (tmp_path / "cured").resolve()
    assert "../base/racks.yaml" in loaded.files


def test_amendments_of_amendments_are_laid_in_order(tmp_path: Path) -> None:
    written(tmp_path / "base", BASE)
    written(tmp_path / "second", {"a.yaml": "amends: base\nsites: {ndc: {city: B}}\n"})
    third = written(tmp_path / "third", {"a.yaml": "amends: second\nsites: {dr: {city: C}}\n"})
    sites = load(third).estate.sites
    assert {name: str(site.city) for name, site in sites.items()} == {"dr": "C", "ndc": "B"}


def test_a_single_file_amends_a_folder_beside_it(tmp_path: Path) -> None:
    written(tmp_path / "base", BASE)
    written(tmp_path, {"what-if.yaml": "amends: base\nsites: {dr: null}\n"})
    assert list(load(tmp_path / "what-if.yaml").estate.sites) == ["ndc"]


def test_a_range_amends_each_of_its_elements(tmp_path: Path) -> None:
    loaded = amending(tmp_path, {"a.yaml": "amends: base\nracks: {'r-[1-2]': {place: '[5-6]'}, r-3: null}\n"})
    assert {name: rack.place for name, rack in loaded.estate.racks.items()} == {"r-1": 5, "r-2": 6}


def test_a_folder_that_is_a_link_is_not_amended(tmp_path: Path) -> None:
    written(tmp_path / "elsewhere" / "real", BASE)
    (tmp_path / "estates").mkdir()
    (tmp_path / "estates" / "base").symlink_to(tmp_path / "elsewhere" / "real")
    cured = written(tmp_path / "estates" / "cured", {"a.yaml": "amends: base\n"})
    with pytest.raises(SpecError, match="AMEND-001"):
        load(cured)
