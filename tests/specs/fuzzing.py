"""Estates spoilt at random, and what becomes of them: `python -m tests.specs.fuzzing FIRST COUNT FOLDER`.

It runs as a process of its own, because a crash of the YAML library would take the test runner along. Each
number is one spoilt estate, the same on every run; the file `current` in the folder names the one being read.
"""

import copy
import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from specs import consistency, reading
from specs.bundled import find_estate
from specs.issues import SpecError
from specs.loading import load
from specs.phases import timeline
from specs.text import hidden_character
from tests.specs.broken import BROKEN, cases

SLOWEST_SECONDS = 20.0
NASTY: tuple[str | bytes, ...] = (
    "\0", b"\xff", "\ufeff", "\t", "\r\n", "\x85", "\u202e", "\u0645", "&a ", "*a", "!!python/name:os ",
    "<<: *a\n", "---\n", "...\n", "%YAML 9.9\n", "? ", "- ", ": ", "[", "]", "{", "}", "[1-9]",
    "[a-z][1-99]", "[1-9999]", "'", '"', "|", ">", "#", "@", "`", "null", "~", ".inf", "-1", "1e999",
    "9" * 400, "../", "/dev/zero", "sites/ndc", "yes", "010", "amends: sound\n", "[" * 50, "{a: " * 50,
    "\\x1b[2J",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**30, 0.5, -0.0, 1e300, "", "x", "a/b", "sites/ndc", "[1-3]",
    "[3-1]", "12 kW", "1e308 W", "1e308 kg", "-1 h", "5 %", "2027-01-01", "10.0.0.0/8", "::1", [], {}, ["x"],
    [[]], {"en": "x"}, {"x": {}}, "phase-1", "today", "\u202e", "é" * 99,
)  # fmt: skip


def corpus() -> list[dict[str, bytes]]:
    """Estates to begin with: the golden cases, then the starter estate, the sound case last."""
    shared = {
        f"device-types/{path.name}": path.read_bytes() for path in (BROKEN / "device-types").glob("*.yaml")
    }
    estates = []
    sound = BROKEN / "sound"
    for case in [*(case for case in cases() if case != sound), find_estate("starter"), sound]:
        if case.is_dir():
            files = {
                path.relative_to(case).as_posix(): path.read_bytes()
                for path in sorted(case.rglob("*"))
                if path.is_file() and not path.is_symlink()
            }
        else:
            files = {"estate.yaml": case.read_bytes(), **shared}
        if files:
            estates.append(files)
    return estates


def spoilt(number: int, estates: list[dict[str, bytes]]) -> dict[str, bytes]:
    """One estate with something done to it."""
    dice = random.Random(number)
    files = dict(dice.choice((estates[-1], estates[-1], estates[-2], dice.choice(estates))))
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        name = dice.choice(sorted(files))
        way = dice.choice((_bytes, _lines, _nasty, _tree, _tree, _tree, _splice))
        files[name] = way(files[name], dice, estates)
    return files


Way = Callable[[bytes, random.Random, list[dict[str, bytes]]], bytes]


def _bytes(data: bytes, dice: random.Random, _: list[dict[str, bytes]]) -> bytes:
    changed = bytearray(data)
    for _turn in range(dice.randint(1, 4)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _lines(data: bytes, dice: random.Random, _: list[dict[str, bytes]]) -> bytes:
    lines = data.split(b"\n")
    place = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[dice.randrange(len(lines))])
        case 2:
            lines[place] = b" " * dice.randrange(6) + lines[place].lstrip()
        case _:
            dice.shuffle(lines)
    return b"\n".join(lines)


def _nasty(data: bytes, dice: random.Random, _: list[dict[str, bytes]]) -> bytes:
    place = dice.randint(0, len(data))
    piece = dice.choice(NASTY)
    written = piece if isinstance(piece, bytes) else piece.encode()
    return data[:place] + written + data[place + dice.choice((0, 0, 1, 5)) :]


def _splice(data: bytes, dice: random.Random, estates: list[dict[str, bytes]]) -> bytes:
    other = dice.choice(estates)
    piece = other[dice.choice(sorted(other))]
    start = dice.randint(0, len(piece))
    place = dice.randint(0, len(data))
    return data[:place] + piece[start : start + dice.randint(1, 200)] + data[place:]


def _tree(data: bytes, dice: random.Random, estates: list[dict[str, bytes]]) -> bytes:
    """A value replaced, taken away or put under another key, in a file that can be read."""
    try:
        value = reading.plain(reading.read(data, "f"))
    except SpecError:
        return _nasty(data, dice, estates)
    places = list(_places(value))
    if not places:
        return _nasty(data, dice, estates)
    holder, key = dice.choice(places)
    alike = [place for place in places if place[1] == key]
    other_holder, other_key = dice.choice(alike if dice.random() < 0.8 else places)
    match dice.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[str(dice.choice(VALUES))[:40]] = holder.pop(key)
        case 2 | 3:
            holder[key] = copy.deepcopy(other_holder[other_key])
        case _:
            holder[key] = dice.choice(VALUES)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder in a tree with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def attempt(folder: Path) -> str:
    """What becomes of an estate: `loaded` or `refused`; anything else is a fault of ours."""
    try:
        loaded = load(folder)
    except SpecError as fault:
        if not fault.issues or not all(_can_be_shown(str(issue)) for issue in fault.issues):
            raise AssertionError(f"not to be shown: {fault.issues!r}") from fault
        return "refused"
    for moment in timeline(loaded.estate.estate).moments:
        faults = consistency.check(loaded.estate.as_of(moment))
        if faults:
            raise AssertionError(f"loaded with faults: {faults!r}")
    for collection, element in loaded.estate.elements():
        if loaded.places.at((collection, element.id)) is None:
            raise AssertionError(f"nowhere: {collection}/{element.id}")
    return "loaded"


def _can_be_shown(text: str) -> bool:
    return len(text.splitlines()) == 1 and hidden_character(text) is None


def run(first: int, count: int, folder: Path) -> dict[str, int]:
    """How many of these spoilt estates loaded and how many were refused."""
    estates = corpus()
    outcomes = {"loaded": 0, "refused": 0}
    shutil.copytree(BROKEN / "sound", folder / "sound", dirs_exist_ok=True)
    for number in range(first, first + count):
        (folder / "current").write_text(str(number))
        root = folder / "estate"
        shutil.rmtree(root, ignore_errors=True)
        for name, data in spoilt(number, estates).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        start = time.monotonic()
        outcomes[attempt(root)] += 1
        if time.monotonic() - start > SLOWEST_SECONDS:
            raise AssertionError(f"{number} took too long")
    return outcomes


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))  # noqa: T201
