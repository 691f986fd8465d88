"""One story with a real backup of both computers after each of twenty steps, and what the test knows of it.

What was written to whom is read from the envelopes that left, not from the rows of the nodes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.vault import journal
from protocol.codec import Value
from protocol.messages.core import Receipt
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support import backups
from tests.support import federation as federations
from tests.support.backups import Taken
from tests.support.federation import Federation, Node
from tests.support.forging import hash_of_consent
from tests.support.restored import HOUR
from tests.support.silence import ask
from tests.support.story import FACTS, Story, tell

POINTS: Final = 20
NAMES: Final = ("Alo Shelter", "Bandhan")
BUDGETS: Final = (b"how many came", b"how many are well")
HER_TOWN: Final = "যশোর"
"""What is told of the survivor who takes everything back, and of nobody else."""
OFFERED, ACCEPTED = 2, 6
"""The steps in which the survivor who stays was offered, and accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message of the story: who wrote it, what of, under which consent, and in which step it came."""

    sender: bytes
    message_id: bytes
    type: str
    thread: bytes
    consent: bytes | None
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The end of the story, every message of it, the backups after each of its steps, and what was spent.

    `spent` is how much of each budget both have spent on the way; `stick` is where the journals lie.
    """

    federation: Federation
    kept: Story
    withdrawn: Story
    written: list[Written]
    taken: dict[str, list[Taken]]
    spent: dict[bytes, int]
    stick: Path

    def from_to(self, sender: Node) -> list[Written]:
        """What one of the two wrote to the other."""
        return [one for one in self.written if one.sender == sender.node_id]

    def is_over(self, one: Written) -> bool:
        """Is it about the survivor who took everything back?"""
        return one.thread == self.withdrawn.thread or one.consent in self.consents(self.withdrawn)

    def consents(self, story: Story) -> set[bytes]:
        """What skeletons cite for the consents of one survivor."""
        names = [one for one in (story.consent, story.way_back) if one]
        return {bytes(hash_of_consent(story.alo, one)) for one in names}


def _steps(kept: Story, withdrawn: Story) -> list[Callable[[], object]]:
    """Two survivors: one goes the whole way and is asked after, the other says no after her dossier came."""
    return [
        lambda: kept.open_case(number="ALO-1"),
        kept.agree,
        kept.offer,
        lambda: withdrawn.open_case({**FACTS, "present_town": HER_TOWN}, number="ALO-2"),
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
        lambda: _ask_after(kept, 2),
        kept.arrive,
        lambda: withdrawn.withdraw(wanted=WithdrawalWanted.ERASE),
        lambda: _tell_how_she_is(kept),
        kept.settle,
        lambda: _ask_after(kept, 1),
    ]


def _spend(node: Node, stick: Path, record: Value) -> None:
    """Note what was spent, and copy the journal beside the backup that is made now."""
    own = node.folder / journal.FILE_NAME
    journal.append(own, record)
    journal.mark(own, made_at=node.now)
    journal.copy_beside(own, stick)


def left_in_journal(path: Path) -> dict[bytes, int]:
    """How much of each budget a journal says was spent."""
    sums: dict[bytes, int] = {}
    for record in journal.load(path).records:
        match record:
            case {0: 1, 1: bytes(budget), 2: int(amount)}:
                sums[budget] = sums.get(budget, 0) + amount
            case _:
                pass
    return sums


def _ask_after(story: Story, times: int) -> None:
    ask(story.alo, story.thread, times)
    story.settle()


def _tell_how_she_is(story: Story) -> None:
    story.settle()
    story.confirm()
    story.report()


@contextmanager
def told(template: Federation, folder: Path) -> Iterator[Told]:
    """Tell the story once, and take a backup of both after each step."""
    with federations.copied(template, folder / "federation") as made:
        kept, withdrawn = tell(made), tell(made)
        taken: dict[str, list[Taken]] = {name: [] for name in NAMES}
        left: list[int] = []
        spent: dict[bytes, int] = {}
        for name in NAMES:
            (folder / name).mkdir()
        for at, step in enumerate(_steps(kept, withdrawn)):
            step()
            left.append(len(made.sent))
            made.clock.forward(HOUR)
            budget, amount = BUDGETS[at % len(BUDGETS)], at + 1
            spent[budget] = spent.get(budget, 0) + amount
            for name, backups_of in taken.items():
                node, label = made[name], f"{name} {at}"
                _spend(node, folder / name, {0: 1, 1: budget, 2: amount})
                backups_of.append(backups.take(node.database, folder, now=node.now, name=label))
        assert len(left) == POINTS
        yield Told(
            federation=made,
            kept=kept,
            withdrawn=withdrawn,
            written=_written(made, left),
            taken=taken,
            spent=spent,
            stick=folder,
        )


def _written(made: Federation, left: list[int]) -> list[Written]:
    """Every message once, as its recipient could read its skeleton; receipts are said anew."""
    pair = {made[name].node_id for name in NAMES}
    found: dict[bytes, Written] = {}
    for number, sent in enumerate(made.sent):
        if not {sent.sender, sent.recipient} <= pair:
            continue
        skeleton = made.seen(sent).skeleton
        if skeleton.type != Receipt.TYPE:
            found.setdefault(
                bytes(skeleton.message_id),
                Written(
                    sender=bytes(skeleton.sender),
                    message_id=bytes(skeleton.message_id),
                    type=skeleton.type,
                    thread=bytes(skeleton.thread),
                    consent=None if skeleton.consent is None else bytes(skeleton.consent),
                    step=next(at for at, count in enumerate(left) if number < count),
                ),
            )
    return [*found.values()]
