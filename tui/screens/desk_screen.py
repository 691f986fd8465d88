"""What every screen has: a heading, keys that are shown while they work, one way to load and one to act."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final, Generic, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from protocol.local.commands import Command
from protocol.local.views import Held
from tui.acts import Act, bindings
from tui.client import Client, ClientError, ConnectionLostError
from tui.desk import Desk
from tui.everywhere import ALWAYS_SHOWN, EVERYWHERE, STOP
from tui.messages import Failed, Loaded, Moved, Sending
from tui.places import Back, Destination, Go
from tui.widgets.key_line import KeyLine
from tui.widgets.moving import NEXT
from tui.widgets.said import Said
from tui.widgets.top_line import TopLine
from tui.wording import N_, Words
from tui.working import in_background

LoadedT = TypeVar("LoadedT")
AnswerT = TypeVar("AnswerT")

# Under a root lies only the application's own empty screen.
ROOT_DEPTH: Final = 2
KEEPING_SECONDS: Final = 3.0
"""Longer than any draft takes; locking and going on wait no longer for a node that hangs."""
OTHER_LETTERS: Final = N_("Keys are small English letters and digits: turn your keyboard to them.")
"""A keyboard on which she wrote Bengali a moment ago writes it still."""
BACK: Final = Act(
    name="back", key="escape", label=N_("back"), help=N_("Go back; what is half-written stays.")
)
HELP: Final = Act(
    name="app.help", key="question_mark,f1", label=N_("help"), help=N_("What can be done here.")
)
# In a field a question mark is typed.
HELP_WHILE_TYPING: Final = replace(HELP, key="f1")


class DeskScreen(Screen[None], Generic[LoadedT]):
    """The form of every screen that shows what the node holds.

    A screen sets HEADING and ABOUT and its ACTS (with BINDINGS made of them), lays out `body`, asks the node
    in `load`, and puts the answer on its widgets in `show`.
    """

    HEADING: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    ACTS: ClassVar[tuple[Act, ...]] = (BACK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings((BACK,))
    # A change at the node reloads a list, and never takes a form from under her hands.
    RELOADS: ClassVar[bool] = True
    # On the screen of help itself there is no more of it.
    HAS_HELP: ClassVar[bool] = True
    # Acts for which the footer has no room: they stand in help and in the palette.
    MORE_ACTS: ClassVar[tuple[Act, ...]] = ()
    # Only the lock screen has something to show while nobody sits here.
    IS_FOR_NOBODY: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._loaded: LoadedT | None = None
        self._was_asked = False
        self._has_loaded = False
        self.is_given_up = False
        """She said that what stands here may be lost."""

    @property
    def words(self) -> Words:
        """Every sentence in the reader's language."""
        return self.desk.words

    # What a screen fills in.

    def body(self) -> ComposeResult:
        """The widgets between the heading and the keys."""
        yield from ()

    async def load(self, client: Client) -> LoadedT:
        """Ask the node; no widget may be touched here."""
        raise NotImplementedError

    def show(self, loaded: LoadedT) -> None:
        """Put the answer on the widgets."""

    def heading(self) -> str:
        """What the first row says."""
        return self.words.say(self.HEADING)

    def can(self, name: str) -> bool:
        """Does this act work now? What does not is not in the footer."""
        return bool(name)

    # What a screen uses.

    def go(self, to: Destination, *, instead: bool = False) -> None:
        """Open another screen."""
        self.post_message(Go(to, instead=instead))

    def say(self, sentence: str, *, tone: str = "done") -> None:
        """Tell what happened; `tone` is `done`, `note`, `warn` or `wrong`."""
        self.query_one(Said).say(sentence, tone=tone)

    def reload(self) -> None:
        """Ask the node anew."""
        in_background(self, self._load, group="load")

    def attempt(
        self,
        doing: Callable[[Client], Awaitable[AnswerT]],
        then: Callable[[AnswerT], None],
    ) -> None:
        """Do something at the node and go on with its answer; what goes wrong is said in the last row."""
        in_background(self, partial(self._attempt, doing, then), group="act", is_exclusive=False)

    def send(self, command: Command, then: Callable[[], None]) -> None:
        """Send something that may be stopped for ten seconds; a refusal comes at once.

        The node keeps its draft until it has left, and lets it go then.
        """

        def held(answer: Held) -> None:
            self.post_message(Sending(answer))
            then()

        self.attempt(lambda client: client.hold(command), held)

    # The frame.

    def compose(self) -> ComposeResult:
        """The heading, the body, and the rows below."""
        yield TopLine()
        with VerticalScroll(id="body", can_focus=False):
            yield from self.body()
        with Vertical(id="bottom"):
            yield Said()
            yield KeyLine()

    def on_mount(self) -> None:
        """The heading and the keys are there before the answer."""
        self.refresh_frame()

    def on_screen_resume(self) -> None:
        """Load when it comes to the front: what lay under another screen may be old."""
        self.refresh_frame()
        if self.RELOADS or not self._was_asked:
            self._was_asked = True
            self.reload()

    def refresh_frame(self) -> None:
        """The heading and the keys."""
        if not self.is_mounted:
            return
        names = N_("names shown (F9)") if self.desk.names_are_shown else N_("names hidden (F9)")
        right = self.mark() or self.words.say(names)
        self.query_one(TopLine).put(left=self.heading(), right=right)
        self.query_one(Said).stand(self.desk.standing)
        self.refresh_keys()

    def mark(self) -> str:
        """What stands at the right of the heading instead of the note about names."""
        return ""

    def refresh_keys(self) -> None:
        """The keys that work now."""
        if self.is_mounted:
            acts = (*self.acts_now(), *self.acts_everywhere())
            self.query_one(KeyLine).put([(act, self.words.say(act.label)) for act in acts])

    @property
    def is_typing(self) -> bool:
        """Do letters go into a text now?"""
        return isinstance(self.focused, Input | TextArea)

    def acts_everywhere(self) -> Sequence[Act]:
        """What works on every screen and does not stand in the footer's first place."""
        return [act for act in EVERYWHERE if act not in ALWAYS_SHOWN and self._is_for_now(act)]

    def acts_now(self) -> Sequence[Act]:
        """What always stands in the footer, then what this screen can do now."""
        help_ = (HELP_WHILE_TYPING if self.is_typing else HELP,) if self.HAS_HELP else ()
        first = (*help_, *ALWAYS_SHOWN)
        return [
            act
            for act in (*first, *self._stopping(), *self.ACTS, *self.further_acts())
            if self._is_for_now(act) and self._works(act)
        ]

    def acts_here(self) -> Sequence[Act]:
        """What help and the palette tell of: also what does not work while a text is typed."""
        acts = (*self._stopping(), *self.ACTS, *self.MORE_ACTS, *self.widget_acts())
        return [act for act in acts if self._works(act)]

    def widget_acts(self) -> Sequence[Act]:
        """Every act of the widget that has the focus; it answers to their keys alone."""
        return (*self.further_acts(), *_acts_of(self.focused, "MORE_ACTS"))

    def further_acts(self) -> Sequence[Act]:
        """Acts of the widget that has the focus."""
        return _acts_of(self.focused, "ACTS")

    def _stopping(self) -> Sequence[Act]:
        return () if self.desk.held is None else (STOP,)

    def _is_for_now(self, act: Act) -> bool:
        is_for_role = self.desk.may(act.needs)
        return is_for_role and (act.works_while_typing or not self.is_typing)

    def _works(self, act: Act) -> bool:
        if not self.desk.may(act.needs):
            return False
        if act == NEXT:
            # Not by the focus chain: it does not know widgets that were mounted a moment ago.
            return any(one.focusable for one in self.query("*") if one is not self.focused)
        if act == BACK:
            return self._is_above_root
        is_mine = act in self.ACTS and not act.name.startswith("app.")
        return not is_mine or self.can(act.name)

    @property
    def _is_above_root(self) -> bool:
        """Is there a screen to go back to? The palette may lie over this one, and counts for nothing."""
        under = self.app.screen_stack
        return self in under and under.index(self) >= ROOT_DEPTH

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is not in the footer does nothing when its key is pressed."""
        del parameters
        mine = [act for act in self.ACTS if act.name == action]
        if not mine or action == BACK.name:
            return True
        return self.can(action) and all(self.desk.may(act.needs) for act in mine)

    def action_back(self) -> None:
        """Close this screen; a root stays."""
        if len(self.app.screen_stack) > ROOT_DEPTH:
            self.post_message(Back())

    async def keep_draft(self) -> None:
        """Called before the screen closes or is locked: what is half-written is saved here."""

    async def put_away(self) -> None:
        """Keep what is half-written, or give up soon. Raises: ClientError."""
        if self.is_given_up:
            return
        try:
            async with asyncio.timeout(KEEPING_SECONDS):
                await self.keep_draft()
        except TimeoutError:
            raise ConnectionLostError("the draft was not kept in time") from None

    def names_turned(self) -> None:
        """F9: names may be seen, or no longer."""
        self.refresh_frame()
        self.reload()

    def turn_language(self) -> bool:
        """F4: did this screen turn a language of its own? Otherwise the whole desk speaks the next one."""
        return False

    def retell(self) -> None:
        """Say everything in another language; what was typed is in the screen, not only in its widgets."""
        self.call_later(self._retell)

    async def _retell(self) -> None:
        place = self.focus_chain.index(self.focused) if self.focused in self.focus_chain else None
        await self.recompose()
        self.refresh_frame()
        if self._has_loaded:
            self.show(cast("LoadedT", self._loaded))  # what `load` gave, which may be None itself
        if place is not None and place < len(self.focus_chain):
            self.set_focus(self.focus_chain[place])

    # Work in the background; only handlers touch widgets.

    async def _load(self) -> None:
        try:
            loaded = await self.load(self.desk.client)
        except ClientError as error:
            self.post_message(Failed(error))
            return
        self.post_message(Loaded(self._take, loaded))

    def _take(self, loaded: LoadedT) -> None:
        self._loaded, self._has_loaded = loaded, True
        self.show(loaded)

    async def _attempt(
        self,
        doing: Callable[[Client], Awaitable[AnswerT]],
        then: Callable[[AnswerT], None],
    ) -> None:
        try:
            answer = await doing(self.desk.client)
        except ClientError as error:
            self.post_message(Failed(error))
            return
        self.post_message(Loaded(then, answer))

    def on_key(self, event: events.Key) -> None:
        """What nothing answered to: a keyboard that writes Bengali, or capitals, presses no key."""
        typed = event.character or ""
        is_other = typed.isprintable() and (not typed.isascii() or typed.isupper())
        if is_other and not self.is_typing:
            self.say(self.words.say(OTHER_LETTERS), tone="note")

    def on_loaded(self, event: Loaded[object]) -> None:
        """In the screen's own turn."""
        event.stop()
        if self.desk.person is None and not self.IS_FOR_NOBODY:
            return
        event.carry_out()
        self.refresh_frame()

    def on_moved(self, event: Moved) -> None:
        """Another row, perhaps other keys."""
        event.stop()
        self.refresh_keys()

    def on_descendant_focus(self) -> None:
        """Another widget, perhaps other keys."""
        self.refresh_keys()


def _acts_of(widget: Widget | None, name: str) -> Sequence[Act]:
    is_there = widget is not None and widget.display
    found = getattr(widget, name, ()) if is_there else ()
    return tuple(act for act in found if isinstance(act, Act))
