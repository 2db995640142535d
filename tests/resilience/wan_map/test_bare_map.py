"""Names of places, merged links, and maps that are not whole."""

import pytest

from resilience.wan_map.bare_map import BareMap, NoSuchPlace, bare, place_called
from resilience.wan_map.proving import prove
from specs.importing.graphml import read_map


def map_of(nodes: dict[str, str], links: list[tuple[str, str]], label: str = "") -> BareMap:
    keys = '<key id="l" for="node" attr.name="label"/>'
    drawn = "".join(
        f'<node id="{key}">{f"<data key=&quot;l&quot;>{said}</data>".replace("&quot;", chr(34))}</node>'
        for key, said in nodes.items()
    )
    drawn += "".join(f'<edge source="{one}" target="{other}"/>' for one, other in links)
    graph = f'<data key="l">{label}</data>{drawn}' if label else drawn
    return bare(read_map(f"<graphml>{keys}<graph>{graph}</graph></graphml>".encode(), "m"), "from-the-file")


def test_parallel_links_are_one_and_loops_none() -> None:
    map_ = map_of({"0": "A", "1": "B"}, [("0", "1"), ("1", "0"), ("0", "0")])
    assert (map_.links, map_.merged, map_.loops) == (((0, 1),), 1, 1)
    proof = prove(map_, 0.9)
    assert (proof.bridges, proof.all_terminal.up) == ((("A", "B"),), 0.9)


def test_a_place_goes_by_its_label_where_that_is_its_own() -> None:
    map_ = map_of({"0": "Oslo", "1": "None", "2": "None", "3": "", "4": "3"}, [])
    assert sorted(place.name for place in map_.places) == ["3", "3 (4)", "None (1)", "None (2)", "Oslo"]


@pytest.mark.parametrize(
    ("asked", "key"),
    [("Oslo", "0"), ("oslo", "0"), (" Oslo ", "0"), ("0", "0"), ("None (2)", "2"), ("2", "2"), ("3", "3")],
)
def test_a_place_is_found_by_name_label_or_id(asked: str, key: str) -> None:
    map_ = map_of({"0": "Oslo", "1": "None", "2": "None", "3": ""}, [])
    assert map_.places[place_called(map_, asked)].key == key


@pytest.mark.parametrize(
    ("asked", "hint"), [("Olso", "did you mean `Oslo`?"), ("none", "name one by its id: `1`, `2`")]
)
def test_one_that_is_none_or_several_is_told(asked: str, hint: str) -> None:
    map_ = map_of({"0": "Oslo", "1": "None", "2": "None"}, [])
    with pytest.raises(NoSuchPlace) as caught:
        place_called(map_, asked)
    assert caught.value.hint == hint


def test_a_map_in_pieces_says_so_and_two_ends_in_two_pieces_never_meet() -> None:
    map_ = map_of({"0": "A", "1": "B", "2": "C", "3": "D", "4": "E"}, [("0", "1"), ("1", "2"), ("3", "4")])
    proof = prove(map_, 0.9, (0, 3))
    assert proof.parts == (("A", "B", "C"), ("D", "E"))
    assert (proof.connected, proof.all_terminal.up, proof.all_terminal.down) == (False, 0.0, 1.0)
    assert proof.two_terminal is not None
    assert (proof.two_terminal.joined, proof.two_terminal.reliability.up) == (False, 0.0)
    assert proof.cut_nodes == ("B",)


def test_the_order_of_the_file_changes_nothing() -> None:
    names = {str(number): f"n{number}" for number in range(8)}
    links = [(str(one), str(other)) for one in range(8) for other in range(one) if (one * other) % 3 != 1]
    turned = dict(reversed(names.items()))
    first = prove(map_of(names, links), 0.9, (0, 5))
    again = prove(map_of(turned, [(other, one) for one, other in reversed(links)]), 0.9, (0, 5))
    assert repr(first) == repr(again)


def test_an_availability_that_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        prove(map_of({"0": "A"}, []), 1.5)
