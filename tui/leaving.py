"""Leaving a screen, or the desk: what is half-written is kept first.

Where the node does not keep it, whoever wrote it is asked, and stays unless she says that it may be lost.
"""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final, final

from textual.app import App

from tui.client import ClientError, LockedError, NoSessionError
from tui.desk import Desk
from tui.messages import Failed
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import KEEPING_SECONDS, DeskScreen
from tui.wording import N_

QUESTION: Final = N_("What you wrote here is not kept yet. Leave without it? Then it is lost.")


@final
class Leaving:
    """Keeps what is half-written, and lets nothing of it go without a word.

    Only where nobody can be asked, because the screen is to be wiped or the terminal is gone, is a screen
    taken away although the node did not keep what stands on it.
    """

    def __init__(self, app: App[Any], desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def keep_all(self) -> list[DeskScreen[Any]]:
        """Keep what stands on every screen; those of which the node did not keep it, the front one first."""
        unkept: list[DeskScreen[Any]] = []
        for screen in reversed(self._app.screen_stack):
            if isinstance(screen, DeskScreen):
                try:
                    await screen.put_away()
                except ClientError:
                    # What was saved a second ago is there.
                    unkept.append(screen)
        return unkept

    async def keep_front(self, go_on: Callable[[], object]) -> bool:
        """Keep what stands on the screen in front. May it be closed?

        If not she is asked; after her yes the screen may be closed without it, and `go_on` is called.
        """
        screen = self._app.screen
        if not isinstance(screen, DeskScreen):
            return True
        try:
            await screen.put_away()
        except ClientError as error:
            self._app.post_message(Failed(error))
            if not isinstance(error, LockedError | NoSessionError):
                self.ask([screen], go_on)
            return False
        return True

    async def close_session(self) -> None:
        """End the session, or give up soon: the node ends it by itself then."""
        if self._desk.client.has_session:
            with contextlib.suppress(ClientError, TimeoutError):
                async with asyncio.timeout(KEEPING_SECONDS):
                    await self._desk.client.close_session()

    def ask(self, unkept: list[DeskScreen[Any]], go_on: Callable[[], object]) -> None:
        """May what stands there be lost?"""
        question = AskScreen(self._desk, self._desk.words.say(QUESTION))
        self._app.call_later(self._app.push_screen, question, partial(_given_up, unkept, go_on))


def _given_up(
    unkept: list[DeskScreen[Any]],
    go_on: Callable[[], object],
    is_yes: bool | None,  # noqa: FBT001  (as the answer comes)
) -> None:
    if is_yes:
        for screen in unkept:
            screen.is_given_up = True
        go_on()
