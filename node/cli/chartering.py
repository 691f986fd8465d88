"""`sathi charter`: who belongs to the federation, signed by its stewards; by files, from hand to hand."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from node import system
from node.cli import charter_files, drafting, options, paper_keys, passphrases, root_words, sheets
from node.cli.asking import NOT_LEGAL, ask_as, person
from node.cli.sheets import Sheet
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from node.system import SystemClock
from protocol.charter import HeldCharter, parse_charter, read_charter, sign_charter
from protocol.charter import combine as bring_together
from protocol.charter_chain import charter_number, encode_chain
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.local import commands
from protocol.local.views import CharterLook, MemberLine, No
from protocol.signing import Signed, signers
from protocol.values import sha256

_APPLYING: Final[Mapping[str, str]] = {
    NOT_LEGAL: "this is no charter",
    No.ALREADY_THERE: "this is the charter that is held already",
    No.NUMBER_DIFFERS: "the number is another one: somebody gave you another charter; nothing was done",
    RefusalCode.E_CHARTER_SIGS: "too few stewards signed it; nothing was done",
    RefusalCode.E_CHARTER_VERSION: (
        "it does not follow the charter that is held: ask for the file with every version between"
    ),
    RefusalCode.E_CHARTER_EXPIRED: "it is over: ask the stewards for a new one",
    RefusalCode.E_CLOCK: "it is from the future: look at the date of this computer",
    RefusalCode.E_SUITE: "it asks for a newer version of Sathi: update first",
}
_MARKS: Final = {"active": "+", "suspended": "!", "removed": "-"}
_draft_file: Final = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group(name="charter")
def charter() -> None:
    """Who belongs to the federation."""


@charter.command(name="key")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the 24 words go: a file that is not there yet, to be printed and deleted.",
)
def key(sheet: Path) -> None:
    """Make a steward's key. Its words are on the sheet and nowhere else; the answer is its public half."""
    made = root_words.new_root(entropy=system.entropy)
    public = made.secret.public.hex()
    text = sheets.steward_text(made.words, key=public)
    sheets.write_all([Sheet(path=sheet, text=text)])
    put(public)
    say(f"Print '{sheet}', keep it where nobody else comes, and delete the file.")


_MANY: Final[tuple[tuple[str, str], ...]] = (
    ("active", "A member that is active from now on, which also lifts a suspension."),
    ("suspend", "A member that is suspended from now on."),
    ("remove", "A member that is removed from now on."),
    ("successor", "OLD=NEW: who takes up what a removed member leaves."),
    ("steward", "The public key of a steward who is added."),
    ("without-steward", "The public key of a steward who leaves."),
    (
        "storage",
        "A country in which her data may lie: IN, BD or NP. People see to it, not the node.",
    ),
    ("complaints", "A member that complaints go to, by paper and by telephone."),
)


def _many(command: Callable[..., None]) -> Callable[..., None]:
    for name, told in reversed(_MANY):
        command = click.option(f"--{name}", multiple=True, help=told)(command)
    return command


@charter.command(name="draft")
@click.option(
    "--after",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The charter before, as `sathi charter show --out` wrote it; without it, this is a first one.",
)
@click.option(
    "--add",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="The introduction file of a new member.",
)
@_many
@click.option("--threshold", type=int, default=None, help="How many stewards have to sign.")
@click.option(
    "--days", type=int, default=drafting.DAYS, show_default=True, help="How long it holds."
)
@click.option(
    "--legal-text",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The agreement on paper, as a file; only its hash goes into the charter.",
)
@click.option(
    "--erase-hours", type=int, default=None, help="The outer limit for erasing, 1 to 72."
)
@click.option(
    "--skeleton-months", type=int, default=None, help="How long skeletons are kept, 3 to 84."
)
@click.option("--risk", type=click.Choice(["normal", "high"]), default=None)
@charter_files.out
def draft(
    *,
    after: Path | None,
    add: tuple[Path, ...],
    legal_text: Path | None,
    out: Path,
    **wishes: Any,  # noqa: ANN401  (texts and numbers, as click hands them over)
) -> None:
    """Write a draft for the stewards to sign. It changes nothing."""
    now = SystemClock().wall()
    before = None if after is None else charter_files.last_of(charter_files.chain_in(after))
    body = drafting.draft(
        before,
        drafting.Wishes(
            added=[charter_files.member_in(file, now=now) for file in add],
            active=wishes["active"],
            suspended=wishes["suspend"],
            removed=wishes["remove"],
            successors=wishes["successor"],
            stewards=wishes["steward"],
            without=wishes["without_steward"],
            threshold=wishes["threshold"],
            days=wishes["days"],
            legal_text=None if legal_text is None else sha256(charter_files.read(legal_text)),
            erase_hours=wishes["erase_hours"],
            skeleton_months=wishes["skeleton_months"],
            risk=wishes["risk"],
            storage=wishes["storage"],
            complaints=wishes["complaints"],
        ),
        now=now,
        entropy=system.entropy,
    )
    charter_files.write(out, body)
    _say_draft(body)
    put(" ".join(charter_number(sha256(body))))


def _say_draft(body: bytes) -> None:
    made = parse_charter(body)
    say(
        f"Version {made.version}: {len(made.members)} members, {made.threshold} of "
        f"{len(made.stewards)} stewards sign. Its number:"
    )


@charter.command(name="sign")
@_draft_file
@paper_keys.words_file
@charter_files.out
def sign(file: Path, words_file: Path | None, out: Path) -> None:
    """Sign a draft as one steward. The words are read for this and kept nowhere."""
    body, part = charter_files.draft_or_part(file)
    _say_draft(body)
    say("  " + " ".join(charter_number(sha256(body))))
    secret = paper_keys.ask(words_file, whose="a steward's key")
    mine = sign_charter(body, by=[secret])
    try:
        together = bring_together([mine] if part is None else [part, mine])
    except MalformedError as error:
        raise CommandFailedError(f"'{file}': {error}") from None
    charter_files.write(out, together.raw)
    put(str(out))
    if secret.public not in parse_charter(body).stewards:
        say(
            "This key is no steward's in this version: it counts only if it was in the one before."
        )


@charter.command(name="combine")
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--after",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The file of the charter before: its versions come along in the new file.",
)
@charter_files.out
def combine(parts: tuple[Path, ...], after: Path | None, out: Path) -> None:
    """Bring the signatures together. Nothing is written before there are enough of them."""
    found = []
    for file in parts:
        _, part = charter_files.draft_or_part(file)
        if part is None:
            raise CommandFailedError(
                f"'{file}' is a draft that nobody signed: `sathi charter sign`"
            )
        found.append(part)
    chain = () if after is None else charter_files.chain_in(after)
    before = charter_files.last_of(chain) if chain else None
    try:
        together = bring_together(found)
    except MalformedError as error:
        raise CommandFailedError(f"these do not go together: {error}") from None
    held = _counted(together, before)
    if before is not None and held.charter.previous != before.body_hash:
        raise CommandFailedError("this is not the version after the one in --after")
    charter_files.write(out, encode_chain([*chain, together.raw]))
    put(str(out))


def _counted(together: Signed, before: HeldCharter | None) -> HeldCharter:
    try:
        return read_charter(together.raw, also=before)
    except RemoteProtocolError:
        made = parse_charter(together.body)
        count = len(signers(together, keys=made.stewards))
        raise CommandFailedError(
            f"not enough stewards signed: {count} of the {made.threshold} that it needs, or too few of "
            "those of the charter before (--after)"
        ) from None


@charter.command(name="apply")
@options.data
@options.user
@options.passphrase_file
@_draft_file
@click.option(
    "--number", default=None, help="The six groups that stewards read out, instead of a question."
)
def apply(
    folder: Path, user: str | None, passphrase_file: Path | None, file: Path, number: str | None
) -> None:
    """Hold a charter and do what it says; only a supervisor may."""
    chain = charter_files.read(file)
    who = person(folder, user=user, passphrase_file=passphrase_file)
    look = ask_as(
        who,
        lambda client: client.look_at_charter(commands.LookAtCharter(chain=chain)),
        meanings=_APPLYING,
    )
    if look.changes_nothing:
        raise CommandFailedError(_APPLYING[No.ALREADY_THERE])
    _say_look(look)
    groups = _compare(look) if number is None else number.split(" ")
    command = commands.ApplyCharter(chain=chain, number=groups)
    ask_as(who, lambda client: client.apply_charter(command), meanings=_APPLYING)
    put(f"version {look.version}")


def _compare(look: CharterLook) -> list[str]:
    if not passphrases.is_terminal():
        raise click.UsageError("without a terminal to ask on, this is missing: --number")
    question = "Did two stewards read this number to you?" if look.is_first else "Shall it hold?"
    if not click.confirm(question, err=True):
        raise CommandFailedError("nothing was done")
    return look.number


@charter.command(name="show")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write it as a file too, for a partner or the next draft; must not be there.",
)
@options.as_json
def show(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    out: Path | None,
    *,
    is_json: bool,
) -> None:
    """The charter that is held: its version, its end, its members."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    view = ask_as(who, lambda client: client.show_charter())
    if view.held is None or view.chain is None:
        raise CommandFailedError(
            "no charter is held; a partner or a steward has the file: `sathi charter apply FILE`"
        )
    if out is not None:
        charter_files.write(out, view.chain)
    if is_json:
        put_json(msgspec.to_builtins(view.held, builtin_types=(bytes,)))
    else:
        _say_look(view.held)
        for line in view.held.members:
            put(_columns(line))
    if view.held.is_over:
        raise CommandFailedError(
            "the charter is over: known partners go on, and nobody new comes in"
        )


def _say_look(look: CharterLook) -> None:
    until = datetime.fromtimestamp(look.expires, UTC)
    over = ", OVER" if look.is_over else ""
    say(f"Charter, version {look.version}, until {until:%Y-%m-%d}{over}; {look.threshold} of")
    say(f"{len(look.stewards)} stewards sign. Its number: {' '.join(look.number)}")
    for asked in _asked(look):
        say(f"  asks: {asked}")
    for line in look.members:
        if line.was is not None:
            say(f"  {_MARKS[line.state]} {_columns(line)}\twas: {line.was}")


def _asked(look: CharterLook) -> Iterator[str]:
    """What it asks of every node beyond who belongs, as far as it says anything."""
    if look.risk is not None:
        yield f"risk {look.risk}, whatever federation.toml says less"
    if look.erase_hours is not None:
        yield f"what she took back is erased within {look.erase_hours} hours of open vault"
    if look.skeleton_months is not None:
        yield f"skeletons are kept for {look.skeleton_months} months"
    if look.storage:
        yield f"her data lies in {', '.join(look.storage)} only; this version shows it and checks nothing"
    if look.complaints:
        yield f"complaints go to {', '.join(look.complaints)}; here by paper and telephone"


def _columns(line: MemberLine) -> str:
    name = "-" if line.name is None else one_line(line.name)
    return f"{line.node_id_text}\t{name}\t{line.country}\t{line.state}"
