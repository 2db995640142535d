"""NetBox device types: whatever the library holds loads, and what is used of it is exact."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from specs import reading
from specs.device_type import DeviceType, interface_bandwidth

SMALLEST = {"manufacturer": "Maker", "model": "M1"}


def made(**fields: Any) -> DeviceType:
    return DeviceType.model_validate(
        {**SMALLEST, **{key.replace("_", "-"): value for key, value in fields.items()}}
    )


def ports(*draws: int | None) -> list[dict[str, Any]]:
    return [{"name": f"PS{number}", "maximum_draw": draw} for number, draw in enumerate(draws)]


def test_every_sample_of_the_library_says_the_same_as_a_yaml_1_1_reader_finds_in_it(
    shared_data: Path,
) -> None:
    samples = sorted((shared_data / "devicetypes").iterdir())
    assert len(samples) == 12
    for sample in samples:
        ours = DeviceType.model_validate(reading.plain(reading.read(sample.read_bytes(), "f", as_text=True)))
        theirs = yaml.safe_load(sample.read_bytes())
        assert ours == DeviceType.model_validate(theirs)
        for kind in ("interfaces", "power-ports", "power-outlets", "console-ports", "module-bays"):
            held = getattr(ours, kind.replace("-", "_"))
            assert [port.name for port in held] == [port["name"] for port in theirs.get(kind, ())]
        assert ours.u_height == theirs["u_height"]
        assert ours.is_full_depth is theirs["is_full_depth"]


def test_what_the_file_leaves_out_is_as_netbox_has_it_by_default() -> None:
    kind = made()
    assert (kind.u_height, kind.is_full_depth, kind.slug, kind.weight_kg) == (1.0, True, "", None)


def test_an_empty_key_is_as_if_absent() -> None:
    text = b"manufacturer: M\nmodel: X\ncomments:\ninterfaces:\nweight: ~\nu_height:\n"
    for as_text in (True, False):
        kind = DeviceType.model_validate(reading.plain(reading.read(text, "f", as_text=as_text)))
        assert kind == DeviceType(manufacturer="M", model="X")


def test_keys_that_a_later_netbox_adds_are_passed_over() -> None:
    kind = DeviceType.model_validate(
        {**SMALLEST, "exclude_from_utilization": True, "inventory-items": [{"x": 1}]}
    )
    assert kind == made()


def test_names_are_the_text_that_was_written() -> None:
    text = b"manufacturer: 3Com\nmodel: 8800\ninterfaces: [{name: 08, type: lag}, {name: 1e5}, {name: off}]\n"
    kind = DeviceType.model_validate(reading.plain(reading.read(text, "f", as_text=True)))
    assert kind.model == "8800"
    assert [port.name for port in kind.interfaces] == ["08", "1e5", "off"]


def test_carriage_returns_in_comments_do_not_keep_a_file_out() -> None:
    text = b'manufacturer: M\nmodel: X\ncomments: "one\\r\\ntwo"\n'
    assert reading.plain(reading.read(text, "f", as_text=True))["comments"] == "one\r\ntwo"


@pytest.mark.parametrize(("written", "height"), [("0.5", 0.5), ("12.5", 12.5), ("0", 0.0), (2, 2.0)])
def test_heights_may_be_halves_and_nothing(written: Any, height: float) -> None:
    assert DeviceType.model_validate({**SMALLEST, "u_height": written}).u_height == height


@pytest.mark.parametrize(
    ("weight", "unit", "kilograms"),
    [(10, "kg", 10.0), (1500, "g", 1.5), (100, "lb", 45.359237), (16, "oz", 0.45359237)],
)
def test_weight_is_told_in_kilograms(weight: float, unit: str, kilograms: float) -> None:
    kind = DeviceType.model_validate({**SMALLEST, "weight": weight, "weight_unit": unit})
    assert kind.weight_kg == pytest.approx(kilograms, abs=1e-12)


def test_a_weight_without_unit_is_unknown() -> None:
    assert DeviceType.model_validate({**SMALLEST, "weight": 10}).weight_kg is None


@pytest.mark.parametrize(("word", "truth"), [("yes", True), ("No", False), ("true", True), ("off", False)])
def test_yaml_1_1_words_of_truth_are_understood(word: str, truth: bool) -> None:
    assert DeviceType.model_validate({**SMALLEST, "is_full_depth": word}).is_full_depth is truth


def test_the_draw_is_that_of_the_strongest_inlets_that_carry_it() -> None:
    kind = made(power_ports=ports(800, 750, 800))
    assert (kind.greatest_draw(), kind.greatest_draw(2), kind.greatest_draw(3)) == (800, 1600, 2350)


def test_the_draw_is_unknown_where_too_few_inlets_say_it() -> None:
    assert made(power_ports=ports(None, None)).greatest_draw() is None
    assert made(power_ports=ports(800, None)).greatest_draw(2) is None
    assert made(module_bays=[{"name": "PS1"}]).greatest_draw() is None
    assert made(power_ports=ports(800)).greatest_draw(0) is None


def test_what_a_pdu_takes_in_it_passes_on() -> None:
    assert made(power_ports=ports(7000), power_outlets=[{"name": "1"}]).greatest_draw() is None


def test_supplies_are_counted_unless_they_come_in_bays() -> None:
    assert made(power_ports=ports(1, 1)).supply_count == 2
    assert made(module_bays=[{"name": "PS1"}], interfaces=[{"name": "e0"}]).supply_count is None
    assert made(front_ports=[{"name": "1"}], rear_ports=[{"name": "1"}]).supply_count == 0
    assert (
        DeviceType.model_validate(
            {**SMALLEST, "is_powered": False, "interfaces": [{"name": "e"}]}
        ).supply_count
        == 0
    )


@pytest.mark.parametrize(
    ("kind", "bandwidth"),
    [
        ("100base-tx", 1e8),
        ("10base-t1s", 1e7),
        ("2.5gbase-t", 2.5e9),
        ("400gbase-x-qsfpdd", 4e11),
        ("1.6tbase-x-osfp1600", 1.6e12),
        ("32gfc-sfp28", 25.6e9),
        ("sonet-oc48", 2488320000.0),
        ("infiniband-hdr", 2e11),
        ("e1", 2.048e6),
        ("virtual", None),
        ("ieee802.11ac", None),
        ("cisco-stackwise-480", None),
        ("gpon", None),
        ("", None),
    ],
)
def test_bandwidth_follows_from_the_type_of_an_interface(kind: str, bandwidth: float | None) -> None:
    assert interface_bandwidth(kind) == bandwidth


def test_ports_are_found_by_name_whatever_their_kind() -> None:
    kind = made(
        interfaces=[{"name": "eth0", "type": "25gbase-x-sfp28"}],
        console_server_ports=[{"name": "Port 1"}],
        power_ports=ports(1),
        rear_ports=[{"name": "R1"}],
    )
    assert set(kind.ports) == {"eth0", "Port 1", "PS0", "R1"}
    assert (kind.bandwidth("eth0"), kind.bandwidth("R1"), kind.bandwidth("none")) == (25e9, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("u_height", "tall"),
        ("u_height", -1),
        ("u_height", True),
        ("u_height", float("nan")),
        ("weight", 1e300),
        ("is_full_depth", "maybe"),
        ("model", ""),
        ("interfaces", "eth0"),
        ("interfaces", [{"type": "lag"}]),
        ("power-ports", [{"name": "P", "maximum_draw": "much"}]),
    ],
)
def test_what_is_used_must_be_right(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        DeviceType.model_validate({**SMALLEST, field: value})


def test_a_path_that_nobody_replaced_is_told_from_a_device_type() -> None:
    with pytest.raises(ValidationError, match="path of a NetBox device-type file"):
        TypeAdapter(DeviceType).validate_python("device-types/a.yaml")


def test_in_a_schema_a_device_type_is_the_path_of_its_file() -> None:
    assert TypeAdapter(DeviceType).json_schema()["type"] == "string"


def test_a_dump_reads_back_as_the_same(shared_data: Path) -> None:
    for sample in sorted((shared_data / "devicetypes").iterdir()):
        kind = DeviceType.model_validate(yaml.safe_load(sample.read_bytes()))
        assert DeviceType.model_validate(kind.model_dump()) == kind
        assert DeviceType.model_validate_json(kind.model_dump_json()) == kind
