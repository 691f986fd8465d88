"""Code lists of referral, follow-up and consent. An unknown code is refused, never guessed.

Where HTCDS 2.0 or Primero has a list of its own, its name stands beside ours.
"""

from enum import IntEnum, StrEnum
from typing import Final


class Country(StrEnum):
    """Countries of the federation, ISO 3166-1 alpha-2."""

    INDIA = "IN"
    BANGLADESH = "BD"
    NEPAL = "NP"


class Role(StrEnum):
    """What a person of this node may do. The IT volunteer has no key to the vault and is not listed."""

    CASEWORKER = "caseworker"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    DATA_OFFICER = "data_officer"


class CaseStatus(StrEnum):
    """HTCDS cas_Status knows Active, FollowUp, Closed; those names are for export only."""

    INTAKE = "intake"
    ACTIVE = "active"
    ACCOMPANYING = "accompanying"
    CLOSED = "closed"
    REOPENED = "reopened"


class ServiceGroup(StrEnum):
    """All that an offer says about the service; the exact code travels with the dossier."""

    PLACE_TO_STAY = "place_to_stay"
    CARE = "care"
    LIVELIHOOD = "livelihood"
    PAPERS = "papers"
    FAMILY = "family"
    OTHER = "other"


class Priority(StrEnum):
    """Sets the answer-by instant (Primero: service_response_timeframe)."""

    URGENT_24H = "urgent_24h"
    SOON_3D = "soon_3d"
    NORMAL_7D = "normal_7d"
    PLANNED = "planned"


class AgeBand(StrEnum):
    """Under 18 or not; unknown counts as under 18."""

    UNDER_18 = "under_18"
    ADULT = "adult"


class Question(StrEnum):
    """What a receiving organisation may ask before it says yes."""

    ARRIVAL_MONTH = "arrival_month"
    CHILDREN_WITH_HER = "children_with_her"
    ACCESSIBILITY = "accessibility"
    LANGUAGE = "language"
    SAFETY_ON_THE_WAY = "safety_on_the_way"
    SERVICE_DETAIL = "service_detail"


class AnswerCode(StrEnum):
    """An answer that says nothing about her beyond C0."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    NEEDS_NEW_CONSENT = "needs_new_consent"


class FirstStep(StrEnum):
    """What the receiving organisation will do first."""

    CALL_HER = "call_her"
    MEET_AT_BORDER = "meet_at_border"
    ROOM_READY = "room_ready"
    FIRST_APPOINTMENT = "first_appointment"
    HOME_VISIT = "home_visit"
    OTHER = "other"


class DeclineReason(StrEnum):
    """Why an organisation cannot take a referral; it never counts against the survivor."""

    NO_CAPACITY = "no_capacity"
    OUTSIDE_AREA = "outside_area"
    SERVICE_NOT_OFFERED = "service_not_offered"
    LANGUAGE = "language"
    SAFETY_FOR_HER = "safety_for_her"
    SAFETY_FOR_STAFF = "safety_for_staff"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    AGREEMENT_LAPSED = "agreement_lapsed"
    OTHER = "other"


class PlanAnswer(StrEnum):
    """What the receiving organisation does with the plan that came with the dossier."""

    ADOPT = "adopt"
    ADAPT = "adapt"
    CANNOT = "cannot"


class RecallReason(StrEnum):
    """Why a sender takes its offer back."""

    PLACE_FOUND_ELSEWHERE = "place_found_elsewhere"
    PEER_PAUSED = "peer_paused"
    HER_CHOICE = "her_choice"
    OTHER = "other"


class SeenHow(StrEnum):
    """How the worker was in touch with her."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    TRUSTED_PERSON = "trusted_person"


class NotSeenReason(StrEnum):
    """Why a follow-up did not happen (CPIMS: reason_child_not_seen)."""

    SHE_ASKED_NOT_TO_BE_VISITED = "she_asked_not_to_be_visited"
    MOVED = "moved"
    NOT_AT_HOME = "not_at_home"
    FAMILY_REFUSED = "family_refused"
    UNSAFE_TO_VISIT = "unsafe_to_visit"
    WEATHER_OR_ROAD = "weather_or_road"
    PHONE_OFF = "phone_off"
    STAFF_ABSENT = "staff_absent"
    DIED = "died"
    RETRAFFICKING_FEARED = "retrafficking_feared"
    OTHER = "other"


class UnableReason(StrEnum):
    """Why an organisation cannot do a follow-up it was asked for."""

    NO_CAPACITY = "no_capacity"
    OUTSIDE_AREA = "outside_area"
    SAFETY_FOR_HER = "safety_for_her"
    SAFETY_FOR_STAFF = "safety_for_staff"
    NOT_IN_CONTACT = "not_in_contact"
    OTHER = "other"


class Purpose(StrEnum):
    """What a consent is for; another purpose is another consent."""

    CARE_REFERRAL = "care_referral"
    FOLLOW_UP = "follow_up"
    FAMILY_TRACING = "family_tracing"
    HOME_ASSESSMENT = "home_assessment"
    REPATRIATION_PAPERS = "repatriation_papers"
    SAFETY_ALERT = "safety_alert"
    JUSTICE = "justice"
    TRANSLATION = "translation"


class GivenBy(IntEnum):
    """Who gave consent. 3 to 7 are a child's assent together with who had authority."""

    SURVIVOR = 1
    SURVIVOR_WITH_SUPPORT = 2
    CHILD_AND_PARENT = 3
    CHILD_AND_GUARDIAN = 4
    CHILD_AND_CWC_ORDER = 5
    CHILD_AND_PROBATION_OFFICER = 6
    CHILD_AND_RIGHTS_AUTHORITY = 7


class ConsentMethod(IntEnum):
    """How it was given."""

    SPOKEN_AND_WITNESSED = 1
    WRITTEN = 2
    THUMBPRINT = 3
    SIGN_LANGUAGE = 4
    AUDIO = 5


class Condition(StrEnum):
    """Conditions she set; her own words about them travel in `consent.copy`, where they can be erased."""

    CALL_BEFORE_VISIT = "call_before_visit"
    FEMALE_WORKER_ONLY = "female_worker_only"
    NOT_TO_EMPLOYER = "not_to_employer"
    NOT_TO_FAMILY = "not_to_family"
    NOT_TO_MEDIA = "not_to_media"
    NOT_TO_POLICE = "not_to_police"


class WithdrawalWanted(StrEnum):
    """What she wants done with what is already there."""

    STOP_USE = "stop_use"
    ERASE = "erase"
    KEEP_MINIMUM = "keep_minimum"


class WithdrawalStatus(IntEnum):
    """How far the other side has carried out a withdrawal."""

    LOCKED = 1
    ERASED = 2
    LEGAL_HOLD = 3


class ListedState(IntEnum):
    """What became of a consent, as far as the other side is told; a larger one is never taken back."""

    GIVEN = 1
    EXPIRED = 2
    SUPERSEDED = 3
    WITHDRAWN = 4


class FileKind(StrEnum):
    """What is inside a file, by its first bytes. Nothing that can act when it is opened is among them."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    OGG = "ogg"


class FileLabel(StrEnum):
    """What a file is to people; it stands for a name, which could tell more than she allowed."""

    IDENTITY_PAPER = "identity_paper"
    MEDICAL_PAPER = "medical_paper"
    LEGAL_PAPER = "legal_paper"
    SCHOOL_PAPER = "school_paper"
    LETTER = "letter"
    PHOTOGRAPH = "photograph"
    RECORDING = "recording"
    OTHER = "other"


class VerifiedHow(StrEnum):
    """How two people compared the safety number."""

    IN_PERSON = "in_person"
    VOICE = "voice"


class ReceiptStatus(IntEnum):
    """What a receipt says of one message. A person's yes or no is a message, never a status."""

    STORED = 1
    SEEN_BY_PERSON = 2
    REFUSED = 5
    EXPIRED = 6
    WITHHELD = 7


class TextKind(StrEnum):
    """What one of her sentences is."""

    WISH = "wish"
    HOPE = "hope"
    FEAR = "fear"
    GOAL = "goal"
    NOTE = "note"
    HER_WORDS = "her_words"


TEXTS_IN_ORDER: Final = (
    TextKind.WISH,
    TextKind.GOAL,
    TextKind.HOPE,
    TextKind.FEAR,
    TextKind.NOTE,
    TextKind.HER_WORDS,
)
"""What she wants comes before what she is afraid of, and both before what was written down later."""
