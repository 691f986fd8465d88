"""The log may be cut where two peers vouch for what goes, and by nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node.services import auditing
from protocol.audit import parse_checkpoint
from protocol.labels import Kind
from protocol.local import commands, views
from protocol.signing import parse as parse_signed
from tests.support import federation as federations
from tests.support.auditing import (
    DAY,
    change,
    days_go_by,
    days_of,
    held_heads,
    lived,
    verify,
)
from tests.support.federation import Federation, Node, code_of, done

EDIT: Final = "UPDATE audit SET event = 'nothing.happened' WHERE number = 7"


@pytest.fixture(scope="module")
def three_days(
    acquainted: Federation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Federation]:
    with lived(acquainted, tmp_path_factory.mktemp("lived") / "federation") as made:
        yield made


@pytest.fixture
def federation(three_days: Federation, tmp_path: Path) -> Iterator[Federation]:
    with federations.copied(three_days, tmp_path / "federation") as made:
        yield made


@pytest.fixture
def alo(federation: Federation) -> Node:
    """Three days of its log lie at Bandhan and Chautari."""
    return federation["Alo Shelter"]


@pytest.fixture
def witnessed(federation: Federation, alo: Node) -> list[bytes]:
    """What Bandhan and Chautari export of Alo's heads."""
    return [*held_heads(federation["Bandhan"], alo), *held_heads(federation["Chautari"], alo)]


def cut(node: Node, *, before: int) -> views.AuditCut:
    return done(node.use(auditing.truncate_audit, commands.TruncateAudit(before_day=before)))


def refused_cut(node: Node, *, before: int) -> str:
    command = commands.TruncateAudit(before_day=before)
    return code_of(node.use(auditing.truncate_audit, command))


def test_what_two_peers_vouch_for_may_be_taken_off_and_the_rest_still_verifies(
    alo: Node, witnessed: list[bytes]
) -> None:
    [(first, _), (second, link), *_] = days_of(alo)
    [(entries,)] = alo.rows("SELECT last_number FROM audit_days WHERE day = ?", second)
    made = cut(alo, before=second + 1)
    checkpoint = parse_checkpoint(parse_signed(made.checkpoint, kind=Kind.CHECKPOINT))
    report = verify(alo, heads=[*witnessed, made.checkpoint])

    assert (made.entries, made.day, made.hash, made.witnesses) == (entries, second, link, 2)
    assert (checkpoint.head.day, checkpoint.head.hash) == (second, link)
    assert alo.rows("SELECT min(number) FROM audit") == [(entries + 1,)]
    assert alo.rows("SELECT min(number) FROM audit_details") == [(entries + 1,)]
    assert (report.is_whole, report.cut_day) == (True, second)
    assert first < second


def test_a_log_that_was_cut_may_be_cut_again_and_shows_every_change_after_it(
    federation: Federation, alo: Node
) -> None:
    [(first, _), *_] = days_of(alo)
    cut(alo, before=first + 1)
    days_go_by(federation, 1)
    second = cut(alo, before=first + 2)
    whole = verify(alo)
    change(
        alo, "UPDATE audit SET actor = zeroblob(16) WHERE number = (SELECT max(number) FROM audit)"
    )

    assert second.day == first + 1
    assert whole.is_whole
    assert not verify(alo).is_whole


@pytest.mark.parametrize("count", [0, 1])
def test_without_two_witnesses_nothing_is_taken_off(
    federation: Federation, alo: Node, count: int
) -> None:
    keep = federation["Bandhan"].node_id.hex() if count else ""
    change(alo, f"DELETE FROM shared_heads WHERE hex(peer) != upper('{keep}')")  # noqa: S608
    [(first, _), *_] = days_of(alo)
    before = alo.rows("SELECT count(*) FROM audit")

    assert refused_cut(alo, before=first + 1) == "too_few_witnesses"
    assert alo.rows("SELECT count(*) FROM audit") == before


def test_a_peer_that_has_not_acknowledged_our_head_is_no_witness(
    federation: Federation, alo: Node
) -> None:
    change(alo, "UPDATE shared_heads SET answer = NULL")
    [(first, _), *_] = days_of(alo)

    assert refused_cut(alo, before=first + 1) == "too_few_witnesses"
    del federation


def test_an_acknowledgement_that_nobody_signed_is_none(alo: Node) -> None:
    change(alo, "UPDATE shared_heads SET answer = skeleton")
    [(first, _), *_] = days_of(alo)

    assert refused_cut(alo, before=first + 1) == "too_few_witnesses"


def test_witnesses_of_an_earlier_day_do_not_vouch_for_a_later_one(
    federation: Federation, alo: Node
) -> None:
    federation.clock.forward(DAY)
    federation.deliver(alo)
    last = days_of(alo)[-1][0]
    change(alo, f"DELETE FROM shared_heads WHERE day >= {last}")  # noqa: S608

    assert refused_cut(alo, before=last + 1) == "too_few_witnesses"


def test_a_log_that_was_changed_is_not_cut(alo: Node) -> None:
    [(first, _), *_] = days_of(alo)
    change(alo, EDIT)

    assert refused_cut(alo, before=first + 1) == "audit_broken"


def test_nothing_is_cut_while_the_clock_is_in_doubt(alo: Node) -> None:
    [(first, _), *_] = days_of(alo)
    alo.ahead = 300 * DAY

    assert refused_cut(alo, before=first + 1) == "clock_in_doubt"


@pytest.mark.parametrize("days", [-1, 0, 99])
def test_a_day_before_which_there_is_nothing_or_that_is_not_over_cuts_nothing(
    alo: Node, days: int
) -> None:
    [(first, _), *_] = days_of(alo)

    assert refused_cut(alo, before=first + days) == "not_found"


def test_that_somebody_looked_or_cut_stands_in_the_log(alo: Node) -> None:
    [(first, _), *_] = days_of(alo)
    verify(alo)
    done(alo.use(auditing.make_checkpoint, commands.MakeCheckpoint()))
    cut(alo, before=first + 1)

    assert [event for (event,) in alo.rows("SELECT event FROM audit ORDER BY number")][-3:] == [
        "audit.verified",
        "audit.checkpoint",
        "audit.truncated",
    ]
