"""Cooling, from the units in the halls to the plant behind them."""

from typing import Annotated, Literal

from specs.base import Date, Element, Many, Need, Ref, Reliability
from specs.units import Duration, Power


class CoolingElement(Element):
    """A unit or a plant part that carries heat away."""

    kind: Literal["crah", "crac", "in-row", "chiller", "pump", "tower", "loop", "dry-cooler", "buffer"]
    """What it is. A crah, crac or in-row unit serves rooms; the others serve units."""
    site: Annotated[str, Ref("sites")]
    """Where it is."""
    room: Annotated[str, Ref("rooms")] | None = None
    """The room it stands in."""
    serves: Many[Annotated[str, Ref("rooms", lapses=True)]] = ()
    """Rooms whose heat it takes."""
    capacity: Power | None = None
    """Heat that it takes at design conditions."""
    draw: Power | None = None
    """Electrical power that it takes."""
    feeds: Many[Annotated[str, Ref("power")]] = ()
    """Power elements that feed it; any one is enough."""
    needs: Many[Need] = ()
    """Chillers, pumps and loops it cannot do without."""
    ride_through: Duration | None = None
    """How long the room or the loop stays within limits when it stops (thermal buffer)."""
    restart_time: Duration | None = None
    """From power back to full cooling."""
    contract: Annotated[str, Ref("contracts")] | None = None
    """Who repairs it."""
    reliability: Reliability = Reliability()
    """How often it fails and for how long."""
    support_ends: Date | None = None
    """End of the maker's support."""
