"""What this computer may write memory to: swap places, hibernation, core files."""

import os
import re
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISBLK
from typing import Final

from node.cli.doctor.findings import Check, Finding, doubtful, good

_DEVICES_DEEP_MAX: Final = 8
_HIBERNATE: Final = "etc/systemd/system/hibernate.target"
_SINKS: Final = frozenset({"|/bin/false", "|/bin/true", "|/usr/bin/false", "|/usr/bin/true"})
_SWAP_FIX: Final = (
    "switch it off with `sudo swapoff -a` and take it out of /etc/fstab, or let it be encrypted"
)
_HIBERNATION_FIX: Final = "sudo systemctl mask hibernate.target"
_LIMIT_FIX: Final = "put `* hard core 0` into /etc/security/limits.conf and sign in again"
_PIPE_FIX: Final = (
    "set Storage=none in /etc/systemd/coredump.conf, or switch off what "
    "/proc/sys/kernel/core_pattern names"
)

Number = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPlace:
    """One place that pages of memory go to.

    Attributes:
        name: as the kernel calls it.
        stays_in_memory: is it compressed memory and no disk?
        is_encrypted: None where the way down to the disk is not known.
    """

    name: str
    stays_in_memory: bool
    is_encrypted: bool | None

    @property
    def is_safe(self) -> bool:
        """Does nothing readable reach a disk?"""
        return self.stays_in_memory or self.is_encrypted is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleeping:
    """Can this computer write all of its memory to disk, and was that forbidden?"""

    can_hibernate: bool
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFiles:
    """Where the memory of a crashed program goes.

    Attributes:
        is_limited: may a program of this session leave none?
        pattern: the kernel's; empty where it is not known.
    """

    is_limited: bool
    pattern: str


def number_of(path: Path) -> Number | None:
    """The number of a block device, or of the device that a file lies on; None if nobody says it."""
    try:
        found = path.stat()
    except OSError:
        return None
    device = found.st_rdev if S_ISBLK(found.st_mode) else found.st_dev
    return os.major(device), os.minor(device)


def swap_places(
    root: Path, *, number_of: Callable[[Path], Number | None]
) -> list[SwapPlace] | None:
    """Every swap place in use; None where the system does not tell.

    Args:
        root: the folder in which `proc` and `sys` are.
        number_of: tells the device of a path.
    """
    try:
        table = (root / "proc" / "swaps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    names = [_unescaped(line.split()[0]) for line in table.splitlines()[1:] if line.strip()]
    return [_place(root, name, number_of) for name in names]


def sleeping(root: Path) -> Sleeping:
    """What is known of hibernation."""
    states = _text(root / "sys" / "power" / "state").split()
    target = root / _HIBERNATE
    is_masked = target.is_symlink() and target.readlink() == Path("/dev/null")
    return Sleeping(can_hibernate="disk" in states, is_masked=is_masked)


def core_files(root: Path) -> CoreFiles:
    """What is known of core files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_CORE)
    pattern = _text(root / "proc" / "sys" / "kernel" / "core_pattern")
    return CoreFiles(is_limited=soft == 0, pattern=pattern.strip())


def judge_swap(places: Sequence[SwapPlace] | None) -> Finding:
    """Memory that is written out must be encrypted: an open case may be in it."""
    if places is None:
        return doubtful(
            Check.SWAP,
            "this system does not say where memory is written to",
            fix="look whether its swap is encrypted",
        )
    open_ = [place.name for place in places if not place.is_safe and place.is_encrypted is False]
    unknown = [place.name for place in places if not place.is_safe and place.is_encrypted is None]
    if open_:
        return doubtful(Check.SWAP, f"not encrypted: {', '.join(open_)}", fix=_SWAP_FIX)
    if unknown:
        return doubtful(
            Check.SWAP, f"not known whether encrypted: {', '.join(unknown)}", fix=_SWAP_FIX
        )
    return good(Check.SWAP, "none reaches a disk unencrypted" if places else "there is none")


def judge_hibernation(seen: Sleeping, places: Sequence[SwapPlace] | None) -> Finding:
    """Hibernating writes all memory, the vault's key with it, into the swap place."""
    on_disk = [place for place in places or () if not place.stays_in_memory]
    if not seen.can_hibernate or (places is not None and not on_disk):
        return good(Check.HIBERNATION, "this computer cannot hibernate")
    if seen.is_masked:
        return good(Check.HIBERNATION, "switched off")
    if on_disk and all(place.is_safe for place in on_disk):
        return good(Check.HIBERNATION, "goes into encrypted swap")
    return doubtful(
        Check.HIBERNATION,
        "hibernating would write the vault's key to the disk",
        fix=_HIBERNATION_FIX,
    )


def judge_core_files(seen: CoreFiles) -> Finding:
    """The node leaves none; the terminal in which a case is read is another program."""
    if seen.pattern.startswith("|") and seen.pattern not in _SINKS:
        return doubtful(
            Check.CORE_FILES,
            "the memory of a program that crashes is handed to another one, which may keep it",
            fix=_PIPE_FIX,
        )
    if not seen.is_limited and seen.pattern not in _SINKS:
        return doubtful(
            Check.CORE_FILES,
            "a program that crashes leaves its memory in a file",
            fix=_LIMIT_FIX,
        )
    return good(Check.CORE_FILES, "no program of this session leaves its memory behind")


def _place(root: Path, name: str, number_of: Callable[[Path], Number | None]) -> SwapPlace:
    device = Path(name)
    if device.name.startswith("zram"):
        behind = _text(root / "sys" / "block" / device.name / "backing_dev").strip()
        return SwapPlace(name=name, stays_in_memory=behind in {"", "none"}, is_encrypted=None)
    number = number_of(device)
    block = root / "sys" / "dev" / "block" / ":".join(map(str, number or ()))
    if number is None or not block.exists():
        return SwapPlace(name=name, stays_in_memory=False, is_encrypted=None)
    is_encrypted = _is_encrypted(block, deep=0)
    return SwapPlace(name=name, stays_in_memory=False, is_encrypted=is_encrypted)


def _is_encrypted(block: Path, *, deep: int) -> bool:
    """Is there a layer of encryption between this device and each disk under it?"""
    if _text(block / "dm" / "uuid").startswith("CRYPT-"):
        return True
    under = block / "slaves"
    if deep == _DEVICES_DEEP_MAX or not under.is_dir():
        return False
    devices = [one.resolve() for one in under.iterdir()]
    return bool(devices) and all(_is_encrypted(one, deep=deep + 1) for one in devices)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _unescaped(name: str) -> str:
    r"""The kernel writes a space as `\040`."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)
