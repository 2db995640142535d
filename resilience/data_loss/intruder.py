"""What an intruder leaves: copies that nobody can spoil, made before he came, and still kept."""

from dataclasses import dataclass

from resilience.data_loss.calm_ages import Age, backup_age, base_age, sum_of
from resilience.data_loss.copies import Copy, Survival
from resilience.failover_flows.results import Bounds
from resilience.results import Missing, Tri
from specs.data import Backup, Vault
from specs.governance import Intruder
from specs.issues import FieldPath


@dataclass(frozen=True)
class AfterIntruder:
    """One copy after an intruder's damage was noticed."""

    survival: Survival
    clean: Bounds | None
    """Seconds from the alarm back to the newest copy made before he came."""
    loss: Age
    """Seconds of writes before the first damage that are lost."""


def after_intruder(copy: Copy, intruder: Intruder | None) -> AfterIntruder:
    """Whether a copy can be trusted then, and what is lost with it.

    He came `dwell` before the alarm, and does damage for the last `detection` of it. What was copied since
    he came is suspect, so the newest clean copy is up to dwell + interval + takes old. It must still be
    kept (`retention`), and nobody may have been able to delete or change it: an isolated vault, or a lock
    of compliance mode for so long. Logs in the same vault roll it forward to the first damage; without
    them all writes since the clean copy are lost.
    """
    if copy.backup is None:
        return AfterIntruder(Survival("no", "follows every corruption"), None, Age(Bounds(0.0, None)))
    if copy.vault is None:
        path = ("backups", copy.id, "vault")
        fact = Missing(f"vaults/{copy.backup.vault}", "declaration", path, "whether an intruder can spoil it")
        unknown = Survival("unknown", "where it lies is undeclared", (fact,))
        return AfterIntruder(unknown, None, Age(Bounds(0.0, None), (fact,)))
    backup, vault = copy.backup, copy.vault
    base = base_age(backup)
    missing = list(base.missing)
    if intruder is None:
        missing.append(_plan("dwell", "which copies are older than an intruder"))
        clean = Bounds(base.bounds.low, None)
    else:
        clean = sum_of(Bounds(intruder.dwell, intruder.dwell), base.bounds)
    survival = _survival(backup, vault, clean, tuple(missing))
    if backup.log_shipping is not None:
        return AfterIntruder(survival, clean, backup_age(backup))
    noticed = intruder.detection if intruder is not None else None
    if intruder is not None and noticed is None:
        missing.append(_plan("detection", "when the damage began before it was noticed"))
    most = 0.0 if noticed is None else noticed
    least = clean.low if intruder is None or noticed is None else noticed
    low = max(base.bounds.low, clean.low - least)
    high = None if clean.high is None else max(base.bounds.low, clean.high - most)
    return AfterIntruder(survival, clean, Age(Bounds(low, high), tuple(missing)))


def _survival(backup: Backup, vault: Vault, clean: Bounds, missing: tuple[Missing, ...]) -> Survival:
    kept = _at_least(
        backup.retention,
        clean,
        Missing(
            f"backups/{backup.id}", "retention", _backup(backup, "retention"), "whether it is still kept"
        ),
    )
    if kept[0] == "no":
        return Survival("no", "not kept for as long as an intruder may be in")
    safe = _safe(vault, clean)
    if safe[0] == "no":
        return Survival("no", safe[1])
    answers = (kept[0], safe[0])
    facts = tuple(fact for fact in (kept[1], safe[2]) if fact is not None)
    if "unknown" in answers:
        return Survival("unknown", safe[1] or "its age or its keeping is undeclared", (*facts, *missing))
    return Survival("yes", "")


def _at_least(kept: float | None, needed: Bounds, fact: Missing) -> tuple[Tri, Missing | None]:
    """Whether something is kept for as long as is needed."""
    if kept is None:
        return "unknown", fact
    if kept < needed.low:
        return "no", None
    return ("yes" if needed.high is not None and kept >= needed.high else "unknown"), None


def _safe(vault: Vault, clean: Bounds) -> tuple[Tri, str, Missing | None]:
    """Whether nobody could spoil the clean copy; why not; and what would tell."""
    if vault.isolation in ("offline", "air-gapped"):
        return "yes", "", None
    locked, why, fact = _locked(vault, clean)
    if locked == "no" and vault.isolation is None:
        return "unknown", why, _vault(vault, "isolation")
    return locked, why, fact


def _locked(vault: Vault, clean: Bounds) -> tuple[Tri, str, Missing | None]:
    """The same for a vault that can be reached: its lock decides."""
    if vault.immutable is None:
        return "unknown", "whether it can be changed is undeclared", _vault(vault, "immutable")
    if not vault.immutable:
        return "no", "can be changed by who reaches it", None
    if vault.lock_mode is None:
        return "unknown", "whether an administrator can lift its lock", _vault(vault, "lock_mode")
    if vault.lock_mode == "governance":
        return "no", "an administrator can lift its lock", None
    locked, fact = _at_least(vault.lock, clean, _vault(vault, "lock"))
    why = {"yes": "", "no": "its lock ends before an intruder is noticed"}.get(
        locked, "how long its lock lasts"
    )
    return locked, why, fact


def _vault(vault: Vault, field: str) -> Missing:
    path: FieldPath = ("vaults", vault.id, field)
    return Missing(f"vaults/{vault.id}", field, path, "whether an intruder can spoil it")


def _backup(backup: Backup, field: str) -> FieldPath:
    return ("backups", backup.id, field)


def _plan(field: str, matters: str) -> Missing:
    return Missing("plan", f"intruder.{field}", ("plan", "intruder", field), matters)
