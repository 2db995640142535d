"""The controls of each framework: every id, what it is about in words of our own, and what rules show of it.

The lists are data beside this module, one file a framework. What they say of a control is its subject and not
its text, which is the publisher's; NIST's titles are in the public domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.frameworks import FRAMEWORKS
from specs.sentences import Sentence, say
from specs.text import did_you_mean

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Control:
    """One control, safeguard, subcategory, clause or criterion, as its framework numbers it."""

    framework: str
    """Key of `policies.frameworks.FRAMEWORKS`."""
    id: str
    """As the framework prints it."""
    group: str
    """Id of the family, category, theme or clause that it stands in."""
    subject: Sentence
    """What it is about, in our own words."""
    part: Sentence
    """What part of it rules give evidence for; empty where none of Thabat's own rules bears on it."""
    beyond: Sentence
    """What of it no rule sees, so that a person has to say it."""
    rules: tuple[str, ...] = ()
    """Ids of rules that bear on it besides those that name it themselves."""

    @property
    def key(self) -> str:
        """Framework and id, the same from run to run.

        >>> control("nist-800-53", "CP-9(1)").key
        'nist-800-53/CP-9(1)'
        """
        return f"{self.framework}/{self.id}"


@dataclass(frozen=True)
class Catalogue:
    """All controls of one framework."""

    framework: str
    groups: Mapping[str, Sentence]
    """Subject of each group by its id, in the framework's order."""
    controls: Mapping[str, Control]
    """By id, in the framework's order."""
    withdrawn: frozenset[str]
    """Ids that the framework has given up; nothing may be said of them any more."""

    def within(self, id: str) -> tuple[Control, ...]:
        """The control of that id, or all that stand in the group of that id; none where neither is known.

        >>> len(catalogue("iso-27001").within("A.6"))
        8
        """
        if id in self.controls:
            return (self.controls[id],)
        return tuple(one for name, one in self.controls.items() if _stands_in(name, id))

    def no_such(self, id: str) -> str:
        """Why nothing may be said of that id, for people; empty where something may."""
        if self.within(id):
            return ""
        if id in self.withdrawn:
            return "it was withdrawn by the publisher"
        return did_you_mean(id, (*self.controls, *self.groups))


@cache
def catalogue(framework: str) -> Catalogue:
    """The controls of a framework; KeyError where there is no such framework."""
    key = FRAMEWORKS[framework].key
    data: dict[str, Any] = yaml.load((_FOLDER / f"{key}.yaml").read_text("utf-8"), Loader=_LOADER)
    groups = {str(id): say(subject) for id, subject in data["groups"].items()}
    return Catalogue(
        key,
        groups,
        {str(id): _control(key, str(id), entry, tuple(groups)) for id, entry in data["controls"].items()},
        frozenset(map(str, data.get("withdrawn", ()))),
    )


def control(framework: str, id: str) -> Control:
    """One control; KeyError where the framework has none of that id."""
    return catalogue(framework).controls[id]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALL = say("All of it, as far as Thabat's own rules go.")


def _control(framework: str, id: str, entry: str | Mapping[str, Any], groups: tuple[str, ...]) -> Control:
    facts = {"subject": entry} if isinstance(entry, str) else entry
    return Control(
        framework,
        id,
        max((group for group in groups if _stands_in(id, group)), key=len, default=""),
        say(facts["subject"]),
        say(facts.get("part", "")),
        say(facts["beyond"]) if "beyond" in facts else _ALL,
        tuple(facts.get("rules", ())),
    )


def _stands_in(id: str, group: str) -> bool:
    """Whether an id is within that of a group: `A.5.12` in `A.5`, `AC-2(1)` in `AC-2` and in `AC`."""
    return id.startswith(group) and id[len(group) : len(group) + 1] in (".", "-", "(")
