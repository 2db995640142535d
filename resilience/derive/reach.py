"""Reach between places: a gate for each pair that needs one, over circuits and the devices that take them.

The way is free: any circuits in a row, but for out-of-band ones, and not through the internet, which is an
end only. A place without circuits, and two that only the internet joins, are taken as reached, and the
fact is missing; two whose circuits do not meet at all are cut off.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from resilience.derive.network import SiteNetworks
from resilience.needs import Needs
from resilience.whereabouts import by_id
from specs.issues import FieldPath
from specs.model import Estate
from specs.networks import Circuit, CircuitEnd


def place_of(end: CircuitEnd) -> str:
    """The node of the link graph at which a circuit ends.

    >>> place_of(CircuitEnd(outside="internet"))
    'outside/internet'
    """
    return f"sites/{end.site}" if end.site is not None else f"outside/{end.outside}"


def usable(circuit: Circuit) -> bool:
    """Whether services' traffic takes it: all but out-of-band ones."""
    return circuit.kind != "oob"


def path_of(place: str) -> FieldPath:
    """Where a place is declared; what lies outside is declared by the circuits that lead there."""
    collection, _, name = place.partition("/")
    return (collection, name) if collection == "sites" else ("circuits",)


def derive_circuits(needs: Needs, estate: Estate, networks: SiteNetworks) -> None:
    """Circuits with their ducts, exchanges, entrances, carriers and the devices that take them."""
    for name, circuit in by_id(estate.circuits):
        here = needs.element(f"circuits/{name}", "component")
        for position, segment in enumerate(circuit.segments or ()):
            path = ("circuits", name, "segments", position, "through")
            needs.need(here, f"hazards/{segment.through}", "runs through", path)
        if circuit.segments is None:
            needs.lacks(
                here, "segments", ("circuits", name, "segments"), "which ducts and exchanges it shares"
            )
        if circuit.carrier is not None:
            carrier = needs.element(f"vendors/{circuit.carrier}", "hazard")
            needs.need(here, carrier, "carried by", ("circuits", name, "carrier"))
        else:
            needs.lacks(here, "carrier", ("circuits", name, "carrier"), "which others fail with its carrier")
        for position, end in enumerate(circuit.ends):
            _ends(needs, name, position, end, networks)


def _ends(needs: Needs, name: str, position: int, end: CircuitEnd, networks: SiteNetworks) -> None:
    here, path = f"circuits/{name}", ("circuits", name, "ends", position)
    if end.entrance is not None:
        needs.need(here, f"hazards/{end.entrance}", "comes in by", (*path, "entrance"))
    if end.device is not None:
        attached = f"devices/{end.device}#attached"
        device = attached if attached in needs else f"devices/{end.device}"
        needs.need(here, device, "ends at", (*path, "device"))
    elif end.site is not None:
        needs.need(here, f"sites/{end.site}", "ends at", (*path, "site"))
        needs.lacks(here, "device", (*path, "device"), "which device takes it")


def circuits_from(estate: Estate) -> dict[str, tuple[tuple[str, str], ...]]:
    """From each place the circuits that services' traffic may take, and where they lead; all by name."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, circuit in by_id(estate.circuits):
        a, b = (place_of(end) for end in circuit.ends)
        if usable(circuit) and a != b:
            found[a].append((name, b))
            found[b].append((name, a))
    return {place: tuple(sorted(ways)) for place, ways in sorted(found.items())}


@dataclass
class Reach:
    """Makes gates for pairs of places when a need asks for one."""

    needs: Needs
    estate: Estate
    sources: set[str] = field(default_factory=set)
    unjoined: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def links(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """From each place: circuits and where they lead."""
        return circuits_from(self.estate)

    @cached_property
    def islands(self) -> dict[str, str]:
        """For each place that traffic may pass a name of all that circuits join it to."""
        return self._spread_names(self.passes)

    @cached_property
    def continents(self) -> dict[str, str]:
        """The same, if the internet were a way."""
        return self._spread_names(lambda place: True)

    def _spread_names(self, passes: Callable[[str], bool]) -> dict[str, str]:
        found: dict[str, str] = {}
        for place in self.links:
            if place in found or not passes(place):
                continue
            waiting = [place]
            found[place] = place
            while waiting:
                for _, other in self.links[waiting.pop()]:
                    if other not in found and passes(other):
                        found[other] = place
                        waiting.append(other)
        return found

    def passes(self, place: str) -> bool:
        """Whether traffic may pass through; a site or a private network lets it, the internet does not."""
        ways = self.links.get(place, ())
        return place.startswith("sites/") or not any(
            self.estate.circuits[name].kind == "internet" for name, _ in ways
        )

    def _joined(self, source: str, target: str) -> bool:
        def around(place: str) -> set[str]:
            if self.passes(place):
                return {self.islands[place]} if place in self.islands else set()
            return {self.islands[other] for _, other in self.links[place] if other in self.islands}

        return bool(around(source) & around(target))

    def between(self, source: str, target: str) -> str | None:
        """The gate that holds while one is reached from the other; None where no need of circuits arises."""
        if source == target:
            return None
        if not self._joined(source, target):
            self._note_unjoined(source, target)
            return self._cut_off(source, target)
        if source not in self.sources and target in self.sources:
            source, target = target, source
        if source not in self.sources:
            self._spread(source)
        return f"reach#{source}|{target}"

    def _cut_off(self, source: str, target: str) -> str | None:
        """A gate that never holds where both places have circuits and none leads from one to the other."""
        known = source in self.continents and target in self.continents
        if not known or self.continents[source] == self.continents[target]:
            return None
        return self.needs.gate(f"reach#{source}|{target}", "any")

    def _note_unjoined(self, source: str, target: str) -> None:
        pair = (min(source, target), max(source, target))
        if pair not in self.unjoined:
            self.unjoined.add(pair)
            self.needs.lacks(
                target, f"circuits to {source}", path_of(target), f"what joins {pair[0]} and {pair[1]}"
            )

    def _spread(self, source: str) -> None:
        """A gate for every place that circuits may lead to from there."""
        self.sources.add(source)
        start = self.needs.gate(f"reach#{source}|{source}", flow=True)
        if source.startswith("sites/"):
            self.needs.need(start, source, "is used from", path_of(source))
        reached = {source}
        waiting = [source]
        while waiting:
            place = waiting.pop()
            if place != source and not self.passes(place):
                continue
            for _, other in self.links.get(place, ()):
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        for place in sorted(reached - {source}):
            self._arrive(source, place, reached)

    def _arrive(self, source: str, place: str, reached: set[str]) -> None:
        words = f"is reached from {source} over"
        here = self.needs.gate(f"reach#{source}|{place}", flow=True)
        ways = self.needs.gate(f"reach#{source}|{place}#ways", "any", flow=True)
        self.needs.need(here, ways, words, path_of(place))
        if place.startswith("sites/"):
            self.needs.need(here, place, "is reached at", path_of(place))
        for name, other in self.links[place]:
            if other not in reached or (other != source and not self.passes(other)):
                continue
            way = self.needs.gate(f"reach#{source}|{place}#{name}", flow=True)
            self.needs.need(ways, way, words, ("circuits", name))
            self.needs.need(way, f"circuits/{name}", words, ("circuits", name))
            self.needs.need(way, f"reach#{source}|{other}", words, ("circuits", name))
