"""The whole failure function of a service as a decision diagram; rings of needs are solved on diagrams."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from resilience.availability.failing import Failing, Failures, Values
from resilience.fault_tree.diagram import Diagram
from resilience.fault_tree.engine import TRUE, Engine, TooLarge
from resilience.fault_tree.failure_function import FailureFunction, Module
from resilience.fault_tree.modules import Limits

MOST_NODES: Final = 200_000
"""Made on the way to the diagrams of all services together."""


@dataclass
class Making:
    """The values of nodes while diagrams are made."""

    failures: Failures
    maker: Engine
    own: Mapping[int, int]
    """Of every node that fails by itself its variable."""
    values: dict[int, int]
    """Of every node that was made when it is lost."""

    def either(self, values: Iterable[int]) -> int:
        """int of them."""
        return -self.maker.conjunction([-value for value in values])

    def top(self, one: Failing, wide: Collection[str]) -> int:
        """When a service fails, once its nodes are made."""
        index, scenarios = self.failures.logic.sweep.compiled.index, self.failures.scenarios
        algebra: Values[int] = Values(
            -TRUE,
            TRUE,
            lambda a, b: self.maker.conjunction((a, b)),
            lambda a, b: self.either((a, b)),
            lambda a: -a,
        )

        def prevails(width: str) -> int:
            held = [index[name] for name in sorted(wide) if scenarios[name] == width]
            return self.either(self.own[node] for node in held if node in self.own)

        return one.fails(
            lambda node: -TRUE if node in self.failures.calm else self.values[node],
            lambda: prevails("site"),
            lambda: prevails("region"),
            algebra,
        )

    def make(self, support: frozenset[int]) -> None:
        """When each node of the support is lost: the fixpoints of `Compiled.lost`, over diagrams."""
        compiled, values = self.failures.logic.sweep.compiled, self.values
        for ring in compiled.order:
            if ring[0] not in support or ring[0] in values:
                continue
            if len(ring) == 1 and not any(child == ring[0] for child, _ in compiled.children[ring[0]]):
                values[ring[0]] = self._of(ring[0], values)
                continue
            flows = [node for node in ring if compiled.flow[node]]
            others = [node for node in ring if not compiled.flow[node]]
            values |= {node: self.own.get(node, -TRUE) for node in others}
            while True:
                values |= dict.fromkeys(flows, TRUE)
                self._settle(flows, values)
                if not self._settle(others, values) or not flows:
                    break

    def _settle(self, nodes: Sequence[int], values: dict[int, int]) -> bool:
        changed_ever, changed, ordered = False, bool(nodes), nodes
        while changed:
            changed = False
            for node in ordered:
                value = self._of(node, values)
                if value != values[node]:
                    values[node] = value
                    changed = changed_ever = True
            ordered = ordered[::-1]
        return changed_ever

    def _of(self, node: int, values: Mapping[int, int]) -> int:
        own, gate = self.own.get(node), self._gate(node, values)
        return gate if own is None else self.either((own, gate))

    def _gate(self, node: int, values: Mapping[int, int]) -> int:
        compiled = self.failures.logic.sweep.compiled
        children, threshold = compiled.children[node], compiled.threshold[node]
        if not children:
            return -TRUE if threshold == 0 else TRUE
        if threshold <= 1:
            return self.either(values[child] for child, _ in children)
        if threshold == sum(times for _, times in children):
            return self.maker.conjunction([values[child] for child, _ in children])
        reached = [TRUE] + [-TRUE] * threshold
        for child, times in children:
            for _ in range(times):
                for count in range(threshold, 0, -1):
                    more = self.maker.conjunction((reached[count - 1], values[child]))
                    reached[count] = self.either((reached[count], more))
        return reached[threshold]


def failure_functions(
    failures: Failures,
    asked: Sequence[Failing],
    events: frozenset[str],
    *,
    most: int = MOST_NODES,
) -> dict[str, FailureFunction | None]:
    """The failure of each of those services over those events, all others never happening.

    None where all together take more than `most` nodes; those that rest on least are made first.

    Events that take nothing but one and the same element are one variable. Variables stand in the order in
    which a walk from the services down leaves their elements, so that what hangs together stays together.
    """
    compiled = failures.logic.sweep.compiled
    weight = {one.service: len(support_of(failures, one) & events) for one in asked}
    ordered = sorted(asked, key=lambda one: (weight[one.service], one.service))
    roots = {one.service: [node for level in one.owed for node in level.nodes()] for one in ordered}
    wide = wide_events(failures, ordered)
    merged = merged_events(failures, ordered, events)
    found: dict[str, FailureFunction | None] = dict.fromkeys((one.service for one in asked), None)
    with suppress(TooLarge):
        maker = Engine(len(merged), most)
        own = {node: maker.variable(level) for level, node in enumerate(merged)}
        making = Making(failures, maker, own, {})
        for one in ordered:
            making.make(frozenset(walked(compiled.children, roots[one.service])))
            top = making.top(one, wide)
            found[one.service] = _as_function(list(merged.values()), *maker.export(top))
    return found


def wide_events(failures: Failures, asked: Sequence[Failing]) -> frozenset[str]:
    """Events that change what any of those services owes."""
    if not any(len(set(one.owed)) > 1 for one in asked):
        return frozenset()
    return frozenset(name for name, scenario in failures.scenarios.items() if scenario != "component")


def merged_events(
    failures: Failures, asked: Sequence[Failing], events: frozenset[str]
) -> dict[int, tuple[str, ...]]:
    """Of nodes below those services that fail by themselves the events that mean just this, in the order of a
    walk from the services down: an event on which one element alone hangs, and that takes it, is that
    element's own failure."""
    compiled = failures.logic.sweep.compiled
    every = [node for one in asked for level in one.owed for node in level.nodes()]
    wide = wide_events(failures, asked)
    merged = _merged(failures, walked(compiled.children, every), events, wide, frozenset(every))
    alone = {compiled.index[name]: (name,) for name in sorted(wide & events)}
    return merged | {node: held for node, held in alone.items() if node not in merged}


def _merged(
    failures: Failures,
    ordered: list[int],
    events: frozenset[str],
    apart: frozenset[str],
    roots: frozenset[int],
) -> dict[int, tuple[str, ...]]:
    """Nodes of the walk and their events."""
    compiled = failures.logic.sweep.compiled
    within = frozenset(ordered)
    place = {node: number for number, node in enumerate(ordered)}
    own: dict[int, list[str]] = {}
    bare: set[int] = set()
    for node in ordered:
        name = compiled.names[node]
        held = own.setdefault(node, [])
        if name in events:
            held.append(name)
        children = [child for child, _ in compiled.children[node]]
        if (
            compiled.threshold[node] <= 1
            and all(child in bare for child in children)
            and (children or not compiled.threshold[node])
        ):
            parents = [parent for parent, _ in compiled.parents[node] if parent in within]
            if (
                len(parents) == 1
                and node not in roots
                and name not in apart
                and parents[0] != node
                and compiled.threshold[parents[0]] <= 1
                and place[parents[0]] > place[node]
            ):
                bare.add(node)
                own.setdefault(parents[0], []).extend(held)
                held.clear()
    return {node: tuple(sorted(own[node])) for node in ordered if own[node]}


def _as_function(
    names: list[tuple[str, ...]], level: list[int], low: list[int], high: list[int], root: int
) -> FailureFunction:
    modules: list[Module] = []
    sources: list[str | int] = []
    for together in names:
        sources.append(together[0] if len(together) == 1 else len(modules))
        if len(together) > 1:
            modules.append(Module(_any_of(together), together))
    shown = tuple(name if isinstance(name, str) else f"#{name}" for name in sources)
    diagram = Diagram(shown, tuple(level), tuple(low), tuple(high), root)
    modules.append(Module(diagram, tuple(sources)))
    support = sorted({name for one in set(level[2:]) for name in names[one]})
    return FailureFunction(tuple(modules), tuple(support), diagram.is_monotone(), Limits())


def _any_of(events: tuple[str, ...]) -> Diagram:
    """int of those events.

    >>> _any_of(("a", "b")).probability({"a": 0.5, "b": 0.5})
    0.75
    """
    count = len(events)
    level = (count, count, *range(count - 1, -1, -1))
    low = (0, 1, 0, *range(2, count + 1))
    high = (0, 1, *(1 for _ in events))
    return Diagram(events, level, low, high, count + 1)


def walked(children: Sequence[Sequence[tuple[int, int]]], roots: Sequence[int]) -> list[int]:
    """Nodes below the roots, each after what it needs."""
    seen: set[int] = set()
    found: list[int] = []
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        walk = [(root, iter(children[root]))]
        while walk:
            node, ahead = walk[-1]
            for child, _ in ahead:
                if child not in seen:
                    seen.add(child)
                    walk.append((child, iter(children[child])))
                    break
            else:
                walk.pop()
                found.append(node)
    return found


def support_of(failures: Failures, failing: Failing) -> frozenset[str]:
    """Events that the service rests on."""
    compiled = failures.logic.sweep.compiled
    roots = [node for level in failing.owed for node in level.nodes()]
    events = failures.logic.events
    return frozenset(
        compiled.names[node] for node in walked(compiled.children, roots) if compiled.names[node] in events
    )
