"""The power chain, from the utility to the rack."""

from typing import Annotated, Literal

from pydantic import model_validator

from specs.base import Count, Date, Element, Many, Ref, Reliability, Strict
from specs.units import ApparentPower, Duration, Fraction, Power, Volume, VolumeRate

PowerKind = Literal["utility", "generator", "ups", "switchboard", "transfer-switch", "pdu", "transformer"]


class Input(Strict):
    """One way in which a power element is fed."""

    source: Annotated[str, Ref("power")]
    """Where the power comes from."""
    normally: Literal["closed", "open"] = "closed"
    """Closed carries power now; open is a switched tie that can be closed when needed."""
    priority: Count = 1
    """Of several inputs the lowest is taken first."""


class Modules(Strict):
    """Equal modules in one frame."""

    installed: Count
    """How many there are."""
    needed: Count
    """How many carry the design load (N)."""
    rating: Power
    """What one gives."""

    @model_validator(mode="after")
    def _enough(self) -> "Modules":
        if self.needed > self.installed:
            raise ValueError(f"{self.needed} modules are needed and only {self.installed} are installed")
        return self


class Fuel(Strict):
    """Fuel of a generator."""

    tank: Volume | None = None
    """What is in the tanks, by policy at all times."""
    burn: VolumeRate | None = None
    """What it burns in an hour at its rated load."""
    contract: Annotated[str, Ref("contracts")] | None = None
    """Who refuels it."""


class Switching(Strict):
    """How a standby takes over."""

    start_time: Duration | None = None
    """From the call to full load."""
    switch_time: Duration | None = None
    """From the loss of one source to the other carrying the load."""
    failure_to_start: Fraction | None = None
    """Probability, for each demand."""
    failure_to_switch: Fraction | None = None
    """Probability, for each demand."""


class PowerElement(Element):
    """Utility feed, generator, UPS, board, transfer switch or PDU."""

    kind: PowerKind
    """What it is. A PDU is what a rack's devices plug into."""
    site: Annotated[str, Ref("sites")]
    """Where it is."""
    room: Annotated[str, Ref("rooms")] | None = None
    """The room it stands in."""
    rack: Annotated[str, Ref("racks")] | None = None
    """The rack it stands in (PDUs, rack switches)."""
    path: str | None = None
    """Distribution path it belongs to: A, B, or a name of your own; absent: both or none."""
    rating: Power | None = None
    """Greatest real power, before derating."""
    apparent: ApparentPower | None = None
    """Greatest apparent power."""
    power_factor: Fraction | None = None
    """Real over apparent power of the load."""
    legs: Literal[1, 3] = 1
    """Phases of the supply; the legs of three are checked one by one."""
    inputs: Many[Input] = ()
    """What feeds it. None for a utility or a generator."""
    needs: Count = 1
    """How many of the inputs must carry power for it to carry its load (k of n)."""
    modules: Modules | None = None
    """Equal modules within it, for a modular UPS or a set of generators declared as one."""
    efficiency: Fraction | None = None
    """Output over input at design load; what is missing is heat."""
    autonomy: Duration | None = None
    """How long its batteries carry the design load."""
    fuel: Fuel | None = None
    """Of a generator."""
    switching: Switching | None = None
    """Of whatever starts or switches on demand."""
    bypass: bool | None = None
    """Whether it can be maintained without an outage of what it feeds (maintenance bypass)."""
    substation: str | None = None
    """Of a utility feed: the high-voltage substation it comes from."""
    hazards: Many[Annotated[str, Ref("hazards")]] = ()
    """Grid region, route and whatever else it shares with others."""
    contract: Annotated[str, Ref("contracts")] | None = None
    """Who repairs it."""
    reliability: Reliability = Reliability()
    """How often it fails and for how long."""
    support_ends: Date | None = None
    """End of the maker's support."""

    @model_validator(mode="after")
    def _sources_and_sinks(self) -> "PowerElement":
        if self.kind in ("utility", "generator"):
            if self.inputs:
                raise ValueError(f"a {self.kind} is a source: it has no inputs")
        elif not self.inputs:
            raise ValueError(f"a {self.kind} is fed by something: give its inputs")
        elif self.needs > len(self.inputs):
            raise ValueError(f"needs {self.needs} of only {len(self.inputs)} inputs")
        return self
