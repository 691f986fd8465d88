"""The terminal: does it draw Bengali? The desk's own program asks it, because only it knows how."""

import subprocess
import sys
from typing import Final, Literal

import msgspec

from node.cli.doctor.findings import Check, Finding, doubtful, good

# With -P a folder called `tui` where somebody happens to stand is not taken for ours.
_PROBE: Final = ("-P", "-m", "tui", "--probe")
_PATIENCE_SECONDS: Final = 10


class Drawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the probe says.

    Attributes:
        aligned: do frames and columns stand where they should beside Bengali?
        conjuncts: are letters joined that belong together?
    """

    aligned: bool
    conjuncts: Literal["joined", "split", "unknown"]


def probe() -> Drawing | None:
    """Ask the terminal that this command runs in; None where there is none, or no answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, *_PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return read(done.stdout) if done.returncode == 0 else None


def read(answer: bytes) -> Drawing | None:
    """The probe's answer, if it is one."""
    try:
        return msgspec.json.decode(answer, type=Drawing)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def judge(seen: Drawing) -> Finding:
    """A page that cannot be read is no page."""
    said = (
        f"conjuncts are {seen.conjuncts}" if seen.conjuncts != "unknown" else "conjuncts not known"
    )
    if not seen.aligned:
        return doubtful(
            Check.TERMINAL,
            f"Bengali is not aligned, {said}",
            fix="use another terminal, such as GNOME Terminal, Konsole or tmux in one of them",
        )
    if seen.conjuncts == "split":
        return doubtful(
            Check.TERMINAL,
            f"Bengali is aligned, {said}",
            fix="it can be read; another terminal may join them",
        )
    return good(Check.TERMINAL, f"Bengali is aligned, {said}")
