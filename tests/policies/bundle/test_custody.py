"""Custody: objects written once, transfers that two sign, and what is done to a store told as what it is."""

import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from policies.bundle import custody_store
from policies.bundle.canonical import digest, rendered
from policies.bundle.chain import walk
from policies.bundle.custody_log import LOG, Intake, Refused, Transfer
from policies.bundle.custody_store import (
    Broken,
    Busy,
    Taken,
    Verified,
    hand_over,
    object_path,
    take_in,
    verify,
)
from tests.policies.bundle.made import public, signer

PEOPLE = {"A. Haddad": 11, "R. Khoury": 12, "M. Saleh": 13}
CUSTODIANS = {person: (public(seed),) for person, seed in PEOPLE.items()}


def intake(store: Path, source: Path, by: str = "A. Haddad", at: str = "2026-11-24T09:00:00Z") -> str:
    """Take a file in; its digest."""

    def described(taken: Taken) -> Intake:
        return Intake(
            did="intake", object=taken.sha256, size=taken.size, name=source.name, case="2026-17", by=by,
            key=CUSTODIANS[by][0].keyid, at=at, note="",
        )  # fmt: skip

    act, _ = take_in(store, source, signer(PEOPLE[by]), described)
    return act.object


def handing(what: str, giver: str, receiver: str, at: str = "2026-11-24T10:00:00Z") -> Transfer:
    return Transfer(
        did="transfer", object=what, giver=giver, giver_key=CUSTODIANS[giver][0].keyid, receiver=receiver,
        receiver_key=CUSTODIANS[receiver][0].keyid, at=at, note="to the lab",
    )  # fmt: skip


def transfer(store: Path, what: str, giver: str, receiver: str, at: str = "2026-11-24T10:00:00Z") -> None:
    """Hand an object over, both signing."""
    hand_over(store, handing(what, giver, receiver, at), [signer(PEOPLE[giver]), signer(PEOPLE[receiver])])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An object."""
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(range(256)) * 40)
    return path


@pytest.fixture
def store(tmp_path: Path, source: Path) -> Path:
    """A store with two objects, one of which was handed over twice."""
    folder = tmp_path / "vault"
    first = intake(folder, source)
    (tmp_path / "note.txt").write_text("found beside it")
    intake(folder, tmp_path / "note.txt", "R. Khoury", "2026-11-24T09:30:00Z")
    transfer(folder, first, "A. Haddad", "R. Khoury")
    transfer(folder, first, "R. Khoury", "M. Saleh", "2026-11-25T08:00:00Z")
    return folder


def codes(found: Verified) -> list[str]:
    return [one.code for one in found.failures]


def test_a_store_holds_and_says_who_holds_what(store: Path, source: Path) -> None:
    found = verify(store, CUSTODIANS)
    assert (found.failures, found.head.entries) == ((), 4)
    held = {one.name: (one.holder, one.since) for one in found.holdings}
    assert held == {
        "disk.img": ("M. Saleh", "2026-11-25T08:00:00Z"),
        "note.txt": ("R. Khoury", "2026-11-24T09:30:00Z"),
    }
    kept = object_path(store, digest(source.read_bytes()))
    assert kept.read_bytes() == source.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400


def test_no_object_is_taken_in_twice_or_overwritten(store: Path, source: Path) -> None:
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    with pytest.raises(Refused, match="was taken in before"):
        intake(store, source)
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_an_object_in_the_way_is_not_overwritten(tmp_path: Path, source: Path) -> None:
    place = object_path(tmp_path / "vault", digest(source.read_bytes()))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"something else")
    with pytest.raises(Refused, match="it is not overwritten"):
        intake(tmp_path / "vault", source)
    assert place.read_bytes() == b"something else"


def test_an_intake_that_stopped_before_its_entry_can_be_done_again(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vault"

    def stopped(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(custody_store, "_append", stopped)
        with pytest.raises(OSError, match="No space"):
            intake(folder, source)
    assert codes(verify(folder, CUSTODIANS)) == ["CUS-001", "CUS-012"]
    intake(folder, source)
    assert verify(folder, CUSTODIANS).failures == ()


@pytest.mark.parametrize(
    ("giver", "receiver", "told"),
    [
        ("A. Haddad", "R. Khoury", "M. Saleh holds it"),
        ("M. Saleh", "M. Saleh", "one person"),
    ],
)
def test_only_who_holds_it_gives_it_and_never_to_oneself(
    giver: str, receiver: str, told: str, store: Path
) -> None:
    what = next(one.object for one in verify(store, CUSTODIANS).holdings if one.name == "disk.img")
    before = (store / LOG).read_bytes()
    with pytest.raises(Refused, match=told):
        transfer(store, what, giver, receiver, "2026-11-26T08:00:00Z")
    assert (store / LOG).read_bytes() == before


def test_one_person_under_two_keys_or_two_under_one_is_refused(store: Path) -> None:
    what = next(one.object for one in verify(store, CUSTODIANS).holdings if one.name == "disk.img")
    act = handing(what, "M. Saleh", "R. Khoury")
    alone = act.model_copy(update={"receiver": "m. saleh "})
    with pytest.raises(Refused, match="one person"):
        hand_over(store, alone, [signer(13), signer(12)])
    shared = act.model_copy(update={"receiver_key": act.giver_key})
    with pytest.raises(Refused, match="one key"):
        hand_over(store, shared, [signer(13)])


def test_a_transfer_that_one_alone_signed_does_not_hold(store: Path) -> None:
    what = next(one.object for one in verify(store, CUSTODIANS).holdings if one.name == "disk.img")
    hand_over(store, handing(what, "M. Saleh", "R. Khoury", "2026-11-26T08:00:00Z"), [signer(13)])
    assert codes(verify(store, CUSTODIANS)) == ["CUS-007"]


def test_a_key_that_was_not_given_or_is_another_persons_does_not_do(store: Path) -> None:
    without = {person: key for person, key in CUSTODIANS.items() if person != "M. Saleh"}
    assert codes(verify(store, without)) == ["CUS-008"]
    assert codes(verify(store, {**CUSTODIANS, "M. Saleh": (public(14),)})) == ["CUS-008"]


def test_old_keys_of_a_person_may_be_given_beside_the_one_in_use(store: Path) -> None:
    both = {**CUSTODIANS, "M. Saleh": (public(14), public(13))}
    assert verify(store, both).failures == ()


def test_nothing_is_recorded_before_what_was_recorded_last(store: Path, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    with pytest.raises(Refused, match="last entry is of 2026-11-25"):
        intake(store, tmp_path / "new", at="2026-11-24T23:59:59Z")
    assert verify(store, CUSTODIANS).head.entries == 4


def _lines(store: Path) -> list[bytes]:
    return (store / LOG).read_bytes().splitlines(keepends=True)


def _anew(change: Callable[[list[dict[str, object]]], None]) -> Callable[[Path], None]:
    """Chain the log anew after a change, without anybody's key."""

    def spoil(store: Path) -> None:
        entries = [json.loads(line) for line in _lines(store)]
        change(entries)
        made, before = b"", "0" * 64
        for number, entry in enumerate(entries, 1):
            line = rendered({**entry, "entry": number, "previous": before})
            made, before = made + line, digest(line)
        (store / LOG).write_bytes(made)

    return spoil


def _log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def spoil(store: Path) -> None:
        (store / LOG).write_bytes(b"".join(change(_lines(store))))

    return spoil


def _object(store: Path) -> Path:
    return next(path for path in sorted((store / "objects").rglob("*")) if path.is_file())


def _flip(store: Path) -> None:
    path = _object(store)
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def _link(store: Path) -> None:
    path = _object(store)
    path.rename(store.parent / "moved")
    path.symlink_to(store.parent / "moved")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_flip, {"CUS-011"}),
        (lambda store: _object(store).unlink(), {"CUS-010"}),
        (_link, {"CUS-010"}),
        (lambda store: (store / "objects" / "extra").write_text("x"), {"CUS-012"}),
        (lambda store: (store / LOG).unlink(), {"CUS-001"}),
        (lambda store: (store / LOG).write_bytes(b""), {"CUS-001", "CUS-012"}),
        (_log(lambda lines: [*lines[:1], *lines[2:]]), {"CUS-004"}),
        (_log(lambda lines: [lines[1], lines[0], *lines[2:]]), {"CUS-005"}),
        (_log(lambda lines: [*lines, lines[0]]), {"CUS-006"}),
        (_log(lambda lines: [lines[0].replace(b"Haddad", b"Hadded"), *lines[1:]]), {"CUS-003"}),
        (_log(lambda lines: [*lines[:-1], lines[-1][:50]]), {"CUS-002"}),
        (_log(lambda lines: [*lines, b"{}\n"]), {"CUS-002"}),
        (_anew(lambda entries: entries[0].update(case="2026-18")), {"CUS-007"}),
        (_anew(lambda entries: entries[3].update(receiver="R. Khoury")), {"CUS-007", "CUS-008", "CUS-009"}),
        (_anew(lambda entries: entries[2]["signatures"].pop()), {"CUS-007"}),  # type: ignore[attr-defined]
        (_anew(lambda entries: entries[2].update(did="destroyed")), {"CUS-002", "CUS-007", "CUS-009"}),
    ],
)
def test_whatever_is_done_to_a_store_is_told(
    spoil: Callable[[Path], None], told: set[str], store: Path
) -> None:
    spoil(store)
    assert set(codes(verify(store, CUSTODIANS))) == told


def test_a_log_cut_off_at_its_end_shows_only_by_a_head_that_was_kept_elsewhere(store: Path) -> None:
    head = verify(store, CUSTODIANS).head.sha256
    early = digest(_lines(store)[0])
    assert verify(store, CUSTODIANS, early).failures == ()
    (store / LOG).write_bytes(b"".join(_lines(store)[:-1]))
    assert verify(store, CUSTODIANS).failures == ()
    assert codes(verify(store, CUSTODIANS, head)) == ["CUS-013"]


def test_every_flipped_byte_of_the_log_is_found(store: Path) -> None:
    data = (store / LOG).read_bytes()
    for place in range(0, len(data), 13):
        (store / LOG).write_bytes(data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :])
        assert verify(store, CUSTODIANS).failures, place


def test_nothing_is_added_to_a_log_that_does_not_hold(store: Path, tmp_path: Path) -> None:
    (store / LOG).write_bytes((store / LOG).read_bytes()[:-30])
    before = (store / LOG).read_bytes()
    (tmp_path / "new").write_text("new")
    with pytest.raises(Broken):
        intake(store, tmp_path / "new")
    assert (store / LOG).read_bytes() == before
    assert codes(verify(store, CUSTODIANS)) == ["CUS-002"]


def test_an_entry_that_cannot_be_written_whole_is_taken_back(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (store / LOG).read_bytes()
    (tmp_path / "new").write_text("new")

    def failing(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        real = os.fsync
        patched.setattr(
            "policies.bundle.custody_store.os.fsync",
            lambda handle: (
                failing(handle) if Path(f"/proc/self/fd/{handle}").readlink().name == LOG else real(handle)
            ),
        )
        with pytest.raises(OSError, match="No space"):
            intake(store, tmp_path / "new", at="2026-11-26T00:00:00Z")
    assert (store / LOG).read_bytes() == before


def _take(store: Path, path: Path) -> str:
    for _ in range(400):
        try:
            return intake(store, path)
        except Busy:
            continue
    return "busy"


def test_many_at_once_leave_one_whole_log(tmp_path: Path) -> None:
    files = []
    for number in range(8):
        files.append(tmp_path / f"file-{number}")
        files[-1].write_text(str(number))
    store = tmp_path / "vault"
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_take, [(store, path) for path in files])
    found = verify(store, CUSTODIANS)
    assert found.failures == ()
    assert found.head.entries == len(found.holdings)
    assert not walk((store / LOG).read_bytes()).breaks


def test_who_else_writes_is_not_disturbed(store: Path, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    with custody_store._locked(store), pytest.raises(Busy):
        intake(store, tmp_path / "new")


def test_a_copy_of_a_store_holds_as_well(store: Path, tmp_path: Path) -> None:
    assert verify(copytree(store, tmp_path / "copy"), CUSTODIANS).failures == ()
