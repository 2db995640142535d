"""Safeguards of a place: fire, sensors, access, cameras, time."""

from typing import Annotated, Literal

from specs.base import Count, Element, Many, Number, Ref
from specs.units import Duration


class Safeguard(Element):
    """Fire detection and suppression, sensors, access zones, cameras, time sources."""

    kind: Literal[
        "fire-detection",
        "fire-suppression",
        "temperature",
        "humidity",
        "leak",
        "access-zone",
        "camera",
        "time-source",
    ]
    """What it is."""
    site: Annotated[str, Ref("sites")]
    """Where it is."""
    rooms: Many[Annotated[str, Ref("rooms", lapses=True)]] = ()
    """Rooms that it covers."""
    automatic: bool | None = None
    """Of suppression: acts by itself."""
    notifies_off_site: bool | None = None
    """Of fire detection: somebody outside is told."""
    alarms_to: Many[Annotated[str, Ref("teams")]] = ()
    """Who is told."""
    within: Annotated[str, Ref("safeguards")] | None = None
    """Of an access zone: the zone one passes first."""
    entry: Literal["badge", "badge-and-pin", "biometric", "two-person"] | None = None
    """Of an access zone: what opens it."""
    retention: Duration | None = None
    """Of a camera: how long recordings are kept."""
    stratum: Number | None = None
    """Of a time source (RFC 5905)."""
    reference: Literal["gnss", "ptp", "atomic", "network"] | None = None
    """Of a time source: what it follows."""
    maximum_offset: Duration | None = None
    """Of a time source: how far clocks may be off."""
    feeds: Many[Annotated[str, Ref("power")]] = ()
    """Power elements that feed it."""
    quantity: Count = 1
    """How many equal ones this entry stands for."""
