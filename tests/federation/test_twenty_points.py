"""One story, a backup after each of twenty steps, the laptop lost at the end: restored from any."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.services import reading
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support import federation as federations
from tests.support.federation import Federation, Node
from tests.support.restoring import confirm, restore, save, waits
from tests.support.story import Story, tell

POINTS = 20
HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The end of the story, and what stood at Bandhan and at Alo after each of its steps."""

    federation: Federation
    kept: Story
    withdrawn: Story
    saved: dict[str, list[Path]]


def _steps(kept: Story, withdrawn: Story) -> list[Callable[[], object]]:
    """Two survivors: one goes the whole way, the other says no after her dossier arrived."""
    return [
        lambda: kept.open_case(number="ALO-1"),
        kept.agree,
        kept.offer,
        lambda: withdrawn.open_case(number="ALO-2"),
        kept.settle,
        withdrawn.agree,
        kept.accept,
        withdrawn.offer,
        kept.settle,
        kept.agree_way_back,
        withdrawn.accept,
        kept.dossier,
        kept.settle,
        withdrawn.dossier,
        withdrawn.settle,
        kept.arrive,
        lambda: withdrawn.withdraw(wanted=WithdrawalWanted.ERASE),
        kept.settle,
        kept.confirm,
        kept.settle,
    ]


@pytest.fixture(scope="module")
def told(acquainted: Federation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("twenty")
    with federations.copied(acquainted, folder / "federation") as made:
        kept, withdrawn = tell(made), tell(made)
        saved: dict[str, list[Path]] = {"Alo Shelter": [], "Bandhan": []}
        steps = _steps(kept, withdrawn)
        assert len(steps) == POINTS
        for at, step in enumerate(steps):
            step()
            made.clock.forward(HOUR)
            for name, paths in saved.items():
                paths.append(save(made[name], folder / f"{name} {at}"))
        yield Told(federation=made, kept=kept, withdrawn=withdrawn, saved=saved)


def readable(node: Node) -> list[bytes]:
    """The threads in which something personal may be opened at a node."""
    rows = node.rows(
        "SELECT peer, message_id, thread FROM messages WHERE consent IS NOT NULL"
        " AND type != 'consent.copy/1'"
    )
    opened = []
    for peer, message, thread in rows:
        command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
        if isinstance(node.use(reading.read_message, command), views.MessageView):
            opened.append(thread)
    return opened


def resume(made: Federation, lost: Node, other: Node) -> None:
    made.settle_all()
    confirm(other, lost)
    made.settle_all()
    # What was left for a day without an answer is left again.
    made.clock.forward(25 * HOUR)
    made.settle_all()


@pytest.mark.parametrize("point", range(POINTS))
def test_the_asked_side_restored_from_any_point_has_everything_back_but_what_was_withdrawn(
    told: Told, tmp_path: Path, point: int
) -> None:
    with federations.copied(told.federation, tmp_path / "federation") as made:
        alo, bandhan = made["Alo Shelter"], made["Bandhan"]
        restore(made, bandhan, told.saved["Bandhan"][point])
        resume(made, bandhan, alo)

        assert readable(bandhan) == [told.kept.thread]
        assert bandhan.rows(
            "SELECT count(*) FROM tombstones WHERE consent_id = ?", told.withdrawn.consent
        ) == [(1,)]
        states = dict(bandhan.rows("SELECT thread, state FROM referrals"))
        assert states[told.kept.thread] in ("dossier_sent", "arrived")
        # An offer under a consent that is over does not come again, and where it stands nobody answers it.
        assert states.get(told.withdrawn.thread) in (None, "offered", "accepted", "withdrawn")
        assert waits(bandhan, alo) == waits(alo, bandhan) == (False, False)
        assert bandhan.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []
        assert alo.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []


@pytest.mark.parametrize("point", range(POINTS))
def test_the_referring_side_restored_from_any_point_revives_nothing_and_freezes_nothing(
    told: Told, tmp_path: Path, point: int
) -> None:
    with federations.copied(told.federation, tmp_path / "federation") as made:
        alo, bandhan = made["Alo Shelter"], made["Bandhan"]
        restore(made, alo, told.saved["Alo Shelter"][point])
        resume(made, alo, bandhan)

        known = alo.rows("SELECT 1 FROM consents WHERE consent_id = ?", told.withdrawn.consent)
        ended = alo.rows(
            "SELECT 1 FROM consent_events WHERE consent_id = ? AND event = 'withdrawn'",
            told.withdrawn.consent,
        )
        assert bool(known) == bool(ended)
        assert alo.rows(
            "SELECT state FROM listed_consents WHERE consent_id = ?", told.withdrawn.consent
        ) == [(4,)]
        assert bandhan.rows("SELECT state FROM referrals WHERE thread = ?", told.kept.thread) == [
            ("arrived",)
        ]
        assert readable(bandhan) == [told.kept.thread]
        assert alo.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []
        assert bandhan.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []
        assert (
            alo.rows(
                "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
                " AND type != 'receipt/1'"
            )
            == []
        )
