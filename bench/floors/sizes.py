"""The sizes, batches and counts that a floor and the product beside it both use."""

from typing import Final

ENVELOPE_BYTES: Final = 4_096
HEADER_BYTES: Final = 24
# HPKE adds the 1,120 bytes of the encapsulated key and a tag of 16.
PLAINTEXT_BYTES: Final = ENVELOPE_BYTES - HEADER_BYTES - 1_120 - 16
# A skeleton with its signature, as it stands in an envelope.
SIGNED_BYTES: Final = 383
SIGNATURE_BYTES: Final = 64
MESSAGE_ID_BYTES: Final = 16
PAYLOAD_BYTES: Final = 1_024

BATCH_MESSAGES: Final = 64
POSTS_IN_FLIGHT: Final = 8

CRYPTO_MESSAGES: Final = 4_000
DURABLE_MESSAGES: Final = 5_000

RELAY_MAILBOXES: Final = 8
RELAY_DEPOSITS: Final = 2_000
RELAY_PICK_UPS: Final = 800

CASES: Final = 100_000
# For each four rows down a page down, as somebody looks through a list.
ROWS_DOWN: Final = 4
KEYS: Final = 200
# A keyboard repeats a key that is held down 30 times a second.
KEY_PAUSE_SECONDS: Final = 1 / 30
SCROLLED_ROWS: Final = 2_000

# What waits after weeks offline; over a slow line as much as a minute carries.
DRAIN_MESSAGES: Final = 10_000
SLOW_DRAIN_MESSAGES: Final = 1_000
# 1 Mbit/s, and 300 ms for a round trip.
SLOW_BYTES_PER_SECOND: Final = 125_000
SLOW_DELAY_SECONDS: Final = 0.15

# Within a minute a node looks at each thing it looks at by itself.
IDLE_SECONDS: Final = 60

FAN_IN_PEERS: Final = 50
FAN_IN_MESSAGES: Final = 1_000
