"""A map of nodes and links with nothing else declared: nodes never fail, parallel links are one."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from html import unescape
from typing import Final

from specs.importing.graphml import Map, Node
from specs.text import did_you_mean, hidden_character

_MOST_TOLD: Final = 12


@dataclass(frozen=True)
class Place:
    """A node of the map."""

    key: str
    """Its id in the file."""
    label: str
    """As the map writes beside it; may be empty, or that of others too."""
    name: str
    """What it is called in results: its label where that is its own, else with the id."""


@dataclass(frozen=True)
class BareMap:
    """What counts of a map."""

    title: str
    places: tuple[Place, ...]
    """By name."""
    links: tuple[tuple[int, int], ...]
    """Two places by their number, the lower first; sorted, none twice."""
    merged: int
    """Links of the file that run beside another one."""
    loops: int
    """Links of the file that end where they begin; they connect nothing and are left out."""


class NoSuchPlace(Exception):
    """No place, or several, are called so."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def bare(map_: Map, title: str) -> BareMap:
    """A map as read, with its places named and its links merged."""
    labels = {node.key: _label(node) for node in map_.nodes}
    known = Counter([*(label for label in labels.values() if label), *labels])
    places = []
    for node in map_.nodes:
        label = labels[node.key]
        own = known[label] == 1 + (label == node.key)
        places.append(
            Place(node.key, label, label if own else f"{label} ({node.key})" if label else node.key)
        )
    places.sort(key=lambda place: (place.name, place.key))
    number = {place.key: at for at, place in enumerate(places)}
    ends = [(number[edge.source], number[edge.target]) for edge in map_.edges]
    links = {(min(pair), max(pair)) for pair in ends if pair[0] != pair[1]}
    loops = sum(one == other for one, other in ends)
    called = _plain(map_.facts.get("label", "") or map_.facts.get("Network", "")) or title
    return BareMap(called, tuple(places), tuple(sorted(links)), len(ends) - loops - len(links), loops)


def place_called(map_: BareMap, asked: str) -> int:
    """The number of the place with that name, label or id, whatever its capitals; NoSuchPlace says what was
    meant."""
    for told in (lambda text: text, str.casefold):
        wanted = told(asked.strip())
        found = defaultdict(list)
        for at, place in enumerate(map_.places):
            for rank, text in enumerate((place.name, place.label, place.key)):
                if text and told(text) == wanted:
                    found[rank].append(at)
        alone = next((held[0] for _, held in sorted(found.items()) if len(held) == 1), None)
        if alone is not None:
            return alone
        if found:
            several = found[min(found)]
            ids = ", ".join(f"`{map_.places[at].key}`" for at in several[:_MOST_TOLD])
            raise NoSuchPlace(f"{len(several)} nodes are called `{asked}`", f"name one by its id: {ids}")
    names = {place.name for place in map_.places}
    raise NoSuchPlace(f"no node is called `{asked}`", did_you_mean(asked, names))


def _label(node: Node) -> str:
    return _plain(node.facts.get("label", ""))


def _plain(text: str) -> str:
    """One line, the Topology Zoo's own entities undone, without characters that steer a terminal."""
    return "".join(letter for letter in " ".join(unescape(text).split()) if hidden_character(letter) is None)
