"""Where partners leave what they send us: our own mailbox, mailboxes that relays keep for us, or none at all.

What `federation.toml` says is brought into the vault here, and into a new bundle when it changed. A mailbox
at a relay is in the vault first, then at the relay, then in the bundle; none is told of that is not there.
So is a new deposit secret, and the end of the former one (R-251).
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node import bundles, trusted_clock
from node.effects import Acting, audit
from node.vault.records import OwnMailbox, Self
from node.vault.tables import backups, identity
from node.vault.unit import Unit
from protocol import limits
from protocol.keys import mailbox_id_of, new_signing_secret
from protocol.prekeys import Route
from protocol.values import MailboxId, address, instant, later

_SECRET_BYTES: Final = 32
# Taken while nobody knew which day it was: the 28 days of the former one begin when the clock is trusted.
_ONCE_TRUSTED: Final = instant(limits.INTEGER_MAX)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """With which deposit secrets a relay is to let deposit into a mailbox of ours, and with no other."""

    box: OwnMailbox
    current: bytes = field(repr=False)
    previous: bytes | None = field(repr=False)


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


def secrets_to_tell(unit: Unit, *, acting: Acting) -> list[Secrets]:
    """What each relay has to know by now, whether or not it was told already.

    A former secret ends by a clock that is trusted only, and then 28 days later at the latest.
    """
    is_sure = not trusted_clock.is_in_doubt(unit, now=acting.now)
    if is_sure:
        with unit.unseen():
            latest = later(acting.now, limits.FORMER_MAILBOX_SECONDS)
            identity.end_secrets_by(unit.vault, latest)
    boxes = identity.load_mailboxes(unit.vault)
    return [
        _secrets(box, is_sure=is_sure, acting=acting)
        for box in boxes
        if not box.is_local and box.is_made and box.ends is None
    ]


def _secrets(box: OwnMailbox, *, is_sure: bool, acting: Acting) -> Secrets:
    if box.next_secret is not None:
        return Secrets(box=box, current=box.next_secret, previous=box.deposit_secret)
    is_over = is_sure and box.former_until is not None and box.former_until <= acting.now
    previous = None if is_over else box.former_secret
    return Secrets(box=box, current=box.deposit_secret, previous=previous)


def note_told(unit: Unit, told: Secrets, *, acting: Acting) -> None:
    """The relay knows them: what is new about them holds from now on."""
    mailbox = told.box.mailbox_id
    if told.current != told.box.deposit_secret:
        is_sure = not trusted_clock.is_in_doubt(unit, now=acting.now)
        until = later(acting.now, limits.FORMER_MAILBOX_SECONDS) if is_sure else _ONCE_TRUSTED
        identity.take_next_secret(unit.vault, mailbox, until=until)
        audit(unit, "mailbox.secret_changed", mailbox, acting=acting)
    elif told.previous is None and told.box.former_secret is not None:
        identity.drop_former_secret(unit.vault, mailbox)
        audit(unit, "mailbox.secret_ended", mailbox, acting=acting)


def given_up(unit: Unit, *, acting: Acting) -> list[OwnMailbox]:
    """Those at relays that are to be deleted there (R-252): over and found empty since, or out of reach.

    By a clock that is trusted. A relay that was not reached for as long as it keeps an envelope has nothing
    of ours any more.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return []
    dead = later(acting.now, -limits.MAILBOX_TTL_SECONDS)
    over = identity.ended_mailboxes(unit.vault, is_local=False, now=acting.now, dead=dead)
    return [box for box in identity.load_mailboxes(unit.vault) if box.mailbox_id in over]


def is_out_of_reach(box: OwnMailbox, *, acting: Acting) -> bool:
    """Is a mailbox that was given up not asked for again, whatever its relay says?"""
    dead = later(acting.now, -limits.MAILBOX_TTL_SECONDS)
    return box.ends is not None and box.ends <= dead


def forget(unit: Unit, mailbox: MailboxId, *, is_deleted: bool, acting: Acting) -> None:
    """A mailbox that was given up is no more, or its relay is out of reach for good."""
    identity.delete_mailbox(unit.vault, mailbox)
    audit(unit, "mailbox.left" if is_deleted else "mailbox.lost", mailbox, acting=acting)


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
