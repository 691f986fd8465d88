"""The client: one typed method for each command of the local API."""

from pathlib import Path
from typing import Self, TypeVar, final

from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from tui.client import about_files, about_members, about_screens, about_sticks, upkeep
from tui.client.connection import Connection
from tui.client.errors import ClientError

ViewT = TypeVar("ViewT", bound=View)


@final
class Client:
    """One connection to a node, and at most one session in it.

    A method takes its command's structure, or nothing where the command has no fields.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._entered: Connection | None = None

    async def __aenter__(self) -> Self:
        """Make ready to connect; whether a node is there shows with the first command."""
        self._entered = Connection(self._socket)
        return self

    async def __aexit__(self, *_failure: object) -> None:
        """Hang up. A session that was not closed ends at the node by itself, much later."""
        connection, self._entered = self._entered, None
        if connection is not None:
            await connection.close()

    @property
    def has_session(self) -> bool:
        """Is there a session, as far as is known here?"""
        return self._entered is not None and self._entered.token is not None

    @property
    def _node(self) -> Connection:
        if self._entered is None:
            raise ClientError("a client is used inside `async with`")
        return self._entered

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give any command, for callers that have it as a value; sessions are not opened here.

        Raises:
            ClientError: whatever else became of it, as with every method.
        """
        return await self._node.ask(command, view)

    # Sessions, people and the node itself.

    async def open_session(self, *, name: str, passphrase: str) -> views.Session:
        """Unlock, and begin a session that the next commands belong to."""
        command = commands.OpenSession(name=name, passphrase=passphrase)
        session = await self._node.ask(command, views.Session)
        self._node.token = session.token
        return session

    async def close_session(self) -> views.Done:
        """End this session; the node stays open for the courier. Here it is over whatever the node says."""
        connection = self._node
        try:
            return await connection.ask(commands.CloseSession(), views.Done)
        finally:
            connection.token = None

    async def lock_node(self) -> views.Done:
        """Drop the vault's key and end everybody's session."""
        done = await self._node.ask(commands.LockNode(), views.Done)
        self._node.token = None
        return done

    async def show_status(self) -> views.NodeStatus:
        """Is the node open? Needs no session."""
        return await self._node.ask(commands.ShowStatus(), views.NodeStatus)

    async def sync_now(self) -> views.Done:
        """Collect and deliver; answers when the round is over."""
        return await self._node.ask(commands.SyncNow(), views.Done)

    async def create_backup(self) -> views.BackupMade:
        """Make a backup; answers when it was read back."""
        return await self._node.ask(commands.CreateBackup(), views.BackupMade)

    async def add_user(self, command: commands.AddUser) -> views.Done:
        """Give a person of this node a key slot of their own."""
        return await self._node.ask(command, views.Done)

    async def remove_user(self, command: commands.RemoveUser) -> views.RecoverySheet:
        """Take a person's key slot away; every session ends, this one too."""
        sheet = await self._node.ask(command, views.RecoverySheet)
        self._node.token = None
        return sheet

    async def reset_user(self, command: commands.ResetUser) -> views.Done:
        """Give a person who forgot hers a new passphrase; her sessions end."""
        return await self._node.ask(command, views.Done)

    async def recover_user(self, command: commands.RecoverUser) -> views.RecoverySheet:
        """Use the recovery sheet, without a session; the answer is the next sheet."""
        sheet = await self._node.ask(command, views.RecoverySheet)
        self._node.token = None
        return sheet

    async def renew_sheet(self) -> views.RecoverySheet:
        """Make a new recovery sheet; every session ends, this one too."""
        sheet = await self._node.ask(commands.RenewSheet(), views.RecoverySheet)
        self._node.token = None
        return sheet

    async def list_users(self) -> views.Users:
        """Who may open this node."""
        return await self._node.ask(commands.ListUsers(), views.Users)

    async def check_audit(self) -> views.AuditState:
        """Is the audit chain whole?"""
        return await self._node.ask(commands.CheckAudit(), views.AuditState)

    async def verify_audit(self, command: commands.VerifyAudit) -> views.AuditReport:
        """Compare the whole log with itself and with the heads that others hold."""
        return await self._node.ask(command, views.AuditReport)

    async def make_checkpoint(self) -> views.CheckpointMade:
        """Sign the head of the last day that is over."""
        return await self._node.ask(commands.MakeCheckpoint(), views.CheckpointMade)

    async def export_heads(self, command: commands.ExportHeads) -> views.HeldHeads:
        """What we hold of a peer's heads."""
        return await self._node.ask(command, views.HeldHeads)

    async def truncate_audit(self, command: commands.TruncateAudit) -> views.AuditCut:
        """Take off what was written before a day, where two peers vouch for it."""
        return await self._node.ask(command, views.AuditCut)

    show_clock = upkeep.show_clock
    confirm_clock = upkeep.confirm_clock
    show_card = upkeep.show_card
    prepare_card = upkeep.prepare_card
    renew_card = upkeep.renew_card

    # Other organisations.

    async def make_introduction(self) -> views.IntroductionFile:
        """Make an introduction file."""
        return await self._node.ask(commands.MakeIntroduction(), views.IntroductionFile)

    async def add_peer(self, command: commands.AddPeer) -> views.PeerView:
        """Read another organisation's introduction file and introduce ourselves."""
        return await self._node.ask(command, views.PeerView)

    async def list_peers(self) -> views.Peers:
        """The organisations we know."""
        return await self._node.ask(commands.ListPeers(), views.Peers)

    look_at_charter = about_members.look_at_charter
    apply_charter = about_members.apply_charter
    show_charter = about_members.show_charter
    apply_suspend = about_members.apply_suspend
    remove_peer = about_members.remove_peer
    confirm_erasures = about_members.confirm_erasures

    async def verify_peer(self, command: commands.VerifyPeer) -> views.PeerView:
        """A person compared the safety number."""
        return await self._node.ask(command, views.PeerView)

    async def show_stream(self, command: commands.ShowStream) -> views.StreamView:
        """How a peer's stream stands, and the evidence about it."""
        return await self._node.ask(command, views.StreamView)

    async def confirm_restored(self, command: commands.ConfirmRestored) -> views.Done:
        """Somebody phoned an organisation that began anew, and it is them."""
        return await self._node.ask(command, views.Done)

    async def unfreeze_peer(self, command: commands.UnfreezePeer) -> views.Done:
        """Somebody phoned about messages that contradict each other: ask for a new stream."""
        return await self._node.ask(command, views.Done)

    async def take_over(self) -> views.Done:
        """It is this computer that speaks for the organisation."""
        return await self._node.ask(commands.TakeOver(), views.Done)

    # Cases and consents.

    async def open_case(self, command: commands.OpenCase) -> views.Done:
        """Begin a case; `ref` is its id."""
        return await self._node.ask(command, views.Done)

    async def record_facts(self, command: commands.RecordFacts) -> views.Done:
        """Record facts by field code."""
        return await self._node.ask(command, views.Done)

    async def record_sentence(self, command: commands.RecordSentence) -> views.Done:
        """Record one text of hers; `ref` is its hash."""
        return await self._node.ask(command, views.Done)

    async def show_case(self, command: commands.ShowCase) -> views.CaseView:
        """One case: her own words first."""
        return await self._node.ask(command, views.CaseView)

    async def list_cases(self) -> views.Cases:
        """The newest cases."""
        return await self._node.ask(commands.ListCases(), views.Cases)

    async def search(self, command: commands.Search) -> views.Found:
        """Cases and received messages with words that begin so."""
        return await self._node.ask(command, views.Found)

    async def record_consent(self, command: commands.RecordConsent) -> views.Done:
        """What she said yes to; `ref` is the consent's id."""
        return await self._node.ask(command, views.Done)

    async def confirm_consent(self, command: commands.ConfirmConsent) -> views.Done:
        """Our worker heard it from her, in private."""
        return await self._node.ask(command, views.Done)

    async def refuse_consent(self, command: commands.RefuseConsent) -> views.Done:
        """She said no when our own worker asked her, in private."""
        return await self._node.ask(command, views.Done)

    async def tick_texts(self, command: commands.TickTexts) -> views.Done:
        """She ticked sentences for a consent that is there already."""
        return await self._node.ask(command, views.Done)

    async def withdraw_consent(self, command: commands.WithdrawConsent) -> views.Done:
        """She changed her mind."""
        return await self._node.ask(command, views.Done)

    async def list_consents(self, command: commands.ListConsents) -> views.Consents:
        """Every consent of a case, and how far withdrawals are carried out."""
        return await self._node.ask(command, views.Consents)

    # Referrals.

    async def preview_offer(self, command: commands.PreviewOffer) -> views.Preview:
        """Exactly what they will see first."""
        return await self._node.ask(command, views.Preview)

    async def send_offer(self, command: commands.SendOffer) -> views.Done:
        """Send what was previewed; `ref` is the thread."""
        return await self._node.ask(command, views.Done)

    async def preview_dossier(self, command: commands.PreviewDossier) -> views.Preview:
        """Exactly what they will see after they accepted."""
        return await self._node.ask(command, views.Preview)

    async def send_dossier(self, command: commands.SendDossier) -> views.Done:
        """Send what was previewed."""
        return await self._node.ask(command, views.Done)

    async def ask_about_offer(self, command: commands.AskAboutOffer) -> views.Done:
        """A question about an offer."""
        return await self._node.ask(command, views.Done)

    async def answer_question(self, command: commands.AnswerQuestion) -> views.Done:
        """An answer by code."""
        return await self._node.ask(command, views.Done)

    async def accept_offer(self, command: commands.AcceptOffer) -> views.Done:
        """A place is held."""
        return await self._node.ask(command, views.Done)

    async def decline_offer(self, command: commands.DeclineOffer) -> views.Done:
        """No, why, and who else could."""
        return await self._node.ask(command, views.Done)

    async def recall_offer(self, command: commands.RecallOffer) -> views.Done:
        """Take an offer back."""
        return await self._node.ask(command, views.Done)

    async def report_prepared(self, command: commands.ReportPrepared) -> views.Done:
        """A person read the dossier and got ready."""
        return await self._node.ask(command, views.Done)

    async def report_arrival(self, command: commands.ReportArrival) -> views.Done:
        """She is here."""
        return await self._node.ask(command, views.Done)

    async def show_referral(self, command: commands.ShowReferral) -> views.ReferralView:
        """One referral with everything that came and went."""
        return await self._node.ask(command, views.ReferralView)

    async def list_referrals(self, command: commands.ListReferrals) -> views.Referrals:
        """The referrals that changed last."""
        return await self._node.ask(command, views.Referrals)

    # Follow-ups, messages and what waits.

    async def request_follow_up(self, command: commands.RequestFollowUp) -> views.Done:
        """Ask the other side to see her; `ref` is the follow-up."""
        return await self._node.ask(command, views.Done)

    async def accept_follow_up(self, command: commands.AcceptFollowUp) -> views.Done:
        """Take a follow-up on."""
        return await self._node.ask(command, views.Done)

    async def decline_follow_up(self, command: commands.DeclineFollowUp) -> views.Done:
        """We cannot do it."""
        return await self._node.ask(command, views.Done)

    async def report_follow_up(self, command: commands.ReportFollowUp) -> views.ReportSent:
        """How she is, as far as she allows it to be told."""
        return await self._node.ask(command, views.ReportSent)

    async def read_message(self, command: commands.ReadMessage) -> views.MessageView:
        """Open what came about her."""
        return await self._node.ask(command, views.MessageView)

    async def check_message(self, command: commands.CheckMessage) -> views.Done:
        """May what is open on a screen still be read?"""
        return await self._node.ask(command, views.Done)

    async def list_tasks(self) -> views.Tasks:
        """What needs a person."""
        return await self._node.ask(commands.ListTasks(), views.Tasks)

    async def list_outbox(self) -> views.Outbox:
        """What is waiting to leave or to be answered."""
        return await self._node.ask(commands.ListOutbox(), views.Outbox)

    async def save_draft(self, command: commands.SaveDraft) -> views.Done:
        """Keep a half-written text."""
        return await self._node.ask(command, views.Done)

    async def load_draft(self, command: commands.LoadDraft) -> views.Draft:
        """A half-written text."""
        return await self._node.ask(command, views.Draft)

    async def list_drafts(self) -> views.Drafts:
        """Where oneself has a half-written text."""
        return await self._node.ask(commands.ListDrafts(), views.Drafts)

    # Files: read in, ticked by her, sent, and taken out.

    begin_file = about_files.begin_file
    keep_file_part = about_files.keep_file_part
    close_file = about_files.close_file
    tick_file = about_files.tick_file
    send_file = about_files.send_file
    drop_file = about_files.drop_file
    list_files = about_files.list_files
    export_file_part = about_files.export_file_part

    # Sticks: what waits, as a file that somebody carries, and one that came.

    begin_stick = about_sticks.begin_stick
    keep_stick_part = about_sticks.keep_stick_part
    take_stick = about_sticks.take_stick
    make_stick = about_sticks.make_stick
    read_stick_part = about_sticks.read_stick_part
    close_stick = about_sticks.close_stick

    # Sendings that may still be stopped, and how the desk behaves.

    async def hold_sending(self, command: commands.HoldSending) -> views.Held:
        """Send something that may still be stopped for some seconds; `hold` takes the command itself."""
        return await self._node.ask(command, views.Held)

    async def hold(self, command: Command) -> views.Held:
        """Hold one of `commands.MAY_BE_HELD` as it is."""
        body = commands.encode_command(command)
        return await self.hold_sending(commands.HoldSending(name=command.NAME, body=body))

    async def stop_sending(self, command: commands.StopSending) -> views.Done:
        """Stop a held sending, or put away one that was refused."""
        return await self._node.ask(command, views.Done)

    async def list_held(self) -> views.HeldSendings:
        """What oneself may still stop, and what was refused."""
        return await self._node.ask(commands.ListHeld(), views.HeldSendings)

    async def save_settings(self, command: commands.SaveSettings) -> views.Done:
        """How oneself wants the screen."""
        return await self._node.ask(command, views.Done)

    # What the screens show.

    show_today = about_screens.show_today
    finish_task = about_screens.finish_task
    page_cases = about_screens.page_cases
    look_at_case = about_screens.look_at_case
    export_case = about_screens.export_case
    import_cases = about_screens.import_cases
    look_for_same = about_screens.look_for_same
    judge_same = about_screens.judge_same
    show_ledger = about_screens.show_ledger
    list_follow_ups = about_screens.list_follow_ups
    show_self = about_screens.show_self
    watch_changes = about_screens.watch_changes
