"""What the resources of one update want, so that two that want the same are told before anything is made."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from infra.provider.kinds import same_stack
from infra.register.claims import Claim
from infra.register.errors import Collision, Impossible
from infra.register.rows import Element

Slot = tuple[str, str, str]


@dataclass(frozen=True)
class _Wish:
    element: Element
    claims: tuple[Claim, ...]


class Wishes:
    """Everything that was checked since the engine configured the provider; from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_urn: dict[str, _Wish] = {}
        self._by_slot: dict[Slot, str] = {}
        self._by_reference: dict[str, str] = {}
        self.estate = ""
        """Name of the estate that the stack's Plan tells; empty until it was checked."""

    def add(self, element: Element, claims: Sequence[Claim]) -> tuple[Impossible, ...]:
        """Note what the element wants, in place of what it wanted before, and say what others want too."""
        with self._lock:
            self._forget(element.urn)
            self._by_urn[element.urn] = _Wish(element, tuple(claims))
            faults = list(self._twice(element))
            for claim in claims:
                other = self._by_slot.setdefault(claim.slot, element.urn)
                if other != element.urn:
                    faults.append(self._both(element, claim, self._by_urn[other]))
            return tuple(faults)

    def wants(self, urn: str, slots: Collection[Slot]) -> bool:
        """Whether that resource was checked and wants one of those."""
        with self._lock:
            wish = self._by_urn.get(urn)
            return wish is not None and any(claim.slot in slots for claim in wish.claims)

    def yields(self, collision: Collision, element: Element) -> bool:
        """Whether the row that holds what the element wants lets go of it, now or in its stack's next run.

        A row of the same stack does unless it was checked and wants it still: it is about to change or to go.
        A row of another stack of the same estate does, for that estate gives each thing to one element alone:
        that stack has not been brought to the estate yet. If it took the thing after this one had it, it
        follows a plan of its own, and people must choose.
        """
        if same_stack(collision.held_by_urn, element.urn):
            return not self.wants(collision.held_by_urn, collision.slots)
        same_estate = bool(self.estate) and collision.held_by_estate == self.estate
        return same_estate and not collision.was_ours

    def _forget(self, urn: str) -> None:
        wish = self._by_urn.pop(urn, None)
        if wish is None:
            return
        for claim in wish.claims:
            if self._by_slot.get(claim.slot) == urn:
                del self._by_slot[claim.slot]
        if self._by_reference.get(wish.element.reference) == urn:
            del self._by_reference[wish.element.reference]

    def _twice(self, element: Element) -> tuple[Impossible, ...]:
        other = self._by_reference.setdefault(element.reference, element.urn)
        if other == element.urn:
            return ()
        return (
            Impossible(
                "key",
                f"{element.reference} is planned twice in stack {element.stack}: "
                f"by {element.urn} and by {other}",
                "give one of them another key",
            ),
        )

    def _both(self, element: Element, claim: Claim, other: _Wish) -> Impossible:
        theirs = next(one for one in other.claims if one.slot == claim.slot)
        return Impossible(
            claim.path,
            f"{claim.words} is wanted for {claim.holder} by {element.reference} "
            f"and for {theirs.holder} by {other.element.reference}, both of stack {element.stack}",
            f"give one of {element.reference} and {other.element.reference} another place",
        )
