"""The first path, step by step, on two real vaults without HTTP."""

from node.services import casework, consenting, peering, reading
from protocol.codec import decode
from protocol.fields import MapReader
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.messages.referral import ReferralDossier, read_disclosed
from protocol.messages.union import encode_content
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from tests.support.federation import Federation, Node, Seen, code_of, done
from tests.support.forging import forge, hash_of_consent
from tests.support.story import (
    C2,
    C8,
    C9,
    FACTS,
    FEAR,
    HER_WORDS,
    SENTENCES,
    WISH,
    Story,
    meet,
    tell,
    verify,
)

HEALTH = Category.HEALTH_BODY
BOTH_WAYS = commands.ListReferrals(is_ours=None)


def of_type(seen: list[Seen], name: str) -> list[Seen]:
    return [one for one in seen if one.skeleton.type == f"{name}/1"]


def read(node: Node, type_name: str) -> views.MessageView | Refused:
    """What a worker sees of the message of this type that came last."""
    peer, message = node.rows(
        "SELECT peer, message_id FROM messages WHERE type = ? ORDER BY sequence DESC",
        f"{type_name}/1",
    )[0]
    return node.use(
        reading.read_message, commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    )


def holders(story: Story) -> dict[bytes, list[tuple[int, bool, bool]]]:
    """For each consent, how far its other side says that it carried a withdrawal out."""
    shown = story.alo.use(consenting.list_consents, commands.ListConsents(case_id=story.case_id))
    return {
        consent.consent_id: [
            (told.status, told.locked_at is not None, told.erased_at is not None)
            for told in consent.holders
        ]
        for consent in shown.consents
    }


def status_of_case(story: Story) -> str:
    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    return shown.case.status


def test_step_1_two_organisations_meet_and_nothing_personal_may_leave_before_the_number(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    story = tell(strangers)
    story.open_case()
    story.agree()

    before = code_of(story.preview_offer())
    numbers = [done(verify(one, other)).safety_number for one, other in _both(alo, bandhan)]
    after = done(story.preview_offer())

    assert before == "E_LEVEL"
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) == 12
    assert after.offer is not None
    assert [
        [(peer.level, peer.status) for peer in node.use(peering.list_peers).peers]
        for node in (alo, bandhan)
    ] == [[(2, "active")], [(2, "active")]]


def _both(one: Node, other: Node) -> list[tuple[Node, Node]]:
    return [(one, other), (other, one)]


def test_step_2_her_case_shows_her_words_and_every_fact_as_they_were_told(
    story: Story,
) -> None:
    story.open_case()

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))

    assert {text.text for text in shown.sentences} == {text.text for text in SENTENCES}
    assert {fact.field: fact.value for fact in shown.facts} == FACTS
    assert (shown.case.status, shown.age_band, shown.language) == ("active", "adult", "ben")


def test_step_3_without_her_consent_the_offer_is_refused_and_says_which_is_missing(
    story: Story,
) -> None:
    story.open_case()

    assert story.preview_offer() == Refused(
        code="E_CONSENT_MISSING",
        purpose="care_referral",
        peer=story.bandhan.node_id,
        missing=[2, 8, 9],
    )

    story.agree()
    assert story.preview_offer(categories=(C8, HEALTH)) == Refused(
        code="E_CONSENT_SCOPE",
        purpose="care_referral",
        peer=story.bandhan.node_id,
        missing=[int(HEALTH)],
    )


def test_step_4_an_offer_is_exactly_the_body_that_was_previewed_and_cites_nothing(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    preview = done(story.preview_offer())
    before = len(story.federation.sent)
    story.offer()
    story.settle()

    (offer,) = of_type(story.federation.to(story.bandhan, since=before), "referral.offer")

    assert offer.content == decode(preview.content)
    assert offer.skeleton.consent is None
    assert offer.bucket == 4_096
    assert story.bandhan.rows("SELECT count(*) FROM consents") == [(0,)]
    assert [
        line.state for line in story.bandhan.use(reading.list_referrals, BOTH_WAYS).referrals
    ] == ["offered"]


def test_step_4_the_dossier_that_arrives_is_the_one_that_was_previewed(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    preview = story.dossier()
    story.settle()

    shown = done(read(story.bandhan, "referral.dossier"))

    assert shown.content_hash == preview.hash == sha256(preview.content)
    assert (shown.sentences, shown.facts) == (preview.sentences, preview.facts)
    # By the test's own account of what she allowed.
    assert {fact.field for fact in shown.facts} == {
        "present_town", "safe_phone", "contact_how", "contact_never",
        "plan_position", "wish_about", "skills", "work_wanted",
    }  # fmt: skip
    assert {fact.category for fact in shown.facts} == {C2, C8, C9}
    assert {text.text for text in shown.sentences} == {WISH.text, FEAR.text}
    assert story.alo.rows(
        "SELECT DISTINCT state FROM outbox WHERE type = 'referral.dossier/1'"
    ) == [("stored",)]


def test_step_5_what_comes_while_a_node_is_locked_is_there_once_when_it_opens(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.bandhan.is_locked = True
    story.offer()
    story.settle()
    waiting = len(story.federation.box(story.bandhan))
    story.bandhan.reopen()
    story.bandhan.is_locked = False
    story.settle()

    assert waiting == 1
    assert len(story.bandhan.use(reading.list_referrals, BOTH_WAYS).referrals) == 1


def test_step_6_before_she_was_asked_again_only_seen_goes_back_and_afterwards_her_words(
    story: Story,
) -> None:
    story.up_to_dossier()
    story.arrive()
    first = story.report()
    story.settle()
    story.confirm()
    second = story.report()
    story.settle()

    reports = of_type(story.federation.to(story.alo), "followup.report")

    assert (first.with_her_words, first.refusal) == (False, "E_CONSENT_UNCONFIRMED")
    assert (second.with_her_words, second.refusal) == (True, None)
    assert reports[0].content == {1: True, 2: story.bandhan.now}
    assert [one.skeleton.consent for one in reports] == [
        None,
        hash_of_consent(story.alo, story.way_back),
    ]
    shown = done(read(story.alo, "followup.report"))
    assert [text.text for text in shown.sentences] == [HER_WORDS]
    assert [(fact.field, fact.value) for fact in shown.facts] == [("plan_position", "agreed")]
    assert status_of_case(story) == "accompanying"
    path = done(story.alo.use(reading.show_referral, commands.ShowReferral(thread=story.thread)))
    assert [(one.state, one.was_seen) for one in path.follow_ups] == [("done", True)] * 2


def test_step_7_a_withdrawal_is_locked_then_erased_and_both_answers_are_kept(
    story: Story,
) -> None:
    story.up_to_reports()
    late = forge(
        _dossier_of(story),
        sender=story.alo,
        recipient=story.bandhan,
        thread=story.thread,
        consent=hash_of_consent(story.alo, story.consent),
        advance=True,
    )
    story.withdraw()
    story.withdraw(story.way_back)
    story.settle()
    answers = of_type(story.federation.to(story.alo), "consent.withdrawn_ack")

    told = holders(story)
    dossier = read(story.bandhan, "referral.dossier")
    report = read(story.alo, "followup.report")
    taken = story.bandhan.take([late])

    assert told == {
        story.consent: [(2, True, True)],
        story.way_back: [(2, True, True)],
    }
    assert len(answers) == 4
    assert (code_of(dossier), code_of(report)) == ("erased", "erased")
    assert [code.value for code in taken.refused] == ["E_CONSENT_WITHDRAWN"]
    assert story.bandhan.rows(
        "SELECT count(*) FROM messages WHERE consent IS NOT NULL AND payload IS NOT NULL"
    ) == [(0,)]
    assert status_of_case(story) == "accompanying"


def _dossier_of(story: Story) -> ReferralDossier:
    """The dossier that was sent, as somebody who kept a copy would send it again."""
    (sent,) = of_type(story.federation.to(story.bandhan), "referral.dossier")
    reader = MapReader(sent.content, place="dossier")
    dossier = ReferralDossier(disclosed=read_disclosed(reader, place="dossier"))
    assert decode(encode_content(dossier)) == sent.content
    return dossier
