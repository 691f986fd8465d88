"""How one file reads wherever it stands: what it is to people, how large, and how far it has come.

No file has a name here: what they see of it is a code that was chosen, its kind, and its size.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from protocol.local import commands, views
from protocol.local.views import FileState
from protocol.vocabulary.codes import FileKind, FileLabel
from tui.client import Client
from tui.client.local_files import ENDINGS, FileTrouble
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_, Words

LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    FileState.READING: ("·", "$text-muted"),
    FileState.KEPT: ("○", "$secondary"),
    FileState.SENDING: ("…", "$warning"),
    FileState.SENT: ("✓", "$success"),
    FileState.STOPPED: ("✗", "$text-muted"),
    FileState.AGAIN: ("!", "$error"),
    FileState.ENDED: ("·", "$text-muted"),
    FileState.ARRIVING: ("…", "$warning"),
    FileState.WHOLE: ("✓", "$success"),
    FileState.LOCKED: ("!", "$warning"),
    FileState.BROKEN: ("✗", "$error"),
    FileState.GIVEN_UP: ("✗", "$error"),
    FileState.LOST: ("!", "$error"),
    FileState.ERASED: ("·", "$text-muted"),
}
"""A sign and a colour for each state; the word stands beside them."""
ON_ITS_WAY: Final = frozenset({FileState.SENDING, FileState.ARRIVING})
MAY_HAVE_FILES: Final = frozenset(
    {
        "accepted",
        "dossier_sent",
        "prepared",
        "arrived",
        "in_care",
        "outcome_reported",
        "withdrawn",
        "ended",
        "frozen",
    }
)
"""Where a referral may stand that has files: somebody said yes once."""
MAY_ATTACH: Final = MAY_HAVE_FILES - {"withdrawn", "ended", "frozen"}
"""Where one may stand that gets another."""
_BYTES_IN_KIB: Final = 1_024
_GROUPS: Final = 6
TROUBLES: Final = {
    FileTrouble.MISSING: N_("There is no such file. Look at its name once more."),
    FileTrouble.NO_FOLDER: N_("There is no such folder. Nothing was made."),
    FileTrouble.IS_THERE: N_(
        "A file of this name is there already, and stays as it is. Take another name."
    ),
    FileTrouble.LINK: N_("This is a link to another place. Name the file itself."),
    FileTrouble.NO_FILE: N_("This is no ordinary file. Nothing of it was read."),
    FileTrouble.EMPTY: N_("This file is empty. Choose another one."),
    FileTrouble.TOO_LARGE: N_("This file is larger than 16 MiB. Nothing of it was taken."),
    FileTrouble.CHANGED: N_("The file changed meanwhile. Nothing of it was kept: try again."),
    FileTrouble.NOT_ALLOWED: N_(
        "This computer does not let you do that there. Choose another folder."
    ),
    FileTrouble.ODD_NAME: N_(
        "This name is not plain. Take letters, digits and single dots, ending in {ending}."
    ),
    FileTrouble.DISK: N_("The disk did not do it. Try another folder."),
}


async def files_of(client: Client, referral: views.ReferralLine) -> Sequence[views.FileLine]:
    """The files of one referral; nothing is asked where it cannot have any."""
    if referral.state not in MAY_HAVE_FILES:
        return ()
    return (await client.list_files(commands.ListFiles(thread=referral.thread))).files


def size_of(words: Words, size: int) -> str:
    """A number of bytes as people say it; never less than one unit."""
    return words.say(N_("{size} KiB"), size=max(1, -(-size // _BYTES_IN_KIB)))


def what_of(words: Words, line: views.FileLine) -> str:
    """What a file is to people; of one that is locked or gone nothing is known."""
    if line.label is None:
        return words.say(N_("A file"))
    return words.code_of(FileLabel, line.label)


def kind_of(words: Words, line: views.FileLine) -> str:
    """What is inside, by its first bytes; empty where that is not known."""
    return "" if line.kind is None else words.code_of(FileKind, line.kind)


def state_of(words: Words, line: views.FileLine) -> str:
    """How it stands, and how far it has come while it is on its way."""
    state = words.file_state(line.state)
    if line.state not in ON_ITS_WAY or line.parts == 1:
        return state
    return words.say(
        N_("{state}, {done} of {parts} parts"), state=state, done=line.parts_done, parts=line.parts
    )


def in_one_line(words: Words, line: views.FileLine) -> str:
    """All of it: what it is, its kind, its size, how it stands."""
    parts = (
        what_of(words, line),
        kind_of(words, line),
        size_of(words, line.size),
        state_of(words, line),
    )
    return " · ".join(part for part in parts if part)


def sign_of(line: views.FileLine) -> tuple[str, str]:
    """The sign of its state and the sign's colour."""
    return LOOKS.get(line.state, ("·", ""))


def trouble(words: Words, why: FileTrouble, *, kind: str | None = None) -> str:
    """Why a file of this computer was not used, and what to do."""
    return words.say(TROUBLES[why], ending=ENDINGS.get(kind or "", (".pdf",))[0])


def shown_of(words: Words, line: views.FileLine) -> list[Paragraph]:
    """All that the other side is shown of a file: what it is, its kind, its size, and what it tells about."""
    about = "" if line.category is None else words.category(line.category)
    parts = [kind_of(words, line), size_of(words, line.size), about]
    number = words.say(
        N_("Number of its content: {number}"), number=words.digits_of(_number(line.hash))
    )
    return [
        Paragraph(text=what_of(words, line), style="bold"),
        Paragraph(text=", ".join(one for one in parts if one)),
        Paragraph(text=number, style="$text-muted"),
    ]


def _number(link: bytes | None) -> str:
    """The beginning of the SHA-256 as groups of five digits, which two people can read to each other."""
    if link is None:
        return ""
    parts = (link[at : at + 4] for at in range(0, 4 * _GROUPS, 4))
    return " ".join(f"{int.from_bytes(part) % 100_000:05d}" for part in parts)


def as_it_is(words: Words) -> Paragraph:
    """That the content goes as it is, with what nobody sees in it."""
    text = N_(
        "The content goes exactly as it is, with what it hides: where and when a picture was taken, by whom,"
        " what was cut away. Nothing is taken out of it."
    )
    return Paragraph(text=words.say(text), style="$warning", mark="! ")
