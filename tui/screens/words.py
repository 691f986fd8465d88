"""Write down what she said: one text at a time, word for word, in whatever language she said it."""

import contextlib
from collections.abc import Sequence
from typing import ClassVar, Final, final

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import TextArea

from protocol.local import commands, views
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import TEXTS_IN_ORDER, TextKind
from tui.acts import Act, bindings
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import Text, one_line
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.drafts import DraftKeeper, decode
from tui.termwidth import cut
from tui.widgets.choice import Choice
from tui.widgets.indic_input import IndicTextArea, LeftOut
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_, glossary, jargon_in
from tui.wording.labels.places import LANGUAGE_NAMES

SAVE: Final = Act(
    name="save",
    key="ctrl+s",
    label=N_("write it down"),
    help=N_("Record it exactly as it stands here. It cannot be changed afterwards."),
    in_palette=False,
)
# A text is no photograph and no fingerprint.
_CATEGORIES: Final = tuple(one for one in DOSSIER_ORDER if one is not Category.IMAGE_BIOMETRIC)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed; an empty language is the one she speaks."""

    kind: TextKind = TextKind.WISH
    category: int = int(Category.PLAN_WISHES)
    language: str = ""
    text: str = ""


@final
class WordsScreen(DeskScreen[views.CaseLook]):
    """A choice of what it is, and a field for what she said."""

    HEADING = N_("Her own words")
    ABOUT = N_(
        "Write what she said as she said it, in her language; correct nothing. It is kept word for word,"
        " and she decides for each text whether it may leave. Read it back to her."
    )
    CSS = """
    WordsScreen IndicTextArea { height: 8; }
    WordsScreen #hint { height: 1; color: $text-muted; }
    """
    ACTS: ClassVar[tuple[Act, ...]] = (SAVE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk, *, case_id: bytes) -> None:
        super().__init__(desk)
        self._case_id = case_id
        self.form = Form()
        self.draft = DraftKeeper(desk, place="words", about=case_id)
        self._recorded: list[Form] = []
        self._is_recording = False

    def body(self) -> ComposeResult:
        """What it is, what it is about, in which language, and the text."""
        say = self.words.say
        yield Choice[TextKind](
            say(N_("What it is")),
            [(kind, self.words.code(kind)) for kind in TEXTS_IN_ORDER],
            value=self.form.kind,
            id="kind",
        )
        yield Choice[int](
            say(N_("What it is about")),
            [(int(one), self.words.category(one)) for one in _CATEGORIES],
            value=self.form.category,
            id="category",
        )
        yield Choice[str](
            say(N_("She said it in")),
            [(tag, self.words.language_name(tag)) for tag in self._languages()],
            value=self._language(),
            id="language",
        )
        yield IndicTextArea(self.form.text)
        yield Text(id="hint")
        yield Paragraphs(id="recorded")

    def _languages(self) -> Sequence[str]:
        return list(dict.fromkeys([*LANGUAGE_NAMES, self._language()]))

    def _language(self) -> str:
        spoken = self.words.tag if self._loaded is None else self._loaded.language
        return self.form.language or spoken

    def on_mount(self) -> None:
        """The next keys are her words."""
        super().on_mount()
        self.query_one(IndicTextArea).focus()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded, self.form, self._recorded = None, Form(), []

    async def load(self, client: Client) -> views.CaseLook:
        """Her language, and what was half-written."""
        kept = decode(await self.draft.load(client), Form)
        # What was typed while the answer was on its way is newer than any draft.
        if kept is not None and self.form == Form():
            self.form = kept
        return await client.look_at_case(
            commands.LookAtCase(case_id=self._case_id, with_names=False, with_identity=False)
        )

    def show(self, loaded: views.CaseLook) -> None:
        """The draft, in her language where none was chosen."""
        del loaded
        self.query_one("#kind", Choice).choose(self.form.kind)
        self.query_one("#category", Choice).choose(self.form.category)
        self.query_one("#language", Choice).choose(self._language())
        area = self.query_one(IndicTextArea)
        if area.plain_value != self.form.text:
            area.load_text(self.form.text)
            area.move_cursor(area.document.end)
        self._show_recorded()
        self._hint()

    def heading(self) -> str:
        """Of which case."""
        number = "" if self._loaded is None else f" · {self._loaded.case_number}"
        return self.words.say(self.HEADING) + number

    def mark(self) -> str:
        """When the draft was saved."""
        at = self.draft.saved_at
        saved = N_("draft saved {time}")
        return "" if at is None else self.words.say(saved, time=self.desk.clock(at))

    # Typing.

    def on_edited(self, event: Edited) -> None:
        """Another kind, another language."""
        event.stop()
        self._read()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Another letter."""
        event.stop()
        self._read()
        self._hint()

    def _read(self) -> None:
        """Keep what is typed; what is being recorded is left as it is."""
        if self._is_recording:
            return
        language = self.query_one("#language", Choice).value
        read = Form(
            kind=self.query_one("#kind", Choice).value,
            category=self.query_one("#category", Choice).value,
            language=language if language != self._spoken() else "",
            text=self.query_one(IndicTextArea).plain_value,
        )
        if read != self.form:
            self.form = read
            self.draft.change(self, read)
            self.refresh_keys()

    def _spoken(self) -> str:
        return self.words.tag if self._loaded is None else self._loaded.language

    def _hint(self) -> None:
        """One quiet line: whether this is her word, or a report's."""
        found = jargon_in(self.form.text, glossary(self.words.language))
        hint = ""
        if found:
            hint = self.words.say(
                N_("“{word}”: her word or a report's? {instead} F2 says more."),
                word=found[0].name,
                instead=found[0].ask_instead,
            )
        self.query_one("#hint", Text).put(cut(one_line(hint), max(1, self.size.width - 2)))

    def on_left_out(self, event: LeftOut) -> None:
        """Never silently."""
        event.stop()
        said = self.words.say_many(
            "{count} character was not taken: the field is full, or it cannot be shown.",
            "{count} characters were not taken: the field is full, or they cannot be shown.",
            event.unshowable + event.over_length,
        )
        self.say(said, tone="warn")

    async def keep_draft(self) -> None:
        """Before this closes or is locked; what is being recorded is not recorded yet."""
        await (self.draft.keep(self.form) if self.form.text else self.draft.drop())

    # Recording.

    def can(self, name: str) -> bool:
        """There has to be something, and once is enough."""
        return name != SAVE.name or (bool(self.form.text.strip()) and not self._is_recording)

    def action_save(self) -> None:
        """Record it."""
        self._is_recording = True
        self.query_one(IndicTextArea).read_only = True
        self.refresh_keys()
        form = self.form
        command = commands.RecordSentence(
            case_id=self._case_id,
            category=Category(form.category),
            kind=form.kind,
            language=self._language(),
            text=form.text,
        )

        async def doing(client: Client) -> Form:
            try:
                await client.record_sentence(command)
            except ClientError:
                self._is_recording = False
                self.call_later(self._write_on)
                raise
            # It is recorded; a draft that could not be dropped is overwritten by the next one.
            self.form = msgspec.structs.replace(form, text="")
            with contextlib.suppress(ClientError):
                await self.keep_draft()
            return form

        self.attempt(doing, self._is_recorded)

    def _write_on(self) -> None:
        self.query_one(IndicTextArea).read_only = False
        self.refresh_keys()

    def _is_recorded(self, form: Form) -> None:
        self._recorded.append(form)
        self.form = msgspec.structs.replace(form, text="")
        area = self.query_one(IndicTextArea)
        area.load_text("")
        self._is_recording = False
        self._write_on()
        self._show_recorded()
        self.say(self.words.say(N_("Written down, word for word.")))

    def _show_recorded(self) -> None:
        """What was recorded just now, to be read back to her."""
        if not self._recorded:
            return
        heading = Paragraph(
            text=self.words.say(N_("Written down just now: read it back to her")),
            style="bold $secondary",
        )
        texts = [
            Paragraph(
                text=form.text, mark=f"{self.words.code(form.kind)}  ", mark_style="bold $accent"
            )
            for form in reversed(self._recorded)
        ]
        self.query_one("#recorded", Paragraphs).put([heading, *texts])
