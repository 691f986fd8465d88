"""Why a thing was not done, as a sentence: what is the case, and what a caseworker can do."""

from collections.abc import Mapping
from typing import Final

from protocol.errors import RefusalCode
from protocol.local.views import No
from tui.wording.marking import N_

_UNREADABLE: Final = N_(
    "What came could not be read, and nothing of it was kept. Ask them to send it again."
)
_DAMAGED: Final = N_(
    "What came was damaged or changed on its way, and nothing of it was kept. Call them."
)
_OTHER_VERSION: Final = N_(
    "The two computers use different versions of Sathi. The older one needs an update."
)
_NOT_GENUINE: Final = N_(
    "It cannot be shown that this came from them, and it was not taken. Call them before you go on."
)
_NUMBERS_DIFFER: Final = N_(
    "The messages of this partner do not fit together. Call them: it may be a restored backup,"
    " or somebody else."
)
_OLDER: Final = N_("This is older than what we have already. Nothing was changed.")

REFUSALS: Final[Mapping[str, str]] = {
    No.NOT_FOUND: N_("This is not here, or it is not for you. Go back and open it again."),
    No.CHANGED_SINCE_PREVIEW: N_(
        "Something changed since you looked. Nothing was sent: look again, then send."
    ),
    No.WRONG_STATE: N_("This no longer fits: something happened meanwhile. Look at the latest."),
    No.NOT_ALLOWED: N_("This is for another role. Ask your supervisor."),
    No.ALREADY_THERE: N_("This is here already. Nothing was added."),
    No.NUMBER_DIFFERS: N_(
        "The numbers differ, so nothing was confirmed. Somebody may stand between you:"
        " call them on a number you knew before."
    ),
    No.LOCKED: N_("This is locked: she withdrew. Nobody may read it now."),
    No.WRONG_PASSPHRASE: N_("The name or the passphrase is not right."),
    No.NO_SESSION: N_("You were away too long. Enter your name and passphrase again."),
    No.STATE_AWAITED: N_(
        "This partner has not told us yet what she took back meanwhile. Until then it stays closed."
    ),
    No.BACKUP_RUNNING: N_("A backup is being made at this moment."),
    No.BACKUP_NOT_MADE: N_(
        "No backup could be made. Look whether there is room, and whether the disk or the stick is in."
    ),
    No.STOPPED: N_("Somebody else stopped it before it left. Nothing was sent."),
    No.ERASED: N_("This was erased, as she wanted or as was agreed. Only the note of it is left."),
    No.LOST: N_(
        "This was lost here and is in no backup. What they sent again stands beside it; if nothing does,"
        " ask them."
    ),
    No.CONSENT_ENDED: N_("Her consent to this has ended. Nobody may read it now."),
    No.POSITION_NOT_RECORDED: N_(
        "Her own position on the plan is not recorded yet. Ask her and write it down first."
    ),
    No.NAMES_NO_DAY: N_("A planned referral needs the day by which they should answer."),
    No.GIVEN_BY_DOES_NOT_FIT: N_(
        "Who gave this consent does not fit her age. For a child, record who agreed with her."
    ),
    No.NO_ROOM: N_("No more people can be added. Ask for one who has left to be removed first."),
    No.TOO_MANY_PARTNERS: N_(
        "There are as many partners as one computer can have. First end it with one you no longer work with."
    ),
    No.ONESELF: N_("You cannot do this to yourself. Ask another supervisor."),
    No.CLOCK_IN_DOUBT: N_(
        "This computer does not know which day it is. Nothing was done: set its clock first."
    ),
    No.AUDIT_BROKEN: N_("The record is not whole. Nothing was taken off: tell a supervisor."),
    No.TOO_FEW_WITNESSES: N_(
        "Fewer than two partners hold the state of that day. Nothing was taken off."
    ),
    No.LAST_SUPERVISOR: N_("This is the last supervisor. First give somebody else that role."),
    No.NO_SPACE: N_(
        "There is not enough room here for this file. Send what is read in already, or make room on"
        " the disk."
    ),
    No.NOT_SUCH_A_FILE: N_(
        "Only documents (PDF), pictures (JPEG, PNG) and recordings (OGG) can be sent. Nothing was"
        " read in."
    ),
    No.NOT_TICKED: N_("She has not said yes to this very file. Show it to her and ask her first."),
    No.STICK_BUSY: N_("Others have sticks in at this moment. Try again when they are done."),
    No.STICK_WRAPPED: N_(
        "This file is wrapped, and not for us alone. Write the passphrase you agreed on."
    ),
    No.STICK_NOT_OPENED: N_(
        "The passphrase is another one, or the file was changed on the way. Compare it by voice."
    ),
    No.STICK_EMPTY: N_("Nothing waits for them. There is nothing to carry."),
    No.PASSPHRASE_SHORT: N_("The passphrase of a stick has at least 12 characters."),
    No.PASSPHRASE_NEEDED: N_(
        "For several partners, or for one that told us of no mailbox, agree on a passphrase by voice."
    ),
    RefusalCode.E_SIZE: _UNREADABLE,
    RefusalCode.E_MAGIC: _UNREADABLE,
    RefusalCode.E_VERSION: _OTHER_VERSION,
    RefusalCode.E_SUITE: _OTHER_VERSION,
    RefusalCode.E_FLAGS: _OTHER_VERSION,
    RefusalCode.E_PREKEY_UNKNOWN: N_(
        "This could no longer be opened here. Their computer sends it again by itself."
    ),
    RefusalCode.E_DECRYPT: _UNREADABLE,
    RefusalCode.E_PADDING: _UNREADABLE,
    RefusalCode.E_ENCODING: _UNREADABLE,
    RefusalCode.E_KIND: _UNREADABLE,
    RefusalCode.E_SCHEMA: _UNREADABLE,
    RefusalCode.E_NOT_FOR_ME: N_(
        "This was written to another organisation and was not read. Tell your supervisor."
    ),
    RefusalCode.E_SENDER_UNKNOWN: N_(
        "This comes from somebody we do not know. Nothing was taken; first read their card."
    ),
    RefusalCode.E_SENDER_SUSPENDED: N_(
        "We stopped working with this partner, so nothing of theirs is taken."
    ),
    RefusalCode.E_KEY_WEAK: _NOT_GENUINE,
    RefusalCode.E_SIG: _NOT_GENUINE,
    RefusalCode.E_COMMIT: _DAMAGED,
    RefusalCode.E_SUITE_MISMATCH: _OTHER_VERSION,
    RefusalCode.E_EXPIRED: N_(
        "It came too late and was not read. Send it again if it still holds."
    ),
    RefusalCode.E_CLOCK: N_(
        "The clocks of the two computers differ. Check the date here, and ask them to check theirs."
    ),
    RefusalCode.E_FORK: _NUMBERS_DIFFER,
    RefusalCode.E_CHAIN: _NUMBERS_DIFFER,
    RefusalCode.E_EPOCH_SUPERSEDED: _OLDER,
    RefusalCode.E_TYPE: _OTHER_VERSION,
    RefusalCode.E_LIMIT: N_("This is too large to be sent or taken. Make it shorter."),
    RefusalCode.E_CONSENT_MISSING: N_("There is no consent of hers for this. Ask her first."),
    RefusalCode.E_CONSENT_SCOPE: N_(
        "Her consent does not cover this. Send only what she allowed, or ask her again."
    ),
    RefusalCode.E_CONSENT_EXPIRED: N_("Her consent has ended. Ask her again."),
    RefusalCode.E_CONSENT_WITHDRAWN: N_(
        "She withdrew her consent. Nothing about her may be sent."
    ),
    RefusalCode.E_CONSENT_UNCONFIRMED: N_(
        "We have not heard this from her ourselves. Ask her in private, then record it."
    ),
    RefusalCode.E_LEVEL: N_(
        "This partner is not checked yet. Compare the safety number in person or by voice first."
    ),
    RefusalCode.E_BUNDLE_STALE: N_(
        "Not sent yet: their computer has been off too long. It leaves by itself once it is on;"
        " phone them."
    ),
    RefusalCode.E_BUNDLE_ROLLBACK: _OLDER,
    RefusalCode.E_CARD_ROLLBACK: N_(
        "This card is older than the one we have, or of somebody else. Nothing was changed;"
        " call them."
    ),
    RefusalCode.E_INVITE_EXPIRED: N_("This introduction is too old. Ask them for a new one."),
    RefusalCode.E_INVITE_USED: N_("This introduction was used before. Ask them for a new one."),
    RefusalCode.E_CHARTER_VERSION: N_(
        "This charter does not follow the one we have. Nothing was changed; call two stewards."
    ),
    RefusalCode.E_CHARTER_SIGS: N_(
        "Too few stewards signed this charter. Nothing was changed; call two stewards."
    ),
    RefusalCode.E_CHARTER_EXPIRED: N_(
        "The charter has ended. Work with known partners goes on; ask the stewards for a new one."
    ),
    RefusalCode.E_STATE: N_(
        "This does not fit where the referral stands now. Look at it again on both sides."
    ),
    RefusalCode.E_STICKFILE: N_("This file is not one of Sathi, or it is damaged."),
}

UNKNOWN_REFUSAL: Final = N_("This was not done, for a reason this version does not know ({code}).")
