"""What is wrong with a file is told at its place, in a sentence, whatever anybody put into it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.fault_tree import open_psa
from resilience.fault_tree.open_psa.elements import DEEPEST
from resilience.fault_tree.open_psa.issue_codes import MODEL_CODES
from resilience.fault_tree.open_psa.reader import read_fault_tree
from specs.importing.issue_codes import IMPORT_CODES
from specs.issue_codes import CODES
from specs.issues import SpecError
from tests.resilience.fault_tree.open_psa.writing import ABC, gate, read

HOW_TO = Path(__file__).parents[4] / "docs" / "how-to" / "prove.md"


def refused(data: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        read_fault_tree(data, "model.xml")
    assert all(issue.code in MODEL_CODES for issue in caught.value.issues)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "model.xml:1:1: PSA-001 not XML: no element found"),
        (b"<opsa-mef>\n  <define-fault-tree", "model.xml:2:3: PSA-001 not XML"),
        (b"\x00\x01", "model.xml:1:1: PSA-001"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>', "model.xml:1:13: PSA-002"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "PSA-002"),
        (b"<opsa-mef>" + b"<and>" * 1_000_000, f"PSA-003 elements lie more than {DEEPEST} deep"),
        (b"<opsa-mef>" + b"<a/>" * 500_001, "PSA-003 the file holds more than 500,000 elements"),
        (b" " * 16_000_001, "PSA-003 the file is larger than 16 MB"),
        (b"<html/>", "model.xml:1:1: PSA-004 the file begins with <html>"),
        (b"<opsa-mef/>", "model.xml:1:1: PSA-004 the file defines no gate"),
        (b'<opsa-mef><define-event-tree name="e"/></opsa-mef>', "no gate (event trees are not read"),
        (
            b'<opsa-mef><define-fault-tree name="t"/>\n<define-fault-tree name="t"/></opsa-mef>',
            "model.xml:2:1: PSA-005 <define-fault-tree> `t` stands in line 1 too",
        ),
        (b'<opsa-mef>\n <include file="/etc/passwd"/></opsa-mef>', "model.xml:2:2: PSA-011 other files"),
        (b"<opsa-mef><define-substitution/></opsa-mef>", "PSA-011 substitutions"),
        (b"<opsa-mef><define-gat/></opsa-mef>", "did you mean `define-gate`?"),
    ],
)
def test_a_file_that_is_no_model_is_refused(data: bytes, said: str) -> None:
    assert said in refused(data)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ('<gate name="tpo"/>', "1:63: PSA-006 the gate `tpo` is defined nowhere (did you mean `top`?)"),
        ('<basic-event name="d"/>', "the basic-event `d` is defined nowhere"),
        ('<event name="d"/>', "the event `d` is defined nowhere"),
        ('<house-event name="a"/>', "`a` is a basic-event (line 1), no house-event (write <basic-event …>)"),
        ("<gate/>", "<gate> names nothing"),
        ("", "the gate `top` has 0 formulas where one belongs"),
        ('<event name="a"/><event name="b"/>', "the gate `top` has 2 formulas"),
        ("<and/>", "<and> has 0 inputs where 1 or more belong"),
        ('<not><event name="a"/><event name="b"/></not>', "<not> has 2 inputs where 1 belong"),
        ('<imply><event name="a"/></imply>', "<imply> has 1 inputs where 2 belong"),
        ('<xor><event name="a"/></xor>', "<xor> has 1 inputs where 2 or more belong"),
        ('<atleast min="2"><event name="a"/></atleast>', "<atleast> wants 2 of 1 inputs"),
        ('<atleast><event name="a"/></atleast>', "<atleast> has min=``"),
        ('<atleast min="-1"><event name="a"/></atleast>', "<atleast> has min=`-1`"),
        ('<cardinality min="1" max="2"><event name="a"/></cardinality>', "no such number among 1 inputs"),
        ('<adn><event name="a"/></adn>', "<adn> is no formula (did you mean `and`?)"),
        ('<constant value="perhaps"/>', "neither true nor false"),
    ],
)
def test_a_faulty_formula_is_told_at_its_place(formula: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        gate(formula)
    assert said in str(caught.value)
    assert all(issue.location is not None for issue in caught.value.issues)


def test_all_faults_of_a_stage_are_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        gate('<or><gate name="x"/></or></define-gate><define-gate name="other"><gate name="y"/>')
    assert [issue.message[:13] for issue in caught.value.issues] == ["the gate `x` ", "the gate `y` "]


def test_gates_in_a_circle_are_told_in_its_order() -> None:
    with pytest.raises(SpecError) as caught:
        read(
            '<define-fault-tree name="t"><define-gate name="top"><gate name="x"/></define-gate>\n'
            '<define-gate name="x"><or><gate name="y"/></or></define-gate>\n'
            '<define-gate name="y"><not><gate name="x"/></not></define-gate></define-fault-tree>'
        )
    (issue,) = caught.value.issues
    assert (issue.code, issue.location and issue.location.line) == ("PSA-013", 2)
    assert issue.message == "gates depend on themselves: x → y → x"


def test_parameters_in_a_circle_are_told() -> None:
    with pytest.raises(SpecError, match="parameters depend on themselves: p → p"):
        gate('<event name="a"/>', ABC + '<define-parameter name="p"><parameter name="p"/></define-parameter>')


def test_two_definitions_of_one_name_are_told_with_both_places() -> None:
    with pytest.raises(SpecError, match="PSA-005 the basic-event `a` stands in line 1 too"):
        gate('<event name="a"/>', ABC + "\n" + ABC)


def test_events_of_two_kinds_cannot_have_one_name() -> None:
    with pytest.raises(SpecError, match="PSA-005 `a` is a basic-event in line 1 already"):
        gate('<event name="a"/>', ABC + '\n<define-house-event name="a"/>')


def test_what_hangs_on_an_unused_parameter_without_a_value_is_told_only_where_it_is_used() -> None:
    data = '<define-parameter name="p"><div><int value="1"/><int value="0"/></div></define-parameter>'
    assert gate('<event name="a"/>', ABC + data).chances["a"] == 0.1
    used = '<define-basic-event name="d"><parameter name="p"/></define-basic-event>'
    with pytest.raises(SpecError, match="`div` has no value here"):
        gate('<event name="d"/>', data + used)


def test_event_trees_are_noted_as_not_read() -> None:
    tree = read(
        '<define-event-tree name="e"/><define-fault-tree name="t"><define-gate name="top"><event name="a"/>'
        f"</define-gate></define-fault-tree><model-data>{ABC}</model-data>"
    )
    assert tree.notes == ("event trees are not read: figures are of the fault tree alone",)


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 30))
def test_no_damage_to_a_file_makes_anything_but_a_tree_or_issues(
    noise: bytes, start: int, length: int
) -> None:
    whole = (
        b'<opsa-mef><define-fault-tree name="t"><define-gate name="top"><atleast min="1"><event name="a"/>'
        b'<event name="b"/></atleast></define-gate></define-fault-tree><model-data>' + ABC.encode()
    ) + b"</model-data></opsa-mef>"
    try:
        tree = read_fault_tree(whole[:start] + noise + whole[start + length :], "model.xml")
    except SpecError as fault:
        assert fault.issues  # noqa: PT017
    else:
        assert tree.gates


def test_every_code_is_explained_used_and_in_the_how_to() -> None:
    used = {
        code
        for path in Path(open_psa.__path__[0]).glob("*.py")
        if path.name != "issue_codes.py"
        for code in re.findall(r'"([A-Z]+-[0-9]{3})"', path.read_text("utf-8"))
    }
    assert used == set(MODEL_CODES)
    assert not set(MODEL_CODES) & (set(CODES) | set(IMPORT_CODES))
    rows = re.findall(r"^\| ([A-Z]+-[0-9]{3}) \| (.*) \| (.*) \|$", HOW_TO.read_text("utf-8"), re.MULTILINE)
    assert rows == [(code, one.means, one.mending) for code, one in MODEL_CODES.items()]
