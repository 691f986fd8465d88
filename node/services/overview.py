"""What needs a person: today, the follow-ups, and the word that a task is done."""

from node import showing
from node.effects import Acting, audit
from node.vault.records import Self
from node.vault.tables import case_pages, consents, desk, identity, overview
from node.vault.tables.case_pages import Wanted
from node.vault.tables.overview import ConsentEnd
from node.vault.unit import Unit
from protocol.consent import ConsentState
from protocol.effects import Task, TaskKind, tasks_of
from protocol.local import bounds, commands, views
from protocol.local.views import No, Refused, refused
from protocol.referral_flow import may_be_said_done
from protocol.values import Instant, instant, later
from protocol.vocabulary.codes import CaseStatus

_ASKED_AGAIN = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED})


def show_today(
    unit: Unit, _command: commands.ShowToday, /, *, me: Self, acting: Acting
) -> views.Today:
    """Everything that needs a person today, in one read."""
    soon = later(acting.now, bounds.FOLLOW_UP_SOON_SECONDS)
    due = overview.follow_ups_until(unit.vault, soon)
    counts = {kind: overview.count_open_tasks(unit.vault, tasks_of(kind)) for kind in TaskKind}
    return views.Today(
        tasks=showing.tasks(unit),
        waiting=counts[TaskKind.WAITING],
        promises=counts[TaskKind.PROMISE],
        news=counts[TaskKind.NEWS],
        consents=_ending(unit, me=me, now=acting.now),
        follow_ups=[showing.follow_up_line(known) for known in due],
        late=_due_between(unit, instant(0), acting.now),
        in_7_days=_due_between(unit, acting.now, soon),
        unsent=[
            views.UnsentLine(
                peer=waiting.peer,
                peer_name=waiting.peer_name,
                count=waiting.count,
                oldest=waiting.oldest,
                last_heard=waiting.last_heard,
            )
            for waiting in overview.unsent(unit.vault)
        ],
        cases=_case_counts(unit, acting=acting),
    )


def _ending(unit: Unit, *, me: Self, now: Instant) -> list[views.ConsentEnding]:
    """The consents that live and end within fourteen days."""
    trusted = max(now, identity.latest_seen(unit.vault))
    until = later(trusted, bounds.CONSENT_ENDING_SECONDS)
    found = overview.consents_ending(unit.vault, now=trusted, until=until)
    shown = [_consent_ending(unit, end, me=me, now=trusted) for end in found]
    return [ending for ending in shown if ending is not None]


def _consent_ending(
    unit: Unit, end: ConsentEnd, *, me: Self, now: Instant
) -> views.ConsentEnding | None:
    record = consents.find_consent(unit.vault, end.consent_id)
    if record is None or record.standing.state(now=now) not in _ASKED_AGAIN:
        return None
    consent = record.standing.consent
    peer = consent.other_party(me.node_id) or consent.recipient
    return views.ConsentEnding(
        consent_id=consent.consent_id,
        case_id=end.case_id,
        case_number=end.case_number,
        peer=peer,
        peer_name=overview.name_peer(unit.vault, peer)[0],
        purpose=consent.purpose.value,
        expires=consent.expires,
    )


def _due_between(unit: Unit, since: Instant, until: Instant) -> int:
    return overview.count_follow_ups(unit.vault, since=since, until=until)


def _case_counts(unit: Unit, *, acting: Acting) -> views.CaseCounts:
    total = case_pages.count(unit.vault, Wanted())
    mine = case_pages.count(unit.vault, Wanted(owner=acting.actor))
    closed = case_pages.count(unit.vault, Wanted(status=CaseStatus.CLOSED))
    mine_closed = case_pages.count(
        unit.vault, Wanted(status=CaseStatus.CLOSED, owner=acting.actor)
    )
    return views.CaseCounts(total=total, open=total - closed, mine=mine - mine_closed)


def list_follow_ups(
    unit: Unit, _command: commands.ListFollowUps, /, *, acting: Acting
) -> views.FollowUps:
    """Every open follow-up by its day, then those closed within thirty days."""
    now = acting.now
    since = instant(max(0, now - bounds.FOLLOW_UP_AHEAD_SECONDS))
    found = overview.follow_ups(unit.vault, since=since)
    return views.FollowUps(
        lines=[showing.follow_up_line(known) for known in found],
        late=_due_between(unit, instant(0), now),
        in_7_days=_due_between(unit, now, later(now, bounds.FOLLOW_UP_SOON_SECONDS)),
        in_30_days=_due_between(unit, now, later(now, bounds.FOLLOW_UP_AHEAD_SECONDS)),
    )


def finish_task(
    unit: Unit, command: commands.FinishTask, *, acting: Acting
) -> views.Done | Refused:
    """A person says that it is done; not for a task that an act of ours ends."""
    known = overview.find_open_task(unit.vault, command.task_id)
    if known is None:
        return refused(No.NOT_FOUND)
    record = known.record
    if not may_be_said_done(Task(record.task), known.state):
        return refused(No.WRONG_STATE)
    desk.finish_task(unit.vault, record.task_id, by=acting.actor, now=acting.now)
    about = record.peer if record.thread is None else record.thread
    audit(unit, "task.done", about, acting=acting, details=record.task)
    return views.Done()
