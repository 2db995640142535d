"""YAML text to plain values that know where they stand; whatever is hostile is refused before it can grow.

One pass over the parser's events, without recursion, builds the values: no tags, no aliases, no documents
beyond the first, no key twice, limited depth and size. Words are read as YAML 1.2's core schema does (`NO` is
text, `010` is ten), keys are always text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml

from specs.issues import Issue, Location, SpecError
from specs.text import plain as shown

MOST_BYTES: Final = 16_000_000
"""Of one file."""
MOST_NODES: Final = 500_000
"""Values of one file."""
MOST_DEPTH: Final = 32
"""Of values within values; the format itself needs ten."""
MOST_ISSUES: Final = 500
"""Of one file; after that it is not read on."""
LONGEST_NUMBER: Final = 40
"""Characters of a number."""

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_STARTS_A_NUMBER = frozenset("0123456789+-.")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Scalar = str | int | float | bool | None


class Node:
    """A value with its place: a scalar, a list of nodes, or a mapping from text to nodes."""

    __slots__ = ("column", "file", "key_column", "key_line", "line", "value")

    def __init__(self, value: Any, file: str, line: int, column: int) -> None:
        self.value: Any = value
        self.file = file
        self.line = line
        self.column = column
        self.key_line = 0
        """Line of the key under which it stands; 0 for an item of a list."""
        self.key_column = 0

    @property
    def location(self) -> Location:
        """Where the value begins."""
        return Location(self.file, self.line, self.column)

    @property
    def key_location(self) -> Location:
        """Where its key stands, or else the value."""
        return Location(self.file, self.key_line, self.key_column) if self.key_line else self.location

    def like(self, value: Any) -> "Node":
        """Another value in the same place."""
        other = Node(value, self.file, self.line, self.column)
        other.key_line, other.key_column = self.key_line, self.key_column
        return other

    def __repr__(self) -> str:
        return f"Node({self.value!r}, {self.file!r}, {self.line}, {self.column})"


def plain(node: Node) -> Any:
    """The value without places."""
    value = node.value
    if value.__class__ is dict:
        return {key: plain(entry) for key, entry in value.items()}
    if value.__class__ is list:
        return [plain(entry) for entry in value]
    return value


def scalar(text: str) -> Scalar:
    """What an unquoted word stands for in YAML 1.2's core schema; ValueError for a number that is none.

    >>> [scalar(word) for word in ("12", "010", "0x1F", "1e3", "NO", "true", "12:30", "~")]
    [12, 10, 31, 1000.0, 'NO', True, '12:30', None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS_A_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > LONGEST_NUMBER:
            raise ValueError("the number is too long")
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)
    if _FLOAT.fullmatch(text):
        if len(text) > LONGEST_NUMBER or float(text) in (float("inf"), float("-inf")):
            raise ValueError("the number is too large")
        return float(text)
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"`{text}` is no number that anything can be")
    return text


def read(data: bytes, file: str, *, as_text: bool = False) -> Node:
    """The one document of that YAML file; SpecError with every fault that could be seen.

    `as_text` is for files of a format that is not ours (device types): every scalar is the text as written,
    for the reader of that format to make sense of, and carriage returns may stand in it.
    """
    if len(data) > MOST_BYTES:
        raise _refused("FILE-003", file, 1, 1, _TOO_LARGE, _SPLIT)
    return _Reader(_decoded(data, file), file, as_text).document()


_TOO_LARGE: Final = f"the file is larger than {MOST_BYTES // 1_000_000} MB"
_SPLIT: Final = "split it into several files; ranges such as srv-[01-20] stand for many elements"


def too_large(file: str) -> Issue:
    """The issue for a file that is not even opened."""
    return Issue("FILE-003", Location(file, 1, 1), _TOO_LARGE, _SPLIT)


def _refused(code: str, file: str, line: int, column: int, message: str, hint: str) -> SpecError:
    return SpecError([Issue(code, Location(file, line, column), message, hint)])


def _decoded(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        raise _refused(
            "FILE-004", file, line, column, "the file is not UTF-8 text", "save it as UTF-8"
        ) from None
    found = _NOT_IN_YAML.search(text)
    if found is not None:
        line, column = _line_and_column(text, found.start())
        raise _refused(
            "FILE-005",
            file,
            line,
            column,
            f"a character that no YAML file may hold (U+{ord(found[0]):04X})",
            "delete it",
        )
    return text


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come."""

    node: Node
    is_mapping: bool
    key: str = ""
    key_line: int = 0
    key_column: int = 0
    awaits_value: bool = False
    """The key has been read."""
    passed_over: bool = False
    """The value that comes belongs to a key that was refused."""


class _Reader:
    def __init__(self, text: str, file: str, as_text: bool) -> None:
        self._text = text
        self._as_text = as_text
        self._file = file
        self._issues: list[Issue] = []
        self._open: list[_Open] = []
        self._nodes = 0
        self._root: Node | None = None

    def document(self) -> Node:
        parser = _LOADER(self._text)
        try:
            self._events(parser.get_event)
        except yaml.YAMLError as fault:
            self._issues.append(self._syntax(fault))
        finally:
            parser.dispose()
        if self._issues:
            raise SpecError(self._issues)
        return self._root or Node(None, self._file, 1, 1)

    def _events(self, next_event: Callable[[], Any]) -> None:
        documents = 0
        while (kind := (event := next_event()).__class__) is not yaml.StreamEndEvent:
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._begin(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._begin(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._open.pop()
            elif kind is yaml.AliasEvent:
                self._stop("YAML-004", event, "aliases are not read", "write the value out")
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    hint = "put it into a file of its own"
                    self._stop("YAML-005", event, "a second document begins here", hint)

    def _syntax(self, fault: yaml.YAMLError) -> Issue:
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        location = Location(self._file, mark.line + 1, mark.column + 1) if mark else None
        problem = str(getattr(fault, "problem", None) or "it cannot be read")
        context = str(getattr(fault, "context", None) or "")
        message = f"not YAML: {', '.join(part for part in (context, problem) if part)}"
        if location is not None and "\t" in self._line(location.line)[: location.column]:
            return Issue("YAML-002", location, "a tab stands where YAML wants spaces", "indent with spaces")
        return Issue("YAML-001", location, message, _hint_for(problem))

    def _line(self, number: int) -> str:
        lines = self._text.split("\n", number)
        return lines[number - 1] if number <= len(lines) else ""

    def _issue(self, code: str, event: Any, message: str, hint: str) -> None:
        mark = event.start_mark
        self._issues.append(Issue(code, Location(self._file, mark.line + 1, mark.column + 1), message, hint))
        if len(self._issues) >= MOST_ISSUES:
            raise SpecError(self._issues)

    def _stop(self, code: str, event: Any, message: str, hint: str) -> None:
        self._issue(code, event, message, hint)
        raise SpecError(self._issues)

    def _check(self, event: Any) -> None:
        """Whatever is refused whole: too many values, tags, anchors."""
        if self._nodes > MOST_NODES:
            self._stop("FILE-003", event, f"the file holds more than {MOST_NODES:,} values", _SPLIT)
        if event.tag is not None:
            self._issue("YAML-006", event, f"tags such as {event.tag} are not read", "delete the tag")
        if event.anchor is not None:
            message = f"anchors such as &{event.anchor} are not read"
            self._issue("YAML-004", event, message, "delete the anchor")

    def _scalar(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES or event.tag is not None or event.anchor is not None:
            self._check(event)
        text: str = event.value
        if not text.isprintable():
            self._check_characters(event, text.replace("\r", "") if self._as_text else text)
        at = self._open[-1] if self._open else None
        if at is not None and at.is_mapping and not at.awaits_value:
            self._key(at, event, text)
            return
        value: Scalar = text
        if event.implicit[0] and not self._as_text:
            try:
                value = scalar(text)
            except ValueError as fault:
                hint = "write a shorter number, or quote it if it is text"
                self._issue("YAML-007", event, str(fault), hint)
        self._place(at, event, value)

    def _check_characters(self, event: Any, text: str) -> None:
        found = _STEERING.search(text)
        if found is not None:
            what = "a character that steers a terminal or the direction of text"
            self._issue("TEXT-001", event, f"the text holds {what} (U+{ord(found[0]):04X})", "delete it")

    def _key(self, at: _Open, event: Any, text: str) -> None:
        mark = event.start_mark
        at.key, at.key_line, at.key_column = text, mark.line + 1, mark.column + 1
        at.awaits_value = True
        before = at.node.value.get(text)
        at.passed_over = before is not None
        if before is not None:
            message = f"`{shown(text)}` stands twice here (first at {before.key_location})"
            self._issue("KEY-003", event, message, "keep one of the two")

    def _begin(self, event: Any, value: Any) -> None:
        self._nodes += 1
        self._check(event)
        if len(self._open) >= MOST_DEPTH:
            message = f"values lie more than {MOST_DEPTH} deep in each other"
            self._stop("YAML-003", event, message, "flatten them")
        at = self._open[-1] if self._open else None
        if at is not None and at.is_mapping and not at.awaits_value:
            message = "a list or mapping stands where a key must be"
            self._stop("YAML-008", event, message, "write the key as text")
        self._open.append(_Open(self._place(at, event, value), value.__class__ is dict))

    def _place(self, at: _Open | None, event: Any, value: Any) -> Node:
        mark = event.start_mark
        node = Node(value, self._file, mark.line + 1, mark.column + 1)
        if at is None:
            self._root = node
        elif at.is_mapping:
            node.key_line, node.key_column = at.key_line, at.key_column
            at.awaits_value = False
            if not at.passed_over:
                at.node.value[at.key] = node
        else:
            at.node.value.append(node)
        return node


def _hint_for(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "quote text that holds a colon, and check the indentation"
    if "expected ',' or" in problem or "did not find expected" in problem:
        return 'check brackets, quotes and indentation; within [ ] and { } quote a range, as in "srv-[01-20]"'
    if "cannot start any token" in problem:
        return "quote text that begins with @, ` or %"
    return "check indentation, quotes and brackets"
