from hypothesis import given
from hypothesis import strategies as st

from specs.issues import Issue, Location, SpecError, in_order
from specs.text import hidden_character

places = st.none() | st.builds(
    Location, st.sampled_from(["a.yaml", "b.yaml"]), st.integers(1, 3), st.integers(1, 3)
)
issues = st.builds(
    Issue, st.sampled_from(["KEY-001", "REF-001"]), places, st.sampled_from("xy"), st.just("mend it")
)


def test_an_issue_reads_as_one_line_that_an_editor_can_follow() -> None:
    issue = Issue("KEY-001", Location("sites.yaml", 3, 5), "unknown key `rle`", "did you mean `role`?")
    assert str(issue) == "sites.yaml:3:5: KEY-001 unknown key `rle` (did you mean `role`?)"
    assert str(Issue("KEY-001", None, "no place", "")) == "KEY-001 no place"


@given(st.text())
def test_whatever_a_spec_says_an_issue_is_one_printable_line(text: str) -> None:
    told = str(Issue("KEY-001", Location("f.yaml", 1, 1), text, text))
    assert len(told.splitlines()) == 1
    assert hidden_character(told) is None


@given(st.lists(issues, max_size=8))
def test_issues_stand_by_place_each_once(found: list[Issue]) -> None:
    ordered = in_order(found)
    assert set(ordered) == set(found)
    assert len(ordered) == len(set(found))
    assert in_order(reversed(found)) == ordered
    assert SpecError(found).issues == ordered
    without = [issue.location is None for issue in ordered]
    assert without == sorted(without, reverse=True)
    located = [issue.location for issue in ordered if issue.location is not None]
    assert located == sorted(located)
