"""How many nodes of a known model a platform lacks, for all that runs there in full with its reserve kept.

Known models are those of the platform's own nodes and, where it declares nothing of what is short, those of
its twin's. A node that is added gives what the present ones give each where the platform declares what it
gives, else what its model says. One model for each platform: clusters are not mixed on purpose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from resilience.capacity import RESOURCES
from resilience.dr_capacity.asking import DIMENSIONS, Asking, Supply
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.program import Program
from resilience.dr_capacity.question import Part, Question
from resilience.dr_capacity.results import Lack
from specs.equipment import Model

MOST = 4096
"""Nodes after which a model is given up for a platform."""


@dataclass(frozen=True)
class Expansion:
    """So many nodes of one model close the gap of one platform, and no fewer do."""

    platform: str
    model: str
    count: int


@dataclass(frozen=True)
class Expanding:
    """Platforms and what they lack, with all services in full and certain standbys carrying."""

    asking: Asking
    carriers: frozenset[str]

    def options(self, platform: str) -> tuple[Expansion, ...]:
        """By model: how many nodes of it close the gap of a platform; those that close it."""
        found = []
        for name in self.models(platform):
            count = self._least(platform, self.asking.loss.estate.models[name])
            if count is not None:
                found.append(Expansion(platform, name, count))
        return tuple(found)

    def short(self, platform: str) -> bool:
        """Whether the platform lacks anything that nodes give, its reserve kept."""
        return not self._enough(platform, None, 0)

    def too_large(self, platform: str) -> Iterator[Lack]:
        """By how much the largest instance exceeds the largest node, where sums fit."""
        nodes = self.asking.nodes(platform, reserve=True) or ()
        parts = [self._settled(part) for part in self._question.parts if part.rack == platform]
        for dimension, resource in enumerate(DIMENSIONS):
            largest = max((node[dimension] for node in nodes), default=0.0)
            lacks = max((part.sizes[2][dimension] for part in parts), default=0.0) - largest
            if lacks > 0.0:
                yield Lack(f"platforms/{platform}", resource, "", lacks)

    def platforms(self) -> tuple[str, ...]:
        """Platforms that something runs on."""
        return tuple(
            sorted({part.workload.platform for parts in self.asking.placed.values() for part in parts})
        )

    def models(self, platform: str) -> tuple[str, ...]:
        """Known models of its nodes, by id."""
        estate = self.asking.loss.estate
        found = estate.platforms[platform]
        nodes = list(found.nodes)
        silent = all(getattr(found.capacity, supply.resource) is None for supply in self._supplies(platform))
        if silent and found.twin in estate.platforms:
            nodes += estate.platforms[found.twin].nodes
        models = {estate.devices[node].model for node in nodes if node in estate.devices}
        return tuple(sorted(models & estate.models.keys()))

    def _supplies(self, platform: str) -> Iterator[Supply]:
        for supply in self.asking.supplies:
            if supply.element == f"platforms/{platform}" and supply.resource in RESOURCES:
                yield supply

    def _least(self, platform: str, model: Model) -> int | None:
        """The least count that is enough, found by doubling and halving: one more never hurts."""
        if not self._may_hold(platform, model):
            return None
        low, high = 0, 1
        while not self._enough(platform, model, high):
            low, high = high, 2 * high
            if high > MOST:
                return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._enough(platform, model, middle) else (middle, high)
        return high

    def _may_hold(self, platform: str, model: Model) -> bool:
        """Whether the largest instance fits on a node at all, one that is there or one of that model."""
        nodes = self.asking.nodes(platform, reserve=False, added=[model])
        if nodes is None:
            return True
        return all(
            any(
                all(s <= have * (1.0 + ROUNDING) for s, have in zip(part.sizes[2], node, strict=True))
                for node in nodes
            )
            for part in (self._settled(part) for part in self._question.parts if part.rack == platform)
        )

    def _enough(self, platform: str, model: Model | None, count: int) -> bool:
        for supply in self._supplies(platform):
            gives = self._gives(platform, supply.resource, model, count)
            taken = sum(self._taken(share.part, share.standing, share.full) for share in supply.shares)
            if gives is not None and taken > gives * (1.0 + ROUNDING):
                return False
        return self._places(platform, [model] * count if model is not None else [])

    def _taken(self, part: str, standing: float | None, full: float | None) -> float:
        return (full if part in self._carrying else standing) or 0.0

    @cached_property
    def _question(self) -> Question:
        return self.asking.question(reserve=True, at_worst=False, needs=False)

    @cached_property
    def _carrying(self) -> frozenset[str]:
        """Workloads that carry: of several standbys the one chosen, else the one that is quickest there."""
        found: set[str] = set()
        for parts in self.asking.placed.values():
            found |= {part.id for part in parts if part.carries and not part.group}
            for group in sorted({part.group for part in parts if part.group}):
                names = [part.id for part in parts if part.group == group]
                found.add(next((name for name in names if name in self.carriers), names[0]))
        return frozenset(found)

    def _gives(self, platform: str, resource: str, model: Model | None, count: int) -> float | None:
        """What it gives in reserve with so many nodes added; None: unknown, and taken for enough."""
        loss = self.asking.loss
        found = loss.estate.platforms[platform]
        counted = loss.usable_nodes(platform, reserve=True) + count
        declared: float | None = getattr(found.capacity, resource)
        if declared is not None:
            needed = found.needs_nodes or len(found.nodes)
            return declared / needed * counted if found.nodes else declared
        where, devices = loss.analysis.graph.where, loss.estate.devices
        models = [where.model(devices[node]) for node in loss.nodes_left[platform] if node in devices]
        figures = [getattr(m, resource, None) for m in (*models, *([model] * count))]
        if not figures or None in figures:
            return None
        weakest = sorted(float(figure) for figure in figures if figure is not None)[:counted]
        return sum(weakest) * (found.overcommit if resource == "cores" else 1.0)

    def _places(self, platform: str, added: Sequence[Model]) -> bool:
        """Whether every instance finds a node."""
        nodes = self.asking.nodes(platform, reserve=True, added=added)
        if nodes is None:
            return True
        parts = tuple(self._settled(part) for part in self._question.parts if part.rack == platform)
        services = tuple(sorted({part.service for part in parts}))
        small = Question(services, (), (), parts, (), ((platform, nodes),))
        return Program(small).fits([("full", service) for service in services]).fits

    def _settled(self, part: Part) -> Part:
        """The part as it runs then, whatever its service does."""
        size = part.sizes[2 if part.name in self._carrying else 0]
        return replace(part, group="", carries=True, asks=(), sizes=(size, size, size))


def price_of(model: Model, currency: str) -> float | None:
    """Price of one in that currency; None: unknown, or in another."""
    if model.price is None or model.price.currency != currency:
        return None
    return float(model.price.amount)
