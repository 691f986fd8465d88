"""`sathi file`: files of a referral, read in and sent, or taken out of this node; each by an explicit act.

A file is named by the first digits of its id, as `sathi file list` shows it. Who she is stands in no line.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import msgspec

from node.cli import options, passphrases
from node.cli.asking import Person, ask_as, person
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.local.views import FileLine, FileState, No, ReferralLine
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileLabel
from tui.client import Client
from tui.client.local_files import FileTrouble, LocalFileError, read_in, take_out

ResultT = TypeVar("ResultT")

_ID_DIGITS: Final = 12
_TROUBLES: Final[Mapping[FileTrouble, str]] = {
    FileTrouble.MISSING: "there is no such file",
    FileTrouble.NO_FOLDER: "there is no such folder; nothing was written",
    FileTrouble.IS_THERE: "something of this name is there already, and stays as it is",
    FileTrouble.LINK: "this is a link to another place: name the file itself",
    FileTrouble.NO_FILE: "this is no ordinary file",
    FileTrouble.EMPTY: "this file is empty",
    FileTrouble.TOO_LARGE: "a file of more than 16 MiB cannot be sent",
    FileTrouble.TOO_MANY: "there are too many files; nothing was read",
    FileTrouble.CHANGED: "the file changed while it was read; nothing of it was kept",
    FileTrouble.ODD_NAME: "this name is not plain, or does not end as its kind does: such as paper.pdf",
    FileTrouble.NOT_ALLOWED: "this computer does not let you do that there",
    FileTrouble.DISK: "the disk did not do it",
}
_ASKS: Final[Mapping[str, str]] = {
    FileState.AGAIN: "again: it did not arrive whole and our copy is gone; attach it again",
    FileState.LOST: "lost: it had come and was lost with the computer; ask them to attach it again",
}
_REFUSALS: Final[Mapping[str, str]] = {
    No.WRONG_STATE: "this does not fit where the file or the referral stands: see `sathi file list`",
    No.NO_SPACE: "there is not enough room: send what is read in already, or make room on the disk",
    No.NOT_SUCH_A_FILE: "only PDF, JPEG, PNG and OGG can be sent; nothing was read in",
    No.NOT_TICKED: "she has not said yes to this very file",
    No.LOCKED: "this is locked: she does not allow it any more",
    No.ERASED: "this was erased",
    RefusalCode.E_CONSENT_SCOPE: "her consent does not cover this category: ask her first",
    RefusalCode.E_CONSENT_MISSING: "there is no consent of hers for this: ask her first",
    RefusalCode.E_CONSENT_EXPIRED: "her consent has ended: ask her again",
    RefusalCode.E_CONSENT_WITHDRAWN: "she withdrew her consent: nothing about her is sent",
    RefusalCode.E_CONSENT_UNCONFIRMED: "ask her yourself, in private, and record it first",
    RefusalCode.E_LEVEL: "this partner is not checked yet: see `sathi peer verify`",
}


@click.group(name="file")
def file() -> None:
    """Files of a referral: read in and sent, or taken out of this node."""


@file.command(name="list")
@options.data
@options.user
@options.passphrase_file
@options.as_json
def list_(folder: Path, user: str | None, passphrase_file: Path | None, *, is_json: bool) -> None:
    """Every file: id, ours or theirs, partner, state, parts, bytes, kind, label."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = ask_as(who, _all_files)
    if is_json:
        lines = [line for _, line in found]
        put_json({"files": msgspec.to_builtins(lines, builtin_types=(bytes,))})
        return
    for referral, line in found:
        columns = (
            line.file_id.hex()[:_ID_DIGITS],
            "ours" if line.is_ours else "theirs",
            one_line(referral.peer_name),
            line.state,
            f"{line.parts_done} of {line.parts}",
            str(line.size),
            line.kind or "-",
            line.label or "-",
        )
        put("\t".join(columns))
    for sentence in what_to_do([line.state for _, line in found]):
        say(sentence)


def what_to_do(states: Sequence[str]) -> list[str]:
    """What files in these states ask of a person, in the order of the table."""
    return [sentence for state, sentence in _ASKS.items() if state in states]


@file.command(name="attach")
@options.data
@options.user
@options.passphrase_file
@click.argument("case_number")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--to", "partner", default=None, help="Which partner, where there are several.")
@click.option(
    "--category", type=click.IntRange(1, 12), required=True, help="What it tells about: 1 to 12."
)
@click.option("--label", type=click.Choice([label.value for label in FileLabel]), required=True)
@options.as_json
def attach(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    **told: Any,  # noqa: ANN401  (as click read them)
) -> None:
    """Read a file in for the partner of a referral. It does not leave by that."""
    who = person(folder, user=user, passphrase_file=passphrase_file)

    async def read(client: Client) -> FileLine:
        referral = await _referral(client, told["case_number"], told["partner"])
        return await read_in(
            client,
            told["path"],
            thread=referral.thread,
            category=Category(told["category"]),
            label=FileLabel(told["label"]),
        )

    kept = _asked(who, read)
    if told["is_json"]:
        put_json(msgspec.to_builtins(kept, builtin_types=(bytes,)))
    else:
        put(f"{kept.file_id.hex()[:_ID_DIGITS]}\t{'' if kept.hash is None else kept.hash.hex()}")
    say(
        "It was read in as it is. A file can hold more than it shows: where and when it was made, by"
        " whom, and what was cut away. Show it to her, then: sathi file send ID"
    )


@file.command(name="send")
@options.data
@options.user
@options.passphrase_file
@click.argument("file_id")
@click.option(
    "--she-said-yes",
    is_flag=True,
    help="She was shown this very file and said yes, instead of a question.",
)
def send(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    file_id: str,
    she_said_yes: bool,
) -> None:
    """Let a file go that she allowed; it leaves part by part."""
    if not she_said_yes:
        _ask_about_her_yes()
    who = person(folder, user=user, passphrase_file=passphrase_file)

    async def let_go(client: Client) -> None:
        line = await _find(client, file_id, is_ours=True)
        tick = commands.TickFile(file_id=line.file_id, hash=line.hash or b"")
        await client.tick_file(tick)
        await client.send_file(commands.SendFile(file_id=line.file_id))

    _asked(who, let_go)
    say("It leaves part by part. How far it has come: sathi file list")


def _ask_about_her_yes() -> None:
    if not passphrases.is_terminal():
        raise click.UsageError("without a terminal to ask on, this is missing: --she-said-yes")
    if not click.confirm("Was she shown this very file, and did she say yes to it?", err=True):
        raise CommandFailedError("then nothing is sent: ask her first")


@file.command(name="drop")
@options.data
@options.user
@options.passphrase_file
@click.argument("file_id")
def drop(folder: Path, user: str | None, passphrase_file: Path | None, *, file_id: str) -> None:
    """Destroy our copy of a file of which nothing has left."""
    who = person(folder, user=user, passphrase_file=passphrase_file)

    async def put_away(client: Client) -> None:
        line = await _find(client, file_id, is_ours=True)
        await client.drop_file(commands.DropFile(file_id=line.file_id))

    _asked(who, put_away)


@file.command(name="export")
@options.data
@options.user
@options.passphrase_file
@click.argument("file_id")
@click.argument("path", type=click.Path(path_type=Path))
def export(
    folder: Path, user: str | None, passphrase_file: Path | None, *, file_id: str, path: Path
) -> None:
    """Write a file that came into a folder or to a new file outside of this node; that is written down."""
    who = person(folder, user=user, passphrase_file=passphrase_file)

    async def write(client: Client) -> Path:
        line = await _find(client, file_id, is_ours=False)
        return await take_out(client, line, path)

    put(str(_asked(who, write)))
    say(
        "This copy has left Sathi's protection: nobody locks or erases it when she withdraws. Destroy it"
        " yourself as soon as it was used, and remember that deleting on a stick is not erasing."
    )


def _asked(who: Person, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
    try:
        return ask_as(who, work, meanings=_REFUSALS)
    except LocalFileError as error:
        raise CommandFailedError(_TROUBLES[error.trouble]) from None


async def _all_files(client: Client) -> list[tuple[ReferralLine, FileLine]]:
    referrals = (await client.list_referrals(commands.ListReferrals(is_ours=None))).referrals
    return [
        (referral, line)
        for referral in referrals
        for line in (await client.list_files(commands.ListFiles(thread=referral.thread))).files
    ]


async def _find(client: Client, digits: str, *, is_ours: bool) -> FileLine:
    found = [
        line
        for _, line in await _all_files(client)
        if line.is_ours is is_ours and line.file_id.hex().startswith(digits.casefold())
    ]
    if not digits or not found:
        raise CommandFailedError("no file of that id: see `sathi file list`")
    if len(found) > 1:
        raise CommandFailedError("several files begin so: type more of the id")
    return found[0]


async def _referral(client: Client, case_number: str, partner: str | None) -> ReferralLine:
    referrals = (await client.list_referrals(commands.ListReferrals(is_ours=None))).referrals
    found = [
        one
        for one in referrals
        if one.case_number == case_number
        and (partner is None or one_line(one.peer_name).casefold() == partner.casefold())
    ]
    if not found:
        raise CommandFailedError("no referral of that case, or none with that partner")
    if len(found) > 1:
        raise CommandFailedError("several referrals of that case: name the partner with --to")
    return found[0]
