"""She changes her mind: one key, no reason, nobody else; then who has locked, erased, or was not reached."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted
from tui.acts import Act, bindings
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToWithdraw, ToWithdrawThread
from tui.plain import Text, lines_of, one_line, plain
from tui.screens.asking import AskScreen
from tui.screens.consent_lines import holder_lines, short_line
from tui.screens.consent_source import VALID, AboutCase, AboutThread, Agreed, load_agreed
from tui.screens.desk_screen import BACK, DeskScreen
from tui.termwidth import wrap
from tui.widgets.choice import Choice
from tui.widgets.rows import Row, Rows
from tui.wording import N_

WITHDRAW: Final = Act(
    name="withdraw",
    key="w",
    label=N_("she withdraws"),
    help=N_("What is ticked ends now. It leaves at once and cannot be taken back."),
    in_palette=False,
)
TICK: Final = Act(
    name="turn_tick", key="space", label=N_("tick"), help=N_("This one too, or not this one.")
)
_MARGIN_CELLS: Final = 4


@final
class WithdrawScreen(DeskScreen[Agreed]):
    """Above, what can be withdrawn; below, how far each withdrawal is."""

    HEADING = N_("She changes her mind")
    ABOUT = N_(
        "She may withdraw any consent at any time, here or there, without a reason and without anybody else's"
        " yes. It counts from this moment, also while the other side cannot be reached."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (WITHDRAW, TICK, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = """
    WithdrawScreen #body { overflow-y: hidden; }
    WithdrawScreen #consents { height: auto; max-height: 8; scrollbar-size-vertical: 1; }
    WithdrawScreen #progress { height: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, to: ToWithdraw | ToWithdrawThread) -> None:
        super().__init__(desk)
        self._about = (
            AboutCase(case_id=to.case_id)
            if isinstance(to, ToWithdraw)
            else AboutThread(thread=to.thread)
        )
        self._only = to.consent_id
        self._peer = to.peer if isinstance(to, ToWithdraw) else None
        # What was turned by hand; of the others those are ticked that are valid, and that it is about.
        self._turned: frozenset[bytes] = frozenset()
        self._wanted = WithdrawalWanted.ERASE
        self._is_withdrawing = False

    # What the node says.

    def body(self) -> ComposeResult:
        """The consents, what she wants done, and how far it is."""
        say = self.words.say
        yield Text(say(N_("She needs no reason, and nobody else is asked.")), id="how")
        yield Rows[bytes](id="consents")
        yield Choice[WithdrawalWanted](
            say(N_("She wants them to")),
            [(wanted, self.words.code(wanted)) for wanted in _IN_ORDER],
            value=self._wanted,
            id="wanted",
        )
        with VerticalScroll(id="progress", can_focus=True):
            yield Text(id="standing")

    async def load(self, client: Client) -> Agreed:
        """Every consent with its holders, and whom nobody has reached."""
        return await load_agreed(client, self._about)

    def show(self, loaded: Agreed) -> None:
        """The ticks stay as they were turned."""
        offered = self._offered(loaded)
        width = self.size.width - _MARGIN_CELLS
        listed = self.query_one("#consents", Rows)
        listed.put(
            [
                Row(key=one.consent_id, lines=(self._line(loaded, one, width=width),))
                for one in offered
            ]
        )
        for widget in (listed, self.query_one("#wanted"), self.query_one("#how")):
            widget.display = bool(offered)
        self.query_one("#standing", Text).put(lines_of(self._standing(loaded, width=width)))
        if offered and self.focused is None:
            listed.focus()

    def _line(self, agreed: Agreed, consent: views.ConsentView, *, width: int) -> Content:
        mark = plain(f"[{'x' if self._is_ticked(consent) else ' '}] ")
        return mark + short_line(self.desk, agreed, consent, width=width - 4)

    @staticmethod
    def _offered(agreed: Agreed) -> Sequence[views.ConsentView]:
        """What can still be withdrawn: also what has ended, because they may still have it."""
        return [one for one in agreed.consents if not _is_withdrawn(one)]

    def _is_ticked(self, consent: views.ConsentView) -> bool:
        return self._is_usual(consent) != (consent.consent_id in self._turned)

    def _is_usual(self, consent: views.ConsentView) -> bool:
        if self._only is not None:
            return consent.consent_id == self._only
        is_meant = self._peer is None or self._peer in {consent.holder, consent.recipient}
        # What a newer one took the place of may still lie over there.
        return is_meant and (consent.state in VALID or consent.is_superseded)

    # How far it is.

    def _standing(self, agreed: Agreed, *, width: int) -> Iterator[Content]:
        say = self.words.say
        ended = [one for one in agreed.consents if _is_withdrawn(one)]
        if not ended:
            yield plain(say(N_("She has withdrawn nothing so far.")), "$text-muted")
            return
        yield plain(say(N_("How far it is")), "bold $secondary")
        for consent in ended:
            yield short_line(self.desk, agreed, consent, width=width)
            yield from self._here(agreed, consent, width=width)
            for holder in consent.holders:
                yield from holder_lines(self.desk, agreed, holder, width=width)

    def _here(
        self, agreed: Agreed, consent: views.ConsentView, *, width: int
    ) -> Iterator[Content]:
        """What stopped in our own house, at once."""
        if consent.holder == agreed.me:
            text = N_("Here: nothing more is told. What was waiting to leave is taken back.")
        else:
            text = N_("Here: what they told us is locked, and erased if she wanted it so.")
        texts = [text]
        if not consent.holders:
            texts.append(N_("Nobody else has anything of this, so nobody was asked."))
        for one in texts:
            for line in wrap(self.words.say(one), width - 3):
                yield plain(f"   {line}", "$text-muted")

    # The acts.

    def heading(self) -> str:
        """Whose."""
        title = super().heading()
        return title if self._loaded is None else f"{title} · {self._loaded.title}"

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

    def on_edited(self, event: Edited) -> None:
        """What she wants them to do."""
        event.stop()
        self._wanted = self.query_one("#wanted", Choice).value

    @property
    def _chosen(self) -> Sequence[views.ConsentView]:
        offered = [] if self._loaded is None else self._offered(self._loaded)
        return [one for one in offered if self._is_ticked(one)]

    def can(self, name: str) -> bool:
        """Something is ticked; ticks are turned in the list."""
        if self._is_withdrawing or not self.is_mounted:
            return False
        if name == TICK.name:
            listed = self.query_one("#consents", Rows)
            return listed.has_focus and listed.chosen is not None
        return name != WITHDRAW.name or bool(self._chosen)

    def action_turn_tick(self) -> None:
        """Tick the consent under the cursor, or not."""
        chosen = self.query_one("#consents", Rows).chosen
        if isinstance(chosen, bytes) and self._loaded is not None:
            self._turned ^= {chosen}
            self.show(self._loaded)
            self.refresh_keys()

    def action_withdraw(self) -> None:
        """One question against a slip of the hand: no reason, no phrase, nobody else."""
        chosen = self._chosen
        question = self.words.say_many(
            "She withdraws {count} consent, now. It cannot be taken back; sharing again needs a new one.",
            "She withdraws {count} consents, now. It cannot be taken back; sharing again needs a new one.",
            len(chosen),
        )
        question += "\n\n" + self.words.say(N_("It is about: {names}"), names=self._named(chosen))
        self.call_later(self.app.push_screen, AskScreen(self.desk, question), self._answered)

    def _named(self, chosen: Sequence[views.ConsentView]) -> str:
        """With whom she shared by these."""
        agreed = self._loaded
        if agreed is None:
            return ""
        others = [one.recipient if one.holder == agreed.me else one.holder for one in chosen]
        return ", ".join(one_line(agreed.name(other)) for other in dict.fromkeys(others))

    def _answered(self, is_so: bool | None) -> None:  # noqa: FBT001  (as the question is answered)
        if is_so:
            self._is_withdrawing = True
            self.refresh_keys()
            withdrawn = [one.consent_id for one in self._chosen]
            self.attempt(lambda client: self._withdraw(client, withdrawn), self._withdrawn)

    async def _withdraw(self, client: Client, chosen: Sequence[bytes]) -> None:
        """All of them, also when one of them could not be: she said so about each."""
        failed: ClientError | None = None
        try:
            for consent_id in chosen:
                command = commands.WithdrawConsent(consent_id=consent_id, wanted=self._wanted)
                try:
                    await client.withdraw_consent(command)
                except ClientError as error:
                    failed = error
            if failed is not None:
                raise failed
        finally:
            self._is_withdrawing = False

    def _withdrawn(self, _nothing: None) -> None:
        self._turned = frozenset()
        self.say(
            self.words.say(
                N_("Withdrawn, from this moment. Whoever has something of it is told at once.")
            )
        )
        self.reload()


_IN_ORDER: Final = (
    WithdrawalWanted.ERASE,
    WithdrawalWanted.STOP_USE,
    WithdrawalWanted.KEEP_MINIMUM,
)
"""The one that protects her most stands first."""


def _is_withdrawn(consent: views.ConsentView) -> bool:
    """She withdrew it herself. What a newer one replaced, or she refused, they may still take for good."""
    is_other_end = consent.is_superseded or consent.is_refused
    return consent.state == "withdrawn" and not is_other_end
