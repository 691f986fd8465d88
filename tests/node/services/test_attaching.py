"""Files at the desk: reading in, her tick, letting go and taking out; and every way in which it says no."""

import hashlib

import pytest

from node.services import attaching, ledger, reading
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileLabel
from tests.support.federation import Node, code_of, done
from tests.support.files import (
    PART,
    attach,
    begin,
    export_part,
    files_at,
    let_go,
    paper,
    parts_of,
    send,
    states_at,
    tick,
)
from tests.support.story import C8, Story

SMALL = paper(3_000)
LONG = paper(2 * PART + 1)
NOBODY = bytes(16)


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


def begun(story: Story, size: int) -> bytes:
    return done(begin(story, size)).ref or b""


def keep(node: Node, file_id: bytes, index: int, content: bytes) -> object:
    command = commands.KeepFilePart(file_id=file_id, index=index, content=content)
    return node.use(attaching.keep_part, command)


def close(node: Node, file_id: bytes) -> object:
    return node.use(attaching.close_file, commands.CloseFile(file_id=file_id))


def audited(node: Node) -> list[str]:
    rows = node.rows("SELECT event FROM audit WHERE event LIKE 'file.%' ORDER BY number")
    return [event for (event,) in rows]


# Reading in


def test_a_file_is_kept_with_what_it_is_and_nothing_of_it_leaves(told: Story) -> None:
    before = len(told.federation.sent)
    file = attach(told, LONG)
    told.settle()

    assert (file.state, file.kind, file.size, file.parts) == ("kept", "pdf", len(LONG), 3)
    assert file.hash == hashlib.sha256(LONG).digest()
    assert not file.is_ticked
    assert len(told.federation.sent) == before


def test_a_kept_part_rests_encrypted_under_a_key_of_its_own(told: Story) -> None:
    attach(told, SMALL)

    [(content,)] = told.alo.rows("SELECT content FROM own_file_parts")
    assert SMALL[100:200] not in content
    assert len(content) == len(SMALL) + 28


@pytest.mark.parametrize("size", [0, -1, limits.FILE_BYTES_MAX + 1])
def test_only_a_size_that_can_be_sent_is_begun(told: Story, size: int) -> None:
    with pytest.raises(MalformedError):
        begin(told, size)


def test_the_largest_file_may_be_begun(told: Story) -> None:
    assert begun(told, limits.FILE_BYTES_MAX)


def test_a_file_belongs_to_a_referral_that_somebody_accepted(story: Story) -> None:
    story.open_case()
    story.agree()
    command = commands.BeginFile(thread=NOBODY[:6] + b"\x70\x00\x80" + bytes(7), category=C8,
                                 label=FileLabel.OTHER, size=3)  # fmt: skip

    assert code_of(story.alo.use(attaching.begin_file, command)) == "not_found"
    story.offer()
    assert code_of(begin(story, 3)) == "wrong_state"


def test_a_category_that_she_did_not_allow_is_not_even_read_in(told: Story) -> None:
    answer = begin(told, 3, category=Category.LEGAL)

    assert code_of(answer) == "E_CONSENT_SCOPE"
    assert told.alo.rows("SELECT count(*) FROM own_files") == [(0,)]


def test_after_her_no_nothing_is_read_in(told: Story) -> None:
    told.withdraw()

    assert code_of(begin(told, 3)) == "E_CONSENT_WITHDRAWN"


def test_on_the_way_back_her_consent_must_be_heard_again(told: Story) -> None:
    told.arrive()
    told.settle()

    assert code_of(begin(told, 3, at=told.bandhan)) == "E_CONSENT_UNCONFIRMED"


def test_so_much_waits_to_be_sent_and_no_more(told: Story) -> None:
    for _ in range(4):
        begun(told, limits.FILE_BYTES_MAX)

    assert code_of(begin(told, 1)) == "no_space"


@pytest.mark.parametrize(
    ("index", "content"),
    [(0, SMALL[:-1]), (0, SMALL + b"x"), (1, b""), (1, b"x"), (-1, SMALL)],
)
def test_a_part_has_its_place_and_length(told: Story, index: int, content: bytes) -> None:
    file_id = begun(told, len(SMALL))

    with pytest.raises(MalformedError):
        keep(told.alo, file_id, index, content)


def test_a_part_is_kept_once(told: Story) -> None:
    file_id = begun(told, len(SMALL))
    done(keep(told.alo, file_id, 0, SMALL))

    assert code_of(keep(told.alo, file_id, 0, SMALL)) == "already_there"


def test_what_may_act_when_it_is_opened_is_not_read_in(told: Story) -> None:
    program = b"MZ\x90\x00" + bytes(96)
    file_id = begun(told, len(program))

    assert code_of(keep(told.alo, file_id, 0, program)) == "not_such_a_file"


def test_a_file_is_closed_when_all_of_it_is_there(told: Story) -> None:
    file_id = begun(told, len(LONG))
    parts = parts_of(LONG)
    done(keep(told.alo, file_id, 2, parts[2]))
    done(keep(told.alo, file_id, 0, parts[0]))

    assert code_of(close(told.alo, file_id)) == "wrong_state"
    done(keep(told.alo, file_id, 1, parts[1]))
    done(close(told.alo, file_id))
    assert code_of(close(told.alo, file_id)) == "wrong_state"
    assert code_of(keep(told.alo, file_id, 0, parts[0])) == "wrong_state"


# Her tick, and letting go


def test_her_tick_is_for_exactly_the_file_that_she_saw(told: Story) -> None:
    file = attach(told, SMALL)
    other = commands.TickFile(file_id=file.file_id, hash=bytes(32))

    assert code_of(told.alo.use(attaching.tick_file, other)) == "changed_since_preview"
    assert not files_at(told.alo, told)[0].is_ticked
    tick(file, at=told.alo)
    assert files_at(told.alo, told)[0].is_ticked


def test_a_file_that_is_not_whole_cannot_be_ticked_or_sent(told: Story) -> None:
    file_id = begun(told, len(SMALL))
    ticked = told.alo.use(attaching.tick_file, commands.TickFile(file_id=file_id, hash=bytes(32)))

    assert code_of(ticked) == "wrong_state"
    assert code_of(told.alo.use(attaching.send_file, commands.SendFile(file_id=file_id))) == (
        "wrong_state"
    )


def test_a_file_is_sent_once(told: Story) -> None:
    file = let_go(told, SMALL)

    assert code_of(send(file, at=told.alo)) == "wrong_state"
    told.settle()
    assert code_of(send(file, at=told.alo)) == "wrong_state"


def test_before_anything_was_told_about_her_no_file_goes(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    file = attach(story, SMALL)
    tick(file, at=story.alo)

    assert code_of(send(file, at=story.alo)) == "wrong_state"
    story.dossier()
    done(send(file, at=story.alo))


def test_between_the_tick_and_the_sending_she_may_change_her_mind(told: Story) -> None:
    file = attach(told, SMALL)
    tick(file, at=told.alo)
    told.withdraw()

    assert code_of(send(file, at=told.alo)) == "wrong_state"
    assert states_at(told.alo, told) == [("stopped", 0, 1)]
    assert told.alo.rows("SELECT content FROM own_file_parts") == [(None,)]


def test_a_copy_that_nobody_wants_is_put_away(told: Story) -> None:
    file = attach(told, SMALL)
    drop = commands.DropFile(file_id=file.file_id)
    done(told.alo.use(attaching.drop_file, drop))

    assert files_at(told.alo, told) == []
    assert told.alo.rows("SELECT count(*) FROM own_file_parts") == [(0,)]
    assert code_of(told.alo.use(attaching.drop_file, drop)) == "not_found"


def test_what_is_on_its_way_is_not_put_away(told: Story) -> None:
    file = let_go(told, SMALL)
    drop = commands.DropFile(file_id=file.file_id)

    assert code_of(told.alo.use(attaching.drop_file, drop)) == "wrong_state"


def test_her_ledger_has_one_line_for_a_file_however_many_parts_it_has(told: Story) -> None:
    let_go(told, LONG)
    told.settle()

    rows = told.alo.rows(
        "SELECT fields, count(*) FROM disclosures WHERE fields LIKE 'file%' GROUP BY fields"
    )
    shown = done(told.alo.use(ledger.show_ledger, commands.ShowLedger(case_id=told.case_id)))
    [(theirs,)] = told.bandhan.rows("SELECT case_id FROM cases")
    held = done(told.bandhan.use(ledger.show_ledger, commands.ShowLedger(case_id=theirs)))
    assert sorted(rows) == [("file:school_paper", 1), ("file_part:school_paper", 2)]
    assert [line.fields for line in shown.lines if "school" in str(line.fields)] == [
        ["file:school_paper"]
    ]
    assert [line.type for line in held.held].count("blob.chunk/1") == 1


def test_every_act_on_a_file_is_written_down(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()
    [file] = files_at(told.bandhan, told)
    done(export_part(told.bandhan, file, 0))

    assert audited(told.alo) == [
        "file.begun",
        "file.kept",
        "file.ticked",
        "file.sending",
        "file.sent",
    ]
    assert audited(told.bandhan) == ["file.exported"]


# Taking out


def test_a_file_is_taken_out_only_when_it_is_whole(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    told.bandhan.take(told.federation.box(told.bandhan)[:1])
    [file] = files_at(told.bandhan, told)

    assert (file.state, file.parts_done, file.parts) == ("arriving", 1, 3)
    assert code_of(export_part(told.bandhan, file, 0)) == "wrong_state"


def test_when_her_consent_has_ended_nothing_is_taken_out(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()
    [file] = files_at(told.bandhan, told)
    told.federation.clock.forward(91 * limits.DAY)

    assert [one.state for one in files_at(told.bandhan, told)] == ["locked"]
    assert code_of(export_part(told.bandhan, file, 0)) == "locked"


def test_until_their_list_of_consents_has_come_nothing_is_taken_out(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()
    [file] = files_at(told.bandhan, told)
    told.bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET state_awaited = 1 WHERE node_id = ?", (told.alo.node_id,)
        )
    )

    assert [one.state for one in files_at(told.bandhan, told)] == ["locked"]
    assert code_of(export_part(told.bandhan, file, 0)) == "locked"


@pytest.mark.parametrize(
    ("service", "command"),
    [
        (attaching.keep_part, commands.KeepFilePart(file_id=NOBODY, index=0, content=b"x")),
        (attaching.close_file, commands.CloseFile(file_id=NOBODY)),
        (attaching.tick_file, commands.TickFile(file_id=NOBODY, hash=bytes(32))),
        (attaching.send_file, commands.SendFile(file_id=NOBODY)),
        (attaching.drop_file, commands.DropFile(file_id=NOBODY)),
        (attaching.export_part, commands.ExportFilePart(file_id=NOBODY, index=0)),
    ],
)
def test_a_file_that_is_not_there_is_not_found(
    told: Story, service: object, command: object
) -> None:
    assert code_of(told.alo.use(service, command)) == "not_found"  # type: ignore[arg-type]


def test_no_message_of_a_file_is_read_as_a_page(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()
    [(chunk,)] = told.bandhan.rows("SELECT message_id FROM messages WHERE type = 'blob.chunk/1'")
    page = commands.ReadMessage(peer=told.alo.node_id, message_id=chunk, with_names=False)

    assert code_of(told.bandhan.use(reading.read_message, page)) == "not_found"


def test_a_command_never_shows_the_content_it_carries() -> None:
    assert repr(commands.KeepFilePart(file_id=NOBODY, index=2, content=b"secret")) == (
        "KeepFilePart(index=2)"
    )
