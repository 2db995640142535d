"""The failure of a service put together from the joint outcomes of each site and what joins the sites."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Final

from resilience.availability.diagrams import Making, wide_events
from resilience.availability.division import Division, Part
from resilience.availability.outcomes import Outcomes, SiteDrawing, SiteModel, summed
from resilience.fault_tree.engine import Engine
from resilience.sweep import bits

if TYPE_CHECKING:
    from resilience.availability.outcomes import Chances, Numbers, Truths

MOST_NODES: Final = 3_000_000
"""Made on the way to the diagrams of one site, and to that of what joins the sites."""
_MOST_CASES: Final = 64
"""Combinations of what several sites share that are looked at; the others count as left out."""


@dataclass(frozen=True)
class Composed:
    """Figures of one service's failure."""

    probability: float
    """Of failure in the states that were followed."""
    left_out: float
    """Probability of all states that were not: the service fails in none of them, or in all."""
    slopes: Mapping[int, float]
    """Of every variable by how much the probability grows from its being false to its being true."""


@dataclass(frozen=True)
class Block:
    """Levels of the joining diagram that are walked at once: outcomes of one site or two, or one variable."""

    sites: tuple[str, ...]
    """Empty: one variable."""
    variable: int
    first: int
    columns: tuple[tuple[int, int], ...]
    """Of each level which of the sites, and which of its outcomes."""

    @property
    def width(self) -> int:
        """How many levels."""
        return len(self.columns)


class Sites:
    """The sites of a division, each drawn once for all services; TooLarge where one outgrows `most` nodes."""

    def __init__(self, division: Division, most: int = MOST_NODES) -> None:
        self.division = division
        self.most = most
        self._drawings: dict[str, SiteDrawing] = {}
        self._models: dict[tuple[str, tuple[int, ...], tuple[int, ...]], SiteModel] = {}
        self._outcomes: dict[
            tuple[int, tuple[float, ...], tuple[tuple[int, bool], ...], float], Outcomes
        ] = {}

    def model(self, part: Part, site: str) -> SiteModel:
        """What that site shows to the service."""
        key = site, part.outcomes[site], part.shown(site)
        if key not in self._models:
            if site not in self._drawings:
                self._drawings[site] = SiteDrawing(self.division, site, self.most)
            self._models[key] = SiteModel(self._drawings[site], key[1], key[2])
        return self._models[key]

    def outcomes(
        self, model: SiteModel, chances: tuple[float, ...], given: Mapping[int, bool], too_rare: float
    ) -> Outcomes:
        """As `SiteModel.outcomes`, each worked out once."""
        here = {one: held for one, held in given.items() if one in model.drawing.levels}
        key = id(model), chances, tuple(sorted(here.items())), too_rare
        if key not in self._outcomes:
            self._outcomes[key] = model.outcomes(chances, here, too_rare)
        return self._outcomes[key]

    def forget(self) -> None:
        """Let go of outcomes: those of another service, or of other probabilities, are others."""
        self._outcomes.clear()


class ComposedFunction:
    """The failure function of one service in two storeys.

    Below, of each site the joint outcomes that matter outside it (a cluster is lost, a router is on the
    network), with their probability, given what several sites share. Above, one diagram over outcomes and
    over what stands at no site. A site of four hundred events shows a dozen outcomes, so that neither storey
    is large where a diagram over all events is out of reach. (Decomposition by states of interfaces, as
    factoring and cut-set states in network reliability: Hardy, Lucet, Limnios, IEEE Trans. Reliability 56,
    2007.)
    """

    def __init__(self, part: Part, sites: Sites) -> None:
        self.part = part
        self.sites = sites
        self.models = {site: sites.model(part, site) for site in part.outcomes}
        self._blocks, levels = self._laid_out()
        division = part.division
        engine = Engine(sum(block.width for block in self._blocks), sites.most)
        own = {division.owners[variable]: engine.variable(level) for variable, level in levels.items()}
        at = {
            (block.sites[place], column): block.first + level
            for block in self._blocks
            if block.sites
            for level, (place, column) in enumerate(block.columns)
        }
        values = {
            node: engine.variable(at[site, model.outcome_of[node]])
            for site, model in self.models.items()
            for node in part.outcomes[site]
        }
        making = Making(division.failures, engine, own, values)
        making.make(frozenset(part.nodes))
        top = making.top(part.service, wide_events(division.failures, (part.service,)))
        self._level, self._low, self._high, self._root = engine.export(top)

    def _laid_out(self) -> tuple[list[Block], dict[int, int]]:
        """What is walked in which order, and the level of every variable that tells above.

        What sites share comes first, then the two sites with most variables together, what is needed beside
        one another side by side (a cluster here, its twin there), then the others as the walk meets them.
        """
        part, division = self.part, self.part.division
        size = {site: held.bit_count() for site, held in part.resting.items()}
        largest = tuple(sorted(size, key=lambda site: (-size[site], site))[:2])
        shown = {one: site for site in part.outcomes for one in part.shown(site)}
        columns: dict[str, dict[int, None]] = {site: {} for site in part.outcomes}
        beside: dict[tuple[str, int], None] = {}
        order: dict[int | str, None] = dict.fromkeys(one for one in part.common if part.direct >> one & 1)
        met = [(node, division.site_of.get(node), division.number.get(node)) for node in part.nodes]
        met += [(-1, None, one) for one in range(len(division.owners)) if part.direct >> one & 1]
        for node, site, variable in met:
            if site is not None:
                column = self.models[site].outcome_of[node]
            elif variable is None:
                continue
            elif variable in shown:
                site = shown[variable]
                column = self.models[site].shown_at[variable]
            else:
                order[variable] = None
                continue
            columns[site][column] = None
            if site in largest:
                beside[site, column] = None
            else:
                order[site] = None
        blocks: list[Block] = []
        levels: dict[int, int] = {}
        level = 0
        firsts = [one for one in order if isinstance(one, int) and one in part.common]
        pair = (None,) if largest else ()
        for held in (*firsts, *pair, *(one for one in order if one not in firsts)):
            if isinstance(held, int):
                blocks.append(Block((), held, level, ((0, 0),)))
                levels[held] = level
            elif held is None:
                told = tuple((largest.index(site), column) for site, column in beside)
                blocks.append(Block(largest, -1, level, told))
            else:
                blocks.append(Block((held,), -1, level, tuple((0, column) for column in columns[held])))
            for variable, site in shown.items():
                if site in blocks[-1].sites:
                    told_at = blocks[-1].sites.index(site), self.models[site].shown_at[variable]
                    levels[variable] = level + blocks[-1].columns.index(told_at)
            level += blocks[-1].width
        return blocks, levels

    @cached_property
    def support(self) -> frozenset[str]:
        """Events that it may depend on."""
        held = self.part.direct
        for resting in self.part.resting.values():
            held |= resting
        return frozenset(event for one in bits(held) for event in self.part.division.events[one])

    def numbers(self, chances: Mapping[str, float]) -> tuple[float, ...]:
        """The probability of every variable, from those of events by name."""
        return tuple(any_of([chances[event] for event in held]) for held in self.part.division.events)

    def by_event(self, figures: Composed, chances: Mapping[str, float]) -> dict[str, float]:
        """Of every event by how much it moves the probability of failure."""
        return {
            event: slope * (1.0 - any_of([chances[other] for other in held if other != event]))
            for variable, slope in figures.slopes.items()
            for held in (self.part.division.events[variable],)
            for event in held
        }

    def evaluated(self, chances: tuple[float, ...], too_rare: float) -> Composed:
        """The figures for independent variables with those probabilities, by number."""
        found: dict[tuple[bool, ...], float] = {}
        weights: dict[tuple[bool, ...], float] = {}
        slopes: dict[int, float] = {}
        probability = left_out = 0.0
        common = self.part.common
        for case in _cases([chances[one] for one in common], too_rare):
            given = dict(zip(common, case, strict=True))
            weight = prod(chances[one] if held else 1.0 - chances[one] for one, held in given.items())
            value, lost, steeps = self._given(chances, given, too_rare)
            found[case], weights[case] = value, weight
            probability += weight * value
            left_out += weight * lost
            for variable, slope in steeps.items():
                slopes[variable] = slopes.get(variable, 0.0) + weight * slope
        left_out += max(0.0, 1.0 - sum(weights.values())) if len(found) < 2 ** len(common) else 0.0
        self.sites.forget()
        for place, one in enumerate(common):
            slopes[one] = sum(
                (weights[case] / (1.0 - chances[one]) if chances[one] < 1.0 else weights[turned])
                * (found[turned] - value)
                for case, value in found.items()
                if not case[place]
                if (turned := (*case[:place], True, *case[place + 1 :])) in found
            )
        return Composed(probability, left_out, slopes)

    def _given(
        self, chances: tuple[float, ...], given: Mapping[int, bool], too_rare: float
    ) -> tuple[float, float, dict[int, float]]:
        """Probability, what is left out, and slopes, where what sites share is given."""
        import numpy as np

        level, low, high = (np.array(one, dtype=np.int64) for one in (self._level, self._low, self._high))
        block_at = np.full(level[0] + 1, len(self._blocks), dtype=np.int64)
        tables: list[_Joint] = []
        left_out = 0.0
        for number, block in enumerate(self._blocks):
            block_at[block.first : block.first + block.width] = number
            if block.sites:
                held = [
                    self.sites.outcomes(self.models[site], chances, given, too_rare) for site in block.sites
                ]
                tables.append(_joined(held, block.columns, too_rare))
            else:
                chance = float(given.get(block.variable, chances[block.variable]))
                truth = np.array([[False], [True]])
                tables.append(_Joint((), (), truth, np.array([1.0 - chance, chance]), 0.0))
            left_out += tables[-1].left_out
        belongs = block_at[level]
        met = np.zeros(len(level), dtype=bool)
        met[self._root] = True
        reach, value = np.zeros(len(level)), np.zeros(len(level))
        reach[self._root], value[1] = 1.0, 1.0
        ways: list[tuple[Numbers, Numbers]] = []
        for number, block in enumerate(self._blocks):
            truth, likely = tables[number].truth, tables[number].chances
            entries = np.flatnonzero(met & (belongs == number))
            exits = np.repeat(entries[:, None], len(likely), axis=1)
            for column in range(block.width):
                asked = level[exits] == block.first + column
                exits = np.where(asked, np.where(truth[:, column], high[exits], low[exits]), exits)
            met[exits] = True
            np.add.at(reach, exits, reach[entries][:, None] * likely[None, :])
            ways.append((entries, exits))
        slopes: dict[int, float] = {}
        for number in range(len(self._blocks) - 1, -1, -1):
            block = self._blocks[number]
            entries, exits = ways[number]
            values = value[exits]
            value[entries] = values @ tables[number].chances
            worth = reach[entries] @ values
            if block.sites:
                for site, mean in zip(tables[number].sites, tables[number].each(worth), strict=True):
                    steeps = site.slopes(mean[:, None])
                    slopes |= {variable: float(slope[0]) for variable, slope in steeps.items()}
            elif block.variable not in given:
                slopes[block.variable] = float(worth[1] - worth[0])
        return float(value[self._root]), left_out, slopes


@dataclass(frozen=True)
class _Joint:
    """Joint outcomes of one site or two, or of one variable."""

    sites: tuple[Outcomes, ...]
    rows: "tuple[Numbers, ...]"
    """Of each site which of its combinations each row takes."""
    truth: "Truths"
    chances: "Chances"
    left_out: float

    def each(self, worth: "Chances") -> "list[Chances]":
        """Of each site what its combinations are worth, from what the joint ones are."""

        found: list[Chances] = []
        for site, rows in zip(self.sites, self.rows, strict=True):
            share = worth.copy()
            for other, beside in zip(self.sites, self.rows, strict=True):
                if other is not site:
                    share *= other.chances[beside]
            found.append(summed(rows, share, least=len(site.chances)))
        return found


def _joined(sites: Sequence[Outcomes], columns: Sequence[tuple[int, int]], too_rare: float) -> _Joint:
    """Every combination of the sites' combinations that is not too rare."""
    import numpy as np

    first = sites[0]
    rows: tuple[Numbers, ...] = (np.arange(len(first.chances)),)
    left_out = first.left_out
    if len(sites) > 1:
        other = sites[1]
        ranked = np.argsort(-other.weights, kind="stable")
        falling = other.weights[ranked]
        kept = np.searchsorted(-falling, -too_rare / first.weights, side="right")
        tail = np.append(np.cumsum(other.chances[ranked][::-1])[::-1], 0.0)
        left_out += other.left_out + float(first.chances @ tail[kept])
        within = np.arange(kept.sum()) - np.repeat(np.cumsum(kept) - kept, kept)
        rows = (np.repeat(rows[0], kept), ranked[within])
    truth = np.column_stack([sites[place].truth[rows[place], column] for place, column in columns])
    chances = np.ones(len(rows[0]))
    for site, held in zip(sites, rows, strict=True):
        chances = chances * site.chances[held]
    return _Joint(tuple(sites), rows, truth, chances, left_out)


def any_of(chances: Sequence[float]) -> float:
    """That some of independent events happens, without losing digits where all are rare.

    >>> any_of([0.5, 0.5]), any_of([1e-20, 1e-20])
    (0.75, 2e-20)
    """
    found = 0.0
    for chance in chances:
        found += chance - found * chance
    return found


def _cases(chances: Sequence[float], too_rare: float) -> Iterator[tuple[bool, ...]]:
    """Combinations of what sites share, the likeliest first: each one alone at least, and no more than
    `_MOST_CASES` besides."""
    count = len(chances)
    nothing = (False,) * count
    base = prod(1.0 - one for one in chances)
    certain = [one >= 1.0 for one in chances]
    if any(certain):
        # What is certain is so in every case; the rest is as if it were not there.
        rest = [0.0 if held else one for one, held in zip(chances, certain, strict=True)]
        for case in _cases(rest, too_rare):
            if not any(held and one for held, one in zip(certain, case, strict=True)):
                whole = tuple(held or one for held, one in zip(certain, case, strict=True))
                yield whole
                # And each of these for once not so, to tell what it matters.
                for place in (place for place, held in enumerate(certain) if held):
                    yield (*whole[:place], False, *whole[place + 1 :])
        return
    found: dict[tuple[bool, ...], float] = {nothing: base}
    frontier = [nothing]
    while frontier and len(found) < _MOST_CASES + count:
        following = []
        for case in frontier:
            last = max((place for place, held in enumerate(case) if held), default=-1)
            for place in range(last + 1, count):
                more = (*case[:place], True, *case[place + 1 :])
                likely = found[case] * max(chances[place], 1e-6) / (1.0 - chances[place])
                if likely >= too_rare or sum(more) == 1:
                    found[more] = likely
                    following.append(more)
        frontier = following
    ranked = sorted(found, key=lambda case: (sum(case) > 1, -found[case], case))
    yield from ranked[: _MOST_CASES + count]
