"""A partner that began anew, or whose messages contradict each other: what is said, and the way out."""

import re

import pytest
from textual.pilot import Pilot

from node.services import resuming
from protocol import limits
from protocol.labels import Kind
from protocol.signing import parse as parse_signed
from protocol.skeleton import message_hash
from tests.support.builders import OFFER
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked
from tests.support.federation import Federation, Node
from tests.support.forging import forge
from tests.support.passing import visit
from tests.support.restoring import waits
from tests.support.snapshots import check_snapshot
from tui.places import ToPartner


async def look_at(pilot: Pilot[None], partner: Node) -> None:
    await visit(pilot, ToPartner(node_id=partner.node_id))


def begin_anew(federation: Federation, node: Node) -> None:
    federation.clock.forward(60)
    node.use(resuming.begin_epoch)


async def test_a_partner_that_began_anew_gets_nothing_until_somebody_says_that_she_phoned(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    begin_anew(federation, bandhan)
    federation.settle_all()
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        await press(pilot, "c", "n")
    assert waits(alo, bandhan) == (False, True)

    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        await press(pilot, "c", "y")
    assert waits(alo, bandhan) == (False, False)


async def test_a_restored_node_says_of_whom_it_waits_to_hear(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    begin_anew(federation, alo)
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        assert "They have not told us yet what was taken back meanwhile" in " ".join(
            shown(pilot.app).split()
        )


async def test_after_a_call_a_frozen_partner_is_asked_to_begin_anew(
    alo: Node, bandhan: Node
) -> None:
    for _ in range(2):
        alo.take([forge(OFFER, sender=bandhan, recipient=alo)])
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        await press(pilot, "a", "y")

    assert alo.rows("SELECT state FROM outbox WHERE type = 'resync/1'") != []


async def test_what_a_partner_signed_that_contradicts_itself_stands_on_its_page(
    alo: Node, bandhan: Node
) -> None:
    forged = [forge(OFFER, sender=bandhan, recipient=alo) for _ in range(2)]
    alo.take(forged)
    [(code, came)] = alo.rows("SELECT code, came FROM stream_evidence")
    told = message_hash(parse_signed(came, kind=Kind.MESSAGE).body)
    mark = f"{int(told[:4].hex(), 16) % 10**5:05} {int(told[4:8].hex(), 16) % 10**5:05}"
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        said = " ".join(shown(pilot.app).split())

    assert code == "E_FORK"
    assert "two messages that contradict each other." in said
    assert re.search(rf"came: number \d+, of .*, mark {mark}", said)
    assert "held: number" in said


async def test_of_a_partner_that_speaks_with_one_voice_nothing_is_shown_as_evidence(
    alo: Node, bandhan: Node
) -> None:
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)

        assert "Their signature is on this" not in shown(pilot.app)


def weeks_of_silence(federation: Federation) -> None:
    federation.clock.forward(8 * limits.PREKEY_SLICE_SECONDS)


async def test_where_their_keys_are_over_the_page_says_since_when_and_what_to_do(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    weeks_of_silence(federation)
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        said = " ".join(shown(pilot.app).split())

    assert "the keys of theirs that we hold ended on 10 March 2027" in said
    assert "Call them: their computer has to be on and unlocked" in said


async def test_of_a_partner_that_is_stopped_no_keys_are_missed(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    weeks_of_silence(federation)
    alo.write(lambda unit: unit.vault.execute("UPDATE peers SET status = 'suspended'"))
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)

        assert "the keys of theirs" not in shown(pilot.app)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_a_partner_looks_whose_keys_are_over(
    federation: Federation, alo: Node, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    weeks_of_silence(federation)
    async with unlocked(alo, size=size, language=language) as pilot:
        await look_at(pilot, bandhan)
        check_snapshot(pilot.app, "partner_keys_over")


async def test_where_nothing_waits_neither_key_does_anything(alo: Node, bandhan: Node) -> None:
    async with unlocked(alo) as pilot:
        await look_at(pilot, bandhan)
        await press(pilot, "c", "a")

    assert alo.rows("SELECT type FROM outbox WHERE type = 'resync/1'") == []


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_a_partner_looks_that_somebody_has_to_call(
    federation: Federation, alo: Node, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    begin_anew(federation, bandhan)
    federation.settle_all()
    async with unlocked(alo, size=size, language=language) as pilot:
        await look_at(pilot, bandhan)
        check_snapshot(pilot.app, "partner_anew")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_a_partner_looks_whose_messages_contradict_each_other(
    alo: Node, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    for _ in range(2):
        alo.take([forge(OFFER, sender=bandhan, recipient=alo)])
    async with unlocked(alo, size=size, language=language) as pilot:
        await look_at(pilot, bandhan)
        check_snapshot(pilot.app, "partner_frozen")
