"""Which screen a destination is."""

from typing import Any, TypeAlias

from tui.desk import Desk
from tui.places import (
    Destination,
    Place,
    ToAnswer,
    ToAttach,
    ToCase,
    ToConsents,
    ToDossier,
    ToFacts,
    ToFiles,
    ToLedger,
    ToMeet,
    ToMembership,
    ToMessage,
    ToNewCase,
    ToOffer,
    ToOutbox,
    ToPartner,
    ToPlace,
    ToPlainWords,
    ToPractice,
    ToReferral,
    ToReport,
    ToSame,
    ToSendFile,
    ToSettings,
    ToSticks,
    ToTakeConsent,
    ToTakeOut,
    ToThreadConsents,
    ToTickSentences,
    ToWithdraw,
    ToWithdrawThread,
    ToWords,
)
from tui.screens.answer import AnswerScreen
from tui.screens.attach_file import AttachScreen
from tui.screens.case import CaseScreen
from tui.screens.cases import CasesScreen
from tui.screens.consents import ConsentsScreen
from tui.screens.desk_screen import DeskScreen
from tui.screens.dossier import DossierScreen
from tui.screens.facts import FactsScreen
from tui.screens.files import FilesScreen
from tui.screens.followups import FollowUpsScreen
from tui.screens.inbox import InboxScreen
from tui.screens.ledger import LedgerScreen
from tui.screens.meet import MeetScreen
from tui.screens.membership import MembershipScreen
from tui.screens.message import MessageScreen
from tui.screens.new_case import NewCaseScreen
from tui.screens.offer import OfferScreen
from tui.screens.outbox import OutboxScreen
from tui.screens.partner import PartnerScreen
from tui.screens.partners import PartnersScreen
from tui.screens.plain_words import PlainWordsScreen
from tui.screens.practice import PracticeScreen
from tui.screens.refer import ReferScreen
from tui.screens.referral import ReferralScreen
from tui.screens.report import ReportScreen
from tui.screens.same import SameScreen
from tui.screens.send_file import SendFileScreen
from tui.screens.settings import SettingsScreen
from tui.screens.sharing import SharingScreen
from tui.screens.sticks import SticksScreen
from tui.screens.take_consent import TakeConsentScreen
from tui.screens.take_out_file import TakeOutScreen
from tui.screens.tick_sentences import TickSentencesScreen
from tui.screens.today import TodayScreen
from tui.screens.withdraw import WithdrawScreen
from tui.screens.words import WordsScreen


def screen_for(to: Destination, desk: Desk) -> DeskScreen[Any]:  # Any: each screen loads its own
    """Make it."""
    match to:
        case ToPlace(place=place):
            return _place(place, desk)
        case ToConsents() | ToThreadConsents():
            return ConsentsScreen(desk, to)
        case ToTakeConsent():
            return TakeConsentScreen(desk, to)
        case ToTickSentences():
            return TickSentencesScreen(desk, to)
        case ToWithdraw() | ToWithdrawThread():
            return WithdrawScreen(desk, to)
        case ToSame():
            return SameScreen(desk, case_id=to.case_id)
        case ToLedger():
            return LedgerScreen(desk, to)
        case ToOffer(case_id=case_id):
            return OfferScreen(desk, case_id=case_id)
        case ToReferral() | ToAnswer() | ToDossier() | ToMessage():
            return _about_a_referral(to, desk)
        case ToFiles() | ToAttach() | ToSendFile() | ToTakeOut():
            return _about_files(to, desk)
        case ToCase():
            return CaseScreen(desk, case_id=to.case_id)
        case ToNewCase():
            return NewCaseScreen(desk)
        case ToWords():
            return WordsScreen(desk, case_id=to.case_id)
        case ToFacts():
            return FactsScreen(desk, case_id=to.case_id)
        case ToReport(thread=thread, follow_up=follow_up):
            return ReportScreen(desk, thread=thread, follow_up=follow_up)
        case ToPartner(node_id=node_id):
            return PartnerScreen(desk, node_id=node_id)
        case _:
            return _alone(to, desk)


_Alone: TypeAlias = (
    ToMeet | ToMembership | ToOutbox | ToSticks | ToSettings | ToPlainWords | ToPractice
)


def _alone(to: _Alone, desk: Desk) -> DeskScreen[Any]:  # Any: as above
    """One of the screens that are about nobody."""
    match to:
        case ToMeet():
            return MeetScreen(desk)
        case ToMembership():
            return MembershipScreen(desk)
        case ToOutbox():
            return OutboxScreen(desk)
        case ToSticks():
            return SticksScreen(desk)
        case ToSettings():
            return SettingsScreen(desk)
        case ToPlainWords():
            return PlainWordsScreen(desk)
        case ToPractice():
            return PracticeScreen(desk)


def _about_a_referral(
    to: ToReferral | ToAnswer | ToDossier | ToMessage, desk: Desk
) -> DeskScreen[Any]:  # Any: as above
    match to:
        case ToReferral(thread=thread):
            return ReferralScreen(desk, thread=thread)
        case ToAnswer(thread=thread, saying=saying):
            return AnswerScreen(desk, thread=thread, saying=saying)
        case ToDossier(thread=thread):
            return DossierScreen(desk, thread=thread)
        case ToMessage(peer=peer, message_id=message_id):
            return MessageScreen(desk, peer=peer, message_id=message_id)


def _about_files(
    to: ToFiles | ToAttach | ToSendFile | ToTakeOut, desk: Desk
) -> DeskScreen[Any]:  # Any: as above
    match to:
        case ToFiles(thread=thread):
            return FilesScreen(desk, thread=thread)
        case ToAttach():
            return AttachScreen(desk, to)
        case ToSendFile():
            return SendFileScreen(desk, to)
        case ToTakeOut():
            return TakeOutScreen(desk, to)


def _place(place: Place, desk: Desk) -> DeskScreen[Any]:  # Any: as above
    """One of the places on digits."""
    match place:
        case Place.TODAY:
            return TodayScreen(desk)
        case Place.CASES:
            return CasesScreen(desk)
        case Place.REFER:
            return ReferScreen(desk)
        case Place.INBOX:
            return InboxScreen(desk)
        case Place.FOLLOW_UPS:
            return FollowUpsScreen(desk)
        case Place.PARTNERS:
            return PartnersScreen(desk)
        case Place.SHARING:
            return SharingScreen(desk)
