"""She changes her mind, at either side: it is recorded at once, and each holder is followed to the end."""

from typing import Any

import pytest
from textual.pilot import Pilot

from node.services import consenting, reading
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.asking_by_keys import take_picture
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked
from tests.support.federation import Federation, Node, done
from tests.support.passing import visit
from tests.support.story import Story, consent_command
from tui.places import (
    ToConsents,
    ToReferral,
    ToThreadConsents,
    ToWithdraw,
    ToWithdrawThread,
)


def states(node: Node, case_id: bytes) -> list[str]:
    command = commands.ListConsents(case_id=case_id)
    return [one.state for one in node.use(consenting.list_consents, command).consents]


def at_bandhan(story: Story) -> views.ReferralView:
    command = commands.ShowReferral(thread=story.thread)
    return done(story.bandhan.use(reading.show_referral, command))


def wanted_of(node: Node) -> set[str]:
    return {row[0] for row in node.rows("SELECT wanted FROM withdrawals_told")}


async def see(node: Node, story: Story) -> str:
    """The screen of withdrawals, as it stands now."""
    async with unlocked(node, size=LARGE) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        return shown(pilot.app)


async def withdraw_all(pilot: Pilot[Any]) -> None:
    await press(pilot, "w", "y")


async def test_one_key_and_a_yes_withdraw_everything_that_is_valid(
    story: Story, alo: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await withdraw_all(pilot)
        assert "Withdrawn, from this moment" in shown(pilot.app)
    assert states(alo, story.case_id) == ["withdrawn", "withdrawn"]
    assert wanted_of(alo) == {WithdrawalWanted.ERASE.value}


@pytest.mark.parametrize("key", ["n", "escape", "enter", "w"])
async def test_nothing_but_yes_is_a_yes(story: Story, alo: Node, key: str) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await press(pilot, "w", key)
    assert "withdrawn" not in states(alo, story.case_id)


async def test_the_question_names_with_whom_she_shared_and_shows_nothing_of_hers(
    story: Story, alo: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await press(pilot, "w")
        assert "cannot be taken back" in shown(pilot.app)
        assert "It is about: Bandhan" in shown(pilot.app)
        assert "ALO-17" not in shown(pilot.app)


async def test_from_one_consent_that_one_alone_is_ticked(story: Story, alo: Node) -> None:
    story.up_to_dossier()
    before = states(alo, story.case_id)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        await press(pilot, "down", "w")
        assert shown(pilot.app).count("[x]") == 1
        await withdraw_all(pilot)
    assert "withdrawn" not in before
    assert states(alo, story.case_id) == [before[0], "withdrawn"]


async def test_from_the_referral_to_one_partner_what_she_shares_with_another_is_not_ticked(
    story: Story, alo: Node
) -> None:
    story.up_to_dossier()
    another = consent_command(story.case_id, story.federation["Chautari"])
    done(alo.use(consenting.record_consent, another))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToReferral(thread=story.thread))
        await press(pilot, "w")
        page = shown(pilot.app).splitlines()
    assert [line for line in page if "[x]" in line and "Chautari" in line] == []
    assert len([line for line in page if "[x]" in line and "Bandhan" in line]) == 2


async def test_one_consent_alone_can_be_withdrawn(story: Story, alo: Node) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        assert shown(pilot.app).count("[x]") == 2
        await press(pilot, "space")
        assert shown(pilot.app).count("[x]") == 1
        await withdraw_all(pilot)
    assert states(alo, story.case_id).count("withdrawn") == 1


async def test_with_nothing_ticked_there_is_nothing_to_withdraw(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await press(pilot, "space")
        assert "w she withdraws" not in shown(pilot.app)
        await press(pilot, "w", "y")
    assert states(alo, story.case_id) == ["live"]


async def test_what_she_wants_done_is_what_they_are_asked(story: Story, alo: Node) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await press(pilot, "tab", "right")
        assert "Stop using it" in shown(pilot.app)
        await withdraw_all(pilot)
    assert wanted_of(alo) == {WithdrawalWanted.STOP_USE.value}


async def test_each_holder_is_followed_from_not_reached_to_locked_to_erased(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.up_to_dossier()
    bandhan.is_locked = True
    async with unlocked(alo, size=LARGE) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await withdraw_all(pilot)
        seen = shown(pilot.app)
        assert "Bandhan: not reached since" in seen
        assert "Call Bandhan and tell them by word of mouth." in seen
    # Their computer is off: what left lies in their mailbox, and nobody there knows of it.
    federation.settle_all()
    assert "Bandhan: not reached since" in await see(alo, story)
    bandhan.is_locked = False
    box = federation.box(bandhan)
    bandhan.take(box[:])
    box.clear()
    federation.deliver(bandhan)
    federation.collect(alo)
    seen = await see(alo, story)
    assert "not reached" not in seen
    assert "Bandhan: Locked: nobody there can read it" in seen
    assert "erased 15 Jan" not in seen
    assert bandhan.erase()
    federation.settle_all()
    seen = await see(alo, story)
    assert "Bandhan: Erased there" in seen
    assert "locked 15 Jan" in seen
    assert "erased 15 Jan" in seen


async def test_she_may_tell_the_receiving_side_too(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(bandhan, size=LARGE) as pilot:
        await visit(pilot, ToWithdrawThread(thread=story.thread))
        assert "Alo Shelter may tell us" in shown(pilot.app)
        await withdraw_all(pilot)
        assert "what they told us is locked" in shown(pilot.app)
    assert {one.state for one in at_bandhan(story).consents} == {"withdrawn"}
    federation.settle_all()
    assert states(alo, story.case_id) == ["withdrawn", "withdrawn"]


async def test_the_referral_leads_the_receiving_side_to_withdrawing(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToReferral(thread=story.thread))
        await press(pilot, "w")
        await withdraw_all(pilot)
    assert {one.state for one in at_bandhan(story).consents} == {"withdrawn"}


async def test_the_case_at_the_receiving_side_leads_to_withdrawing_too(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.up_to_dossier()
    case_id = at_bandhan(story).referral.case_id
    assert case_id is not None
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToWithdraw(case_id=case_id))
        assert shown(pilot.app).count("[x]") == 2
        await withdraw_all(pilot)
    federation.settle_all()
    assert states(alo, story.case_id) == ["withdrawn", "withdrawn"]


async def test_before_anything_came_there_is_nothing_to_withdraw_there(
    story: Story, bandhan: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToReferral(thread=story.thread))
        assert "w she withdraws" not in shown(pilot.app)
        assert "c consents" not in shown(pilot.app)


async def test_a_consent_nobody_heard_of_is_told_to_nobody(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    before = alo.rows("SELECT count(*) FROM outbox")
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await withdraw_all(pilot)
        assert "Nobody else has anything of this" in shown(pilot.app)
    assert states(alo, story.case_id) == ["withdrawn"]
    assert alo.rows("SELECT count(*) FROM outbox") == before


async def test_what_a_newer_consent_replaced_is_withdrawn_with_it(story: Story, alo: Node) -> None:
    story.open_case()
    first = story.agree()
    story.agree(supersedes=first)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        assert "A newer one took its place" in shown(pilot.app)
        await withdraw_all(pilot)
    ended = alo.rows("SELECT count(*) FROM consent_events WHERE event = 'withdrawn'")
    assert ended == [(2,)]


async def test_her_consents_lead_to_withdrawing_on_both_sides(
    story: Story, alo: Node, bandhan: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        await press(pilot, "w")
        assert "She changes her mind" in shown(pilot.app)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToThreadConsents(thread=story.thread))
        await press(pilot, "w")
        assert "She changes her mind" in shown(pilot.app)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_withdrawing_looks_as_it_did(
    story: Story, alo: Node, size: tuple[int, int], language: str
) -> None:
    story.up_to_dossier()
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToWithdraw(case_id=story.case_id))
        await take_picture(pilot, "withdraw")
        await withdraw_all(pilot)
        await take_picture(pilot, "withdrawn")


async def test_what_she_withdrew_at_the_other_desk_is_told_as_withdrawn_and_not_as_a_question_to_her(
    story: Story, alo: Node
) -> None:
    story.up_to_dossier()
    story.withdraw(at=story.bandhan)
    story.settle()
    async with unlocked(alo, size=(120, 40)) as pilot:
        await press(pilot, "1")
        today = shown(pilot.app)
    assert "She withdrew there; it counts. Hear it from her yourself" in today
    assert "whether she agrees" not in today
