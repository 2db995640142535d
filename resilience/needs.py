"""The graph of typed needs: elements and gates as nodes, needs as edges, written by one accumulator."""

from dataclasses import dataclass, field
from typing import Any, Literal

import networkx as nx

from resilience.results import Category, Missing, NeedKind
from specs.issues import FieldPath

Operator = Literal["all", "any", "k-of-n"]
"""How many of a node's run needs must hold."""


def is_element(node: str) -> bool:
    """Whether a node is an element itself, and neither a gate nor an element as seen from somewhere.

    >>> is_element("devices/a"), is_element("devices/a#power"), is_element("services/x@sites/b")
    (True, False, False)
    """
    return "#" not in node and "@" not in node


@dataclass
class Needs:
    """Grows the graph; nobody but the builder holds one.

    A node has `op` and `needs` (how many of its edges must hold), `flow` (it carries something from a
    source, power or traffic, so a ring of such nodes does not sustain itself), `shows` (the element that
    it stands for in a chain; None for a bare gate) and `category` (None: it never fails by itself). An
    edge has `kind`, `why`, `path`, `tolerates`, `times` (a device with two cords in one PDU needs it
    twice) and `starts` (whether it must hold before the source can begin).
    """

    graph: "nx.DiGraph[str]" = field(default_factory=nx.DiGraph)
    missing: list[Missing] = field(default_factory=list)

    def element(self, name: str, category: Category | None = None, *, flow: bool = False) -> str:
        """The node of that element; made if it is not there."""
        if name not in self:
            self.graph.add_node(name, op="all", needs=0, flow=flow, shows=name, category=category)
        return name

    def gate(
        self, name: str, op: Operator = "all", needs: int = 0, *, shows: str | None = None, flow: bool = False
    ) -> str:
        """A node that nothing but its needs can take down."""
        self.graph.add_node(name, op=op, needs=needs, flow=flow, shows=shows, category=None)
        return name

    def need(
        self,
        source: str,
        target: str,
        why: str,
        path: FieldPath,
        *,
        kind: NeedKind = "run",
        tolerates: float = 0.0,
        starts: bool = True,
    ) -> None:
        """One edge; said again it counts twice in a gate of k-of-n."""
        known: dict[str, Any] | None = self.graph.get_edge_data(source, target)
        if known is not None:
            known["times"] += 1
            return
        self.graph.add_edge(
            source, target, kind=kind, why=why, path=path, tolerates=tolerates, times=1, starts=starts
        )

    def lacks(self, element: str, fact: str, path: FieldPath, matters: str) -> None:
        """Notes an undeclared fact of an element."""
        self.missing.append(Missing(element, fact, path, matters))

    def __contains__(self, name: str) -> bool:
        """Whether the node was made, and not only named by an edge."""
        return name in self.graph and "op" in self.graph.nodes[name]
