"""Evidence by control: what rules show, what people say on a day, and that neither is ever called met."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from policies.case import Case
from policies.frameworks import FRAMEWORKS, cis, nist
from policies.frameworks.catalogue import catalogue
from policies.frameworks.evidence import ControlEvidence, Technical, Word, bearing, evidence_by_control, worst
from policies.rule import Outcome, Rule, fails, passes, rule, unknown
from policies.rules.power_feeds import dual_feed
from specs.findings import Severity
from specs.sentences import say
from tests.policies.conftest import DAY, Amend, judged


def saying(id: str, *outcomes: Outcome) -> Rule:
    """A rule that bears on CP-9 and says that."""

    @rule(
        id,
        "test",
        severity=Severity.LOW,
        title="T",
        rationale="R",
        remediation="M",
        references=(nist("CP-9"), cis("11.2")),
    )
    def check(case: Case) -> Sequence[Outcome]:
        return outcomes

    return check


GOOD = passes("sites/main", say("Yes."))
BAD = fails("sites/main", say("No."), say("Mend."))
OPEN = unknown("sites/dr", say("Who knows."), say("Declare."))


def evidence(
    amend: Amend, *rules: Rule, text: str = "", on: date = DAY, control: str = "nist-800-53/CP-9"
) -> ControlEvidence:
    loaded = amend(text)
    judgement = judged(loaded, rules)
    found = evidence_by_control(judgement, loaded.estate, on, rules=rules)
    (one,) = [one for one in found if one.control.key == control]
    return one


@pytest.mark.parametrize(
    ("said", "technical"),
    [
        ([(GOOD,)], Technical.SUPPORTS),
        ([(BAD,)], Technical.CONTRADICTS),
        ([(OPEN,)], Technical.UNKNOWN),
        ([()], Technical.NONE),
        ([], Technical.NONE),
        ([(GOOD, OPEN)], Technical.UNKNOWN),
        ([(BAD, OPEN)], Technical.CONTRADICTS),
        ([(GOOD,), (OPEN,)], Technical.UNKNOWN),
        ([(GOOD,), (OPEN,), (BAD,)], Technical.CONTRADICTS),
        ([(GOOD,), ()], Technical.SUPPORTS),
    ],
)
def test_evidence_is_the_worst_that_rules_show(
    amend: Amend, said: list[tuple[Outcome, ...]], technical: Technical
) -> None:
    rules = [saying(f"TST-{number:03}", *outcomes) for number, outcomes in enumerate(said, 1)]
    found = evidence(amend, *rules)
    assert found.technical is technical
    assert [one.rule for one in found.rules] == [one.id for one in rules]
    assert found.covered is bool(said)


def test_what_a_waiver_bears_contradicts_still(amend: Amend) -> None:
    text = (
        "waivers: {w: {rule: TST-001, elements: [sites/main], reason: r, requester: a, approver: b, "
        "expires: 2027-01-01}}\n"
    )
    found = evidence(amend, saying("TST-001", BAD), text=text)
    assert found.technical is Technical.CONTRADICTS
    assert (found.rules[0].failed, found.rules[0].waived) == (0, 1)


def test_a_rule_that_was_not_judged_gives_no_evidence_and_is_named(amend: Amend) -> None:
    loaded = amend("")
    found = evidence_by_control(judged(loaded, ()), loaded.estate, rules=(saying("TST-001", GOOD),))
    (one,) = [one for one in found if one.control.key == "nist-800-53/CP-9"]
    assert one.technical is Technical.NONE
    assert [entry.rule for entry in one.rules] == ["TST-001"]


def test_every_control_of_every_framework_is_there_once_in_order(amend: Amend) -> None:
    loaded = amend("")
    found = evidence_by_control(judged(loaded, (dual_feed,)), loaded.estate, rules=(dual_feed,))
    assert [one.control.key for one in found] == [
        f"{key}/{id}" for key in FRAMEWORKS for id in catalogue(key).controls
    ]


def test_what_no_rule_covers_is_computed_from_the_rules_there_are() -> None:
    assert bearing("nist-800-53", (saying("TST-001"),)) == {"CP-9": ("TST-001",)}
    assert bearing("nist-csf", (saying("TST-001"),)) == {}


ATTESTED = (
    "attestations: {{awareness: null, backups: {{controls: {{nist-800-53: [CP-9]}}, statement: s, by: Ana, "
    "on: 2026-01-01, expires: 2026-11-01{more}}}}}\n"
)


@pytest.mark.parametrize(
    ("on", "more", "word"),
    [
        (date(2026, 11, 1), "", Word.IN_PLACE),
        (date(2026, 11, 2), "", Word.EXPIRED),
        (date(2025, 12, 31), "", Word.NONE),
        (date(2026, 11, 1), ", claim: partly", Word.PARTLY),
        (date(2026, 11, 1), ", claim: not-in-place", Word.NOT_IN_PLACE),
    ],
)
def test_a_word_counts_from_its_day_to_its_last_and_is_then_unknown_again(
    amend: Amend, on: date, more: str, word: Word
) -> None:
    found = evidence(amend, text=ATTESTED.format(more=more), on=on)
    assert found.word is word
    assert (found.attestation is None) is (word is Word.NONE)
    assert found.technical is Technical.NONE


def test_of_two_words_the_newest_in_force_counts_and_of_one_day_the_worse(amend: Amend) -> None:
    one = (
        "{{controls: {{nist-800-53: [{id}]}}, statement: s, by: Ana, on: {on}, expires: {to}, "
        "claim: {claim}}}"
    )

    def word(*entries: tuple[str, str, str, str]) -> Word:
        told = ", ".join(
            f"a{number}: {one.format(id=id, on=on, to=to, claim=claim)}"
            for number, (id, on, to, claim) in enumerate(entries)
        )
        return evidence(amend, text=f"attestations: {{awareness: null, {told}}}\n").word

    old = ("CP-9", "2026-01-01", "2027-01-01", "not-in-place")
    new = ("CP", "2026-02-01", "2027-01-01", "in-place")
    over = ("CP-9", "2026-03-01", "2026-04-01", "partly")
    assert word(old, new, over) is Word.IN_PLACE
    assert word(over) is Word.EXPIRED
    assert word(old, ("CP-9", "2026-01-01", "2027-01-01", "in-place")) is Word.NOT_IN_PLACE


def test_a_group_stands_for_its_controls_and_a_nearer_decision_goes_before(amend: Amend) -> None:
    text = (
        "applicability: {continuity: null, all: {controls: {nist-800-53: [CP]}, applicable: true, why: w, "
        "decided_by: Ana, on: 2026-03-01}, not: {controls: {nist-800-53: [CP-9]}, applicable: false, why: w, "
        "decided_by: Ben, on: 2026-01-01}, late: {controls: {nist-800-53: [CP-10]}, applicable: false, "
        "why: w, decided_by: Ben, on: 2027-01-01}}\n"
    )
    assert evidence(amend, text=text).applies is False
    assert evidence(amend, text=text, control="nist-800-53/CP-10").applies is True
    assert evidence(amend, text=text, control="nist-800-53/AC-1").applies is None


def test_people_who_claim_what_a_rule_contradicts_are_disputed(amend: Amend) -> None:
    text = ATTESTED.format(more="")
    assert evidence(amend, saying("TST-001", BAD), text=text).disputed
    assert not evidence(amend, saying("TST-001", GOOD), text=text).disputed
    assert not evidence(
        amend, saying("TST-001", BAD), text=ATTESTED.format(more=", claim: not-in-place")
    ).disputed
    left_out = (
        "applicability: {not: {controls: {nist-800-53: [CP-9]}, applicable: false, why: w, decided_by: Ben, "
        "on: 2026-01-01}}\n"
    )
    assert evidence(amend, saying("TST-001", BAD), text=left_out).disputed


def action(**fields: str) -> str:
    told = {"action": "a", "owner": "o", "due": "2026-12-31", **fields}
    return f"actions: {{mend: {{{', '.join(f'{name}: {value}' for name, value in told.items())}}}}}\n"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rule": "TST-001"}, True),
        ({"rule": "TST-001", "elements": "[sites/main]"}, True),
        ({"rule": "TST-001", "elements": "[sites/dr]"}, False),
        ({"rule": "TST-002"}, False),
        ({"controls": "{nist-800-53: [CP-9]}"}, True),
        ({"rule": "TST-001", "done_on": "2026-10-31"}, False),
        ({"rule": "TST-001", "done_on": "2026-11-30"}, True),
    ],
)
def test_open_actions_for_a_control_or_a_finding_against_it_are_named(
    amend: Amend, fields: dict[str, str], named: bool
) -> None:
    found = evidence(amend, saying("TST-001", BAD), text=action(**fields))
    assert found.actions == (("mend",) if named else ())


def test_an_action_for_elements_that_have_left_mends_nothing_else(amend: Amend) -> None:
    loaded = amend(action(rule="TST-001", elements="[sites/witness]"))
    estate = loaded.estate
    gone = estate.model_copy(
        update={"actions": {"mend": estate.actions["mend"].model_copy(update={"elements": ()})}}
    )
    rules = (saying("TST-001", BAD),)
    found = evidence_by_control(judged(loaded, rules), gone, rules=rules)
    assert {one.actions for one in found if one.control.id == "CP-9"} == {()}


def test_risks_that_name_a_control_are_named(amend: Amend) -> None:
    found = evidence(amend, text="risks: {flood: {controls: {nist-800-53: [CP-9]}}}\n")
    assert found.risks == ("flood",)


def test_it_is_the_same_whatever_order_rules_and_entries_come_in(amend: Amend) -> None:
    loaded = amend(ATTESTED.format(more=""))
    rules = (saying("TST-001", GOOD), saying("TST-002", OPEN))
    judgement = judged(loaded, rules)
    first = evidence_by_control(judgement, loaded.estate, rules=rules)
    estate = loaded.estate.model_copy(
        update={"attestations": dict(reversed(loaded.estate.attestations.items()))}
    )
    turned = replace(judgement, coverage=judgement.coverage[::-1])
    assert evidence_by_control(turned, estate, rules=rules[::-1]) == first


def test_nothing_at_all_is_none() -> None:
    assert worst([]) is Technical.NONE
