"""Where partners leave what they send us: our own mailbox, mailboxes that relays keep for us, or none at all.

What `federation.toml` says is brought into the vault here, and into a new bundle when it changed. A mailbox
at a relay is in the vault first, then at the relay, then in the bundle; none is told of that is not there.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node import bundles
from node.effects import Acting, audit
from node.vault.records import OwnMailbox, Self
from node.vault.tables import backups, identity
from node.vault.unit import Unit
from protocol import limits
from protocol.keys import mailbox_id_of, new_signing_secret
from protocol.prekeys import Route
from protocol.values import MailboxId, address, later

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the settings say.

    Attributes:
        own: where others reach our own mailbox; None if they do not.
        relays: the addresses of the relays, the first to be tried first.
        pins: of the keys behind those of all these addresses for which one is set.
    """

    own: str | None
    relays: tuple[str, ...]
    pins: Mapping[str, bytes]


def arrange(unit: Unit, wanted: Wanted, *, acting: Acting) -> list[OwnMailbox]:
    """Have a mailbox for each relay, and leave those at others.

    Returns:
        Those that the relay has still to make.
    """
    held = [box for box in identity.load_mailboxes(unit.vault) if box.ends is None]
    at_relays = {box.origin: box for box in held if not box.is_local}
    for origin in wanted.relays:
        if origin not in at_relays:
            at_relays[origin] = _begin(unit, origin, pin=wanted.pins.get(origin), acting=acting)
    _leave(unit, [box for box in at_relays.values() if box.origin not in wanted.relays], acting)
    _set_pins(unit, at_relays, wanted)
    own = identity.current_mailbox(unit.vault)
    if wanted.own is not None and own.origin != wanted.own:
        identity.set_origin(unit.vault, own.mailbox_id, origin=address(wanted.own))
    if wanted.own is not None and own.pin != wanted.pins.get(wanted.own):
        identity.set_pin(unit.vault, own.mailbox_id, pin=wanted.pins.get(wanted.own))
    return [at_relays[origin] for origin in wanted.relays if not at_relays[origin].is_made]


def _begin(unit: Unit, origin: str, *, pin: bytes | None, acting: Acting) -> OwnMailbox:
    key = new_signing_secret(entropy=acting.entropy)
    box = OwnMailbox(
        mailbox_id=mailbox_id_of(key.public),
        origin=address(origin),
        seed=key.seed,
        deposit_secret=acting.entropy(_SECRET_BYTES),
        is_local=False,
        ends=None,
        is_made=False,
        pin=pin,
    )
    identity.insert_mailbox(unit.vault, box)
    audit(unit, "mailbox.begun", box.mailbox_id, acting=acting)
    return box


def _set_pins(unit: Unit, at_relays: dict[str, OwnMailbox], wanted: Wanted) -> None:
    for origin in wanted.relays:
        box, pin = at_relays[origin], wanted.pins.get(origin)
        if box.pin != pin:
            identity.set_pin(unit.vault, box.mailbox_id, pin=pin)
            at_relays[origin] = dataclasses.replace(box, pin=pin)


def _leave(unit: Unit, boxes: Collection[OwnMailbox], acting: Acting) -> None:
    for box in boxes:
        ends = later(acting.now, limits.FORMER_MAILBOX_SECONDS)
        identity.leave_relay(unit.vault, box.mailbox_id, ends=ends)
        audit(unit, "mailbox.given_up", box.mailbox_id, acting=acting)


def note_made(unit: Unit, mailbox: MailboxId, *, acting: Acting) -> None:
    """The relay has made it."""
    identity.mark_made(unit.vault, mailbox)
    audit(unit, "mailbox.made", mailbox, acting=acting)


def tell_if_changed(unit: Unit, wanted: Wanted, *, me: Self, acting: Acting) -> Self | None:
    """A new bundle, where the one that partners have does not say where to leave what they send.

    Returns:
        This organisation afterwards; None if nothing changed, or a restored node has not begun yet.
    """
    if backups.restore_to_begin(unit.vault) is not None:
        return None
    routes = _routes(identity.load_mailboxes(unit.vault), wanted)
    if routes == list(me.bundle.routes):
        return None
    return bundles.renew(unit, me=me, acting=acting, routes=routes)


def _routes(boxes: Sequence[OwnMailbox], wanted: Wanted) -> list[Route]:
    """Our own mailbox first, then the relays in the order of the settings."""
    told = [box for box in boxes if box.is_local and box.ends is None and wanted.own is not None]
    by_origin = {box.origin: box for box in boxes if not box.is_local and box.ends is None}
    told += [
        by_origin[origin]
        for origin in wanted.relays
        if origin in by_origin and by_origin[origin].is_made
    ]
    return [
        Route(
            origin=box.origin,
            mailbox_id=box.mailbox_id,
            deposit_secret=box.deposit_secret,
            pin=box.pin,
        )
        for box in told
    ]
