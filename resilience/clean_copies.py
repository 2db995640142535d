"""Which copies an intruder leaves: whole before he came, still kept, and out of his reach."""

from dataclasses import dataclass

from resilience.failover_flows.results import Bounds
from resilience.results import Missing, Tri
from specs.data import Backup, Vault
from specs.governance import Intruder
from specs.issues import FieldPath


@dataclass(frozen=True)
class Cleanness:
    """Whether a copy can be trusted after an intruder."""

    outlives: Tri
    why: str
    """In a few words, where it does not or nobody knows; else empty."""
    age: Bounds
    """Seconds from the alarm back to the newest copy made before he came, at the worst moment."""
    too_young: bool = False
    """Whether that is because no copy is kept for so long."""
    missing: tuple[Missing, ...] = ()


def whole_age(backup: Backup) -> tuple[Bounds, tuple[Missing, ...]]:
    """Greatest age in seconds of the newest whole copy, without logs: the interval and what one takes; and
    the fact that is lacking.

    >>> daily = {"id": "b", "dataset": "d", "vault": "v", "interval": "1 d", "takes": "1 h"}
    >>> whole_age(Backup.model_validate(daily))
    (Bounds(low=90000.0, high=90000.0), ())
    """
    if backup.takes is not None:
        age = backup.interval + backup.takes
        return Bounds(age, age), ()
    path = ("backups", backup.id, "takes")
    fact = Missing(f"backups/{backup.id}", "takes", path, "when a copy that was begun is there")
    return Bounds(backup.interval, None), (fact,)


def cleanness(backup: Backup, vault: Vault | None, intruder: Intruder | None) -> Cleanness:
    """Whether a backup can be trusted after an intruder.

    What was copied since he came is suspect, and he came `dwell` before the alarm: so the newest clean copy
    is up to dwell, interval and what one takes old. At that age it must still be kept (`retention`), wherever
    in its rhythm the alarm falls, and nobody may have been able to delete or change it: an isolated vault, or
    a lock of compliance mode for so long. He holds administrators' rights.
    """
    age, facts = whole_age(backup)
    missing = list(facts)
    if intruder is None:
        missing.append(
            Missing(
                "plan",
                "intruder.dwell",
                ("plan", "intruder", "dwell"),
                "which copies are older than an intruder",
            )
        )
        age = Bounds(age.low, None)
    else:
        age = Bounds(age.low + intruder.dwell, None if age.high is None else age.high + intruder.dwell)
    if vault is None:
        fact = Missing(
            f"vaults/{backup.vault}",
            "declaration",
            ("backups", backup.id, "vault"),
            "whether an intruder can spoil it",
        )
        return Cleanness("unknown", "where it lies is undeclared", age, missing=(fact, *missing))
    path: FieldPath = ("backups", backup.id, "retention")
    untold = Missing(f"backups/{backup.id}", "retention", path, "whether it is still kept")
    kept, lacks = _at_least(backup.retention, age, untold)
    if kept == "no":
        return Cleanness("no", "not kept for as long as an intruder may be in", age, too_young=True)
    safe, why, lack = _safe(vault, age)
    if safe == "no":
        return Cleanness("no", why, age)
    if "unknown" in (kept, safe):
        told = tuple(fact for fact in (lacks, lack) if fact is not None)
        return Cleanness(
            "unknown", why or "its age or its keeping is undeclared", age, missing=(*told, *missing)
        )
    return Cleanness("yes", "", age)


def _at_least(kept: float | None, needed: Bounds, fact: Missing) -> tuple[Tri, Missing | None]:
    """Whether something is kept for as long as is needed."""
    if kept is None:
        return "unknown", fact
    if kept < needed.low:
        return "no", None
    return ("yes" if needed.high is not None and kept >= needed.high else "unknown"), None


def _safe(vault: Vault, age: Bounds) -> tuple[Tri, str, Missing | None]:
    """Whether nobody could spoil the clean copy; why not; and what would tell."""
    if vault.isolation in ("offline", "air-gapped"):
        return "yes", "", None
    locked, why, fact = _locked(vault, age)
    if locked == "no" and vault.isolation is None:
        return "unknown", why, _lacks(vault, "isolation")
    return locked, why, fact


def _locked(vault: Vault, age: Bounds) -> tuple[Tri, str, Missing | None]:
    """The same for a vault that can be reached: its lock decides."""
    if vault.immutable is None:
        return "unknown", "whether it can be changed is undeclared", _lacks(vault, "immutable")
    if not vault.immutable:
        return "no", "can be changed by who reaches it", None
    if vault.lock_mode == "governance":
        return "no", "an administrator can lift its lock", None
    locked, fact = _at_least(vault.lock, age, _lacks(vault, "lock"))
    if locked == "no":
        return "no", "its lock ends before an intruder is noticed", None
    if vault.lock_mode is None:
        return "unknown", "whether an administrator can lift its lock", _lacks(vault, "lock_mode")
    return locked, "" if locked == "yes" else "how long its lock lasts", fact


def _lacks(vault: Vault, field: str) -> Missing:
    path: FieldPath = ("vaults", vault.id, field)
    return Missing(f"vaults/{vault.id}", field, path, "whether an intruder can spoil it")
