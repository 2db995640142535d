"""DR-007: timers of a database cluster that keep their own order, and fail over within what is owed."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform, Timers
from specs.sentences import listed, say


@rule(
    "DR-007",
    "ha-timers",
    severity=Severity.HIGH,
    title="Timers of database failover keep their order, and another node leads within the RTO",
    rationale="A lock that lives shorter than a pause and two retries is lost by a leader that is well; "
    "timers that add up to more than the RTO break it at every failure of a node.",
    remediation="Keep loop_wait + 2 retry_timeout within ttl, and lower ttl and start_timeout until the "
    "longest failover fits the RTO.",
    references=(
        nist("CP-10(4)", "CP-10(2)", "CM-6"),
        csf("PR.IR-03", "PR.PS-01"),
        iso27001("A.8.9", "A.8.14"),
    ),
    scope="Each platform that declares timers, and each vital database whose leader is elected by itself. "
    "The longest failover is ttl + loop_wait where the node is lost, and 2 loop_wait + start_timeout where "
    "only its database is (Patroni, dynamic configuration and FAQ).",
    unknown_when="one of the four timers, or what the services on it owe after the loss of a component, is "
    "not declared",
    bad="platforms: {db: {kind: database, timers: {ttl: 20 s, loop_wait: 10 s, retry_timeout: 10 s}}}",
    good="platforms: {db: {kind: database, timers: {ttl: 30 s, loop_wait: 5 s, retry_timeout: 10 s, "
    "start_timeout: 60 s}}}",
)
def ha_timers(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    for key, platform in case.estate.platforms.items():
        elected = platform.quorum is not None and platform.quorum.automatic
        if platform.timers is not None:
            yield _in_order(platform, platform.timers)
            yield from _within_objective(case, platform, platform.timers)
        elif platform.kind == "database" and key in vital and elected:
            yield unknown(
                f"platforms/{key}",
                say("Its leader is elected by itself, and nothing says by which timers."),
                say(
                    "Declare {fact}.",
                    fact="`timers` (`ttl`, `loop_wait`, `retry_timeout`, `start_timeout`)",
                ),
                ("platforms", key, "timers"),
                aspect="order",
            )


def _in_order(platform: Platform, timers: Timers) -> Outcome:
    """The invariant of Patroni's dynamic configuration: loop_wait + 2 retry_timeout <= ttl."""
    element, aspect = f"platforms/{platform.id}", "order"
    ttl, loop_wait, retry = timers.ttl, timers.loop_wait, timers.retry_timeout
    if ttl is None or loop_wait is None or retry is None:
        return _undeclared(platform, timers, ("ttl", "loop_wait", "retry_timeout"), aspect)
    looked = tuple(_place(platform, name) for name in ("ttl", "loop_wait", "retry_timeout"))
    figures = {
        "loop_wait": amount(loop_wait, "duration"),
        "retry": amount(retry, "duration"),
        "together": amount(loop_wait + 2 * retry, "duration"),
        "ttl": amount(ttl, "duration"),
    }
    if loop_wait + 2 * retry > ttl:
        return fails(
            element,
            say(
                "A pause of {loop_wait} and two retries of {retry} are {together}, and the leader's lock "
                "lives {ttl}: a leader that is well may lose it.",
                **figures,
            ),
            say(
                "Set {lock} to {together} or more, or shorten the others.",
                lock="`ttl`",
                together=figures["together"],
            ),
            *looked,
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "A pause of {loop_wait} and two retries of {retry} are {together}; the leader's lock lives "
            "{ttl}.",
            **figures,
        ),
        *looked,
        aspect=aspect,
    )


def _within_objective(case: Case, platform: Platform, timers: Timers) -> Iterator[Outcome]:
    element, aspect = f"platforms/{platform.id}", "failover"
    services = sorted({work.service for work in case.facts.workloads_on.get(platform.id, ())})
    if not services:
        return
    ttl, loop_wait, start = timers.ttl, timers.loop_wait, timers.start_timeout
    if ttl is None or loop_wait is None or start is None:
        yield _undeclared(platform, timers, ("ttl", "loop_wait", "start_timeout"), aspect)
        return
    worst = max(ttl + loop_wait, loop_wait + start + loop_wait)
    looked = tuple(_place(platform, name) for name in ("ttl", "loop_wait", "start_timeout"))
    owed = [
        (objective.rto, name)
        for name in services
        if (objective := case.facts.objective(name, "component")) is not None
    ]
    told = say("At worst another node leads after {worst}", worst=amount(worst, "duration"))
    if not owed:
        yield unknown(
            element,
            say(
                "{told}; nothing says how soon {services} must be back after the loss of a component.",
                told=told,
                services=listed(services),
            ),
            say("Declare {fact} of {services}.", fact="`objectives.component`", services=listed(services)),
            *(("services", name, "objectives") for name in services),
            cause=f"services/{services[0]}" if len(services) == 1 else "",
            aspect=aspect,
        )
        return
    rto, service = min(owed)
    objective_at: FieldPath = ("services", service, "objectives", "component", "rto")
    told = say(
        "{told}; {service} owes RTO {rto} after the loss of a component.",
        told=told,
        service=service,
        rto=amount(rto, "duration"),
    )
    if worst > rto:
        yield fails(
            element,
            told,
            say(
                "Lower {timers}, or have the objective set anew.", timers=listed(["`ttl`", "`start_timeout`"])
            ),
            *looked,
            objective_at,
            aspect=aspect,
        )
    else:
        yield passes(element, told, *looked, objective_at, aspect=aspect)


def _undeclared(platform: Platform, timers: Timers, names: tuple[str, ...], aspect: str) -> Outcome:
    missing = [name for name in names if getattr(timers, name) is None]
    return unknown(
        f"platforms/{platform.id}",
        say(
            "Its timers do not say {fact}, and the maker's default may be anything.",
            fact=listed([f"`{name}`" for name in missing]),
        ),
        say("Declare {fact}.", fact=listed([f"`timers.{name}`" for name in missing])),
        *(_place(platform, name) for name in missing),
        aspect=aspect,
    )


def _place(platform: Platform, timer: str) -> FieldPath:
    return ("platforms", platform.id, "timers", timer)
