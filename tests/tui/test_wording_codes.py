"""Every code that can reach a screen has words, in every language."""

import inspect
import re
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from protocol.consent import ConsentEvent, ConsentState
from protocol.delivery import OutboxState
from protocol.effects import Task, TaskKind
from protocol.errors import RefusalCode
from protocol.follow_up_flow import FollowUpState
from protocol.local.transport import LocalProblem
from protocol.local.views import No
from protocol.messages.referral import area_code
from protocol.messages.union import TYPES
from protocol.referral_flow import ReferralEvent, ReferralState
from protocol.values import language_tag
from protocol.vocabulary import categories, codes
from protocol.vocabulary.codes import Country
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from tui.wording import LANGUAGES, Words
from tui.wording.labels import facts, flows, messages, places, refusals
from tui.wording.troubles import PROBLEMS

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "node" / "vault" / "migrations"


def enums_of(module: ModuleType) -> list[type[Enum]]:
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Enum) and found.__module__ == module.__name__
    ]


LISTS: Final[tuple[type[Enum], ...]] = (
    *enums_of(codes),
    *enums_of(categories),
    ReferralState,
    ReferralEvent,
    FollowUpState,
    ConsentState,
    ConsentEvent,
    OutboxState,
    Task,
    TaskKind,
)
MEMBERS: Final[list[Enum]] = [member for members in LISTS for member in members]
TRANSLATED: Final = [code for code in LANGUAGES if code != "en"]
ENGLISH: Final = Words(language="en", digits="native")


def is_worded(english: str, code: str) -> bool:
    """Words that somebody wrote, not the code shown for want of words."""
    return bool(english) and english != code and f"({code})" not in english


def is_translated(said: str, english: str) -> bool:
    return said != english and re.search(r"[\u0900-\u09FF]", said) is not None


def test_the_lists_are_found() -> None:
    assert len(MEMBERS) > 150


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_every_member_of_a_closed_list_has_words(member: Enum) -> None:
    english = ENGLISH.code(member)
    assert is_worded(english, str(member.value))
    for language in TRANSLATED:
        assert is_translated(Words(language=language, digits="native").code(member), english)


@pytest.mark.parametrize("members", LISTS, ids=lambda found: found.__name__)
def test_no_two_members_of_a_list_say_the_same(members: type[Enum]) -> None:
    for language in LANGUAGES:
        said = [Words(language=language, digits="native").code(member) for member in members]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize("code", [*No, *RefusalCode], ids=str)
def test_every_refusal_is_a_sentence(code: str) -> None:
    assert re.search(r"[a-z)]\.$", ENGLISH.refusal(code))
    assert f"({code})" not in ENGLISH.refusal(code)
    for language in TRANSLATED:
        said = Words(language=language, digits="native").refusal(code)
        assert is_translated(said, ENGLISH.refusal(code))
        assert said.endswith("।")


def test_no_refusal_has_words_that_does_not_exist() -> None:
    assert refusals.REFUSALS.keys() == {*No, *RefusalCode}


def test_a_locked_node_and_a_withdrawn_text_are_not_said_alike() -> None:
    assert ENGLISH.refusal("locked") != ENGLISH.problem("locked")


def test_every_problem_has_words() -> None:
    assert PROBLEMS.keys() == set(LocalProblem)
    for language in TRANSLATED:
        for name in LocalProblem:
            said = Words(language=language, digits="native").problem(name)
            assert is_translated(said, ENGLISH.problem(name))


def test_every_fact_has_a_name_and_no_name_is_without_its_fact() -> None:
    assert facts.FIELDS.keys() == FACT_FIELDS.keys()
    for field in FACT_FIELDS:
        assert is_worded(ENGLISH.field(field), field)


def test_codes_are_worded_only_for_facts_that_are_written_as_codes() -> None:
    coded = {name for name, spec in FACT_FIELDS.items() if spec.shape in (Shape.CODE, Shape.CODES)}
    assert facts.CODES.keys() <= coded


CODES: Final = sorted((field, code) for field, labels in facts.CODES.items() for code in labels)


@pytest.mark.parametrize(("field", "code"), CODES)
def test_every_code_of_a_fact_is_said_in_every_language(field: str, code: str) -> None:
    english = ENGLISH.fact_code(field, code)
    for language in TRANSLATED:
        said = Words(language=language, digits="native").fact_code(field, code)
        assert is_translated(said, english)


def test_a_code_in_a_fact_is_said_and_an_unknown_one_is_shown() -> None:
    assert ENGLISH.fact_code("plan_position", "agreed_with_changes") == "She agrees, with changes"
    assert ENGLISH.fact_code("plan_position", "not_asked") == "Not asked"
    assert ENGLISH.fact_code("skills", "tailoring") == "tailoring"


def test_every_message_type_has_a_name() -> None:
    assert messages.MESSAGES.keys() == TYPES


def test_every_status_of_a_partner_that_the_vault_knows_has_words() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in sorted(MIGRATIONS.glob("*.sql"))
    )
    found = re.search(r"CHECK \(status IN \(('invited'[^)]*)\)", written)
    assert found is not None
    assert flows.PEER_STATUS.keys() == set(re.findall(r"'(\w+)'", found[1]))


def test_every_step_of_a_withdrawal_has_words_of_its_own() -> None:
    said = [ENGLISH.withdrawal(status) for status in range(4)]
    assert len(set(said)) == 4
    assert said[0] == "No answer yet: phone them"


def test_the_two_receipts_are_never_said_alike() -> None:
    for language in LANGUAGES:
        words = Words(language=language, digits="native")
        stored, seen = codes.ReceiptStatus.STORED, codes.ReceiptStatus.SEEN_BY_PERSON
        assert words.code(stored) != words.code(seen)
    assert "read" not in ENGLISH.code(codes.ReceiptStatus.STORED)


def test_what_a_view_holds_as_a_string_is_said_as_its_member_is() -> None:
    words = Words(language="bn", digits="native")
    assert words.referral_state("offered") == words.code(ReferralState.OFFERED)
    assert words.referral_event("offer") == words.code(ReferralEvent.OFFER)
    assert words.follow_up_state("due") == words.code(FollowUpState.DUE)
    assert words.consent_state("live") == words.code(ConsentState.LIVE)
    assert words.outbox_state("queued") == words.code(OutboxState.QUEUED)
    assert words.task("not_sent") == words.code(Task.NOT_SENT)
    assert words.peer_status("paused") != words.peer_status("active")
    assert words.message_type("referral.offer/1") == "প্রস্তাব"
    assert words.country("NP") == words.code(Country.NEPAL)


def test_every_area_is_one_that_an_offer_can_name() -> None:
    for code in places.AREAS:
        assert area_code(code, place="test") == code
        assert code.partition("-")[0] in set(Country)


def test_every_language_of_the_desk_has_a_name_in_every_other() -> None:
    for tag in places.LANGUAGE_NAMES:
        assert language_tag(tag) == tag
    assert {language.tag for language in LANGUAGES.values()} <= places.LANGUAGE_NAMES.keys()
