"""The lists of controls: complete, in force, in words of our own, with the part that rules look at."""

import csv
from pathlib import Path

import pytest

from policies.frameworks import FRAMEWORKS
from policies.frameworks.catalogue import catalogue, control
from policies.rules import RULES
from policies.translating import arabic

CIS_SAFEGUARDS = (5, 7, 14, 12, 6, 8, 7, 12, 7, 7, 5, 8, 11, 9, 7, 14, 9, 5)
"""Of each of the 18 controls of version 8, in order: 153 in all, as CIS counts them."""

BEARING = {
    (reference.framework, id): rule.id
    for rule in RULES
    for reference in rule.references
    for id in reference.controls
}


@pytest.fixture(scope="session")
def lists(shared_data: Path) -> Path:
    return shared_data / "frameworks"


def test_every_nist_control_in_force_is_there_with_its_title_and_no_withdrawn_one(lists: Path) -> None:
    with (lists / "nist_800-53r5.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = catalogue("nist-800-53")
    assert {id: str(one.subject) for id, one in listed.controls.items()} == {
        row["id"]: row["title"] for row in rows if row["withdrawn"] == "False"
    }
    assert listed.withdrawn == {row["id"] for row in rows if row["withdrawn"] == "True"}


def test_every_csf_category_and_subcategory_is_there(lists: Path) -> None:
    with (lists / "nist_csf2.csv").open(encoding="utf-8", newline="") as file:
        ids = {row["id"] for row in csv.DictReader(file)}
    listed = catalogue("nist-csf")
    assert {*listed.controls, *listed.groups} == ids


def test_every_annex_a_control_is_there(lists: Path) -> None:
    assert (
        list(catalogue("iso-27001").controls) == (lists / "iso27001_2022_ids.txt").read_text("utf-8").split()
    )


def test_every_clause_of_iso_22301_is_there(lists: Path) -> None:
    listed = catalogue("iso-22301")
    assert {*listed.controls, *listed.groups} == {
        *(lists / "iso22301_2019_ids.txt").read_text("utf-8").split()
    }


def test_cis_safeguards_are_numbered_without_a_gap_and_as_many_as_cis_counts() -> None:
    wanted = [
        f"{number}.{one}" for number, count in enumerate(CIS_SAFEGUARDS, 1) for one in range(1, count + 1)
    ]
    assert list(catalogue("cis").controls) == wanted
    assert len(wanted) == 153


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_every_control_stands_in_a_group_and_has_a_subject_of_its_own(key: str) -> None:
    listed = catalogue(key)
    assert listed.controls
    subjects = [str(one.subject) for one in listed.controls.values()]
    assert all(subject.strip() and not subject.endswith(".") for subject in subjects)
    assert {one.group for one in listed.controls.values()} <= set(listed.groups)
    for group in listed.groups:
        assert listed.within(group), group


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_a_control_that_a_rule_bears_on_says_which_part_and_what_is_beyond_it(key: str) -> None:
    ids = {rule.id for rule in RULES}
    for one in catalogue(key).controls.values():
        if (key, one.id) in BEARING or set(one.rules) & ids:
            assert str(one.part), f"{one.key}: {BEARING.get((key, one.id))}"
        if str(one.part):
            assert str(one.beyond) != "All of it, as far as Thabat's own rules go."


def test_every_control_that_a_rule_names_is_one_of_the_list() -> None:
    for (framework, id), rule in BEARING.items():
        assert id in catalogue(framework).controls, f"{rule} names {framework} {id}"


def test_an_id_that_may_not_be_named_is_told_why() -> None:
    assert "withdrawn" in catalogue("nist-800-53").no_such("AC-2(10)")
    assert catalogue("nist-csf").no_such("PR.IR-3") == "did you mean `PR.IR-03`?"
    assert catalogue("iso-27001").no_such("A.6") == ""


def test_a_group_stands_for_what_is_in_it_and_for_nothing_that_only_begins_alike() -> None:
    assert [one.id for one in catalogue("cis").within("1")] == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert [one.id for one in catalogue("iso-22301").within("8.2")] == ["8.2.1", "8.2.2", "8.2.3"]
    assert {one.id for one in catalogue("nist-800-53").within("CP-9")} == {"CP-9"}
    assert control("nist-800-53", "CP-9(1)").group == "CP"


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_what_is_said_of_controls_has_its_arabic(key: str) -> None:
    listed = catalogue(key)
    said = [*listed.groups.values(), FRAMEWORKS[key].remark]
    for one in listed.controls.values():
        said += [one.subject, one.part, one.beyond]
    assert {str(sentence) for sentence in said if arabic(sentence) is None} == set()
