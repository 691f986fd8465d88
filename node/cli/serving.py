"""`sathi serve`: runs a node until it is told to stop. It starts locked."""

import asyncio
import errno
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import msgspec

from node import ballast, config, faults, logs, system
from node.cli import options
from node.cli.founding import DEMO_MARK, cost_of, refuse_unsound_libraries
from node.cli.talking import CommandFailedError, put
from node.config import NodeConfig
from node.system import SystemClock
from node.wiring import Node, Tuning, read_own_mailbox, refuse_demo_elsewhere
from protocol import limits

_LOCK_FILE: Final = "running"
_PRIVATE_MASK: Final = 0o077
_log: Final = logging.getLogger(__name__)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a test may set differently on a demo node."""

    fault: str | None = None
    cheap_passphrase: bool | None = None
    deposits_per_minute: int | None = None


@click.command()
@options.data
@click.option("--fault", default=None, metavar="NAME[:COUNT]", hidden=True)
@click.option("--cheap-passphrase", is_flag=True, default=None, hidden=True)
@click.option("--deposits-per-minute", type=click.IntRange(min=1), default=None, hidden=True)
def serve(folder: Path, **tried: str | int | bool | None) -> None:
    """Run the node; it starts locked. SIGTERM or Ctrl+C stops it."""
    os.umask(_PRIVATE_MASK)
    refuse_unsound_libraries()
    read_own_mailbox(folder)
    settings = config.load(folder / config.FILE_NAME)
    is_demo = (folder / DEMO_MARK).exists()
    if is_demo:
        refuse_demo_elsewhere(settings)
    elif any(value is not None for value in tried.values()):
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in tried)
        raise CommandFailedError(f"{flags} are for demo nodes only")
    trial = msgspec.convert(tried, Trial)
    system.harden_process()
    logs.configure(sys.stderr)
    if trial.fault is not None:
        _arm(trial.fault)
    tuning = Tuning(
        cost=cost_of(is_cheap=bool(trial.cheap_passphrase)),
        deposits_per_minute=trial.deposits_per_minute or limits.DEPOSITS_PER_MINUTE,
        ballast_bytes=ballast.DEMO_BYTES if is_demo else ballast.BYTES,
    )
    node = Node(folder, settings, clock=SystemClock(), entropy=system.entropy, tuning=tuning)
    with alone(folder):
        asyncio.run(_run(node, settings))


async def _run(node: Node, settings: NodeConfig) -> None:
    ready, stop = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_tell(ready, settings))
        try:
            await node.run(ready=ready, stop=stop)
        except* OSError as errors:
            raise _said_better(errors, settings) from None
        telling.cancel()


async def _tell(ready: asyncio.Event, settings: NodeConfig) -> None:
    await ready.wait()
    put(f"ready and locked; the mailbox listens on {settings.node.listen}")
    logs.event(_log, "node.ready")


def _said_better(
    errors: BaseExceptionGroup[OSError], settings: NodeConfig
) -> CommandFailedError | BaseExceptionGroup[OSError]:
    """What to say if the address is taken; anything else stays as it is."""
    if errors.subgroup(_is_taken) is None:
        return errors
    return CommandFailedError(
        f"another program listens on {settings.node.listen}: stop it, or set another node.listen in "
        f"{config.FILE_NAME}"
    )


def _is_taken(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EADDRINUSE


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process for each node: two would write beside each other's only writer."""
    descriptor = os.open(folder / _LOCK_FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise CommandFailedError(
            f"the node in '{folder}' is running already: stop it first, or ask it with `sathi status`"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def _arm(fault: str) -> None:
    name, _, count = fault.partition(":")
    countdown = int(count) if count.isascii() and count.isdigit() else 0
    if name not in faults.NAMES or (count and countdown < 1):
        raise click.UsageError(
            "--fault is NAME or NAME:COUNT, with a name that node/faults.py lists"
        )
    faults.arm_kill(name, countdown or 1)
