"""What the register refuses, said for people: the fault, both sides of it, and how to mend it."""

from dataclasses import dataclass


class RegisterError(Exception):
    """Something the register cannot or will not do; `hint` says how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class RegisterUnreadableError(RegisterError):
    """The register cannot be opened: not there, not a database, not permitted, locked for too long."""


class NewerRegisterError(RegisterError):
    """A later release of Thabat wrote the register."""


class NoSuchRowError(RegisterError):
    """No row in service has that id."""


class LifeCycleError(RegisterError):
    """A step of the life cycle that may not be taken."""


class ImpossibleError(RegisterError):
    """One element asks for what cannot be: overlapping units, a load over the rating."""

    def __init__(self, faults: "tuple[Impossible, ...]") -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults), faults[0].hint)
        self.faults = faults


class CollisionError(RegisterError):
    """Two elements claim the same unit, address, port or device."""

    def __init__(self, collisions: "tuple[Collision, ...]") -> None:
        super().__init__("; ".join(collision.message for collision in collisions), collisions[0].hint)
        self.collisions = collisions

    @property
    def holders(self) -> frozenset[str]:
        """URNs of the rows that hold what was asked for."""
        return frozenset(collision.held_by_urn for collision in self.collisions)


@dataclass(frozen=True)
class Impossible:
    """A fault within one element."""

    path: str
    """Property that carries it, as a path: `holds.srv-1`."""
    message: str
    """What is wrong, with both sides where there are two."""
    hint: str
    """How to mend it."""


@dataclass(frozen=True)
class Collision:
    """Two elements that claim the same thing."""

    path: str
    """Property of the asking element that carries the claim, as a path."""
    message: str
    """Who asks, who holds, in which stack."""
    hint: str
    """How to mend it."""
    slots: tuple[tuple[str, str, str], ...]
    """Kind, thing and place of each claim that collides, sorted."""
    held_by: str
    """`collection/key` of the row that holds it."""
    held_by_urn: str
    """URN of that row."""
    held_by_stack: str
    """Stack of that row."""
    held_by_estate: str
    """Estate that planned that row."""
    was_ours: bool
    """Whether the asking row held it before and the other took it since."""
