"""What a node renews: its prekeys each week, by itself; its card once a year, by a person (SPEC 5, 11.1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from node import bundles, faults, trusted_clock
from node.effects import Acting, apply, audit
from node.vault.records import Peer, Self
from node.vault.tables import backups, desk, peers, secrets, terms, upkeep
from node.vault.unit import Unit
from protocol import limits
from protocol.cards import encode_card, follows, next_card, read_card
from protocol.effects import Send, Task, Urgency
from protocol.keys import key_id_of, new_signing_secret
from protocol.labels import Kind
from protocol.local import commands, views
from protocol.local.fitting import View
from protocol.local.views import No, Refused, refused
from protocol.messages.core import CardUpdate
from protocol.prekeys import Route, is_renewal_due, may_destroy
from protocol.signing import Signature, gather, sign
from protocol.values import Instant, MailboxId, NodeId, later

_CARD_TASKS: Final = (Task.CARD_ENDING, Task.CARD_OVER)


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
    """The weekly renewal (R-115); None if it is not due, or a restored node has not begun yet."""
    if backups.restore_to_begin(unit.vault) is not None:
        return None
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

    Where the charter asks for the high risk profile, they are kept no longer than that allows (R-200).

    Returns:
        How many there were; what they opened can be read by nobody once this is committed.
    """
    now = acting.now
    if terms.is_risk_high(unit.vault):
        grace_seconds = min(grace_seconds, limits.PREKEY_GRACE_SECONDS_HIGH_RISK)
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
        faults.point("prekeys.before_commit")
    return len(over)


def show_card(_unit: Unit, _command: commands.ShowCard, /, *, me: Self, acting: Acting) -> View:
    """Our card as partners have it."""
    del acting
    return views.CardView(
        sequence=me.card.sequence,
        name=me.card.display_name,
        created=me.card.created,
        expires=me.card.expires,
        former_key_is_kept=me.former is not None,
    )


def prepare_card(
    unit: Unit, _command: commands.PrepareCard, /, *, me: Self, acting: Acting
) -> views.CardDraft:
    """Make a new signing key, and the card for it that the root of the paper sheet has to sign.

    The root never comes here: whoever has the words signs the draft, and brings the signature.
    """
    signing = new_signing_secret(entropy=acting.entropy)
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    card = next_card(me.card, signing=signing.public, now=now)
    draft = upkeep.CardDraft(signing=signing, body=encode_card(card))
    upkeep.save_card_draft(unit.vault, draft, now=acting.now)
    audit(unit, "card.prepared", me.node_id, acting=acting)
    return views.CardDraft(body=draft.body)


def renew_card(
    unit: Unit, command: commands.RenewCard, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Take the signature of the root: from now on the new signing key is ours, and every peer is told.

    Raises:
        RemoteProtocolError: E_SIG if it was not our root that signed the draft.
    """
    draft = upkeep.find_card_draft(unit.vault)
    if draft is None:
        return refused(No.NOT_FOUND)
    if me.former is not None and upkeep.has_unsent(unit.vault, CardUpdate.TYPE):
        # Partners would hear of a card whose signing key they never knew.
        return refused(No.WRONG_STATE)
    signing = draft.signing
    own = sign(Kind.CARD, draft.body, secrets=[signing]).signatures
    root = Signature(key_id=key_id_of(me.root), raw=command.signature)
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    card, signed = read_card(gather(Kind.CARD, draft.body, [root, *own]).raw, now=now)
    follows(card, held=me.card)
    until = later(now, limits.SIGNING_KEY_OVERLAP_SECONDS)
    upkeep.take_card(unit.vault, card, signed, signing=signing, until=until)
    unit.destroyed()
    me = replace(me, card=card, signed_card=signed, signing=signing, former=me.signing)
    _tell_card(unit, me, [peer.node_id for peer in _partners(unit)], acting=acting)
    bundles.renew(unit, me=me, acting=acting)
    for task in _CARD_TASKS:
        desk.finish_peer_tasks(
            unit.vault, task=task.value, peer=me.node_id, by=acting.actor, now=acting.now
        )
    audit(unit, "card.renewed", me.node_id, acting=acting)
    return views.Done()


def _partners(unit: Unit) -> list[Peer]:
    return [peer for peer in peers.load_peers(unit.vault) if peer.status != "removed"]


def _tell_card(unit: Unit, me: Self, to: Sequence[NodeId], *, acting: Acting) -> None:
    update = CardUpdate(card=me.signed_card.raw)
    at_once = Urgency.AT_ONCE
    sends = [
        Send(message=update, to=peer, thread=None, reply_to=None, urgency=at_once) for peer in to
    ]
    apply(sends, unit, acting=acting)


def look_after_card(unit: Unit, *, me: Self, acting: Acting) -> bool:
    """Remind of the card that ends, tell it again where it came too late, and let the former key go.

    Returns:
        Whether this organisation is to be read again, because its former key is gone.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return False
    _remind(unit, me, now=acting.now)
    _tell_card(unit, me, upkeep.cards_that_came_too_late(unit.vault), acting=acting)
    until = upkeep.former_key_until(unit.vault)
    if until is None or acting.now < until:
        return False
    partners = _partners(unit)
    if any(upkeep.awaits_card(unit.vault, each.node_id, card=me.card) for each in partners):
        return False
    upkeep.drop_former_key(unit.vault)
    unit.destroyed()
    audit(unit, "key.former_dropped", me.node_id, acting=acting)
    return True


def _remind(unit: Unit, me: Self, *, now: Instant) -> None:
    ends = me.card.expires
    if now < later(ends, -limits.CARD_REMINDER_SECONDS):
        return
    task = Task.CARD_ENDING if now < ends else Task.CARD_OVER
    desk.insert_task(unit.vault, task=task.value, peer=me.node_id, thread=None, due=ends, now=now)
