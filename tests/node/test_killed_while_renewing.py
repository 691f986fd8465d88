"""A node is killed while its prekeys are made anew or destroyed: the old state is found or the new one.

Real processes, whose clocks go on by weeks. The oracle is the list of prekeys in the files of the stopped
node, read with the raw key by queries of the tests' own; what a partner seals is still opened, says its desk.
"""

import asyncio
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from node.vault import driver, pages
from node.vault.database import KEYS_FILE, VAULT_FILE
from protocol.local import commands, views
from tests.support import crossing, moved_clock
from tests.support.command_line import Founded
from tests.support.moved_clock import MovedClock
from tests.support.processes import GoneError, Post, Two, carry

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

DAY: Final = 86_400
# A prekey lives for four weeks after its own.
GRACE: Final = 28 * DAY
SLICES: Final = 8
# A clock that moved by more than a week at once is in doubt.
STEP: Final = 4 * DAY
NUDGES_MAX: Final = 20
NEVER: Final = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is killed, and what the two files must hold then: the old state, or the new one."""

    at: str
    then: str = ""
    keys_are_new: bool
    vault_is_new: bool

    @property
    def name(self) -> str:
        """As it stands in the name of a case."""
        return self.then or self.at


RENEWING: Final = (
    Place(at="bundle.before_commit", keys_are_new=False, vault_is_new=False),
    Place(
        at="bundle.before_commit",
        then="vault.between_commits",
        keys_are_new=True,
        vault_is_new=False,
    ),
    Place(at="bundle.after_commit", keys_are_new=True, vault_is_new=True),
)
DESTROYING: Final = (
    Place(at="prekeys.before_commit", keys_are_new=False, vault_is_new=False),
    Place(
        at="prekeys.before_commit",
        then="vault.between_commits",
        keys_are_new=True,
        vault_is_new=False,
    ),
    Place(
        at="prekeys.before_commit",
        then="erase.before_checkpoint",
        keys_are_new=True,
        vault_is_new=True,
    ),
    Place(
        at="prekeys.before_commit",
        then="erase.after_checkpoint",
        keys_are_new=True,
        vault_is_new=True,
    ),
    Place(at="prekeys.after_commit", keys_are_new=True, vault_is_new=True),
)


@dataclass(frozen=True, slots=True)
class Prekey:
    """A living prekey, as `keys.db` has it."""

    seed: bytes
    public: bytes
    not_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Two nodes that know each other, where they lie, and their clock."""

    folder: Path
    clock: MovedClock
    two: Two

    @property
    def alo(self) -> Post:
        return self.two.alo

    @property
    def bandhan(self) -> Post:
        return self.two.bandhan

    def copied(self, folder: Path) -> "Scene":
        """The same two, stopped, in another folder."""
        shutil.copytree(self.folder, folder)
        clock = MovedClock(folder / self.clock.file.name)
        posts = [
            Post(moved(post.founded, folder), program=clock.program()) for post in self.two.both
        ]
        return Scene(
            folder=folder, clock=clock, two=replace(self.two, alo=posts[0], bandhan=posts[1])
        )

    async def begin(self) -> None:
        """Both nodes run and are open."""
        for post in self.two.both:
            assert await post.start()
            await post.unlock()

    async def end(self) -> None:
        """Both nodes end in order."""
        assert [await post.stop() for post in self.two.both] == [0, 0]

    async def abandon(self) -> None:
        """However the test ended."""
        for post in self.two.both:
            await post.abandon()

    async def go_on(self, seconds: int) -> None:
        """Time goes by; both nodes see that it does, and trust it."""
        self.clock.forward(seconds)
        for post in self.two.both:
            await post.ask(commands.SyncNow(), views.Done)


def moved(founded: Founded, folder: Path) -> Founded:
    """The same papers, in another folder."""
    return replace(founded, folder=folder / founded.folder.name)


async def until(scene: Scene, post: Post, holds: Callable[[], bool]) -> None:
    """Let the node look after itself until something holds; each time a few seconds have gone by."""
    count = NEVER
    for _ in range(NUDGES_MAX):
        await post.ask(commands.SyncNow(), views.Done)
        waiting = commands.WatchChanges(since=count, wait_seconds=1)
        count = (await post.ask(waiting, views.Changes)).count
        if holds():
            return
        scene.clock.forward(3)
    raise AssertionError("it never came to hold")


async def until_killed(scene: Scene) -> None:
    """Alo goes on until it dies at the place for which it was armed."""
    with pytest.raises(GoneError):
        await until(scene, scene.alo, lambda: False)
    assert await scene.alo.end_of_process() == -signal.SIGKILL


# What stands in the files


def rows(post: Post, file: str, query: str) -> list[tuple[Any, ...]]:
    """What a file holds, whether the node runs or not."""
    connection = driver.connect(post.folder / file, key=post.vault_key)
    try:
        return [tuple(row) for row in connection.execute(query).fetchall()]
    finally:
        connection.close()


def look(post: Post, query: str, *, file: str = VAULT_FILE) -> list[tuple[Any, ...]]:
    """What a file of a killed node holds, without touching what the kill left behind."""
    aside = post.folder.parent / "aside"
    # A killed process leaves its socket behind, and nothing can copy one.
    shutil.copytree(
        post.folder, aside / post.folder.name, ignore=shutil.ignore_patterns("run", "backups")
    )
    try:
        return rows(Post(moved(post.founded, aside)), file, query)
    finally:
        shutil.rmtree(aside)


PREKEYS: Final = "SELECT prekey_id, seed, public, not_after FROM prekeys"
GENERATION: Final = "SELECT bundle_generation FROM node_self"
DESTROYED: Final = (
    "SELECT audit_details.details FROM audit JOIN audit_details USING (number)"
    " WHERE event = 'prekeys.destroyed'"
)


def prekeys_of(post: Post) -> dict[bytes, Prekey]:
    """Every prekey that lives, by its name."""
    found = look(post, PREKEYS, file=KEYS_FILE)
    return {row[0]: Prekey(row[1], row[2], row[3]) for row in found}


def has_renewed(post: Post, before: int) -> bool:
    return rows(post, VAULT_FILE, GENERATION) > [(before,)]


# The story so far


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Two months ago they met, and she was referred."""
    folder = tmp_path_factory.mktemp("met")
    clock = moved_clock.behind(folder / "clock", days=60)
    founded = crossing.found_two(folder, run=clock.run)

    async def meet() -> Two:
        posts = [Post(one, program=clock.program()) for one in founded]
        try:
            two = await crossing.meet_and_refer(*posts)
            assert [await post.stop() for post in posts] == [0, 0]
        finally:
            for post in posts:
                await post.abandon()
        return two

    return Scene(folder=folder, clock=clock, two=asyncio.run(meet()))


@pytest.fixture(scope="module")
def month_later(met: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Thirty-two days later: four bundles were made meanwhile, and no prekey's time is over yet."""
    scene = met.copied(tmp_path_factory.mktemp("later") / "scene")

    async def go_on() -> None:
        try:
            await scene.begin()
            for _ in range(4):
                ((before,),) = rows(scene.alo, VAULT_FILE, GENERATION)
                await scene.go_on(STEP)
                await scene.go_on(STEP)
                await until(scene, scene.alo, partial(has_renewed, scene.alo, before))
                await carry(*scene.two.both)
            await scene.end()
        finally:
            await scene.abandon()

    asyncio.run(go_on())
    return scene


async def ask_twice(scene: Scene, settles: Callable[[], bool]) -> list[bytes]:
    """Bandhan asks by what it knew of Alo before the kill, and again when Alo has come to rest.

    Returns:
        The names of what was asked.
    """
    alo, bandhan = scene.two.both
    alo.program = scene.clock.program()
    assert await alo.start()
    first = await bandhan.do(crossing.request(scene.two))
    await bandhan.ask(commands.SyncNow(), views.Done)
    assert await alo.envelopes() > 0
    await alo.unlock()
    await until(scene, alo, settles)
    await carry(alo, bandhan)
    second = await bandhan.do(crossing.request(scene.two))
    await carry(bandhan, alo)
    return [first, second]


def opened(post: Post) -> set[bytes]:
    """What was asked of this node and could be opened."""
    return {name for (name,) in look(post, "SELECT follow_up_id FROM follow_ups")}


@pytest.mark.parametrize("place", RENEWING, ids=[place.name for place in RENEWING])
async def test_a_renewal_that_is_killed_leaves_the_old_bundle_or_the_new_one_and_loses_no_prekey(
    met: Scene, tmp_path: Path, place: Place
) -> None:
    scene = met.copied(tmp_path / "scene")
    alo, bandhan = scene.two.both
    before, [(generation,)] = prekeys_of(alo), look(alo, GENERATION)
    alo.program = scene.clock.program(place.at, place.then)
    try:
        await scene.begin()
        await scene.go_on(STEP)
        scene.clock.forward(STEP)
        await until_killed(scene)
        killed, [(then,)] = prekeys_of(alo), look(alo, GENERATION)
        asked = await ask_twice(scene, lambda: has_renewed(alo, generation))
        await scene.end()
    finally:
        await scene.abandon()

    assert before.items() <= killed.items()
    assert (len(killed) - len(before), then > generation) == (
        int(place.keys_are_new),
        place.vault_is_new,
    )
    after, [(bundle, ours)] = (
        prekeys_of(alo),
        look(alo, "SELECT bundle, bundle_generation FROM node_self"),
    )
    assert killed.items() <= after.items()
    # What others may seal to from now on can be opened, for all its weeks.
    assert len([one for one in after.values() if one.public in bundle]) == SLICES
    assert look(bandhan, "SELECT bundle_generation FROM peers") == [(ours,)]
    assert set(asked) <= opened(alo)
    assert look(alo, DESTROYED) == []


@pytest.mark.parametrize("place", DESTROYING, ids=[place.name for place in DESTROYING])
async def test_a_destruction_that_is_killed_takes_the_prekey_whose_time_is_over_once_and_no_other(
    month_later: Scene, tmp_path: Path, place: Place
) -> None:
    scene = month_later.copied(tmp_path / "scene")
    alo, _ = scene.two.both
    before = prekeys_of(alo)
    over = min(before, key=lambda name: before[name].not_after)
    end = before[over].not_after + GRACE
    living = {name: one for name, one in before.items() if one.not_after + GRACE > end}
    alo.program = scene.clock.program(place.at, place.then)
    try:
        await scene.begin()
        assert scene.clock.now < end
        scene.clock.go_to(end + 60)
        await until_killed(scene)
        killed, told = prekeys_of(alo), look(alo, DESTROYED)
        asked = await ask_twice(
            scene, lambda: (over,) not in rows(alo, KEYS_FILE, "SELECT prekey_id FROM prekeys")
        )
        await scene.end()
    finally:
        await scene.abandon()

    assert len(living) == len(before) - 1
    assert killed == (living if place.keys_are_new else before)
    assert told == ([("1",)] if place.vault_is_new else [])
    assert prekeys_of(alo) == living
    # Destroyed between the two files, it is gone, and no line says so: never is there one line too many.
    is_told = place.vault_is_new or not place.keys_are_new
    assert look(alo, DESTROYED) == ([("1",)] if is_told else [])
    canary = before[over].seed
    assert pages.find(alo.folder, key=alo.vault_key, canaries=[canary]) == []
    assert set(asked) <= opened(alo)
