"""Which service answers which command, and whether it reads, writes, or queues something to leave.

The functions that make a route tie the type of the command to the service's own parameter, so that a wrong
line in the table is a type error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, TypeVar

from node.effects import Acting
from node.services import (
    answering,
    arranging,
    attaching,
    auditing,
    belonging,
    casework,
    consenting,
    exporting,
    following_up,
    holding,
    importing,
    ledger,
    looking,
    opening,
    overview,
    paging,
    peering,
    reading,
    referring,
    renewing,
    resuming,
    same_persons,
    timekeeping,
)
from node.vault.records import Self
from node.vault.unit import Unit
from protocol.errors import LocalProtocolError
from protocol.local import commands
from protocol.local.commands import Command
from protocol.local.fitting import View
from protocol.local.views import No, refused

CommandT = TypeVar("CommandT", bound=Command)
CommandT_contra = TypeVar("CommandT_contra", bound=Command, contravariant=True)


class Does(Enum):
    """What a service may do to the vault."""

    READ = "read"
    WRITE = "write"
    # A write after which something may be due to leave.
    SEND = "send"
    # As SEND, and what the node holds in memory of itself is read again.
    RENEW = "renew"


Step = Callable[[Unit, Command, Self, Acting], View]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One command's way into the vault."""

    does: Does
    step: Step


class _AsUs(Protocol[CommandT_contra]):
    """A service that needs to know which organisation this is."""

    def __call__(
        self, unit: Unit, command: CommandT_contra, /, *, me: Self, acting: Acting
    ) -> View: ...


class _AsPerson(Protocol[CommandT_contra]):
    """A service that needs to know who acts, and when."""

    def __call__(self, unit: Unit, command: CommandT_contra, /, *, acting: Acting) -> View: ...


def _as_us(
    kind: type[CommandT], service: _AsUs[CommandT], does: Does
) -> tuple[type[Command], Route]:
    def step(unit: Unit, command: Command, me: Self, acting: Acting) -> View:
        return service(unit, _of(command, kind), me=me, acting=acting)

    return kind, Route(does=does, step=step)


def _as_person(
    kind: type[CommandT], service: _AsPerson[CommandT], does: Does
) -> tuple[type[Command], Route]:
    def step(unit: Unit, command: Command, _me: Self, acting: Acting) -> View:
        return service(unit, _of(command, kind), acting=acting)

    return kind, Route(does=does, step=step)


def _look(
    kind: type[CommandT], service: Callable[[Unit, CommandT], View]
) -> tuple[type[Command], Route]:
    def step(unit: Unit, command: Command, _me: Self, _acting: Acting) -> View:
        return service(unit, _of(command, kind))

    return kind, Route(does=Does.READ, step=step)


def _list(kind: type[Command], service: Callable[[Unit], View]) -> tuple[type[Command], Route]:
    def step(unit: Unit, _command: Command, _me: Self, _acting: Acting) -> View:
        return service(unit)

    return kind, Route(does=Does.READ, step=step)


def _of(command: Command, kind: type[CommandT]) -> CommandT:
    if not isinstance(command, kind):
        raise LocalProtocolError("a command on another one's way")
    return command


def _make_introduction(
    unit: Unit, _command: commands.MakeIntroduction, /, *, me: Self, acting: Acting
) -> View:
    return peering.make_introduction(unit, me=me, acting=acting)


def _list_peers(unit: Unit, _command: commands.ListPeers, /, *, me: Self, acting: Acting) -> View:
    del acting
    return peering.list_peers(unit, me=me)


def _show_charter(
    unit: Unit, _command: commands.ShowCharter, /, *, me: Self, acting: Acting
) -> View:
    return belonging.show_charter(unit, me=me, acting=acting)


def _show_self(unit: Unit, _command: commands.ShowSelf, /, *, me: Self, acting: Acting) -> View:
    del acting
    return peering.show_self(unit, me=me)


def _shown(route: Route) -> Route:
    """The same way, closed to what came from a peer that has not said yet what was taken back."""

    def step(unit: Unit, command: Command, me: Self, acting: Acting) -> View:
        if resuming.is_hidden(unit, command):
            return refused(No.STATE_AWAITED)
        return route.step(unit, command, me, acting)

    return Route(does=route.does, step=step)


_ROUTES: Final = (
    _list(commands.ListUsers, opening.list_users),
    _as_us(commands.MakeIntroduction, _make_introduction, Does.WRITE),
    _as_us(commands.AddPeer, peering.add_peer, Does.SEND),
    _as_us(commands.ListPeers, _list_peers, Does.READ),
    _as_us(commands.VerifyPeer, peering.verify_peer, Does.SEND),
    _look(commands.ShowStream, resuming.show_stream),
    _as_us(commands.ConfirmRestored, resuming.confirm_restored, Does.SEND),
    _as_person(commands.UnfreezePeer, resuming.unfreeze, Does.SEND),
    _as_us(commands.TakeOver, resuming.take_over, Does.SEND),
    _as_us(commands.LookAtCharter, belonging.look_at_charter, Does.READ),
    _as_us(commands.ApplyCharter, belonging.apply_charter, Does.SEND),
    _as_us(commands.ShowCharter, _show_charter, Does.READ),
    _as_us(commands.ApplySuspend, belonging.apply_suspend, Does.SEND),
    _as_person(commands.RemovePeer, belonging.remove_peer, Does.SEND),
    _as_person(commands.ConfirmErasures, belonging.confirm_erasures, Does.SEND),
    _as_person(commands.OpenCase, casework.open_case, Does.WRITE),
    # What is taken out of the node is written into the audit log.
    _as_person(commands.ExportCase, exporting.export_case, Does.WRITE),
    _as_person(commands.ImportCases, importing.import_cases, Does.WRITE),
    _as_person(commands.RecordFacts, casework.record_facts, Does.WRITE),
    _as_person(commands.RecordSentence, casework.record_sentence, Does.WRITE),
    # Looking at a case or a message is written into the audit log.
    _as_person(commands.ShowCase, casework.show_case, Does.WRITE),
    _list(commands.ListCases, casework.list_cases),
    _as_person(commands.PageCases, paging.page_cases, Does.READ),
    _as_us(commands.LookAtCase, looking.look_at_case, Does.WRITE),
    _as_person(commands.LookForSame, same_persons.look_for_same, Does.READ),
    _as_person(commands.JudgeSame, same_persons.judge_same, Does.WRITE),
    _as_person(commands.ShowLedger, ledger.show_ledger, Does.WRITE),
    _as_us(commands.ShowToday, overview.show_today, Does.READ),
    _as_person(commands.FinishTask, overview.finish_task, Does.WRITE),
    _as_person(commands.ListFollowUps, overview.list_follow_ups, Does.READ),
    _as_us(commands.ShowSelf, _show_self, Does.READ),
    _look(commands.Search, casework.search),
    _as_us(commands.RecordConsent, consenting.record_consent, Does.SEND),
    _as_us(commands.ConfirmConsent, consenting.confirm_consent, Does.SEND),
    _as_us(commands.RefuseConsent, consenting.refuse_consent, Does.WRITE),
    _as_person(commands.TickTexts, consenting.tick_texts, Does.WRITE),
    _as_us(commands.WithdrawConsent, consenting.withdraw_consent, Does.SEND),
    _as_person(commands.ListConsents, consenting.list_consents, Does.READ),
    _as_us(commands.PreviewOffer, referring.preview_offer, Does.READ),
    _as_us(commands.SendOffer, referring.send_offer, Does.SEND),
    # A look with names is written into the audit log.
    _as_us(commands.PreviewDossier, referring.preview_dossier, Does.WRITE),
    _as_us(commands.SendDossier, referring.send_dossier, Does.SEND),
    _as_person(commands.AnswerQuestion, referring.answer_question, Does.SEND),
    _as_person(commands.RecallOffer, referring.recall_offer, Does.SEND),
    _as_person(commands.AskAboutOffer, answering.ask, Does.SEND),
    _as_person(commands.AcceptOffer, answering.accept, Does.SEND),
    _as_person(commands.DeclineOffer, answering.decline, Does.SEND),
    _as_person(commands.ReportPrepared, answering.report_prepared, Does.SEND),
    _as_person(commands.ReportArrival, answering.report_arrival, Does.SEND),
    _as_person(commands.ShowReferral, reading.show_referral, Does.READ),
    _look(commands.ListReferrals, reading.list_referrals),
    _as_person(commands.RequestFollowUp, following_up.request, Does.SEND),
    _as_person(commands.AcceptFollowUp, following_up.take_on, Does.SEND),
    _as_person(commands.DeclineFollowUp, following_up.cannot, Does.SEND),
    _as_us(commands.ReportFollowUp, following_up.report, Does.SEND),
    _as_person(commands.ReadMessage, reading.read_message, Does.SEND),
    _as_person(commands.CheckMessage, reading.check_message, Does.READ),
    _list(commands.ListTasks, reading.list_tasks),
    _list(commands.ListOutbox, reading.list_outbox),
    _as_us(commands.BeginFile, attaching.begin_file, Does.WRITE),
    _as_person(commands.KeepFilePart, attaching.keep_part, Does.WRITE),
    _as_person(commands.CloseFile, attaching.close_file, Does.WRITE),
    _as_person(commands.TickFile, attaching.tick_file, Does.WRITE),
    _as_us(commands.SendFile, attaching.send_file, Does.SEND),
    _as_person(commands.DropFile, attaching.drop_file, Does.WRITE),
    _as_person(commands.ListFiles, attaching.list_files, Does.READ),
    # What is taken out of the node is written into the audit log.
    _as_person(commands.ExportFilePart, attaching.export_part, Does.WRITE),
    _as_person(commands.SaveDraft, casework.save_draft, Does.WRITE),
    _as_person(commands.LoadDraft, casework.load_draft, Does.READ),
    _as_person(commands.ListDrafts, casework.list_drafts, Does.READ),
    _as_person(commands.StopSending, holding.stop, Does.WRITE),
    _as_person(commands.ListHeld, holding.list_held, Does.READ),
    _as_person(commands.SaveSettings, arranging.save_settings, Does.WRITE),
    _list(commands.CheckAudit, reading.check_audit),
    # That somebody looked through the log, or took something out of it, stands in it.
    _as_us(commands.VerifyAudit, auditing.verify_audit, Does.WRITE),
    _as_us(commands.MakeCheckpoint, auditing.make_checkpoint, Does.WRITE),
    _look(commands.ExportHeads, auditing.export_heads),
    _as_us(commands.TruncateAudit, auditing.truncate_audit, Does.WRITE),
    _as_person(commands.ShowClock, timekeeping.show_clock, Does.READ),
    _as_us(commands.ConfirmClock, timekeeping.confirm_clock, Does.WRITE),
    _as_us(commands.ShowCard, renewing.show_card, Does.READ),
    _as_us(commands.PrepareCard, renewing.prepare_card, Does.WRITE),
    _as_us(commands.RenewCard, renewing.renew_card, Does.RENEW),
)
ROUTES: Final[Mapping[type[Command], Route]] = {kind: _shown(route) for kind, route in _ROUTES}
"""Every command that one service answers inside one transaction."""
