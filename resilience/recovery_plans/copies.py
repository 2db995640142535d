"""Which copy data is brought back from, how old it is, and how long reading, searching and replaying take."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import floor

from resilience.clean_copies import cleanness, whole_age
from resilience.keys import KeysLeft
from resilience.links import Ways
from resilience.recovery_plans.draft import Medium
from resilience.recovery_plans.results import Copy
from resilience.results import Missing, in_order
from resilience.whereabouts import by_id
from specs.data import Backup, Dataset, Vault
from specs.governance import Intruder
from specs.issues import FieldPath
from specs.model import Estate

BITS = 8.0
"""Sizes are in bytes, rates in bits a second."""


@dataclass(frozen=True)
class Target:
    """Where data is brought back to."""

    platform: str
    site: str | None


@dataclass(frozen=True)
class _Candidate:
    backup: Backup
    vault: Vault
    age: float
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Copies:
    """Chooses among the copies that one scenario leaves.

    A copy is as old as the last one can be: the interval, and the time it takes to be made. After an
    intruder it must be clean (`resilience.clean_copies`). What nothing opens any more is no copy.
    """

    estate: Estate
    ways: Ways
    is_lost: Callable[[str], bool]
    """Whether an element (`sites/…`, `platforms/…`, `circuits/…`) is lost."""
    keys: KeysLeft
    """What opens them."""
    intruder: Intruder | None = None
    """After whom the copies must be clean; None: they were only lost."""

    def of(self, name: str, target: Target, home: Target | None = None) -> Copy:
        """The newest usable copy of a dataset, read to that target; of equals the one that is read sooner.
        Copies of which every fact is known come first. Logs are rolled forward at its home (absent: the
        target)."""
        dataset = self.estate.datasets[name]
        young: list[str] = []
        gone: list[str] = []
        closed: list[str] = []
        unplaced: list[Missing] = []
        found: list[_Candidate] = []
        for key, backup in by_id(self.estate.backups):
            if backup.dataset != name:
                continue
            candidate = self._candidate(backup, young, gone, unplaced)
            if candidate is None:
                continue
            if self.keys.opening(f"backups/{key}").closed is not None:
                closed.append(f"backups/{key}")
            else:
                found.append(candidate)
        reads = [self._read(name, dataset, candidate, target, home or target) for candidate in found]
        chosen = min(reads, key=_preference, default=None)
        if chosen is None:
            path: FieldPath = ("datasets", name)
            paths = tuple(("backups", entry.partition("/")[2]) for entry in (*young, *gone)) or (path,)
            return Copy(
                f"datasets/{name}", None, None, None, tuple(young), tuple(gone), tuple(closed),
                None, None, None, None, None, (*paths, *self.closing(closed)), in_order(unplaced),
            )  # fmt: skip
        return chosen.copy(tuple(young), tuple(gone), tuple(closed))

    def closing(self, copies: Iterable[str]) -> tuple[FieldPath, ...]:
        """Facts by which nothing opens those copies."""
        whys = (self.keys.opening(copy).closed for copy in copies)
        return tuple(dict.fromkeys(why[1] for why in whys if why is not None))

    def _candidate(
        self, backup: Backup, young: list[str], gone: list[str], unplaced: list[Missing]
    ) -> _Candidate | None:
        """What is known of a copy that is left, if it is."""
        element = f"backups/{backup.id}"
        vault = self.estate.vaults.get(backup.vault)
        if vault is None:
            path: FieldPath = ("backups", backup.id, "vault")
            unplaced.append(Missing(f"vaults/{backup.vault}", "declaration", path, "whether a copy is left"))
            return None
        if self._vault_is_lost(vault):
            gone.append(element)
            return None
        age, missing = whole_age(backup)
        if self.intruder is not None:
            clean = cleanness(backup, vault, self.intruder)
            if clean.outlives == "no":
                (young if clean.too_young else gone).append(element)
                return None
            age, missing = clean.age, (*missing, *clean.missing)
        return _Candidate(backup, vault, age.low, (*missing, *self.keys.opening(element).missing))

    def _vault_is_lost(self, vault: Vault) -> bool:
        return self.is_lost(f"sites/{vault.site}") or (
            vault.platform is not None and self.is_lost(f"platforms/{vault.platform}")
        )

    def _read(
        self, name: str, dataset: Dataset, candidate: _Candidate, target: Target, home: Target
    ) -> "_Reading":
        vault, backup = candidate.vault, candidate.backup
        missing = list(candidate.missing)
        rate, narrowest, way, paths = self._rate(backup.vault, vault, target, missing)
        if vault.mount_time is None:
            missing.append(_lacks("vaults", backup.vault, "mount_time", "when the first byte comes"))
        if dataset.size is None:
            missing.append(_lacks("datasets", name, "size", "how much must be read"))
        lasts = _seconds(dataset.size, rate)
        logs = self._logs(name, dataset, candidate, missing)
        search = None
        if self.intruder is not None:
            if self.intruder.scan_rate is None:
                fact: FieldPath = ("plan", "intruder", "scan_rate")
                missing.append(Missing("plan", "intruder.scan_rate", fact, "how long a copy is searched"))
            amount = None if dataset.size is None else dataset.size + (logs or 0.0)
            search = _seconds(amount, self.intruder.scan_rate)
        return _Reading(
            name=name,
            candidate=candidate,
            read=None if lasts is None else lasts + (vault.mount_time or 0.0),
            search=search,
            replay=_seconds(logs, self._replays(home, logs, missing)),
            rate=rate,
            narrowest=narrowest,
            way=way,
            paths=(("backups", backup.id), ("vaults", backup.vault), *paths),
            missing=in_order(missing),
        )

    def _logs(
        self, name: str, dataset: Dataset, candidate: _Candidate, missing: list[Missing]
    ) -> float | None:
        """Bytes of log since the copy: all that was written on average in its age; None: no logs are kept
        (or nobody said how much is written, which is then missing)."""
        if candidate.backup.log_shipping is None:
            return None
        if dataset.writes is None:
            missing.append(_lacks("datasets", name, "writes", "how much log must be replayed"))
            return None
        return dataset.writes.average * candidate.age / BITS

    def _replays(self, home: Target, logs: float | None, missing: list[Missing]) -> float | None:
        """Bit/s at which logs are rolled forward: what the platform takes in."""
        platform = self.estate.platforms.get(home.platform)
        rate = platform.restore_rate if platform is not None else None
        if rate is None and logs is not None:
            missing.append(
                _lacks("platforms", home.platform, "restore_rate", "how fast logs are rolled forward")
            )
        return rate

    def _rate(
        self, name: str, vault: Vault, target: Target, missing: list[Missing]
    ) -> tuple[float | None, str | None, str | None, tuple[FieldPath, ...]]:
        """Bit/s of the narrowest of vault, way and platform; which that is; the way; the facts."""
        known: list[tuple[float, str]] = []
        paths: list[FieldPath] = []
        rate = vault.restore_rate
        sides: list[tuple[str, str, float | None]] = [
            ("vaults", name, None if rate is None else rate / (drives_of(vault) or 1))
        ]
        platform = self.estate.platforms.get(target.platform)
        sides.append(("platforms", target.platform, platform.restore_rate if platform else None))
        for collection, key, rate in sides:
            if rate is None:
                missing.append(_lacks(collection, key, "restore_rate", "how fast data is brought back"))
            else:
                known.append((rate, f"{collection}/{key}"))
                paths.append((collection, key, "restore_rate"))
        way = None
        if target.site is not None and target.site != vault.site:
            way = way_between(vault.site, target.site)
            rate, circuit = self.bandwidth(vault.site, target.site, missing)
            if rate is not None and circuit is not None:
                known.append((rate, f"circuits/{circuit}"))
                paths.append(("circuits", circuit, "bandwidth"))
        rate, narrowest = min(known, default=(None, None))
        return rate, narrowest, way, tuple(paths)

    def from_vault(self, vault: Vault, into: Target, rate: float | None) -> tuple[Medium, ...]:
        """What a restore passes through at that rate: the vault, the platform, and the way between."""
        drives = drives_of(vault)
        name = f"vaults/{vault.id}"
        first = Medium(name, 1, drives) if drives is not None else _shared(name, rate, vault.restore_rate)
        return (first, self.of_platform(into.platform, rate), *self.of_way(vault.site, into.site, rate))

    def of_platform(self, name: str, rate: float | None) -> Medium:
        """What a platform takes in, or gives out."""
        platform = self.estate.platforms.get(name)
        return _shared(f"platforms/{name}", rate, platform.restore_rate if platform is not None else None)

    def of_way(self, one: str | None, other: str | None, rate: float | None) -> tuple[Medium, ...]:
        """The way between two sites; none within one, or where a site is not known."""
        if one is None or other is None or one == other:
            return ()
        return (_shared(way_between(one, other), rate, self.bandwidth(one, other, [])[0]),)

    def bandwidth(self, source: str, target: str, missing: list[Missing]) -> tuple[float | None, str | None]:
        """Bit/s of the usual way between two sites over circuits that are left, and its narrowest circuit."""
        lost = {name for name in self.estate.circuits if self.is_lost(f"circuits/{name}")}
        gone = {f"sites/{name}" for name in self.estate.sites if self.is_lost(f"sites/{name}")}
        found = self.ways.tree(f"sites/{source}", lost, gone).get(f"sites/{target}")
        if found is None:
            missing.append(
                Missing(
                    f"sites/{source}", "circuits", ("sites", source), f"how data gets from there to {target}"
                )
            )
            return None, None
        rates = []
        for name in found[1]:
            rate = self.estate.circuits[name].bandwidth
            if rate is None:
                missing.append(_lacks("circuits", name, "bandwidth", "how fast data is brought back"))
            else:
                rates.append((rate, name))
        return min(rates, default=(None, None))


@dataclass(frozen=True)
class _Reading:
    """A candidate with what it takes to bring it back."""

    name: str
    candidate: _Candidate
    read: float | None
    search: float | None
    replay: float | None
    rate: float | None
    narrowest: str | None
    way: str | None
    paths: tuple[FieldPath, ...]
    missing: tuple[Missing, ...]

    def copy(self, young: tuple[str, ...], gone: tuple[str, ...], closed: tuple[str, ...]) -> Copy:
        """As the plan shows it."""
        return Copy(
            dataset=f"datasets/{self.name}",
            backup=f"backups/{self.candidate.backup.id}",
            vault=f"vaults/{self.candidate.backup.vault}",
            age=self.candidate.age,
            too_young=young,
            destroyed=gone,
            unreadable=closed,
            read=self.read,
            search=self.search,
            replay=self.replay,
            rate=self.rate,
            narrowest=self.narrowest,
            paths=self.paths,
            missing=self.missing,
        )


def way_between(one: str, other: str) -> str:
    """The medium between two sites, the same in both directions.

    >>> way_between("vault", "dr")
    'ways/dr-vault'
    """
    return "ways/" + "-".join(sorted((one, other)))


def drives_of(vault: Vault) -> int | None:
    """How many restores a vault serves at once; None: as many as its rate allows."""
    if vault.drives is not None:
        return vault.drives
    return 1 if vault.medium in ("tape", "optical") else None


def _shared(name: str, rate: float | None, gives: float | None) -> Medium:
    """A part of a medium's rate; all of it where either is unknown."""
    if rate is None or gives is None:
        return Medium(name)
    takes = max(1, floor(rate))
    return Medium(name, takes, max(takes, floor(gives)))


def _preference(reading: _Reading) -> tuple[bool, float, bool, float, str]:
    certain = not reading.candidate.missing
    read = reading.read
    return (not certain, reading.candidate.age, read is None, read or 0.0, reading.candidate.backup.id)


def _seconds(amount: float | None, rate: float | None) -> float | None:
    return None if amount is None or not rate else amount * BITS / rate


def _lacks(collection: str, name: str, fact: str, matters: str) -> Missing:
    return Missing(f"{collection}/{name}", fact, (collection, name, fact), matters)
