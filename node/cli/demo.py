"""`sathi demo`: the whole story with two real nodes and invented people, then one of the two desks."""

import asyncio
import contextlib
import importlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import click

from node.cli import passphrases
from node.cli.desk import clear_environment, language_of
from node.cli.story import cast, scenery
from node.cli.story.counterpart import Counterpart
from node.cli.story.scenes import STEPS
from node.cli.story.stage import PASSPHRASE, Part, Player, free_port
from node.cli.story.story import Story
from node.cli.story.untrue import UntrueError
from node.cli.talking import CommandFailedError, put
from node.system import SystemClock, harden_process
from protocol.errors import SathiError
from tui.client import ClientError

Show = Callable[..., Awaitable[int]]

_NUMBERS: Final = range(1, len(STEPS) + 1)
_SOCKET: Final = Path("run") / "api.sock"


@click.command()
@click.option("--headless", is_flag=True, help="Walk the story without a screen.")
@click.option(
    "--as",
    "side",
    type=click.Choice(["alo", "bandhan"]),
    default="alo",
    show_default=True,
    help="Whose desk is opened afterwards; the other one answers by itself.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave both nodes in this new folder, to look at.",
)
def demo(*, headless: bool, side: str, keep: Path | None) -> None:
    """Two nodes, one survivor who does not exist, seven steps; then a desk to try it on."""
    has_screen = passphrases.is_terminal() and not headless
    open_desk = _load_window() if has_screen else None
    with _folder(keep) as folder:
        try:
            asyncio.run(_play(folder, side=side, show=open_desk))
        except asyncio.CancelledError:
            raise CommandFailedError("the demonstration was ended") from None
    if keep is not None:
        put(f"both nodes are left in {keep}")


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="sathi-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists():
        raise CommandFailedError(f"'{keep}' is there already; name a folder that is not")
    keep.mkdir(mode=0o700, parents=True)
    try:
        yield keep
    except BaseException:
        put(f"what there is was left in {keep}")
        raise


def _load_window() -> Show:
    """The desk's window, loaded after what Textual would read is gone from the environment."""
    clear_environment()
    harden_process()
    window = importlib.import_module("node.cli.window")
    measure: Callable[[], None] = window.measure
    show: Show = window.show
    measure()
    return show


async def _play(folder: Path, *, side: str, show: Show | None) -> None:
    """Walk the story; then, where there is a screen, open one of the desks."""
    _end_with_the_terminal()
    alo = _player(folder / "alo", name=cast.ALO, country="IN", person=cast.RINA)
    bandhan = _player(folder / "bandhan", name=cast.BANDHAN, country="BD", person=cast.SALMA)
    story = Story(alo=alo, bandhan=bandhan, say=_tell, now=SystemClock().wall)
    async with _running(alo, bandhan):
        await _steps(story)
        put("every sentence above was checked and is true")
        if show is not None:
            here, there = (alo, bandhan) if side == "alo" else (bandhan, alo)
            await scenery.set_up(story)
            await _open_desk(here, there, show=show)


def _end_with_the_terminal() -> None:
    """Closing the terminal ends the nodes and takes their folder away, as Ctrl+C does."""
    task = asyncio.current_task()
    if task is None:
        return
    for number in (signal.SIGHUP, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


@contextlib.asynccontextmanager
async def _running(*players: Player) -> AsyncIterator[None]:
    try:
        for player in players:
            player.begin()
            await player.start()
            await player.unlock()
        yield
    finally:
        for player in players:
            await player.stop()


async def _open_desk(here: Player, there: Player, *, show: Show) -> None:
    """One desk in this window, while the other side answers."""
    put(f"now {here.name}'s desk opens: you are {here.part.person}, and {there.name} answers")
    async with asyncio.TaskGroup() as tasks:
        beside = Counterpart(there, now=SystemClock().wall, pause=asyncio.sleep)
        answering = tasks.create_task(beside.answer())
        await show(
            here.part.folder / _SOCKET,
            language=language_of(os.environ),
            demonstration=(here.part.person, PASSPHRASE),
        )
        answering.cancel()


def _player(folder: Path, *, name: str, country: str, person: str) -> Player:
    return Player(Part(name=name, country=country, person=person, port=free_port(), folder=folder))


async def _steps(story: Story) -> None:
    for number, (title, step) in zip(_NUMBERS, STEPS, strict=True):
        put(f"{number}. {title}")
        try:
            await step(story)
        except UntrueError as error:
            _not_met(number)
            raise CommandFailedError(f"step {number} is untrue: {error}") from None
        except (ClientError, SathiError, TimeoutError) as error:
            _not_met(number)
            why = str(error) or type(error).__name__
            raise CommandFailedError(f"step {number} could not be walked: {why}") from error


def _not_met(number: int) -> None:
    for missing in _NUMBERS[number - 1 :]:
        put(f"   step {missing} is not met: {STEPS[missing - 1][0]}")


def _tell(sentence: str) -> None:
    put(f"   {sentence}")
