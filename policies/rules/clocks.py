"""TIM: clocks of its own at each site, near enough to true time to put logs and evidence in order."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.safeguards import Safeguard
from specs.sentences import Sentence, listed, say, say_count

LOCAL = ("gnss", "ptp", "atomic")
"""References that need no network out of the site."""
HIGHEST_STRATUM = 2


@rule(
    "TIM-001",
    "time-sync",
    severity=Severity.HIGH,
    title="Each site has two good sources of time, one of them its own",
    rationale="Logs of two systems whose clocks disagree tell no story; certificates and tickets fail on a "
    "wrong clock; and a recovery site that takes its time from the lost one drifts from that hour on.",
    remediation="Give each site two receivers or atomic clocks, and bound how far its clocks may be off.",
    references=(
        nist("AU-8", "SC-45", "SC-45(1)"),
        csf("PR.PS-04"),
        iso27001("A.8.17"),
        cis("8.4"),
    ),
    parameters=(
        Parameter(
            "roles",
            "primary dr",
            "Roles of sites that have clocks of their own.",
            "judgement: what must run when cut off; smaller sites follow these over the network",
        ),
        Parameter(
            "sources",
            2,
            "Sources of stratum 1 or 2 at each site.",
            "judgement: with two one may fail; with four a wrong one is outvoted (RFC 5905, 11.2.1)",
        ),
        Parameter(
            "offset",
            0.1,
            "How far clocks may be off.",
            "judgement: order of log lines of one request",
            "duration",
        ),
        Parameter(
            "offset_evidence",
            0.001,
            "The same at sites with data that must stand up in court.",
            "judgement: order of entries of a ledger",
            "duration",
        ),
    ),
    scope="Each primary and DR site.",
    unknown_when="no time source is declared anywhere, or a source's stratum, reference or greatest offset "
    "decides it and is not declared",
    bad="safeguards: {clock: {kind: time-source, site: dr, stratum: 3, reference: network}}",
    good="safeguards: {'clock-[1-2]': {kind: time-source, site: dr, stratum: 1, reference: gnss, "
    "maximum_offset: 1 ms}}",
)
def time_sync(case: Case) -> Iterator[Outcome]:
    anywhere = any(one.kind == "time-source" for one in case.estate.safeguards.values())
    evidence = _sites_with_evidence(case)
    roles = case.words("roles")
    for key, site in case.estate.sites.items():
        if site.role in roles:
            sources = [one for one in case.facts.safeguards_at.get(key, ()) if one.kind == "time-source"]
            offset = case.number("offset_evidence" if key in evidence else "offset")
            yield _enough(case, key, sources, offset, anywhere=anywhere)


def _sites_with_evidence(case: Case) -> frozenset[str]:
    """Sites with a copy of data that must stand up in court."""
    estate = case.estate
    evidential = {key for key, one in estate.data_classes.items() if one.evidential}
    found: set[str] = set()
    for key, dataset in estate.datasets.items():
        if dataset.data_class in evidential:
            found.add(dataset.home.site)
            found.update(copy.target_site for copy in case.facts.replications_of.get(key, ()))
    return frozenset(found)


def _enough(case: Case, site: str, sources: list[Safeguard], offset: float, *, anywhere: bool) -> Outcome:
    element, wanted, within = f"sites/{site}", int(case.number("sources")), amount(offset, "duration")
    looked: tuple[FieldPath, ...] = tuple(("safeguards", one.id) for one in sources) or (("sites", site),)
    if not sources and not anywhere:
        return unknown(
            element,
            say("No source of time is declared, here or anywhere."),
            say("Declare safeguards of kind {kind}.", kind="time-source"),
            *looked,
        )
    good = [one for one in sources if _is_good(one, offset) is True]
    perhaps = [one for one in sources if _is_good(one, offset) is not False]
    own = [one for one in good if one.reference in LOCAL]
    perhaps_own = [one for one in perhaps if one.reference in (*LOCAL, None)]
    if _count(good) >= wanted and own:
        return passes(
            element,
            say(
                "{sources} are good to {within}; {own} need no network.",
                sources=listed([one.id for one in good]),
                within=within,
                own=listed([one.id for one in own]),
            ),
            *looked,
        )
    if _count(perhaps) >= wanted and perhaps_own:
        source, field = next(
            (one, field)
            for one in (*perhaps, *perhaps_own)
            for field in ("stratum", "maximum_offset", "reference")
            if getattr(one, field) is None
        )
        return unknown(
            element,
            say("Whether {source} is a good source is not known.", source=source.id),
            say("Declare {field} of {element}.", field=f"`{field}`", element=source.id),
            ("safeguards", source.id, field),
            *looked,
            cause=f"safeguards/{source.id}",
        )
    told = say_count(
        _count(good),
        "{count} source is of stratum {stratum} or better and good to {within}; {wanted} are asked for{why}.",
        "{count} sources are of stratum {stratum} or better and good to {within}; {wanted} are asked "
        "for{why}.",
        within=within,
        stratum=HIGHEST_STRATUM,
        wanted=wanted,
        why=_why(good, own, [one for one in sources if one not in good], wanted),
    )
    return fails(
        element,
        told,
        say("Give the site receivers or clocks of its own, kept within {within}.", within=within),
        *looked,
    )


def _why(good: list[Safeguard], own: list[Safeguard], bad: list[Safeguard], wanted: int) -> Sentence:
    if _count(good) >= wanted and not own:
        return say(", and none is the site's own")
    if bad:
        return say(" (not counted: {sources})", sources=listed([one.id for one in bad]))
    return Sentence("")


def _count(sources: list[Safeguard]) -> int:
    return sum(one.quantity for one in sources)


def _is_good(source: Safeguard, offset: float) -> bool | None:
    """Whether its stratum and offset are good enough; None: not known."""
    answers = (
        None if source.stratum is None else 1 <= source.stratum <= HIGHEST_STRATUM,
        None if source.maximum_offset is None else source.maximum_offset <= offset,
    )
    return False if False in answers else None if None in answers else True
