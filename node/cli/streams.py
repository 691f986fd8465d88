"""`sathi peer stream`, `confirm-restored`, `unfreeze`, and `sathi take-over`: what now, after a call."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases
from node.cli.asking import ask_as, person
from node.cli.finding import find_peer
from node.cli.talking import one_line, put, put_json, say
from protocol.local import commands
from protocol.local.views import EvidenceView, No, SkeletonView, StreamView

_CONFIRMING: Final[Mapping[str, str]] = {
    No.WRONG_STATE: "nobody waits for that: this partner has not begun anew",
}
_UNFREEZING: Final[Mapping[str, str]] = {
    No.WRONG_STATE: "nothing of this partner is stopped",
}
_TAKING_OVER: Final[Mapping[str, str]] = {
    No.WRONG_STATE: "no other computer speaks for us, as far as this one knows",
    No.CLOCK_IN_DOUBT: (
        "this computer does not know which day it is: compare the date with a telephone, say "
        "`sathi clock confirm`, then this again"
    ),
}


@click.command(name="stream")
@options.data
@options.user
@options.passphrase_file
@click.argument("name_or_id")
@options.as_json
def stream(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    name_or_id: str,
    is_json: bool,
) -> None:
    """What waits with a partner, and what was signed there that contradicts itself."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    command = commands.ShowStream(peer=find_peer(who, name_or_id).node_id)
    shown = ask_as(who, lambda client: client.show_stream(command))
    if is_json:
        put_json(msgspec.to_builtins(shown, builtin_types=(bytes,)))
        return
    for line in _standing(shown):
        put(line)
    for one in shown.evidence:
        for line in _evidence(one):
            put(line)


@click.command(name="confirm-restored")
@options.data
@options.user
@options.passphrase_file
@click.argument("name_or_id")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
def confirm_restored(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    name_or_id: str,
    is_sure: bool,
) -> None:
    """A partner began anew, you phoned, and it is them: what they lost goes to them again."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = find_peer(who, name_or_id)
    if not is_sure:
        _ask(
            f"Did you phone {one_line(found.name)} on a number you knew before, and is it they"
            " who began anew?"
        )
    command = commands.ConfirmRestored(peer=found.node_id)
    ask_as(who, lambda client: client.confirm_restored(command), meanings=_CONFIRMING)
    put(found.node_id_text)
    say("What waited for them leaves now, and what they lost goes again as far as she allows it.")


@click.command(name="unfreeze")
@options.data
@options.user
@options.passphrase_file
@click.argument("name_or_id")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
def unfreeze(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    name_or_id: str,
    is_sure: bool,
) -> None:
    """Messages of a partner contradicted each other, you phoned: ask their computer to begin anew."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = find_peer(who, name_or_id)
    if not is_sure:
        _ask(
            f"Did you phone {one_line(found.name)} on a number you knew before, and does only one"
            " computer there speak for them?"
        )
    command = commands.UnfreezePeer(peer=found.node_id)
    ask_as(who, lambda client: client.unfreeze_peer(command), meanings=_UNFREEZING)
    put(found.node_id_text)
    say("Their computer is asked to begin anew; what it still has comes then.")


@click.command(name="take-over")
@options.data
@options.user
@options.passphrase_file
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
def take_over(
    folder: Path, user: str | None, passphrase_file: Path | None, *, is_sure: bool
) -> None:
    """Another computer spoke for us, and this one goes on; only a supervisor may."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    if not is_sure:
        _ask("Is the other computer switched off for good, and does this one go on?")
    ask_as(who, lambda client: client.take_over(), meanings=_TAKING_OVER)
    say("This computer begins anew with every partner; they will phone before anything goes on.")


def _ask(question: str) -> None:
    if not passphrases.is_terminal():
        raise click.UsageError("without a terminal to ask on, this is missing: --yes")
    click.confirm(question, abort=True, err=True)


def _standing(shown: StreamView) -> list[str]:
    lines = [one_line(shown.name)]
    if shown.is_frozen:
        lines.append("stopped\ttheir messages contradict each other: phone them")
    if shown.state_awaited is not None:
        lines.append(f"waits\tfor their list of consents, since {_when(shown.state_awaited)}")
    if shown.confirm_awaited is not None:
        lines.append(f"waits\tfor somebody to phone them, since {_when(shown.confirm_awaited)}")
    return lines


def _evidence(one: EvidenceView) -> list[str]:
    lines = [f"{one.code}\t{_when(one.at)}"]
    if one.held is not None:
        lines.append(f"  held\t{_skeleton(one.held)}")
    lines.append(f"  came\t{_skeleton(one.came)}")
    return lines


def _skeleton(one: SkeletonView) -> str:
    columns = (
        one.message_id.hex(),
        one.hash.hex(),
        f"stream of {_when(one.epoch)}",
        f"number {one.sequence}",
        f"made {_when(one.created)}",
    )
    return "\t".join(columns)


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
