"""How probable each joint outcome of one site is: its failures walked once, states that are alike as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from resilience.availability.diagrams import Making, walked
from resilience.availability.division import Division
from resilience.fault_tree.engine import TRUE, Engine
from resilience.sweep import bits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.signedinteger[Any]]
    Chances = NDArray[np.float64]
    Truths = NDArray[np.bool_]

MANY: Final = 24
"""Needs of a gate that lets some of them fail: from so many on those lost are counted, not drawn."""
_FAINT: Final = 1e-6
"""An event is followed as if it were at least so probable: what never happens now may be asked about."""


@dataclass(frozen=True)
class Step:
    """What one variable does to the states."""

    variable: int | None
    """None: one that is given."""
    chance: float
    reached: "Chances"
    """Of each state before."""
    low: "Numbers"
    """Where each leads if the variable is false; −1: not followed."""
    high: "Numbers"


@dataclass(frozen=True)
class Outcomes:
    """The joint outcomes of one site, each combination once."""

    truth: "Truths"
    """A row a combination, a column an outcome: whether it is lost."""
    chances: "Chances"
    """Of each combination."""
    weights: "Chances"
    """The same as if every event were at least as probable as a millionth."""
    left_out: float
    """Probability of all states that were not followed."""
    steps: tuple[Step, ...]

    def slopes(self, worth: "Chances") -> dict[int, "Chances"]:
        """Of every variable by how much it moves the mean of a worth; `worth` has a row a combination and a
        column for everything that is asked."""
        import numpy as np

        found = {}
        value = worth
        for step in reversed(self.steps):
            padded = np.vstack((value, np.zeros((1, value.shape[1]))))
            low, high = padded[step.low], padded[step.high]
            if step.variable is None:
                value = low
                continue
            found[step.variable] = step.reached @ (high - low)
            value = (1.0 - step.chance) * low + step.chance * high
        return found


@dataclass
class SiteDrawing:
    """Diagrams of one site's nodes, made once for all services; TooLarge beyond `most` nodes."""

    division: Division
    site: str
    most: int
    variables: tuple[int, ...] = field(init=False)
    """In the order in which they are walked."""
    engine: Engine = field(init=False)
    making: Making = field(init=False)
    levels: dict[int, int] = field(init=False)
    """Of each variable its place in the order."""

    def __post_init__(self) -> None:
        held = 0
        for node, site in self.division.site_of.items():
            held |= self.division.below[node] if site == self.site else 0
        self.variables = tuple(bits(held))
        self.levels = {variable: level for level, variable in enumerate(self.variables)}
        self.engine = Engine(len(self.variables), self.most)
        own = {self.division.owners[one]: self.variable(one) for one in self.variables}
        self.making = Making(self.division.failures, self.engine, own, {})

    def variable(self, number: int) -> int:
        """The function that is true where that variable is."""
        return self.engine.variable(self.levels[number])


class SiteModel:
    """The outcomes of one site as functions, ready for any probabilities.

    Functions with small diagrams are drawn. Gates that let some of very many needs fail (a cluster of a
    hundred nodes) are not: their needs are drawn, and those lost are counted while the variables are walked.
    TooLarge beyond the drawing's limit of nodes.
    """

    def __init__(self, drawing: SiteDrawing, nodes: Sequence[int], shown: Sequence[int]) -> None:
        self.drawing = drawing
        self._compiled = drawing.division.failures.logic.sweep.compiled
        self._soft = self._counted(nodes)
        children = self._compiled.children
        drawn = [node for node in nodes if node not in self._soft]
        drawn += [child for node in self._soft for child, _ in children[node] if child not in self._soft]
        making = drawing.making
        making.make(frozenset(walked(children, drawn)))
        self._columns: dict[int, int] = {}
        self._at = {node: self._column(making.values[node]) for node in drawn}
        self._own_at = {node: self._column(making.own[node]) for node in self._soft if node in making.own}
        shown_at = {one: self._column(drawing.variable(one)) for one in shown}
        self._kept = {self._at[node] for node in nodes if node in self._at} | set(shown_at.values())
        self._kept |= set(self._own_at.values())
        self._counters()
        order: dict[tuple[str, int], int] = {}
        self.outcome_of = {
            node: order.setdefault(
                ("counted", node) if node in self._soft else ("drawn", self._at[node]), len(order)
            )
            for node in nodes
        }
        """Of each outcome's node the column that tells; what is one and the same function shares it."""
        self.shown_at = {one: order.setdefault(("drawn", at), len(order)) for one, at in shown_at.items()}
        """Of each variable that is an outcome in itself the column that tells."""
        self._order = tuple(order)
        self._level, self._low, self._high, self._roots = drawing.engine.export_all(tuple(self._columns))
        self._asked = self._asking()

    @property
    def width(self) -> int:
        """How many columns tell."""
        return len(self._order)

    def _column(self, function: int) -> int:
        return self._columns.setdefault(function, len(self._columns))

    def _counted(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """Gates with many needs of which some may fail, and gates above them, what is needed first."""
        compiled = self._compiled
        within = frozenset(walked(compiled.children, nodes))
        drawn: set[int] = set()
        while True:
            soft: dict[int, None] = {}
            rings: set[int] = set()
            for ring in compiled.order:
                if ring[0] not in within:
                    continue
                held = [child for node in ring for child, _ in compiled.children[node] if child in soft]
                if len(ring) > 1 or ring[0] in (child for child, _ in compiled.children[ring[0]]):
                    rings.update(held)
                    continue
                total = sum(times for _, times in compiled.children[ring[0]])
                many = total >= MANY and 1 < compiled.threshold[ring[0]] < total
                if (many or held) and ring[0] not in drawn:
                    soft[ring[0]] = None
            if not rings:
                return tuple(soft)
            # A ring is drawn whole, so that what it needs must be drawn.
            drawn |= {one for one in walked(compiled.children, sorted(rings)) if one in soft}

    def _counters(self) -> None:
        """Columns that only count, and what they count for."""
        compiled = self._compiled
        self._gates: list[int] = []
        self._thresholds: list[int] = []
        counts: dict[int, dict[int, int]] = {}
        for node in self._soft:
            total = sum(times for _, times in compiled.children[node])
            if 1 < compiled.threshold[node] < total:
                self._gates.append(node)
                self._thresholds.append(compiled.threshold[node])
                for child, times in compiled.children[node]:
                    if child in self._at:
                        held = counts.setdefault(self._at[child], {})
                        held[len(self._gates) - 1] = held.get(len(self._gates) - 1, 0) + times
            else:
                self._kept |= {self._at[child] for child, _ in compiled.children[node] if child in self._at}
        self._counts = {column: held for column, held in counts.items() if column not in self._kept}

    def _asking(self) -> list[list[int]]:
        """Of each level the columns whose function asks about it."""
        found: list[set[int]] = [set() for _ in self.drawing.variables]
        for column, root in enumerate(self._roots):
            seen = {0, 1}
            stack = [root]
            while stack:
                place = stack.pop()
                if place not in seen:
                    seen.add(place)
                    found[self._level[place]].add(column)
                    stack += (self._low[place], self._high[place])
        return [sorted(one) for one in found]

    def outcomes(self, chances: Sequence[float], given: Mapping[int, bool], too_rare: float) -> Outcomes:
        """Of independent variables with those probabilities (by number), some of them given.

        States less probable than `too_rare` are not followed; what they are probable together is told.
        """
        import numpy as np

        level, low, high = (np.array(one, dtype=np.int32) for one in (self._level, self._low, self._high))
        width = len(self._columns)
        states = np.zeros((1, width + len(self._gates)), dtype=np.int32)
        states[0, :width] = self._roots
        self._count(states, range(width))
        marks = np.random.default_rng(1).integers(1, 2**62, size=states.shape[1], dtype=np.int64)
        reached: Chances = np.ones(1)
        weight: Chances = np.ones(1)
        left_out = 0.0
        steps: list[Step] = []
        for place, variable in enumerate(self.drawing.variables):
            asked = self._asked[place]
            if not asked:
                continue
            asking = level[states[:, asked]] == place
            touched = asking.any(axis=1)
            if not touched.any():
                continue
            chance = chances[variable]
            if variable in given:
                columns = (high if given[variable] else low)[states[:, asked]]
                states[:, asked] = np.where(asking, columns, states[:, asked])
                self._count(states, asked)
                first, number = _alike(states, marks)
                states = states[first]
                reached, weight = summed(number, reached), summed(number, weight)
                steps.append(Step(None, 0.0, reached, number, number))
                continue
            following = touched & (weight * max(chance, _FAINT) >= too_rare)
            left_out += chance * float(reached[touched & ~following].sum())
            moved = np.flatnonzero(following)
            upper = states[moved]
            upper[:, asked] = np.where(asking[moved], high[upper[:, asked]], upper[:, asked])
            self._count(upper, asked)
            lower = states[:, asked]
            states[:, asked] = np.where(asking, low[lower], lower)
            self._count(states, asked)
            stays = np.where(touched, 1.0 - chance, 1.0)
            first, number = _alike(np.concatenate((states, upper)), marks)
            to_high = np.where(touched, -1, number[: len(states)])
            to_high[moved] = number[len(states) :]
            steps.append(Step(variable, chance, reached, number[: len(states)], to_high))
            states = np.concatenate((states, upper))[first]
            weight = summed(number, weight, weight[moved] * max(chance, _FAINT))
            reached = summed(number, reached * stays, reached[moved] * chance)
        return Outcomes(self._truth(states), reached, weight, left_out, tuple(steps))

    def _count(self, states: "Numbers", columns: Iterable[int]) -> None:
        """Move what is lost for good in columns that only count to the counters."""
        import numpy as np

        width = len(self._columns)
        for column in columns:
            held = self._counts.get(column)
            if held is None:
                continue
            lost = np.flatnonzero(states[:, column] == TRUE)
            if len(lost):
                for gate, times in held.items():
                    counted = states[lost, width + gate] + times
                    states[lost, width + gate] = np.minimum(counted, self._thresholds[gate])
                states[lost, column] = 0

    def _truth(self, states: "Numbers") -> "Truths":
        """Of each state whether each outcome is lost."""
        import numpy as np

        compiled = self._compiled
        width = len(self._columns)
        gates = {node: place for place, node in enumerate(self._gates)}
        lost: Mapping[int, Truths] = {node: states[:, at] == TRUE for node, at in self._at.items()}
        values = dict(lost)
        for node in self._soft:
            count = np.zeros(len(states), dtype=np.int64)
            if node in gates:
                count += states[:, width + gates[node]]
            for child, times in compiled.children[node]:
                count += times * values[child]
            found = count >= max(1, compiled.threshold[node])
            if node in self._own_at:
                found |= states[:, self._own_at[node]] == TRUE
            values[node] = found
        columns = [
            values[place] if kind == "counted" else states[:, place] == TRUE for kind, place in self._order
        ]
        return np.column_stack(columns) if columns else np.zeros((len(states), 0), dtype=bool)


def _alike(states: "Numbers", marks: "Numbers") -> "tuple[Numbers, Numbers]":
    """Of states the first of each kind, and of each state the number of its kind."""
    import numpy as np

    _, first, number = np.unique(states @ marks, return_index=True, return_inverse=True)
    number = number.reshape(-1)
    merged = np.flatnonzero(first[number] != np.arange(len(states)))
    if (states[merged] != states[first[number[merged]]]).any():
        _, first, number = np.unique(states, axis=0, return_index=True, return_inverse=True)
        number = number.reshape(-1)
    return first, number


def summed(number: "Numbers", *parts: "Chances", least: int = 0) -> "Chances":
    """Of each kind what its members add up to; `least` kinds at least."""
    import numpy as np

    weights = np.concatenate(parts)
    found: Chances = np.bincount(number, weights=weights, minlength=least).astype(np.float64)
    return found
