"""SPEC.md and the code say the same: rules, tables, and the bytes of the worked example."""

import hashlib
import itertools
import re
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Final

import pytest

from node.mailbox.problems import Problem, status_of
from protocol import limits
from protocol.acceptance import Accepted, Order, Situation, judge
from protocol.codec import decode
from protocol.envelope import KnownSender, open_envelope, parse, plaintext_of, verify_message
from protocol.errors import RefusalCode
from protocol.follow_up_flow import TRANSITIONS as FOLLOW_UP
from protocol.keys import prekey_secret, signing_secret, verifying_key
from protocol.labels import Kind, Label
from protocol.messages.union import PURPOSE_OF_TYPE, TYPES, MessageClass, message_class
from protocol.referral_flow import TRANSITIONS as REFERRAL
from protocol.safety import safety_number
from protocol.signing import parse as parse_signed
from protocol.streams import Placement
from protocol.values import Instant, node_id
from protocol.vocabulary import codes
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.facts import FACT_FIELDS
from tests.support import hpke_oracle
from tests.vectors.catalogue.contents import MESSAGES
from tests.vectors.form import read_all

ROOT: Final = Path(__file__).parents[2]
SPEC: Final = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")
CODE: Final = sorted(p for folder in ("protocol", "node") for p in (ROOT / folder).rglob("*.py"))

RULE: Final = re.compile(r"R-\d{2,3}")
STATED: Final = re.findall(r"^- \*\*(R-\d{2,3})\*\*", SPEC, re.MULTILINE)
# The names of the lists in the text; whose values are numbers, the text adds what each means.
LISTS: Final[dict[str, type[StrEnum] | type[IntEnum]]] = {
    "country": codes.Country,
    "service-group": codes.ServiceGroup,
    "priority": codes.Priority,
    "age-band": codes.AgeBand,
    "question": codes.Question,
    "answer": codes.AnswerCode,
    "first-step": codes.FirstStep,
    "decline-reason": codes.DeclineReason,
    "plan-answer": codes.PlanAnswer,
    "recall-reason": codes.RecallReason,
    "seen-how": codes.SeenHow,
    "not-seen-reason": codes.NotSeenReason,
    "unable-reason": codes.UnableReason,
    "purpose": codes.Purpose,
    "given-by": codes.GivenBy,
    "method": codes.ConsentMethod,
    "condition": codes.Condition,
    "withdrawal-wanted": codes.WithdrawalWanted,
    "withdrawal-status": codes.WithdrawalStatus,
    "receipt-status": codes.ReceiptStatus,
    "listed-state": codes.ListedState,
    "sentence-kind": codes.TextKind,
    "file-kind": codes.FileKind,
    "file-label": codes.FileLabel,
}


def table(*head: str) -> list[list[str]]:
    """The rows of the one table with this head, without the marks of code."""
    start = SPEC.index("| " + " | ".join(head) + " |\n")
    lines = SPEC[start:].splitlines()[2:]
    return [cells(line) for line in itertools.takewhile(is_row, lines)]


def cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


def is_row(line: str) -> bool:
    return line.startswith("|")


def cited_in(text: str) -> set[str]:
    return set(RULE.findall(text))


def test_every_rule_is_stated_once() -> None:
    assert sorted(rule for rule in set(STATED) if STATED.count(rule) > 1) == []


def test_every_rule_that_the_text_mentions_is_stated_in_it() -> None:
    assert sorted(cited_in(SPEC) - set(STATED)) == []


def test_every_rule_that_the_code_cites_exists() -> None:
    unknown = {
        path.relative_to(ROOT).as_posix(): sorted(cited_in(path.read_text("utf-8")) - set(STATED))
        for path in CODE
    }

    assert {name: rules for name, rules in unknown.items() if rules} == {}


def test_every_rule_that_a_vector_shows_exists() -> None:
    assert {v.name for v in read_all() if not set(v.rules) <= set(STATED)} == set()


def test_every_rule_is_cited_by_code_or_shown_by_a_vector() -> None:
    by_code = set().union(*(cited_in(path.read_text("utf-8")) for path in CODE))
    by_vector = {rule for vector in read_all() for rule in vector.rules}

    assert sorted(set(STATED) - by_code - by_vector) == []


def test_every_section_that_the_code_cites_exists() -> None:
    sections = set(re.findall(r"^#+ ([0-9]+(?:\.[0-9]+)?)\.? ", SPEC, re.MULTILINE))
    cited = {
        section
        for path in CODE
        for section in re.findall(r"SPEC ([0-9]+(?:\.[0-9]+)?)", path.read_text("utf-8"))
    }

    assert sorted(cited - sections) == []


def test_every_vector_that_the_text_names_exists() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)\.txt`", SPEC))

    assert named <= {vector.name for vector in read_all()}


def test_the_labels_are_those_of_the_code() -> None:
    assert [row[0] for row in table("Label", "Used in")] == [label.value for label in Label]


def test_the_kinds_are_those_of_the_code() -> None:
    assert [row[0] for row in table("Kind", "Section")] == [kind.value for kind in Kind]


def test_the_types_and_their_classes_are_those_of_the_code() -> None:
    stated = {row[0]: row[1].split(" or ") for row in table("Type", "Class", "Says")}

    assert stated.keys() == TYPES
    for name, classes in stated.items():
        personal = [MessageClass.PERSONAL.value] if "P" in classes else []
        plain = [c for c in classes if c != MessageClass.PERSONAL.value]
        assert classes == plain + personal
        if plain:
            assert message_class(name, cites_consent=False).value == plain[0]
        if personal:
            assert message_class(name, cites_consent=True) is MessageClass.PERSONAL


def test_the_keys_of_each_content_are_those_of_the_code() -> None:
    stated: dict[tuple[str, str], set[int]] = {}
    for row in table("Type", "Class", "Key", "Name", "Value", "Event"):
        of = (row[0], row[1]) if row[0] else list(stated)[-1]
        keys = stated.setdefault(of, set())
        if row[2] != "none":
            keys.add(int(row[2]))
    coded: dict[tuple[str, str], set[object]] = {}
    for of_class, message in MESSAGES.values():
        coded.setdefault((message.TYPE, of_class), set()).update(message.fields())
    # A report says how she was seen or why not; the vector says why not.
    coded["followup.report/1", "P"].add(3)

    assert stated == coded


def test_the_refusal_codes_are_those_of_the_code() -> None:
    assert [row[0] for row in table("Code", "When", "Told")] == [c.value for c in RefusalCode]


def test_the_problems_of_a_mailbox_are_those_of_the_code() -> None:
    stated = {row[0]: int(row[1]) for row in table("Name", "Status", "When")}

    assert stated == {problem.value: status_of(problem) for problem in Problem}


def test_the_limits_are_those_of_the_code() -> None:
    stated = {row[0]: row[1] for row in table("Name", "Value", "Used in")}
    units = {"MINUTE", "HOUR", "DAY"}
    coded = {
        name: ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        for name, value in vars(limits).items()
        if name.isupper() and name not in units
    }

    assert stated == coded


def test_the_code_lists_are_those_of_the_code() -> None:
    stated = {row[0]: row[1] for row in table("List", "Codes")}
    coded = {
        name: ", ".join(
            f"{code.value} {code.name.lower()}" if isinstance(code, int) else code.value
            for code in members
        )
        for name, members in LISTS.items()
    }

    assert stated == coded


def test_the_categories_and_facts_are_those_of_the_code() -> None:
    assert [int(row[0]) for row in table("Category", "About")] == [int(c) for c in Category]
    assert table("Field", "Category", "Shape", "HTCDS 2.0", "List") == [
        [
            name,
            str(int(spec.category)),
            spec.shape.value,
            spec.htcds or "",
            "" if spec.codes is None else spec.codes.name,
        ]
        for name, spec in FACT_FIELDS.items()
    ]
    order = ", ".join(str(int(category)) for category in DOSSIER_ORDER)
    assert f"in the order {order}:" in " ".join(SPEC.split())


def test_the_purpose_of_each_personal_type_is_that_of_the_code() -> None:
    told = " ".join(SPEC.split("The purposes:")[1].split(".\n")[0].split())

    assert told == (
        "`referral.answer/1` and `referral.dossier/1` go under `care_referral`, "
        "`referral.outcome/1` and `followup.report/1` under `follow_up`"
    )
    assert sorted((name, purpose.value) for name, purpose in PURPOSE_OF_TYPE.items()) == [
        ("followup.report/1", "follow_up"),
        ("referral.answer/1", "care_referral"),
        ("referral.dossier/1", "care_referral"),
        ("referral.outcome/1", "follow_up"),
    ]


@pytest.mark.parametrize("flow", [REFERRAL, FOLLOW_UP], ids=["referral", "follow_up"])
def test_the_states_are_those_of_the_code(flow: dict[StrEnum, dict[StrEnum, StrEnum]]) -> None:
    tables = SPEC.split("| State | Event → state |\n")[1:]
    text = tables[0 if flow is REFERRAL else 1]
    stated = {
        row[0]: dict(cell.split(" → ") for cell in row[1].split(", "))
        for row in map(cells, itertools.takewhile(is_row, text.splitlines()[1:]))
    }
    coded = {
        state.value: {event.value: following.value for event, following in moves.items()}
        for state, moves in flow.items()
        if moves
    }

    assert stated == coded


# The worked example: first with nothing but hashlib and the text, then through the product.


def example() -> dict[str, str]:
    """The named values of the worked example."""
    [block] = re.findall(r"^```text\n(.*?)^```", SPEC, re.MULTILINE | re.DOTALL)
    named: dict[str, str] = {}
    for line in block.splitlines():
        name, separator, value = line.partition(" =")
        if separator:
            named[name] = value.strip()
        else:
            named[list(named)[-1]] += line.strip()
    return named


def octets(name: str) -> bytes:
    return bytes.fromhex(example()[name])


def labelled(label: str, data: bytes) -> bytes:
    """`H` as R-20 has it."""
    return hashlib.sha256(bytes([len(label)]) + label.encode() + data).digest()


def test_the_names_of_the_example_follow_from_its_keys() -> None:
    assert octets("alo-node-id") == labelled("sathi/1/node-id", octets("alo-root-public"))
    assert octets("bandhan-node-id") == labelled("sathi/1/node-id", octets("bandhan-root-public"))
    for whose in ("root", "signing"):
        secret = signing_secret(octets(f"alo-{whose}-seed"))
        assert secret.public == octets(f"alo-{whose}-public")
    prekey = prekey_secret(octets("bandhan-prekey-seed"))
    assert octets("bandhan-prekey-id") == prekey.prekey_id
    assert octets("bandhan-prekey-id") == labelled("sathi/1/prekey-id", prekey.public.raw)[:16]


def test_the_bytes_of_the_example_follow_from_one_another() -> None:
    payload, skeleton = octets("payload"), octets("skeleton")

    assert payload == b"\xa2\x00\x50" + octets("salt") + b"\x01" + octets("offer-content")
    assert octets("commitment") == labelled("sathi/1/payload", payload)
    assert octets("message-hash") == labelled("sathi/1/msg-hash", skeleton)
    assert decode(octets("signed-message")) == [
        "msg",
        skeleton,
        [
            [
                labelled("sathi/1/key-id", octets("alo-signing-public"))[:8],
                signing_secret(octets("alo-signing-seed")).signature(
                    b"\x0bsathi/1/msg" + skeleton
                ),
            ]
        ],
    ]


def test_the_envelope_of_the_example_opens_by_the_text_of_the_standard() -> None:
    envelope = octets("envelope")
    signed, payload = octets("signed-message"), octets("payload")

    assert envelope[:24] == b"SATH\x01\x01\x00\x00" + octets("bandhan-prekey-id")
    plaintext = hpke_oracle.opened(
        envelope[24:],
        seed=octets("bandhan-prekey-seed"),
        info=b"\x0csathi/1/hpke" + envelope[:24],
    )
    body = len(signed).to_bytes(4) + signed + len(payload).to_bytes(4) + payload
    assert plaintext == body.ljust(4_096 - 1_160, b"\0")
    kind = Kind.MESSAGE
    assert plaintext == plaintext_of(parse_signed(signed, kind=kind), payload=payload)


def test_the_message_of_the_example_is_taken_as_the_first_of_its_stream() -> None:
    prekey = prekey_secret(octets("bandhan-prekey-seed"))
    key = verifying_key(octets("alo-signing-public"), place="example")
    alo, bandhan = node_id(octets("alo-node-id")), node_id(octets("bandhan-node-id"))
    now = Instant(1_800_000_000)
    verified = verify_message(
        open_envelope(parse(octets("envelope")), prekeys={prekey.prekey_id: prekey}),
        senders=[KnownSender(node_id=alo, keys=(key,), is_suspended=False)],
        me=bandhan,
        now=now,
    )
    situation = Situation(
        me=bandhan,
        now=now,
        latest_seen=now,
        level=1,
        is_suspended=False,
        seen=None,
        stream=None,
        held={},
        standing=lambda _: None,
        is_buried=lambda _: False,
        sender_keys=(key,),
    )

    assert verified.hash == octets("message-hash")
    assert judge(verified, situation) == Accepted(
        message=MESSAGES["offer"][1],
        order=Order.NEXT,
        placement=Placement.NEXT,
        consent=None,
    )


def test_the_safety_number_of_the_example_is_that_of_its_root_keys() -> None:
    roots = (octets("alo-root-public"), octets("bandhan-root-public"))
    one, other = (verifying_key(root, place="example") for root in roots)

    assert example()["safety-number"] == " ".join(safety_number(one, other))
