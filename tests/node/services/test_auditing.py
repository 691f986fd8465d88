"""Whatever was changed in the log before a head that others hold is found; what only we vouch for is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node.services import auditing
from node.vault.tables import audit as log
from protocol.audit import Checkpoint, checkpoint_body, parse_checkpoint
from protocol.keys import signing_secret
from protocol.labels import Kind
from protocol.local import commands
from protocol.signing import parse as parse_signed
from protocol.signing import sign
from protocol.signing import verify as verify_signature
from protocol.skeleton import DayHead
from protocol.values import digest, sha256
from tests.support import federation as federations
from tests.support.auditing import (
    DAY,
    change,
    days_of,
    held_heads,
    lived,
    say_something,
    verify,
    write_anew,
    write_entries,
)
from tests.support.federation import Federation, Node, code_of, done

# Before the last day of which two peers hold the head, and before the day that is not over.
EDIT: Final = "UPDATE audit SET event = 'nothing.happened' WHERE number = 7"
REORDER: Final = (
    "UPDATE audit SET number = -7 WHERE number = 7",
    "UPDATE audit SET number = 7 WHERE number = 8",
    "UPDATE audit SET number = 8 WHERE number = -7",
)
DELETE: Final = "DELETE FROM audit WHERE number = 7"
TRUNCATE: Final = "DELETE FROM audit WHERE number > 12"


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


def test_a_log_that_nobody_changed_is_whole_and_says_how_far_others_vouch_for_it(
    alo: Node, witnessed: list[bytes]
) -> None:
    write_entries(alo, 4)
    report = verify(alo, heads=witnessed)
    [(last, number)] = alo.rows(
        "SELECT day, last_number FROM audit_days ORDER BY day DESC LIMIT 1"
    )
    [(after,)] = alo.rows(
        "SELECT count(*) FROM audit WHERE number > ? AND event != 'audit.verified'", number
    )

    assert report.is_whole
    assert {one.comparison for one in report.compared} == {"fits"}
    assert (report.witnesses, report.witnessed_day) == (2, last)
    assert report.unwitnessed == after
    assert report.broken_entry is report.broken_day is report.broken_details is None


@pytest.mark.parametrize(
    "statements",
    [(EDIT,), (DELETE,), (TRUNCATE,), REORDER],
    ids=["edit", "delete", "end", "order"],
)
def test_an_edit_a_deletion_a_cut_and_another_order_are_found_in_the_log_itself(
    alo: Node, statements: tuple[str, ...]
) -> None:
    change(alo, *statements)
    report = verify(alo)

    assert not report.is_whole
    assert report.broken_day is not None


@pytest.mark.parametrize("statement", [EDIT, DELETE, TRUNCATE], ids=["edit", "delete", "end"])
def test_a_log_that_was_written_anew_from_end_to_end_is_found_by_the_heads_of_two_peers(
    alo: Node, witnessed: list[bytes], statement: str
) -> None:
    change(alo, statement)
    write_anew(alo)
    alone, compared = verify(alo), verify(alo, heads=witnessed)

    # By itself it looks whole; only others know better.
    assert alone.is_whole
    assert not compared.is_whole
    assert [one.comparison for one in compared.compared] == ["differs", "differs"]
    assert compared.broken_day == max(one.day or 0 for one in compared.compared)


def test_heads_that_were_taken_off_together_with_the_log_are_missed(
    alo: Node, witnessed: list[bytes]
) -> None:
    change(
        alo,
        "DELETE FROM shared_heads",
        "DELETE FROM audit WHERE number > (SELECT last_number FROM audit_days ORDER BY day LIMIT 1)",
        "DELETE FROM audit_details WHERE number > (SELECT max(number) FROM audit)",
        "DELETE FROM audit_days WHERE day > (SELECT min(day) FROM audit_days)",
    )
    alo.ahead = -2 * DAY
    report = verify(alo, heads=witnessed)

    assert {one.comparison for one in report.compared} == {"missing"}
    assert not report.is_whole


def test_what_was_written_after_the_last_head_nobody_else_can_vouch_for(
    alo: Node, witnessed: list[bytes]
) -> None:
    write_entries(alo, 3)
    change(
        alo,
        "DELETE FROM audit WHERE number > (SELECT max(number) - 2 FROM audit)",
        "DELETE FROM audit_details WHERE number > (SELECT max(number) FROM audit)",
    )
    report = verify(alo, heads=witnessed)

    assert report.is_whole
    assert report.unwitnessed > 0


def test_a_log_whose_texts_were_erased_verifies_and_one_whose_text_was_changed_does_not(
    alo: Node, witnessed: list[bytes]
) -> None:
    change(alo, "DELETE FROM audit_details WHERE number < 6")
    erased = verify(alo, heads=witnessed)
    change(alo, "UPDATE audit_details SET details = 'another one' WHERE number = 9")
    changed = verify(alo, heads=witnessed)

    assert (erased.is_whole, erased.broken_details) == (True, None)
    assert (changed.is_whole, changed.broken_details) == (False, 9)


def test_after_a_restore_the_next_entry_is_restore_and_the_days_that_were_lost_are_explained(
    alo: Node, witnessed: list[bytes]
) -> None:
    [(first, link), *_] = days_of(alo)
    change(
        alo,
        "DELETE FROM shared_heads",
        "DELETE FROM audit WHERE number > (SELECT last_number FROM audit_days ORDER BY day LIMIT 1)",
        "DELETE FROM audit_details WHERE number > (SELECT max(number) FROM audit)",
        "DELETE FROM audit_days WHERE day > (SELECT min(day) FROM audit_days)",
    )
    acting = alo.acting()
    alo.write(
        lambda unit: log.append_restore(
            unit.vault,
            actor=acting.actor,
            epoch=alo.now,
            head=DayHead(day=first, hash=link),  # type: ignore[arg-type]  # as it stands in the vault
            now=alo.now,
            entropy=acting.entropy,
        )
    )
    write_entries(alo, 1)
    report = verify(alo, heads=witnessed)
    rows = alo.rows("SELECT epoch, event FROM audit ORDER BY number DESC LIMIT 3")

    assert {one.comparison for one in report.compared} == {"restored"}
    assert not report.is_whole
    assert report.broken_entry is report.broken_day is None
    assert rows[1:] == [(alo.now, "case.read"), (alo.now, "restore")]


# What is given from outside


@pytest.mark.parametrize("raw", [b"", b"\x80", b"no signed object", bytes(400)])
def test_what_is_no_head_of_ours_vouches_for_nothing(alo: Node, raw: bytes) -> None:
    report = verify(alo, heads=[raw])
    [one] = [one for one in report.compared if one.comparison != "fits"]

    assert (one.comparison, one.day, one.holder) == ("not_ours", None, "")
    assert not report.is_whole


@pytest.mark.parametrize(("fits", "comparison"), [(True, "fits"), (False, "not_ours")])
def test_a_checkpoint_under_a_key_that_is_no_longer_ours_may_fit_and_vouches_for_nothing(
    alo: Node, *, fits: bool, comparison: str
) -> None:
    day, link = days_of(alo)[-1]
    head = DayHead(day=day, hash=digest(link) if fits else sha256(b"another one"))
    body = checkpoint_body(Checkpoint(node=alo.node_id, head=head, at=alo.now))
    key = signing_secret(b"a key of years ago, not ours now")
    change(alo, "DELETE FROM shared_heads")
    report = verify(alo, heads=[sign(Kind.CHECKPOINT, body, secrets=[key]).raw])

    assert [one.comparison for one in report.compared] == [comparison]
    assert (report.is_whole, report.witnessed_day) == (fits, None)


def test_the_heads_of_another_node_are_not_ours(federation: Federation, alo: Node) -> None:
    bandhan = federation["Bandhan"]
    federation.clock.forward(DAY)
    say_something(bandhan, alo.node_id)
    federation.settle_all()
    report = verify(alo, heads=held_heads(alo, bandhan))

    assert [one.comparison for one in report.compared if one.comparison != "fits"] == ["not_ours"]


def test_a_checkpoint_is_signed_and_fits_the_log_it_was_made_of(alo: Node) -> None:
    made = done(alo.use(auditing.make_checkpoint, commands.MakeCheckpoint()))
    signed = parse_signed(made.signed, kind=Kind.CHECKPOINT)
    verify_signature(signed, keys=[alo.me.signing.public])
    checkpoint, last = parse_checkpoint(signed), days_of(alo)[-1]
    write_entries(alo, 2)
    fitting = verify(alo, heads=[made.signed])
    change(
        alo,
        "UPDATE audit_days SET hash = zeroblob(32) WHERE day = (SELECT max(day) FROM audit_days)",
    )
    broken = verify(alo, heads=[made.signed])

    assert (checkpoint.node, checkpoint.head.day, checkpoint.head.hash) == (alo.node_id, *last)
    assert fitting.is_whole
    assert not broken.is_whole


def test_a_node_of_which_no_day_is_over_has_no_checkpoint(
    acquainted: Federation, tmp_path: Path
) -> None:
    with federations.copied(acquainted, tmp_path / "fresh") as fresh:
        made = fresh["Bandhan"].use(auditing.make_checkpoint, commands.MakeCheckpoint())

    assert code_of(made) == "not_found"


def test_nobody_holds_heads_of_a_node_that_is_not_known(alo: Node) -> None:
    command = commands.ExportHeads(peer=bytes(32))

    assert code_of(alo.use(auditing.export_heads, command)) == "not_found"
