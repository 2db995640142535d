"""DR-006: votes that cannot split, and that no one site holds."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.naming import place_of
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.findings import Severity
from specs.sentences import listed, say


@rule(
    "DR-006",
    "quorum",
    severity=Severity.CRITICAL,
    title="Voters are odd in number, and a stretched cluster has its witness in a third failure domain",
    rationale="An even vote can split in two halves that both go on writing; a site with the majority "
    "takes the "
    "cluster down with it.",
    remediation="Add a witness at a third site, outside the failure regions of both, or take a vote away.",
    references=(
        nist("SC-24", "CP-10", "SC-36"),
        csf("PR.IR-03"),
        iso27001("A.8.14"),
    ),
    scope="Each platform that declares voters, and each vital database that stands at two sites.",
    unknown_when="where a voter stands, a failure region, or the voters of a stretched database are not "
    "declared",
    bad="platforms: {store: {quorum: {voters: [sites/ndc, sites/dr]}}}",
    good="platforms: {store: {quorum: {voters: [sites/ndc, sites/dr, sites/witness]}}}",
)
def quorum(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    for key, platform in case.estate.platforms.items():
        sites = case.facts.platform_sites[key]
        if platform.quorum is not None:
            yield _votes(case, key)
        elif platform.kind == "database" and key in vital and len(sites) > 1:
            yield unknown(
                f"platforms/{key}",
                say("It stands at {sites}, and nothing says who votes when they part.", sites=listed(sites)),
                say("Declare `quorum.voters`."),
                ("platforms", key, "quorum"),
            )


def _votes(case: Case, key: str) -> Outcome:
    element, place = f"platforms/{key}", ("platforms", key, "quorum", "voters")
    declared = case.estate.platforms[key].quorum
    voters = declared.voters if declared is not None else ()
    homes = {voter: case.facts.sites_of(voter) for voter in voters}
    homeless = [voter for voter in voters if len(homes[voter]) != 1]
    if homeless:
        return unknown(
            element,
            say("Nothing says at which one site {voter} votes.", voter=homeless[0]),
            say("Declare where {voter} stands, or name a device or site as the voter.", voter=homeless[0]),
            place,
            place_of(homeless[0]),
            cause=homeless[0],
        )
    count = len(voters)
    if count % 2 == 0:
        return fails(
            element,
            say(
                "It has {votes} voters ({voters}): halves of {half} can both, or neither, go on.",
                votes=count,
                voters=listed(voters),
                half=count // 2,
            ),
            say("Add a witness in a third failure domain, or take one vote away."),
            place,
        )
    sites = sorted({homes[voter][0] for voter in voters})
    if len(sites) == 1:
        return passes(
            element, say("It has {votes} voters, all at {site}.", votes=count, site=sites[0]), place
        )
    held = {site: sum(homes[voter][0] == site for voter in voters) for site in sites}
    most = max(held, key=lambda site: (held[site], site))
    automatic = declared is not None and declared.automatic
    if automatic and held[most] * 2 > count:
        return fails(
            element,
            say(
                "{held} of its {votes} voters stand at {site}: its loss stops the cluster, which is to fail "
                "over by itself.",
                held=held[most],
                votes=count,
                site=most,
            ),
            say("Move votes so that no site holds a majority: a witness at a third site."),
            place,
            cause=element,
        )
    regions: dict[str, str] = {}
    for site in sites:
        region = case.estate.sites[site].failure_region if site in case.estate.sites else None
        if region is None:
            return unknown(
                element,
                say("Nothing says in which failure region {site} lies, where it has a voter.", site=site),
                say("Declare `failure_region`."),
                ("sites", site, "failure_region"),
                place,
                cause=f"sites/{site}",
            )
        regions[site] = region
    in_region = {
        region: sum(held[site] for site in sites if regions[site] == region) for region in regions.values()
    }
    worst = max(in_region, key=lambda region: (in_region[region], region))
    if automatic and in_region[worst] * 2 > count:
        return fails(
            element,
            say(
                "{held} of its {votes} voters stand in the failure region {region}.",
                held=in_region[worst],
                votes=count,
                region=worst,
            ),
            say("Put the witness in a third failure region."),
            place,
            *(("sites", site, "failure_region") for site in sites if regions[site] == worst),
        )
    told = say(
        "It has {votes} voters at {sites}, and no site holds a majority.", votes=count, sites=listed(sites)
    )
    return passes(element, told, place)
