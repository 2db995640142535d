"""PWR: each path able to carry all, and power until the grid is back."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from resilience.results import Missing, PowerLoad
from specs.findings import Severity
from specs.issues import FieldPath
from specs.power import PowerElement
from specs.sentences import listed, say, say_count

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
    carries = say("Once path {path} is lost it carries {load}", path=lost, load=amount(watts, "power"))
    if load.rating is None:
        told = say("{carries}, and nothing says its rating.", carries=carries)
        return unknown(element, told, say("Declare {field}.", field="`rating`"), place)
    bound = share * load.rating
    uneven = len(load.legs) > 1 and heaviest > watts * 1.001
    if uneven:
        carries = say(
            "{carries}, {leg} of it on one leg of three",
            carries=carries,
            leg=amount(max(load.legs), "power"),
        )
    part, rating = amount(share, "fraction"), amount(load.rating, "power")
    asked = (
        say(
            "{share} of its rating of {rating} is {allowed} a leg",
            share=part,
            rating=rating,
            allowed=amount(bound / len(load.legs), "power"),
        )
        if uneven
        else say(
            "{share} of its rating of {rating} is {allowed}",
            share=part,
            rating=rating,
            allowed=amount(bound, "power"),
        )
    )
    told = say("{carries}; {asked}.", carries=carries, asked=asked)
    if heaviest > bound * (1 + 1e-9):
        return fails(
            element,
            told,
            say(
                "Move {excess} off it, or raise its rating to {wanted} or more.",
                excess=amount(heaviest - bound, "power"),
                wanted=amount(heaviest / share, "power"),
            ),
            place,
        )
    if gap is not None:
        return unknown(
            element,
            say(
                "{carries} at least; {element} declares no {field}.",
                carries=carries,
                element=gap.element,
                field=gap.field,
            ),
            say("Declare {field} of {element}.", field=gap.field, element=gap.element),
            gap.path,
            place,
            cause=gap.element,
        )
    return passes(element, told, place)


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
        told = say(
            "{installed} modules are installed and {needed} needed.",
            installed=modules.installed,
            needed=modules.needed,
        )
        return passes(element, told, place, aspect=aspect)
    if len(paths) > 1 and ups.path is not None:
        told = say(
            "It backs path {path}, and {others} has a UPS of its own.",
            path=ups.path,
            others=listed(sorted(paths - {ups.path})),
        )
        return passes(element, told, ("power", key, "path"), place, aspect=aspect)
    if modules is None:
        return unknown(
            element,
            say("It is the only UPS path of its site, and nothing says whether it has a spare module."),
            say("Declare `modules` (installed, needed, rating), or a UPS on a second path."),
            place,
            aspect=aspect,
        )
    return fails(
        element,
        say(
            "All {modules} of its modules are needed, and its site has no second UPS path.",
            modules=modules.installed,
        ),
        say("Add a module, or a UPS on a second path."),
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
            say("Nothing says how long its batteries last."),
            say(
                "Declare `autonomy` at design load; {needed} are needed.",
                needed=amount(max(least, start), "duration"),
            ),
            place,
            aspect=aspect,
        )
    told = say("Its batteries last {autonomy}", autonomy=amount(ups.autonomy, "duration"))
    if ups.autonomy < max(least, start):
        short = (
            say(
                "{told}; generators start and take over in {time}.",
                told=told,
                time=amount(start, "duration"),
            )
            if start > least
            else say("{told}; {asked} are asked for.", told=told, asked=amount(least, "duration"))
        )
        return fails(element, short, say("Add batteries."), place, aspect=aspect)
    if silent is not None:
        return unknown(
            element,
            say("{told}, and nothing says how long {generator} takes to start.", told=told, generator=silent),
            say("Declare `switching.start_time` of {generator}.", generator=silent),
            ("power", silent, "switching"),
            place,
            cause=f"power/{silent}",
            aspect=aspect,
        )
    enough = say("{told}; generators take over in {time}.", told=told, time=amount(start, "duration"))
    return passes(element, enough, place, aspect=aspect)


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
            say("It has vital devices and no generator: it stops with its batteries."),
            say("Add generators for IT and cooling, one more than are needed."),
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
                say("Nothing says what {generator} gives.", generator=key),
                say("Declare `rating` of {generator}.", generator=key),
                ("power", key, "rating"),
                cause=f"power/{key}",
                aspect=aspect,
            )
    left = sum(units) - max(units)
    told = say_count(
        len(units),
        "Without the grid {count} generator carries {load}; with the largest out they give {left}",
        "Without the grid {count} generators carry {load}; with the largest out they give {left}",
        load=amount(carried, "power"),
        left=amount(left, "power"),
    )
    if carried > left:
        return fails(
            element,
            say("{told}.", told=told),
            say("Add {lacking} of generators.", lacking=amount(carried - left, "power")),
            *looked,
            aspect=aspect,
        )
    gap = next((load.missing[0] for load in loads if load.missing), None)
    if gap is not None:
        return unknown(
            element,
            say(
                "{told}, but {element} declares no {field}.", told=told, element=gap.element, field=gap.field
            ),
            say("Declare {field} of {element}.", field=gap.field, element=gap.element),
            gap.path,
            *looked,
            cause=gap.element,
            aspect=aspect,
        )
    return passes(element, say("{told}.", told=told), *looked, aspect=aspect)


def _fuel_lasts(case: Case, key: str, generator: PowerElement) -> Outcome:
    element, aspect, fuel = f"power/{key}", "fuel", generator.fuel
    place: FieldPath = ("power", key, "fuel")
    threat = _fuel_hazard(case, key, generator)
    wanted = case.number("fuel_interrupted" if threat else "fuel")
    if fuel is None or fuel.tank is None or fuel.burn is None:
        lacking = "burn" if fuel is not None and fuel.tank is not None else "tank"
        return unknown(
            element,
            say("Nothing says its {field}, so how long it runs is not known.", field=lacking),
            say("Declare `fuel.tank` and `fuel.burn`."),
            (*place, lacking) if fuel is not None else place,
            aspect=aspect,
        )
    runs = fuel.tank / fuel.burn * HOUR if fuel.burn else float("inf")
    told = (
        say(
            "Its fuel lasts {time} at rated load ({tank} at {burn})",
            time=_hours(runs),
            tank=amount(fuel.tank, "volume"),
            burn=amount(fuel.burn, "volume_rate"),
        )
        if fuel.burn
        else say("It burns nothing")
    )
    told = (
        say(
            "{told}; {asked} are asked for (hazard {hazard}).", told=told, asked=_hours(wanted), hazard=threat
        )
        if threat
        else say("{told}; {asked} are asked for.", told=told, asked=_hours(wanted))
    )
    if runs < wanted:
        tank = amount(fuel.burn * wanted / HOUR, "volume")
        return fails(
            element,
            told,
            say("Keep {tank} or more in its tank.", tank=tank),
            (*place, "tank"),
            (*place, "burn"),
            aspect=aspect,
        )
    return passes(element, told, (*place, "tank"), aspect=aspect)


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
            say("Nothing says who refuels it."),
            say("Declare `fuel.contract`, a contract of kind refuel."),
            place,
            aspect=aspect,
        )
    contract = case.estate.contracts.get(covering[0])
    if contract is not None and contract.ends is not None and contract.ends < case.on:
        return fails(
            element,
            say(
                "The contract to refuel it, {contract}, ended on {day}.",
                contract=covering[0],
                day=str(contract.ends),
            ),
            say("Renew the contract."),
            ("contracts", covering[0], "ends"),
            place,
            cause=f"contracts/{covering[0]}",
            aspect=aspect,
        )
    return passes(element, say("{contract} refuels it.", contract=covering[0]), place, aspect=aspect)


def _hours(seconds: float) -> str:
    return f"{round(seconds / HOUR, 1):g} h"
