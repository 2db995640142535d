"""What is defined by what, in an order in which each can be worked out; rings are found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=object)


class Ring(Exception):
    """Things that are defined by one another; `members` begins and ends with the same one."""

    def __init__(self, members: Sequence[object]) -> None:
        super().__init__(" → ".join(map(str, members)))
        self.members = tuple(members)


def in_order(uses: Mapping[Key, Iterable[Key]]) -> list[Key]:
    """Every key, after whatever it uses; Ring where there is no such order.

    >>> in_order({"a": ["b", "c"], "b": ["c"], "c": []})
    ['c', 'b', 'a']
    """
    found: list[Key] = []
    done: set[Key] = set()
    for start in uses:
        path: dict[Key, None] = {}
        stack = [(start, False)]
        while stack:
            key, finished = stack.pop()
            if finished:
                del path[key]
                done.add(key)
                found.append(key)
            elif key in path:
                ring = list(path)
                raise Ring([*ring[ring.index(key) :], key])
            elif key not in done:
                path[key] = None
                stack.append((key, True))
                stack += [(used, False) for used in reversed(list(uses[key])) if used not in done]
    return found
