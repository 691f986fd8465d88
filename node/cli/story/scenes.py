"""The seven steps. Each does what people would do, at their desks, and checks what it says."""

from typing import Final

from node.cli.story import cast, proof
from node.cli.story.ending import withdraw
from node.cli.story.stage import settle
from node.cli.story.story import Story
from node.cli.story.untrue import check
from protocol.codec import encode
from protocol.consent_rules import LEVEL_VERIFIED
from protocol.errors import RefusalCode
from protocol.local import commands, views
from protocol.messages.referral import ReferralOffer
from protocol.values import instant, language_tag, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    FirstStep,
    GivenBy,
    PlanAnswer,
    Priority,
    Purpose,
    SeenHow,
    ServiceGroup,
    TextKind,
    VerifiedHow,
)

_DAY: Final = 86_400
_OFFER: Final = commands.OfferInput(
    service_group=ServiceGroup.LIVELIHOOD,
    area="BD-khulna",
    priority=Priority.NORMAL_7D,
    month="2030-01",
    answer_by=None,
    asks_about_needs=False,
)


async def meet(story: Story) -> None:
    """Step 1: cards are exchanged and the safety number is compared both ways."""
    alo, bandhan = story.alo, story.bandhan
    file = await alo.ask(commands.MakeIntroduction(), views.IntroductionFile)
    seen = await bandhan.ask(commands.AddPeer(introduction=file.introduction), views.PeerView)
    story.peer_of_bandhan = seen.node_id
    await settle(bandhan, alo)
    (met,) = (await alo.ask(commands.ListPeers(), views.Peers)).peers
    story.peer_of_alo = met.node_id
    check(met.name == cast.BANDHAN and seen.name == cast.ALO, "both know each other's name")
    check(met.level == 1, "a card alone is level 1")
    story.say("cards exchanged, sealed; both stand at level 1")
    story.case_id = await alo.do(
        commands.OpenCase(case_number=cast.CASE_NUMBER, age_band=AgeBand.ADULT, language="ben")
    )
    no = await alo.refused(_preview(story, cast.ALLOWED), views.Preview)
    check(no.code == RefusalCode.E_LEVEL, "nothing about her goes to level 1")
    story.say("anything about a survivor is refused before the number was compared (E_LEVEL)")
    await _compare(story, met)


async def _compare(story: Story, met: views.PeerView) -> None:
    (seen,) = (await story.bandhan.ask(commands.ListPeers(), views.Peers)).peers
    check(seen.safety_number == met.safety_number, "both read the same twelve groups")
    wrong = ["00000", *met.safety_number[1:]]
    differs = commands.VerifyPeer(peer=met.node_id, how=VerifiedHow.VOICE, groups=wrong)
    no = await story.alo.refused(differs, views.PeerView)
    check(no.code == views.No.NUMBER_DIFFERS, "a wrong number verifies nobody")
    for player, peer in ((story.alo, met), (story.bandhan, seen)):
        verified = await player.ask(
            commands.VerifyPeer(
                peer=peer.node_id, how=VerifiedHow.VOICE, groups=peer.safety_number
            ),
            views.PeerView,
        )
        check(verified.level == LEVEL_VERIFIED, "a person's comparison is level 2")
    story.say(f"safety number {' '.join(met.safety_number[:3])} … compared by voice, both ways")


def _preview(story: Story, categories: list[Category]) -> commands.PreviewOffer:
    return commands.PreviewOffer(
        case_id=story.case_id, peer=story.peer_of_alo, offer=_OFFER, categories=categories
    )


async def record(story: Story) -> None:
    """Step 2: her wish, her fears and her goal in her own words; health, law, how to reach her."""
    alo = story.alo
    for kind, text in cast.WORDS:
        await alo.do(
            commands.RecordSentence(
                case_id=story.case_id,
                category=Category.PLAN_WISHES,
                kind=kind,
                language="ben",
                text=text,
            )
        )
    facts = {**cast.SHARED_FACTS, **cast.KEPT_FACTS}
    await alo.do(commands.RecordFacts(case_id=story.case_id, facts=facts))
    case = await alo.ask(commands.ShowCase(case_id=story.case_id), views.CaseView)
    kept = {(text.kind, text.text) for text in case.sentences}
    check(kept == {(kind.value, text) for kind, text in cast.WORDS}, "each sentence is verbatim")
    check({fact.field for fact in case.facts} == facts.keys(), "each fact is there")
    found = await alo.ask(commands.Search(words="সেলাই"), views.Found)
    check(found.cases == [story.case_id], "a Bengali word finds her case")
    story.say("a wish, two fears and a goal in Bengali, kept verbatim and found again")
    story.say("health, legal facts and a contact rule recorded; none of it has left")


async def consent(story: Story) -> None:
    """Step 3: without her yes nothing goes; then she says yes to some things and no to others."""
    alo = story.alo
    no = await alo.refused(_preview(story, cast.ALLOWED), views.Preview)
    check(no.code == RefusalCode.E_CONSENT_MISSING, "without consent nothing is offered")
    check(
        no.purpose == Purpose.CARE_REFERRAL
        and no.peer == story.peer_of_alo
        and no.missing == sorted(int(category) for category in cast.ALLOWED),
        "the refusal names the purpose, the recipient and the categories",
    )
    story.say("refused, naming what is missing: care_referral to Bandhan for C2, C8, C9")
    texts: list[bytes] = [sha256(text.encode()) for text in cast.TICKED]
    story.consent = await alo.do(_consent(story, way_back=False, texts=texts, days=90))
    story.way_back = await alo.do(_consent(story, way_back=True, texts=[], days=365))
    health = await alo.refused(
        _preview(story, [*cast.ALLOWED, Category.HEALTH_BODY]), views.Preview
    )
    check(
        health.code == RefusalCode.E_CONSENT_SCOPE
        and health.missing == [int(Category.HEALTH_BODY)],
        "health stays refused, by name",
    )
    story.say("she said yes to C8, C2, C9 for 90 days, two of the three sentences read back;")
    story.say("no to health and law (E_CONSENT_SCOPE, C5); Bandhan may tell Alo, 365 days")


def _consent(
    story: Story, *, way_back: bool, texts: list[bytes], days: int
) -> commands.RecordConsent:
    return commands.RecordConsent(
        case_id=story.case_id,
        peer=story.peer_of_alo,
        purpose=Purpose.FOLLOW_UP if way_back else Purpose.CARE_REFERRAL,
        is_way_back=way_back,
        categories=[Category.PLAN_WISHES] if way_back else cast.ALLOWED,
        excluded_fields=[],
        texts=texts,
        days=days,
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


async def refer(story: Story) -> None:
    """Step 4: the offer says nothing; after a named person said yes, what was previewed arrives."""
    alo, bandhan = story.alo, story.bandhan
    preview = await alo.ask(_preview(story, cast.ALLOWED), views.Preview)
    given = preview.offer
    check(given is not None, "the preview shows the offer")
    fixed = commands.OfferInput(
        service_group=_OFFER.service_group,
        area=_OFFER.area,
        priority=_OFFER.priority,
        month=_OFFER.month,
        answer_by=given.answer_by if given is not None else None,
        asks_about_needs=_OFFER.asks_about_needs,
    )
    send = commands.SendOffer(
        case_id=story.case_id,
        peer=story.peer_of_alo,
        offer=fixed,
        categories=cast.ALLOWED,
        preview=preview.hash,
    )
    story.thread = await alo.do(send)
    await settle(alo, bandhan)
    await _check_offer(story, preview)
    await _accept(story)
    await _dossier(story)


async def _check_offer(story: Story, preview: views.Preview) -> None:
    came = await story.bandhan.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    seen = came.referral.offer
    body = ReferralOffer(
        service_group=ServiceGroup(seen.service_group),
        area=seen.area,
        priority=Priority(seen.priority),
        language=language_tag(seen.language),
        age_band=AgeBand(seen.age_band),
        month=seen.month,
        answer_by=instant(seen.answer_by),
        asks_about_needs=seen.asks_about_needs,
    )
    check(encode(body.fields()) == preview.content, "the C0 body is all that crossed")
    check([line.type for line in came.messages] == [ReferralOffer.TYPE], "one message crossed")
    check(came.consents == [], "no consent came with the offer")
    nothing = proof.findings(story.bandhan, (*cast.NEVER_LEAVES, *cast.TICKED, cast.TOWN))
    check(nothing == [], "no word and no fact about her is in Bandhan's folder")
    story.say("the offer crossed: service, area, language, 18+, month, answer-by, no more")


async def _accept(story: Story) -> None:
    await story.bandhan.do(
        commands.AcceptOffer(
            thread=story.thread,
            worker=cast.SALMA,
            first_step=FirstStep.MEET_AT_BORDER,
            from_date=story.now() + 14 * _DAY,
        )
    )
    await settle(story.bandhan, story.alo)
    view = await story.alo.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    check(
        view.referral.state == "accepted" and view.worker == cast.SALMA, "a named person said yes"
    )
    story.say("Bandhan holds a place: Salma, at the border, from a date")


async def _dossier(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    ask = commands.PreviewDossier(thread=story.thread, categories=cast.ALLOWED, with_names=True)
    preview = await alo.ask(ask, views.Preview)
    wrong = commands.SendDossier(thread=story.thread, categories=cast.ALLOWED, preview=bytes(32))
    no = await alo.refused(wrong, views.Done)
    check(no.code == views.No.CHANGED_SINCE_PREVIEW, "only what was previewed is sent")
    await alo.do(
        commands.SendDossier(thread=story.thread, categories=cast.ALLOWED, preview=preview.hash)
    )
    await settle(alo, bandhan)
    came = await bandhan.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    (line,) = (message for message in came.messages if message.type == "referral.dossier/1")
    story.dossier_message = line.message_id
    story.dossier_content = preview.content
    read = await bandhan.ask(
        commands.ReadMessage(
            peer=story.peer_of_bandhan, message_id=line.message_id, with_names=True
        ),
        views.MessageView,
    )
    check(read.content_hash == preview.hash == came.dossier_hash, "what arrived was previewed")
    check({text.text for text in read.sentences} == set(cast.TICKED), "only her two sentences")
    check({fact.field for fact in read.facts} == cast.SHARED_FACTS.keys(), "only what she allowed")
    nothing = proof.findings(bandhan, cast.NEVER_LEAVES)
    check(nothing == [], "nothing outside her consent is in Bandhan's folder")
    story.say(f"the dossier arrived as previewed, SHA-256 {preview.hash.hex()[:16]}…")
    story.say("two of her sentences; no name, health, law or unticked word in any file there")
    await bandhan.do(commands.ReportPrepared(thread=story.thread, plan=PlanAnswer.ADOPT))
    await settle(bandhan, alo)


async def crash(story: Story) -> None:
    """Step 5: the power goes; the locked node still takes what is left for it, once."""
    alo, bandhan = story.alo, story.bandhan
    await bandhan.kill()
    await bandhan.start()
    check(not await bandhan.is_open(), "after the power came back the node is locked")
    story.say("Bandhan was killed with kill -9 and came back locked")
    asked = await alo.do(
        commands.RequestFollowUp(thread=story.thread, due=story.now() + 30 * _DAY)
    )
    await alo.ask(commands.SyncNow(), views.Done)
    check(await bandhan.waiting_envelopes() == 1, "one sealed envelope waits")
    outbox = await alo.ask(commands.ListOutbox(), views.Outbox)
    check(any(item.message_id == asked for item in outbox.items), "a locked node answers nothing")
    story.say("a message sent meanwhile waits in its mailbox, sealed; nothing came back")
    await bandhan.unlock()
    came = await bandhan.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    check([line.follow_up for line in came.follow_ups] == [asked], "it is there, once")
    check(await bandhan.waiting_envelopes() == 0, "the mailbox is empty")
    await settle(bandhan, alo)
    story.say("unlocked: it was applied before anything was shown, and it is there once")


async def report(story: Story) -> None:
    """Step 6: arrival; a report as C0 before she was asked again, with her words after."""
    alo, bandhan = story.alo, story.bandhan
    await bandhan.do(commands.ReportArrival(thread=story.thread, at=story.now()))
    first = await bandhan.ask(_report(story), views.ReportSent)
    check(not first.with_her_words, "before she was asked again her words stay")
    check(first.refusal == RefusalCode.E_CONSENT_UNCONFIRMED, "the refusal says why")
    await settle(bandhan, alo)
    seen = await alo.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    check(not any(line.is_personal for line in seen.messages), "C0: seen, and no word")
    check(any(line.was_seen for line in seen.follow_ups), "it says that she was seen")
    story.say("arrived; the first report says seen, and no more (E_CONSENT_UNCONFIRMED)")
    await bandhan.do(commands.ConfirmConsent(consent_id=story.way_back))
    second = await bandhan.ask(_report(story), views.ReportSent)
    check(second.with_her_words, "after confirmed_by_holder her words go")
    check(not second.left_out and not second.texts_left_out, "and nothing stayed behind")
    await settle(bandhan, alo)
    await _read_report(story)
    case = await alo.ask(commands.ShowCase(case_id=story.case_id), views.CaseView)
    check(case.case.status == "accompanying", "Alo's case stays open, accompanying")
    story.say("Salma asked her again in private; the second report carries her words")
    story.say("Alo's case stays accompanying")


def _report(story: Story) -> commands.ReportFollowUp:
    words = commands.SentenceInput(
        kind=TextKind.HER_WORDS, language="ben", text=cast.REPORT_WORDS, read_back=True
    )
    return commands.ReportFollowUp(
        thread=story.thread,
        follow_up=None,
        at=story.now(),
        seen=SeenHow.IN_PERSON,
        not_seen=None,
        facts={},
        sentences=[words],
    )


def _reports(view: views.ReferralView) -> list[views.FollowUpView]:
    """The first said seen, the second carried her words; both must be there."""
    told = [each for each in view.follow_ups if each.state == "done"]
    with_words = sorted(each.report is not None for each in told)
    check(with_words == [False, True], "two reports came")
    return told


async def _read_report(story: Story) -> None:
    view = await story.alo.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    (line,) = (message for message in view.messages if message.is_personal)
    read = await story.alo.ask(
        commands.ReadMessage(peer=story.peer_of_alo, message_id=line.message_id, with_names=True),
        views.MessageView,
    )
    check([text.text for text in read.sentences] == [cast.REPORT_WORDS], "her words are shown")
    check(all(each.was_seen for each in _reports(view)), "both reports are shown")


STEPS: Final = (
    ("Alo Shelter and Bandhan meet", meet),
    ("Alo records what she says", record),
    ("She is asked, and says yes and no", consent),
    ("An offer, a yes, a dossier", refer),
    ("The power goes", crash),
    ("Care comes back", report),
    ("She withdraws", withdraw),
)
