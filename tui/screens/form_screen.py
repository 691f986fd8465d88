"""A form: laid out once its draft and what it needs have come, and kept as a draft until it was sent."""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

import msgspec
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from protocol.local.commands import Command
from tui.client import Client
from tui.desk import Desk
from tui.messages import Edited
from tui.places import Back
from tui.screens.desk_screen import DeskScreen
from tui.screens.drafts import DraftKeeper, decode
from tui.wording import N_

GroundT = TypeVar("GroundT")
FilledT = TypeVar("FilledT", bound=msgspec.Struct)


class FormScreen(DeskScreen[tuple[GroundT, str]], Generic[GroundT, FilledT]):
    """The form of every screen that is filled in about a referral.

    The form is a value; the widgets are made of it and read back into it. `ground` is what the node says
    before anything can be filled in. `place` says where its draft is, where it is not the PLACE of every form
    of the screen; a form without a place keeps no draft.
    """

    RELOADS = False
    PLACE: ClassVar[str] = ""

    def __init__(self, desk: Desk, *, about: bytes, place: str = "") -> None:
        super().__init__(desk)
        at = place or self.PLACE
        self.draft = DraftKeeper(desk, place=at, about=about) if at else None
        self.form: FilledT | None = None
        self._untouched: FilledT | None = None
        self._is_sent = False

    # What a form fills in.

    async def load_ground(self, client: Client) -> GroundT:
        """Ask the node; no widget may be touched here."""
        raise NotImplementedError

    def form_type(self) -> type[FilledT]:
        """What a draft is read as."""
        raise NotImplementedError

    def begin(self, ground: GroundT) -> FilledT:
        """The form before anybody filled it in."""
        raise NotImplementedError

    def accepts(self, form: FilledT) -> bool:
        """Does what was half-written belong to this form?"""
        return form is not None

    def parts(self, ground: GroundT, form: FilledT) -> Iterable[Widget]:
        """The widgets."""
        raise NotImplementedError

    def read(self, form: FilledT) -> FilledT:
        """The form as the widgets stand."""
        raise NotImplementedError

    def changed(self, before: FilledT, form: FilledT) -> None:
        """Something was filled in."""

    def laid_out(self) -> None:
        """The widgets are there."""

    # The frame.

    def body(self) -> ComposeResult:
        """Nothing until the ground is known."""
        with Vertical(id="parts"):
            if self.form is not None and self._loaded is not None:
                yield from self.parts(self._loaded[0], self.form)

    async def load(self, client: Client) -> tuple[GroundT, str]:
        """The ground, and what was half-written."""
        draft = None if self.form is not None else self.draft
        text = "" if draft is None else await draft.load(client)
        return await self.load_ground(client), text

    def show(self, loaded: tuple[GroundT, str]) -> None:
        """Begin the form, or go on with it."""
        ground, text = loaded
        if self.form is None:
            self._untouched = self.begin(ground)
            kept = decode(text, self.form_type())
            self.form = self._untouched if kept is None or not self.accepts(kept) else kept
        self.call_later(self.lay_out)

    async def lay_out(self) -> None:
        """Make the widgets of the form; the focus keeps its place."""
        if self.form is None or self._loaded is None:
            return
        name = self._name_of_focus()
        box = self.query_one("#parts", Vertical)
        await box.remove_children()
        await box.mount(*self.parts(self._loaded[0], self.form))
        self.laid_out()
        self._focus_on(name)
        self.refresh_frame()

    def _name_of_focus(self) -> str:
        """The widget of the form that has the focus, or in which it is."""
        if self.focused is None:
            return ""
        return self.focused.id or _parent_id(self.focused) or ""

    def _focus_on(self, name: str) -> None:
        # Not by the focus chain: it goes by places on the screen, which new widgets do not have yet.
        inside = [widget for widget in self.query("#parts *") if widget.focusable]
        named = [widget for widget in inside if name and name in {widget.id, _parent_id(widget)}]
        for widget in (named or inside)[:1]:
            self.set_focus(widget)

    def on_edited(self, event: Edited) -> None:
        """Read the widgets, and keep what they say."""
        event.stop()
        if self.form is None:
            return
        before, self.form = self.form, self.read(self.form)
        if self.form != before:
            if self.draft is not None:
                self.draft.change(self, self.form)
            self.changed(before, self.form)
            self.refresh_frame()

    def mark(self) -> str:
        """When it was last kept."""
        at = None if self.draft is None else self.draft.saved_at
        return (
            ""
            if at is None
            else self.words.say(N_("draft saved {time}"), time=self.desk.clock(at))
        )

    async def keep_draft(self) -> None:
        """What was filled in is kept, unless it was sent."""
        if self.draft is None or self.form is None or self._is_sent:
            return
        if self.form != self._untouched:
            await self.draft.keep(self.form)

    def send_form(self, command: Command) -> None:
        """Keep the form, then send what it says; who stops the sending finds it as it was."""
        self.attempt(self._keep, lambda _kept: self.send(command, self._sent))

    async def _keep(self, _client: Client) -> None:
        if self.draft is not None and self.form is not None:
            await self.draft.keep(self.form)

    def _sent(self) -> None:
        self._is_sent = True
        self._leave(None)

    def done(self) -> None:
        """It was done at once: nothing half-written is left, and the screen closes."""
        self._is_sent = True
        self.attempt(self._drop, self._leave)

    async def _drop(self, _client: Client) -> None:
        if self.draft is not None:
            await self.draft.drop()

    def _leave(self, _nothing: None) -> None:
        self.post_message(Back())


def _parent_id(widget: Widget) -> str | None:
    return None if widget.parent is None else widget.parent.id
