"""One referral, ours or theirs: where it stands, what comes next, and everything that came and went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import (
    Destination,
    Saying,
    ToAnswer,
    ToDossier,
    ToFiles,
    ToMessage,
    ToReport,
    ToThreadConsents,
    ToWithdraw,
    ToWithdrawThread,
)
from tui.plain import Text, line_of, lines_of, one_line, plain
from tui.screens import conditions
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import MAY_HAVE_FILES, files_of
from tui.screens.referral_acts import Deed, may_do, next_step
from tui.screens.referral_lines import case_of, offer_pairs, state_of, two_columns
from tui.screens.referral_rows import FILE, MESSAGE, EntryKey, entries
from tui.termwidth import wrap
from tui.widgets.rows import Rows
from tui.wording import N_

LABEL_CELLS: Final = 13
# Of her conditions as many stand above; all of them stand beside the consent further down.
CONDITION_LINES_MAX: Final = 2
# The task's name: the module that defines it also knows what is sent, and the desk must not.
_TELL_HER: Final = "tell_her_who_and_when"

OPEN: Final = Act(
    name="open",
    key="enter",
    label=N_("read"),
    help=N_("Open what was told about her, or the files."),
)
TOLD: Final = Act(
    name="told",
    key="t",
    label=N_("I told her"),
    help=N_("She knows now who expects her, and when."),
    in_palette=False,
)
ACCEPT: Final = Act(
    name="accept", key="a", label=N_("yes"), help=N_("Keep a place for her: who, what, when.")
)
ASK: Final = Act(
    name="ask", key="q", label=N_("question"), help=N_("Ask something before you answer.")
)
DECLINE: Final = Act(name="decline", key="x", label=N_("no"), help=N_("Say no, and why."))
PREPARE: Final = Act(
    name="prepare",
    key="p",
    label=N_("we are ready"),
    help=N_("You read what came, and say whether you go on with her plan."),
)
ARRIVE: Final = Act(
    name="arrive",
    key="v",
    label=N_("she is here"),
    help=N_("She has come, and you met her alone."),
)
REPORT: Final = Act(
    name="report", key="r", label=N_("tell how she is"), help=N_("As far as she allows it.")
)
ANSWER: Final = Act(
    name="answer", key="a", label=N_("answer"), help=N_("Answer their question from a list.")
)
DOSSIER: Final = Act(
    name="dossier",
    key="d",
    label=N_("send what she allows"),
    help=N_("The dossier: look at exactly what they get, then send it."),
)
RECALL: Final = Act(
    name="recall", key="x", label=N_("take back"), help=N_("Take the offer back, and say why.")
)
FOLLOW_UP: Final = Act(
    name="follow_up", key="f", label=N_("ask to see her"), help=N_("Ask them to see her by a day.")
)
FILES: Final = Act(
    name="files",
    key="l",
    label=N_("files"),
    help=N_("Papers, pictures and recordings that go or came with this referral."),
)
CONSENTS: Final = Act(
    name="consents",
    key="c",
    label=N_("consents"),
    help=N_("What she agreed to between them and us; here you say that you heard it from her."),
)
WITHDRAW: Final = Act(
    name="withdraw",
    key="w",
    label=N_("she withdraws"),
    help=N_("She changed her mind: no reason is asked for."),
)
_SAYINGS: Final = {
    Deed.ACCEPT: Saying.ACCEPT,
    Deed.ASK: Saying.ASK,
    Deed.DECLINE: Saying.DECLINE,
    Deed.PREPARE: Saying.PREPARED,
    Deed.ARRIVE: Saying.ARRIVED,
    Deed.ANSWER: Saying.ANSWER,
    Deed.RECALL: Saying.RECALL,
    Deed.FOLLOW_UP: Saying.FOLLOW_UP,
}
# Taking back is never held; telling how she is has its own screen, which holds.
_HELD_DEEDS: Final = frozenset(set(Deed) - {Deed.RECALL, Deed.REPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the screen shows: the referral, its files, what is on its way, and what is to be told to her."""

    view: views.ReferralView
    files: Sequence[views.FileLine]
    held: views.HeldLine | None
    to_tell: views.TaskView | None


@final
class ReferralScreen(DeskScreen[Standing]):
    """One screen for both sides; which acts work comes from where the referral stands."""

    ABOUT = N_(
        "Everything about one referral. The second line says what comes next. Before a yes the"
        " other side sees what the offer says, and nothing else."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (
        OPEN,
        TOLD,
        ACCEPT,
        ASK,
        DECLINE,
        ANSWER,
        DOSSIER,
        PREPARE,
        ARRIVE,
        REPORT,
        FOLLOW_UP,
        RECALL,
        FILES,
        CONSENTS,
        WITHDRAW,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = "#entries { height: 1fr; }"

    def __init__(self, desk: Desk, *, thread: bytes) -> None:
        super().__init__(desk)
        self._thread = thread

    def heading(self) -> str:
        """Who asks whom, for which case."""
        if self._loaded is None:
            return self.words.say(N_("Referral"))
        line = self._loaded.view.referral
        if not line.is_ours:
            return self.words.say(N_("From {partner}"), partner=one_line(line.peer_name))
        return self.words.say(
            N_("{case} to {partner}"),
            case=case_of(self.desk, line),
            partner=one_line(line.peer_name),
        )

    def body(self) -> ComposeResult:
        """Where it stands, and the rows."""
        yield Text(id="standing")
        yield Rows[EntryKey](id="entries")

    async def load(self, client: Client) -> Standing:
        """The referral, what is held in it, and the promise to tell her."""
        view = await client.show_referral(commands.ShowReferral(thread=self._thread))
        held = await client.list_held()
        tasks = (await client.list_tasks()).tasks if view.referral.is_ours else []
        return Standing(
            view=view,
            files=await files_of(client, view.referral),
            held=self._of_this(held.sendings),
            to_tell=next(
                (task for task in tasks if task.thread == self._thread and task.task == _TELL_HER),
                None,
            ),
        )

    def _of_this(self, sendings: Sequence[views.HeldLine]) -> views.HeldLine | None:
        """What leaves in a moment; without it the last that was not sent, for which nothing has to wait."""
        mine = [line for line in sendings if line.thread == self._thread]
        return next((line for line in mine if line.refused is None), mine[-1] if mine else None)

    def show(self, loaded: Standing) -> None:
        """The lines and the rows."""
        # A scroll bar, a mark and the margins stand beside the text.
        width = max(20, self.size.width - 4)
        self.query_one("#standing", Text).put(lines_of(self._lines(loaded, width)))
        listed = self.query_one("#entries", Rows)
        listed.put(entries(self.desk, loaded.view, loaded.files, width=width))
        listed.focus()

    def _lines(self, loaded: Standing, width: int) -> list[Content]:
        line = loaded.view.referral
        word, colour = state_of(self.desk, line)
        since = self.desk.date(line.changed_at)
        lines = [
            line_of(
                (word, f"bold {colour}"),
                (f"  {self.words.say(N_('since {date}'), date=since)}", "$text-muted"),
            )
        ]
        told = self._held_line(loaded.held) or next_step(
            self.desk, loaded.view, is_told=loaded.to_tell is None
        )
        lines += [plain(text, "$accent") for text in wrap(told, width)]
        kept_to = conditions.together(self.words, loaded.view.consents)
        lines += conditions.lines(kept_to, width=width, lines_max=CONDITION_LINES_MAX)
        lines += two_columns(
            offer_pairs(self.desk, line.offer), width=width, label_cells=LABEL_CELLS
        )
        return lines

    def _held_line(self, held: views.HeldLine | None) -> str:
        if held is None:
            return ""
        if held.refused is not None:
            why = self.words.refusal(held.refused)
            return self.words.say(N_("! Not sent. {why} F7 puts this note away."), why=why)
        last = self.desk.held
        if last is None or last.held_id != held.held_id:
            # `u` would stop another sending, or nothing.
            return self.words.say(
                N_("Something of this leaves in a moment. F7, then u, stops it.")
            )
        return self.words.say(N_("Something of this leaves in a moment. Until then u stops it."))

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

    def can(self, name: str) -> bool:
        """What fits where the referral stands; nothing twice while the first is on its way."""
        if self._loaded is None:
            return False
        if name == OPEN.name:
            return self._chosen_message() is not None or self._is_file_chosen
        if name == TOLD.name:
            return self._loaded.to_tell is not None
        if name in {WITHDRAW.name, CONSENTS.name, FILES.name}:
            return self._may_look_beside(name)
        deed = Deed(name)
        if self._is_leaving and deed in _HELD_DEEDS:
            return False
        return may_do(self._loaded.view, deed)

    def _may_look_beside(self, name: str) -> bool:
        """Files follow a yes; what she agreed to elsewhere came with it, and she may withdraw it here too."""
        view = None if self._loaded is None else self._loaded.view
        if view is None:
            return False
        if name == FILES.name:
            return view.referral.state in MAY_HAVE_FILES
        if view.referral.is_ours:
            return name == WITHDRAW.name and view.referral.case_id is not None
        return bool(view.consents)

    @property
    def _is_leaving(self) -> bool:
        held = None if self._loaded is None else self._loaded.held
        return held is not None and held.refused is None

    def _chosen_message(self) -> views.MessageLine | None:
        if self._loaded is None or not self.is_mounted:
            return None
        chosen = self.query_one("#entries", Rows).chosen
        if chosen is None or chosen[0] != MESSAGE:
            return None
        messages = self._loaded.view.messages
        return next((one for one in messages if one.message_id == chosen[1]), None)

    @property
    def _is_file_chosen(self) -> bool:
        chosen = self.query_one("#entries", Rows).chosen if self.is_mounted else None
        return chosen is not None and chosen[0] == FILE

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """What was told about her."""
        message = self._chosen_message()
        if message is not None:
            self.go(ToMessage(peer=message.peer, message_id=message.message_id))
        elif self._is_file_chosen:
            self.action_files()

    def action_told(self) -> None:
        """She knows who expects her, and when."""
        task = None if self._loaded is None else self._loaded.to_tell
        if task is not None:
            command = commands.FinishTask(task_id=task.task_id)
            self.attempt(lambda client: client.finish_task(command), self._was_told)

    def _was_told(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Written down: she knows who expects her, and when.")))
        self.reload()

    def action_accept(self) -> None:
        """A place."""
        self._say(Deed.ACCEPT)

    def action_ask(self) -> None:
        """A question."""
        self._say(Deed.ASK)

    def action_decline(self) -> None:
        """A no."""
        self._say(Deed.DECLINE)

    def action_answer(self) -> None:
        """An answer."""
        self._say(Deed.ANSWER)

    def action_prepare(self) -> None:
        """Ready for her."""
        self._say(Deed.PREPARE)

    def action_arrive(self) -> None:
        """She is here."""
        self._say(Deed.ARRIVE)

    def action_recall(self) -> None:
        """The offer is taken back."""
        self._say(Deed.RECALL)

    def action_follow_up(self) -> None:
        """A day on which they see her."""
        self._say(Deed.FOLLOW_UP)

    def _say(self, deed: Deed) -> None:
        self.go(ToAnswer(thread=self._thread, saying=_SAYINGS[deed]))

    def action_dossier(self) -> None:
        """What they get after their yes."""
        self.go(ToDossier(thread=self._thread))

    def action_report(self) -> None:
        """How she is; where they asked, as an answer to the first that is open."""
        if self._loaded is not None:
            self.go(_report(self._loaded.view))

    def action_withdraw(self) -> None:
        """She changed her mind; she may say so at either side."""
        line = None if self._loaded is None else self._loaded.view.referral
        if line is not None and line.is_ours and line.case_id is not None:
            self.go(ToWithdraw(case_id=line.case_id, peer=line.peer))
        else:
            self.go(ToWithdrawThread(thread=self._thread))

    def action_files(self) -> None:
        """What goes or came with it."""
        self.go(ToFiles(thread=self._thread))

    def action_consents(self) -> None:
        """What she agreed to between them and us."""
        self.go(ToThreadConsents(thread=self._thread))


def _report(view: views.ReferralView) -> Destination:
    asked = [
        follow_up
        for follow_up in view.follow_ups
        if not follow_up.is_asked_by_us
        and follow_up.state in {"due", "requested", "taken_on", "overdue"}
    ]
    first = min(asked, key=lambda follow_up: follow_up.due, default=None)
    return ToReport(
        thread=view.referral.thread, follow_up=None if first is None else first.follow_up
    )
