"""Every consent about one survivor, in plain words; from here she is asked, heard again, and withdraws."""

from collections.abc import Callable
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import (
    ToConsents,
    ToTakeConsent,
    ToThreadConsents,
    ToTickSentences,
    ToWithdraw,
    ToWithdrawThread,
)
from tui.plain import Text, plain
from tui.screens.asking import AskScreen
from tui.screens.consent_lines import consent_lines
from tui.screens.consent_source import VALID, AboutCase, AboutThread, Agreed, load_agreed
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.rows import Row, Rows
from tui.wording import N_

ASK_HER: Final = Act(
    name="ask_her",
    key="c",
    label=N_("ask her"),
    help=N_("Ask her whether we may tell an organisation something, so that it can help her."),
)
WAY_BACK: Final = Act(
    name="way_back",
    key="b",
    label=N_("the way back"),
    help=N_("Ask her whether an organisation may tell us how she is."),
)
TICK: Final = Act(
    name="tick_sentences",
    key="t",
    label=N_("her sentences"),
    help=N_("Read sentences of hers back to her, so that they may go with this consent."),
)
HEARD: Final = Act(
    name="heard",
    key="k",
    label=N_("heard it from her"),
    help=N_("You heard it from her yourself, in private: from now on it counts."),
    in_palette=False,
)
SAID_NO: Final = Act(
    name="said_no",
    key="n",
    label=N_("she said no"),
    help=N_("She said no to you herself, in private: it stays here, and they are not told."),
    in_palette=False,
)
WITHDRAW: Final = Act(
    name="withdraw", key="w", label=N_("she withdraws"), help=N_("She changed her mind.")
)
QUESTION_OF_HER_NO: Final = N_(
    "Did she say no to you herself, in private? They are not told of it, and learn only that she was seen."
)
_MARGIN_CELLS: Final = 4
_GAP: Final = plain("")


@final
class ConsentsScreen(DeskScreen[Agreed]):
    """A list; each consent in as many lines as it needs."""

    HEADING = N_("What she agreed to")
    ABOUT = N_(
        "Each consent is for one organisation, one purpose and some kinds of facts, until a day. Only a valid"
        " one lets anything leave. She may change her mind at any time, at any desk."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (
        ASK_HER,
        WAY_BACK,
        TICK,
        HEARD,
        SAID_NO,
        WITHDRAW,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = """
    ConsentsScreen #body { overflow-y: hidden; }
    ConsentsScreen #consents { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, to: ToConsents | ToThreadConsents) -> None:
        super().__init__(desk)
        self._about = (
            AboutCase(case_id=to.case_id)
            if isinstance(to, ToConsents)
            else AboutThread(thread=to.thread)
        )

    def body(self) -> ComposeResult:
        """The list, and a sentence where it is empty."""
        yield Text(id="none", classes="quiet")
        yield Rows[bytes](id="consents")

    async def load(self, client: Client) -> Agreed:
        """Every consent, and the names of the organisations."""
        return await load_agreed(client, self._about)

    def show(self, loaded: Agreed) -> None:
        """The rows."""
        none = self.words.say(N_("She was not asked yet, or allowed nothing. c asks her."))
        self.query_one("#none", Text).put(none)
        self.query_one("#none").display = not loaded.consents
        listed = self.query_one("#consents", Rows)
        listed.display = bool(loaded.consents)
        width = self.size.width - _MARGIN_CELLS
        listed.put(
            [
                Row(
                    key=consent.consent_id,
                    lines=(*consent_lines(self.desk, loaded, consent, width=width), _GAP),
                )
                for consent in loaded.consents
            ]
        )
        if loaded.consents:
            listed.focus()

    def heading(self) -> str:
        """Whose."""
        title = super().heading()
        return title if self._loaded is None else f"{title} · {self._loaded.title}"

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

    @property
    def _consent(self) -> views.ConsentView | None:
        if self._loaded is None or not self.is_mounted:
            return None
        chosen = self.query_one("#consents", Rows).chosen
        found = (one for one in self._loaded.consents if one.consent_id == chosen)
        return next(found, None)

    def can(self, name: str) -> bool:
        """What the consent under the cursor allows."""
        consent, agreed = self._consent, self._loaded
        if name in {ASK_HER.name, WAY_BACK.name}:
            return isinstance(self._about, AboutCase) and agreed is not None
        if consent is None or agreed is None:
            return False
        if name in {HEARD.name, SAID_NO.name}:
            return consent.holder == agreed.me and consent.state == "unconfirmed"
        if name == TICK.name:
            is_ours = consent.consent_id in agreed.asked_here and consent.holder == agreed.me
            return is_ours and consent.state in VALID
        return True

    def action_ask_her(self) -> None:
        """Step by step."""
        self._ask(is_way_back=False)

    def action_way_back(self) -> None:
        """The same, about what they may tell us."""
        self._ask(is_way_back=True)

    def _ask(self, *, is_way_back: bool) -> None:
        if isinstance(self._about, AboutCase):
            case_id = self._about.case_id
            self.go(ToTakeConsent(case_id=case_id, peer=None, is_way_back=is_way_back))

    def action_tick_sentences(self) -> None:
        """For the consent under the cursor."""
        consent = self._consent
        if consent is not None and isinstance(self._about, AboutCase):
            to = ToTickSentences(case_id=self._about.case_id, consent_id=consent.consent_id)
            self.go(to)

    def action_heard(self) -> None:
        """It counts from now on; whether it was in private, with her, is asked once."""
        consent = self._consent
        if consent is not None:
            question = self.words.say(
                N_(
                    "Did you hear it from her yourself, in private, without anybody else in the room?"
                )
            )
            self.call_later(
                self.app.push_screen, AskScreen(self.desk, question), self._heard(consent)
            )

    def _heard(self, consent: views.ConsentView) -> Callable[[bool | None], None]:
        def answered(is_so: bool | None) -> None:  # noqa: FBT001  (as the question is answered)
            if is_so:
                command = commands.ConfirmConsent(consent_id=consent.consent_id)
                self.attempt(lambda client: client.confirm_consent(command), self._confirmed)

        return answered

    def _confirmed(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Recorded: you heard it from her. It is valid now.")))
        self.reload()

    def action_said_no(self) -> None:
        """Her no is asked about once, too: it is not turned into a yes afterwards."""
        consent = self._consent
        if consent is not None:
            question = self.words.say(QUESTION_OF_HER_NO)
            self.call_later(
                self.app.push_screen, AskScreen(self.desk, question), self._said_no(consent)
            )

    def _said_no(self, consent: views.ConsentView) -> Callable[[bool | None], None]:
        def answered(is_so: bool | None) -> None:  # noqa: FBT001  (as the question is answered)
            if is_so:
                command = commands.RefuseConsent(consent_id=consent.consent_id)
                self.attempt(lambda client: client.refuse_consent(command), self._is_refused)

        return answered

    def _is_refused(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Recorded: she said no. Nothing was sent.")))
        self.reload()

    def action_withdraw(self) -> None:
        """No reason, nobody else; the one under the cursor is ticked."""
        chosen = None if self._consent is None else self._consent.consent_id
        if isinstance(self._about, AboutCase):
            self.go(ToWithdraw(case_id=self._about.case_id, consent_id=chosen))
        else:
            self.go(ToWithdrawThread(thread=self._about.thread, consent_id=chosen))
