"""The desk: locked or unlocked, the screens above each other, and what every screen can do.

Locking the screen wipes it: every screen with data is taken away, the session is closed, every cache that may
hold a rendered line is emptied. The node goes on working.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final, final

from textual import events
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.timer import Timer

from tui import theme, wiping
from tui.client import Client, ClientError, LockedError, NoSessionError
from tui.desk import Desk, Surroundings
from tui.everywhere import EVERYWHERE, STOP
from tui.guarded import GuardedApp
from tui.leaving import Leaving
from tui.messages import Failed, Sending, Stopped
from tui.palette import ActsProvider
from tui.places import (
    Back,
    Destination,
    Go,
    Place,
    ToOutbox,
    ToPlace,
    ToPlainWords,
    ToPractice,
    ToSettings,
)
from tui.presence import Presence
from tui.rights import first_place, needs_of
from tui.routes import screen_for
from tui.screens.cover import Cover
from tui.screens.desk_screen import ROOT_DEPTH, DeskScreen
from tui.screens.help import HelpScreen
from tui.screens.problems import sentence
from tui.screens.read_back import ReadBackScreen
from tui.screens.settings import Speak
from tui.screens.unlock import Unlocked, UnlockScreen
from tui.undoing import Undoing
from tui.watching import (
    NEVER,
    PAUSE_SECONDS,
    Changed,
    SessionOver,
    Unreachable,
    next_change,
)
from tui.wording import LANGUAGES, N_, Digits
from tui.working import in_background

NAMES_SECONDS: Final = 60.0


@final
class LockNow(Message):
    """Lock the screen, in the application's own turn: a screen cannot take itself away."""


@final
class LeaveNow(Message):
    """The terminal is gone, or is about to be: nobody can be asked anything."""


@final
class SathiApp(GuardedApp):
    """One terminal, one person at a time."""

    TITLE = "Notes"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {ActsProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", show=False),
        Binding(STOP.key, STOP.name.removeprefix("app."), show=False),
        *(
            Binding(act.key, act.name.removeprefix("app."), show=False, priority=len(act.key) > 1)
            for act in EVERYWHERE
        ),
    ]

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(Desk(surroundings, Client(surroundings.socket)))
        self.animation_level = "none"
        self.register_theme(theme.SATHI)
        self.theme = theme.NAME
        self._held_open = contextlib.AsyncExitStack()
        self._presence = Presence(self, leave=self.action_lock, hide=self._hide)
        self._names: Timer | None = None
        self._undoing = Undoing(self, self.desk, tell=self._tell_of_sending)
        self._leaving = Leaving(self, self.desk)

    # Beginning and end.

    async def on_mount(self) -> None:
        """Nobody sits here yet."""
        await self._held_open.enter_async_context(self.desk.client)
        await self.push_screen(UnlockScreen(self.desk))

    async def on_unmount(self) -> None:
        """The session ends with the program."""
        await self._leaving.close_session()
        await self._held_open.aclose()

    async def on_unlocked(self, event: Unlocked) -> None:
        """Somebody opened the desk."""
        session = event.session
        self.desk.sit_down(session)
        self._presence.begin(
            lock_seconds=session.desk.lock_seconds,
            unfocused_seconds=session.desk.unfocused_seconds,
        )
        await self._root(first_place(session.role))
        if not session.settings.has_practised:
            await self.push_screen(screen_for(ToPractice(), self.desk))
        in_background(self, self._watch, group="watch")

    async def _watch(self) -> None:
        """Wait for changes as long as somebody sits here."""
        since = NEVER
        while self.desk.person is not None:
            since, found = await next_change(self.desk.client, since, pause=self.desk.pause)
            if found is not None:
                self.post_message(found)
            if isinstance(found, SessionOver):
                return
            if isinstance(found, Unreachable):
                await self.desk.pause(PAUSE_SECONDS)

    def on_changed(self, event: Changed) -> None:
        """The screen in front may show something old."""
        event.stop()
        self._undoing.look()
        front = self._front
        if front is not None and front.RELOADS:
            front.reload()

    def on_session_over(self, event: SessionOver) -> None:
        """The node ended it: nothing may stay on the screen."""
        event.stop()
        self.action_lock()

    def on_unreachable(self, event: Unreachable) -> None:
        """Say so; what is on the screen may be old."""
        event.stop()
        self.tell(
            self.desk.words.say(N_("The program behind this screen does not answer.")),
            tone="warn",
        )

    # Locking.

    def action_lock(self) -> None:
        """Wipe the screen and end the session; the node goes on."""
        if self.desk.person is not None:
            self.post_message(LockNow())

    def _hide(self) -> None:
        self.desk.has_tried_hiding = True
        self.action_lock()

    async def on_lock_now(self, event: LockNow) -> None:
        """Out of sight at once; then drafts are kept, and everything goes."""
        event.stop()
        if self.desk.person is None:
            return
        self._presence.end()
        self._stop_timers()
        self.workers.cancel_group(self, "watch")
        self.desk.get_up()
        self.copy_to_clipboard("")
        # Nothing that waits for the node comes before this: it may hang.
        await self.push_screen(Cover())
        await self._leaving.keep_all()
        self._undoing.forget()
        await self._leaving.close_session()
        with self.batch_update():
            while len(self.screen_stack) > ROOT_DEPTH:
                await self.pop_screen()
            await self.switch_screen(UnlockScreen(self.desk))
        # Until its last moment a screen may have put something there.
        self.desk.get_up()
        wiping.wipe()

    def _stop_timers(self) -> None:
        if self._names is not None:
            self._names.stop()
            self._names = None

    async def on_event(self, event: events.Event) -> None:
        """Every key and click shows that somebody is here; three times Esc hides at once."""
        # What was handed to a widget comes by once more on its way up: it is the same press.
        if not getattr(event, "is_forwarded", False):
            self._presence.note(event)
        await super().on_event(event)

    def on_app_blur(self) -> None:
        """Another window is in front: perhaps she went away."""
        self._presence.look_away()

    def on_app_focus(self) -> None:
        """She is back."""
        self._presence.look_back()

    # Going from screen to screen.

    async def on_go(self, event: Go) -> None:
        """Open a screen that another one asked for."""
        event.stop()
        if self.desk.person is None or not self.desk.may(needs_of(event.to)):
            return
        if isinstance(event.to, ToPlace):
            await self._root(event.to.place)
        elif event.instead and len(self.screen_stack) > ROOT_DEPTH:
            await self.switch_screen(screen_for(event.to, self.desk))
        else:
            await self.push_screen(screen_for(event.to, self.desk))

    async def on_back(self, event: Back) -> None:
        """One screen less."""
        event.stop()
        if len(self.screen_stack) > ROOT_DEPTH:
            await self._close_front(partial(self.post_message, Back()))

    async def _root(self, place: Place) -> None:
        to = ToPlace(place=place)
        go_on = partial(self.post_message, Go(to))
        with self.batch_update():
            while len(self.screen_stack) > ROOT_DEPTH:
                if not await self._close_front(go_on):
                    return
            if await self._leaving.keep_front(go_on):
                await self.switch_screen(screen_for(to, self.desk))

    async def _close_front(self, go_on: Callable[[], object]) -> bool:
        if not await self._leaving.keep_front(go_on):
            return False
        if len(self.screen_stack) > ROOT_DEPTH:  # the window may have been closed meanwhile
            await self.pop_screen()
        return True

    def action_place(self, place: str) -> None:
        """One of the digits."""
        self._open(ToPlace(place=Place(place)))

    def action_outbox(self) -> None:
        """What has not left yet."""
        self._open(ToOutbox())

    def action_settings(self) -> None:
        """Language, digits, practice."""
        self._open(ToSettings())

    def action_plain_words(self) -> None:
        """The glossary."""
        self._open(ToPlainWords())

    def _open(self, to: Destination) -> None:
        if self.desk.person is not None and isinstance(self.screen, DeskScreen):
            self.post_message(Go(to))

    async def action_help(self) -> None:
        """What this screen is for, and its keys."""
        screen = self.screen
        if isinstance(screen, DeskScreen) and not isinstance(screen, HelpScreen | UnlockScreen):
            acts = screen.acts_here()
            await self.push_screen(HelpScreen(self.desk, about=screen.ABOUT, acts=acts))

    def action_command_palette(self) -> None:
        """Only over a screen that has something in it."""
        if self.desk.person is not None and not isinstance(self.screen, CommandPalette):
            placeholder = self.desk.words.say(N_("Type what you want to do"))
            self.call_later(self.push_screen, CommandPalette(placeholder=placeholder))

    def action_leave(self) -> None:
        """Close the window; what is half-written is kept, what waits to leave the node sends."""
        in_background(self, self._leave, group="leave")

    async def action_quit(self) -> None:
        """As any other way out."""
        self.action_leave()

    async def _leave(self) -> None:
        unkept = await self._leaving.keep_all()
        if unkept and self.desk.person is not None:
            self._leaving.ask(unkept, self.action_leave)
            return
        self._undoing.forget()
        self.exit()

    async def on_leave_now(self, event: LeaveNow) -> None:
        """Keep what can be kept, and end the session before anything is drawn again."""
        event.stop()
        await self._leaving.keep_all()
        self._undoing.forget()
        await self._leaving.close_session()
        self.exit()

    # What every screen can be asked for.

    def action_names(self) -> None:
        """Show the short names for a minute, or hide them."""
        if self.desk.person is not None:
            self._show_names(not self.desk.names_are_shown)

    def _show_names(self, shown: bool) -> None:  # noqa: FBT001
        if self._names is not None:
            self._names.stop()
        self.desk.names_are_shown = shown
        self._names = self.set_timer(NAMES_SECONDS, self._hide_names) if shown else None
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen | ReadBackScreen):
                screen.names_turned()

    def _hide_names(self) -> None:
        self._show_names(False)

    def action_language(self) -> None:
        """The next language, everywhere at once; while she is asked, that of what is read to her alone."""
        if not isinstance(self.screen, DeskScreen) or self.screen.turn_language():
            return
        codes = list(LANGUAGES)
        here = codes.index(self.desk.words.language)
        self.speak(codes[(here + 1) % len(codes)], digits=self.desk.words.digits)

    def speak(self, language: str, *, digits: Digits) -> None:
        """Show everything in this language, and remember it for this person."""
        self.desk.use(language=language, digits=digits)
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.retell()
        if self.desk.person is not None:
            in_background(self, self._remember, group="settings")

    def on_speak(self, event: Speak) -> None:
        """She chose."""
        event.stop()
        self.speak(event.language, digits=event.digits)

    async def _remember(self) -> None:
        try:
            await self.desk.save_settings()
        except ClientError as error:
            self.post_message(Failed(error))

    # Ten seconds to stop a sending.

    def on_sending(self, event: Sending) -> None:
        """It leaves soon, and says so until it has."""
        event.stop()
        if self.desk.person is not None:
            self._undoing.begin(event.held)

    def action_stop_sending(self) -> None:
        """Stop what was just sent, while it can be; a second press must not break off the first."""
        in_background(self, self._undoing.stop, group="stop", is_exclusive=False)

    def _tell_of_sending(self, text: str, tone: str) -> None:
        self.tell(text, tone=tone)
        front = self._front
        if front is not None:
            front.refresh_keys()

    def on_stopped(self, event: Stopped) -> None:
        """Nothing has happened."""
        event.stop()
        self.tell(self.desk.words.say(N_("Stopped. Nothing was sent.")), tone="done")
        front = self._front
        if front is not None:
            front.refresh_keys()
            front.reload()

    # Saying what happened.

    def tell(self, text: str, *, tone: str) -> None:
        """Say something on the screen in front."""
        front = self._front
        if front is not None:
            front.say(text, tone=tone)

    @property
    def _front(self) -> DeskScreen[Any] | None:
        # While the application closes there is no screen any more, and `screen` would raise.
        front = self.screen_stack[-1] if self.screen_stack else None
        return front if isinstance(front, DeskScreen) else None

    def on_failed(self, event: Failed) -> None:
        """What went wrong, as a sentence; a session that is over locks the screen."""
        event.stop()
        if isinstance(event.error, LockedError | NoSessionError):
            self.action_lock()
        else:
            self.tell(sentence(event.error, self.desk.words), tone="wrong")
