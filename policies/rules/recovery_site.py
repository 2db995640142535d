"""DR-002 and DR-003: what remains after the loss of the primary, with room for all that must run."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.naming import key_of, place_of
from policies.proof_words import arrows
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import amount, number
from resilience.results import CapacityBalance
from specs.base import Need
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, as_sentence, listed, say
from specs.units import DimensionName


@rule(
    "DR-002",
    "dr-capacity",
    severity=Severity.CRITICAL,
    title="What remains after the loss of the primary carries all that must run, with a node to spare",
    rationale="A shortfall is else found in the disaster, when nothing can be bought.",
    remediation="Add nodes, storage or licences at the DR site, or declare what runs at its minimum there.",
    references=(
        nist("CP-2(2)", "CP-7", "CP-7(4)", "CP-6(2)", "SC-6"),
        csf("PR.IR-04", "PR.IR-03"),
        iso27001("A.8.6", "A.8.14"),
        iso22301("8.3.4"),
    ),
    scope="Each resource of each platform that carries load after the loss of a primary site.",
    unknown_when="capacity, a node's model, or what a workload takes is not declared",
    bad="platforms: {dr-block: {kind: block-storage, capacity: {storage: 80 TB}}} # workloads take 120 TB",
    good="platforms: {dr-block: {kind: block-storage, capacity: {storage: 160 TB}}}",
)
def dr_capacity(case: Case) -> Iterator[Outcome]:
    for site, place in case.estate.sites.items():
        if place.role != "primary":
            continue
        spare: dict[str, str] = {}
        for balance in case.analysis.capacity_without(site):
            yield _fits(case, site, balance)
            if balance.resource != "licence":
                spare[key_of(balance.platform, "platforms")] = balance.spare_node
        for key, answer in sorted(spare.items()):
            yield _node_to_spare(case, site, key, answer)


def _node_to_spare(case: Case, site: str, key: str, answer: str) -> Outcome:
    element, aspect, platform = f"platforms/{key}", f"spare-node-without-{site}", case.estate.platforms[key]
    place: FieldPath = ("platforms", key, "needs_nodes")
    if answer == "no":
        needed = platform.needs_nodes or len(platform.nodes)
        return fails(
            element,
            say(
                "Once {site} is lost it carries its load with {needed} of {nodes} nodes: none is to spare.",
                site=site,
                needed=needed,
                nodes=len(platform.nodes),
            ),
            say("Add a node."),
            place,
            ("platforms", key, "nodes"),
            aspect=aspect,
        )
    if answer == "unknown":
        return unknown(
            element,
            say("Nothing says whether it has a node to spare once {site} is lost.", site=site),
            say("Declare `nodes` and `needs_nodes`."),
            place,
            aspect=aspect,
        )
    told = say("Once {site} is lost it has a node to spare.", site=site)
    return passes(element, told, place, aspect=aspect)


def _fits(case: Case, site: str, balance: CapacityBalance) -> Outcome:
    key = key_of(balance.platform, "platforms")
    element = f"platforms/{key}"
    aspect = "-".join(part for part in (balance.resource, balance.product, "without", site) if part)
    what = _resource(balance)
    field: FieldPath = (
        ("platforms", key, "licences")
        if balance.resource == "licence"
        else ("platforms", key, "capacity", balance.resource)
    )
    who = listed([key_of(name, "workloads") for name in balance.workloads], most=3)
    several = len(balance.workloads) != 1
    taken = _amount_of(balance, balance.takes)
    takes = (
        say("Once {site} is lost {workloads} take {amount}", site=site, workloads=who, amount=taken)
        if several
        else say("Once {site} is lost {workloads} takes {amount}", site=site, workloads=who, amount=taken)
    )
    told = say(
        "{takes}; it gives {gives}.", takes=takes, gives=_figure(balance.resource, balance.gives or 0.0)
    )
    looked: tuple[FieldPath, ...] = (
        field,
        *(("workloads", key_of(name, "workloads"), "takes") for name in balance.workloads[:3]),
    )
    if balance.fits == "no":
        return fails(
            element,
            told,
            say(
                "Add {amount}, or let less run there (`takes.dr`, `takes.minimum`).",
                amount=_amount_of(balance, balance.takes - (balance.gives or 0.0)),
            ),
            *looked,
            aspect=aspect,
        )
    if balance.fits == "unknown":
        gap = balance.missing[0] if balance.missing else None
        asked = (
            say(
                "Whether it has room for the {what} that {workloads} take once {site} is lost is not known",
                what=what,
                workloads=who,
                site=site,
            )
            if several
            else say(
                "Whether it has room for the {what} that {workloads} takes once {site} is lost is not known",
                what=what,
                workloads=who,
                site=site,
            )
        )
        return unknown(
            element,
            say("{told}: {element} declares no {field}.", told=asked, element=gap.element, field=gap.field)
            if gap
            else say("{told}.", told=asked),
            say("Declare {field} of {element}.", field=gap.field, element=gap.element)
            if gap
            else say("Declare `capacity` of {platform}.", platform=key),
            *((gap.path,) if gap else ()),
            *looked,
            cause=gap.element if gap else "",
            aspect=aspect,
        )
    return passes(element, told, *looked, aspect=aspect)


_DIMENSIONS: dict[str, DimensionName] = {
    "memory": "data_size",
    "storage": "data_size",
    "throughput": "bandwidth",
}


def _figure(resource: str, value: float) -> str:
    dimension = _DIMENSIONS.get(resource)
    return number(value) if dimension is None else amount(value, dimension)


def _resource(balance: CapacityBalance) -> Sentence:
    if balance.resource == "licence":
        return say("licences of {product}", product=balance.product)
    return _RESOURCES.get(balance.resource) or as_sentence(balance.resource)


_RESOURCES = {
    "cores": say("cores"),
    "memory": say("memory"),
    "storage": say("storage"),
    "iops": say("iops"),
    "throughput": say("throughput"),
    "requests": say("requests"),
}


def _amount_of(balance: CapacityBalance, value: float) -> Sentence:
    figure, what = _figure(balance.resource, value), _resource(balance)
    if balance.resource in _DIMENSIONS:
        return say("{figure} of {what}", figure=figure, what=what)
    return say("{figure} {what}", figure=figure, what=what)


@rule(
    "DR-003",
    "no-primary-dependency",
    severity=Severity.CRITICAL,
    title="What runs at the DR site needs nothing that exists at the primary only",
    rationale="A DR centre that asks the lost site for names, log-in, keys or time does not start.",
    remediation="Stand up what is needed at the DR site too, and name it as an alternative (`any_of`).",
    references=(
        nist("CP-7(4)", "CP-2(5)", "SC-22", "SC-12(1)"),
        csf("PR.IR-03", "GV.OC-05"),
        iso27001("A.8.14", "A.5.30"),
        iso22301("8.3.3"),
    ),
    scope="Each workload at a DR site, with all that it needs to run, start or be recovered, transitively.",
    unknown_when="nothing says where something that it needs stands",
    bad="platforms: {dr-compute: {needs: [{on: platforms/ndc-dns}]}}",
    good="platforms: {dr-compute: {needs: [{any_of: [platforms/ndc-dns, platforms/dr-dns]}]}}",
)
def no_primary_dependency(case: Case) -> Iterator[Outcome]:
    roles = {key: site.role for key, site in case.estate.sites.items()}
    primaries = frozenset(key for key, role in roles.items() if role == "primary")
    for key, work in case.estate.workloads.items():
        if roles.get(work.site) != "dr":
            continue
        element = f"workloads/{key}"
        outcome = _stranded(case, element, primaries)
        yield outcome or passes(
            element,
            say(
                "Nothing that it needs at {site} exists at {primaries} only.",
                site=work.site,
                primaries=listed(sorted(primaries)),
            ),
            ("workloads", key, "platform"),
        )


def _stranded(case: Case, element: str, primaries: frozenset[str]) -> Outcome | None:
    """The first thing that a workload stands on that exists at the primary only, or nobody knows where."""
    seen: set[str] = set()
    pending: list[tuple[str, tuple[str, ...]]] = [(element, (element,))]
    homeless: tuple[str, FieldPath] | None = None
    while pending:
        name, way = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for names, wanted, path in _run_needs(case, name):
            homes = {other: case.facts.sites_of(other) for other in names}
            away = [other for other in names if not homes[other] or {*homes[other]} - primaries]
            if len(away) < wanted:
                missing = next(other for other in names if other not in away)
                return fails(
                    element,
                    say(
                        "It needs {element}, which exists at {sites} only ({steps}).",
                        element=missing,
                        sites=listed(homes[missing]),
                        steps=arrows((*way[1:], missing)),
                    ),
                    say(
                        "Stand up another {kind} at the DR site, and let {element} name it in `any_of`.",
                        kind=_kind(case, missing),
                        element=name,
                    ),
                    path,
                    place_of(missing),
                    cause=missing,
                )
            silent = [other for other in names if not homes[other] and _should_have_place(other)]
            if silent and homeless is None:
                homeless = silent[0], path
            pending += ((other, (*way, other)) for other in away)
    if homeless is None:
        return None
    name, path = homeless
    return unknown(
        element,
        say("It needs {element}, and nothing says where that stands.", element=name),
        say("Declare `nodes` or `sites` of {element}.", element=name)
        if name.startswith("platforms/")
        else say("Declare the workloads of {element}.", element=name),
        place_of(name),
        path,
        cause=name,
    )


def _run_needs(case: Case, name: str) -> list[tuple[tuple[str, ...], int, FieldPath]]:
    """What the element needs to run, start or be recovered: alternatives, how many, and where it is said."""
    estate = case.estate
    collection, _, key = name.partition("/")
    found: list[tuple[tuple[str, ...], int, FieldPath]] = []
    if collection == "workloads":
        work = estate.workloads[key]
        found.append(((f"platforms/{work.platform}",), 1, ("workloads", key, "platform")))
        service = estate.services.get(work.service)
        if service is not None:
            found += _declared(service.needs, ("services", work.service, "needs"))
    if collection in ("workloads", "platforms", "services", "devices"):
        element = estate.collection(collection).get(key)
        found += _declared(getattr(element, "needs", ()), (collection, key, "needs"))
    return found


def _declared(needs: tuple[Need, ...], place: FieldPath) -> list[tuple[tuple[str, ...], int, FieldPath]]:
    return [
        (need.elements, need.needs, (*place, index))
        for index, need in enumerate(needs)
        if need.kind != "administer"
    ]


def _should_have_place(name: str) -> bool:
    return name.startswith(("platforms/", "services/", "devices/"))


def _kind(case: Case, name: str) -> Sentence:
    platform = case.estate.platforms.get(key_of(name, "platforms"))
    if platform is not None:
        return say("platform of kind {kind}", kind=platform.kind)
    return _KINDS.get(name.partition("/")[0]) or say("element")


_KINDS = {
    "services": say("service"),
    "devices": say("device"),
    "workloads": say("workload"),
    "datasets": say("dataset"),
    "circuits": say("circuit"),
    "networks": say("network"),
    "vaults": say("vault"),
    "power": say("power"),
    "cooling": say("cooling"),
    "sites": say("site"),
    "rooms": say("room"),
    "racks": say("rack"),
    "safeguards": say("safeguard"),
    "teams": say("team"),
}
