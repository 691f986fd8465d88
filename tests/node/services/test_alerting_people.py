"""What is refused without an answer and still concerns people: signed and misused, or of a newer program."""

from dataclasses import replace
from typing import Any

import pytest

from node.effects import NODE_ITSELF
from node.services import reading, receiving
from node.vault.tables import quarantine
from protocol.errors import RefusalCode
from protocol.values import Hash
from tests.support.builders import OFFER
from tests.support.federation import Node
from tests.support.forging import forge
from tests.support.restoring import tasks_of

VERSION_AT = 4
SUITE_AT = 5
PREKEY_AT = 8
EVIDENCE = "SELECT peer, code, held FROM stream_evidence"


def changed(raw: bytes, at: int) -> bytes:
    """The same envelope with another number at one place of its head."""
    return raw[:at] + bytes([raw[at] + 1]) + raw[at + 1 :]


def take_again(node: Node) -> receiving.Taken:
    return node.write(
        lambda unit: receiving.take_again(
            unit, me=node.me, prekeys=node.prekeys, acting=node.acting(NODE_ITSELF)
        )
    )


def test_a_message_that_was_passed_on_is_shown_to_people_with_its_skeleton(
    alo: Node, bandhan: Node, chautari: Node
) -> None:
    misled = replace(bandhan, me=replace(bandhan.me, node_id=chautari.node_id))
    raw = forge(OFFER, sender=alo, recipient=misled)
    bandhan.take([raw])
    bandhan.take([raw])

    assert tasks_of(bandhan) == ["message_misused"]
    assert bandhan.rows(EVIDENCE) == [(alo.node_id, "E_NOT_FOR_ME", None)]
    assert bandhan.rows("SELECT peer FROM tasks WHERE done_at IS NULL") == [(alo.node_id,)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"commitment": Hash(bytes(32))}, "E_COMMIT"), ({"suite": 2}, "E_SUITE_MISMATCH")],
    ids=["content", "suite"],
)
def test_what_was_signed_and_then_altered_is_shown_to_people_and_nothing_is_answered(
    alo: Node, bandhan: Node, changes: dict[str, Any], code: str
) -> None:
    taken = bandhan.take([forge(OFFER, sender=alo, recipient=bandhan, **changes)])

    assert [one.value for one in taken.refused] == [code]
    assert tasks_of(bandhan) == ["message_misused"]
    assert bandhan.rows(EVIDENCE) == [(alo.node_id, code, None)]
    assert bandhan.rows("SELECT count(*) FROM receipts_due") == [(0,)]
    assert bandhan.rows("SELECT count(*) FROM referrals") == [(0,)]


@pytest.mark.parametrize("at", [VERSION_AT, SUITE_AT], ids=["version", "suite"])
def test_what_only_a_newer_program_opens_is_kept_sealed_and_people_are_told_to_update(
    alo: Node, bandhan: Node, at: int
) -> None:
    raw = changed(forge(OFFER, sender=alo, recipient=bandhan), at)
    bandhan.take([raw, raw])
    kept = bandhan.rows("SELECT raw, at FROM quarantine")
    bandhan.clock.forward(86_400)
    again = take_again(bandhan)

    assert tasks_of(bandhan) == ["update_needed"]
    assert bandhan.rows("SELECT peer FROM tasks WHERE done_at IS NULL") == [(bandhan.node_id,)]
    assert again.refused == ()
    assert bandhan.rows("SELECT raw, at FROM quarantine") == kept == [(raw, kept[0][1])]


def keep_as_an_older_program(node: Node, raw: bytes, code: RefusalCode) -> None:
    """As a program would have kept it that did not know what this one knows."""
    node.write(lambda unit: quarantine.keep(unit.vault, raw, code=code.value, now=node.now))


@pytest.mark.parametrize("code", [RefusalCode.E_VERSION, RefusalCode.E_SUITE])
def test_after_an_update_what_was_kept_for_it_is_judged_again(
    alo: Node, bandhan: Node, code: RefusalCode
) -> None:
    keep_as_an_older_program(bandhan, forge(OFFER, sender=alo, recipient=bandhan), code)
    again = take_again(bandhan)

    assert again.taken == 1
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]
    assert bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.parametrize("is_enough", [True, False], ids=["enough", "too old still"])
def test_an_update_that_reads_all_that_was_kept_ends_the_task_and_another_one_does_not(
    alo: Node, bandhan: Node, *, is_enough: bool
) -> None:
    raw = forge(OFFER, sender=alo, recipient=bandhan)
    bandhan.take([changed(raw, SUITE_AT)])
    if is_enough:
        bandhan.write(lambda unit: quarantine.drop(unit.vault, ["E_SUITE"]))
    keep_as_an_older_program(bandhan, raw, RefusalCode.E_VERSION)
    take_again(bandhan)

    expected = ["offer_to_answer"] if is_enough else ["offer_to_answer", "update_needed"]
    assert sorted(tasks_of(bandhan)) == expected


def test_how_many_wait_for_an_update_is_counted_and_nothing_else_that_is_kept(
    alo: Node, bandhan: Node
) -> None:
    raw = forge(OFFER, sender=alo, recipient=bandhan)
    bandhan.take([changed(raw, VERSION_AT), changed(raw, SUITE_AT), changed(raw, PREKEY_AT)])

    assert bandhan.rows("SELECT count(*) FROM quarantine") == [(3,)]
    assert bandhan.read(reading.kept_for_an_update) == 2
