"""Group commit: one thread writes for all, and one durable commit serves all who were waiting.

The writer takes whatever is waiting, with no timer: groups grow by themselves as the disk gets
slower. Each job stands alone inside its group. A failing one is undone by itself and gets its own
exception; a failing commit fails all of them. Nobody hears of success before the commit is
durable.

The writer knows no database. A `Store` says how a group begins, how a job is run, and how it ends.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar, cast, final

from protocol.errors import SathiError

GROUP_JOBS_MAX: Final = 256
# A queue this long means that the disk has stopped; refusing is more honest than waiting.
WAITING_JOBS_MAX: Final = 4_096

UnitT = TypeVar("UnitT")
UnitT_co = TypeVar("UnitT_co", covariant=True)
ResultT = TypeVar("ResultT")


class WriterBusyError(SathiError):
    """Too many jobs are waiting; nothing was done."""


class WriterStoppedError(SathiError):
    """The writer takes no more jobs; nothing was done."""


class GroupLostError(SathiError):
    """The group was not committed: nothing of any of its jobs was done. The cause says why."""


class GroupUnfinishedError(SathiError):
    """The group is durable, but what had to follow the commit failed. The cause says why."""


class Store(Protocol[UnitT_co]):
    """Where groups are written; only one thread at a time is inside."""

    def begin(self) -> None:
        """Open the transaction of a group."""
        ...

    def run(self, job: Callable[[UnitT_co], ResultT], /) -> ResultT:
        """Run one job so that, if it raises, exactly its own changes are undone.

        Raises:
            GroupLostError: if the transaction of the whole group is gone.
        """
        ...

    def commit(self) -> None:
        """Make the group durable."""
        ...

    def rollback(self) -> None:
        """Drop the group, if there still is one."""
        ...

    def after_commit(self) -> None:
        """Do what must be over before anybody hears of success."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    # Any: a result goes from a job to its own caller, and `write` and `submit` tie their types
    # together.
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    error: BaseException


_Outcome = _Done | _Failed
# Any: as for _Done.
_Promise = asyncio.Future[Any] | Future[Any]


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[UnitT_co]):
    job: Callable[[UnitT_co], Any]
    promise: _Promise
    loop: asyncio.AbstractEventLoop | None


@final
class GroupWriter(Generic[UnitT]):
    """The one writer of a store.

    Until `start` is called every job runs in the thread that asks for it, as a group of one: that
    is how a simulation and the first set-up use it.
    """

    def __init__(
        self, store: Store[UnitT], *, name: str, waiting_max: int = WAITING_JOBS_MAX
    ) -> None:
        self._store = store
        self._name = name
        self._waiting_max = waiting_max
        self._waiting: deque[_Waiting[UnitT]] = deque()
        self._arrived = threading.Condition()
        self._inside = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> None:
        """Start the writer's own thread."""
        if self._thread is not None or self._stopped:
            raise WriterStoppedError("a writer is started once")
        self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs, finish those that wait, and end the thread."""
        with self._arrived:
            self._stopped = True
            self._arrived.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    async def write(self, job: Callable[[UnitT], ResultT]) -> ResultT:
        """Run a job in the next group and wait until it is durable.

        A caller that is cancelled while it waits does not know whether its job was done.

        Raises:
            WriterBusyError: if too many jobs wait.
            WriterStoppedError: if the writer was stopped.
            GroupLostError: if the group could not be committed.
            GroupUnfinishedError: if it was committed but not followed up.
            Exception: whatever the job itself raised; it was undone.
        """
        if self._thread is None:
            return self.write_now(job)
        loop = asyncio.get_running_loop()
        promise: asyncio.Future[ResultT] = loop.create_future()
        self._enqueue(_Waiting(job, promise, loop))
        return await promise

    def submit(self, job: Callable[[UnitT], ResultT]) -> Future[ResultT]:
        """Hand in a job from any thread; the future holds what `write` would return or raise.

        Raises:
            WriterBusyError: if too many jobs wait.
            WriterStoppedError: if the writer was stopped or never started.
        """
        promise: Future[ResultT] = Future()
        if self._thread is None:
            raise WriterStoppedError("the writer has no thread")
        self._enqueue(_Waiting(job, promise, None))
        return promise

    def write_now(self, job: Callable[[UnitT], ResultT]) -> ResultT:
        """Run a job in this thread, as a group of one; waits for a group that is being written.

        Raises:
            Exception: as `write` does.
        """
        if self._stopped:
            raise WriterStoppedError("the writer was stopped")
        [outcome] = self._perform([job])
        if isinstance(outcome, _Failed):
            raise outcome.error
        return cast("ResultT", outcome.result)

    def exclusively(self, work: Callable[[], ResultT]) -> ResultT:
        """Run something outside any group, in this thread, while no group is being written."""
        with self._inside:
            return work()

    def _enqueue(self, waiting: _Waiting[UnitT]) -> None:
        with self._arrived:
            if self._stopped:
                raise WriterStoppedError("the writer was stopped")
            if len(self._waiting) >= self._waiting_max:
                raise WriterBusyError("too many jobs are waiting to be written")
            self._waiting.append(waiting)
            self._arrived.notify()

    def _serve(self) -> None:
        while group := self._next_group():
            outcomes = self._perform([waiting.job for waiting in group])
            _settle(group, outcomes)

    def _next_group(self) -> list[_Waiting[UnitT]]:
        """Everything that waits, up to a bound; nothing only after the end."""
        with self._arrived:
            while True:
                while not self._waiting and not self._stopped:
                    self._arrived.wait()
                size = min(len(self._waiting), GROUP_JOBS_MAX)
                taken = [self._waiting.popleft() for _ in range(size)]
                group = [waiting for waiting in taken if _is_still_wanted(waiting.promise)]
                if group or (not self._waiting and self._stopped):
                    return group

    def _perform(self, jobs: Sequence[Callable[[UnitT], Any]]) -> list[_Outcome]:
        with self._inside:
            try:
                self._store.begin()
                outcomes = [self._attempt(job) for job in jobs]
                self._store.commit()
            except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it was
                self._store.rollback()
                return [_wrapped(error, GroupLostError) for _ in jobs]
            try:
                self._store.after_commit()
            except BaseException as error:  # noqa: BLE001 - as above
                return [_wrapped(error, GroupUnfinishedError) for _ in jobs]
            return outcomes

    def _attempt(self, job: Callable[[UnitT], Any]) -> _Outcome:
        try:
            return _Done(result=self._store.run(job))
        except GroupLostError:
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to the job's caller, not to the group
            return _Failed(error=error)


def _wrapped(error: BaseException, kind: type[SathiError]) -> _Failed:
    # An exception that is no Exception stands for a crash: nobody on its way may take it for a
    # failure. Each job gets its own object, because an exception grows a traceback in each task
    # that raises it.
    if not isinstance(error, Exception):
        return _Failed(error=error)
    wrapper = kind("a group of writes failed")
    wrapper.__cause__ = error.__cause__ if isinstance(error, GroupLostError) else error
    return _Failed(error=wrapper)


def _is_still_wanted(promise: _Promise) -> bool:
    if isinstance(promise, Future):
        return promise.set_running_or_notify_cancel()
    return not promise.cancelled()


def _settle(group: Sequence[_Waiting[UnitT]], outcomes: Sequence[_Outcome]) -> None:
    """Give each job its outcome; each event loop is woken once for all of its jobs."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Promise, _Outcome]]] = {}
    for waiting, outcome in zip(group, outcomes, strict=True):
        if waiting.loop is None:
            _resolve([(waiting.promise, outcome)])
        else:
            by_loop.setdefault(waiting.loop, []).append((waiting.promise, outcome))
    for loop, resolved in by_loop.items():
        # A closed loop has nobody left who waits; its jobs are done all the same.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, resolved)


def _resolve(resolved: Sequence[tuple[_Promise, _Outcome]]) -> None:
    for promise, outcome in resolved:
        if promise.done():
            continue
        if isinstance(outcome, _Failed):
            promise.set_exception(outcome.error)
        else:
            promise.set_result(outcome.result)
