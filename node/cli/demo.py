"""`sathi demo`: the whole story with two real nodes, invented people, and nothing left to believe."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from node.cli.story import cast
from node.cli.story.scenes import STEPS
from node.cli.story.stage import Part, Player, free_port
from node.cli.story.story import Story
from node.cli.story.untrue import UntrueError
from node.cli.talking import CommandFailedError, put
from node.system import SystemClock
from protocol.errors import SathiError
from tui.client import ClientError

_NUMBERS: Final = range(1, len(STEPS) + 1)


@click.command()
@click.option("--headless", is_flag=True, help="Walk the story without a screen.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave both nodes in this new folder, to look at.",
)
def demo(*, headless: bool, keep: Path | None) -> None:
    """Two nodes, one survivor who does not exist: offer, dossier, follow-up, withdrawal."""
    if not headless:
        raise CommandFailedError("there is no screen yet; type `sathi demo --headless`")
    with _folder(keep) as folder:
        asyncio.run(_walk(folder))
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


async def _walk(folder: Path) -> None:
    alo = _player(folder / "alo", name=cast.ALO, country="IN", person=cast.RINA)
    bandhan = _player(folder / "bandhan", name=cast.BANDHAN, country="BD", person=cast.SALMA)
    clock = SystemClock()
    story = Story(alo=alo, bandhan=bandhan, say=_tell, now=clock.wall)
    try:
        for player in (alo, bandhan):
            player.begin()
            await player.start()
            await player.unlock()
        await _steps(story)
    finally:
        for player in (alo, bandhan):
            await player.stop()
    put("every sentence above was checked and is true")


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
