"""What follows from an estate's specs, document by document: the same bytes whenever it is had."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from policies.judging import judge
from policies.outputs import json_document, markdown, proof_document, proofs
from policies.outputs.origin import Origin
from policies.report import page, readers
from policies.rule import Rule
from policies.rules import RULES
from resilience.analysis import Analysis, analyse
from resilience.proof import PARTS, Part, Proof, prove
from resilience.proof_summary import Answer, answers
from specs.findings import Judgement
from specs.loading import Loaded
from specs.model import Estate
from specs.planned import plan

Began = Callable[[str], None]
"""Told the name of each piece of work when it is begun."""


@dataclass(frozen=True)
class Work:
    """An estate, and how figures are to be had of it; each is worked out once."""

    loaded: Loaded
    phase: str
    judged_on: date
    proofs: bool
    """Whether the deep proofs are wanted."""
    tool_version: str
    began: Began = lambda what: None
    rules: tuple[Rule, ...] = RULES
    """What judges."""

    @cached_property
    def estate(self) -> Estate:
        """As of the phase."""
        return self.loaded.estate.as_of(self.phase)

    @cached_property
    def judgement(self) -> Judgement:
        """Every rule on it."""
        self.began("judging")
        return judge(self.loaded, self.estate, on=self.judged_on, phase=self.phase, rules=self.rules)

    @cached_property
    def analysis(self) -> Analysis:
        """What all proofs rest on."""
        return analyse(self.estate)

    @cached_property
    def proved(self) -> tuple[Proof, tuple[Answer, ...]]:
        """Every deep proof, and the answers."""

        def began(part: Part) -> None:
            self.began(f"proving {part.replace('-', ' ')}")

        proof = prove(self.analysis, PARTS, began)
        return proof, answers(self.estate, proof)


@dataclass(frozen=True)
class Document:
    """One file that follows from the specs."""

    name: str
    """Path within the bundle."""
    proofs: bool
    """Whether it is made only where deep proofs are wanted."""
    made: Callable[[Work], str]


def derived(work: Work) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every document, in order."""
    for document in DOCUMENTS:
        if work.proofs or not document.proofs:
            yield document.name, document.made(work).encode("utf-8", "backslashreplace")


def own_rules(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Ids of those that do not come with Thabat."""
    return tuple(sorted({one.id for one in rules} - {one.id for one in RULES}))


def steps(*, proofs: bool) -> int:
    """How many pieces of work `Began` is told of."""
    return 2 + (len(PARTS) if proofs else 0)


def _plan(work: Work) -> str:
    """Every resource that a target is to hold, stack by stack, as `thabat up` would tell the engine."""
    resources = [
        {
            "stack": one.stack,
            "type": one.token,
            "name": one.key,
            "parent": one.parent,
            "properties": dict(one.properties),
        }
        for one in plan(work.estate)
    ]
    return _json({**_head(work), "resources": resources})


def _drills(work: Work) -> str:
    """The drills that the estate says were held, service by service."""
    held = [
        {"service": f"services/{service.id}", **exercise.model_dump(mode="json")}
        for service in sorted(work.estate.services.values(), key=lambda one: one.id)
        for exercise in service.exercises
    ]
    return _json({**_head(work), "drills": held})


def about_estate(work: Work) -> dict[str, str]:
    """What a document says of the estate that it is of."""
    header = work.loaded.estate.estate
    return {
        "title": header.title.reading("en"),
        "classification": header.classification,
        "version": header.version,
        "digest": work.loaded.digest,
        "phase": work.phase,
    }


def _head(work: Work) -> dict[str, Any]:
    tool = {"name": "thabat", "version": work.tool_version}
    return {"format_version": "1.0", "tool": tool, "estate": about_estate(work)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _origin(work: Work) -> Origin:
    return Origin(work.tool_version, work.rules)


def _proved(work: Work) -> proof_document.Proved:
    return proof_document.Proved(work.loaded, work.phase, *work.proved, work.tool_version)


def _page(work: Work) -> str:
    proved = readers.Proved(*work.proved) if work.proofs else None
    work.began("writing reports")
    return page.render(
        work.loaded, work.estate, work.judgement, work.analysis, version=work.tool_version, proved=proved
    )


DOCUMENTS: Final[tuple[Document, ...]] = (
    Document("plan.json", False, _plan),
    Document("drills.json", False, _drills),
    Document("verdicts.json", False, lambda work: json_document.render(work.judgement, _origin(work))),
    Document("reports/findings.md", False, lambda work: markdown.render(work.judgement, _origin(work))),
    Document("proofs.json", True, lambda work: proof_document.as_json(_proved(work))),
    Document("reports/proofs.md", True, lambda work: proofs.as_markdown(_proved(work))),
    Document("reports/report.html", False, _page),
)
"""Every document of a bundle that follows from its specs."""
