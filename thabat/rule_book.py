"""Which rules judge: Thabat's own, and an organisation's out of folders or packages that were named."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import settings

if TYPE_CHECKING:
    from policies.rule import Rule

INSTALLED = "installed"
"""Names the entry points of installed packages, where others name a folder."""

RulesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="FOLDER",
        help=f"Folder of your own rules, or `{INSTALLED}` for those of installed packages; repeatable.",
    ),
]
"""The option itself, for a command's signature."""


def rule_book(asked: list[str] | None = None) -> "tuple[Rule, ...]":
    """Every rule to judge by, by id; SpecError where an own rule cannot be loaded or takes another's id."""
    from policies.own_rules import from_entry_points, from_folder, guarded
    from policies.rules import RULES

    named = asked or [part.strip() for part in (settings.value("rules") or "").split(",")]
    rules = RULES
    for one in dict.fromkeys(filter(None, named)):
        own = from_entry_points(rules) if one == INSTALLED else from_folder(Path(one), rules)
        rules = (*rules, *guarded(own))
    return tuple(sorted(rules, key=lambda rule: rule.id)) if len(rules) > len(RULES) else RULES
