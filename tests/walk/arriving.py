"""The first chapter: unlocking, the practice case, hiding at once, and a partner checked by voice."""

from typing import Final

from protocol.local import commands, views
from tests.support.command_line import PASSPHRASE
from tests.walk.desks import Place, carry
from tests.walk.reader import Reader

LEVEL_CHECKED: Final = 2
_HIDE_PRESSES: Final = 3
_GROUPS: Final = 12


def unlock(reader: Reader) -> None:
    """Name and passphrase; Enter goes on from one to the other, then opens."""
    reader.stands_at("Notes")
    reader.type(reader.place.person)
    reader.press("open")
    reader.type(PASSPHRASE, shown="•" * len(PASSPHRASE))
    reader.press("open")


def practise(reader: Reader) -> None:
    """Five steps on a case that does not exist; in the second she hides, and comes back behind it."""
    reader.sees("Press F4 until you read your own language, then n.")
    reader.keep("practice-language")
    reader.press_and_see(
        "next", "Press Esc three times, quickly. Then unlock again: it goes on here."
    )
    hide(reader)
    reader.keep("hidden")
    unlock(reader)
    reader.sees("Read what she said, then press r, as if to refer her.")
    reader.keep("practice-case")
    reader.press("refer")
    reader.keep("practice-offer")
    reader.press("consent")
    reader.keep("practice-consent")
    reader.press_and_see(
        "she withdraws",
        "She changed her mind, and everything stopped at once. That was all: well done.",
    )
    reader.keep("practice-over")
    reader.press("back")
    reader.stands_at("Today")


def hide(reader: Reader) -> None:
    """Esc three times."""
    reader.press_raw("esc", times=_HIDE_PRESSES)
    reader.stands_at("Notes")


def meet(alo: Reader, bandhan: Reader) -> None:
    """Bandhan writes an introduction, Alo reads it; then two people read twelve groups to each other."""
    file = alo.place.folder.parent / "introduction.sathi"
    bandhan.go_to("Partners")
    bandhan.press("meet a partner")
    bandhan.stands_at("Meet a partner")
    bandhan.choose("What", bandhan.say("make a file of ours"))
    bandhan.fill("File", str(file))
    bandhan.press_and_see("do it", "Our introduction is in this file:")
    bandhan.keep("introduction-written")

    alo.go_to("Partners")
    alo.press("meet a partner")
    alo.stands_at("Meet a partner")
    alo.fill("File", str(file))
    alo.press_and_see(
        "do it", "Anybody could have written that. They are known now, and not yet checked."
    )
    alo.keep("introduction-read")
    carry(alo.place, bandhan.place)
    assert _partner_of(bandhan.place).name == alo.place.name

    heard = _compare(alo, "compare the number")
    bandhan.go_to("Partners")
    bandhan.move_to_row(alo.place.name)
    said = _compare(bandhan, "open, check")
    assert heard == said
    carry(alo.place, bandhan.place)
    assert _partner_of(alo.place).level == LEVEL_CHECKED
    assert _partner_of(bandhan.place).level == LEVEL_CHECKED


def _compare(reader: Reader, key: str) -> list[str]:
    """What she reads out; she says that it is the same there, heard by voice."""
    reader.press(key)
    reader.stands_at("Partner")
    reader.sees("Call them on a number you knew before. Read these groups together:")
    screen = reader.keep("groups")
    groups = [word for row in screen.rows for word in row.split() if _is_group(word)]
    assert len(groups) == _GROUPS, screen
    reader.press("they match")
    reader.keep("how-compared")
    reader.press_and_see(
        "by voice", "Written down. They have to confirm the same number on their side."
    )
    reader.keep("compared")
    return groups


def _is_group(word: str) -> bool:
    return len(word) == 5 and word.isascii() and word.isdigit()


def _partner_of(place: Place) -> views.PeerView:
    return place.colleague.ask(commands.ListPeers(), views.Peers).peers[0]
