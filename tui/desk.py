"""What all screens share while one person sits here; wiped whole when the screen is locked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import final

from textual.content import Content

from protocol.cadence import WHEN_DUE, Cadence
from protocol.local import commands, views
from protocol.local.commands import Command
from tui.client import Client
from tui.rights import may
from tui.wording import LANGUAGES, Digits, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the command gives the desk: nothing here reads a clock or the environment.

    Attributes:
        socket: where the node listens.
        language: before anybody has chosen one.
        now: the wall clock, in UTC seconds; for showing only.
        zone: in which times are shown.
        pause: waits so many seconds.
        demonstration: name and passphrase of somebody who does not exist, shown where they are asked for.
    """

    socket: Path
    language: str
    now: Callable[[], int]
    zone: tzinfo
    pause: Callable[[float], Awaitable[None]]
    demonstration: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who unlocked the desk."""

    user_id: bytes
    name: str
    role: str


@final
class Desk:
    """The client, the words, the person, and whether names may be seen.

    Attributes:
        client: the only door to the node.
        words: every sentence in the reader's language.
        person: who sits here; None while the screen is locked.
        names_are_shown: F9 was pressed less than a minute ago.
        has_tried_hiding: this person pressed Esc three times at least once in this window.
        has_practised: this person has been through the practice case.
        cadence: in which batches things leave.
        may_ferry: may a stick's envelopes for partners be carried along?
        held: what leaves in some seconds and may still be stopped.
        standing: how the partners stand, for the row above the keys while nothing new happened.
        notices: what this person is told once; empty as soon as she has read it.
    """

    def __init__(self, surroundings: Surroundings, client: Client) -> None:
        self._surroundings = surroundings
        self.client = client
        self.words = Words(language=surroundings.language, digits="native")
        self.person: Person | None = None
        self.names_are_shown = False
        self.has_tried_hiding = False
        self._sat_here_last = b""
        self.has_practised = False
        self.cadence = WHEN_DUE
        self.may_ferry = False
        self.held: views.Held | None = None
        self.standing = Content("")
        self.notices: tuple[views.NoticeView, ...] = ()

    def may(self, command: type[Command] | None) -> bool:
        """May who sits here give this command? What needs none everybody may."""
        return may(None if self.person is None else self.person.role, command)

    @property
    def now(self) -> int:
        """The wall clock, in UTC seconds."""
        return self._surroundings.now()

    @property
    def zone(self) -> tzinfo:
        """In which times are shown."""
        return self._surroundings.zone

    @property
    def demonstration(self) -> tuple[str, str] | None:
        """Who may be typed on the lock screen of a demonstration, and with which passphrase."""
        return self._surroundings.demonstration

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await self._surroundings.pause(seconds)

    async def save_settings(self) -> None:
        """Remember the language and the digits of the person who sits here. Raises: ClientError."""
        await self.client.save_settings(
            commands.SaveSettings(
                language=self.words.language,
                digits=commands.Digits(self.words.digits),
                has_practised=self.has_practised,
            )
        )

    def sit_down(self, session: views.Session) -> None:
        """Somebody unlocked."""
        # Whether Esc hides was tried out by one person, who comes back; another has to see it, too.
        self.has_tried_hiding &= session.user_id == self._sat_here_last
        self._sat_here_last = session.user_id
        self.person = Person(user_id=session.user_id, name=session.name, role=session.role)
        self.has_practised = session.settings.has_practised
        self.cadence = Cadence(batch_seconds=session.desk.batch_seconds, has_cover=False)
        self.may_ferry = session.desk.may_ferry
        self.notices = tuple(session.notices)
        chosen = session.settings.language
        digits: Digits = "latin" if session.settings.digits == "latin" else "native"
        self.use(language=chosen if chosen in LANGUAGES else self.words.language, digits=digits)

    def get_up(self) -> None:
        """Nothing of the person or of a case is left here; the language stays."""
        self.person = None
        self.names_are_shown = False
        self.held = None
        self.standing = Content("")
        self.notices = ()

    def use(self, *, language: str, digits: Digits) -> None:
        """Speak another language, or write other digits."""
        self.words = Words(language=language, digits=digits)

    @property
    def today(self) -> int:
        """Today as a number: days of the calendar where the desk stands."""
        return datetime.fromtimestamp(self.now, self.zone).toordinal()

    def day(self, instant: int) -> str:
        """A day as people write it in a list."""
        return self.words.day(instant, self.zone)

    def date(self, instant: int) -> str:
        """A day with its year."""
        return self.words.date(instant, self.zone)

    def clock(self, instant: int) -> str:
        """A time of day."""
        return self.words.clock(instant, self.zone)

    def since(self, instant: int) -> str:
        """How long ago, in words."""
        return self.words.since(max(0, self.now - instant))
