"""What exports are made of: an estate as of a phase, its judgement, and what that shows of each control."""

from dataclasses import dataclass

from policies.frameworks.availability import SiteAvailability
from policies.frameworks.evidence import ControlEvidence
from policies.outputs.origin import Origin
from specs.findings import Finding, Judgement
from specs.governance import Action
from specs.issues import FieldPath, Location
from specs.loading import Loaded
from specs.model import Estate


@dataclass(frozen=True)
class Exported:
    """One judged estate."""

    loaded: Loaded
    """The whole plan, with its places in files."""
    estate: Estate
    """As it stands in the phase."""
    judgement: Judgement
    origin: Origin
    """Which tool and which rules judged it, and how its files are named."""
    evidence: tuple[ControlEvidence, ...]
    """Every control of the frameworks that are told of, in their order."""
    sites: tuple[SiteAvailability, ...] = ()
    """What was worked out site by site of availability classes, where these are told of."""

    @property
    def frameworks(self) -> tuple[str, ...]:
        """Keys of the frameworks that are told of, in order."""
        return tuple(dict.fromkeys(one.control.framework for one in self.evidence))

    def at(self, path: FieldPath) -> Location | None:
        """Where that is written."""
        return self.loaded.places.at(path)


def mended_by(action: Action, finding: Finding) -> bool:
    """Whether an action of the plan is to mend a finding: it names its rule, and its element, cause or none.

    What is borne by a waiver is not counted: nobody mends it now.
    """
    return (
        action.rule == finding.rule
        and finding.verdict.is_open
        and (action.elements is None or bool({finding.element, finding.cause} & set(action.elements)))
    )
