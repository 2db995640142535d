"""Where things stand, and what may happen to the place: hazards, sites, rooms, racks."""

from typing import Annotated, Literal

from pydantic import model_validator

from specs.base import Count, Element, Estimate, LapsingRef, Many, Number, Ref, Strict, Text
from specs.units import Area, Duration, Fraction, Frequency, Length, Mass, Power

HazardKind = Literal[
    "seismic", "flood", "storm", "fire", "grid", "exchange", "duct", "carrier", "fuel", "import", "staff",
    "conflict", "firmware", "software", "human-error", "other",
]  # fmt: skip


class Hazard(Element):
    """A risk shared by whatever is exposed to it: one event, many losses (a shared-risk group)."""

    kind: HazardKind
    """Seismic segment, flood basin, grid region, exchange building, duct, carrier, and so on."""
    frequency: Frequency | None = None
    """Events a year; absent: unknown."""
    duration: Estimate | None = None
    """How long what is exposed is away."""
    exposed: Many[LapsingRef] = ()
    """Elements lost when it strikes. A site names its own hazards, a circuit its ducts and exchanges: what
    they name need not be repeated here."""
    cause_of: Literal["loss", "degradation"] = "loss"
    """Whether what is exposed is lost or only loses its reserve (fuel, import, staff)."""


class Position(Strict):
    """Where on earth (WGS 84)."""

    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""

    @model_validator(mode="after")
    def _on_earth(self) -> "Position":
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("a latitude lies between -90 and 90, a longitude between -180 and 180")
        return self


class Site(Element):
    """A place with buildings of its own."""

    role: Literal["primary", "dr", "vault", "witness", "operations", "pop", "forensics", "other"]
    """What the place is for."""
    city: Text | None = None
    """Where it is, for people."""
    position: Position | None = None
    """Coordinates; distances between sites follow from them."""
    jurisdiction: str | None = None
    """The law that applies to data there (ISO 3166-1 alpha-2, or a name of your own)."""
    hazards: Many[Annotated[str, Ref("hazards")]] = ()
    """What the whole site is exposed to."""
    failure_region: str | None = None
    """Name of the region that one great event may take out; sites of one name are lost together."""
    flood_return_period: Duration | None = None
    """Return period of the flood that reaches it, in years."""
    seismic_class: str | None = None
    """Design class against earthquakes, as the building code names it."""
    seismic_zone: Number | None = None
    """Zone of the hazard map; 0 is none."""
    floor_area: Area | None = None
    """Technical floor."""
    power_limit: Power | None = None
    """IT load that the site is built for."""
    cooling_limit: Power | None = None
    """Heat that it can reject."""
    staffed: Literal["always", "office-hours", "never"] | None = None
    """When people are there."""


class Room(Element):
    """A room, hall or yard."""

    site: Annotated[str, Ref("sites")]
    """Where it is."""
    purpose: Literal[
        "data-hall",
        "power",
        "battery",
        "generator",
        "cooling",
        "network",
        "storage",
        "office",
        "forensics",
        "vault",
    ]
    """What it is for."""
    area: Area | None = None
    """Floor."""
    power_limit: Power | None = None
    """IT load that it is built for."""
    floor_load: Mass | None = None
    """What a square metre bears."""
    cooling_needs: Count | None = None
    """How many of the cooling units that serve it carry its design load (k of n); absent: their capacities
    decide."""
    fire_compartment: str | None = None
    """Rooms of one name burn together."""
    hazards: Many[Annotated[str, Ref("hazards")]] = ()
    """What this room is exposed to besides the site's own."""


class Rack(Element):
    """A cabinet."""

    room: Annotated[str, Ref("rooms")]
    """Where it stands."""
    row: str | None = None
    """Row in the room."""
    place: Count | None = None
    """Place in the row."""
    units: Count = 42
    """Height in rack units (EIA-310)."""
    depth: Length | None = None
    """Usable depth."""
    weight_limit: Mass | None = None
    """What it bears, the rack itself not counted."""
    power_limit: Power | None = None
    """Greatest IT load."""
    feeds: Many[Annotated[str, Ref("power")]] = ()
    """PDUs that stand in it."""
    anchored: bool | None = None
    """Fixed against earthquakes."""
    headroom: Fraction | None = None
    """Share of the power limit kept free by plan."""
