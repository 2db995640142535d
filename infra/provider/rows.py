"""Resources as rows of the register: made, read, changed and retired."""

import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.provider.kinds import collection_of, element_of
from infra.provider.wishes import Wishes
from infra.register.errors import CollisionError, NoSuchRowError
from infra.register.location import is_absent, locate
from infra.register.rows import Element, PlannedRow

if TYPE_CHECKING:
    # A preview of what is not there yet does without a database and its library.
    from infra.register.claiming import Holdings
    from infra.register.register import Register

_TRIES = 20
"""Times a claim is asked for again because its holder yields; each finds another holder."""


class Rows:
    """The register behind one configuration of the provider, opened when it is first needed."""

    def __init__(self, configured: str | None, root: Path) -> None:
        self.location = locate(configured, root)
        self._register: Register | None = None
        self._holdings: Holdings | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the register."""
        with self._lock:
            if self._register is not None:
                self._register.close()
                self._register = None

    def existing(self) -> "Register | None":
        """The register, if there is one: nothing is made."""
        with self._lock:
            if self._register is None and not is_absent(self.location):
                from infra.register.register import Register

                self._register = Register.existing(self.location)
            return self._register

    def holdings(self) -> "Holdings | None":
        """Who held what when this run first asked, if there is a register; writes find what changed since."""
        register = self.existing()
        with self._lock:
            if self._holdings is None and register is not None:
                self._holdings = register.holdings()
            return self._holdings

    def create(self, element: Element, wishes: Wishes) -> PlannedRow:
        """The element's row, under a fresh token."""
        register = self._open()
        return _taking(lambda taking_from: register.create(element, taking_from), wishes, element)

    def change(self, token: str, element: Element, wishes: Wishes) -> PlannedRow:
        """The row of that token, with the element's properties."""
        register = self._open()
        return _taking(lambda taking_from: register.change(token, element, taking_from), wishes, element)

    def retire(self, token: str) -> None:
        """Take the row of that token, if there is one, out of service."""
        register = self.existing()
        if register is not None:
            register.retire(token)

    def read(self, token: str) -> PlannedRow | None:
        """The row in service of that token."""
        register = self.existing()
        return None if register is None else register.row(token)

    def read_to_import(self, token: str, urn: str, resource_type: str) -> PlannedRow:
        """The row of that token, if the resource may take it over; else an error says why not."""
        row = self.read(token)
        if row is None:
            raise NoSuchRowError(
                f"no row in service has the id {token} in {self.location}",
                "its table `planned` holds the ids of rows in the column `token`",
            )
        if row.collection != collection_of(resource_type):
            raise NoSuchRowError(
                f"the row {token} is {row.reference}, which is no {resource_type}",
                "import it as its own type",
            )
        if row.urn != urn:
            raise NoSuchRowError(
                f"the row {token} belongs to {row.urn}",
                "import it under that name and parent; or run `pulumi up`, which finds it again",
            )
        return row

    def _open(self) -> "Register":
        with self._lock:
            if self._register is None:
                from infra.register.register import Register

                self._register = Register.open(self.location)
            return self._register


def element_to_write(urn: str, resource_type: str, properties: Mapping[str, Any], wishes: Wishes) -> Element:
    """The element of a resource that is to be made or changed."""
    collection = collection_of(resource_type)
    if collection is None:
        raise NoSuchRowError(f"{resource_type} is no type of this provider", "see its schema")
    return element_of(urn, collection, properties, wishes.estate)


def _taking(act: Callable[[Collection[str]], PlannedRow], wishes: Wishes, element: Element) -> PlannedRow:
    """Act, taking over from whoever holds what is wanted and yields it."""
    taking_from: set[str] = set()
    for _ in range(_TRIES):
        try:
            return act(taking_from)
        except CollisionError as fault:
            if not all(wishes.yields(collision, element) for collision in fault.collisions):
                raise
            taking_from |= fault.holders
    return act(taking_from)
