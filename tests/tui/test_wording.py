"""What the desk says: texts, numbers and times, in two languages and two kinds of digits."""

import dataclasses
import hashlib
import tomllib
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.vocabulary.codes import Priority, ServiceGroup
from tui.wording import CONNECTION_LOST, LANGUAGES, N_, Words, mark_in
from tui.wording.catalogue import LOCALE, is_approved, path_of

ENGLISH = Words(language="en", digits="native")
BENGALI = Words(language="bn", digits="native")
OFFICE = Words(language="bn", digits="latin")
KOLKATA = ZoneInfo("Asia/Kolkata")
KATHMANDU = ZoneInfo("Asia/Kathmandu")

MINUTE, HOUR, DAY = 60, 3_600, 86_400
BENGALI_DIGITS = {str(value): chr(0x09E6 + value) for value in range(10)}


def in_bengali(text: str) -> str:
    return "".join(BENGALI_DIGITS.get(character, character) for character in text)


def test_a_text_is_said_in_the_readers_language() -> None:
    assert ENGLISH.say("Yes") == "Yes"
    assert BENGALI.say("Yes") == "হ্যাঁ"


def test_a_text_that_nobody_has_translated_stays_english() -> None:
    assert BENGALI.say("Nobody wrote this down") == "Nobody wrote this down"


def test_an_empty_text_says_nothing() -> None:
    empty = ""
    assert [words.say(empty) for words in (ENGLISH, BENGALI)] == ["", ""]


def test_a_number_in_a_text_has_the_readers_digits_and_a_string_keeps_its_own() -> None:
    text = N_("{count} of {code}")
    assert BENGALI.say(text, count=12, code="R-14") == "১২ of R-14"
    assert OFFICE.say(text, count=12, code="R-14") == "12 of R-14"


def test_what_stands_in_a_value_is_not_a_place_for_another_value() -> None:
    assert ENGLISH.say("{name} {count}", name="{count} [b]", count=2) == "{count} [b] 2"


def test_a_text_without_its_value_is_our_own_bug() -> None:
    with pytest.raises(KeyError):
        ENGLISH.say("{day} {month}", day=1)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1_000, "1,000 days")]
)
def test_a_text_follows_its_number(count: int, said: str) -> None:
    assert ENGLISH.say_many("{count} day", "{count} days", count) == said


def test_a_text_that_depends_on_a_number_takes_further_values() -> None:
    said = ENGLISH.say_many("{count} case of {name}", "{count} cases of {name}", 3, name="Mita")
    assert said == "3 cases of Mita"


def test_one_english_word_is_said_differently_in_another_context() -> None:
    context, text = mark_in("short month", "Jan")
    assert (ENGLISH.say_in(context, text), BENGALI.say_in(context, text)) == ("Jan", "জানুয়ারি")


def test_digits_that_a_translator_wrote_follow_the_readers_choice() -> None:
    assert BENGALI.code(Priority.URGENT_24H) == "জরুরি: ২৪ ঘণ্টার মধ্যে"
    assert OFFICE.code(Priority.URGENT_24H) == "জরুরি: 24 ঘণ্টার মধ্যে"


def test_words_exist_only_for_a_language_of_the_desk() -> None:
    with pytest.raises(ValueError, match="does not speak"):
        Words(language="xx", digits="native")


def test_words_do_not_change_under_a_screen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        BENGALI.language = "en"  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (99_999, "99,999"),
        (100_000, "1,00,000"),
        (1_234_567, "12,34,567"),
        (12_345_678, "1,23,45,678"),
        (-1_234, "-1,234"),
    ],
)
def test_numbers_stand_in_groups_of_lakh_and_crore(number: int, written: str) -> None:
    assert ENGLISH.number(number) == written
    assert OFFICE.number(number) == written
    assert BENGALI.number(number) == in_bengali(written)


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_a_written_number_is_the_same_number(number: int) -> None:
    written = BENGALI.number(number)
    back = {digit: value for value, digit in BENGALI_DIGITS.items()}
    assert int("".join(back.get(c, c) for c in written if c != ",")) == number
    assert [len(group) for group in written.lstrip("-").split(",")[1:-1]] == [2] * (
        max(0, written.count(",") - 1)
    )


@pytest.mark.parametrize("code", ["K-0142", "R-5M8Q", "7F3K-22", "F9", "sn1abc234"])
def test_a_code_keeps_its_digits_in_every_language(code: str) -> None:
    assert BENGALI.digits_of(code) == code
    assert BENGALI.digits_of(f"14:05 {code}") == f"১৪:০৫ {code}"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (0, "just now"),
        (MINUTE - 1, "just now"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h"),
        (DAY - 1, "23 h"),
        (DAY, "1 day"),
        (3 * DAY, "3 days"),
        (60 * DAY - 1, "59 days"),
        (60 * DAY, "2 months"),
    ],
)
def test_how_long_ago_is_said_in_the_widest_unit_that_fits(seconds: int, said: str) -> None:
    assert ENGLISH.since(seconds) == said


def test_a_day_turns_on_the_second_of_the_readers_own_midnight() -> None:
    # 2026-11-24 18:30:00 UTC is midnight in Kolkata.
    midnight = 1_795_545_000
    days = [ENGLISH.day(at, KOLKATA) for at in (midnight - 1, midnight)]
    assert days == ["24 Nov", "25 Nov"]
    clocks = [BENGALI.clock(at, KOLKATA) for at in (midnight - 1, midnight)]
    assert clocks == [in_bengali("23:59"), in_bengali("00:00")]
    assert ENGLISH.clock(midnight, KATHMANDU) == "00:15"


def test_a_date_names_its_year_without_grouping_it() -> None:
    dates = [words.date(1_795_545_000, KOLKATA) for words in (ENGLISH, BENGALI, OFFICE)]
    assert dates == ["25 November 2026", "২৫ নভেম্বর ২০২৬", "25 নভেম্বর 2026"]


def test_every_month_has_a_name_of_its_own() -> None:
    for words in (ENGLISH, BENGALI):
        names = [words.month(f"2027-{month:02}") for month in range(1, 13)]
        assert len(set(names)) == 12
    assert (ENGLISH.month("2027-01"), BENGALI.month("2027-01")) == ("January 2027", "জানুয়ারি ২০২৭")


@pytest.mark.parametrize("text", ["2027-13", "2027-00", "2027-1", "soon", "২০২৭-০১", ""])
def test_what_is_no_month_is_shown_as_it_came(text: str) -> None:
    assert ENGLISH.month(text) == text


def test_an_area_names_its_country_and_the_narrowest_place_first() -> None:
    assert ENGLISH.area("BD-khulna") == "Khulna, Bangladesh"
    assert BENGALI.area("BD-khulna") == "খুলনা, বাংলাদেশ"
    assert ENGLISH.area("IN-westbengal-siliguri") == "Siliguri, West Bengal, India"
    assert ENGLISH.area("IN-nowhere-village") == "Village, Nowhere, India"


def test_a_code_of_a_newer_partner_is_shown_with_its_english_words() -> None:
    assert ENGLISH.code_of(ServiceGroup, "care") == "Care and counselling"
    assert BENGALI.code_of(ServiceGroup, "legal_clinic") == "legal clinic (legal_clinic)"
    assert BENGALI.code_of(ServiceGroup, "clinic") == "clinic"
    assert BENGALI.category(99) == "99"
    assert BENGALI.language_name("xyz") == "xyz"
    assert "quota_spent" in BENGALI.refusal("quota_spent")
    assert BENGALI.problem("teapot") == BENGALI.problem("internal")


def test_trust_says_how_it_was_checked_only_where_it_was() -> None:
    said = [
        ENGLISH.trust(level, how=how) for level, how in ((1, "voice"), (2, None), (2, "voice"))
    ]
    assert said == ["Card read, not checked", "Checked", "Checked by voice"]
    assert ENGLISH.trust(9, how="voice") == "9"


def test_waiting_is_said_in_seconds() -> None:
    assert ENGLISH.busy(1) == "Not now. Try again in 1 second."
    assert BENGALI.busy(4).startswith(f"এখন নয়। {in_bengali('4')} ")


def test_a_lost_connection_does_not_claim_that_nothing_was_done() -> None:
    assert ENGLISH.say(CONNECTION_LOST).endswith("look before you do it again.")


def test_english_is_nobodys_draft() -> None:
    assert not ENGLISH.is_draft


def test_the_desk_says_draft_for_as_long_as_the_register_does() -> None:
    register = tomllib.loads((LOCALE / "reviewed.toml").read_text(encoding="utf-8"))
    catalogue = path_of("bn").read_bytes()
    assert is_approved(register["bn"], catalogue) is not BENGALI.is_draft


def test_each_language_says_which_one_it_is() -> None:
    assert [Words(language=code, digits="latin").tag for code in LANGUAGES] == ["eng", "ben"]


def test_a_catalogue_is_reviewed_when_somebody_approved_exactly_these_bytes() -> None:
    catalogue = b"words"
    approved = hashlib.sha256(catalogue).hexdigest()
    assert is_approved({"reviewed_by": ["Mita"], "catalogue": approved}, catalogue)


def test_a_catalogue_is_a_draft_while_nobody_approved_it() -> None:
    approved = hashlib.sha256(b"words").hexdigest()
    for entry in (None, {}, {"reviewed_by": [], "catalogue": approved}, {"reviewed_by": ["Mita"]}):
        assert not is_approved(entry, b"words")


def test_a_catalogue_is_a_draft_again_once_it_changed() -> None:
    entry = {"reviewed_by": ["Mita"], "catalogue": hashlib.sha256(b"words").hexdigest()}
    assert not is_approved(entry, b"other words")
