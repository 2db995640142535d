"""Which changed lines an effect comes from: facts that it rests on, else what undoes it when put back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx

from policies.changes.elements import ElementChange, Line
from resilience.analysis import Analysis, analyse
from specs.consistency import check_plan
from specs.issues import FieldPath

if TYPE_CHECKING:
    from policies.changes.comparison import Side

MOST_PUT_BACK = 12
"""Changes that are put back one by one to see which of them does it; of more it would take minutes."""


@dataclass(frozen=True)
class Responsible:
    """Finds the changed lines behind an effect."""

    before: "Side"
    after: "Side"
    changes: tuple[ElementChange, ...]

    def among(self, *paths: FieldPath) -> tuple[Line, ...]:
        """Changed lines among these facts: the same field, one within it, or one that encloses it."""
        found: dict[Line, None] = {}
        for path in dict.fromkeys(paths):
            for line in self._by_element.get(path[:2], ()):
                shared = min(len(path), len(line.path))
                if path[:shared] == line.path[:shared]:
                    found[line] = None
        return tuple(found)

    def naming(self, elements: Iterable[str]) -> tuple[Line, ...]:
        """Changed lines of these elements (`collection/id`)."""
        wanted = set(elements)
        return tuple(line for change in self.changes if change.element in wanted for line in change.lines)

    def undoing(self, gone: Callable[[str, Analysis], bool]) -> tuple[Line, ...]:
        """Lines of every change that alone, put back, takes the effect away; `gone` is given the changed
        element and the new estate with that change put back."""
        if len(self.changes) > MOST_PUT_BACK:
            return ()
        found: list[Line] = []
        for change in self.changes:
            put_back = self._put_back(change)
            if put_back is not None and gone(change.element, put_back):
                found += change.lines
        return tuple(found)

    def needed_by(self, element: str) -> tuple[Line, ...]:
        """Changed lines of whatever the element needs, and of itself."""
        found = {element}
        for side in (self.before, self.after):
            graph = side.analysis.graph.needs
            if element in graph:
                found |= nx.descendants(graph, element)
        return self.naming(found)

    @cached_property
    def _by_element(self) -> Mapping[FieldPath, tuple[Line, ...]]:
        return {tuple(change.element.split("/", 1)): change.lines for change in self.changes}

    def _put_back(self, change: ElementChange) -> Analysis | None:
        """The new estate with that one change put back; None where it does not hang together so."""
        if change.element not in self._tried:
            self._tried[change.element] = self._without(change)
        return self._tried[change.element]

    @cached_property
    def _tried(self) -> dict[str, Analysis | None]:
        return {}

    def _without(self, change: ElementChange) -> Analysis | None:
        old, new = self.before.loaded.estate, self.after.loaded.estate
        collection, _, name = change.element.partition("/")
        put: Any = getattr(old, collection)
        if name:
            entries = dict(getattr(new, collection))
            if name in put:
                entries[name] = put[name]
            else:
                entries.pop(name)
            put = {key: entries[key] for key in sorted(entries)}
        estate = new.model_copy(update={collection: put})
        return analyse(estate.as_of(self.after.phase)) if not check_plan(estate) else None
