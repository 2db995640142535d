"""The loss of each site and of each region: balances, what is shed, and the smallest purchase."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from resilience.analysis import Analysis
from resilience.dr_capacity.asking import Asking, Supply, platform_supplies
from resilience.dr_capacity.loss import Loss, Placed
from resilience.dr_capacity.purchase import smallest_purchase
from resilience.dr_capacity.results import Balance, DrCapacity
from resilience.dr_capacity.shedding import Solver, shedding, taken_in_full
from resilience.dr_capacity.site_limits import judged, site_balances
from resilience.dr_capacity.traffic import Crossing
from resilience.failover import Failovers
from resilience.links import Ways
from resilience.results import Missing, Tri, in_order


def dr_capacities(analysis: Analysis) -> tuple[DrCapacity, ...]:
    """Every site with workloads, then every region with such a site, by id.

    Each with all services in their DR modes at once, placed on what is left. What runs on a platform that is
    left counts, though something else that it needs be lost: capacity is proven apart from structure, and
    only what is shed looks at both. A service without workloads takes nothing.
    """
    failovers = Failovers(analysis.sweep, Ways(analysis.estate))
    solver = Solver()
    return tuple(_capacity(solver, loss, failovers) for loss in losses(analysis))


def losses(analysis: Analysis) -> Iterator[Loss]:
    """Sites and regions to lose."""
    estate = analysis.estate
    peopled = {workload.site for workload in estate.workloads.values()} & estate.sites.keys()
    for site in sorted(peopled):
        yield Loss(analysis, f"sites/{site}", "site", frozenset({site}))
    for region in sorted({r for site in peopled if (r := estate.sites[site].failure_region) is not None}):
        sites = frozenset(name for name, site in estate.sites.items() if site.failure_region == region)
        if f"failure_regions/{region}" in analysis.sweep.numbers:
            yield Loss(analysis, f"failure_regions/{region}", "region", sites)


def _capacity(solver: Solver, loss: Loss, failovers: Failovers) -> DrCapacity:
    declared = _asking(loss, loss.declared, failovers)
    able = _asking(loss, loss.able, failovers)
    where = {part.workload.site for parts in declared.placed.values() for part in parts}
    sites = site_balances(loss, loss.analysis.loads, where)
    kept = {
        reserve: shedding(solver, loss, declared, able, sites, reserve=reserve) for reserve in (True, False)
    }
    balances = (*_balances(solver, declared, kept[True].carriers or kept[False].carriers), *sites)
    ordered = sorted(balances, key=lambda balance: (balance.element, balance.resource, balance.product))
    return DrCapacity(
        event=loss.event,
        scenario=loss.scenario,
        lost=tuple(f"sites/{site}" for site in sorted(loss.sites)),
        fits=kept[True].shedding.fits,
        balances=tuple(ordered),
        with_reserve=kept[True].shedding,
        without_reserve=kept[False].shedding,
        purchase=(
            smallest_purchase(declared, kept[True].carriers, balances, where)
            if kept[True].shedding.fits == "no"
            else None
        ),
        missing=in_order(fact for balance in balances for fact in balance.missing),
    )


def _asking(loss: Loss, placed: Mapping[str, tuple[Placed, ...]], failovers: Failovers) -> Asking:
    crossing = Crossing(loss, placed, failovers)
    supplies = sorted([*platform_supplies(loss, placed), *crossing.supplies()], key=lambda supply: supply.key)
    return Asking(loss, placed, tuple(supplies), tuple(crossing.traffic), crossing.arcs())


def _balances(solver: Solver, declared: Asking, carriers: frozenset[str]) -> Iterator[Balance]:
    """Every supply that something takes of, with all services in full."""
    question = replace(declared, traffic=(), arcs=()).question(reserve=False, at_worst=False, needs=False)
    spread_helps = declared.spreads and _carried_when_spread(solver, declared)
    sums = {
        (limit.element, limit.resource, limit.product): sum_of
        for limit, sum_of in zip(question.limits, taken_in_full(question, carriers), strict=True)
    }
    for supply in declared.supplies:
        is_circuit = supply.resource == "bandwidth"
        if is_circuit and not supply.shares and not supply.taken:
            continue
        takes = supply.taken + (
            sum(share.full or 0.0 for share in supply.shares) if is_circuit else sums[supply.key]
        )
        missing = list(supply.missing)
        fits = _fits(supply, takes, supply.gives, missing)
        in_reserve = _fits(supply, takes, supply.gives_in_reserve, [*missing, *supply.missing_in_reserve])
        if is_circuit and fits == "no" and spread_helps:
            name = supply.element.partition("/")[2]
            why = "whether traffic spreads over other ways, for this one does not carry it"
            missing.append(Missing(supply.element, "routing", ("circuits", name, "bandwidth"), why))
            fits = in_reserve = "unknown"
        yield Balance(
            element=supply.element,
            resource=supply.resource,
            product=supply.product,
            gives=supply.gives,
            takes=takes,
            fits=fits,
            gives_in_reserve=supply.gives_in_reserve,
            takes_in_reserve=takes,
            fits_in_reserve=in_reserve,
            out="",
            takers=_takers(supply),
            missing=in_order([*missing, *supply.missing_in_reserve]),
        )


def _carried_when_spread(solver: Solver, declared: Asking) -> bool:
    """Whether the circuits that are left carry everything in full, spread over all ways."""
    question = declared.question(reserve=False, at_worst=False, needs=False)
    parts = tuple(replace(part, asks=(), rack="") for part in question.parts)
    return solver.kept(replace(question, parts=parts, nodes=())).all_fit


def _fits(supply: Supply, takes: float, gives: float | None, missing: Collection[object]) -> Tri:
    sure = gives is not None and supply.uncertain and takes <= gives - supply.uncertain
    return judged(takes, gives, unknown=bool(missing) and not sure)


def _takers(supply: Supply) -> tuple[str, ...]:
    shares = [(-(share.full or 0.0), share.part) for share in supply.shares]
    return tuple(part if "/" in part else f"workloads/{part}" for _, part in sorted(shares))
