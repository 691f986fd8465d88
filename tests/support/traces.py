"""What an observer at one end can look at of a whole story, so that two stories can be compared.

What is random is named by the order in which it is first seen: equal stories give equal traces.
"""

from dataclasses import dataclass, field

from node.services import reading
from protocol.codec import Value, decode
from protocol.errors import MalformedError
from protocol.fields import row
from tests.support.federation import Node, Seen
from tests.support.story import Story


@dataclass(slots=True, kw_only=True)
class Names:
    """Gives each random value the number in which it was first seen."""

    known: dict[bytes, str] = field(default_factory=dict)

    def plain(self, value: Value) -> object:
        """A value with everything random replaced by its name."""
        if isinstance(value, bytes):
            return self.of_bytes(value)
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        return value

    def of_bytes(self, raw: bytes) -> object:
        if len(raw) > 64:
            try:
                kind, body, _ = _signed(raw)
            except MalformedError:
                return raw
            return kind, self.plain(decode(body))
        return self.known.setdefault(raw, f"#{len(self.known)}")


def _signed(raw: bytes) -> tuple[str, bytes, Value]:
    kind, body, signatures = row(decode(raw), count=3, place="signed")
    if not isinstance(kind, str) or not isinstance(body, bytes):
        raise MalformedError("not a signed object", place="signed")
    return kind, body, signatures


def trace_of(story: Story, observer: Node) -> list[object]:
    """Everything the observer can look at, in order."""
    names = Names()
    federation = story.federation
    lines: list[object] = []
    for sent in federation.sent:
        seen = federation.seen(sent)
        lines.append((names.plain(sent.sender), names.plain(sent.recipient), _line(seen, names)))
    desks = {node.name: _desk(node, names) for node in federation.nodes.values()}
    counts = [
        (table, observer.rows(f"SELECT count(*) FROM {table}"))  # noqa: S608
        for (table,) in observer.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not table.startswith("search_")
    ]
    return [*lines, desks, counts]


def _line(seen: Seen, names: Names) -> tuple[object, ...]:
    skeleton = seen.skeleton
    return (
        seen.bucket,
        skeleton.type,
        skeleton.sequence,
        skeleton.created,
        skeleton.expires,
        len(seen.opened.payload),
        names.plain(skeleton.thread),
        names.plain(skeleton.reply_to),
        names.plain(skeleton.consent),
        names.plain(seen.content),
    )


def _desk(node: Node, names: Names) -> list[object]:
    tasks = node.use(reading.list_tasks).tasks
    return [
        (task.task, names.plain(task.peer), names.plain(task.thread), task.due) for task in tasks
    ]
