"""NetBox device-type files taken into an estate as they are, each with a model that names it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from specs import reading
from specs.complaints import faults_of
from specs.device_type import DeviceType
from specs.importing.draft import Draft
from specs.importing.emitting import entry
from specs.importing.folder import Folder
from specs.importing.naming import distinct, identifier
from specs.issues import Issue, Location, SpecError
from specs.locate import Places
from specs.sources import DEVICE_TYPES

MODELS_FILE: Final = "models-imported.yaml"

_HEAD: Final = """\
# Equipment models, one for each imported NetBox device type. What NetBox does not know of a model
# stands here beside it, and rules ask for it:
#   vendor, price, lead_time, sale_ends, support_ends, reliability (mtbf, mttr), firmware;
#   draw (else the file's greatest draw), weight, power_supplies where the file has only bays;
#   cores, memory, storage, iops, throughput.
models:
"""


def read_device_type(data: bytes, file: str) -> DeviceType:
    """The device type in a file of NetBox's library; SpecError with every fault."""
    node = reading.read(data, file, as_text=True)
    content = reading.plain(node)
    if not isinstance(content, dict):
        message, hint = "no device type stands in this file", "give a file of NetBox's device-type library"
        raise SpecError([Issue("DEV-001", Location(file, 1, 1), message, hint)])
    try:
        return DeviceType.model_validate(content)
    except ValidationError as fault:
        places = Places(node)
        found = faults_of(fault, DeviceType)
        raise SpecError(
            Issue(one.code, places.at(one.path) or Location(file, 1, 1), one.message, one.hint)
            for one in found
        ) from None


def draft(folder: Folder, files: Sequence[tuple[str, bytes]]) -> Draft:
    """The files (name and bytes) under safe names, and models that name them; SpecError with every fault."""
    issues: list[Issue] = []
    wanted: dict[str, tuple[str, bytes, DeviceType]] = {}
    for shown, data in files:
        try:
            kind = read_device_type(data, shown)
        except SpecError as fault:
            issues += fault.issues
            continue
        path = f"{DEVICE_TYPES}/{file_stem(kind)}.yaml"
        other = wanted.setdefault(path, (shown, data, kind))
        if other[1] != data:
            message = f"{other[0]} is a different file of the same {kind.manufacturer} {kind.model}"
            issues.append(Issue("IMP-004", Location(shown, 1, 1), message, "import one of the two"))
    if issues:
        raise SpecError(issues)
    kinds = {path: kind for path, (_, _, kind) in wanted.items()}
    models = models_for(folder, kinds)
    made = {path: data for path, (_, data, _) in wanted.items()}
    grown: frozenset[str] = frozenset()
    if models:
        name, content = _models_file(folder, models, kinds)
        made[name] = content
        grown = frozenset({name})
    return Draft(
        files=made,
        counts={"device types": len(wanted), "models": len(models)},
        notes=tuple(_notes(folder, models, kinds)),
        title="Imported equipment",
        grown=grown,
    )


def file_stem(kind: DeviceType) -> str:
    """A safe file name for a device type, which is its model's id too.

    >>> file_stem(DeviceType(manufacturer="Dell", model="PowerEdge R750"))
    'dell-poweredge-r750'
    """
    maker = identifier(kind.manufacturer, "maker")
    name = identifier(kind.slug or kind.model, "model")
    return name if name == maker or name.startswith(f"{maker}-") else f"{maker}-{name}"


def models_for(folder: Folder, kinds: Mapping[str, DeviceType]) -> dict[str, str]:
    """Ids for models of those files that no model of the folder names yet, with the file of each."""
    missing = [path for path in sorted(kinds) if folder.model_of(path) is None]
    ids = distinct([(file_stem(kinds[path]),) for path in missing], folder.collection("models"))
    return dict(zip(ids, missing, strict=True))


def model_entry(key: str, path: str, kind: DeviceType, indent: str = "  ") -> str:
    """A model's entry, with what to add to it as comments."""
    lines = [entry(key, {"device_type": path}, indent)]
    if kind.supply_count is None and kind.is_powered:
        lines.append(f"{indent}  # power_supplies: the file does not say how many are fitted\n")
    if kind.greatest_draw() is None and kind.is_powered and not kind.power_outlets:
        lines.append(f"{indent}  # draw: the file does not say what it takes\n")
    return "".join(lines)


def _models_file(
    folder: Folder, models: Mapping[str, str], kinds: Mapping[str, DeviceType]
) -> tuple[str, bytes]:
    """The file of imported models with these at its end; another one where that end is no place for them."""
    number = 1
    while True:
        name = MODELS_FILE if number == 1 else MODELS_FILE.replace(".yaml", f"-{number}.yaml")
        path = folder.root / name
        before = path.read_bytes() if path.is_file() else _HEAD.encode()
        content = _added(before, models, kinds)
        if content is not None:
            return name, content
        number += 1


def _added(before: bytes, models: Mapping[str, str], kinds: Mapping[str, DeviceType]) -> bytes | None:
    try:
        node = reading.read(before, MODELS_FILE)
    except SpecError:
        return None
    held = node.value.get("models") if isinstance(node.value, dict) else None
    if held is None or not isinstance(held.value, dict | None):
        return None
    first = next(iter(held.value.values()), None) if held.value else None
    indent = " " * (first.key_column - 1) if first else "  "
    entries = "".join(model_entry(key, path, kinds[path], indent) for key, path in models.items())
    content = before + (b"" if before.endswith(b"\n") else b"\n") + entries.encode()
    expected: dict[str, Any] = {
        **(reading.plain(held) or {}),
        **{key: {"device_type": path} for key, path in models.items()},
    }
    try:
        after = reading.plain(reading.read(content, MODELS_FILE))
    except SpecError:
        return None
    return content if after == {**reading.plain(node), "models": expected} else None


def _notes(folder: Folder, models: Mapping[str, str], kinds: Mapping[str, DeviceType]) -> list[str]:
    known = len(kinds) - len(models)
    notes = [f"{known} of {len(kinds)} have a model already"] if known else []
    if models:
        notes.append(
            "say of each model what NetBox does not know: price, lead time, reliability, end of support"
        )
    return notes
