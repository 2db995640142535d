"""`thabat layers`: as people call it, from a stocktake in a real register to verdicts side by side."""

import json
import sys
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any

import pytest

from infra.register.register import Register
from infra.register.rows import Element
from policies.outputs.layers_document import schema
from specs.loading import load
from specs.planned import plan
from tests.policies.conftest import BASE
from tests.published import REFERENCE, hold
from thabat.app import _run
from thabat.exits import CLEAN, FINDINGS, NOT_EVALUATED, USAGE

DAY = "2026-10-01"
ON = ("--date", "2026-11-01")


class Thabat:
    """The command, run in this process, in a folder with an estate that the register was told."""

    def __init__(
        self,
        folder: Path,
        told: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self._told = told
        monkeypatch.chdir(folder)
        copytree(BASE, folder / "estate")

    def tell(self) -> None:
        """What `thabat up` would have written."""
        Path(".thabat").mkdir()
        copyfile(self._told, Path(".thabat") / "register.sqlite")

    def stocktake(self, *lines: str, heading: str = "element,collection,rack,position,feeds") -> None:
        """Take in a stocktake with those lines."""
        Path("s.csv").write_text("\n".join((heading, *lines)))
        code, _, said = self("observe", "import", "s.csv", "--by", "Ana", "--on", DAY)
        assert code == CLEAN, said

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, and what was said."""
        self._monkeypatch.setattr(sys, "argv", ["thabat", *arguments])
        code = _run()
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def rows(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Rows of the JSON form by their keys, held against the published schema."""
        _, out, said = self("layers", "estate", *ON, "-o", "json", *arguments)
        assert out, said
        hold(out, "layers")
        return {row["key"]: row for row in json.loads(out)["rows"]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register that was told the sites' power, racks and servers of the estate."""
    file = tmp_path_factory.mktemp("register") / "register.sqlite"
    with Register.open(file) as register:
        for one in plan(load(BASE).estate.as_of(None)):
            if one.collection in ("sites", "rooms", "racks", "power", "devices") and one.stack == "main":
                urn = f"urn:pulumi:{one.stack}::ndc::{one.token}::{one.key}"
                register.create(Element(urn, one.stack, one.collection, one.key, dict(one.properties)))
    return file


@pytest.fixture
def thabat(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: Path, capsys: pytest.CaptureFixture[str]
) -> Thabat:
    return Thabat(tmp_path, told, monkeypatch, capsys)


def standings(row: dict[str, Any]) -> dict[str, str]:
    return {cell["layer"]: cell["standing"] for cell in row["layers"]}


def test_a_device_seen_on_another_feed_fails_in_the_observed_layer_alone(thabat: Thabat) -> None:
    thabat.tell()
    thabat.stocktake(
        "main-srv-1a,devices,main-r1,10,main-pdu-1a main-pdu-1a",
        "main-srv-1b,devices,main-r1,12,main-pdu-1a main-pdu-1b",
        "main-pdu-1a,power,main-r1,,",
        "main-pdu-1b,power,main-r1,,",
    )
    rows = thabat.rows()
    moved, same, unseen = (rows[f"PWR-001/devices/main-srv-1{one}"] for one in "abc")
    assert standings(moved) == {"declared": "pass", "planned": "pass", "observed": "fail"}
    assert moved["disagree"]
    fact = next(one for one in moved["facts"] if one["fact"] == "devices/main-srv-1a feeds")
    assert (fact["declared"], fact["observed"]) == (
        "[main-pdu-1a, main-pdu-1b]",
        "[main-pdu-1a, main-pdu-1a]",
    )
    assert (fact["observed_by"], fact["declared_at"]["file"], fact["planned_by"].split("::")[-1]) == (
        {"on": DAY, "source": "s.csv", "who": "Ana"},
        "estate/estate.yaml",
        "main-srv-1a",
    )
    assert standings(same) == {"declared": "pass", "planned": "pass", "observed": "pass"}
    assert standings(unseen) == {"declared": "pass", "planned": "pass", "observed": "unknown"}
    assert "nobody has looked at devices/main-srv-1c" in unseen["layers"][2]["reason"]
    assert next(iter(rows)) == "PWR-001/devices/main-srv-1a"


def test_what_no_look_can_confirm_is_declared_only_and_never_a_pass(thabat: Thabat) -> None:
    thabat.tell()
    rows = thabat.rows()
    observed = {standings(row)["observed"] for row in rows.values()}
    assert observed == {"unknown", "declared-only"}
    assert {standings(row)["observed"] for key, row in rows.items() if key.startswith("EXR-001")} == {
        "declared-only"
    }


def test_what_was_not_found_is_unknown_with_the_look_that_says_so(thabat: Thabat) -> None:
    thabat.tell()
    thabat.stocktake("main-srv-1a,devices,no", heading="element,collection,seen")
    row = thabat.rows()["PWR-001/devices/main-srv-1a"]
    assert standings(row)["observed"] == "unknown"
    assert row["layers"][2]["reason"] == f"devices/main-srv-1a was not found (s.csv, Ana, {DAY})"


@pytest.mark.parametrize(
    ("arguments", "standing"),
    [
        (("--oldest-look", "31 d"), "pass"),
        (("--oldest-look", "30 d"), "unknown"),
    ],
)
def test_a_look_that_is_too_old_counts_no_more(
    thabat: Thabat, arguments: tuple[str, ...], standing: str
) -> None:
    thabat.tell()
    thabat.stocktake(
        "main-srv-1a,devices,main-r1,10,main-pdu-1a main-pdu-1b",
        "main-pdu-1a,power,main-r1,,",
        "main-pdu-1b,power,main-r1,,",
    )
    assert standings(thabat.rows(*arguments)["PWR-001/devices/main-srv-1a"])["observed"] == standing


def test_a_look_after_the_day_does_not_count_yet(thabat: Thabat) -> None:
    thabat.tell()
    thabat.stocktake("main-srv-1a,devices,main-r1,10,main-pdu-1a main-pdu-1a")
    code, out, _ = thabat("layers", "estate", "--date", "2026-09-30", "-o", "json")
    rows = {row["key"]: row for row in json.loads(out)["rows"]}
    assert (code, standings(rows["PWR-001/devices/main-srv-1a"])["observed"]) == (FINDINGS, "unknown")


def test_declared_and_planned_alone_are_clean_and_need_no_register(thabat: Thabat) -> None:
    code, out, _ = thabat("layers", "estate", *ON, "--layers", "declared,planned")
    assert (code, "layers disagree on 0" in out, Path(".thabat").exists()) == (CLEAN, True, False)


def test_without_a_register_the_observed_layer_is_never_a_pass(thabat: Thabat) -> None:
    code, out, said = thabat("layers", "estate", *ON)
    assert (code, out, "there is no register" in said) == (NOT_EVALUATED, "", True)


def test_unknown_of_a_mandatory_rule_fails_unless_it_is_allowed(thabat: Thabat) -> None:
    thabat.tell()
    assert thabat("layers", "estate", *ON)[0] == FINDINGS
    assert thabat("layers", "estate", *ON, "--allow-unknown")[0] == CLEAN
    assert thabat("layers", "estate", *ON, "--soft-fail")[0] == CLEAN


def test_every_form_tells_the_disagreement_first(thabat: Thabat) -> None:
    thabat.tell()
    thabat.stocktake("main-srv-1a,devices,main-r1,10,main-pdu-1a main-pdu-1a")
    _, text, _ = thabat("layers", "estate", *ON)
    head, _, rest = text.partition("The layers disagree (1)")
    assert rest.index("PWR-001") < rest.index("Unknown (")
    assert "observed [main-pdu-1a, main-pdu-1a] (s.csv, Ana, 2026-10-01)" in " ".join(rest.split())
    assert "planned: 398 pass" in head
    _, page, _ = thabat("layers", "estate", *ON, "-o", "markdown")
    assert page.index("## The layers disagree") < page.index("## Unknown")
    assert "✓ pass | ✓ pass | ✗ fail" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--layers", "declared,observd"), "did you mean `observed`"),
        (("--layers", ","), "no layer is named"),
        (("--oldest-look", "soon"), "--oldest-look"),
        (("--plan", "nowhere.json"), "there is no such file"),
        (("--plan", "bad.json"), "it is no JSON"),
        (("--plan", "list.json"), "it is no plan of the engine"),
        (("--plan", "told.json"), "which fields change and not their values"),
        (("--plan", "partly.json"), "leaves out 3 resources"),
    ],
)
def test_a_faulty_call_is_answered_in_words(thabat: Thabat, arguments: tuple[str, ...], message: str) -> None:
    Path("bad.json").write_text("{")
    Path("list.json").write_text("[]")
    Path("told.json").write_text('{"format_version": "1.0", "stacks": []}')
    Path("partly.json").write_text('{"steps": [], "changeSummary": {"same": 3}}')
    code, out, said = thabat("layers", "estate", *arguments)
    assert (code, out, message in " ".join(said.split())) == (USAGE, "", True), said


def test_the_published_schema_is_that_of_the_form() -> None:
    published = json.loads((REFERENCE / "layers.schema.json").read_text("utf-8"))
    wanted = "python -m policies.outputs.layers_document docs/reference/layers.schema.json"
    assert published == schema(), f"publish it again: {wanted}"
