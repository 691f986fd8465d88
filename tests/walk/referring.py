"""The third chapter: an offer, stopped once and sent once; a question, an answer, a yes, the dossier."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from protocol.local import commands, views
from protocol.vocabulary.codes import AnswerCode, FirstStep, PlanAnswer, Question, ServiceGroup
from tests.walk.asking import look
from tests.walk.desks import Place, carry
from tests.walk.reader import Reader
from tests.walk.survivor import CASE, FEAR, KEPT, SKILL, WISH

DOSSIER: Final = "referral.dossier/1"
AREA: Final = "IN-assam"


def offer(alo: Reader, bandhan: Reader) -> None:
    """What is previewed is all that arrives; stopped in time, nothing arrives."""
    partner = bandhan.place.name
    alo.go_to("Cases")
    alo.move_to_row(CASE)
    alo.keep("cases")
    alo.press("refer")
    _fill_offer(alo, partner)
    alo.keep("offer")
    alo.press("send")
    alo.reads_like(_pattern(alo, "Leaves in {count} s. u stops it: then nothing has happened."))
    alo.keep("offer-leaves-soon")
    alo.press_and_see("stop it", "Stopped. Nothing was sent.")
    alo.keep("offer-stopped")
    carry(alo.place, bandhan.place)
    assert referrals(bandhan.place) == []

    alo.go_to("Cases")
    alo.move_to_row(CASE)
    alo.press("refer")
    _fill_offer(alo, partner)
    send(alo)
    carry(alo.place, bandhan.place)
    came = referrals(bandhan.place)
    assert [line.offer.service_group for line in came] == [ServiceGroup.LIVELIHOOD]
    shown = show(bandhan.place)
    assert not [message for message in shown.messages if message.is_personal]


def _fill_offer(reader: Reader, partner: str) -> None:
    reader.stands_at("Refer {case}", case=CASE)
    reader.choose("Asks for", reader.words.code(ServiceGroup.LIVELIHOOD))
    reader.choose("Where", reader.words.area(AREA).partition(",")[0])
    reader.choose("Month", reader.words.month(_next_month()))
    reader.sees("Exactly what {partner} will see", partner=partner)
    screen = reader.sees("Nothing else is in it.")
    assert WISH[:12] not in screen.text, screen


def _next_month() -> str:
    first = datetime.now(UTC).replace(day=1)
    return f"{first + timedelta(days=31):%Y-%m}"


def ask_and_answer(alo: Reader, bandhan: Reader) -> None:
    """Bandhan asks before it decides; Alo answers by choosing."""
    bandhan.go_to("Today")
    bandhan.keep("today-with-an-offer")
    bandhan.go_to("Inbox")
    bandhan.move_to_row(alo.place.name)
    bandhan.keep("inbox")
    bandhan.press("open")
    bandhan.stands_at("From {partner}", partner=alo.place.name)
    bandhan.keep("offer-received")
    bandhan.press("question")
    bandhan.stands_at("Ask a question")
    bandhan.choose("Question", bandhan.words.code(Question.CHILDREN_WITH_HER))
    bandhan.keep("question")
    send(bandhan)
    carry(alo.place, bandhan.place)

    open_referral(alo, bandhan.place)
    alo.keep("question-received")
    alo.press("answer")
    alo.stands_at("Answer their question")
    alo.reads(alo.words.code(Question.CHILDREN_WITH_HER))
    alo.choose("Answer", alo.words.code(AnswerCode.NO))
    alo.keep("answer")
    send(alo)
    carry(alo.place, bandhan.place)
    bandhan.reads(bandhan.words.code(AnswerCode.NO))
    bandhan.keep("answer-received")


def accept(alo: Reader, bandhan: Reader) -> None:
    """Yes, with who, what first, and from when."""
    bandhan.press("yes")
    bandhan.stands_at("Yes, we keep a place")
    bandhan.choose("First step", bandhan.words.code(FirstStep.ROOM_READY))
    bandhan.move_to("From which day")
    bandhan.press_second_of("week")
    bandhan.keep("yes")
    send(bandhan)
    carry(alo.place, bandhan.place)
    accepted = show(alo.place)
    assert (accepted.worker, accepted.first_step) == (bandhan.place.person, FirstStep.ROOM_READY)
    assert accepted.from_date is not None
    alo.reads(alo.words.date(accepted.from_date, UTC))
    alo.keep("yes-received")
    alo.press_and_see("I told her", "Written down: she knows who expects her, and when.")


def send_dossier(alo: Reader, bandhan: Reader) -> None:
    """What she ticked arrives, what she did not tick does not."""
    alo.press("send what she allows")
    alo.stands_at("What she lets us tell them")
    screen = alo.sees("Nothing else is in it.")
    alo.keep("dossier")
    assert KEPT not in screen.text, screen
    send(alo)
    carry(alo.place, bandhan.place)

    bandhan.go_to("Inbox")
    bandhan.move_to_row(alo.place.name)
    bandhan.press("open")
    bandhan.stands_at("From {partner}", partner=alo.place.name)
    bandhan.keep("dossier-received")
    bandhan.press("read")
    for text in (WISH, FEAR, SKILL):
        bandhan.reads(text)
    screen = bandhan.keep("dossier-read")
    assert KEPT[:12] not in screen.text, screen
    message = of_type(show(bandhan.place), DOSSIER)
    command = commands.ReadMessage(
        peer=message.peer, message_id=message.message_id, with_names=True
    )
    told = bandhan.place.colleague.ask(command, views.MessageView)
    assert {said.text for said in told.sentences} == {WISH, FEAR}
    bandhan.leave()


def prepare_and_arrive(alo: Reader, bandhan: Reader) -> None:
    """They are ready for her; she is there."""
    bandhan.stands_at("From {partner}", partner=alo.place.name)
    bandhan.press("we are ready")
    bandhan.stands_at("Ready for her")
    bandhan.choose("Her plan", bandhan.words.code(PlanAnswer.ADOPT))
    bandhan.keep("ready")
    send(bandhan)
    carry(alo.place, bandhan.place)
    assert show(alo.place).referral.state == "prepared"
    bandhan.press("she is here")
    bandhan.stands_at("She is here")
    bandhan.keep("she-is-here")
    send(bandhan)
    carry(alo.place, bandhan.place)
    assert show(alo.place).arrived_at is not None
    assert look(bandhan.place).case_number
    open_referral(alo, bandhan.place)
    alo.keep("she-is-there")


def open_referral(reader: Reader, partner: Place) -> None:
    """The first referral to this partner, from the list of what was asked of others."""
    reader.go_to("Refer")
    reader.move_to_row(partner.name)
    reader.press("open")
    reader.stands_at("{case} to {partner}", case=CASE, partner=partner.name)


def send(reader: Reader) -> None:
    """Send what is on the screen, and let its seconds pass."""
    reader.press("send")
    reader.sees("On its way.")


def _pattern(reader: Reader, text: str) -> str:
    before, _, after = reader.say(text, count=0).partition(reader.words.number(0))
    return f"{re.escape(before)}.{re.escape(after)}"


def referrals(place: Place) -> list[views.ReferralLine]:
    """Every referral this node knows."""
    command = commands.ListReferrals(is_ours=None)
    return place.colleague.ask(command, views.Referrals).referrals


def of_type(view: views.ReferralView, name: str) -> views.MessageLine:
    """The one message of a type that came."""
    (found,) = (message for message in view.messages if message.type == name)
    return found


def show(place: Place) -> views.ReferralView:
    """The referral as this node holds it."""
    command = commands.ShowReferral(thread=referrals(place)[0].thread)
    return place.colleague.ask(command, views.ReferralView)
