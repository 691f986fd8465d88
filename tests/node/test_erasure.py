"""What she takes back is gone: from every page, every log frame and every other file of the folder.

The oracle is `node.vault.pages`, which decrypts the files with the raw key and knows no query of ours. What
rests under a key of its own is looked for as that key and as the encrypted bytes. A proof that nothing is
found is worth nothing without its controls: the same search finds everything before, and finds again what is
left when one safeguard is off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from node import faults
from node.services import casework
from node.vault import pages
from node.vault.unit import Unit
from protocol.local import commands
from protocol.sealing import decrypt_at_rest
from protocol.vocabulary.codes import TextKind
from tests.support.federation import Node
from tests.support.story import FACTS, Story, sentence

# One word for each place. In an index only what differs from the word before is written, so no two of them
# begin alike.
WORDS: Final = {
    "line": "wortkloster",
    "telephone": "qualmwolken",
    "code": "letter",
    "codes": "neighbours",
    "work": "jammertalweg",
    "sentence": "violettmoos",
    "other sentence": "kupferdrache",
    "conditions": "regenpfeifer",
    "queued report": "mondscheibe",
    "fact of the queued report": "agreed_with_changes",
    "draft about the thread": "harfenspiele",
    "draft about the message": "nordlichtern",
}
"""What she said, by the place in which it stands."""
INDEXED: Final = {"line", "telephone", "code", "sentence", "other sentence"}
IN_PLAIN: Final = INDEXED | {"draft about the thread", "draft about the message"}
"""What stands in the vault's own pages as it is: texts that can be searched for, and drafts."""
DOSSIER: Final[dict[str, commands.FactInput]] = {
    **FACTS,
    "present_town": WORDS["line"],
    "safe_phone": WORDS["telephone"],
    "contact_how": WORDS["code"],
    "contact_never": [WORDS["codes"]],
    "skills": [WORDS["work"]],
}
SAID: Final = (
    sentence(TextKind.WISH, f"আমি {WORDS['sentence']} চাই।"),
    sentence(TextKind.FEAR, f"আমি {WORDS['other sentence']} ভয় পাই।"),
)
_PIECE_BYTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """What to look for in a folder, by the name of its place; several where one may be cut by a page."""

    by_place: dict[str, list[bytes]]

    def found_at(self, node: Node) -> set[str]:
        """The places of which something is still there, or that nobody can search."""
        flat = [(place, raw) for place, raws in self.by_place.items() for raw in raws]
        findings = pages.find(node.folder, key=node.key, canaries=[raw for _, raw in flat])
        return {flat[one.canary][0] if one.canary >= 0 else one.form for one in findings}


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    """No failpoint stays armed."""
    yield
    faults.disarm()


@pytest.fixture
def filled(story: Story) -> Story:
    """At Bandhan there is a canary in every place where something about her can lie."""
    story.open_case(facts=DOSSIER, sentences=SAID)
    story.agree(texts=[text.hash for text in SAID])
    story.agree_way_back(words=WORDS["conditions"])
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.arrive()
    story.confirm()
    story.settle()
    [(dossier,)] = story.bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    for about, place in (
        (bytes(story.thread), "draft about the thread"),
        (dossier, "draft about the message"),
    ):
        draft = commands.SaveDraft(place="thread", about=about, text=WORDS[place])
        story.bandhan.use(casework.save_draft, draft)
    story.report(
        WORDS["queued report"],
        facts={"plan_position": WORDS["fact of the queued report"]},
    )
    return story


def payloads(node: Node) -> list[tuple[str, bytes, bytes]]:
    """Type, encrypted payload and key of everything personal that rests in a vault."""
    rows = node.rows(
        "SELECT type, payload, key_id FROM messages WHERE key_id IS NOT NULL"
        " UNION ALL SELECT type, payload, key_id FROM outbox WHERE key_id IS NOT NULL"
    )
    keys = dict(
        node.read(
            lambda unit: unit.keys.execute("SELECT key_id, key FROM disclosure_keys").fetchall()
        )
    )
    return [(type_name, payload, keys[key_id]) for type_name, payload, key_id in rows]


def canaries_of(node: Node) -> Canaries:
    """Each word, and for each payload its key and pieces of its encrypted bytes."""
    places = {place: [word.encode()] for place, word in WORDS.items()}
    for number, (type_name, payload, key) in enumerate(payloads(node)):
        places[f"key of {type_name} {number}"] = [key]
        places[f"payload of {type_name} {number}"] = [
            payload[at : at + _PIECE_BYTES]
            for at in range(0, len(payload) - _PIECE_BYTES, _PIECE_BYTES)
        ]
    return Canaries(by_place=places)


def withdraw_everything(story: Story) -> None:
    """She takes both consents back, and Bandhan has taken her word, but has not erased yet."""
    story.withdraw()
    story.withdraw(story.way_back)
    story.federation.deliver(story.alo)
    box = story.federation.box(story.bandhan)
    story.bandhan.take(box)
    box.clear()


def test_every_word_she_said_is_in_a_page_or_in_a_payload_that_opens(filled: Story) -> None:
    canaries = canaries_of(filled.bandhan)
    opened = b"".join(
        decrypt_at_rest(payload, key=key) for _, payload, key in payloads(filled.bandhan)
    )

    in_pages = canaries.found_at(filled.bandhan)
    in_payloads = {place for place, word in WORDS.items() if word.encode() in opened}

    assert in_pages == canaries.by_place.keys() - (WORDS.keys() - IN_PLAIN)
    assert in_pages | in_payloads >= canaries.by_place.keys()
    assert len(canaries.by_place) == len(WORDS) + 2 * 4


def test_after_her_no_nothing_is_found_in_any_file(filled: Story) -> None:
    canaries = canaries_of(filled.bandhan)
    withdraw_everything(filled)
    filled.bandhan.erase()

    assert canaries.found_at(filled.bandhan) == set()
    assert not filled.bandhan.database.is_erasure_pending
    assert filled.bandhan.rows("SELECT erased_at IS NOT NULL FROM erasures") == [(1,), (1,)]


def test_with_the_secure_delete_of_the_index_off_the_same_search_finds_her_words(
    filled: Story,
) -> None:
    canaries = canaries_of(filled.bandhan)
    filled.bandhan.write(
        lambda unit: unit.vault.execute(
            "INSERT INTO search (search, rank) VALUES ('secure-delete', 0)"
        )
    )
    withdraw_everything(filled)
    filled.bandhan.erase()

    assert canaries.found_at(filled.bandhan) == INDEXED


def test_with_the_checkpoint_left_out_the_same_search_finds_everything_that_was_locked(
    filled: Story,
) -> None:
    canaries = canaries_of(filled.bandhan)
    withdraw_everything(filled)
    faults.arm("erase.before_checkpoint")
    with pytest.raises(faults.InjectedCrash):
        filled.bandhan.erase()

    left = canaries.found_at(filled.bandhan)

    queued = {place for place in canaries.by_place if "followup.report" in place}
    in_pages = canaries.by_place.keys() - (WORDS.keys() - IN_PLAIN)
    assert left == in_pages - queued
    assert filled.bandhan.database.is_erasure_pending


def test_a_crash_before_the_checkpoint_is_mended_when_the_vault_opens_again(
    filled: Story,
) -> None:
    canaries = canaries_of(filled.bandhan)
    withdraw_everything(filled)
    faults.arm("erase.before_checkpoint")
    with pytest.raises(faults.InjectedCrash):
        filled.bandhan.erase()
    filled.bandhan.reopen()

    assert canaries.found_at(filled.bandhan) == set()


def test_while_a_log_still_holds_her_words_nobody_is_told_that_they_are_gone(
    filled: Story,
) -> None:
    withdraw_everything(filled)
    told = filled.bandhan.read(lambda unit: _erase_while_reading(filled.bandhan, unit))
    later = filled.bandhan.database.checkpoint()
    erased = filled.bandhan.erase()

    assert (told, later, erased) == (False, True, True)


def _erase_while_reading(node: Node, reading: Unit) -> bool:
    # A reader that has begun keeps its old pages in the log.
    reading.vault.execute("SELECT count(*) FROM messages").fetchone()
    return node.erase()


def test_her_words_that_came_back_are_gone_at_the_other_end_too(story: Story) -> None:
    story.up_to_dossier()
    story.confirm()
    story.report(WORDS["queued report"])
    story.settle()
    canary = Canaries(by_place={"report": [WORDS["queued report"].encode()]})
    before = canary.found_at(story.alo)
    story.withdraw(story.way_back)
    story.settle()

    assert before == {"report"}
    assert canary.found_at(story.alo) == set()


def test_a_queued_report_that_is_cancelled_leaves_no_key_and_no_byte(filled: Story) -> None:
    canaries = Canaries(
        by_place={
            place: raws
            for place, raws in canaries_of(filled.bandhan).by_place.items()
            if "followup.report" in place
        }
    )
    before = canaries.found_at(filled.bandhan)
    filled.withdraw(filled.way_back, at=filled.bandhan)

    assert before == canaries.by_place.keys()
    assert canaries.found_at(filled.bandhan) == set()
