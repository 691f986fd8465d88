"""The socket: only this user's, one node at a time, nothing in the way, and no quoting of what is no HTTP."""

import asyncio
import json
import os
import socket
import stat
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from node.local_api import door
from node.local_api.door import AlreadyRunningError, UnsafeFolderError
from tests.support.desks import open_counter
from tests.support.nodes import SOCKET, make_node

CANARY = b"Rani-canary-4711"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_and_its_folder_are_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    with door.listen(path):
        assert (mode(path.parent), mode(path)) == (0o700, 0o600)


def test_a_folder_others_may_enter_is_refused_and_not_changed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(UnsafeFolderError):
        door.listen(folder / "api.sock")
    assert (mode(folder), list(folder.iterdir())) == (0o755, [])


def test_what_a_killed_node_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    door.listen(path).close()
    assert path.is_socket()
    with door.listen(path), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(path))


def test_a_socket_with_a_node_behind_it_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    with door.listen(path):
        with pytest.raises(AlreadyRunningError):
            door.listen(path)
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))


def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    path.parent.mkdir(mode=0o700)
    path.write_text("somebody's notes")
    with pytest.raises(OSError, match=r"."):
        door.listen(path)
    assert path.read_text() == "somebody's notes"


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="this system cannot say who asks")
def test_where_the_kernel_could_say_who_asks_and_does_not_nobody_is_let_in() -> None:
    silent = make_mocked_request("POST", "/v1/case/list", transport=asyncio.Transport())
    assert not door.is_from(silent, frozenset({os.getuid()}))


@pytest.mark.sockets
@pytest.mark.parametrize(
    "sent",
    [
        CANARY + b"\r\n\r\n",
        b"POST /v1/" + CANARY + b" HTP\r\n\r\n",
        b"POST /v1/case/list HTTP/1.1\r\n" + CANARY + b"\r\n\r\n",
        b"POST /v1/case/list HTTP/1.1\r\nHost: a\r\nExpect: " + CANARY + b"\r\n\r\n",
    ],
    ids=["no HTTP", "no version", "a header without a colon", "an unknown Expect"],
)
async def test_what_is_no_request_is_answered_with_a_problem_that_quotes_nothing(
    tmp_path: Path, sent: bytes
) -> None:
    async with open_counter(make_node(tmp_path / "n")) as counter:
        reader, writer = await asyncio.open_unix_connection(counter.made.folder / SOCKET)
        writer.write(sent)
        raw = await reader.read()
        writer.close()
    head, _, body = raw.partition(b"\r\n\r\n")
    said = json.loads(body)
    assert isinstance(said.pop("time"), int)
    assert said == {
        "type": "urn:sathi:problem:malformed",
        "title": "Bad Request",
        "status": 400,
        "detail": "The command does not have the form.",
    }
    assert head.splitlines()[0] == b"HTTP/1.1 400 Bad Request"
    assert b"Content-Type: application/problem+json" in head
    assert b"Server" not in head
    assert CANARY not in raw
