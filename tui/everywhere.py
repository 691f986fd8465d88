"""The acts that work on every screen: the places on digits, locking, names, language, the palette."""

from typing import Final

from protocol.local import commands
from tui.acts import Act
from tui.places import Place, ToOutbox, ToPlace
from tui.rights import needs_of
from tui.wording import N_

PLACES: Final = (
    (Place.TODAY, N_("Today"), N_("What needs me.")),
    (Place.CASES, N_("Cases"), N_("Every case of this organisation.")),
    (Place.REFER, N_("Refer"), N_("What we asked of others, and how far it is.")),
    (Place.INBOX, N_("Inbox"), N_("What others ask of us.")),
    (Place.FOLLOW_UPS, N_("Follow-ups"), N_("Promises to see her again.")),
    (
        Place.PARTNERS,
        N_("Partners"),
        N_("The organisations we know, and whether they were checked."),
    ),
    (Place.SHARING, N_("Sharing"), N_("Who knows what about her.")),
)
LOCK: Final = Act(
    name="app.lock",
    key="ctrl+l",
    label=N_("lock"),
    help=N_(
        "Lock the screen. The computer goes on working; Esc three times does the same without a word."
    ),
)
NAMES: Final = Act(
    name="app.names",
    key="f9",
    label=N_("names"),
    help=N_("Show the short names they chose, for one minute; again to hide them."),
)
PLAIN_WORDS: Final = Act(
    name="app.plain_words",
    key="f2",
    label=N_("plain words"),
    help=N_("What a difficult word means, said plainly."),
)
LANGUAGE: Final = Act(
    name="app.language", key="f4", label=N_("language"), help=N_("Speak the next language.")
)
OUTBOX: Final = Act(
    name="app.outbox",
    key="f7",
    label=N_("outbox"),
    help=N_("What has not left yet, and stopping it."),
    needs=needs_of(ToOutbox()),
)
SETTINGS: Final = Act(
    name="app.settings",
    key="f5",
    label=N_("settings"),
    help=N_("Language, digits, and the practice case."),
)
PALETTE: Final = Act(
    name="app.command_palette", key="ctrl+p", label=N_("all keys"), help=N_("Find anything.")
)
LEAVE: Final = Act(
    name="app.leave",
    key="ctrl+q",
    label=N_("close"),
    help=N_("Lock and close this window. What waits to leave is sent all the same."),
    in_palette=False,
)

STOP: Final = Act(
    name="app.stop_sending",
    key="u",
    label=N_("stop it"),
    help=N_("Stop what was just sent: for ten seconds nothing has happened yet."),
    needs=commands.StopSending,
)

TO_PLACES: Final = tuple(
    Act(
        name=f"app.place('{place.value}')",
        key=place.value,
        label=label,
        help=help_,
        needs=needs_of(ToPlace(place=place)),
    )
    for place, label, help_ in PLACES
)
ALWAYS_SHOWN: Final = (PALETTE, LOCK)
"""They stand right after the key of help, so that no footer is too short for them."""
EVERYWHERE: Final = (
    *ALWAYS_SHOWN,
    *TO_PLACES,
    NAMES,
    PLAIN_WORDS,
    LANGUAGE,
    OUTBOX,
    SETTINGS,
    LEAVE,
)
