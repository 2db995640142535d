"""CHG: what takes over at the other site is configured as what it takes over from."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform
from specs.sentences import listed, say
from specs.units import DAY

ALIKE = ("software", "version", "baseline")
"""Fields in which twins are the same."""


@rule(
    "CHG-001",
    "config-parity",
    severity=Severity.HIGH,
    title="Twins at two sites run one baseline but for approved exceptions, and are compared every day",
    rationale="A recovery site that was right at the last exercise and patched by hand since then fails "
    "on the day it is needed, over a version or a rule that nobody carried across.",
    remediation="Bring both to one baseline, write what must differ into the exceptions, and compare them by "
    "machine every day.",
    references=(
        nist("CM-2", "CM-3", "CM-6", "CP-7(4)"),
        csf("PR.PS-01"),
        iso27001("A.8.9", "A.8.32"),
        cis("4.1", "4.2"),
    ),
    parameters=(
        Parameter(
            "checked",
            DAY,
            "Longest time between two comparisons with the baseline.",
            "judgement: a day, so that no change outlives a night",
            "duration",
        ),
    ),
    scope="Each pair of twins of which one is vital; each of the two; and each vital platform at a "
    "primary site whose work stands by at a DR site on another.",
    unknown_when="a baseline or how often it is compared is not declared, or nothing says that two "
    "platforms of one work are twins",
    bad="platforms: {ndc-firewall: {twin: dr-firewall, baseline: '44'}, dr-firewall: {baseline: '41'}}",
    good="platforms: {ndc-firewall: {twin: dr-firewall, baseline: '44'}, dr-firewall: {baseline: '44'}}",
)
def config_parity(case: Case) -> Iterator[Outcome]:
    platforms = case.estate.platforms
    vital = {platform.id for platform in case.facts.critical_platforms}
    pairs = {
        (min(key, platform.twin), max(key, platform.twin))
        for key, platform in platforms.items()
        if platform.twin in platforms and platform.twin is not None and platform.twin != key
    }
    judged = sorted(pair for pair in pairs if vital & {*pair})
    for a, b in judged:
        yield _alike(platforms[a], platforms[b])
    for key in sorted({name for pair in judged for name in pair}):
        yield _compared(case, platforms[key])
    yield from _no_twin_named(case, vital, pairs)


def _alike(a: Platform, b: Platform) -> Outcome:
    element, aspect = f"platforms/{a.id}", f"as-{b.id}"
    looked: tuple[FieldPath, ...] = tuple(
        ("platforms", one.id, field)
        for field in ALIKE
        for one in (a, b)
        if getattr(a, field) is not None or getattr(b, field) is not None
    ) or (("platforms", a.id, "baseline"),)
    borne = " ".join((*a.baseline_exceptions, *b.baseline_exceptions)).casefold()
    for field in ALIKE:
        here, there = getattr(a, field), getattr(b, field)
        if here is not None and there is not None and here != there and field not in borne:
            return fails(
                element,
                say(
                    "Its {field} is {here}, that of {twin} is {there}.",
                    field=field,
                    here=here,
                    twin=b.id,
                    there=there,
                ),
                say(
                    "Bring both to one, or approve the difference: a line in {field} that names it.",
                    field="`baseline_exceptions`",
                ),
                ("platforms", a.id, field),
                ("platforms", b.id, field),
                *(("platforms", one.id, "baseline_exceptions") for one in (a, b)),
                aspect=aspect,
            )
    for one in (a, b):
        if one.baseline is None:
            return unknown(
                element,
                say("Nothing says by which baseline {platform} is configured.", platform=one.id),
                say("Declare {field} of {element}.", field="`baseline`", element=one.id),
                ("platforms", one.id, "baseline"),
                *looked,
                cause=f"platforms/{one.id}",
                aspect=aspect,
            )
    told = say("It and {twin} are configured by {baseline}.", twin=b.id, baseline=a.baseline or "")
    return passes(element, told, *looked, aspect=aspect)


def _compared(case: Case, platform: Platform) -> Outcome:
    element, place = f"platforms/{platform.id}", ("platforms", platform.id, "drift_checked_every")
    every, longest = platform.drift_checked_every, case.number("checked")
    if every is None:
        return unknown(
            element,
            say("Nothing says how often it is compared with its baseline."),
            say("Declare {field}.", field="`drift_checked_every`"),
            place,
            aspect="drift",
        )
    told = say("It is compared with its baseline every {every}", every=amount(every, "duration"))
    if every > longest:
        return fails(
            element,
            say("{told}; {longest} may pass.", told=told, longest=amount(longest, "duration")),
            say("Let a machine compare them every {longest}.", longest=amount(longest, "duration")),
            place,
            aspect="drift",
        )
    return passes(element, say("{told}.", told=told), place, aspect="drift")


def _kind(case: Case, platform: str) -> str | None:
    found = case.estate.platforms.get(platform)
    return found.kind if found is not None else None


def _no_twin_named(case: Case, vital: set[str], pairs: set[tuple[str, str]]) -> Iterator[Outcome]:
    """Vital platforms at a primary that no pair holds, and whose work stands by on one of their kind at a DR
    site."""
    estate, facts = case.estate, case.facts
    roles = {key: site.role for key, site in estate.sites.items()}
    paired = {name for pair in pairs for name in pair}
    for key in sorted(vital - paired):
        others = {
            other.platform
            for work in facts.workloads_on.get(key, ())
            if roles.get(work.site) == "primary"
            for other in facts.workloads_of.get(work.service, ())
            if other.component == work.component
            and roles.get(other.site) == "dr"
            and other.platform != key
            and _kind(case, other.platform) == _kind(case, key)
        }
        if others:
            yield unknown(
                f"platforms/{key}",
                say(
                    "Its work stands by on {others}, and nothing says that they are configured alike.",
                    others=listed(sorted(others)),
                ),
                say("Declare {field}, and the baseline of both.", field="`twin`"),
                ("platforms", key, "twin"),
                *(("platforms", name, "twin") for name in sorted(others)[:3]),
                aspect="twin",
            )
