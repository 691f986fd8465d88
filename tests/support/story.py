"""The first path as verbs: two organisations meet, one survivor is referred, followed up, and withdraws.

Each verb is one worker at one desk; nothing travels until `federation.settle_all()`.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from node.services import (
    answering,
    casework,
    consenting,
    following_up,
    peering,
    referring,
)
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.messages.disclosed import Sentence
from protocol.safety import safety_number
from protocol.values import ConsentId, LanguageTag, PlainText, ThreadId, consent_id, thread_id
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    FirstStep,
    GivenBy,
    Priority,
    Purpose,
    SeenHow,
    ServiceGroup,
    TextKind,
    VerifiedHow,
    WithdrawalWanted,
)
from tests.support.federation import Federation, Node, done

C8, C2, C9 = Category.PLAN_WISHES, Category.LOCATION_CONTACT, Category.WORK_LEARNING
SCOPE: Final = (C8, C2, C9)
FACTS: Final[dict[str, commands.FactInput]] = {
    "given_name": "মিতালী সরকার",
    "present_town": "খুলনা",
    "safe_phone": "+000 0000 0001",
    "contact_how": "phone",
    "contact_never": ["evening", "visit"],
    "medicines": "জীবাণুনাশক বড়ি",
    "self_harm_risk": "low",
    "case_number_police": "FIR 0000 of 2026",
    "plan_position": "agreed",
    "wish_about": ["learning", "work"],
    "skills": ["sewing"],
    "work_wanted": ["tailoring"],
}
"""A fact in several categories: identity, contact, health, law, her plan, her work."""


def sentence(kind: TextKind, text: str) -> Sentence:
    return Sentence(kind=kind, language=LanguageTag("ben"), text=PlainText(text))


WISH: Final = sentence(TextKind.WISH, "আমি নিজের দোকানে সেলাই করতে চাই।")
FEAR: Final = sentence(TextKind.FEAR, "আমি অন্ধকারে একা থাকতে ভয় পাই।")
KEPT_FEAR: Final = sentence(TextKind.FEAR, "কাকার বাড়িতে আমার ওষুধ বন্ধ হয়ে যাবে।")
SENTENCES: Final = (WISH, FEAR, KEPT_FEAR)
TICKED: Final = (WISH.hash, FEAR.hash)
HER_WORDS: Final = "আমি ভালো আছি, নতুন কাজ শিখছি।"
OFFER: Final = commands.OfferInput(
    service_group=ServiceGroup.LIVELIHOOD,
    area="BD-khulna",
    priority=Priority.NORMAL_7D,
    month="2027-02",
    answer_by=None,
    asks_about_needs=False,
)


def meet(federation: Federation, guest: Node, host: Node) -> None:
    """The guest reads the host's introduction file; both are at level 1 afterwards."""
    made = done(host.use(peering.make_introduction))
    done(guest.use(peering.add_peer, commands.AddPeer(introduction=made.introduction)))
    federation.settle_all()


def verify(one: Node, other: Node) -> views.PeerView | Refused:
    """A worker at `one` compared the number with somebody of `other`."""
    groups = list(safety_number(one.me.root, other.me.root))
    command = commands.VerifyPeer(peer=other.node_id, how=VerifiedHow.VOICE, groups=groups)
    return one.use(peering.verify_peer, command)


def meet_and_verify(federation: Federation, guest: Node, host: Node) -> None:
    """Both know each other at level 2."""
    meet(federation, guest, host)
    done(verify(guest, host))
    done(verify(host, guest))


def consent_command(case_id: bytes, peer: Node, /, **changes: Any) -> commands.RecordConsent:  # noqa: ANN401
    """She says yes to a care referral to this peer: C8, C2, C9, two of her sentences, 90 days."""
    usual = commands.RecordConsent(
        case_id=case_id,
        peer=peer.node_id,
        purpose=Purpose.CARE_REFERRAL,
        is_way_back=False,
        categories=[*SCOPE],
        excluded_fields=[],
        texts=[*TICKED],
        days=90,
        given_by=GivenBy.SURVIVOR,
        method=ConsentMethod.SPOKEN_AND_WITNESSED,
        language="ben",
        notice="আপনি যে কোনো সময় না বলতে পারেন।",
        understood=True,
        conditions=[],
        words=None,
        witness=None,
        supersedes=None,
    )
    return msgspec.structs.replace(usual, **changes)


def way_back_command(case_id: bytes, peer: Node, /, **changes: Any) -> commands.RecordConsent:  # noqa: ANN401
    """She says yes to the peer telling us how she is, for a year; their worker asks her again."""
    usual = {
        "purpose": Purpose.FOLLOW_UP,
        "is_way_back": True,
        "categories": [C8],
        "texts": [],
        "days": 365,
        "words": "শুধু দিদিকে বলবেন।",
    }
    return consent_command(case_id, peer, **{**usual, **changes})


_NO_CONSENT: Final = ConsentId(b"")
_NO_THREAD: Final = ThreadId(b"")


@dataclass(slots=True, kw_only=True)
class Story:
    """One survivor at `alo`, referred to `bandhan`. The verbs come in the order of the story."""

    federation: Federation
    alo: Node
    bandhan: Node
    case_id: bytes = b""
    consent: ConsentId = _NO_CONSENT
    way_back: ConsentId = _NO_CONSENT
    thread: ThreadId = _NO_THREAD

    def settle(self) -> None:
        self.federation.settle_all()

    def open_case(
        self,
        facts: dict[str, commands.FactInput] = FACTS,
        sentences: tuple[Sentence, ...] = SENTENCES,
        *,
        number: str = "ALO-17",
    ) -> None:
        command = commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben")
        ref = done(self.alo.use(casework.open_case, command)).ref
        assert ref is not None
        self.case_id = ref
        done(self.alo.use(casework.record_facts, commands.RecordFacts(case_id=ref, facts=facts)))
        for text in sentences:
            said = commands.RecordSentence(
                case_id=ref, category=C8, kind=text.kind, language="ben", text=text.text
            )
            done(self.alo.use(casework.record_sentence, said))

    def agree(self, **changes: Any) -> ConsentId:  # noqa: ANN401
        """She consents to the referral."""
        command = consent_command(self.case_id, self.bandhan, **changes)
        ref = done(self.alo.use(consenting.record_consent, command)).ref
        self.consent = consent_id(ref or b"")
        return self.consent

    def agree_way_back(self, **changes: Any) -> ConsentId:  # noqa: ANN401
        """She consents to Bandhan telling Alo how she is."""
        command = way_back_command(self.case_id, self.bandhan, **changes)
        ref = done(self.alo.use(consenting.record_consent, command)).ref
        self.way_back = consent_id(ref or b"")
        return self.way_back

    def preview_offer(
        self,
        offer: commands.OfferInput = OFFER,
        categories: tuple[Category, ...] = SCOPE,
    ) -> views.Preview | Refused:
        command = commands.PreviewOffer(
            case_id=self.case_id,
            peer=self.bandhan.node_id,
            offer=offer,
            categories=[*categories],
        )
        return self.alo.use(referring.preview_offer, command)

    def offer(
        self,
        offer: commands.OfferInput = OFFER,
        categories: tuple[Category, ...] = SCOPE,
    ) -> ThreadId:
        """Look at the offer, and send exactly that."""
        preview = done(self.preview_offer(offer, categories))
        assert preview.offer is not None
        fixed = msgspec.structs.replace(offer, answer_by=preview.offer.answer_by)
        command = commands.SendOffer(
            case_id=self.case_id,
            peer=self.bandhan.node_id,
            offer=fixed,
            categories=[*categories],
            preview=preview.hash,
        )
        self.thread = thread_id(done(self.alo.use(referring.send_offer, command)).ref or b"")
        return self.thread

    def accept(self) -> None:
        command = commands.AcceptOffer(
            thread=self.thread,
            worker="Rehana",
            first_step=FirstStep.MEET_AT_BORDER,
            from_date=self.bandhan.now,
        )
        done(self.bandhan.use(answering.accept, command))

    def preview_dossier(self, categories: tuple[Category, ...] = SCOPE) -> views.Preview | Refused:
        command = commands.PreviewDossier(
            thread=self.thread, categories=[*categories], with_names=True
        )
        return self.alo.use(referring.preview_dossier, command)

    def dossier(self, categories: tuple[Category, ...] = SCOPE) -> views.Preview:
        """Look at the dossier, and send exactly that."""
        preview = done(self.preview_dossier(categories))
        command = commands.SendDossier(
            thread=self.thread, categories=[*categories], preview=preview.hash
        )
        done(self.alo.use(referring.send_dossier, command))
        return preview

    def arrive(self) -> None:
        command = commands.ReportArrival(thread=self.thread, at=self.bandhan.now)
        done(self.bandhan.use(answering.report_arrival, command))

    def confirm(self) -> None:
        """Bandhan's worker heard it from her, in private."""
        command = commands.ConfirmConsent(consent_id=self.way_back)
        done(self.bandhan.use(consenting.confirm_consent, command))

    def report(
        self, words: str = HER_WORDS, facts: dict[str, commands.FactInput] | None = None
    ) -> views.ReportSent:
        said = commands.SentenceInput(
            kind=TextKind.HER_WORDS, language="ben", text=words, read_back=True
        )
        command = commands.ReportFollowUp(
            thread=self.thread,
            follow_up=None,
            at=self.bandhan.now,
            seen=SeenHow.IN_PERSON,
            not_seen=None,
            facts={"plan_position": "agreed"} if facts is None else facts,
            sentences=[said],
        )
        return done(self.bandhan.use(following_up.report, command))

    def withdraw(
        self,
        consent: ConsentId | None = None,
        *,
        at: Node | None = None,
        wanted: WithdrawalWanted = WithdrawalWanted.ERASE,
    ) -> None:
        """She changes her mind, at Alo unless another desk is named."""
        command = commands.WithdrawConsent(consent_id=consent or self.consent, wanted=wanted)
        done((at or self.alo).use(consenting.withdraw_consent, command))

    def up_to_dossier(self) -> None:
        """Everything until the dossier has arrived, with the way-back consent."""
        self.open_case()
        self.agree()
        self.agree_way_back()
        self.offer()
        self.settle()
        self.accept()
        self.settle()
        self.dossier()
        self.settle()

    def up_to_reports(self) -> None:
        """Everything until her own words have come back."""
        self.up_to_dossier()
        self.arrive()
        self.settle()
        self.confirm()
        self.report()
        self.settle()


def tell(federation: Federation) -> Story:
    """The story between the first two nodes of a federation."""
    alo, bandhan = list(federation.nodes.values())[:2]
    return Story(federation=federation, alo=alo, bandhan=bandhan)
