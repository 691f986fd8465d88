"""She changes her mind: at any desk, at any time, before anything else, for good."""

from typing import Any

import pytest

from node.services import casework, consenting, reading
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn
from protocol.messages.disclosed import Disclosed, Fact, Section
from protocol.messages.referral import ReferralDossier
from protocol.values import ConsentId
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.federation import Node, Seen, code_of, done
from tests.support.forging import forge, hash_of_consent
from tests.support.story import HER_WORDS, Story

CANARY = "zqxvjkwanderwort"
LATE = ReferralDossier(
    disclosed=Disclosed(
        sections=(
            Section(
                category=Category.LOCATION_CONTACT,
                facts=(Fact(field="present_town", value=CANARY),),
                sentences=(),
            ),
        )
    )
)


def her_no(consent: ConsentId, node: Node) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        consent_id=consent,
        effective=node.now,
        wanted=WithdrawalWanted.ERASE,
        replacement=None,
    )


def personal_payloads(node: Node) -> int:
    """How many messages about her can still be opened here."""
    [(count,)] = node.rows(
        "SELECT count(*) FROM messages WHERE consent IS NOT NULL AND payload IS NOT NULL"
    )
    return int(count)


def everything_in(node: Node) -> bytes:
    """The text of every row of every table, and the bytes of every key."""
    tables = [
        name
        for (name,) in node.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("search_")
    ]
    rows = [
        value
        for name in tables
        for row in node.rows(f"SELECT * FROM {name}")  # noqa: S608  # our own tables
        for value in row
    ]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in rows)


def told(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT status FROM withdrawals_told ORDER BY told_at")


def tasks(node: Node) -> list[str]:
    return sorted(task.task for task in node.use(reading.list_tasks).tasks)


def answers(seen: list[Seen]) -> list[Any]:
    """The statuses of the answers to withdrawals, in order."""
    return [
        one.content[1]
        for one in seen
        if one.skeleton.type == "consent.withdrawn_ack/1" and isinstance(one.content, dict)
    ]


def test_a_withdrawal_locks_in_the_same_transaction_and_erases_after_it(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    story.bandhan.take(story.federation.box(story.bandhan))
    locked = story.bandhan.rows(
        "SELECT DISTINCT is_locked, payload IS NOT NULL FROM messages WHERE consent = ?",
        hash_of_consent(story.alo, story.consent),
    )
    story.settle()

    assert locked == [(1, 1)]
    assert answers(story.federation.to(story.alo)) == [1, 2]
    assert told(story.alo) == [(2,)]
    assert story.bandhan.rows("SELECT state FROM referrals") == [("withdrawn",)]
    assert story.alo.rows("SELECT state FROM referrals") == [("withdrawn",)]


def test_what_is_locked_cannot_be_read_or_found(story: Story) -> None:
    story.up_to_dossier()
    search = commands.Search(words="খুলনা")
    before = story.bandhan.use(casework.search, search).messages
    story.withdraw(wanted=WithdrawalWanted.STOP_USE)
    story.settle()

    assert len(before) == 1
    assert story.bandhan.use(casework.search, search).messages == []
    peer, message = story.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.dossier/1'"
    )[0]
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    assert code_of(story.bandhan.use(reading.read_message, command)) == "locked"
    assert answers(story.federation.to(story.alo)) == [1]


def test_a_second_withdrawal_has_no_second_effect(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.settle()
    left = len(story.federation.sent)
    story.withdraw()
    story.settle()

    assert len(story.federation.sent) == left
    assert story.alo.rows("SELECT count(*) FROM consent_events WHERE event = 'withdrawn'") == [
        (1,)
    ]


def test_said_again_it_has_one_effect_and_is_answered_again(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.settle()
    again = forge(
        her_no(story.consent, story.alo), sender=story.alo, recipient=story.bandhan, advance=True
    )
    story.bandhan.take([again])
    story.settle()

    assert story.bandhan.rows("SELECT count(*) FROM consent_events WHERE event = 'withdrawn'") == [
        (1,)
    ]
    assert answers(story.federation.to(story.alo)) == [1, 2, 2]
    assert told(story.alo) == [(2,)]


def test_told_by_the_other_side_the_holder_stops_and_hears_it_from_her(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw(at=story.bandhan)
    story.settle()

    assert code_of(story.preview_dossier()) == "E_CONSENT_WITHDRAWN"
    assert personal_payloads(story.bandhan) == 1
    assert "hear_it_from_her" in tasks(story.alo)
    assert told(story.bandhan) == [(2,)]


def test_the_way_back_ends_at_both_ends_with_the_words_in_its_copy(story: Story) -> None:
    story.up_to_reports()
    cited = hash_of_consent(story.alo, story.way_back)
    story.withdraw(story.way_back)
    story.settle()

    report = story.report()

    for node in (story.alo, story.bandhan):
        assert node.rows(
            "SELECT count(*) FROM messages WHERE consent = ? AND payload IS NOT NULL", cited
        ) == [(0,)]
    assert (report.with_her_words, report.refusal) == (False, "E_CONSENT_WITHDRAWN")
    assert story.alo.use(casework.search, commands.Search(words=HER_WORDS[:5])).messages == []


def test_a_queued_report_vanishes_with_the_way_back_consent(story: Story) -> None:
    story.up_to_reports()
    story.report("আরও একটি কথা")
    story.withdraw(story.way_back, at=story.bandhan)
    before = len(story.federation.sent)
    story.settle()

    assert "followup.report/1" not in [
        one.skeleton.type for one in story.federation.to(story.alo, since=before)
    ]
    assert story.bandhan.rows(
        "SELECT count(*) FROM outbox WHERE type = 'followup.report/1' AND state = 'queued'"
    ) == [(0,)]


def test_a_withdrawal_that_comes_before_its_grant_refuses_the_grant_for_ever(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    alo, bandhan = story.alo, story.bandhan
    bandhan.take([forge(her_no(story.consent, alo), sender=alo, recipient=bandhan, advance=True)])
    story.settle()
    [(signed,)] = alo.rows("SELECT signed FROM consents")
    copy = ConsentCopy(signed_consent=signed, words=None)
    cited = hash_of_consent(alo, story.consent)
    taken = bandhan.take([
        forge(copy, sender=alo, recipient=bandhan, consent=cited, advance=True),
        forge(LATE, sender=alo, recipient=bandhan, consent=cited, thread=story.thread),
    ])  # fmt: skip

    assert answers(story.federation.to(alo)) == [2]
    assert taken.refused == (RefusalCode.E_CONSENT_WITHDRAWN, RefusalCode.E_CONSENT_MISSING)
    assert bandhan.rows("SELECT count(*) FROM tombstones") == [(1,)]
    assert bandhan.rows("SELECT count(*) FROM consents") == [(0,)]
    assert personal_payloads(bandhan) == 0


def test_a_withdrawal_acts_before_the_gap_in_front_of_it(story: Story) -> None:
    story.up_to_dossier()
    story.alo.write(
        lambda unit: unit.vault.execute("UPDATE peers SET out_sequence = out_sequence + 3")
    )
    story.withdraw()
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)

    assert personal_payloads(story.bandhan) == 1
    assert story.bandhan.rows(
        "SELECT count(*) FROM messages WHERE consent = ? AND payload IS NOT NULL",
        hash_of_consent(story.alo, story.consent),
    ) == [(0,)]


def test_a_withdrawal_that_lay_for_more_than_60_days_still_acts(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    story.federation.clock.forward(limits.MESSAGE_LIFE_SECONDS + 10 * limits.DAY)
    story.federation.collect(story.bandhan)

    assert story.federation.refused == []
    assert story.bandhan.rows(
        "SELECT count(*) FROM messages WHERE consent = ? AND payload IS NOT NULL",
        hash_of_consent(story.alo, story.consent),
    ) == [(0,)]


def test_a_withdrawal_acts_from_level_1_and_on_a_frozen_stream(story: Story) -> None:
    story.up_to_dossier()
    story.bandhan.write(
        lambda unit: unit.vault.execute("UPDATE peers SET level = 1, in_frozen = 1")
    )
    story.withdraw()
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)

    assert story.bandhan.rows(
        "SELECT count(*) FROM messages WHERE consent = ? AND payload IS NOT NULL",
        hash_of_consent(story.alo, story.consent),
    ) == [(0,)]


def test_a_withdrawal_in_the_same_batch_acts_before_the_dossier_that_was_sent_before_it(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.federation.deliver(story.alo)
    story.withdraw()
    story.settle()

    assert personal_payloads(story.bandhan) == 0
    assert story.bandhan.rows("SELECT count(*) FROM search_texts") == [(0,)]
    assert told(story.alo) == [(2,)]


def test_an_early_dossier_is_refused_when_its_turn_comes_after_her_no(story: Story) -> None:
    story.up_to_dossier()
    story.federation.deliver(story.alo)
    alo, bandhan = story.alo, story.bandhan
    cited = hash_of_consent(alo, story.consent)
    gap = forge(her_no(ConsentId(bytes(16)), alo), sender=alo, recipient=bandhan, advance=True)
    early = forge(
        LATE, sender=alo, recipient=bandhan, thread=story.thread, consent=cited, advance=True
    )
    no = forge(her_no(story.consent, alo), sender=alo, recipient=bandhan, advance=True)
    bandhan.take([early])
    bandhan.take([no])
    bandhan.erase()
    bandhan.take([gap])

    assert bandhan.rows(
        "SELECT status, code, payload FROM messages ORDER BY sequence DESC LIMIT 2 OFFSET 1"
    )[0] == ("refused", "E_CONSENT_WITHDRAWN", None)
    assert CANARY.encode() not in everything_in(bandhan)


def test_a_dossier_after_her_no_is_refused_and_its_words_are_nowhere(story: Story) -> None:
    story.up_to_dossier()
    late = forge(
        LATE,
        sender=story.alo,
        recipient=story.bandhan,
        thread=story.thread,
        consent=hash_of_consent(story.alo, story.consent),
        advance=True,
    )
    story.withdraw()
    story.settle()
    taken = story.bandhan.take([late])

    assert taken.refused == (RefusalCode.E_CONSENT_WITHDRAWN,)
    assert CANARY.encode() not in everything_in(story.bandhan)


def test_a_second_dossier_does_not_fit_and_leaves_no_byte(story: Story) -> None:
    story.up_to_dossier()
    second = forge(
        LATE,
        sender=story.alo,
        recipient=story.bandhan,
        thread=story.thread,
        consent=hash_of_consent(story.alo, story.consent),
    )
    taken = story.bandhan.take([second])

    assert taken.refused == (RefusalCode.E_STATE,)
    assert CANARY.encode() not in everything_in(story.bandhan)


def test_sharing_again_needs_a_new_consent(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.settle()
    before = code_of(story.preview_offer())
    story.agree()

    assert before == "E_CONSENT_WITHDRAWN"
    assert done(story.preview_offer()).offer is not None


def test_nobody_withdraws_a_consent_that_is_not_there(story: Story) -> None:
    command = commands.WithdrawConsent(consent_id=bytes(16), wanted=WithdrawalWanted.ERASE)

    assert code_of(story.alo.use(consenting.withdraw_consent, command)) == "not_found"


@pytest.mark.parametrize("wanted", list(WithdrawalWanted))
def test_only_stop_use_keeps_what_is_locked(story: Story, wanted: WithdrawalWanted) -> None:
    story.up_to_dossier()
    story.withdraw(wanted=wanted)
    story.settle()

    keeps = story.bandhan.rows(
        "SELECT count(*) FROM messages WHERE consent = ? AND payload IS NOT NULL",
        hash_of_consent(story.alo, story.consent),
    )

    assert keeps == [(2 if wanted is WithdrawalWanted.STOP_USE else 0,)]


def test_a_withdrawal_with_another_content_is_refused(story: Story) -> None:
    story.up_to_dossier()
    wrong = her_no(ConsentId(bytes(32)), story.alo)

    taken = story.bandhan.take([forge(wrong, sender=story.alo, recipient=story.bandhan)])

    assert taken.refused == (RefusalCode.E_SCHEMA,)
