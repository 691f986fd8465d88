"""Write down what is known: a category, its fields, and only what was changed is recorded."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, final

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from protocol.local import commands, views
from protocol.vocabulary.categories import HIDDEN, Category
from protocol.vocabulary.codes import TextKind
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from tui.acts import Act, bindings
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import Text
from tui.screens import fact_changes
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.drafts import DraftKeeper, decode
from tui.screens.fact_fields import (
    CATEGORIES,
    LABEL_CELLS,
    POSITION,
    Typed,
    UnfitError,
    as_typed,
    control,
    fields_of,
    is_listed,
    read,
)
from tui.widgets.choice import Choice
from tui.widgets.indic_input import LeftOut
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_

SAVE: Final = Act(
    name="save",
    key="ctrl+s",
    label=N_("record"),
    help=N_(
        "Record what you changed, in every category at once. What was emptied is no longer so."
    ),
    in_palette=False,
)
_UNFIT: Final = {
    Shape.DATE: N_("{field}: write the year, or 2004-11, or 2004-11-24. Nothing was recorded."),
    Shape.NUMBER: N_("{field}: write a number. Nothing was recorded."),
    Shape.CODE: N_("{field}: write one or two English words. Nothing was recorded."),
    Shape.CODES: N_(
        "{field}: write short English words with commas between them. Nothing was recorded."
    ),
    Shape.LINE: N_("{field}: write one line. Nothing was recorded."),
}


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The category in front, and what was changed in any of them."""

    category: int = int(Category.PLAN_WISHES)
    changed: dict[str, str | list[str]] = {}


@final
class FactsScreen(DeskScreen[views.CaseLook]):
    """One category at a time; the plan comes first, and on it where she stands."""

    HEADING = N_("What is known")
    ABOUT = N_(
        "Choose what it is about, then fill in what she told you. Nothing has to be filled in, but her"
        " position on the plan has to be known before anybody is asked to take her on. Who she is can be"
        " seen and written while names are shown (F9)."
    )
    CSS = """
    FactsScreen #fields { height: auto; width: 1fr; margin: 1 0; }
    """
    ACTS: ClassVar[tuple[Act, ...]] = (SAVE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk, *, case_id: bytes) -> None:
        super().__init__(desk)
        self._case_id = case_id
        self.form = Form()
        self.draft = DraftKeeper(desk, place="facts", about=case_id)
        self._is_recording = False
        self._ledger: views.Ledger | None = None
        # What stood in the fields when they were laid out, and what was changed here since.
        self._laid: dict[str, Typed] = {}
        self._recorded: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        """The category, its fields, and what to know."""
        yield Choice[int](
            self.words.say(N_("What it is about")),
            [(int(one), self.words.category(one)) for one in CATEGORIES],
            value=self.form.category,
            label_cells=LABEL_CELLS,
            id="category",
        )
        yield Vertical(id="fields")
        yield Paragraphs(id="notes")

    def on_mount(self) -> None:
        """The category comes first."""
        super().on_mount()
        self.query_one("#category").focus()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded, self._ledger, self.form, self._laid = None, None, Form(), {}

    async def load(self, client: Client) -> views.CaseLook:
        """What is recorded, and what was half-written."""
        kept = decode(await self.draft.load(client), Form) if self.form == Form() else None
        if kept is not None:
            self.form = kept
        self._ledger = await client.show_ledger(commands.ShowLedger(case_id=self._case_id))
        return await client.look_at_case(
            commands.LookAtCase(
                case_id=self._case_id,
                with_names=False,
                with_identity=self.desk.names_are_shown,
            )
        )

    def show(self, loaded: views.CaseLook) -> None:
        """The fields of the category in front."""
        if not self.desk.names_are_shown:
            self._loaded = msgspec.structs.replace(
                loaded,
                facts=[one for one in loaded.facts if one.category not in HIDDEN],
                sentences=[one for one in loaded.sentences if one.category not in HIDDEN],
            )
        self.query_one("#category", Choice).choose(self.form.category)
        self.call_later(self._lay_out)

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._loaded is not None:
            self.show(self._loaded)
        super().names_turned()

    def heading(self) -> str:
        """Of which case."""
        number = "" if self._loaded is None else f" · {self._loaded.case_number}"
        return self.words.say(self.HEADING) + number

    def mark(self) -> str:
        """When the draft was saved."""
        at = self.draft.saved_at
        saved = N_("draft saved {time}")
        return "" if at is None else self.words.say(saved, time=self.desk.clock(at))

    # The fields.

    async def _lay_out(self) -> None:
        """Controls for the category in front; the focus stays where it was."""
        focused = self.focused
        owner = None if focused is None else focused.id or getattr(focused.parent, "id", None)
        box = self.query_one("#fields", Vertical)
        await box.remove_children()
        await box.mount(*self._controls())
        self.query_one("#notes", Paragraphs).put(list(self._notes()))
        again = next((one for one in box.children if one.id == owner and owner), None)
        if isinstance(again, Widget) and self.focused is None:
            (again if again.can_focus else again.children[-1]).focus()
        self.refresh_frame()

    @property
    def _is_covered(self) -> bool:
        return self.form.category in HIDDEN and not self.desk.names_are_shown

    def _controls(self) -> Sequence[Widget]:
        if self._is_covered:
            text = N_("Who she is stays hidden. F9 shows it for a minute; then it can be written.")
            self._laid = {}
            return [Text(self.words.say(text), classes="quiet")]
        self._laid = known = self._known()
        return [
            control(field, self.form.changed.get(field, known.get(field, "")), self.words)
            for field in fields_of(self.form.category)
        ]

    def _known(self) -> dict[str, Typed]:
        facts = () if self._loaded is None else self._loaded.facts
        return {fact.field: as_typed(fact) for fact in facts}

    def _notes(self) -> Sequence[Paragraph]:
        say = self.words.say
        notes = [*self._notes_on_changes()]
        if self._is_position_missing():
            text = N_("Her position on the plan is not recorded yet: she cannot be referred so.")
            notes.append(Paragraph(text=say(text), mark="! ", mark_style="$warning"))
        fields = () if self._is_covered else fields_of(self.form.category)
        shapes = {FACT_FIELDS[field].shape for field in fields}
        if Shape.DATE in shapes:
            notes.append(self._note(say(N_("A date: 2004, 2004-11 or 2004-11-24."))))
        if any(_is_written(field) for field in fields):
            text = N_(
                "Where nothing can be chosen: short English words with commas between them, such as"
                " sewing, school papers. Partners of every language see them as they are."
            )
            notes.append(self._note(say(text)))
        emptied = N_(
            "A field that is emptied is no longer so. You are asked before it is recorded."
        )
        notes.append(self._note(say(emptied)))
        return [*notes, *self._texts_about_her()]

    def _notes_on_changes(self) -> Iterator[Paragraph]:
        """What is about to end, and who knows the former of what was changed."""
        ended = fact_changes.ended(self.form.changed)
        if ended:
            fields = ", ".join(map(self.words.field, ended))
            text = self.words.say(N_("No longer so, once it is recorded: {fields}"), fields=fields)
            yield Paragraph(text=text, mark="✗ ", mark_style="$error")
        changed = dict.fromkeys([*self.form.changed, *self._recorded])
        for told in fact_changes.who_knows(self._ledger, [*changed]):
            text = fact_changes.to_tell(self.words, told)
            yield Paragraph(text=text, mark="! ", mark_style="$warning")

    def _texts_about_her(self) -> Sequence[Paragraph]:
        """Her texts that say who she is stand here alone: her case does not show them."""
        said = () if self._loaded is None or self._is_covered else self._loaded.sentences
        return [
            Paragraph(
                text=one.text,
                mark=f"{self.words.code_of(TextKind, one.kind)}  ",
                mark_style="bold $accent",
            )
            for one in said
            if one.category == self.form.category and one.category in HIDDEN
        ]

    def _note(self, text: str) -> Paragraph:
        return Paragraph(text=text, style="$text-muted", mark="· ")

    def _is_position_missing(self) -> bool:
        position = {**self._known(), **self.form.changed}.get(POSITION, "")
        return position in {"", "not_asked", "unknown", "declined_to_say"}

    def on_edited(self, event: Edited) -> None:
        """Something was chosen or typed."""
        event.stop()
        category = self.query_one("#category", Choice).value
        known, changed = self._laid, dict(self.form.changed)
        for widget in self.query_one("#fields").children:
            found = read(widget)
            if found is None:
                continue
            field, value = found
            is_nothing_new = fact_changes.is_empty(value) and field not in known
            if is_nothing_new or value == known.get(field):
                changed.pop(field, None)
            else:
                changed[field] = value
        form = Form(category=category, changed=changed)
        if form == self.form:
            return
        is_other = form.category != self.form.category
        self.form = form
        self.draft.change(self, form)
        if is_other:
            self.call_later(self._lay_out)
        else:
            self.query_one("#notes", Paragraphs).put(list(self._notes()))
        self.refresh_keys()

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
        await (self.draft.keep(self.form) if self.form.changed else self.draft.drop())

    # Recording.

    def can(self, name: str) -> bool:
        """Something has to be changed, and once is enough."""
        return name != SAVE.name or (bool(self.form.changed) and not self._is_recording)

    def action_save(self) -> None:
        """Record all of it, or nothing; where something ends, a person says so."""
        form = self.form
        try:
            facts = fact_changes.anew(form.changed)
        except UnfitError as error:
            text = self.words.say(_UNFIT[error.shape], field=self.words.field(error.field))
            self.say(text, tone="wrong")
            return
        ended = fact_changes.ended(form.changed)
        command = commands.RecordFacts(case_id=self._case_id, facts=facts, no_longer=ended)
        if not ended:
            self._record(form, command)
            return
        told = [*fact_changes.who_knows(self._ledger, ended)]
        question = fact_changes.question(self.words, ended, told)

        def answered(is_so: bool | None) -> None:  # noqa: FBT001  (as the question is answered)
            if is_so:
                self._record(form, command)

        self.call_later(self.app.push_screen, AskScreen(self.desk, question), answered)

    def _record(self, form: Form, command: commands.RecordFacts) -> None:
        self._is_recording = True
        self.refresh_keys()

        async def doing(client: Client) -> int:
            try:
                await client.record_facts(command)
            except ClientError:
                self._is_recording = False
                raise
            # They are recorded; a draft that could not be dropped is overwritten by the next one.
            self.form = _without(self.form, form)
            self._recorded = tuple(dict.fromkeys([*self._recorded, *form.changed]))
            with contextlib.suppress(ClientError):
                await self.keep_draft()
            return len(command.facts) + len(command.no_longer)

        self.attempt(doing, self._are_recorded)

    def _are_recorded(self, count: int) -> None:
        self._is_recording = False
        said = self.words.say_many("{count} fact recorded.", "{count} facts recorded.", count)
        self.say(said)
        self.reload()


def _without(form: Form, recorded: Form) -> Form:
    """What was changed since it was sent to be recorded."""
    changed = {
        field: value
        for field, value in form.changed.items()
        if recorded.changed.get(field) != value
    }
    return msgspec.structs.replace(form, changed=changed)


def _is_written(field: str) -> bool:
    return FACT_FIELDS[field].shape in {Shape.CODE, Shape.CODES} and not is_listed(field)
