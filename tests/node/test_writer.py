"""Group commit: who is in a group, what a failure costs, and when anybody hears of success."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import pytest

from node.writer import (
    GROUP_JOBS_MAX,
    GroupLostError,
    GroupUnfinishedError,
    GroupWriter,
    WriterBusyError,
    WriterStoppedError,
)

ResultT = TypeVar("ResultT")


class DiskFullError(Exception):
    """What the store under test raises when it is told to."""


class Crash(BaseException):
    """The end of the process, as a test sees it."""


class ListStore:
    """A store of words that remembers what was done to it; its unit is the open group."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.history: list[str] = []
        self.failing: dict[str, BaseException] = {}
        self._open: list[str] = []

    def begin(self) -> None:
        self._open = []
        self._step("begin")

    def run(self, job: Callable[[list[str]], ResultT], /) -> ResultT:
        before = len(self._open)
        try:
            return job(self._open)
        except BaseException:
            del self._open[before:]
            raise

    def commit(self) -> None:
        self._step("commit")
        self.groups.append(self._open)

    def rollback(self) -> None:
        self._step("rollback")

    def after_commit(self) -> None:
        self._step("after_commit")

    def _step(self, name: str) -> None:
        self.history.append(name)
        if name in self.failing:
            raise self.failing.pop(name)


def adding(word: str) -> Callable[[list[str]], int]:
    def job(unit: list[str]) -> int:
        unit.append(word)
        return len(unit)

    return job


def failing(word: str) -> Callable[[list[str]], int]:
    def job(unit: list[str]) -> int:
        unit.append(word)
        raise ValueError(word)

    return job


class Gate:
    """A job that keeps the writer inside until it is let go, so that others must wait."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()

    def __call__(self, unit: list[str]) -> None:
        unit.append("gate")
        self.entered.set()
        self.release.wait()


def started(store: ListStore, *, waiting_max: int = 4_096) -> GroupWriter[list[str]]:
    writer = GroupWriter[list[str]](store, name="test", waiting_max=waiting_max)
    writer.start()
    return writer


def held(writer: GroupWriter[list[str]]) -> tuple[Gate, Future[None]]:
    gate = Gate()
    held_back = writer.submit(gate)
    gate.entered.wait()
    return gate, held_back


async def test_all_who_wait_are_written_in_one_group() -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    async with asyncio.TaskGroup() as tasks:
        results = [tasks.create_task(writer.write(adding(word))) for word in "abc"]
        await asyncio.sleep(0)
        gate.release.set()
    writer.stop()
    assert store.groups == [["gate"], ["a", "b", "c"]]
    assert [task.result() for task in results] == [1, 2, 3]


def test_a_group_takes_no_more_than_its_bound() -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    for number in range(GROUP_JOBS_MAX + 1):
        writer.submit(adding(str(number)))
    gate.release.set()
    writer.stop()
    assert [len(group) for group in store.groups] == [1, GROUP_JOBS_MAX, 1]


def test_a_failing_job_is_undone_alone_and_gets_its_own_exception() -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    before, bad, after = (
        writer.submit(adding("before")),
        writer.submit(failing("bad")),
        writer.submit(adding("after")),
    )
    gate.release.set()
    writer.stop()
    assert store.groups == [["gate"], ["before", "after"]]
    assert (before.result(), after.result()) == (1, 2)
    with pytest.raises(ValueError, match="bad"):
        bad.result()


@pytest.mark.parametrize("step", ["begin", "commit"])
def test_a_group_that_is_not_durable_fails_all_of_its_jobs(step: str) -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    futures = [writer.submit(adding("a")), writer.submit(adding("b"))]
    store.failing[step] = DiskFullError()
    if step == "commit":
        store.failing = {}
        second = writer.submit(lambda _unit: store.failing.update(commit=DiskFullError()))
        futures = [*futures, second]  # type: ignore[list-item]
    gate.release.set()
    writer.stop()
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors] == [GroupLostError] * len(futures)
    assert {type(error.__cause__) for error in errors if error} == {DiskFullError}
    assert len({id(error) for error in errors}) == len(futures)
    assert store.groups == [["gate"]]


def test_the_next_group_is_written_after_one_was_lost() -> None:
    store = ListStore()
    writer = GroupWriter[list[str]](store, name="test")
    store.failing["commit"] = DiskFullError()
    with pytest.raises(GroupLostError):
        writer.write_now(adding("lost"))
    writer.write_now(adding("kept"))
    assert store.groups == [["kept"]]
    assert store.history == ["begin", "commit", "rollback", "begin", "commit", "after_commit"]


def test_a_job_that_loses_the_transaction_loses_the_group() -> None:
    def losing(_unit: list[str]) -> None:
        raise GroupLostError("gone") from DiskFullError()

    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    futures: list[Future[int] | Future[None]] = [
        writer.submit(adding("a")),
        writer.submit(losing),
    ]
    gate.release.set()
    writer.stop()
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors] == [GroupLostError, GroupLostError]
    assert {type(error.__cause__) for error in errors if error} == {DiskFullError}
    assert store.groups == [["gate"]]


async def test_nobody_hears_of_success_before_all_that_follows_the_commit_is_over() -> None:
    store = ListStore()
    store.failing["after_commit"] = DiskFullError()
    writer = started(store)
    with pytest.raises(GroupUnfinishedError) as caught:
        await writer.write(adding("a"))
    writer.stop()
    assert isinstance(caught.value.__cause__, DiskFullError)
    assert store.groups == [["a"]]


def test_a_crash_passes_through_unchanged_and_takes_the_group_with_it() -> None:
    def crashing(_unit: list[str]) -> None:
        raise Crash

    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    futures: list[Future[int] | Future[None]] = [
        writer.submit(adding("a")),
        writer.submit(crashing),
    ]
    gate.release.set()
    writer.stop()
    assert [type(future.exception()) for future in futures] == [Crash, Crash]
    assert store.groups == [["gate"]]


async def test_a_full_queue_refuses_and_does_nothing() -> None:
    store = ListStore()
    writer = started(store, waiting_max=1)
    gate, _ = held(writer)
    waiting = writer.submit(adding("waiting"))
    with pytest.raises(WriterBusyError):
        await writer.write(adding("refused"))
    gate.release.set()
    writer.stop()
    assert waiting.result() == 1
    assert store.groups == [["gate"], ["waiting"]]


async def test_a_stopped_writer_finishes_what_waits_and_takes_nothing_more() -> None:
    store = ListStore()
    writer = started(store)
    futures = [writer.submit(adding(word)) for word in "abc"]
    writer.stop()
    assert [future.done() for future in futures] == [True, True, True]
    with pytest.raises(WriterStoppedError):
        await writer.write(adding("late"))
    with pytest.raises(WriterStoppedError):
        writer.write_now(adding("late"))
    with pytest.raises(WriterStoppedError):
        writer.submit(adding("late"))
    with pytest.raises(WriterStoppedError):
        writer.start()


async def test_a_writer_without_a_thread_writes_where_it_is_asked() -> None:
    store = ListStore()
    writer = GroupWriter[list[str]](store, name="test")
    here: list[threading.Thread] = []
    await writer.write(lambda _unit: here.append(threading.current_thread()))
    assert here == [threading.current_thread()]
    assert len(store.groups) == 1


async def test_who_gave_up_before_the_job_was_taken_finds_it_undone() -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(writer.write(adding("given up")))
        await asyncio.sleep(0)
        task.cancel()
    given_up = writer.submit(adding("given up too"))
    assert given_up.cancel()
    kept = writer.submit(adding("kept"))
    gate.release.set()
    writer.stop()
    assert kept.result() == 1
    assert store.groups == [["gate"], ["kept"]]


async def test_a_caller_in_this_thread_waits_for_the_group_that_is_being_written() -> None:
    store = ListStore()
    writer = started(store)
    gate, _ = held(writer)
    release = threading.Thread(target=gate.release.set)
    release.start()
    writer.write_now(adding("now"))
    release.join()
    writer.stop()
    assert store.groups == [["gate"], ["now"]]
