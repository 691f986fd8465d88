"""Parts that no honest node would send: none of them is kept beyond its bound, none is taken for a file.

The sender is a verified partner with a living consent, and everything it sends is well formed and signed.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from protocol import limits
from protocol.errors import RefusalCode
from protocol.messages.files import BlobChunk, FileHead
from protocol.values import MessageId, ThreadId, digest, message_id, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel
from tests.support.federation import code_of, done
from tests.support.files import (
    PART,
    attach,
    export_part,
    files_at,
    let_go,
    paper,
    send,
    states_at,
    taken_out,
    tick,
)
from tests.support.forging import forge, hash_of_consent
from tests.support.story import C8, C9, Story

SMALL = paper(300)
LONG = paper(PART + 20)
GONE = ("SELECT count(*) FROM messages WHERE type = 'blob.chunk/1' AND payload IS NOT NULL",)


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


def head_of(content: bytes, **changes: Any) -> FileHead:  # noqa: ANN401
    head = FileHead(
        hash=sha256(content),
        category=C8,
        kind=FileKind.PDF,
        label=FileLabel.LETTER,
        size=len(content),
    )
    return replace(head, **changes)


def chunk(content: bytes, index: int = 0, **changes: Any) -> BlobChunk:  # noqa: ANN401
    part = content[index * PART : (index + 1) * PART]
    return BlobChunk(head=head_of(content, **changes), index=index, content=part)


def dossier_of(story: Story) -> MessageId:
    [(found,)] = story.alo.rows("SELECT message_id FROM outbox WHERE type = 'referral.dossier/1'")
    return message_id(found)


def refusals(story: Story, *parts: BlobChunk, **changes: Any) -> Sequence[RefusalCode]:  # noqa: ANN401
    """What Bandhan refuses these parts with, each sent as the next message of Alo."""
    given: dict[str, Any] = {"reply_to": dossier_of(story), "thread": story.thread, **changes}
    codes: list[RefusalCode] = []
    for part in parts:
        raw = forge(
            part,
            sender=story.alo,
            recipient=story.bandhan,
            consent=hash_of_consent(story.alo, story.consent),
            advance=True,
            **given,
        )
        codes += story.bandhan.take([raw]).refused
    story.bandhan.erase()
    return codes


def test_a_file_whose_bytes_are_not_what_it_names_is_never_whole(told: Story) -> None:
    lie = chunk(SMALL, hash=sha256(b"something else"))
    refused = refusals(told, lie)

    assert refused == []
    assert states_at(told.bandhan, told) == [("broken", 1, 1)]
    assert told.bandhan.rows(*GONE) == [(0,)]
    assert ("file_not_whole",) in told.bandhan.rows("SELECT task FROM tasks")


def test_a_file_of_which_one_part_is_another_is_never_whole(told: Story) -> None:
    wrong = replace(chunk(LONG, 1), content=b"x" * 20)
    refusals(told, chunk(LONG, 0), wrong)

    assert states_at(told.bandhan, told) == [("broken", 2, 2)]
    assert told.bandhan.rows(*GONE) == [(0,)]
    [file] = files_at(told.bandhan, told)
    assert code_of(export_part(told.bandhan, file, 0)) == "wrong_state"


@pytest.mark.parametrize(
    "changes",
    [
        {"size": PART + 21},
        {"kind": FileKind.PNG},
        {"label": FileLabel.OTHER},
        {"category": C9},
    ],
    ids=str,
)
def test_what_a_file_says_of_itself_stays_as_its_first_part_said(
    told: Story, changes: dict[str, Any]
) -> None:
    other = chunk(LONG, 1, **changes)
    if "size" in changes:
        other = replace(other, content=other.content + b"x")

    assert refusals(told, chunk(LONG, 0), other) == [RefusalCode.E_STATE]
    assert refusals(told, chunk(LONG, 1)) == []
    [file] = files_at(told.bandhan, told)
    assert sha256(taken_out(told.bandhan, file)) == sha256(LONG)


def test_a_hash_that_changes_on_the_way_is_another_file(told: Story) -> None:
    refused = refusals(told, chunk(LONG, 0), chunk(LONG, 1, hash=sha256(b"another")))

    assert refused == []
    assert states_at(told.bandhan, told) == [("arriving", 1, 2)] * 2


def test_two_files_whose_parts_are_mixed_come_whole(told: Story) -> None:
    other = paper(PART + 9, name="other")
    refused = refusals(told, chunk(LONG, 1), chunk(other, 0), chunk(LONG, 0), chunk(other, 1))

    assert refused == []
    files = files_at(told.bandhan, told)
    assert [sha256(taken_out(told.bandhan, file)) for file in files] == [
        sha256(LONG),
        sha256(other),
    ]


def test_a_part_that_comes_again_in_another_message_is_taken_and_kept_once(told: Story) -> None:
    refused = refusals(told, chunk(LONG, 0), chunk(LONG, 0), chunk(LONG, 1), chunk(LONG, 1))

    assert refused == []
    assert states_at(told.bandhan, told) == [("whole", 2, 2)]
    assert told.bandhan.rows(*GONE) == [(2,)]
    [file] = files_at(told.bandhan, told)
    assert sha256(taken_out(told.bandhan, file)) == sha256(LONG)


def test_a_part_that_comes_again_before_its_turn_is_kept_once(told: Story) -> None:
    refusals(told, chunk(LONG, 0))
    [(sequence,)] = told.alo.rows(
        "SELECT out_sequence FROM peers WHERE node_id = ?", told.bandhan.node_id
    )
    again = [
        forge(
            chunk(LONG, 0),
            sender=told.alo,
            recipient=told.bandhan,
            consent=hash_of_consent(told.alo, told.consent),
            thread=told.thread,
            reply_to=dossier_of(told),
            advance=True,
        )
        for _ in range(3)
    ]
    told.bandhan.take(again[::-1])
    told.bandhan.erase()

    assert told.bandhan.rows(
        "SELECT count(*) FROM messages WHERE type = 'blob.chunk/1' AND status = 'applied'"
        " AND sequence > ?",
        sequence,
    ) == [(3,)]
    assert told.bandhan.rows(*GONE) == [(1,)]


@pytest.mark.parametrize("is_whole", [False, True])
def test_a_part_that_comes_again_with_other_bytes_is_refused(
    told: Story,
    is_whole: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    other = replace(chunk(LONG, 0), content=chunk(LONG, 0).content[:-1] + b"x")
    rest = [chunk(LONG, 1)] if is_whole else []
    refused = refusals(told, chunk(LONG, 0), *rest, other)

    assert refused == [RefusalCode.E_STATE]
    assert states_at(told.bandhan, told)[0][:2] == (
        "whole" if is_whole else "arriving",
        1 + is_whole,
    )


def test_ten_thousand_tiny_parts_cannot_be_made(told: Story) -> None:
    tiny = replace(chunk(LONG, 0), content=b"x")
    many = replace(chunk(LONG, 0), index=9_999, content=b"x")

    assert refusals(told, tiny, many) == [RefusalCode.E_SCHEMA] * 2
    assert states_at(told.bandhan, told) == []
    assert told.bandhan.rows(*GONE) == [(0,)]


def test_files_that_are_only_begun_take_a_bounded_place(told: Story) -> None:
    size = limits.FILE_BYTES_MAX
    bombs = [
        BlobChunk(
            head=head_of(SMALL, hash=sha256(bytes([number])), size=size),
            index=16,
            content=bytes(size - 16 * PART),
        )
        for number in range(7)
    ]

    assert refusals(told, *bombs) == [RefusalCode.E_LIMIT] * 3
    assert len(files_at(told.bandhan, told)) == 4
    assert told.bandhan.rows(*GONE) == [(4,)]


def test_parts_before_their_turn_take_a_bounded_place(told: Story) -> None:
    [(sequence,)] = told.alo.rows(
        "SELECT out_sequence FROM peers WHERE node_id = ?", told.bandhan.node_id
    )
    early = [
        forge(
            chunk(paper(40, name=str(number))),
            sender=told.alo,
            recipient=told.bandhan,
            consent=hash_of_consent(told.alo, told.consent),
            thread=told.thread,
            reply_to=dossier_of(told),
            sequence=sequence + 10 + 2 * number,
            previous=digest(bytes(31) + bytes([number])),
        )
        for number in range(67)
    ]
    refused = told.bandhan.take(early).refused

    assert refused == (RefusalCode.E_LIMIT,) * 3
    assert told.bandhan.rows(
        "SELECT count(*) FROM messages WHERE type = 'blob.chunk/1' AND status = 'early'"
    ) == [(64,)]
    assert told.bandhan.rows("SELECT count(*) FROM receipts_due WHERE status = 5") == [(0,)]


def test_a_part_outside_the_consent_leaves_nothing_but_its_skeleton(told: Story) -> None:
    refused = refusals(told, chunk(SMALL, category=Category.LEGAL))

    assert refused == [RefusalCode.E_CONSENT_SCOPE]
    assert files_at(told.bandhan, told) == []
    assert told.bandhan.rows(*GONE) == [(0,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"reply_to": None},
        {"reply_to": message_id(bytes(6) + b"\x70\x00\x80" + bytes(7))},
        {"thread": ThreadId(bytes(6) + b"\x70\x00\x80" + bytes(7))},
    ],
    ids=["nothing", "unknown", "elsewhere"],
)
def test_a_file_that_follows_nothing_about_her_is_refused(
    told: Story, changes: dict[str, Any]
) -> None:
    assert refusals(told, chunk(SMALL), **changes) == [RefusalCode.E_STATE]
    assert files_at(told.bandhan, told) == []


def test_a_file_does_not_follow_the_copy_of_a_consent(told: Story) -> None:
    [(copy,)] = told.alo.rows(
        "SELECT message_id FROM outbox WHERE type = 'consent.copy/1' AND consent_id = ?",
        told.consent,
    )

    assert refusals(told, chunk(SMALL), reply_to=message_id(copy)) == [RefusalCode.E_STATE]


def test_our_own_files_stop_when_one_part_is_refused_and_a_person_is_told(told: Story) -> None:
    # The same bytes came before, and were said to be something else.
    refusals(told, chunk(SMALL, label=FileLabel.LETTER))
    file = attach(told, SMALL)
    tick(file, at=told.alo)
    let_go(told, paper(500, name="behind it"))
    done(send(file, at=told.alo))
    told.settle()

    assert [state for state, _, _ in states_at(told.alo, told)] == ["again", "sent"]
    tasks = {task for (task,) in told.alo.rows("SELECT task FROM tasks WHERE done_at IS NULL")}
    assert {"file_again", "message_refused"} <= tasks


def test_a_part_that_cites_no_consent_is_refused(told: Story) -> None:
    raw = forge(chunk(SMALL), sender=told.alo, recipient=told.bandhan)

    assert told.bandhan.take([raw]).refused == (RefusalCode.E_CONSENT_MISSING,)
