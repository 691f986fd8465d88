"""That a person has seen it is told once, when somebody first read it, and never of what may not be read."""

from typing import Any

import pytest

from node.services import ledger, reading
from protocol.codec import decode
from protocol.local import commands, views
from protocol.vocabulary.codes import ReceiptStatus
from tests.support.federation import Node, code_of, done
from tests.support.story import Story


def address(node: Node, type_name: str) -> tuple[bytes, bytes]:
    ((peer, message),) = node.rows(
        "SELECT peer, message_id FROM messages WHERE type = ?", type_name
    )
    return peer, message


def read(node: Node, type_name: str = "referral.dossier/1", *, with_names: bool = False) -> Any:  # noqa: ANN401
    peer, message = address(node, type_name)
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=with_names)
    return node.use(reading.read_message, command)


def told(story: Story) -> views.LedgerLine:
    """What Alo's people see of the dossier that they sent."""
    command = commands.ShowLedger(case_id=story.case_id)
    lines = done(story.alo.use(ledger.show_ledger, command)).lines
    _, dossier = address(story.bandhan, "referral.dossier/1")
    (line,) = (one for one in lines if one.message_id == dossier)
    return line


def receipts(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM outbox WHERE type = 'receipt/1'")
    return int(count)


def test_that_a_person_has_seen_it_is_told_to_the_sender(story: Story) -> None:
    story.up_to_dossier()
    before = told(story)
    story.federation.clock.forward(60)

    done(read(story.bandhan))
    story.settle()

    assert (before.received_at is None, before.seen_at) == (False, None)
    assert told(story).seen_at == story.alo.now


def test_it_is_told_once_however_often_it_is_read(story: Story) -> None:
    story.up_to_dossier()
    before = receipts(story.bandhan)

    for with_names in (False, True, False):
        done(read(story.bandhan, with_names=with_names))
        story.settle()

    assert receipts(story.bandhan) == before + 1


def test_a_receipt_of_reading_says_which_message_and_nothing_more(story: Story) -> None:
    story.up_to_dossier()
    peer, message = address(story.bandhan, "referral.dossier/1")
    ((link,),) = story.bandhan.rows("SELECT hash FROM messages WHERE message_id = ?", message)

    done(read(story.bandhan))

    ((raw,),) = story.bandhan.rows(
        "SELECT payload FROM outbox WHERE type = 'receipt/1' AND peer = ? AND state = 'queued'",
        peer,
    )
    payload = decode(raw)
    assert isinstance(payload, dict)
    assert payload[1] == {
        0: [],
        1: [[message, link, int(ReceiptStatus.SEEN_BY_PERSON), story.bandhan.now]],
    }


@pytest.mark.parametrize("where", ["alo", "bandhan"])
def test_what_may_not_be_read_is_not_said_to_be_seen(story: Story, where: str) -> None:
    story.up_to_dossier()
    story.withdraw(at=story.alo if where == "alo" else story.bandhan)
    story.settle()
    before = receipts(story.bandhan)

    no = read(story.bandhan)
    story.settle()

    assert code_of(no) in {"locked", "erased"}
    assert receipts(story.bandhan) == before
    assert told(story).seen_at is None


def test_of_what_they_refused_nobody_has_seen_anything(story: Story) -> None:
    story.up_to_dossier()
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE outbox SET state = 'refused' WHERE type = 'referral.dossier/1'"
        )
    )

    done(read(story.bandhan))
    story.settle()

    assert told(story).seen_at is None


def test_a_report_that_was_read_is_told_to_those_who_wrote_it(story: Story) -> None:
    story.up_to_reports()

    done(read(story.alo, "followup.report/1"))
    story.settle()

    ((seen,),) = story.bandhan.rows("SELECT seen_at FROM outbox WHERE type = 'followup.report/1'")
    assert seen == story.bandhan.now
