"""Wide-area network maps in GraphML, as the Internet Topology Zoo publishes them: sites and circuits."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from specs.importing.draft import Draft
from specs.importing.emitting import emit
from specs.importing.naming import distinct, identifier
from specs.issues import Issue, Location, SpecError
from specs.text import hidden_character
from specs.units import format_quantity

MOST_BYTES: Final = 16_000_000
"""Of one file; the largest of the Topology Zoo has 400 kB."""
MOST_PARTS: Final = 200_000
"""Nodes and edges of one map."""
LONGEST_NAME: Final = 200
LONGEST_END: Final = 40
"""Characters of a site's id in the id of a circuit, which may have 100 in all."""

_SIZES: Final = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?")
_SAVE_AGAIN = "export the map as GraphML again"


@dataclass(frozen=True)
class Node:
    """A place on the map."""

    key: str
    """Its id in the file."""
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Edge:
    """A link on the map; two links between the same places are two edges."""

    source: str
    target: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Map:
    """A GraphML file's one graph, in the file's order."""

    facts: Mapping[str, str]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def read_map(data: bytes, file: str) -> Map:
    """The map in that file; SpecError where it is none. Entities and document types are refused."""
    root = _parsed(data, file)
    graphs = [part for part in root if _tag(part) == "graph"]
    if _tag(root) != "graphml" or len(graphs) != 1:
        raise _refused(file, "GML-002", f"{len(graphs) or 'no'} graphs stand here where one map is wanted")
    names = {key.get("id", ""): key.get("attr.name", "") for key in root if _tag(key) == "key"}
    nodes = tuple(Node(part.get("id", ""), _facts(part, names)) for part in graphs[0] if _tag(part) == "node")
    edges = tuple(
        Edge(part.get("source", ""), part.get("target", ""), _facts(part, names))
        for part in graphs[0]
        if _tag(part) == "edge"
    )
    _check(file, nodes, edges, Counter(_tag(part) for part in root.iter()))
    return Map(_facts(graphs[0], names), nodes, edges)


def draft(map_: Map, file: str, prefix: str = "") -> Draft:
    """The map as sites and circuits; `prefix` goes before every id.

    What the map does not say stays undeclared: segments above all, lest two links be taken for diverse.
    """
    title = _clean(map_.facts.get("label", "")) or _clean(map_.facts.get("Network", "")) or file
    network = identifier(title, "network")
    site_ids = _site_ids(map_, prefix)
    sites = {site_ids[node.key]: _site(node, title) for node in map_.nodes}
    kind = "dark-fibre" if map_.facts.get("Layer", "").casefold().startswith("fib") else "mpls"
    wanted = [
        (f"{prefix}{_short(site_ids[edge.source], prefix)}--{_short(site_ids[edge.target], prefix)}",)
        for edge in map_.edges
    ]
    circuits = {
        key: _circuit(edge, kind, site_ids, title)
        for key, edge in zip(distinct(wanted), map_.edges, strict=True)
    }
    content = {"sites": dict(sorted(sites.items())), "circuits": dict(sorted(circuits.items()))}
    text = emit({name: held for name, held in content.items() if held}, _origin(map_, title))
    return Draft(
        files={f"map-{prefix}{network}.yaml": text.encode()},
        counts={name: len(held) for name, held in content.items()},
        notes=tuple(_notes(map_, kind)),
        title=title,
    )


def _parsed(data: bytes, file: str) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(data) > MOST_BYTES:
        raise _refused(file, "GML-003", f"the file is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        root: Element = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise _refused(
            file,
            "GML-004",
            "the file declares a document type or entities",
            "delete the <!DOCTYPE …> at its top",
        ) from None
    except ParseError as fault:
        line, column = fault.position
        raise SpecError(
            [Issue("GML-001", Location(file, line, column + 1), f"not XML: {fault.msg}", _SAVE_AGAIN)]
        ) from None
    except (ValueError, LookupError, RecursionError) as fault:
        raise _refused(file, "GML-001", f"not XML: {fault}") from None
    return root


def _check(file: str, nodes: tuple[Node, ...], edges: tuple[Edge, ...], tags: Counter[str]) -> None:
    if len(nodes) + len(edges) > MOST_PARTS:
        raise _refused(file, "GML-003", f"the map has more than {MOST_PARTS:,} nodes and edges")
    if not nodes:
        raise _refused(file, "GML-002", "the map has no node")
    issues: list[Issue] = []
    known = Counter(node.key for node in nodes)
    for key in sorted(key for key, count in known.items() if count > 1 or not key):
        issues.append(_issue(file, "GML-005", f"{known[key]} nodes have the id `{key}`"))
    for end in sorted({end for edge in edges for end in (edge.source, edge.target)} - known.keys()):
        issues.append(_issue(file, "GML-006", f"an edge ends at `{end}`, which no node is called"))
    if tags["graph"] > 1 or tags["hyperedge"]:
        issues.append(
            _issue(file, "GML-007", "graphs within nodes, and hyperedges, cannot be told as circuits")
        )
    if issues:
        raise SpecError(issues)


def _issue(file: str, code: str, message: str, hint: str = _SAVE_AGAIN) -> Issue:
    return Issue(code, Location(file, 1, 1), message, hint)


def _refused(file: str, code: str, message: str, hint: str = _SAVE_AGAIN) -> SpecError:
    return SpecError([_issue(file, code, message, hint)])


def _tag(part: Element) -> str:
    return part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""


def _facts(part: Element, names: Mapping[str, str]) -> dict[str, str]:
    return {
        names.get(data.get("key", ""), "") or data.get("key", ""): (data.text or "").strip()
        for data in part
        if _tag(data) == "data"
    }


def _site_ids(map_: Map, prefix: str) -> dict[str, str]:
    wanted = []
    for number, node in enumerate(map_.nodes):
        label = identifier(_label(node), f"node-{number}")
        wanted.append((f"{prefix}{'site-national' if label == 'national' else label}",))
    return dict(zip((node.key for node in map_.nodes), distinct(wanted), strict=True))


def _short(site: str, prefix: str) -> str:
    return site.removeprefix(prefix)[:LONGEST_END].strip("-")


def _label(node: Node) -> str:
    return _clean(node.facts.get("label", "")) or node.key


def _clean(text: str) -> str:
    """One line without characters that steer; the Zoo's own entities undone."""
    words = " ".join(unescape(text).split())[:LONGEST_NAME]
    return "".join(letter for letter in words if hidden_character(letter) is None)


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and math.isfinite(value) else None


def _position(node: Node) -> dict[str, float] | None:
    latitude, longitude = _number(node.facts.get("Latitude", "")), _number(node.facts.get("Longitude", ""))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"latitude": latitude, "longitude": longitude}


def _is_place_of_the_network(node: Node) -> bool:
    return node.facts.get("Internal", "1") != "0" and node.facts.get("hyperedge", "0") in ("", "0")


def _site(node: Node, title: str) -> dict[str, Any]:
    label = _label(node)
    site: dict[str, Any] = {"role": "pop" if _is_place_of_the_network(node) else "other", "name": label}
    if node.facts.get("hyperedge", "0") not in ("", "0"):
        site["description"] = "Where a link branches; the map draws it as a point of its own."
    elif node.facts.get("Internal") == "0":
        site["description"] = "Outside the network that the map shows."
    if country := _clean(node.facts.get("Country", "")):
        site["jurisdiction"] = country
    if position := _position(node):
        site["position"] = position
    if kind := _clean(node.facts.get("type", "")):
        site["tags"] = {"map-type": kind}
    return site | _provenance(title)


def _circuit(edge: Edge, kind: str, site_ids: Mapping[str, str], title: str) -> dict[str, Any]:
    circuit: dict[str, Any] = {"kind": kind}
    if label := _clean(edge.facts.get("LinkLabel", "") or edge.facts.get("label", "")):
        circuit["name"] = label
    circuit["ends"] = [{"site": site_ids[edge.source]}, {"site": site_ids[edge.target]}]
    if bandwidth := _bandwidth(edge):
        circuit["bandwidth"] = format_quantity(bandwidth, "bandwidth")
    tags = {
        tag: said
        for tag, fact in (("map-type", "LinkType"), ("map-status", "LinkStatus"), ("map-note", "LinkNote"))
        if (said := _clean(edge.facts.get(fact, "")))
    }
    return circuit | ({"tags": tags} if tags else {}) | _provenance(title)


def _bandwidth(edge: Edge) -> float | None:
    """Bit/s as the map says, which gives the speed raw, or as a number and a letter for its thousands."""
    raw = _number(edge.facts.get("LinkSpeedRaw", ""))
    if raw is None:
        speed = _number(edge.facts.get("LinkSpeed", ""))
        size = _SIZES.get(edge.facts.get("LinkSpeedUnits", "").strip().upper()[:1])
        raw = speed * size if speed is not None and size is not None else None
    return raw if raw is not None and 0 < raw < 1e16 else None


def _provenance(title: str) -> dict[str, Any]:
    return {"provenance": {"*": {"basis": "assumed", "source": f"network map {title}"}}}


def _origin(map_: Map, title: str) -> str:
    date = _clean(map_.facts.get("NetworkDate", ""))
    source = _clean(map_.facts.get("Source", ""))
    lines = [f"Network map {title}{f', {date}' if date else ''}, imported from GraphML."]
    if source:
        lines.append(f"Drawn from {source}")
    lines.append(
        "Routes are not on the map: no circuit has segments, so diversity is unknown until you declare them."
    )
    return "\n".join(lines)


def _notes(map_: Map, kind: str) -> Iterator[str]:
    yield f"every circuit was taken for {kind}: say what each is"
    yield "no circuit has segments: ask the carriers for their routes, and declare ducts and exchanges"
    unplaced = sum(_position(node) is None for node in map_.nodes)
    if unplaced:
        yield f"{unplaced} of {len(map_.nodes)} sites have no coordinates on the map"
    speedless = sum(_bandwidth(edge) is None for edge in map_.edges)
    if speedless:
        yield f"{speedless} of {len(map_.edges)} circuits have no bandwidth on the map"
    loops = sum(edge.source == edge.target for edge in map_.edges)
    if loops:
        yield f"{loops} circuits begin and end at the same site, as on the map"
