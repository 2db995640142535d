"""A bundle: what is in it, the same bytes every time, and that all of it follows again from its specs."""

import json
import stat
from pathlib import Path

import pytest

from policies.bundle.canonical import digest
from policies.bundle.contents import reloaded, specs_of
from policies.bundle.packing import write
from policies.bundle.statement import read
from policies.bundle.verifying import Asked, verify
from specs.issues import SpecError
from specs.loading import load
from tests.hash_seeds import same_output
from tests.policies.bundle.made import (
    DRILL,
    VERSION,
    codes,
    made,
    packed,
    public,
    verified,
    write_estate,
)


def test_a_bundle_holds_specs_versions_plan_verdicts_drills_reports_and_what_was_given(whole: Path) -> None:
    names = sorted(path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file())
    assert names == [
        "drills.json",
        "envelope.json",
        "given/drills/failover.json",
        "given/stocktakes/hall.csv",
        "log.jsonl",
        "plan.json",
        "reports/findings.md",
        "reports/report.html",
        "specs/own/_estate/device-types/server.yaml",
        "specs/own/_estate/estate.yaml",
        "verdicts.json",
        "versions.json",
    ]
    plan = json.loads((whole / "plan.json").read_text("utf-8"))["resources"]
    assert {one["name"] for one in plan if one["type"] == "thabat:index:Device"} == {
        "srv-01",
        "srv-02",
        "srv-03",
    }
    (drill,) = json.loads((whole / "drills.json").read_text("utf-8"))["drills"]
    assert (drill["service"], drill["rta"]) == ("services/registry", "42 min")


def test_it_holds_and_says_what_it_cannot_show(whole: Path) -> None:
    found = verified(whole)
    assert (found.verdict, found.failures, found.undecided) == ("holds", (), ())
    verdicts = {one.name: one.verdict for one in found.checks}
    assert verdicts == {
        "signature": "holds", "files": "holds", "log": "holds", "figures": "holds", "anchors": "unknown"
    }  # fmt: skip
    assert found.observations == ("given/drills/failover.json", "given/stocktakes/hall.csv")


def test_two_runs_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    again = packed(tmp_path / "again", write_estate(tmp_path / "elsewhere"))
    for path in whole.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(whole)).read_bytes()


@pytest.mark.slow
def test_hash_seeds_change_no_byte(tmp_path: Path) -> None:
    estate = write_estate(tmp_path / "small")
    program = (
        "from pathlib import Path; from tests.policies.bundle.made import made; "
        f"print(made(Path({str(estate)!r}), proofs=True).digest)"
    )
    same_output(program, ("0", "1", "2"))


def test_files_and_folders_are_for_their_owner_alone(whole: Path) -> None:
    for path in (whole, *whole.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


@pytest.mark.slow
def test_deep_proofs_are_had_again_too(tmp_path: Path) -> None:
    folder = packed(tmp_path / "bundle", write_estate(tmp_path / "small"), proofs=True)
    told: list[str] = []
    found = verify(folder, Asked(public(), VERSION, began=told.append))
    assert (found.verdict, (folder / "proofs.json").is_file()) == ("holds", True)
    assert "proving dr capacity" in told


def test_an_estate_that_amends_a_bundled_one_holds_by_the_copy_within(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "own.yaml").write_text("amends: starter\nteams: {night-watch: {}}\n")
    bundle = packed(tmp_path / "bundle", folder)
    assert (bundle / "specs/bundled/starter/estate.yaml").is_file()
    assert verified(bundle).verdict == "holds"
    assert reloaded(bundle, "specs/own/_estate").digest == load(folder).digest
    (bundle / "specs/bundled/starter/estate.yaml").unlink()
    with pytest.raises(SpecError):
        reloaded(bundle, "specs/own/_estate")


def test_an_estate_that_amends_one_beside_it_holds(tmp_path: Path) -> None:
    write_estate(tmp_path / "base")
    folder = tmp_path / "above"
    folder.mkdir()
    (folder / "estate.yaml").write_text("amends: base\nteams: {night-watch: {}}\n")
    bundle = packed(tmp_path / "bundle", folder)
    assert (bundle / "specs/own/base/device-types/server.yaml").is_file()
    assert verified(bundle).verdict == "holds"


def test_an_estate_of_one_file_holds(tmp_path: Path) -> None:
    write_estate(tmp_path / "small")
    (tmp_path / "small" / "estate.yaml").rename(tmp_path / "small" / "قطر.yaml")
    bundle = packed(tmp_path / "bundle", tmp_path / "small" / "قطر.yaml")
    assert (bundle / "specs/own/قطر.yaml").is_file()
    assert verified(bundle).verdict == "holds"


def test_files_that_change_while_they_are_packed_are_not_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = write_estate(tmp_path / "small")
    real = specs_of

    def changed(*given: object) -> object:
        (estate / "estate.yaml").write_text("estate: {title: Another, owner: Us}\n")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("policies.bundle.packing.specs_of", changed)
    with pytest.raises(SpecError, match="changed while it was being packed"):
        made(estate)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    bundle = made(write_estate(tmp_path / "small"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "there.txt").write_text("there")
    with pytest.raises(OSError, match="not empty"):
        write(bundle, tmp_path / "full")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "small"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["there.txt"]


def test_observations_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    kind, name, data = DRILL
    given = [(kind, name, data), (kind, name, b"second"), (kind, "failover-2.json", b"third")]
    bundle = made(write_estate(tmp_path / "small"), given=given)
    assert {one.data for one in bundle.files if one.role == "given"} == {data, b"second", b"third"}


def test_a_bundle_may_name_the_one_before_it(tmp_path: Path) -> None:
    estate = write_estate(tmp_path / "small")
    first = made(estate)
    second = made(estate, follows=first.digest)
    write(second, tmp_path / "second")
    found = verified(tmp_path / "second", expected=second.digest)
    assert found.verdict == "holds"
    assert found.statement is not None
    assert found.statement.predicate.follows == first.digest == digest(first.envelope)
    assert codes(verified(tmp_path / "second", expected=first.digest)) == ["EVD-007"]


def test_the_envelope_is_one_that_other_programs_read(whole: Path) -> None:
    from securesystemslib.dsse import Envelope

    envelope = Envelope.from_dict(json.loads((whole / "envelope.json").read_text("utf-8")))
    assert envelope.verify([public().key], 1)
    assert envelope.payload_type == "application/vnd.in-toto+json"
    statement = json.loads(envelope.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    by_name = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    assert by_name["plan.json"] == digest((whole / "plan.json").read_bytes())
    assert read(envelope.payload).of("plan.json") is not None
