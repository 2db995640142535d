"""What runs and what is shed after one loss, in one state of the reserve, and what refuses the rest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from resilience.dr_capacity.asking import Asking
from resilience.dr_capacity.keeping import all_kept, kept
from resilience.dr_capacity.kept_one_by_one import Kept
from resilience.dr_capacity.loss import Loss
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.program import Program
from resilience.dr_capacity.question import Part, Question, Wish
from resilience.dr_capacity.results import Balance, Mode, ServiceMode, Shedding
from resilience.dr_capacity.switching import mending
from resilience.results import Tri


@dataclass(frozen=True)
class Solver:
    """Answers questions, each once."""

    answered: dict[Question, Kept] = field(default_factory=dict)

    def kept(self, question: Question) -> Kept:
        """The lexicographic optimum of a question."""
        if question not in self.answered:
            self.answered[question] = kept(question)
        return self.answered[question]


@dataclass(frozen=True)
class Judged:
    """What is known of one state of the reserve."""

    shedding: Shedding
    carriers: frozenset[str]
    """Of standbys that stand in for one another: those that carry, if all services run in full."""


def shedding(
    solver: Solver,
    loss: Loss,
    all_declared: Asking,
    able: Asking,
    sites: tuple[Balance, ...],
    *,
    reserve: bool,
) -> Judged:
    """Whether everything declared fits, and what is kept of the services that are able to run.

    `sites`: power and cooling. Of these the load and heat of racks, rooms and sites fall as nodes are
    switched off; what feeds them is not answered by shedding.
    """
    whole = solver.kept(all_declared.question(reserve=reserve, at_worst=False, needs=False))
    worst_whole = solver.kept(all_declared.question(reserve=reserve, at_worst=True, needs=False))
    question = able.question(reserve=reserve, at_worst=False, needs=True)
    mend = mending(loss, question, sites, reserve=reserve)
    question = replace(question, site_limits=mend.limits, switching=mend.switching)
    # What fits together fits without some of it too: those able to run need no search of their own then.
    part_of = not mend.limits and all(
        all_declared.placed.get(service) == parts for service, parts in able.placed.items()
    )
    best = all_kept(question) if whole.all_fit and part_of else solver.kept(question)
    worst_question = replace(
        able.question(reserve=reserve, at_worst=True, needs=True),
        site_limits=mend.limits,
        switching=mend.switching,
    )
    worst = all_kept(worst_question) if worst_whole.all_fit and part_of else solver.kept(worst_question)
    answers: list[Tri] = [
        "yes"
        if whole.all_fit and worst_whole.all_fit
        else "no"
        if not whole.all_fit and whole.proof != "undecided"
        else "unknown"
    ]
    answers += [balance.fits_in_reserve if reserve else balance.fits for balance in sites]
    beyond = [one for one in sites if (one.element, one.resource) not in mend.mended]
    troubled = _troubled(loss, beyond, reserve=reserve)
    loosened = Program(replace(question, nodes=(), site_limits=(), switching=()))
    modes = tuple(
        _doubted(_mode(loss, able, loosened, question, best, worst, service), able, troubled)
        for service in loss.order
    )
    return Judged(
        Shedding(
            fits="no" if "no" in answers else "unknown" if "unknown" in answers else "yes",
            proof=whole.proof,
            modes=modes,
            standbys_off=_off(able, best),
            undecided=tuple(
                f"services/{service}"
                for service in loss.order
                if {("minimum", service), ("full", service)} & (best.undecided | worst.undecided)
            ),
            shed=tuple(mode.service for mode in reversed(modes) if mode.mode in ("minimum", "dropped")),
            left_over=tuple(
                sorted(
                    f"{balance.element} {balance.resource}"
                    for balance in beyond
                    if (balance.fits_in_reserve if reserve else balance.fits) == "no"
                )
            ),
        ),
        whole.carriers,
    )


def _mode(
    loss: Loss, able: Asking, loosened: Program, question: Question, best: Kept, worst: Kept, service: str
) -> ServiceMode:
    spec = loss.estate.services[service]
    objective = getattr(spec.objectives, loss.scenario)
    full = objective is not None and objective.minimum_level >= 1.0
    mode = _reached(able, best, service)
    at_worst = _reached(able, worst, service)
    enough: tuple[Mode, ...] = ("full",) if full else ("full", "minimum")
    open_wishes = {("minimum", service), ("full", service)} if full else {("minimum", service)}
    doubtful = bool(open_wishes & (best.undecided | worst.undecided))
    kept_both = {mode in enough, at_worst in enough}
    keeps: Tri = "unknown" if doubtful or len(kept_both) > 1 else "yes" if True in kept_both else "no"
    because: tuple[str, ...] = ()
    if mode == "stranded":
        because, keeps = loss.lacking(service), "no"
    elif mode != "full":
        because = refusals(question, best, service, "minimum" if mode == "dropped" else "full", loosened)
    return ServiceMode(
        service=f"services/{service}",
        tier=spec.tier,
        owes="full" if full else "minimum",
        mode=mode,
        mode_at_worst=at_worst,
        keeps=keeps,
        because=because,
        path=("services", service),
    )


def _troubled(loss: Loss, sites: Collection[Balance], *, reserve: bool) -> dict[str, tuple[str, ...]]:
    """Power and cooling that do not fit or are not known to, by site."""
    found: dict[str, list[str]] = {}
    for balance in sites:
        if (balance.fits_in_reserve if reserve else balance.fits) != "yes":
            for site in loss.analysis.graph.where.sites_of(balance.element):
                found.setdefault(site, []).append(f"{balance.element} {balance.resource}")
    return {site: tuple(sorted(names)) for site, names in sorted(found.items())}


def _doubted(mode: ServiceMode, able: Asking, troubled: Mapping[str, tuple[str, ...]]) -> ServiceMode:
    """The same, unknown where it would keep what it owes at a site whose power or cooling is in doubt."""
    placed = able.placed.get(mode.service.partition("/")[2], ())
    doubts = {name for part in placed for name in troubled.get(part.workload.site, ())}
    if mode.keeps != "yes" or not doubts:
        return mode
    return replace(mode, keeps="unknown", because=(*mode.because, *sorted(doubts)))


def _off(able: Asking, found: Kept) -> tuple[str, ...]:
    """Standbys of services that run, switched off to make room."""
    if found.all_fit:
        return ()
    return tuple(
        sorted(
            f"workloads/{part.id}"
            for service, parts in able.placed.items()
            for part in parts
            if service in found.alive and (part.group or not part.carries) and part.id not in found.there
        )
    )


def _reached(able: Asking, found: Kept, service: str) -> Mode:
    if service not in able.placed:
        return "stranded"
    return "full" if service in found.full else "minimum" if service in found.alive else "dropped"


def refusals(question: Question, found: Kept, service: str, level: str, loosened: Program) -> tuple[str, ...]:
    """What refuses a service a level beside all that was granted before it: limits that it would break,
    services that it needs and that do not run at that level, or nodes of which none has room. `loosened`
    answers the question as though instances could be split."""
    before: list[Wish] = []
    for kind, granted in (("minimum", found.alive), ("full", found.full)):
        for name in question.services:
            if (kind, name) == (level, service):
                return _refusals(question, before, service, level, found, loosened)
            if name in granted:
                before.append((kind, name))
    return ()


def _refusals(
    question: Question, before: list[Wish], service: str, level: str, found: Kept, loosened: Program
) -> tuple[str, ...]:
    together = _bound_to(question, service)
    wished = dict.fromkeys(question.services, 0)
    for kind, name in (*before, *((level, name) for name in sorted(together))):
        wished[name] = max(wished[name], 2 if kind == "full" else 1)
    broken = _broken_by_any(question, wished, found.carriers, together)
    running = found.full if level == "full" else found.alive
    needed = tuple(f"services/{name}" for name in sorted(together - running - {service}))
    if broken or needed:
        return (*broken, *needed)
    wishes = [*before, (level, service)]
    found_out: list[str] = []
    if question.site_limits and Program(replace(question, site_limits=(), switching=())).fits(wishes).fits:
        found_out += sorted(f"{limit.element} {limit.resource}" for limit in question.site_limits)
    elif question.nodes and loosened.fits(wishes).fits:
        racks = {part.rack for part in question.parts if part.service in together and part.rack}
        found_out += [f"platforms/{rack} placement" for rack in sorted(racks)]
    if question.traffic and Program(replace(question, traffic=(), arcs=())).fits(wishes).fits:
        targets = {traffic.target for traffic in question.traffic if traffic.service in together}
        found_out += [f"{target} traffic" for target in sorted(targets)]
    return tuple(found_out) or tuple(f"services/{name}" for name in _choices(question, together))


def _bound_to(question: Question, service: str) -> frozenset[str]:
    """The service and all that it cannot do without, straight or through others, where it has no choice."""
    found, pending = {service}, [service]
    while pending:
        here = pending.pop()
        for need in question.needs:
            if need.who == here and need.at_least == len(need.of):
                pending += [name for name in need.of if name not in found]
                found |= set(need.of)
    return frozenset(found & set(question.services))


def _choices(question: Question, together: Collection[str]) -> tuple[str, ...]:
    """Services among which there is a choice, none of which can run beside all the others."""
    found: set[str] = set()
    pending, seen = sorted(together), set(together)
    while pending:
        here = pending.pop()
        for need in question.needs:
            if need.who == here:
                found |= set(need.of) & set(question.services)
                pending += [name for name in need.of if name not in seen]
                seen |= set(need.of)
    return tuple(sorted(found - set(together)))


def _broken_by_any(
    question: Question, wished: Mapping[str, int], carriers: frozenset[str], own: Collection[str]
) -> tuple[str, ...]:
    """Limits broken, whichever of several standbys of those services carries."""
    groups: dict[tuple[str, str], list[str]] = {}
    for part in question.parts:
        if part.group and part.service in own:
            groups.setdefault((part.service, part.group), []).append(part.name)
    chosen = {name for names in groups.values() for name in names}
    first = carriers - chosen | {names[0] for names in groups.values()}
    found = set(_broken(question, wished, first, own))
    for names in groups.values():
        for name in names[1:]:
            found |= set(_broken(question, wished, first - set(names) | {name}, own))
    return tuple(sorted(found))


def _broken(
    question: Question, wished: Mapping[str, int], carriers: frozenset[str], own: Collection[str]
) -> tuple[str, ...]:
    """Limits broken at those levels, of those that some of the services take of."""
    sums = [0.0] * len(question.limits)
    theirs: set[int] = set()
    for part in question.parts:
        level = wished[part.service]
        if not level or not part.carries or (part.group and part.name not in carriers):
            continue
        for ask in part.asks:
            amount = (ask.minimum, ask.full)[level - 1]
            sums[ask.limit] += amount
            if amount and part.service in own:
                theirs.add(ask.limit)
    return tuple(
        " ".join(word for word in (limit.element, limit.resource, limit.product) if word)
        for position, limit in enumerate(question.limits)
        if position in theirs and sums[position] > limit.gives * (1.0 + ROUNDING)
    )


def taken_in_full(question: Question, carriers: frozenset[str]) -> list[float]:
    """What every limit must give with all services in full and all standbys there."""
    sums = [0.0] * len(question.limits)
    for part in question.parts:
        for ask in part.asks:
            sums[ask.limit] += ask.full if _carries(part, question, carriers) else ask.standing
    return sums


def _carries(part: Part, question: Question, carriers: frozenset[str]) -> bool:
    """Whether it carries: as was chosen, else the first of its group."""
    if not part.carries or not part.group:
        return part.carries
    group = [o for o in question.parts if (o.service, o.group) == (part.service, part.group)]
    chosen = [other for other in group if other.name in carriers] or group
    return chosen[0] is part
