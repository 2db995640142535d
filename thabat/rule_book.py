"""Which rules judge: Thabat's own, and an organisation's out of folders or packages that were named."""

from typing import TYPE_CHECKING, Annotated

import typer

from thabat import settings

if TYPE_CHECKING:
    from policies.rule import Rule

RulesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="FOLDER",
        help="Folder of your own rules, or `installed` for those of installed packages; repeatable.",
    ),
]
"""The option itself, for a command's signature."""


def rule_book(asked: list[str] | None = None) -> "tuple[Rule, ...]":
    """Every rule to judge by, by id: Thabat's own, and those that flags name, or else the settings.

    SpecError where an own rule cannot be loaded, or takes the id of another.
    """
    from policies import own_rules

    return own_rules.rule_book(asked or (settings.value("rules") or "").split(","))
