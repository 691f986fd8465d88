"""`sathi relay`: keep mailboxes for others, without a vault and without knowing whose they are."""

import asyncio
import errno
import importlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar, assert_never

import aiohttp
import click
import msgspec

from node import logs, relay_settings, system
from node.cli import options
from node.cli.founding import make_durable, write
from node.cli.serving import alone
from node.cli.talking import CommandFailedError, Exit, put, put_json, say
from node.config import read_ticket
from node.mailbox.access import TICKET_BYTES, to_base64url
from node.mailbox.exchange import Answer, Ask, exchange
from node.mailbox.pins import NoCertificateError, pin_of_file
from node.mailbox.records import RevokeResult, StoreAwayError, Totals
from node.relay_settings import RelayServiceSection
from node.relaying import STORE_FILE, Kept, Relay, open_file
from node.system import SystemClock
from protocol import limits
from protocol.values import sha256

_PRIVATE_MASK: Final = 0o077
_INFO_BYTES_MAX: Final = 4_096
_CERTIFICATE_BYTES_MAX: Final = 65_536
_log: Final = logging.getLogger(__name__)

Result = TypeVar("Result")


def _standard_folder() -> Path:
    named = os.environ.get("SATHI_RELAY_DATA")
    return Path(named) if named else Path.home() / ".local" / "share" / "sathi-relay"


_data: Final = click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    default=_standard_folder,
    show_default="SATHI_RELAY_DATA, or ~/.local/share/sathi-relay",
    help="The relay's folder.",
)


@click.group(name="relay")
def relay() -> None:
    """Keep mailboxes for other organisations, without reading anything."""


@relay.command(name="init")
@_data
@click.option("--address", required=True, help="Where nodes reach it, such as https://host.")
@click.option("--listen", default="127.0.0.1:8480", show_default=True, help="Of this process.")
@click.option("--database", default="", help="postgresql://… for several processes.")
@click.option(
    "--behind-proxy", is_flag=True, help="What nodes speak to stands in front, on another machine."
)
def init(folder: Path, address: str, listen: str, database: str, *, behind_proxy: bool) -> None:
    """Make a relay, or a further process of one: a folder with relay.toml, and its store."""
    os.umask(_PRIVATE_MASK)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailedError(f"'{folder}' is there already; nothing was made")
    text = _TEMPLATE.format(
        address=_quoted(address),
        listen=_quoted(listen),
        database=_quoted(database),
        behind_proxy=_quoted(behind_proxy),
    )
    try:
        settings = relay_settings.parse(text.encode("utf-8"), name=relay_settings.FILE_NAME).relay
    except relay_settings.ConfigError as error:
        # The file is not there yet: a line of it would lead nowhere.
        raise CommandFailedError(f"{str(error).partition(': ')[2]}; nothing was made") from None
    with _all_or_nothing(folder):
        _with_store(folder, settings, _nothing, is_new=True)
        write(folder / relay_settings.FILE_NAME, text)
        make_durable(folder)
    put(f"made\t{folder}")
    say("Next: `sathi relay serve`, and for each organisation `sathi relay invite`.")


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Make the folder, in which nothing may be yet; whatever fails inside leaves none of it behind."""
    is_ours = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in folder.iterdir():
            path.unlink()
        if is_ours:
            folder.rmdir()
        raise


async def _nothing(_kept: Kept) -> None:
    """Opening the store has made it."""


def _quoted(value: str | bool) -> str:  # noqa: FBT001
    # A text in JSON is also a text in TOML.
    return msgspec.json.encode(value).decode("utf-8")


@relay.command(name="serve")
@_data
@click.option("--deposits-per-minute", type=click.IntRange(min=1), default=None, hidden=True)
def serve(folder: Path, deposits_per_minute: int | None) -> None:
    """Run the relay, or one process of it. SIGTERM or Ctrl+C stops it."""
    os.umask(_PRIVATE_MASK)
    settings = _settings(folder)
    system.harden_process()
    logs.configure(sys.stderr)
    per_minute = deposits_per_minute or limits.DEPOSITS_PER_MINUTE
    with alone(folder):
        _with_store(
            folder,
            settings,
            lambda kept: _serve(folder, settings, kept, per_minute),
            deposits_per_minute=per_minute,
        )


async def _serve(
    folder: Path, settings: RelayServiceSection, kept: Kept, deposits_per_minute: int
) -> None:
    ready, stop = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = Relay(
        folder, settings, kept, clock=SystemClock(), deposits_per_minute=deposits_per_minute
    )
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_tell(ready, settings))
        try:
            await running.run(ready=ready, stop=stop)
        except* OSError as errors:
            raise _said_better(errors, settings) from None
        telling.cancel()


async def _tell(ready: asyncio.Event, settings: RelayServiceSection) -> None:
    await ready.wait()
    where = "PostgreSQL" if settings.database else STORE_FILE
    put(f"ready; the relay listens on {settings.listen}; mailboxes are in {where}")
    logs.event(_log, "relay.ready")


def _said_better(
    errors: BaseExceptionGroup[OSError], settings: RelayServiceSection
) -> CommandFailedError | BaseExceptionGroup[OSError]:
    if errors.subgroup(lambda error: getattr(error, "errno", 0) == errno.EADDRINUSE) is None:
        return errors
    return CommandFailedError(
        f"another program listens on {settings.listen}: stop it, or set another relay.listen in "
        f"{relay_settings.FILE_NAME}"
    )


@relay.command(name="invite")
@_data
@options.as_json
def invite(folder: Path, *, is_json: bool) -> None:
    """A ticket with which one mailbox may be made; it is shown once, and only its hash is kept."""
    settings = _settings(folder)
    ticket = system.entropy(TICKET_BYTES)
    _with_store(folder, settings, lambda kept: kept.mailboxes.add_ticket(sha256(ticket)))
    told = {"url": settings.address, "ticket": to_base64url(ticket)}
    if settings.certificate:
        told["pin"] = _pin_of(folder / settings.certificate)
    if is_json:
        put_json(told)
        return
    for key, value in told.items():
        put(f"{key}\t{value}")
    say("Good for one mailbox. Give it to one organisation, by a way that nobody reads along.")


# A ticket may begin with a dash.
@relay.command(name="revoke", context_settings={"ignore_unknown_options": True})
@_data
@click.argument("ticket", required=False)
@click.option("--unused", is_flag=True, help="All tickets with which no mailbox was made yet.")
def revoke(folder: Path, ticket: str | None, *, unused: bool) -> None:
    """Take back a ticket, so that nobody makes a mailbox with it. A mailbox that is there stays."""
    if (ticket is None) is not unused:
        raise CommandFailedError("name one ticket, or all of them with --unused; nothing was done")
    settings = _settings(folder)
    if ticket is None:
        count = _with_store(folder, settings, lambda kept: kept.mailboxes.revoke_unused())
        put(f"revoked\t{count}")
        return
    raw = read_ticket(ticket)
    if raw is None:
        raise CommandFailedError("that is no ticket: it has 43 letters; nothing was done")
    match _with_store(folder, settings, lambda kept: kept.mailboxes.revoke_ticket(sha256(raw))):
        case RevokeResult.REVOKED:
            put("revoked\t1")
        case RevokeResult.USED:
            raise CommandFailedError(
                "a mailbox was made with this ticket: it makes no other, and only its owner can delete it"
            )
        case RevokeResult.UNKNOWN:
            raise CommandFailedError("this relay has no such ticket, or it was taken back before")
        case unknown:
            assert_never(unknown)


@relay.command(name="pin")
@click.argument("certificate", type=click.Path(path_type=Path))
def pin(certificate: Path) -> None:
    """The pin of a certificate's key, for a relay behind something else that speaks TLS.

    CERTIFICATE is a file in PEM; of several in it the first one counts.
    """
    put(f"pin\t{_pin_of(certificate)}")


def _pin_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return pin_of_file(file.read(_CERTIFICATE_BYTES_MAX)).hex()
    except OSError:
        raise CommandFailedError(f"'{path.name}' cannot be read") from None
    except NoCertificateError:
        raise CommandFailedError(
            f"'{path.name}' holds no certificate in PEM whose key can be pinned"
        ) from None


@relay.command(name="status")
@_data
@options.as_json
@click.pass_context
def status(context: click.Context, folder: Path, *, is_json: bool) -> None:
    """How much is kept, and whether this process answers; says nothing of any mailbox."""
    settings = _settings(folder)
    totals, answers = _with_store(folder, settings, lambda kept: _look(kept, settings))
    if is_json:
        put_json({"answers": answers, **msgspec.to_builtins(totals)})
    else:
        put(f"answers\t{'yes' if answers else 'no'}")
        for key, value in msgspec.to_builtins(totals).items():
            put(f"{key}\t{value}")
    if not answers:
        say(f"warning: nothing answers on {settings.listen}; start it with `sathi relay serve`")
        context.exit(Exit.WARNED)


async def _look(kept: Kept, settings: RelayServiceSection) -> tuple[Totals, bool]:
    scheme = "https" if settings.certificate else "http"
    ask = Ask(
        origin=f"{scheme}://{settings.listen}",
        method="GET",
        path="/sathi/v1/info",
        pin=None,
        headers={},
        body=b"",
        answer_bytes_max=_INFO_BYTES_MAX,
    )
    # Our own process on our own computer: whose certificate it is has nobody to prove.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
        answers = isinstance(await exchange(session, ask), Answer)
    return await kept.mailboxes.totals(), answers


def _settings(folder: Path) -> RelayServiceSection:
    path = folder / relay_settings.FILE_NAME
    if not path.exists():
        raise CommandFailedError(f"'{folder}' holds no relay; begin with `sathi relay init`")
    return relay_settings.load(path).relay


def _with_store(
    folder: Path,
    settings: RelayServiceSection,
    work: Callable[[Kept], Awaitable[Result]],
    *,
    is_new: bool = False,
    deposits_per_minute: int = limits.DEPOSITS_PER_MINUTE,
) -> Result:
    """Open the store, do something with it, and close it."""

    async def run() -> Result:
        if settings.database:
            opening = _driver().open_database(
                settings.database, deposits_per_minute=deposits_per_minute, is_new=is_new
            )
        else:
            opening = open_file(
                folder,
                clock=SystemClock(),
                deposits_per_minute=deposits_per_minute,
                is_new=is_new,
            )
        kept: Kept = await opening
        try:
            return await work(kept)
        finally:
            await kept.mailboxes.close()

    try:
        return asyncio.run(run())
    except StoreAwayError:
        raise CommandFailedError(
            "the database of relay.toml cannot be reached, or lets nobody in who asks so: see that it "
            "runs, and that the address and the password are right"
        ) from None


def _driver() -> Any:  # noqa: ANN401  (a module)
    """What speaks to PostgreSQL; a node and a relay with a file do without the library."""
    try:
        return importlib.import_module("node.relay_database")
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        raise CommandFailedError(
            "PostgreSQL needs one more library; install Sathi as sathi[relay]"
        ) from None


_TEMPLATE: Final = """\
# The settings of this relay, as they were chosen at the beginning. relay.toml.example explains every setting.

[relay]
# Where nodes reach it; never changed once there are mailboxes: their owners sign it.
address = {address}
# IP address and port on which this process listens.
listen = {listen}
# Empty: the mailboxes are in mailbox.db beside this file.
database = {database}
# Does what nodes speak to stand in front, on another machine?
behind_proxy = {behind_proxy}
"""
