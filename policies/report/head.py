"""What every report carries, whoever reads it: whose it is, how secret, which version, who may hold it."""

from dataclasses import dataclass
from datetime import date

from specs.base import Text
from specs.findings import Judgement
from specs.header import TODAY, Header


@dataclass(frozen=True)
class Head:
    """The marking of one report."""

    title: Text
    owner: Text
    classification: str
    version: str
    approver: Text | None
    approved_on: date | None
    distribution: tuple[Text, ...]
    phase: Text | str
    """Name of the phase that it is about; `today` before the first."""
    on: date
    """Day as at which it was judged."""
    digest: str
    """Of the spec's files; empty where the reader may not have it."""
    tool: str
    """The tool and its version."""


def head_of(header: Header, judgement: Judgement, version: str) -> Head:
    """The marking of a report for those who may know the estate."""
    named = {one.id: one.name for one in header.phases}
    phase = named.get(judgement.phase) or judgement.phase
    return _head(header, phase, judgement.on, judgement.digest, version)


def partner_head(header: Header, judgement: Judgement, version: str) -> Head:
    """The marking of a report for a partner: the phase by its number, and no digest of the specs."""
    names = [TODAY, *(one.id for one in header.phases)]
    number = names.index(judgement.phase.partition("/")[0])
    return _head(header, str(number) if number else TODAY, judgement.on, "", version)


def _head(header: Header, phase: Text | str, on: date, digest: str, version: str) -> Head:
    return Head(
        header.title,
        header.owner,
        header.classification,
        header.version,
        header.approver,
        header.approved_on,
        tuple(header.distribution),
        phase,
        on,
        digest,
        f"thabat {version}",
    )
