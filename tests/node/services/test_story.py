"""The first path, step by step, on two real vaults without HTTP."""

import dataclasses

import pytest

from node.services import casework, consenting, reading, referring
from protocol.codec import decode
from protocol.local import commands, views
from protocol.local.views import No, Refused
from protocol.messages.referral import ReferralOffer
from protocol.values import message_id, sha256
from protocol.vocabulary.categories import Category
from tests.support import forging
from tests.support.federation import Federation, Node, Seen, code_of, done
from tests.support.forging import forge
from tests.support.story import (
    C2,
    C8,
    C9,
    FEAR,
    HER_WORDS,
    SCOPE,
    WISH,
    Story,
    meet,
    tell,
    verify,
)
from tests.support.story import sentence as sentence

OUTSIDE = (Category.HEALTH_BODY, Category.HEALTH_MIND, Category.LEGAL, Category.IDENTITY)


def of_type(seen: list[Seen], name: str) -> list[Seen]:
    return [one for one in seen if one.skeleton.type == f"{name}/1"]


def read(node: Node, type_name: str) -> views.MessageView | Refused:
    """What a worker sees of the message of this type that came last."""
    peer, message = node.rows(
        "SELECT peer, message_id FROM messages WHERE type = ? ORDER BY sequence DESC", type_name
    )[0]
    command = commands.ReadMessage(peer=peer, message_id=message)
    return node.use(reading.read_message, command)


def holders(story: Story) -> dict[bytes, tuple[int, bool, bool]]:
    """For each consent, how far its holder says it has carried a withdrawal out."""
    shown = story.alo.use(
        consenting.list_consents, commands.ListConsents(case_id=story.case_id)
    )
    return {
        consent.consent_id: (told.status, told.locked_at is not None, told.erased_at is not None)
        for consent in shown.consents
        for told in consent.holders
    }


# 1. They meet.


def test_after_the_introduction_both_are_at_level_1_and_after_the_number_at_2(
    story: Story,
) -> None:
    levels = [
        [(peer.name, peer.level, peer.status) for peer in node.use(_peers).peers]
        for node in (story.alo, story.bandhan)
    ]

    assert levels == [
        [("Bandhan", 2, "active"), ("Chautari", 2, "active")],
        [("Alo Shelter", 2, "active")],
    ]


def _peers(unit: object, *, me: object) -> views.Peers:
    from node.services import peering

    return peering.list_peers(unit, me=me)  # type: ignore[arg-type]
