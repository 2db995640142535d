"""Quantities: written with their unit, held as a float in one base unit for each dimension.

`power: 12 kW` becomes `12000.0`. A model's field says `Power`; to mypy that is a plain `float`.
A bare number is refused, because nobody can see its unit; a model dumped with
`mode="json"` writes text that reads back as exactly the same float.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, model_serializer, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from specs.text import nearest

DimensionName = Literal[
    "power",
    "apparent_power",
    "duration",
    "length",
    "area",
    "mass",
    "volume",
    "volume_rate",
    "bandwidth",
    "data_size",
    "fraction",
    "frequency",
    "temperature",
    "energy",
]

DAY = 86_400.0
"""Seconds."""
YEAR = 31_557_600.0
"""Seconds of a Julian year, 365.25 days."""

NUMBER = r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?"
_QUANTITY = re.compile(rf"\s*({NUMBER})\s*(.*?)\s*", re.DOTALL)
_MONEY = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([A-Z]{3})\s*")
_MONEY_PATTERN = r"^[0-9]+(\.[0-9]+)? ?[A-Z]{3}$"
_EXACT = Context(prec=800, traps=[Inexact])
_SHORT = Context(prec=30)
_PLAIN_DIGITS = 21


@dataclass(frozen=True)
class Dimension:
    """What is measured, and the units that it may be written in."""

    says: str
    """What a reader calls it."""
    units: tuple[tuple[str, Decimal], ...]
    """Symbol and size in base units, smallest first."""
    base: str
    """The unit of the float (a fraction is held as 0 to 1, and written in %)."""
    example: str
    also: tuple[tuple[str, str], ...] = ()
    """Other spellings that are accepted, and the symbol that each stands for."""
    meant: tuple[tuple[str, str], ...] = ()
    """Spellings that are refused because they can be misread, and what was probably meant."""
    below_zero: bool = False
    never_written: tuple[str, ...] = ()
    """Symbols that are read, but not chosen when a value is written."""

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(symbol for symbol, _ in self.units)


def _units(*units: tuple[str, str]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((symbol, Decimal(size)) for symbol, size in units)


_WORDS_OF_TIME = (
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("w", "week"),
    ("weeks", "week"),
    ("mo", "month"),
    ("months", "month"),
    ("yr", "y"),
    ("year", "y"),
    ("years", "y"),
)

DIMENSIONS: dict[DimensionName, Dimension] = {
    "power": Dimension(
        "power", _units(("W", "1"), ("kW", "1e3"), ("MW", "1e6"), ("GW", "1e9")), "W", "12 kW"
    ),
    "apparent_power": Dimension(
        "apparent power", _units(("VA", "1"), ("kVA", "1e3"), ("MVA", "1e6")), "VA", "600 kVA"
    ),
    "duration": Dimension(
        "a duration",
        _units(
            ("us", "1e-6"),
            ("ms", "1e-3"),
            ("s", "1"),
            ("min", "60"),
            ("h", "3600"),
            ("d", "86400"),
            ("week", "604800"),
            ("month", "2629800"),
            ("y", "31557600"),
        ),
        "s",
        "4 h",
        also=(("µs", "us"), ("μs", "us"), ("weeks", "week"), ("months", "month")),
        meant=_WORDS_OF_TIME,
        never_written=("week",),
    ),
    "length": Dimension(
        "a length", _units(("mm", "1e-3"), ("cm", "1e-2"), ("m", "1"), ("km", "1e3")), "m", "45 km"
    ),
    "area": Dimension("an area", _units(("m²", "1")), "m²", "120 m²", also=(("m2", "m²"),)),
    "mass": Dimension("a mass", _units(("g", "1e-3"), ("kg", "1"), ("t", "1e3")), "kg", "900 kg"),
    "volume": Dimension(
        "a volume", _units(("L", "1"), ("m³", "1e3")), "L", "8000 L", also=(("m3", "m³"), ("l", "L"))
    ),
    "volume_rate": Dimension(
        "a rate of flow",
        _units(("L/h", "1"), ("L/min", "60"), ("m³/h", "1e3")),
        "L/h",
        "140 L/h",
        also=(("m3/h", "m³/h"), ("l/h", "L/h"), ("l/min", "L/min")),
    ),
    "bandwidth": Dimension(
        "bandwidth",
        _units(("bit/s", "1"), ("kbit/s", "1e3"), ("Mbit/s", "1e6"), ("Gbit/s", "1e9"), ("Tbit/s", "1e12")),
        "bit/s",
        "10 Gbit/s",
        meant=(
            ("bps", "bit/s"),
            *((f"{k}{word}", f"{k}bit/s") for k in "kMGT" for word in ("bps", "b/s", "b", "bit", "")),
        ),
    ),
    "data_size": Dimension(
        "an amount of data",
        _units(
            ("B", "1"),
            *((f"{k}B", f"1e{3 * power}") for power, k in enumerate("kMGTPE", 1)),
            *((f"{k}iB", str(1024**power)) for power, k in enumerate("KMGTPE", 1)),
        ),
        "B",
        "3 TB",
        meant=(
            ("bytes", "B"),
            *((f"{k}{word}", f"{k}B") for k in "kMGTPE" for word in ("b", "bit", "")),
        ),
    ),
    "fraction": Dimension("a fraction", _units(("%", "0.01"), ("", "1")), "%", "80 %", never_written=("",)),
    "frequency": Dimension(
        "how often it happens",
        _units(("/ y", "1"), ("/ month", "12"), ("/ d", "365.25"), ("/ h", "8766")),
        "/ y",
        "0.02 / y",
        meant=(
            *((f"{per}{word}", f"/ {unit}") for per in ("/", "per") for word, unit in _WORDS_OF_TIME),
            ("pery", "/ y"),
            ("pa", "/ y"),
            ("p.a.", "/ y"),
        ),
    ),
    "temperature": Dimension(
        "a temperature",
        _units(("°C", "1")),
        "°C",
        "24 °C",
        also=(("C", "°C"), ("degC", "°C")),
        below_zero=True,
    ),
    "energy": Dimension(
        "energy",
        _units(
            ("J", "1"),
            ("kJ", "1e3"),
            ("Wh", "3.6e3"),
            ("MJ", "1e6"),
            ("kWh", "3.6e6"),
            ("GJ", "1e9"),
            ("MWh", "3.6e9"),
        ),
        "J",
        "5 kWh",
    ),
}
"""Every dimension, its units and its spellings. A month is a twelfth of a year of 365.25 days."""


class QuantityError(ValueError):
    """Text that is no quantity of the dimension asked for; `hint` says how to write it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=16_384)
def parse_quantity(text: str, dimension: DimensionName) -> float:
    """The float, in base units, that a text with its unit stands for; QuantityError if it is none.

    >>> parse_quantity("12 kW", "power"), parse_quantity("80 %", "fraction")
    (12000.0, 0.8)
    """
    kind = DIMENSIONS[dimension]
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise QuantityError(
            f"`{text}` is not {kind.says}", f"write a number and its unit, as in {kind.example}"
        )
    number, unit = found.groups()
    size = dict(kind.units).get(_symbol(unit, dimension))
    if size is None:
        raise _no_such_unit(text, number, unit, dimension)
    value = float(_SHORT.multiply(Decimal(number), size))
    if value < 0 and not kind.below_zero:
        raise QuantityError(f"{kind.says} cannot be negative: `{text}`", f"write it as in {kind.example}")
    if dimension == "fraction" and value > 1:
        raise QuantityError(f"`{text}` is more than the whole", "write 0 to 1, or 0 % to 100 %")
    if value == float("inf"):
        raise QuantityError(f"`{text}` is too large", f"write it as in {kind.example}")
    return value + 0.0


def format_quantity(value: float, dimension: DimensionName) -> str:
    """The shortest text that reads back as exactly this float.

    Of equally short ones the largest unit wins; no unit is larger than the value.

    >>> format_quantity(12_000.0, "power"), format_quantity(5400.0, "duration"), format_quantity(0.0, "mass")
    ('12 kW', '90 min', '0 kg')
    """
    kind = DIMENSIONS[dimension]
    exact = Decimal(repr(float(value)))
    choices: list[tuple[int, Decimal, str]] = []
    for symbol, size in kind.units:
        fits = size <= abs(exact) or symbol == kind.base
        number = _SHORT.divide(exact, size)
        if fits and symbol not in kind.never_written and float(_SHORT.multiply(number, size)) == value:
            digits = _digits(number)
            choices.append((len(digits), -size, f"{digits} {symbol}"))
    return min(choices)[2]


@dataclass(frozen=True)
class Quantity:
    """Marks a float as a quantity of one dimension, in that dimension's base unit."""

    dimension: DimensionName

    @property
    def unit(self) -> str:
        """Symbol of the base unit in which the float is held; empty for a fraction."""
        return "" if self.dimension == "fraction" else DIMENSIONS[self.dimension].base

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._write, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: Any) -> dict[str, Any]:
        kind = DIMENSIONS[self.dimension]
        spellings = sorted(
            {*kind.symbols, *(other for other, _ in kind.also)} - {""}, key=lambda s: (-len(s), s)
        )
        unit = "|".join(re.escape(spelling).replace(r"\ ", " ?") for spelling in spellings)
        schema: dict[str, Any] = {
            "type": "string",
            "pattern": f"^{NUMBER} ?({unit})$",
            "examples": [kind.example],
            "x-thabat-dimension": self.dimension,
            "x-thabat-unit": self.unit,
        }
        if self.dimension == "fraction":
            schema |= {
                "type": ["string", "number"],
                "minimum": 0,
                "maximum": 1,
                "pattern": f"^{NUMBER} ?%?$",
                "examples": ["80 %", 0.8],
            }
        return schema

    def _read(self, value: Any) -> float:
        try:
            if isinstance(value, str):
                return parse_quantity(value, self.dimension)
            return self._bare(value)
        except QuantityError as fault:
            raise PydanticCustomError(
                "quantity", "{message}", {"message": str(fault), "hint": fault.hint}
            ) from fault

    def _bare(self, value: Any) -> float:
        kind = DIMENSIONS[self.dimension]
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise QuantityError(f"here stands {kind.says}", f"write it as in {kind.example}")
        if self.dimension != "fraction":
            raise QuantityError(
                f"`{value}` has no unit", f"write {kind.says} with its unit, as in {kind.example}"
            )
        if not 0 <= value <= 1:
            raise QuantityError(f"`{value}` is no fraction of the whole", "write 0 to 1, or 0 % to 100 %")
        return float(value) + 0.0

    def _write(self, value: float) -> str:
        return format_quantity(value, self.dimension)


Power = Annotated[float, Quantity("power")]
"""Real power in watts (W)."""
ApparentPower = Annotated[float, Quantity("apparent_power")]
"""Apparent power in volt-amperes (VA)."""
Duration = Annotated[float, Quantity("duration")]
"""A duration in seconds (s)."""
Length = Annotated[float, Quantity("length")]
"""A length in metres (m)."""
Area = Annotated[float, Quantity("area")]
"""An area in square metres (m²)."""
Mass = Annotated[float, Quantity("mass")]
"""A mass in kilograms (kg)."""
Volume = Annotated[float, Quantity("volume")]
"""A volume in litres (L)."""
VolumeRate = Annotated[float, Quantity("volume_rate")]
"""A rate of flow in litres per hour (L/h)."""
Bandwidth = Annotated[float, Quantity("bandwidth")]
"""Bandwidth in bits per second (bit/s)."""
DataSize = Annotated[float, Quantity("data_size")]
"""An amount of data in bytes (B)."""
Fraction = Annotated[float, Quantity("fraction")]
"""A fraction of the whole, 0 to 1."""
Frequency = Annotated[float, Quantity("frequency")]
"""How often a year (1/y)."""
Temperature = Annotated[float, Quantity("temperature")]
"""A temperature in degrees Celsius (°C)."""
Energy = Annotated[float, Quantity("energy")]
"""Energy in joules (J)."""


class Money(BaseModel):
    """An amount of one currency, written `1200 USD` (ISO 4217 code). Exact, never rounded."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    amount: Decimal
    currency: str

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, dict | Money):
            return value
        found = _MONEY.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            shown = value if isinstance(value, str | int | float) else type(value).__name__
            raise PydanticCustomError(
                "quantity",
                "{message}",
                {
                    "message": f"`{shown}` is no amount of money",
                    "hint": "write the amount and its currency, as in 1200 USD",
                },
            )
        return {"amount": Decimal(found[1]), "currency": found[2]}

    @model_serializer(when_used="json")
    def _to_text(self) -> str:
        return str(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "title": "Money",
            "description": "An amount of one currency (ISO 4217).",
            "pattern": _MONEY_PATTERN,
            "examples": ["1200 USD"],
        }

    def __str__(self) -> str:
        return f"{_digits(self.amount)} {self.currency}"

    def __add__(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return type(self)(amount=self.amount + other.amount, currency=self.currency)

    def times(self, count: int) -> Self:
        """That many of it."""
        return type(self)(amount=self.amount * count, currency=self.currency)


def _symbol(unit: str, dimension: DimensionName) -> str:
    kind = DIMENSIONS[dimension]
    if dimension == "frequency" and unit.startswith("/"):
        unit = f"/ {unit[1:].lstrip()}"
    return dict(kind.also).get(unit, unit)


def _no_such_unit(text: str, number: str, unit: str, dimension: DimensionName) -> QuantityError:
    kind = DIMENSIONS[dimension]
    if not unit:
        return QuantityError(
            f"`{text}` has no unit", f"write {kind.says} with its unit, as in {kind.example}"
        )
    message = f"`{unit}` is no unit of {kind.says.removeprefix('a ').removeprefix('an ')}"
    close = "".join(unit.split())
    meant = dict(kind.meant).get(close) or dict(kind.meant).get(close.casefold())
    measures = _measures(unit)
    if meant is None and measures is None:
        meant = nearest(unit, kind.symbols)
    if meant is not None:
        return QuantityError(message, f"did you mean `{number} {meant}`?")
    instead = f"`{unit}` measures {measures}; " if measures else ""
    units = ", ".join(symbol for symbol in kind.symbols if symbol)
    return QuantityError(message, f"{instead}here the unit is one of {units}, as in {kind.example}")


def _measures(unit: str) -> str | None:
    for name in get_args(DimensionName):
        if name != "fraction" and _symbol(unit, name) in DIMENSIONS[name].symbols:
            return DIMENSIONS[name].says
    return None


def _digits(number: Decimal) -> str:
    tidy = number.normalize(_EXACT)
    fixed = format(tidy, "f")
    return fixed if len(fixed) <= _PLAIN_DIGITS else str(tidy)
