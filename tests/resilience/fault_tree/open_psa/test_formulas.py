"""Every operator of the format, nested, by its truth table; gates by reference, transfers, scopes, tops."""

from collections.abc import Callable

import pytest

from tests.resilience.fault_tree.brute_force import holds, states
from tests.resilience.fault_tree.open_psa.writing import ABC, compiled, gate, read

A, B, C = (f'<basic-event name="{name}"/>' for name in "abc")


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (f"<and>{A}{B}{C}</and>", lambda a, b, c: a and b and c),
        (f"<or>{A}{B}{C}</or>", lambda a, b, c: a or b or c),
        (f"<not>{A}</not>", lambda a, b, c: not a),
        (f"<nand>{A}{B}</nand>", lambda a, b, c: not (a and b)),
        (f"<nor>{A}{B}</nor>", lambda a, b, c: not (a or b)),
        (f"<xor>{A}{B}</xor>", lambda a, b, c: a != b),
        (f"<xor>{A}{B}{C}</xor>", lambda a, b, c: (a + b + c) % 2 == 1),
        (f"<iff>{A}{B}</iff>", lambda a, b, c: a == b),
        (f"<iff>{A}{B}{C}</iff>", lambda a, b, c: (a == b) == c),
        (f"<imply>{A}{B}</imply>", lambda a, b, c: not a or b),
        (f'<atleast min="2">{A}{B}{C}</atleast>', lambda a, b, c: a + b + c >= 2),
        (f'<cardinality min="1" max="2">{A}{B}{C}</cardinality>', lambda a, b, c: 1 <= a + b + c <= 2),
        (f'<cardinality min="0" max="0">{A}{B}{C}</cardinality>', lambda a, b, c: not (a or b or c)),
        (
            f"<or><and>{A}<not><or>{B}{C}</or></not></and><xor>{B}{C}</xor></or>",
            lambda a, b, c: (a and not (b or c)) or b != c,
        ),
        (f'<and>{A}<constant value="true"/></and>', lambda a, b, c: a),
        (f'<or>{A}<constant value="false"/></or>', lambda a, b, c: a),
        (f'<and>{A}<house-event name="h"/></and>', lambda a, b, c: a),
        (f'<and>{A}<house-event name="off"/></and>', lambda a, b, c: False),
        ('<event name="a"/>', lambda a, b, c: a),
        ('<event name="h" type="house-event"/>', lambda a, b, c: True),
    ],
)
def test_an_operator_means_what_the_format_says(formula: str, wanted: Callable[..., bool]) -> None:
    house = '<define-house-event name="h"><constant value="true"/></define-house-event>'
    tree = gate(formula, ABC + house + '<define-house-event name="off"/>')
    for state in states("abc"):
        row = [name in state for name in "abc"]
        assert holds(tree.gates["top"], state) == bool(wanted(*row))


def test_a_label_and_attributes_stand_beside_a_formula() -> None:
    aside = '<label>The top</label><attributes><attribute name="x" value="1"/></attributes>'
    tree = gate(f"{aside}<or>{A}{B}</or>")
    assert compiled(tree).probability(tree.chances) == pytest.approx(0.28)


def test_gates_transfer_between_trees() -> None:
    tree = read(
        '<define-fault-tree name="one"><define-gate name="top"><or><gate name="other"/>'
        '<basic-event name="a"/></or></define-gate></define-fault-tree><define-fault-tree name="two">'
        f'<define-gate name="other"><and>{B}{C}</and></define-gate></define-fault-tree>'
        f"<model-data>{ABC}</model-data>"
    )
    assert tree.tops == ("top",)
    assert compiled(tree).minimal_cut_set_count() == 2
    assert compiled(tree).probability(tree.chances) == pytest.approx(1 - 0.9 * (1 - 0.06))


def test_private_events_of_two_components_are_two_and_are_named_by_their_path() -> None:
    component = (
        '<define-component name="{0}" role="private"><define-gate name="g"><or><basic-event name="e"/>{1}'
        '</or></define-gate><define-basic-event name="e"><float value="0.5"/></define-basic-event>'
        "</define-component>"
    )
    tree = read(
        '<define-fault-tree name="t"><define-gate name="top"><and><gate name="p.g"/><gate name="t.q.g"/>'
        f"</and></define-gate>{component.format('p', A)}{component.format('q', B)}</define-fault-tree>"
        f"<model-data>{ABC}</model-data>"
    )
    found = compiled(tree)
    assert found.support == ("a", "b", "t.p.e", "t.q.e")
    assert found.probability(tree.chances) == pytest.approx((1 - 0.5 * 0.9) * (1 - 0.5 * 0.8))


def test_an_event_may_be_declared_in_the_tree_and_given_its_value_among_the_data() -> None:
    tree = read(
        '<define-fault-tree name="t"><define-gate name="top"><basic-event name="a"/></define-gate>'
        f'<define-basic-event name="a"/></define-fault-tree><model-data>{ABC}</model-data>'
    )
    assert (tree.chances["a"], tree.undeclared) == (0.1, ())


def test_an_event_without_a_probability_is_named_as_undeclared() -> None:
    tree = gate(f"<or>{A}{B}</or>", '<define-basic-event name="a"/><define-basic-event name="b"/>')
    assert tree.undeclared == ("a", "b")


def test_of_several_tops_the_natural_one_is_called_so_or_has_most_below_it() -> None:
    def tops(*names: str) -> str:
        small, large = names
        return read(
            f'<define-fault-tree name="t"><define-gate name="{small}"><or>{A}</or></define-gate>'
            f'<define-gate name="{large}"><or>{A}{B}</or></define-gate></define-fault-tree>'
            f"<model-data>{ABC}</model-data>"
        ).natural_top()

    assert tops("g1", "g2") == "g2"
    assert tops("Top", "g2") == "Top"
    assert tops("t", "g2") == "t"


def test_a_chain_of_ten_thousand_gates_is_no_trouble() -> None:
    gates = "".join(
        f'<define-gate name="g{number}"><or><gate name="g{number + 1}"/><basic-event name="a"/></or>'
        "</define-gate>"
        for number in range(10_000)
    )
    tree = read(
        f'<define-fault-tree name="t">{gates}<define-gate name="g10000">{B}</define-gate>'
        f"</define-fault-tree><model-data>{ABC}</model-data>"
    )
    found = compiled(tree)
    assert (found.support, found.minimal_cut_set_count()) == (("a", "b"), 2)
