"""Every name that an element uses is declared."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from specs.base import Element
from specs.issues import Fault, FieldPath
from specs.model import ELEMENT_COLLECTIONS, Estate
from specs.references import Reference, references_of
from specs.text import did_you_mean

Holder = tuple[FieldPath, tuple[Reference, ...]]
"""An element, or another part of the estate, and the references in it."""


def holders(
    estate: Estate, references: Callable[[Element], tuple[Reference, ...]] = references_of
) -> Iterator[Holder]:
    """Everything that names elements, with its references."""
    yield ("estate",), references_of(estate.estate)
    for collection, element in estate.elements():
        yield (collection, element.id), references(element)
    yield ("plan",), references_of(estate.plan)


class Known:
    """What is declared, and what was probably meant by a name that is not.

    Looking for a likely name costs as much as there are names; after so many comparisons none is looked for.
    """

    def __init__(self, estate: Estate, comparisons: int = 50_000) -> None:
        self.collections: dict[str, Mapping[str, Element]] = {
            name: estate.collection(name) for name in ELEMENT_COLLECTIONS
        }
        self._comparisons = comparisons

    def hint(self, name: str, collections: tuple[str, ...]) -> str:
        """The name that was probably meant, or where else this one is declared."""
        candidates = [own for collection in collections for own in self.collections[collection]]
        meant = " or ".join(collections)
        if not candidates:
            likely = f"nothing is declared in {meant} yet"
        elif self._comparisons < 0:
            likely = ""
        else:
            self._comparisons -= len(candidates)
            likely = did_you_mean(name, candidates)
        elsewhere = [home for home, elements in sorted(self.collections.items()) if name in elements]
        if elsewhere and not likely.startswith("did you mean"):
            return f"`{name}` is declared in {' and '.join(elsewhere)}; here one of {meant} is named"
        return likely


def undeclared(held: Iterable[Holder], known: Known) -> Iterator[Fault]:
    """A name that stands for nothing."""
    for path, references in held:
        for reference in references:
            if not reference.collections:
                yield from _any((*path, *reference.path), reference.to, known)
            elif not any(reference.to in known.collections[name] for name in reference.collections):
                meant = " or ".join(reference.collections)
                yield Fault(
                    "REF-001",
                    (*path, *reference.path),
                    f"there is no `{reference.to}` in {meant}",
                    known.hint(reference.to, reference.collections),
                )
            elif (
                path[1:] == (reference.to,)
                and path[0] in reference.collections
                and not _is_power_input(path, reference)
            ):
                yield _itself((*path, *reference.path), reference.to)


def _any(where: FieldPath, to: str, known: Known) -> Iterator[Fault]:
    collection, slash, name = to.partition("/")
    if not slash:
        homes = [f"{home}/{to}" for home, elements in known.collections.items() if to in elements]
        hint = f"did you mean `{homes[0]}`?" if homes else "write it as collection/id, such as sites/primary"
        yield Fault("REF-002", where, f"`{to}` does not say which collection it is of", hint)
    elif collection not in known.collections:
        message = f"there is no collection `{collection}`"
        yield Fault("REF-002", where, message, did_you_mean(collection, known.collections))
    elif name not in known.collections[collection]:
        hint = known.hint(name, (collection,))
        yield Fault("REF-001", where, f"there is no `{name}` in {collection}", hint)
    elif where[:2] == (collection, name):
        yield _itself(where, to)


def _itself(where: FieldPath, to: str) -> Fault:
    return Fault("REF-003", where, f"`{to}` names itself here", "name another element, or leave it out")


def _is_power_input(path: FieldPath, reference: Reference) -> bool:
    """A loop of power is told as such."""
    return path[0] == "power" and reference.path[0] == "inputs"
