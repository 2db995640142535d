"""The same question answered by trying everything: every mode of every service, every standby, every node."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import inf

import networkx as nx

from resilience.dr_capacity.question import Part, Question

Modes = dict[str, int]
"""By service: 0 dropped, 1 at its minimum, 2 in full."""

EXACT = 1e-6

Item = tuple[tuple[float, ...], str]
"""Size of an instance, and whose others it keeps apart from; empty: nobody's."""


def best(question: Question) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Services alive, services in full, standbys there: the greatest by the order in which they are kept."""
    standbys = [part for part in question.parts if part.group or not part.carries]
    chosen: tuple[tuple[bool, ...], Modes, dict[str, int]] | None = None
    for levels in product((2, 1, 0), repeat=len(question.services)):
        modes = dict(zip(question.services, levels, strict=True))
        if not _bound(question, modes):
            continue
        for states in _states(standbys, modes):
            key = (
                *(modes[service] >= 1 for service in question.services),
                *(modes[service] == 2 for service in question.services),
                *(states[part.name] > 0 for part in standbys),
            )
            if (chosen is None or key > chosen[0]) and _room(question, modes, states):
                chosen = key, modes, states
    assert chosen is not None
    _, modes, states = chosen
    return (
        frozenset(service for service, level in modes.items() if level),
        frozenset(service for service, level in modes.items() if level == 2),
        frozenset(name for name, state in states.items() if state),
    )


def _states(standbys: Sequence[Part], modes: Modes) -> Iterator[dict[str, int]]:
    """Each standby off (0), standing by (1) or carrying (2); of a group exactly one carries."""
    for states in product((0, 1, 2), repeat=len(standbys)):
        found = {part.name: state for part, state in zip(standbys, states, strict=True)}
        if any(found[part.name] and not modes[part.service] for part in standbys):
            continue
        if any(found[part.name] == 2 and not part.group for part in standbys):
            continue
        groups = {(part.service, part.group) for part in standbys if part.group}
        carrying = [
            sum(found[p.name] == 2 for p in standbys if (p.service, p.group) == group)
            == (modes[group[0]] > 0)
            for group in groups
        ]
        if all(carrying):
            yield found


def _bound(question: Question, modes: Modes) -> bool:
    """Whether enough of what each service needs runs at its level; what stands between runs as high as it
    can."""
    levels = dict(modes) | dict.fromkeys(question.between, 2)
    while True:
        lowered = False
        for need in question.needs:
            at = sorted((levels[name] for name in need.of), reverse=True)
            highest = at[need.at_least - 1] if need.at_least <= len(at) else 0
            if levels[need.who] > highest:
                if need.who in modes:
                    return False
                levels[need.who] = highest
                lowered = True
        if not lowered:
            return True


def _amount(part: Part, modes: Modes, states: dict[str, int], amounts: Sequence[float]) -> float:
    """`amounts`: standing, minimum, full."""
    level = modes[part.service]
    if part.group or not part.carries:
        state = states[part.name]
        return amounts[level] if state == 2 else amounts[0] if state == 1 else 0.0
    return amounts[level] if level else 0.0


def _room(question: Question, modes: Modes, states: dict[str, int]) -> bool:
    sums = [0.0] * len(question.limits)
    for part in question.parts:
        for ask in part.asks:
            sums[ask.limit] += _amount(part, modes, states, (ask.standing, ask.minimum, ask.full))
    if any(taken > limit.gives * (1 + EXACT) for taken, limit in zip(sums, question.limits, strict=True)):
        return False
    standing: dict[str, list[Item]] = {}
    for name, nodes in question.nodes:
        items: list[Item] = []
        for part in question.parts:
            if part.rack != name:
                continue
            level = modes[part.service]
            state = states.get(part.name, 2)
            if not level or not state:
                continue
            owner = part.name if part.apart else ""
            items += [(part.sizes[level if state == 2 else 0], owner)] * part.instances
        if not packs_apart(items, nodes):
            return False
        standing[name] = items
    return _carried(question, modes) and _powered(question, standing)


def _powered(question: Question, standing: dict[str, list[Item]]) -> bool:
    """Whether some choice of nodes that are on holds what stands there and keeps to power and cooling: the
    weakest are in use, as many as are enough, and any so many nodes may be those that are on."""
    nodes = dict(question.nodes)
    choices = []
    for entry in question.switching:
        items = standing[entry.rack]
        enough = next(
            n for n in range(len(nodes[entry.rack]) + 1) if packs_apart(items, nodes[entry.rack][:n])
        )
        on = enough + entry.reserve if items else 0
        choices.append(list(combinations(entry.draws, on)))
    for chosen in product(*choices):
        sums = [0.0] * len(question.site_limits)
        for draws in chosen:
            for node in draws:
                for limit, watts in node:
                    sums[limit] += watts
        if all(
            taken <= limit.gives * (1 + EXACT)
            for taken, limit in zip(sums, question.site_limits, strict=True)
        ):
            return True
    return False


def packs_apart(
    items: Sequence[Item], nodes: Sequence[tuple[float, ...]], held: tuple[frozenset[str], ...] = ()
) -> bool:
    """Whether every item finds a node on which none stands from which it keeps apart, by trying all."""
    if not any(owner for _, owner in items):
        return packs([size for size, _ in items], nodes)
    here = held or (frozenset(),) * len(nodes)
    # Those that keep apart come first, so that what is left need not be told apart.
    (size, owner), *rest = sorted(items, key=lambda item: (not item[1], item[1]))
    for number, node in enumerate(nodes):
        left = tuple(have - taken for have, taken in zip(node, size, strict=True))
        if owner in here[number] or min(left) < -EXACT:
            continue
        then = (*here[:number], here[number] | {owner}, *here[number + 1 :])
        if packs_apart(rest, [*nodes[:number], left, *nodes[number + 1 :]], then):
            return True
    return False


def packs(items: Sequence[tuple[float, ...]], nodes: Sequence[tuple[float, ...]]) -> bool:
    """Whether every item finds a node, by trying all."""
    if not items:
        return True
    tried = set()
    for number, node in enumerate(nodes):
        left = tuple(have - size for have, size in zip(node, items[0], strict=True))
        if node in tried or min(left) < -EXACT:
            continue
        tried.add(node)
        if packs(items[1:], [*nodes[:number], left, *nodes[number + 1 :]]):
            return True
    return False


def _carried(question: Question, modes: Modes) -> bool:
    """Whether circuits carry all traffic to the one target, by maximum flow over links of both directions."""
    if not question.traffic:
        return True
    (target,) = {traffic.target for traffic in question.traffic}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(("all", target))
    for arc in question.arcs:
        gives = inf if arc.limit is None else question.limits[arc.limit].gives
        known = graph.get_edge_data(arc.tail, arc.head, {"capacity": 0.0})["capacity"]
        graph.add_edge(arc.tail, arc.head, capacity=known + gives)
    wanted = 0.0
    for traffic in question.traffic:
        level = modes[traffic.service] if traffic.service else 2
        amount = (0.0, traffic.minimum, traffic.full)[level]
        known = graph.get_edge_data("all", traffic.source, {"capacity": 0.0})["capacity"]
        graph.add_edge("all", traffic.source, capacity=known + amount)
        wanted += amount
    return bool(nx.maximum_flow_value(graph, "all", target) >= wanted - EXACT)
