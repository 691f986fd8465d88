"""Who can give a command to the node: what a method of the client needs of it."""

from typing import Protocol, TypeVar

from protocol.local.commands import Command
from protocol.local.fitting import View

ViewT = TypeVar("ViewT", bound=View)


class Asks(Protocol):
    """Whoever can give a command to the node."""

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give any command. Raises: ClientError."""
        ...
