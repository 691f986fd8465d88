"""Who is at the desk: sessions in memory, when the vault has been alone long enough, and guessing.

Nothing here waits or reads a clock; times are monotonic seconds that the caller gives.
"""

import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final, final

from node.vault.records import User
from protocol.limits import HOUR
from protocol.local.transport import TOKEN_BYTES
from protocol.values import Entropy, Hash, Pseudonym, sha256
from protocol.vocabulary.codes import Role

SESSIONS_MAX: Final = 64
IDLE_SECONDS: Final = 12 * HOUR
# A desk asks for changes anew at once, so a longer silence means that its window is gone.
UNWATCHED_SECONDS: Final = 120

# Five mistakes cost nothing; from then on 1, 2, 4 ... seconds, and never over a minute.
FREE_ATTEMPTS: Final = 5
DELAY_SECONDS_MAX: Final = 60
NAMES_MAX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open session: whose it is, and what this person may do."""

    user_id: Pseudonym
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A session with its times; `watched` is None where nobody waits for changes, as on the command line."""

    session: Session
    used: float
    watched: float | None = None

    def is_over(self, *, now: float) -> bool:
        is_gone = self.watched is not None and now - self.watched >= UNWATCHED_SECONDS
        return is_gone or now - self.used >= IDLE_SECONDS


@final
class Sessions:
    """The open sessions of a node; the tokens themselves are not kept, only their hashes."""

    def __init__(self, *, entropy: Entropy) -> None:
        self._entropy = entropy
        # By the last use, the longest unused first.
        self._open: OrderedDict[Hash, _Kept] = OrderedDict()
        self._alone_since: float | None = None

    def __len__(self) -> int:
        return len(self._open)

    def open(self, user: User, *, now: float) -> bytes:
        """Begin a session; where there are too many, the one longest unused ends.

        Returns:
            The token, which nobody else will ever be told.
        """
        self._alone_since = None
        token = self._entropy(TOKEN_BYTES)
        session = Session(user_id=user.user_id, role=user.role)
        self._open[sha256(token)] = _Kept(session=session, used=now)
        while len(self._open) > SESSIONS_MAX:
            self._open.popitem(last=False)
        return token

    def find(self, token: bytes, *, now: float, is_use: bool = True) -> Session | None:
        """Whose session this is; using it keeps it alive, waiting in it shows its window is there."""
        name = sha256(token)
        known = self._open.get(name)
        if known is None:
            return None
        if known.is_over(now=now):
            del self._open[name]
            return None
        if is_use:
            self._open[name] = replace(known, used=now)
            self._open.move_to_end(name)
        else:
            self._open[name] = replace(known, watched=now)
        return known.session

    def close(self, token: bytes) -> None:
        """End a session."""
        self._open.pop(sha256(token), None)

    def close_of(self, user_id: Pseudonym) -> None:
        """End every session of one person."""
        of_theirs = [name for name, kept in self._open.items() if kept.session.user_id == user_id]
        for name in of_theirs:
            del self._open[name]

    def close_all(self) -> None:
        """End all sessions."""
        self._open.clear()

    def seconds_alone(self, *, now: float) -> float:
        """How long nobody has had a session, as far as this was asked; ends those that are over."""
        for name in [name for name, kept in self._open.items() if kept.is_over(now=now)]:
            del self._open[name]
        if self._open:
            self._alone_since = None
            return 0.0
        if self._alone_since is None:
            self._alone_since = now
        return now - self._alone_since


@final
class Guesses:
    """How long somebody who mistypes a passphrase has to wait, by the name that is typed.

    Whether there is such a person makes no difference, and nobody waits for another name.
    """

    def __init__(self) -> None:
        self._failed: OrderedDict[Hash, tuple[int, float]] = OrderedDict()

    def begin(self, name: str, *, now: float) -> float:
        """Ask to try; the attempt counts as failed until `succeeded` says otherwise.

        Returns:
            0 if it may be tried now, or else how many seconds it may not.
        """
        key = _key(name)
        count, free_at = self._failed.get(key, (0, now))
        if now < free_at:
            return free_at - now
        self._failed[key] = (count + 1, now + _delay(count + 1))
        self._failed.move_to_end(key)
        while len(self._failed) > NAMES_MAX:
            self._failed.popitem(last=False)
        return 0.0

    def succeeded(self, name: str) -> None:
        """The passphrase was right: what was mistyped before is forgotten."""
        self._failed.pop(_key(name), None)


def _key(name: str) -> Hash:
    # As the keyring reads a name, and of one size whatever was typed.
    spelled = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return sha256(spelled.encode("utf-8", errors="surrogatepass"))


def _delay(failures: int) -> int:
    if failures < FREE_ATTEMPTS:
        return 0
    return min(1 << min(failures - FREE_ATTEMPTS, 16), DELAY_SECONDS_MAX)
