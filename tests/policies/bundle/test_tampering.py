"""Tampering: seeded edits of every kind at many places of a bundle, each found, and for the right reason."""

import base64
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from policies.bundle.anchors import Trust, countersignature
from policies.bundle.canonical import digest, rendered
from policies.bundle.chain import EMPTY, linked
from policies.bundle.envelope import as_bytes, read, signed
from policies.bundle.statement import ENVELOPE, LOG
from policies.bundle.telling import as_json, as_text
from policies.bundle.verifying import Asked, verify
from tests.policies.bundle.conftest import Copy
from tests.policies.bundle.made import VERSION, codes, public, signer, verified

SIGNED = (
    "drills.json",
    "given/drills/failover.json",
    "given/stocktakes/hall.csv",
    "plan.json",
    "reports/findings.md",
    "reports/report.html",
    "specs/own/_estate/device-types/server.yaml",
    "specs/own/_estate/estate.yaml",
    "verdicts.json",
    "versions.json",
)
Edit = Callable[[Path, random.Random], set[str]]
"""Spoils a bundle; gives the codes that are to be told, and no other may be."""


def _any(chance: random.Random) -> str:
    return chance.choice(SIGNED)


def flip_a_byte(folder: Path, chance: random.Random) -> set[str]:
    path = folder / _any(chance)
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return {"EVD-013"}


def cut_the_end_off(folder: Path, chance: random.Random) -> set[str]:
    path = folder / _any(chance)
    path.write_bytes(path.read_bytes()[: -chance.randint(1, 40)])
    return {"EVD-014"}


def empty(folder: Path, chance: random.Random) -> set[str]:
    (folder / _any(chance)).write_bytes(b"")
    return {"EVD-014"}


def add_to_the_end(folder: Path, chance: random.Random) -> set[str]:
    path = folder / _any(chance)
    path.write_bytes(path.read_bytes() + b" " * chance.randint(1, 100_000))
    return {"EVD-015"}


def take_a_file_out(folder: Path, chance: random.Random) -> set[str]:
    (folder / _any(chance)).unlink()
    return {"EVD-010"}


def put_a_file_in(folder: Path, chance: random.Random) -> set[str]:
    name = chance.choice(
        ["specs/own/_estate/more.yaml", ".hidden", "reports/new.html", "given/drills/2.json", "x/y/z"]
    )
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(chance.randbytes(chance.randint(0, 50)))
    return {"EVD-011"}


def rename_a_file(folder: Path, chance: random.Random) -> set[str]:
    name = _any(chance)
    (folder / name).rename(folder / f"{name}.{chance.randrange(100)}")
    return {"EVD-012"}


def exchange_two_files(folder: Path, chance: random.Random) -> set[str]:
    one, other = (folder / name for name in chance.sample(SIGNED, 2))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return {"EVD-018"} if max(len(first), len(second)) <= 8192 else {"EVD-018", "EVD-014", "EVD-015"}


def put_a_link_in_its_place(folder: Path, chance: random.Random) -> set[str]:
    path = folder / _any(chance)
    kept = folder.parent / f"{folder.name}-kept"
    path.rename(kept)
    path.symlink_to(kept)
    return {"EVD-016"}


def put_a_pipe_in_its_place(folder: Path, chance: random.Random) -> set[str]:
    path = folder / _any(chance)
    path.unlink()
    os.mkfifo(path)
    return {"EVD-016"}


def _lines(folder: Path) -> list[bytes]:
    return (folder / LOG).read_bytes().splitlines(keepends=True)


def _write_log(folder: Path, lines: list[bytes]) -> None:
    (folder / LOG).write_bytes(b"".join(lines))


def remove_a_log_line(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    del lines[chance.randrange(len(lines) - 1)]
    _write_log(folder, lines)
    return {"EVD-022"}


def cut_the_log_off(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    _write_log(folder, lines[: chance.randrange(len(lines))])
    return {"EVD-024"}


def edit_a_log_line(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    place = chance.randrange(len(lines))
    entry = json.loads(lines[place])
    name = chance.choice([key for key in entry if key != "entry"])
    entry[name] = entry[name] + 1 if isinstance(entry[name], int) else f"{entry[name]}0"
    lines[place] = rendered(entry)
    _write_log(folder, lines)
    return {"EVD-021"}


def move_a_log_line(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    place = chance.randrange(len(lines) - 1)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    _write_log(folder, lines)
    return {"EVD-023"}


def double_a_log_line(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    place = chance.randrange(len(lines))
    _write_log(folder, [*lines[: place + 1], *lines[place:]])
    return {"EVD-025"}


def add_to_the_log(folder: Path, chance: random.Random) -> set[str]:
    entries = [json.loads(line) for line in _lines(folder)]
    more, _ = linked([*entries, {"did": "packed", "file": f"{chance.random()}"}])
    (folder / LOG).write_bytes(more)
    return {"EVD-025"}


def write_the_log_anew(folder: Path, chance: random.Random) -> set[str]:
    entries = [json.loads(line) for line in _lines(folder)]
    entries[chance.randrange(1, len(entries) - 1)]["size"] += 1
    (folder / LOG).write_bytes(linked(entries, EMPTY)[0])
    return {"EVD-026"}


def garble_the_log(folder: Path, chance: random.Random) -> set[str]:
    lines = _lines(folder)
    place = chance.randrange(len(lines))
    lines[place] = lines[place].replace(b'":', b'" :', 1)
    _write_log(folder, lines)
    return {"EVD-020"}


def _envelope(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / ENVELOPE).read_bytes())
    return found


def edit_what_is_signed(folder: Path, chance: random.Random) -> set[str]:
    envelope = _envelope(folder)
    payload = json.loads(base64.b64decode(str(envelope["payload"])))
    chance.choice(payload["subject"])["annotations"]["size"] += 1
    envelope["payload"] = base64.b64encode(rendered(payload)).decode()
    (folder / ENVELOPE).write_bytes(rendered(envelope))
    return {"EVD-004"}


def sign_by_another_key(folder: Path, chance: random.Random) -> set[str]:
    payload = read((folder / ENVELOPE).read_bytes()).payload
    (folder / ENVELOPE).write_bytes(as_bytes(signed(payload, [signer(chance.randint(2, 90))])))
    return {"EVD-003"}


def say_it_is_our_key(folder: Path, chance: random.Random) -> set[str]:
    sign_by_another_key(folder, chance)
    envelope = _envelope(folder)
    envelope["signatures"][0]["keyid"] = public().keyid  # type: ignore[index]
    (folder / ENVELOPE).write_bytes(rendered(envelope))
    return {"EVD-004"}


def write_the_envelope_otherwise(folder: Path, chance: random.Random) -> set[str]:
    data = (folder / ENVELOPE).read_bytes()
    forms = [
        data.replace(b",", b", ", 1),
        data.replace(b'{"payload"', b'{"payload":"","payload"', 1),
        data + b"\n",
        data[:-1],
        data[: chance.randrange(1, len(data) - 1)],
        json.dumps(json.loads(data), indent=1).encode(),
        b"[" * 100_000,
        b"",
    ]
    (folder / ENVELOPE).write_bytes(chance.choice(forms))
    return {"EVD-002"}


def take_the_envelope_out(folder: Path, chance: random.Random) -> set[str]:
    (folder / ENVELOPE).unlink()
    return {"EVD-001"}


def put_a_stray_anchor_in(folder: Path, chance: random.Random) -> set[str]:
    (folder / "anchors" / f"note-{chance.randrange(9)}.txt").write_text("trust me")
    return {"EVD-042"}


def _countersigned(folder: Path) -> Path:
    (found,) = (folder / "anchors").glob("countersigned-*.json")
    return found


def spoil_the_countersignature(folder: Path, chance: random.Random) -> set[str]:
    path = _countersigned(folder)
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
    path.write_bytes(data)
    return {"EVD-041"}


def take_the_countersignature_out(folder: Path, chance: random.Random) -> set[str]:
    _countersigned(folder).unlink()
    return {"EVD-043"}


KINDS: tuple[Edit, ...] = (
    flip_a_byte, flip_a_byte, cut_the_end_off, empty, add_to_the_end, take_a_file_out, put_a_file_in,
    rename_a_file, exchange_two_files, put_a_link_in_its_place, put_a_pipe_in_its_place, remove_a_log_line,
    cut_the_log_off, edit_a_log_line, move_a_log_line, double_a_log_line, add_to_the_log, write_the_log_anew,
    garble_the_log, edit_what_is_signed, sign_by_another_key, say_it_is_our_key, write_the_envelope_otherwise,
    take_the_envelope_out, put_a_stray_anchor_in, spoil_the_countersignature, take_the_countersignature_out,
)  # fmt: skip


@pytest.mark.parametrize("rounds", [1, pytest.param(12, marks=pytest.mark.slow)])
def test_every_seeded_edit_is_found_for_the_right_reason(rounds: int, whole: Path, tmp_path: Path) -> None:
    """Twelve rounds are 324 edits."""
    base = copytree(whole, tmp_path / "countersigned")
    name, data = countersignature((base / ENVELOPE).read_bytes(), signer(99), "Auditor", date(2026, 11, 2))
    (base / "anchors").mkdir()
    (base / name).write_bytes(data)
    asked = Asked(public(), VERSION, Trust(countersigners=(public(99),)), recomputing=False)
    assert verify(base, asked).verdict == "holds"
    told: Counter[str] = Counter()
    for seed in range(rounds * len(KINDS)):
        edit = KINDS[seed % len(KINDS)]
        folder = copytree(base, tmp_path / f"edit-{seed}")
        wanted = edit(folder, random.Random(seed))
        found = verify(folder, asked)
        assert found.verdict == "fails", f"{edit.__name__} {seed}"
        told_here = {one.code for one in found.failures}
        assert told_here
        assert told_here <= wanted, f"{edit.__name__} {seed}: {found.failures}"
        told.update(told_here)
    assert len(told) >= 20


@pytest.mark.parametrize("name", [ENVELOPE, LOG])
@pytest.mark.parametrize("step", [61, pytest.param(1, marks=pytest.mark.slow)])
def test_every_single_byte_flipped_is_found(name: str, step: int, whole: Path, tmp_path: Path) -> None:
    folder = copytree(whole, tmp_path / "bundle")
    path = folder / name
    data = path.read_bytes()
    asked = Asked(public(), VERSION, recomputing=False)
    unknown: Counter[str] = Counter()
    for place in range(0, len(data), step):
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :])
        found = verify(folder, asked)
        assert found.verdict == "fails", place
        unknown.update(one.code for one in found.failures)
    known = {"EVD-002", "EVD-003", "EVD-004"} if name == ENVELOPE else {f"EVD-02{last}" for last in "0123456"}
    assert set(unknown) <= known


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("verdicts.json", '"failed": ', '"failed": 9', "summary.failed: 9"),
        ("plan.json", '"position": 3', '"position": 4', "4 stands there, 3 was signed"),
        ("drills.json", "42 min", "12 min", 'drills[0].rta: "12 min" stands there, "42 min" was signed'),
        ("reports/findings.md", "internal", "external", "line 3, byte 3: `**external**"),
        ("reports/report.html", "internal", "external", "line "),
    ],
)
def test_a_figure_edited_after_signing_is_named_with_what_was_signed(
    file: str, old: str, new: str, told: str, copy: Copy
) -> None:
    folder = copy()
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    found = verified(folder)
    assert [(one.code, one.file) for one in found.failures] == [("EVD-019", file)]
    assert told in found.failures[0].what
    assert found.failures[0].mending


@pytest.mark.parametrize("file", ["plan.json", "reports/report.html"])
def test_of_a_flipped_byte_in_what_can_be_had_again_the_place_is_told(file: str, copy: Copy) -> None:
    folder = copy()
    data = bytearray((folder / file).read_bytes())
    was = data[200]
    data[200] = 0xFF
    (folder / file).write_bytes(data)
    (found,) = verified(folder).failures
    assert (found.code, found.file) == ("EVD-013", file)
    assert found.what == f"byte 201 is 0xff; {was:#04x} was signed"


def test_a_changed_spec_is_found_and_then_nothing_is_computed_from_it(copy: Copy) -> None:
    folder = copy()
    path = folder / "specs/own/_estate/estate.yaml"
    path.write_text(path.read_text("utf-8").replace("400 W", "500 W"), "utf-8")
    found = verified(folder)
    assert codes(found) == ["EVD-013"]
    assert {one.name: one.verdict for one in found.checks}["figures"] == "unknown"


def test_a_file_that_may_not_be_read_is_told_so(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refusing(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("plan.json"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode)

    monkeypatch.setattr("policies.bundle.looking.os.open", refusing)
    assert codes(verified(copy(), recomputing=False)) == ["EVD-017"]


@pytest.mark.parametrize(
    ("put", "code"),
    [
        (lambda path: path.symlink_to("elsewhere.json"), "EVD-016"),
        (lambda path: os.mkfifo(path), "EVD-016"),
        (lambda path: path.mkdir(), "EVD-016"),
        (lambda path: path.symlink_to("/dev/zero"), "EVD-016"),
    ],
)
def test_what_stands_in_the_envelopes_place_is_not_opened(
    put: Callable[[Path], None], code: str, copy: Copy
) -> None:
    folder = copy()
    (folder / ENVELOPE).rename(folder / "elsewhere.json")
    put(folder / ENVELOPE)
    assert codes(verified(folder)) == [code]


def test_a_name_of_stray_bytes_and_one_that_steers_a_terminal_are_shown_harmless(copy: Copy) -> None:
    folder = copy()
    for name in (b"\xff\xfe.yaml", "\x1b[2J\u202egnp.yaml".encode(), b"a\nb"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("")
    found = verified(folder, recomputing=False)
    assert codes(found) == ["EVD-011"] * 3
    for text in (as_text(found), as_json(found, VERSION)):
        assert not {"\x1b", "\u202e", "\udcff"} & set(text)


def test_folders_without_end_are_not_walked_without_end(copy: Copy) -> None:
    folder = copy()
    deep = folder
    for _ in range(80):
        deep = deep / "d"
        deep.mkdir()
    assert codes(verified(folder, recomputing=False)) == ["EVD-011"]


def test_a_second_signature_in_the_envelope_is_told(copy: Copy) -> None:
    folder = copy()
    payload = read((folder / ENVELOPE).read_bytes()).payload
    (folder / ENVELOPE).write_bytes(as_bytes(signed(payload, [signer(), signer(5)])))
    assert codes(verified(folder, recomputing=False)) == ["EVD-002"]


def test_several_edits_are_all_told(copy: Copy) -> None:
    folder = copy()
    (folder / "plan.json").unlink()
    (folder / "drills.json").write_text("{}")
    (folder / "new.txt").write_text("")
    lines = (folder / LOG).read_bytes().splitlines(keepends=True)
    (folder / LOG).write_bytes(b"".join(lines[:3] + lines[4:]))
    assert codes(verified(folder, recomputing=False)) == ["EVD-010", "EVD-011", "EVD-014", "EVD-022"]


def test_digests_say_which_bundle_it_is(whole: Path) -> None:
    assert verified(whole).digest == digest((whole / ENVELOPE).read_bytes())
