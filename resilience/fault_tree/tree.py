"""A fault tree as somebody wrote it: gates by name, events with their probabilities, and its tops."""

from collections.abc import Mapping
from dataclasses import dataclass

from resilience.fault_tree.formulas import Formula

_TOPS = ("top", "root", "top-event", "top_event", "topevent")


@dataclass(frozen=True)
class FaultTree:
    """Gates over events; several gates may be tops."""

    title: str
    """As the file calls the tree, or empty."""
    gates: Mapping[str, Formula]
    """In the order of the file."""
    tops: tuple[str, ...]
    """Gates that no other gate uses, in the order of the file."""
    chances: Mapping[str, float]
    """Probability of each event that has one."""
    undeclared: tuple[str, ...]
    """Events without a probability, in the order of their names."""
    groups: tuple[str, ...]
    """Common-cause groups, whose members were replaced by what can befall them alone and together."""
    notes: tuple[str, ...]
    """What the file holds that was not read."""

    def natural_top(self) -> str:
        """The one top; of several the one called so or like the tree, else that with most events below it.

        The first in the file where that is equal; ValueError where there is no gate.
        """
        if not self.tops:
            raise ValueError("no gate is there")
        if len(self.tops) == 1:
            return self.tops[0]
        names = (*_TOPS, self.title.casefold())
        called = [top for top in self.tops if top.casefold() in names]
        if called:
            return called[0]
        return max(self.tops, key=lambda top: len(self.gates[top].events()))
