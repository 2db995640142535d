"""`thabat observe` and `thabat verify`: as people call them, from a stocktake to the exit code."""

import json
import sys
from pathlib import Path

import pytest

from infra.register.register import Register
from infra.register.rows import Element
from tests.infra.stacks.places import inputs, write_estate
from thabat.app import _run
from thabat.exits import CLEAN, FINDINGS, NOT_EVALUATED, USAGE

STOCKTAKE = "element,rack,position\nsrv-01,a-01,1\nsrv-02,a-02,3\nsrv-77,a-01,20\n"


class Thabat:
    """The command, run in this process, in a folder with an estate that the register was told."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)
        write_estate(folder / "estate", servers=3)

    def tell(self) -> None:
        """What `thabat up` would have written."""
        with Register.open(Path(".thabat") / "register.sqlite") as register:
            for members in inputs(Path("estate")).planned.values():
                for one in members:
                    urn = f"urn:pulumi:{one.stack}::ndc::{one.token}::{one.key}"
                    register.create(Element(urn, one.stack, one.collection, one.key, dict(one.properties)))

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, and what was said."""
        self._monkeypatch.setattr(sys, "argv", ["thabat", *arguments])
        code = _run()
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def thabat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Thabat:
    return Thabat(tmp_path, monkeypatch, capsys)


def test_a_stocktake_gives_exactly_what_differs_and_the_exit_code_says_so(thabat: Thabat) -> None:
    thabat.tell()
    code, out, _ = thabat("verify", "estate")
    assert (code, "UNKNOWN, as nobody has looked" in out) == (CLEAN, True)
    Path("s.csv").write_text(STOCKTAKE)
    code, _, said = thabat(
        "observe", "import", "s.csv", "--by", "Ana", "--on", "2026-03-01", "--scope", "all"
    )
    assert (code, "3 observed: devices" in said) == (CLEAN, True)
    code, out, _ = thabat("verify", "estate", "-o", "json", "--date", "2026-03-11")
    assert code == FINDINGS
    told = json.loads(out)
    assert [(one["kind"], one["element"]) for one in told["differences"]] == [
        ("different", "devices/srv-02"),
        ("missing", "devices/srv-03"),
        ("unexpected", "devices/srv-77"),
    ]
    assert told["estate"]["classification"] == "internal"
    code, out, _ = thabat("verify", "estate", "--date", "2026-03-11")
    assert "the oldest look 10 days ago (2026-03-01)" in out


def test_without_a_register_nothing_can_be_told(thabat: Thabat) -> None:
    code, _, said = thabat("verify", "estate")
    assert (code, "there is no register" in said, "thabat up" in said) == (NOT_EVALUATED, True, True)
    assert not Path(".thabat").exists()


def test_a_register_that_is_none_is_told_of_and_never_a_pass(thabat: Thabat) -> None:
    Path(".thabat").mkdir()
    Path(".thabat/register.sqlite").write_text("not a database at all, but text")
    code, _, said = thabat("verify", "estate")
    assert (code, "Traceback" in said) == (NOT_EVALUATED, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "nowhere.csv", "--by", "Ana"), "nowhere.csv is no file"),
        (("import", "s.csv", "--by", "Ana", "--scope", "rooms/hell"), "did you mean `rooms/hall`"),
        (("import", "s.csv", "--by", "Ana", "--on", "yesterday"), "`yesterday` is no day"),
        (("import", "s.csv"), "--by"),
        (("import", "bad.csv", "--by", "Ana"), "bad.csv:2:8"),
        (("event", "srv-01", "installed", "--by", "Ana", "--evidence", "t"), "write collection/id"),
        (("event", "devices/srv-99", "installed", "--by", "Ana", "--evidence", "t"), "not in the register"),
        (("event", "devices/srv-01", "installed", "--by", " ", "--evidence", "t"), "somebody who answers"),
    ],
)
def test_a_faulty_call_is_answered_in_words_and_changes_nothing(
    thabat: Thabat, arguments: tuple[str, ...], message: str
) -> None:
    thabat.tell()
    Path("s.csv").write_text(STOCKTAKE)
    Path("bad.csv").write_text("element,position\nsrv-01,up\n")
    code, _, said = thabat("observe", *arguments)
    assert (code, message in " ".join(said.split())) == (USAGE, True), said
    with Register.open(Path(".thabat") / "register.sqlite") as register:
        assert (register.observations(), register.events()) == ((), ())


def test_steps_of_a_life_go_in_their_order(thabat: Thabat) -> None:
    thabat.tell()
    step = ("--by", "Ana", "--evidence", "ticket 1", "--on", "2026-03-01")
    assert thabat("observe", "event", "devices/srv-01", "installed", *step)[0] == CLEAN
    assert thabat("observe", "event", "devices/srv-01", "ordered", *step)[0] == USAGE
    assert thabat("observe", "event", "devices/srv-01", "commissioned", *step)[0] == CLEAN
    _, out, _ = thabat("verify", "estate")
    assert "1 commissioned, 10 planned" in out


def test_the_template_is_printed_alone(thabat: Thabat) -> None:
    code, out, said = thabat("observe", "template")
    assert (code, out.startswith("element,collection,seen,"), said) == (CLEAN, True, "")
