"""Where we pick up changes once somebody was removed who knows where that is (R-170).

The former mailbox is served and emptied for 28 days more, for what was already under way, and then deleted.
A mailbox at a relay stays, and gets another deposit secret (R-251).
"""

from typing import Final

from node import bundles, trusted_clock
from node.effects import Acting, audit
from node.vault.records import OwnMailbox, Self
from node.vault.tables import charters, identity
from node.vault.unit import Unit
from protocol import limits
from protocol.keys import mailbox_id_of, new_signing_secret
from protocol.prekeys import Route
from protocol.values import MailboxId, instant, later

_DEPOSIT_SECRET_BYTES = 32
# Left while nobody knew which day it was: its 28 days begin when the clock is trusted.
_ONCE_TRUSTED: Final = instant(limits.INTEGER_MAX)
# Our own file can always be emptied.
_NEVER_DEAD: Final = instant(0)


def move_if_due(unit: Unit, *, me: Self, acting: Acting) -> Self | None:
    """A new mailbox with a new deposit secret, and a bundle that tells the others; None if none is due.

    Returns:
        This organisation afterwards; whoever holds it in memory takes this one.
    """
    if not charters.is_move_due(unit.vault):
        return None
    former = identity.current_mailbox(unit.vault)
    key = new_signing_secret(entropy=acting.entropy)
    mailbox = OwnMailbox(
        mailbox_id=mailbox_id_of(key.public),
        origin=former.origin,
        seed=key.seed,
        deposit_secret=acting.entropy(_DEPOSIT_SECRET_BYTES),
        is_local=True,
        ends=None,
        pin=former.pin,
    )
    is_sure = not trusted_clock.is_in_doubt(unit, now=acting.now)
    ends = later(acting.now, limits.FORMER_MAILBOX_SECONDS) if is_sure else _ONCE_TRUSTED
    identity.leave_mailboxes(unit.vault, ends=ends)
    identity.insert_mailbox(unit.vault, mailbox)
    for box in identity.load_mailboxes(unit.vault):
        if not box.is_local and box.is_made and box.ends is None:
            drawn = acting.entropy(_DEPOSIT_SECRET_BYTES)
            identity.owe_secret(unit.vault, box.mailbox_id, next_secret=drawn)
    charters.mark_moved(unit.vault)
    route = Route(
        origin=mailbox.origin,
        mailbox_id=mailbox.mailbox_id,
        deposit_secret=mailbox.deposit_secret,
        pin=mailbox.pin,
    )
    # Where nobody was told of our own mailbox, nobody is told of this one; those at relays stay.
    routes = [route if r.mailbox_id == former.mailbox_id else r for r in me.bundle.routes]
    audit(unit, "mailbox.moved", mailbox.mailbox_id, acting=acting)
    return bundles.renew(unit, me=me, acting=acting, routes=routes)


def ended(unit: Unit, *, acting: Acting) -> list[MailboxId]:
    """The mailboxes here that are to be deleted: 28 days over, emptied since, by a clock that is trusted."""
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return []
    with unit.unseen():
        # None has longer from now on, whatever a clock said when it was left.
        latest = later(acting.now, limits.FORMER_MAILBOX_SECONDS)
        identity.end_mailboxes_by(unit.vault, latest)
    return identity.ended_mailboxes(unit.vault, is_local=True, now=acting.now, dead=_NEVER_DEAD)


def forget(unit: Unit, *, mailbox: MailboxId, acting: Acting) -> None:
    """A mailbox that was left is deleted: nobody leaves anything there any more."""
    identity.delete_mailbox(unit.vault, mailbox)
    audit(unit, "mailbox.left", mailbox, acting=acting)
