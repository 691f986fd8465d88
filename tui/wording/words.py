"""`Words`: everything the desk says to one reader, in her language and her digits."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum

from protocol.local.transport import LocalProblem
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Country, VerifiedHow, WithdrawalStatus
from tui.wording import times, troubles
from tui.wording.catalogue import LANGUAGES, is_reviewed, translations
from tui.wording.labels import facts, flows, places
from tui.wording.labels.flows import FLOWS
from tui.wording.labels.lists.catalogue import NOT_SAID
from tui.wording.labels.messages import MESSAGES
from tui.wording.labels.refusals import REFUSALS, UNKNOWN_REFUSAL
from tui.wording.labels.vocabulary import VOCABULARY
from tui.wording.numbers import LATIN, Digits, grouped, in_latin, turned


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words for one reader.

    Attributes:
        language: one of `LANGUAGES`.
        digits: the language's own digits, or 0 to 9, which many offices write in every language.
    """

    language: str
    digits: Digits

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError("a language that the desk does not speak")

    # Texts.

    def say(self, text: str, /, **values: str | int) -> str:
        """A text with its values in it; a number is written in the reader's digits, a string as it is."""
        # What a catalogue has for the empty text is its header.
        return self._filled(self._catalogue.gettext(text), values) if text else ""

    def say_many(self, one: str, many: str, count: int, /, **values: str | int) -> str:
        """A text that depends on a number, which stands in it as `{count}`."""
        chosen = self._catalogue.ngettext(one, many, count)
        return self._filled(chosen, {**values, "count": count})

    def say_in(self, context: str, text: str, /, **values: str | int) -> str:
        """A text that other languages say differently in this context."""
        return self._filled(self._catalogue.pgettext(context, text), values)

    @property
    def is_draft(self) -> bool:
        """Are these words still to be reviewed by people who speak the language?"""
        return not is_reviewed(self.language)

    @property
    def tag(self) -> str:
        """The language as texts and consents name it: `ben`."""
        return LANGUAGES[self.language].tag

    # Codes.

    def code(self, member: Enum) -> str:
        """The label of a member of a closed list."""
        label = VOCABULARY.get(type(member), {}).get(member)
        if label is not None:
            return self.say(label)
        return self._labelled(FLOWS.get(type(member).__name__, {}), str(member.value))

    def code_of(self, kind: type[Enum], raw: str | int) -> str:
        """The label of a code as a view holds it; a code from a newer partner is shown as it is."""
        try:
            return self.code(kind(raw))
        except ValueError:
            return self._unlabelled(str(raw))

    def referral_state(self, state: str) -> str:
        """Where a referral stands."""
        return self._labelled(FLOWS["ReferralState"], state)

    def referral_event(self, event: str) -> str:
        """What happened to a referral."""
        return self._labelled(FLOWS["ReferralEvent"], event)

    def follow_up_state(self, state: str) -> str:
        """Where a follow-up stands."""
        return self._labelled(FLOWS["FollowUpState"], state)

    def consent_state(self, state: str) -> str:
        """What a consent amounts to now."""
        return self._labelled(FLOWS["ConsentState"], state)

    def outbox_state(self, state: str) -> str:
        """Where a message of ours stands."""
        return self._labelled(FLOWS["OutboxState"], state)

    def file_state(self, state: str) -> str:
        """How a file stands, ours or theirs."""
        return self._labelled(FLOWS["FileState"], state)

    def task(self, task: str) -> str:
        """What needs a person."""
        return self._labelled(FLOWS["Task"], task)

    def category(self, category: int) -> str:
        """The short name of a category of facts."""
        return self.code_of(Category, category)

    def country(self, code: str) -> str:
        """The name of a country."""
        return self.code_of(Country, code)

    def field(self, field: str) -> str:
        """The name of a fact."""
        return self._labelled(facts.FIELDS, field)

    def fact_code(self, field: str, code: str) -> str:
        """What a code says that stands in a fact."""
        return self._labelled({**NOT_SAID, **facts.CODES.get(field, {})}, code)

    def refusal(self, code: str) -> str:
        """Why a thing was not done and what to do, for what `RefusedError.code` or a refused message says."""
        sentence = REFUSALS.get(code)
        return self.say(UNKNOWN_REFUSAL, code=code) if sentence is None else self.say(sentence)

    def problem(self, name: str) -> str:
        """What to say when an answer was a problem of this name, such as `FaultError.problem`."""
        if name not in set(LocalProblem):
            return self.say(troubles.FAULT)
        return self.say(troubles.PROBLEMS[LocalProblem(name)])

    def busy(self, seconds: int) -> str:
        """What to say when a command may be tried again after so many seconds."""
        return self.say_many(
            "Not now. Try again in {count} second.",
            "Not now. Try again in {count} seconds.",
            seconds,
        )

    def peer_status(self, status: str) -> str:
        """How we stand with a partner."""
        return self._labelled(flows.PEER_STATUS, status)

    def trust(self, level: int, *, how: str | None) -> str:
        """How sure we are who a partner is; `how` is how two people compared the safety number."""
        if level == max(flows.TRUST) and how is not None:
            return self.code_of(VerifiedHow, how)
        label = flows.TRUST.get(level)
        return self._unlabelled(str(level)) if label is None else self.say(label)

    def withdrawal(self, status: int) -> str:
        """How far a holder has carried a withdrawal out, as `HolderView.status` says it."""
        if status == 0:
            return self.say(flows.WITHDRAWAL_ASKED)
        return self.code_of(WithdrawalStatus, status)

    def message_type(self, name: str) -> str:
        """What people call a message of this type."""
        return self._labelled(MESSAGES, name)

    def language_name(self, tag: str) -> str:
        """The name of a language by its three letters."""
        label = places.LANGUAGE_NAMES.get(tag)
        return tag if label is None else self.say(label)

    def area(self, code: str) -> str:
        """An area with its country, the narrowest first: Khulna, Bangladesh."""
        country, *parts = code.split("-")
        wide = "-".join([country, *parts[:1]])
        label = places.AREAS.get(wide)
        known = [] if label is None else [self.say(label)]
        spelt = [part.capitalize() for part in parts[len(known) :]]
        return ", ".join([*reversed(spelt), *known, self.country(country)])

    # Numbers and times.

    def number(self, number: int) -> str:
        """A number in lakh grouping: 12,34,567."""
        return self.digits_of(grouped(number))

    def digits_of(self, text: str) -> str:
        """A text in the reader's digits; codes such as K-0142 keep theirs."""
        return turned(text, digits=self._own_digits)

    def day(self, instant: int, zone: tzinfo) -> str:
        """A day of this year: 24 Nov."""
        at = datetime.fromtimestamp(instant, zone)
        context, name = times.SHORT_MONTHS[at.month - 1]
        return self.say("{day} {month}", day=at.day, month=self.say_in(context, name))

    def date(self, instant: int, zone: tzinfo) -> str:
        """A day of any year: 24 November 2026."""
        at = datetime.fromtimestamp(instant, zone)
        context, name = times.MONTHS[at.month - 1]
        return self.say(
            "{day} {month} {year}",
            day=at.day,
            month=self.say_in(context, name),
            year=self.digits_of(str(at.year)),
        )

    def clock(self, instant: int, zone: tzinfo) -> str:
        """The time of day: 09:41."""
        return self.digits_of(datetime.fromtimestamp(instant, zone).strftime("%H:%M"))

    def month(self, month: str) -> str:
        """A month as an offer names it, `2027-01`: January 2027. What is no month is shown as it is."""
        found = times.year_and_month(month)
        if found is None:
            return month
        context, name = times.MONTHS[found[1] - 1]
        return self.say(
            "{month} {year}", month=self.say_in(context, name), year=self.digits_of(found[0])
        )

    def since(self, seconds: int) -> str:
        """How long something has been so: just now, 5 min, 2 h, 3 days, 4 months."""
        if seconds < times.MINUTE:
            return self.say("just now")
        if seconds < times.HOUR:
            return self.say_many("{count} min", "{count} min", seconds // times.MINUTE)
        if seconds < times.DAY:
            return self.say_many("{count} h", "{count} h", seconds // times.HOUR)
        days = seconds // times.DAY
        if days < times.DAYS_BEFORE_MONTHS:
            return self.say_many("{count} day", "{count} days", days)
        return self.say_many("{count} month", "{count} months", days // times.DAYS_PER_MONTH)

    # What the above is made of.

    @property
    def _catalogue(self) -> gettext.NullTranslations:
        return translations(self.language)

    @property
    def _own_digits(self) -> str:
        return (LANGUAGES[self.language].digits if self.digits == "native" else "") or LATIN

    def _filled(self, template: str, values: Mapping[str, str | int]) -> str:
        native = LANGUAGES[self.language].digits
        if self.digits == "latin" and native:
            template = in_latin(template, digits=native)
        shown = {
            name: self.number(value) if isinstance(value, int) else value
            for name, value in values.items()
        }
        return template.format_map(shown)

    def _labelled(self, labels: Mapping[str, str], code: str) -> str:
        label = labels.get(code)
        return self._unlabelled(code) if label is None else self.say(label)

    def _unlabelled(self, code: str) -> str:
        english = code.replace("_", " ")
        return code if english == code else f"{english} ({code})"
