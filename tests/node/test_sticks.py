"""Sticks at the node: what goes onto one, what is taken from one, and what a bad one cannot do."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from node.mailbox import stick
from node.services.sticks import forget_ferried
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.local.views import No, Wrap
from protocol.sealing import stick_passphrase
from protocol.vocabulary.codes import Role
from tests.support.desk_app import RINA, seated
from tests.support.federation import Federation, Node
from tests.support.nodes import PASSPHRASE
from tests.support.sticks import (
    WORD,
    PaperWrap,
    carry,
    give_sticks,
    make,
    parts_of,
    take,
    taken_at,
    written,
)
from tests.support.story import Story, meet
from tui.client import Client, NotLegalError, RefusedError

WAITING: Final = "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
FERRIED: Final = "SELECT count(*), coalesce(sum(size), 0) FROM ferried"


@asynccontextmanager
async def at(
    node: Node, *, may_ferry: bool = False, role: Role = Role.SUPERVISOR
) -> AsyncIterator[Client]:
    """A person at the node, where wrapping costs nothing."""
    async with seated(node, role=role) as seat, Client(seat.socket) as client:
        give_sticks(seat, may_ferry=may_ferry)
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        yield client


async def refusal(doing: object) -> str:
    with pytest.raises(RefusedError) as caught:
        await doing  # type: ignore[misc]  # whatever the client was asked
    return caught.value.code


@pytest.fixture
def waiting(story: Story) -> Story:
    """An offer waits at Alo for Bandhan."""
    story.open_case()
    story.agree()
    story.offer()
    return story


# What goes onto one


async def test_what_waits_for_one_partner_goes_onto_a_stick_that_only_that_partner_opens(
    waiting: Story,
) -> None:
    bandhan = waiting.bandhan
    async with at(waiting.alo) as client:
        made, content = await make(client, [bandhan])
    assert made.wrap == Wrap.PARTNER
    assert made.is_all
    assert [(line.name, line.envelopes, line.ferried) for line in made.partners] == [
        ("Bandhan", 1, 0)
    ]
    word = stick_passphrase(bandhan.mailbox.deposit_secret)
    assert PaperWrap().unwrap(content, passphrase=word).startswith(b"SATHBNDL")
    async with at(bandhan) as client:
        taken = await take(client, content)
    assert (taken.fresh, taken.known, taken.refused) == (1, 0, [])
    assert taken.answers == [waiting.alo.node_id]


async def test_a_stick_has_a_name_that_says_nothing(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        names = {(await make(client, [waiting.bandhan]))[0].name for _ in range(3)}
    assert len(names) == 3
    for name in names:
        letters, _, ending = name.partition(".")
        assert (len(letters), ending) == (8, "bin")
        assert set(letters) <= set("abcdefghijklmnopqrstuvwxyz234567")


async def test_nothing_leaves_the_queue_and_no_other_way_is_given_up_before_a_receipt_came(
    waiting: Story,
) -> None:
    alo, bandhan = waiting.alo, waiting.bandhan
    due = alo.rows("SELECT due FROM outbox WHERE state = 'queued'")
    for _ in range(2):
        assert len(written(alo, bandhan)) == 1
        assert alo.rows(WAITING) == [("referral.offer/1",)]
        assert alo.rows("SELECT due FROM outbox WHERE state = 'sealed'") == due
    waiting.settle()
    assert alo.rows(WAITING) == []
    assert waiting.bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]


async def test_what_lies_at_a_mailbox_already_goes_along_and_stays_there(waiting: Story) -> None:
    alo, bandhan = waiting.alo, waiting.bandhan
    waiting.federation.deliver(alo)
    before = alo.rows("SELECT state, due, attempts FROM outbox WHERE type = 'referral.offer/1'")
    assert len(written(alo, bandhan)) == 1
    after = alo.rows("SELECT state, due, attempts FROM outbox WHERE type = 'referral.offer/1'")
    assert before == after
    assert before[0][0] == "deposited"


async def test_the_gate_is_asked_once_more_before_anything_goes_onto_a_stick(
    waiting: Story,
) -> None:
    waiting.settle()
    waiting.accept()
    waiting.settle()
    waiting.dossier()
    alo, bandhan = waiting.alo, waiting.bandhan
    assert written(alo, bandhan), "a stick that nobody has brought yet"
    waiting.withdraw()
    carry(alo, bandhan)
    types = {row[0] for row in bandhan.rows("SELECT type FROM messages WHERE status = 'applied'")}
    assert "consent.withdrawn/1" in types
    assert "referral.dossier/1" not in types


async def test_a_stick_for_several_needs_a_word_that_people_agreed_on(
    federation: Federation,
) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    async with at(alo) as client:
        for_both = [bandhan, chautari]
        assert await refusal(make(client, for_both)) == No.PASSPHRASE_NEEDED
        assert await refusal(make(client, for_both, passphrase=WORD[:8])) == No.PASSPHRASE_SHORT
        assert await refusal(make(client, for_both, passphrase=WORD)) == No.STICK_EMPTY


async def test_a_stick_is_left_open_only_where_that_was_asked_for(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        made, content = await make(client, [waiting.bandhan], is_open=True)
        assert made.wrap == Wrap.OPEN
        assert content.startswith(b"SATHBNDL")
        _, content = await make(client, [waiting.bandhan], passphrase=WORD)
        assert not content.startswith(b"SATHBNDL")


async def test_a_stick_is_made_for_partners_alone(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        nobody = commands.MakeStick(peers=[b"n" * 32], passphrase=None, is_open=False)
        assert await refusal(client.make_stick(nobody)) == No.NOT_FOUND
        with pytest.raises(NotLegalError):
            await client.make_stick(
                commands.MakeStick(peers=[b"short"], passphrase=None, is_open=False)
            )


# What is taken from one


async def test_a_stick_that_came_twice_has_its_effect_once(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        _, content = await make(client, [waiting.bandhan])
    async with at(waiting.bandhan) as client:
        first = await take(client, content)
        again = await take(client, content)
    assert (first.fresh, first.known) == (1, 0)
    assert (again.fresh, again.known) == (0, 1)
    assert waiting.bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]


async def test_one_bad_envelope_among_many_stops_no_other(waiting: Story) -> None:
    (good,) = written(waiting.alo, waiting.bandhan)
    changed = good[:2_000] + bytes([good[2_000] ^ 1]) + good[2_001:]
    foreign = good[:8] + hashlib.sha256(b"nobody").digest()[:16] + good[24:]
    content = stick.pack([bytes(4_096), changed, foreign, good, good])
    async with at(waiting.bandhan) as client:
        taken = await take(client, content)
    assert taken.fresh == 1
    assert taken.for_nobody == 1
    assert {line.code: line.count for line in taken.refused} == {
        RefusalCode.E_MAGIC.value: 1,
        RefusalCode.E_DECRYPT.value: 1,
    }


async def test_what_is_sealed_to_nobody_here_fills_no_quarantine(waiting: Story) -> None:
    (good,) = written(waiting.alo, waiting.bandhan)
    strange = [
        good[:8] + hashlib.sha256(bytes([number])).digest()[:16] + good[24:]
        for number in range(120)
    ]
    async with at(waiting.bandhan) as client:
        taken = await take(client, stick.pack(strange))
    assert taken.for_nobody == 120
    assert waiting.bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


def bad_sticks() -> dict[str, tuple[bytes, str]]:
    """Contents that are no stick, and the place that is named."""
    good = stick.pack([b"SATH\x01\x01\x00\x00" + bytes(4_088)])
    body = good[:-32]

    def sealed(raw: bytes) -> bytes:
        return raw + hashlib.sha256(raw).digest()

    return {
        "text": (b"an old letter, and nothing else in it at all, of no use", "stick.magic"),
        "truncated": (good[:-1], "stick.hash"),
        "cut to its head": (good[:20], "stick"),
        "wrong hash": (good[:-1] + bytes([good[-1] ^ 1]), "stick.hash"),
        "huge count": (sealed(body[:12] + b"\xff\xff\xff\xff" + body[16:]), "stick.amount"),
        "count of two": (sealed(body[:12] + b"\x00\x00\x00\x02" + body[16:]), "stick.envelopes"),
        "no envelope": (sealed(body[:12] + bytes(4)), "stick.count"),
        "no size of ours": (sealed(body[:16] + b"\x00\x00\x0f\xff" + body[20:]), "stick.size"),
        "a byte too many": (sealed(body + b"\x00"), "stick.envelopes"),
        "a wrap of another kind": (b"age-encryption.org/v1\n-> X25519 AAAA\n", "stick.wrap"),
    }


@pytest.mark.parametrize("name", bad_sticks())
async def test_a_bad_file_is_refused_by_its_place_and_changes_nothing(
    bandhan: Node, name: str
) -> None:
    content, place = bad_sticks()[name]
    async with seated(bandhan) as seat, Client(seat.socket) as client:
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        with pytest.raises(NotLegalError) as caught:
            await take(client, content)
    assert caught.value.place == place
    assert taken_at(bandhan) == 0 or bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


async def test_the_word_of_a_stick_is_asked_for_and_another_one_opens_nothing(
    waiting: Story,
) -> None:
    async with at(waiting.alo) as client:
        _, content = await make(client, [waiting.bandhan], passphrase=WORD)
    async with at(waiting.bandhan) as client:
        assert await refusal(take(client, content)) == No.STICK_WRAPPED
        other = "another word that is long"
        assert await refusal(take(client, content, passphrase=other)) == No.STICK_NOT_OPENED
        assert (await take(client, content, passphrase=WORD)).fresh == 1


async def test_a_file_is_handed_over_in_order_whole_and_by_one_person(bandhan: Node) -> None:
    content = os.urandom(limits.FILE_PART_BYTES + 10)
    first, second = parts_of(content)
    async with at(bandhan) as client:
        begun = await client.begin_stick(commands.BeginStick(size=len(content)))
        name = begun.ref or b""
        early = commands.KeepStickPart(stick_id=name, index=1, content=second)
        assert await refusal(client.keep_stick_part(early)) == No.WRONG_STATE
        with pytest.raises(NotLegalError):
            await client.keep_stick_part(
                commands.KeepStickPart(stick_id=name, index=0, content=first[:-1])
            )
        await client.keep_stick_part(commands.KeepStickPart(stick_id=name, index=0, content=first))
        command = commands.TakeStick(stick_id=name, passphrase=None, is_ferry=False)
        assert await refusal(client.take_stick(command)) == No.WRONG_STATE
        strange = commands.KeepStickPart(stick_id=b"x" * 16, index=1, content=second)
        assert await refusal(client.keep_stick_part(strange)) == No.NOT_FOUND
        await client.close_stick(commands.CloseStick(stick_id=name))
        assert await refusal(client.take_stick(command)) == No.NOT_FOUND


@pytest.mark.parametrize("size", [0, limits.STICK_FILE_BYTES_MAX + 1])
async def test_no_stick_is_begun_that_is_larger_than_any(bandhan: Node, size: int) -> None:
    async with at(bandhan) as client:
        with pytest.raises(NotLegalError):
            await client.begin_stick(commands.BeginStick(size=size))


async def test_locking_lets_go_of_every_stick(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        command = commands.MakeStick(
            peers=[waiting.bandhan.node_id], passphrase=None, is_open=True
        )
        made = await client.make_stick(command)
        await client.lock_node()
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        read = commands.ReadStickPart(stick_id=made.stick_id, index=0)
        assert await refusal(client.read_stick_part(read)) == No.NOT_FOUND


@pytest.mark.parametrize("role", Role)
async def test_every_role_may_carry_and_sees_nothing_but_numbers(
    waiting: Story, role: Role
) -> None:
    async with at(waiting.alo, role=role) as client:
        made, _ = await make(client, [waiting.bandhan])
    assert [(line.name, line.envelopes) for line in made.partners] == [("Bandhan", 1)]


async def test_what_is_done_with_sticks_stands_in_the_record(waiting: Story) -> None:
    async with at(waiting.alo) as client:
        _, content = await make(client, [waiting.bandhan])
    async with at(waiting.bandhan) as client:
        await take(client, content)
    for node, event in ((waiting.alo, "stick.made"), (waiting.bandhan, "stick.taken")):
        assert node.rows("SELECT count(*) FROM audit WHERE event = ?", event) == [(1,)]


# For others


@pytest.fixture
def three(story: Story) -> tuple[Node, Node, Node]:
    """An offer waits at Alo for Bandhan, and Chautari knows both."""
    alo, bandhan, chautari = story.federation.nodes.values()
    meet(story.federation, chautari, bandhan)
    story.open_case()
    story.agree()
    story.offer()
    return alo, bandhan, chautari


async def ferried(ferry: Node, content: bytes, *, may: bool, says: bool) -> tuple[int, int]:
    async with at(ferry, may_ferry=may) as client:
        taken = await take(client, content, is_ferry=says)
    assert (taken.fresh, taken.known, taken.for_nobody) == (0, 0, 0)
    return taken.ferried, taken.for_partners


@pytest.mark.parametrize(
    ("may", "says", "carried"), [(False, True, 0), (True, False, 0), (True, True, 1)]
)
async def test_what_is_for_partners_is_carried_along_only_where_both_said_yes(
    three: tuple[Node, Node, Node], *, may: bool, says: bool, carried: int
) -> None:
    alo, bandhan, chautari = three
    content = stick.pack(written(alo, bandhan))
    assert await ferried(chautari, content, may=may, says=says) == (carried, 1 - carried)
    assert chautari.rows(FERRIED)[0][0] == carried


async def test_what_is_carried_along_comes_with_the_next_stick_for_that_partner(
    three: tuple[Node, Node, Node],
) -> None:
    alo, bandhan, chautari = three
    content = stick.pack(written(alo, bandhan))
    await ferried(chautari, content, may=True, says=True)
    async with at(chautari) as client:
        made, onward = await make(client, [bandhan])
    assert [line.ferried for line in made.partners] == [1]
    async with at(bandhan) as client:
        taken = await take(client, onward)
    assert taken.fresh >= 1
    assert alo.node_id in taken.answers
    assert bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]


async def test_what_is_carried_along_has_a_bound_in_bytes_and_comes_once(
    three: tuple[Node, Node, Node],
) -> None:
    alo, bandhan, chautari = three
    (letter,) = written(alo, bandhan)
    large = [
        letter[:24] + hashlib.shake_256(bytes([number])).digest(limits.ENVELOPE_BYTES_MAX - 24)
        for number in range(17)
    ]
    content = stick.pack([letter, *large])
    for carried in (16, 16):
        assert await ferried(chautari, content, may=True, says=True) == (carried, 18 - carried)
    count, size = chautari.rows(FERRIED)[0]
    assert (count, size) == (16, len(letter) + 15 * limits.ENVELOPE_BYTES_MAX)


@pytest.mark.parametrize(("seconds", "left"), [(0, 1), (1, 0)])
async def test_what_is_carried_along_is_let_go_after_thirty_days(
    three: tuple[Node, Node, Node], seconds: int, left: int
) -> None:
    alo, bandhan, chautari = three
    await ferried(chautari, stick.pack(written(alo, bandhan)), may=True, says=True)
    alo.clock.forward(limits.FERRIED_SECONDS + seconds)
    chautari.use(forget_ferried)
    assert chautari.rows(FERRIED)[0][0] == left


async def test_a_clock_in_doubt_lets_go_of_nothing_that_is_carried_along(
    three: tuple[Node, Node, Node],
) -> None:
    alo, bandhan, chautari = three
    await ferried(chautari, stick.pack(written(alo, bandhan)), may=True, says=True)
    alo.clock.jump(limits.FERRIED_SECONDS + limits.DAY)
    chautari.use(forget_ferried)
    assert chautari.rows(FERRIED)[0][0] == 1
