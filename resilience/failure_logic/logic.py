"""The failure logic of an estate: its graph of needs with standbys as they are, and its basic events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from resilience.failure_logic.events import BasicEvent, basic_event
from resilience.failure_logic.standbys import Standby, refine
from resilience.graph import EstateGraph
from resilience.sweep import Sweep


@dataclass(frozen=True)
class FailureLogic:
    """What the failure of each service follows from."""

    graph: EstateGraph
    """The estate's graph with a gate of its own for every standby."""
    events: Mapping[str, BasicEvent]
    """Every event that happens by itself, by name."""
    standbys: tuple[Standby, ...]

    @cached_property
    def sweep(self) -> Sweep:
        """Every single event of this graph."""
        return Sweep(self.graph)


def failure_logic(graph: EstateGraph) -> FailureLogic:
    """The failure logic of an estate's graph; the same whatever order its elements came in."""
    refined = refine(graph)
    demands = {event.name: event for event in refined.events}
    nodes: Any = refined.needs.nodes(data="category")
    events = {
        name: demands[name] if name in demands else basic_event(graph.estate, name, category)
        for name, category in sorted(nodes)
        if category is not None
    }
    return FailureLogic(replace(graph, needs=refined.needs), events, refined.standbys)
