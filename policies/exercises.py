"""Exercises of a service, whether told by the service itself in short or by the record of a drill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from specs.issues import FieldPath
from specs.model import Estate
from specs.services import Scenario


@dataclass(frozen=True)
class Held:
    """One exercise of one service."""

    day: str
    """Day on which it was held, as ISO 8601 writes it."""
    element: str
    """`collection/id` of what tells of it."""
    kind: Literal["tabletop", "component", "functional", "full"]
    scenario: Scenario
    on_estate: bool
    """False: on the estate's twin in a lab."""
    rta: float | None
    """Seconds; None: not measured."""
    rpa: float | None
    """Seconds; None: not measured."""
    told: FieldPath
    """Where its day is written."""
    measured: FieldPath
    """Where its figures are written."""


def exercises_held(estate: Estate) -> Mapping[str, tuple[Held, ...]]:
    """By service: its exercises, the earliest first."""
    found: dict[str, list[Held]] = {}
    for key, service in estate.services.items():
        for number, exercise in enumerate(service.exercises):
            place: FieldPath = ("services", key, "exercises", number)
            found.setdefault(key, []).append(
                Held(
                    exercise.on.isoformat(),
                    f"services/{key}",
                    exercise.kind,
                    exercise.scenario,
                    True,
                    exercise.rta,
                    exercise.rpa,
                    (*place, "on"),
                    place,
                )
            )
    for key, drill in estate.drills.items():
        for service_id, result in drill.services.items():
            found.setdefault(service_id, []).append(
                Held(
                    drill.on.isoformat(),
                    f"drills/{key}",
                    drill.kind,
                    drill.scenario,
                    drill.held_on == "estate",
                    result.rta,
                    result.rpa,
                    ("drills", key, "on"),
                    ("drills", key, "services", service_id),
                )
            )
    return {
        key: tuple(sorted(held, key=lambda one: (one.day, one.element, tuple(map(str, one.told)))))
        for key, held in sorted(found.items())
    }
