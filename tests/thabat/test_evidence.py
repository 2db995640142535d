"""`thabat evidence`: as people call it, from a key pair to an exit code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from specs.files import write_whole
from tests.conftest import requires
from tests.policies.bundle.made import packed, public, signer, write_estate
from tests.published import hold
from thabat.app import _run
from thabat.exits import CLEAN, EVIDENCE, LOCKED, NOT_EVALUATED, USAGE

CANARY = "canary-7f3a-do-not-tell"


class Thabat:
    """The command, run in this process, in a folder with an estate and keys."""

    def __init__(
        self, ready: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._ready = ready
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)
        monkeypatch.delenv("THABAT_EVIDENCE_PASSPHRASE", raising=False)
        write_estate(folder / "estate")

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, and what was said."""
        self._monkeypatch.setattr(sys, "argv", ["thabat", *words])
        code = _run()
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def key(self, name: str) -> str:
        """A key pair; the private file's name."""
        code, out, said = self("evidence", "keygen", name, "--no-passphrase")
        assert (code, len(out.strip())) == (CLEAN, 64), said
        return name

    def given(self) -> None:
        """A bundle that was made once for all tests, signed by k.pem."""
        shutil.copytree(self._ready, "bundle")
        write_whole(Path("k.pem"), signer().private_bytes)
        write_whole(Path("k.pem.pub"), public().text)

    def packed(self, folder: str = "bundle", *more: str) -> str:
        """A bundle of the estate, signed by k.pem; its digest."""
        if not Path("k.pem").exists():
            self.key("k.pem")
        code, out, said = self("evidence", "-d", folder, "estate", "--key", "k.pem", "--no-proofs", *more)
        assert code == CLEAN, said
        return out.strip()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that nobody touched."""
    folder = tmp_path_factory.mktemp("ready")
    return packed(folder / "bundle", write_estate(folder / "small"))


@pytest.fixture
def thabat(
    ready: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Thabat:
    return Thabat(ready, tmp_path, monkeypatch, capsys)


def test_pack_and_verify_as_the_manual_says(thabat: Thabat) -> None:
    digest = thabat.packed()
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub", "--digest", digest)
    assert (code, "The bundle holds." in out, digest in out) == (CLEAN, True, True)
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub", "-o", "json")
    hold(out, "evidence")
    told = json.loads(out)
    assert (told["verdict"], told["bundle"]["judged_on"]) == ("holds", told["bundle"]["judged_on"])


def test_what_does_not_hold_ends_with_5_and_its_reason(thabat: Thabat) -> None:
    thabat.given()
    path = Path("bundle/verdicts.json")
    path.write_text(path.read_text("utf-8").replace('"unknown": ', '"unknown": 1', 1), "utf-8")
    code, out, said = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub", "-o", "json")
    hold(out, "evidence")
    (failure,) = json.loads(out)["failures"]
    assert (code, failure["code"], failure["file"]) == (EVIDENCE, "EVD-019", "verdicts.json")
    assert "was signed" in failure["what"]
    code, out, said = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub")
    assert (code, "✗ EVD-019 verdicts.json" in out, "mend:" in out, "Traceback" in said) == (
        5,
        True,
        True,
        False,
    )


def test_another_key_than_the_signers_does_not_do(thabat: Thabat) -> None:
    thabat.given()
    thabat.key("other.pem")
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "other.pem.pub", "-o", "json")
    hold(out, "evidence")
    assert (code, json.loads(out)["failures"][0]["code"]) == (EVIDENCE, "EVD-003")


def test_figures_of_another_version_end_with_3(thabat: Thabat, monkeypatch: pytest.MonkeyPatch) -> None:
    thabat.given()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9.9")
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub", "-o", "json")
    hold(out, "evidence")
    assert (code, json.loads(out)["undecided"][0]["code"]) == (NOT_EVALUATED, "EVD-032")
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub", "--no-recompute")
    assert (code, "figures were not had again" in out) == (CLEAN, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-d", "b", "estate"), "no key to sign with"),
        (("-d", "b", "estate", "--key", "k.pem", "--agent", "x"), "two keys to sign with"),
        (("-d", "estate", "estate", "--key", "k.pem"), "not empty"),
        (("-d", "b", "nowhere", "--key", "k.pem"), "no file, folder or bundled estate"),
        (("-d", "b", "estate", "--key", "k.pem.pub"), "others may read|no private key"),
        (("-d", "b", "estate", "--key", "nowhere.pem"), "cannot read"),
        (("-d", "b", "estate", "--key", "k.pem", "--drill", "nowhere.json"), "nowhere.json is no file"),
        (("-d", "b", "estate", "--key", "k.pem", "--follows", "abc"), "no SHA-256 digest"),
        (("-d", "b", "estate", "--key", "k.pem", "--phase", "phase-9"), "no phase"),
        (("-d", "k.pem/b", "estate", "--key", "k.pem", "--no-proofs"), "k.pem"),
        (("estate", "--key", "k.pem"), "--directory"),
        (("verify", "nowhere", "--key", "k.pem.pub"), "no folder"),
        (("verify", "estate"), "--key"),
        (("verify", "estate", "--key", "k.pem"), "is a private key"),
        (("verify", "estate", "--key", "k.pem.pub", "--digest", "12"), "no SHA-256 digest"),
        (("verify", "estate", "--key", "k.pem.pub", "--tsa-root", "k.pem.pub"), "no certificate"),
        (("keygen", "k.pem", "--no-passphrase"), "is there already"),
        (("keygen", "new.pem"), "nobody is there to ask"),
        (("timestamp-request", "estate", "-o", "q"), "no bundle"),
        (("timestamp", "bundle", "k.pem"), "no answer of a time-stamping authority"),
        (
            ("countersign", "bundle", "--signer", "k.pem.pub", "--by", "X", "--key", "k.pem"),
            "signer's own key",
        ),
    ],
)
def test_a_faulty_call_ends_with_2_and_says_how_to_mend_it(
    words: tuple[str, ...], told: str, thabat: Thabat
) -> None:
    import re

    thabat.given()
    before = sorted(Path().rglob("*"))
    code, out, said = thabat("evidence", *words)
    assert (code, out) == (USAGE, "")
    assert re.search(told, " ".join(said.split())), said
    assert "Traceback" not in said
    assert sorted(Path().rglob("*")) == before


def test_a_folder_that_is_no_bundle_does_not_verify(thabat: Thabat) -> None:
    thabat.key("k.pem")
    code, out, _ = thabat("evidence", "verify", "estate", "--key", "k.pem.pub")
    assert (code, "EVD-001" in out) == (EVIDENCE, True)


def test_observations_are_packed_as_they_are_and_told_apart(thabat: Thabat) -> None:
    write_whole(Path("drill.json"), '{"rta": "40 min"}')
    write_whole(Path("hall.csv"), "element\nsrv-01\n")
    write_whole(Path("plan.json"), "{}")
    thabat.packed("bundle", "--drill", "drill.json", "--stocktake", "hall.csv", "--plan", "plan.json")
    assert Path("bundle/given/drills/drill.json").read_text() == '{"rta": "40 min"}'
    code, out, _ = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub")
    assert (code, "whether they are true, no bundle can show" in out) == (CLEAN, True)
    assert "given/stocktakes/hall.csv" in out


def test_a_countersignature_is_given_only_to_what_holds(thabat: Thabat) -> None:
    thabat.given()
    thabat.key("auditor.pem")
    asked = ("--signer", "k.pem.pub", "--key", "auditor.pem", "--by", "R. Khoury", "--on", "2026-11-02")
    assert thabat("evidence", "countersign", "bundle", *asked)[0] == CLEAN
    verify = ("evidence", "verify", "bundle", "--key", "k.pem.pub", "--countersigner", "auditor.pem.pub")
    code, out, _ = thabat(*verify)
    assert (code, "✓ countersignature" in out, "by R. Khoury, on 2026-11-02" in out) == (CLEAN, True, True)
    Path("bundle/plan.json").write_text("{}")
    code, _, said = thabat("evidence", "countersign", "bundle", *asked)
    assert (code, "it is not countersigned" in said) == (EVIDENCE, True)
    (found,) = Path("bundle/anchors").iterdir()
    found.unlink()
    code, out, _ = thabat(*verify)
    assert (code, "EVD-043" in out) == (EVIDENCE, True)


def test_bundles_follow_each_other(thabat: Thabat) -> None:
    first = thabat.packed("one")
    thabat.packed("two", "--follows", "one")
    thabat.packed("three", "--follows", first)
    for name in ("two", "three"):
        _, out, _ = thabat("evidence", "verify", name, "--key", "k.pem.pub", "-o", "json")
        assert json.loads(out)["bundle"]["follows"] == first.removeprefix("sha256:")


def test_the_key_may_be_settled_once(thabat: Thabat, monkeypatch: pytest.MonkeyPatch) -> None:
    thabat.given()
    monkeypatch.setenv("THABAT_ESTATE", "estate")
    Path("thabat.toml").write_text('evidence_key = "k.pem"\n')
    assert thabat("evidence", "-d", "settled", "--no-proofs")[0] == CLEAN
    assert thabat("evidence", "verify", "settled", "--key", "k.pem.pub", "--no-recompute")[0] == CLEAN
    monkeypatch.setenv("THABAT_EVIDENCE_AGENT", "signer")
    assert "two keys to sign with" in thabat("evidence", "-d", "other", "--no-proofs")[2]


def test_a_passphrase_comes_from_the_environment(thabat: Thabat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THABAT_EVIDENCE_PASSPHRASE", CANARY)
    assert thabat("evidence", "keygen", "k.pem")[0] == CLEAN
    assert "ENCRYPTED" in Path("k.pem").read_text()
    thabat.packed()
    monkeypatch.delenv("THABAT_EVIDENCE_PASSPHRASE")
    code, _, said = thabat("evidence", "-d", "b", "estate", "--key", "k.pem")
    assert (code, "nobody is there to ask" in said) == (USAGE, True)


def test_no_secret_of_environment_or_settings_is_packed(
    thabat: Thabat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "PULUMI_CONFIG_PASSPHRASE",
        "THABAT_EVIDENCE_PASSPHRASE",
        "HOSTNAME",
    ):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("THABAT_REGISTER", f"postgresql://user:{CANARY}@db/register")
    Path("thabat.toml").write_text(f'state = "/srv/{CANARY}"\n')
    Path("estate/.secrets.yaml").write_text(f"token: {CANARY}\n")
    Path("estate/notes.txt").write_text(CANARY)
    (Path("estate") / ".git").mkdir()
    (Path("estate") / ".git" / "config.yaml").write_text(CANARY)
    assert thabat("evidence", "keygen", "k.pem")[0] == CLEAN
    thabat.packed()
    _, out, said = thabat("evidence", "verify", "bundle", "--key", "k.pem.pub")
    told = [path.read_bytes() for path in Path("bundle").rglob("*") if path.is_file()]
    assert len(told) > 8
    for text in (*told, out.encode(), said.encode()):
        assert CANARY.encode() not in text
        assert str(tmp_path).encode() not in text


def test_own_rules_judge_and_are_brought_by_who_verifies(thabat: Thabat) -> None:
    own = ("--rules", str(Path(__file__).parents[2] / "docs" / "examples" / "own-rules"))
    thabat.packed("bundle", *own)
    assert "ORG-001" in Path("bundle/verdicts.json").read_text("utf-8")
    assert not list(Path("bundle").rglob("*.py"))
    verify = ("evidence", "verify", "bundle", "--key", "k.pem.pub")
    assert thabat(*verify, *own)[0] == CLEAN
    code, out, _ = thabat(*verify)
    assert (code, "EVD-032" in out, "judged by own rules too: ORG-001" in out) == (NOT_EVALUATED, True, True)


@pytest.mark.slow
def test_the_national_estate_packs_and_holds_with_all_its_proofs(thabat: Thabat) -> None:
    thabat.key("k.pem")
    assert thabat("evidence", "-d", "bundle", "national-cured", "--key", "k.pem")[0] == CLEAN
    assert Path("bundle/specs/own/national/estate.yaml").is_file()
    assert thabat("evidence", "verify", "bundle", "--key", "k.pem.pub")[0] == CLEAN


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real SSH agent that holds a key called `signer`, whose public half is id.pub."""
    found = all(map(shutil.which, ("ssh-agent", "ssh-add", "ssh-keygen")))
    requires("ssh", found=found, reason="there is no OpenSSH here")
    socket = f"/tmp/thabat-agent-{os.getpid()}-cli"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if Path(socket).exists():
                break
            try:
                running.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        key = str(tmp_path / "id")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "signer", "-f", key], check=True)
        subprocess.run(["ssh-add", key], check=True, capture_output=True)
        (tmp_path / "id").unlink()
        yield
    finally:
        running.terminate()
        running.wait(10)
        Path(socket).unlink(missing_ok=True)


@pytest.mark.usefixtures("agent")
def test_a_key_in_an_agent_signs_what_its_public_half_verifies(thabat: Thabat) -> None:
    code, _, said = thabat("evidence", "-d", "bundle", "estate", "--agent", "signer", "--no-proofs")
    assert code == CLEAN, said
    assert thabat("evidence", "verify", "bundle", "--key", "id.pub")[0] == CLEAN


def _custody(thabat: Thabat) -> str:
    """A store with one object, taken in by one person; its digest."""
    for name in ("haddad.pem", "khoury.pem"):
        thabat.key(name)
    write_whole(Path("disk.img"), b"bytes")
    code, out, said = thabat(
        "evidence", "custody", "intake", "disk.img", "--store", "vault", "--case", "17", "--by", "A. Haddad",
        "--key", "haddad.pem", "--at", "2026-11-24T09:00:00Z",
    )  # fmt: skip
    assert code == CLEAN, said
    return out.strip().removeprefix("sha256:")


VERIFY = ("evidence", "custody", "verify", "vault", "--key", "A. Haddad=haddad.pem.pub")
TRANSFER = ("--store", "vault", "--from", "A. Haddad", "--to", "R. Khoury", "--key", "haddad.pem")


def test_custody_from_intake_to_transfer(thabat: Thabat) -> None:
    what = _custody(thabat)
    done = thabat("evidence", "custody", "transfer", what[:10], *TRANSFER, "--to-key", "khoury.pem")
    assert done[0] == CLEAN
    code, out, _ = thabat(*VERIFY, "--key", "R. Khoury=khoury.pem.pub", "-o", "json")
    hold(out, "custody")
    told = json.loads(out)
    assert (code, told["objects"][0]["holder"], told["head"]["entries"]) == (CLEAN, "R. Khoury", 2)
    code, out, _ = thabat(*VERIFY)
    assert (code, "CUS-008" in out, "An administrator of this machine can unlink" in out) == (
        EVIDENCE,
        True,
        True,
    )
    head = told["head"]["sha256"]
    code, out, _ = thabat(*VERIFY, "--key", "R. Khoury=khoury.pem.pub", "--head", head)
    assert (code, "Custody holds." in out) == (CLEAN, True)


def test_what_custody_does_not_allow_ends_with_2_and_records_nothing(thabat: Thabat) -> None:
    what = _custody(thabat)
    before = Path("vault/custody.jsonl").read_bytes()
    intake = ("evidence", "custody", "intake")
    asked = ("--store", "vault", "--case", "17", "--by", "B. Aoun", "--key", "khoury.pem")
    handing = ("evidence", "custody", "transfer")
    for words, told in (
        ((*intake, "disk.img", *asked), "taken in before"),
        ((*intake, "nowhere", *asked), "nowhere is no file"),
        ((*intake, "k", *asked, "--at", "today"), "k is no file"),
        ((*intake, "haddad.pem", *asked, "--at", "today"), "`today` is no time"),
        ((*handing, what, *TRANSFER), "--to-key FILE or --to-agent KEY"),
        ((*handing, what, *TRANSFER, "--to-key", "haddad.pem"), "one key"),
        ((*handing, "12345678", *TRANSFER, "--to-key", "khoury.pem"), "no object"),
        ((*VERIFY, "--key", "nobody"), "names no person and key"),
        ((*VERIFY, "--head", "x"), "no SHA-256 digest"),
    ):
        code, out, said = thabat(*words)
        assert (code, out, told in " ".join(said.split())) == (USAGE, "", True), said
    assert Path("vault/custody.jsonl").read_bytes() == before
    assert thabat(*VERIFY)[0] == CLEAN


def test_a_broken_log_ends_with_5_and_a_locked_one_with_4(thabat: Thabat) -> None:
    what = _custody(thabat)
    from policies.bundle.custody_store import _locked

    asked = ("evidence", "custody", "transfer", what, *TRANSFER, "--to-key", "khoury.pem")
    with _locked(Path("vault")):
        assert thabat(*asked)[0] == LOCKED
    log = Path("vault/custody.jsonl")
    log.write_bytes(log.read_bytes()[:-9])
    code, _, said = thabat(*asked)
    assert (code, "CUS-002" in said, "nothing was recorded" in said) == (EVIDENCE, True, True)
