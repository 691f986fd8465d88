"""What a withdrawal obliges us to do, on the side she told and on the other one."""

from typing import Final

import pytest

from protocol.consent import Consent
from protocol.consent_rules import (
    acknowledge,
    named,
    on_our_withdrawal,
    on_withdrawal,
    repeat_withdrawal,
)
from protocol.effects import (
    Bury,
    CancelUnsent,
    Effect,
    Erase,
    Lock,
    Remind,
    Send,
    Task,
    Urgency,
    Withhold,
)
from protocol.messages.consent import ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.values import Hash, NodeId, later, sha256, thread_id
from protocol.vocabulary.codes import WithdrawalStatus, WithdrawalWanted
from tests.support.builders import ALO, BANDHAN, CHAUTARI, CONSENT, NOON

DAY: Final = 86_400
NOW: Final = later(NOON, DAY)
CONSENT_ID: Final = CONSENT.consent_id
THREAD: Final = thread_id(bytes.fromhex("0190a1b2c3d47000800000000000001f"))
HELD: Final = (sha256(b"first message"), sha256(b"second message"))
STOP: Final[list[Effect]] = [CancelUnsent(consent_id=CONSENT_ID), Withhold(consent_id=CONSENT_ID)]
LOCK: Final = Lock(consent_id=CONSENT_ID)
ERASE: Final = Erase(consent_id=CONSENT_ID, by=later(NOW, 900))


def telling(to: NodeId, wanted: WithdrawalWanted, replacement: bytes | None = None) -> Send:
    """The message that tells the other side."""
    return Send(
        message=ConsentWithdrawn(
            consent_id=CONSENT_ID, effective=NOW, wanted=wanted, replacement=replacement
        ),
        to=to,
        thread=None,
        reply_to=None,
        urgency=Urgency.AT_ONCE,
    )


def answering(to: NodeId, status: WithdrawalStatus, skeletons: tuple[Hash, ...] = ()) -> Send:
    """The signed answer."""
    return Send(
        message=WithdrawnAcknowledgement(
            consent_id=CONSENT_ID,
            status=status,
            printed_copies=0,
            told=(),
            skeletons=skeletons,
            at=NOW,
            legal_hold=None,
        ),
        to=to,
        thread=None,
        reply_to=None,
        urgency=Urgency.AT_ONCE,
    )


def task(which: Task, peer: NodeId) -> Remind:
    return Remind(task=which, peer=peer, thread=None, due=later(NOW, 7 * DAY))


def ours(me: NodeId, wanted: WithdrawalWanted = WithdrawalWanted.ERASE) -> list[Effect]:
    """She told this node."""
    return on_our_withdrawal(CONSENT, me=me, wanted=wanted, replacement=b"narrower", now=NOW)


def theirs(
    *,
    sender: NodeId = ALO.node_id,
    me: NodeId = BANDHAN.node_id,
    known: Consent | None = CONSENT,
    wanted: WithdrawalWanted = WithdrawalWanted.ERASE,
) -> list[Effect]:
    """She told the other side, which tells this node."""
    withdrawal = ConsentWithdrawn(
        consent_id=CONSENT_ID, effective=NOON, wanted=wanted, replacement=None
    )
    return on_withdrawal(withdrawal, sender=sender, me=me, known=known, held=HELD, now=NOW)


def test_told_by_her_the_holder_stops_takes_back_and_tells_the_recipient() -> None:
    wanted = WithdrawalWanted.ERASE

    assert ours(ALO.node_id) == [*STOP, telling(BANDHAN.node_id, wanted, b"narrower")]


@pytest.mark.parametrize(
    ("wanted", "own"),
    [
        (WithdrawalWanted.STOP_USE, [LOCK]),
        (WithdrawalWanted.ERASE, [LOCK, ERASE]),
        (WithdrawalWanted.KEEP_MINIMUM, [LOCK, ERASE]),
    ],
)
def test_told_by_her_the_recipient_also_locks_and_erases_what_it_holds(
    wanted: WithdrawalWanted, own: list[Effect]
) -> None:
    assert ours(BANDHAN.node_id, wanted) == [
        *STOP,
        *own,
        telling(ALO.node_id, wanted, b"narrower"),
    ]


def test_a_node_outside_the_consent_stops_and_has_nobody_to_tell() -> None:
    assert ours(CHAUTARI.node_id) == STOP


def test_a_withdrawal_is_said_again_with_the_same_consent_and_another_time() -> None:
    wanted = WithdrawalWanted.STOP_USE

    again = repeat_withdrawal(
        CONSENT, to=BANDHAN.node_id, wanted=wanted, replacement=None, now=NOW
    )

    assert again == telling(BANDHAN.node_id, wanted)


@pytest.mark.parametrize(
    ("wanted", "own"),
    [
        (WithdrawalWanted.STOP_USE, [LOCK]),
        (WithdrawalWanted.ERASE, [LOCK, ERASE]),
        (WithdrawalWanted.KEEP_MINIMUM, [LOCK, ERASE]),
    ],
)
def test_told_by_the_holder_the_recipient_locks_first_and_erases_within_fifteen_minutes(
    wanted: WithdrawalWanted, own: list[Effect]
) -> None:
    assert theirs(wanted=wanted) == [
        Bury(consent_id=CONSENT_ID, peer=ALO.node_id),
        *STOP,
        *own,
        answering(ALO.node_id, WithdrawalStatus.LOCKED, HELD),
        task(Task.WITHDRAWAL_ARRIVED, ALO.node_id),
    ]


def test_told_by_the_recipient_the_holder_stops_at_once_and_hears_it_from_her() -> None:
    assert theirs(sender=BANDHAN.node_id, me=ALO.node_id) == [
        Bury(consent_id=CONSENT_ID, peer=BANDHAN.node_id),
        *STOP,
        answering(BANDHAN.node_id, WithdrawalStatus.ERASED, HELD),
        task(Task.HEAR_IT_FROM_HER, BANDHAN.node_id),
    ]


def test_what_a_person_is_told_names_the_conversation_and_nothing_else_changes() -> None:
    effects = theirs()
    [told] = [effect for effect in effects if isinstance(effect, Remind)]

    assert named(effects, thread=THREAD) == [
        *effects[:-1],
        Remind(task=told.task, peer=told.peer, thread=THREAD, due=told.due),
    ]
    assert named(effects, thread=None) == effects


def test_a_withdrawal_that_comes_before_its_grant_leaves_a_tombstone() -> None:
    assert theirs(known=None) == [
        Bury(consent_id=CONSENT_ID, peer=ALO.node_id),
        answering(ALO.node_id, WithdrawalStatus.ERASED),
    ]


@pytest.mark.parametrize(
    ("sender", "me"),
    [(CHAUTARI.node_id, BANDHAN.node_id), (ALO.node_id, CHAUTARI.node_id)],
    ids=["from a third node", "at a third node"],
)
def test_a_tombstone_is_for_consents_between_these_two_nodes_only(
    sender: NodeId, me: NodeId
) -> None:
    assert theirs(sender=sender, me=me) == [
        Bury(consent_id=CONSENT_ID, peer=sender),
        answering(sender, WithdrawalStatus.ERASED),
    ]


def test_an_answer_names_at_most_256_messages() -> None:
    many = [sha256(bytes([n // 256, n % 256])) for n in range(300)]

    answer = acknowledge(
        CONSENT_ID,
        status=WithdrawalStatus.LOCKED,
        skeletons=many,
        to=ALO.node_id,
        now=NOW,
    )

    assert answer == answering(ALO.node_id, WithdrawalStatus.LOCKED, tuple(many[:256]))
