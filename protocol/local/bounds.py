"""Bounds of what a screen asks its own node for; nothing of them is on the wire."""

from typing import Final

from protocol.limits import DAY

# What a screen asks its own node for at once: more than it can show, and quick to make.
CASES_PAGE_MAX: Final = 200
TASKS_SHOWN_MAX: Final = 200
FOLLOW_UPS_SHOWN_MAX: Final = 500
CONSENTS_ENDING_SHOWN_MAX: Final = 200
LEDGER_LINES_MAX: Final = 1_000
# When a person should be told: a consent that ends is asked for again (casework CR11).
CONSENT_ENDING_SECONDS: Final = 14 * DAY
FOLLOW_UP_SOON_SECONDS: Final = 7 * DAY
FOLLOW_UP_AHEAD_SECONDS: Final = 30 * DAY
# A waiting screen is answered well before its client gives up after a minute.
CHANGES_WAIT_SECONDS_MAX: Final = 50
