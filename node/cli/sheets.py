"""The three sheets of paper a node begins with: root key, recovery, and the suspend for its keeper.

A sheet is a file that was not there before, readable by this user only, to be printed and deleted.
"""

import base64
import os
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node.cli import reserving
from node.cli.talking import CommandFailedError
from protocol.signing import Signed

_COLUMNS: Final = 64
_WORDS_PER_LINE: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: where it goes and what it says."""

    path: Path
    text: str = field(repr=False)


def root_text(words: str, *, node: str) -> str:
    """The sheet of the root key.

    Args:
        words: 24 words with one space between them.
        node: the node's id, as people see it.
    """
    return _page(
        "SATHI: THE ROOT KEY, 24 WORDS",
        f"Of the node {node}.",
        "Whoever has these words can speak as this organisation. Two copies on paper, in two places; "
        "no photograph. Needed once a year and after a loss. Delete this file once it is printed.",
        _numbered(words),
    )


def steward_text(words: str, *, key: str) -> str:
    """The sheet of a steward's key.

    Args:
        words: 24 words with one space between them.
        key: the public half, as it stands in the charter.
    """
    return _page(
        "SATHI: A STEWARD'S KEY, 24 WORDS",
        f"Its public half is {key[:32]}\n{key[32:]}.",
        "Whoever has these words can stop any member of the federation, and with others decide who belongs. "
        "Two copies on paper, in two places; no photograph. Needed when a charter is signed. Delete this "
        "file once it is printed.",
        _numbered(words),
    )


def recovery_text(code: str, *, node: str) -> str:
    """The sheet that opens the vault when a passphrase is lost and no supervisor can give another."""
    groups = code.split()
    half = len(groups) // 2
    return _page(
        "SATHI: RECOVERY SHEET",
        f"Of the node {node}.",
        "Whoever has this code and the computer can read everything on it. Kept sealed, by somebody "
        "who is named in writing and is not the one who keeps the computer. It is for the day when no "
        "supervisor has her passphrase: `sathi user recover` takes the code and gives one of them a new "
        "one; and for the day when the computer is gone: `sathi restore` opens the backups that were made "
        "while this sheet counted. Using it makes it void and the next one, and everybody is told. Whenever "
        "a person is removed there is a new sheet too. Then this one opens nothing but the backups of its "
        "time: keep it until they are gone. Delete this file once it is printed.",
        [" ".join(groups[:half]), " ".join(groups[half:])],
    )


def read_recovery(text: str) -> str:
    """The code of a recovery sheet, from its text or by itself."""
    return text.rstrip("\n").rpartition("\n\n")[2]


def suspend_text(suspend: Signed, *, node: str) -> str:
    """The sheet with which its keeper is to stop the partners from talking to this node."""
    return _page(
        "SATHI: SUSPEND, SIGNED BEFOREHAND",
        f"Of the node {node}.",
        "For the keeper. It is for the day when the computer is taken: a partner that reads these lines in "
        "no longer sends to it or believes it, until its organisation makes a new card. It can do nothing "
        "else. Type or copy the lines into a file; each partner reads it in with `sathi peer suspend "
        "--sheet FILE`. Where there is a charter, one partner is enough: it tells the others.",
        textwrap.wrap(base64.b32encode(suspend.raw).decode("ascii"), _COLUMNS),
    )


def read_suspend(text: str) -> bytes:
    """The signed bytes of a suspend sheet. Raises: ValueError."""
    body = text.rpartition("\n\n")[2]
    return base64.b32decode("".join(body.split()))


def refuse_bad_place(path: Path, *, folder: Path) -> None:
    """A sheet goes where nothing is, and never among the node's own files.

    Raises:
        CommandFailedError: if it cannot go there.
    """
    if path.exists() or path.is_symlink():
        raise CommandFailedError(_taken(path))
    if not path.absolute().parent.is_dir():
        raise CommandFailedError(
            f"there is no folder for the sheet '{path}': make it, or name another"
        )
    if path.resolve().is_relative_to(folder.resolve()):
        raise CommandFailedError(
            f"the sheet '{path}' would lie in the node's own folder: name a file outside it"
        )


def write_all(sheets: list[Sheet]) -> None:
    """Write all of them, or none."""
    written: list[Path] = []
    try:
        for sheet in sheets:
            descriptor = _claim(sheet.path)
            written.append(sheet.path)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(sheet.text)
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        remove_all(written)
        raise


@contextmanager
def reserved(path: Path, *, folder: Path, again: str) -> Iterator[Callable[[str], None]]:
    """Hold the place of a sheet while its text is being asked for: what is told once must find room.

    Args:
        path: where it goes.
        folder: the node's own, in which no sheet may lie.
        again: the command that makes another sheet of this sort, for the error.

    Yields:
        What writes the sheet. If the block fails before, nothing is left of it.

    Raises:
        CommandFailedError: if it cannot go there.
    """
    refuse_bad_place(path, folder=folder)
    failed = (
        f"it was done, but the new sheet could not be written to '{path}': make room, and another sheet with "
        f"`{again}`"
    )
    with reserving.place(path, taken=_taken(path), failed=failed) as write:
        yield lambda text: write(text.encode("utf-8"))


def remove_all(paths: list[Path]) -> None:
    """Take sheets away again that belong to a node that was not made."""
    for path in paths:
        path.unlink(missing_ok=True)


def _claim(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandFailedError(_taken(path)) from None


def _taken(path: Path) -> str:
    return f"the sheet '{path}' is there already: name another file"


def _numbered(words: str) -> list[str]:
    numbered = [f"{number:2} {word:9}" for number, word in enumerate(words.split(), start=1)]
    return [
        " ".join(numbered[start : start + _WORDS_PER_LINE]).rstrip()
        for start in range(0, len(numbered), _WORDS_PER_LINE)
    ]


def _page(title: str, whose: str, meaning: str, rows: list[str]) -> str:
    told = "\n".join(textwrap.wrap(meaning, _COLUMNS))
    return f"{title}\n{whose}\n{told}\n\n" + "\n".join(rows) + "\n"
