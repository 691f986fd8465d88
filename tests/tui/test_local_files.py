"""Files of this computer: only an ordinary one is read, once and whole; what is written is new.

The node is a model of a few lines that keeps parts in a list; what it holds is compared with the disk.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import pytest

from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from protocol.local.views import No, refused
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileLabel
from tests.support.files import PART, paper
from tests.support.hostile import READING, TERMINAL
from tui.client import RefusedError
from tui.client.local_files import FileTrouble, LocalFileError, read_in, take_out

ViewT = TypeVar("ViewT", bound=View)
# Of what reads as something else: what nobody sees at all. Letters of any script are letters.
UNSEEN: Final = ("an override", "an isolate", "marks of direction", "zero widths", "tags")
FILE_ID: Final = b"f" * 16


def line_of(content: bytes) -> views.FileLine:
    return views.FileLine(
        file_id=FILE_ID,
        is_ours=False,
        peer=b"p" * 32,
        thread=b"t" * 16,
        state="whole",
        category=8,
        kind="pdf",
        label="letter",
        size=len(content),
        hash=hashlib.sha256(content).digest(),
        parts=-(-len(content) // PART),
        parts_done=1,
        is_ticked=True,
        follows=None,
        begun_at=1,
        changed_at=1,
    )


@dataclass(slots=True, kw_only=True)
class Keeper:
    """A node that keeps what it is handed, and hands out what it has."""

    size: int = 0
    parts: list[bytes] = field(default_factory=list)
    has_dropped: bool = False
    refuses_part: int = -1
    spoils: bool = False
    while_reading: Callable[[], object] = lambda: None

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        answer = self.answer(command)
        assert isinstance(answer, view)
        return answer

    def answer(self, command: Command) -> View:
        match command:
            case commands.BeginFile(size=size):
                self.size = size
                return views.Done(ref=FILE_ID)
            case commands.KeepFilePart(index=index, content=content):
                return self.keep(index, content)
            case commands.CloseFile():
                return line_of(b"spoilt" if self.spoils else self.whole)
            case commands.DropFile():
                self.has_dropped = True
                return views.Done()
            case commands.ExportFilePart(index=index):
                if index == self.refuses_part:
                    raise RefusedError(refused(No.LOCKED))
                part = b"spoilt" if self.spoils else self.parts[index]
                return views.FilePartView(content=part, parts=len(self.parts))
            case _:
                raise AssertionError(command)

    def keep(self, index: int, content: bytes) -> views.Done:
        if index == self.refuses_part:
            raise RefusedError(refused(No.NOT_SUCH_A_FILE))
        assert index == len(self.parts)
        self.parts.append(content)
        self.while_reading()
        return views.Done()

    @property
    def whole(self) -> bytes:
        return b"".join(self.parts)


async def read(keeper: Keeper, path: Path) -> views.FileLine:
    return await read_in(
        keeper, path, thread=b"t" * 16, category=Category.PLAN_WISHES, label=FileLabel.LETTER
    )


async def trouble(keeper: Keeper, path: Path) -> FileTrouble:
    with pytest.raises(LocalFileError) as caught:
        await read(keeper, path)
    assert str(path) not in str(caught.value)
    return caught.value.trouble


@pytest.mark.parametrize("size", [10, PART, PART + 1, 2 * PART + 5])
async def test_a_file_is_handed_over_as_it_is(tmp_path: Path, size: int) -> None:
    content, keeper, path = paper(size), Keeper(), tmp_path / "scan"
    path.write_bytes(content)
    kept = await read(keeper, path)

    assert keeper.size == size
    assert kept.hash == hashlib.sha256(content).digest()
    assert [len(part) for part in keeper.parts[:-1]] == [PART] * (len(keeper.parts) - 1)
    assert hashlib.sha256(keeper.whole).digest() == kept.hash
    assert not keeper.has_dropped


async def test_a_link_is_not_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(paper(100))
    link.symlink_to(real)
    keeper = Keeper()

    assert await trouble(keeper, link) is FileTrouble.LINK
    assert (keeper.size, keeper.parts) == (0, [])


async def test_only_an_ordinary_file_of_a_bounded_size_is_read(tmp_path: Path) -> None:
    pipe, empty, huge = tmp_path / "pipe", tmp_path / "empty", tmp_path / "huge"
    os.mkfifo(pipe)
    empty.touch()
    with huge.open("wb") as file:
        file.truncate(16 * 1_048_576 + 1)
    found = [
        await trouble(Keeper(), path)
        for path in (pipe, tmp_path, empty, huge, tmp_path / "missing", Path("/dev/zero"))
    ]

    assert found == [
        FileTrouble.NO_FILE,
        FileTrouble.NO_FILE,
        FileTrouble.EMPTY,
        FileTrouble.TOO_LARGE,
        FileTrouble.MISSING,
        FileTrouble.NO_FILE,
    ]


@pytest.mark.parametrize("change", [b"", b"x"], ids=["shorter", "longer"])
async def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, change: bytes
) -> None:
    path = tmp_path / "scan"
    content = paper(2 * PART)
    path.write_bytes(content)
    new = content + change if change else content[: PART + 10]
    keeper = Keeper(while_reading=lambda: path.write_bytes(new))

    assert await trouble(keeper, path) is FileTrouble.CHANGED
    assert keeper.has_dropped


async def test_what_the_node_kept_is_compared_with_what_was_read(tmp_path: Path) -> None:
    path, keeper = tmp_path / "scan", Keeper(spoils=True)
    path.write_bytes(paper(100))

    assert await trouble(keeper, path) is FileTrouble.CHANGED
    assert keeper.has_dropped


async def test_a_refused_part_leaves_no_half_a_copy_at_the_node(tmp_path: Path) -> None:
    path, keeper = tmp_path / "scan", Keeper(refuses_part=1)
    path.write_bytes(paper(PART + 1))

    with pytest.raises(RefusedError):
        await read(keeper, path)
    assert keeper.has_dropped


# Taking out


async def test_a_file_is_written_anew_and_for_this_user_alone(tmp_path: Path) -> None:
    content, path = paper(PART + 7), tmp_path / "out.pdf"
    place = await take_out(Keeper(parts=[content[:PART], content[PART:]]), line_of(content), path)

    assert place == path
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(content).digest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def refused_place(path: Path) -> FileTrouble:
    content = paper(100)
    with pytest.raises(LocalFileError) as caught:
        await take_out(Keeper(parts=[content]), line_of(content), path)
    return caught.value.trouble


def names_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    there, link = tmp_path / "there.pdf", tmp_path / "link.pdf"
    there.write_text("hers")
    link.symlink_to(tmp_path / "elsewhere")

    assert await refused_place(there) is FileTrouble.IS_THERE
    assert await refused_place(link) is FileTrouble.IS_THERE
    assert await refused_place(tmp_path / "no" / "out.pdf") is FileTrouble.NO_FOLDER
    assert there.read_text() == "hers"
    assert not (tmp_path / "elsewhere").exists()


async def test_in_a_folder_it_gets_a_name_that_says_nothing(tmp_path: Path) -> None:
    content = paper(100)
    place = await take_out(Keeper(parts=[content]), line_of(content), tmp_path)

    assert place == tmp_path / f"file-{FILE_ID.hex()[:12]}.pdf"
    assert place.read_bytes() == content
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert await refused_place(tmp_path) is FileTrouble.IS_THERE
    assert names_in(tmp_path) == [place.name]


@pytest.mark.parametrize(
    "name",
    [
        "paper",
        ".pdf",
        ".hidden.pdf",
        "-rf.pdf",
        "~paper.pdf",
        " paper.pdf",
        "paper.pdf.exe",
        "paper.desktop",
        "paper.pdf ",
        "paper .pdf",
        "paper..pdf",
        "$(id).pdf",
        "a;b.pdf",
        "a|b.pdf",
        "C:paper.pdf",
        f"{'a' * 197}.pdf",
        *(f"a{text}.pdf" for text in TERMINAL.values()),
        *(f"a{text}.pdf" for name, text in READING.items() if name in UNSEEN),
    ],
    ids=lambda name: ascii(name)[:20],
)
async def test_a_name_that_is_not_plain_or_ends_otherwise_is_refused(
    tmp_path: Path, name: str
) -> None:
    assert await refused_place(tmp_path / name) in {FileTrouble.ODD_NAME, FileTrouble.MISSING}
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["paper.pdf", f"{'a' * 196}.pdf", "চিঠি ১.pdf", "Letter 2.PDF", "ক্\u200cষ.pdf"]
)
async def test_a_plain_name_in_any_script_is_taken(tmp_path: Path, name: str) -> None:
    content = paper(100)
    place = await take_out(Keeper(parts=[content]), line_of(content), tmp_path / name)

    assert place.read_bytes() == content


async def test_half_a_file_is_not_left_behind(tmp_path: Path) -> None:
    content, path = paper(PART + 7), tmp_path / "out.pdf"
    keeper = Keeper(parts=[content[:PART], content[PART:]], refuses_part=1)

    with pytest.raises(RefusedError):
        await take_out(keeper, line_of(content), path)
    assert not path.exists()


async def test_other_bytes_than_were_promised_are_not_left_behind(tmp_path: Path) -> None:
    content, path = paper(100), tmp_path / "out.pdf"
    with pytest.raises(LocalFileError) as caught:
        await take_out(Keeper(parts=[content], spoils=True), line_of(content), path)

    assert caught.value.trouble is FileTrouble.CHANGED
    assert not path.exists()
