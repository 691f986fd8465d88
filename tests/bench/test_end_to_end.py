"""The product's side of the durable row does the whole of its work, with messages of the floor's size."""

from pathlib import Path

import pytest

from bench import end_to_end, two_nodes
from bench.floors import sizes
from node.effects import NODE_ITSELF, Acting
from node.services import delivering, opening
from node.system import SystemClock, entropy
from protocol.cadence import WHEN_DUE

SIZE_TOLERANCE_BYTES = 64


@pytest.mark.slow
def test_a_message_is_as_large_as_the_floor_s(tmp_path: Path) -> None:
    pair = two_nodes.make_pair(tmp_path)
    acting = Acting(actor=NODE_ITSELF, now=SystemClock().wall(), entropy=entropy)
    database = two_nodes.open_vault(pair.holder)
    database.write_now(
        lambda unit: end_to_end._queue(
            unit, count=2, consent=pair.consent.consent_id, thread=pair.thread, acting=acting
        )
    )
    payloads = database.read_now(
        lambda unit: unit.vault.execute("SELECT length(payload) FROM outbox").fetchall()
    )
    me = database.read_now(opening.load_me)
    [parcel] = database.write_now(
        lambda unit: delivering.due(
            unit, me=me, acting=acting, cadence=WHEN_DUE, lines=delivering.FREE
        )
    )
    database.close()

    assert [len(raw) for _, raw in parcel.envelopes] == [sizes.ENVELOPE_BYTES] * 2
    assert [abs(size - sizes.PAYLOAD_BYTES) < SIZE_TOLERANCE_BYTES for (size,) in payloads] == [
        True,
        True,
    ]


@pytest.mark.slow
@pytest.mark.sockets
def test_every_message_and_every_receipt_is_in_the_databases(tmp_path: Path) -> None:
    # Not a whole number of batches, so that the last one is short.
    assert end_to_end.delivered_per_second(tmp_path, messages=150) > 0
