"""Text snapshots: what a screen looked like when somebody last looked at it, kept beside its test.

`SATHI_SNAPSHOTS=write` (`make snapshots`) writes them anew; the difference is then read like any other.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.desk_app import LARGE, SMALL, rows
from tui.termwidth import measure
from tui.wording import glossary

FOLDER: Final = Path(__file__).parents[1] / "tui" / "snapshots"
LANGUAGES: Final = ("en", "bn")
SIZES: Final = ("80x24", "120x40")
PICTURES: Final[Mapping[str, set[str]]] = {
    "AnswerScreen": {
        "answer_arrived",
        "answer_ask",
        "answer_decline",
        "answer_follow_up",
        "answer_no",
        "answer_prepared",
        "answer_recall",
        "answer_to_a_question",
        "answer_yes",
    },
    "AskScreen": {"answer_recall-sure"},
    "AttachScreen": {"attach"},
    "CannotScreen": {"followups-cannot"},
    "CaseScreen": {
        "case",
        "case_empty",
        "case_perhaps_same",
        "case_told",
        "case_with_names",
    },
    "CasesScreen": {
        "cases",
        "cases_no_match",
        "cases_none",
        "cases_sounding",
        "cases_with_names",
    },
    "CommandPalette": {"palette"},
    "ConsentsScreen": {"consents"},
    "DayScreen": {"partners-day"},
    "DossierScreen": {"dossier"},
    "FactsScreen": {"facts_contact", "facts_identity_hidden", "facts_plan"},
    "FilesScreen": {"files"},
    "FollowUpsScreen": {"followups"},
    "HelpScreen": {"help"},
    "HowScreen": {"partner-how"},
    "InboxScreen": {"inbox"},
    "LedgerScreen": {"ledger", "ledger_withdrawn"},
    "MeetScreen": {"meet", "meet-read"},
    "MembershipScreen": {"membership"},
    "MessageScreen": {"message"},
    "MoveScreen": {"followups-move"},
    "NewCaseScreen": {"new_case"},
    "OfferScreen": {"offer", "offer_without_consent"},
    "OutboxScreen": {"outbox"},
    "PartnerScreen": {"partner", "partner_anew", "partner_keys_over", "partner_frozen"},
    "PartnersScreen": {"partners", "partners-our_computer", "partners-stopped"},
    "PlainWordsScreen": {"plain_words"},
    "PracticeScreen": {
        "practice-1",
        "practice-2",
        "practice-3",
        "practice-4",
        "practice-5",
        "practice-6",
    },
    "ReadBackScreen": {"take_consent_read_back"},
    "ReferScreen": {"refer"},
    "ReferralScreen": {"referral_of_ours", "referral_to_us", "referral_with_a_dossier"},
    "ReportScreen": {"report", "report-asking"},
    "SameScreen": {"same"},
    "SendFileScreen": {"send_file"},
    "SettingsScreen": {"settings"},
    "SharingScreen": {"sharing"},
    "SticksScreen": {"sticks", "sticks-made", "sticks-taken"},
    "TakeConsentScreen": {
        "take_consent_1",
        "take_consent_2",
        "take_consent_3",
        "take_consent_4",
        "take_consent_receipt",
    },
    "TakeOutScreen": {"take_out"},
    "TickSentencesScreen": {"tick_sentences"},
    "TodayScreen": {"today"},
    "UnlockScreen": {"unlock", "unlock-refused"},
    "WithdrawScreen": {"withdraw", "withdrawn"},
    "WordsScreen": {"words"},
}
"""For each screen the names of its pictures; each is taken in both languages and both sizes."""

# In a Bengali screen Latin letters stand in these alone: names of keys, ids and codes, and what invented
# people are called or wrote.
_CODES: Final = re.compile(
    r"\b[a-z2-7]{8}\.bin\b|\b(?:ALO|PRACTICE|IN|R|B)-[0-9A-Z-]+|\bsn1[0-9a-z]+|/tmp/\S+|\bFIR\b"
    r"|\bsathi(?:\s+[a-z]+)+"
)
_WORDS: Final = re.compile(r"[A-Za-z]+")
_KEYS: Final = re.compile(r"(?i:esc|tab|enter|space|ctrl|pgup|pgdn|home|end)|F|[A-Za-z]")
# It says what the English words of the field mean, and names them in brackets behind each heading.
_ABOUT_ENGLISH_WORDS: Final = {"plain_words"}
_INVENTED: Final = {
    *("Alo", "Shelter", "Bandhan", "Bandh", "Chautari", "Rina", "Rehana"),
    *("sewing", "tailoring", "rehabilitation", "of", "zzz"),
}


LOOKS: Final = pytest.mark.parametrize(
    ("language", "size"), [("en", SMALL), ("en", LARGE), ("bn", SMALL), ("bn", LARGE)]
)
"""Each picture is taken so."""


def check_snapshot(app: Any, name: str) -> None:  # Any: every application of Textual  # noqa: ANN401
    """Hold the screen against `NAME.LANGUAGE.COLUMNSxROWS.txt`, and no row may be wider than the screen."""
    size, seen = app.size, rows(app)
    wide = [row for row in seen if measure(row) > size.width]
    assert not wide, wide
    assert name in PICTURES[type(app.screen).__name__]
    language = app.desk.words.language
    if language == "bn":
        assert latin_in(_without_terms(seen) if name in _ABOUT_ENGLISH_WORDS else seen) == []
    path = FOLDER / f"{name}.{language}.{size.width}x{size.height}.txt"
    text = "\n".join(seen) + "\n"
    if os.environ.get("SATHI_SNAPSHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.is_file(), f"no snapshot '{path.name}': look at the screen, then `make snapshots`"
    assert text == path.read_text(encoding="utf-8")


def latin_in(seen: list[str]) -> list[str]:
    """Words in Latin letters that nobody who reads Bengali should have to read."""
    words = _WORDS.findall(_CODES.sub(" ", "\n".join(seen)))
    return [word for word in words if word not in _INVENTED and not _KEYS.fullmatch(word)]


def _without_terms(seen: list[str]) -> list[str]:
    """The rows without the English terms that are explained there, each in its brackets."""
    for entry in glossary("bn"):
        seen = [row.replace(f"({entry.term})", "") for row in seen]
    return seen
