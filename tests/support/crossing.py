"""Two running posts brought to where a survivor was referred and her words may come back.

Everything here goes through the two desks, as people would do it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from protocol.local import commands, views
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    FirstStep,
    GivenBy,
    Purpose,
    SeenHow,
    TextKind,
    VerifiedHow,
)
from tests.support.command_line import Ended, Founded, founded, sathi_here
from tests.support.ports import free_port
from tests.support.processes import Post, Two, carry
from tests.support.story import OFFER

WISH: Final = "আমি বিটপলতা নামে একটা সেলাইয়ের দোকান দিতে চাই।"
TOWN: Final = "Satkhira-invented-town"
FACTS: Final[dict[str, commands.FactInput]] = {"present_town": TOWN, "plan_position": "agreed"}
DUE: Final = 2_000_000_000
SCOPE: Final = [Category.LOCATION_CONTACT, Category.PLAN_WISHES]


def found_two(folder: Path, *, run: Callable[..., Ended] = sathi_here) -> tuple[Founded, Founded]:
    """Set two nodes up, by a command that `run` runs; to be called outside any event loop."""
    alo = founded(folder / "alo", port=free_port(), run=run)
    bandhan = founded(folder / "bandhan", port=free_port(), name="Bandhan", user="Salma", run=run)
    return alo, bandhan


async def meet_and_refer(alo: Post, bandhan: Post) -> Two:
    """Start both, and go as far as a dossier that has arrived and a way back that is confirmed."""
    for post in (alo, bandhan):
        assert await post.start()
        await post.unlock()
    peer_of_alo, peer_of_bandhan = await _meet(alo, bandhan)
    case_id = await _record(alo)
    care = await alo.do(_consent(case_id, peer_of_alo, is_way_back=False))
    way_back = await alo.do(_consent(case_id, peer_of_alo, is_way_back=True))
    thread = await _offer(alo, case_id, peer_of_alo)
    await carry(alo, bandhan)
    await bandhan.do(
        commands.AcceptOffer(
            thread=thread, worker="Salma", first_step=FirstStep.MEET_AT_BORDER, from_date=DUE
        )
    )
    await carry(bandhan, alo)
    ask = commands.PreviewDossier(thread=thread, categories=SCOPE, with_names=True)
    preview = await alo.ask(ask, views.Preview)
    await alo.do(commands.SendDossier(thread=thread, categories=SCOPE, preview=preview.hash))
    await carry(alo, bandhan)
    await bandhan.do(commands.ConfirmConsent(consent_id=way_back))
    await carry(bandhan, alo)
    return Two(
        alo=alo,
        bandhan=bandhan,
        peer_of_alo=peer_of_alo,
        peer_of_bandhan=peer_of_bandhan,
        thread=thread,
        consents=(care, way_back),
    )


async def _meet(alo: Post, bandhan: Post) -> tuple[bytes, bytes]:
    file = await alo.ask(commands.MakeIntroduction(), views.IntroductionFile)
    add = commands.AddPeer(introduction=file.introduction)
    seen = await bandhan.ask(add, views.PeerView)
    await carry(bandhan, alo)
    (met,) = (await alo.ask(commands.ListPeers(), views.Peers)).peers
    for post, peer in ((alo, met), (bandhan, seen)):
        command = commands.VerifyPeer(
            peer=peer.node_id, how=VerifiedHow.VOICE, groups=peer.safety_number
        )
        assert (await post.ask(command, views.PeerView)).level == 2
    return met.node_id, seen.node_id


async def _record(alo: Post) -> bytes:
    case_id = await alo.do(
        commands.OpenCase(case_number="A-17", age_band=AgeBand.ADULT, language="ben")
    )
    await alo.do(
        commands.RecordSentence(
            case_id=case_id,
            category=Category.PLAN_WISHES,
            kind=TextKind.WISH,
            language="ben",
            text=WISH,
        )
    )
    await alo.do(commands.RecordFacts(case_id=case_id, facts={**FACTS}))
    return case_id


def _consent(case_id: bytes, peer: bytes, *, is_way_back: bool) -> commands.RecordConsent:
    texts: list[bytes] = [] if is_way_back else [sha256(WISH.encode())]
    return commands.RecordConsent(
        case_id=case_id,
        peer=peer,
        purpose=Purpose.FOLLOW_UP if is_way_back else Purpose.CARE_REFERRAL,
        is_way_back=is_way_back,
        categories=[Category.PLAN_WISHES] if is_way_back else SCOPE,
        excluded_fields=[],
        texts=texts,
        days=90,
        given_by=GivenBy.SURVIVOR,
        method=ConsentMethod.SPOKEN_AND_WITNESSED,
        language="ben",
        notice="আপনি যে কোনো সময় না বলতে পারেন।",
        understood=True,
        conditions=[],
        words=None,
        witness=None,
        supersedes=None,
    )


async def _offer(alo: Post, case_id: bytes, peer: bytes) -> bytes:
    ask = commands.PreviewOffer(case_id=case_id, peer=peer, offer=OFFER, categories=SCOPE)
    preview = await alo.ask(ask, views.Preview)
    assert preview.offer is not None
    return await alo.do(
        commands.SendOffer(
            case_id=case_id,
            peer=peer,
            offer=msgspec.structs.replace(OFFER, answer_by=preview.offer.answer_by),
            categories=SCOPE,
            preview=preview.hash,
        )
    )


def request(two: Two) -> commands.RequestFollowUp:
    """Please see her (C0)."""
    return commands.RequestFollowUp(thread=two.thread, due=DUE)


def report(two: Two, follow_up: bytes, words: Sequence[str]) -> commands.ReportFollowUp:
    """How she is, in her own words, as the answer to a request."""
    said = [
        commands.SentenceInput(kind=TextKind.HER_WORDS, language="ben", text=text, read_back=True)
        for text in words
    ]
    return commands.ReportFollowUp(
        thread=two.thread,
        follow_up=follow_up,
        at=DUE,
        seen=SeenHow.IN_PERSON,
        not_seen=None,
        facts={},
        sentences=said,
    )
