"""`thabat prove` on fault trees and maps of others: figures, forms, refusals, and the number it ends with."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from specs.issues import SpecError
from tests.published import hold
from tests.thabat.calling import thabat
from thabat.exits import Stop
from thabat.prove import prove

app = typer.Typer()
app.command()(prove)

TREE = """<opsa-mef><define-fault-tree name="pumps">
<define-gate name="top"><or><and><event name="a"/><event name="b"/></and><event name="c"/></or></define-gate>
<define-gate name="spare"><not><event name="c"/></not></define-gate>
</define-fault-tree><model-data>
<define-basic-event name="a"><float value="0.1"/></define-basic-event>
<define-basic-event name="b"><float value="0.2"/></define-basic-event>
<define-basic-event name="c"><exponential><float value="1e-4"/><system-mission-time/></exponential>
</define-basic-event></model-data></opsa-mef>"""
MAP = """<graphml><key id="l" for="node" attr.name="label"/><graph edgedefault="undirected">
<node id="0"><data key="l">Oslo</data></node><node id="1"><data key="l">Bergen</data></node>
<node id="2"><data key="l">Bodø</data></node><node id="3"><data key="l">Bodø</data></node>
<edge source="0" target="1"/><edge source="1" target="2"/><edge source="0" target="2"/>
<edge source="2" target="0"/><edge source="2" target="3"/></graph></graphml>"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


@pytest.fixture
def tree(tmp_path: Path) -> str:
    (tmp_path / "tree.xml").write_text(TREE, "utf-8")
    return str(tmp_path / "tree.xml")


@pytest.fixture
def map_(tmp_path: Path) -> str:
    (tmp_path / "map.graphml").write_text(MAP, "utf-8")
    return str(tmp_path / "map.graphml")


def told(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "-o", "json")
    assert done.exit_code == 0, done.stderr
    hold(done.stdout, "prove-fault-tree" if "--open-psa" in arguments else "prove-map")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_fault_tree_has_its_probability_and_the_number_of_its_cut_sets(tree: str) -> None:
    found = told("--open-psa", tree, "--mission-time", "1000")
    chance = 1 - 2.718281828459045**-0.1
    assert (found["top"], found["tops"]) == ("top", ["top", "spare"])
    assert found["p_top"] == pytest.approx(1 - 0.98 * (1 - chance), rel=1e-9)
    assert (found["minimal_cut_sets"], found["coherent"], found["basic_events"]) == (2, True, 3)
    assert [one["events"] for one in found["likeliest_cut_sets"]] == [["c"], ["a", "b"]]
    assert found["importances"][0]["event"] == "c"


def test_another_top_may_be_named_and_one_that_is_not_coherent_is_said_to_be_so(tree: str) -> None:
    found = told("--open-psa", tree, "--mission-time", "1000", "--top", "spare")
    assert found["coherent"] is False
    assert found["cut_sets_are"].startswith("minimal p-cuts")
    assert found["p_top"] == pytest.approx(2.718281828459045**-0.1)


def test_a_map_has_its_cut_nodes_bridges_and_reliabilities(map_: str) -> None:
    found = told("--graphml", map_, "--link-availability", "0.9", "--between", "oslo", "3")
    assert (found["nodes"], found["links"], found["parallel_links_merged"]) == (4, 4, 1)
    assert found["cut_nodes"] == ["Bodø (2)"]
    assert found["bridges"] == [["Bodø (2)", "Bodø (3)"]]
    assert found["all_terminal"] == pytest.approx(0.9 * (3 * 0.9**2 * 0.1 + 0.9**3), abs=1e-12)
    assert found["between"] == ["Oslo", "Bodø (3)"]
    assert found["two_terminal"] == pytest.approx(0.9 * (1 - 0.1 * (1 - 0.81)), abs=1e-12)
    assert found["two_terminal"] + found["two_terminal_lost"] == pytest.approx(1)


def test_without_an_availability_the_reliabilities_are_unknown_and_the_rest_is_told(map_: str) -> None:
    found = told("--graphml", map_)
    assert (found["all_terminal"], found["two_terminal"]) == (None, None)
    assert found["cut_nodes"] == ["Bodø (2)"]
    assert "UNKNOWN" in found["notes"][0]


def test_a_map_in_pieces_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "map.graphml"
    file.write_text('<graphml><graph><node id="a"/><node id="b"/></graph></graphml>', "utf-8")
    found = told("--graphml", str(file), "--link-availability", "0.9", "--between", "a", "b")
    assert (found["connected"], found["parts"]) == (False, [["a"], ["b"]])
    assert (found["all_terminal"], found["two_terminal"]) == (0.0, 0.0)
    screen = run("--graphml", str(file), "--link-availability", "0.9")
    assert "no: 2 parts" in screen.stdout
    assert "the map is not connected" in screen.stderr


def test_an_event_without_a_probability_leaves_it_unknown_with_bounds_and_ends_with_3(tmp_path: Path) -> None:
    file = tmp_path / "tree.xml"
    file.write_text(TREE.replace("<exponential>", "<!--").replace("</exponential>", "-->"), "utf-8")
    done = run("--open-psa", str(file), "-o", "json")
    found = json.loads(done.stdout)
    hold(done.stdout, "prove-fault-tree")
    assert done.exit_code == 3
    assert (found["p_top"], found["undeclared"], found["minimal_cut_sets"]) == (None, ["c"], 2)
    assert found["p_top_between"] == [pytest.approx(0.02), 1.0]
    assert "UNKNOWN, between 0.02 and 1" in run("--open-psa", str(file)).stdout


def test_the_screen_tells_the_same_in_words(tree: str, map_: str) -> None:
    shown = run("--open-psa", tree, "--mission-time", "1000").stdout
    for words in ("probability of the top", "minimal cut sets", "likeliest cut sets:", "what to mend first"):
        assert words in shown
    shown = run("--graphml", map_, "--link-availability", "0.9", "--between", "Oslo", "Bergen").stdout
    for words in ("cut nodes", "1: Bodø (2)", "bridges", "all reach each other", "Oslo – Bergen", "assumed:"):
        assert words in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--open-psa", "TREE", "--mission-time", "1", "--top", "tpo"), "did you mean `top`?"),
        (("--graphml", "MAP", "--between", "Olso", "Bergen"), "did you mean `Oslo`?"),
        (("--graphml", "MAP", "--between", "Oslo", "Bodø"), "name one by its id: `2`, `3`"),
        (("--top", "x"), "--open-psa FILE"),
        (("--between", "a", "b"), "--graphml FILE"),
        (("--open-psa", "TREE", "--graphml", "MAP"), "one file"),
        (("--open-psa", "TREE", "-o", "sarif"), "terminal"),
        (("--open-psa", "FOLDER"), "name a file"),
    ],
)
def test_a_bad_call_says_how_to_mend_it(
    arguments: tuple[str, ...], said: str, tree: str, map_: str, tmp_path: Path
) -> None:
    named = {"TREE": tree, "MAP": map_, "FOLDER": str(tmp_path)}
    fault = run(*(named.get(one, one) for one in arguments)).exception
    assert isinstance(fault, Stop)
    assert said in fault.hint


def test_a_faulty_file_is_told_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tree.xml"
    file.write_text(TREE.replace('name="a"/>', 'name="aa"/>'), "utf-8")
    fault = run("--open-psa", str(file), "--mission-time", "1").exception
    assert isinstance(fault, SpecError)
    assert f"{file}:2:34: PSA-006 the event `aa` is defined nowhere" in str(fault)


@pytest.mark.slow
def test_two_processes_with_other_hash_seeds_write_equal_bytes(tree: str, map_: str) -> None:
    for arguments in (
        ("--open-psa", tree, "--mission-time", "1000"),
        ("--graphml", map_, "--link-availability", "0.9"),
    ):
        written = {
            thabat("prove", *arguments, "-o", "json", variables={"PYTHONHASHSEED": seed}).stdout
            for seed in ("0", "1", "2")
        }
        assert len(written) == 1


@pytest.mark.slow
def test_hostile_files_end_with_2_and_a_sentence(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xml"
    bomb.write_text('<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>', "utf-8")
    deep = tmp_path / "deep.xml"
    deep.write_bytes(b"<graphml><graph>" + b"<node>" * 1_000_000)
    closed = tmp_path / "closed.xml"
    closed.write_bytes(
        b"<graphml><graph>" + b"<data>" * 500_000 + b"</data>" * 500_000 + b"</graph></graphml>"
    )
    for option in ("--open-psa", "--graphml"):
        for file in (bomb, deep, closed):
            ended = thabat("prove", option, str(file))
            assert ended.returncode == 2
            assert ended.stderr.count(str(file)) >= 1
            assert "Traceback" not in ended.stderr


def test_a_tree_that_is_too_hard_is_bounded_and_ends_with_3(
    tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resilience.fault_tree import failure_function
    from resilience.fault_tree.modules import Limits

    monkeypatch.setattr(failure_function, "Limits", lambda: Limits(first=1, most=1))
    done = run("--open-psa", tree, "--mission-time", "1000", "-o", "json")
    hold(done.stdout, "prove-fault-tree")
    found = json.loads(done.stdout)
    assert done.exit_code == 3
    assert (found["p_top"], found["minimal_cut_sets"]) == (None, None)
    least, most = found["p_top_between"]
    assert least <= 1 - 0.98 * 2.718281828459045**-0.1 <= most
    assert found["minimal_cut_sets_at_least"] == 2
    assert "UNKNOWN, 2 or more" in run("--open-psa", tree, "--mission-time", "1000").stdout
