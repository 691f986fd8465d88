"""A case is found by a name as it sounds, after those in which it is written so, and only while it may be."""

from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.services import casework, paging
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand
from tests.support import federation as federations
from tests.support.federation import Node, done
from tests.support.story import FACTS, SCOPE, Story

ALL: Final = commands.PageCases(
    first=0, count=200, words="", status=None, mine=False, with_names=False
)
# By the ear of whoever wrote this list: each line is one name.
SAME: Final = (
    ("Rahima", "রহিমা", "रहीमा", "Raheema"),
    ("Sumitra", "সুমিত্রা", "सुमित्रा", "Shumitra"),
    ("Khatun", "খাতুন", "खातून", "Khatoon"),
)


def open_named(node: Node, number: str, facts: dict[str, commands.FactInput]) -> bytes:
    opened = node.use(
        casework.open_case,
        commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben"),
    )
    case_id = done(opened).ref
    assert case_id is not None
    done(node.use(casework.record_facts, commands.RecordFacts(case_id=case_id, facts=facts)))
    return case_id


def page(node: Node, **changes: object) -> views.CasePage:
    return node.use(paging.page_cases, msgspec.structs.replace(ALL, **changes))


def found(node: Node, words: str) -> list[tuple[str, bool]]:
    return [(line.case_number, line.sounds_alike) for line in page(node, words=words).lines]


def test_a_name_is_found_in_any_script_and_spelling(alo: Node) -> None:
    open_named(alo, "A-1", {"given_name": "রহিমা"})
    open_named(alo, "A-2", {"given_name": "সুনীতা"})

    for typed in ("Rahima", "raheema", "रहिमा", "রহিমা"):
        assert [number for number, _ in found(alo, typed)] == ["A-1"]


def test_a_name_is_found_by_its_sound_once_three_consonants_of_it_are_typed(alo: Node) -> None:
    open_named(alo, "A-1", {"given_name": "সুমিত্রা"})

    typed = ("Su", "Sumi", "Sumit", "Sumitr", "Sumitra")
    assert [bool(found(alo, beginning)) for beginning in typed] == [False, False, True, True, True]


def test_what_is_written_so_comes_first_and_what_sounds_so_after_it_the_likest_first(
    alo: Node,
) -> None:
    open_named(alo, "written", {"known_as": "Nasrin"})
    open_named(alo, "likest", {"known_as": "নাসরিন"})
    open_named(alo, "less", {"known_as": "नसरून"})
    open_named(alo, "other", {"known_as": "Nirmala"})
    shown = page(alo, words="Nasrin")

    assert found(alo, "Nasrin") == [("written", False), ("likest", True), ("less", True)]
    assert (shown.count, shown.sounding, shown.total) == (3, 2, 4)


def test_a_name_and_a_town_are_found_together(alo: Node) -> None:
    open_named(alo, "A-1", {"given_name": "রহিমা", "present_town": "Khulna"})
    open_named(alo, "A-2", {"given_name": "রহিমা", "present_town": "Jashore"})

    assert found(alo, "rahima khul") == [("A-1", True)]
    assert found(alo, "khulna rahima") == [("A-1", True)]
    assert found(alo, "rahima dhaka") == []


def test_each_word_that_was_typed_has_to_sound_so(alo: Node) -> None:
    # Shanti has the consonants of Sunita, and sounds otherwise.
    open_named(alo, "A-1", {"given_name": "রহিমা", "family_name": "শান্তি"})

    assert found(alo, "rahima shanti") == [("A-1", True)]
    assert found(alo, "rahima sunita") == []


def test_a_town_is_no_name(alo: Node) -> None:
    open_named(alo, "A-1", {"given_name": "রহিমা", "present_town": "Khulna"})

    assert found(alo, "খুলনা") == []


def test_a_corrected_name_no_longer_leads_to_her(alo: Node) -> None:
    case_id = open_named(alo, "A-1", {"given_name": "রহিমা", "family_name": "খাতুন"})
    correction = commands.RecordFacts(case_id=case_id, facts={"given_name": "সুমিত্রা"})
    done(alo.use(casework.record_facts, correction))

    assert [found(alo, name) != [] for name in ("Rahima", "Sumitra", "Khatun")] == [
        False,
        True,
        True,
    ]


def test_a_name_that_is_no_longer_so_no_longer_leads_to_her(alo: Node) -> None:
    case_id = open_named(alo, "A-1", {"given_name": "রহিমা"})
    ended = commands.RecordFacts(case_id=case_id, facts={}, no_longer=["given_name"])
    done(alo.use(casework.record_facts, ended))

    assert found(alo, "Rahima") == []


def test_a_name_from_a_dossier_leads_to_her_case_until_she_withdraws(story: Story) -> None:
    categories = (*SCOPE, Category.IDENTITY)
    story.open_case(facts={**FACTS, "given_name": "রহিমা"})
    story.agree(categories=[*categories])
    story.offer(categories=categories)
    story.settle()
    story.accept()
    story.settle()
    story.dossier(categories)
    story.settle()
    before = page(story.bandhan, words="Rahima").count
    story.withdraw()
    story.federation.deliver(story.alo)
    # Locked, and not yet erased.
    story.bandhan.take(story.federation.box(story.bandhan))
    rows = story.bandhan.rows("SELECT count(*) FROM name_words")

    assert (before, page(story.bandhan, words="Rahima").count, rows) == (1, 0, [(0,)])


@given(
    names=st.lists(
        st.tuples(st.integers(0, len(SAME) - 1), st.integers(0, 3), st.integers(0, 3)),
        max_size=8,
    ),
    typed=st.tuples(st.integers(0, len(SAME) - 1), st.integers(0, 3)),
    size=st.integers(1, 3),
)
@settings(max_examples=60)
def test_the_pages_together_are_each_case_once_whether_it_is_written_or_sounds_so(
    empty: Node, names: list[tuple[int, int, int]], typed: tuple[int, int], size: int
) -> None:
    def job(unit: Unit) -> None:
        acting = empty.acting()
        for number, (name, spelling, town) in enumerate(names):
            opening = commands.OpenCase(
                case_number=f"N{number}", age_band=AgeBand.ADULT, language="ben"
            )
            opened = done(casework.open_case(unit, opening, acting=acting))
            assert opened.ref is not None
            facts: dict[str, commands.FactInput] = {
                "given_name": SAME[name][spelling],
                "present_town": f"Town{town}",
            }
            recording = commands.RecordFacts(case_id=opened.ref, facts=facts)
            done(casework.record_facts(unit, recording, acting=acting))
        seen: list[str] = []
        while True:
            here = msgspec.structs.replace(
                ALL, words=SAME[typed[0]][typed[1]], count=size, first=len(seen)
            )
            shown = paging.page_cases(unit, here, acting=acting)
            assert shown.count == len(written) + len(sounding)
            if not shown.lines:
                break
            seen += [line.case_number for line in shown.lines]
        assert seen[: len(written)] == written
        assert sorted(seen[len(written) :]) == sorted(sounding)
        raise _UndoneError

    word = SAME[typed[0]][typed[1]].casefold()
    newest = [*reversed([*enumerate(names)])]
    written = [f"N{n}" for n, (i, s, _) in newest if SAME[i][s].casefold().startswith(word)]
    sounding = [f"N{n}" for n, (i, _, _) in newest if i == typed[0] and f"N{n}" not in written]
    with pytest.raises(_UndoneError):
        empty.write(job)


class _UndoneError(Exception):
    """Ends a job so that nothing of it stays."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Node:
    made = federations.begin(tmp_path_factory.mktemp("names"), "Alo Shelter", seed="names")
    return made["Alo Shelter"]
