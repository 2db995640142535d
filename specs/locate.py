"""From a field of the estate to its line in a file."""

from specs.issues import FieldPath, Location
from specs.reading import Node


class Places:
    """Where everything of a loaded estate is written."""

    __slots__ = ("_root",)

    def __init__(self, root: Node) -> None:
        self._root = root

    def at(self, path: FieldPath) -> Location | None:
        """The place of that field, or else of what encloses it most nearly; None where nothing does.

        A list or mapping is placed at its key, a value where the value begins.
        """
        node = self._nearest(path)
        if node is None:
            return None
        return node.key_location if isinstance(node.value, dict | list) else node.location

    def of_key(self, path: FieldPath) -> Location | None:
        """The place of the key under which that field stands, or of what encloses it most nearly."""
        node = self._nearest(path)
        return node.key_location if node is not None else None

    def _nearest(self, path: FieldPath) -> Node | None:
        reached: Node | None = None
        for step in path:
            node = _under(reached or self._root, step)
            if node is None:
                break
            reached = node
        return reached


def _under(node: Node, step: str | int) -> Node | None:
    value = node.value
    if isinstance(value, dict):
        found: Node | None = value.get(step)
        return found
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        item: Node = value[step]
        return item
    return None
