from policies.report.topology import topology
from specs.model import Estate

ESTATE = Estate.model_validate(
    {
        "estate": {"title": "T", "owner": "O"},
        "hazards": {
            "duct": {"kind": "duct"},
            "grid": {"kind": "grid", "exposed": ("sites/b",)},
            "lone": {"kind": "duct"},
        },
        "sites": {
            "a": {"role": "primary", "hazards": ("grid",)},
            "b": {"role": "dr"},
        },
        "circuits": {
            "one": {
                "kind": "dci",
                "ends": ({"site": "a"}, {"site": "b"}),
                "segments": ({"through": "duct"},),
            },
            "two": {
                "kind": "dci",
                "ends": ({"site": "b"}, {"site": "a"}),
                "segments": ({"through": "duct"},),
            },
            "three": {"kind": "internet", "ends": ({"site": "a"}, {"outside": "internet"})},
        },
    }
)


def test_every_site_and_what_lies_outside_has_a_place_of_its_own() -> None:
    places = topology(ESTATE).places
    assert {(place.key, place.outside) for place in places} == {
        ("a", False),
        ("b", False),
        ("internet", True),
    }
    assert len({(place.x, place.y) for place in places}) == 3


def test_parallel_circuits_are_drawn_apart() -> None:
    lines = {line.circuit: line for line in topology(ESTATE).lines}
    assert lines["one"].path != lines["two"].path
    assert lines["one"].ends == lines["two"].ends == ("a", "b")


def test_an_undeclared_route_is_said_to_be_so() -> None:
    assert {line.circuit: line.route_declared for line in topology(ESTATE).lines} == {
        "one": True,
        "two": True,
        "three": False,
    }


def test_a_hazard_is_shared_when_it_hits_two_things_however_that_was_declared() -> None:
    shared = {one.hazard: one.hits for one in topology(ESTATE).shared}
    assert shared == {"duct": ("circuits/one", "circuits/two"), "grid": ("sites/a", "sites/b")}
