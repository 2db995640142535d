"""The catalogue as such: ids, words, controls that exist, figures, reference pages that are current."""

import csv
from pathlib import Path

import pytest
import yaml

from policies.frameworks import FRAMEWORKS
from policies.reference import reference
from policies.rule import Rule, rule
from policies.rules import RULES
from specs.findings import Severity
from specs.model import Estate
from specs.units import format_quantity, parse_quantity

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "rules"
UNLISTED = "cis"
"""Its safeguards are in no list that may be shipped or read here."""


@pytest.fixture(scope="session")
def listed_controls(shared_data: Path) -> dict[str, set[str]]:
    folder = shared_data / "frameworks"
    with (folder / "nist_800-53r5.csv").open(encoding="utf-8", newline="") as file:
        nist = {row["id"] for row in csv.DictReader(file) if row["withdrawn"] == "False"}
    with (folder / "nist_csf2.csv").open(encoding="utf-8", newline="") as file:
        csf = {row["id"] for row in csv.DictReader(file)}
    return {
        "nist-800-53": nist,
        "nist-csf": csf,
        "iso-27001": set((folder / "iso27001_2022_ids.txt").read_text("utf-8").split()),
        "iso-22301": set((folder / "iso22301_2019_ids.txt").read_text("utf-8").split()),
    }


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_every_control_that_a_rule_names_exists_and_is_in_force(
    one: Rule, listed_controls: dict[str, set[str]]
) -> None:
    assert one.references
    for reference_made in one.references:
        assert reference_made.framework in FRAMEWORKS
        if reference_made.framework != UNLISTED:
            assert set(reference_made.controls) <= listed_controls[reference_made.framework]


def test_ids_are_in_order_and_each_is_given_once() -> None:
    ids = [one.id for one in RULES]
    assert ids == sorted(set(ids), key=lambda name: (name.split("-")[0], name))
    assert len({one.slug for one in RULES}) == len(RULES)


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_every_rule_says_what_why_and_how_to_mend(one: Rule) -> None:
    for words in (one.title, one.rationale, one.remediation, one.scope, one.bad, one.good):
        assert words.strip()
    assert len(one.title) <= 110
    assert not one.title.endswith(".")


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
@pytest.mark.parametrize("which", ["bad", "good"])
def test_the_examples_are_yaml_of_the_estates_collections(one: Rule, which: str) -> None:
    example = yaml.safe_load(getattr(one, which))
    assert set(example) <= set(Estate.model_fields)


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_every_figure_says_where_it_comes_from_and_reads_back_as_shown(one: Rule) -> None:
    for parameter in one.parameters:
        assert parameter.source
        assert parameter.meaning
        if parameter.dimension is not None:
            assert isinstance(parameter.default, float)
            assert parse_quantity(parameter.shown, parameter.dimension) == parameter.default
            assert parameter.shown == format_quantity(parameter.default, parameter.dimension)


def test_the_reference_pages_are_what_the_command_writes() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == dict(reference(RULES)), "run: thabat rules pages docs/reference/rules"


@pytest.mark.parametrize(("name", "slug"), [("pwr-001", "dual"), ("PWR-1", "dual"), ("PWR-001", "Dual feed")])
def test_a_misspelt_rule_id_is_refused_at_once(name: str, slug: str) -> None:
    with pytest.raises(ValueError, match="is no rule id"):
        rule(name, slug, severity=Severity.LOW, title="T", rationale="R", remediation="M", references=())
