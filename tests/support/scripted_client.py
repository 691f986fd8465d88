"""A client without a node: it answers every command with a view whose texts the test chooses.

What a node refuses to store can be shown this way all the same, in any field of any view. Nothing is listed
by hand: the answers are made from the types of the views, so a new field is filled as soon as it exists.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Self, Union, get_args, get_origin, get_type_hints

import msgspec

from protocol.local import views
from protocol.local.fitting import View
from tui.client import Client

NOW: Final = 1_800_000_000
PASSPHRASES: Final = frozenset({"open_session"})
_ID: Final = bytes(range(32))

# Texts that are codes of a closed list: with another one a screen would show nothing of the rest.
CODES: Final[dict[str, str]] = {
    "age_band": "adult",
    "area": "BD-khulna",
    "consent_state": "active",
    "country": "BD",
    "digits": "native",
    "event": "offer",
    "field": "present_town",
    "first_step": "meet_at_border",
    "kind": "wish",
    "language": "ben",
    "month": "2027-02",
    "priority": "normal_7d",
    "purpose": "care_referral",
    "role": "supervisor",
    "service_group": "livelihood",
    "state": "accepted",
    "status": "active",
    "task": "answer_offer",
    "type": "referral.dossier/1",
    "verified_how": "voice",
}
"""What a code field holds while another field is looked at."""
_OF_A_VIEW: Final[dict[tuple[str, str], str]] = {
    ("Station", "kind"): "peer",
    ("TaskView", "kind"): "waiting",
    ("ConsentView", "state"): "active",
    ("FileLine", "kind"): "pdf",
    ("FileLine", "label"): "letter",
    ("FileLine", "state"): "kept",
    ("FollowUpView", "state"): "requested",
    ("FollowUpLine", "state"): "requested",
    ("HeldMessage", "state"): "readable",
    ("LedgerLine", "state"): "stored",
    ("MessageLine", "status"): "accepted",
    ("OutboxLine", "state"): "queued",
    ("StickMade", "wrap"): "open",
    ("UserSettings", "language"): "en",
}

Slot = tuple[type[View], str]
"""One field of one view."""
Chosen = Callable[[type[View], str], str | None]
"""Which text stands in a field of a view; None: the usual one."""


def texts_of(view: type[View]) -> Iterator[Slot]:
    """Every field with a text in a view and in the views inside it."""
    seen: set[type[View]] = set()

    def walk(one: type[View]) -> Iterator[Slot]:
        if one in seen:
            return
        seen.add(one)
        for name, hint in get_type_hints(one).items():
            kinds = list(_kinds(hint))
            if str in kinds:
                yield one, name
            for kind in kinds:
                if isinstance(kind, type) and issubclass(kind, View):
                    yield from walk(kind)

    yield from walk(view)


def is_code(slot: Slot) -> bool:
    """Does this field hold a code of a closed list?"""
    view, name = slot
    return name in CODES or (view.__name__, name) in _OF_A_VIEW


def _kinds(hint: Any) -> Iterator[Any]:  # Any: annotations are of no one type  # noqa: ANN401
    if get_args(hint):
        for part in get_args(hint):
            yield from _kinds(part)
    elif hint is not NoneType:
        yield hint


@dataclass(slots=True, kw_only=True)
class Script:
    """How views are filled.

    Attributes:
        chosen: the text of a field, where the test has one.
        is_yes: what every truth in a view says.
        count: how many rows a list has.
    """

    chosen: Chosen = field(default=lambda _view, _name: None)
    is_yes: bool = True
    count: int = 1

    def fill(self, view: type[View]) -> Any:  # noqa: ANN401  (whatever view is asked for)
        """A view whose every field holds something."""
        values = {
            name: self._value(hint, view, name) for name, hint in get_type_hints(view).items()
        }
        return view(**values)

    def _value(self, hint: Any, view: type[View], name: str) -> Any:  # noqa: ANN401
        origin = get_origin(hint)
        if origin in {Union, UnionType}:
            kept = [part for part in get_args(hint) if part is not NoneType]
            return self._value(kept[0], view, name)
        if origin is list:
            (kind,) = get_args(hint)
            return [self._value(kind, view, name) for _ in range(self.count)]
        if isinstance(hint, type) and issubclass(hint, View):
            return self.fill(hint)
        return self._simple(hint, view, name)

    def _simple(self, hint: Any, view: type[View], name: str) -> Any:  # noqa: ANN401
        if hint is str:
            chosen = self.chosen(view, name)
            return self._usual(view, name) if chosen is None else chosen
        if hint is bool:
            return self.is_yes
        if hint is int:
            return 8 if name in {"category", "categories"} else _NUMBERS.get(name, NOW)
        if hint is bytes:
            return _ID
        assert isinstance(hint, type), hint
        assert issubclass(hint, Enum), hint
        return next(iter(hint))

    def _usual(self, view: type[View], name: str) -> str:
        return _OF_A_VIEW.get((view.__name__, name)) or CODES.get(name) or f"a {name}"


_NUMBERS: Final = {
    "count": 1, "total": 1, "level": 2, "status": 1, "hidden": 1, "missing": 8, "left_out": 8,
    "lock_seconds": 300, "unfocused_seconds": 60, "undo_seconds": 10, "attempts": 3, "waiting": 1,
    "promises": 1, "news": 1, "late": 1, "in_7_days": 1, "in_30_days": 1, "open": 1, "mine": 1,
    "unsent": 1, "task_id": 1,
}  # fmt: skip


class ScriptedClient:
    """Stands where `Desk.client` does.

    Attributes:
        script: how the next answers are filled.
        asked: which views were asked for, and by which method.
        raising: what every method raises instead, but for the session's; None: nothing.
        gate: where set, an answer waits for it.
        noticing: is told of every method at the moment it is asked.
    """

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.asked: list[tuple[str, type[View]]] = []
        self.given: list[msgspec.Struct] = []
        self.raising: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.noticing: Callable[[str], None] = lambda _name: None
        self.has_session = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.has_session = False

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(Client, name)
        view: type[View] = get_type_hints(method)["return"]

        async def answer(*commands: msgspec.Struct, **_named: object) -> Any:  # noqa: ANN401
            if name == "watch_changes":
                await asyncio.Event().wait()
            if name in {"open_session", "close_session"}:
                self.has_session = name == "open_session"
                return Script().fill(view)
            return await self._answer(name, view, commands)

        return answer

    async def ask(self, command: msgspec.Struct, view: type[View]) -> Any:  # noqa: ANN401
        """Any command, as `Client.ask`."""
        return await self._answer("ask", view, (command,))

    async def _answer(self, name: str, view: type[View], given: tuple[msgspec.Struct, ...]) -> Any:  # noqa: ANN401
        self.noticing(name)
        self.asked.append((name, view))
        self.given.extend(given)
        script = self.script
        if self.gate is not None:
            await self.gate.wait()
        if self.raising is not None and view is not views.NodeStatus:
            raise self.raising
        return script.fill(view)
