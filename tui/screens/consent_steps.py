"""What is laid out in each step of asking her, and on the receipt."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget

from protocol.local import views
from protocol.vocabulary.codes import Condition, ConsentMethod, GivenBy, Purpose
from tui.desk import Desk
from tui.screens import conditions
from tui.screens.consent_form import (
    CANNOT,
    DAYS,
    OFFERED,
    WORDS_CHARACTERS_MAX,
    Answer,
    ConsentForm,
    Missing,
    Situation,
    given,
    given_by_of,
    left_out,
    missing,
    ticked,
)
from tui.screens.consent_form import (
    is_said_back as is_said_back_on,
)
from tui.screens.consent_notice import change_your_mind, notice_lines
from tui.screens.her_sentences import quoted
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.tick import Tick, Ticked
from tui.wording import DRAFT, LANGUAGES, N_, Words

DAY_SECONDS: Final = 24 * 60 * 60
_RECEIPT_OCTETS: Final = 5
_STAYS: Final[Mapping[Answer | None, str]] = {
    None: N_("not asked"),
    Answer.NO: N_("no"),
    Answer.LATER: N_("later"),
    Answer.YES: N_("nothing of it"),
}
_NOTHING: Final = N_("She said yes to nothing. Nothing is recorded, and nothing is sent.")
_NO_RECEIPT: Final = N_("It is recorded. Her receipt stands among her consents.")
_MISSING: Final[Mapping[Missing, str]] = {
    Missing.PEER: N_("Choose the organisation (step 1)."),
    Missing.SAY_BACK: N_("She has not said it back today (step 3)."),
    Missing.METHOD: N_("Choose how she said yes."),
    Missing.GIVEN_BY: N_("Choose who gave it."),
    Missing.WITNESS: N_("Spoken words need a witness: a colleague who was there."),
    Missing.WORDS: N_("Read her words back to her and tick it, or take them out (step 2)."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the steps are made of.

    Attributes:
        words: in the language it is read to her.
        peers: whom she can be asked about.
        users: the people of this organisation.
    """

    desk: Desk
    words: Words
    form: ConsentForm
    situation: Situation
    peers: Sequence[views.PeerView]
    users: Sequence[views.UserView]

    @property
    def peer_name(self) -> str:
        """The organisation she is asked about, or a gap."""
        names = {peer.node_id.hex(): peer.name for peer in self.peers}
        return names.get(self.form.peer, "…")

    def date(self, instant: int) -> str:
        """A day with its year, in her language."""
        return self.words.date(instant, self.desk.zone)


def receipt_code(receipt_id: bytes) -> str:
    """What stands on her receipt: short, hers alone, and known to no partner."""
    letters = base64.b32encode(receipt_id[:_RECEIPT_OCTETS]).decode("ascii")
    return f"R-{letters[:4]}-{letters[4:]}"


def reading(paragraphs: Sequence[Paragraph], *, id: str) -> Widget:
    """A text that can be scrolled by itself."""
    return VerticalScroll(Paragraphs(paragraphs), id=id, classes="reading", can_focus=True)


# Step 1: read together.


def read_together(asking: Asking) -> ComposeResult:
    """For whom, in which language, and the text."""
    say, form = asking.words.say, asking.form
    yield Choice[str](
        say(N_("For")),
        [("", say(N_("choose …"))), *((p.node_id.hex(), p.name) for p in asking.peers)],
        value=form.peer,
        id="peer",
    )
    yield Choice[str](
        say(N_("Read to her in")),
        [(language.code, language.name) for language in LANGUAGES.values()],
        value=form.language,
        id="language",
    )
    yield reading(list(notice_paragraphs(asking)), id="notice")


def notice_paragraphs(asking: Asking) -> Iterator[Paragraph]:
    """The text that is read out, exactly."""
    hint = asking.words.say(N_("Turn the screen, and read it aloud with her:"))
    yield Paragraph(text=hint, style="$text-muted")
    if asking.words.is_draft:
        yield Paragraph(text=asking.words.say(DRAFT), style="$warning", mark="! ")
    for line in notice_lines(
        asking.words, peer=asking.peer_name, is_way_back=asking.form.is_way_back
    ):
        yield Paragraph(text=line, mark="  ")


# Step 2: until when, and what they must keep to.


def below_the_choices(asking: Asking) -> ComposeResult:
    """The end of it, and her own words about her conditions, which belong to what she says back."""
    say, form = asking.words.say, asking.form
    yield ends_on(asking)
    yield Field(
        say(N_("Conditions, her words")),
        form.words,
        characters_max=WORDS_CHARACTERS_MAX,
        id="words",
    )
    yield Tick(
        say(N_("These words were read back to her, and they may read them there")),
        Ticked.YES if form.words_read_back else Ticked.NO,
        id="words_read_back",
    )


def ends_on(asking: Asking) -> Choice[int]:
    """The end of it, as a day."""
    now, words = asking.desk.now, asking.words
    options = [
        (
            days,
            words.say_many(
                "{date} ({count} day)",
                "{date} ({count} days)",
                days,
                date=asking.date(now + days * DAY_SECONDS),
            ),
        )
        for days in DAYS
    ]
    return Choice[int](words.say(N_("Ends on")), options, value=asking.form.days, id="days")


# Step 3: say it back.


def say_back(asking: Asking) -> ComposeResult:
    """What she is asked to say in her own words, and what she said yes to."""
    yield reading([*_questions(asking), *_summary(asking)], id="summary")


def _questions(asking: Asking) -> Iterator[Paragraph]:
    say = asking.words.say
    yield Paragraph(text=say(N_("Ask her to say it in her own words:")), style="bold")
    form = asking.form
    for question in (
        N_("Who will be told, and what?"),
        *([N_("What must they keep to?")] if form.conditions or form.words else []),
        N_("What stays here?"),
        N_("How long, and how can it be stopped?"),
    ):
        yield Paragraph(text=say(question), mark="  · ")
    is_said_back = is_said_back_on(form, today=asking.situation.today)
    if form.understood and not is_said_back:
        again = N_("She said it back on another day. What is recorded counts as said today:")
        yield Paragraph(text=say(again), style="$warning", mark="! ")
    standing = N_("y she understood     n not yet: read it together again")
    if is_said_back:
        standing = N_("✓ She said it back: understood.")
    elif form.understood is False:
        standing = N_("Not yet. Read it together again.")
    style = "$success" if is_said_back else "$accent"
    yield Paragraph(text=say(standing), style=style)


def _summary(asking: Asking) -> Iterator[Paragraph]:
    words, form, sentences = asking.words, asking.form, asking.situation.sentences
    categories = given(form, sentences)
    may = N_("{peer} may tell us:") if form.is_way_back else N_("May be told to {peer}:")
    yield Paragraph(text=words.say(may, peer=asking.peer_name), style="bold")
    if not categories:
        yield Paragraph(text=words.say(N_("nothing")), mark="  ")
    for category in categories:
        yield Paragraph(text=words.category(category), mark="  ✓ ", mark_style="$success")
    for field in left_out(form, categories):
        text = words.say(N_("without: {fact}"), fact=words.field(field))
        yield Paragraph(text=text, mark="    - ", style="$text-muted")
    for sentence in ticked(form, sentences):
        yield Paragraph(text=quoted(words, sentence), mark="    ")
    end = asking.date(asking.desk.now + form.days * DAY_SECONDS)
    yield Paragraph(text=words.say(N_("until {date}"), date=end), mark="  ")
    yield from _kept_to(asking)
    stays = [one for one in OFFERED if one not in categories and one not in CANNOT]
    yield Paragraph(
        text=words.say(N_("Stays here, and nobody is told that it does:")), style="bold"
    )
    for category in stays:
        answer = words.say(_STAYS[form.answers.get(category)])
        yield Paragraph(
            text=f"{words.category(category)} ({answer})", mark="  ", style="$text-muted"
        )


def _kept_to(asking: Asking) -> Iterator[Paragraph]:
    """Her conditions: she hears them again, as they will be read there."""
    words, form = asking.words, asking.form
    if not (form.conditions or form.words):
        return
    told = words.say(N_("What they must keep to: her conditions"))
    yield Paragraph(text=told, style="bold")
    for condition in form.conditions:
        text = words.code_of(Condition, condition)
        yield Paragraph(text=text, mark="  ! ", mark_style="$warning")
    if form.words:
        yield Paragraph(text=f"“{form.words}”", mark="    ")


# Step 4: how she said yes.


def how_she_said_yes(asking: Asking) -> ComposeResult:
    """How, who, and with whom as a witness."""
    say, code, form = asking.words.say, asking.words.code, asking.form
    choose = (0, say(N_("choose …")))
    yield Choice[int](
        say(N_("She said yes")),
        [choose, *((int(one), code(one)) for one in ConsentMethod)],
        value=form.method,
        id="method",
    )
    allowed = given_by_of(asking.situation.age_band)
    yield Choice[int](
        say(N_("It was given")),
        [choose, *((int(one), code(GivenBy(one))) for one in allowed)],
        value=form.given_by,
        id="given_by",
    )
    yield Choice[str](
        say(N_("Witness")),
        [("", say(N_("nobody"))), *_witnesses(asking)],
        value=form.witness,
        id="witness",
    )
    yield Paragraphs(missing_paragraphs(asking), id="missing")


def _witnesses(asking: Asking) -> Iterator[tuple[str, str]]:
    """Colleagues; who asks her cannot be the witness."""
    for user in asking.users:
        if user.user_id != asking.situation.asker:
            yield user.user_id.hex(), user.name


def missing_paragraphs(asking: Asking) -> list[Paragraph]:
    """What has to be done before it can be recorded."""
    return [
        Paragraph(text=asking.words.say(_MISSING[one]), mark="! ", mark_style="$warning")
        for one in missing(asking.form, asking.situation)
    ]


# The receipt.


def receipt(asking: Asking, recorded: views.ConsentView | None) -> ComposeResult:
    """What was recorded, its code, and how to change one's mind; or that nothing was."""
    words = asking.words
    if recorded is None:
        is_given = given(asking.form, asking.situation.sentences)
        text = _NO_RECEIPT if is_given else _NOTHING
        yield reading([Paragraph(text=words.say(text), style="bold")], id="receipt")
        return
    yield reading([*_heading(asking, recorded), *_allowed(asking, recorded)], id="receipt")


def _heading(asking: Asking, recorded: views.ConsentView) -> Iterator[Paragraph]:
    say = asking.words.say
    code = "" if recorded.receipt_id is None else receipt_code(recorded.receipt_id)
    yield Paragraph(text=say(N_("Recorded. Her receipt: {code}"), code=code), style="bold")
    yield Paragraph(text=say(N_("{peer} does not know this code."), peer=asking.peer_name))
    yield Paragraph(text="")


def _allowed(asking: Asking, recorded: views.ConsentView) -> Iterator[Paragraph]:
    """Everything she said yes to, as it was recorded, and how to take it back."""
    words, say = asking.words, asking.words.say
    may = N_("{peer} may tell us:") if asking.form.is_way_back else N_("May be told to {peer}:")
    yield Paragraph(text=say(may, peer=asking.peer_name), style="bold")
    yield Paragraph(text=words.code_of(Purpose, recorded.purpose), mark="  ")
    for category in recorded.categories:
        yield Paragraph(text=words.category(category), mark="  ✓ ", mark_style="$success")
    for field in recorded.excluded_fields:
        text = say(N_("without: {fact}"), fact=words.field(field))
        yield Paragraph(text=text, mark="    - ", style="$text-muted")
    for sentence in asking.situation.sentences:
        if sentence.hash in recorded.texts:
            yield Paragraph(text=quoted(words, sentence), mark="    ")
    for text in conditions.texts(words, recorded):
        yield Paragraph(text=text, mark=f"  {conditions.MARK}", mark_style=conditions.STYLE)
    until = say(N_("until {date}"), date=asking.date(recorded.expires))
    yield Paragraph(text=until, mark="  ")
    yield Paragraph(text="")
    yield Paragraph(text=say(N_("How to change your mind")), style="bold")
    for line in change_your_mind(words):
        yield Paragraph(text=line, mark="  ")
