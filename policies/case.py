"""What a rule is given: the estate, the day, its own figures, and what rules share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policies.facts import Facts
from policies.power_paths import Supplies
from policies.rule import Value
from resilience.analysis import Analysis, analyse
from specs.model import Estate


class Shared:
    """What rules work out of one estate together, each part once and only when a rule asks."""

    def __init__(self, estate: Estate, planned: frozenset[str] = frozenset()) -> None:
        self.estate = estate
        self.planned = planned
        """Elements (`collection/id`) of phases that are not over yet: nobody has taken them over."""

    @cached_property
    def facts(self) -> Facts:
        """Where things stand and how critical they are."""
        return Facts(self.estate)

    @cached_property
    def supplies(self) -> Supplies:
        """What devices are plugged into, and what takes all their cords."""
        return Supplies(self.estate)

    @cached_property
    def analysis(self) -> Analysis:
        """The proofs of `resilience`."""
        return analyse(self.estate)


@dataclass(frozen=True)
class Case:
    """One rule's view of the estate."""

    shared: Shared
    on: date
    """Day as at which records are judged (tests held, waivers, contracts)."""
    in_service_on: date
    """Day on which the estate stands as judged: the end of its phase, never before `on`."""
    values: Mapping[str, Value]
    """The rule's figures, in base units."""
    rules: frozenset[str] = frozenset()
    """Ids of all rules that there are, an organisation's own among them."""

    @property
    def estate(self) -> Estate:
        """The estate as of the phase."""
        return self.shared.estate

    @property
    def planned(self) -> frozenset[str]:
        """Elements (`collection/id`) of phases that are not over yet: nobody has taken them over."""
        return self.shared.planned

    @property
    def facts(self) -> Facts:
        """Indices that rules share."""
        return self.shared.facts

    @property
    def supplies(self) -> Supplies:
        """What devices are plugged into, and what takes all their cords."""
        return self.shared.supplies

    @property
    def analysis(self) -> Analysis:
        """The proofs of `resilience`."""
        return self.shared.analysis

    def number(self, name: str) -> float:
        """A figure of the rule."""
        return float(self.values[name])

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words among the rule's figures."""
        return tuple(str(self.values[name]).replace(",", " ").split())
