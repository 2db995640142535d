"""LOG-002: logs that who is watched by them cannot alter."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform
from specs.sentences import listed, say

WATCHED = ("firewall", "identity", "pki-kms", "siem", "evidence")
"""Platforms whose logs matter whatever their tier."""


@rule(
    "LOG-002",
    "integrity",
    severity=Severity.HIGH,
    title="Logs go to a system apart, cannot be altered there, and are kept by other administrators",
    rationale="An intruder, or an administrator, who did what he should not begins with the log of it; a log "
    "that he can reach tells what he wants it to tell.",
    remediation="Send logs to a store on machines of its own that writes once, and give it to people who "
    "administer nothing that logs to it.",
    references=(
        nist("AU-9", "AU-9(2)", "AU-9(3)", "AU-9(4)", "AU-4(1)"),
        csf("PR.PS-04", "RS.AN-07"),
        iso27001("A.8.15", "A.5.33"),
        cis("8.9"),
    ),
    scope="Each vital platform and each of kind firewall, identity, PKI, SIEM or evidence that sends logs "
    "somewhere (LOG-001 asks whether it does); and each store that these send to.",
    unknown_when="what a store stands on, whether it writes once, or who administers it or what logs to it "
    "is not declared",
    bad="platforms: {db: {kind: database, administered_by: operators, logs_to: logs}, "
    "logs: {kind: log-store, administered_by: operators, write_once: false}}",
    good="platforms: {db: {kind: database, administered_by: operators, logs_to: logs}, "
    "logs: {kind: log-store, administered_by: auditors, write_once: true}}",
)
def log_integrity(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    stores: dict[str, Platform] = {}
    for key, platform in case.estate.platforms.items():
        watched = key in vital or platform.kind in WATCHED
        if platform.logs_to is None or platform.kind == "log-store" or not watched:
            continue
        store = case.estate.platforms[platform.logs_to]
        stores[store.id] = store
        yield _apart(case, platform, store)
        yield _other_hands(case, platform, store)
    for key in sorted(stores):
        yield _unalterable(stores[key])


def _apart(case: Case, sender: Platform, store: Platform) -> Outcome:
    element, aspect = f"platforms/{sender.id}", "system"
    place: FieldPath = ("platforms", sender.id, "logs_to")
    shared = sorted({*sender.nodes} & {*store.nodes})
    if shared:
        return fails(
            element,
            say("It logs to {store}, on the same {devices}.", store=store.id, devices=listed(shared)),
            say("Send them to a store on machines of its own."),
            place,
            ("platforms", store.id, "nodes"),
            aspect=aspect,
        )
    if sender.id in case.facts.platforms_run_on(store.id):
        return fails(
            element,
            say("It logs to {store}, which runs on it.", store=store.id),
            say("Send them to a store on machines of its own."),
            place,
            ("platforms", store.id, "needs"),
            aspect=aspect,
        )
    if not store.nodes and not store.sites:
        return unknown(
            element,
            say("It logs to {store}, and nothing says what that stands on.", store=store.id),
            say("Declare {fact} of {element}.", fact="`nodes`", element=store.id),
            ("platforms", store.id, "nodes"),
            place,
            cause=f"platforms/{store.id}",
            aspect=aspect,
        )
    told = say("It logs to {store}, a system apart.", store=store.id)
    return passes(element, told, place, aspect=aspect)


def _other_hands(case: Case, sender: Platform, store: Platform) -> Outcome:
    element, aspect = f"platforms/{sender.id}", "administrators"
    place: FieldPath = ("platforms", sender.id, "logs_to")
    hands = case.facts.administrators_of
    own = hands.get(f"platforms/{sender.id}", ())
    keepers = tuple(
        sorted(
            {
                *hands.get(f"platforms/{store.id}", ()),
                *case.facts.deleters_of.get(f"platforms/{store.id}", ()),
            }
        )
    )
    for platform, found in ((sender, own), (store, keepers)):
        if not found:
            return unknown(
                element,
                say(
                    "Nothing says who administers {platform}, so whether its logs are out of the reach of "
                    "its own administrators is not known.",
                    platform=platform.id,
                )
                if platform is sender
                else say(
                    "It logs to {store}, and nothing says who administers that.",
                    store=platform.id,
                ),
                say("Declare {fact} of {element}.", fact="`administered_by`", element=platform.id),
                ("platforms", platform.id, "administered_by"),
                place,
                cause=f"platforms/{platform.id}",
                aspect=aspect,
            )
    domains = case.estate.admin_domains
    teams = {team for name in own for team in domains[name].teams}
    kept_by = {team for name in keepers for team in domains[name].teams}
    both = sorted({*own} & {*keepers}) or sorted(teams & kept_by)
    if both:
        return fails(
            element,
            say(
                "It logs to {store}, and {hands} administers both: who is watched can alter what was seen.",
                store=store.id,
                hands=listed(both),
            ),
            say("Give {store} to people who administer nothing that logs to it.", store=store.id),
            ("platforms", store.id, "administered_by"),
            ("platforms", sender.id, "administered_by"),
            place,
            cause=f"platforms/{store.id}",
            aspect=aspect,
        )
    for names in (own, keepers):
        silent = [name for name in names if not domains[name].teams]
        if silent:
            return unknown(
                element,
                say("Nothing says who holds {domains}.", domains=listed(silent)),
                say("Declare {fact} of {element}.", fact="`teams`", element=listed(silent)),
                *(("admin_domains", name, "teams") for name in silent),
                cause=f"admin_domains/{silent[0]}",
                aspect=aspect,
            )
    return passes(
        element,
        say(
            "It is administered by {own} and its logs by {keepers}, who share nobody.",
            own=listed(own),
            keepers=listed(keepers),
        ),
        place,
        ("platforms", store.id, "administered_by"),
        aspect=aspect,
    )


def _unalterable(store: Platform) -> Outcome:
    element, aspect = f"platforms/{store.id}", "write-once"
    place: FieldPath = ("platforms", store.id, "write_once")
    if store.write_once:
        return passes(element, say("What is written to it cannot be changed."), place, aspect=aspect)
    if store.hash_on_intake:
        return passes(
            element,
            say("What is written to it is hashed, so that a change shows."),
            ("platforms", store.id, "hash_on_intake"),
            place,
            aspect=aspect,
        )
    if store.write_once is None:
        return unknown(
            element,
            say("Nothing says whether what is written to it can be changed."),
            say("Declare {fact}.", fact="`write_once`"),
            place,
            aspect=aspect,
        )
    return fails(
        element,
        say("What is written to it can be changed, and no hash shows it."),
        say("Let it write once ({fact}), or chain its entries by hashes.", fact="`write_once: true`"),
        place,
        aspect=aspect,
    )
