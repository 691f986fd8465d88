"""What one can choose in a coded field: its list, that nothing was said, and what stands there already."""

import pytest

from protocol.vocabulary.lists.catalogue import LISTS
from tui.screens.fact_fields import _options, is_listed, recorded
from tui.wording import Words
from tui.wording.labels.facts import CODES

ENGLISH = Words(language="en", digits="native")


@pytest.mark.parametrize("field", CODES)
def test_every_coded_field_offers_that_nothing_was_said(field: str) -> None:
    offered = [code for code, _ in _options(field, kept=(), words=ENGLISH)]
    assert {"unknown", "not_asked", "declined_to_say"} <= set(offered)
    assert len(set(offered)) == len(offered)
    assert len({label for _, label in _options(field, kept=(), words=ENGLISH)}) == len(offered)


def test_a_list_is_offered_whole_and_in_its_order() -> None:
    offered = [code for code, _ in _options("threats", kept=(), words=ENGLISH)]
    assert offered[:-3] == list(LISTS["threat"].names)


def test_a_code_that_no_list_of_ours_has_is_offered_as_it_came_and_stays() -> None:
    offered = _options("threats", kept=["by_drone"], words=ENGLISH)
    assert offered[-1] == ("by_drone", "by drone (by_drone)")
    assert recorded({"threats": ["by_recruiter", "by_drone"]}) == {
        "threats": ["by_drone", "by_recruiter"]
    }


def test_only_what_she_can_do_and_wants_to_do_is_written_in_words() -> None:
    assert not is_listed("skills")
    assert not is_listed("work_wanted")
    assert len(CODES) == 23
