"""An Open-PSA file as a fault tree: formulas of its gates, probabilities of its events."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from resilience.fault_tree.formulas import Formula, Formulas
from resilience.fault_tree.open_psa import common_cause
from resilience.fault_tree.open_psa.definitions import EVENTS, Definition, Definitions, Scope, contents
from resilience.fault_tree.open_psa.dependencies import Ring, in_order
from resilience.fault_tree.open_psa.elements import Element, read_elements
from resilience.fault_tree.open_psa.expressions import constant, value
from resilience.fault_tree.tree import FaultTree
from specs.issues import Issue, SpecError
from specs.text import did_you_mean

Thing = TypeVar("Thing")
Made = TypeVar("Made")

_REFERENCES: Final[Mapping[str, Sequence[str]]] = {
    "event": EVENTS,
    "gate": ("gate",),
    "basic-event": ("basic-event",),
    "house-event": ("house-event",),
}
_LEAST_INPUTS: Final = {
    "and": 1, "or": 1, "not": 1, "nand": 1, "nor": 1, "xor": 2, "iff": 2, "imply": 2, "atleast": 1,
    "cardinality": 1,
}  # fmt: skip
_MOST_INPUTS: Final = {"not": 1, "imply": 2}
_MOST_RING_TOLD: Final = 12


def read_fault_tree(data: bytes, file: str, mission_hours: float | None = None) -> FaultTree:
    """The fault tree in that file; SpecError with every fault of the stage that failed, each at its place.

    The Open-PSA Model Exchange Format, version 2.0 and drafts of 3.0: what it says of fault trees, groups of
    common cause, parameters and expressions. `xor` is true for an odd number of inputs; `iff` of more
    than two is read from the left, as the format says.
    """
    return _Reader(Definitions(read_elements(data, file)), mission_hours).tree()


@dataclass(frozen=True)
class _Group:
    """A common-cause group, resolved."""

    definition: Definition
    members: tuple[str, ...]
    model: str
    distribution: Element
    factors: tuple[Element, ...]


class _Reader:
    def __init__(self, definitions: Definitions, mission_hours: float | None) -> None:
        self.definitions = definitions
        self.mission_hours = mission_hours
        self.place = Formulas()
        self.issues: list[Issue] = []
        self.parameters: dict[int, float] = {}
        """Values of the elements that name a parameter, by their identity."""
        self.values: dict[str, float] = {}
        self.faults: dict[str, SpecError] = {}
        """Parameters that have no value, and why."""
        self.events: dict[str, Formula] = {}
        """Basic events that common-cause groups replace."""
        self.chances: dict[str, float] = {}

    def tree(self) -> FaultTree:
        """Stage by stage; each tells all its faults."""
        found = self.definitions
        groups = self._each(found.of("CCF-group"), self._group)
        self._each(found.of("gate"), self._check_body)
        self._stop()
        uses = {one.key: list(self._gates_below(one)) for one in found.of("gate")}
        self._stop()
        try:
            order = in_order(uses)
        except Ring as ring:
            raise self._ring("gate", "gates depend on themselves", ring) from None
        self._work_out_parameters()
        self._stop()
        self._each(groups, self._replace)
        in_groups = {member for group in groups for member in group.members}
        undeclared = self._work_out_chances(in_groups)
        self._stop()
        gates: dict[str, Formula] = {}
        for key in order:
            definition = found.by_key["gate", key]
            gates[key] = self._formula(definition.body[0], definition.scope, gates)
        self._stop()
        used = {one for below in uses.values() for one in below}
        if not gates:
            aside = "; ".join(found.notes)
            raise found.root.refused(
                "PSA-004", "the file defines no gate", aside or "a fault tree has one at least"
            )
        return FaultTree(
            next((name for name in found.trees if name), ""),
            {key: gates[key] for key in uses},
            tuple(key for key in uses if key not in used),
            self.chances,
            tuple(sorted(undeclared)),
            tuple(sorted(group.definition.key for group in groups)),
            tuple(found.notes),
        )

    def _each(self, things: Iterable[Thing], work: Callable[[Thing], Made]) -> list[Made]:
        """The work on each, its faults gathered."""
        done = []
        for one in list(things):
            try:
                done.append(work(one))
            except SpecError as fault:
                self.issues += fault.issues
        return done

    def _stop(self) -> None:
        if self.issues:
            raise SpecError(self.issues)

    def _check_body(self, gate: Definition) -> None:
        if len(gate.body) != 1:
            raise gate.element.refused(
                "PSA-007",
                f"the gate `{gate.key}` has {len(gate.body)} formulas where one belongs",
                "put them into <and> or <or>",
            )
        for one in _formulas(gate.body[0]):
            if one.tag in _REFERENCES:
                kinds = _REFERENCES[one.tag]
                typed = one.attributes.get("type")
                self.definitions.refer(one, (typed,) if typed in EVENTS else kinds, gate.scope)
            elif one.tag == "constant":
                constant(one)
            else:
                _check_inputs(one)

    def _gates_below(self, gate: Definition) -> Iterator[str]:
        for one in _formulas(gate.body[0]):
            found = self._meant(one, gate.scope) if one.tag in _REFERENCES else None
            if found is not None and found.kind == "gate":
                yield found.key

    def _meant(self, reference: Element, scope: Scope) -> Definition:
        typed = reference.attributes.get("type")
        kinds = (typed,) if typed in EVENTS else _REFERENCES[reference.tag]
        return self.definitions.refer(reference, kinds, scope)

    def _formula(self, element: Element, scope: Scope, gates: Mapping[str, Formula]) -> Formula:
        """A formula whose gates are made already."""
        place, tag = self.place, element.tag
        if tag == "constant":
            return place.always if constant(element) else place.never
        if tag in _REFERENCES:
            found = self._meant(element, scope)
            if found.kind == "gate":
                return gates[found.key]
            if found.kind == "house-event":
                return place.always if found.body and constant(found.body[0]) else place.never
            return self.events.get(found.key) or place.event(found.key)
        inputs = [self._formula(one, scope, gates) for one in contents(element)]
        if tag in ("and", "nand"):
            return place.all_of(inputs) if tag == "and" else ~place.all_of(inputs)
        if tag in ("or", "nor"):
            return place.any_of(inputs) if tag == "or" else ~place.any_of(inputs)
        if tag == "not":
            return ~inputs[0]
        if tag == "xor":
            return place.odd(inputs)
        if tag == "iff":
            # Read from the left, each `iff` is the opposite of an `xor`.
            return place.odd(inputs) if len(inputs) % 2 else ~place.odd(inputs)
        if tag == "imply":
            return place.implies(*inputs)
        if tag == "atleast":
            return place.at_least(_number(element, "min"), inputs)
        return place.between(_number(element, "min"), _number(element, "max"), inputs)

    def _work_out_parameters(self) -> None:
        """The value of every parameter; faults of one that nothing uses stay untold."""
        held = {one.key: one for one in self.definitions.of("parameter")}
        uses: dict[str, list[str]] = {}
        for key, definition in held.items():
            found = self._each([definition], self._parameters_below)
            uses[key] = found[0] if found else []
        self._stop()
        try:
            order = in_order(uses)
        except Ring as ring:
            raise self._ring("parameter", "parameters depend on themselves", ring) from None
        for key in order:
            definition = held[key]
            try:
                if len(definition.body) != 1:
                    raise definition.element.refused(
                        "PSA-007", f"the parameter `{key}` has no one expression"
                    )
                self.values[key] = self._value(definition.body[0], definition.scope)
            except SpecError as fault:
                self.faults[key] = fault

    def _parameters_below(self, definition: Definition) -> list[str]:
        references = [one for body in definition.body for one in body.walk() if one.tag == "parameter"]
        return [self.definitions.refer(one, ("parameter",), definition.scope).key for one in references]

    def _value(self, expression: Element, scope: Scope) -> float:
        for one in expression.walk():
            if one.tag == "parameter":
                key = self.definitions.refer(one, ("parameter",), scope).key
                if key in self.faults:
                    raise self.faults[key]
                self.parameters[id(one)] = self.values[key]
        return value(expression, self.parameters, self.mission_hours)

    def _chance(self, expression: Element, scope: Scope, what: str) -> float:
        found = self._value(expression, scope)
        if not 0 <= found <= 1:
            raise expression.refused(
                "PSA-009", f"{what} has a probability of {found:g}", "probabilities lie between 0 and 1"
            )
        return found

    def _work_out_chances(self, in_groups: Collection[str]) -> list[str]:
        """The probability of every basic event outside groups; those that have none are returned."""
        undeclared: list[str] = []

        def work(one: Definition) -> None:
            if len(one.body) > 1:
                raise one.element.refused("PSA-007", f"the basic event `{one.key}` has several expressions")
            if not one.body:
                undeclared.append(one.key)
            else:
                self.chances[one.key] = self._chance(one.body[0], one.scope, f"the basic event `{one.key}`")

        self._each((one for one in self.definitions.of("basic-event") if one.key not in in_groups), work)
        return undeclared

    def _group(self, definition: Definition) -> "_Group":
        element = definition.element
        parts = {one.tag: one for one in definition.body}
        wanted = [one for one in ("members", "distribution") if one not in parts]
        if wanted:
            raise element.refused("PSA-012", f"the group `{definition.key}` has no <{wanted[0]}>")
        if len(contents(parts["distribution"])) != 1:
            raise parts["distribution"].refused("PSA-007", "one expression belongs here")
        members = [self._member(one, definition.scope) for one in contents(parts["members"])]
        if len(set(members)) != len(members) or len(members) < 2:
            raise parts["members"].refused("PSA-012", "a group has two different members at least")
        model = element.attributes.get("model", "")
        if model not in common_cause.MODELS:
            raise element.refused(
                "PSA-012", f"no common-cause model `{model}`", did_you_mean(model, common_cause.MODELS)
            )
        factors = [one for body in definition.body for one in body.walk() if one.tag == "factor"]
        return _Group(definition, tuple(members), model, parts["distribution"], tuple(factors))

    def _member(self, reference: Element, scope: Scope) -> str:
        """The key of a member, which the group defines where nothing else does."""
        if reference.tag not in ("basic-event", "event") or not reference.name:
            raise reference.refused("PSA-012", "members of a group are basic events")
        found = self.definitions.find(("basic-event",), reference.name, scope)
        if found is None:
            bare = Element("define-basic-event", {"name": reference.name}, reference.place)
            found = Definition("basic-event", reference.name, scope, bare)
            self.definitions.add(found)
        return found.key

    def _replace(self, group: "_Group") -> None:
        """Replace the members of a group by what can befall them."""
        scope = group.definition.scope
        taken = [one for one in group.members if one in self.events]
        if taken:
            raise group.definition.element.refused("PSA-012", f"`{taken[0]}` is in another group too")
        chance = self._chance(
            contents(group.distribution)[0], scope, f"a member of the group `{group.definition.key}`"
        )
        given = []
        for one in group.factors:
            if len(contents(one)) != 1:
                raise one.refused("PSA-007", "one expression belongs here")
            given.append((one, self._value(contents(one)[0], scope)))
        element, size = group.definition.element, len(group.members)
        factors = common_cause.checked_factors(element, group.model, given, size)
        shared = common_cause.shares(group.model, factors, size)
        formulas, chances = common_cause.member_formulas(self.place, element, group.members, shared, chance)
        self.events |= formulas
        self.chances |= chances

    def _ring(self, kind: str, words: str, ring: Ring) -> SpecError:
        keys = [str(one) for one in ring.members]
        told = keys if len(keys) <= _MOST_RING_TOLD else [*keys[: _MOST_RING_TOLD - 2], "…", keys[-1]]
        element = self.definitions.by_key[kind, keys[0]].element
        return element.refused(
            "PSA-013", f"{words}: {' → '.join(told)}", "take one of them out of the circle"
        )


def _formulas(body: Element) -> Iterator[Element]:
    """Every formula in a gate, references and constants too."""
    stack = [body]
    while stack:
        one = stack.pop()
        yield one
        if one.tag not in _REFERENCES and one.tag != "constant":
            stack += reversed(contents(one))


def _check_inputs(formula: Element) -> None:
    tag = formula.tag
    if tag not in _LEAST_INPUTS:
        known = (*_LEAST_INPUTS, *_REFERENCES, "constant")
        raise formula.refused("PSA-004", f"<{tag}> is no formula", did_you_mean(tag, known))
    count, least, most = len(contents(formula)), _LEAST_INPUTS[tag], _MOST_INPUTS.get(tag)
    if count < least or (most is not None and count > most) or (tag == "imply" and count != 2):
        wanted = str(most) if most is not None else f"{least} or more"
        raise formula.refused("PSA-007", f"<{tag}> has {count} inputs where {wanted} belong")
    if tag == "atleast" and _number(formula, "min") > count:
        raise formula.refused("PSA-007", f"<atleast> wants {_number(formula, 'min')} of {count} inputs")
    if tag == "cardinality" and not _number(formula, "min") <= _number(formula, "max") <= count:
        raise formula.refused("PSA-007", f"<cardinality> has no such number among {count} inputs")


def _number(formula: Element, attribute: str) -> int:
    said = formula.attributes.get(attribute, "").strip()
    if not (said.isascii() and said.isdecimal() and len(said) < 8):
        raise formula.refused(
            "PSA-007", f"<{formula.tag}> has {attribute}=`{said}`", f'write a whole number: {attribute}="2"'
        )
    return int(said)
