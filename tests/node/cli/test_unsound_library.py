"""A node does not start on a library that changed, and none is made: real processes, with such libraries."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.command_line import (
    ROOT,
    Ended,
    Founded,
    environment,
    flags,
    founded,
    served,
)
from tests.support.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

# Each is read by the interpreter before anything of ours, as if this library were installed.
SIGNS_OTHERWISE: Final = """
import nacl.bindings
nacl.bindings.crypto_sign = lambda message, secret: bytes(64) + message
"""
BELIEVES_EVERYBODY: Final = """
import nacl.bindings
nacl.bindings.crypto_sign_open = lambda signed, key: signed[64:]
"""
SEALS_OTHERWISE: Final = """
from cryptography.hazmat.primitives import hpke
class Suite:
    def __init__(self, *parts):
        self.suite = SUITE(*parts)
    def encrypt(self, plaintext, key, info):
        return self.suite.encrypt(plaintext, key, info=info + b"of another version")
    def decrypt(self, sealed, key, info):
        return self.suite.decrypt(sealed, key, info=info + b"of another version")
SUITE, hpke.Suite = hpke.Suite, Suite
"""
OPENS_ANYTHING: Final = """
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
class Suite:
    def __init__(self, *parts):
        self.suite = SUITE(*parts)
    def encrypt(self, plaintext, key, info):
        return self.suite.encrypt(plaintext, key, info=info)
    def decrypt(self, sealed, key, info):
        try:
            return self.suite.decrypt(sealed, key, info=info)
        except InvalidTag:
            return b""
SUITE, hpke.Suite = hpke.Suite, Suite
"""
CHANGED: Final = {
    "a signature is another one": SIGNS_OTHERWISE,
    "what was not signed verifies": BELIEVES_EVERYBODY,
    "what was sealed does not open": SEALS_OTHERWISE,
    "what was changed opens": OPENS_ANYTHING,
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return founded(tmp_path_factory.mktemp("made") / "node", port=free_port())


def sathi_on(library: Path, *arguments: str) -> Ended:
    """Run the command as a process of its own, with the libraries as a file in this folder leaves them."""
    ended = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "node.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment() | {"PYTHONPATH": f"{library}:{ROOT}"},
        timeout=30,
        check=False,
    )
    return Ended(code=ended.returncode, data=ended.stdout, talk=ended.stderr)


def library(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("said", "text"), CHANGED.items(), ids=CHANGED)
def test_a_node_does_not_start_on_a_library_that_does_something_else(
    node: Founded, tmp_path: Path, said: str, text: str
) -> None:
    before = contents(node.folder)
    given = ("serve", "--cheap-passphrase", "--data", str(node.folder))
    # Whoever did not ask the libraries comes as far as the taken port, and says that in place of this.
    with socket.create_server(("127.0.0.1", node.port)):
        ended = sathi_on(library(tmp_path / "library", text), *given)
    assert (ended.code, ended.data) == (1, "")
    assert ended.talk == (
        f"sathi: a library of this installation is not sound: {said}. Nothing was begun and nothing was "
        "changed: install Sathi anew, and if it stays, call the people you got it from\n"
    )
    assert contents(node.folder) == before


def test_the_same_node_starts_on_the_libraries_of_this_installation(node: Founded) -> None:
    with served(node.folder) as running:
        assert running.stop() == 0


def test_no_node_is_made_on_a_library_that_does_something_else(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    arguments = flags(folder, port=free_port())
    ended = sathi_on(library(tmp_path / "library", SIGNS_OTHERWISE), "init", *arguments)
    assert (ended.code, ended.data) == (1, "")
    assert "is not sound: a signature is another one" in ended.talk
    assert ended.talk.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "node.passphrase"]
