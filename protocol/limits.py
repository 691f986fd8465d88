"""Every bound of the protocol, with its unit and its reason.

A bound is a promise to the machine that reads: nothing that comes from outside may take more than this.
"""

from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# Encoding (SPEC 2). Eight levels hold a section inside a content inside a payload, with room to spare.
ENCODED_BYTES_MAX: Final = 1_048_576
ENCODED_DEPTH_MAX: Final = 8
# 2**53 - 1 is the largest integer that every language reads exactly, also one with only floats.
INTEGER_MAX: Final = 2**53 - 1

# Signed objects (SPEC 4).
SIGNED_BYTES_MAX: Final = 65_536
SIGNATURES_MAX: Final = 8

# Envelopes (SPEC 6): five sizes, so that a size says almost nothing.
BUCKETS: Final = (4_096, 16_384, 65_536, 262_144, 1_048_576)
ENVELOPE_BYTES_MAX: Final = BUCKETS[-1]
QUARANTINE_ENVELOPES_MAX: Final = 100
QUARANTINE_SECONDS: Final = 7 * DAY

# Time (SPEC 5). 48 hours: what removable drives and wrong clocks need between two offices.
MESSAGE_LIFE_SECONDS: Final = 60 * DAY
CLOCK_SKEW_SECONDS: Final = 48 * HOUR
CONSENT_SKEW_SECONDS: Final = 10 * MINUTE
# A clock that moved further since it was last trusted is in doubt; what others said is recent as long.
CLOCK_MOVE_SECONDS: Final = 7 * DAY
CLOCK_SAMPLES_MAX: Final = 5

# Keys (SPEC 3).
PREKEY_SLICE_SECONDS: Final = 7 * DAY
PREKEY_SLICES: Final = 8
PREKEY_SLICES_MIN: Final = 5
BUNDLE_ASK_SECONDS: Final = 14 * DAY
BUNDLE_ASK_EVERY_SECONDS: Final = 3_600
PREKEY_GRACE_SECONDS: Final = 28 * DAY
PREKEY_LIFE_SECONDS_MAX: Final = 56 * DAY
PREKEY_GRACE_SECONDS_HIGH_RISK: Final = 7 * DAY
SIGNING_KEY_OVERLAP_SECONDS: Final = 28 * DAY
CARD_LIFE_SECONDS: Final = 400 * DAY
# Sixty days: the words are in a safe, and whoever has them may be away.
CARD_REMINDER_SECONDS: Final = 60 * DAY
INVITE_LIFE_SECONDS: Final = 7 * DAY
# A name of 80 characters has 320 bytes at most; what stands around it has less than 320.
CARD_BYTES_MAX: Final = 640
BUNDLE_BYTES_MAX: Final = 65_536
RELAYS_MAX: Final = 3
# A suspend has 150 bytes with one signature, and under 700 with eight.
SUSPEND_BYTES_MAX: Final = 1_024
PEERS_MAX: Final = 200

# The charter (SPEC 11.4). 500 members have under 60,000 bytes; the rest is room for what later versions say.
CHARTER_BYTES_MAX: Final = 262_144
CHARTER_LIFE_SECONDS: Final = 400 * DAY
# As for a card: stewards have to find each other, and each of them the words of a key.
CHARTER_REMINDER_SECONDS: Final = 60 * DAY
CHARTER_CHAIN_MAX: Final = 16
STEWARDS_MAX: Final = 8
MEMBERS_MAX: Final = 500
COMPLAINT_NODES_MAX: Final = 8
ERASE_HOURS_MAX: Final = 72
SKELETON_MONTHS_MIN: Final = 3
SKELETON_MONTHS_MAX: Final = 84
SKELETON_MONTHS_DEFAULT: Final = 24
PARAMETER_EXTENSION_FIRST: Final = 64
# What left a mailbox's routes may still be under way to it: as long as a removable drive may take.
FORMER_MAILBOX_SECONDS: Final = 28 * DAY

# Consent (SPEC 9).
CONSENT_LIFE_SECONDS_MAX: Final = 365 * DAY
CONSENT_LIFE_SECONDS_DEFAULT: Final = 90 * DAY
WITHDRAWAL_REPEAT_SECONDS: Final = 30 * DAY
ERASE_WITHIN_SECONDS: Final = 15 * MINUTE
ONWARD_MAX: Final = 16
CODES_MAX: Final = 64

# Texts. A name fits a card; a text fits a page or two; a content fits the largest envelope.
NAME_CHARACTERS_MAX: Final = 80
TEXT_CHARACTERS_MAX: Final = 8_000
TEXTS_MAX: Final = 64
FACTS_MAX: Final = 256
ADDRESS_CHARACTERS_MAX: Final = 200

# Files (SPEC 8.8). A part with all that stands around it fills the largest envelope.
FILE_PART_BYTES: Final = 1_000_000
FILE_BYTES_MAX: Final = 16 * 1_048_576
# Four files of the largest size may be under way from one peer; what it sends beyond is refused unseen.
FILES_UNDER_WAY_BYTES_MAX: Final = 64 * 1_048_576
FILES_HELD_BYTES_MAX: Final = 1_024 * 1_048_576
# As long as a message may be on its way; a file of which nothing more came by then is given up.
FILE_WAIT_SECONDS: Final = 60 * DAY

# Receipts (SPEC 8): one answers everything taken in one commit.
RECEIPT_RANGES_MAX: Final = 16
RECEIPT_SINGLES_MAX: Final = 256

# Finding together again (SPEC 8.9). A list of this length fits the largest envelope twice over.
RESYNC_RANGES_MAX: Final = 16
RESYNC_AFTER_SECONDS: Final = 24 * HOUR
# A partner that is there answers within hours; whoever read a hello and lost its computer never does.
HELLO_AGAIN_SECONDS: Final = 7 * DAY
LISTED_CONSENTS_MAX: Final = 16_384
LISTED_PARTS_MAX: Final = 64
# With 256 messages in each, more than any stream will have.
ANSWERING_RECEIPTS_MAX: Final = 4_096
PAYLOAD_KEPT_SECONDS: Final = 60 * DAY

# Carrying (SPEC 10).
BATCH_ENVELOPES_MAX: Final = 64
BATCH_BYTES_MAX: Final = 1_048_576
LISTED_ENVELOPES_MAX: Final = 100
# Sixty-four of the smallest, and four: half a minute of a line of 64 kbit/s, and two seconds.
REQUEST_BYTES_FIRST: Final = 262_144
REQUEST_BYTES_MIN: Final = 16_384
STICK_ENVELOPES_MAX: Final = 4_096
STICK_BYTES_MAX: Final = 64 * 1_048_576
# Its wrap adds a head of some hundred bytes, and 16 bytes to every 64 KiB.
STICK_FILE_BYTES_MAX: Final = STICK_BYTES_MAX + 65_536
# Two to this power: a wrap takes 64 MiB, so that an old laptop can open it, and one that would take more than
# 256 MiB is not opened.
STICK_WORK: Final = 16
STICK_WORK_MAX: Final = 18
# What a node carries for others is no reason to fill its disk, and no letter is worth carrying for ever.
FERRIED_BYTES_MAX: Final = 16 * 1_048_576
FERRIED_SECONDS: Final = 30 * DAY
MAILBOX_ENVELOPES_MAX: Final = 4_096
MAILBOX_BYTES_MAX: Final = 64 * 1_048_576
# The end of a quota is for the smallest envelopes only, so that a filled mailbox still takes a withdrawal.
MAILBOX_RESERVE_ENVELOPES: Final = 256
MAILBOX_RESERVE_BYTES: Final = 1_048_576
MAILBOX_TTL_SECONDS: Final = 21 * DAY
DEPOSITS_PER_MINUTE: Final = 60
LONG_POLL_SECONDS_MAX: Final = 25
MAILBOX_AUTH_SKEW_SECONDS: Final = 300
MAILBOX_NONCE_SECONDS: Final = 600

# When things leave (SPEC 10.4). A batch stays open long enough for a slow computer to leave what was due by
# then; cover is planned for the hours of an office day.
BATCH_SECONDS: Final = 30 * MINUTE
BATCH_OPEN_SECONDS: Final = 5 * MINUTE
COVER_SECONDS: Final = 8 * HOUR

# Attempts (SPEC 10): 1, 5, 15 minutes, then every hour for ever; no cliff after a long silence.
ATTEMPT_SECONDS: Final = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR)
ATTEMPT_JITTER_PERCENT: Final = 20
