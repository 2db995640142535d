"""LOG: logs that are kept long enough, in a store that is large enough."""

from collections.abc import Iterable, Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform
from specs.sentences import Sentence, listed, say, say_count
from specs.units import DAY, YEAR

SECURITY = ("firewall", "identity", "pki-kms", "siem")
"""Platforms whose logs matter whatever their tier."""


@rule(
    "LOG-001",
    "retention",
    severity=Severity.HIGH,
    title="Logs of vital and security systems are kept long enough, in a store that is large enough",
    rationale="Intruders are found months after they came; without logs nobody can tell what they took.",
    remediation="Send the logs to a store, keep them for the time asked for, and size it for rate times "
    "time.",
    references=(
        nist("AU-11", "AU-4", "AU-12", "AU-2"),
        csf("PR.PS-04"),
        iso27001("A.8.15", "A.5.28"),
        cis("8.3", "8.10"),
    ),
    parameters=(
        Parameter(
            "hot", 90 * DAY, "Least time for which logs are searchable at once.", "CIS 8.10", "duration"
        ),
        Parameter("total", YEAR, "Least time for which logs are kept.", "judgement: a year", "duration"),
    ),
    scope="Each vital platform, each of kind firewall, identity, PKI or SIEM; and each store that they "
    "log to.",
    unknown_when="where logs go, their rate, the store's retention or its size is not declared",
    bad="platforms: {logs: {kind: log-store, log_retention: 30 d, log_retention_hot: 30 d}}",
    good="platforms: {logs: {kind: log-store, log_retention: 400 d, log_retention_hot: 90 d, "
    "capacity: {storage: 200 TB}}}",
)
def log_retention(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    platforms = case.estate.platforms
    senders: dict[str, list[Platform]] = {}
    for key, platform in platforms.items():
        if platform.kind in ("log-store", "evidence"):
            continue
        if key in vital or platform.kind in SECURITY:
            yield _sends_logs(key, platform)
        if platform.logs_to is not None:
            senders.setdefault(platform.logs_to, []).append(platform)
    for key in sorted(senders):
        if key in platforms:
            yield from _store(case, platforms[key], senders)


def _sends_logs(key: str, platform: Platform) -> Outcome:
    element, place = f"platforms/{key}", ("platforms", key, "logs_to")
    if platform.logs_to is None:
        told, mending = say("Nothing says where its logs go."), say("Declare `logs_to`.")
        return unknown(element, told, mending, place, aspect="sender")
    if platform.log_rate is None:
        return unknown(
            element,
            say("It logs to {store}, and nothing says how much.", store=platform.logs_to),
            say("Declare `log_rate` in bytes a second."),
            ("platforms", key, "log_rate"),
            aspect="sender",
        )
    return passes(element, say("It logs to {store}.", store=platform.logs_to), place, aspect="sender")


def _store(case: Case, store: Platform, senders: dict[str, list[Platform]]) -> Iterator[Outcome]:
    element = f"platforms/{store.id}"
    for aspect, field, kept, wanted, how in (
        ("kept", "log_retention", store.log_retention, case.number("total"), say("kept")),
        ("searchable", "log_retention_hot", store.log_retention_hot, case.number("hot"), say("searchable")),
    ):
        place: FieldPath = ("platforms", store.id, field)
        if kept is None:
            yield unknown(
                element,
                say("Nothing says how long logs are {how}.", how=how),
                say("Declare {field}.", field=f"`{field}`"),
                place,
                aspect=aspect,
            )
            continue
        asked = amount(wanted, "duration")
        told = say(
            "Logs are {how} for {kept}; {asked} are asked for.",
            how=how,
            kept=amount(kept, "duration"),
            asked=asked,
        )
        if kept < wanted:
            mending = say(
                "Set {field} to {asked} or more, and size it for that.", field=f"`{field}`", asked=asked
            )
            yield fails(element, told, mending, place, aspect=aspect)
        else:
            yield passes(element, told, place, aspect=aspect)
    if store.log_retention is not None:
        yield _large_enough(case, store, senders)


def _large_enough(case: Case, store: Platform, senders: dict[str, list[Platform]]) -> Outcome:
    """Also when the store of the other site is lost, and its senders come here."""
    element, aspect = f"platforms/{store.id}", "size"
    twins = _twins(case.estate.platforms.values(), store)
    sending = [
        sender
        for name in (store.id, *twins)
        for sender in senders.get(name, ())
        if sender.log_rate is not None
    ]
    rate = sum(sender.log_rate or 0.0 for sender in sending)
    needed = rate * (store.log_retention or 0.0)
    size, place = store.capacity.storage, ("platforms", store.id, "capacity", "storage")
    told = _rate(len(sending), twins, rate)
    filled, time = amount(needed, "data_size"), amount(store.log_retention or 0.0, "duration")
    if size is None:
        return unknown(
            element,
            say(
                "{told}, which is {filled} in {time}; nothing says how large it is.",
                told=told,
                filled=filled,
                time=time,
            ),
            say("Declare `capacity.storage`."),
            place,
            aspect=aspect,
        )
    told = say(
        "{told}: {filled} in {time}; it holds {size}",
        told=told,
        filled=filled,
        time=time,
        size=amount(size, "data_size"),
    )
    looked = (place, *(("platforms", sender.id, "log_rate") for sender in sending[:5]))
    mute = sorted(
        sender.id
        for name in (store.id, *twins)
        for sender in senders.get(name, ())
        if sender.log_rate is None
    )
    if needed <= size and mute:
        return unknown(
            element,
            say("{told}; nothing says how much {platforms} logs.", told=told, platforms=listed(mute)),
            say("Declare `log_rate` of {platforms}.", platforms=listed(mute)),
            ("platforms", mute[0], "log_rate"),
            *looked,
            cause=f"platforms/{mute[0]}",
            aspect=aspect,
        )
    if needed > size:
        return fails(
            element,
            say("{told}.", told=told),
            say("Add {lacking}, or log less.", lacking=amount(needed - size, "data_size")),
            *looked,
            aspect=aspect,
        )
    return passes(element, say("{told}.", told=told), *looked, aspect=aspect)


def _rate(senders: int, twins: list[str], rate: float) -> Sentence:
    """What the senders log in a second, those of the stores whose place this one takes counted too."""
    if twins:
        return say_count(
            senders,
            "{count} platform, those of {twins} too, logs {rate} a second",
            "{count} platforms, those of {twins} too, log {rate} a second",
            twins=listed(twins),
            rate=amount(rate, "data_size"),
        )
    return say_count(
        senders,
        "{count} platform logs {rate} a second",
        "{count} platforms log {rate} a second",
        rate=amount(rate, "data_size"),
    )


def _twins(platforms: Iterable[Platform], store: Platform) -> list[str]:
    """Platforms whose place this one takes, or that take its place."""
    return sorted(
        platform.id for platform in platforms if platform.twin == store.id or store.twin == platform.id
    )
