"""The exact search: integer programmes by HiGHS that tell whether wished levels of services fit together.

Each service has two variables, alive and full (alive ≥ full), each standby one more, whether it is there;
what a part takes is linear in them. Traffic that may be spread is a flow, one commodity for each target (Ford
and Fulkerson 1962). Rows are divided by what there is. Feasibility is asked first with sums and the bounds of
`resilience.dr_capacity.placing`, then by first fit for what was found, and only then with one variable for
each part, level and node. The node limit is fixed and no clock is read, so two runs give equal answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import inf, isinf
from typing import TYPE_CHECKING

from resilience.dr_capacity.direct import Direct
from resilience.dr_capacity.placing import ROUNDING, Item, fits_in, fitted, holds
from resilience.dr_capacity.question import Level, Part, Question, Wish
from resilience.dr_capacity.results import Proof

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint, OptimizeResult

NODE_LIMIT = 20_000
"""Nodes of the search tree after which a question counts as undecided."""

MOST_PLACES = 4_000
"""Variables of instances on nodes above which no exact place is looked for: what first fit leaves is then
undecided."""

Variable = tuple[str, str, str]
"""Kind and names of a variable."""


@dataclass(frozen=True)
class Answer:
    """Whether a wish list fits, and how that was found out."""

    fits: bool
    proof: Proof
    alive: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()
    """Parts that carry or stand by."""


@dataclass
class Rows:
    """Variables and rows of one programme, as HiGHS takes them."""

    index: dict[Variable, int] = field(default_factory=dict)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    constraint: "LinearConstraint | None" = None
    """All rows, once they are complete."""

    def variable(self, name: Variable, upper: float = 1.0, *, whole: bool = True) -> int:
        if name not in self.index:
            self.index[name] = len(self.upper)
            self.upper.append(upper)
            self.whole.append(int(whole))
        return self.index[name]

    def row(self, terms: Sequence[tuple[int, float]], low: float = -inf, high: float = inf) -> None:
        here = len(self.low)
        summed: dict[int, float] = {}
        for variable, factor in terms:
            summed[variable] = summed.get(variable, 0.0) + factor
        self.entries += [(here, variable, factor) for variable, factor in summed.items() if factor]
        self.low.append(low)
        self.high.append(high)

    def solve(
        self, costs: Mapping[int, float], lower: Mapping[int, float], *, presolve: bool = True
    ) -> "OptimizeResult":
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        count = len(self.upper)
        objective, least = np.zeros(count), np.zeros(count)
        for variable, cost in costs.items():
            objective[variable] = cost
        for variable, bound in lower.items():
            least[variable] = bound
        if self.constraint is None:
            rows, columns, values = zip(*self.entries, strict=True) if self.entries else ((), (), ())
            matrix = csr_array(
                (np.array(values, dtype=float), (np.array(rows, dtype=int), np.array(columns, dtype=int))),
                shape=(len(self.low), count),
            )
            self.constraint = LinearConstraint(matrix, np.array(self.low), np.array(self.high))
        return milp(
            objective,
            integrality=np.array(self.whole, dtype=np.int8),
            bounds=Bounds(least, np.array(self.upper)),
            constraints=self.constraint,
            options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0.0, "presolve": presolve},
        )

    def lexicographic(self, costs: Sequence[Mapping[int, float]]) -> tuple[list[float], bool]:
        """The values of all variables at the least of the first cost, among those of the second, and so on,
        and whether each is proven to be the least; the rows must allow something.

        Each cost is scaled to its greatest factor, and a later cost may spoil an earlier one by a millionth
        of that.
        """
        values, proven = [0.0] * len(self.upper), True
        for cost in costs:
            factors = {variable: factor for variable, factor in cost.items() if factor}
            if not factors:
                continue
            unit = max(abs(factor) for factor in factors.values())
            scaled = {variable: factor / unit for variable, factor in factors.items()}
            found = self.solve(scaled, {})
            proven = proven and found.status == 0
            if found.x is None:
                return values, False
            values = [float(value) for value in found.x]
            self.row(list(scaled.items()), high=float(found.fun) + ROUNDING)
            self.constraint = None
        return values, proven


@dataclass(frozen=True)
class Program:
    """Answers wish lists of one question."""

    question: Question

    @cached_property
    def _sums(self) -> Rows:
        rows = Rows()
        self._levels(rows)
        self._needs(rows)
        self._limits(rows)
        self._traffic(rows)
        self._bounds(rows)
        self._apart(rows)
        self._switching(rows)
        return rows

    @cached_property
    def _placed(self) -> Rows:
        rows = Rows()
        self._levels(rows)
        self._needs(rows)
        self._limits(rows)
        self._traffic(rows)
        self._nodes(rows)
        self._apart(rows)
        self._switching(rows)
        return rows

    def fits(self, wishes: Sequence[Wish]) -> Answer:
        """Whether all wishes hold together."""
        if self._direct.applies:
            return self._without_choice(wishes)
        rows = self._sums
        if not rows.index:
            return Answer(True, "placed")
        lower = self._wished(rows, wishes)
        if lower is None:
            return Answer(False, "aggregate")
        costs = {number: 1.0 for (kind, _, _), number in rows.index.items() if kind in ("alive", "full")}
        found = rows.solve(costs, lower)
        if found.status == 2 and self.question.traffic:
            # Presolve calls flows infeasible that fill three circuits to the last bit; the search does not.
            found = rows.solve(costs, lower, presolve=False)
        if found.status == 2:
            return Answer(False, "aggregate")
        if found.x is None:
            return Answer(False, "undecided")
        answer = self._read(rows, found)
        if not self.question.nodes or self._first_fit(answer, self._in_use(rows, found)):
            return answer
        return self._exact(wishes)

    @cached_property
    def _direct(self) -> Direct:
        return Direct(self.question)

    def _without_choice(self, wishes: Sequence[Wish]) -> Answer:
        levels, there = self._direct.levels(wishes)
        fits = self._direct.fits(levels, there)
        if fits is None:
            return self._exact(wishes)
        if not fits:
            return Answer(False, "aggregate")
        full = frozenset(name for name, level in levels.items() if level == 2)
        return Answer(True, "placed", frozenset(levels), full, frozenset(), there)

    @cached_property
    def _places(self) -> int:
        """How many variables of instances on nodes there would be."""
        return sum(3 * len(nodes) * len(self._on(name)) for name, nodes in self.question.nodes)

    @property
    def too_large(self) -> bool:
        """Whether it leaves no choice and has too many places for an exact search."""
        return self._direct.applies and self._places > MOST_PLACES

    def _exact(self, wishes: Sequence[Wish]) -> Answer:
        """By a variable for each part, level and node, where these are few enough."""
        if self._places > MOST_PLACES:
            return Answer(False, "undecided")
        rows = self._placed
        lower = self._wished(rows, wishes)
        found = rows.solve({}, lower or {})
        if found.x is not None:
            return self._read(rows, found)
        return Answer(False, "placed" if found.status == 2 else "undecided")

    def _wished(self, rows: Rows, wishes: Sequence[Wish]) -> dict[int, float] | None:
        """Lower bounds of the variables; None where one cannot be reached."""
        lower: dict[int, float] = {}
        for kind, name in wishes:
            variable = rows.index[("alive" if kind == "minimum" else kind, name, "")]
            if rows.upper[variable] < 1.0:
                return None
            lower[variable] = 1.0
        return lower

    def _read(self, rows: Rows, found: "OptimizeResult") -> Answer:
        chosen: dict[str, set[str]] = {name: set() for name in ("alive", "full", "carries", "there")}
        for (kind, name, _), number in rows.index.items():
            if kind in chosen and found.x[number] > 0.5:
                chosen[kind].add(name)
        return Answer(
            True,
            "placed",
            frozenset(chosen["alive"]),
            frozenset(chosen["full"]),
            frozenset(chosen["carries"]),
            frozenset(chosen["there"]),
        )

    def _levels(self, rows: Rows) -> None:
        barred = {level: self._barred(level) for level in ("minimum", "full")}
        for name in (*self.question.services, *self.question.between):
            alive = rows.variable(("alive", name, ""), 0.0 if name in barred["minimum"] else 1.0)
            full = rows.variable(("full", name, ""), 0.0 if name in barred["full"] else 1.0)
            rows.row([(alive, 1.0), (full, -1.0)], low=0.0)
        for part in self.question.parts:
            if part.group or not part.carries:
                may = part.group or not _unknown(part, "standing")
                there = rows.variable(("there", part.name, ""), float(bool(may)))
                rows.row([(rows.index["alive", part.service, ""], 1.0), (there, -1.0)], low=0.0)
        for (service, _), parts in self._groups.items():
            alive, full = rows.index["alive", service, ""], rows.index["full", service, ""]
            here = []
            for part in parts:
                carries = rows.variable(("carries", part.name, ""), float(not _unknown(part, "minimum")))
                in_full = rows.variable(("carries in full", part.name, ""), float(not _unknown(part, "full")))
                there = rows.index["there", part.name, ""]
                here.append((carries, in_full))
                rows.row([(carries, 1.0), (in_full, -1.0)], low=0.0)
                if _unknown(part, "standing"):
                    rows.row([(there, 1.0), (carries, -1.0)], low=0.0, high=0.0)
                else:
                    rows.row([(there, 1.0), (carries, -1.0)], low=0.0)
            rows.row([*((c, 1.0) for c, _ in here), (alive, -1.0)], low=0.0, high=0.0)
            rows.row([*((f, 1.0) for _, f in here), (full, -1.0)], low=0.0, high=0.0)

    @cached_property
    def _groups(self) -> dict[tuple[str, str], list[Part]]:
        """Standbys of which exactly one carries, by service and component."""
        found: dict[tuple[str, str], list[Part]] = {}
        for part in self.question.parts:
            if part.group:
                found.setdefault((part.service, part.group), []).append(part)
        return found

    def _barred(self, level: Level) -> frozenset[str]:
        """Services that cannot run at a level since what a part takes for it is not known."""
        return frozenset(
            part.service
            for part in self.question.parts
            if part.carries and not part.group and _unknown(part, level)
        ) | frozenset(traffic.service for traffic in self.question.traffic if isinf(getattr(traffic, level)))

    def _needs(self, rows: Rows) -> None:
        for need in self.question.needs:
            for kind in ("alive", "full"):
                of = [(rows.index[kind, name, ""], 1.0) for name in need.of]
                rows.row([*of, (rows.index[kind, need.who, ""], -float(need.at_least))], low=0.0)

    def _terms(
        self, rows: Rows, part: Part, standing: float, minimum: float, full: float
    ) -> list[tuple[int, float]]:
        """What a part takes, as a sum over variables; what is infinite is barred elsewhere."""
        standing, minimum, full = (0.0 if isinf(value) else value for value in (standing, minimum, full))
        alive = rows.index["alive", part.service, ""]
        if not part.carries:
            return [(rows.index["there", part.name, ""], standing)]
        if not part.group:
            return [(alive, minimum), (rows.index["full", part.service, ""], full - minimum)]
        return [
            (rows.index["there", part.name, ""], standing),
            (rows.index["carries", part.name, ""], minimum - standing),
            (rows.index["carries in full", part.name, ""], full - minimum),
        ]

    def _limits(self, rows: Rows) -> None:
        terms: dict[int, list[tuple[int, float]]] = {}
        for part in self.question.parts:
            for ask in part.asks:
                found = self._terms(rows, part, ask.standing, ask.minimum, ask.full)
                terms.setdefault(ask.limit, []).extend(found)
        for position, found in sorted(terms.items()):
            gives = self.question.limits[position].gives
            if isinf(gives):
                continue
            scale = gives if gives > 0.0 else max((abs(factor) for _, factor in found), default=1.0) or 1.0
            high = gives / scale * (1.0 + ROUNDING)
            rows.row([(variable, factor / scale) for variable, factor in found], high=high)

    def _traffic(self, rows: Rows) -> None:
        """What leaves each place for a target is what arises there and what comes in."""
        crossing: dict[int, list[tuple[int, float]]] = {}
        kinds = {(traffic.target, traffic.over) for traffic in self.question.traffic}
        for target, over in sorted(kinds, key=lambda kind: (kind[0], sorted(kind[1]))):
            wanted = [t for t in self.question.traffic if (t.target, t.over) == (target, over)]
            unit = max(max(t.minimum, t.full) for t in wanted) or 1.0
            balance: dict[str, list[tuple[int, float]]] = {}
            fixed: dict[str, float] = {}
            for traffic in wanted:
                if not traffic.service:
                    fixed[traffic.source] = fixed.get(traffic.source, 0.0) + traffic.full / unit
                    balance.setdefault(traffic.source, [])
                    continue
                minimum, full = (0.0 if isinf(v) else v for v in (traffic.minimum, traffic.full))
                balance.setdefault(traffic.source, []).extend(
                    (
                        (rows.index["alive", traffic.service, ""], -minimum / unit),
                        (rows.index["full", traffic.service, ""], (minimum - full) / unit),
                    )
                )
            name = " ".join((target, *sorted(over)))
            for arc in self.question.arcs:
                if over and arc.circuit not in over:
                    continue
                flow = rows.variable((name, arc.circuit, arc.tail), inf, whole=False)
                balance.setdefault(arc.tail, []).append((flow, 1.0))
                balance.setdefault(arc.head, []).append((flow, -1.0))
                if arc.limit is not None:
                    crossing.setdefault(arc.limit, []).append((flow, unit))
            for place, terms in sorted(balance.items()):
                if place != target:
                    arises = fixed.get(place, 0.0)
                    rows.row(terms, low=arises, high=arises)
        for limit, terms in sorted(crossing.items()):
            gives = self.question.limits[limit].gives
            if not isinf(gives):
                scale = gives or 1.0
                high = gives / scale * (1.0 + ROUNDING)
                rows.row([(flow, unit / scale) for flow, unit in terms], high=high)

    def _on(self, nodes: str) -> list[Part]:
        return [part for part in self.question.parts if part.rack == nodes]

    def _bounds(self, rows: Rows) -> None:
        """Of every size that occurs: how many instances of that size or more all nodes hold together."""
        for name, nodes in self.question.nodes:
            parts = self._on(name)
            if not nodes:
                self._none(rows, parts)
                continue
            for dimension in range(len(nodes[0])):
                if any(isinf(node[dimension]) for node in nodes):
                    continue
                sizes = {size[dimension] for part in parts for size in part.sizes}
                for size in sorted(size for size in sizes if 0.0 < size < inf):
                    terms = []
                    for part in parts:
                        counts = (part.instances * (s[dimension] >= size) for s in part.sizes)
                        terms += self._terms(rows, part, *(float(count) for count in counts))
                    if name in self._switched:
                        each = [float(fits_in(size, node[dimension])) for node in nodes]
                        used = zip(self._used(rows, name, len(nodes)), each, strict=True)
                        rows.row([*terms, *((number, -count) for number, count in used)], high=0.0)
                    else:
                        rows.row(terms, high=float(holds(nodes, dimension, size)))

    def _apart(self, rows: Rows) -> None:
        """Instances that keep apart take a node each, however little they ask of it."""
        for name, nodes in self.question.nodes:
            for part in self._on(name):
                if part.apart and nodes:
                    terms = self._terms(rows, part, *(3 * (float(part.instances),)))
                    if name in self._switched:
                        used = [(number, -1.0) for number in self._used(rows, name, len(nodes))]
                        rows.row([*terms, *used], high=0.0)
                    else:
                        rows.row(terms, high=float(len(nodes)))

    def _none(self, rows: Rows, parts: Sequence[Part]) -> None:
        """Where no node counts nothing runs, however little it takes."""
        for part in parts:
            rows.row(self._terms(rows, part, 1.0, 1.0, 1.0), high=0.0)

    def _nodes(self, rows: Rows) -> None:
        """One variable for each part, level and node: how many of its instances stand there."""
        for name, nodes in self.question.nodes:
            load: dict[tuple[int, int], list[tuple[int, float]]] = {}
            if not nodes:
                self._none(rows, self._on(name))
                continue
            for part in self._on(name):
                for position, level in enumerate(("standing", "minimum", "full")):
                    size = part.sizes[position]
                    counts = [float(part.instances * (other == position)) for other in range(3)]
                    terms = self._terms(rows, part, *counts)
                    if not any(size) or any(isinf(value) for value in size):
                        continue
                    if not any(factor for _, factor in terms):
                        continue
                    there = []
                    for node in range(len(nodes)):
                        most = 1.0 if part.apart else float(part.instances)
                        number = rows.variable((level, part.name, str(node)), most)
                        there.append(number)
                        if name in self._switched:
                            used = rows.variable(("used", name, str(node)))
                            rows.row([(number, 1.0), (used, -float(part.instances))], high=0.0)
                        for dimension, value in enumerate(size):
                            load.setdefault((node, dimension), []).append((number, value))
                    rows.row(
                        [*((n, 1.0) for n in there), *((v, -factor) for v, factor in terms)],
                        low=0.0,
                        high=0.0,
                    )
            for (node, dimension), terms in sorted(load.items()):
                capacity = nodes[node][dimension]
                if isinf(capacity):
                    continue
                scale = capacity if capacity > 0.0 else 1.0
                high = capacity / scale * (1.0 + ROUNDING)
                rows.row([(number, value / scale) for number, value in terms], high=high)

    @cached_property
    def _switched(self) -> frozenset[str]:
        return frozenset(entry.rack for entry in self.question.switching)

    def _used(self, rows: Rows, name: str, count: int) -> list[int]:
        """Of each node of a set, the weakest first, whether it is in use."""
        return [rows.variable(("used", name, str(number))) for number in range(count)]

    def _switching(self, rows: Rows) -> None:
        """What runs keeps to nodes in use, which are on with their reserve, and those that are on keep to
        what power and cooling give. The weakest are in use first, so whichever are on do."""
        nodes_of = dict(self.question.nodes)
        drawn: dict[int, list[tuple[int, float]]] = {}
        for entry in self.question.switching:
            nodes = nodes_of[entry.rack]
            used = self._used(rows, entry.rack, len(nodes))
            for first, second in pairwise(used):
                rows.row([(first, 1.0), (second, -1.0)], low=0.0)
            on = [rows.variable(("on", entry.rack, str(number))) for number in range(len(entry.draws))]
            if used:
                terms = [*((n, 1.0) for n in on), *((n, -1.0) for n in used)]
                rows.row([*terms, (used[0], -float(entry.reserve))], low=0.0)
            for number, draws in zip(on, entry.draws, strict=True):
                for limit, watts in draws:
                    drawn.setdefault(limit, []).append((number, watts))
            parts = self._on(entry.rack)
            for part in parts if used else ():
                rows.row([*self._terms(rows, part, 1.0, 1.0, 1.0), (used[0], -1.0)], high=0.0)
            for dimension in range(len(nodes[0]) if nodes else 0):
                gives = [node[dimension] for node in nodes]
                if any(isinf(value) for value in gives):
                    continue
                scale = max(gives) or 1.0
                terms = []
                for part in parts:
                    sizes = (part.instances * size[dimension] / scale for size in part.sizes)
                    terms += self._terms(rows, part, *sizes)
                allowed = [value / scale * (1.0 + ROUNDING) for value in gives]
                rows.row([*terms, *((n, -v) for n, v in zip(used, allowed, strict=True))], high=0.0)
        for position, terms in sorted(drawn.items()):
            gives_watts = self.question.site_limits[position].gives
            scale = gives_watts or 1.0
            high = gives_watts / scale * (1.0 + ROUNDING)
            rows.row([(number, watts / scale) for number, watts in terms], high=high)

    def _in_use(self, rows: Rows, found: "OptimizeResult") -> dict[str, int]:
        """Of each set that is switched, how many nodes are in use."""
        count = dict.fromkeys(self._switched, 0)
        for (kind, name, _), number in rows.index.items():
            if kind == "used" and found.x[number] > 0.5:
                count[name] += 1
        return count

    def _first_fit(self, answer: Answer, in_use: Mapping[str, int]) -> bool:
        for name, every in self.question.nodes:
            nodes = every[: in_use.get(name, len(every))]
            items = []
            for part in self._on(name):
                if part.service not in answer.alive:
                    continue
                carries = part.carries and (not part.group or part.name in answer.carriers)
                if not carries and part.name not in answer.there:
                    continue
                level = 0 if not carries else 2 if part.service in answer.full else 1
                items.append(Item(part.sizes[level], part.instances, part.apart))
            if not fitted(items, nodes):
                return False
        return True


def _unknown(part: Part, level: str) -> bool:
    return any(isinf(getattr(ask, level)) for ask in part.asks)
