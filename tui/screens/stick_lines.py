"""What the desk says about sticks: what went onto one and what that gives away, or what came of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocol.local import views
from protocol.local.views import Wrap
from tui.client.local_files import FileTrouble
from tui.desk import Desk
from tui.plain import one_line
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_
from tui.wording.labels.refusals import REFUSALS

TROUBLES: Final = {
    FileTrouble.MISSING: N_("There is no such file. Is the stick in?"),
    FileTrouble.NO_FOLDER: N_("There is no such folder. Is the stick in?"),
    FileTrouble.IS_THERE: N_(
        "A file of this name is there already, and stays as it is. Try again."
    ),
    FileTrouble.LINK: N_("This is a link to another place. It was not followed."),
    FileTrouble.NO_FILE: N_("This is no ordinary file. Nothing of it was read."),
    FileTrouble.EMPTY: N_("This file is empty."),
    FileTrouble.TOO_LARGE: N_("This file is larger than any of ours. Nothing of it was read."),
    FileTrouble.TOO_MANY: N_(
        "There are too many files in this folder. Write the name of the one file."
    ),
    FileTrouble.CHANGED: N_("The stick does not give back what was written. Take another stick."),
    FileTrouble.NOT_ALLOWED: N_(
        "This computer does not let you do that there. Choose another folder."
    ),
    FileTrouble.DISK: N_("The stick did not do it. Was it pulled out, or is it full?"),
}
"""What each of them is to a person who has a stick in her hand."""
BAD_FILES: Final = {
    "stick.magic": N_("This is no stick file of Sathi."),
    "stick.wrap": N_("This is not wrapped in the way that Sathi does it."),
    "stick.work": N_(
        "To open this would take more than this computer should give. It stays closed."
    ),
    "stick.hash": N_("This file was changed or damaged on the way. Ask for a new one."),
    "stick.count": N_("This file says of itself what cannot be. Ask for a new one."),
}
"""By the place that the node names."""
DAMAGED: Final = N_("This file is damaged or cut off. Ask for a new one.")
NONE_HERE: Final = N_("No file of Sathi's is in this folder. Is it the right stick?")
_OF_A_WRAP: Final = {
    Wrap.PASSPHRASE: N_(
        "Whoever finds it sees that something is wrapped, and how large it is. They open it with the"
        " passphrase: say it by voice, and write it on no paper that goes along."
    ),
    Wrap.PARTNER: N_(
        "Whoever finds it sees that something is wrapped, and how large it is. This one partner opens it"
        " without any word."
    ),
    Wrap.OPEN: N_(
        "It is not wrapped: whoever finds it sees that it is Sathi's, how much is in it, and a partner for"
        " whom. Nobody can read what it says."
    ),
}
_QUEUE: Final = N_(
    "Nothing was taken off the list of what waits: it goes on trying until they have answered."
)
_NOT_ALL: Final = N_("Not all of it fits. Make another stick once they have answered this one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """What became of one file: what was taken, or an English text of why nothing was."""

    path: Path
    taken: views.StickTaken | None = None
    why_not: str = ""

    @property
    def is_used_up(self) -> bool:
        """Is nothing in it that was not taken, by us or for whom it is?"""
        taken = self.taken
        return taken is not None and not (taken.refused or taken.for_partners or taken.for_nobody)


def refusal_of(code: str) -> str:
    """The English text of a no, which a catalogue translates."""
    return REFUSALS.get(code, N_("This was not done."))


def lines_of_made(desk: Desk, made: views.StickMade, path: Path) -> Iterator[Paragraph]:
    """Where it lies, for whom how much, and what it gives away."""
    say = desk.words.say
    yield Paragraph(text=say(N_("It is on the stick:")), style="bold", mark="✓ ")
    yield Paragraph(text=str(path), mark="  ")
    for line in made.partners:
        count = desk.words.say_many("{count} envelope", "{count} envelopes", line.envelopes)
        yield Paragraph(text=f"{one_line(line.name)} · {count}", mark="· ")
    yield Paragraph(text="")
    is_open = made.wrap == Wrap.OPEN
    text = _OF_A_WRAP.get(Wrap(made.wrap), "") if made.wrap in {*Wrap} else ""
    yield Paragraph(text=say(text), style="$warning" if is_open else "", mark="! ")
    yield Paragraph(text=say(_QUEUE), mark="· ")
    if not made.is_all:
        yield Paragraph(text=say(_NOT_ALL), style="$warning", mark="! ")


def lines_of_taken(desk: Desk, files: Sequence[TakenFile]) -> Iterator[Paragraph]:
    """File by file; one that is bad stands beside those that are good."""
    say = desk.words.say
    for file in files:
        name = one_line(file.path.name)
        if file.taken is None:
            yield Paragraph(text=f"{name} · {say(file.why_not)}", style="$error", mark="✗ ")
            continue
        fresh = desk.words.say_many("{count} new", "{count} new", file.taken.fresh)
        known = desk.words.say_many("{count} known", "{count} known", file.taken.known)
        yield Paragraph(text=f"{name} · {fresh} · {known}", style="bold", mark="✓ ")
        yield from _rest_of(desk, file.taken)
    if any(file.taken is not None for file in files):
        text = N_(
            "To take a file off a stick does not erase it: whoever looks closely can still find it."
        )
        yield Paragraph(text="")
        yield Paragraph(text=say(text), style="$text-muted", mark="· ")


def _rest_of(desk: Desk, taken: views.StickTaken) -> Iterator[Paragraph]:
    say = desk.words.say
    for line in taken.refused:
        count = desk.words.say_many("{count} refused", "{count} refused", line.count)
        text = f"{count} · {desk.words.refusal(line.code)}"
        yield Paragraph(text=text, style="$warning", mark="  ! ")
    if taken.ferried:
        text = N_("For partners, and carried along with the next stick for them: {count}")
        yield Paragraph(text=say(text, count=desk.words.number(taken.ferried)), mark="  · ")
    if taken.for_partners:
        text = N_("For partners of ours. It stays on the stick: {count}")
        yield Paragraph(text=say(text, count=desk.words.number(taken.for_partners)), mark="  · ")
    if taken.for_nobody:
        text = N_("For others, or too old to be opened. It stays on the stick: {count}")
        yield Paragraph(text=say(text, count=desk.words.number(taken.for_nobody)), mark="  · ")
