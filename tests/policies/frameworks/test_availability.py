"""Availability classes: what power and cooling of a site show, by hand on the estate of the tests."""

import pytest

from policies.frameworks.availability import SiteAvailability, availability_by_site, with_sites
from policies.frameworks.evidence import Technical, evidence_by_control
from tests.policies.conftest import Amend, judged


def sites(amend: Amend, text: str = "") -> dict[str, SiteAvailability]:
    loaded = amend(text)
    estate = loaded.estate.as_of(None)
    return {one.site: one for one in availability_by_site(judged(loaded), estate)}


def criterion(site: SiteAvailability, id: str) -> tuple[Technical, tuple[str, ...]]:
    (one,) = [one for one in site.criteria if one.control.id == id]
    return one.technical, one.against


def test_the_sound_estate_is_supported_up_to_the_class_in_which_something_stands_against_it(
    amend: Amend,
) -> None:
    for site in sites(amend).values():
        looked_at = {one.control.id: one.technical for one in site.criteria}
        assert looked_at["1.2"] is looked_at["1.3"] is looked_at["3.5"] is looked_at["4.4"] is Technical.NONE
        assert site.supported == len(
            [
                number
                for number in range(1, 5)
                if all(site.of_class(n) is Technical.SUPPORTS for n in range(1, number + 1))
            ]
        )


def test_a_single_cord_takes_the_third_and_the_fourth_class(amend: Amend) -> None:
    main = sites(amend, "devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n")["main"]
    assert main.supported == 2
    assert criterion(main, "3.1")[0] is Technical.CONTRADICTS
    assert "power/main-pdu-1a" in criterion(main, "3.3")[1]
    assert "power/main-pdu-1a" in criterion(main, "4.1")[1]


@pytest.mark.parametrize(
    ("bypass", "technical"),
    [
        ("{bypass: true}", Technical.SUPPORTS),
        ("{bypass: false}", Technical.CONTRADICTS),
        ("{}", Technical.UNKNOWN),
    ],
)
def test_a_bypass_stands_in_for_maintenance_and_not_for_a_failure(
    amend: Amend, bypass: str, technical: Technical
) -> None:
    text = f"devices: {{main-srv-1a: {{feeds: [main-pdu-1a]}}}}\npower: {{main-pdu-1a: {bypass}}}\n"
    before = criterion(sites(amend)["main"], "3.3")
    main = sites(amend, text)["main"]
    found, against = criterion(main, "3.3")
    assert before[0] is Technical.SUPPORTS
    assert ("power/main-pdu-1a" in against) is (technical is not Technical.SUPPORTS)
    assert "power/main-pdu-1a" in criterion(main, "4.1")[1]
    assert found in (technical, Technical.CONTRADICTS)


def test_a_finding_of_one_site_says_nothing_of_another(amend: Amend) -> None:
    found = sites(amend, "power: {main-ups-a: {modules: {installed: 1, needed: 1}}}\n")
    before = sites(amend)
    assert criterion(found["dr"], "2.1") == criterion(before["dr"], "2.1")


def test_evidence_of_the_criteria_counts_what_was_worked_out(amend: Amend) -> None:
    loaded = amend("devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n")
    estate, judgement = loaded.estate.as_of(None), judged(loaded)
    plain = evidence_by_control(judgement, estate, frameworks=("availability-classes",))
    counted = with_sites(plain, availability_by_site(judgement, estate))
    technical = {one.control.id: one.technical for one in counted}
    assert {one.control.id: one.technical for one in plain}["4.1"] is Technical.NONE
    assert technical["4.1"] is Technical.CONTRADICTS
    assert technical["1.2"] is Technical.NONE


def test_an_undeclared_fact_of_power_leaves_unknown_what_nothing_contradicts(amend: Amend) -> None:
    main = sites(amend, "devices: {main-srv-1a: {feeds: []}}\n")["main"]
    assert criterion(main, "4.1")[0] is not Technical.SUPPORTS
