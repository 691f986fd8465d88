"""How she is. First she is asked again, alone, whether they may know; then little is written, and told."""

from collections.abc import Iterable
from typing import ClassVar, Final, final

import msgspec
from textual.binding import BindingType
from textual.widget import Widget

from protocol.local import commands, views
from protocol.local.commands.desk import about_a_report
from protocol.vocabulary.codes import NotSeenReason, SeenHow
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import Text, one_line, plain
from tui.screens import report_form
from tui.screens.asking import AskScreen
from tui.screens.consents import QUESTION_OF_HER_NO as SAID_NO
from tui.screens.days import days_until, noon
from tui.screens.desk_screen import BACK
from tui.screens.form_screen import FormScreen
from tui.screens.report_form import FIELDS, NOT_SEEN, SEEN, Ground, ReportForm
from tui.screens.standing import LEVEL_CHECKED
from tui.widgets.choice import Choice
from tui.widgets.day_choice import DayChoice
from tui.widgets.indic_input import IndicTextArea
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.tick import Tick, Ticked
from tui.wording import N_
from tui.wording.labels.places import LANGUAGE_NAMES

YES: Final = Act(
    name="says_yes",
    key="y",
    label=N_("she says yes"),
    help=N_("She agrees, now and alone with you. It is written down at once."),
    in_palette=False,
)
NO: Final = Act(
    name="says_no",
    key="n",
    label=N_("she says no"),
    help=N_(
        "It is written down: nothing of hers leaves, they are not told, nobody asks her again."
    ),
    in_palette=False,
)
NOT_NOW: Final = Act(
    name="not_now",
    key="l",
    label=N_("not now"),
    help=N_("She has not decided: nothing of hers leaves today, and she is asked another day."),
    in_palette=False,
)
SEND: Final = Act(
    name="send",
    key="ctrl+s",
    label=N_("send"),
    help=N_("Send what the last lines say; for ten seconds it can be stopped."),
    in_palette=False,
)
_BACK_DAYS: Final = 90
_WORDS_ROWS: Final = 4
_LABEL_CELLS: Final = 28


@final
class ReportScreen(FormScreen[Ground, ReportForm]):
    """A short form about how she is."""

    HEADING = N_("How she is")
    ABOUT = N_(
        "Ask her first, alone, whether they may know how she is. If she says no, they learn only whether"
        " somebody has seen her. Her own words leave only when you have read them back to her."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (YES, NO, NOT_NOW, SEND, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    PLACE = "report"

    def __init__(self, desk: Desk, *, thread: bytes, follow_up: bytes | None) -> None:
        super().__init__(desk, about=about_a_report(thread, follow_up))
        self._thread = thread
        self._follow_up = follow_up
        self._not_now = False

    # What is known before.

    async def load_ground(self, client: Client) -> Ground:
        """The referral with its consents, who we are, and whether the partner was checked."""
        referral = await client.show_referral(commands.ShowReferral(thread=self._thread))
        partner = referral.referral.peer
        me = (await client.show_self()).node_id
        level = {peer.node_id: peer.level for peer in (await client.list_peers()).peers}
        return Ground(
            referral=referral,
            way_back=report_form.way_back(referral.consents, me=me, partner=partner),
            is_checked=level.get(partner, 0) >= LEVEL_CHECKED,
            language=referral.referral.offer.language,
            said_no=report_form.said_no(referral.consents, me=me, partner=partner),
            not_now=self._not_now,
        )

    def form_type(self) -> type[ReportForm]:
        """What a draft is read as."""
        return ReportForm

    def begin(self, ground: Ground) -> ReportForm:
        """Nothing is chosen for her."""
        return ReportForm(follow_up=self._follow_up, begun=self.desk.now, language=ground.language)

    def accepts(self, form: ReportForm) -> bool:
        """A draft about another follow-up of hers is another report."""
        return form.follow_up == self._follow_up

    def heading(self) -> str:
        """How she is, told to whom."""
        title = self.words.say(self.HEADING)
        if self._loaded is None:
            return title
        line = self._loaded[0].referral.referral
        case = f" · {one_line(line.case_number)}" if line.case_number else ""
        return f"{title} → {one_line(line.peer_name)}{case}"

    # The second asking.

    @property
    def _is_asking(self) -> bool:
        if self.form is None or self._loaded is None:
            return False
        return self._loaded[0].is_to_be_asked

    def _asking(self, ground: Ground) -> Iterable[Widget]:
        say, partner = self.words.say, one_line(ground.referral.referral.peer_name)
        consent = ground.way_back
        named = "" if consent is None else ", ".join(map(self.words.category, consent.categories))
        yield Paragraphs(
            [
                Paragraph(text=""),
                Paragraph(
                    text=say(
                        N_("Ask her again, in private: may {partner} know how she is?"),
                        partner=partner,
                    ),
                    style="bold $accent",
                ),
                Paragraph(text=""),
                Paragraph(text=say(N_("What they would be told: {named}."), named=named)),
                Paragraph(
                    text=say(
                        N_(
                            "She agreed to it before she came here. Now she is with you, and may see it"
                            " otherwise. Nobody else should hear her answer."
                        )
                    )
                ),
                Paragraph(text=""),
                Paragraph(text=say(N_("She says yes: it is written down at once.")), mark="y  "),
                Paragraph(
                    text=say(N_("She says no: it is written down, and they are not told.")),
                    mark="n  ",
                ),
                Paragraph(
                    text=say(N_("Not now: nothing of hers leaves today. Ask her another day.")),
                    mark="l  ",
                ),
                Paragraph(
                    text=say(N_("You could not ask her alone: go back, and ask another day.")),
                    mark="esc  ",
                ),
            ],
            id="asking",
        )

    def action_says_yes(self) -> None:
        """She agrees: recorded at once, here."""
        consent = None if self._loaded is None else self._loaded[0].way_back
        if consent is not None:
            command = commands.ConfirmConsent(consent_id=consent.consent_id)
            self.attempt(lambda client: client.confirm_consent(command), self._confirmed)

    def _confirmed(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Written down: she agrees that they know.")))
        self.reload()

    def action_says_no(self) -> None:
        """Her no is asked about once, as with her consents: it is not turned into a yes afterwards."""
        question = self.words.say(SAID_NO)
        self.call_later(self.app.push_screen, AskScreen(self.desk, question), self._said_no)

    def _said_no(self, is_so: bool | None) -> None:  # noqa: FBT001  (as the question is answered)
        consent = None if self._loaded is None else self._loaded[0].way_back
        if is_so and consent is not None:
            command = commands.RefuseConsent(consent_id=consent.consent_id)
            self.attempt(lambda client: client.refuse_consent(command), self._is_refused)

    def _is_refused(self, _done: views.Done) -> None:
        # Nothing of hers stays half-written either.
        if self.form is not None:
            self.form = msgspec.structs.replace(self.form, her_words="", read_back=False, facts={})
        self.say(self.words.say(N_("Recorded: she said no. Nothing was sent.")))
        self.reload()

    def action_not_now(self) -> None:
        """Nothing is written down of it: whoever goes on with this asks her anew."""
        self._not_now = True
        self.reload()

    # The form.

    def parts(self, ground: Ground, form: ReportForm) -> Iterable[Widget]:
        """The question first; after it the form, and what leaves of it."""
        if ground.is_to_be_asked:
            yield from self._asking(ground)
            return
        say = self.words.say
        yield Choice[str](
            say(N_("Was she seen?")),
            self._ways(),
            value=form.how,
            label_cells=_LABEL_CELLS,
            id="how",
        )
        yield DayChoice(
            say(N_("On")),
            self._day,
            between=(-_BACK_DAYS, self._today),
            days=form.days,
            label_cells=_LABEL_CELLS,
            id="day",
        )
        if ground.may_tell:
            yield from self._her_part(ground, form)
        yield Paragraphs(self._leaves(ground, form), id="leaves")

    def _her_part(self, ground: Ground, form: ReportForm) -> Iterable[Widget]:
        say = self.words.say
        yield Text(plain(say(N_("In her own words")), "bold $accent"))
        area = IndicTextArea(form.her_words, id="words")
        area.styles.height = _WORDS_ROWS
        yield area
        yield Tick(
            say(N_("Read back to her as it stands here; she says it may go")),
            Ticked.YES if form.read_back else Ticked.NO,
            id="read-back",
        )
        languages = [(tag, self.words.language_name(tag)) for tag in LANGUAGE_NAMES]
        yield Choice[str](
            say(N_("Language")),
            languages,
            value=form.language,
            label_cells=_LABEL_CELLS,
            id="language",
        )
        for field in ground.fields():
            codes = report_form.options_of(field)
            options = [("", say(N_("not said"))), *((code, say(codes[code])) for code in codes)]
            yield Choice[str](
                self.words.field(field),
                options,
                value=form.facts.get(field, ""),
                label_cells=_LABEL_CELLS,
                id=field,
            )

    def _ways(self) -> list[tuple[str, str]]:
        no_contact = NotSeenReason.SHE_ASKED_NOT_TO_BE_VISITED
        others = [reason for reason in NotSeenReason if reason is not no_contact]
        ways = [
            *(f"{SEEN}{how.value}" for how in SeenHow),
            *(f"{NOT_SEEN}{reason.value}" for reason in (no_contact, *others)),
        ]
        chosen = [(way, report_form.how_word(self.desk, way)) for way in ways]
        return [("", self.words.say(N_("not chosen yet"))), *chosen]

    @property
    def _begun(self) -> int:
        return self.desk.now if self.form is None else self.form.begun

    @property
    def _today(self) -> int:
        """Today, counted from the day on which the form was begun."""
        return -days_until(self.desk, self._begun)

    def _day(self, days: int) -> str:
        return self.desk.date(noon(self.desk, days, since=self._begun))

    def _leaves(self, ground: Ground, form: ReportForm) -> list[Paragraph]:
        lines = report_form.leaves(self.desk, ground, form)
        told = [Paragraph(text=one.text, style=one.style, mark=one.mark) for one in lines]
        return [Paragraph(text=""), *told]

    def read(self, form: ReportForm) -> ReportForm:
        """The form as the widgets stand; what is not there now stays as it was."""
        if not self.query("#how"):
            return form
        how, day = self.query_one("#how", Choice), self.query_one("#day", DayChoice)
        read = msgspec.structs.replace(form, how=how.value, days=day.days)
        return self._read_her_part(read) if self.query("#words") else read

    def _read_her_part(self, form: ReportForm) -> ReportForm:
        words = self.query_one("#words", IndicTextArea).plain_value
        tick = self.query_one("#read-back", Tick)
        # What was read back to her was another text: the tick goes with the first letter that changes.
        if words != form.her_words:
            tick.ticked = Ticked.NO
        chosen = {choice.id: choice.value for choice in self.query(Choice)}
        return msgspec.structs.replace(
            form,
            her_words=words,
            read_back=tick.is_ticked,
            language=chosen["language"],
            facts={field: chosen[field] for field in FIELDS if chosen.get(field)},
        )

    def on_text_area_changed(self, event: IndicTextArea.Changed) -> None:
        """A letter more or less."""
        event.stop()
        self.post_message(Edited())

    def changed(self, before: ReportForm, form: ReportForm) -> None:
        """What leaves now."""
        del before
        for lines in self.query("#leaves").results(Paragraphs):
            if self._loaded is not None:
                lines.put(self._leaves(self._loaded[0], form))

    # The keys.

    def can(self, name: str) -> bool:
        """While she is to be asked there is only her answer."""
        if name in {YES.name, NO.name, NOT_NOW.name}:
            return self._is_asking
        return not self._is_asking and self._command() is not None

    def _command(self) -> commands.ReportFollowUp | None:
        if self.form is None or self._loaded is None:
            return None
        return report_form.command_of(self.desk, self._loaded[0], self.form)

    def action_send(self) -> None:
        """Exactly what the last lines say."""
        command = self._command()
        if command is not None:
            self.send_form(command)
