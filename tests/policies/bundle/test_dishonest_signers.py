"""Signers of what does not follow, or of what no bundle may hold: the signature holds, the bundle not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.bundle.canonical import digest, rendered
from policies.bundle.chain import linked
from policies.bundle.envelope import as_bytes, read, signed
from policies.bundle.packing import log_entries
from policies.bundle.statement import ENVELOPE, LOG
from tests.policies.bundle.conftest import Copy
from tests.policies.bundle.made import VERSION, codes, signer, verified

Statement = dict[str, Any]


def resigned(folder: Path, change: Callable[[Statement], None], *, log: bool = True) -> Path:
    """The bundle with another statement, the log made to fit it, signed by the right key."""
    said = json.loads(read((folder / ENVELOPE).read_bytes()).payload)
    for subject in said["subject"]:
        path = folder / subject["name"]
        if path.is_file():
            data = path.read_bytes()
            subject["digest"]["sha256"] = digest(data)
            subject["annotations"]["size"] = len(data)
    change(said)
    if log:
        others = [one for one in said["subject"] if one["annotations"]["role"] != "log"]
        text, head = linked(log_entries(others, said["predicate"]))
        (folder / LOG).write_bytes(text)
        said["predicate"]["log"] = {"entries": head.entries, "sha256": head.sha256}
        for subject in said["subject"]:
            if subject["name"] == LOG:
                subject["digest"]["sha256"] = digest(text)
                subject["annotations"]["size"] = len(text)
    (folder / ENVELOPE).write_bytes(as_bytes(signed(rendered(said), [signer()])))
    return folder


def nothing(said: Statement) -> None:
    """No change."""


def _drop(said: Statement, name: str) -> None:
    said["subject"] = [one for one in said["subject"] if one["name"] != name]


def test_signing_anew_what_was_not_changed_holds(copy: Copy) -> None:
    assert verified(resigned(copy(), nothing)).verdict == "holds"


def test_a_signed_figure_that_does_not_follow_is_named_with_what_does(copy: Copy) -> None:
    folder = copy()
    path = folder / "verdicts.json"
    told = json.loads(path.read_text("utf-8"))
    meant = told["summary"]["failed"]
    told["summary"]["failed"] = meant + 3
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    found = verified(resigned(folder, nothing))
    assert [(one.code, one.file) for one in found.failures] == [("EVD-030", "verdicts.json")]
    assert found.failures[0].what == f"summary.failed: {meant + 3} stands there, {meant} follows"
    assert verified(folder, recomputing=False).failures == ()


def test_a_document_left_out_is_missed(copy: Copy) -> None:
    folder = copy()
    (folder / "verdicts.json").unlink()
    found = verified(resigned(folder, lambda said: _drop(said, "verdicts.json")))
    assert [(one.code, one.file) for one in found.failures] == [("EVD-030", "verdicts.json")]


def test_a_document_that_nothing_gives_is_told(copy: Copy) -> None:
    folder = copy()
    (folder / "certificate.md").write_text("Tier IV")

    def more(said: Statement) -> None:
        data = (folder / "certificate.md").read_bytes()
        kept = {"role": "derived", "size": len(data)}
        said["subject"].append(
            {"name": "certificate.md", "digest": {"sha256": digest(data)}, "annotations": kept}
        )

    found = verified(resigned(folder, more))
    assert [(one.code, one.file) for one in found.failures] == [("EVD-030", "certificate.md")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Another"),
        ("classification", "public"),
        ("version", "8"),
        ("phase", "phase-9"),
        ("digest", f"sha256:{'0' * 64}"),
    ],
)
def test_a_statement_about_another_estate_than_the_specs_is_told(field: str, value: str, copy: Copy) -> None:
    def change(said: Statement) -> None:
        said["predicate"]["estate"][field] = value

    assert codes(verified(resigned(copy(), change))) == ["EVD-031"]


def test_specs_that_cannot_be_read_are_told(copy: Copy) -> None:
    folder = copy()
    (folder / "specs/own/_estate/estate.yaml").write_text("estate: [")
    assert codes(verified(resigned(folder, nothing))) == ["EVD-031"]


def test_a_log_that_tells_otherwise_than_the_statement_is_told(copy: Copy) -> None:
    folder = copy()
    entries = [json.loads(line) for line in (folder / LOG).read_bytes().splitlines()]
    entries[2]["size"] = 7
    text, head = linked(entries)
    (folder / LOG).write_bytes(text)

    def change(said: Statement) -> None:
        said["predicate"]["log"] = {"entries": head.entries, "sha256": head.sha256}

    found = verified(resigned(folder, change, log=False), recomputing=False)
    assert [(one.code, one.file) for one in found.failures] == [("EVD-027", f"{LOG}:3")]


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt", "/etc/passwd", "specs/../../x", "a//b", "./a", "a\\b", "a\nb", "a\u202eb", "",
        "x/" * 40 + "y",
        "anchors/timestamp-1.tsr", "envelope.json", "a" * 300,
    ],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder_or_to_what_is_not_signed(name: str, copy: Copy) -> None:
    def change(said: Statement) -> None:
        said["subject"][0]["name"] = name

    assert codes(verified(resigned(copy(), change, log=False))) == ["EVD-006"]


def test_no_file_is_named_twice_and_none_is_a_folder_too(copy: Copy) -> None:
    def twice(said: Statement) -> None:
        said["subject"].append(said["subject"][0])

    def folder_too(said: Statement) -> None:
        said["subject"].append({**said["subject"][0], "name": "specs"})

    assert codes(verified(resigned(copy(), twice, log=False))) == ["EVD-006"]
    assert codes(verified(resigned(copy(), folder_too, log=False))) == ["EVD-006"]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.pop("predicate"),
        lambda said: said.update(more=1),
        lambda said: said.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda said: said.update(predicateType="https://slsa.dev/provenance/v1"),
        lambda said: said["predicate"].update(format_version="2.0"),
        lambda said: said["predicate"]["options"].update(judged_on="2026-02-30"),
        lambda said: said["predicate"]["options"].update(proofs="yes"),
        lambda said: said["subject"][0]["annotations"].update(size=-1),
        lambda said: said["subject"][0]["annotations"].update(size=1e300),
        lambda said: said["subject"][0]["digest"].update(sha256="0" * 63),
        lambda said: said.update(subject={}),
    ],
)
def test_what_is_no_statement_of_a_bundle_is_told(change: Callable[[Statement], None], copy: Copy) -> None:
    assert codes(verified(resigned(copy(), change, log=False))) == ["EVD-005"]


def test_figures_of_another_version_are_not_comparable_and_that_is_no_pass(copy: Copy) -> None:
    folder = copy()
    for name, old, new in (
        ("versions.json", f'"thabat":"{VERSION}"', '"thabat":"99.0"'),
        ("verdicts.json", f'"version": "{VERSION}"', '"version": "99.0"'),
    ):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")
    found = verified(resigned(folder, nothing))
    assert (found.verdict, found.failures) == ("unknown", ())
    (told,) = found.undecided
    assert (told.code, told.file) == ("EVD-032", "verdicts.json")
    assert f"thabat: 99.0 there, {VERSION} here" in told.what


def test_other_versions_that_give_the_same_figures_hold(copy: Copy) -> None:
    folder = copy()
    path = folder / "versions.json"
    told = json.loads(path.read_bytes())
    told["packages"]["scipy"] = "0.0.1"
    path.write_bytes(rendered(told))
    assert verified(resigned(folder, nothing)).verdict == "holds"


def test_what_cannot_be_computed_is_unknown_and_no_traceback(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from policies.bundle import figures

    def failing(*given: object, **named: object) -> None:
        raise RuntimeError("the solver gave up")

    monkeypatch.setattr(figures, "derived", failing)
    found = verified(copy())
    assert (found.verdict, [one.code for one in found.undecided]) == ("unknown", ["EVD-032"])
    assert "the solver gave up" in found.undecided[0].what
