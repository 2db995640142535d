"""Registers as CSV (RFC 4180): assets, findings, processing of personal data, and what people answer for.

Every row carries classification, version, digest, phase and day, so that a part cut out of a file still does.
What nobody declared is written `undeclared`; what does not apply to a row is empty.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from policies.outputs.csv_registers import assets, findings, governance, processing
from policies.outputs.csv_registers.cells import HEAD, Row, written
from policies.outputs.exported import Exported

_Columns = tuple[str, ...]
_Rows = Callable[[Exported], Iterator[Row]]

_REGISTERS: Final[Mapping[str, tuple[_Columns, _Rows]]] = {
    "csv-assets": (assets.COLUMNS, assets.assets),
    "csv-findings": (findings.COLUMNS, findings.findings),
    "csv-processing": (processing.COLUMNS, processing.processing),
    "csv-risks": (governance.RISKS, governance.risks),
    "csv-actions": (governance.ACTIONS, governance.actions),
    "csv-attestations": (governance.ATTESTATIONS, governance.attestations),
    "csv-waivers": (governance.WAIVERS, governance.waivers),
    "csv-drills": (governance.DRILLS, governance.drills),
}

COLUMNS: Final[Mapping[str, _Columns]] = {
    name: (*HEAD, *columns) for name, (columns, _) in _REGISTERS.items()
}
"""By register: its header row, which within a major version of Thabat may grow at most."""


def _form(columns: _Columns, rows: _Rows) -> Callable[[Exported], str]:
    return lambda exported: written(exported, columns, rows(exported))


FORMS: Final[Mapping[str, Callable[[Exported], str]]] = {
    name: _form(*register) for name, register in _REGISTERS.items()
}
"""By name, how each is written."""
