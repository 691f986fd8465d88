"""Commands about sticks: what waits is made into one file and handed out, and a file that came is taken.

A stick's file goes through this API in parts of FILE_PART_BYTES, in both directions: whoever asks reads and
writes the stick with her own rights, and the node never learns where it was.
"""

from typing import ClassVar

from protocol.local.commands.form import Command


class BeginStick(Command, frozen=True, kw_only=True):
    """Begin to hand a stick's file over; `size` is in bytes. What this person began before is let go."""

    NAME: ClassVar[str] = "stick/begin"
    size: int


class KeepStickPart(Command, frozen=True, kw_only=True):
    """One part; `index` counts from 0."""

    NAME: ClassVar[str] = "stick/part"
    stick_id: bytes
    index: int
    content: bytes

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the content."""
        return f"KeepStickPart(index={self.index})"


class TakeStick(Command, frozen=True, kw_only=True):
    """Take what is in it.

    Attributes:
        stick_id: of a file of which every part was handed over.
        passphrase: what it is wrapped with; nothing where it is open, or wrapped for us alone.
        is_ferry: is what lies in it for partners to be carried along to them?
    """

    NAME: ClassVar[str] = "stick/take"
    stick_id: bytes
    passphrase: str | None
    is_ferry: bool

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the passphrase."""
        return f"TakeStick(is_ferry={self.is_ferry})"


class MakeStick(Command, frozen=True, kw_only=True):
    """Make a file of everything that waits for these partners; nothing leaves a queue by that.

    Attributes:
        peers: for whom.
        passphrase: what it is wrapped with, agreed on by voice; without one it is for the one partner alone.
        is_open: is it left unwrapped? Whoever finds it sees then that it is Sathi's.
    """

    NAME: ClassVar[str] = "stick/make"
    peers: list[bytes]
    passphrase: str | None
    is_open: bool

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the passphrase."""
        return f"MakeStick(peers={len(self.peers)}, is_open={self.is_open})"


class ReadStickPart(Command, frozen=True, kw_only=True):
    """One part of a file that was made; `index` counts from 0."""

    NAME: ClassVar[str] = "stick/read"
    stick_id: bytes
    index: int


class CloseStick(Command, frozen=True, kw_only=True):
    """It was written or taken, or is not wanted any more: the node lets go of the file."""

    NAME: ClassVar[str] = "stick/close"
    stick_id: bytes


StickCommand = BeginStick | KeepStickPart | TakeStick | MakeStick | ReadStickPart | CloseStick
