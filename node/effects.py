"""Carries out what a rule obliges the node to do, inside the transaction of the use case.

Nothing here decides: each effect is one or two writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from node.vault.records import OutboxItem
from node.vault.tables import consents, desk, disclosures, messages, outbox, own_files, secrets
from node.vault.tables.audit import AuditEntry, append
from node.vault.tables.own_files import OwnFile
from node.vault.unit import Unit
from protocol import limits
from protocol.delivery import OutboxState
from protocol.disclosure import content_hash
from protocol.effects import (
    Bury,
    CancelUnsent,
    Effect,
    Erase,
    Lock,
    Remind,
    Send,
    SendAbout,
    Urgency,
    Withhold,
)
from protocol.messages.consent import ConsentWithdrawn
from protocol.messages.union import encode_content, encode_payload
from protocol.sealing import encrypt_at_rest
from protocol.values import (
    ConsentId,
    Entropy,
    Hash,
    Instant,
    MessageId,
    NodeId,
    Pseudonym,
    ThreadId,
    later,
    new_message_id,
    pseudonym,
    thread_id,
)

_URGENCY: Final = {Urgency.AT_ONCE: 0, Urgency.SOON: 1, Urgency.NORMAL: 2}
# The node itself acts when nobody is there, as when a message came in.
NODE_ITSELF: Final = pseudonym(bytes(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, when, and the randomness for it."""

    actor: Pseudonym
    now: Instant
    entropy: Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A message ready to be queued: `consent` travels by its hash, `consent_id` stays here."""

    message_id: MessageId
    type: str
    payload: bytes
    key_id: bytes | None
    consent_id: ConsentId | None
    consent: Hash | None


def apply(effects: Sequence[Effect], unit: Unit, *, acting: Acting) -> list[MessageId]:
    """Carry out effects in order.

    Returns:
        The ids of the messages that were queued.
    """
    queued: list[MessageId] = []
    for effect in effects:
        match effect:
            case Send() | SendAbout():
                queued.append(_send(effect, unit, acting))
            case CancelUnsent(consent_id=consent):
                _cancel_unsent(unit, consent, now=acting.now)
            case Withhold(consent_id=consent):
                _withhold(unit, consent)
            case Lock() | Erase() | Bury() | Remind():
                _note(effect, unit, acting)
            case _:
                assert_never(effect)
    return queued


def audit(unit: Unit, event: str, obj: bytes, *, acting: Acting, details: str = "") -> None:
    """Write who did what."""
    entry = AuditEntry(actor=acting.actor, event=event, obj=obj, details=details)
    append(unit.vault, entry, now=acting.now, entropy=acting.entropy)


def _send(effect: Send | SendAbout, unit: Unit, acting: Acting) -> MessageId:
    message_id = new_message_id(now=acting.now, entropy=acting.entropy)
    if isinstance(effect, Send):
        ready = _ready(effect, unit, acting, message_id=message_id)
    else:
        ready = _ready_about(effect, unit, acting, message_id=message_id)
    outbox.insert(unit.vault, _item(effect, ready, now=acting.now))
    audit(unit, "message.queued", message_id, acting=acting, details=ready.type)
    return message_id


def _ready(effect: Send, unit: Unit, acting: Acting, *, message_id: MessageId) -> _Ready:
    if isinstance(effect.message, ConsentWithdrawn):
        _note_telling(effect.message, effect.to, unit, acting)
    content = encode_content(effect.message)
    return _Ready(
        message_id=message_id,
        type=effect.message.TYPE,
        payload=encode_payload(content, salt=acting.entropy(16)),
        key_id=None,
        consent_id=None,
        consent=None,
    )


def _ready_about(
    effect: SendAbout, unit: Unit, acting: Acting, *, message_id: MessageId
) -> _Ready:
    permit = effect.payload.permit
    payload, key_id = _rest(effect, unit, acting, salt=acting.entropy(16))
    disclosures.insert(
        unit.vault,
        effect.payload,
        message=message_id,
        to=effect.to,
        content_hash=content_hash(effect.payload),
        now=acting.now,
    )
    return _Ready(
        message_id=message_id,
        type=effect.payload.type,
        payload=payload,
        key_id=key_id,
        consent_id=permit.consent_id,
        consent=permit.consent_hash if effect.payload.is_personal else None,
    )


def _rest(
    effect: SendAbout, unit: Unit, acting: Acting, *, salt: bytes
) -> tuple[bytes, bytes | None]:
    """The payload as it rests in the vault: a personal one under a key of its own."""
    payload = encode_payload(effect.payload.content, salt=salt)
    if not effect.payload.is_personal:
        return payload, None
    key_id, key = secrets.new_disclosure_key(unit.keys, now=acting.now, entropy=acting.entropy)
    return encrypt_at_rest(payload, key=key, entropy=acting.entropy), key_id


def _item(effect: Send | SendAbout, ready: _Ready, *, now: Instant) -> OutboxItem:
    thread: ThreadId = effect.thread if effect.thread is not None else thread_id(ready.message_id)
    return OutboxItem(
        message_id=ready.message_id,
        peer=effect.to,
        type=ready.type,
        thread=thread,
        reply_to=effect.reply_to,
        consent_id=ready.consent_id,
        consent=ready.consent,
        urgency=_URGENCY[effect.urgency],
        queued_at=now,
        due=now,
        attempts=0,
        state=OutboxState.QUEUED,
        is_withheld=False,
        payload=ready.payload,
        key_id=ready.key_id,
        epoch=None,
        sequence=None,
        hash=None,
        expires=None,
        skeleton=None,
    )


def _note_telling(message: ConsentWithdrawn, to: NodeId, unit: Unit, acting: Acting) -> None:
    consents.tell_withdrawal(
        unit.vault,
        message.consent_id,
        peer=to,
        wanted=message.wanted.value,
        now=acting.now,
        repeat_due=later(acting.now, limits.WITHDRAWAL_REPEAT_SECONDS),
    )


def _cancel_unsent(unit: Unit, consent: ConsentId, *, now: Instant) -> None:
    for item in outbox.under_consent(unit.vault, consent):
        if item.state is OutboxState.QUEUED:
            drop_unsealed(unit, item)
    # What was read in to be sent under it, and has not left, is unsent too.
    for file in own_files.copies_under(unit.vault, consent):
        forget_own_copy(unit, file, state="stopped", now=now)


def _withhold(unit: Unit, consent: ConsentId) -> None:
    for item in outbox.under_consent(unit.vault, consent):
        if item.state is not OutboxState.QUEUED and not item.is_withheld:
            withhold(unit, item)


def drop_unsealed(unit: Unit, item: OutboxItem) -> None:
    """Take out what never had a number: it goes without trace, from her ledger too."""
    _destroy_key(unit, item.key_id)
    outbox.drop(unit.vault, item.message_id)
    disclosures.drop(unit.vault, item.message_id)


def withhold(unit: Unit, item: OutboxItem) -> None:
    """Take the payload out of what has its number: from now on it goes without."""
    _destroy_key(unit, item.key_id)
    outbox.withhold(unit.vault, item.message_id)


def forget_own_copy(unit: Unit, file: OwnFile, *, state: str, now: Instant) -> None:
    """Destroy our copy of a file; from now on nothing more of it can leave."""
    _destroy_key(unit, file.key_id)
    own_files.forget_copy(unit.vault, file.file_id, state=state, now=now)


def _destroy_key(unit: Unit, key_id: bytes | None) -> None:
    # Also a payload without a key of its own leaves the file only with the next checkpoint.
    if key_id is not None:
        secrets.destroy_disclosure_key(unit.keys, key_id)
    unit.destroyed()


def _note(effect: Lock | Erase | Bury | Remind, unit: Unit, acting: Acting) -> None:
    match effect:
        case Lock(consent_id=consent):
            record = consents.find_consent(unit.vault, consent)
            if record is not None:
                cited = record.standing.consent_hash
                messages.lock_under(unit.vault, cited)
                for locked in messages.under_consent(unit.vault, cited):
                    desk.hide_search_texts(unit.vault, locked.message_id)
        case Erase(consent_id=consent, by=by, unconfirmed=unconfirmed):
            record = consents.find_consent(unit.vault, consent)
            consents.lock(
                unit.vault,
                consent,
                told_by=None if record is None else record.standing.consent.holder,
                erase_by=by,
                unconfirmed=unconfirmed,
                now=acting.now,
            )
        case Bury(consent_id=consent, peer=peer):
            record = consents.find_consent(unit.vault, consent)
            name = None if record is None else record.standing.consent.handle
            consents.bury(unit.vault, consent, peer=peer, name=name, now=acting.now)
        case Remind(task=task, peer=peer, thread=thread, due=due):
            desk.insert_task(
                unit.vault, task=task.value, peer=peer, thread=thread, due=due, now=acting.now
            )
        case _:
            assert_never(effect)
