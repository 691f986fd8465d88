"""Looking at the clock, and asking a person when nobody knows which day it is (SPEC 3.4)."""

from typing import Final

from node import trusted_clock
from node.effects import Acting
from node.vault.records import Self
from node.vault.tables import upkeep
from node.vault.unit import Unit
from protocol import limits

_HELD: Final = "messages held for the clock"


def look(unit: Unit, *, me: Self, acting: Acting) -> bool:
    """Note the clock, if it is trusted.

    Returns:
        Whether what is held for the clock is to be judged again.
    """
    del me
    with unit.unseen():
        trusted_clock.note_time(unit, now=acting.now)
        if trusted_clock.is_in_doubt(unit, now=acting.now):
            upkeep.forget_done(unit.vault, _HELD)
            return False
        if not upkeep.is_due(unit.vault, _HELD, every_seconds=limits.HOUR, now=acting.now):
            return False
        upkeep.note_done(unit.vault, _HELD, now=acting.now)
        return True
