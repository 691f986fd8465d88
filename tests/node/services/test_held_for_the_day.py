"""An invite, a charter, a suspend that only the date speaks against: a wrong one refuses none for good."""

import pytest

from node.effects import NODE_ITSELF
from node.services import peering, receiving
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.messages.membership import CharterUpdate, SuspendNotice
from protocol.values import later
from tests.support.belonging import apply_charter, by_steward, charter_of, introduce, status
from tests.support.builders import OFFER
from tests.support.charters import after, signed
from tests.support.federation import Federation, Node, code_of, done
from tests.support.forging import forge

DAY = limits.DAY
YEAR_1970, YEAR_2250 = -1_800_000_000, 7_000_000_000


def jump(node: Node, ahead: int) -> None:
    node.look_at_clock()
    node.ahead = ahead


def put_right(node: Node) -> receiving.Taken:
    """The clock is right again, and what was held is judged again."""
    node.ahead = 0
    node.look_at_clock()
    acting = node.acting(NODE_ITSELF)
    return node.write(
        lambda unit: receiving.take_again(unit, me=node.me, prekeys=node.prekeys, acting=acting)
    )


def test_a_guest_that_comes_while_the_clock_is_far_ahead_is_let_in_once_it_is_right(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    file = done(alo.use(peering.make_introduction)).introduction
    done(introduce(bandhan, file))
    strangers.deliver(bandhan)
    # The message itself would be good for sixty days.
    jump(alo, 20 * DAY)
    held = alo.take([*strangers.box(alo)]).refused
    answered = alo.rows("SELECT count(*) FROM receipts_due")
    put_right(alo)
    strangers.settle_all()

    assert held == (RefusalCode.E_CLOCK,)
    assert answered == [(0,)]
    assert (status(bandhan, alo), status(alo, bandhan)) == ((1, "active"), (1, "active"))


@pytest.mark.parametrize("ahead", [20 * DAY, YEAR_1970, YEAR_2250])
def test_a_file_that_may_be_good_is_not_called_too_old_by_a_wrong_clock(
    strangers: Federation, ahead: int
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    file = done(alo.use(peering.make_introduction)).introduction
    jump(bandhan, ahead)
    command = commands.AddPeer(introduction=file)
    in_doubt = bandhan.use(peering.add_peer, command)
    bandhan.ahead = 0
    done(bandhan.use(peering.add_peer, command))

    assert code_of(in_doubt) == "clock_in_doubt"
    assert status(alo, bandhan) == (1, "invited")


def test_a_suspend_of_today_that_comes_to_a_computer_in_1970_acts_once_its_clock_is_right(
    federation: Federation,
) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    done(apply_charter(alo, charter_of(federation)))
    federation.settle_all()
    notice = SuspendNotice(suspend=by_steward(bandhan, at=alo.now))
    raw = forge(notice, sender=chautari, recipient=alo, advance=True)
    jump(alo, YEAR_1970)
    held = alo.take([raw]).refused
    put_right(alo)

    assert held == (RefusalCode.E_CLOCK,)
    assert status(bandhan, alo)[1] == "suspended"


def test_a_charter_that_comes_while_the_clock_is_far_ahead_is_applied_once_it_is_right(
    federation: Federation,
) -> None:
    alo, _, chautari = federation.nodes.values()
    first = charter_of(federation)
    done(apply_charter(alo, first))
    federation.settle_all()
    second = after(first, issued=later(alo.now, 60), expires=later(alo.now, 30 * DAY))
    notice = CharterUpdate(chain=(signed(first), signed(second)))
    raw = forge(notice, sender=chautari, recipient=alo, advance=True)
    jump(alo, 40 * DAY)
    held = alo.take([raw]).refused
    put_right(alo)

    assert held == (RefusalCode.E_CLOCK,)
    assert alo.rows("SELECT max(version) FROM charters") == [(2,)]
    assert alo.rows("SELECT count(*) FROM tasks WHERE task = 'charter_refused'") == [(0,)]


def test_a_charter_whose_turn_comes_while_the_clock_is_far_ahead_waits_for_the_next_message(
    federation: Federation,
) -> None:
    alo, _, chautari = federation.nodes.values()
    first = charter_of(federation)
    done(apply_charter(alo, first))
    federation.settle_all()
    second = after(first, issued=later(alo.now, 60), expires=later(alo.now, 30 * DAY))
    notice = CharterUpdate(chain=(signed(first), signed(second)))
    gap, early, later_on = (
        forge(message, sender=chautari, recipient=alo, advance=True)
        for message in (OFFER, notice, OFFER)
    )
    alo.take([early])
    jump(alo, 40 * DAY)
    alo.take([gap])
    waiting = alo.rows("SELECT status FROM messages WHERE type = 'charter/1'")
    alo.ahead = 0
    alo.look_at_clock()
    alo.take([later_on])

    assert waiting == [("early",)]
    assert alo.rows("SELECT status FROM messages WHERE type = 'charter/1'") == [("applied",)]
    assert alo.rows("SELECT max(version) FROM charters") == [(2,)]
