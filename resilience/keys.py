"""Keys that open encrypted copies: where they are left after a loss, and whether custodians must come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resilience.results import Missing
from specs.data import AtRest
from specs.issues import FieldPath
from specs.model import Estate
from specs.people import Keys


@dataclass(frozen=True)
class Opening:
    """What it takes to read one encrypted copy."""

    custodians_of: str | None = None
    """The administrative domain (id) of which a quorum must come; None: keys are at hand, or it is not known
    which."""
    closed: tuple[str, FieldPath] | None = None
    """Why nothing opens it any more, and the fact behind that; None: something does, as far as is known."""
    missing: tuple[Missing, ...] = ()

    @property
    def ease(self) -> tuple[bool, bool, bool]:
        """The easier the less: those that open before those that never do, known before unknown, at hand
        before custodians."""
        return self.closed is not None, bool(self.missing), self.custodians_of is not None


@dataclass(frozen=True)
class KeysLeft:
    """The keys that one scenario leaves.

    They are at hand where the module that holds them is left, or the twin that takes its place at a site
    where a backup of them lies; else custodians restore them from a backup that is left. After an intruder
    they come in any case: what ran before him is not trusted.
    """

    estate: Estate
    platform_sites: Mapping[str, tuple[str, ...]]
    """By platform the sites where it stands."""
    is_lost: Callable[[str], bool]
    """Whether an element (`sites/…`, `platforms/…`, `devices/…`) is lost."""
    after_intruder: bool = False

    def opening(self, copy: str) -> Opening:
        """What it takes to read a copy (`backups/…`, `replications/…`)."""
        collection, _, name = copy.partition("/")
        entry = self.estate.collection(collection)[name]
        at_rest: AtRest | None = getattr(entry, "at_rest", None)
        if at_rest is None or at_rest.keys is None:
            path: FieldPath = (collection, name, "at_rest")
            return Opening(missing=(Missing(copy, "at_rest", path, "which keys open the copy, if any"),))
        domain = self.estate.admin_domains.get(at_rest.keys)
        path = ("admin_domains", at_rest.keys, "keys")
        if domain is None or domain.keys is None:
            fact = Missing(f"admin_domains/{at_rest.keys}", "keys", path, "who can open the copy")
            return Opening(missing=(fact,))
        return self._of_domain(at_rest.keys, domain.keys, path)

    def _of_domain(self, name: str, keys: Keys, path: FieldPath) -> Opening:
        element = f"admin_domains/{name}"
        works = keys.hsm is not None and self._module_is_left(keys.hsm, keys.escrow or ())
        if works and not self.after_intruder:
            return Opening()
        missing = []
        if keys.escrow is None:
            missing.append(Missing(element, "keys.escrow", (*path, "escrow"), "where keys lie besides"))
        elif not works and all(self.is_lost(f"sites/{site}") for site in keys.escrow):
            return Opening(closed=(f"nothing is left that opens copies under {element}", (*path, "escrow")))
        quorum, custodians = keys.quorum, keys.custodians
        if quorum is not None and custodians is not None and quorum > custodians:
            told = f"{element} needs {quorum} shares and has {custodians} custodians"
            return Opening(closed=(told, (*path, "quorum")))
        return Opening(custodians_of=name, missing=tuple(missing))

    def _module_is_left(self, reference: str, escrow: tuple[str, ...]) -> bool:
        """Whether the security module is left, or its twin where a backup of the keys lies."""
        platform = self.estate.platforms.get(reference)
        if platform is None:
            return reference in self.estate.devices and not self.is_lost(f"devices/{reference}")
        if not self.is_lost(f"platforms/{reference}"):
            return True
        twins = {name for name, other in self.estate.platforms.items() if other.twin == reference}
        twins |= {platform.twin} if platform.twin is not None else set()
        return any(
            twin in self.estate.platforms
            and not self.is_lost(f"platforms/{twin}")
            and set(escrow) & set(self.platform_sites.get(twin, ()))
            for twin in twins
        )
