"""`sathi clock`: is the date trusted, what do the others say, and a person's word that it is right."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases
from node.cli.asking import ask_as, person
from node.cli.talking import Exit, one_line, put, put_json, say
from protocol.local import commands
from protocol.local.views import ClockSource, No

_CONFIRMING: Final[Mapping[str, str]] = {
    No.NUMBER_DIFFERS: (
        "this computer says another day: set its clock first, then say so again; nothing was changed"
    ),
}
_DOUBTS: Final[Mapping[str | None, str]] = {
    None: "trusted",
    "moved": "in doubt: it moved by over seven days, and nobody says that it is right",
    "disagrees": "in doubt: the others say another day",
}


@click.group(name="clock")
def clock() -> None:
    """Is the date right? Nothing is destroyed by a clock that is in doubt."""


@clock.command(name="show")
@options.data
@options.user
@options.passphrase_file
@options.as_json
@click.pass_context
def show(
    context: click.Context,
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    is_json: bool,
) -> None:
    """Say whether the clock is trusted, and what the others said; ends with 3 while it is in doubt."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    seen = ask_as(who, lambda client: client.show_clock())
    if is_json:
        put_json(msgspec.to_builtins(seen))
    else:
        put(f"{_moment(seen.now)}\t{_DOUBTS[seen.doubt]}")
        for source in seen.sources:
            put(_line(source))
    if seen.doubt is not None:
        say("Compare the date with a telephone. If it is right: sathi clock confirm")
        context.exit(Exit.WARNED)


@clock.command(name="confirm")
@options.data
@options.user
@options.passphrase_file
@click.option("--day", default=None, help="The day on another clock, such as 2026-11-30.")
def confirm(folder: Path, user: str | None, passphrase_file: Path | None, day: str | None) -> None:
    """Say that this computer's date is right, after looking at another clock; a supervisor may."""
    if day is None:
        if not passphrases.is_terminal():
            raise click.UsageError("without a terminal to ask on, this is missing: --day")
        day = str(click.prompt("The day on a telephone or a calendar, YYYY-MM-DD", err=True))
    command = commands.ConfirmClock(day=day.strip())
    who = person(folder, user=user, passphrase_file=passphrase_file)
    ask_as(who, lambda client: client.confirm_clock(command), meanings=_CONFIRMING)
    say("The clock is trusted from now on; what was held for it goes on.")


def _line(source: ClockSource) -> str:
    name = one_line(source.name) or "a mailbox"
    counted = "" if source.is_counted else "\tnot counted: it is long ago, or was late"
    return f"{name}\tsaid {_moment(source.said)}\tat our {_moment(source.heard_at)}{counted}"


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
