"""Asking her, in four steps, made to be turned round and read with her."""

import contextlib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Final, final

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from protocol.local import commands, views
from protocol.local.views import SaidView
from tui.acts import Act, bindings
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToTakeConsent
from tui.screens import consent_acts, consent_form, consent_steps
from tui.screens.asking_her import CHOOSE, HOW, READ_TOGETHER, RECORDED, SAY_BACK, AskingHer
from tui.screens.consent_form import Answer, ConsentForm
from tui.screens.consent_notice import notice
from tui.screens.consent_rows import Choosing, Item, Kind, rows
from tui.screens.consent_steps import Asking
from tui.screens.desk_screen import BACK
from tui.screens.read_back import ReadBack, read_to_her
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraphs
from tui.widgets.rows import Rows
from tui.widgets.tick import Tick, Ticked
from tui.wording import N_

_MARGIN_CELLS: Final = 4
_HEARD: Final = {
    Answer.YES: N_("Read back to her: it may go as it stands."),
    Answer.NO: N_("Read back to her: it stays here."),
}


@final
class TakeConsentScreen(AskingHer):
    """Each step lays out its widgets from the form, and reads them back into it."""

    ABOUT = N_(
        "Ask her, in private, in her language, with the screen turned to her. She decides about each thing;"
        " no and later are as good as yes. Nothing is sent by this: it only records what she allows."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (*consent_acts.ALL, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = """
    TakeConsentScreen #body { overflow-y: hidden; }
    TakeConsentScreen #step { height: 1fr; }
    TakeConsentScreen #choices { height: 1fr; scrollbar-size-vertical: 1; }
    TakeConsentScreen .reading { height: 1fr; scrollbar-size-vertical: 1; }
    TakeConsentScreen .reading:focus { background: $surface; }
    """

    def __init__(self, desk: Desk, to: ToTakeConsent) -> None:
        super().__init__(desk, to)
        self._opened: frozenset[int] = frozenset()
        self._recorded: views.ConsentView | None = None
        self._is_recording = False

    # The steps.

    def body(self) -> ComposeResult:
        """The step in front; nothing until the case is known."""
        with Vertical(id="step"):
            asking = self._asking
            if asking is not None:
                yield from self._parts(asking)

    def _parts(self, asking: Asking) -> Iterable[Widget]:
        match asking.form.step:
            case 1:
                return consent_steps.read_together(asking)
            case 2:
                return (Rows[Item](id="choices"), *consent_steps.below_the_choices(asking))
            case 3:
                return consent_steps.say_back(asking)
            case 4:
                return consent_steps.how_she_said_yes(asking)
            case _:
                return consent_steps.receipt(asking, self._recorded)

    async def lay_out(self) -> None:
        """Make the widgets of this step; the focus keeps its place."""
        asking = self._asking
        if asking is None or not self.is_mounted:
            return
        chain = self.focus_chain
        place = chain.index(self.focused) if self.focused in chain else 0
        box = self.query_one("#step", Vertical)
        await box.remove_children()
        await box.mount(*self._parts(asking))
        self._put_rows()
        if self.focus_chain:
            self.set_focus(self.focus_chain[min(place, len(self.focus_chain) - 1)])
        self.refresh_frame()

    def _put_rows(self) -> None:
        for listed in self.query("#choices").results(Rows):
            asking, ground = self._asking, self._loaded
            if asking is not None and ground is not None:
                choosing = Choosing(
                    words=self.words,
                    form=asking.form,
                    sentences=ground.sentences,
                    opened=self._opened,
                    recorded={fact.field for fact in ground.look.facts},
                    width=self.size.width - _MARGIN_CELLS,
                )
                listed.put(rows(choosing))

    def _to_step(self, step: int) -> None:
        if self._form is not None:
            self._go_on(msgspec.structs.replace(self._form, step=step))
            self.set_focus(None)
            self.call_later(self.lay_out)

    def can(self, name: str) -> bool:
        """Each act belongs to a step, and some need more."""
        asking = self._asking
        if asking is None or self._is_recording:
            return False
        if name == consent_acts.STEP_BACK.name:
            return READ_TOGETHER < asking.form.step < RECORDED
        # The acts of a widget are its own.
        step = consent_acts.STEP_OF.get(name, asking.form.step)
        return step == asking.form.step and self._is_ready(name, asking)

    def _is_ready(self, name: str, asking: Asking) -> bool:
        form, situation = asking.form, asking.situation
        match name:
            case consent_acts.CHOOSE.name:
                is_ready = bool(form.peer)
            case consent_acts.YES.name | consent_acts.NO.name | consent_acts.LATER.name:
                is_ready = self._item is not None
            case consent_acts.READ.name:
                said = self._sentence
                is_ready = said is not None and consent_form.can_be_read_back(form, said)
            case consent_acts.PARTS.name:
                is_ready = self._has_parts
            case consent_acts.HOW.name | consent_acts.NOTHING.name:
                is_ready = self._may_end(name, asking)
            case consent_acts.RECORD.name:
                is_ready = not consent_form.missing(form, situation)
            case _:
                is_ready = True
        return is_ready

    @staticmethod
    def _may_end(name: str, asking: Asking) -> bool:
        form = asking.form
        is_given = bool(consent_form.given(form, asking.situation.sentences))
        if name == consent_acts.NOTHING.name:
            return not is_given
        return is_given and consent_form.is_said_back(form, today=asking.situation.today)

    @property
    def _has_parts(self) -> bool:
        item, form = self._item, self._form
        if item is None or form is None or item.kind is not Kind.CATEGORY:
            return False
        return consent_form.is_yes(form, int(item.key))

    # Step 2: she chooses.

    @property
    def _item(self) -> Item | None:
        for listed in self.query("#choices").results(Rows):
            chosen = listed.chosen if listed.has_focus else None
            return chosen if isinstance(chosen, Item) else None
        return None

    @property
    def _sentence(self) -> SaidView | None:
        item = self._item
        if item is None or item.kind is not Kind.TEXT or self._loaded is None:
            return None
        return self._heard(item.key)

    def _heard(self, key: str) -> SaidView | None:
        return next((one for one in self._sentences if one.hash.hex() == key), None)

    @property
    def _sentences(self) -> Sequence[SaidView]:
        return [] if self._loaded is None else self._loaded.sentences

    def _answer(self, answer: Answer) -> None:
        item, form = self._item, self._form
        if item is None or form is None:
            return
        if item.kind is Kind.CATEGORY:
            answered = consent_form.answer_category(
                form, int(item.key), answer, sentences=self._sentences
            )
        elif item.kind is Kind.FIELD:
            answered = consent_form.answer_field(form, item.key, answer)
        elif item.kind is Kind.CONDITION:
            answered = consent_form.answer_condition(form, item.key, answer)
        else:
            answered = self._answered_text(form, item.key, answer)
        self._go_on(answered)
        self._put_rows()
        self.refresh_frame()

    def _answered_text(self, form: ConsentForm, key: str, answer: Answer) -> ConsentForm:
        sentence = self._heard(key)
        if sentence is None:
            return form
        if answer is Answer.YES and not consent_form.is_read_back(form, sentence):
            self.say(self.words.say(N_("First read it back to her: r.")), tone="warn")
        return consent_form.answer_text(form, sentence, answer)

    def action_yes(self) -> None:
        """She says yes to the row under the cursor."""
        self._answer(Answer.YES)

    def action_no(self) -> None:
        """She says no."""
        self._answer(Answer.NO)

    def action_later(self) -> None:
        """She decides later."""
        self._answer(Answer.LATER)

    def action_read_back(self) -> None:
        """The sentence alone on the screen."""
        sentence = self._sentence
        if sentence is not None:
            read_to_her(self, sentence, partial(self._was_read_back, sentence))

    def _was_read_back(self, sentence: SaidView, heard: ReadBack) -> None:
        if heard not in {ReadBack.MAY_GO, ReadBack.STAYS} or self._form is None:
            return
        form = consent_form.note_read_back(self._form, sentence)
        answer = Answer.YES if heard is ReadBack.MAY_GO else Answer.NO
        self.say(self.words.say(_HEARD[answer]))
        self._go_on(consent_form.answer_text(form, sentence, answer))
        self._put_rows()
        self.refresh_frame()

    def action_parts(self) -> None:
        """Show the facts of a category, or hide them."""
        item = self._item
        if item is not None:
            self._opened ^= {int(item.key)}
            self._put_rows()

    # From step to step.

    def action_choose(self) -> None:
        """It was read to her."""
        self._to_step(CHOOSE)

    def action_say_back(self) -> None:
        """She says it back: her conditions, too, so her words about them are read to her first."""
        if self._form is not None and self._form.words and not self._form.words_read_back:
            self.say(
                self.words.say(N_("First read her words back to her, and tick it.")), tone="warn"
            )
        else:
            self._to_step(SAY_BACK)

    def action_how(self) -> None:
        """How she said yes."""
        self._to_step(HOW)

    def action_step_back(self) -> None:
        """The step before."""
        if self._form is not None:
            self._to_step(self._form.step - 1)

    def action_understood(self) -> None:
        """She said it back."""
        if self._form is not None:
            self._go_on(consent_form.say_back(self._form, today=self.desk.today))
            self.call_later(self.lay_out)

    def action_not_yet(self) -> None:
        """Read it together once more."""
        if self._form is not None:
            self._go_on(msgspec.structs.replace(self._form, understood=False))
            self._to_step(READ_TOGETHER)

    # What the widgets say.

    def on_edited(self, event: Edited) -> None:
        """Read the widgets of this step."""
        event.stop()
        if self._form is not None:
            self._read(self._form)
            self.refresh_frame()

    def _read(self, form: ConsentForm) -> None:
        match form.step:
            case 1:
                self._read_first(form)
            case 2:
                self._read_second(form)
            case 4:
                self._read_how(form)
            case _:
                pass

    def _read_first(self, form: ConsentForm) -> None:
        language = self.query_one("#language", Choice).value
        chosen = consent_form.choose_language(form, language)
        chosen = self._choose_peer(chosen, self.query_one("#peer", Choice).value)
        if chosen != form:
            self._speak(language)
            self._go_on(chosen)
            self.call_later(self.lay_out)

    def _read_second(self, form: ConsentForm) -> None:
        tick = self.query_one("#words_read_back", Tick)
        form = consent_form.choose_days(form, self.query_one("#days", Choice).value)
        form = consent_form.say_words(
            form, self.query_one("#words", Field).value, is_read_back=tick.is_ticked
        )
        tick.ticked = Ticked.YES if form.words_read_back else Ticked.NO
        self._go_on(form)

    def _read_how(self, form: ConsentForm) -> None:
        self._go_on(
            msgspec.structs.replace(
                form,
                method=self.query_one("#method", Choice).value,
                given_by=self.query_one("#given_by", Choice).value,
                witness=self.query_one("#witness", Choice).value,
            )
        )
        asking = self._asking
        if asking is not None:
            missing = consent_steps.missing_paragraphs(asking)
            self.query_one("#missing", Paragraphs).put(missing)

    # Recording.

    def action_nothing(self) -> None:
        """She said yes to nothing: not a word of it is recorded or sent."""
        form = self._form
        if form is not None:
            self._is_recording = True
            self.attempt(partial(self._record_nothing, form), self._end_with_nothing)

    async def _record_nothing(self, form: ConsentForm, _client: Client) -> None:
        try:
            await self._forget_draft(form)
        except ClientError:
            self._is_recording = False
            raise

    def _end_with_nothing(self, _nothing: None) -> None:
        self._end(None)

    def action_record(self) -> None:
        """What she said yes to, here and now, once."""
        asking = self._asking
        if asking is None:
            return
        command = consent_form.command_of(
            asking.form,
            asking.situation,
            notice=notice(self.words, peer=asking.peer_name, is_way_back=asking.form.is_way_back),
            tag=self.words.tag,
        )
        if command is not None:
            self._is_recording = True
            self.refresh_keys()
            self.attempt(partial(self._record, command, asking.form), self._end)

    async def _record(
        self, command: commands.RecordConsent, form: ConsentForm, client: Client
    ) -> views.ConsentView | None:
        try:
            done = await client.record_consent(command)
        except ClientError:
            self._is_recording = False
            raise
        listed = views.Consents(consents=[])
        # It is recorded: whatever fails now only leaves a draft, or a receipt to be looked up.
        with contextlib.suppress(ClientError):
            await self._forget_draft(form)
            listed = await client.list_consents(commands.ListConsents(case_id=command.case_id))
        found = (one for one in listed.consents if one.consent_id == done.ref)
        return next(found, None)

    def _end(self, recorded: views.ConsentView | None) -> None:
        self._recorded = recorded
        self._is_recording = False
        if recorded is not None:
            self.say(self.words.say(N_("Recorded.")))
        self._to_step(RECORDED)
