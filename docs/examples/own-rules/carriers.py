"""Own rules about carriers: every circuit is carried by a company of a country that is allowed."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.findings import Severity
from specs.sentences import say


@rule(
    "ORG-001",
    "carriers-allowed",
    severity=Severity.MEDIUM,
    title="Every circuit is carried by a company of a country that is allowed",
    rationale="A carrier answers to the courts of its own country, and can be told to listen or to cut.",
    remediation="Order the circuit from another carrier, or have the country allowed on record.",
    references=(nist("SR-5", "SA-9(5)"), iso27001("A.5.21")),
    parameters=(
        Parameter(
            "countries", "XA, XB", "Countries of carriers that are allowed.", "Order on networks, art. 4"
        ),
    ),
    scope="Each circuit.",
    unknown_when="the carrier of a circuit, or its country, is not declared",
    bad="vendors: {line: {kind: carrier, country: XZ}}",
    good="vendors: {line: {kind: carrier, country: XA}}",
)
def carriers_allowed(case: Case) -> Iterator[Outcome]:
    """Each circuit by the country of its carrier; what is not declared is unknown, never allowed."""
    allowed = case.words("countries")
    for key, circuit in case.estate.circuits.items():
        element = f"circuits/{key}"
        carrier = case.estate.vendors.get(circuit.carrier or "")
        if carrier is None:
            yield unknown(
                element,
                say("Nothing says who carries it."),
                say("Declare {field}.", field="`carrier`"),
                ("circuits", key, "carrier"),
            )
        elif carrier.country is None:
            yield unknown(
                element,
                say(
                    "It is carried by {carrier}, and nothing says of which country that is.",
                    carrier=carrier.id,
                ),
                say("Declare {field} of {element}.", field="`country`", element=f"vendors/{carrier.id}"),
                ("vendors", carrier.id, "country"),
                cause=f"vendors/{carrier.id}",
            )
        elif carrier.country in allowed:
            told = say("{carrier} is of {country}.", carrier=carrier.id, country=carrier.country)
            yield passes(element, told, ("vendors", carrier.id, "country"))
        else:
            yield fails(
                element,
                say(
                    "{carrier} is of {country}, which is not allowed.",
                    carrier=carrier.id,
                    country=carrier.country,
                ),
                say("Order it from another carrier."),
                ("vendors", carrier.id, "country"),
                cause=f"vendors/{carrier.id}",
            )


RULES = (carriers_allowed,)
