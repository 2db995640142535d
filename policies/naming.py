"""Elements by name: `collection/id`, its id, and where it stands in the estate."""

from specs.issues import FieldPath


def key_of(name: str, collection: str) -> str:
    """The id within that collection, whether or not the collection is named.

    >>> key_of("services/tax", "services"), key_of("tax", "services")
    ('tax', 'tax')
    """
    return name.removeprefix(f"{collection}/")


def place_of(name: str) -> FieldPath:
    """Where the element of that name stands.

    >>> place_of("services/tax")
    ('services', 'tax')
    """
    collection, _, key = name.partition("/")
    return collection, key
