"""PWR: each path able to carry all, and power until the grid is back."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount, counted, listed
from resilience.results import Missing, PowerLoad
from specs.findings import Severity
from specs.issues import FieldPath
from specs.power import PowerElement

HOUR = 3600.0


@rule(
    "PWR-002",
    "path-capacity-n1",
    severity=Severity.CRITICAL,
    title="Each path carries the whole load alone, derated, when the other is lost",
    rationale="Two paths that are both loaded above half look well in quiet times. When one is lost the "
    "other takes "
    "its load, trips, and takes everything down.",
    remediation="Move load off, raise the rating, or spread single-phase load over the legs.",
    references=(
        nist("PE-11", "SC-6", "CP-2(2)"),
        csf("PR.IR-04"),
        iso27001("A.7.11", "A.8.6"),
    ),
    parameters=(
        Parameter(
            "derating",
            0.8,
            "Share of a rating that may be carried for long.",
            "judgement: the usual rule for continuous load on a breaker",
            "fraction",
        ),
    ),
    scope="Each power element that carries load at a site with two or more distribution paths.",
    unknown_when="its rating, or the draw of something that it feeds, is not declared",
    bad="power: {ups-b: {kind: ups, path: B, rating: 200 kW}} # which carries 180 kW once A is lost",
    good="power: {ups-b: {kind: ups, path: B, rating: 250 kW}}",
)
def path_capacity(case: Case) -> Iterator[Outcome]:
    worst: dict[str, tuple[float, float, str, PowerLoad]] = {}
    gaps: dict[str, Missing] = {}
    for site in case.estate.sites:
        paths = case.analysis.distribution_paths(site)
        if len(paths) < 2:
            continue
        for name in sorted(paths):
            for load in case.analysis.power_loads_without(paths[name]):
                key = load.element.removeprefix("power/")
                power = case.estate.power.get(key)
                if power is None or power.site != site or load.element in paths[name] or not load.watts:
                    continue
                if power.kind == "utility":
                    continue
                if load.missing:
                    gaps.setdefault(key, load.missing[0])
                heaviest = max(load.legs) * len(load.legs)
                if key not in worst or heaviest > worst[key][0]:
                    worst[key] = (heaviest, load.watts, name, load)
    for key, (heaviest, watts, lost, load) in sorted(worst.items()):
        yield _path_load(case, key, heaviest, watts, lost, load, gaps.get(key))


def _path_load(
    case: Case, key: str, heaviest: float, watts: float, lost: str, load: PowerLoad, gap: Missing | None
) -> Outcome:
    element, place, share = f"power/{key}", ("power", key, "rating"), case.number("derating")
    carries = f"Once path {lost} is lost it carries {amount(watts, 'power')}"
    if load.rating is None:
        return unknown(element, f"{carries}, and nothing says its rating.", "Declare `rating`.", place)
    bound = share * load.rating
    uneven = len(load.legs) > 1 and heaviest > watts * 1.001
    if uneven:
        carries += f", {amount(max(load.legs), 'power')} of it on one leg of three"
    allowed = f"{amount(bound / len(load.legs), 'power')} a leg" if uneven else amount(bound, "power")
    asked = f"{amount(share, 'fraction')} of its rating of {amount(load.rating, 'power')} is {allowed}"
    if heaviest > bound * (1 + 1e-9):
        return fails(
            element,
            f"{carries}; {asked}.",
            f"Move {amount(heaviest - bound, 'power')} off it, or raise its rating to "
            f"{amount(heaviest / share, 'power')} or more.",
            place,
        )
    if gap is not None:
        return unknown(
            element,
            f"{carries} at least; {gap.element} declares no {gap.field}.",
            f"Declare {gap.field} of {gap.element}.",
            gap.path,
            place,
            cause=gap.element,
        )
    return passes(element, f"{carries}; {asked}.", place)


@rule(
    "PWR-003",
    "ups-redundancy",
    severity=Severity.HIGH,
    title="A UPS module can fail, and the batteries outlast the generators' start",
    rationale="Between the loss of the grid and the generators there are only batteries; a UPS without a "
    "spare "
    "module drops its load with the first one that fails.",
    remediation="Add a module or a second UPS path; add batteries, or make the generators start sooner.",
    references=(
        nist("PE-11", "PE-11(1)", "SI-13"),
        csf("PR.IR-03", "PR.IR-04"),
        iso27001("A.7.11", "A.8.14"),
    ),
    parameters=(
        Parameter(
            "autonomy",
            600.0,
            "Least battery time, also where generators start sooner.",
            "judgement: time to start a generator by hand",
            "duration",
        ),
    ),
    scope="Each UPS at a site with vital devices.",
    unknown_when="modules (of a single UPS), autonomy or the generators' start time is not declared",
    bad="power: {ups-a: {kind: ups, modules: {installed: 3, needed: 3, rating: 200 kW}, autonomy: 5 min}}",
    good="power: {ups-a: {kind: ups, modules: {installed: 4, needed: 3, rating: 200 kW}, autonomy: 12 min}}",
)
def ups_redundancy(case: Case) -> Iterator[Outcome]:
    for site in case.facts.critical_sites:
        units = {key: ups for key, ups in case.estate.power.items() if ups.kind == "ups" and ups.site == site}
        paths = {ups.path for ups in units.values() if ups.path is not None}
        for key, ups in units.items():
            yield _spare_module(key, ups, paths)
            yield _bridges_start(case, key, ups)


def _spare_module(key: str, ups: PowerElement, paths: set[str]) -> Outcome:
    element, aspect, modules = f"power/{key}", "modules", ups.modules
    place: FieldPath = ("power", key, "modules")
    if modules is not None and modules.installed > modules.needed:
        told = f"{modules.installed} modules are installed and {modules.needed} needed"
        return passes(element, f"{told}.", place, aspect=aspect)
    if len(paths) > 1 and ups.path is not None:
        told = f"It backs path {ups.path}, and {listed(sorted(paths - {ups.path}))} has a UPS of its own"
        return passes(element, f"{told}.", ("power", key, "path"), place, aspect=aspect)
    if modules is None:
        return unknown(
            element,
            "It is the only UPS path of its site, and nothing says whether it has a spare module.",
            "Declare `modules` (installed, needed, rating), or a UPS on a second path.",
            place,
            aspect=aspect,
        )
    return fails(
        element,
        f"All {modules.installed} of its modules are needed, and its site has no second UPS path.",
        "Add a module, or a UPS on a second path.",
        place,
        aspect=aspect,
    )


def _bridges_start(case: Case, key: str, ups: PowerElement) -> Outcome:
    element, aspect, least = f"power/{key}", "autonomy", case.number("autonomy")
    place: FieldPath = ("power", key, "autonomy")
    start, silent = generator_start(case, ups.site)
    if ups.autonomy is None:
        return unknown(
            element,
            "Nothing says how long its batteries last.",
            f"Declare `autonomy` at design load; {amount(max(least, start), 'duration')} are needed.",
            place,
            aspect=aspect,
        )
    told = f"Its batteries last {amount(ups.autonomy, 'duration')}"
    if ups.autonomy < max(least, start):
        asked = (
            f"generators start and take over in {amount(start, 'duration')}"
            if start > least
            else f"{amount(least, 'duration')} are asked for"
        )
        return fails(element, f"{told}; {asked}.", "Add batteries.", place, aspect=aspect)
    if silent is not None:
        return unknown(
            element,
            f"{told}, and nothing says how long {silent} takes to start.",
            f"Declare `switching.start_time` of {silent}.",
            ("power", silent, "switching"),
            place,
            cause=f"power/{silent}",
            aspect=aspect,
        )
    return passes(
        element, f"{told}; generators take over in {amount(start, 'duration')}.", place, aspect=aspect
    )


def generator_start(case: Case, site: str) -> tuple[float, str | None]:
    """Seconds until the site's slowest generator carries load, and one whose start time is not declared."""
    slowest, silent = 0.0, None
    for key, power in case.estate.power.items():
        if power.kind == "generator" and power.site == site:
            switching = power.switching
            if switching is None or switching.start_time is None:
                silent = silent or key
            else:
                slowest = max(slowest, switching.start_time + (switching.switch_time or 0.0))
    return slowest, silent


@rule(
    "PWR-004",
    "generator-fuel",
    severity=Severity.HIGH,
    title="Generators carry IT and cooling with one out, on fuel for long enough, and somebody refuels them",
    rationale="Grid outages of a day happen; generators then run until the fuel is gone, and one in some "
    "does not "
    "start.",
    remediation="Add a generator, a tank, or a contract for refuelling; or shed load by plan.",
    references=(
        nist("PE-11(1)", "PE-11(2)", "CP-7(3)"),
        csf("PR.IR-02", "GV.SC-04"),
        iso27001("A.7.11", "A.5.30"),
        iso22301("8.3.4"),
    ),
    parameters=(
        Parameter(
            "fuel",
            12 * HOUR,
            "Least running time on the fuel in the tanks, at rated load.",
            "judgement: the 12 h that trade tier standards are quoted with",
            "duration",
        ),
        Parameter(
            "fuel_interrupted",
            48 * HOUR,
            "The same where a hazard of kind fuel reaches the site.",
            "judgement: two days until roads and depots work again",
            "duration",
        ),
    ),
    scope="Each site with vital devices, and each generator there.",
    unknown_when="ratings, tank, burn, refuelling contract or a draw is not declared",
    bad="power: {gen-1: {kind: generator, fuel: {tank: 1000 L, burn: 140 L/h}}}",
    good="power: {gen-1: {kind: generator, fuel: {tank: 4000 L, burn: 140 L/h, contract: fuel-co}}}",
)
def generator_fuel(case: Case) -> Iterator[Outcome]:
    for site in case.facts.critical_sites:
        generators = {
            key: power
            for key, power in case.estate.power.items()
            if power.kind == "generator" and power.site == site
        }
        yield _generators_carry(case, site, generators)
        for key, generator in generators.items():
            yield _fuel_lasts(case, key, generator)
            yield _refuelled(case, key, generator)


def _generators_carry(case: Case, site: str, generators: Mapping[str, PowerElement]) -> Outcome:
    element, aspect = f"sites/{site}", "generators"
    if not generators:
        return fails(
            element,
            "It has vital devices and no generator: it stops with its batteries.",
            "Add generators for IT and cooling, one more than are needed.",
            ("sites", site),
            aspect=aspect,
        )
    utilities = frozenset(
        f"power/{key}"
        for key, power in case.estate.power.items()
        if power.kind == "utility" and power.site == site
    )
    looked: tuple[FieldPath, ...] = tuple(("power", key, "rating") for key in generators)
    loads = [
        load
        for load in case.analysis.power_loads_without(utilities)
        if load.element.removeprefix("power/") in generators
    ]
    carried = sum(load.watts for load in loads)
    units: list[float] = []
    for key, generator in generators.items():
        if generator.modules is not None:
            units += [generator.modules.rating] * generator.modules.installed
        elif generator.rating is not None:
            units.append(generator.rating)
        else:
            return unknown(
                element,
                f"Nothing says what {key} gives.",
                f"Declare `rating` of {key}.",
                ("power", key, "rating"),
                cause=f"power/{key}",
                aspect=aspect,
            )
    left = sum(units) - max(units)
    told = (
        f"Without the grid {counted(len(units), 'generator')} carry {amount(carried, 'power')}; with the "
        f"largest out "
        f"they give {amount(left, 'power')}"
    )
    if carried > left:
        return fails(
            element,
            f"{told}.",
            f"Add {amount(carried - left, 'power')} of generators.",
            *looked,
            aspect=aspect,
        )
    gap = next((load.missing[0] for load in loads if load.missing), None)
    if gap is not None:
        return unknown(
            element,
            f"{told}, but {gap.element} declares no {gap.field}.",
            f"Declare {gap.field} of {gap.element}.",
            gap.path,
            *looked,
            cause=gap.element,
            aspect=aspect,
        )
    return passes(element, f"{told}.", *looked, aspect=aspect)


def _fuel_lasts(case: Case, key: str, generator: PowerElement) -> Outcome:
    element, aspect, fuel = f"power/{key}", "fuel", generator.fuel
    place: FieldPath = ("power", key, "fuel")
    threat = _fuel_hazard(case, key, generator)
    wanted = case.number("fuel_interrupted" if threat else "fuel")
    because = f" (hazard {threat})" if threat else ""
    if fuel is None or fuel.tank is None or fuel.burn is None:
        lacking = "burn" if fuel is not None and fuel.tank is not None else "tank"
        return unknown(
            element,
            f"Nothing says its {lacking}, so how long it runs is not known.",
            "Declare `fuel.tank` and `fuel.burn`.",
            (*place, lacking) if fuel is not None else place,
            aspect=aspect,
        )
    runs = fuel.tank / fuel.burn * HOUR if fuel.burn else float("inf")
    told = f"{amount(fuel.tank, 'volume')} at {amount(fuel.burn, 'volume_rate')}"
    told = f"Its fuel lasts {_hours(runs)} at rated load ({told})" if fuel.burn else "It burns nothing"
    if runs < wanted:
        return fails(
            element,
            f"{told}; {_hours(wanted)} are asked for{because}.",
            f"Keep {amount(fuel.burn * wanted / HOUR, 'volume')} or more in its tank.",
            (*place, "tank"),
            (*place, "burn"),
            aspect=aspect,
        )
    return passes(
        element, f"{told}; {_hours(wanted)} are asked for{because}.", (*place, "tank"), aspect=aspect
    )


def _fuel_hazard(case: Case, key: str, generator: PowerElement) -> str | None:
    site = case.estate.sites.get(generator.site)
    named = {*generator.hazards, *(site.hazards if site else ())}
    reached = {f"power/{key}", f"sites/{generator.site}"}
    for name, hazard in case.estate.hazards.items():
        if hazard.kind == "fuel" and (name in named or reached & {*hazard.exposed}):
            return name
    return None


def _refuelled(case: Case, key: str, generator: PowerElement) -> Outcome:
    element, aspect = f"power/{key}", "refuelling"
    named = generator.fuel.contract if generator.fuel is not None else None
    place: FieldPath = ("power", key, "fuel", "contract")
    covering = sorted(
        name
        for name, contract in case.estate.contracts.items()
        if contract.kind == "refuel"
        and (name == named or {element, f"sites/{generator.site}"} & {*contract.covers})
    )
    if named is not None and named not in covering:
        covering.append(named)
    if not covering:
        return unknown(
            element,
            "Nothing says who refuels it.",
            "Declare `fuel.contract`, a contract of kind refuel.",
            place,
            aspect=aspect,
        )
    contract = case.estate.contracts.get(covering[0])
    if contract is not None and contract.ends is not None and contract.ends < case.on:
        return fails(
            element,
            f"The contract to refuel it, {covering[0]}, ended on {contract.ends}.",
            "Renew the contract.",
            ("contracts", covering[0], "ends"),
            place,
            cause=f"contracts/{covering[0]}",
            aspect=aspect,
        )
    return passes(element, f"{covering[0]} refuels it.", place, aspect=aspect)


def _hours(seconds: float) -> str:
    return f"{round(seconds / HOUR, 1):g} h"
