"""`sathi audit`: the record of who did what, against itself and against what others hold of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases, reserving
from node.cli.asking import ask_as, person
from node.cli.finding import find_peer
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import Comparison, No

CHECKPOINT_FILE: Final = "audit-checkpoint.sathi"
HEADS_FILE: Final = "audit-heads.sathi"
_LENGTH_BYTES: Final = 4
# Of one peer there are the head that is held and the evidence; more is no file of ours.
_OBJECTS_MAX: Final = 1_000
_FILE_BYTES_MAX: Final = 1_048_576
_AGAIN: Final = "make room, then type the same again"
_CUT_WITHOUT_FILE: Final = (
    "what was before that day was taken off all the same. Make room, and a newer checkpoint with"
    " `sathi audit checkpoint`"
)
_GROUP: Final = 4
_GROUPS_PER_ROW: Final = 8
_EPOCH: Final = date(1970, 1, 1)
_NO_DAY_YET: Final[Mapping[str, str]] = {
    No.NOT_FOUND: "no day is over yet: the first checkpoint can be made tomorrow",
}
_TRUNCATING: Final[Mapping[str, str]] = {
    No.NOT_FOUND: "there is nothing before that day, or it is not over",
    No.NOT_ALLOWED: "this is for a supervisor",
    No.AUDIT_BROKEN: "the log is not whole: nothing was taken off; look with `sathi audit verify`",
    No.CLOCK_IN_DOUBT: "this computer does not know which day it is: nothing was taken off",
    No.TOO_FEW_WITNESSES: (
        "fewer than two partners have acknowledged the head of that day or a later one: nothing was taken off"
    ),
}
_COMPARISONS: Final[Mapping[str, str]] = {
    Comparison.FITS: "fits",
    Comparison.DIFFERS: "DIFFERS: what was written up to that day is not what it was",
    Comparison.MISSING: "MISSING: this log has no such day",
    Comparison.RESTORED: "differs, and this log was restored from a backup since",
    Comparison.NOT_OURS: "is no head that this node signed",
}
_BROKEN: Final = (
    "the log is not what it was: somebody changed the record. Stop, keep everything as it is, and call the"
    " data officer"
)
_RESTORED: Final = (
    "the log hangs together, and what was written after the backup went with the lost computer. If you"
    " restored this one, that is so; if you did not, stop, and call the data officer"
)


@click.group(name="audit")
def audit() -> None:
    """The record of who did what."""


@audit.command(name="check")
@options.data
@options.user
@options.passphrase_file
@options.as_json
def check(folder: Path, user: str | None, passphrase_file: Path | None, *, is_json: bool) -> None:
    """Is every entry bound to the one before it?"""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    state = ask_as(who, lambda client: client.check_audit())
    if is_json:
        put_json(msgspec.to_builtins(state))
    else:
        put(f"{'whole' if state.is_whole else 'broken'}\t{state.entries} entries")
    if not state.is_whole:
        raise CommandFailedError(
            "the audit chain is broken: somebody changed the record. Stop, and call the data officer"
        )


@audit.command(name="verify")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--heads",
    "heads",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A file that a partner wrote with `sathi audit heads`; may be given for each partner.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A file of an earlier `sathi audit checkpoint`.",
)
@options.as_json
def verify(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    heads: Sequence[Path],
    checkpoints: Sequence[Path],
    is_json: bool,
) -> None:
    """Look through the whole log, and compare it with what others hold of it."""
    given = [signed for file in (*heads, *checkpoints) for signed in _read(file)]
    who = person(folder, user=user, passphrase_file=passphrase_file)
    command = commands.VerifyAudit(heads=given)
    report = ask_as(who, lambda client: client.verify_audit(command))
    if is_json:
        put_json(msgspec.to_builtins(report))
    else:
        _show(report)
    if not report.is_whole:
        raise CommandFailedError(_RESTORED if is_only_restored(report) else _BROKEN)


def is_only_restored(report: views.AuditReport) -> bool:
    """Does nothing speak against the log but that it was restored since others noted its heads?"""
    found = (report.broken_entry, report.broken_details, report.broken_day)
    told = {one.comparison for one in report.compared} - {Comparison.FITS}
    is_sound = found == (None, None, None) and report.are_consents_whole
    return is_sound and told == {Comparison.RESTORED}


def _verdict(report: views.AuditReport) -> str:
    if report.is_whole:
        return "whole"
    return "restored" if is_only_restored(report) else "broken"


def _show(report: views.AuditReport) -> None:
    put(f"{_verdict(report)}\t{report.entries} entries\t{report.days} days")
    if report.cut_day is not None:
        put(f"cut\tup to {_date(report.cut_day)}")
    if report.broken_entry is not None:
        put(f"broken\tentry {report.broken_entry}")
    if report.broken_details is not None:
        put(f"broken\ttext of entry {report.broken_details}")
    if not report.are_consents_whole:
        put("broken\tevents of consents")
    if report.broken_day is not None:
        put(f"broken\t{_date(report.broken_day)}")
    for one in report.compared:
        day = "-" if one.day is None else _date(one.day)
        holder = one_line(one.holder) or "a checkpoint"
        put(f"{holder}\t{day}\t{_COMPARISONS[one.comparison]}")
    until = "nobody else" if report.witnessed_day is None else _date(report.witnessed_day)
    say(
        f"Witnessed until: {until}, by {report.witnesses} partners."
        f" {report.unwitnessed} entries after that only this computer vouches for."
    )


@audit.command(name="checkpoint")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=CHECKPOINT_FILE,
    show_default=True,
    help="Where to write it; must not be there.",
)
@options.as_json
def checkpoint(
    folder: Path, user: str | None, passphrase_file: Path | None, out: Path, *, is_json: bool
) -> None:
    """Sign the state of the log at the end of the last day, as a file and to be printed."""
    with _place(out, failed=_AGAIN) as write:
        who = person(folder, user=user, passphrase_file=passphrase_file)
        made = ask_as(who, lambda client: client.make_checkpoint(), meanings=_NO_DAY_YET)
        write([made.signed])
    if is_json:
        put_json({"file": str(out), **msgspec.to_builtins(made, builtin_types=(bytes,))})
        return
    signed_at = datetime.fromtimestamp(made.at, UTC)
    put(f"node\t{made.node_id_text}")
    put(f"day\t{_date(made.day)} (day {made.day})")
    put(f"signed\t{signed_at:%Y-%m-%d %H:%M} UTC")
    for row in _rows(made.hash):
        put(row)
    say(
        f"Written to {out}. Print these lines, and give them to somebody who is not of this house."
    )


@audit.command(name="heads")
@options.data
@options.user
@options.passphrase_file
@click.option("--peer", "name_or_id", required=True, help="Of which partner: a name or a node id.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=HEADS_FILE,
    show_default=True,
    help="Where to write them; must not be there.",
)
@options.as_json
def heads_of(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    name_or_id: str,
    out: Path,
    *,
    is_json: bool,
) -> None:
    """Write what we hold of a partner's log, in the messages it signed, for whoever audits that partner."""
    with _place(out, failed=_AGAIN) as write:
        who = person(folder, user=user, passphrase_file=passphrase_file)
        command = commands.ExportHeads(peer=find_peer(who, name_or_id).node_id)
        held = ask_as(who, lambda client: client.export_heads(command))
        if not held.heads:
            raise CommandFailedError(
                f"{one_line(held.peer_name)} has told us nothing of its log yet; nothing was written"
            )
        write([head.signed for head in held.heads])
    if is_json:
        put_json({"file": str(out), "heads": msgspec.to_builtins(held, builtin_types=(bytes,))})
        return
    for head in held.heads:
        put(f"{_date(head.day)}\t{head.standing}\t{head.hash.hex()}")


@audit.command(name="truncate")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--before",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    required=True,
    help="The first day that stays, in UTC.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=CHECKPOINT_FILE,
    show_default=True,
    help="Where to write the checkpoint of what went; must not be there.",
)
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@options.as_json
def truncate(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    before: datetime,
    out: Path,
    **flags: bool,
) -> None:
    """Take off what was written before a day, if two partners hold its state; only a supervisor may.

    What went is gone for good; its checkpoint stays.
    """
    day = max(0, (before.date() - _EPOCH).days)
    with _place(out, failed=_CUT_WITHOUT_FILE) as write:
        who = person(folder, user=user, passphrase_file=passphrase_file)
        if not flags["is_sure"]:
            _ask_to_cut(day)
        command = commands.TruncateAudit(before_day=day)
        cut = ask_as(who, lambda client: client.truncate_audit(command), meanings=_TRUNCATING)
        write([cut.checkpoint])
    if flags["is_json"]:
        put_json({"file": str(out), **msgspec.to_builtins(cut, builtin_types=(bytes,))})
        return
    put(f"cut\t{cut.entries} entries\tup to {_date(cut.day)}\t{cut.witnesses} witnesses")
    say(f"Keep {out}: it stands in the place of what went, and `sathi audit verify` takes it.")


def _ask_to_cut(day: int) -> None:
    """What was taken off comes from nowhere again. Raises: click.Abort."""
    if not passphrases.is_terminal():
        raise click.UsageError("without a terminal to ask on, this is missing: --yes")
    question = f"Is the record of everything before {_date(day)} to be destroyed, for good?"
    click.confirm(question, abort=True, err=True)


def _date(day: int) -> str:
    """The date of a day's number; a number that is no date is shown as it is."""
    try:
        return date.fromordinal(_EPOCH.toordinal() + day).isoformat()
    except (OverflowError, ValueError):
        return f"day {day}"


def _rows(link: bytes) -> Iterator[str]:
    """A hash in groups that people can read to each other."""
    text = link.hex()
    groups = [text[at : at + _GROUP] for at in range(0, len(text), _GROUP)]
    for at in range(0, len(groups), _GROUPS_PER_ROW):
        yield " ".join(groups[at : at + _GROUPS_PER_ROW])


@contextmanager
def _place(out: Path, *, failed: str) -> Iterator[Callable[[Sequence[bytes]], None]]:
    """Hold the place of a file of signed objects, each behind its length as in an introduction file."""
    taken = f"'{out}' is there already: name another file with --out"
    failed = f"'{out}' could not be written: {failed}"
    with reserving.place(out, taken=taken, failed=failed) as write:
        yield lambda objects: write(
            b"".join(len(one).to_bytes(_LENGTH_BYTES) + one for one in objects)
        )


def _read(file: Path) -> list[bytes]:
    """The signed objects of a file. Raises: CommandFailedError."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFailedError(f"'{file}' cannot be read ({type(error).__name__})") from None
    objects: list[bytes] = []
    while raw and len(objects) < _OBJECTS_MAX:
        size = int.from_bytes(raw[:_LENGTH_BYTES])
        one, raw = raw[_LENGTH_BYTES : _LENGTH_BYTES + size], raw[_LENGTH_BYTES + size :]
        if not 0 < size <= limits.SIGNED_BYTES_MAX or len(one) != size:
            raise CommandFailedError(
                f"'{file}' holds no heads and no checkpoint, or not all of it"
            )
        objects.append(one)
    if raw or not objects:
        raise CommandFailedError(f"'{file}' holds no heads and no checkpoint, or not all of it")
    return objects
