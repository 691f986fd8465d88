"""Asking her by keys: walking to a row, answering, and looking up in the vault what was recorded."""

from typing import Any, Final

from textual.pilot import Pilot

from node.vault.tables import consents
from protocol.consent import Consent
from protocol.values import consent_id
from protocol.vocabulary.codes import Condition
from tests.support.desk_app import press, settled
from tests.support.federation import Node
from tests.support.snapshots import check_snapshot
from tests.support.story import FEAR, WISH, Story
from tui.places import ToTakeConsent
from tui.screens.consent_rows import Item, Kind
from tui.widgets.rows import Rows

PLAN: Final = Item(kind=Kind.CATEGORY, key="8")
CONTACT: Final = Item(kind=Kind.CATEGORY, key="2")
HEALTH: Final = Item(kind=Kind.CATEGORY, key="5")
WORK: Final = Item(kind=Kind.CATEGORY, key="9")
THE_WISH: Final = Item(kind=Kind.TEXT, key=WISH.hash.hex())
THE_FEAR: Final = Item(kind=Kind.TEXT, key=FEAR.hash.hex())


def condition(code: Condition) -> Item:
    return Item(kind=Kind.CONDITION, key=code.value)


def field(name: str) -> Item:
    return Item(kind=Kind.FIELD, key=name)


async def stand_on(pilot: Pilot[Any], item: Item) -> None:
    """Walk down the list until the cursor is there, as a person does."""
    await press(pilot, "home")
    listed = pilot.app.screen.query_one("#choices", Rows)
    for _ in range(80):
        if listed.chosen == item:
            return
        await press(pilot, "down")
    raise AssertionError(f"no such row: {item}")


async def answer(pilot: Pilot[Any], item: Item, key: str) -> None:
    await stand_on(pilot, item)
    await press(pilot, key)


async def how_she_said_yes(pilot: Pilot[Any], *, turns: int = 2) -> None:
    """Steps 3 and 4: she said it back; on paper; by herself."""
    await press(pilot, "f3", "y", "f3", *["right"] * turns, "tab", "right")


def recorded(node: Node) -> list[Consent]:
    """Every consent in the vault, as it was signed."""
    ids = [consent_id(row[0]) for row in node.rows("SELECT consent_id FROM consents")]

    def read(unit: Any) -> list[Consent]:  # noqa: ANN401
        found = [consents.find_consent(unit.vault, one) for one in ids]
        return [one.standing.consent for one in found if one is not None]

    return node.read(read)


def ticks(node: Node) -> set[bytes]:
    return {row[0] for row in node.rows("SELECT text_hash FROM ticks")}


def drafts(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM drafts WHERE place = 'consent'")
    return int(count)


def user(node: Node, name: str) -> bytes:
    ((found,),) = node.rows("SELECT user_id FROM users WHERE name = ?", name)
    return bytes(found)


def asking(story: Story) -> ToTakeConsent:
    return ToTakeConsent(case_id=story.case_id, peer=story.bandhan.node_id)


async def take_picture(pilot: Pilot[Any], name: str) -> None:
    """Hold the screen against its snapshot; a list laid out anew has its scroll bar one turn later."""
    for _ in range(3):
        await settled(pilot)
    check_snapshot(pilot.app, name)
