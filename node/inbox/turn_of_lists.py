"""A list of consents has its turn after the receipts that answer the same hello (SPEC 8.9)."""

from node.vault.tables import resending
from node.vault.unit import Unit
from protocol.acceptance import Accepted, Held, Verdict
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode
from protocol.messages.recovery import ConsentStates


def unless_before_its_receipts(unit: Unit, verified: VerifiedMessage, verdict: Verdict) -> Verdict:
    """A list of consents is not taken before the receipts that answer the same hello (R-207).

    It says that the answer is there, and they say what was received: without them a message that was received
    would get another number, and that is a fork.
    """
    if not isinstance(verdict, Accepted) or not isinstance(verdict.message, ConsentStates):
        return verdict
    skeleton = verified.skeleton
    came = resending.receipts_in_reply(unit.vault, skeleton.sender, to=skeleton.reply_to)
    return verdict if came >= verdict.message.receipts else Held(code=RefusalCode.E_STATE)
