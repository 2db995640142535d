"""What was seen is laid over what is declared; what nobody saw is in doubt, what cannot be is not taken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from policies.layers.overlay import Overlay, laid_over
from specs.loading import load
from specs.model import Estate
from specs.observed import Look, ObservedElement, SeenFact
from tests.policies.conftest import BASE

LOOK = Look(date(2026, 10, 1), "s.csv", "Ana")
SINCE = date(2026, 5, 1)


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(BASE).estate.as_of(None)


def seen(reference: str, look: Look = LOOK, **fields: Any) -> ObservedElement:
    facts = {name: SeenFact(value, str(value), look) for name, value in fields.items()}
    return ObservedElement(reference, look, present=True, facts=facts)


def absent(reference: str) -> ObservedElement:
    return ObservedElement(reference, LOOK, present=False)


def laid(estate: Estate, *elements: ObservedElement) -> Overlay:
    return laid_over(estate, elements, SINCE)


def doubts(overlay: Overlay, *paths: tuple[str, ...]) -> list[str | None]:
    return [None if (doubt := overlay.doubt(path)) is None else str(doubt) for path in paths]


def test_without_a_look_the_declared_estate_stands_and_all_of_it_is_in_doubt(estate: Estate) -> None:
    overlay = laid(estate)
    assert overlay.estate is estate
    assert doubts(
        overlay,
        ("devices", "main-srv-1a", "feeds"),
        ("power", "main-pdu-1a", "inputs"),
        ("services", "registry", "tier"),
        ("models", "server", "draw"),
    ) == [
        "nobody has looked at devices/main-srv-1a",
        "nobody has looked at power/main-pdu-1a",
        None,
        None,
    ]


def test_what_was_seen_as_declared_is_vouched_for_and_changes_nothing(estate: Estate) -> None:
    overlay = laid(estate, seen("devices/main-srv-1a", rack="main-r1", feeds=("main-pdu-1b", "main-pdu-1a")))
    assert (overlay.estate, overlay.differing) == (estate, ())
    assert doubts(overlay, ("devices", "main-srv-1a", "feeds"), ("devices", "main-srv-1a", "serial")) == [
        None,
        "nobody has looked at the `serial` of devices/main-srv-1a",
    ]


def test_a_device_that_moved_stands_where_it_was_seen_and_at_no_unit_that_nobody_told(
    estate: Estate,
) -> None:
    overlay = laid(estate, seen("devices/main-srv-1a", rack="main-r2"))
    moved = overlay.estate.devices["main-srv-1a"]
    assert (moved.rack, moved.position, moved.serial) == ("main-r2", None, "SRV-main-1a")
    assert overlay.differing == (
        ("devices", "main-srv-1a", "position"),
        ("devices", "main-srv-1a", "rack"),
    )


def test_two_looks_that_physics_refuses_together_are_not_taken_and_say_so(estate: Estate) -> None:
    overlay = laid(
        estate,
        seen("devices/main-srv-1a", rack="main-r1", position=12),
        seen("devices/dr-srv-1a", rack="dr-r1", position=20),
    )
    assert overlay.estate.devices["main-srv-1a"].position == 10
    assert overlay.estate.devices["dr-srv-1a"].position == 20
    assert overlay.refused
    (told,) = doubts(overlay, ("devices", "main-srv-1a", "rack"))
    assert told is not None
    assert told.startswith("what was seen of devices/main-srv-1a cannot stand together with the rest")


def test_what_was_not_found_is_taken_out_with_its_cables_and_places_among_nodes(estate: Estate) -> None:
    overlay = laid(estate, absent("devices/main-srv-1a"))
    assert "main-srv-1a" in {node for one in estate.platforms.values() for node in one.nodes}
    assert "main-srv-1a" not in overlay.estate.devices
    assert "main-srv-1a" not in {node for one in overlay.estate.platforms.values() for node in one.nodes}
    assert set(estate.cables) - set(overlay.estate.cables) == {"main-1a-0", "main-1a-1"}
    assert doubts(overlay, ("devices", "main-srv-1a", "feeds")) == [
        "devices/main-srv-1a was not found (s.csv, Ana, 2026-10-01)"
    ]


def test_what_others_cannot_do_without_stays_and_is_in_doubt(estate: Estate) -> None:
    overlay = laid(estate, absent("racks/main-r1"))
    assert "main-r1" in overlay.estate.racks
    assert doubts(overlay, ("racks", "main-r1", "feeds")) == [
        "racks/main-r1 was not found (s.csv, Ana, 2026-10-01)"
    ]


def test_a_pdu_that_was_not_found_feeds_nothing(estate: Estate) -> None:
    overlay = laid(estate, absent("power/main-pdu-1b"))
    assert overlay.estate.devices["main-srv-1a"].feeds == ("main-pdu-1a",)
    assert overlay.estate.racks["main-r1"].feeds == ("main-pdu-1a",)


@pytest.mark.parametrize("day", [date(2026, 4, 30), date(2026, 5, 1)])
def test_a_look_before_the_day_from_which_looks_count_is_no_look(estate: Estate, day: date) -> None:
    old = Look(day, "old.csv", "Ana")
    overlay = laid(estate, seen("devices/main-srv-1a", old, rack="main-r2"))
    counts = day >= SINCE
    assert (overlay.estate.devices["main-srv-1a"].rack == "main-r2") is counts
    assert (doubts(overlay, ("devices", "main-srv-1a", "rack")) == [None]) is counts


def test_a_field_is_as_old_as_the_look_that_saw_it(estate: Estate) -> None:
    facts: Mapping[str, SeenFact] = {
        "rack": SeenFact("main-r1", "main-r1", LOOK),
        "feeds": SeenFact(("main-pdu-1a",), "main-pdu-1a", Look(date(2025, 1, 1), "old.csv", "Ana")),
    }
    overlay = laid(estate, ObservedElement("devices/main-srv-1a", LOOK, present=True, facts=facts))
    assert overlay.estate.devices["main-srv-1a"].feeds == ("main-pdu-1a", "main-pdu-1b")
    assert doubts(overlay, ("devices", "main-srv-1a", "feeds")) == [
        "nobody has looked at devices/main-srv-1a feeds since 2025-01-01"
    ]


def test_a_name_that_nobody_declared_is_not_taken_over(estate: Estate) -> None:
    facts = {"rack": SeenFact("x-99", "x-99", LOOK, named=False)}
    overlay = laid(estate, ObservedElement("devices/main-srv-1a", LOOK, present=True, facts=facts))
    assert overlay.estate == estate
    assert doubts(overlay, ("devices", "main-srv-1a", "rack")) == [
        "`rack` of devices/main-srv-1a was seen as x-99, which nobody declared (s.csv, Ana, 2026-10-01)"
    ]


def test_a_room_alone_says_which_rack_it_is_not(estate: Estate) -> None:
    overlay = laid(estate, seen("devices/main-srv-1a", room="dr-hall"))
    assert overlay.estate == estate
    (told,) = doubts(overlay, ("devices", "main-srv-1a", "rack"))
    assert told is not None
    assert told.startswith("devices/main-srv-1a was seen in rooms/dr-hall, and its `rack` was not told")


def test_what_nobody_declared_is_laid_nowhere(estate: Estate) -> None:
    overlay = laid(estate, seen("devices/stranger", rack="main-r1"))
    assert overlay.estate is estate
    assert "devices/stranger" in overlay.elements


def test_a_value_that_the_format_refuses_is_told_and_not_taken(estate: Estate) -> None:
    overlay = laid(estate, seen("devices/main-srv-1a", position=-3))
    assert overlay.estate == estate
    assert doubts(overlay, ("devices", "main-srv-1a", "position")) == [
        "what was seen of devices/main-srv-1a is nothing that the format knows"
    ]


def test_the_order_of_what_was_seen_does_not_matter(estate: Estate) -> None:
    elements = [
        seen("devices/main-srv-1a", rack="main-r1", position=12),
        seen("devices/main-srv-2a", rack="main-r1", position=12),
        absent("devices/dr-srv-1a"),
    ]
    assert laid(estate, *elements) == laid(estate, *reversed(elements))
