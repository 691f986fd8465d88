"""What a crash leaves is mended, and the audit log shows what was changed behind its back."""

import pytest

from node.services import reading, retaining
from node.services.reading import read_message
from protocol.local import commands
from tests.support.federation import Node, code_of
from tests.support.story import Story


def keys(node: Node) -> int:
    count = node.read(
        lambda unit: unit.keys.execute("SELECT count(*) FROM disclosure_keys").fetchone()
    )
    return int(count[0])


def test_with_nothing_to_mend_a_sweep_changes_nothing(story: Story) -> None:
    story.up_to_reports()
    before = story.bandhan.rows("SELECT count(*) FROM audit")

    assert story.bandhan.use(retaining.sweep) == 0
    assert story.bandhan.rows("SELECT count(*) FROM audit") == before


def test_a_key_without_a_row_is_destroyed(story: Story) -> None:
    story.up_to_dossier()
    kept = keys(story.bandhan)
    story.bandhan.write(
        lambda unit: unit.keys.execute(
            "INSERT INTO disclosure_keys (key_id, key, made_at) VALUES (?, ?, 1)",
            (bytes(16), bytes(32)),
        )
    )

    assert story.bandhan.use(retaining.sweep) == 1
    assert keys(story.bandhan) == kept


def test_a_row_without_its_key_loses_its_payload_and_is_told_as_lost(story: Story) -> None:
    story.up_to_dossier()
    story.bandhan.write(lambda unit: unit.keys.execute("DELETE FROM disclosure_keys"))

    mended = story.bandhan.use(retaining.sweep)

    [(peer, message, payload, locked)] = story.bandhan.rows(
        "SELECT peer, message_id, payload, is_locked FROM messages WHERE type LIKE '%dossier/1'"
    )
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    assert (mended, payload, locked) == (3, None, 1)
    assert code_of(story.bandhan.use(read_message, command)) == "lost"


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_message_to_be_sent_without_its_key_goes_withheld_or_vanishes(
    story: Story, *, is_sealed: bool
) -> None:
    story.up_to_reports()
    story.report("আরও একটি কথা")
    if is_sealed:
        story.federation.deliver(story.bandhan)
        story.federation.box(story.alo).clear()
    story.bandhan.write(
        lambda unit: unit.keys.execute(
            "DELETE FROM disclosure_keys WHERE made_at = (SELECT max(made_at) FROM disclosure_keys)"
        )
    )
    story.bandhan.use(retaining.sweep)
    left = story.bandhan.rows(
        "SELECT is_withheld, payload FROM outbox WHERE type = 'followup.report/1' AND"
        " state IN ('queued', 'sealed', 'deposited')"
    )

    assert left == ([(1, None)] if is_sealed else [])


def test_nothing_locked_is_nothing_to_erase(story: Story) -> None:
    story.up_to_reports()

    assert not story.bandhan.erase()


def test_the_audit_chain_is_whole_after_the_whole_story(story: Story) -> None:
    story.up_to_reports()
    story.withdraw()
    story.settle()
    for node in story.federation.nodes.values():
        state = node.use(reading.check_audit)
        assert state.is_whole
        assert node.rows("SELECT count(*) FROM audit") == [(state.entries,)]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit SET event = 'case.read' WHERE number = 3",
        "UPDATE audit SET at = at + 1 WHERE number = 3",
        "UPDATE audit SET actor = X'01010101010101010101010101010101' WHERE number = 3",
        "UPDATE audit SET object = zeroblob(32) WHERE number = 3",
        "DELETE FROM audit WHERE number = 3",
        "DELETE FROM audit WHERE number = 1",
        "UPDATE audit SET number = -number WHERE number = 3",
        "UPDATE audit SET hash = zeroblob(32) WHERE number = (SELECT max(number) FROM audit)",
    ],
)
def test_an_edited_row_breaks_the_audit_chain(story: Story, edit: str) -> None:
    story.up_to_dossier()
    story.alo.write(lambda unit: unit.vault.execute(edit))

    assert not story.alo.use(reading.check_audit).is_whole


def test_the_audit_log_names_no_case_and_no_words_of_hers(story: Story) -> None:
    story.up_to_reports()
    written = repr(story.alo.rows("SELECT * FROM audit")) + repr(
        story.alo.rows("SELECT object, details FROM audit_details")
    )

    assert "ALO-17" not in written
    assert "খুলনা" not in written
    assert repr(story.case_id)[2:-1] not in repr(story.alo.rows("SELECT * FROM audit"))
