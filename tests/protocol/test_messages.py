"""Types, classes and schemas of messages: each has one form, and every other form is refused."""

from dataclasses import replace
from typing import Final

import pytest

from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.messages.disclosed import Sentence
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import (
    OVERTAKING,
    TYPES,
    UNRECEIPTED,
    Message,
    MessageClass,
    encode_content,
    encode_payload,
    message_class,
    parse_content,
    split_payload,
)
from protocol.values import PlainText
from protocol.vocabulary.codes import ReceiptStatus, TextKind
from tests.support.builders import NOON, OFFER, WISH
from tests.support.messages import ACKNOWLEDGED, DISCLOSED, MESSAGES, RECEIPT, SEEN, SINGLE

# The types of the first version and the classes each has.
CLASSES: Final = {
    "intro.request/1": "N",
    "intro.accept/1": "N",
    "receipt/1": "N",
    "card/1": "N",
    "bundle/1": "N",
    "charter/1": "N",
    "suspend/1": "N",
    "referral.offer/1": "0",
    "referral.ask/1": "0",
    "referral.answer/1": "0P",
    "referral.accept/1": "0",
    "referral.decline/1": "0",
    "referral.dossier/1": "P",
    "referral.prepared/1": "0",
    "referral.arrived/1": "0",
    "referral.outcome/1": "P",
    "referral.recall/1": "0",
    "followup.request/1": "0",
    "followup.accept/1": "0",
    "followup.report/1": "0P",
    "followup.unable/1": "0",
    "consent.copy/1": "P",
    "consent.withdrawn/1": "0",
    "consent.withdrawn_ack/1": "0",
    "hello/1": "N",
    "cover/1": "N",
    "audit.differs/1": "N",
    "resync/1": "N",
    "consent.state/1": "0",
    "blob.chunk/1": "P",
}
PERSONAL_BY_PYTHON_TYPE: Final = {
    "ReferralAnswerPersonal",
    "ReferralDossier",
    "ReferralOutcome",
    "FollowUpReport",
    "ConsentCopy",
    "BlobChunk",
}


def class_of(message: Message) -> MessageClass:
    if type(message).__name__ in PERSONAL_BY_PYTHON_TYPE:
        return MessageClass.PERSONAL
    return MessageClass(CLASSES[message.TYPE][0])


def content_of(message: Message) -> dict[int | str, Value]:
    content = decode(encode_content(message))
    assert isinstance(content, dict)
    return content


def read(content: Value, *, like: Message) -> Message:
    return parse_content(content, type_name=like.TYPE, of_class=class_of(like))


def place_of_refusal(content: Value, *, like: Message) -> str:
    with pytest.raises(MalformedError) as caught:
        read(content, like=like)
    assert caught.value.code is RefusalCode.E_SCHEMA
    return caught.value.place


# Types and classes


def test_the_types_are_these() -> None:
    assert CLASSES.keys() == TYPES


@pytest.mark.parametrize("type_name", [*CLASSES, "cover/2", "referral.offer/2", "referral", ""])
def test_the_consent_in_a_skeleton_decides_the_class_of_a_message(type_name: str) -> None:
    classes = CLASSES.get(type_name)
    answers: list[MessageClass | RefusalCode] = []
    for cites_consent in (True, False):
        try:
            answers.append(message_class(type_name, cites_consent=cites_consent))
        except RemoteProtocolError as error:
            answers.append(error.code)

    if classes is None:
        assert answers == [RefusalCode.E_TYPE, RefusalCode.E_TYPE]
    else:
        public = [MessageClass(one) for one in classes if one != "P"]
        assert answers == [
            MessageClass.PERSONAL if "P" in classes else RefusalCode.E_SCHEMA,
            public[0] if public else RefusalCode.E_CONSENT_MISSING,
        ]


def test_only_a_withdrawal_and_a_suspend_overtake_and_receipts_and_cover_have_no_receipt() -> None:
    assert {"consent.withdrawn/1", "suspend/1"} == OVERTAKING
    assert {"receipt/1", "cover/1"} == UNRECEIPTED


def test_there_is_an_example_of_every_type_in_every_class() -> None:
    found = {(message.TYPE, class_of(message)) for message in MESSAGES}

    assert found == {(name, MessageClass(one)) for name, many in CLASSES.items() for one in many}


# Contents


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_read_back_as_it_was_written(message: Message) -> None:
    assert read(content_of(message), like=message) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_content_with_a_key_too_many_is_refused(message: Message) -> None:
    for key in (90, "extra"):
        assert place_of_refusal({**content_of(message), key: True}, like=message)


OPTIONAL: Final = {
    "ReferralDecline": {1},
    "ConsentCopy": {1},
    "ConsentWithdrawn": {3},
    "WithdrawnAcknowledgement": {6},
}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_content_without_a_required_key_is_refused(message: Message) -> None:
    content = content_of(message)
    for key in content.keys() - OPTIONAL.get(type(message).__name__, set()):
        assert place_of_refusal(
            {name: value for name, value in content.items() if name != key}, like=message
        )


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("wrong", [None, True, 7, "not in any list", b"", [7], {}], ids=repr)
def test_a_content_with_a_value_of_another_type_is_refused(message: Message, wrong: Value) -> None:
    content = content_of(message)
    for key, value in content.items():
        if type(value) is not type(wrong):
            assert place_of_refusal({**content, key: wrong}, like=message)


@pytest.mark.parametrize("content", [None, 7, [], "", b""])
def test_a_content_that_is_no_map_is_refused(content: Value) -> None:
    assert place_of_refusal(content, like=OFFER) == "referral.offer"


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        (1, "Khulna", "offer.area"),
        (1, "BD", "offer.area"),
        (1, "BD-a", "offer.area"),
        (1, "BD-khulna-daulatpur-ward-nine", "offer.area"),
        (1, "BD-KHULNA", "offer.area"),
        (3, "bn", "offer.language"),
        (4, "17", "referral.offer.age_band"),
        (5, "2027-13", "offer.month"),
        (5, "2027-2", "offer.month"),
        (5, "2027-02-01", "offer.month"),
    ],
)
def test_an_offer_says_no_more_than_a_district_a_month_and_an_age_band(
    key: int, value: Value, place: str
) -> None:
    assert place_of_refusal({**content_of(OFFER), key: value}, like=OFFER) == place


# What is said of her

DOSSIER: Final = ReferralDossier(disclosed=DISCLOSED)


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ([[8, {}]], "dossier"),
        ([["8", {}, []]], "dossier"),
        ([[0, {}, []]], "dossier"),
        ([[13, {}, []]], "dossier"),
        ([[8, [], []]], "dossier"),
        ([[8, {}, {}]], "dossier"),
        ([[2, {}, []], [8, {}, []]], "dossier"),
        ([[8, {}, []], [8, {}, []]], "dossier"),
        ([[8, {"given_name": "মিতা"}, []]], "facts.C8"),
        ([[8, {"suspect_name": "X"}, []]], "facts.C8"),
        ([[8, {7: "X"}, []]], "facts.C8"),
        ([[1, {"given_name": 7}, []]], "facts.given_name"),
        ([[1, {"given_name": "one\ntwo"}, []]], "facts.given_name"),
        ([[1, {"given_name": "ক" * 201}, []]], "facts.given_name"),
        ([[1, {"given_name": "\u202eatim"}, []]], "facts.given_name"),
        ([[1, {"gender": "not a code"}, []]], "facts.gender"),
        ([[1, {"gender": "১"}, []]], "facts.gender"),
        ([[1, {"birth_date": "24.11.2004"}, []]], "facts.birth_date"),
        ([[1, {"birth_date": "2004-13"}, []]], "facts.birth_date"),
        ([[1, {"birth_date": "২০০৪"}, []]], "facts.birth_date"),
        ([[1, {"citizenship": "BD"}, []]], "facts.citizenship"),
        ([[1, {"citizenship": ["IN", "BD"]}, []]], "facts.citizenship"),
        ([[1, {"citizenship": ["BD", "BD"]}, []]], "facts.citizenship"),
        ([[1, {"citizenship": [f"c{n}" for n in range(10, 75)]}, []]], "facts.citizenship"),
        ([[3, {"number_of_children": "2"}, []]], "facts.number_of_children"),
        ([[3, {"number_of_children": True}, []]], "facts.number_of_children"),
        ([[8, {}, [["wish", "ben"]]]], "dossier"),
        ([[8, {}, [["wish", 7, "x"]]]], "dossier"),
        ([[8, {}, [["complaint", "ben", "x"]]]], "dossier.kind"),
        ([[8, {}, [["wish", "bn", "x"]]]], "dossier"),
        ([[8, {}, [["wish", "ben", ""]]]], "dossier"),
        ([[8, {}, [["wish", "ben", "ক" * 8_001]]]], "dossier"),
        ([[8, {}, [["wish", "ben", str(n)] for n in range(65)]]], "dossier"),
        ([[8, {f"f{n}": "x" for n in range(257)}, []]], "dossier"),
    ],
)
def test_what_is_said_of_her_keeps_to_the_allow_list(sections: Value, place: str) -> None:
    assert place_of_refusal({0: sections}, like=DOSSIER) == place


@pytest.mark.parametrize("date", ["2004", "2004-02", "2004-02-29"])
def test_a_date_may_be_known_to_the_year_the_month_or_the_day(date: str) -> None:
    content: Value = {0: [[1, {"birth_date": date}, []]]}

    message = read(content, like=DOSSIER)

    assert encode_content(message) == encode(content)


def test_a_text_of_full_length_and_64_of_them_are_taken() -> None:
    texts: list[Value] = [["wish", "ben", text] for text in ["ক" * 8_000, *"খ" * 63]]

    message = read({0: [[8, {}, texts]]}, like=DOSSIER)

    assert isinstance(message, ReferralDossier)
    assert len(message.disclosed.sentences) == 64


def test_what_is_said_of_her_can_be_asked_by_category_field_and_text() -> None:
    assert {int(category) for category in DISCLOSED.categories} == {2, 3, 8}
    assert DISCLOSED.fields == {"wish_about", "safe_phone", "number_of_children"}
    assert [text.kind for text in DISCLOSED.sentences] == [TextKind.HOPE, TextKind.WISH]


def test_a_tick_is_bound_to_every_character_of_a_text() -> None:
    texts = [WISH.text, WISH.text + " ", WISH.text[:-1], "\u09dc", "\u09a1\u09bc"]
    sentences = [
        Sentence(kind=WISH.kind, language=WISH.language, text=PlainText(text)) for text in texts
    ]

    assert len({sentence.hash for sentence in sentences}) == len(texts)


# Receipts, reports, payloads


@pytest.mark.parametrize(
    "row",
    [
        [NOON, 1, 7, bytes(32)],
        [NOON, 0, 7, bytes(32), NOON],
        [NOON, 8, 7, bytes(32), NOON],
        ["x", 1, 7, bytes(32), NOON],
        [NOON, 1, 7, bytes(31), NOON],
        [NOON, 1, 7, bytes(32), None],
    ],
)
def test_a_receipt_with_a_range_that_is_none_is_refused(row: list[Value]) -> None:
    assert place_of_refusal({0: [row], 1: []}, like=RECEIPT) in {"receipt.ranges", "hash"}


STATUS: Final[dict[int, list[str | None]]] = {
    1: [None],
    2: [None],
    5: ["E_LEVEL", "E_SOME_LATER_CODE"],
    6: [None],
    7: [None],
}
CODES: Final = [None, "E_LEVEL", "E_SOME_LATER_CODE", "e_level", "Mita", ""]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("status", range(9))
def test_a_receipt_names_a_code_exactly_where_it_refuses(status: int, code: str | None) -> None:
    first: list[Value] = [SINGLE.message_id, SINGLE.message_hash, status, NOON]
    content: Value = {0: [], 1: [first if code is None else [*first, code]]}

    if code in STATUS.get(status, []):
        single = replace(SINGLE, status=ReceiptStatus(status), code=code)
        assert read(content, like=RECEIPT) == replace(RECEIPT, ranges=(), singles=(single,))
    else:
        assert place_of_refusal(content, like=RECEIPT) == "receipt.singles"


@pytest.mark.parametrize("status", [0, 4])
def test_an_answer_to_a_withdrawal_has_one_of_three_statuses(status: int) -> None:
    content = {**content_of(ACKNOWLEDGED), 1: status}

    assert place_of_refusal(content, like=ACKNOWLEDGED) == "consent.withdrawn_ack.status"


@pytest.mark.parametrize(
    "row", [[1, 2, 3], [bytes(16), bytes(32), 1, NOON], [bytes(16), bytes(32), "1", NOON], 7]
)
def test_a_receipt_for_something_that_is_no_message_is_refused(row: Value) -> None:
    assert place_of_refusal({0: [], 1: [row]}, like=RECEIPT) == "receipt.singles"


def test_a_report_says_either_how_she_was_seen_or_why_not() -> None:
    content = content_of(SEEN)
    both = {**content, 4: "moved"}
    neither = {key: value for key, value in content.items() if key != 3}

    assert [place_of_refusal(one, like=SEEN) for one in (both, neither)] == ["report.seen"] * 2


def test_a_payload_is_a_map_of_salt_and_content() -> None:
    content = encode_content(OFFER)

    payload = encode_payload(content, salt=bytes(range(16)))

    assert payload == encode({0: bytes(range(16)), 1: decode(content)})
    assert split_payload(payload) == decode(content)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", RefusalCode.E_ENCODING),
        (encode([]), RefusalCode.E_SCHEMA),
        (encode({0: bytes(15), 1: {}}), RefusalCode.E_SCHEMA),
        (encode({0: bytes(16)}), RefusalCode.E_SCHEMA),
        (encode({0: bytes(16), 1: {}, 2: {}}), RefusalCode.E_SCHEMA),
    ],
)
def test_a_payload_of_another_form_is_refused(payload: bytes, code: RefusalCode) -> None:
    with pytest.raises(MalformedError) as caught:
        split_payload(payload)

    assert caught.value.code is code
