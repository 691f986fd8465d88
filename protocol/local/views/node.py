"""What is shown of the node itself, its people, its peers, and what waits."""

from protocol.local.fitting import View


class Session(View, frozen=True, kw_only=True):
    """An open session; `token` lives in memory only."""

    token: bytes
    user_id: bytes
    name: str
    role: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the token."""
        return f"Session(role={self.role!r})"


class NodeStatus(View, frozen=True, kw_only=True):
    """`name` and `node_id` are empty while the node is locked."""

    is_open: bool
    name: str
    node_id: str
    is_erasure_pending: bool


class UserView(View, frozen=True, kw_only=True):
    """A person of this node."""

    user_id: bytes
    name: str
    role: str


class Users(View, frozen=True, kw_only=True):
    """Who may open this node."""

    users: list[UserView]


class IntroductionFile(View, frozen=True, kw_only=True):
    """An introduction file and the instant after which it no longer lets anybody in."""

    introduction: bytes
    expires: int


class PeerView(View, frozen=True, kw_only=True):
    """Another organisation. `safety_number` is the twelve groups both sides read to each other."""

    node_id: bytes
    node_id_text: str
    name: str
    country: str
    level: int
    status: str
    verified_how: str | None
    verified_at: int | None
    safety_number: list[str]
    last_heard: int | None


class Peers(View, frozen=True, kw_only=True):
    """The organisations we know."""

    peers: list[PeerView]


class TaskView(View, frozen=True, kw_only=True):
    """What needs a person."""

    task: str
    peer: bytes
    thread: bytes | None
    due: int


class Tasks(View, frozen=True, kw_only=True):
    """What needs a person, the most pressing first."""

    tasks: list[TaskView]


class OutboxLine(View, frozen=True, kw_only=True):
    """One message that was not answered yet."""

    message_id: bytes
    peer: bytes
    type: str
    state: str
    queued_at: int
    attempts: int


class Outbox(View, frozen=True, kw_only=True):
    """What is waiting to leave or to be answered."""

    items: list[OutboxLine]


class AuditState(View, frozen=True, kw_only=True):
    """Is every entry bound to the one before it, and how many are there?"""

    is_whole: bool
    entries: int
