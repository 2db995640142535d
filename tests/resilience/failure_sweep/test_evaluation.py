"""Random graphs with delays, held against a simulation of one scenario at a time, second by second."""

from itertools import combinations
from random import Random

import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resilience.compiled import compile_needs
from resilience.failure_sweep.courses import Value, masked, pieces
from resilience.failure_sweep.evaluation import Evaluation
from resilience.failure_sweep.merging import merged
from resilience.failure_sweep.timetable import Timetable

HORIZON = 40
LEAVES = 5


def random_times(random: Random) -> Timetable:
    """Leaves that fail, and gates above them: borne losses, restarts, standbys, a ring now and then."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    names = [f"n{number:02}" for number in range(LEAVES + random.randint(2, 8))]
    for name in names:
        graph.add_node(name, op="all", needs=0, flow=random.random() < 0.3, shows=name, category=None)
    borne: dict[str, dict[str, float]] = {}
    back: dict[str, dict[str, float]] = {}
    standby: dict[str, dict[str, float]] = {}
    for place, name in enumerate(names[LEAVES:], LEAVES):
        below = names[:place] if random.random() < 0.7 else [other for other in names if other != name]
        children = random.sample(below, random.randint(1, min(4, len(below))))
        kind = random.choice(["all", "any", "k-of-n"])
        graph.nodes[name].update(op=kind, needs=random.randint(1, len(children)))
        for child in children:
            graph.add_edge(name, child, kind="run", tolerates=0.0, times=1, starts=True)
        if kind == "all":
            for child in children:
                if random.random() < 0.4:
                    (borne if random.random() < 0.7 else back).setdefault(name, {})[child] = float(
                        random.randint(1, 6)
                    )
        elif len(children) > 1 and random.random() < 0.7:
            chosen = random.sample(children, random.randint(1, len(children) - 1))
            standby[name] = {child: float(random.randint(0, 5)) for child in chosen}
    compiled = compile_needs(graph)
    index = compiled.index

    def numbered(found: dict[str, dict[str, float]]) -> dict[int, dict[int, float]]:
        return {index[n]: {index[c]: s for c, s in sorted(cs.items())} for n, cs in sorted(found.items())}

    return Timetable(compiled, numbered(borne), numbered(back), numbered(standby), ())


def beside(
    evaluation: Evaluation, base: list[Value], own: dict[int, int], other: int, mask: int
) -> dict[int, Value]:
    """What differs from those scenarios once `other` fails in each besides."""
    return evaluation.overlay(
        lambda node: masked(base[node], mask), {other: mask}, lambda node: own.get(node, 0) & mask, mask
    )


class Second:
    """One scenario, second by second; the whole past is kept, and asked again each time."""

    def __init__(self, times: Timetable, failed: frozenset[int]) -> None:
        self.times, self.failed = times, failed
        self.past: list[list[bool]] = []
        self.ready: list[dict[tuple[int, int], bool]] = []
        self.serving: dict[tuple[int, int], bool] = {}
        for _ in range(HORIZON):
            self.tick()

    def tick(self) -> None:
        compiled, now = self.times.compiled, len(self.past)
        count = len(compiled.names)
        state = [False] * count
        ring_free: list[list[int]] = [list(ring) for ring in compiled.order]
        for ring in ring_free:
            flows = [node for node in ring if compiled.flow[node]]
            others = [node for node in ring if not compiled.flow[node]]
            for node in others:
                state[node] = node in self.failed
            while True:
                for node in flows:
                    state[node] = True
                for _ in range(count + 1):
                    for node in flows:
                        state[node] = self.is_lost(node, state, now)
                before = [state[node] for node in others]
                for _ in range(count + 1):
                    for node in others:
                        state[node] = self.is_lost(node, state, now)
                if before == [state[node] for node in others] or not flows:
                    break
        self.past.append(state)
        ready = {}
        for node, waits in self.times.standby.items():
            for child in waits:
                called = self.is_called(node, state)
                ready[node, child] = called and not state[child]
                key = (node, child)
                self.serving[key] = self.serves(node, child, state, now)
        self.ready.append(ready)

    def is_called(self, node: int, state: list[bool]) -> bool:
        children = self.times.compiled.children[node]
        total = sum(times for _, times in children)
        needed = total - self.times.compiled.threshold[node] + 1
        alive = sum(times for c, times in children if c not in self.times.standby[node] and not state[c])
        return alive < needed

    def serves(self, node: int, child: int, state: list[bool], now: int) -> bool:
        if state[child]:
            return False
        if self.serving.get((node, child), self.is_called_in_calm(node)):
            return True
        wait = int(self.times.standby[node][child])
        past = [now - ago >= 0 and self.ready[now - ago][node, child] for ago in range(1, wait + 1)]
        return all(past) if wait else self.is_called(node, state)

    def is_called_in_calm(self, node: int) -> bool:
        return self.is_called(node, [False] * len(self.times.compiled.names))

    def is_lost(self, node: int, state: list[bool], now: int) -> bool:
        compiled = self.times.compiled
        if node in self.failed:
            return True
        children, threshold = compiled.children[node], compiled.threshold[node]
        waits = self.times.standby.get(node)
        if waits is not None and not self.is_called(node, state):
            return False
        lost = 0
        for child, times in children:
            seen = state[child]
            if waits is not None and child in waits:
                seen = not self.serves(node, child, state, now)
            tolerates = self.times.borne.get(node, {}).get(child)
            if tolerates is not None:
                past = [
                    now - ago >= 0 and self.past[now - ago][child] for ago in range(1, int(tolerates) + 1)
                ]
                seen = seen and all(past)
            returns = self.times.back.get(node, {}).get(child)
            if returns is not None:
                past = [now - ago >= 0 and self.past[now - ago][child] for ago in range(1, int(returns) + 1)]
                seen = seen or any(past)
            lost += times * seen
        return bool(children) and lost >= threshold


def at(value: Value, moment: int) -> int:
    return [bits for begins, bits in pieces(value) if begins <= moment][-1]


def calm_of(times: Timetable) -> frozenset[int]:
    return frozenset(n for n, value in enumerate(times.compiled.lost({}, 1)) if value)


@pytest.mark.slow
@given(st.integers(0, 2**32))
@example(131073)
@settings(max_examples=300, deadline=None)
def test_every_second_of_every_single_and_pair_is_as_the_simulation_says(seed: int) -> None:
    times = random_times(Random(seed))
    if calm_of(times):
        return
    compiled = times.compiled
    evaluation = Evaluation(times, frozenset())
    leaves = [compiled.index[f"n{number:02}"] for number in range(LEAVES)]
    own = {node: 1 << number for number, node in enumerate(leaves)}
    ones = (1 << LEAVES) - 1
    base = evaluation.values(own, ones)
    for number, leaf in enumerate(leaves):
        plain = Second(times, frozenset({leaf}))
        for moment, state in enumerate(plain.past):
            assert [at(value, moment) >> number & 1 for value in base] == state
    for (first, one), (second, other) in combinations(enumerate(leaves), 2):
        mask = (1 << second) - 1
        differs = beside(evaluation, base, own, other, mask)
        plain = Second(times, frozenset({one, other}))
        for moment, state in enumerate(plain.past):
            found = [at(differs.get(node, value), moment) >> first & 1 for node, value in enumerate(base)]
            assert found == state


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_merging_nodes_that_cannot_differ_changes_none_of_them(seed: int) -> None:
    times = random_times(Random(seed))
    compiled = times.compiled
    if calm_of(times):
        return
    leaves = [compiled.index[f"n{number:02}"] for number in range(LEAVES)]
    few = merged(
        compiled,
        times.borne,
        times.back,
        times.standby,
        frozenset(leaves),
        range(len(compiled.names)),
    )
    ones = (1 << LEAVES) - 1
    whole = Evaluation(times, frozenset()).values({n: 1 << k for k, n in enumerate(leaves)}, ones)
    less = Evaluation(Timetable(few.compiled, few.borne, few.back, few.standby, ()), frozenset()).values(
        {few.compiled.index[compiled.names[n]]: 1 << k for k, n in enumerate(leaves)}, ones
    )
    for name, node in compiled.index.items():
        assert less[few.compiled.index[name]] == whole[node]
