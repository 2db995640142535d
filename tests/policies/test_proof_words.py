"""The few words that proofs say are known, whatever stands in them, and say the same in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policies.proof_words as words
from policies.proof_words import arrows, binding_said, link_said, matter_said, why_said
from policies.translating import arabic
from resilience.analysis import analyse
from resilience.results import Link
from specs.loading import load
from tests.policies.conftest import BASE

DERIVE = Path(__file__).parents[2] / "resilience" / "derive"
ANY = st.text(min_size=1, max_size=20)


def said_by_derivation(method: str, number: int) -> Iterator[tuple[str, str]]:
    """What the graph says of a need, or of a fact that it lacks: its words, and where."""
    for file in sorted(DERIVE.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == method:
                for text in texts(call.args[number]):
                    yield text, f"{file.name}:{call.lineno}"


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "x-1" for one in node.values)
        yield "".join(map(str, parts))


def link(why: str, source: str = "devices/a", target: str = "power/b") -> Link:
    return Link(source, target, "run", why, ("devices", "a"))


def test_every_need_that_the_graph_names_has_its_arabic() -> None:
    found = list(said_by_derivation("need", 2))
    assert len(found) > 40
    for why, place in found:
        assert str(link_said(link(why))) == f"devices/a {why} power/b", place
        assert str(why_said(link(why))) == why, place
        assert arabic(link_said(link(why))), place
        assert arabic(why_said(link(why))), place


def test_every_fact_that_the_graph_lacks_has_its_arabic() -> None:
    found = list(said_by_derivation("lacks", 3))
    assert len(found) > 10
    for matters, place in found:
        assert str(matter_said(matters)) == matters, place
        assert arabic(matter_said(matters)), place


@pytest.mark.parametrize("kind", ["start", "recover", "administer"])
def test_needs_of_every_kind_have_their_arabic(kind: str) -> None:
    assert arabic(link_said(link(f"needs, to {kind},")))


@pytest.mark.parametrize(
    "step",
    [
        "detection",
        "callout teams/operations",
        "busy services/registry:promote",
        "nowhere services/archive",
        "it waits for itself: services/a needs services/b needs services/a",
        "no copy of datasets/a can be used (backups/b, backups/c: within reach of what was lost or of the "
        "intruder; backups/d: closed)",
        "it is below the level it owes with every standby at work: services/a runs on platforms/b, "
        "platforms/b stands in rooms/c",
        "rooms/hall heat",
    ],
)
def test_what_binds_a_result_is_said_in_both_languages(step: str) -> None:
    said = binding_said(step)
    assert not isinstance(said, str | int)
    assert str(said) == step
    assert arabic(said)


def test_an_element_that_binds_is_its_name() -> None:
    assert binding_said("services/registry:promote") == "services/registry:promote"


@given(ANY, ANY, ANY)
def test_words_that_nobody_knows_are_said_in_english_as_they_stand(
    why: str, source: str, target: str
) -> None:
    assert str(link_said(link(why, source, target))) == f"{source} {why} {target}"
    assert str(matter_said(why)) == why
    assert str(binding_said(why)) == why


@given(st.lists(st.sampled_from(["a", "a needs b", "x, y", "; ", "closed"]), min_size=1, max_size=4))
def test_whatever_stands_in_a_phrase_it_says_the_same_in_english(parts: list[str]) -> None:
    for one in (*words._BINDINGS, *words._REASONS, *words._MATTERS):
        step = one.pattern
        for name in ("ring", "chain", "reasons", "copies", "element", "component", "dataset", "service"):
            step = step.replace(f"{{{name}}}", "".join(parts))
        said = one.said(step)
        assert said is None or str(said) == step


def test_arrows_point_the_way_that_is_read() -> None:
    assert str(arrows(["a", "b", "c"])) == "a → b → c"
    assert arabic(arrows(["a", "b"])) == "\u2066a\u2069 ← \u2066b\u2069"


def test_all_that_the_estate_of_the_tests_says_is_translated() -> None:
    analysis = analyse(load(BASE).estate.as_of(None))
    for standing in analysis.standings:
        for point in standing.single_points:
            assert all(arabic(link_said(one)) for one in point.chain)
    for recovery in analysis.recoveries:
        for prediction in recovery.predictions:
            for step in prediction.chain:
                assert ":" in step or arabic(binding_said(step)), step  # type: ignore[arg-type]
