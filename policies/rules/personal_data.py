"""DAT-003: the register of processing says what personal data is for, by what right, and for how long."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import amount
from specs.data import DataClass
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say


@rule(
    "DAT-003",
    "processing-register",
    severity=Severity.MEDIUM,
    title="Personal data has a purpose, a legal basis and a retention that its copies keep to",
    rationale="Data about people that nobody can say the purpose of should not be there; and what must be "
    "erased lives on in the backup that nobody bounded.",
    remediation="Say for each class of personal data its purpose, legal basis and retention, and keep no "
    "copy longer than that.",
    references=(
        nist("PT-2", "PT-3", "PM-5(1)"),
        csf("ID.AM-07", "GV.OC-03"),
        iso27001("A.5.34", "A.5.31"),
    ),
    scope="Each class of personal data, with the backups of data of that class.",
    unknown_when="purpose, legal basis, retention, or how long a backup is kept is not declared",
    bad="data_classes: {patients: {level: secret, personal: true, retention: 30 y}}",
    good="data_classes: {patients: {level: secret, personal: true, purpose: Care, legal_basis: Health act "
    "12, retention: 30 y}}",
)
def processing_register(case: Case) -> Iterator[Outcome]:
    used: dict[str, list[str]] = {}
    for key, dataset in case.estate.datasets.items():
        if dataset.data_class is not None:
            used.setdefault(dataset.data_class, []).append(key)
    for key, kind in case.estate.data_classes.items():
        if kind.personal:
            yield from _entry(kind)
            yield from _copies(case, kind, used.get(key, []))


def _entry(kind: DataClass) -> Iterator[Outcome]:
    element = f"data_classes/{kind.id}"
    facts: tuple[tuple[str, object, Sentence, Sentence], ...] = (
        (
            "purpose",
            kind.purpose,
            say("Nothing says what this personal data is processed for."),
            say("The register says what it is processed for."),
        ),
        (
            "legal_basis",
            (kind.legal_basis or "").strip(),
            say("Nothing says by what right this personal data is processed."),
            say("The register says by what right it is processed."),
        ),
        (
            "retention",
            kind.retention,
            say("Nothing says how long this personal data is kept."),
            say("The register says how long it is kept."),
        ),
    )
    for field, held, untold, told in facts:
        place: FieldPath = ("data_classes", kind.id, field)
        if not held:
            mending = say("Declare {fact}.", fact=f"`{field}`")
            yield unknown(element, untold, mending, place, aspect=field)
        else:
            yield passes(element, told, place, aspect=field)


def _copies(case: Case, kind: DataClass, datasets: list[str]) -> Iterator[Outcome]:
    """What is to be erased must go from its backups too."""
    if kind.retention is None:
        return
    backups = [copy for name in datasets for copy in case.facts.backups_of.get(name, ())]
    if not backups:
        return
    element, aspect = f"data_classes/{kind.id}", "backups"
    allowed = amount(kind.retention, "duration")
    long = [copy for copy in backups if copy.retention is not None and copy.retention > kind.retention]
    silent = [copy for copy in backups if copy.retention is None]
    if long:
        names = listed(sorted(copy.id for copy in long))
        yield fails(
            element,
            say(
                "It is kept for {allowed}, and its backups {copies} for longer.",
                allowed=allowed,
                copies=names,
            ),
            say("Shorten the retention of these backups to {allowed}.", allowed=allowed),
            *(("backups", copy.id, "retention") for copy in long),
            ("data_classes", kind.id, "retention"),
            cause=f"backups/{long[0].id}" if len(long) == 1 else "",
            aspect=aspect,
        )
    elif silent:
        names = listed(sorted(copy.id for copy in silent))
        yield unknown(
            element,
            say("Nothing says how long its backups {copies} are kept.", copies=names),
            say("Declare {fact} of {element}.", fact="`retention`", element=names),
            *(("backups", copy.id, "retention") for copy in silent),
            cause=f"backups/{silent[0].id}" if len(silent) == 1 else "",
            aspect=aspect,
        )
    else:
        yield passes(
            element,
            say("No backup of it is kept for longer than {allowed}.", allowed=allowed),
            ("data_classes", kind.id, "retention"),
            aspect=aspect,
        )
