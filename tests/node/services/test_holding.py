"""A held sending does nothing until its seconds are over; then it goes once, checked anew, or not at all."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from node.effects import Acting
from node.local_api.dispatch import ROUTES, Does
from node.services import answering, casework
from node.services.holding import HELD_MAX
from node.vault import pages
from node.vault.driver import OperationalError
from node.vault.records import HeldSending
from node.vault.tables import held
from node.vault.unit import Unit
from protocol import codec
from protocol.local import commands, views
from protocol.local.commands import AT_ONCE, MAY_BE_HELD, Command
from protocol.local.fitting import View
from protocol.values import Pseudonym, later
from protocol.vocabulary.codes import DeclineReason, WithdrawalWanted
from tests.support import federation as federations
from tests.support import sendings
from tests.support.federation import Federation, Node, code_of
from tests.support.sendings import SECONDS, SENDINGS, at_rest, carry_out, hold, queued, stop
from tests.support.story import HER_WORDS, Story, tell

A_DAY: Final = 86_400
KINDS: Final = sorted(SENDINGS, key=lambda kind: kind.NAME)
every_sending = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)


def tasks(node: Node) -> list[tuple[bytes, bytes | None]]:
    """Peer and thread of every sending that a person is told was not sent."""
    return [
        (peer, thread)
        for peer, thread in node.rows(
            "SELECT peer, thread FROM tasks WHERE task = 'sending_refused' AND done_at IS NULL"
        )
    ]


def codes(node: Node) -> list[str | None]:
    return [line.refused for line in sendings.shown(node)]


def test_every_command_that_sends_is_held_or_goes_at_once_and_none_is_both() -> None:
    sending = {kind for kind, route in ROUTES.items() if route.does is Does.SEND}
    assert sending == MAY_BE_HELD | AT_ONCE
    assert not MAY_BE_HELD & AT_ONCE
    assert SENDINGS.keys() == MAY_BE_HELD


@every_sending
def test_what_is_held_and_stopped_in_time_leaves_the_vault_as_it_was(
    kind: type[Command], story: Story
) -> None:
    node, command = SENDINGS[kind](story)
    before = at_rest(node)
    held_id = hold(node, command)
    while_held = at_rest(node)
    stop(node, held_id)
    story.federation.clock.forward(A_DAY)
    went = carry_out(node, held_id)
    assert (while_held, went, at_rest(node)) == (before, False, before)
    assert node.rows("SELECT count(*) FROM held") == [(0,)]


@every_sending
def test_what_nobody_stops_does_what_the_command_does_by_itself(
    kind: type[Command], acquainted: Federation, tmp_path: Path
) -> None:
    with (
        federations.copied(acquainted, tmp_path / "held", seed="one") as one,
        federations.copied(acquainted, tmp_path / "at once", seed="one") as other,
    ):
        node, command = SENDINGS[kind](tell(one))
        held_id = hold(node, command)
        one.clock.forward(SECONDS)
        assert carry_out(node, held_id)
        twin, same = SENDINGS[kind](tell(other))
        other.clock.forward(SECONDS)
        acting = twin.acting(sendings.supervisor(twin))
        twin.write(lambda unit: sendings.use_case_at(twin)(unit, same, acting))
        states = "SELECT is_ours, state FROM referrals UNION ALL SELECT is_asked_by_us, state FROM follow_ups"
        assert queued(node) == queued(twin)
        assert node.rows(states) == twin.rows(states)
        assert node.rows("SELECT count(*) FROM held") == [(0,)]


def test_an_offer_leaves_ten_seconds_later_as_the_very_bytes_that_were_previewed(
    story: Story,
) -> None:
    node, command = sendings.offer(story)
    preview = federations.done(story.preview_offer())
    held_id = hold(node, command)
    story.federation.clock.forward(SECONDS)
    carry_out(node, held_id)
    since = len(story.federation.sent)
    story.federation.deliver(node)
    (seen,) = story.federation.to(story.bandhan, since=since)
    assert codec.encode(seen.content) == preview.content


def test_a_sending_is_carried_out_once(story: Story) -> None:
    node, command = sendings.offer(story)
    held_id = hold(node, command)
    went = [carry_out(node, held_id), carry_out(node, held_id)]
    assert went == [True, False]
    assert node.rows("SELECT count(*) FROM referrals") == [(1,)]


def test_it_is_whoever_sent_it_who_did_it(story: Story) -> None:
    node, command = sendings.offer(story)
    rina = sendings.hire(node, "Rina")
    carry_out(node, hold(node, command, by=rina))
    assert node.rows("SELECT actor FROM audit WHERE event = 'referral.offered'") == [(rina,)]


def test_without_her_consent_nothing_is_held_and_the_answer_says_what_is_missing(
    story: Story,
) -> None:
    node, command = sendings.offer(story)
    story.withdraw()
    before = at_rest(node)
    answer = sendings.try_to_hold(node, command)
    assert isinstance(answer, views.Refused)
    assert (answer.code, answer.peer) == ("E_CONSENT_WITHDRAWN", story.bandhan.node_id)
    assert (at_rest(node), sendings.shown(node)) == (before, [])


def test_a_dossier_that_changed_since_it_was_looked_at_is_not_held(story: Story) -> None:
    node, command = sendings.dossier(story)
    facts: dict[str, commands.FactInput] = {"present_town": "যশোর"}
    node.use(casework.record_facts, commands.RecordFacts(case_id=story.case_id, facts=facts))
    assert code_of(sendings.try_to_hold(node, command)) == "changed_since_preview"


def test_what_her_file_says_at_the_end_of_the_seconds_counts(story: Story) -> None:
    node, command = sendings.dossier(story)
    held_id = hold(node, command)
    facts: dict[str, commands.FactInput] = {"present_town": "যশোর"}
    node.use(casework.record_facts, commands.RecordFacts(case_id=story.case_id, facts=facts))
    assert not carry_out(node, held_id)
    assert codes(node) == ["changed_since_preview"]


def test_a_withdrawal_while_a_dossier_is_held_wins(story: Story) -> None:
    node, command = sendings.dossier(story)
    held_id = hold(node, command)
    before = queued(node)
    story.withdraw()
    story.federation.clock.forward(SECONDS)
    went = carry_out(node, held_id)
    assert not went
    assert [kind for kind, _ in queued(node)[len(before) :]] == ["referral.recall/1"]
    assert codes(node) == ["E_CONSENT_WITHDRAWN"]
    assert tasks(node) == [(story.bandhan.node_id, story.thread)]


def test_what_is_refused_in_the_end_changes_nothing_but_that_a_person_is_told(
    story: Story,
) -> None:
    node, command = sendings.accept(story)
    held_id = hold(node, command)
    story.federation.clock.forward(A_DAY)
    other = commands.DeclineOffer(
        thread=story.thread, reason=next(iter(DeclineReason)), who_else=None
    )
    node.use(answering.decline, other)
    before = at_rest(node)
    carry_out(node, held_id)
    after = at_rest(node)
    assert {name for name in after if after[name] != before[name]} == {"tasks"}
    assert node.rows("SELECT body, code FROM held") == [(b"", "wrong_state")]


def test_her_words_in_a_held_report_go_when_what_was_said_there_is_erased(story: Story) -> None:
    node, command = sendings.report(story)
    held_id = hold(node, command)
    story.withdraw(story.way_back)
    story.federation.deliver(story.alo)
    story.federation.collect(node)
    assert node.rows("SELECT body, code FROM held") == [(b"", "erased")]
    assert tasks(node) == [(story.alo.node_id, story.thread)]
    assert not carry_out(node, held_id)


def test_a_held_report_says_no_more_than_she_allows_when_it_leaves(story: Story) -> None:
    node, command = sendings.report(story)
    held_id = hold(node, command)
    story.withdraw(story.way_back, at=node, wanted=WithdrawalWanted.STOP_USE)
    carry_out(node, held_id)
    left = node.rows("SELECT type, consent_id, consent, payload FROM outbox ORDER BY number")[-1]
    assert left[:3] == ("followup.report/1", None, None)
    assert HER_WORDS.encode() not in left[3]


def make_inactive(node: Node, user: Pseudonym) -> None:
    node.write(
        lambda unit: unit.vault.execute(
            "UPDATE users SET is_active = 0 WHERE user_id = ?", (user,)
        )
    )


def make_data_officer(node: Node, user: Pseudonym) -> None:
    node.write(
        lambda unit: unit.vault.execute(
            "UPDATE users SET role = 'data_officer' WHERE user_id = ?", (user,)
        )
    )


@pytest.mark.parametrize("change", [make_inactive, make_data_officer])
def test_what_somebody_sent_who_may_not_any_more_does_not_leave(
    change: Callable[[Node, Pseudonym], None], story: Story
) -> None:
    node, command = sendings.offer(story)
    rina = sendings.hire(node, "Rina")
    held_id = hold(node, command, by=rina)
    change(node, rina)
    assert not carry_out(node, held_id)
    assert (codes(node), queued(node)[-1:]) == (["not_allowed"], queued(node)[-1:])
    assert node.rows("SELECT count(*) FROM referrals") == [(0,)]
    assert tasks(node) == [(story.bandhan.node_id, None)]


def test_a_held_sending_is_stopped_by_whoever_sent_it_and_by_a_supervisor(story: Story) -> None:
    node, command = sendings.offer(story)
    rina, salma = (sendings.hire(node, name) for name in ("Rina", "Salma"))
    first = hold(node, command, by=rina)
    seen = [len(sendings.shown(node, to=who)) for who in (rina, salma, sendings.supervisor(node))]
    refused = code_of(stop(node, first, by=salma))
    stopped = [stop(node, first, by=rina)]
    second = hold(node, command, by=rina)
    stopped.append(stop(node, second))
    assert (seen, refused) == ([1, 0, 1], "not_allowed")
    assert stopped == [views.Done(), views.Done()]


def test_what_is_gone_cannot_be_stopped(story: Story) -> None:
    node, command = sendings.offer(story)
    held_id = hold(node, command)
    carry_out(node, held_id)
    assert code_of(stop(node, held_id)) == "not_found"


def test_the_list_says_what_it_is_and_about_whom_but_not_what_it_says(story: Story) -> None:
    node, command = sendings.report(story)
    held_id = hold(node, command)
    ((case_id,),) = node.rows("SELECT case_id FROM cases")
    line = views.HeldLine(
        held_id=held_id,
        name="followup/report",
        user_id=sendings.supervisor(node),
        peer=story.alo.node_id,
        thread=story.thread,
        case_id=case_id,
        leaves_at=later(node.now, SECONDS),
        refused=None,
    )
    assert sendings.shown(node) == [line]


def test_the_same_sending_is_not_held_twice(story: Story) -> None:
    node, command = sendings.offer(story)
    hold(node, command)
    assert code_of(sendings.try_to_hold(node, command)) == "already_there"


def test_a_sending_is_tried_after_what_is_held_before_it(story: Story) -> None:
    node, command = sendings.accept(story)
    held_id = hold(node, command)
    decline = commands.DeclineOffer(
        thread=story.thread, reason=next(iter(DeclineReason)), who_else=None
    )
    first = code_of(sendings.try_to_hold(node, decline))
    stop(node, held_id)
    assert first == "wrong_state"
    assert hold(node, decline)


def insert(sending: HeldSending, unit: Unit) -> None:
    held.insert(unit.vault, sending)


def fill(node: Node, count: int) -> None:
    """Hold so many sendings that say nothing."""
    for _ in range(count):
        sending = HeldSending(
            held_id=node.entropy(16),
            user_id=sendings.supervisor(node),
            name="referral/ask",
            body=node.entropy(8),
            peer=node.node_id,
            thread=None,
            case_id=None,
            held_at=node.now,
            leaves_at=node.now,
            code=None,
        )
        node.write(partial(insert, sending))


@pytest.mark.parametrize(("count", "fits"), [(HELD_MAX - 1, True), (HELD_MAX, False)])
def test_there_is_room_for_so_many_and_no_more(count: int, *, fits: bool, story: Story) -> None:
    node, command = sendings.offer(story)
    fill(node, count)
    answer = sendings.try_to_hold(node, command)
    assert isinstance(answer, views.Held) if fits else code_of(answer) == "no_room"


def test_of_refused_ones_the_newest_stay_and_no_more(story: Story) -> None:
    node, _ = sendings.offer(story)
    fill(node, held.REFUSED_MAX + 1)
    listed = [line.held_id for line in sendings.shown(node)]
    for held_id in listed:
        carry_out(node, held_id)
    assert [line.held_id for line in sendings.shown(node)] == listed[1:]


def test_putting_the_last_refused_one_away_finishes_its_task(story: Story) -> None:
    node, command = sendings.offer(story)
    first, second = hold(node, command), None
    story.withdraw()
    carry_out(node, first)
    fill(node, 1)
    second = sendings.shown(node)[-1].held_id
    carry_out(node, second)
    left = [len(tasks(node))]
    for held_id in (first, second):
        stop(node, held_id)
        left.append(len(tasks(node)))
    assert left == [2, 1, 0]


def test_a_mistake_of_ours_sends_nothing_and_tells_a_person(story: Story) -> None:
    def break_down(unit: Unit, command: Command, acting: Acting) -> View:
        sendings.use_case_at(node)(unit, command, acting)
        raise ZeroDivisionError

    node, command = sendings.offer(story)
    held_id = hold(node, command)
    before = queued(node)
    assert not carry_out(node, held_id, use_case=break_down)
    assert (queued(node), codes(node)) == (before, ["E_SCHEMA"])
    assert tasks(node) == [(story.bandhan.node_id, None)]


def test_a_disk_that_fails_keeps_it_for_another_time(story: Story) -> None:
    def fail(_unit: Unit, _command: Command, _acting: Acting) -> View:
        raise OperationalError("disk I/O error")

    node, command = sendings.offer(story)
    held_id = hold(node, command)
    with pytest.raises(OperationalError):
        carry_out(node, held_id, use_case=fail)
    assert codes(node) == [None]
    assert carry_out(node, held_id)


def test_what_it_said_is_in_no_log_file_once_it_has_gone(story: Story) -> None:
    node, command = sendings.report(story)
    canary = HER_WORDS.encode()
    held_id = hold(node, command)
    there = pages.find(node.folder, key=node.key, canaries=[canary])
    stop(node, held_id)
    assert there
    assert pages.find(node.folder, key=node.key, canaries=[canary]) == []
