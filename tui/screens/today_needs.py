"""What needs a person, as rows of the first screen: a mark, how many, a sentence, since when, who."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Final

from textual.content import Content

from protocol.limits import DAY
from protocol.local import views
from protocol.vocabulary.codes import Purpose
from tui.desk import Desk
from tui.places import (
    Destination,
    Place,
    ToConsents,
    ToDossier,
    ToFiles,
    ToLedger,
    ToOffer,
    ToOutbox,
    ToPartner,
    ToPlace,
    ToReferral,
    ToReport,
)
from tui.plain import line_of, one_line, plain
from tui.screens import half_written
from tui.termwidth import fit, wrap
from tui.wording import N_

WIDE_CELLS: Final = 110
NOTICE: Final = "notice "
_NAMED_MAX: Final = 3
_LEFT_CELLS: Final = 6
_WHEN_CELLS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One row.

    Attributes:
        key: its name in the list; the cursor keeps it when the list is loaded anew.
        mark: one character that says of what sort it is.
        style: its colour, which never says anything alone.
        count: how many it stands for.
        to: where Enter leads; None where there is no way from here.
        task_id: what `d` puts away; None where an act has to end it.
        group: the tasks below it, when it stands for several.
    """

    key: str
    mark: str
    style: str
    count: int
    sentence: str
    when: str
    who: str
    to: Destination | None
    task_id: int | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the node says of today."""

    today: views.Today
    drafts: tuple[views.DraftLine, ...]
    held: tuple[views.HeldLine, ...]
    peers: tuple[views.PeerView, ...]
    labels: Mapping[bytes, str]


def _referral(task: views.TaskView) -> Destination:
    return _partner(task) if task.thread is None else ToReferral(thread=task.thread)


def _partner(task: views.TaskView) -> Destination:
    return ToPartner(node_id=task.peer)


def _dossier(task: views.TaskView) -> Destination:
    return _partner(task) if task.thread is None else ToDossier(thread=task.thread)


def _files(task: views.TaskView) -> Destination:
    return _partner(task) if task.thread is None else ToFiles(thread=task.thread)


def _offer(task: views.TaskView) -> Destination:
    return _referral(task) if task.case_id is None else ToOffer(case_id=task.case_id)


def _consents(task: views.TaskView) -> Destination:
    return _referral(task) if task.case_id is None else ToConsents(case_id=task.case_id)


def _ask_her_again(task: views.TaskView) -> Destination:
    """She agreed there that they are told; the report asks her again before anything else."""
    return _partner(task) if task.thread is None else ToReport(thread=task.thread, follow_up=None)


def _ledger(task: views.TaskView) -> Destination:
    if task.case_id is not None:
        return ToLedger(case_id=task.case_id)
    return ToPlace(place=Place.SHARING) if task.thread is None else _referral(task)


def _follow_ups(_task: views.TaskView) -> Destination:
    return ToPlace(place=Place.FOLLOW_UPS)


def _partners(_task: views.TaskView) -> Destination:
    return ToPlace(place=Place.PARTNERS)


def _outbox(_task: views.TaskView) -> Destination:
    return ToOutbox()


LEADS: Final[Mapping[str, tuple[str, Callable[[views.TaskView], Destination]]]] = {
    "hear_it_from_her": ("?", _ledger),
    "tell_her_who_and_when": ("✓", _referral),
    "offer_to_answer": ("!", _referral),
    "question_to_answer": ("?", _referral),
    "dossier_to_send": ("✓", _dossier),
    "dossier_to_read": ("!", _referral),
    "offer_again": ("✗", _offer),
    "follow_up_due": ("▸", _follow_ups),
    "report_to_read": ("✉", _referral),
    "ask_her_again": ("⏻", _consents),
    "withdrawal_arrived": ("!", _ledger),
    "stream_frozen": ("!", _partner),
    "compare_safety_number": ("?", _partner),
    "confirm_with_her": ("?", _ask_her_again),
    "message_refused": ("✗", _referral),
    "not_sent": ("✗", _referral),
    "sending_refused": ("✗", _outbox),
    "file_came": ("✉", _files),
    "file_not_whole": ("✗", _files),
    "file_again": ("!", _files),
    "bundle_stale": ("…", _partner),
    "state_awaited": ("…", _partner),
    "confirm_restored": ("?", _partner),
    "other_computer": ("!", _partners),
    "old_computer": ("!", _partner),
    "message_misused": ("!", _partner),
    "update_needed": ("!", _partners),
    "not_delivered": ("✗", _referral),
    "tell_again": ("✗", _referral),
    "audit_differs": ("!", _partner),
    "audit_restored": ("!", _partner),
    "audit_questioned": ("!", _partner),
    "clock_in_doubt": ("!", _partners),
    "card_ending": ("▸", _partners),
    "card_over": ("!", _partners),
    "backup_old": ("!", _outbox),
    "peer_suspended": ("!", _partner),
    "suspended_ourselves": ("!", _partners),
    "member_removed": ("?", _partner),
    "charter_to_look_at": ("?", _partners),
    "charter_refused": ("!", _partners),
    "charter_ending": ("▸", _partners),
    "charter_over": ("!", _partners),
    "confirm_erasure": ("?", _partner),
    "erasure_overdue": ("!", _partner),
    "risk_raised": ("!", _partners),
}
"""The mark of each task, and the screen on which it is done."""

_KIND_STYLES: Final = {"waiting": "$warning", "promise": "$accent", "news": "$secondary"}

_NOTICES: Final = {
    "sheet_used": N_("The recovery sheet was used. If nobody of you did that: tell everybody."),
    "sheet_new": N_("There is a new recovery sheet. Every older one opens nothing."),
    "person_removed": N_("Somebody was removed. Everybody had to unlock anew."),
    "restored": N_(
        "Everything here is from a backup. What partners may share comes again by itself."
    ),
    "passphrase_reset": N_("Somebody gave you a new passphrase. Was it you who asked?"),
}


def needs(desk: Desk, loaded: Loaded, *, unfolded: frozenset[str]) -> list[Need]:
    """Who waits for us, then what we promised, then news; what she must be told once stands above."""
    today = loaded.today
    # A follow-up that is due within the week stands in the row of all of them.
    told = {line.thread for line in today.follow_ups}
    tasks = [
        task for task in today.tasks if task.task != "follow_up_due" or task.thread not in told
    ]
    of_kind = {kind: [task for task in tasks if task.kind == kind] for kind in _KIND_STYLES}
    return [
        *_notices(desk),
        *(_disk(desk) for _ in range(today.is_disk_short)),
        *_held(desk, loaded.held),
        *_tasks(desk, of_kind["waiting"], unfolded=unfolded),
        *_follow_ups_due(desk, today),
        *_tasks(desk, of_kind["promise"], unfolded=unfolded),
        *(_consent(desk, ending) for ending in today.consents),
        *(_draft(desk, draft, loaded.labels) for draft in loaded.drafts),
        *_tasks(desk, of_kind["news"], unfolded=unfolded),
    ]


def _notices(desk: Desk) -> Iterator[Need]:
    for notice in desk.notices:
        text = _NOTICES.get(notice.code, N_("Something changed here. Ask your supervisor."))
        yield Need(
            key=notice_key(notice),
            mark="!",
            style="bold $warning",
            count=0,
            sentence=desk.words.say(text),
            when=desk.day(notice.at),
            who="",
            to=None,
        )


def notice_key(notice: views.NoticeView) -> str:
    """The name of its row."""
    return f"{NOTICE}{notice.code} {notice.at}"


def _disk(desk: Desk) -> Need:
    text = N_(
        "The disk is nearly full: what comes has to wait. Make room on it, or call who looks after it."
    )
    sentence = desk.words.say(text)
    return Need(
        key="disk",
        mark="!",
        style="bold $error",
        count=0,
        sentence=sentence,
        when="",
        who="",
        to=None,
    )


def _held(desk: Desk, held: Sequence[views.HeldLine]) -> Iterator[Need]:
    waiting = [line for line in held if line.refused is None]
    if waiting:
        yield Need(
            key="held",
            mark="…",
            style="$secondary",
            count=len(waiting),
            sentence=desk.words.say(N_("Leaves in some seconds, can be stopped")),
            when="",
            who="",
            to=ToOutbox(),
        )


def _tasks(
    desk: Desk, tasks: Sequence[views.TaskView], *, unfolded: frozenset[str]
) -> Iterator[Need]:
    names = list(dict.fromkeys(task.task for task in tasks))
    ordered = sorted(tasks, key=lambda task: names.index(task.task))
    for name, some in groupby(ordered, key=lambda task: task.task):
        members = list(some)
        if len(members) == 1:
            yield _task(desk, members[0])
            continue
        yield _group(desk, name, members)
        if name in unfolded:
            yield from (_task(desk, task, mark="  ·") for task in members)


def _task(desk: Desk, task: views.TaskView, *, mark: str = "") -> Need:
    known_mark, lead = LEADS.get(task.task, ("·", _referral))
    is_late = task.due < desk.now
    return Need(
        key=f"task {task.task_id}",
        mark=mark or known_mark,
        style=_KIND_STYLES.get(task.kind, ""),
        count=1,
        sentence=desk.words.task(task.task),
        when=_late(desk, task.made_at, is_late=is_late),
        who=_with_case(task),
        to=lead(task),
        task_id=task.task_id if task.is_done_by_saying else None,
    )


def _group(desk: Desk, name: str, members: Sequence[views.TaskView]) -> Need:
    mark, _ = LEADS.get(name, ("·", _referral))
    named = list(dict.fromkeys(task.case_number or task.peer_name for task in members))
    shown = ", ".join(one_line(one) for one in named[:_NAMED_MAX])
    return Need(
        key=f"group {name}",
        mark=mark,
        style=_KIND_STYLES.get(members[0].kind, ""),
        count=len(members),
        sentence=desk.words.task(name),
        when=_late(
            desk,
            min(task.made_at for task in members),
            is_late=any(task.due < desk.now for task in members),
        ),
        who=f"{shown} …" if len(named) > _NAMED_MAX else shown,
        to=None,
        group=name,
    )


def _with_case(task: views.TaskView) -> str:
    name = one_line(task.peer_name)
    return name if task.case_number is None else f"{one_line(task.case_number)} · {name}"


def _late(desk: Desk, since: int, *, is_late: bool) -> str:
    return ("! " if is_late else "") + desk.since(since)


def _follow_ups_due(desk: Desk, today: views.Today) -> Iterator[Need]:
    count = today.late + today.in_7_days
    if not count:
        return
    named = list(dict.fromkeys(one.case_number or one.peer_name for one in today.follow_ups))
    shown = ", ".join(one_line(one) for one in named[:_NAMED_MAX])
    late = desk.words.say_many("! {count} late", "! {count} late", today.late)
    yield Need(
        key="follow-ups",
        mark="▸",
        style="$accent",
        count=count,
        sentence=desk.words.say(N_("Follow-ups due this week")),
        when=late if today.late else "",
        who=f"{shown} …" if len(named) > _NAMED_MAX else shown,
        to=ToPlace(place=Place.FOLLOW_UPS),
    )


def _consent(desk: Desk, ending: views.ConsentEnding) -> Need:
    days = max(0, ending.expires - desk.now) // DAY
    return Need(
        key=f"consent {ending.consent_id.hex()}",
        mark="⏻",
        style="$accent",
        count=1,
        sentence=desk.words.say_many(
            "Consent ends in {count} day: {purpose}",
            "Consent ends in {count} days: {purpose}",
            days,
            purpose=desk.words.code_of(Purpose, ending.purpose),
        ),
        when=desk.day(ending.expires),
        who=f"{one_line(ending.case_number)} · {one_line(ending.peer_name)}",
        to=ToConsents(case_id=ending.case_id),
    )


def _draft(desk: Desk, draft: views.DraftLine, labels: Mapping[bytes, str]) -> Need:
    text, to = half_written.form_of(draft)
    is_today = desk.now - draft.changed_at < DAY
    return Need(
        key=f"draft {draft.place} {draft.about.hex()}",
        mark="✎",
        style="$accent",
        count=1,
        sentence=desk.words.say(text),
        when=desk.clock(draft.changed_at) if is_today else desk.day(draft.changed_at),
        who=one_line(half_written.label_of(draft, labels)),
        to=to,
    )


def lines(desk: Desk, need: Need, *, width: int) -> tuple[Content, ...]:
    """The row, and more lines below it where its sentence needs them."""
    who_cells = 38 if width >= WIDE_CELLS else 23
    mark_cells = 4 if need.mark.startswith(" ") else 2
    mark, left = fit(need.mark, mark_cells), _LEFT_CELLS - mark_cells
    count = desk.words.number(need.count) if need.count else ""
    sentence_cells = max(10, width - _LEFT_CELLS - _WHEN_CELLS - who_cells)
    if not need.who:
        # What a person must be told once is told whole.
        told = f"{need.when}: {need.sentence}" if need.when else need.sentence
        first, *more = wrap(told, width - _LEFT_CELLS)
        hanging = (plain(" " * _LEFT_CELLS + line) for line in more)
        return (line_of((mark, need.style), fit(count, left), first), *hanging)
    when_style = "$warning" if need.when.startswith("! ") else "$text-muted"
    sentence = wrap(one_line(need.sentence), sentence_cells - 1)
    who = wrap(need.who, who_cells)[: len(sentence) + 1]
    return tuple(
        line_of(
            (mark if number == 0 else " " * mark_cells, need.style),
            fit(count if number == 0 else "", left),
            fit(said, sentence_cells - 1) + " ",
            (fit(need.when if number == 0 else "", _WHEN_CELLS - 1) + " ", when_style),
            fit(named, who_cells),
        )
        for number, (said, named) in enumerate(zip_longest(sentence, who, fillvalue=""))
    )
