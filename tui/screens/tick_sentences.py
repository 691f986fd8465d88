"""Further sentences of hers for a consent that is there already: each is read back to her first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.local.views import SaidView
from protocol.vocabulary.codes import TextKind
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import Back, ToTickSentences
from tui.plain import Text, one_line, plain
from tui.screens import her_sentences
from tui.screens.consent_acts import READ
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.read_back import ReadBack, read_to_her
from tui.termwidth import wrap
from tui.widgets.rows import Row, Rows
from tui.wording import N_

RECORD: Final = Act(
    name="record",
    key="ctrl+s",
    label=N_("record"),
    help=N_(
        "These sentences may go with the consent. It cannot be taken back but by withdrawing."
    ),
    in_palette=False,
)
_MARGIN_CELLS: Final = 4
_TEXT_LINES_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Her sentences that this consent could carry, and those it carries already."""

    case_number: str
    offered: Sequence[SaidView]
    there: frozenset[bytes]


@final
class TickSentencesScreen(DeskScreen[Sentences]):
    """What is ticked here is kept only until it is recorded: a tick counts in the room where it was given."""

    HEADING = N_("Her sentences")
    ABOUT = N_(
        "A sentence of hers goes only if you read it back to her, word for word, and she says that it may go"
        " as it stands."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (READ, RECORD, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False
    CSS = """
    TickSentencesScreen #body { overflow-y: hidden; }
    TickSentencesScreen #sentences { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, to: ToTickSentences) -> None:
        super().__init__(desk)
        self._to = to
        self._may_go: frozenset[bytes] = frozenset()
        self._is_recording = False

    def body(self) -> ComposeResult:
        """The list, and a sentence where it is empty."""
        yield Text(id="none", classes="quiet")
        yield Rows[bytes](id="sentences")

    async def load(self, client: Client) -> Sentences:
        """Her sentences within the consent's categories."""
        look = await client.look_at_case(
            commands.LookAtCase(
                case_id=self._to.case_id,
                with_names=False,
                with_identity=self.desk.names_are_shown,
            )
        )
        listed = await client.list_consents(commands.ListConsents(case_id=self._to.case_id))
        consent = next(
            (one for one in listed.consents if one.consent_id == self._to.consent_id), None
        )
        categories = [] if consent is None else consent.categories
        return Sentences(
            case_number=look.case_number,
            offered=[said for said in her_sentences.all_of(look) if said.category in categories],
            there=frozenset([] if consent is None else consent.texts),
        )

    def show(self, loaded: Sentences) -> None:
        """The rows; a sentence that is no longer there is no longer ticked."""
        self._may_go &= {said.hash for said in loaded.offered}
        none = self.words.say(N_("No sentence of hers is of the kind that this consent allows."))
        self.query_one("#none", Text).put(none)
        self.query_one("#none").display = not loaded.offered
        listed = self.query_one("#sentences", Rows)
        listed.display = bool(loaded.offered)
        rows = [Row(key=said.hash, lines=self._lines(loaded, said)) for said in loaded.offered]
        listed.put(rows)
        if loaded.offered:
            listed.focus()

    def _lines(self, loaded: Sentences, said: SaidView) -> tuple[Content, ...]:
        is_there = said.hash in loaded.there
        goes = is_there or said.hash in self._may_go
        width = self.size.width - _MARGIN_CELLS
        kind = self.words.code_of(TextKind, said.kind)
        wrapped = wrap(one_line(f"{kind}: {her_sentences.quoted(self.words, said)}"), width - 4)
        if len(wrapped) > _TEXT_LINES_MAX:
            wrapped = [*wrapped[: _TEXT_LINES_MAX - 1], "…"]
        mark = f"[{'x' if goes else ' '}] "
        texts = [
            plain((mark if place == 0 else "    ") + line) for place, line in enumerate(wrapped)
        ]
        if is_there:
            note = N_("goes already with this consent")
        elif goes:
            note = N_("read back to her, may go as it stands")
        else:
            note = her_sentences.unread(said)
        style = "$success" if goes else "$text-muted"
        return (*texts, plain(f"    {self.words.say(note)}", style))

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._loaded is not None and not self.desk.names_are_shown:
            offered = her_sentences.covered(self._loaded.offered)
            self._loaded = replace(self._loaded, offered=offered)
            self.show(self._loaded)
        super().names_turned()

    def heading(self) -> str:
        """Whose."""
        title = super().heading()
        return title if self._loaded is None else f"{title} · {self._loaded.case_number}"

    @property
    def _sentence(self) -> SaidView | None:
        if self._loaded is None or not self.is_mounted:
            return None
        chosen = self.query_one("#sentences", Rows).chosen
        return next((said for said in self._loaded.offered if said.hash == chosen), None)

    def can(self, name: str) -> bool:
        """Read what does not go yet; record what was read back."""
        if self._loaded is None or self._is_recording:
            return False
        if name == RECORD.name:
            return bool(self._may_go)
        sentence = self._sentence
        if sentence is None or not sentence.text:
            # What is covered nobody can read to her.
            return False
        return sentence.hash not in self._loaded.there

    def action_read_back(self) -> None:
        """The sentence alone on the screen."""
        sentence = self._sentence
        if sentence is not None:
            read_to_her(self, sentence, partial(self._was_read_back, sentence))

    def _was_read_back(self, sentence: SaidView, heard: ReadBack) -> None:
        if heard is ReadBack.MAY_GO:
            self._may_go |= {sentence.hash}
        elif heard is ReadBack.STAYS:
            self._may_go -= {sentence.hash}
        if self._loaded is not None:
            self.show(self._loaded)
            self.refresh_frame()

    def action_record(self) -> None:
        """Once."""
        command = commands.TickTexts(consent_id=self._to.consent_id, texts=sorted(self._may_go))
        self._is_recording = True

        async def doing(client: Client) -> views.Done:
            try:
                return await client.tick_texts(command)
            finally:
                self._is_recording = False

        self.attempt(doing, self._recorded)

    def _recorded(self, _done: views.Done) -> None:
        self._may_go = frozenset()
        self.post_message(Back())
