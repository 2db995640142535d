"""Which single power element takes both cords of a device: the chain above its feeds, walked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from specs.issues import FieldPath
from specs.model import Estate
from specs.power import PowerElement

SOURCES = ("utility", "generator")


@dataclass(frozen=True)
class Supply:
    """Cords of equal devices: what they are plugged into, and how many must be live."""

    cords: tuple[str, ...]
    """Power elements, one entry a cord, sorted."""
    needed: int
    """Live cords without which the device stops."""


class PowerPaths:
    """The power chain of an estate, for questions about what one loss does to a set of cords."""

    def __init__(self, power: Mapping[str, PowerElement]) -> None:
        self._power = power
        self._above: dict[str, tuple[str, ...]] = {}

    def above(self, key: str) -> tuple[str, ...]:
        """The element and all that may feed it, nearest first."""
        if key not in self._above:
            seen = dict.fromkeys((key,)) if key in self._power else {}
            pending = list(seen)
            for name in pending:
                for feed in self._power[name].inputs:
                    if feed.source in self._power and feed.source not in seen:
                        seen[feed.source] = None
                        pending.append(feed.source)
            self._above[key] = tuple(seen)
        return self._above[key]

    def live(self, lost: frozenset[str], among: Iterable[str]) -> frozenset[str]:
        """Which of these elements and those above carry power without the lost ones; open ties may close."""
        names = {name for key in among for name in self.above(key)} - lost
        alive = {name for name in names if self._power[name].kind in SOURCES}
        grown = True
        while grown:
            more = {
                name
                for name in names - alive
                if sum(feed.source in alive for feed in self._power[name].inputs) >= self._power[name].needs
            }
            alive |= more
            grown = bool(more)
        return frozenset(alive)

    def cuts(self, supply: Supply) -> tuple[str, ...]:
        """Elements whose loss alone leaves too few live cords, nearest first; sources do not count."""
        order = dict.fromkeys(name for cord in supply.cords for name in self.above(cord))
        depth = {name: self._depth(name, supply.cords) for name in order}
        found = [
            name
            for name in order
            if self._power[name].kind not in SOURCES and not self._enough(supply, frozenset((name,)))
        ]
        return tuple(sorted(found, key=lambda name: (depth[name], name)))

    def _depth(self, name: str, cords: Iterable[str]) -> int:
        return min(self.above(cord).index(name) for cord in cords if name in self.above(cord))

    def _enough(self, supply: Supply, lost: frozenset[str]) -> bool:
        alive = self.live(lost, supply.cords)
        cords = Counter(supply.cords)
        return sum(count for cord, count in cords.items() if cord in alive) >= supply.needed

    def switched_stretch(self, cord: str) -> tuple[str, ...]:
        """From a cord up to and with the transfer switch that chooses between two paths, if there is one."""
        walked: list[str] = []
        name = cord
        while name in self._power and name not in walked:
            element = self._power[name]
            walked.append(name)
            if element.kind == "transfer-switch":
                return tuple(walked) if self._chooses_between_paths(element) else ()
            if element.kind != "pdu" or len(element.inputs) != 1:
                return ()
            name = element.inputs[0].source
        return ()

    def _chooses_between_paths(self, switch: PowerElement) -> bool:
        """Whether its inputs are of different paths; one that chooses between grid and generators is not."""
        sources = [self._power[feed.source] for feed in switch.inputs if feed.source in self._power]
        paths = {source.path for source in sources}
        return len(sources) > 1 and None not in paths and len(paths) > 1

    def crossing(self, cords: Iterable[str]) -> tuple[str, FieldPath] | None:
        """The element of one path that another path feeds, and the input that does it, if there is one."""
        for name in sorted({name for cord in cords for name in self.above(cord)}):
            element = self._power[name]
            if element.kind == "transfer-switch" or element.path is None:
                continue
            for index, feed in enumerate(element.inputs):
                source = self._power.get(feed.source)
                other = source.path if source is not None and feed.normally == "closed" else None
                if other is not None and other != element.path:
                    return name, ("power", name, "inputs", index, "source")
        return None

    def behind_ups(self, key: str) -> bool:
        """Whether a UPS stands between the element and every source that normally feeds it."""
        return self._behind_ups(key, frozenset())

    def _behind_ups(self, key: str, walked: frozenset[str]) -> bool:
        element = self._power.get(key)
        if element is None or key in walked or element.kind in SOURCES:
            return False
        if element.kind == "ups":
            return True
        closed = [feed.source for feed in element.inputs if feed.normally == "closed"]
        sources = closed or [feed.source for feed in element.inputs]
        return any(self._behind_ups(source, walked | {key}) for source in sources)


class Supplies:
    """Supplies of an estate's devices, and their cuts, each set of equal cords worked out once."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.paths = PowerPaths(estate.power)
        self._cuts: dict[Supply, tuple[str, ...]] = {}

    def cuts(self, supply: Supply) -> tuple[str, ...]:
        """As `PowerPaths.cuts`."""
        if supply not in self._cuts:
            self._cuts[supply] = self.paths.cuts(supply)
        return self._cuts[supply]

    @cached_property
    def of_devices(self) -> Mapping[str, Supply]:
        """By device: its cords; devices that take no power, and those with no cord declared, are left out."""
        return dict(self._supplies())

    def _supplies(self) -> Iterator[tuple[str, Supply]]:
        for key, device in self.estate.devices.items():
            model = self.estate.models.get(device.model)
            cords = tuple(sorted(feed for feed in device.feeds if feed in self.estate.power))
            if cords and (model is None or model.device_type.is_powered):
                yield key, Supply(cords, model.supplies_needed if model is not None else 1)
