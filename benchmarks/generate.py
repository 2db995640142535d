"""Estates of any size, the same for the same seed, mixed as real ones are: two sites, halls, racks, services.

python -m benchmarks.generate 10000 FOLDER [SEED]
"""

import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from specs.importing.emitting import emit
from specs.importing.folder import lay_down

Body = dict[str, Any]
Content = dict[str, dict[str, Body]]

RACKS_IN_A_HALL: Final = 20
RACKS_IN_A_CLUSTER: Final = 8
SERVICES_IN_A_ROW: Final = 3
SMALLEST: Final = 400
"""Fewer elements make no estate with two sites."""

_SERVER: Final = """\
manufacturer: Bench
model: Server
slug: bench-server
u_height: 1
is_full_depth: true
weight: 18
weight_unit: kg
power-ports: [{name: PSU1, maximum_draw: 800}, {name: PSU2, maximum_draw: 800}]
interfaces:
  - {name: eth0, type: 25gbase-x-sfp28}
  - {name: eth1, type: 25gbase-x-sfp28}
  - {name: bmc, type: 1000base-t, mgmt_only: true}
"""
_LEAF: Final = """\
manufacturer: Bench
model: Leaf
slug: bench-leaf
u_height: 1
is_full_depth: true
power-ports: [{name: PSU1, maximum_draw: 400}, {name: PSU2, maximum_draw: 400}]
interfaces:
""" + "".join(f"  - {{name: swp{number}, type: 25gbase-x-sfp28}}\n" for number in range(1, 49))
_MODELS: Final = {
    "server-a": ("bench-server", "420 W", 64),
    "server-b": ("bench-server", "560 W", 96),
    "leaf": ("bench-leaf", "220 W", 0),
}


def generate(elements: int, seed: int = 1, services: int | None = None) -> dict[str, bytes]:
    """The files of an estate with exactly that many elements, by name; with `services`, of so many
    services on top of that many other elements (their workloads and data are not counted either)."""
    if elements < SMALLEST:
        raise ValueError(f"an estate has at least {SMALLEST} elements")
    content = _sized(elements, seed) if services is None else _with_services(elements, seed, services)
    files = {f"{name}.yaml": emit(held).encode() for name, held in sorted(content.items())}
    files["estate.yaml"] = emit({"estate": _header()}).encode()
    return files | {
        "device-types/bench-server.yaml": _SERVER.encode(),
        "device-types/bench-leaf.yaml": _LEAF.encode(),
    }


def _with_services(elements: int, seed: int, services: int) -> dict[str, Content]:
    racks = 2
    while _count(bare := _estate(racks, seed, 0)) < elements:
        racks += max(2, (elements - _count(bare)) // 60 * 2)
    while _count(_estate(racks, seed, 0)) > elements:
        racks -= 2
    content = _estate(racks, seed, services)
    _fill(content, elements - _count(_estate(racks, seed, 0)))
    by_collection = {f"services-{name}": {name: held} for name, held in content.pop("services").items()}
    return content | by_collection


def _fill(content: dict[str, Content], missing: int) -> None:
    for number in range(missing):
        content["networks"]["networks"][f"spare-{number:04}"] = {
            "kind": "lan",
            "site": "main",
            "prefix": f"fd00:2:{number:x}::/64",
        }


def _sized(elements: int, seed: int) -> dict[str, Content]:
    racks = 2
    while _count(_estate(racks + 2, seed)) <= elements and racks < elements:
        racks += max(2, (elements - _count(_estate(racks, seed))) // 60 * 2)
    while _count(_estate(racks, seed)) > elements:
        racks -= 2
    content = _estate(racks, seed)
    _fill(content, elements - _count(content))
    return content


def write(folder: Path, elements: int, seed: int = 1, services: int | None = None) -> None:
    """The estate as files in that folder."""
    lay_down(folder, generate(elements, seed, services))


def _count(content: Mapping[str, Content]) -> int:
    return sum(len(held) for collections in content.values() for held in collections.values())


def _header() -> Body:
    return {
        "title": {"en": "Generated estate", "ar": "منشأة مولدة"},
        "owner": "Benchmark",
        "languages": ["en", "ar"],
        "judged_on": "2026-11-01",
        "phases": [
            {"id": "phase-1", "starts": "2027-01-01", "ends": "2027-12-31", "steps": [{"id": "racks"}]},
            {"id": "phase-2", "starts": "2028-01-01", "ends": "2028-12-31"},
        ],
    }


def _estate(racks: int, seed: int, services: int | None = None) -> dict[str, Content]:
    """Every file's collections, but for the header; three services a row, or so many in all."""
    chance = random.Random(seed)
    at_main = max(2, racks * 7 // 10 // 2 * 2)
    counts = {"main": at_main, "dr": max(2, racks - at_main)}
    files: dict[str, Content] = {"sites": _sites(racks), "people": _people(), "models": {"models": _models()}}
    files["networks"] = _networks(counts)
    for site, count in counts.items():
        for hall, first in enumerate(range(0, count, RACKS_IN_A_HALL), 1):
            inside = range(first, min(count, first + RACKS_IN_A_HALL))
            files[f"{site}-{hall}"] = _hall(site, hall, inside, chance)
    files["services"] = _services(counts, chance, services)
    return files


def _sites(racks: int) -> Content:
    pops = {f"pop-{number}": _pop(number) for number in range(1, max(2, racks // 100) + 1)}
    sites: dict[str, Body] = {
        "main": {
            "role": "primary",
            "position": {"latitude": 30.0, "longitude": -45.0},
            "hazards": ["grid-main", "seismic-main"],
            "failure_region": "coast",
        },
        "dr": {
            "role": "dr",
            "position": {"latitude": 30.5, "longitude": -44.5},
            "hazards": ["grid-dr", "seismic-dr"],
            "failure_region": "hills",
        },
        **pops,
    }
    hazards: dict[str, Body] = {}
    for site in ("main", "dr"):
        hazards[f"grid-{site}"] = {"kind": "grid", "frequency": "2 / y", "duration": "2 h"}
        hazards[f"seismic-{site}"] = {"kind": "seismic", "frequency": "0.002 / y", "duration": "90 d"}
    circuits: dict[str, Body] = {}
    for number, (one, other) in enumerate([("main", "dr"), ("main", "dr"), *_rings(list(pops))], 1):
        hazards[f"duct-{number}"] = {"kind": "duct", "frequency": "0.2 / y", "duration": "12 h"}
        circuits[f"link-{number}"] = {
            "kind": "dci" if number <= 2 else "mpls",
            "carrier": f"carrier-{number % 2 + 1}",
            "bandwidth": "100 Gbit/s" if number <= 2 else "10 Gbit/s",
            "encryption": "macsec",
            "ends": [{"site": one}, {"site": other}],
            "segments": [{"through": f"duct-{number}", "length": f"{60 + number % 40} km"}],
            "reliability": {"mtbf": "4000 h", "mttr": "8 h"},
        }
    return {"sites": sites, "hazards": hazards, "circuits": circuits}


def _rings(pops: list[str]) -> Iterator[tuple[str, str]]:
    for pop in pops:
        yield "main", pop
        yield "dr", pop


def _pop(number: int) -> Body:
    return {"role": "pop", "position": {"latitude": 29.0 + number % 20 * 0.1, "longitude": -44.0}}


def _people() -> Content:
    teams = ("operations", "network", "applications", "security")
    return {
        "teams": {
            team: {"members": 8, "on_call": "24x7", "callout": "30 min", "alternate": teams[index - 1]}
            for index, team in enumerate(teams)
        },
        "vendors": {
            "maker": {"kind": "maker"},
            "carrier-1": {"kind": "carrier"},
            "carrier-2": {"kind": "carrier"},
        },
        "contracts": {"support": {"vendor": "maker", "repair": "8 h", "hours": "24x7", "ends": "2030-12-31"}},
        "admin_domains": {
            "platforms": {"teams": ["operations"], "mfa": "phishing-resistant"},
            "backups": {"teams": ["security"], "mfa": "phishing-resistant"},
        },
        "data_classes": {"citizens": {"level": "confidential", "personal": True, "encrypt_at_rest": True}},
        "zones": {"internal": {"kind": "internal"}, "management": {"kind": "management"}},
        "vaults": {
            f"{site}-vault": {
                "site": site,
                "medium": "object",
                "capacity": "4 PB",
                "immutable": True,
                "lock": "60 d",
                "administered_by": "backups",
                "restore_rate": "20 Gbit/s",
            }
            for site in ("main", "dr")
        },
    }


def _models() -> dict[str, Body]:
    return {
        name: {
            "device_type": f"device-types/{kind}.yaml",
            "vendor": "maker",
            "draw": draw,
            **({"cores": cores, "memory": "512 GB", "storage": "15 TB"} if cores else {}),
            "price": "12000 USD",
            "lead_time": "60 d",
            "reliability": {"mtbf": "12 y", "mttr": "8 h"},
            "support_ends": "2033-12-31",
        }
        for name, (kind, draw, cores) in _MODELS.items()
    }


def _networks(counts: Mapping[str, int]) -> Content:
    networks: dict[str, Body] = {}
    for index, (site, count) in enumerate(counts.items()):
        networks[f"{site}-mgmt"] = {
            "kind": "management",
            "site": site,
            "prefix": f"fd00:1:{index}::/64",
            "zone": "management",
            "vrf": "management",
        }
        for row in range(count // 4 + 1):
            networks[f"{site}-lan-{row:03}"] = {
                "kind": "lan",
                "site": site,
                "prefix": f"fd00:{index}:{row:x}::/64",
                "zone": "internal",
                "vlan": 100 + row % 3900,
            }
    return {"networks": networks}


def _hall(site: str, hall: int, racks: range, chance: random.Random) -> Content:
    room = f"{site}-hall-{hall}"
    power, cooling, safeguards = _plant(site, hall, room, len(racks))
    content: Content = {
        "rooms": {room: {"site": site, "purpose": "data-hall", "power_limit": "200 kW", "cooling_needs": 3}},
        "racks": {},
        "power": power,
        "cooling": cooling,
        "safeguards": safeguards,
        "devices": {},
        "cables": {},
    }
    for number in racks:
        rack = f"{site}-r{number:04}"
        pair = f"{site}-r{number ^ 1:04}"
        feeds = [f"{rack}-pdu-{side}" for side in "ab"]
        entering = {"enters": "phase-1/racks"} if site == "main" and number % 10 in (8, 9) else {}
        content["racks"][rack] = {
            "name": {"en": f"Rack {number}", "ar": f"خزانة {number}"},
            "room": room,
            "units": 42,
            "weight_limit": "900 kg",
            "power_limit": "8 kW",
            "feeds": feeds,
            **entering,
        }
        for side in "ab":
            content["power"][f"{rack}-pdu-{side}"] = {
                "kind": "pdu",
                "site": site,
                "rack": rack,
                "path": side.upper(),
                "rating": "11 kW",
                "inputs": [{"source": f"{site}-ups-{hall}-{side}"}],
                "reliability": {"mtbf": "100 y", "mttr": "8 h"},
                **entering,
            }
        content["devices"][f"{rack}-leaf"] = _device(
            "leaf", "leaf", rack, 42, feeds, site, number, 0, entering
        )
        for place in range(1, chance.choice((4, 5, 5, 6)) + 1):
            server = f"{rack}-s{place}"
            model = chance.choice(("server-a", "server-b"))
            content["devices"][server] = _device(
                model, "server", rack, place * 2, feeds, site, number, place, entering
            )
            for port, (leaf, first) in enumerate(((rack, 0), (pair, 24))):
                content["cables"][f"{server}-{port}"] = {
                    "a": {"device": server, "port": f"eth{port}"},
                    "b": {"device": f"{leaf}-leaf", "port": f"swp{first + place}"},
                    "length": f"{chance.randint(1, 5)} m",
                    **entering,
                }
    return content


def _device(
    model: str,
    role: str,
    rack: str,
    position: int,
    feeds: list[str],
    site: str,
    number: int,
    place: int,
    entering: Body,
) -> Body:
    return {
        "model": model,
        "role": role,
        "rack": rack,
        "position": position,
        "feeds": feeds,
        "serial": f"SN{number:05}{place:02}{site}",
        "contract": "support",
        "addresses": [
            {
                "network": f"{site}-mgmt",
                "address": f"fd00:1:{int(site == 'dr')}::{number + 1:x}:{place + 1:x}",
            }
        ],
        **entering,
    }


def _plant(
    site: str, hall: int, room: str, racks: int
) -> tuple[dict[str, Body], dict[str, Body], dict[str, Body]]:
    """Power, cooling and safeguards of a hall; the utility and the generators come with the first."""
    power: dict[str, Body] = {}
    if hall == 1:
        power[f"{site}-utility"] = {
            "kind": "utility",
            "site": site,
            "rating": "8 MW",
            "substation": f"{site} 66/11 kV",
        }
        for number in (1, 2, 3):
            power[f"{site}-gen-{number}"] = {
                "kind": "generator",
                "site": site,
                "rating": "4 MW",
                "fuel": {"tank": "90000 L", "burn": "900 L/h"},
                "switching": {"start_time": "12 s", "failure_to_start": "0.5 %"},
            }
        power[f"{site}-board"] = {
            "kind": "switchboard",
            "site": site,
            "rating": "8 MW",
            "inputs": [{"source": f"{site}-gen-{number}"} for number in (1, 2, 3)],
            "needs": 2,
        }
    cooling: dict[str, Body] = {}
    for side in "ab":
        power[f"{site}-ats-{hall}-{side}"] = {
            "kind": "transfer-switch",
            "site": site,
            "path": side.upper(),
            "rating": "600 kW",
            "inputs": [
                {"source": f"{site}-utility"},
                {"source": f"{site}-board", "normally": "open", "priority": 2},
            ],
            "switching": {"switch_time": "5 s"},
        }
        power[f"{site}-ups-{hall}-{side}"] = {
            "kind": "ups",
            "site": site,
            "path": side.upper(),
            "rating": "400 kW",
            "efficiency": "95 %",
            "autonomy": "15 min",
            "modules": {"installed": 3, "needed": 2, "rating": "200 kW"},
            "inputs": [{"source": f"{site}-ats-{hall}-{side}"}],
        }
        for number in (1, 2):
            cooling[f"{room}-crah-{side}{number}"] = {
                "kind": "crah",
                "site": site,
                "serves": [room],
                "capacity": "80 kW",
                "draw": "8 kW",
                "feeds": [f"{site}-ups-{hall}-{side}"],
                "restart_time": "90 s",
            }
    safeguards: dict[str, Body] = {
        f"{room}-{kind}": {
            "kind": kind,
            "site": site,
            "rooms": [room],
            "alarms_to": ["operations", "network"],
        }
        for kind in ("fire-detection", "temperature", "leak")
    }
    return power, cooling, safeguards


def _services(counts: Mapping[str, int], chance: random.Random, services: int | None) -> Content:
    """A cluster a row, its services, their data and its copies at the other site."""
    content: Content = {
        name: {} for name in ("platforms", "services", "workloads", "datasets", "replications", "backups")
    }
    clusters = {
        site: [
            range(first, min(count, first + RACKS_IN_A_CLUSTER))
            for first in range(0, count, RACKS_IN_A_CLUSTER)
        ]
        for site, count in counts.items()
    }
    for site, rows in clusters.items():
        for number, racks in enumerate(rows):
            nodes = [f"{site}-r{rack:04}-s{place}" for rack in racks for place in (1, 2, 3, 4)]
            content["platforms"][f"{site}-c{number:03}"] = {
                "kind": "compute",
                "nodes": nodes,
                "needs_nodes": max(1, len(nodes) // 2),
                "administered_by": "platforms",
                "zone": "internal",
                "version": "9",
                "support_ends": "2032-12-31",
                "recovery_team": "operations",
            }
    homes = len(clusters["main"])
    for count in range(homes * SERVICES_IN_A_ROW if services is None else services):
        row, part = divmod(count, SERVICES_IN_A_ROW) if services is None else (count % homes, count // homes)
        _service(content, f"s{row:03}-{part}", row, len(clusters["dr"]), chance)
    return content


def _service(content: Content, name: str, row: int, rows_at_dr: int, chance: random.Random) -> None:
    home, twin = f"main-c{row:03}", f"dr-c{row % rows_at_dr:03}"
    tier = chance.choice((0, 1, 1, 2, 2, 3))
    others = sorted(content["services"])
    needs = (
        [{"on": f"services/{chance.choice(others)}", "tolerates": "10 min"}] if others and tier > 1 else []
    )
    content["services"][name] = {
        "name": {"en": f"Service {name}", "ar": f"خدمة {name}"},
        "owner": "applications",
        "tier": tier,
        "strategy": "hot",
        "availability_target": "99.9 %",
        "objectives": {
            "component": {"rto": "15 min", "rpo": "0 s"},
            "site": {"rto": "4 h", "rpo": "15 min"},
            "cyber": {"rto": "24 h", "rpo": "24 h"},
        },
        "users_at": ["pop-1"],
        "recovery": [
            {"id": "data", "does": "Promote the copy", "duration": "10 min", "team": "operations"},
            {
                "id": "start",
                "does": "Start there",
                "duration": "10 min",
                "after": ["data"],
                "team": "applications",
            },
        ],
        **({"needs": needs} if needs else {}),
    }
    for platform, site, role in ((home, "main", "active"), (twin, "dr", "standby")):
        content["workloads"][f"{name}-{site}"] = {
            "service": name,
            "platform": platform,
            "site": site,
            "role": role,
            "instances": 2,
            "needed": 1,
            "takes": {"normal": {"cores": chance.choice((2, 4, 8)), "memory": "16 GB", "storage": "200 GB"}},
            "datasets": [name],
            "activation": "15 min",
        }
    content["datasets"][name] = {
        "data_class": "citizens",
        "owner": "applications",
        "services": [name],
        "size": f"{chance.randint(1, 20) * 100} GB",
        "writes": {"average": "8 Mbit/s"},
        "home": {"platform": home, "site": "main"},
    }
    content["replications"][name] = {
        "dataset": name,
        "source": home,
        "target": twin,
        "target_site": "dr",
        "mode": "asynchronous",
        "lag": "10 s",
        "over": ["link-1", "link-2"],
        "encryption": "tls-1.3",
    }
    for site in ("main", "dr"):
        content["backups"][f"{name}-{site}"] = {
            "dataset": name,
            "vault": f"{site}-vault",
            "interval": "12 h",
            "takes": "1 h",
            "retention": "90 d",
            "last_restore_test": {"on": "2026-09-20", "took": "3 h", "errors": 0},
        }


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
