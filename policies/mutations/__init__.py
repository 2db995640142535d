"""A rule book that is itself tested: known ways to break an estate, and which of them the rules find.

Mutation testing (DeMillo, Lipton and Sayward, "Hints on test data selection", Computer 11(4), 1978) of rules
instead of programs: a mutant is a sound estate with one thing broken, and a rule that lets it live is blind.
"""

from policies.mutations import data, electrical, links, people, places, recovery
from policies.mutations.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *electrical.MUTATIONS,
    *places.MUTATIONS,
    *links.MUTATIONS,
    *data.MUTATIONS,
    *recovery.MUTATIONS,
    *people.MUTATIONS,
)
"""Every known way to break an estate."""
