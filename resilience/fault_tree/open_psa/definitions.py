"""What an Open-PSA file defines, by kind and name, and what each reference means where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from resilience.fault_tree.open_psa.elements import Element
from specs.issues import Issue, SpecError
from specs.text import did_you_mean

Scope = tuple[str, ...]
"""Names of the fault tree and the components around an element."""

KINDS: Final = {
    "define-gate": "gate",
    "define-basic-event": "basic-event",
    "define-house-event": "house-event",
    "define-parameter": "parameter",
    "define-CCF-group": "CCF-group",
}
EVENTS: Final = ("gate", "basic-event", "house-event")
_ASIDE: Final = ("label", "attributes")
_CONTAINERS: Final = ("define-fault-tree", "define-component", "model-data")
_NOT_READ: Final = {
    "define-event-tree": "event trees",
    "define-initiating-event": "initiating events",
    "define-functional-event": "functional events",
    "define-sequence": "sequences",
    "define-rule": "rules of event trees",
    "define-alignment": "alignments and their phases",
    "define-mission": "missions",
    "define-phase": "phases",
    "define-consequence": "consequences",
    "define-consequence-group": "consequence groups",
    "define-initiating-event-group": "groups of initiating events",
    "define-extern-library": "libraries of functions",
    "define-extern-function": "functions of libraries",
}
"""What has no part in a fault tree's own figures."""


@dataclass(frozen=True)
class Definition:
    """One definition of the file."""

    kind: str
    key: str
    """Its name; with the names of what it lies in before it, and points between, where it is private."""
    scope: Scope
    element: Element

    @property
    def body(self) -> tuple[Element, ...]:
        """What defines it: a formula, an expression; without labels and attributes."""
        return contents(self.element)


def contents(element: Element) -> tuple[Element, ...]:
    """The elements in another, without its label and attributes."""
    return tuple(one for one in element.children if one.tag not in _ASIDE)


class Definitions:
    """Every definition of a file; SpecError lists every fault among them."""

    def __init__(self, root: Element) -> None:
        if root.tag not in ("opsa-mef", "open-psa"):
            raise root.refused(
                "PSA-004", f"the file begins with <{root.tag}>", "an Open-PSA model begins with <opsa-mef>"
            )
        self.root = root
        self.issues: list[Issue] = []
        self.notes: dict[str, None] = {}
        self.trees: list[str] = []
        self.by_key: dict[tuple[str, str], Definition] = {}
        self._by_path: dict[tuple[str, str], Definition] = {}
        self._entered: dict[Scope, Element] = {}
        """Fault trees and components, by their names and those around them."""
        self._read(root, (), private=False)
        if self.issues:
            raise SpecError(self.issues)

    def of(self, kind: str) -> Iterator[Definition]:
        """The definitions of one kind, in the order of the file."""
        return (one for one in self.by_key.values() if one.kind == kind)

    def find(self, kinds: Sequence[str], name: str, scope: Scope) -> Definition | None:
        """What a name means within a scope: the nearest around it, else what is public."""
        for depth in range(len(scope), -1, -1):
            path = ".".join((*scope[:depth], name))
            for kind in kinds:
                found = self._by_path.get((kind, path))
                if found is not None:
                    return found
        return next((self.by_key[kind, name] for kind in kinds if (kind, name) in self.by_key), None)

    def refer(self, reference: Element, kinds: Sequence[str], scope: Scope) -> Definition:
        """What a reference means; SpecError at its place where that is nothing, or of another kind."""
        found = self.find(kinds, reference.name, scope)
        if found is not None:
            return found
        if not reference.name:
            raise reference.refused("PSA-005", f"<{reference.tag}> names nothing", 'write name="…"')
        other = self.find([one for one in EVENTS if one not in kinds], reference.name, scope)
        if other is not None and kinds[0] in EVENTS:
            raise reference.refused(
                "PSA-006",
                f"`{reference.name}` is a {other.kind} (line {other.element.place.line}), no {kinds[0]}",
                f"write <{other.kind} …>",
            )
        known = {key for kind, key in self.by_key if kind in kinds}
        wanted = "event" if len(kinds) > 1 else kinds[0]
        elsewhere = "put its definition into this file: others are never opened"
        raise reference.refused(
            "PSA-006",
            f"the {wanted} `{reference.name}` is defined nowhere",
            did_you_mean(reference.name, known) or elsewhere,
        )

    def add(self, definition: Definition) -> None:
        """Enter a definition; one that only declares an event yields to one that gives it its value.

        Events of different kinds share their names (Open-PSA Model Exchange Format 2.0, section IV.1).
        """
        for kind in EVENTS if definition.kind in EVENTS else ():
            other = self.by_key.get((kind, definition.key))
            if other is not None and kind != definition.kind:
                self.issues.append(
                    definition.element.issue(
                        "PSA-005",
                        f"`{definition.key}` is a {kind} in line {other.element.place.line} already",
                        "rename one: no two events have one name, whatever their kinds",
                    )
                )
        self._by_path[definition.kind, ".".join((*definition.scope, definition.element.name))] = definition
        there = self.by_key.get((definition.kind, definition.key))
        if there is None or not there.body:
            self.by_key[definition.kind, definition.key] = definition
        elif definition.body:
            self.issues.append(
                definition.element.issue(
                    "PSA-005",
                    f"the {definition.kind} `{definition.key}` stands in line {there.element.place.line} too",
                    'rename one, or keep it to its own component with role="private"',
                )
            )

    def _enter(self, container: Element, path: Scope) -> None:
        there = self._entered.setdefault(path, container)
        if there is not container:
            self.issues.append(
                container.issue(
                    "PSA-005",
                    f"<{container.tag}> `{container.name}` stands in line {there.place.line} too",
                    "rename one, or put the content of both into one",
                )
            )

    def _read(self, container: Element, scope: Scope, *, private: bool) -> None:
        for one in contents(container):
            role = one.attributes.get("role", "private" if private else "public")
            if one.tag in _CONTAINERS:
                if one.tag == "define-fault-tree":
                    self.trees.append(one.name)
                inside = scope if one.tag == "model-data" else (*scope, one.name)
                if one.tag != "model-data" and one.name:
                    self._enter(one, inside)
                self._read(one, inside, private=role == "private")
            elif one.tag in KINDS:
                if not one.name or "." in one.name:
                    wrong = f"a name `{one.name}` with a point in it" if one.name else "no name"
                    self.issues.append(one.issue("PSA-005", f"<{one.tag}> has {wrong}", 'write name="…"'))
                    continue
                key = ".".join((*scope, one.name)) if role == "private" else one.name
                self.add(Definition(KINDS[one.tag], key, scope, one))
            elif one.tag in _NOT_READ:
                self.notes[f"{_NOT_READ[one.tag]} are not read: figures are of the fault tree alone"] = None
            elif one.tag == "define-substitution":
                self.issues.append(
                    one.issue(
                        "PSA-011",
                        "substitutions change what the figures mean, and are not read",
                        "delete them to have the fault tree as it stands",
                    )
                )
            elif one.tag == "include":
                self.issues.append(
                    one.issue("PSA-011", "other files are never opened", "put their content in its place")
                )
            else:
                known = (*KINDS, *_CONTAINERS)
                self.issues.append(
                    one.issue("PSA-004", f"<{one.tag}> does not belong here", did_you_mean(one.tag, known))
                )
