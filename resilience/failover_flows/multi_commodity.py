"""Traffic that may spread over several ways, as a multi-commodity flow solved by linear programs.

A circuit's bandwidth is shared by all that crosses it, in either direction. The programs are those of the
maximum concurrent flow (Shahrokhi and Matula, Journal of the ACM 37, 1990): variables are what each commodity
sends over each circuit each way, and the share of its need that each pair of places gets.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

SHARE_DIGITS = 6
"""Shares are rounded to so many decimals, so that the last bits of a solver do not show."""

CLOSE = 1e-9
"""By how much (as a share) a found optimum is loosened where the next program builds on it."""

FULL = 1e-6
"""A circuit with less room than this share of its bandwidth is full."""

TOKEN = 1e6
"""Bit/s in which is counted what is left for a pair that declares no need."""

UNLIMITED = 1e9
"""A share of a need as great as this has no limit at all."""

TOLERANCES = (1e-10, 1e-8, 1e-7)
"""Of the solver, tried in turn: figures of one program may lie too far apart for the first."""

COUNTED = 1e-3
"""Room on a circuit counts up to this share of its bandwidth where circuits that bind are looked for."""


@dataclass(frozen=True, order=True)
class Pair:
    """Traffic between two places that may take the same circuits."""

    source: str
    target: str
    over: tuple[str, ...] = ()
    """Circuits that it keeps to; none: any."""


@dataclass(frozen=True, order=True)
class Line:
    """A circuit between two places."""

    name: str
    a: str
    b: str
    bandwidth: float
    """Bit/s; may be infinite."""


@dataclass(frozen=True)
class MultiCommodityFlow:
    """The circuits of one state and what pairs of places need over them, in bit/s.

    >>> lines = (Line("x", "a", "b", 10e9), Line("y", "a", "c", 4e9), Line("z", "c", "b", 4e9))
    >>> net = MultiCommodityFlow(lines, {Pair("a", "b"): 7e9, Pair("a", "c"): 7e9})
    >>> net.growth, net.binding, round(net.left(Pair("a", "c")) / 1e9, 3)
    (1.0, ('x', 'y'), 7.0)

    The two pairs want 14 Gbit/s out of `a`, whose circuits carry 14: nothing can grow.
    """

    lines: tuple[Line, ...]
    needs: Mapping[Pair, float]
    """Each pair has some way; 0: nothing is declared, and it is only asked what is left."""
    ends: frozenset[str] = frozenset()
    """Places that traffic does not pass through."""

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs in order."""
        return tuple(sorted(self.needs))

    @cached_property
    def declared(self) -> tuple[Pair, ...]:
        """Pairs that need something."""
        return tuple(pair for pair in self.pairs if self.needs[pair] > 0)

    @cached_property
    def growth(self) -> float:
        """The greatest factor by which all needs can be served at once; infinite where nothing limits it."""
        return _rounded(self._greatest_common(self.declared, {}, UNLIMITED))

    @cached_property
    def binding(self) -> tuple[str, ...]:
        """Circuits that are full however the traffic is spread at that factor, by name."""
        if not self.declared or self.growth == inf:
            return ()
        least = self._greatest_common(self.declared, {}, UNLIMITED) * (1 - CLOSE)
        full = {line.name for line in self._finite}
        while full:
            rooms = self._solve(_Aim(rooms=full), self.declared, common=(least, UNLIMITED)).rooms
            roomy = {name for name in full if rooms[name] > FULL}
            if not roomy:
                break
            full -= roomy
        return tuple(sorted(full))

    @cached_property
    def fair_shares(self) -> Mapping[Pair, float]:
        """The share of its need (at most 1) that each pair gets if the least served is served as well as can
        be, then the next (max-min fairness: Bertsekas and Gallager, Data Networks, 1992, 6.5.2); 0 where
        nothing is declared."""
        return {pair: min(1.0, _rounded(self._fair.get(pair, 0.0))) for pair in self.pairs}

    @cached_property
    def _fair(self) -> Mapping[Pair, float]:
        if self.growth >= 1.0 + FULL:
            return dict.fromkeys(self.declared, 1.0)
        fixed: dict[Pair, float] = {}
        left = set(self.declared)
        while left:
            common = self._greatest_common(left, fixed, 1.0)
            if common >= 1.0 - CLOSE:
                fixed |= dict.fromkeys(left, 1.0)
                break
            blocked = {pair for pair in left if self._alone(pair, left, fixed, common) <= common * (1 + FULL)}
            for pair in blocked or left:
                fixed[pair] = common
            left -= blocked or set(left)
        return fixed

    def left(self, pair: Pair) -> float:
        """Bit/s that the circuits carry for one pair if every other gets its fair share; infinite where
        nothing limits it."""
        bounds = {
            other: (self._fair[other] * (1 - FULL), self._fair[other])
            for other in self.declared
            if other != pair
        }
        bounds[pair] = (0.0, UNLIMITED)
        return self._solve(_Aim(pair=pair), shares=bounds).value * (self.needs[pair] or TOKEN)

    def _greatest_common(self, tied: Collection[Pair], fixed: Mapping[Pair, float], most: float) -> float:
        if not tied:
            return inf
        return self._solve(_Aim(common=True), tied, _as_bounds(fixed), (0.0, most)).value

    def _alone(self, pair: Pair, tied: Collection[Pair], fixed: Mapping[Pair, float], common: float) -> float:
        """The most that one pair gets while all that are tied keep the common share."""
        least = common * (1 - CLOSE)
        bounds = _as_bounds(fixed) | {pair: (0.0, 1.0)}
        return self._solve(_Aim(pair=pair), tied, bounds, (least, least)).value

    @cached_property
    def _finite(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.bandwidth < inf)

    @cached_property
    def _program(self) -> "_Program":
        return _Program(self)

    def _solve(
        self,
        aim: "_Aim",
        tied: Collection[Pair] = (),
        shares: Mapping[Pair, tuple[float, float]] | None = None,
        common: tuple[float, float] = (0.0, 0.0),
    ) -> "_Solution":
        return self._program.solve(aim, frozenset(tied), shares or {}, common)


def _rounded(share: float) -> float:
    return share if share == inf else round(share, SHARE_DIGITS)


def _as_bounds(fixed: Mapping[Pair, float]) -> dict[Pair, tuple[float, float]]:
    return {pair: (share * (1 - CLOSE), share) for pair, share in fixed.items()}


@dataclass(frozen=True)
class _Aim:
    """What a program makes as large as can be."""

    common: bool = False
    """The share that all tied pairs have at least."""
    pair: Pair | None = None
    """The share of one pair."""
    rooms: Iterable[str] = ()
    """Room on those circuits."""


@dataclass(frozen=True)
class _Solution:
    value: float
    """Infinite where nothing limits it."""
    rooms: Mapping[str, float]
    """Of each circuit aimed at: room, as a share of its bandwidth."""


class _Program:
    """Columns: arcs (a commodity over a circuit one way), the share of each pair, the common share, room on
    each circuit of finite bandwidth. Pairs of one source and the same circuits are one commodity."""

    def __init__(self, net: MultiCommodityFlow) -> None:
        import numpy as np
        from scipy.sparse import block_array

        self.pairs, self.finite = net.pairs, net._finite
        # The unit keeps figures within what the solver's tolerance of 1e-10 still tells apart.
        weights = {pair: net.needs[pair] or TOKEN for pair in self.pairs}
        unit = max([min(weights.values(), default=1.0), *(line.bandwidth * 1e-7 for line in self.finite)])
        commodities = sorted({(pair.source, pair.over) for pair in self.pairs})
        self.arcs = [
            (number, line, here, there)
            for number, (source, over) in enumerate(commodities)
            for line in net.lines
            if not over or line.name in over
            for here, there in ((line.a, line.b), (line.b, line.a))
            if there != source and (here == source or here not in net.ends)
        ]
        places = {(number, place) for number, _, *ends in self.arcs for place in ends}
        places -= {(number, source) for number, (source, _) in enumerate(commodities)}
        rows = {key: row for row, key in enumerate(sorted(places))}
        entries: list[tuple[int, int, float]] = []
        for column, (number, _, here, there) in enumerate(self.arcs):
            entries.append((rows[number, there], column, 1.0))
            if (number, here) in rows:
                entries.append((rows[number, here], column, -1.0))
        numbers = {key: number for number, key in enumerate(commodities)}
        first = len(self.arcs)
        for column, pair in enumerate(self.pairs, start=first):
            row = rows[numbers[pair.source, pair.over], pair.target]
            entries.append((row, column, -weights[pair] / unit))
        self.common = first + len(self.pairs)
        self.room = {line.name: self.common + 1 + at for at, line in enumerate(self.finite)}
        self.width = self.common + 1 + len(self.finite)
        self.balance = _sparse(entries, len(rows), self.width)
        lines = {line.name: row for row, line in enumerate(self.finite)}
        crossing = [
            (lines[line.name], column, 1.0)
            for column, (_, line, _, _) in enumerate(self.arcs)
            if line.name in lines
        ]
        crossing += [(row, self.room[name], 1.0) for name, row in lines.items()]
        self.crossing = _sparse(crossing, len(lines), self.width)
        ties = [(row, first + row, -1.0) for row in range(len(self.pairs))]
        ties += [(row, self.common, 1.0) for row in range(len(self.pairs))]
        self.ties = _sparse(ties, len(self.pairs), self.width)
        self.bandwidths = np.array([line.bandwidth / unit for line in self.finite])
        self.stack = block_array

    def solve(
        self,
        aim: _Aim,
        tied: frozenset[Pair],
        shares: Mapping[Pair, tuple[float, float]],
        common: tuple[float, float],
    ) -> _Solution:
        """The optimum; deterministic, by the dual simplex method on one thread."""
        import numpy as np
        from scipy import optimize

        linprog: Any = optimize.linprog  # its stubs know no sparse matrices
        lower, upper, cost = np.zeros(self.width), np.full(self.width, inf), np.zeros(self.width)
        for column, pair in enumerate(self.pairs, start=len(self.arcs)):
            lower[column], upper[column] = shares.get(pair, (0.0, UNLIMITED))
            cost[column] = -1.0 if pair == aim.pair else 0.0
        lower[self.common], upper[self.common] = common
        cost[self.common] = -1.0 if aim.common else 0.0
        counted = set(aim.rooms)
        for name, column in self.room.items():
            size = self.bandwidths[column - self.common - 1] * COUNTED
            upper[column] = size if name in counted else 0.0
            cost[column] = -1.0 / size if name in counted and size else 0.0
        rows = [row for row, pair in enumerate(self.pairs) if pair in tied]
        limits = self.stack([[self.crossing], [self.ties[rows]]], format="csr")
        for tolerance in TOLERANCES:
            found = linprog(
                cost,
                A_ub=limits,
                b_ub=np.concatenate([self.bandwidths, np.zeros(len(rows))]),
                A_eq=self.balance,
                b_eq=np.zeros(self.balance.shape[0]),
                bounds=np.column_stack([lower, upper]),
                method="highs-ds",
                options={"primal_feasibility_tolerance": tolerance, "dual_feasibility_tolerance": tolerance},
            )
            if found.status == 0:
                break
        else:
            raise ArithmeticError(f"the linear program of a flow was not solved: {found.message}")
        widths = {line.name: width for line, width in zip(self.finite, self.bandwidths, strict=True)}
        rooms = {
            name: float(found.x[self.room[name]] / widths[name]) if widths[name] else 0.0 for name in counted
        }
        value = float(-found.fun)
        return _Solution(inf if value > UNLIMITED * (1 - FULL) and not counted else value, rooms)


def _sparse(entries: list[tuple[int, int, float]], height: int, width: int) -> Any:
    from scipy.sparse import csr_array

    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    array: Any = csr_array  # its stubs know no triples
    return array((values, (rows, columns)), shape=(height, width), dtype=float)
