"""What she asks those to keep to who are told about her: codes in the signed consent, and her own words.

At the receiver her words are in no row of their own. They lie where they came, in the copy of her consent,
under its disclosure key: what locks or destroys that copy takes them along, and no backup holds them.
"""

from typing import Final

from node.vault.records import ConsentRecord
from node.vault.tables import messages, secrets
from node.vault.unit import Unit
from protocol.consent import ConsentState
from protocol.errors import LocalProtocolError
from protocol.messages.consent import ConsentCopy
from protocol.messages.union import MessageClass, parse_content, split_payload
from protocol.sealing import decrypt_at_rest
from protocol.vocabulary.codes import Condition

_COUNTS: Final = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED, ConsentState.NOT_YET})


def codes(record: ConsentRecord) -> list[str]:
    """The codes of her conditions, in the order of their list."""
    return [one.value for one in Condition if one in record.standing.consent.conditions]


def words(unit: Unit, record: ConsentRecord, *, state: ConsentState) -> str | None:
    """Her own words about them; what a partner sent is read only while her consent counts."""
    if record.is_issued_here:
        return record.words
    if state not in _COUNTS:
        return None
    copy = messages.find_open(unit.vault, record.standing.consent_hash, type_name=ConsentCopy.TYPE)
    if copy is None or copy.payload is None or copy.key_id is None:
        return None
    try:
        key = secrets.load_disclosure_key(unit.keys, copy.key_id)
    except LocalProtocolError:
        # The key goes a moment before the row does: nothing is left to read.
        return None
    payload = split_payload(decrypt_at_rest(copy.payload, key=key))
    message = parse_content(payload, type_name=copy.type, of_class=MessageClass.PERSONAL)
    return message.words if isinstance(message, ConsentCopy) else None
