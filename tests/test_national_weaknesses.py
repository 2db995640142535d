"""The planted weaknesses: each found at its root cause and cured by its file, and nothing else is found."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from policies.judging import judge
from policies.rules import RULES
from resilience.analysis import Analysis, analyse
from specs.bundled import ESTATES, folder_of
from specs.findings import Finding, Judgement, Verdict
from specs.loading import Loaded, load

pytestmark = pytest.mark.slow

FILE: Final = ESTATES / "national-weaknesses.yaml"
LAST: Final = "phase-3"
PHASES: Final = ("today", "phase-1", "phase-2", LAST)


@dataclass(frozen=True)
class Weakness:
    """One entry of the list."""

    id: str
    title: dict[str, str]
    topic: str
    where: tuple[str, ...]
    found_by: tuple[str, ...]
    verdict: str
    means: str
    cure: str
    cured_by: str
    proof: str = ""
    proved_by: tuple[str, ...] = ()
    since: str = "today"


def _listed() -> tuple[Weakness, ...]:
    entries: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["weaknesses"]
    many = ("where", "found_by", "proved_by")
    return tuple(
        Weakness(**{**entry, **{key: tuple(entry.get(key, ())) for key in many}}) for entry in entries
    )


WEAKNESSES: Final = _listed()
each_weakness = pytest.mark.parametrize("weakness", WEAKNESSES, ids=lambda weakness: weakness.id)


@cache
def loaded(name: str) -> Loaded:
    return load(folder_of(name))


@cache
def judged(name: str, phase: str) -> Judgement:
    return _judge(loaded(name), phase)


def _judge(estate: Loaded, phase: str, only: str | None = None) -> Judgement:
    """The estate as of a phase, by every rule or by one."""
    standing = estate.estate.as_of(phase)
    on = standing.estate.judged_on
    assert on is not None
    if only is None:
        return judge(estate, standing, on=on, phase=phase)
    return judge(estate, standing, on=on, phase=phase, rules=[rule for rule in RULES if rule.id == only])


def found(judgement: Judgement) -> list[Finding]:
    return [one for one in judgement.outcomes if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]


def _of(weakness: Weakness, findings: Iterable[Finding], rule: str) -> list[Finding]:
    """Findings of that rule that blame the weakness, by cause or element, with the verdict they must have."""
    return [
        one
        for one in findings
        if one.rule == rule
        and one.verdict.value == weakness.verdict
        and {one.cause, one.element} & set(weakness.where)
    ]


def _cured_alone(folder: Path, weaknesses: Iterable[Weakness]) -> Loaded:
    """The national estate with nothing mended but these."""
    folder.mkdir()
    (folder / "estate.yaml").write_text("amends: national\n", encoding="utf-8")
    for weakness in weaknesses:
        cure = folder_of("national-cured") / weakness.cured_by
        (folder / weakness.cured_by).write_text(cure.read_text(encoding="utf-8"), encoding="utf-8")
    return load(folder)


def test_about_twenty_five_are_listed_over_all_topics() -> None:
    assert 23 <= len(WEAKNESSES) <= 30
    assert [weakness.id for weakness in WEAKNESSES] == [f"W{n:02}" for n in range(1, len(WEAKNESSES) + 1)]
    topics = {weakness.topic for weakness in WEAKNESSES}
    areas = {"power", "cooling", "wan", "network", "recovery", "backup"}
    assert topics == areas | {"keys", "supply", "assets", "data", "logs"}
    assert all({"en", "ar"} == set(weakness.title) for weakness in WEAKNESSES)
    assert {rule for weakness in WEAKNESSES for rule in weakness.found_by} <= {rule.id for rule in RULES}


def test_each_has_a_cure_of_its_own_and_no_file_cures_nothing() -> None:
    cures = [weakness.cured_by for weakness in WEAKNESSES]
    assert len(set(cures)) == len(cures)
    files = {file.name for file in folder_of("national-cured").glob("*.yaml")}
    assert files == {*cures, "estate.yaml"}
    assert all(
        cure.startswith(f"{weakness.id.lower()}-") for cure, weakness in zip(cures, WEAKNESSES, strict=True)
    )


@each_weakness
def test_root_cause_is_declared(weakness: Weakness) -> None:
    estate = loaded("national").estate.as_of(LAST)
    assert all(estate.element(name) is not None for name in weakness.where)


@each_weakness
def test_it_is_found_where_it_lies_by_each_rule_that_must_find_it(weakness: Weakness) -> None:
    findings = found(judged("national", LAST))
    for rule in weakness.found_by:
        assert _of(weakness, findings, rule), f"{rule} does not find {weakness.id} at {weakness.where}"


@each_weakness
def test_its_finding_names_the_line_and_what_would_mend_it(weakness: Weakness) -> None:
    for one in _of(weakness, found(judged("national", LAST)), weakness.found_by[0]):
        assert one.location is not None
        assert one.location.file.endswith(".yaml")
        assert one.message
        assert one.mending


@each_weakness
def test_it_shows_from_its_phase_on(weakness: Weakness) -> None:
    since = PHASES.index(weakness.since)
    rule = weakness.found_by[0]
    shows = [bool(_of(weakness, found(judged("national", phase)), rule)) for phase in PHASES]
    assert shows == [number >= since for number in range(len(PHASES))]


@each_weakness
def test_its_cure_alone_makes_its_findings_vanish(weakness: Weakness, tmp_path: Path) -> None:
    estate = _cured_alone(tmp_path / "mended", [weakness])
    rule = weakness.found_by[0]
    assert not _of(weakness, found(_judge(estate, LAST, rule)), rule)


@pytest.mark.parametrize("phase", PHASES)
def test_cured_twin_has_no_finding(phase: str) -> None:
    judgement = judged("national-cured", phase)
    assert [(one.rule, one.element, one.message) for one in found(judgement)] == []
    assert not [one for one in judgement.outcomes if one.verdict is Verdict.WAIVED]
    assert len([one for one in judgement.outcomes if one.verdict is Verdict.PASS]) > 1000


def test_whatever_else_is_found_follows_from_those_whose_loss_spreads(tmp_path: Path) -> None:
    """Findings that blame nothing listed are consequences: they go when these few are mended."""
    listed = {name for weakness in WEAKNESSES for name in weakness.where}
    others = [one for one in found(judged("national", LAST)) if one.cause not in listed]
    assert {one.rule for one in others} <= {"DR-005"}
    spreading = [one for one in WEAKNESSES if one.id in ("W06", "W07", "W13", "W22", "W28")]
    left = found(_judge(_cured_alone(tmp_path / "mended", spreading), LAST))
    assert [one for one in left if one.cause not in listed] == []


def _proofs(estate: str) -> Analysis:
    return analyse(loaded(estate).estate.as_of(LAST))


@pytest.fixture(scope="module")
def broken() -> Analysis:
    return _proofs("national")


@pytest.fixture(scope="module")
def mended() -> Analysis:
    return _proofs("national-cured")


def _single_points(analysis: Analysis, service: str) -> set[str]:
    standing = next(one for one in analysis.standings if one.service == service)
    return {point.event for point in standing.single_points if point.category not in ("site", "common-cause")}


@pytest.mark.parametrize(
    ("service", "event"),
    [
        ("services/emergency", "devices/pop-1-cell"),
        ("services/exchange", "rooms/dr-hall"),
        ("services/cert", "racks/lab-1"),
    ],
)
def test_single_points_of_failure_are_proven_and_gone(
    service: str, event: str, broken: Analysis, mended: Analysis
) -> None:
    assert event in _single_points(broken, service)
    assert _single_points(mended, service) == set()


def test_cold_start_deadlock_is_proven_and_gone(broken: Analysis, mended: Analysis) -> None:
    (deadlock,) = broken.deadlocks
    ring = {link.source for link in deadlock.cycle}
    weakness = next(one for one in WEAKNESSES if one.proof == "deadlock")
    assert ring <= set(weakness.where)
    assert {"dns", "identity", "compute"} == {name.rpartition("-")[2] for name in ring}
    assert mended.deadlocks == ()


def test_double_booking_is_proven_and_gone(broken: Analysis, mended: Analysis) -> None:
    def booked(analysis: Analysis) -> set[str]:
        return {
            booking.team
            for recovery in analysis.recoveries
            if recovery.site == "sites/ndc"
            for booking in recovery.bookings
        }

    assert "teams/lookups" in booked(broken)
    assert "teams/lookups" not in booked(mended)


def test_nobody_reaches_the_public_names_after_the_loss_of_the_primary(
    broken: Analysis, mended: Analysis
) -> None:
    def serving(analysis: Analysis) -> set[str | None]:
        return {
            path.serving
            for path in analysis.failovers
            if path.service == "services/public-names" and path.event == "sites/ndc"
        }

    assert serving(broken) == {None}
    assert serving(mended) == {"sites/dr"}
