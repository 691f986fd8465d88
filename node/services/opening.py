"""Setting a node up, knowing its people, and what is read when the vault opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from node import bundles
from node.effects import NODE_ITSELF, Acting, audit
from node.vault.keyring import SLOTS, Kind, Owner, spelled
from node.vault.records import OwnMailbox, Self, User
from node.vault.tables import identity, secrets
from node.vault.unit import Unit
from protocol import limits
from protocol.cards import Card, Suspend, sign_card, sign_suspend
from protocol.keys import (
    PrekeySecret,
    SigningSecret,
    mailbox_id_of,
    new_signing_secret,
    node_id_of,
)
from protocol.local import views
from protocol.local.views import No, Refused, refused
from protocol.prekeys import Bundle, Route, sign_bundle
from protocol.signing import Signed
from protocol.values import (
    Entropy,
    Instant,
    PlainText,
    PrekeyId,
    address,
    later,
    pseudonym,
)
from protocol.vocabulary.codes import Country, Role

_DEPOSIT_SECRET_BYTES = 32
_FIRST_CARD = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a new node begins with. `origin` is where peers reach its mailbox."""

    display_name: PlainText
    country: Country
    origin: str
    is_demo: bool
    user_name: PlainText
    user: Owner
    recovery: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was made, for the papers: the card, and the suspend signed beforehand by the root."""

    me: Self
    mailbox: OwnMailbox
    suspend: Signed = field(repr=False)


def begin(
    unit: Unit, beginning: Beginning, *, root: SigningSecret, now: Instant, entropy: Entropy
) -> Begun:
    """Make everything a new node has. The root key is used here and kept nowhere."""
    signing = new_signing_secret(entropy=entropy)
    mailbox = _mailbox(beginning.origin, entropy=entropy)
    card = Card(
        node_id=node_id_of(root.public),
        root=root.public,
        signing=signing.public,
        sequence=_FIRST_CARD,
        created=now,
        expires=later(now, limits.CARD_LIFE_SECONDS),
        display_name=beginning.display_name,
        country=beginning.country,
    )
    bundle = _bundle(unit, card, mailbox, now=now, entropy=entropy)
    me = Self(
        node_id=card.node_id,
        root=root.public,
        signing=signing,
        signed_card=sign_card(card, root=root, signing=signing),
        card=card,
        signed_bundle=sign_bundle(bundle, signing=signing),
        bundle=bundle,
        is_demo=beginning.is_demo,
        latest_seen=now,
    )
    identity.insert_self(unit.vault, me, now=now)
    identity.insert_mailbox(unit.vault, mailbox)
    _first_people(unit, beginning, now=now, entropy=entropy)
    acting = Acting(actor=NODE_ITSELF, now=now, entropy=entropy)
    audit(unit, "node.begun", me.node_id, acting=acting)
    suspend = Suspend(node_id=me.node_id, card_sequence=card.sequence, at=None, reason=0)
    return Begun(me=me, mailbox=mailbox, suspend=sign_suspend(suspend, by=root))


def _mailbox(origin: str, *, entropy: Entropy) -> OwnMailbox:
    key = new_signing_secret(entropy=entropy)
    return OwnMailbox(
        mailbox_id=mailbox_id_of(key.public),
        origin=address(origin),
        seed=key.seed,
        deposit_secret=entropy(_DEPOSIT_SECRET_BYTES),
        is_local=True,
        ends=None,
    )


def _bundle(
    unit: Unit, card: Card, mailbox: OwnMailbox, *, now: Instant, entropy: Entropy
) -> Bundle:
    # A clock that runs a little behind ours must find a slice too.
    start = later(now, -limits.CLOCK_SKEW_SECONDS)
    slices = bundles.make_slices(unit, start=start, count=limits.PREKEY_SLICES, entropy=entropy)
    route = Route(
        origin=mailbox.origin,
        mailbox_id=mailbox.mailbox_id,
        deposit_secret=mailbox.deposit_secret,
        pin=None,
    )
    return Bundle(
        node_id=card.node_id,
        generation=now,
        created=now,
        expires=slices[-1].not_after,
        slices=tuple(slices),
        routes=(route,),
        card_sequence=card.sequence,
    )


def _first_people(unit: Unit, beginning: Beginning, *, now: Instant, entropy: Entropy) -> None:
    for owner in (beginning.user, beginning.recovery):
        identity.insert_slot(
            unit.vault, slot_id=owner.slot_id, kind=int(owner.kind), public=owner.public
        )
    user = User(
        user_id=pseudonym(entropy(16)),
        name=beginning.user_name,
        role=Role.SUPERVISOR,
        slot_id=beginning.user.slot_id,
        made_at=now,
        made_by=None,
        is_active=True,
    )
    identity.insert_user(unit.vault, user)


def load_me(unit: Unit) -> Self:
    """This organisation."""
    return identity.load_self(unit.vault)


def load_prekeys(unit: Unit) -> Mapping[PrekeyId, PrekeySecret]:
    """The live prekeys."""
    return secrets.load_prekeys(unit.keys)


def load_mailboxes(unit: Unit) -> list[OwnMailbox]:
    """Where this node picks up."""
    return identity.load_mailboxes(unit.vault)


def enter(unit: Unit, slot_id: bytes, *, acting: Acting) -> User | None:
    """Who it is that opened the vault; None for a slot that is nobody's, such as the recovery sheet."""
    user = identity.user_by_slot(unit.vault, slot_id)
    actor = NODE_ITSELF if user is None else user.user_id
    audit(
        unit,
        "vault.unlocked",
        slot_id,
        acting=Acting(actor=actor, now=acting.now, entropy=acting.entropy),
    )
    return user


def add_user(
    unit: Unit, *, name: PlainText, role: Role, owner: Owner, acting: Acting
) -> views.Done | Refused:
    """Add a person; the keyring is sealed anew by the caller, from `owners`."""
    # Spelled alike, two people would be one to the keyring; and the history knows people by their names.
    if spelled(name) in {spelled(other) for other in identity.load_names(unit.vault)}:
        return refused(No.ALREADY_THERE)
    if len(identity.load_slots(unit.vault)) >= SLOTS:
        return refused(No.NO_ROOM)
    identity.insert_slot(
        unit.vault, slot_id=owner.slot_id, kind=int(owner.kind), public=owner.public
    )
    user = User(
        user_id=pseudonym(acting.entropy(16)),
        name=name,
        role=role,
        slot_id=owner.slot_id,
        made_at=acting.now,
        made_by=acting.actor,
        is_active=True,
    )
    identity.insert_user(unit.vault, user)
    identity.owe_keyring(unit.vault)
    audit(unit, "user.added", user.user_id, acting=acting, details=role.value)
    return views.Done(ref=user.user_id)


def owners(unit: Unit) -> list[Owner]:
    """Everybody who has a slot of the keyring."""
    return [
        Owner(slot_id=slot_id, kind=Kind(kind), public=public)
        for slot_id, kind, public in identity.load_slots(unit.vault)
    ]


def is_keyring_owed(unit: Unit) -> bool:
    """Did a crash leave the keyring behind the vault?"""
    return identity.is_keyring_owed(unit.vault)


def pay_keyring(unit: Unit) -> None:
    """The keyring was written."""
    identity.pay_keyring(unit.vault)


def list_users(unit: Unit) -> views.Users:
    """Who may open this node."""
    return views.Users(
        users=[
            views.UserView(user_id=user.user_id, name=user.name, role=user.role.value)
            for user in identity.load_active_users(unit.vault)
        ]
    )
