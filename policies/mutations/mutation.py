"""A mutation: one known way to break an estate, wherever it can be, and the rule that must find it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from policies.facts import Facts
from specs.base import Element
from specs.model import ELEMENT_COLLECTIONS, Estate

E = TypeVar("E", bound=Element)


@dataclass(frozen=True)
class Mutant:
    """One place where an estate can be broken, and what is put there."""

    element: str
    """`collection/id`."""
    puts: tuple[tuple[str, str, Any], ...]
    """Collection, id and what stands there then; None: it is gone. Of what stands once the id is empty."""

    def of(self, estate: Estate) -> Estate:
        """The estate, broken."""
        changed: dict[str, Any] = {}
        for collection, key, value in self.puts:
            if not key:
                changed[collection] = value
                continue
            entries = changed.setdefault(collection, dict(getattr(estate, collection)))
            if value is None:
                entries.pop(key, None)
            else:
                entries[key] = value
        ordered = {
            name: {key: held[key] for key in sorted(held)} if name in ELEMENT_COLLECTIONS else held
            for name, held in changed.items()
        }
        return estate.model_copy(update=ordered)


@dataclass(frozen=True)
class Ground:
    """The sound estate that mutants are made of."""

    estate: Estate
    facts: Facts
    on: date
    """Day as at which it is judged."""

    def put(self, collection: str, element: E, **fields: Any) -> Mutant:
        """The element with other values in these fields."""
        changed = element.model_copy(update=fields)
        return Mutant(f"{collection}/{element.id}", ((collection, element.id, changed),))

    def gone(self, collection: str, element: Element) -> Mutant:
        """The estate without that element."""
        return Mutant(f"{collection}/{element.id}", ((collection, element.id, None),))


@dataclass(frozen=True)
class Mutation:
    """One known way to break an estate."""

    id: str
    rule: str
    """Id of the rule that must find it."""
    says: str
    """What is done."""
    mutants: Callable[[Ground], Iterator[Mutant]]
    """Every place where it can be done, in the order of ids."""


def mutation(rule: str, says: str) -> Callable[[Callable[[Ground], Iterator[Mutant]]], Mutation]:
    """Make a mutation of the function below, of its name; it must still be named among `MUTATIONS`."""

    def made(mutants: Callable[[Ground], Iterator[Mutant]]) -> Mutation:
        return Mutation(mutants.__name__.replace("_", "-"), rule, says, mutants)

    return made
