"""Mutation scores of the rule book, for a terminal and as JSON.

`python -m policies.outputs.scores docs/reference/score.schema.json` publishes the form.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from policies.mutations import MUTATIONS
from policies.mutations.scoring import Score
from policies.outputs.terminal import Screen
from policies.published import Form, publish, schema_of

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""


class SurvivorForm(Form):
    """A mutant that its rule did not find."""

    mutation: str
    """Which known way to break an estate."""
    element: str
    """What was broken."""


class ScoreForm(Form):
    """What became of the mutants of one rule."""

    rule: str
    kinds: int
    """Known ways to break what it asks for."""
    tried: int
    killed: int
    survivors: tuple[SurvivorForm, ...]


class Document(Form):
    """What `thabat rules score -o json` writes."""

    format_version: str
    seed: int
    """What drew the places that were broken."""
    each: int
    """Most mutants of each kind."""
    tried: int
    killed: int
    rules: tuple[ScoreForm, ...]
    """By id."""


def as_text(scored: Sequence[Score], screen: Screen) -> str:
    """A line a rule, then every mutant that lives, then the sum."""
    return "\n".join(_text(scored, screen)) + "\n"


def as_json(scored: Sequence[Score], seed: int, each: int) -> str:
    """The scores as JSON text."""
    rules = tuple(
        ScoreForm(
            rule=one.rule,
            kinds=one.kinds,
            tried=one.tried,
            killed=one.killed,
            survivors=tuple(
                SurvivorForm(mutation=lives.mutation, element=lives.element) for lives in one.survivors
            ),
        )
        for one in scored
    )
    document = Document(
        format_version=FORMAT_VERSION,
        seed=seed,
        each=each,
        tried=sum(one.tried for one in scored),
        killed=sum(one.killed for one in scored),
        rules=rules,
    )
    return document.model_dump_json(indent=2) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


def _text(scored: Sequence[Score], screen: Screen) -> Iterator[str]:
    says = {one.id: one.says for one in MUTATIONS}
    yield f"{'rule':9} {'kinds':>5} {'tried':>5} {'found':>5}  score"
    for one in scored:
        share = "no mutant here" if one.share is None else f"{100 * one.share:.0f} %"
        line = f"{one.rule:9} {one.kinds:>5} {one.tried:>5} {one.killed:>5}  {share}"
        yield screen.styled(line, "31") if one.survivors else line
    for one in scored:
        for lives in one.survivors:
            yield screen.filled(
                f"{one.rule} does not see it: {lives.element}: {says[lives.mutation]}", "", "  "
            )
    tried, killed = sum(one.tried for one in scored), sum(one.killed for one in scored)
    share = f"{100 * killed / tried:.0f} %" if tried else "none could be made"
    yield f"{killed} of {tried} mutants found: {share}"


if __name__ == "__main__":
    publish(schema())
