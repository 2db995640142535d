import pytest
from pydantic import ValidationError

from specs.base import Element
from specs.bundled import bundled, find_estate
from specs.loading import load
from specs.model import ELEMENT_COLLECTIONS, Estate
from specs.phases import PLANNED_FIELDS
from tests.hash_seeds import same_output

SAYS_ALL = """
import hashlib, sys
from specs.bundled import find_estate
from specs.loading import load
from tests.specs.broken import cases, issues_of
for case in cases():
    sys.stdout.write(issues_of(case))
loaded = load(find_estate("starter"))
for moment in ("today", None):
    print(hashlib.sha256(loaded.estate.as_of(moment).model_dump_json().encode()).hexdigest(), loaded.digest)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled())
def test_every_element_reads_back_from_what_it_writes(name: str) -> None:
    estate = load(find_estate(name)).estate
    for _, element in estate.elements():
        written = element.model_dump(mode="json", by_alias=True, exclude_unset=True)
        assert type(element).model_validate(written) == element
    whole = estate.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert Estate.model_validate(whole) == estate


def test_an_element_is_found_by_its_collection_and_id() -> None:
    estate = load(find_estate("starter")).estate
    for collection, element in estate.elements():
        assert estate.element(f"{collection}/{element.id}") is element
        assert list(estate.collection(collection)) == sorted(estate.collection(collection))
    for reference in ("sites/nowhere", "nowhere/x", "estate/title", "sites", ""):
        assert estate.element(reference) is None


def test_every_collection_holds_elements_that_the_plan_can_change() -> None:
    for name in ELEMENT_COLLECTIONS:
        model = Estate.model_fields[name].annotation.__args__[1]  # type: ignore[union-attr]
        assert issubclass(model, Element)
        assert set(PLANNED_FIELDS) < set(model.model_fields)


def test_models_are_frozen() -> None:
    estate = load(find_estate("starter")).estate
    site = next(iter(estate.sites.values()))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(site, "role", "other")  # noqa: B010
    with pytest.raises(ValidationError, match="frozen"):
        setattr(estate, "sites", {})  # noqa: B010


@pytest.mark.slow
def test_what_is_said_does_not_depend_on_the_seed_of_hashes() -> None:
    assert len(same_output(SAYS_ALL, ("0", "1", "2"))) > 10_000
