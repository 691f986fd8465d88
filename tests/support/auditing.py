"""Days that go by in a federation, heads that peers hold, and logs that somebody changed in secret."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from node.effects import apply, audit
from node.services import auditing
from node.vault.unit import Unit
from protocol import limits
from protocol.codec import Value, encode
from protocol.effects import Send, Urgency
from protocol.local import commands, views
from protocol.messages.core import CardUpdate
from protocol.values import Instant, NodeId
from tests.support import federation as federations
from tests.support.federation import Federation, Node, done

DAY: Final = limits.DAY
HALF_HOUR: Final = 1_800
NOTHING: Final = bytes(32)
LABEL: Final = b"sathi/1/audit-day"


def say_something(sender: Node, recipient: NodeId) -> None:
    """Queue a message that changes nothing: the card that the peer has already."""
    sender.write(saying(sender, recipient))


def saying(sender: Node, recipient: NodeId) -> Callable[[Unit], object]:
    """The same as a job."""
    send = Send(
        message=CardUpdate(card=sender.me.signed_card.raw),
        to=recipient,
        thread=None,
        reply_to=None,
        urgency=Urgency.NORMAL,
    )
    acting = sender.acting()
    return lambda unit: apply([send], unit, acting=acting)


def write_entries(node: Node, count: int) -> None:
    """So much is done here, of which nobody else hears."""
    acting = node.acting()

    def write(unit: Any) -> None:  # noqa: ANN401
        for number in range(count):
            audit(unit, "case.read", bytes([number % 256]), acting=acting, details="a look")

    node.write(write)


def half_hours_go_by(federation: Federation, sender: Node, count: int) -> list[Instant]:
    """So many batches; when each envelope left."""
    left: list[Instant] = []
    for _ in range(count):
        before = len(federation.sent)
        federation.deliver(sender)
        left += [sender.now] * (len(federation.sent) - before)
        federation.clock.forward(HALF_HOUR)
    return left


@contextmanager
def lived(acquainted: Federation, folder: Path) -> Iterator[Federation]:
    """A federation in which three days went by; to be copied for each test."""
    with federations.copied(acquainted, folder) as made:
        days_go_by(made, 3)
        yield made


def days_go_by(federation: Federation, count: int) -> None:
    """Each day Alo writes to everybody, everything arrives, and is answered."""
    alo = federation["Alo Shelter"]
    for _ in range(count):
        federation.clock.forward(DAY)
        for other in federation.nodes.values():
            if other is not alo:
                say_something(alo, other.node_id)
        federation.settle_all()


def model_of_days(node: Node, *, until: int) -> list[tuple[int, bytes]]:
    """Every day before `until` with its head, computed a second time from the entries alone."""
    entries = node.rows("SELECT at, hash FROM audit ORDER BY number")
    days: list[tuple[int, bytes]] = []
    previous = NOTHING
    for day in range(entries[0][0] // DAY, until):
        last = [link for at, link in entries if at < (day + 1) * DAY][-1]
        body = b"\x83" + _unsigned(day) + b"\x58\x20" + previous + b"\x58\x20" + last
        previous = hashlib.sha256(bytes([len(LABEL)]) + LABEL + body).digest()
        days.append((day, previous))
    return days


def _unsigned(number: int) -> bytes:
    assert 0xFF < number <= 0xFFFF
    return b"\x19" + number.to_bytes(2)


def days_of(node: Node) -> list[tuple[int, bytes]]:
    """The days that the node closed."""
    return [(day, bytes(link)) for day, link in node.rows("SELECT day, hash FROM audit_days")]


def held_heads(witness: Node, of: Node) -> list[bytes]:
    """What a witness exports of somebody's heads."""
    command = commands.ExportHeads(peer=of.node_id)
    return [head.signed for head in done(witness.use(auditing.export_heads, command)).heads]


def verify(node: Node, *, heads: Sequence[bytes] = ()) -> views.AuditReport:
    return node.use(auditing.verify_audit, commands.VerifyAudit(heads=list(heads)))


def change(node: Node, *statements: str) -> None:
    """Somebody with the key changes the file behind the node's back."""

    def job(unit: Any) -> None:  # noqa: ANN401
        for statement in statements:
            unit.vault.execute(statement)

    node.write(job)


def write_anew(node: Node) -> None:
    """Whoever changed the log computes every hash again, and has the days closed anew: all seems well."""

    def job(unit: Any) -> None:  # noqa: ANN401
        rows = unit.vault.execute(
            "SELECT number, epoch, at, actor, event, object, details FROM audit ORDER BY number"
        ).fetchall()
        previous = NOTHING
        for number, row in enumerate(rows, start=1):
            entry: dict[int | str, Value] = {
                0: 1,
                1: number,
                2: row[1],
                3: previous,
                4: row[2],
                5: row[3],
                6: row[4],
            }
            body = encode({**entry, 7: row[5], 8: row[6]})
            label = b"sathi/1/audit"
            link = hashlib.sha256(bytes([len(label)]) + label + body).digest()
            unit.vault.execute(
                "UPDATE audit SET number = ?, previous = ?, hash = ? WHERE number = ?",
                (number, previous, link, row[0]),
            )
            previous = link
        unit.vault.execute("DELETE FROM audit_details")
        unit.vault.execute("DELETE FROM audit_days")
        unit.vault.execute("DELETE FROM shared_heads")

    node.write(job)


def tasks_of(node: Node) -> list[str]:
    """The open tasks about audit logs."""
    rows = node.rows(
        "SELECT task FROM tasks WHERE done_at IS NULL AND task LIKE 'audit%' ORDER BY task_id"
    )
    return [task for (task,) in rows]
