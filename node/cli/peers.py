"""`sathi peer`: getting to know other organisations, by a file and by twelve groups of digits."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases, stopping, streams
from node.cli.asking import NOT_LEGAL, ask_as, person
from node.cli.finding import find_peer
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.local.views import No, PeerView
from protocol.vocabulary.codes import VerifiedHow

CARD_FILE: Final = "introduction.sathi"
GROUPS: Final = 12
_GROUPS_PER_ROW: Final = 6
_VERIFIED_LEVEL: Final = 2
# Three parts, each with its length before it.
_INTRODUCTION_BYTES_MAX: Final = 3 * (limits.SIGNED_BYTES_MAX + 4)
_TOO_MANY: Final = (
    "there are as many partners as there may be: first `sathi peer remove` one of them"
)
_INVITING: Final[Mapping[str, str]] = {No.TOO_MANY_PARTNERS: _TOO_MANY}
_ADDING: Final[Mapping[str, str]] = {
    No.TOO_MANY_PARTNERS: _TOO_MANY,
    NOT_LEGAL: "this is no introduction file, or a part of it is missing",
    No.ALREADY_THERE: "this organisation is known already: see `sathi peer list`",
    No.NOT_ALLOWED: "this file is our own, or adding a partner is for another role",
    RefusalCode.E_INVITE_EXPIRED: "this file is older than seven days: ask for a new one",
    RefusalCode.E_EXPIRED: "the card in this file has ended: ask for a new one",
    RefusalCode.E_CLOCK: "this file is from the future: look at the date of this computer",
    No.CLOCK_IN_DOUBT: (
        "this computer does not know which day it is, so the file may be good: see `sathi clock show`"
    ),
    RefusalCode.E_SIG: "this file was changed by somebody: ask for it by another way",
}
_VERIFYING: Final[Mapping[str, str]] = {
    No.NUMBER_DIFFERS: "the number differs: somebody may stand between you; nothing was confirmed",
}


@click.group(name="peer")
def peer() -> None:
    """Other organisations."""


peer.add_command(stopping.suspend)
peer.add_command(stopping.remove)
peer.add_command(streams.stream)
peer.add_command(streams.confirm_restored)
peer.add_command(streams.unfreeze)


@peer.command(name="card")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=CARD_FILE,
    show_default=True,
    help="Where to write it; must not be there.",
)
@options.as_json
def card(
    folder: Path, user: str | None, passphrase_file: Path | None, out: Path, *, is_json: bool
) -> None:
    """Write an introduction file, which lets one organisation in within seven days."""
    if out.exists():
        raise CommandFailedError(f"'{out}' is there already: name another file with --out")
    who = person(folder, user=user, passphrase_file=passphrase_file)
    made = ask_as(who, lambda client: client.make_introduction(), meanings=_INVITING)
    _write(out, made.introduction)
    if is_json:
        put_json({"file": str(out), "expires": made.expires})
    else:
        put(str(out))
    until = datetime.fromtimestamp(made.expires, UTC)
    say(f"Good for one organisation, until {until:%Y-%m-%d %H:%M} UTC. Hand it over by any way.")


@peer.command(name="add")
@options.data
@options.user
@options.passphrase_file
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.as_json
def add(
    folder: Path, user: str | None, passphrase_file: Path | None, file: Path, *, is_json: bool
) -> None:
    """Read another organisation's introduction file and introduce ourselves."""
    command = commands.AddPeer(introduction=_read(file))
    who = person(folder, user=user, passphrase_file=passphrase_file)
    added = ask_as(who, lambda client: client.add_peer(command), meanings=_ADDING)
    _show([added], is_json=is_json)
    say(f"Next: sathi peer verify {added.node_id_text}")


@peer.command(name="verify")
@options.data
@options.user
@options.passphrase_file
@click.argument("name_or_id")
@click.option("--how", type=click.Choice([how.value for how in VerifiedHow]), required=True)
@click.option(
    "--number", default=None, help="The 12 groups that were read out, instead of a question."
)
def verify(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    name_or_id: str,
    how: str,
    number: str | None,
) -> None:
    """Confirm that both sides read the same safety number, in person or by a known voice."""
    groups = None if number is None else _groups(number)
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = find_peer(who, name_or_id)
    if groups is None:
        groups = _compare(found)
    command = commands.VerifyPeer(peer=found.node_id, how=VerifiedHow(how), groups=groups)
    ask_as(who, lambda client: client.verify_peer(command), meanings=_VERIFYING)
    put(found.node_id_text)
    say(f"{one_line(found.name)} is verified. She must confirm the same number on her side.")


@peer.command(name="list")
@options.data
@options.user
@options.passphrase_file
@options.as_json
def list_(folder: Path, user: str | None, passphrase_file: Path | None, *, is_json: bool) -> None:
    """The organisations we know: id, name, country, level, how it was verified, status."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    _show(ask_as(who, lambda client: client.list_peers()).peers, is_json=is_json)


def _show(peers: list[PeerView], *, is_json: bool) -> None:
    if is_json:
        put_json({"peers": msgspec.to_builtins(peers, builtin_types=(bytes,))})
        return
    for one in peers:
        columns = (
            one.node_id_text,
            one_line(one.name),
            one.country,
            f"level {one.level}",
            one.verified_how or "not verified",
            one.status,
        )
        put("\t".join(columns))


def _groups(number: str) -> list[str]:
    if not re.fullmatch(rf"[0-9]{{5}}( [0-9]{{5}}){{{GROUPS - 1}}}", number):
        raise click.UsageError(f"--number is {GROUPS} groups of five digits, a space between them")
    return number.split(" ")


def _compare(found: PeerView) -> list[str]:
    """Show the number to a person and ask."""
    if not passphrases.is_terminal():
        raise click.UsageError("without a terminal to ask on, this is missing: --number")
    groups = found.safety_number
    say(f"The safety number with {one_line(found.name)}; read it to each other:\n")
    for start in range(0, GROUPS, _GROUPS_PER_ROW):
        say("  " + "  ".join(groups[start : start + _GROUPS_PER_ROW]))
    say("")
    if not click.confirm("Are all twelve groups the same on her side?", err=True):
        raise CommandFailedError(_VERIFYING[No.NUMBER_DIFFERS])
    return groups


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            raw = opened.read(_INTRODUCTION_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFailedError(
            f"the introduction '{file}' cannot be read ({type(error).__name__})"
        ) from None
    if len(raw) > _INTRODUCTION_BYTES_MAX:
        raise CommandFailedError(f"'{file}' is no introduction file: it is too large")
    return raw


def _write(out: Path, introduction: bytes) -> None:
    """It lets somebody in: readable by this user only, until it is handed over."""
    try:
        descriptor = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandFailedError(
            f"'{out}' is there already: name another file with --out"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(introduction)
