"""Keys and agents: files of several forms, passphrases, permissions, and a real SSH agent."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from policies.bundle import agent
from policies.bundle.envelope import as_bytes, read, signed
from policies.bundle.keys import KeyFault, make_pair, of_signer, private_key, public_key
from tests.conftest import requires
from tests.policies.bundle.made import public, signer


def _nobody(what: str) -> bytes:
    raise KeyFault(f"{what} has a passphrase", "there is nobody to ask")


def _roundtrip(own: Signer, path: Path) -> None:
    made = read(as_bytes(signed(b"what is said", [own])))
    assert made.verified_by(public_key(path))
    assert not made.verified_by(public(77))


@pytest.fixture(scope="module")
def keygen() -> str:
    """OpenSSH's program that makes keys."""
    found = shutil.which("ssh-keygen")
    requires("ssh", found=found is not None, reason="there is no ssh-keygen here")
    return str(found)


@pytest.fixture
def socket(keygen: str, tmp_path: Path) -> Iterator[str]:
    """A real SSH agent of the test's own."""
    program = shutil.which("ssh-agent")
    requires("ssh", found=program is not None, reason="there is no ssh-agent here")
    path = f"/tmp/thabat-agent-{os.getpid()}-{tmp_path.name[-20:]}"
    running = subprocess.Popen(
        [str(program), "-D", "-a", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            if Path(path).exists():
                break
            try:
                running.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        yield path
    finally:
        running.terminate()
        running.wait(10)
        Path(path).unlink(missing_ok=True)


def _ssh_key(keygen: str, path: Path, comment: str, kind: str = "ed25519", passphrase: str = "") -> Path:
    words = [keygen, "-q", "-t", kind, "-N", passphrase, "-C", comment, "-f", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path


def _add(socket: str, key: Path) -> None:
    subprocess.run(
        ["ssh-add", str(key)], check=True, capture_output=True, env={**os.environ, "SSH_AUTH_SOCK": socket}
    )


def test_a_pair_is_made_for_its_owner_alone_and_signs(tmp_path: Path) -> None:
    private, half = make_pair(tmp_path / "k.pem", None)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    _roundtrip(private_key(private, _nobody), half)


def test_a_passphrase_is_asked_for_and_must_be_right(tmp_path: Path) -> None:
    private, half = make_pair(tmp_path / "k.pem", b"long and secret")
    _roundtrip(private_key(private, lambda what: b"long and secret"), half)
    with pytest.raises(KeyFault, match="passphrase is another"):
        private_key(private, lambda what: b"wrong")
    with pytest.raises(KeyFault, match="has a passphrase"):
        private_key(private, _nobody)


def test_no_key_is_overwritten(tmp_path: Path) -> None:
    private, _ = make_pair(tmp_path / "k.pem", None)
    before = private.read_bytes()
    with pytest.raises(KeyFault, match="is there already"):
        make_pair(private, None)
    assert private.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_private_key_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    private, _ = make_pair(tmp_path / "k.pem", None)
    private.chmod(mode)
    with pytest.raises(KeyFault, match="others may read"):
        private_key(private, _nobody)


@pytest.mark.parametrize("passphrase", ["", "long and secret"])
def test_keys_of_openssh_sign_and_verify(passphrase: str, keygen: str, tmp_path: Path) -> None:
    path = _ssh_key(keygen, tmp_path / "id", "x", passphrase=passphrase)
    _roundtrip(private_key(path, lambda what: passphrase.encode()), tmp_path / "id.pub")


def test_what_is_no_ed25519_key_is_refused_in_words(keygen: str, tmp_path: Path) -> None:
    ecdsa = _ssh_key(keygen, tmp_path / "id", "x", kind="ecdsa")
    private, half = make_pair(tmp_path / "k.pem", None)
    (tmp_path / "none").write_bytes(b"\x00\xff")
    (tmp_path / "none").chmod(0o600)
    (tmp_path / "empty").touch(0o600)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyFault, match="no Ed25519 key"):
        private_key(ecdsa, _nobody)
    with pytest.raises(KeyFault, match="no Ed25519 key"):
        public_key(tmp_path / "id.pub")
    with pytest.raises(KeyFault, match="is a private key"):
        public_key(private)
    for name in ("none", "empty", "pipe", "nowhere", "."):
        with pytest.raises(KeyFault, match=r"\w"):
            private_key(tmp_path / name, _nobody)
        with pytest.raises(KeyFault, match=r"\w"):
            public_key(tmp_path / name)
    half.chmod(0o600)
    with pytest.raises(KeyFault, match="no private key"):
        private_key(half, _nobody)


def test_a_real_agent_signs_and_the_key_stays_with_it(keygen: str, socket: str, tmp_path: Path) -> None:
    path = _ssh_key(keygen, tmp_path / "id", "signer at home")
    _ssh_key(keygen, tmp_path / "other", "other", kind="ecdsa")
    for name in ("id", "other"):
        _add(socket, tmp_path / name)
    (identity,) = agent.identities(socket)
    text = (tmp_path / "id.pub").read_text()
    shown = subprocess.run([keygen, "-l", "-f", str(path)], capture_output=True, text=True, check=True).stdout
    assert identity.fingerprint in shown
    path.unlink()
    for wanted in (identity.fingerprint, "signer at home", text, identity.public.keyid):
        _roundtrip(agent.signer(wanted, socket), tmp_path / "id.pub")
    first, second = (signed(b"same", [agent.signer("signer at home", socket)]) for _ in range(2))
    assert first == second
    assert agent.AgentSigner.from_priv_key_uri(f"ssh-agent:{socket}", public_key(tmp_path / "id.pub").key)


def test_an_agent_without_the_key_says_which_it_holds(keygen: str, socket: str, tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="no key `x`") as empty:
        agent.signer("x", socket)
    assert "no Ed25519 key" in empty.value.hint
    for name in ("a", "b"):
        _add(socket, _ssh_key(keygen, tmp_path / name, "same"))
    with pytest.raises(KeyFault, match="2 keys `same`") as two:
        agent.signer("same", socket)
    assert two.value.hint.count("SHA256:") == 2


def test_without_an_agent_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(KeyFault, match="no SSH agent"):
        agent.signer("x")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nowhere"))
    with pytest.raises(KeyFault, match="cannot be asked"):
        agent.signer("x")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x00\x00\x01\x05",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x09\x0c\x00\x00\x00\x01\x00\x00\x00\x09",
    ],
)
def test_what_is_no_agent_is_told_so(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket as sockets
    import threading

    path = f"/tmp/thabat-false-agent-{os.getpid()}"
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen()

        def answering() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(100)
                peer.sendall(answer)

        thread = threading.Thread(target=answering)
        thread.start()
        try:
            with pytest.raises(KeyFault, match="SSH agent"):
                agent.identities(path)
        finally:
            thread.join(10)
            Path(path).unlink()


def test_the_key_id_is_that_of_the_library() -> None:
    assert public(3).keyid == signer(3).public_key.keyid == of_signer(signer(3)).keyid
