"""The last chapter: she is asked again, her words come back, she withdraws; then the desks are left."""

from typing import Final

from protocol.local import commands, views
from protocol.vocabulary.codes import SeenHow
from tests.walk.arriving import hide, unlock
from tests.walk.asking import look
from tests.walk.desks import carry
from tests.walk.reader import Reader
from tests.walk.referring import DOSSIER, of_type, open_referral, send, show
from tests.walk.survivor import CASE, HER_WORDS, RAB, WISH

REPORT: Final = "followup.report/1"
_ERASED: Final = 2


def ask_again_and_report(alo: Reader, bandhan: Reader) -> None:
    """Her second yes comes before a word of hers goes back."""
    open_referral(alo, bandhan.place)
    alo.press("ask to see her")
    alo.stands_at("Ask them to see her")
    alo.keep("ask-to-see-her")
    send(alo)
    carry(alo.place, bandhan.place)
    bandhan.go_to("Follow-ups")
    bandhan.keep("follow-ups")
    bandhan.press("done: tell")
    bandhan.stands_at("How she is")
    bandhan.sees(
        "Ask her again, in private: may {partner} know how she is?", partner=alo.place.name
    )
    bandhan.keep("second-asking")
    bandhan.press_and_see("she says yes", "Was she seen?")
    seen = bandhan.say("Seen: {how}", how=bandhan.words.code(SeenHow.IN_PERSON))
    bandhan.choose("Was she seen?", seen)
    bandhan.move_to_typing()
    bandhan.type(HER_WORDS)
    bandhan.move_to("Read back to her as it stands here; she says it may go")
    bandhan.press("tick")
    bandhan.keep("report")
    send(bandhan)
    carry(alo.place, bandhan.place)


def read_her_words(alo: Reader, bandhan: Reader) -> None:
    """They stand at Alo as she said them there."""
    alo.go_to("Follow-ups")
    alo.keep("follow-ups")
    alo.move_to_row(bandhan.place.name)
    alo.press("open")
    screen = alo.reads(HER_WORDS)
    assert RAB in screen.text
    alo.keep("her-words-came")
    assert not of_type(show(alo.place), REPORT).is_erased


def withdraw(alo: Reader, bandhan: Reader) -> None:
    """Asked, locked, erased: as the screen says it, and as the other node holds it."""
    alo.go_to("Cases")
    alo.move_to_row(CASE)
    alo.press("open")
    alo.stands_at(CASE)
    alo.keep("case-full")
    alo.press("withdraw")
    alo.stands_at("She changes her mind")
    alo.keep("withdraw")
    alo.press("she withdraws")
    alo.keep("withdraw-asked")
    alo.press_and_see(
        "yes", "Withdrawn, from this moment. Whoever has something of it is told at once."
    )
    alo.keep("withdrawn")
    carry(alo.place, bandhan.place)
    alo.reads(alo.words.withdrawal(_ERASED))
    alo.keep("withdrawal-erased")
    assert of_type(show(bandhan.place), DOSSIER).is_erased
    bandhan.go_to("Inbox")
    bandhan.move_to_row(alo.place.name)
    bandhan.press("open")
    bandhan.stands_at("From {partner}", partner=alo.place.name)
    screen = bandhan.keep("after-withdrawal")
    assert WISH[:12] not in screen.text


def look_at_ledger(alo: Reader, bandhan: Reader) -> None:
    """Who knew what, and what became of it."""
    alo.go_to("Sharing", heading="Sharing: who knows what about her")
    alo.keep("sharing")
    alo.move_to_row(CASE)
    alo.press("who knows what")
    alo.stands_at("Who knows what about {number}", number=CASE)
    alo.reads(bandhan.place.name)
    alo.keep("ledger")


def hide_and_come_back(alo: Reader) -> None:
    """Nothing of hers is on the locked screen, and what was half-written is whole."""
    alo.go_to("Cases")
    alo.move_to_row(CASE)
    alo.press("open")
    alo.stands_at(CASE)
    alo.press("her words")
    alo.stands_at("Her own words")
    alo.reads(CASE)
    alo.move_to_typing()
    alo.type(RAB)
    hide(alo)
    screen = alo.keep("hidden-again")
    for hers in (CASE, WISH[:12], RAB):
        assert hers not in screen.text
    unlock(alo)
    alo.stands_at("Today")
    alo.keep("today-with-a-draft")
    alo.go_to("Cases")
    alo.move_to_row(CASE)
    alo.press("open")
    alo.stands_at(CASE)
    alo.press("her words")
    alo.stands_at("Her own words")
    alo.reads(RAB)
    alo.keep("draft-is-whole")
    alo.leave()
    assert WISH in {one.text for one in look(alo.place).sentences}


def lock_and_close(reader: Reader) -> None:
    """What has not left yet, the lock, and the end."""
    reader.press_looked_up("outbox")
    reader.stands_at("Outbox")
    reader.keep("outbox")
    reader.press_looked_up("lock")
    reader.stands_at("Notes")
    reader.keep("locked")
    reader.press("close")
    reader.sees_end()
    audit = reader.place.colleague.ask(commands.CheckAudit(), views.AuditState)
    assert audit.is_whole
