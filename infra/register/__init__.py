"""The asset register: planned and observed rows, their history and their life cycle, on SQLAlchemy."""

from typing import TYPE_CHECKING, Any

from infra.register.errors import (
    Collision,
    CollisionError,
    Impossible,
    ImpossibleError,
    LifeCycleError,
    NewerRegisterError,
    NoSuchRowError,
    RegisterError,
    RegisterUnreadableError,
)
from infra.register.location import DEFAULT_LOCATION, locate
from infra.register.rows import (
    STATES,
    Actor,
    Altered,
    Change,
    Element,
    Event,
    Observation,
    ObservedRow,
    PlannedRow,
    RecordedEvent,
    Seen,
    State,
    Unsettled,
)

if TYPE_CHECKING:
    from infra.register.register import Register, this_actor

__all__ = [
    "DEFAULT_LOCATION",
    "STATES",
    "Actor",
    "Altered",
    "Change",
    "Collision",
    "CollisionError",
    "Element",
    "Event",
    "Impossible",
    "ImpossibleError",
    "LifeCycleError",
    "NewerRegisterError",
    "NoSuchRowError",
    "Observation",
    "ObservedRow",
    "PlannedRow",
    "RecordedEvent",
    "Register",
    "RegisterError",
    "RegisterUnreadableError",
    "Seen",
    "State",
    "Unsettled",
    "locate",
    "this_actor",
]


def __getattr__(name: str) -> Any:
    """The register itself, when it is first asked for: its database library takes a while to load."""
    if name in ("Register", "this_actor"):
        from infra.register import register

        return getattr(register, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
