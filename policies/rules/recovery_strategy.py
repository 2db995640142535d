"""DR-004: the way a service is brought back fits how soon it must be back."""

from collections import defaultdict
from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say
from specs.services import CRITICAL_TIER, Objective, Service

MINUTE, HOUR = 60.0, 3600.0

STRONGEST_FIRST = ("active-active", "hot", "warm", "cold", "backup-only")
"""Strategies, those that bring a service back soonest first."""


@rule(
    "DR-004",
    "tier-vs-strategy",
    severity=Severity.HIGH,
    title="The recovery strategy of each service fits its RTO and tier, and stands where it says",
    rationale="Machines that must first be filled from backups do not serve within the quarter of an hour "
    "that was promised; the promise is then found out in the disaster.",
    remediation="Choose the strategy that the RTO asks for and stand its workloads up at the other site, or "
    "have the objective set anew.",
    references=(
        nist("CP-2", "CP-7", "CP-10"),
        csf("PR.IR-03"),
        iso27001("A.5.30", "A.8.14"),
        iso22301("8.3.3"),
    ),
    parameters=(
        Parameter(
            "hot", 15 * MINUTE, "Up to this RTO a service is hot or active-active.", "judgement", "duration"
        ),
        Parameter("warm", 4 * HOUR, "Up to this RTO it is at least warm.", "judgement", "duration"),
        Parameter("cold", 24 * HOUR, "Up to this RTO it is at least cold.", "judgement", "duration"),
        Parameter("hot_tier", 0, "Up to this tier it is hot or active-active.", "judgement"),
        Parameter("warm_tier", 1, "Up to this tier it is at least warm.", "judgement"),
    ),
    scope="Each service of tier 0 or 1, and each that says how soon it must be back after the loss of a "
    "site.",
    unknown_when="the strategy, the objective after the loss of a site, or where a vital service runs is not "
    "declared",
    bad="services: {tax: {tier: 1, strategy: cold, objectives: {site: {rto: 4 h, rpo: 15 min}}}}",
    good="services: {tax: {tier: 1, strategy: warm, objectives: {site: {rto: 4 h, rpo: 15 min}}}}",
)
def tier_vs_strategy(case: Case) -> Iterator[Outcome]:
    for key, service in case.estate.services.items():
        element, owed = f"services/{key}", service.objectives.site
        vital = service.tier is not None and service.tier <= CRITICAL_TIER
        if owed is None and not vital:
            continue
        if service.strategy is None:
            yield unknown(
                element,
                say("Nothing says how it survives the loss of its site."),
                say("Declare {fact}.", fact="`strategy`"),
                ("services", key, "strategy"),
            )
            continue
        if owed is None:
            yield unknown(
                element,
                say(
                    "It is of tier {tier}, and nothing says how soon it must be back after the loss of a "
                    "site.",
                    tier=service.tier or 0,
                ),
                say("Declare {fact}.", fact="`objectives.site`"),
                ("services", key, "objectives"),
            )
        else:
            yield _fits(case, service, service.strategy, owed)
        yield from _stands_there(case, service, service.strategy, vital)


def _fits(case: Case, service: Service, strategy: str, owed: Objective) -> Outcome:
    element = f"services/{service.id}"
    looked: tuple[FieldPath, ...] = (
        ("services", service.id, "strategy"),
        ("services", service.id, "objectives", "site", "rto"),
        ("services", service.id, "tier"),
    )
    by_rto = next((name for name in ("hot", "warm", "cold") if owed.rto <= case.number(name)), None)
    by_tier = next(
        (
            name
            for name in ("hot", "warm")
            if service.tier is not None and service.tier <= case.number(f"{name}_tier")
        ),
        None,
    )
    told: Sentence = say(
        "It is {strategy} and owes RTO {rto} after the loss of a site",
        strategy=strategy,
        rto=amount(owed.rto, "duration"),
    )
    asked = [
        (STRONGEST_FIRST.index(name), why)
        for name, why in (
            (by_rto, "rto"),
            (by_tier, "tier"),
        )
        if name is not None
    ]
    if not asked or STRONGEST_FIRST.index(strategy) <= min(asked)[0]:
        return passes(element, say("{told}.", told=told), *looked)
    place, why = min(asked)
    least = STRONGEST_FIRST[place]
    if why == "rto":
        message = say(
            "{told}; up to {limit} it must be {least} or better.",
            told=told,
            limit=amount(case.number(least), "duration"),
            least=least,
        )
    else:
        message = say(
            "{told}; of tier {tier} it must be {least} or better.",
            told=told,
            tier=service.tier or 0,
            least=least,
        )
    return fails(
        element,
        message,
        say("Make it {least} or better, or have its objective or tier set anew.", least=least),
        *looked,
    )


def _stands_there(case: Case, service: Service, strategy: str, vital: bool) -> Iterator[Outcome]:
    """What the strategy names must be there: workloads at a second site, or copies to restore."""
    element, aspect = f"services/{service.id}", "placement"
    place: FieldPath = ("services", service.id, "strategy")
    if strategy == "backup-only":
        bare = [
            name for name in case.facts.datasets_of.get(service.id, ()) if name not in case.facts.backups_of
        ]
        if bare:
            yield fails(
                element,
                say("It is to come back from backups, and {datasets} has none.", datasets=listed(bare)),
                say("Back {datasets} up, or choose another strategy.", datasets=listed(bare)),
                place,
                *(("datasets", name) for name in bare),
                aspect=aspect,
            )
        return
    if strategy == "cold":
        return
    sites: dict[str, set[str]] = defaultdict(set)
    for work in case.facts.workloads_of.get(service.id, ()):
        at = sites[work.component]
        if strategy != "active-active" or work.role == "active":
            at.add(work.site)
    if not sites:
        if vital:
            yield unknown(
                element,
                say("Nothing says where it runs."),
                say("Declare its {fact}.", fact="`workloads`"),
                ("services", service.id),
                aspect=aspect,
            )
        return
    alone = sorted(name for name, at in sites.items() if len(at) < 2)
    if alone:
        where = sorted({site for name in alone for site in sites[name]})
        yield fails(
            element,
            say(
                "It is declared {strategy}, and {components} of it stands at {sites} alone.",
                strategy=strategy,
                components=listed(alone),
                sites=listed(where) if where else say("no site"),
            ),
            say("Stand {components} up at another site too.", components=listed(alone)),
            place,
            *(
                ("workloads", work.id, "site")
                for work in case.facts.workloads_of[service.id]
                if work.component in alone
            ),
            aspect=aspect,
        )
        return
    yield passes(
        element,
        say("Every part of it stands at two sites or more, as {strategy} asks for.", strategy=strategy),
        place,
        aspect=aspect,
    )
