"""What every text goes through on its way to the screen: it can only be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hostile import FORMATS, LARGE, MARKUP, SMALL, harmful_in
from tui import clusters
from tui.plain import (
    MARKS_MAX,
    REPLACEMENT,
    SHOWN_CHARACTERS_MAX,
    line_of,
    lines_of,
    one_line,
    plain,
    safe,
)
from tui.wording import Words

WORDS = Words(language="en", digits="latin")


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_brackets_in_a_text_are_brackets(text: str) -> None:
    for made in (plain(text), plain(text, "bold"), line_of(text), lines_of([text])):
        assert made.plain == text
        assert {str(span.style) for span in made.spans} <= {"bold"}


@pytest.mark.parametrize("text", (FORMATS | MARKUP).values(), ids=FORMATS | MARKUP)
def test_a_text_that_stands_in_a_sentence_is_not_filled_once_more(text: str) -> None:
    assert WORDS.say("For {name}.", name=text) == f"For {text}."


def is_pile(text: str) -> bool:
    """More marks on one letter than any word has, by the test's own count."""
    height = highest = 0
    for character in text:
        is_on_top = character in clusters.JOINERS or not (
            character.isalnum() or character.isspace()
        )
        height = height + 1 if is_on_top and not character.isascii() else 0
        highest = max(highest, height if character != REPLACEMENT else 0)
    return highest > MARKS_MAX + 1


ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
INDIC = st.text(
    st.characters(min_codepoint=0x0900, max_codepoint=0x09FF, categories=("L", "M", "N")),
    max_size=40,
)


@given(text=ANY_TEXT | st.sampled_from([*SMALL.values()]))
def test_a_safe_text_has_nothing_in_it_that_acts_and_is_safe_as_it_is(text: str) -> None:
    made = safe(text)
    assert harmful_in(made.replace("\n", "")) == []
    assert safe(made) == made
    assert harmful_in(one_line(text)) == []


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_text_that_is_too_long_is_cut_and_says_so(text: str) -> None:
    made = safe(text)
    assert len(made) <= SHOWN_CHARACTERS_MAX
    assert made.endswith(" […]")
    assert safe(made) == made


def test_the_longest_text_that_is_shown_whole() -> None:
    assert safe("x" * SHOWN_CHARACTERS_MAX) == "x" * SHOWN_CHARACTERS_MAX
    assert safe("x" * (SHOWN_CHARACTERS_MAX + 1)).endswith("x […]")


WRITTEN = (
    "র\u200d্যাব", "गर्\u200dयो", "ক্\u200cষ", "আশ্রয়কেন্দ্র", "বাংলা", "স্ত্রী", "কোঁকড়া", "हिंदी", "ज़्यादा",
    "काठमाडौँ", "ড়ঢ়য়", "é à ñ", "“she said no”, 50 %", "☎ ✓ ◐ ░", "👩\u200d👧", "one\ntwo",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(word=INDIC, joiner=st.sampled_from("\u200c\u200d"), rest=INDIC)
def test_every_letter_and_joiner_of_bengali_and_devanagari_survives(
    word: str, joiner: str, rest: str
) -> None:
    text = f"ক{joiner}".join((word, rest))
    if not is_pile(text):
        assert safe(text) == text


def test_a_letter_carries_as_many_marks_as_any_word_needs_and_no_more() -> None:
    whole = "e" + "\u0301" * MARKS_MAX
    assert safe(whole) == whole
    assert safe(whole + "\u0301") == whole + REPLACEMENT
    assert safe(whole + "\u0301" * 500 + "x") == whole + REPLACEMENT + "x"


def test_what_stands_below_many_empty_lines_is_still_seen() -> None:
    assert safe("one\n\n\ntwo") == "one\n\n\ntwo"
    assert safe("one" + "\n" * 4 + "two") == "one\n\n\ntwo"
    assert safe("one" + "\n \t" * 500 + "\ntwo") == "one\n\n\ntwo"
