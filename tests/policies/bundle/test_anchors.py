"""Anchors: time-stamps of a real authority (OpenSSL's), and countersignatures."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from rfc3161_client import decode_timestamp_response

from policies.bundle.anchors import (
    Trust,
    certificates,
    countersignature,
    timestamp,
    timestamp_request,
)
from policies.bundle.canonical import NotCanonical, digest
from policies.bundle.keys import KeyFault
from policies.bundle.statement import ENVELOPE
from policies.bundle.verifying import Asked, Verified, verify
from tests.conftest import requires
from tests.policies.bundle.conftest import Copy
from tests.policies.bundle.made import VERSION, codes, public, signer

DAY = date(2026, 11, 2)

CONFIGURATION = """\
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
signer_digest = sha256
"""


class Authority:
    """A time-stamping authority of the test's own."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder, self._program = folder, program
        folder.mkdir()
        (folder / "serial").write_text("01\n")
        (folder / "configuration").write_text(CONFIGURATION.format(folder=folder))
        self._make("root", "root")
        self._make("stamper", "stamper", "-CA", str(folder / "root.pem"), "-CAkey", str(folder / "root.key"))
        (self.root,) = certificates((folder / "root.pem").read_bytes())

    def _make(self, name: str, extensions: str, *more: str) -> None:
        self._run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-config", "configuration", "-extensions", extensions, *more,
        )  # fmt: skip

    def answer(self, request: bytes) -> bytes:
        """What it answers to a request."""
        (self._folder / "request.tsq").write_bytes(request)
        self._run(
            "ts", "-reply", "-queryfile", "request.tsq", "-signer", "stamper.pem", "-inkey", "stamper.key",
            "-out", "answer.tsr", "-config", "configuration", "-section", "here",
        )  # fmt: skip
        return (self._folder / "answer.tsr").read_bytes()

    def _run(self, *words: str) -> None:
        subprocess.run([self._program, *words], cwd=self._folder, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def openssl() -> str:
    """OpenSSL, which answers as an authority does."""
    found = shutil.which("openssl")
    requires("openssl", found=found is not None, reason="there is no openssl here")
    return str(found)


@pytest.fixture(scope="module")
def authority(openssl: str, tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The one that the verifier knows."""
    return Authority(tmp_path_factory.mktemp("tsa") / "known", openssl)


def _anchored(folder: Path, made: tuple[str, bytes]) -> Path:
    (folder / "anchors").mkdir(exist_ok=True)
    (folder / made[0]).write_bytes(made[1])
    return folder


def _verified(folder: Path, trust: Trust) -> Verified:
    return verify(folder, Asked(public(), VERSION, trust, recomputing=False))


def _stamped(folder: Path, authority: Authority) -> Path:
    envelope = (folder / ENVELOPE).read_bytes()
    return _anchored(folder, timestamp(envelope, authority.answer(timestamp_request(envelope))))


def _verdicts(found: Verified) -> list[tuple[str, str]]:
    return [(one.kind, one.verdict) for one in found.anchors]


def test_a_time_stamp_holds_by_the_root_that_the_verifier_gives(copy: Copy, authority: Authority) -> None:
    folder = _stamped(copy(), authority)
    found = _verified(folder, Trust(tsa_roots=(authority.root,)))
    assert (found.failures, _verdicts(found)) == ((), [("time-stamp", "holds")])
    assert "the envelope was there at 20" in found.anchors[0].what
    assert found.checks[-1].verdict == "holds"


def test_without_a_root_it_is_there_and_shows_nothing(copy: Copy, authority: Authority) -> None:
    found = _verified(_stamped(copy(), authority), Trust())
    assert (found.failures, _verdicts(found)) == ((), [("time-stamp", "unknown")])


def test_another_authority_does_not_do(
    copy: Copy, authority: Authority, openssl: str, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", openssl)
    found = _verified(_stamped(copy(), other), Trust(tsa_roots=(authority.root,)))
    assert codes(found) == ["EVD-040"]


def test_a_root_that_was_given_and_no_time_stamp_is_a_failure(copy: Copy, authority: Authority) -> None:
    assert codes(_verified(copy(), Trust(tsa_roots=(authority.root,)))) == ["EVD-043"]


def test_a_time_stamp_of_something_else_is_not_put_in_and_does_not_hold(
    copy: Copy, authority: Authority
) -> None:
    folder = copy()
    answer = authority.answer(timestamp_request(b"another envelope"))
    with pytest.raises(NotCanonical, match="other bytes"):
        timestamp((folder / ENVELOPE).read_bytes(), answer)
    _anchored(folder, (f"anchors/timestamp-{digest(answer)[:16]}.tsr", answer))
    assert codes(_verified(folder, Trust())) == ["EVD-040"]


def test_the_request_tells_the_digest_and_is_the_same_every_time(
    whole: Path, openssl: str, tmp_path: Path
) -> None:
    envelope = (whole / ENVELOPE).read_bytes()
    assert timestamp_request(envelope) == timestamp_request(envelope)
    (tmp_path / "q.tsq").write_bytes(timestamp_request(envelope))
    words = [openssl, "ts", "-query", "-in", str(tmp_path / "q.tsq"), "-text"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "Hash Algorithm: sha256" in told
    assert "Certificate required: yes" in told


@pytest.mark.parametrize("step", [23, pytest.param(1, marks=pytest.mark.slow)])
def test_no_flipped_byte_of_a_time_stamp_goes_unseen(step: int, copy: Copy, authority: Authority) -> None:
    folder = _stamped(copy(), authority)
    (path,) = (folder / "anchors").iterdir()
    data = path.read_bytes()
    trust = Trust(tsa_roots=(authority.root,))
    for place in range(0, len(data), step):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        assert codes(_verified(folder, trust)) == ["EVD-040"], place
    path.unlink()
    for spoilt in (b"", data[:-1], data + b"0", b"\x30\x80" * 2000, b"x" * 2_000_000):
        named = folder / "anchors" / f"timestamp-{digest(spoilt)[:16]}.tsr"
        named.write_bytes(spoilt)
        assert codes(_verified(folder, trust))[0] in ("EVD-015", "EVD-040")
        named.unlink()


def test_what_is_no_answer_of_an_authority_is_refused(whole: Path) -> None:
    for data in (b"", b"{}", b"\x30\x03\x02\x01\x02"):
        with pytest.raises(NotCanonical):
            timestamp((whole / ENVELOPE).read_bytes(), data)
    with pytest.raises(KeyFault):
        certificates(b"no certificate")


def test_a_countersignature_holds_by_a_key_that_the_verifier_gives(copy: Copy) -> None:
    folder = copy()
    envelope = (folder / ENVELOPE).read_bytes()
    _anchored(folder, countersignature(envelope, signer(2), "R. Khoury", DAY))
    held = _verified(folder, Trust(countersigners=(public(2),)))
    assert (held.failures, _verdicts(held)) == ((), [("countersignature", "holds")])
    assert "by R. Khoury, on 2026-11-02" in held.anchors[0].what
    assert _verdicts(_verified(folder, Trust())) == [("countersignature", "unknown")]
    assert codes(_verified(folder, Trust(countersigners=(public(3),)))) == ["EVD-043"]


def test_a_countersignature_of_another_bundle_or_by_the_signer_does_not_hold(copy: Copy) -> None:
    folder = copy()
    envelope = (folder / ENVELOPE).read_bytes()
    other = _anchored(copy(), countersignature(envelope + b" ", signer(2), "R. Khoury", DAY))
    assert codes(_verified(other, Trust(countersigners=(public(2),)))) == ["EVD-041"]
    own = _anchored(copy(), countersignature(envelope, signer(), "Myself", DAY))
    assert codes(_verified(own, Trust())) == ["EVD-041"]
    name, data = countersignature(envelope, signer(2), "R. Khoury", DAY)
    renamed = _anchored(copy(), (name.replace("countersigned-", "countersigned-0"), data))
    assert codes(_verified(renamed, Trust())) == ["EVD-041"]


def test_an_envelope_of_a_bundle_is_no_countersignature(copy: Copy) -> None:
    folder = copy()
    name, _ = countersignature(b"", signer(2), "R. Khoury", DAY)
    _anchored(folder, (name, (folder / ENVELOPE).read_bytes()))
    assert codes(_verified(folder, Trust())) == ["EVD-041"]


def test_both_anchors_may_stand_together(copy: Copy, authority: Authority) -> None:
    folder = _stamped(copy(), authority)
    envelope = (folder / ENVELOPE).read_bytes()
    _anchored(folder, countersignature(envelope, signer(2), "R. Khoury", DAY))
    found = _verified(folder, Trust((public(2),), (authority.root,)))
    assert (found.failures, [one.verdict for one in found.anchors]) == ((), ["holds", "holds"])
    answer = next((folder / "anchors").glob("*.tsr")).read_bytes()
    assert decode_timestamp_response(answer).status == 0
