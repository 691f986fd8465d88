"""What went wrong, as a sentence for a person: what, why, and what to do."""

from tui.client import (
    BusyError,
    ClientError,
    ConnectionLostError,
    NotLegalError,
    NotRunningError,
    RefusedError,
)
from tui.wording import N_, Words


def sentence(error: ClientError, words: Words) -> str:
    """One line; nothing of a case is in it."""
    match error:
        case RefusedError():
            return words.refusal(error.code)
        case BusyError():
            return words.say(
                N_("Too much at once: try again in {count} seconds."),
                count=error.retry_after_seconds,
            )
        case NotLegalError():
            return words.say(
                N_("This cannot be written so ({place}): look at it and change it."),
                place=error.place,
            )
        case NotRunningError():
            return words.say(
                N_("The program behind this screen does not run. Ask the volunteer to start it.")
            )
        case ConnectionLostError():
            return words.say(
                N_("No answer came. Look whether it was done before you do it again.")
            )
        case _:
            return words.say(
                N_("That did not work, and it is not your mistake. Tell the volunteer.")
            )
