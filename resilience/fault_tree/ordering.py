"""Orders of variables: a diagram's size hangs on them, and no rule is best, so several are tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from resilience.fault_tree.formulas import Node

Order = tuple[int, ...]


def orders(
    nodes: Sequence[Node], module: int, gates: Sequence[int], leaves: Sequence[int]
) -> Iterator[Order]:
    """Orders of a module's variables, the one that is best most often first, each once.

    All walk the module from its top and differ in which input they take first. Inputs that many gates use
    first, and smaller ones before larger, was best on most published trees (docs/adr/0050).
    """
    size = dict.fromkeys(leaves, 1)
    uses: dict[int, int] = {}
    for gate in gates:
        inputs = [abs(one) for one in nodes[gate].inputs]
        size[gate] = sum(size[one] for one in inputs)
        for one in inputs:
            uses[one] = uses.get(one, 0) + 1
    at = {leaf: place for place, leaf in enumerate(leaves)}
    firsts: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda one: (-uses[one], size[one]),
        lambda one: (-uses[one],),
        lambda one: (),
        lambda one: (size[one],),
        lambda one: (-size[one],),
        lambda one: (one in at,),
    )
    given: set[Order] = set()
    for first in firsts:
        walked = _walk(nodes, module, at, first)
        if walked not in given:
            given.add(walked)
            yield walked
    pulled = _pulled_together(nodes, gates, _walk(nodes, module, at, lambda one: ()))
    if pulled not in given:
        yield pulled


def _walk(
    nodes: Sequence[Node], module: int, leaves: Mapping[int, int], first: Callable[[int], tuple[int, ...]]
) -> Order:
    found: dict[int, None] = {}
    seen: set[int] = set()
    stack = [module]
    while stack:
        number = stack.pop()
        if number in seen:
            continue
        seen.add(number)
        if number in leaves:
            found[number] = None
        else:
            stack += sorted((abs(one) for one in nodes[number].inputs), key=first)[::-1]
    return tuple(found)


def _pulled_together(nodes: Sequence[Node], gates: Sequence[int], start: Order, rounds: int = 40) -> Order:
    """Variables moved to the middle of the gates that they are in, over and over; the tightest order seen.

    Aloul, Markov, Sakallah: "FORCE: a fast and easy-to-implement variable-ordering heuristic", GLSVLSI 2003.
    """
    leaves = set(start)
    place = {leaf: float(number) for number, leaf in enumerate(start)}
    edges: list[tuple[int, ...]] = []
    for gate in gates:
        inputs = tuple(dict.fromkeys(abs(one) for one in nodes[gate].inputs))
        place[gate] = sum(place[one] for one in inputs) / len(inputs)
        edges.append((gate, *inputs))
    member: dict[int, list[int]] = {}
    for number, edge in enumerate(edges):
        for one in edge:
            member.setdefault(one, []).append(number)
    best, least = start, float("inf")
    for _ in range(rounds):
        middles = [sum(place[one] for one in edge) / len(edge) for edge in edges]
        pulled = {one: sum(middles[edge] for edge in held) / len(held) for one, held in member.items()}
        ranked = sorted(pulled, key=lambda one: (pulled[one], one))
        place = {one: float(number) for number, one in enumerate(ranked)}
        spans = sum(max(place[one] for one in edge) - min(place[one] for one in edge) for edge in edges)
        if spans < least:
            best, least = tuple(one for one in ranked if one in leaves), spans
    return best
