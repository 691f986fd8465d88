"""What the desk says when a command did not come back with an answer."""

from typing import Final

from protocol.local.transport import LocalProblem
from tui.wording.marking import N_

NOT_RUNNING: Final = N_(
    "Sathi is not running on this computer. Start it, or ask your IT volunteer."
)
CONNECTION_LOST: Final = N_(
    "The answer did not come. It may have been done or not: look before you do it again."
)
LOCKED: Final = N_("Locked. Enter your name and passphrase to go on.")
NO_SESSION: Final = N_("You were away too long. Enter your name and passphrase again.")
NOT_LEGAL: Final = N_("Something in this form is not right. Nothing was done.")
FAULT: Final = N_(
    "Sathi could not do this. Look whether it was done, try once more, then tell your IT volunteer."
)

PROBLEMS: Final = {
    LocalProblem.MALFORMED: NOT_LEGAL,
    LocalProblem.NO_SESSION: NO_SESSION,
    LocalProblem.WRONG_PASSPHRASE: N_("The name or the passphrase is not right."),
    LocalProblem.NOT_ALLOWED: N_("This is for another role. Ask your supervisor."),
    LocalProblem.NOT_FOUND: N_(
        "The desk and Sathi are not of the same version. Start both again."
    ),
    LocalProblem.METHOD: N_("The desk and Sathi are not of the same version. Start both again."),
    LocalProblem.REFUSED: N_("This was not done."),
    LocalProblem.TOO_LARGE: N_("This is too long. Make it shorter; nothing was done."),
    LocalProblem.LOCKED: LOCKED,
    LocalProblem.RATE: N_("Too many wrong passphrases. Wait a little, then try again."),
    LocalProblem.INTERNAL: FAULT,
    LocalProblem.BUSY: N_("Too much is waiting just now. Nothing was done; try again soon."),
    LocalProblem.FULL: N_("The disk is full, so nothing was saved. Tell your IT volunteer."),
}
"""One sentence for each way in which an answer is no view."""
DRAFT: Final = N_("Not yet read over by people who speak it: a draft.")
"""Beside words in a language whose catalogue nobody who speaks it has read yet."""
