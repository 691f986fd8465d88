"""The socket: only this user's, one node at a time, and nothing left lying in the way."""

import socket
import stat
from pathlib import Path

import pytest

from node.local_api import door
from node.local_api.door import AlreadyRunningError, UnsafeFolderError


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
