"""From files to an estate, in stages: read, merge, model, references, consistency.

Every fault of a stage is told at once; the next stage begins only when one has none.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from specs import reading, sources
from specs.amending import AMENDS, amended, laid_together, together
from specs.bundled import ESTATES, bundled
from specs.complaints import faults_of
from specs.consistency import check_plan
from specs.expanding import ID, Expansion
from specs.issues import Fault, Issue, SpecError
from specs.locate import Places
from specs.model import COLLECTIONS, Estate
from specs.reading import Node
from specs.sources import Layer
from specs.text import did_you_mean

MOST_LAYERS: Final = 8
"""Estates that may be laid over each other."""

T = TypeVar("T")


@dataclass(frozen=True)
class Loaded:
    """An estate, and where all of it is written."""

    estate: Estate
    """The whole plan, all phases."""
    root: Path
    """The estate's folder."""
    places: Places
    """From a field to its line."""
    digest: str
    """`sha256:…` over the names and bytes of every file read."""
    files: tuple[str, ...]
    """Those files, as messages call them, sorted."""


def load(path: Path, bundled_estates: Path = ESTATES) -> Loaded:
    """The estate in that folder or file; SpecError with every issue of the first stage that has any.

    `bundled_estates` is where estates that come with Thabat are looked for: copies of them give the same
    digest and places.
    """
    files = _Files(bundled_estates)
    layers = _stage(files.read_layers, path)
    merged = _stage(_merged, layers, files)
    places = Places(merged)
    estate = _stage(_modelled, merged, places)
    _stage(_consistent, estate, places)
    return Loaded(estate, layers[-1].layer.root, places, files.digest(), tuple(sorted(files.contents)))


def faults_as_issues(faults: tuple[Fault, ...], places: Places) -> tuple[Issue, ...]:
    """What checks found, at its line; other places to blame are named in the message."""
    return tuple(_located(fault, places) for fault in faults)


@dataclass(frozen=True)
class _LayerContent:
    layer: Layer
    documents: tuple[Node, ...]
    amends: Node | None


@dataclass
class _Files:
    """Every file read for an estate."""

    bundled_estates: Path
    contents: dict[str, str] = field(default_factory=dict)
    """By name, the digest of its bytes."""
    layers: dict[str, Layer] = field(default_factory=dict)
    """By name, the layer that it is of."""
    size: int = 0
    """Bytes of all of them."""

    def read(self, layer: Layer, name: str, as_text: bool = False) -> Node:
        """The values of one file; `as_text` for one whose format is not ours."""
        data = sources.content(layer, name)
        shown = layer.shown(name)
        self.size += len(data)
        if self.size > sources.MOST_BYTES_TOGETHER:
            raise SpecError([sources.too_much_together(shown)])
        self.contents[shown] = hashlib.sha256(data).hexdigest()
        self.layers[shown] = layer
        return reading.read(data, shown, as_text=as_text)

    def read_layers(self, path: Path, issues: list[Issue]) -> list[_LayerContent]:
        """The files of the estate and of those that it amends, the undermost first."""
        found: list[_LayerContent] = []
        layer: Layer | None = sources.layer_at(path)
        while layer is not None:
            content = self._layer(layer, issues)
            found.insert(0, content)
            above = [each.layer for each in found]
            layer = _base(content, above, self.bundled_estates, issues) if content.amends else None
        return found

    def _layer(self, layer: Layer, issues: list[Issue]) -> _LayerContent:
        documents: list[Node] = []
        amends: Node | None = None
        for name in sources.names_of(layer):
            try:
                document = self.read(layer, name)
            except SpecError as fault:
                issues.extend(fault.issues)
                continue
            if document.value is None:
                continue
            if not isinstance(document.value, dict):
                message = "the file holds no collections"
                hint = "begin with a collection's name, such as `sites:`"
                issues.append(Issue("FILE-007", document.location, message, hint))
                continue
            own = document.value.pop(AMENDS, None)
            if own is not None and amends is not None:
                message = f"`{AMENDS}` stands in two files (first at {amends.key_location})"
                issues.append(Issue("KEY-004", own.key_location, message, "keep one of the two"))
            amends = amends or own
            documents.append(document)
        return _LayerContent(layer, tuple(documents), amends)

    def digest(self) -> str:
        """One digest of all that was read."""
        lines = (f"{name}\0{digest}\n" for name, digest in sorted(self.contents.items()))
        return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def _base(
    content: _LayerContent, above: list[Layer], bundled_estates: Path, issues: list[Issue]
) -> Layer | None:
    """The layer that is amended: a folder beside this one, or else a bundled estate."""
    assert content.amends is not None
    name, location = content.amends.value, content.amends.location
    if not isinstance(name, str) or not ID.fullmatch(name):
        message = f"`{AMENDS}` names an estate's folder beside this one, or a bundled estate"
        issues.append(Issue("AMEND-001", location, message, "write its name alone, without a slash"))
        return None
    of_folder = content.layer.only is None
    beside = content.layer.root.parent if of_folder else content.layer.root
    if (beside / name).is_dir() and not (beside / name).is_symlink():
        up = "bundled:" if content.layer.called.startswith("bundled:") else "../" if of_folder else ""
        layer = sources.layer_at(beside / name, f"{up}{name}/")
    elif name in bundled(bundled_estates):
        layer = sources.layer_at(bundled_estates / name, f"bundled:{name}/")
    else:
        known = {*sources.folders_in(beside), *bundled(bundled_estates)} - {content.layer.root.name}
        hint = did_you_mean(name, known)
        issues.append(Issue("AMEND-001", location, f"there is no estate `{name}` to amend", hint))
        return None
    if (
        any(layer.root == other.root and layer.only == other.only for other in above)
        or len(above) >= MOST_LAYERS
    ):
        issues.append(
            Issue("AMEND-002", location, f"amending `{name}` leads back here", "amend another estate")
        )
        return None
    return layer


def _merged(layers: list[_LayerContent], files: _Files, issues: list[Issue]) -> Node:
    """One mapping of everything, ranges taken apart, device types in the place of their paths."""
    result: dict[str, Node] = {}
    expansion = Expansion(issues)
    for number, content in enumerate(layers):
        documents = [expansion.of_file(document) for document in content.documents]
        if number == 0:
            result = _without_nothing(together(documents, issues))
        else:
            result = amended(result, laid_together(documents, issues), issues)
    root = Node(result, layers[-1].layer.shown(""), 1, 1)
    _put_device_types(root, files, issues)
    return root


def _without_nothing(collections: dict[str, Node]) -> dict[str, Node]:
    """An element or a collection of which nothing is said is an empty one."""
    result: dict[str, Node] = {}
    for name, entry in collections.items():
        if name in COLLECTIONS and entry.value is None:
            result[name] = entry.like({})
        elif name in COLLECTIONS and isinstance(entry.value, dict):
            result[name] = entry.like(
                {key: node.like({}) if node.value is None else node for key, node in entry.value.items()}
            )
        else:
            result[name] = entry
    return result


def _put_device_types(root: Node, files: _Files, issues: list[Issue]) -> None:
    """Put each device-type file in the place of its path, in models and in what is to change of them."""
    models = root.value.get("models")
    if models is None or not isinstance(models.value, dict):
        return
    known: dict[tuple[Path, str], Node | None] = {}
    root.value["models"] = models.like(
        {key: _with_device_type(model, known, files, issues) for key, model in models.value.items()}
    )


def _with_device_type(
    model: Node, known: dict[tuple[Path, str], Node | None], files: _Files, issues: list[Issue]
) -> Node:
    if not isinstance(model.value, dict):
        return model
    fields = dict(model.value)
    changes = fields.get("changes")
    if changes is not None and isinstance(changes.value, dict):
        fields["changes"] = changes.like(
            {key: _with_device_type(each, known, files, issues) for key, each in changes.value.items()}
        )
    written = fields.get("device_type")
    if written is not None and isinstance(written.value, str):
        content = _content_of(written, known, files, issues)
        fields["device_type"] = content.like(content.value) if content is not None else written
    return model.like(fields)


def _content_of(
    written: Node, known: dict[tuple[Path, str], Node | None], files: _Files, issues: list[Issue]
) -> Node | None:
    layer = files.layers[written.file]
    try:
        name = sources.device_type_name(layer, written.value)
    except ValueError as fault:
        hint = did_you_mean(written.value, sources.device_types_beside(layer))
        issues.append(Issue("FILE-001", written.location, f"device_type: {fault}", hint))
        return None
    if (layer.root, name) not in known:
        known[layer.root, name] = _device_type(layer, name, files, issues)
    return known[layer.root, name]


def _device_type(layer: Layer, name: str, files: _Files, issues: list[Issue]) -> Node | None:
    try:
        node = files.read(layer, name, as_text=True)
    except SpecError as fault:
        issues.extend(fault.issues)
        return None
    if not isinstance(node.value, dict):
        message, hint = "the file holds no device type", "give a file of the NetBox device-type library"
        issues.append(Issue("FILE-007", node.location, message, hint))
        return None
    node.value["source"] = node.like(name)
    return node


def _modelled(merged: Node, places: Places, issues: list[Issue]) -> Estate | None:
    if "estate" not in merged.value:
        message, hint = "no file says `estate:`", "say whose it is: `estate: {title: …, owner: …}`"
        issues.append(Issue("KEY-002", None, message, hint))
    try:
        return Estate.model_validate(reading.plain(merged))
    except ValidationError as fault:
        found = tuple(each for each in faults_of(fault, Estate) if each.path)
        issues.extend(faults_as_issues(found, places))
        return None


def _consistent(estate: Estate, places: Places, issues: list[Issue]) -> None:
    issues.extend(faults_as_issues(check_plan(estate), places))


def _located(fault: Fault, places: Places) -> Issue:
    also = [str(place) for place in map(places.at, fault.related) if place is not None]
    message = f"{fault.message} (also at {', '.join(also)})" if also else fault.message
    place = places.of_key(fault.path) if fault.code == "KEY-001" else places.at(fault.path)
    return Issue(fault.code, place, message, fault.hint)


def _stage(work: Callable[..., T | None], *given: Any) -> T:
    """What a stage makes of what it is given; SpecError if it had anything to say."""
    issues: list[Issue] = []
    try:
        result = work(*given, issues)
    except SpecError as fault:
        raise SpecError([*issues, *fault.issues]) from None
    if issues:
        raise SpecError(issues)
    return result  # type: ignore[return-value]
