"""LOG-003: evidence that stands up in court, from intake to the last day of its case."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.data import AtRest, Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform
from specs.sentences import Sentence, listed, say
from specs.units import YEAR

OUTSIDE = ("internet", "dmz", "users", "tenant")
"""Zones from which nothing may reach evidence."""


@dataclass(frozen=True)
class _Practice:
    """A yes or no that an evidence store owes."""

    field: str
    aspect: str
    holds: Sentence
    broken: Sentence
    untold: Sentence
    mending: Sentence


PRACTICES = (
    _Practice(
        "write_once",
        "write-once",
        say("What is taken in cannot be changed."),
        say("What is taken in can be changed afterwards."),
        say("Nothing says whether what is taken in can be changed."),
        say("Let it write once."),
    ),
    _Practice(
        "hash_on_intake",
        "hash",
        say("Every item is hashed on intake."),
        say("Items are not hashed on intake: nobody can show that they are what was seized."),
        say("Nothing says whether items are hashed on intake."),
        say("Hash every item on intake, and keep the hash with the custody record."),
    ),
    _Practice(
        "two_person_transfer",
        "transfer",
        say("Custody changes hands before two."),
        say("Custody changes hands without a witness."),
        say("Nothing says whether custody changes hands before two."),
        say("Let two sign every change of custody."),
    ),
)


@rule(
    "LOG-003",
    "chain-of-custody",
    severity=Severity.HIGH,
    title="Evidence is written once, hashed, handed over before two, isolated, kept and copied encrypted",
    rationale="Evidence whose way nobody can show, or that anybody could have altered, is thrown out of "
    "court, and the case with it.",
    remediation="Keep evidence in a store that writes once in a forensics zone, hash it on intake, record "
    "every hand it passes through before two, keep it as long as the case policy asks, and copy it encrypted "
    "elsewhere.",
    references=(
        nist("AU-10(3)", "AU-10", "IR-4(12)", "MP-5", "AU-9(3)"),
        csf("RS.AN-06", "RS.AN-07"),
        iso27001("A.5.28"),
    ),
    parameters=(
        Parameter(
            "retention",
            10 * YEAR,
            "Least time for which evidence is kept.",
            "judgement: the longest of ordinary limitation periods; set it to your case policy",
            "duration",
        ),
    ),
    scope="Each platform of kind evidence, each dataset that lies on one, and each whose class asks for "
    "custody.",
    unknown_when="what is asked of a store, its zone, a class, or how copies are encrypted is not declared",
    bad="platforms: {lab: {kind: evidence, write_once: true, hash_on_intake: false}}",
    good="platforms: {lab: {kind: evidence, write_once: true, hash_on_intake: true, two_person_transfer: "
    "true, zone: forensics, log_retention: 30 y}}",
    never_waived="Custody that was broken once cannot be made good afterwards, and a court decides on it.",
)
def chain_of_custody(case: Case) -> Iterator[Outcome]:
    estate = case.estate
    longest: dict[str, float] = {}
    for key, dataset in estate.datasets.items():
        kind = estate.data_classes.get(dataset.data_class or "")
        home = estate.platforms.get(dataset.home.platform)
        stored = home is not None and home.kind == "evidence"
        if not stored and not (kind is not None and kind.custody):
            continue
        yield from _evidence(case, dataset, stored)
        if stored and kind is not None and kind.retention is not None:
            longest[dataset.home.platform] = max(
                kind.retention, longest.get(dataset.home.platform, kind.retention)
            )
        yield from _copies(
            case, key, dataset, max(case.number("retention"), (kind and kind.retention) or 0.0)
        )
    for key, platform in estate.platforms.items():
        if platform.kind == "evidence":
            yield from _practices(platform)
            yield _isolated(case, platform)
            yield _kept(platform, max(case.number("retention"), longest.get(key, 0.0)))


def _practices(store: Platform) -> Iterator[Outcome]:
    element = f"platforms/{store.id}"
    for practice in PRACTICES:
        place: FieldPath = ("platforms", store.id, practice.field)
        held = getattr(store, practice.field)
        if held is None:
            mending = say("Declare {fact}.", fact=f"`{practice.field}`")
            yield unknown(element, practice.untold, mending, place, aspect=practice.aspect)
        elif held:
            yield passes(element, practice.holds, place, aspect=practice.aspect)
        else:
            yield fails(element, practice.broken, practice.mending, place, aspect=practice.aspect)


def _isolated(case: Case, store: Platform) -> Outcome:
    element, aspect = f"platforms/{store.id}", "zone"
    place: FieldPath = ("platforms", store.id, "zone")
    zone = case.estate.zones.get(store.zone or "")
    if zone is None:
        return unknown(
            element,
            say("Nothing says in which zone it lives."),
            say("Declare {fact}.", fact="`zone`"),
            place,
            aspect=aspect,
        )
    if zone.kind != "forensics":
        return fails(
            element,
            say("It lives in {zone}, which is no forensics zone.", zone=zone.id),
            say("Give evidence a zone of its own."),
            place,
            ("zones", zone.id, "kind"),
            aspect=aspect,
        )
    coming = [(name, number) for name, number in case.facts.flows_into.get(zone.id, ()) if name != zone.id]
    wrong = [(name, number) for name, number in coming if case.estate.zones[name].kind in OUTSIDE]
    if wrong:
        return fails(
            element,
            say(
                "It lives in {zone}, which {zones} may reach.",
                zone=zone.id,
                zones=listed(sorted({name for name, _ in wrong})),
            ),
            say("Close these flows; let items in by the laboratory's own intake."),
            *(("zones", name, "flows", number) for name, number in wrong),
            place,
            cause=f"zones/{wrong[0][0]}",
            aspect=aspect,
        )
    return passes(element, say("It lives in {zone}, a zone of its own.", zone=zone.id), place, aspect=aspect)


def _kept(store: Platform, wanted: float) -> Outcome:
    element, aspect = f"platforms/{store.id}", "retention"
    place: FieldPath = ("platforms", store.id, "log_retention")
    if store.log_retention is None:
        return unknown(
            element,
            say("Nothing says how long it keeps what it takes in."),
            say("Declare {fact}.", fact="`log_retention`"),
            place,
            aspect=aspect,
        )
    figures = {"kept": amount(store.log_retention, "duration"), "wanted": amount(wanted, "duration")}
    told = say("Evidence is kept for {kept}; {wanted} are asked for.", **figures)
    if store.log_retention < wanted:
        mending = say("Keep it for {wanted} or longer.", wanted=figures["wanted"])
        return fails(element, told, mending, place, aspect=aspect)
    return passes(element, told, place, aspect=aspect)


def _evidence(case: Case, dataset: Dataset, stored: bool) -> Iterator[Outcome]:
    """Whether its class says what evidence is owed, and whether it lies where that is done."""
    element, aspect = f"datasets/{dataset.id}", "custody"
    kind = case.estate.data_classes.get(dataset.data_class or "")
    if kind is None:
        yield unknown(
            element,
            say("It lies in an evidence store, and nothing says of which class it is."),
            say("Declare {fact}.", fact="`data_class`"),
            ("datasets", dataset.id, "data_class"),
            aspect=aspect,
        )
        return
    place: FieldPath = ("data_classes", kind.id, "custody")
    if not stored:
        yield fails(
            element,
            say(
                "Its class {kind} asks for custody, and it lies on {platform}, which is no evidence store.",
                kind=kind.id,
                platform=dataset.home.platform,
            ),
            say("Move it to an evidence store."),
            ("datasets", dataset.id, "home", "platform"),
            place,
            aspect=aspect,
        )
    elif not kind.custody:
        yield fails(
            element,
            say("Nothing records the hands that data of class {kind} passes through.", kind=kind.id),
            say("Record them, and say so ({fact}).", fact="`custody: true`"),
            place,
            ("datasets", dataset.id, "data_class"),
            cause=f"data_classes/{kind.id}",
            aspect=aspect,
        )
    else:
        yield passes(element, say("Every hand that it passes through is recorded."), place, aspect=aspect)
    yield _class_retention(case, dataset, kind.id, kind.retention)


def _class_retention(case: Case, dataset: Dataset, kind: str, retention: float | None) -> Outcome:
    element, aspect, wanted = f"datasets/{dataset.id}", "retention", case.number("retention")
    place: FieldPath = ("data_classes", kind, "retention")
    if retention is None:
        return unknown(
            element,
            say("Nothing says how long data of class {kind} must be kept.", kind=kind),
            say("Declare {fact} of {element}.", fact="`retention`", element=kind),
            place,
            cause=f"data_classes/{kind}",
            aspect=aspect,
        )
    told = say(
        "Data of class {kind} is to be kept for {kept}; the case policy asks for {wanted}.",
        kind=kind,
        kept=amount(retention, "duration"),
        wanted=amount(wanted, "duration"),
    )
    if retention < wanted:
        return fails(
            element,
            told,
            say("Keep it for {wanted} or longer.", wanted=amount(wanted, "duration")),
            place,
            cause=f"data_classes/{kind}",
            aspect=aspect,
        )
    return passes(element, told, place, aspect=aspect)


def _copies(case: Case, key: str, dataset: Dataset, wanted: float) -> Iterator[Outcome]:
    element, aspect, vaults = f"datasets/{key}", "copy", case.estate.vaults
    away: list[tuple[FieldPath, str, AtRest | None]] = [
        (("replications", copy.id), copy.target_site, copy.at_rest)
        for copy in case.facts.replications_of.get(key, ())
        if copy.target_site != dataset.home.site
    ]
    for backup in case.facts.backups_of.get(key, ()):
        vault = vaults.get(backup.vault)
        if vault is None or vault.site == dataset.home.site:
            continue
        away.append((("backups", backup.id), vault.site, backup.at_rest))
        yield _copy_kept(backup.id, backup.retention, wanted)
    if not away:
        yield fails(
            element,
            say("There is no copy of this evidence at another site."),
            say("Copy it, encrypted, to another site."),
            ("datasets", key, "home"),
            aspect=aspect,
        )
        return
    clear = [path for path, _, how in away if how is not None and (how.algorithm or "").casefold() == "none"]
    untold = [path for path, _, how in away if how is None or how.algorithm is None]
    for paths, is_clear in ((clear, True), (untold, False)):
        if not paths:
            continue
        names = listed([str(path[1]) for path in paths])
        places: tuple[FieldPath, ...] = tuple((*path, "at_rest") for path in paths)
        cause = "/".join(map(str, paths[0]))
        if is_clear:
            message = say("Copies of this evidence lie in clear: {copies}.", copies=names)
            yield fails(element, message, say("Encrypt these copies."), *places, cause=cause, aspect=aspect)
        else:
            message = say("Nothing says how copies of this evidence are encrypted: {copies}.", copies=names)
            mending = say("Declare {fact}.", fact="`at_rest.algorithm`")
            yield unknown(element, message, mending, *places, cause=cause, aspect=aspect)
        return
    yield passes(
        element,
        say(
            "An encrypted copy of this evidence lies at {sites}.",
            sites=listed(sorted({site for _, site, _ in away})),
        ),
        *(path for path, _, _ in away),
        aspect=aspect,
    )


def _copy_kept(backup: str, retention: float | None, wanted: float) -> Outcome:
    element, place = f"backups/{backup}", ("backups", backup, "retention")
    if retention is None:
        return unknown(
            element,
            say("Nothing says how long copies of this evidence are kept."),
            say("Declare {fact}.", fact="`retention`"),
            place,
        )
    figures = {"kept": amount(retention, "duration"), "wanted": amount(wanted, "duration")}
    told = say("Copies of this evidence are kept for {kept}; {wanted} are asked for.", **figures)
    if retention < wanted:
        return fails(element, told, say("Keep them for {wanted} or longer.", wanted=figures["wanted"]), place)
    return passes(element, told, place)
