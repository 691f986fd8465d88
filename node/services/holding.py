"""What a person sent and may still stop: tried at once, kept whole, carried out when its seconds are over.

The use case of the command is handed in. It runs twice: when the sending is held, and then all it did is
undone, so that a refusal is answered at once; and when it leaves, with everything checked again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, TypeAlias

from node import logs
from node.effects import Acting, audit
from node.vault import driver
from node.vault.records import HeldSending, User
from node.vault.tables import audit as log
from node.vault.tables import desk, held, identity, own_files, referrals
from node.vault.unit import NotWrittenError, Unit
from protocol.effects import Task
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.local import commands, views
from protocol.local.commands import MAY_BE_HELD, Command, may_use, parse_command
from protocol.local.commands.desk import DRAFT_PLACES, about_a_report
from protocol.local.fitting import View
from protocol.local.views import No, Refused, refused
from protocol.values import (
    MessageId,
    NodeId,
    Pseudonym,
    ThreadId,
    later,
    message_id,
    node_id,
    thread_id,
)
from protocol.vocabulary.codes import Role

# Nobody presses "send" so often in a minute; each is tried together with all before it.
HELD_MAX: Final = 64
_HELD: Final = "sending.held"
_LEFT: Final = "sending.left"
_STOPPED: Final = "sending.stopped"
_REFUSED: Final = "sending.refused"
_LOGGER: Final = logging.getLogger("sathi.holding")

UseCase: TypeAlias = Callable[[Unit, Command, Acting], View]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A command that sends, read and as it came, and for how long it is held."""

    command: Command
    body: bytes = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    peer: NodeId
    thread: ThreadId | None
    case_id: bytes | None


class _UndoneError(Exception):
    """Ends a savepoint whose changes are not wanted; carries what the use case answered."""

    def __init__(self, answer: View) -> None:
        super().__init__("undone on purpose")
        self.answer = answer


def read_sending(command: commands.HoldSending) -> Command:
    """The command inside. Raises: MalformedError if it may not be held or does not have the form."""
    if command.name not in {kind.NAME for kind in MAY_BE_HELD}:
        raise MalformedError("not a command that is held", place="HoldSending.name")
    return parse_command(command.name, command.body)


def hold(
    unit: Unit, sending: Sending, *, use_case: UseCase, acting: Acting
) -> views.Held | Refused:
    """Hold a sending that would work now, after everything that is held before it.

    Raises:
        MalformedError: if the use case finds something in it that is not legal.
    """
    waiting = held.waiting(unit.vault)
    name = sending.command.NAME
    if any((known.name, known.body) == (name, sending.body) for known in waiting):
        return refused(No.ALREADY_THERE)
    if len(waiting) >= HELD_MAX:
        return refused(No.NO_ROOM)
    answer = _try(unit, waiting, sending.command, use_case=use_case, acting=acting)
    if isinstance(answer, Refused):
        return answer
    subject = _subject(unit, sending.command)
    if subject is None:
        return refused(No.NOT_FOUND)
    known = HeldSending(
        held_id=acting.entropy(16),
        user_id=acting.actor,
        name=name,
        body=sending.body,
        peer=subject.peer,
        thread=subject.thread,
        case_id=subject.case_id,
        held_at=acting.now,
        leaves_at=later(acting.now, sending.seconds),
        code=None,
    )
    held.insert(unit.vault, known)
    audit(unit, _HELD, known.held_id, acting=acting, details=name)
    return views.Held(held_id=known.held_id, leaves_at=known.leaves_at)


def _try(
    unit: Unit,
    waiting: Sequence[HeldSending],
    command: Command,
    *,
    use_case: UseCase,
    acting: Acting,
) -> View:
    """What the command would be answered once what waits has left; nothing of it stays."""
    try:
        with unit.savepoint():
            for known in waiting:
                _carry_out(unit, known, use_case=use_case, acting=acting)
            _undo(use_case(unit, command, acting))
    except _UndoneError as undone:
        return undone.answer


def _undo(answer: View) -> NoReturn:
    raise _UndoneError(answer)


def _subject(unit: Unit, command: Command) -> _Subject | None:
    """Whom and what a sending is about."""
    match command:
        case commands.SendOffer(case_id=case_id, peer=peer):
            return _Subject(peer=node_id(peer), thread=None, case_id=case_id)
        case commands.SendFile(file_id=file_id):
            file = own_files.find(unit.vault, file_id)
            return None if file is None else _about_thread(unit, file.thread)
        case commands.AcceptFollowUp(follow_up=name) | commands.DeclineFollowUp(follow_up=name):
            return _about_follow_up(unit, message_id(name))
        case (
            commands.SendDossier(thread=thread)
            | commands.AskAboutOffer(thread=thread)
            | commands.AnswerQuestion(thread=thread)
            | commands.AcceptOffer(thread=thread)
            | commands.DeclineOffer(thread=thread)
            | commands.ReportPrepared(thread=thread)
            | commands.ReportArrival(thread=thread)
            | commands.RequestFollowUp(thread=thread)
            | commands.ReportFollowUp(thread=thread)
        ):
            return _about_thread(unit, thread_id(thread))
        case _:
            return None


def _about_follow_up(unit: Unit, follow_up: MessageId) -> _Subject | None:
    known = referrals.find_follow_up(unit.vault, follow_up)
    return None if known is None else _about_thread(unit, known.thread)


def _about_thread(unit: Unit, thread: ThreadId) -> _Subject | None:
    known = referrals.find_referral(unit.vault, thread)
    if known is None:
        return None
    return _Subject(peer=known.peer, thread=thread, case_id=known.case_id)


def waiting(unit: Unit) -> list[HeldSending]:
    """What is held, in the order in which it leaves."""
    return held.waiting(unit.vault)


def carry_out(unit: Unit, held_id: bytes, *, use_case: UseCase, acting: Acting) -> bool:
    """Send what was held, as whoever sent it; a refusal is a task for a person, and nothing is sent.

    The row goes in the same transaction, so that it is carried out once or not at all.

    Returns:
        Whether something may be due to leave.
    """
    known = held.find(unit.vault, held_id)
    if known is None or known.code is not None:
        return False
    code = _carry_out(unit, known, use_case=use_case, acting=acting)
    if code is None:
        held.drop(unit.vault, held_id)
        _drop_draft(unit, known)
        audit(unit, _LEFT, known.held_id, acting=acting, details=known.name)
        # The body may hold her words, and the log files still have it.
        unit.destroyed()
        return True
    _refuse(unit, known, code=code, acting=acting)
    return False


def _carry_out(unit: Unit, known: HeldSending, *, use_case: UseCase, acting: Acting) -> str | None:
    """Run the use case as whoever sent it; the code of why not, and then nothing of it stays."""
    try:
        command = parse_command(known.name, known.body)
        user = identity.user_by_id(unit.vault, known.user_id)
        if user is None or not may_use(user.role, command):
            return No.NOT_ALLOWED.value
        with unit.savepoint():
            answer = use_case(unit, command, replace(acting, actor=user.user_id))
            if isinstance(answer, Refused):
                _undo(answer)
    except _UndoneError as undone:
        return undone.answer.code if isinstance(undone.answer, Refused) else None
    except RemoteProtocolError as error:
        return error.code.value
    except (driver.DatabaseError, NotWrittenError):
        # The disk, and not the sending: it is tried again.
        raise
    except Exception as error:  # noqa: BLE001  (a defect of ours must not keep back what was sent after it)
        logs.event(_LOGGER, "sending.defect", level=logging.ERROR, error=error)
        return RefusalCode.E_SCHEMA.value
    return None


def _drop_draft(unit: Unit, known: HeldSending) -> None:
    """It has left: the form it was written in goes with it, unless it was written on since."""
    place = next((at for kind, at in DRAFT_PLACES.items() if known.name == kind.NAME), None)
    about = _form_about(known)
    if place is not None and about is not None:
        desk.drop_sent_draft(
            unit.vault, user=known.user_id, place=place, about=about, sent_at=known.held_at
        )


def _form_about(known: HeldSending) -> bytes | None:
    """What its form was about, as the desk names it."""
    if known.name == commands.ReportFollowUp.NAME:
        command = parse_command(known.name, known.body)
        if isinstance(command, commands.ReportFollowUp):
            return about_a_report(command.thread, command.follow_up)
    return known.case_id if known.thread is None else known.thread


def _refuse(unit: Unit, known: HeldSending, *, code: str, acting: Acting) -> None:
    """It was not to be sent any more."""
    _keep_why(unit, known, code=code, acting=acting)
    audit(unit, _REFUSED, known.held_id, acting=acting, details=code)


def _keep_why(unit: Unit, known: HeldSending, *, code: str, acting: Acting) -> None:
    """It is not sent: what it says goes, why stays, and a person is told."""
    held.refuse(unit.vault, known.held_id, code=code)
    desk.insert_task(
        unit.vault,
        task=Task.SENDING_REFUSED.value,
        peer=known.peer,
        thread=known.thread,
        due=acting.now,
        now=acting.now,
    )
    unit.destroyed()


def stop(unit: Unit, command: commands.StopSending, *, acting: Acting) -> views.Done | Refused:
    """Stop a sending, or put a refused one away; whoever sent it may, and a supervisor."""
    known = held.find(unit.vault, command.held_id)
    if known is None:
        return refused(No.NOT_FOUND)
    if not _may_see(known, identity.user_by_id(unit.vault, acting.actor)):
        return refused(No.NOT_ALLOWED)
    if known.code is None and known.user_id != acting.actor:
        # Whoever sent it counts on it: nobody else tells her that it did not leave.
        _keep_why(unit, known, code=No.STOPPED.value, acting=acting)
        audit(unit, _STOPPED, known.held_id, acting=acting, details=known.name)
        return views.Done()
    held.drop(unit.vault, known.held_id)
    unit.destroyed()
    if known.code is not None and not held.is_refused_about(
        unit.vault, peer=known.peer, thread=known.thread
    ):
        desk.finish_task_about(
            unit.vault,
            task=Task.SENDING_REFUSED.value,
            peer=known.peer,
            thread=known.thread,
            by=acting.actor,
            now=acting.now,
        )
    audit(unit, _STOPPED, known.held_id, acting=acting, details=known.name)
    return views.Done()


def list_held(unit: Unit, _command: commands.ListHeld, *, acting: Acting) -> views.HeldSendings:
    """What whoever asks may stop or put away, and what became of what she sent."""
    user = identity.user_by_id(unit.vault, acting.actor)
    return views.HeldSendings(
        sendings=[_line(known) for known in held.load_all(unit.vault) if _may_see(known, user)],
        ended=_ended(unit, acting.actor),
    )


def _ended(unit: Unit, actor: Pseudonym) -> list[views.HeldEnd]:
    """What became of the last sendings of one person, as far as the audit log says it.

    The row of one that left, and of one that was put away, is gone: that it is gone says nothing.
    """
    own: set[bytes] = set()
    has_left: dict[bytes, bool] = {}
    for entry in log.recent(unit.vault, beginning_with="sending."):
        if entry.event == _HELD and entry.actor == actor:
            own.add(entry.obj)
        elif entry.event != _HELD and entry.obj in own:
            has_left[entry.obj] = entry.event == _LEFT
    newest = list(has_left.items())[-HELD_MAX:]
    return [views.HeldEnd(held_id=held_id, has_left=left) for held_id, left in newest]


def _may_see(known: HeldSending, user: User | None) -> bool:
    if user is None:
        return False
    return known.user_id == user.user_id or user.role is Role.SUPERVISOR


def _line(known: HeldSending) -> views.HeldLine:
    return views.HeldLine(
        held_id=known.held_id,
        name=known.name,
        user_id=known.user_id,
        peer=known.peer,
        thread=known.thread,
        case_id=known.case_id,
        leaves_at=known.leaves_at,
        refused=known.code,
    )
