"""Network maps: every node a site, every edge a circuit, nothing said that the map does not say."""

from pathlib import Path

import networkx as nx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specs.expanding import ID
from specs.importing.graphml import draft, read_map
from specs.issues import SpecError
from specs.model import Estate

_HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
_KEYS = "".join(
    f'<key attr.name="{name}" attr.type="{kind}" for="{part}" id="{name}"/>'
    for part, names in (
        ("node", ("label", "Latitude", "Longitude", "Internal", "hyperedge", "Country")),
        ("edge", ("LinkSpeed", "LinkSpeedUnits", "LinkSpeedRaw", "LinkLabel")),
        ("graph", ("Network", "Layer")),
    )
    for name in names
    for kind in ("string",)
)


def graphml(*nodes: str, edges: str = "", facts: str = "") -> bytes:
    inside = f'<graph edgedefault="undirected">{facts}{"".join(nodes)}{edges}</graph>'
    return f"{_HEAD}{_KEYS}{inside}</graphml>".encode()


def node(key: str, **facts: str) -> str:
    return f'<node id="{key}">{"".join(data(name, text) for name, text in facts.items())}</node>'


def edge(a: str, b: str, **facts: str) -> str:
    return (
        f'<edge source="{a}" target="{b}">{"".join(data(name, text) for name, text in facts.items())}</edge>'
    )


def data(name: str, text: str) -> str:
    return f'<data key="{name}">{text}</data>'


def estate(content: bytes, prefix: str = "") -> Estate:
    made = draft(read_map(content, "m.graphml"), "m", prefix)
    (text,) = made.files.values()
    return Estate.model_validate({"estate": {"title": "T", "owner": "O"}, **yaml.safe_load(text)})


def codes(content: bytes) -> set[str]:
    with pytest.raises(SpecError) as caught:
        read_map(content, "m.graphml")
    assert all(str(issue.location).startswith("m.graphml:") for issue in caught.value.issues)
    return {issue.code for issue in caught.value.issues}


def test_samples_have_as_many_sites_and_circuits_as_networkx_finds_nodes_and_edges(shared_data: Path) -> None:
    samples = sorted((shared_data / "topologies").glob("*.graphml"))
    assert len(samples) == 6
    for sample in samples:
        oracle = nx.read_graphml(sample, force_multigraph=True)
        ours = estate(sample.read_bytes())
        assert len(ours.sites) == oracle.number_of_nodes()
        assert len(ours.circuits) == oracle.number_of_edges()
        placed = [key for key, facts in oracle.nodes(data=True) if "Latitude" in facts]
        assert sum(site.position is not None for site in ours.sites.values()) == len(placed)
        speeds = sorted(
            facts["LinkSpeedRaw"] for *_, facts in oracle.edges(data=True) if "LinkSpeedRaw" in facts
        )
        found = sorted(link.bandwidth for link in ours.circuits.values() if link.bandwidth is not None)
        assert set(speeds) <= set(found)
        assert all(link.segments is None for link in ours.circuits.values())


@pytest.mark.slow
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), st.data())
def test_any_multigraph_keeps_its_shape(
    count: int, pairs: list[tuple[int, int]], draw: st.DataObject
) -> None:
    labels = [draw.draw(st.sampled_from(["A", "B", "national", "é", "—", ""])) for _ in range(count)]
    pairs = [(a % count, b % count) for a, b in pairs]
    content = graphml(
        *(node(str(number), label=label) for number, label in enumerate(labels)),
        edges="".join(edge(str(a), str(b)) for a, b in pairs),
    )
    ours = estate(content)
    drawn: nx.MultiGraph[str] = nx.MultiGraph()
    drawn.add_nodes_from(ours.sites)
    drawn.add_edges_from((str(link.ends[0].site), str(link.ends[1].site)) for link in ours.circuits.values())
    expected: nx.MultiGraph[int] = nx.MultiGraph()
    expected.add_nodes_from(range(count))
    expected.add_edges_from(pairs)
    assert sorted(dict(drawn.degree).values()) == sorted(dict(expected.degree).values())
    assert nx.number_connected_components(drawn) == nx.number_connected_components(expected)
    assert "national" not in ours.sites


def test_parallel_edges_are_circuits_of_their_own() -> None:
    ours = estate(graphml(node("0", label="A"), node("1", label="B"), edges=edge("0", "1") * 3))
    assert list(ours.circuits) == ["a--b", "a--b-2", "a--b-3"]


def test_a_speed_without_its_raw_figure_is_worked_out() -> None:
    links = edge("0", "0", LinkSpeed="2.5", LinkSpeedUnits="G") + edge("0", "0", LinkSpeedRaw="2500000000.0")
    assert {link.bandwidth for link in estate(graphml(node("0"), edges=links)).circuits.values()} == {2.5e9}


@pytest.mark.parametrize("speed", ["", "fast", "-1", "0", "1e99", "nan", "inf", "9" * 400])
def test_a_speed_that_is_none_stays_undeclared(speed: str) -> None:
    links = edge("0", "0", LinkSpeedRaw=speed)
    assert [link.bandwidth for link in estate(graphml(node("0"), edges=links)).circuits.values()] == [None]


def test_what_lies_outside_or_is_only_a_junction_is_no_point_of_presence() -> None:
    ours = estate(
        graphml(node("0", label="a", Internal="0"), node("1", label="b", hyperedge="1"), node("2", label="c"))
    )
    assert [site.role for site in ours.sites.values()] == ["other", "other", "pop"]


def test_coordinates_off_the_globe_are_left_out() -> None:
    ours = estate(graphml(node("0", Latitude="91", Longitude="0"), node("1", Latitude="1", Longitude="-180")))
    assert [site.position is not None for site in ours.sites.values()] == [False, True]


def test_a_map_of_fibre_is_taken_for_dark_fibre() -> None:
    content = graphml(node("0"), edges=edge("0", "0"), facts=data("Layer", "Fibre"))
    assert [link.kind for link in estate(content).circuits.values()] == ["dark-fibre"]


def test_a_prefix_stands_before_every_id() -> None:
    ours = estate(graphml(node("0", label="A"), edges=edge("0", "0")), "wan-")
    assert (list(ours.sites), list(ours.circuits)) == (["wan-a"], ["wan-a--a"])


def test_long_names_give_ids_that_an_estate_takes() -> None:
    long = "Institute of Posts, Telecommunications and " * 4
    ours = estate(graphml(node("0", label=long), node("1", label=long), edges=edge("0", "1")), "a-prefix-")
    assert all(ID.fullmatch(key) for key in (*ours.sites, *ours.circuits))


def test_labels_that_steer_are_made_plain() -> None:
    label = "&lt;script&gt;x&#x202e;&amp;quot;T&amp;quot;"
    ours = estate(graphml(node("0", label=label)))
    assert [str(site.name) for site in ours.sites.values()] == ['<script>x"T"']


_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GML-001"),
        (b"<graphml>", "GML-001"),
        (b"<a/>", "GML-002"),
        (_HEAD.encode() + b"</graphml>", "GML-002"),
        (graphml(), "GML-002"),
        (_BOMB.encode() + b"<graphml>&b;</graphml>", "GML-004"),
        (b'<!DOCTYPE g SYSTEM "file:///etc/passwd"><graphml/>', "GML-004"),
        (graphml(node("0"), node("0")), "GML-005"),
        (graphml(node("")), "GML-005"),
        (graphml(node("0"), edges=edge("0", "9")), "GML-006"),
        (graphml(node("0"), edges="<hyperedge/>"), "GML-007"),
        (graphml('<node id="0"><graph edgedefault="directed"/></node>'), "GML-007"),
        (b"<?xml version='1.0' encoding='made-up'?><a/>", "GML-001"),
        (b"<a>" * 200_000, "GML-001"),
    ],
)
def test_what_is_no_map_is_refused(content: bytes, code: str) -> None:
    assert codes(content) == {code}


def test_a_map_may_not_be_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specs.importing.graphml.MOST_PARTS", 2)
    assert codes(graphml(node("0"), node("1"), node("2"))) == {"GML-003"}
    monkeypatch.setattr("specs.importing.graphml.MOST_BYTES", 10)
    assert codes(graphml(node("0"))) == {"GML-003"}


def test_the_same_map_gives_the_same_bytes(shared_data: Path) -> None:
    sample = (shared_data / "topologies" / "Geant2012.graphml").read_bytes()
    made = draft(read_map(sample, "g"), "g")
    assert made == draft(read_map(sample, "g"), "g")
    assert list(made.files) == ["map-geant2012.yaml"]
