"""`sathi tui`: the desk of a node on this computer."""

import contextlib
import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from node import config
from node.cli import options
from node.cli.talking import CommandFailedError, Exit
from node.system import harden_process
from tui.wording import LANGUAGES

# Textual reads these when it is loaded; among them are a log of every key and a picture of the screen.
_NOT_FOR_US: Final = "TEXTUAL"
# OpenSSL looks there for certificates before it looks where the system has them.
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@click.command(name="tui")
@options.data
@click.option(
    "--language", type=click.Choice(sorted(LANGUAGES)), default=None, help="To begin with."
)
@click.pass_context
def tui(context: click.Context, folder: Path, language: str | None) -> None:
    """Open the desk; F4 there changes the language."""
    if open_desk(folder, language=language or language_of(os.environ)):
        context.exit(Exit.FAILED)


def open_desk(folder: Path, *, language: str) -> int:
    """Show the desk until it is closed; the code is not 0 after a crash.

    Raises:
        CommandFailedError: if there is no node in the folder.
    """
    if not (folder / config.FILE_NAME).is_file():
        raise CommandFailedError(f"'{folder}' holds no node; begin with `sathi init`")
    socket = folder / config.load(folder / config.FILE_NAME).api.socket
    harden_process()
    clear_environment()
    # Only now: what loads Textual must come after its settings are gone.
    with without_certificates():
        run: Callable[..., int] = importlib.import_module("node.cli.window").run
    return run(socket, language=language)


def clear_environment() -> None:
    """Take Textual's own settings away; whoever loads it afterwards does not see them."""
    for name in [name for name in os.environ if name.startswith(_NOT_FOR_US)]:
        del os.environ[name]


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """Let nothing that is loaded meanwhile read the certificates of this computer.

    aiohttp does, whoever needs them. The desk speaks to its own node over a socket and to nobody by TLS, and
    without them it is there a good deal sooner.
    """
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(_CERTIFICATES, os.devnull))
    try:
        yield
    finally:
        for name in _CERTIFICATES:
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


def language_of(environment: Mapping[str, str]) -> str:
    """The language this computer speaks, if the desk speaks it too; otherwise English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = environment.get(name, "").partition("_")[0].partition(".")[0]
        if code in LANGUAGES:
            return code
    return "en"
