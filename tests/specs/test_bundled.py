from pathlib import Path

import pytest

from specs.bundled import bundled, find_estate, folder_of
from specs.issues import SpecError
from specs.loading import load
from specs.phases import timeline


def test_the_bundled_estates_are_there() -> None:
    assert {"national", "national-cured", "starter"} <= set(bundled())


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled())
def test_a_bundled_estate_has_no_fault_at_any_moment(name: str) -> None:
    estate = load(find_estate(name)).estate
    for moment in timeline(estate.estate).moments:
        assert estate.as_of(moment).estate == estate.estate


def test_a_path_goes_before_a_bundled_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_estate("starter") == folder_of("starter")
    (tmp_path / "starter").mkdir()
    assert find_estate("starter") == Path("starter")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("startr", "did you mean `starter`?"), ("../starter", ""), ("a\0b", ""), ("x" * 5000, "")],
)
def test_an_estate_that_is_nowhere_is_told_with_the_likely_one(name: str, hint: str) -> None:
    with pytest.raises(SpecError) as fault:
        find_estate(name)
    assert fault.value.issues[0].code == "FILE-001"
    assert fault.value.issues[0].hint.startswith(hint)


def test_an_estate_beside_the_users_own_goes_before_a_bundled_one(tmp_path: Path) -> None:
    cured = tmp_path / "mine"
    cured.mkdir()
    (cured / "a.yaml").write_text("amends: starter\n")
    bundled_one = load(cured)
    assert all(name.startswith(("bundled:starter/", "a.yaml")) for name in bundled_one.files)
    assert str(bundled_one.places.at(("estate", "title"))).startswith("bundled:starter/estate.yaml:")
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter" / "x.yaml").write_text("estate: {title: Mine, owner: Me}\n")
    assert str(load(cured).estate.estate.title) == "Mine"
