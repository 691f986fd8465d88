"""What came about her is read while she lets it, and who she is only where somebody asks."""

from collections.abc import Callable
from typing import Final

import msgspec
import pytest

from node.services import casework, ledger, reading, referring, retaining
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import encode_view
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Condition, TextKind, WithdrawalWanted
from tests.support.federation import Node, code_of, done
from tests.support.story import C8, FACTS, WISH, Story

IDENTITY: Final = Category.IDENTITY
NAMES: Final[dict[str, commands.FactInput]] = {"given_name": "Zwartbles", "known_as": "Moonpenny"}
WHO_SHE_IS: Final = "Her papers say Thistledown"
CANARIES: Final = ("Zwartbles", "Moonpenny", WHO_SHE_IS)


def accepted(story: Story) -> None:
    """Bandhan keeps a place for her; her plan and who she is may go."""
    story.open_case(facts={**FACTS, **NAMES})
    said = commands.RecordSentence(
        case_id=story.case_id,
        category=IDENTITY,
        kind=TextKind.NOTE,
        language="eng",
        text=WHO_SHE_IS,
    )
    text = done(story.alo.use(casework.record_sentence, said)).ref
    story.agree(categories=[C8, IDENTITY], texts=[text, WISH.hash])
    story.offer(categories=(C8, IDENTITY))
    story.settle()
    story.accept()
    story.settle()


def address(story: Story) -> tuple[bytes, bytes]:
    """Of the dossier at Bandhan."""
    ((peer, message),) = story.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    return peer, message


def read(story: Story, *, with_names: bool) -> views.MessageView:
    peer, message = address(story)
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=with_names)
    return done(story.bandhan.use(reading.read_message, command))


def preview(story: Story, *, with_names: bool) -> views.Preview:
    command = commands.PreviewDossier(
        thread=story.thread, categories=[C8, IDENTITY], with_names=with_names
    )
    return done(story.alo.use(referring.preview_dossier, command))


def found(view: views.MessageView | views.Preview) -> list[str]:
    """Which words about who she is are anywhere in the bytes that travel to a screen."""
    return [name for name in CANARIES if name.encode() in encode_view(view)]


def named(view: views.MessageView | views.Preview) -> tuple[list[str], list[str]]:
    return view.hidden_fields, view.hidden_texts


def test_who_she_is_stays_out_of_a_message_unless_somebody_asks(story: Story) -> None:
    accepted(story)
    story.dossier((C8, IDENTITY))
    story.settle()

    without, asked = read(story, with_names=False), read(story, with_names=True)

    assert (found(without), found(asked)) == ([], [*CANARIES])
    assert named(without) == (["known_as", "given_name"], ["note"])
    assert named(asked) == ([], [])
    assert without.content_hash == asked.content_hash
    assert [text.text for text in without.sentences] == [WISH.text]


def test_who_she_is_stays_out_of_a_preview_unless_somebody_asks(story: Story) -> None:
    accepted(story)

    without, asked = preview(story, with_names=False), preview(story, with_names=True)

    assert (found(without), found(asked)) == ([], [*CANARIES])
    assert named(without) == (["known_as", "given_name"], ["note"])
    assert named(asked) == ([], [])
    assert (without.content, without.hash) == (b"", asked.hash)


def test_a_preview_that_says_nothing_of_who_she_is_is_whole_without_being_asked(
    story: Story,
) -> None:
    accepted(story)
    command = commands.PreviewDossier(thread=story.thread, categories=[C8], with_names=False)
    whole = msgspec.structs.replace(command, with_names=True)

    shown = done(story.alo.use(referring.preview_dossier, command))

    assert shown == done(story.alo.use(referring.preview_dossier, whole))
    assert shown.content != b""


def test_reading_is_written_down_with_the_name_or_without(story: Story) -> None:
    accepted(story)
    story.dossier((C8, IDENTITY))
    story.settle()
    read(story, with_names=False)
    read(story, with_names=True)

    written = story.bandhan.rows(
        "SELECT d.details FROM audit a JOIN audit_details d USING (number)"
        " WHERE a.event = 'message.read' ORDER BY number"
    )
    assert written == [("",), ("with names",)]


def test_a_preview_with_her_name_is_written_down_as_a_look_at_her_case(story: Story) -> None:
    accepted(story)
    preview(story, with_names=False)
    preview(story, with_names=True)

    written = story.alo.rows(
        "SELECT d.details FROM audit a JOIN audit_details d USING (number)"
        " WHERE a.event = 'case.read' ORDER BY number"
    )
    assert written == [("with names",)]


def test_whether_a_message_may_still_be_read_is_told_without_a_word_of_it_and_not_written_down(
    story: Story,
) -> None:
    accepted(story)
    story.dossier((C8, IDENTITY))
    story.settle()
    peer, message = address(story)
    check = commands.CheckMessage(peer=peer, message_id=message)
    other = message[:-1] + bytes([message[-1] ^ 1])
    before = story.bandhan.rows("SELECT count(*) FROM audit")

    living = story.bandhan.use(reading.check_message, check)
    unknown = story.bandhan.use(
        reading.check_message, msgspec.structs.replace(check, message_id=other)
    )

    assert living == views.Done()
    assert code_of(unknown) == "not_found"
    assert story.bandhan.rows("SELECT count(*) FROM audit") == before

    story.withdraw(at=story.bandhan)

    assert code_of(story.bandhan.use(reading.check_message, check)) == "locked"


def lock(story: Story) -> None:
    story.withdraw(at=story.bandhan)


def erase(story: Story) -> None:
    lock(story)
    assert story.bandhan.erase()


def end(story: Story) -> None:
    story.federation.clock.forward(100 * limits.DAY)


def lose(story: Story) -> None:
    """The key is in no backup: so it is on a computer that was restored."""
    story.bandhan.write(lambda unit: unit.keys.execute("DELETE FROM disclosure_keys").rowcount)
    story.bandhan.use(retaining.sweep)


@pytest.mark.parametrize(
    ("happens", "code", "state"),
    [
        (lock, "locked", "locked"),
        (erase, "erased", "erased"),
        (end, "consent_ended", "locked"),
        (lose, "lost", "lost"),
    ],
)
def test_what_cannot_be_read_any_more_says_which_of_the_reasons_it_is(
    story: Story, happens: Callable[[Story], None], code: str, state: str
) -> None:
    accepted(story)
    story.dossier((C8, IDENTITY))
    story.settle()
    peer, message = address(story)
    happens(story)
    ((case_id,),) = story.bandhan.rows("SELECT case_id FROM cases")
    held = done(story.bandhan.use(ledger.show_ledger, commands.ShowLedger(case_id=case_id))).held
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=False)

    assert code_of(story.bandhan.use(reading.read_message, command)) == code
    assert [one.state for one in held if one.message_id == message] == [state]


def test_what_is_lost_and_then_withdrawn_is_told_as_erased(story: Story) -> None:
    accepted(story)
    story.dossier((C8, IDENTITY))
    story.settle()
    peer, message = address(story)
    lose(story)
    lock(story)
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=False)

    assert code_of(story.bandhan.use(reading.read_message, command)) == "erased"


def test_with_what_came_about_her_come_the_conditions_she_set(story: Story) -> None:
    story.open_case()
    story.agree(conditions=[Condition.NOT_TO_FAMILY], words="Only my sister")
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()

    view = read(story, with_names=False)

    assert (view.conditions, view.words) == (["not_to_family"], "Only my sister")


def test_her_words_about_her_conditions_are_locked_at_the_receiver_and_kept_where_she_said_them(
    story: Story,
) -> None:
    def known(node: Node) -> list[tuple[list[str], str | None]]:
        command = commands.ShowReferral(thread=story.thread)
        shown = done(node.use(reading.show_referral, command))
        return [(one.conditions, one.words) for one in shown.consents]

    story.open_case()
    story.agree(conditions=[Condition.NOT_TO_FAMILY], words="Only my sister")
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    before = known(story.bandhan)
    story.withdraw(wanted=WithdrawalWanted.STOP_USE)
    story.settle()

    assert before == [(["not_to_family"], "Only my sister")]
    assert known(story.bandhan) == [(["not_to_family"], None)]
    assert known(story.alo) == before
