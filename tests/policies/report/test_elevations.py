import pytest

from policies.report.elevations import UNIT, elevations, total
from specs.model import Estate


def estate(**devices: dict[str, object]) -> Estate:
    kind = {
        "manufacturer": "M",
        "model": "X",
        "u_height": 2,
        "power-ports": [{"name": "p", "maximum_draw": 300}],
    }
    return Estate.model_validate(
        {
            "estate": {"title": "T", "owner": "O"},
            "sites": {"s": {"role": "primary"}},
            "rooms": {"hall": {"site": "s", "purpose": "data-hall"}},
            "racks": {"r": {"room": "hall", "units": 10, "power_limit": "1 kW"}},
            "models": {"x": {"device_type": kind}},
            "devices": {
                key: {"model": "x", "role": "server", "rack": "r", **rest} for key, rest in devices.items()
            },
        }
    )


def test_a_device_is_drawn_from_its_lowest_unit_upwards() -> None:
    (room,) = elevations(estate(bottom={"position": 1}, top={"position": 9}))
    (rack,) = room.racks
    assert {slot.device: slot.y for slot in rack.slots} == {"bottom": 8 * UNIT, "top": 0.0}
    assert rack.used == 4


def test_what_has_no_position_stands_beside_the_units() -> None:
    (room,) = elevations(estate(pdu={}))
    assert room.racks[0].beside == ("pdu",)
    assert room.racks[0].slots == ()


@pytest.mark.parametrize(("draw", "watts"), [("100 W", 100.0), (None, 300.0)])
def test_planned_power_is_the_devices_own_else_its_types(draw: str | None, watts: float) -> None:
    found = estate(one={"position": 1} | ({"draw": draw} if draw else {}))
    assert total(found, found.devices.values()) == watts
