"""The other side of the demonstration: answers, after a moment, what a person would answer.

It sits at its own node's desk, as the person in the window sits at hers, and can do nothing else.
"""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, final

from node.cli.story import cast
from node.cli.story.stage import Player
from protocol.local import commands, views
from protocol.vocabulary.codes import (
    AnswerCode,
    FirstStep,
    PlanAnswer,
    Question,
    SeenHow,
    TextKind,
)
from tui.client import ClientError, RefusedError

_PAUSE_SECONDS: Final = 4.0
_WAIT_SECONDS: Final = 25
_DAY: Final = 86_400
_DOSSIER: Final = "referral.dossier/1"
# No count is so large, so the first answer comes at once.
_NEVER: Final = 1 << 32


@final
class Counterpart:
    """One organisation that answers by itself."""

    def __init__(
        self,
        player: Player,
        *,
        now: Callable[[], int],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._player = player
        self._now = now
        self._pause = pause
        self._done: set[tuple[bytes, str]] = set()

    async def answer(self) -> None:
        """Answer until cancelled, or until the node does not answer any more."""
        seen = _NEVER
        with contextlib.suppress(ClientError):
            while True:
                watch = commands.WatchChanges(since=seen, wait_seconds=_WAIT_SECONDS)
                seen = (await self._player.ask(watch, views.Changes)).count
                await self.look()

    async def look(self) -> None:
        """Look once at everything, and answer what is to be answered."""
        found = await self._player.ask(commands.ListReferrals(is_ours=None), views.Referrals)
        for line in found.referrals:
            step = (line.thread, line.state)
            if step not in self._done:
                self._done.add(step)
                await self._answer_one(line)
        await self._take_on()

    async def _answer_one(self, line: views.ReferralLine) -> None:
        try:
            if line.is_ours:
                await self._as_sender(line)
            else:
                await self._as_receiver(line)
        except RefusedError:
            # She withdrew, or somebody was quicker: there is nothing to answer any more.
            return

    async def _as_receiver(self, line: views.ReferralLine) -> None:
        match line.state:
            # Only who offered hears that it was delivered: here it stays as it came until it is answered.
            case "offered":
                await self._hold_a_place(line.thread)
            case "dossier_sent":
                await self._get_ready(line.thread)
            case "prepared":
                await self._welcome(line.thread)
            case _:
                return

    async def _as_sender(self, line: views.ReferralLine) -> None:
        match line.state:
            case "needs_info":
                await self._tell(line.thread)
            case "accepted":
                await self._send_dossier(line.thread)
            case _:
                return

    async def _hold_a_place(self, thread: bytes) -> None:
        await self._pause(_PAUSE_SECONDS)
        await self._player.do(
            commands.AcceptOffer(
                thread=thread,
                worker=self._player.part.person,
                first_step=FirstStep.ROOM_READY,
                from_date=self._now() + 14 * _DAY,
            )
        )

    async def _get_ready(self, thread: bytes) -> None:
        view = await self._show(thread)
        for line in view.messages:
            if line.type == _DOSSIER and not (line.is_locked or line.is_erased):
                read = commands.ReadMessage(
                    peer=line.peer, message_id=line.message_id, with_names=False
                )
                await self._player.ask(read, views.MessageView)
        await self._pause(_PAUSE_SECONDS)
        await self._player.do(commands.ReportPrepared(thread=thread, plan=PlanAnswer.ADOPT))

    async def _welcome(self, thread: bytes) -> None:
        await self._pause(_PAUSE_SECONDS)
        await self._player.do(commands.ReportArrival(thread=thread, at=self._now()))
        view = await self._show(thread)
        for consent in view.consents:
            # She is asked again in private, and says that they may tell.
            if consent.needs_confirmation and not consent.is_confirmed:
                await self._player.do(commands.ConfirmConsent(consent_id=consent.consent_id))
        await self._player.ask(self._report(thread), views.ReportSent)

    def _report(self, thread: bytes) -> commands.ReportFollowUp:
        words = commands.SentenceInput(
            kind=TextKind.HER_WORDS, language="ben", text=cast.REPORT_WORDS, read_back=True
        )
        return commands.ReportFollowUp(
            thread=thread,
            follow_up=None,
            at=self._now(),
            seen=SeenHow.IN_PERSON,
            not_seen=None,
            facts={},
            sentences=[words],
        )

    async def _tell(self, thread: bytes) -> None:
        view = await self._show(thread)
        asked = [line.detail for line in view.history if line.event == "ask"]
        await self._pause(_PAUSE_SECONDS)
        question = Question(asked[-1] or Question.SERVICE_DETAIL)
        await self._player.do(
            commands.AnswerQuestion(thread=thread, question=question, answer=AnswerCode.NOT_KNOWN)
        )

    async def _send_dossier(self, thread: bytes) -> None:
        await self._pause(_PAUSE_SECONDS)
        ask = commands.PreviewDossier(thread=thread, categories=cast.ALLOWED, with_names=False)
        preview = await self._player.ask(ask, views.Preview)
        await self._player.do(
            commands.SendDossier(thread=thread, categories=cast.ALLOWED, preview=preview.hash)
        )

    async def _take_on(self) -> None:
        found = await self._player.ask(commands.ListFollowUps(), views.FollowUps)
        for line in found.lines:
            if line.is_asked_by_us or line.state not in {"planned", "requested", "due"}:
                continue
            step = (line.follow_up, line.state)
            if step not in self._done:
                self._done.add(step)
                await self._pause(_PAUSE_SECONDS)
                await self._take_on_one(line)

    async def _take_on_one(self, line: views.FollowUpLine) -> None:
        try:
            await self._player.do(commands.AcceptFollowUp(follow_up=line.follow_up, due=line.due))
        except RefusedError:
            return

    async def _show(self, thread: bytes) -> views.ReferralView:
        return await self._player.ask(commands.ShowReferral(thread=thread), views.ReferralView)
