"""`sathi stick`: what waits for partners, carried on a stick, and what came on one."""

import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import msgspec

from node import config
from node.cli import options, passphrases
from node.cli.asking import Person, ask_as, person
from node.cli.finding import find_peer
from node.cli.talking import CommandFailedError, Exit, one_line, put, put_json, say
from protocol.local import commands
from protocol.local.views import No, StickMade, StickTaken, Wrap
from tui.client import Client, NotLegalError, RefusedError
from tui.client.local_files import FileTrouble, LocalFileError
from tui.client.local_sticks import files_in, remove, take_in, write_out

ResultT = TypeVar("ResultT")

_TROUBLES: Final[Mapping[FileTrouble, str]] = {
    FileTrouble.MISSING: "there is no such file: is the stick in?",
    FileTrouble.NO_FOLDER: "there is no such folder: is the stick in?",
    FileTrouble.IS_THERE: "something of this name is there already, and stays as it is: try again",
    FileTrouble.LINK: "this is a link to another place; it was not followed",
    FileTrouble.NO_FILE: "this is no ordinary file; nothing of it was read",
    FileTrouble.EMPTY: "this file is empty",
    FileTrouble.TOO_LARGE: "this file is larger than any of ours; nothing of it was read",
    FileTrouble.TOO_MANY: "there are too many files in this folder: name the one file",
    FileTrouble.CHANGED: "the stick does not give back what was written: take another stick",
    FileTrouble.NOT_ALLOWED: "this computer does not let you do that there",
    FileTrouble.DISK: "the stick did not do it: was it pulled out, or is it full?",
}
_REFUSALS: Final[Mapping[str, str]] = {
    No.STICK_BUSY: "others have sticks in at this moment: ask again when they are done",
    No.STICK_WRAPPED: (
        "this file is wrapped, and not for us alone: name the passphrase you agreed on, with"
        " --stick-passphrase-file FILE"
    ),
    No.STICK_NOT_OPENED: (
        "the passphrase is another one, or the file was changed on the way: compare the passphrase by"
        " voice, then ask for a new stick"
    ),
    No.STICK_EMPTY: "nothing waits for them: there is nothing to carry",
    No.PASSPHRASE_SHORT: "the passphrase of a stick has at least 12 characters",
    No.PASSPHRASE_NEEDED: (
        "a stick for several partners, or for one that told us of no mailbox, needs a passphrase that"
        " you agree on by voice: name it with --stick-passphrase-file FILE"
    ),
    No.NOT_FOUND: "one of them is no partner to whom anything goes: see `sathi peer list`",
}
_BAD_FILES: Final[Mapping[str, str]] = {
    "stick.magic": "this is no stick file of Sathi",
    "stick.wrap": "this is not wrapped in the way that Sathi does it",
    "stick.work": "opening this would take more than this computer should give; nothing was opened",
    "stick.hash": "this file was changed or damaged on the way: ask for a new one",
    "stick.count": "this file says of itself that it holds what no stick may hold",
}
_DAMAGED: Final = "this file is damaged or cut off: ask for a new one"
_OF_A_WRAP: Final[Mapping[str, str]] = {
    Wrap.PASSPHRASE: (
        "Whoever finds it sees that a file is wrapped with a passphrase, how large it is, and no more."
    ),
    Wrap.PARTNER: (
        "Whoever finds it sees that a file is wrapped with a passphrase, how large it is, and no more."
        " They open it without any word."
    ),
    Wrap.OPEN: (
        "IT IS NOT WRAPPED. Whoever finds it sees that it is Sathi's, how many envelopes are in it and"
        " how large; a partner also sees for whom. Nobody can read what they say."
    ),
}
_stick_passphrase: Final = click.option(
    "--stick-passphrase-file",
    "word_file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the passphrase of the stick on its first line; agree on it by voice.",
)


@click.group(name="stick")
def stick() -> None:
    """Sticks: what waits for partners, carried by hand, and what came that way."""


@stick.command(name="export")
@options.data
@options.user
@options.passphrase_file
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--to", "partners", multiple=True, help="For which partner; may be repeated.")
@_stick_passphrase
@click.option("--not-wrapped", "is_open", is_flag=True, help="Leave it open to be seen as ours.")
@options.as_json
def export(folder: Path, user: str | None, passphrase_file: Path | None, **told: Any) -> None:  # noqa: ANN401  (as click read them)
    """Write everything that waits for partners onto a stick, under a name that says nothing."""
    if not told["partners"]:
        raise click.UsageError("for whom? name a partner with --to NAME")
    word = _word(told["word_file"])
    who = person(folder, user=user, passphrase_file=passphrase_file)
    peers = [find_peer(who, name).node_id for name in told["partners"]]
    command = commands.MakeStick(peers=peers, passphrase=word, is_open=told["is_open"])
    target: Path = told["target"]
    made, path = _asked(who, lambda client: _write(client, command, target))
    _tell_made(made, path, is_json=told["is_json"])


@stick.command(name="import")
@options.data
@options.user
@options.passphrase_file
@click.argument("source", type=click.Path(path_type=Path))
@_stick_passphrase
@click.option(
    "--ferry/--no-ferry", "ferry", default=None, help="Carry along what is for partners?"
)
@click.option("--answer", "is_answered", is_flag=True, help="Write our receipts onto the stick.")
@click.option(
    "--remove", "is_removed", is_flag=True, help="Take the files off that were taken in."
)
@options.as_json
def import_(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    **told: Any,  # noqa: ANN401  (as click read them)
) -> None:
    """Take in a stick's file, or all of ours in a folder; one that is bad never stops the next."""
    source: Path = told["source"]
    word = _word(told["word_file"])
    is_ferry = _ask_about_ferrying(folder, said=told["ferry"])
    who = person(folder, user=user, passphrase_file=passphrase_file)
    files = _found(source)
    target = source if source.is_dir() else source.parent

    async def take_all(client: Client) -> tuple[list[Done], tuple[StickMade, Path] | None]:
        done = [await _take(client, file, word=word, is_ferry=is_ferry) for file in files]
        owed = done[-1].answers if told["is_answered"] else []
        return done, await _answer(client, owed, target, word=word) if owed else None

    done, answered = _asked(who, take_all)
    if told["is_removed"]:
        _remove(done)
    _tell_taken(done, answered, is_json=told["is_json"])
    _end(done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one file: what was taken, or one sentence why nothing was."""

    path: Path
    taken: StickTaken | None
    why_not: str = ""
    is_for_others: bool = False
    """It is wrapped, and nothing of ours opens it: also our own letters to others are such a file."""

    @property
    def answers(self) -> list[bytes]:
        """Who is owed a receipt after it."""
        return [] if self.taken is None else self.taken.answers

    @property
    def is_used_up(self) -> bool:
        """Is nothing in it that was not taken, by us or for whom it is?"""
        taken = self.taken
        return taken is not None and not (taken.refused or taken.for_partners or taken.for_nobody)


def _found(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    try:
        files = files_in(source)
    except LocalFileError as error:
        raise CommandFailedError(_TROUBLES[error.trouble]) from None
    if not files:
        raise CommandFailedError(f"no file of Sathi's is in '{source}': is it the right stick?")
    return files


async def _take(client: Client, path: Path, *, word: str | None, is_ferry: bool) -> Done:
    try:
        taken = await take_in(client, path, passphrase=word, is_ferry=is_ferry)
    except LocalFileError as error:
        return Done(path=path, taken=None, why_not=_TROUBLES[error.trouble])
    except NotLegalError as error:
        return Done(path=path, taken=None, why_not=_BAD_FILES.get(error.place, _DAMAGED))
    except RefusedError as error:
        why_not = _REFUSALS.get(error.code, f"refused: {error.code}")
        is_for_others = error.code == No.STICK_WRAPPED
        return Done(path=path, taken=None, why_not=why_not, is_for_others=is_for_others)
    return Done(path=path, taken=taken)


async def _answer(
    client: Client, owed: list[bytes], target: Path, *, word: str | None
) -> tuple[StickMade, Path]:
    """Our receipts, and whatever else waits, for those whose letters came."""
    command = commands.MakeStick(peers=owed, passphrase=word, is_open=False)
    return await _write(client, command, target)


async def _write(
    client: Client, command: commands.MakeStick, target: Path
) -> tuple[StickMade, Path]:
    made = await client.make_stick(command)
    return made, await write_out(client, made, target)


def _asked(who: Person, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
    async def doing(client: Client) -> ResultT:
        try:
            return await work(client)
        except LocalFileError as error:
            raise CommandFailedError(_TROUBLES[error.trouble]) from None

    return ask_as(who, doing, meanings=_REFUSALS)


def _word(file: Path | None) -> str | None:
    """The passphrase of the stick, spelled in one way however it was typed."""
    return None if file is None else unicodedata.normalize("NFC", passphrases.existing(file))


def _ask_about_ferrying(folder: Path, *, said: bool | None) -> bool:
    """Only where the operator allowed it at all, and a person said yes to it at this stick."""
    may = config.load(folder / config.FILE_NAME).stick.ferry
    if said and not may:
        raise CommandFailedError(
            "this node carries nothing for others: set stick.ferry in federation.toml first"
        )
    if said is not None or not may or not passphrases.is_terminal():
        return bool(said)
    return click.confirm("Carry along what lies in it for partners of ours?", err=True)


def _remove(done: Sequence[Done]) -> None:
    """Only what is used up: in another one something is left that somebody may still need."""
    for one in done:
        if not one.is_used_up:
            say(f"{one_line(one.path.name)} stays on the stick: not all of it was taken.")
            continue
        try:
            remove(one.path)
        except LocalFileError as error:
            say(f"{one_line(one.path.name)} stays on the stick: {_TROUBLES[error.trouble]}")
    say("What was taken off is not erased: whoever looks closely can still find it on the stick.")


def _end(done: Sequence[Done]) -> None:
    """Not all of it was taken: a failure, unless what was left can be for others and something was for us."""
    bad = sum(one.taken is None and not one.is_for_others for one in done)
    if bad or all(one.taken is None for one in done):
        left = sum(one.taken is None for one in done)
        raise CommandFailedError(f"{left} of {len(done)} files were not taken")
    if any(one.taken is None or one.taken.refused for one in done):
        click.get_current_context().exit(Exit.WARNED)


def _tell_made(made: StickMade, path: Path, *, is_json: bool) -> None:
    if is_json:
        put_json(_fields(made, path))
    else:
        put(str(path))
        for line in made.partners:
            put(f"{line.envelopes}\t{one_line(line.name)}")
    for sentence in _of_a_made(made):
        say(sentence)


def _of_a_made(made: StickMade) -> Iterator[str]:
    yield _OF_A_WRAP[made.wrap]
    yield "Nothing was taken off the queue: it goes on trying, until they have answered."
    if not made.is_all:
        yield "NOT ALL OF IT FITS: make another stick once they have answered this one."


def _fields(made: StickMade, path: Path) -> dict[str, object]:
    shown = msgspec.to_builtins(made, builtin_types=(bytes,))
    return {"file": str(path)} | {
        key: shown[key] for key in ("size", "hash", "wrap", "is_all", "partners")
    }


def _tell_taken(
    done: Sequence[Done], answered: tuple[StickMade, Path] | None, *, is_json: bool
) -> None:
    if is_json:
        put_json(
            {
                "files": [_line(one) for one in done],
                "answered": None if answered is None else _fields(*answered),
            }
        )
    for one in done:
        if one.taken is None:
            say(f"{one_line(one.path.name)}: {one.why_not}")
        elif not is_json:
            put(f"{one_line(one.path.name)}\t{_counts(one.taken)}")
        for sentence in _of_a_taken(one.taken):
            say(sentence)
    if answered is not None and not is_json:
        put(str(answered[1]))
        say(f"Our answer lies on the stick as '{answered[1].name}'. Send it back with it.")


def _line(one: Done) -> dict[str, object]:
    taken = None if one.taken is None else msgspec.to_builtins(one.taken, builtin_types=(bytes,))
    return {"file": str(one.path), "taken": taken, "why_not": one.why_not or None}


def _counts(taken: StickTaken) -> str:
    refused = sum(line.count for line in taken.refused)
    return f"{taken.fresh} new\t{taken.known} known\t{refused} refused"


def _of_a_taken(taken: StickTaken | None) -> Iterator[str]:
    if taken is None:
        return
    for line in taken.refused:
        yield f"{line.count} refused: {line.code}. The others were taken."
    if taken.ferried:
        yield f"{taken.ferried} for partners come along with the next stick for them."
    if taken.for_partners:
        yield f"{taken.for_partners} are for partners of ours, and stay on the stick."
    if taken.for_nobody:
        yield (
            f"{taken.for_nobody} are for others, or so old that nobody can open them any more; they"
            " stay on the stick."
        )
