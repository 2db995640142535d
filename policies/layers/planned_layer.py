"""The planned layer: the estate that planned resources make, with what is not known of it yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from specs.consistency import check as inconsistencies
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.planned import Planned, PlannedResource, estate_from_planned, plan, resource
from specs.sentences import Sentence, say
from specs.tokens import COLLECTIONS, NATIONAL, PLAN_TOKEN


@dataclass(frozen=True)
class PlanMade:
    """Planned resources of one or more stacks, and where they come from."""

    resources: tuple[PlannedResource, ...]
    source: str
    """For people."""

    @property
    def stacks(self) -> tuple[str, ...]:
        """Stacks that it holds a record of, sorted."""
        return tuple(sorted({_said(one, "stack") for one in self._records}))

    @property
    def digests(self) -> tuple[str, ...]:
        """Digests of the specs that it was made from, sorted."""
        return tuple(sorted({_said(one, "digest") for one in self._records}))

    @property
    def phases(self) -> tuple[str, ...]:
        """Phases as of which it was made, sorted."""
        return tuple(sorted({_said(one, "phase") for one in self._records}))

    @property
    def _records(self) -> tuple[PlannedResource, ...]:
        return tuple(one for one in self.resources if one.token == PLAN_TOKEN)


def _said(record: PlannedResource, name: str) -> str:
    return str(record.properties.get(name, ""))


@dataclass(frozen=True)
class PlannedLayer:
    """The estate as planned resources say it is."""

    estate: Estate | None
    """None where physics refuses it: no rule can speak of it."""
    urns: Mapping[str, str] = field(default_factory=dict)
    """By `collection/id`: the resource."""
    hidden: tuple[FieldPath, ...] = ()
    """Facts whose value is not known before they are made."""
    refused: tuple[Fault, ...] = ()
    """What cannot be read of it, and what physics says against it."""

    def doubt(self, path: FieldPath) -> Sentence | None:
        """Why that fact is not known yet; None where it is."""
        for one in self.hidden:
            if path[: len(one)] == one or one[: len(path)] == path:
                return say("it is not known before it is made: {fact}", fact="/".join(map(str, one)))
        return None


def planned_without_engine(declared: Estate) -> PlannedLayer:
    """What the program would hand to the engine."""
    resources = plan(declared)
    urns = {one.reference: f"{one.stack}::{one.token}::{one.key}" for one in resources}
    return _layer(declared, {None: resources}, urns, ())


def planned_by_engine(declared: Estate, made: PlanMade, digest: str) -> PlannedLayer:
    """What the engine plans in the stacks of a plan; other stacks are as the program would plan them.

    A field that the spec gives and a plan of that same spec (`digest`) leaves out is one that the engine does
    not know yet. A plan that was made from another state of the spec may lack it for good.
    """
    by_stack: dict[str | None, list[Planned]] = {name: [] for name in made.stacks}
    urns: dict[str, str] = {}
    current = {
        _stack_of_urn(one.urn): _said(one, "stack") for one in made.resources if one.token == PLAN_TOKEN
    }
    for one in made.resources:
        if one.token in COLLECTIONS:
            stack = current.get(_stack_of_urn(one.urn), NATIONAL)
            by_stack.setdefault(stack, []).append(resource(one.token, one.name, stack, one.properties))
            urns[f"{COLLECTIONS[one.token]}/{one.name}"] = one.urn
    hidden = _left_out(declared, by_stack) if made.digests == (digest,) else ()
    return _layer(declared, by_stack, urns, hidden)


def _stack_of_urn(urn: str) -> str:
    return urn.split("::", 1)[0]


def _layer(
    declared: Estate,
    by_stack: Mapping[str | None, Sequence[Planned]],
    urns: Mapping[str, str],
    left_out: Iterable[FieldPath],
) -> PlannedLayer:
    estate, hidden, refused = declared, set(left_out), list[Fault]()
    for stack, resources in by_stack.items():
        rebuilt = estate_from_planned(resources, estate, stack)
        hidden.update(rebuilt.unknown)
        refused += rebuilt.unreadable
        # What the format could not take is as the base has it, and so no fact of the plan.
        hidden.update(fault.path[:2] for fault in rebuilt.unreadable)
        estate = rebuilt.estate
    against = inconsistencies(estate)
    return PlannedLayer(
        None if against else estate,
        dict(sorted(urns.items())),
        tuple(sorted(hidden, key=str)),
        (*refused, *against),
    )


def _left_out(declared: Estate, by_stack: Mapping[str | None, Sequence[Planned]]) -> tuple[FieldPath, ...]:
    """Fields that the spec gives, of elements that are planned without them."""
    given = {one.reference: one for one in plan(declared)}
    return tuple(
        (one.collection, one.key, name)
        for resources in by_stack.values()
        for one in resources
        if one.reference in given
        for name in sorted(given[one.reference].properties.keys() - one.properties.keys())
    )
