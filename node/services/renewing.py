"""What a node renews and lets go of by itself: its prekeys, week by week (SPEC 5)."""

from collections.abc import Sequence

from node import bundles, trusted_clock
from node.effects import Acting, audit
from node.vault.records import Self
from node.vault.tables import secrets, upkeep
from node.vault.unit import Unit
from protocol.prekeys import Route, is_renewal_due, may_destroy
from protocol.values import MailboxId


def renew_bundle(
    unit: Unit, *, me: Self, acting: Acting, routes: Sequence[Route] | None = None
) -> Self:
    """New prekeys and a new bundle for every peer, now: after a restore, or to move to other mailboxes.

    Args:
        unit: the transaction.
        me: this organisation, as the vault has it.
        acting: who acts, and when.
        routes: where peers leave what they send from now on; where they do now if left out.

    Returns:
        This organisation afterwards; whoever holds it in memory takes this one.
    """
    return bundles.renew(unit, me=me, acting=acting, routes=routes)


def renew_if_due(unit: Unit, *, me: Self, acting: Acting) -> Self | None:
    """The weekly renewal (R-115); None if it is not due."""
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    if not is_renewal_due(me.bundle, now=now):
        return None
    return bundles.renew(unit, me=me, acting=acting)


def note_emptied(unit: Unit, mailbox: MailboxId, *, acting: Acting) -> None:
    """Nothing was left in this mailbox: what a prekey was kept for has come. By a trusted clock only."""
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return
    with unit.unseen():
        upkeep.note_emptied(unit.vault, mailbox, now=acting.now)


def destroy_prekeys(unit: Unit, *, grace_seconds: int, acting: Acting) -> int:
    """Destroy the prekeys whose time is over (R-32), but none while the clock is in doubt (R-110).

    Returns:
        How many there were; what they opened can be read by nobody once this is committed.
    """
    now = acting.now
    ended = secrets.prekeys_that_ended(unit.keys, now=now)
    if not ended or trusted_clock.is_in_doubt(unit, now=now):
        return 0
    polled = upkeep.last_full_poll(unit.vault, now=now)
    over = [
        prekey
        for prekey, not_after in ended
        if may_destroy(
            not_after=not_after, grace_seconds=grace_seconds, now=now, last_full_poll=polled
        )
    ]
    if over:
        secrets.destroy_prekeys(unit.keys, over)
        unit.destroyed()
        audit(unit, "prekeys.destroyed", b"", acting=acting, details=str(len(over)))
    return len(over)
