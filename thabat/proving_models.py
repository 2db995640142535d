"""`thabat prove` on what other people's models say: Open-PSA fault trees, and bare maps of networks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from thabat import console, output
from thabat.exits import CLEAN, NOT_EVALUATED, USAGE, Stop

if TYPE_CHECKING:
    from resilience.fault_tree.failure_function import FailureFunction
    from resilience.fault_tree.tree import FaultTree
    from resilience.wan_map.frontier import Connection
    from resilience.wan_map.proving import MapProof

FORMAT_VERSION = "1.0"
"""Of both JSON forms."""
FORMS = ("terminal", "json")
LISTED = 20
"""Likeliest cut sets, and events that matter most, in the result."""
SHOWN = 10
"""The same on the screen."""
DIGITS = 12
"""Significant ones of a figure: what is left after the last digits of a sum, which hang on its order."""


def open_psa(
    file: Path, top: str | None, mission_hours: float | None, outputs: "tuple[output.Output, ...]"
) -> None:
    """Prove the fault tree in an Open-PSA file, and end the command."""
    from resilience.fault_tree.open_psa.reader import read_fault_tree
    from specs.text import did_you_mean

    with console.working(f"reading {file}"):
        tree = read_fault_tree(_content(file), str(file), mission_hours)
    if top is not None and top not in tree.gates:
        raise Stop(USAGE, f"the tree has no gate `{top}`", did_you_mean(top, tree.gates))
    chosen = top or tree.natural_top()
    with console.working(f"proving {chosen}"):
        told = fault_tree_result(tree, chosen)
    output.emit(outputs, {"terminal": lambda: _terminal(_tree_lines(told)), "json": lambda: _json(told)})
    for note in told["notes"]:
        console.say(note)
    known = told["p_top"] is not None and told["minimal_cut_sets"] is not None
    raise typer.Exit(CLEAN if known else NOT_EVALUATED)


def graphml(
    file: Path,
    link_availability: float | None,
    between: tuple[str, str] | None,
    outputs: "tuple[output.Output, ...]",
) -> None:
    """Prove the map in a GraphML file, and end the command."""
    from resilience.wan_map.bare_map import NoSuchPlace, bare, place_called
    from resilience.wan_map.proving import prove
    from specs.importing.graphml import read_map

    map_ = bare(read_map(_content(file), str(file)), file.stem)
    try:
        ends = (place_called(map_, between[0]), place_called(map_, between[1])) if between else None
    except NoSuchPlace as fault:
        raise Stop(USAGE, fault.message, fault.hint) from None
    with console.working(f"proving {file}"):
        proof = prove(map_, 1.0 if link_availability is None else link_availability, ends)
    told = map_result(proof, link_availability is not None)
    output.emit(outputs, {"terminal": lambda: _terminal(_map_lines(told)), "json": lambda: _json(told)})
    for note in told["notes"]:
        console.say(note)
    known = told["all_terminal"] is not None and (ends is None or told["two_terminal"] is not None)
    raise typer.Exit(CLEAN if known or link_availability is None else NOT_EVALUATED)


def fault_tree_result(tree: "FaultTree", top: str) -> dict[str, Any]:
    """The result in plain values, as the JSON form has it."""
    from resilience.fault_tree.failure_function import compile_formula
    from resilience.fault_tree.modules import TooHard

    notes = list(tree.notes)
    if len(tree.tops) > 1:
        notes.append(f"{len(tree.tops)} gates are used by no other; this is of `{top}` (--top names another)")
    told: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "model": "fault tree",
        "title": tree.title,
        "top": top,
        "tops": list(tree.tops),
        "gates": len(tree.gates),
        "common_cause_groups": list(tree.groups),
        "p_top": None,
        "minimal_cut_sets": None,
    }
    try:
        found = compile_formula(tree.gates[top])
    except TooHard as limit:
        return {**told, **_bounds(tree, top), "notes": [*notes, f"UNKNOWN: {limit}"]}
    told |= _figures(tree, found, notes)
    return {**told, "notes": notes}


def _bounds(tree: "FaultTree", top: str) -> dict[str, Any]:
    """What is certain of a tree that is too hard; nothing where a probability is missing."""
    from resilience.fault_tree.bounding import bounds

    if tree.gates[top].events() & set(tree.undeclared):
        return {}
    found = bounds(tree.gates[top], tree.chances)
    if found is None:
        return {}
    return {
        "p_top_between": _between(found.at_least, found.at_most),
        "minimal_cut_sets_at_least": found.minimal_cut_sets,
    }


def _figures(tree: "FaultTree", found: "FailureFunction", notes: list[str]) -> dict[str, Any]:
    from resilience.fault_tree.modules import TooHard

    missing = [event for event in tree.undeclared if event in found.support]
    told: dict[str, Any] = {
        "basic_events": len(found.support),
        "coherent": found.coherent,
        "cut_sets_are": (
            "minimal cut sets"
            if found.coherent
            else "minimal p-cuts: smallest sets of events that bring the top about while no other happens"
        ),
        "undeclared": missing,
    }
    if missing:
        notes.append(f"UNKNOWN: {len(missing)} events have no probability, `{missing[0]}` first")
        if found.coherent:
            least, most = (
                found.probability({**tree.chances, **dict.fromkeys(missing, bound)}) for bound in (0.0, 1.0)
            )
            told["p_top_between"] = _between(least, most)
    else:
        told["p_top"] = _rounded(found.probability(tree.chances))
        told["importances"] = [
            {
                "event": one.event,
                "probability": one.probability,
                "birnbaum": _rounded(one.birnbaum),
                "fussell_vesely": _rounded(one.fussell_vesely),
                "risk_achievement_worth": _rounded(one.risk_achievement),
                "risk_reduction_worth": _rounded(one.risk_reduction),
            }
            for one in found.importances(tree.chances)[:LISTED]
        ]
    try:
        told["minimal_cut_sets"] = found.minimal_cut_set_count()
    except TooHard as limit:
        notes.append(f"UNKNOWN: {limit}")
    else:
        if not missing:
            told["likeliest_cut_sets"] = [
                {"events": list(one.events), "probability": _rounded(one.probability)}
                for one in found.likeliest_cut_sets(tree.chances, LISTED)
            ]
    return told


def map_result(proof: "MapProof", is_declared: bool) -> dict[str, Any]:
    """The result in plain values, as the JSON form has it; unknown where no availability is declared."""
    notes = []
    if not proof.connected:
        notes.append(
            f"the map is not connected: it falls into {len(proof.parts)} parts even while every link is up"
        )
    if not is_declared:
        notes.append("reliabilities are UNKNOWN: --link-availability is not given")
    told: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "model": "network map",
        "title": proof.title,
        "nodes": proof.nodes,
        "links": proof.links,
        "parallel_links_merged": proof.merged,
        "loops_left_out": proof.loops,
        "assumes": [
            "nodes never fail",
            "links fail independently, in both directions",
            "parallel links are one",
        ],
        "link_availability": proof.link_availability if is_declared else None,
        "connected": proof.connected,
        "parts": [list(part) for part in proof.parts] if not proof.connected else [],
        "cut_nodes": list(proof.cut_nodes),
        "bridges": [list(bridge) for bridge in proof.bridges],
    }
    told |= _reliability("all_terminal", proof.all_terminal if is_declared else None)
    two = proof.two_terminal
    told["between"] = [two.one, two.other] if two is not None else None
    told |= _reliability("two_terminal", two.reliability if two is not None and is_declared else None)
    if two is not None and not two.joined:
        notes.append(f"no way leads from {two.one} to {two.other} even while every link is up")
    if any(f"{name}_between" in told for name in ("all_terminal", "two_terminal")):
        notes.append("UNKNOWN: the map is too wide for an exact figure; bounds are given")
    return {**told, "notes": notes}


def _reliability(name: str, found: "Connection | None") -> dict[str, Any]:
    """The figure and its opposite; bounds in their place where it is not exact."""
    if found is None:
        return {name: None, f"{name}_lost": None}
    if found.unknown:
        bounds = _between(found.up, found.up + found.unknown)
        return {name: None, f"{name}_lost": None, f"{name}_between": bounds}
    return {name: _rounded(found.up), f"{name}_lost": _rounded(found.down)}


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else float(f"{figure:.{DIGITS}g}")


def _between(least: float, most: float) -> list[float]:
    """Bounds rounded away from each other, so that they still hold."""
    outer = 10.0 ** (1 - DIGITS)
    return [float(f"{one:.{DIGITS}g}") for one in (least * (1 - outer), min(1.0, most * (1 + outer)))]


def _content(file: Path) -> bytes:
    """The file's bytes, if it is a plain file and not too large for any model."""
    from specs import sources

    layer = sources.layer_at(file)
    if layer.only is None:
        raise Stop(USAGE, f"{file} is a folder", "name a file")
    return sources.content(layer, layer.only)


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False)


def _terminal(lines: list[tuple[str, str]]) -> str:
    """Rows of what and how much; a row without a name is a line of its own."""
    from specs.text import plain

    shown = console.stdout()
    wide = max((len(name) for name, _ in lines), default=0)
    with shown.capture() as captured:
        for name, text in lines:
            shown.print(name.ljust(wide) + "  " if name else "", style="bold", end="")
            shown.print(plain(text))
    return captured.get()


def _tree_lines(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    figure, count = told["p_top"], told["minimal_cut_sets"]
    bounds = told.get("p_top_between")
    found = f", {told[at_least]:,} or more" if (at_least := "minimal_cut_sets_at_least") in told else ""
    between = f", between {bounds[0]:.6g} and {bounds[1]:.6g}" if bounds else ""
    lines = [
        ("fault tree", told["title"] or "without a name"),
        ("top", told["top"]),
        ("probability of the top", f"{figure:.6g}" if figure is not None else f"UNKNOWN{between}"),
        ("minimal cut sets", f"{count:,}" if count is not None else f"UNKNOWN{found}"),
    ]
    if "basic_events" in told:
        lines.append(("events that count", f"{told['basic_events']:,}"))
        if not told["coherent"]:
            lines.append(("not coherent", f"cut sets are {told['cut_sets_are']}"))
    if told.get("likeliest_cut_sets"):
        lines += [("", ""), ("", "likeliest cut sets:")]
        lines += [
            ("", f"  {one['probability']:<12.4g} {', '.join(one['events']) or 'nothing need happen'}")
            for one in told["likeliest_cut_sets"][:SHOWN]
        ]
    if told.get("importances"):
        lines += [
            ("", ""),
            ("", "what to mend first (share of the probability that goes if it never fails):"),
        ]
        lines += [
            ("", f"  {one['fussell_vesely'] or 0.0:<12.4g} {one['event']}")
            for one in told["importances"][:SHOWN]
        ]
    return lines


def _map_lines(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    def reliability(name: str) -> str:
        figure, bounds = told[name], told.get(f"{name}_between")
        if figure is not None:
            return f"{figure:.10g} (lost: {told[f'{name}_lost']:.6g})"
        return f"UNKNOWN, between {bounds[0]:.10g} and {bounds[1]:.10g}" if bounds else "UNKNOWN"

    lines = [
        ("map", told["title"]),
        ("nodes, links", f"{told['nodes']:,}, {told['links']:,}"),
        ("connected", "yes" if told["connected"] else f"no: {len(told['parts'])} parts"),
    ]
    for part in told["parts"]:
        lines.append(("", f"  {_some(part)}"))
    lines += _listed("cut nodes", told["cut_nodes"])
    lines += _listed("bridges", [" – ".join(ends) for ends in told["bridges"]])
    lines.append(("all reach each other", reliability("all_terminal")))
    if told["between"]:
        lines.append((" – ".join(told["between"]), reliability("two_terminal")))
    lines.append(("", f"assumed: {'; '.join(told['assumes'])}"))
    return lines


def _listed(what: str, names: list[str]) -> list[tuple[str, str]]:
    return [(what, f"{len(names):,}: {_some(names)}" if names else "none")]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return f"{', '.join(names[:LISTED])}{more}"
