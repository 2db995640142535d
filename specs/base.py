"""What every element of an estate has in common, and how one names another."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from specs.units import Duration, QuantityError, parse_quantity

T = TypeVar("T")

LANGUAGE = re.compile(r"[a-z]{2,3}")
UNSPOKEN = "und"
"""ISO 639-2 code for text whose language was not said."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Ref:
    """Marks a text field as the id of an element in one of these collections.

    A reference that lapses is left out while what it names is not in service; what any other names must be.
    """

    collections: tuple[str, ...]
    lapses: bool

    def __init__(self, *collections: str, lapses: bool = False) -> None:
        object.__setattr__(self, "collections", collections)
        object.__setattr__(self, "lapses", lapses)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        schema["x-thabat-reference"] = list(self.collections)
        return schema


@dataclass(frozen=True)
class AnyReference:
    """Marks a text field as `collection/id`, naming an element of any collection."""

    lapses: bool = False
    """As of `Ref`."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        schema["pattern"] = r"^[a-z_]+/[A-Za-z0-9\[][A-Za-z0-9._,\[\]-]*$"
        return schema


AnyRef = Annotated[str, AnyReference()]
"""`collection/id`: an element of any collection."""

LapsingRef = Annotated[str, AnyReference(lapses=True)]
"""`collection/id`, left out as long as that element is not in service."""

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in YAML, a tuple in Python."""


def _iso_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError as fault:
        raise ValueError(f"no such day: {value}") from fault


Date = Annotated[date, BeforeValidator(_iso_date)]
"""A calendar day, written YYYY-MM-DD."""


def _positive(value: int) -> int:
    if value < 1:
        raise ValueError("must be at least 1")
    return value


def _not_negative(value: int) -> int:
    if value < 0:
        raise ValueError("must not be negative")
    return value


Count = Annotated[int, AfterValidator(_positive)]
"""A whole number of at least 1."""

Number = Annotated[int, AfterValidator(_not_negative)]
"""A whole number of at least 0."""


def _amount(value: float) -> float:
    if value < 0:
        raise ValueError("must not be negative")
    return value


Amount = Annotated[float, AfterValidator(_amount)]
"""A number of at least 0, without a unit."""


class Text(RootModel[dict[str, str]]):
    """Words that people read: one text, or one by language (`{en: …, ar: …}`)."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _one_or_by_language(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {UNSPOKEN: value}
        if isinstance(value, dict):
            if not value:
                raise ValueError("text in no language at all")
            for language in value:
                if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
                    raise PydanticCustomError(
                        "hinted",
                        "{message}",
                        {
                            "message": f"`{language}` is no language code such as en or ar",
                            "hint": "quote text that holds a comma or a colon",
                        },
                    )
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        by_language: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        languages = {
            "type": "object",
            "propertyNames": {"pattern": f"^{LANGUAGE.pattern}$"},
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
        }
        by_language.clear()
        by_language |= {"title": "Text", "description": cls.__doc__, "anyOf": [{"type": "string"}, languages]}
        return by_language

    def reading(self, language: str) -> str:
        """The text in that language, else in English, else in whichever comes first."""
        texts = self.root
        return texts.get(language) or texts.get("en") or next(iter(texts.values()))

    def __str__(self) -> str:
        return self.reading("en")


class Provenance(Strict):
    """Where a fact comes from; a figure made from facts says what the weakest is."""

    basis: Literal["assumed", "datasheet", "as-built", "measured", "attested"]
    """How the fact is known, weakest first: assumed, datasheet, as-built, measured, attested."""
    source: str = ""
    """Document, meter or person that says so."""
    on: Date | None = None
    """Day of the source."""


class Element(Strict):
    """Anything the estate declares under an id of its own."""

    id: str = ""
    """The key under which it is declared; never written again inside."""
    name: Text | None = None
    """What people call it."""
    description: Text | None = None
    """What it is for, in a sentence or two."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels of your own; no rule reads them."""
    enters: str | None = None
    """Phase (`phase-2`) or step (`phase-2/cut-over`) in which it enters service; absent: there today."""
    leaves: str | None = None
    """Phase or step in which it leaves service."""
    changes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By phase or step: the fields that are different from then on."""
    provenance: dict[str, Provenance] = Field(default_factory=dict)
    """By field (`*` for all the others): where the fact comes from."""

    def label(self, language: str = "en") -> str:
        """The name that people read, or the id where it has none."""
        return self.name.reading(language) if self.name else self.id


class Estimate(Strict):
    """A three-point estimate of how long something takes."""

    low: Duration
    """Optimistic."""
    likely: Duration
    """Most likely."""
    high: Duration
    """Pessimistic; verdicts use this one."""

    @model_validator(mode="before")
    @classmethod
    def _one_figure_for_all(cls, value: Any) -> Any:
        if not isinstance(value, str | int | float):
            return value
        try:
            if isinstance(value, str):
                parse_quantity(value, "duration")
                return {"low": value, "likely": value, "high": value}
            raise QuantityError(f"`{value}` has no unit", "write a duration with its unit, as in 4 h")
        except QuantityError as fault:
            raise PydanticCustomError(
                "quantity", "{message}", {"message": str(fault), "hint": fault.hint}
            ) from fault

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        points: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        one_for_all = {
            **points["properties"]["likely"],
            "description": "One figure for all three.",
        }
        three = dict(points)
        points.clear()
        points |= {"title": "Estimate", "description": cls.__doc__, "anyOf": [one_for_all, three]}
        return points

    @model_validator(mode="after")
    def _in_order(self) -> "Estimate":
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high must stand in that order")
        return self


class Need(Strict):
    """Something an element cannot do without."""

    kind: Literal["run", "start", "recover", "administer"] = "run"
    """Whether it is needed to keep running, to start, to be recovered or to be administered."""
    on: AnyRef | None = None
    """The one element needed; else give `any_of`."""
    any_of: Many[LapsingRef] = ()
    """Alternatives of which `needs` must be there; those not in service yet, or no more, are left out."""
    needs: Count = 1
    """How many of `any_of` must be there (k of n)."""
    tolerates: Duration = 0.0
    """How long its loss is borne before the needing element is lost."""
    why: Text | None = None
    """What it is needed for."""

    @model_validator(mode="after")
    def _one_form(self) -> "Need":
        if (self.on is None) == (not self.any_of):
            raise ValueError("give either `on` or `any_of`")
        if self.any_of and self.needs > len(self.any_of):
            raise ValueError(f"needs {self.needs} of only {len(self.any_of)}")
        return self

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements named, in the order written."""
        return (self.on,) if self.on is not None else self.any_of


class Reliability(Strict):
    """How often something fails by itself and for how long. Undeclared is unknown, not perfect."""

    mtbf: Duration | None = None
    """Mean time between failures."""
    mttr: Duration | None = None
    """Mean time to repair, travel and spares included."""
    maintained_every: Duration | None = None
    """From one planned maintenance that takes it out of service to the next; absent: none is planned."""
    maintenance_takes: Duration | None = None
    """How long it is then out of service."""
