"""Sticks of this computer: whatever lies on one neither blocks nor leads elsewhere, and none is half written.

The node is a model of a few lines; what it was handed and handed out is compared with the disk.
"""

import hashlib
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import pytest

from protocol import limits
from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from protocol.local.views import No, refused
from tests.support.sticks import PART, parts_of
from tui.client import RefusedError
from tui.client.local_files import FileTrouble, LocalFileError
from tui.client.local_sticks import (
    ENTRIES_MAX,
    STICK_FILES_MAX,
    files_in,
    remove,
    take_in,
    write_out,
)

ViewT = TypeVar("ViewT", bound=View)
STICK_ID: Final = b"s" * 16
NAME: Final = "abcdefgh.bin"
TAKEN: Final = views.StickTaken(
    fresh=1, known=0, refused=[], ferried=0, for_partners=0, for_nobody=0, answers=[]
)


@dataclass(slots=True, kw_only=True)
class Keeper:
    """A node that keeps what it is handed, and hands out what it has."""

    content: bytes = b""
    size: int = 0
    parts: list[bytes] = field(default_factory=list)
    let_go: int = 0
    refuses_part: int = -1
    while_reading: Callable[[], object] = lambda: None

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        answer = self.answer(command)
        assert isinstance(answer, view)
        return answer

    def answer(self, command: Command) -> View:
        match command:
            case commands.BeginStick(size=size):
                self.size = size
                return views.Done(ref=STICK_ID)
            case commands.KeepStickPart(index=index, content=content):
                assert index == len(self.parts)
                self.parts.append(content)
                self.while_reading()
                return views.Done()
            case commands.TakeStick():
                return TAKEN
            case commands.ReadStickPart(index=index):
                if index == self.refuses_part:
                    raise RefusedError(refused(No.NOT_FOUND))
                self.while_reading()
                part = parts_of(self.content)[index]
                return views.FilePartView(content=part, parts=len(parts_of(self.content)))
            case commands.CloseStick():
                self.let_go += 1
                return views.Done()
            case _:
                raise AssertionError(command)

    @property
    def made(self) -> views.StickMade:
        return views.StickMade(
            stick_id=STICK_ID,
            name=NAME,
            size=len(self.content),
            parts=len(parts_of(self.content)),
            hash=hashlib.sha256(self.content).digest(),
            wrap="open",
            is_all=True,
            partners=[],
        )


async def trouble_of_taking(path: Path) -> FileTrouble:
    keeper = Keeper()
    with pytest.raises(LocalFileError) as caught:
        await take_in(keeper, path, passphrase=None, is_ferry=False)
    assert str(path) not in str(caught.value)
    assert keeper.parts == []
    return caught.value.trouble


async def trouble_of_writing(keeper: Keeper, folder: Path) -> FileTrouble:
    with pytest.raises(LocalFileError) as caught:
        await write_out(keeper, keeper.made, folder)
    assert keeper.let_go == 1
    return caught.value.trouble


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# Reading


@pytest.mark.parametrize("size", [1, PART, PART + 1])
async def test_a_sticks_file_is_handed_over_as_it_is_and_stays(tmp_path: Path, size: int) -> None:
    path, keeper, content = tmp_path / NAME, Keeper(), os.urandom(size)
    path.write_bytes(content)
    assert await take_in(keeper, path, passphrase=None, is_ferry=False) == TAKEN
    assert (keeper.size, b"".join(keeper.parts)) == (size, content)
    assert path.read_bytes() == content


async def test_only_an_ordinary_file_is_opened_and_nothing_waits_for_another_one(
    tmp_path: Path,
) -> None:
    real = tmp_path / "real"
    real.write_bytes(b"x")
    link, pipe, door = tmp_path / "link", tmp_path / "pipe", tmp_path / "door"
    link.symlink_to(real)
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(door))
        found = {
            name: await trouble_of_taking(path)
            for name, path in {
                "link": link,
                "pipe": pipe,
                "socket": door,
                "device": Path("/dev/zero"),
                "folder": tmp_path,
                "missing": tmp_path / "missing",
            }.items()
        }
    assert found == {
        "link": FileTrouble.LINK,
        "pipe": FileTrouble.NO_FILE,
        "socket": FileTrouble.NO_FILE,
        "device": FileTrouble.NO_FILE,
        "folder": FileTrouble.NO_FILE,
        "missing": FileTrouble.MISSING,
    }


async def test_a_file_that_is_larger_than_any_stick_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(limits.STICK_FILE_BYTES_MAX + 1)
    assert await trouble_of_taking(path) is FileTrouble.TOO_LARGE


async def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(bytes(PART + 5))
    keeper = Keeper(while_reading=lambda: path.write_bytes(b"short"))
    with pytest.raises(LocalFileError) as caught:
        await take_in(keeper, path, passphrase=None, is_ferry=False)
    assert caught.value.trouble is FileTrouble.CHANGED
    assert keeper.let_go == 1


def test_in_a_folder_only_files_of_our_kind_of_name_are_looked_at(tmp_path: Path) -> None:
    for name in ("zzzzzzzz.bin", NAME, "letter.txt", "ABCDEFGH.bin", "abcdefg1.bin", ".part"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in files_in(tmp_path)] == [NAME, "zzzzzzzz.bin"]


def test_nobody_looks_through_a_folder_of_a_hundred_thousand_files(tmp_path: Path) -> None:
    for number in range(ENTRIES_MAX + 1):
        (tmp_path / f"{number}").touch()
    with pytest.raises(LocalFileError) as caught:
        files_in(tmp_path)
    assert caught.value.trouble is FileTrouble.TOO_MANY


def test_more_files_of_ours_than_a_person_carries_are_not_taken_one_after_the_other(
    tmp_path: Path,
) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    for number in range(STICK_FILES_MAX + 1):
        (tmp_path / f"aaaaaa{letters[number // 32]}{letters[number % 32]}.bin").touch()
    with pytest.raises(LocalFileError) as caught:
        files_in(tmp_path)
    assert caught.value.trouble is FileTrouble.TOO_MANY


@pytest.mark.parametrize("name", ["missing", "a\0b"])
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocalFileError) as caught:
        files_in(tmp_path / name)
    assert caught.value.trouble is FileTrouble.NO_FOLDER


# Writing


@pytest.mark.parametrize("size", [1, PART + 1])
async def test_a_stick_is_written_for_this_user_alone_and_nothing_else_is_left(
    tmp_path: Path, size: int
) -> None:
    keeper = Keeper(content=os.urandom(size))
    path = await write_out(keeper, keeper.made, tmp_path)
    assert path == tmp_path / NAME
    assert path.read_bytes() == keeper.content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names_in(tmp_path) == [NAME]
    assert keeper.let_go == 1


async def test_until_all_of_it_is_on_the_disk_it_has_not_its_name(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    keeper = Keeper(
        content=os.urandom(PART + 1),
        while_reading=lambda: seen.append([path.name for path in files_in(tmp_path)]),
    )
    await write_out(keeper, keeper.made, tmp_path)
    assert seen == [[], []]


async def test_what_the_node_does_not_hand_out_leaves_no_half_file(tmp_path: Path) -> None:
    keeper = Keeper(content=os.urandom(PART + 1), refuses_part=1)
    with pytest.raises(RefusedError):
        await write_out(keeper, keeper.made, tmp_path)
    assert names_in(tmp_path) == []


async def test_a_stick_that_gives_back_something_else_is_told(tmp_path: Path) -> None:
    def spoil() -> None:
        (tmp_path / f".{NAME}.part").write_bytes(b"spoilt, and far longer than what was written")

    keeper = Keeper(content=b"x", while_reading=spoil)
    assert await trouble_of_writing(keeper, tmp_path) is FileTrouble.CHANGED
    assert names_in(tmp_path) == []


async def test_a_file_of_that_name_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"a letter")
    keeper = Keeper(content=b"x")
    assert await trouble_of_writing(keeper, tmp_path) is FileTrouble.IS_THERE
    assert (tmp_path / NAME).read_bytes() == b"a letter"
    assert names_in(tmp_path) == [NAME]


async def test_a_link_in_the_place_of_the_file_is_not_written_through(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    folder = tmp_path / "stick"
    folder.mkdir()
    for name in (NAME, f".{NAME}.part"):
        link = folder / name
        link.symlink_to(elsewhere)
        keeper = Keeper(content=b"x")
        assert await trouble_of_writing(keeper, folder) is FileTrouble.IS_THERE
        link.unlink()
    assert not elsewhere.exists()


async def test_where_no_folder_is_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for place in (tmp_path / "missing", file):
        assert await trouble_of_writing(Keeper(content=b"x"), place) is FileTrouble.NO_FOLDER


def test_a_file_is_taken_off_a_stick_and_a_missing_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"x")
    remove(path)
    assert not path.exists()
    with pytest.raises(LocalFileError) as caught:
        remove(path)
    assert caught.value.trouble is FileTrouble.MISSING
