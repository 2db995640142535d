"""WAN: carriers that have thought of their own bad day, and links that carry the copies after a cut."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.people import Contract, Vendor
from specs.sentences import listed, say
from specs.units import DAY, YEAR

PROVIDERS = ("carrier", "cloud")


@rule(
    "WAN-004",
    "provider-contingency",
    severity=Severity.MEDIUM,
    title="Carriers and clouds have a plan for their own bad day, tried within a year, and a time to repair",
    rationale="When a region is struck the carrier is struck too; one without a plan of his own repairs "
    "for whoever shouts first.",
    remediation="Ask for the reference of the carrier's contingency plan and the date of its last trial, "
    "and write a time to repair into the contract.",
    references=(
        nist("CP-8(4)", "CP-8(5)", "SR-2", "SA-9(5)"),
        csf("GV.SC-07", "GV.SC-08"),
        iso27001("A.5.21", "A.5.22", "A.5.30"),
        iso22301("8.3.4"),
        cis("15.2"),
    ),
    parameters=(
        Parameter(
            "tried",
            YEAR,
            "Longest time since the plan was last tried.",
            "judgement: a year, as one's own plans",
            "duration",
        ),
        Parameter(
            "repair",
            DAY,
            "Longest time to repair in the contract.",
            "judgement: a day; the availability figures may assume less, and AST-003 compares them",
            "duration",
        ),
    ),
    scope="Each vendor of kind carrier or cloud that is critical, or carries a circuit from a site with "
    "vital devices.",
    unknown_when="the plan, its last trial, a contract or its time to repair is not declared",
    bad="vendors: {masar: {kind: carrier, critical: true}} # no contingency_plan",
    good="vendors: {masar: {kind: carrier, critical: true, contingency_plan: MT-BCP-14, "
    "contingency_tested_on: 2026-05-20}}",
)
def provider_contingency(case: Case) -> Iterator[Outcome]:
    estate, vital = case.estate, set(case.facts.critical_sites)
    carrying = {
        circuit.carrier
        for circuit in estate.circuits.values()
        if any(end.site in vital for end in circuit.ends)
    }
    contracts: dict[str, list[Contract]] = {}
    for contract in estate.contracts.values():
        contracts.setdefault(contract.vendor, []).append(contract)
    for key, vendor in estate.vendors.items():
        if vendor.kind in PROVIDERS and (vendor.critical or key in carrying):
            yield _planned(vendor)
            yield _tried(case, vendor)
            yield from _repaired(case, vendor, contracts.get(key, []))


def _planned(vendor: Vendor) -> Outcome:
    element, place = f"vendors/{vendor.id}", ("vendors", vendor.id, "contingency_plan")
    if not (vendor.contingency_plan or "").strip():
        return unknown(
            element,
            say("Nothing says that it has a plan for its own bad day."),
            say("Ask for its reference and declare {field}.", field="`contingency_plan`"),
            place,
            aspect="plan",
        )
    return passes(
        element, say("Its plan is {plan}.", plan=vendor.contingency_plan or ""), place, aspect="plan"
    )


def _tried(case: Case, vendor: Vendor) -> Outcome:
    element, place = f"vendors/{vendor.id}", ("vendors", vendor.id, "contingency_tested_on")
    last, longest = vendor.contingency_tested_on, case.number("tried")
    if last is None or last > case.on:
        return unknown(
            element,
            say("Nothing says when its plan was last tried."),
            say("Ask, and declare {field}.", field="`contingency_tested_on`"),
            place,
            aspect="tried",
        )
    told = say("Its plan was last tried on {day}", day=str(last))
    if case.on - last > timedelta(seconds=longest):
        return fails(
            element,
            say("{told}; {longest} may pass.", told=told, longest=amount(longest, "duration")),
            say("Have it tried, and take part."),
            place,
            aspect="tried",
        )
    return passes(element, say("{told}.", told=told), place, aspect="tried")


def _repaired(case: Case, vendor: Vendor, contracts: Sequence[Contract]) -> Iterator[Outcome]:
    """Each contract of a critical vendor by itself: the slowest one counts for what it covers."""
    element, aspect = f"vendors/{vendor.id}", "repair"
    if not contracts:
        yield unknown(
            element,
            say("No contract with it is declared."),
            say("Declare the contract, with its {field}.", field="`repair`"),
            ("vendors", vendor.id),
            aspect=aspect,
        )
        return
    longest = case.number("repair")
    silent = [contract.id for contract in contracts if contract.repair is None]
    promised = [(contract.repair, contract.id) for contract in contracts if contract.repair is not None]
    slowest, name = max(promised, default=(0.0, ""))
    if slowest > longest:
        yield fails(
            element,
            say(
                "The contract {contract} promises repair in {repair}; {longest} are asked for.",
                contract=name,
                repair=amount(slowest, "duration"),
                longest=amount(longest, "duration"),
            ),
            say("Agree on a shorter time to repair."),
            ("contracts", name, "repair"),
            cause=f"contracts/{name}",
            aspect=aspect,
        )
    elif silent:
        yield unknown(
            element,
            say("The contract {contract} promises no time to repair.", contract=silent[0]),
            say("Declare {field} of {element}.", field="`repair`", element=silent[0]),
            ("contracts", silent[0], "repair"),
            cause=f"contracts/{silent[0]}",
            aspect=aspect,
        )
    else:
        yield passes(
            element,
            say(
                "Repair is promised in {repair} ({contracts}).",
                repair=amount(slowest, "duration"),
                contracts=listed(sorted(contract.id for contract in contracts), most=3),
            ),
            *(("contracts", contract.id, "repair") for contract in contracts[:4]),
            aspect=aspect,
        )
