"""Decision diagrams as plain arrays: what is computed on them does not depend on what engine made them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

FALSE, TRUE = 0, 1


@dataclass(frozen=True)
class Diagram:
    """A function over variables that are numbered by level; lower nodes stand first.

    Nodes 0 and 1 are false and true. A walk takes each node once, so every figure takes time in proportion to
    the diagram (Akers: "Binary decision diagrams", IEEE Trans. Computers C-27, 1978; Rauzy: "New algorithms
    for fault trees analysis", Reliability Engineering & System Safety 40, 1993).

    >>> either = Diagram(("a", "b"), (2, 2, 1, 0), (0, 1, 0, 2), (0, 1, 1, 1), 3)
    >>> round(either.probability({"a": 0.1, "b": 0.2}), 6)
    0.28
    """

    variables: tuple[str, ...]
    """What each level asks."""
    level: tuple[int, ...]
    low: tuple[int, ...]
    """Where to go if the variable is false."""
    high: tuple[int, ...]
    root: int

    def __len__(self) -> int:
        return len(self.level) - 2

    def probabilities(self, up: Sequence[float], down: Sequence[float]) -> tuple[list[float], list[float]]:
        """Of every node the probability that it is true, and that it is false, for variables that are true
        with `up` and false with `down`. Only products of what is positive are added, so no digit is lost."""
        true, false = [0.0, 1.0], [1.0, 0.0]
        for place in range(2, len(self.level)):
            asked = self.level[place]
            low, high, chance, other = self.low[place], self.high[place], up[asked], down[asked]
            true.append(other * true[low] + chance * true[high])
            false.append(other * false[low] + chance * false[high])
        return true, false

    def probability(self, chances: Mapping[str, float]) -> float:
        """That the function is true, for independent variables."""
        up = [chances[name] for name in self.variables]
        return self.probabilities(up, [1.0 - one for one in up])[0][self.root]

    def slopes(self, up: Sequence[float], down: Sequence[float], true: Sequence[float]) -> list[float]:
        """Of every variable by how much the probability grows from its being false to its being true."""
        reach = [0.0] * len(self.level)
        reach[self.root] = 1.0
        slope = [0.0] * len(self.variables)
        for place in range(len(self.level) - 1, 1, -1):
            here = reach[place]
            if here:
                asked, low, high = self.level[place], self.low[place], self.high[place]
                reach[low] += here * down[asked]
                reach[high] += here * up[asked]
                slope[asked] += here * (true[high] - true[low])
        return slope

    def without(self, gone: Collection[int]) -> "Diagram":
        """The same function where the variables of those levels are never true.

        >>> Diagram(("a", "b"), (2, 2, 1, 0), (0, 1, 0, 2), (0, 1, 1, 1), 3).without([0]).low
        (0, 1, 0)
        """
        nodes = [(len(self.variables), FALSE, FALSE), (len(self.variables), TRUE, TRUE)]
        number: dict[tuple[int, int, int], int] = {}
        now = [FALSE, TRUE]
        for place in range(2, self.root + 1):
            low, high = now[self.low[place]], now[self.high[place]]
            if low == high or self.level[place] in gone:
                now.append(low)
                continue
            node = self.level[place], low, high
            if node not in number:
                number[node] = len(nodes)
                nodes.append(node)
            now.append(number[node])
        return _needed(self.variables, nodes, now[self.root])

    def is_monotone(self) -> bool:
        """Whether no variable's being true can make the function false: low ends imply high ends."""
        known: set[tuple[int, int]] = set()
        return all(self._implies(*ends, known) for ends in zip(self.low[2:], self.high[2:], strict=True))

    def _implies(self, left: int, right: int, known: set[tuple[int, int]]) -> bool:
        stack = [(left, right)]
        while stack:
            one, other = stack.pop()
            if one in (FALSE, other) or other == TRUE or (one, other) in known:
                continue
            if one == TRUE or other == FALSE:
                return False
            known.add((one, other))
            level = min(self.level[one], self.level[other])
            lows = highs = (one, other)
            if self.level[one] == level:
                lows, highs = (self.low[one], lows[1]), (self.high[one], highs[1])
            if self.level[other] == level:
                lows, highs = (lows[0], self.low[other]), (highs[0], self.high[other])
            stack += (lows, highs)
        return True


def _needed(variables: tuple[str, ...], nodes: Sequence[tuple[int, int, int]], root: int) -> Diagram:
    """The diagram of what the root reaches, numbered anew."""
    reached = {FALSE, TRUE, root}
    for place in range(root, TRUE, -1):
        if place in reached:
            reached.update(nodes[place][1:])
    order = sorted(reached)
    number = {place: new for new, place in enumerate(order)}
    return Diagram(
        variables,
        tuple(nodes[place][0] for place in order),
        tuple(number[nodes[place][1]] for place in order),
        tuple(number[nodes[place][2]] for place in order),
        number[root],
    )
