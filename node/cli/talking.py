"""What the command says: data on stdout, talk on stderr, and one line for whatever goes wrong."""

import contextlib
import traceback
from collections.abc import Iterator
from enum import IntEnum
from typing import IO

import click
import msgspec

from protocol.errors import SathiError


class Exit(IntEnum):
    """What the command ends with."""

    DONE = 0
    FAILED = 1
    USED_WRONGLY = 2
    WARNED = 3


class CommandFailedError(click.ClickException):
    """The command did not do what it was asked: one line says what, why and what to type next."""

    exit_code = Exit.FAILED

    def show(self, file: IO[str] | None = None) -> None:  # type: ignore[explicit-override]
        """Say it on stderr."""
        click.echo(f"sathi: {one_line(self.message)}", err=True, file=file)


class CommandMisusedError(CommandFailedError):
    """The command does not exist in this form."""

    exit_code = Exit.USED_WRONGLY


def say(text: str) -> None:
    """Talk to whoever sits there."""
    click.echo(text, err=True)


def put(text: str) -> None:
    """Write one line of data, at once."""
    click.echo(text)


def put_json(data: object) -> None:
    """Write data as one line of JSON; bytes are hex."""
    click.echo(msgspec.json.encode(_with_hex(data)).decode("utf-8"))


def one_line(text: str) -> str:
    """A text without its line breaks, so that a name cannot look like a line of ours."""
    return " ".join(text.split())


@contextlib.contextmanager
def failing_in_one_line() -> Iterator[None]:
    """Turn what goes wrong inside into one line; nobody is ever shown a traceback.

    Raises:
        CommandFailedError: in place of anything else that is no business of click's.
    """
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise CommandMisusedError(_misused(error)) from None
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:  # noqa: BLE001  (the last frame before a person)
        raise CommandFailedError(_told(error)) from None


def _misused(error: click.UsageError) -> str:
    command = "sathi" if error.ctx is None else error.ctx.command_path
    return f"{one_line(error.format_message()).rstrip('.')}; see `{command} --help`"


def _told(error: BaseException) -> str:
    """What one error is to a person: our own errors name places only, others may quote anything."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, SathiError):
        return str(error)
    if isinstance(error, OSError):
        return _of_the_system(error)
    return (
        f"this is a mistake in Sathi itself ({type(error).__name__} at {_place(error)}); what was "
        "begun was undone. Report this line: nothing of a case is in it"
    )


def _of_the_system(error: OSError) -> str:
    where = f" '{error.filename}'" if error.filename else ""
    return f"the system refused{where}: {error.strerror or type(error).__name__}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}"


def _with_hex(data: object) -> object:
    if isinstance(data, bytes):
        return data.hex()
    if isinstance(data, dict):
        return {key: _with_hex(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_with_hex(value) for value in data]
    return data
