"""What the demonstration leaves on both desks after the story, so that there is something to try.

Two more survivors who do not exist: one at Alo, asked and not yet offered to anybody; one at Bandhan, whom
Bandhan offers to Alo.
"""

from typing import Final

from node.cli.story import cast
from node.cli.story.stage import Player, settle
from node.cli.story.story import Story
from protocol.local import commands, views
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    GivenBy,
    Priority,
    Purpose,
    ServiceGroup,
    TextKind,
)

ALO_CASE: Final = "A-2026-018"
ALO_WORDS: Final = (
    (TextKind.WISH, "আমি পড়াশোনা শেষ করে নার্স হতে চাই।"),
    (TextKind.HOPE, "ছোট বোনটা যেন স্কুলে যায়।"),
    (TextKind.FEAR, "বাড়ি ফিরলে কেউ জিজ্ঞেস করবে আমি কোথায় ছিলাম।"),
)
ALO_FACTS: Final[dict[str, commands.FactInput]] = {
    "known_as": "Invented-Mina",
    "present_town": "Invented-Barasat",
    "home_district": "Invented-Jessore",
    "contact_how": "phone",
    "plan_position": "agreed",
    "work_wanted": ["nursing"],
}
BANDHAN_CASE: Final = "B-2026-004"
BANDHAN_WORDS: Final = ((TextKind.WISH, "কলকাতায় মামলার দিনগুলোতে একা থাকতে চাই না।"),)
BANDHAN_FACTS: Final[dict[str, commands.FactInput]] = {
    "known_as": "Invented-Parul",
    "present_town": "Invented-Khulna",
    "plan_position": "agreed",
}
_COMES_IN_DAYS: Final = 90


async def set_up(story: Story) -> None:
    """Put both survivors on the desks, and let Bandhan's offer reach Alo."""
    case = await _record(story.alo, ALO_CASE, ALO_WORDS, ALO_FACTS)
    ticked = [text for _, text in ALO_WORDS[:2]]
    await _ask_her(story.alo, case, story.peer_of_alo, ticked)
    theirs = await _record(story.bandhan, BANDHAN_CASE, BANDHAN_WORDS, BANDHAN_FACTS)
    await _ask_her(story.bandhan, theirs, story.peer_of_bandhan, [BANDHAN_WORDS[0][1]])
    await _offer(story, theirs, story.peer_of_bandhan)
    await settle(story.alo, story.bandhan)


async def _record(
    player: Player,
    number: str,
    words: tuple[tuple[TextKind, str], ...],
    facts: dict[str, commands.FactInput],
) -> bytes:
    case = await player.do(
        commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben")
    )
    for kind, text in words:
        await player.do(
            commands.RecordSentence(
                case_id=case,
                category=Category.PLAN_WISHES,
                kind=kind,
                language="ben",
                text=text,
            )
        )
    await player.do(commands.RecordFacts(case_id=case, facts=facts))
    return case


async def _ask_her(player: Player, case: bytes, peer: bytes, ticked: list[str]) -> None:
    for is_way_back in (False, True):
        await player.do(
            commands.RecordConsent(
                case_id=case,
                peer=peer,
                purpose=Purpose.FOLLOW_UP if is_way_back else Purpose.CARE_REFERRAL,
                is_way_back=is_way_back,
                categories=[Category.PLAN_WISHES] if is_way_back else cast.ALLOWED,
                excluded_fields=[],
                texts=[] if is_way_back else [sha256(text.encode()) for text in ticked],
                days=365 if is_way_back else 90,
                given_by=GivenBy.SURVIVOR,
                method=ConsentMethod.SPOKEN_AND_WITNESSED,
                language="ben",
                notice=cast.NOTICE,
                understood=True,
                conditions=[],
                words=None,
                witness=None,
                supersedes=None,
            )
        )


async def _offer(story: Story, case: bytes, peer: bytes) -> None:
    player = story.bandhan
    offer = commands.OfferInput(
        service_group=ServiceGroup.PLACE_TO_STAY,
        area="IN-westbengal",
        priority=Priority.NORMAL_7D,
        month=story.month_in(_COMES_IN_DAYS),
        answer_by=None,
        asks_about_needs=False,
    )
    ask = commands.PreviewOffer(case_id=case, peer=peer, offer=offer, categories=cast.ALLOWED)
    preview = await player.ask(ask, views.Preview)
    fixed = commands.OfferInput(
        service_group=offer.service_group,
        area=offer.area,
        priority=offer.priority,
        month=offer.month,
        answer_by=None if preview.offer is None else preview.offer.answer_by,
        asks_about_needs=offer.asks_about_needs,
    )
    await player.do(
        commands.SendOffer(
            case_id=case,
            peer=peer,
            offer=fixed,
            categories=cast.ALLOWED,
            preview=preview.hash,
        )
    )
