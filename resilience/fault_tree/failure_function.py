"""How probably does it fail, by which smallest sets of events, and which event matters most: exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from resilience.fault_tree.diagram import Diagram
from resilience.fault_tree.engine import TooLarge
from resilience.fault_tree.formulas import ALWAYS, Formula, Kind, Node
from resilience.fault_tree.minimal import SetDiagram, minimal_sets
from resilience.fault_tree.modules import Limits, TooHard, diagram, part
from resilience.fault_tree.network import Network, prepare
from resilience.fault_tree.searching import CutSet, CutSets, likeliest, search


@dataclass(frozen=True)
class Importance:
    """How much one event matters for the top, all others being as they are."""

    event: str
    probability: float
    """Of the event itself."""
    birnbaum: float
    """By how much the top's probability grows from the event's never happening to its being certain
    (Birnbaum 1969)."""
    fussell_vesely: float | None
    """Share of the top's probability that goes if the event never happens: 1 − P(top | never) / P(top), as
    probabilistic safety assessments use it (NUREG/CR-3385); None where the top cannot happen."""
    risk_achievement: float | None
    """P(top | event certain) / P(top): how many times worse if it is out (RAW)."""
    risk_reduction: float | None
    """P(top) / P(top | event never): how many times better if it never fails (RRW); None: the top cannot
    happen without it."""


def importance(event: str, chance: float, slope: float, top: float, never: float) -> Importance:
    """Of an event with that Birnbaum importance, `never` being the top's probability without the event."""
    certain = never + slope
    return Importance(
        event,
        chance,
        slope,
        1 - never / top if top else None,
        certain / top if top else None,
        top / never if never > 0 else None,
    )


def rank(one: Importance) -> tuple[float, float, str]:
    """Greatest first, by digits that do not hang on the order of a sum; then by name."""
    return -float(f"{one.fussell_vesely or 0.0:.10g}"), -float(f"{one.birnbaum:.10g}"), one.event


@dataclass(frozen=True)
class Module:
    """A part of the failure function that shares no event with the rest, as a diagram."""

    diagram: Diagram
    sources: tuple[str | int, ...]
    """What each of the diagram's variables is: an event, or the module of that number."""


@dataclass(frozen=True)
class FailureFunction:
    """A formula compiled: probabilities may be changed as often as one likes, the diagrams stay.

    >>> from resilience.fault_tree.formulas import Formulas
    >>> place = Formulas()
    >>> a, b, c = (place.event(name) for name in "abc")
    >>> two_of_three = compile_formula(place.at_least(2, [a, b, c]))
    >>> round(two_of_three.probability({"a": 0.1, "b": 0.1, "c": 0.1}), 6)
    0.028
    >>> two_of_three.minimal_cut_set_count()
    3
    """

    modules: tuple[Module, ...]
    """What is in another before it; the last is the whole."""
    support: tuple[str, ...]
    """The events that it truly depends on, in the order of their names."""
    coherent: bool
    """Whether no event's happening can prevent the failure."""
    limits: Limits
    """How far to go for minimal cut sets."""

    @property
    def nodes(self) -> int:
        """Nodes of all diagrams."""
        return sum(len(one.diagram) for one in self.modules)

    def probability(self, chances: Mapping[str, float]) -> float:
        """Of failure, for independent events with those probabilities; KeyError where one is missing."""
        true, _ = self._probabilities(self._of_all(chances))
        return true[-1]

    def birnbaum(self, chances: Mapping[str, float]) -> dict[str, float]:
        """Of every event of the support, by how much it moves the probability of failure.

        Computed as a difference of probabilities: good to some 1e-16 of the larger one.
        """
        chances = self._of_all(chances)
        true, false = self._probabilities(chances)
        reach = [0.0] * len(self.modules)
        reach[-1] = 1.0
        found: dict[str, float] = {}
        for number in range(len(self.modules) - 1, -1, -1):
            module = self.modules[number]
            up, down = _of(module.sources, chances, true, false)
            below, _ = module.diagram.probabilities(up, down)
            for source, slope in zip(module.sources, module.diagram.slopes(up, down, below), strict=True):
                if isinstance(source, int):
                    reach[source] += reach[number] * slope
                else:
                    found[source] = found.get(source, 0.0) + reach[number] * slope
        return {event: found[event] for event in self.support}

    def importances(self, chances: Mapping[str, float]) -> tuple[Importance, ...]:
        """Every event of the support, the one whose mending gains most first."""
        top = self.probability(chances)
        found = []
        for event, slope in self.birnbaum(chances).items():
            chance = chances[event]
            never = top - chance * slope
            if top and never < 1e-6 * top:
                never = self.probability({**chances, event: 0.0})
            found.append(importance(event, chance, slope, top, never))
        return tuple(sorted(found, key=rank))

    def minimal_cut_set_count(self) -> int:
        """How many minimal cut sets there are, exactly.

        A minimal cut set is a smallest set of events that brings the failure about while no other event
        happens. For a coherent formula these are the minimal cut sets of the books; for one with negations
        they are the minimal p-cuts, not the prime implicants (Rauzy 2001).
        TooHard where the limits do not reach.
        """
        counts: list[int] = []
        for module, sets in zip(self.modules, self.minimal, strict=True):
            weights = [1 if isinstance(source, str) else counts[source] for source in module.sources]
            counts.append(sets.counts(weights)[sets.root])
        return counts[-1]

    def cut_sets(
        self,
        chances: Mapping[str, float],
        *,
        cut_off: float = 0.0,
        always_order: int = 0,
        most_order: int | None = None,
        most: int = 1_000_000,
    ) -> CutSets:
        """Minimal cut sets by name: all of at most `always_order` events, and of those with at most
        `most_order` all whose probability is at least `cut_off`. How many are left out, and how probable they
        are at most together, is in the result. TooHard where more than `most` would be listed.
        """
        return search(
            self.minimal,
            tuple(one.sources for one in self.modules),
            self._of_all(chances),
            cut_off=cut_off,
            always_order=always_order,
            most_order=most_order,
            most=most,
        )

    def likeliest_cut_sets(self, chances: Mapping[str, float], wanted: int) -> tuple[CutSet, ...]:
        """So many minimal cut sets, the likeliest first, however many there are."""
        sources = tuple(one.sources for one in self.modules)
        return likeliest(self.minimal, sources, self._of_all(chances), wanted)

    @cached_property
    def minimal(self) -> tuple[SetDiagram, ...]:
        """The minimal cut sets of every module; TooHard where the limits do not reach."""
        found = []
        for module in self.modules:
            try:
                found.append(minimal_sets(module.diagram, self.limits.set_steps))
            except TooLarge:
                raise TooHard(
                    f"the minimal cut sets of a diagram with {len(module.diagram):,} nodes take more than "
                    f"{self.limits.set_steps:,} steps"
                ) from None
        return tuple(found)

    def _of_all(self, chances: Mapping[str, float]) -> dict[str, float]:
        """Probabilities of every event that the formula writes: those that do not count may have none."""
        written = (one for module in self.modules for one in module.sources if isinstance(one, str))
        return dict.fromkeys(written, 0.0) | {event: chances[event] for event in self.support}

    def _probabilities(self, chances: Mapping[str, float]) -> tuple[list[float], list[float]]:
        true: list[float] = []
        false: list[float] = []
        for module in self.modules:
            up, down = _of(module.sources, chances, true, false)
            holds, fails = module.diagram.probabilities(up, down)
            true.append(holds[module.diagram.root])
            false.append(fails[module.diagram.root])
        return true, false


def compile_formula(top: Formula, limits: Limits | None = None) -> FailureFunction:
    """The failure function of a formula; TooHard where the limits do not reach."""
    bounds = limits or Limits()
    network = prepare(top)
    nodes = network.nodes
    if not network.modules:
        return _single(network, bounds)
    numbers = frozenset(network.modules)
    turned = _turned(network)
    source: dict[int, str | int] = {one: nodes[one].event for one in network.support}
    modules: list[Module] = []
    # Parts that cannot happen, as nothing happens in `a and not a`: constant ones are turned to never hold.
    idle: set[int] = set()
    for number in network.modules:
        made, order = diagram(nodes, part(nodes, number, numbers), turned, bounds)
        gone = [level for level, one in enumerate(order) if one in idle]
        made = made.without(gone) if gone else made
        modules.append(Module(made, tuple(source[one] for one in order)))
        source[number] = len(modules) - 1
        if not len(made):
            idle.add(number)
    needed, support = _needed(modules)
    coherent = all(modules[one].diagram.is_monotone() for one in needed)
    return FailureFunction(tuple(modules), support, coherent, bounds)


def _of(
    sources: Sequence[str | int],
    chances: Mapping[str, float],
    true: Sequence[float],
    false: Sequence[float],
) -> tuple[list[float], list[float]]:
    """Of each variable the probability that it is true, and that it is false."""
    up = [chances[one] if isinstance(one, str) else true[one] for one in sources]
    down = [1.0 - chances[one] if isinstance(one, str) else false[one] for one in sources]
    return up, down


def _single(network: Network, limits: Limits) -> FailureFunction:
    """A top that is an event, its opposite, or a constant."""
    if abs(network.top) == ALWAYS:
        made = Diagram((), (0, 0), (0, 1), (0, 1), int(network.top == ALWAYS))
        return FailureFunction((Module(made, ()),), (), True, limits)
    event = network.nodes[abs(network.top)].event
    ends = (0, 1) if network.top > 0 else (1, 0)
    made = Diagram((event,), (1, 1, 0), (0, 1, ends[0]), (0, 1, ends[1]), 2)
    return FailureFunction((Module(made, (event,)),), (event,), network.top > 0, limits)


def _turned(network: Network) -> frozenset[int]:
    """Modules to be taken for their opposite: those that hold while nothing has happened, so that a module's
    happening is always an event's doing; and the top's own gate where the top is its opposite."""
    value = {ALWAYS: True}
    for number in network.order:
        node = network.nodes[number]
        held = [value[abs(one)] == (one > 0) for one in node.inputs]
        value[number] = _holds(node, held)
    found = {number for number in network.modules[:-1] if value[number]}
    return frozenset(found | ({-network.top} if network.top < 0 else set()))


def _holds(node: Node, inputs: Sequence[bool]) -> bool:
    if node.kind is Kind.AND:
        return all(inputs)
    if node.kind is Kind.AT_LEAST:
        return sum(inputs) >= node.least
    if node.kind is Kind.XOR:
        return sum(inputs) % 2 == 1
    if node.kind is Kind.CHOICE:
        return inputs[1] if inputs[0] else inputs[2]
    return False


def _needed(modules: Sequence[Module]) -> tuple[frozenset[int], tuple[str, ...]]:
    """Modules and events that the last module truly depends on."""
    needed = {len(modules) - 1}
    events: set[str] = set()
    for number in range(len(modules) - 1, -1, -1):
        if number in needed:
            module = modules[number]
            for level in set(module.diagram.level[2:]):
                source = module.sources[level]
                if isinstance(source, str):
                    events.add(source)
                else:
                    needed.add(source)
    return frozenset(needed), tuple(sorted(events))
