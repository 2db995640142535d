"""XML of anybody as elements that know their line: no entities, no other files, nothing too large or deep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

from specs.issues import Issue, Location, SpecError

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MOST_BYTES: Final = 16_000_000
"""Of one file; the largest published fault tree has 350 kB."""
MOST_ELEMENTS: Final = 500_000
DEEPEST: Final = 150
"""Elements within each other; gates name one another instead, so real files stay under twenty."""
_SAVE_AGAIN: Final = "save the model again as Open-PSA XML"


@dataclass(frozen=True)
class Element:
    """One element, with what lies in it."""

    tag: str
    """Without a namespace's prefix."""
    attributes: Mapping[str, str]
    place: Location
    """Of its opening bracket."""
    children: "list[Element]" = field(default_factory=list)

    @property
    def name(self) -> str:
        """The attribute `name`, or empty."""
        return self.attributes.get("name", "").strip()

    def issue(self, code: str, message: str, hint: str = "") -> Issue:
        """A fault of this element, at its place."""
        return Issue(code, self.place, message, hint)

    def refused(self, code: str, message: str, hint: str = "") -> SpecError:
        """The same as an error that ends the reading."""
        return SpecError([self.issue(code, message, hint)])

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in the order of the file."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack += reversed(here.children)


def read_elements(data: bytes, file: str) -> Element:
    """The root element; SpecError with the place of the fault where it is no XML that may be read."""
    from xml.sax import SAXParseException
    from xml.sax.handler import ContentHandler

    from defusedxml import DefusedXmlException
    from defusedxml.sax import parse

    class Handler(ContentHandler):
        """Builds the elements and looks after the limits."""

        def __init__(self) -> None:
            super().__init__()
            self.roots: list[Element] = []
            self.open: list[Element] = []
            self.count = 0

        def here(self) -> Location:
            locator = self._locator  # type: ignore[attr-defined]
            return Location(file, locator.getLineNumber() or 1, (locator.getColumnNumber() or 0) + 1)

        def startElement(self, name: str, attrs: "AttributesImpl") -> None:  # noqa: N802
            place = self.here()
            self.count += 1
            if self.count > MOST_ELEMENTS:
                raise _refused(place, "PSA-003", f"the file holds more than {MOST_ELEMENTS:,} elements")
            if len(self.open) >= DEEPEST:
                raise _refused(
                    place,
                    "PSA-003",
                    f"elements lie more than {DEEPEST} deep within each other",
                    "define gates of their own and name them",
                )
            made = Element(name.rpartition(":")[2], dict(attrs.items()), place)
            (self.open[-1].children if self.open else self.roots).append(made)
            self.open.append(made)

        def endElement(self, name: str) -> None:  # noqa: N802
            self.open.pop()

    if len(data) > MOST_BYTES:
        raise _refused(
            Location(file, 1, 1), "PSA-003", f"the file is larger than {MOST_BYTES // 1_000_000} MB"
        )
    handler = Handler()
    try:
        parse(BytesIO(data), handler, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise _refused(
            handler.here(),
            "PSA-002",
            "the file declares a document type or entities",
            "delete the <!DOCTYPE …> at its top",
        ) from None
    except SAXParseException as fault:
        place = Location(file, fault.getLineNumber() or 1, (fault.getColumnNumber() or 0) + 1)
        raise _refused(place, "PSA-001", f"not XML: {fault.getMessage()}") from None
    except (ValueError, LookupError) as fault:
        raise _refused(Location(file, 1, 1), "PSA-001", f"not XML: {fault}") from None
    if not handler.roots:
        raise _refused(Location(file, 1, 1), "PSA-001", "not XML: the file is empty")
    return handler.roots[0]


def _refused(place: Location, code: str, message: str, hint: str = _SAVE_AGAIN) -> SpecError:
    return SpecError([Issue(code, place, message, hint)])
