"""Vectors of what messages say: one legal content for each type and class, and what is refused."""

from protocol.codec import Value, encode
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.messages.core import (
    BundleUpdate,
    CardUpdate,
    IntroductionAccept,
    IntroductionRequest,
    Receipt,
    ReceiptRange,
    ReceiptSingle,
)
from protocol.messages.disclosed import Disclosed, Fact, Section, Sentence
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpReport,
    FollowUpRequest,
    FollowUpStatus,
    FollowUpUnable,
)
from protocol.messages.recovery import ConsentStates, Hello, ListedConsent, Resync
from protocol.messages.referral import (
    ReferralAccept,
    ReferralAnswer,
    ReferralAnswerPersonal,
    ReferralArrived,
    ReferralAsk,
    ReferralDecline,
    ReferralDossier,
    ReferralOffer,
    ReferralOutcome,
    ReferralPrepared,
    ReferralRecall,
)
from protocol.messages.union import Message, encode_content
from protocol.messages.witness import Cover
from protocol.skeleton import NO_HEAD, Head
from protocol.values import ZERO_HASH, consent_id, digest, language_tag, later, plain_text
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    AnswerCode,
    DeclineReason,
    FirstStep,
    ListedState,
    NotSeenReason,
    PlanAnswer,
    Priority,
    Question,
    RecallReason,
    ReceiptStatus,
    SeenHow,
    ServiceGroup,
    TextKind,
    UnableReason,
    WithdrawalStatus,
    WithdrawalWanted,
)
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    EPOCH,
    NOW,
    SIGNED_CONSENT,
    changed,
    message_id,
    octets,
    payload_of,
    without,
)
from tests.vectors.catalogue.files import CHUNK
from tests.vectors.catalogue.heads import DIFFERS
from tests.vectors.catalogue.membership import CHARTER_UPDATE, SUSPEND_NOTICE
from tests.vectors.form import Vector, vector

OFFER = ReferralOffer(
    service_group=ServiceGroup.PLACE_TO_STAY,
    area="BD-khulna",
    priority=Priority.SOON_3D,
    language=language_tag("ben"),
    age_band=AgeBand.ADULT,
    month="2027-02",
    answer_by=later(NOW, 259_200),
    asks_about_needs=True,
)
WISH = Sentence(
    kind=TextKind.WISH,
    language=language_tag("ben"),
    text=plain_text("আমি সেলাই শিখতে চাই।", characters_max=8_000),
)
SECTIONS = Disclosed(
    sections=(
        Section(
            category=Category.PLAN_WISHES,
            facts=(
                Fact(field="wish_about", value=("learning", "work")),
                Fact(field="plan_position", value="agreed"),
            ),
            sentences=(WISH,),
        ),
        Section(
            category=Category.LOCATION_CONTACT,
            facts=(Fact(field="safe_phone", value="+880 1700 000000"),),
            sentences=(),
        ),
    )
)
DOSSIER = ReferralDossier(disclosed=SECTIONS)
WITHDRAWN = ConsentWithdrawn(
    consent_id=CONSENT.consent_id, effective=NOW, wanted=WithdrawalWanted.ERASE, replacement=None
)
COPY = ConsentCopy(
    signed_consent=SIGNED_CONSENT.raw,
    words=plain_text("ফোন করার আগে বার্তা দিন।", characters_max=8_000),
)
RECEIPT = Receipt(
    ranges=(
        ReceiptRange(
            epoch=EPOCH, first=1, last=7, last_hash=digest(octets("seventh message")), at=NOW
        ),
    ),
    singles=(
        ReceiptSingle(
            message_id=message_id("refused"),
            message_hash=digest(octets("refused message")),
            status=ReceiptStatus.REFUSED,
            at=NOW,
            code="E_TYPE",
        ),
        ReceiptSingle(
            message_id=message_id("withheld"),
            message_hash=digest(octets("withheld message")),
            status=ReceiptStatus.WITHHELD,
            at=NOW,
            code=None,
        ),
    ),
)

LISTED = ConsentStates(
    epoch=later(NOW, 60),
    consents=tuple(
        ListedConsent(consent_id=consent_id(bytes([at]) * 16), state=state, since=NOW)
        for at, state in enumerate(ListedState)
    ),
    part=2,
    parts=3,
    receipts=1,
)

MESSAGES: dict[str, tuple[str, Message]] = {
    "intro_request": ("N", IntroductionRequest(
        card=BANDHAN.signed_card.raw, bundle=BANDHAN.signed_bundle.raw, proof=octets("proof"))),
    "intro_accept": ("N", IntroductionAccept(proof=octets("proof"))),
    "receipt": ("N", RECEIPT),
    "card_update": ("N", CardUpdate(card=ALO.signed_card.raw)),
    "bundle_update": ("N", BundleUpdate(bundle=ALO.signed_bundle.raw)),
    "charter_update": ("N", CHARTER_UPDATE),
    "suspend_notice": ("N", SUSPEND_NOTICE),
    "cover": ("N", Cover()),
    "audit_differs": ("N", DIFFERS),
    "offer": ("0", OFFER),
    "ask": ("0", ReferralAsk(question=Question.ARRIVAL_MONTH)),
    "answer": ("0", ReferralAnswer(question=Question.LANGUAGE, answer=AnswerCode.YES)),
    "answer_personal": ("P", ReferralAnswerPersonal(
        disclosed=SECTIONS, question=Question.SERVICE_DETAIL)),
    "accept": ("0", ReferralAccept(
        worker=plain_text("রেহানা", characters_max=80), first_step=FirstStep.ROOM_READY,
        from_date=later(NOW, 864_000))),
    "decline": ("0", ReferralDecline(
        reason=DeclineReason.NO_CAPACITY,
        who_else=plain_text("Chautari", characters_max=80))),
    "dossier": ("P", DOSSIER),
    "prepared": ("0", ReferralPrepared(plan=PlanAnswer.ADAPT)),
    "arrived": ("0", ReferralArrived(at=NOW)),
    "outcome": ("P", ReferralOutcome(disclosed=SECTIONS, seen=SeenHow.IN_PERSON, at=NOW)),
    "recall": ("0", ReferralRecall(reason=RecallReason.HER_CHOICE)),
    "followup_request": ("0", FollowUpRequest(due=later(NOW, 604_800))),
    "followup_accept": ("0", FollowUpAccept(due=later(NOW, 691_200))),
    "followup_status": ("0", FollowUpStatus(seen=True, at=NOW)),
    "followup_report": ("P", FollowUpReport(
        disclosed=SECTIONS, at=NOW, seen=None, not_seen=NotSeenReason.PHONE_OFF)),
    "followup_unable": ("0", FollowUpUnable(reason=UnableReason.NOT_IN_CONTACT)),
    "consent_copy": ("P", COPY),
    "withdrawn": ("0", WITHDRAWN),
    "withdrawn_narrowed": ("0", ConsentWithdrawn(
        consent_id=CONSENT.consent_id, effective=NOW, wanted=WithdrawalWanted.KEEP_MINIMUM,
        replacement=SIGNED_CONSENT.raw)),
    "withdrawn_ack": ("0", WithdrawnAcknowledgement(
        consent_id=CONSENT.consent_id, status=WithdrawalStatus.LEGAL_HOLD, printed_copies=1,
        told=(CHAUTARI.node_id,), skeletons=(digest(octets("dossier hash")),), at=NOW,
        legal_hold=digest(octets("court order")))),
    "hello": ("N", Hello(
        epoch=later(NOW, 60),
        received=Head(epoch=EPOCH, sequence=7, hash=digest(octets("seventh message"))),
        sent=Head(epoch=EPOCH, sequence=4, hash=digest(octets("fourth message"))))),
    "hello_to_a_stranger": ("N", Hello(
        epoch=later(NOW, 60), received=NO_HEAD,
        sent=Head(epoch=EPOCH, sequence=0, hash=ZERO_HASH))),
    "resync": ("N", Resync(epoch=EPOCH, ranges=((3, 3), (7, 12)))),
    "resync_new_stream": ("N", Resync(epoch=EPOCH, ranges=())),
    "consent_state": ("0", LISTED),
    "consent_state_none": ("0", ConsentStates(
        epoch=later(NOW, 60), consents=(), part=1, parts=1, receipts=0)),
    "file_part": ("P", CHUNK),
}  # fmt: skip


def vectors() -> list[Vector]:
    """All of them."""
    good = [
        _case(f"{name}_good", name, "ok", "R-90 R-99", f"A legal {message.TYPE}.",
              encode_content(message))
        for name, (_, message) in MESSAGES.items()
    ]  # fmt: skip
    return [*good, *_recovery(), *_offers(), *_texts(), *_sections(), *_receipts(), *_others()]


def _case(name: str, of: str, expect: str, rule: str, comment: str, artefact: bytes) -> Vector:
    of_class, message = MESSAGES[of]
    return vector(
        name, "content", expect, rule, comment, artefact, type=message.TYPE, **{"class": of_class}
    )


def _wrong(name: str, of: str, rule: str, comment: str, **fields: Value) -> Vector:
    raw = encode_content(MESSAGES[of][1])
    return _case(name, of, "E_SCHEMA", rule, comment, changed(raw, **fields))


def _offers() -> list[Vector]:
    raw = encode_content(OFFER)
    twice = bytes([0xA9]) + raw[1:] + b"\x07\xf5"
    return [
        _case("offer_duplicate_key", "offer", "E_ENCODING", "R-03", "Key 7 twice.", twice),
        _wrong("offer_unknown_key", "offer", "R-10", "A key 8.", k8="more"),
        _wrong("offer_unknown_code", "offer", "R-11", "A service group we do not have.", k0="shelter"),
        _wrong("offer_code_in_capitals", "offer", "R-11", "A code in capitals.", k2="SOON_3D"),
        _wrong("offer_area_as_text", "offer", "R-14", "A town in words.", k1="Khulna town"),
        _wrong("offer_month_13", "offer", "R-14", "Month 13.", k5="2027-13"),
        _wrong("offer_language_of_two", "offer", "R-14", "A language tag of two letters.", k3="bn"),
        _wrong("offer_needs_as_number", "offer", "R-10", "1 in place of true.", k7=1),
        _wrong("offer_answer_by_null", "offer", "R-10", "null in place of an instant.", k6=None),
        _case("offer_missing_key", "offer", "E_SCHEMA", "R-10", "No key 6.", without(raw, 6)),
        _case("offer_not_a_map", "offer", "E_SCHEMA", "R-10", "An array.",
              encode([0, 1])),
    ]  # fmt: skip


def _texts() -> list[Vector]:
    def worker(name: str, comment: str, text: str) -> Vector:
        return _wrong(name, "accept", "R-15", comment, k0=text)

    return [
        worker("text_bidi_override", "Right-to-left override, U+202E.", "Rehana \u202egnp.exe"),
        worker("text_isolate", "First strong isolate, U+2068.", "\u2068Rehana"),
        worker("text_mark", "Arabic letter mark, U+061C.", "Rehana\u061c"),
        worker("text_escape", "An escape of a terminal.", "\x1b]0;x\x07"),
        worker("text_c1_control", "A control of the second row, U+009B.", "Rehana\u009b2J"),
        worker("text_line_separator", "U+2028.", "Rehana\u2028"),
        worker("text_noncharacter", "U+FFFE.", "Rehana\ufffe"),
        worker("text_empty", "No character.", ""),
        worker("text_too_long", "81 characters.", "r" * 81),
        _case("text_joiner", "accept", "ok", "R-15", "A zero-width joiner, which Bengali needs.",
              changed(encode_content(MESSAGES["accept"][1]), k0="র\u200d্যাব")),
    ]  # fmt: skip


def _dossier(name: str, rule: str, comment: str, sections: list[Value]) -> Vector:
    return _wrong(name, "dossier", rule, comment, k0=sections)


def _sections() -> list[Vector]:
    wishes: list[Value] = [8, {"plan_position": "agreed"}, []]
    contact: list[Value] = [2, {"safe_phone": "+880 1700 000000"}, []]

    def fact(category: int, field: str, value: Value) -> list[Value]:
        return [[category, {field: value}, []]]

    newer = changed(encode_content(DOSSIER), k0=fact(1, "gender", "from_2029"))
    return [
        _case("fact_code_of_a_newer_list", "dossier", "ok", "R-82", "In no list of ours: kept.", newer),
        _dossier("dossier_sections_out_of_order", "R-81", "Category 2 before 8.", [contact, wishes]),
        _dossier("dossier_section_twice", "R-81", "Category 8 twice.", [wishes, wishes]),
        _dossier("dossier_category_0", "R-81", "The handle's category.", [[0, {}, []]]),
        _dossier("dossier_category_13", "R-81", "A category that cannot be sent.", [[13, {}, []]]),
        _dossier("dossier_thirteen_sections", "R-81", "One more than there are.", [wishes] * 13),
        _dossier("fact_unknown", "R-82", "A field outside the list.", fact(1, "photo_name", "x")),
        _dossier("fact_other_category", "R-82", "A name as a wish.", fact(8, "given_name", "Shirin")),
        _dossier("fact_number_key", "R-82", "A number for a field.", [[1, {7: "Shirin"}, []]]),
        _dossier("fact_line_with_break", "R-82", "Two lines.", fact(1, "given_name", "Shirin\nB")),
        _dossier("fact_line_too_long", "R-82", "201 characters.", fact(1, "given_name", "s" * 201)),
        _dossier("fact_code_with_space", "R-82", "A space in a code.", fact(1, "gender", "a b")),
        _dossier("fact_codes_out_of_order", "R-82", "Codes out of order.",
                 fact(8, "wish_about", ["work", "learning"])),
        _dossier("fact_codes_twice", "R-82", "A code twice.", fact(8, "wish_about", ["a", "a"])),
        _dossier("fact_date_month_13", "R-82", "Month 13.", fact(1, "birth_date", "2001-13")),
        _dossier("fact_number_as_text", "R-82", "A number as text.",
                 fact(3, "number_of_children", "2")),
        _dossier("sentence_unknown_kind", "R-98", "A kind outside the list.",
                 [[8, {}, [["poem", "ben", "x"]]]]),
        _dossier("sentence_without_language", "R-98", "Two items.", [[8, {}, [["wish", "x"]]]]),
        _dossier("sentence_too_long", "R-98", "8001 characters.",
                 [[8, {}, [["wish", "ben", "x" * 8001]]]]),
    ]  # fmt: skip


def listed(value: Value) -> list[Value]:
    """A value that is an array."""
    assert isinstance(value, list)
    return value


def _receipts() -> list[Vector]:
    fields = RECEIPT.fields()
    [ranged] = map(listed, listed(fields[0]))
    [refused, withheld] = map(listed, listed(fields[1]))

    def singles(name: str, comment: str, *rows: list[Value]) -> Vector:
        return _wrong(name, "receipt", "R-96", comment, k1=list(rows))

    return [
        singles("receipt_refused_without_code", "Status 5 and no code.", refused[:4]),
        singles("receipt_code_with_stored", "A code with status 1.",
                [*refused[:2], 1, NOW, "E_TYPE"]),
        singles("receipt_unknown_status", "Status 3.", [*withheld[:2], 3, NOW]),
        singles("receipt_code_as_sentence", "A sentence in place of a code.",
                [*refused[:4], "you are wrong"]),
        singles("receipt_message_id_version_4", "A random UUID.",
                [bytes.fromhex("00112233445546778899aabbccddeeff"), *withheld[1:]]),
        _wrong("receipt_range_from_zero", "receipt", "R-96", "A range that begins at 0.",
               k0=[[EPOCH, 0, *ranged[2:]]]),
        _wrong("receipt_range_backward", "receipt", "R-96", "A range from 8 to 7.",
               k0=[[EPOCH, 8, *ranged[2:]]]),
        _wrong("receipt_seventeen_ranges", "receipt", "R-96", "One more than 16.",
               k0=[ranged] * 17),
        _wrong("receipt_257_singles", "receipt", "R-96", "One more than 256.",
               k1=[withheld] * 257),
    ]  # fmt: skip


def _recovery() -> list[Vector]:
    head: list[Value] = [EPOCH, 7, octets("seventh message")]
    row: list[Value] = [bytes(16), 1, NOW]
    later_row: list[Value] = [bytes([1]) * 16, 4, NOW]
    return [
        _wrong("hello_short_head", "hello", "R-130", "A head without its hash.", k1=head[:2]),
        _wrong("hello_null_head", "hello", "R-130", "null for no message.", k2=None),
        _wrong("hello_short_hash", "hello", "R-130", "31 bytes.", k1=[*head[:2], bytes(31)]),
        _wrong("hello_epoch_as_text", "hello", "R-130", "An epoch in words.", k0="now"),
        _wrong("hello_unknown_key", "hello", "R-10", "A key 3.", k3=True),
        _wrong("resync_backward", "resync", "R-138", "From 9 to 8.", k1=[[9, 8]]),
        _wrong("resync_zero", "resync", "R-138", "A range from 0.", k1=[[0, 3]]),
        _wrong("resync_out_of_order", "resync", "R-138", "5 before 3.", k1=[[5, 5], [3, 3]]),
        _wrong("resync_overlapping", "resync", "R-138", "4 twice.", k1=[[3, 4], [4, 6]]),
        _wrong("resync_seventeen_ranges", "resync", "R-138", "One more than 16.",
               k1=[[2 * at + 1, 2 * at + 1] for at in range(17)]),
        _wrong("consent_state_out_of_order", "consent_state", "R-136", "The larger id first.",
               k1=[later_row, row]),
        _wrong("consent_state_twice", "consent_state", "R-136", "One consent twice.", k1=[row, row]),
        _wrong("consent_state_state_0", "consent_state", "R-11", "A state that is none.",
               k1=[[bytes(16), 0, NOW]]),
        _wrong("consent_state_state_5", "consent_state", "R-11", "A state we do not have.",
               k1=[[bytes(16), 5, NOW]]),
        _wrong("consent_state_true", "consent_state", "R-136", "true in place of 1.",
               k1=[[bytes(16), True, NOW]]),
        _wrong("consent_state_with_words", "consent_state", "R-136", "A fourth item in a line.",
               k1=[[*row, "her words"]]),
        _wrong("consent_state_part_0", "consent_state", "R-136", "No part.", k2=0),
        _wrong("consent_state_part_4_of_3", "consent_state", "R-136", "One more than there are.", k2=4),
        _wrong("consent_state_65_parts", "consent_state", "R-136", "One more than 64.", k3=65),
        _wrong("consent_state_4097_receipts", "consent_state", "R-207", "One more than 4096.", k4=4097),
    ]  # fmt: skip


def _others() -> list[Vector]:
    return [
        _wrong("report_seen_and_not_seen", "followup_report", "R-99", "Both.", k3="phone"),
        _case("report_neither_seen_nor_not", "followup_report", "E_SCHEMA", "R-99", "Neither.",
              without(encode_content(MESSAGES["followup_report"][1]), 4)),
        _wrong("status_with_words", "followup_status", "R-99", "Sections in a class 0 report.",
               k0=[]),
        _wrong("withdrawn_null_replacement", "withdrawn", "R-10", "null for what is absent.",
               k3=None),
        _wrong("withdrawn_ack_status_4", "withdrawn_ack", "R-11", "Status 4.", k1=4),
        _wrong("withdrawn_ack_seventeen_told", "withdrawn_ack", "R-99", "One more than 16.",
               k3=[bytes(32)] * 17),
        _wrong("copy_empty_words", "consent_copy", "R-15", "Words that are none.", k1=""),
        _wrong("intro_request_short_proof", "intro_request", "R-99", "31 bytes.", k2=bytes(31)),
        vector("payload_good", "payload", "ok", "R-39", "Salt and content.", payload_of(OFFER)),
        vector("payload_short_salt", "payload", "E_SCHEMA", "R-39", "A salt of 15 bytes.",
               encode({0: bytes(15), 1: {}})),
        vector("payload_third_key", "payload", "E_SCHEMA", "R-39", "A key 2.",
               encode({0: bytes(16), 1: {}, 2: 0})),
        vector("payload_without_content", "payload", "E_SCHEMA", "R-39", "Salt alone.",
               encode({0: bytes(16)})),
    ]  # fmt: skip
