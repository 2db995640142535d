"""Where a judgement comes from: which tool, and how its files are named for whoever reads the output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from policies.rule import Rule
from specs.issues import Location


@dataclass(frozen=True)
class Origin:
    """What every output says of its making."""

    tool_version: str
    """Version of Thabat."""
    rules: tuple[Rule, ...]
    """The catalogue it was judged by."""
    files: Mapping[str, str] = field(default_factory=dict)
    """By a file's name within the estate: as the reader names it, with `/` between; others keep theirs."""

    def file(self, location: Location) -> str:
        """The file of that place, as the reader names it."""
        return self.files.get(location.file, location.file)

    def uri(self, location: Location) -> str:
        """The same as a relative URI (RFC 3986)."""
        return quote(self.file(location).replace("\\", "/"), safe="/-._~")

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
