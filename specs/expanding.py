"""Ranges taken apart: one entry of a file becomes the elements that it stands for."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from specs.issues import Issue
from specs.model import COLLECTIONS
from specs.ranges import Binding, Pattern, RangeError, pattern
from specs.reading import Node, scalar
from specs.text import hidden_character, plain

MOST_VALUES: Final = 500_000
"""Values that all ranges of an estate may add together."""
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What an id may look like."""

Element = tuple[str, Node]


class Expansion:
    """Takes ranges apart, file by file, within one budget; what is wrong gathers in `issues`."""

    def __init__(self, issues: list[Issue]) -> None:
        self._issues = issues
        self._made = 0

    def of_file(self, root: Node) -> Node:
        """The file's content with every range taken apart."""
        entries: dict[str, Node] = {}
        for name, entry in root.value.items():
            if name in COLLECTIONS and isinstance(entry.value, dict):
                entries[name] = entry.like(self._collection(name, entry))
            else:
                entries[name] = entry if name == "estate" else self._in_place(entry)
        return root.like(entries)

    def _collection(self, name: str, collection: Node) -> dict[str, Node]:
        elements: dict[str, Node] = {}
        for key, body in collection.value.items():
            for own_key, node in self._elements(key, body):
                first = elements.setdefault(own_key, node)
                if first is not node:
                    self._issues.append(declared_twice(name, own_key, first, node))
        return elements

    def _elements(self, key: str, body: Node) -> Iterator[Element]:
        try:
            ranges = pattern(key)
        except RangeError as fault:
            self._issues.append(Issue("RANGE-001", body.key_location, str(fault), fault.hint))
            return
        if ranges is None:
            if self._is_id(key, body):
                yield key, self._in_place(body)
            return
        keys = ranges.texts()
        if not self._is_id(max(keys, key=len), body):
            return
        bodies = self._bound(body, Binding(ranges))
        if bodies is None:
            bodies = [body] * len(keys)
        # Each element needs a node of its own, so that one declared twice is told from one that is shared.
        for own_key, own in zip(keys, bodies, strict=True):
            yield own_key, own.like(own.value)

    def _is_id(self, key: str, body: Node) -> bool:
        if ID.fullmatch(key):
            return True
        hidden = hidden_character(key)
        if hidden is not None:
            message = f"the id `{plain(key)}` holds a character that cannot be seen (U+{ord(hidden):04X})"
        elif len(key) > 100:
            message = f"the id `{plain(key[:40])}…` is longer than 100 characters"
        else:
            message = f"`{plain(key)}` is no id"
        hint = "an id is made of letters A-Z, digits and . _ - and begins with a letter or digit"
        if "[" in key:
            hint += "; a range is written [01-20], [a-c] or [3,5,7]"
        self._issues.append(Issue("KEY-005", body.key_location, message, hint))
        return False

    def _bound(self, node: Node, binding: Binding) -> list[Node] | None:
        """The node in each element of the key; None if no range stands in it and all may share it."""
        if isinstance(node.value, str):
            return self._bound_text(node, binding)
        if isinstance(node.value, dict):
            keys = tuple(node.value)
            return self._bound_within(
                node, tuple(node.value.values()), binding, lambda row: dict(zip(keys, row, strict=True))
            )
        if isinstance(node.value, list):
            return self._bound_within(node, tuple(node.value), binding, list)
        return None

    def _bound_within(
        self,
        node: Node,
        inside: tuple[Node, ...],
        binding: Binding,
        made_of: Callable[[tuple[Node, ...]], object],
    ) -> list[Node] | None:
        columns = [self._bound(child, binding) for child in inside]
        if not any(column is not None for column in columns):
            return None
        count = binding.key.count
        if not self._affords(count * (len(columns) + 1), node):
            return None
        shared = [
            [child] * count if column is None else column
            for child, column in zip(inside, columns, strict=True)
        ]
        return [node.like(made_of(row)) for row in zip(*shared, strict=True)]

    def _bound_text(self, node: Node, binding: Binding) -> list[Node] | None:
        try:
            found = pattern(node.value)
            if found is None:
                return None
            if not self._affords(binding.key.count, node):
                return None
            texts = binding.texts(found)
        except RangeError as fault:
            self._issues.append(Issue("RANGE-002", node.location, str(fault), fault.hint))
            return None
        if _is_whole_value(found):
            return [node.like(scalar(text)) for text in texts]
        return [node.like(text) for text in texts]

    def _in_place(self, node: Node) -> Node:
        """The node with the ranges in its lists written out; prose (text with blanks) is left alone."""
        if isinstance(node.value, dict):
            entries = {key: self._in_place(child) for key, child in node.value.items()}
            changed = any(entries[key] is not child for key, child in node.value.items())
            return node.like(entries) if changed else node
        if isinstance(node.value, list):
            items = [made for child in node.value for made in self._items(child)]
            same = len(items) == len(node.value) and all(map(_is, items, node.value))
            return node if same else node.like(items)
        return node

    def _items(self, node: Node) -> list[Node]:
        if not isinstance(node.value, str) or " " in node.value:
            return [self._in_place(node)]
        try:
            found = pattern(node.value)
        except RangeError as fault:
            self._issues.append(Issue("RANGE-001", node.location, str(fault), fault.hint))
            return [node]
        if found is None or not self._affords(found.count, node):
            return [node]
        return [node.like(text) for text in found.texts()]

    def _affords(self, values: int, node: Node) -> bool:
        self._made += values
        if self._made <= MOST_VALUES:
            return True
        if self._made - values <= MOST_VALUES:
            message = f"the ranges up to here stand for more than {MOST_VALUES:,} values"
            self._issues.append(Issue("RANGE-001", node.location, message, "use smaller ranges"))
        return False


def declared_twice(collection: str, key: str, first: Node, second: Node) -> Issue:
    """The issue for an element that has two declarations, naming both places."""
    message = f"`{key}` is declared twice in {collection} (first at {first.key_location})"
    return Issue("KEY-004", second.key_location, message, "give one of them another id, or delete it")


def _is(one: Node, other: Node) -> bool:
    return one is other


def _is_whole_value(found: Pattern) -> bool:
    return found.parts == ("", "")
