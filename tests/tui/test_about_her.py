"""How what she allowed reads: whatever came from the node, who she is stays covered until somebody asks."""

import asyncio
from datetime import UTC
from pathlib import Path
from typing import Final

from protocol.local.views import FactView, MessageView, SentenceView
from protocol.vocabulary.categories import Category
from tui.client import Client
from tui.desk import Desk, Surroundings
from tui.plain import lines_of
from tui.screens import about_her

NOWHERE: Final = Path("nothing.sock")
NAME, PHOTO, WORDS, WISH = "Zwartbles", "Quillfeather", "My papers say Thistledown.", "To sew."


def desk(*, names_are_shown: bool) -> Desk:
    made = Desk(
        Surroundings(
            socket=NOWHERE,
            language="en",
            now=lambda: 1_800_000_000,
            zone=UTC,
            pause=asyncio.sleep,
        ),
        Client(NOWHERE),
    )
    made.names_are_shown = names_are_shown
    return made


def fact(field: str, category: Category, value: str) -> FactView:
    return FactView(field=field, category=int(category), value=value)


def text(kind: str, category: Category, said: str) -> SentenceView:
    return SentenceView(category=int(category), kind=kind, language="eng", text=said, hash=b"")


def read(
    *facts: FactView, said: tuple[SentenceView, ...] = (), names_are_shown: bool = False
) -> str:
    """The page of a message with these facts and texts, all of which came from the node."""
    view = MessageView(
        type="referral.dossier/1",
        thread=b"",
        content_hash=b"",
        conditions=[],
        words=None,
        sentences=[*said],
        facts=[*facts],
        hidden_fields=[],
        hidden_texts=[],
    )
    lines = about_her.page(desk(names_are_shown=names_are_shown), view, width=70)
    return lines_of(lines).plain


def test_a_fact_that_says_who_she_is_is_covered_and_its_name_stands_there() -> None:
    given = fact("given_name", Category.IDENTITY, NAME)
    town = fact("present_town", Category.LOCATION_CONTACT, "Khulna")

    covered, shown = read(given, town), read(given, town, names_are_shown=True)

    assert (NAME in covered, NAME in shown) == (False, True)
    assert "First name" in covered
    assert "Khulna" in covered


def test_a_sentence_that_says_who_she_is_is_covered_like_a_fact() -> None:
    said = (text("note", Category.IDENTITY, WORDS), text("wish", Category.PLAN_WISHES, WISH))

    covered, shown = read(said=said), read(said=said, names_are_shown=True)

    assert (WORDS in covered, WORDS in shown) == (False, True)
    assert (WISH in covered, WISH in shown) == (True, True)
    assert about_her.COVERED in covered


def test_what_the_node_did_not_send_is_named_and_covered_also_while_names_are_shown() -> None:
    view = MessageView(
        type="referral.dossier/1",
        thread=b"",
        content_hash=b"",
        conditions=[],
        words=None,
        sentences=[],
        facts=[],
        hidden_fields=["given_name", "a_newer_field"],
        hidden_texts=["note"],
    )

    page = lines_of(about_her.page(desk(names_are_shown=True), view, width=70)).plain

    assert "First name" in page
    assert page.count(about_her.COVERED) == len(view.hidden_fields) + len(view.hidden_texts)
