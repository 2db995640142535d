"""How many mutants of an estate the rules find: the mutation score, by rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from policies.facts import Facts
from policies.judging import judge
from policies.mutations.mutation import Ground, Mutant, Mutation
from policies.rule import Rule
from policies.waiving import waivers_in_force
from specs.loading import Loaded
from specs.model import Estate


@dataclass(frozen=True)
class Tried:
    """One mutant, and whether its rule found it."""

    mutation: str
    rule: str
    element: str
    """What was broken."""
    killed: bool
    """Whether the rule has a finding that it did not have before."""


@dataclass(frozen=True)
class Score:
    """What became of the mutants of one rule."""

    rule: str
    kinds: int
    """Known ways to break what it asks for."""
    tried: int
    """Mutants; 0: nothing in this estate can be broken so, or no way is known."""
    killed: int
    survivors: tuple[Tried, ...]
    """Mutants that the rule did not find."""

    @property
    def share(self) -> float | None:
        """Share of mutants that were found; None where there was none."""
        return self.killed / self.tried if self.tried else None


def scores(
    loaded: Loaded,
    estate: Estate,
    rules: Sequence[Rule],
    mutations: Sequence[Mutation],
    *,
    on: date,
    phase: str | None,
    seed: int,
    each: int,
) -> tuple[Score, ...]:
    """Every rule by id. Of each mutation at most `each` mutants are tried, drawn by the seed."""
    tried: dict[str, list[Tried]] = {rule.id: [] for rule in rules}
    for rule in rules:
        of_rule = [one for one in mutations if one.rule == rule.id]
        if of_rule:
            tried[rule.id] = list(_tried(loaded, estate, rule, rules, of_rule, on, phase, seed, each))
    return tuple(
        Score(
            rule=rule,
            kinds=sum(one.rule == rule for one in mutations),
            tried=len(found),
            killed=sum(one.killed for one in found),
            survivors=tuple(one for one in found if not one.killed),
        )
        for rule, found in sorted(tried.items())
    )


def _tried(
    loaded: Loaded,
    estate: Estate,
    rule: Rule,
    book: Sequence[Rule],
    mutations: Sequence[Mutation],
    on: date,
    phase: str | None,
    seed: int,
    each: int,
) -> Iterator[Tried]:
    def findings(of: Estate) -> frozenset[str]:
        judged = judge(loaded, of, on=on, phase=phase, rules=asked)
        return frozenset(one.key for one in judged.outcomes if one.rule == rule.id and one.verdict.is_open)

    # What a waiver bears is known once every rule has spoken.
    asked = book if rule.check is waivers_in_force.check else (rule,)
    before = findings(estate)
    ground = Ground(estate, Facts(estate), on)
    for mutation in mutations:
        for mutant in _drawn(mutation, ground, seed, each):
            killed = not findings(mutant.of(estate)) <= before
            yield Tried(mutation.id, rule.id, mutant.element, killed)


def _drawn(mutation: Mutation, ground: Ground, seed: int, each: int) -> Sequence[Mutant]:
    """At most so many of its mutants, each as likely as any other, in their order."""
    found = list(mutation.mutants(ground))
    if len(found) <= each:
        return found
    # Seeded by the kind too, so that a new kind moves no other's places.
    places = Random(f"{seed} {mutation.id}").sample(range(len(found)), each)
    return [found[place] for place in sorted(places)]
