"""What one job of the vault may touch, inside its own transaction."""

import contextlib
from collections.abc import Callable, Iterator
from typing import final

from node.vault.driver import Connection, is_of_the_disk
from protocol.errors import SathiError


class NotWrittenError(SathiError):
    """The disk did not take what a job wrote. Nothing of it was done; it may be tried again."""


def is_of_a_full_disk(error: BaseException | None) -> bool:
    """Did this come of a disk that took no more? Then it may be tried again once there is room."""
    while error is not None:
        if is_of_the_disk(error):
            return True
        error = error.__cause__
    return False


@final
class Unit:
    """What one job may touch, inside its own transaction; not to be kept after the job.

    Attributes:
        vault: the connection to `vault.db`.
    """

    __slots__ = ("_has_keys", "_keys", "_mark_destroyed", "_unseen_rows", "vault")

    def __init__(
        self,
        vault: Connection,
        keys: Callable[[], Connection],
        mark_destroyed: Callable[[], None],
        has_keys: Callable[[], bool],
    ) -> None:
        self.vault = vault
        self._keys = keys
        self._has_keys = has_keys
        self._unseen_rows = 0
        self._mark_destroyed = mark_destroyed

    @property
    def keys(self) -> Connection:
        """The connection to `keys.db`, whose transaction begins when it is first asked for."""
        return self._keys()

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo exactly what was done inside, in both files, if it raises; the job goes on.

        Raises:
            NotWrittenError: if it was the disk: then the job does not go on. SQLite may have taken back the
                whole transaction by itself, and what is written after that would stand alone.
        """
        had_keys = self._has_keys()
        self.vault.execute("SAVEPOINT step")
        if had_keys:
            self.keys.execute("SAVEPOINT step")
        try:
            yield
        except BaseException as error:
            if is_of_the_disk(error) or not self.vault.in_transaction:
                raise NotWrittenError("the disk did not take a step of a job") from error
            self.vault.execute("ROLLBACK TO step")
            self.vault.execute("RELEASE step")
            if self._has_keys():
                # Keys first touched inside: everything this job did to them was done inside.
                self.keys.execute(f"ROLLBACK TO {'step' if had_keys else 'job'}")
            if had_keys:
                self.keys.execute("RELEASE step")
            raise
        self.vault.execute("RELEASE step")
        if had_keys:
            self.keys.execute("RELEASE step")

    def destroyed(self) -> None:
        """Say that this job destroyed a key or a payload.

        After the commit, and before the job's caller hears of it, both log files are emptied into
        their databases, so that no old page is left in them.
        """
        self._mark_destroyed()

    @contextlib.contextmanager
    def unseen(self) -> Iterator[None]:
        """What is written inside shows on no screen: that somebody looked, or that time went on.

        Without it a screen that reads a case would hear of its own reading, and read again for ever.
        """
        before = self.vault.total_changes
        yield
        self._unseen_rows += self.vault.total_changes - before

    def changed_since(self, before: int) -> bool:
        """Was anything written that a screen may show, since the connection's count was this?"""
        return self.vault.total_changes - before > self._unseen_rows
