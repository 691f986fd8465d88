"""What counts as one letter, and where words begin, against another implementation of Unicode's rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from tui.clusters import (
    boundaries,
    boundary_after,
    boundary_before,
    clusters,
    is_boundary,
    word_after,
    word_before,
    word_end_after,
    word_starts,
)

ZWNJ = "\u200c"
ZWJ = "\u200d"

BENGALI = (
    "অআঅকখতদনযরষসহৎ" + "\u09bc\u09cd\u09cd\u09be\u09bf\u09c1\u09c7\u09cb\u09d7\u0981\u0982\u0983"
)
DEVANAGARI = (
    "अइकतनयरषह" + "\u093c\u094d\u094d\u093e\u093f\u0940\u0941\u0947\u094b\u0901\u0902\u0903"
)
LATIN = "aez9" + "\u0301\u0308" + " .,-।॥\n\r\t"
TEXTS = st.text(alphabet=BENGALI + DEVANAGARI + LATIN + ZWNJ + ZWJ, max_size=40)


@given(TEXTS)
def test_clusters_are_those_of_the_unicode_rule(text: str) -> None:
    assert clusters(text) == list(iter_graphemes(text))


@given(st.text(max_size=40))
def test_clusters_of_any_text_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ক্ষ", ["ক্ষ"], id="a conjunct"),
        pytest.param("স্ত্রী", ["স্ত্রী"], id="three consonants and a vowel sign"),
        pytest.param("অ্যাপ", ["অ্যা", "প"], id="a vowel letter with ya-phala"),
        pytest.param(f"র{ZWJ}্যাব", [f"র{ZWJ}্যা", "ব"], id="a joiner before the virama"),
        pytest.param(f"গর্{ZWJ}যো", ["গ", f"র্{ZWJ}যো"], id="a joiner after the virama"),
        pytest.param(f"ক্{ZWNJ}ষ", [f"ক্{ZWNJ}", "ষ"], id="a non-joiner parts a conjunct"),
        pytest.param("ধর্ম", ["ধ", "র্ম"], id="reph"),
        pytest.param("বাড়ি", ["বা", "ড়ি"], id="nukta as a character of its own"),
        pytest.param("हूँ", ["हूँ"], id="two marks on one letter"),
        pytest.param("é!", ["é", "!"], id="a Latin accent"),
        pytest.param("क\r\nा", ["क", "\r\n", "ा"], id="a line end takes no mark"),
        pytest.param(f"👩{ZWJ}👩ক", [f"👩{ZWJ}👩", "ক"], id="an emoji of two"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_cluster_is_what_a_reader_takes_for_one_letter(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


@given(TEXTS, st.integers(min_value=0, max_value=41))
def test_a_cursor_moves_to_the_nearest_boundary_on_either_side(text: str, position: int) -> None:
    position = min(position, len(text))
    ends = [0]
    for cluster in iter_graphemes(text):
        ends.append(ends[-1] + len(cluster))
    assert boundaries(text) == ends
    assert boundary_after(text, position) == min(
        (e for e in ends if e > position), default=ends[-1]
    )
    assert boundary_before(text, position) == max((e for e in ends if e < position), default=0)
    assert is_boundary(text, position) == (position in ends)


def test_a_word_of_vowel_signs_and_joiners_is_one_word() -> None:
    text = f"র{ZWJ}্যাব কৃষ্ণনগর, गर्{ZWJ}यो।नेपाल"
    words = [f"র{ZWJ}্যাব", "কৃষ্ণনগর", f"गर्{ZWJ}यो", "नेपाल"]
    assert word_starts(text) == [text.index(word) for word in words]


def test_a_cursor_moves_to_the_next_start_of_a_word_and_stops_at_the_ends() -> None:
    text = "আমি  যাব।"
    assert [word_after(text, at) for at in (0, 1, 5, 8)] == [5, 5, 9, 9]
    assert [word_before(text, at) for at in (9, 5, 4, 0)] == [5, 0, 0, 0]
    assert [word_end_after(text, at) for at in (0, 3, 8, 9)] == [3, 8, 9, 9]


def test_a_long_run_of_marks_is_one_cluster_and_is_read_once() -> None:
    # A pattern that tried its marks in more than one way would not come back from this.
    assert len(clusters("ক" + "্" * 200_000)) == 1
    assert len(clusters("ক" + f"্{ZWJ}" * 100_000 + "x")) == 2
