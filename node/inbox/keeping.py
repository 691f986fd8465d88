"""What is kept of a message: its skeleton always, its content only where it was taken."""

from node.inbox.batch import Batch
from node.vault.records import StoredMessage
from node.vault.tables import messages, quarantine, secrets
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode
from protocol.messages.core import Receipt
from protocol.messages.union import Message, message_class, parse_content, split_payload
from protocol.sealing import decrypt_at_rest, encrypt_at_rest
from protocol.values import Instant, instant

_NOWHERE: Instant = instant(0)


def keep(
    batch: Batch,
    verified: VerifiedMessage,
    *,
    status: str,
    code: RefusalCode | None,
    has_place: bool,
    with_payload: bool,
) -> None:
    """Write the row of a message.

    A personal payload is written only under a key of its own, in `keys.db`. A receipt's content was settled
    and is not kept. A message without a place in its stream stands at number 0, where no chain looks.
    """
    skeleton = verified.skeleton
    payload, key_id = None, None
    if with_payload and verified.payload is not None and skeleton.type != Receipt.TYPE:
        payload, key_id = _rest(batch, verified.payload, is_personal=skeleton.consent is not None)
    messages.insert(
        batch.unit.vault,
        StoredMessage(
            peer=skeleton.sender,
            message_id=skeleton.message_id,
            hash=verified.hash,
            epoch=skeleton.epoch if has_place else _NOWHERE,
            sequence=skeleton.sequence if has_place else 0,
            previous=skeleton.previous,
            type=skeleton.type,
            thread=skeleton.thread,
            reply_to=skeleton.reply_to,
            consent=skeleton.consent,
            skeleton=verified.signed.raw,
            created=skeleton.created,
            received_at=batch.now,
            status=status,
            code=None if code is None else code.value,
            payload=payload,
            key_id=key_id,
            is_locked=False,
        ),
    )


def _rest(batch: Batch, payload: bytes, *, is_personal: bool) -> tuple[bytes, bytes | None]:
    if not is_personal:
        return payload, None
    entropy = batch.acting.entropy
    key_id, key = secrets.new_disclosure_key(batch.unit.keys, now=batch.now, entropy=entropy)
    return encrypt_at_rest(payload, key=key, entropy=entropy), key_id


def hold(batch: Batch, raw: bytes, code: RefusalCode) -> RefusalCode:
    """Nothing is answered, so its sender leaves it again; what waits for the clock is kept sealed too."""
    if code is RefusalCode.E_CLOCK:
        quarantine.keep(batch.unit.vault, raw, code=code.value, now=batch.now)
    return code


def read_again(batch: Batch, stored: StoredMessage) -> Message:
    """The message of an early row whose turn has come.

    Raises:
        RemoteProtocolError: if it cannot be read, which was excluded when it was judged.
    """
    payload = stored.payload or b""
    if stored.key_id is not None:
        key = secrets.load_disclosure_key(batch.unit.keys, stored.key_id)
        payload = decrypt_at_rest(payload, key=key)
    of_class = message_class(stored.type, cites_consent=stored.consent is not None)
    return parse_content(split_payload(payload), type_name=stored.type, of_class=of_class)


def forget_content(batch: Batch, stored: StoredMessage) -> None:
    """Destroy the content of a row that is refused after all."""
    if stored.key_id is not None:
        secrets.destroy_disclosure_key(batch.unit.keys, stored.key_id)
    messages.erase_payload(batch.unit.vault, stored.peer, stored.message_id)
    batch.unit.destroyed()
