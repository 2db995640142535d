"""What an intruder leaves: copies that nobody can spoil, made before he came, and still kept."""

from dataclasses import dataclass

from resilience.clean_copies import cleanness
from resilience.data_loss.calm_ages import Age, backup_age
from resilience.data_loss.copies import Copy, Survival
from resilience.failover_flows.results import Bounds
from resilience.results import Missing
from specs.governance import Intruder


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

    He came `dwell` before the alarm, and does damage for the last `detection` of it. Which copies can be
    trusted is told by `resilience.clean_copies`, as for the recovery. Logs in the same vault roll a clean one
    forward to the first damage; without them all writes since the clean copy are lost.
    """
    backup = copy.backup
    if backup is None:
        return AfterIntruder(Survival("no", "follows every corruption"), None, Age(Bounds(0.0, None)))
    found = cleanness(backup, copy.vault, intruder)
    survival = Survival(found.outlives, found.why, found.missing)
    if copy.vault is None:
        return AfterIntruder(survival, None, Age(Bounds(0.0, None), found.missing[:1]))
    if backup.log_shipping is not None:
        return AfterIntruder(survival, found.age, backup_age(backup))
    whole = backup_age(backup)
    missing = list(whole.missing)
    noticed = intruder.detection if intruder is not None else None
    if intruder is None:
        missing.append(_plan("dwell", "which copies are older than an intruder"))
    elif noticed is None:
        missing.append(_plan("detection", "when the damage began before it was noticed"))
    most = 0.0 if noticed is None else noticed
    least = found.age.low if noticed is None else noticed
    low = max(whole.bounds.low, found.age.low - least)
    high = None if found.age.high is None else max(whole.bounds.low, found.age.high - most)
    return AfterIntruder(survival, found.age, Age(Bounds(low, high), tuple(missing)))


def _plan(field: str, matters: str) -> Missing:
    return Missing("plan", f"intruder.{field}", ("plan", "intruder", field), matters)
