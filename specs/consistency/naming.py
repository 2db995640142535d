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


def undeclared(estate: Estate, held: Iterable[Holder]) -> Iterator[Fault]:
    """A name that stands for nothing."""
    known: dict[str, Mapping[str, Element]] = {name: estate.collection(name) for name in ELEMENT_COLLECTIONS}
    for path, references in held:
        for reference in references:
            where = (*path, *reference.path)
            if not reference.collections:
                yield from _any(where, reference.to, known)
            elif not any(reference.to in known[collection] for collection in reference.collections):
                yield _unknown(where, reference.to, reference.collections, known)
            elif "/".join(map(str, path)) in reference.candidates and not _is_power_input(where):
                yield _itself(where, reference.to)


def _any(where: FieldPath, to: str, known: Mapping[str, Mapping[str, Element]]) -> Iterator[Fault]:
    collection, slash, name = to.partition("/")
    if not slash:
        homes = [f"{home}/{to}" for home, elements in known.items() if to in elements]
        hint = f"did you mean `{homes[0]}`?" if homes else "write it as collection/id, such as sites/primary"
        yield Fault("REF-002", where, f"`{to}` does not say which collection it is of", hint)
    elif collection not in known:
        yield Fault(
            "REF-002", where, f"there is no collection `{collection}`", did_you_mean(collection, known)
        )
    elif name not in known[collection]:
        yield _unknown(where, name, (collection,), known)
    elif where[:2] == (collection, name):
        yield _itself(where, to)


def _unknown(
    where: FieldPath, name: str, collections: tuple[str, ...], known: Mapping[str, Mapping[str, Element]]
) -> Fault:
    elsewhere = sorted(home for home, elements in known.items() if name in elements)
    candidates = [own for collection in collections for own in known[collection]]
    hint = did_you_mean(name, candidates) or f"nothing is declared in {' or '.join(collections)} yet"
    if elsewhere and not hint.startswith("did you mean"):
        homes = " and ".join(elsewhere)
        hint = f"`{name}` is declared in {homes}; here one of {' or '.join(collections)} is named"
    return Fault("REF-001", where, f"there is no `{name}` in {' or '.join(collections)}", hint)


def _itself(where: FieldPath, to: str) -> Fault:
    return Fault("REF-003", where, f"`{to}` names itself here", "name another element, or leave it out")


def _is_power_input(where: FieldPath) -> bool:
    """A loop of power is told as such."""
    return where[0] == "power" and where[2:3] == ("inputs",)
