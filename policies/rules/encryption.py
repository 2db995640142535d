"""CRY-001 and CRY-002: data that nobody reads who finds the disk or taps the line."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.data import AtRest, Replication
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Circuit, Zone
from specs.sentences import listed, say

SECRET = ("confidential", "secret")
"""Levels of data that are owed encryption whatever their class says."""

WEAK = ("none", "des", "3des", "tdes", "tripledes", "rc2", "rc4", "arcfour", "blowfish", "md5")
"""Beginnings of names of algorithms that are none, broken or withdrawn (NIST SP 800-131A r2), in small
letters without punctuation."""

APPROVED = ("aes", "aria", "camellia", "sm4", "kuznyechik", "seed")
"""Beginnings of names of block ciphers of 128 bits or more that are in a national or ISO/IEC 18033-3 list."""


@rule(
    "CRY-001",
    "at-rest",
    severity=Severity.HIGH,
    title="Confidential data is encrypted wherever it lies, replicas and backups included",
    rationale="Disks and tapes leave the building: in repair, in transit, in a bag. What lies on them in "
    "clear is then published.",
    remediation="Encrypt the storage, every replica and every backup with an approved algorithm in a "
    "validated module.",
    references=(
        nist("SC-28", "SC-28(1)", "SC-13", "CP-9(8)"),
        csf("PR.DS-01"),
        iso27001("A.8.24"),
        cis("3.11"),
    ),
    parameters=(
        Parameter(
            "validated",
            True,
            "Whether the module must be validated (FIPS 140-3, or the nation's own scheme).",
            "NIST SP 800-53 SC-13",
        ),
    ),
    scope="Each dataset whose class is confidential or secret or asks for encryption, with its replicas and "
    "backups.",
    unknown_when="the class, the algorithm of a copy, or whether its module is validated is not declared",
    bad="backups: {civil: {dataset: civil, vault: tape, interval: 24 h, at_rest: {algorithm: none}}}",
    good="backups: {civil: {dataset: civil, vault: tape, interval: 24 h, "
    "at_rest: {algorithm: AES-256-GCM, validated: true, keys: custodians}}}",
)
def at_rest(case: Case) -> Iterator[Outcome]:
    estate = case.estate
    for key, dataset in estate.datasets.items():
        kind = estate.data_classes.get(dataset.data_class or "")
        if kind is None:
            yield unknown(
                f"datasets/{key}",
                say("Nothing says how secret it is, so whether it must be encrypted is not known."),
                say("Declare {fact}.", fact="`data_class`"),
                ("datasets", key, "data_class"),
            )
            continue
        if kind.level not in SECRET and not kind.encrypt_at_rest:
            continue
        yield _copy_at_rest(case, "datasets", key, dataset.at_rest, dataset.home.platform)
        for replica in case.facts.replications_of.get(key, ()):
            yield _copy_at_rest(case, "replications", replica.id, replica.at_rest, replica.target)
        for backup in case.facts.backups_of.get(key, ()):
            vault = estate.vaults.get(backup.vault)
            lies_on = vault.platform if vault is not None else None
            yield _copy_at_rest(case, "backups", backup.id, backup.at_rest, lies_on)


def _copy_at_rest(case: Case, collection: str, key: str, how: AtRest | None, lies_on: str | None) -> Outcome:
    element, place = f"{collection}/{key}", (collection, key, "at_rest")
    platform = case.estate.platforms.get(lies_on or "")
    if platform is not None and platform.encrypted is False:
        return fails(
            element,
            say("It lies on {platform}, which encrypts nothing.", platform=platform.id),
            say("Encrypt {platform}, or move the copy.", platform=platform.id),
            ("platforms", platform.id, "encrypted"),
            place,
            cause=f"platforms/{platform.id}",
        )
    if how is None or how.algorithm is None:
        return unknown(
            element,
            say("Nothing says by which algorithm it is encrypted where it lies."),
            say("Declare {fact}.", fact="`at_rest.algorithm`"),
            (*place, "algorithm"),
            place,
        )
    algorithm: FieldPath = (*place, "algorithm")
    name = "".join(letter for letter in how.algorithm.casefold() if letter.isalnum())
    if not name or name.startswith(WEAK) or "ecb" in name:
        return fails(
            element,
            say("It lies as good as in clear: {algorithm}.", algorithm=how.algorithm or "—"),
            say("Encrypt it with an approved algorithm, such as {example}.", example="AES-256"),
            algorithm,
        )
    if not name.startswith(APPROVED):
        return unknown(
            element,
            say("Whether {algorithm} is an approved algorithm is not known.", algorithm=how.algorithm),
            say("Name the cipher itself, such as {example}.", example="AES-256-XTS"),
            algorithm,
        )
    if bool(case.values["validated"]):
        if how.validated is None:
            return unknown(
                element,
                say(
                    "It is encrypted with {algorithm}, and nothing says whether the module is validated.",
                    algorithm=how.algorithm,
                ),
                say("Declare {fact}.", fact="`at_rest.validated`"),
                (*place, "validated"),
                algorithm,
            )
        if not how.validated:
            return fails(
                element,
                say(
                    "It is encrypted with {algorithm} by a module that nobody validated.",
                    algorithm=how.algorithm,
                ),
                say("Encrypt it by a module that is validated."),
                (*place, "validated"),
                algorithm,
            )
    return passes(element, say("It is encrypted with {algorithm}.", algorithm=how.algorithm), algorithm)


@rule(
    "CRY-002",
    "in-transit",
    severity=Severity.HIGH,
    title="Nothing crosses between sites, zones or to administration in clear",
    rationale="A carrier's fibre can be tapped at every manhole, and a flow in clear within the house is "
    "read by whoever is in it already.",
    remediation="Encrypt links between sites (MACsec, IPsec), replicas and every permitted flow (TLS 1.2 or "
    "later).",
    references=(
        nist("SC-8", "SC-8(1)", "SC-13"),
        csf("PR.DS-02"),
        iso27001("A.8.24", "A.5.14", "A.8.20"),
        cis("3.10"),
    ),
    parameters=(
        Parameter(
            "clear",
            "",
            "Flows that may go in clear, by the name of their service.",
            "judgement: none; a waiver tells why, this does not",
        ),
    ),
    scope="Each circuit between two sites or to a network other than the Internet (where flows protect "
    "themselves), each replica between two sites, each flow that a zone permits.",
    unknown_when="the encryption of a circuit, of a flow, or of a replica whose circuits are not all "
    "encrypted is not declared",
    bad="zones: {users: {kind: users, flows: [{to: apps, service: http, encryption: none}]}}",
    good="zones: {users: {kind: users, flows: [{to: apps, service: https, encryption: tls-1.3}]}}",
)
def in_transit(case: Case) -> Iterator[Outcome]:
    for circuit in case.estate.circuits.values():
        if not _open_to_the_world(circuit):
            yield _circuit(circuit)
    for replica in case.estate.replications.values():
        sources = case.facts.platform_sites.get(replica.source, ())
        if sources != (replica.target_site,):
            yield _replica(case, replica)
    permitted = case.words("clear")
    for zone in case.estate.zones.values():
        yield from _flows(zone, permitted)


def _open_to_the_world(circuit: Circuit) -> bool:
    return circuit.kind == "internet" or any(end.outside == "internet" for end in circuit.ends)


def _circuit(circuit: Circuit) -> Outcome:
    element, place = f"circuits/{circuit.id}", ("circuits", circuit.id, "encryption")
    if circuit.encryption is None:
        return unknown(
            element,
            say("Nothing says how what crosses it is protected."),
            say("Declare {fact}.", fact="`encryption`"),
            place,
        )
    if circuit.encryption == "none":
        return fails(
            element,
            say("What crosses it goes in clear, over a carrier's line."),
            say("Encrypt it at both ends (MACsec or IPsec)."),
            place,
        )
    return passes(element, say("What crosses it is protected by {how}.", how=circuit.encryption), place)


def _replica(case: Case, replica: Replication) -> Outcome:
    """Its own encryption counts; where that is not declared, that of every circuit it may take."""
    element: str = f"replications/{replica.id}"
    place: FieldPath = ("replications", replica.id, "encryption")
    if replica.encryption == "none":
        return fails(
            element,
            say("It goes to {site} in clear.", site=replica.target_site),
            say("Encrypt it on the way (TLS 1.2 or later)."),
            place,
        )
    if replica.encryption is not None:
        return passes(
            element,
            say("It goes to {site} protected by {how}.", site=replica.target_site, how=replica.encryption),
            place,
        )
    circuits = [case.estate.circuits[name] for name in replica.over if name in case.estate.circuits]
    looked = (place, *(("circuits", circuit.id, "encryption") for circuit in circuits))
    if circuits and all(circuit.encryption not in (None, "none") for circuit in circuits):
        return passes(
            element,
            say(
                "It goes to {site} over {circuits}, which are encrypted.",
                site=replica.target_site,
                circuits=listed([circuit.id for circuit in circuits]),
            ),
            *looked,
        )
    return unknown(
        element,
        say("Nothing says how it is protected on its way to {site}.", site=replica.target_site),
        say("Declare {fact}.", fact="`encryption`"),
        *looked,
    )


def _flows(zone: Zone, permitted: tuple[str, ...]) -> Iterator[Outcome]:
    element = f"zones/{zone.id}"
    told = passes(element, say("No flow that it permits goes in clear."), ("zones", zone.id, "flows"))
    clean = bool(zone.flows)
    for number, flow in enumerate(zone.flows):
        if flow.service in permitted:
            continue
        place: FieldPath = ("zones", zone.id, "flows", number, "encryption")
        aspect = f"flow-{number + 1}-to-{flow.to}"
        if flow.encryption is None:
            clean = False
            yield unknown(
                element,
                say("Nothing says how {service} to {zone} is protected.", service=flow.service, zone=flow.to),
                say("Declare {fact} of the flow.", fact="`encryption`"),
                place,
                ("zones", zone.id, "flows", number, "service"),
                aspect=aspect,
            )
        elif flow.encryption == "none":
            clean = False
            message = (
                say("Administration ({service}) goes to {zone} in clear.", service=flow.service, zone=flow.to)
                if flow.administrative
                else say("The flow {service} goes to {zone} in clear.", service=flow.service, zone=flow.to)
            )
            yield fails(
                element,
                message,
                say("Protect it with TLS 1.2 or later, or close it."),
                place,
                ("zones", zone.id, "flows", number, "service"),
                aspect=aspect,
            )
    if clean:
        yield told
