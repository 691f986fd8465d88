"""What never came is asked for; what contradicts itself waits for a call and then goes on anew."""

import pytest

from node.services import resuming
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.messages.core import BundleUpdate
from protocol.messages.recovery import ConsentStates, Hello, ListedConsent, Resync
from protocol.skeleton import NO_HEAD, Head
from protocol.values import Hash, Instant
from protocol.vocabulary.codes import ListedState
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node, done
from tests.support.forging import forge, place_of
from tests.support.restoring import tasks_of, waits
from tests.support.silence import ask
from tests.support.story import Story
from tests.support.streams import head_of, referrals_at

DAY = limits.DAY
ASKED = "SELECT count(*) FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"


@pytest.fixture
def gap(story: Story) -> Story:
    """Of three requests the first two are lost on the way, and Alo takes them for delivered."""
    story.up_to_dossier()
    federation = story.federation
    ask(story.alo, story.thread, 2)
    federation.deliver(story.alo)
    federation.box(story.bandhan).clear()
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE outbox SET state = 'stored', settled_at = ? WHERE state = 'deposited'",
            (story.alo.now,),
        )
    )
    ask(story.alo, story.thread, 1)
    story.settle()
    return story


def types_sent(federation: Federation, node: Node, *, since: int) -> list[str]:
    return [one.skeleton.type for one in federation.to(node, since=since)]


# Gaps


def test_a_gap_is_asked_for_after_a_day_and_not_before(gap: Story) -> None:
    gap.federation.clock.forward(DAY - 1)
    early = gap.bandhan.use(resuming.ask_for_gaps)
    gap.federation.clock.forward(1)
    late = gap.bandhan.use(resuming.ask_for_gaps)

    assert (early, late) == (0, 1)
    [(content,)] = gap.bandhan.rows("SELECT state FROM outbox WHERE type = 'resync/1'")
    assert content == "queued"


def test_what_is_asked_for_comes_again_and_the_rest_takes_its_turn(gap: Story) -> None:
    assert gap.bandhan.rows(ASKED) == [(0,)]
    gap.federation.clock.forward(DAY)
    gap.bandhan.use(resuming.ask_for_gaps)
    gap.settle()

    assert gap.bandhan.rows(ASKED) == [(3,)]
    assert head_of(gap.bandhan, gap.alo)[0] == place_of(gap.alo, gap.bandhan)[1]


def test_a_gap_is_asked_for_once_a_day(gap: Story) -> None:
    gap.federation.clock.forward(DAY)
    asked = [gap.bandhan.use(resuming.ask_for_gaps) for _ in range(3)]
    gap.federation.clock.forward(DAY)
    asked.append(gap.bandhan.use(resuming.ask_for_gaps))

    assert asked == [1, 0, 0, 1]


def test_a_dossier_that_was_erased_is_sent_again_withheld(story: Story) -> None:
    story.up_to_dossier()
    [(epoch, sequence)] = story.alo.rows(
        "SELECT epoch, sequence FROM outbox WHERE type = 'referral.dossier/1'"
    )
    assert (
        story.alo.rows(
            "SELECT payload, key_id FROM outbox WHERE consent IS NOT NULL AND state = 'stored'"
        )
        == [(None, None)] * 3
    )
    since = len(story.federation.sent)
    again = Resync(epoch=Instant(epoch), ranges=((sequence, sequence),))
    story.alo.take([forge(again, sender=story.bandhan, recipient=story.alo, advance=True)])
    story.federation.deliver(story.alo)

    [sent] = [
        one
        for one in story.federation.to(story.bandhan, since=since)
        if one.skeleton.type == "referral.dossier/1"
    ]
    assert sent.content is None
    assert sent.skeleton.sequence == sequence


def test_what_its_sender_lost_too_is_passed_by_in_a_new_stream(gap: Story) -> None:
    gap.alo.write(
        lambda unit: unit.vault.execute(
            "DELETE FROM outbox WHERE type = 'followup.request/1' AND payload IS NOT NULL"
            " AND number = (SELECT min(number) FROM outbox WHERE type = 'followup.request/1')"
        )
    )
    epoch, _, _ = place_of(gap.alo, gap.bandhan)
    gap.federation.clock.forward(DAY)
    gap.bandhan.use(resuming.ask_for_gaps)
    gap.settle()

    assert place_of(gap.alo, gap.bandhan)[0] > epoch
    # What waited behind the gap took effect when the new stream began.
    assert gap.bandhan.rows(ASKED)[0][0] >= 1
    assert head_of(gap.bandhan, gap.alo) == (place_of(gap.alo, gap.bandhan)[1], False)


def test_what_is_asked_for_of_a_stream_that_is_over_says_nothing(story: Story) -> None:
    story.up_to_dossier()
    old, _, _ = place_of(story.alo, story.bandhan)
    story.federation.clock.forward(60)
    story.alo.use(resuming.begin_epoch)
    story.settle()
    since = len(story.federation.sent)
    again = Resync(epoch=old, ranges=((1, 2),))
    story.alo.take([forge(again, sender=story.bandhan, recipient=story.alo, advance=True)])
    story.federation.deliver(story.alo)

    assert types_sent(story.federation, story.bandhan, since=since) == ["receipt/1"]


# Payloads that are kept in case they are asked for


def test_payloads_that_say_nothing_personal_stay_for_sixty_days_and_go_then(story: Story) -> None:
    story.up_to_dossier()
    kept = "SELECT count(*) FROM outbox WHERE type = 'referral.offer/1' AND payload IS NOT NULL"
    story.federation.clock.forward(limits.PAYLOAD_KEPT_SECONDS - 1)
    story.alo.use(resuming.forget_payloads)
    before = story.alo.rows(kept)
    story.federation.clock.forward(2)
    gone = story.alo.use(resuming.forget_payloads)

    assert (before, story.alo.rows(kept)) == ([(1,)], [(0,)])
    assert gone > 0


def test_a_clock_in_doubt_lets_go_of_no_payload(story: Story) -> None:
    story.up_to_dossier()
    story.federation.clock.jump(100 * DAY)

    assert story.alo.use(resuming.forget_payloads) == 0


# Forks


def fork(alo: Node, bandhan: Node) -> None:
    """Two computers of Alo say two things under one number."""
    bandhan.take([forge(OFFER, sender=alo, recipient=bandhan)])
    bandhan.take([forge(OFFER, sender=alo, recipient=bandhan)])


def test_both_skeletons_of_a_fork_are_shown_without_any_content(alo: Node, bandhan: Node) -> None:
    fork(alo, bandhan)
    shown = bandhan.use(resuming.show_stream, commands.ShowStream(peer=alo.node_id))

    assert isinstance(shown, views.StreamView)
    assert shown.is_frozen
    [one] = shown.evidence
    assert one.code == "E_FORK"
    assert one.held is not None
    assert (one.held.epoch, one.held.sequence) == (one.came.epoch, one.came.sequence)
    assert one.held.hash != one.came.hash
    assert OFFER.area.encode() not in one.held.signed + one.came.signed


def test_a_broken_chain_is_shown_beside_what_it_does_not_follow(alo: Node, bandhan: Node) -> None:
    bandhan.take([forge(OFFER, sender=alo, recipient=bandhan, advance=True)])
    broken = forge(OFFER, sender=alo, recipient=bandhan, previous=Hash(bytes(31) + b"\x01"))
    bandhan.take([broken])
    shown = bandhan.use(resuming.show_stream, commands.ShowStream(peer=alo.node_id))

    assert isinstance(shown, views.StreamView)
    [one] = shown.evidence
    assert one.code == "E_CHAIN"
    assert one.held is not None
    assert one.came.sequence == one.held.sequence + 1


def test_after_a_call_a_frozen_stream_goes_on_anew_and_nobody_has_to_call_again(
    story: Story,
) -> None:
    fork(story.alo, story.bandhan)
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    frozen = referrals_at(story.bandhan)
    done(story.bandhan.use(resuming.unfreeze, commands.UnfreezePeer(peer=story.alo.node_id)))
    story.federation.clock.forward(60)
    story.settle()

    assert frozen == [("offered",)]
    assert referrals_at(story.bandhan) == [("offered",), ("offered",)]
    assert head_of(story.bandhan, story.alo)[1] is False
    assert waits(story.bandhan, story.alo) == (False, False)
    assert "stream_frozen" not in tasks_of(story.bandhan)
    assert "confirm_restored" not in tasks_of(story.bandhan)


def test_what_is_not_frozen_is_not_unfrozen(story: Story) -> None:
    answer = story.bandhan.use(resuming.unfreeze, commands.UnfreezePeer(peer=story.alo.node_id))

    assert isinstance(answer, Refused)
    assert answer.code == "wrong_state"


# What no honest node would say


def test_a_hello_that_is_not_of_its_own_stream_is_refused(alo: Node, bandhan: Node) -> None:
    epoch, _, link = place_of(alo, bandhan)
    hello = Hello(
        epoch=Instant(epoch + 1), received=NO_HEAD, sent=Head(epoch=epoch, sequence=0, hash=link)
    )

    taken = bandhan.take([forge(hello, sender=alo, recipient=bandhan, advance=True)])

    assert [code.value for code in taken.refused] == ["E_STATE"]
    assert waits(bandhan, alo) == (False, False)


def test_a_list_that_nobody_asked_for_lifts_nothing_and_its_withdrawals_act(
    story: Story,
) -> None:
    story.up_to_dossier()
    story.federation.clock.forward(60)
    story.bandhan.use(resuming.begin_epoch)
    stale = ConsentStates(
        epoch=Instant(story.bandhan.now - 1),
        consents=(
            ListedConsent(
                consent_id=story.consent, state=ListedState.WITHDRAWN, since=story.alo.now
            ),
        ),
        part=1,
        parts=1,
        receipts=0,
    )
    story.bandhan.take([forge(stale, sender=story.alo, recipient=story.bandhan, advance=True)])

    assert waits(story.bandhan, story.alo) == (True, False)
    assert story.bandhan.rows("SELECT state FROM referrals") == [("withdrawn",)]


def test_a_list_in_parts_lifts_nothing_before_its_last_part_came(story: Story) -> None:
    story.up_to_dossier()
    story.federation.clock.forward(60)
    story.bandhan.use(resuming.begin_epoch)
    epoch, _, _ = place_of(story.bandhan, story.alo)
    seen = []
    for part in (2, 2, 1):
        piece = ConsentStates(epoch=epoch, consents=(), part=part, parts=2, receipts=0)
        story.bandhan.take([forge(piece, sender=story.alo, recipient=story.bandhan, advance=True)])
        seen.append(waits(story.bandhan, story.alo)[0])

    assert seen == [True, True, False]


def test_a_peer_that_claims_a_newer_stream_of_ours_stops_us_but_not_her_no(story: Story) -> None:
    story.up_to_dossier()
    epoch, _, _ = place_of(story.alo, story.bandhan)
    claim = Head(epoch=epoch + 9, sequence=1, hash=Hash(bytes(32)))
    bundle = BundleUpdate(bundle=story.bandhan.me.signed_bundle.raw)
    story.alo.take(
        [forge(bundle, sender=story.bandhan, recipient=story.alo, advance=True, head=claim)]
    )
    ask(story.alo, story.thread, 1)
    story.withdraw()
    since = len(story.federation.sent)
    story.federation.deliver(story.alo)

    assert "other_computer" in tasks_of(story.alo)
    assert types_sent(story.federation, story.bandhan, since=since) == ["consent.withdrawn/1"]


def test_nobody_is_asked_to_confirm_a_partner_that_did_not_begin_anew(story: Story) -> None:
    command = commands.ConfirmRestored(peer=story.bandhan.node_id)
    unknown = commands.ConfirmRestored(peer=bytes(32))

    answers = [story.alo.use(resuming.confirm_restored, one) for one in (command, unknown)]

    assert [one.code for one in answers if isinstance(one, Refused)] == [
        "wrong_state",
        "not_found",
    ]
