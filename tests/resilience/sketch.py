"""Small estates for tests, written as the YAML would be."""

from typing import Any

from specs.model import Estate

BOX = {
    "device_type": {
        "manufacturer": "Example",
        "model": "Box",
        "power-ports": [{"name": "PSU1", "maximum_draw": 100}, {"name": "PSU2", "maximum_draw": 100}],
        "interfaces": [{"name": f"eth{n}", "type": "10gbase-x-sfpp"} for n in range(8)]
        + [{"name": "mgmt", "type": "1000base-t", "mgmt_only": True}],
    },
    "draw": "100 W",
}


def estate(**collections: Any) -> Estate:
    """An estate of those collections; every device that says no model is a box."""
    whole: dict[str, Any] = {
        "estate": {"title": "Sketch", "owner": "Test"},
        "models": {"box": BOX},
    } | collections
    whole["devices"] = {
        name: {"model": "box", "role": "server"} | device for name, device in whole.get("devices", {}).items()
    }
    return Estate.model_validate(whole)


def one_hall(**more: Any) -> dict[str, Any]:
    """One site with one room and one rack, fed by two PDUs on boards of their own, one utility behind
    both."""
    collections: dict[str, Any] = {
        "sites": {"a": {"role": "primary"}},
        "rooms": {"hall": {"site": "a", "purpose": "data-hall"}},
        "racks": {"r1": {"room": "hall"}, "r2": {"room": "hall"}},
        "power": {
            "grid": {"kind": "utility", "site": "a"},
            "board-a": {"kind": "switchboard", "site": "a", "path": "A", "inputs": [{"source": "grid"}]},
            "board-b": {"kind": "switchboard", "site": "a", "path": "B", "inputs": [{"source": "grid"}]},
            "pdu-a": {"kind": "pdu", "site": "a", "path": "A", "inputs": [{"source": "board-a"}]},
            "pdu-b": {"kind": "pdu", "site": "a", "path": "B", "inputs": [{"source": "board-b"}]},
        },
    }
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = (
            known | entries if isinstance(known, dict) and isinstance(entries, dict) else entries
        )
    return collections


def two_sites(**more: Any) -> dict[str, Any]:
    """Sites a and b with a room and a rack each, and a place u of users, all joined by circuits in a
    triangle."""
    collections: dict[str, Any] = {
        "sites": {"a": {"role": "primary"}, "b": {"role": "dr"}, "u": {"role": "pop"}},
        "rooms": {"ra": {"site": "a", "purpose": "data-hall"}, "rb": {"site": "b", "purpose": "data-hall"}},
        "racks": {"ka": {"room": "ra"}, "kb": {"room": "rb"}},
        "devices": {"da": {"rack": "ka"}, "db": {"rack": "kb"}},
        "platforms": {
            "pa": {"kind": "compute", "nodes": ["da"]},
            "pb": {"kind": "compute", "nodes": ["db"]},
        },
        "vendors": {"x": {"kind": "carrier"}, "y": {"kind": "carrier"}, "z": {"kind": "carrier"}},
        "hazards": {name: {"kind": "duct"} for name in ("d-ab", "d-au", "d-bu")},
        "circuits": {
            "ab": circuit("a", "b", "x", "d-ab"),
            "au": circuit("a", "u", "y", "d-au"),
            "bu": circuit("b", "u", "z", "d-bu"),
        },
    }
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = (
            known | entries if isinstance(known, dict) and isinstance(entries, dict) else entries
        )
    return collections


def circuit(a: str, b: str, carrier: str, *ducts: str, **more: Any) -> dict[str, Any]:
    """A circuit between two sites, 10 km through each duct."""
    return {
        "kind": "dci",
        "ends": [{"site": a}, {"site": b}],
        "carrier": carrier,
        "segments": [{"through": duct, "length": "10 km"} for duct in ducts],
    } | more
