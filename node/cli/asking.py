"""Asks the running node over its socket, as somebody or as nobody; the vault is never opened beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from node import config
from node.cli import passphrases
from node.cli.talking import CommandFailedError, say
from protocol.local.views import No, NoticeCode, NoticeView
from tui.client import (
    BusyError,
    Client,
    ClientError,
    ConnectionLostError,
    FaultError,
    LockedError,
    NoSessionError,
    NotLegalError,
    NotRunningError,
    RefusedError,
)

ResultT = TypeVar("ResultT")

NOT_LEGAL: Final = "not legal"
"""Among the meanings of refusals: what it means here that the node cannot read the command."""

_MEANINGS: Final[Mapping[str, str]] = {
    No.WRONG_PASSPHRASE: "the name or the passphrase is not right; type both again",
    No.NOT_ALLOWED: "this is for another role: ask a supervisor",
    No.NOT_FOUND: "there is nothing of that name: look with the matching `list`",
}
_SENTENCES: Final[Mapping[type[ClientError], str]] = {
    NotRunningError: "no node runs in '{folder}': start it with `sathi serve`",
    ConnectionLostError: (
        "the node gave no whole answer, so it may have done it: look, then ask again"
    ),
    LockedError: "the node was locked in between: ask again",
    NoSessionError: "the session ended in between: ask again",
    FaultError: "the node failed; its log names the place",
}
_NOTICES: Final[Mapping[str, str]] = {
    NoticeCode.SHEET_USED: (
        "the recovery sheet was used: to restore this node, or to give a supervisor a new passphrase. If "
        "nobody of you did that, somebody else has the sheet: speak to each other now"
    ),
    NoticeCode.SHEET_NEW: (
        "a new recovery sheet was made, and the old one opens nothing. If nobody has the new one, a "
        "supervisor makes another with `sathi user sheet`"
    ),
    NoticeCode.RESTORED: (
        "this node was made of a backup: what happened after it is not known here, and what partners may "
        "share comes again by itself. Whoever left since then can unlock: a supervisor removes them"
    ),
    NoticeCode.PERSON_REMOVED: "a person was removed, and the vault has a new key",
    NoticeCode.PASSPHRASE_RESET: (
        "somebody else gave you a new passphrase. If you did not ask for it, speak to a supervisor now"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks, typed or from a file."""

    folder: Path
    name: str
    passphrase: str = field(repr=False)


def person(folder: Path, *, user: str | None, passphrase_file: Path | None) -> Person:
    """Who asks: from the options, or typed.

    Raises:
        CommandFailedError: if there is nobody to ask, or no node in the folder.
    """
    socket_of(folder)
    if user is None:
        if not passphrases.is_terminal():
            raise CommandFailedError("there is no terminal to ask who you are: add --user NAME")
        user = str(click.prompt("Your name", err=True))
    return Person(folder=folder, name=user, passphrase=passphrases.existing(passphrase_file))


def ask_as(
    who: Person,
    work: Callable[[Client], Awaitable[ResultT]],
    *,
    meanings: Mapping[str, str] = _MEANINGS,
) -> ResultT:
    """Open a session, do the work in it, and close it.

    Args:
        who: whose session.
        work: what to ask.
        meanings: a sentence for each code of a refusal that needs one here.

    Raises:
        CommandFailedError: if the node does not do it.
    """

    async def within(client: Client) -> ResultT:
        session = await client.open_session(name=who.name, passphrase=who.passphrase)
        for notice in session.notices:
            # It is told once, and whoever types commands may never sit at the desk.
            say(f"Since you were here last: {told_notice(notice)}")
        try:
            return await work(client)
        finally:
            if client.has_session:
                await client.close_session()

    return ask(who.folder, within, meanings=meanings)


def ask(
    folder: Path,
    work: Callable[[Client], Awaitable[ResultT]],
    *,
    meanings: Mapping[str, str] = _MEANINGS,
) -> ResultT:
    """Ask without a session. Raises: CommandFailedError."""
    socket = socket_of(folder)

    async def connected() -> ResultT:
        async with Client(socket) as client:
            return await work(client)

    try:
        return asyncio.run(connected())
    except ClientError as error:
        raise CommandFailedError(_told(error, folder, meanings)) from None


def told_notice(notice: NoticeView) -> str:
    """What a person is told once, as a sentence with its day."""
    day = datetime.fromtimestamp(notice.at, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{_NOTICES.get(notice.code, notice.code)} ({day})."


def socket_of(folder: Path) -> Path:
    """Where the node of this folder listens to its own people.

    Raises:
        CommandFailedError: if the folder holds no node.
        ConfigError: if its configuration cannot be used.
    """
    file = folder / config.FILE_NAME
    if not file.is_file():
        raise CommandFailedError(
            f"'{folder}' holds no node: name its folder with --data, or begin with `sathi init`"
        )
    return folder / config.load(file).api.socket


def _told(error: ClientError, folder: Path, meanings: Mapping[str, str]) -> str:
    match error:
        case RefusedError():
            known = dict(_MEANINGS) | dict(meanings)
            return known.get(error.code, f"refused: {error.code}")
        case NotLegalError():
            why = meanings.get(NOT_LEGAL, "the node does not read this")
            return f"{why} (at '{error.place}'); nothing was done"
        case BusyError():
            return f"too much at once: ask again in {error.retry_after_seconds} seconds"
        case _:
            return _SENTENCES.get(type(error), str(error)).format(folder=folder)
