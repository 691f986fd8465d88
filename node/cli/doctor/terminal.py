"""The terminal: does it draw Bengali? It is asked in the way in which the desk asks it."""

import sys

from node.cli.doctor.findings import Check, Finding, doubtful, good
from tui import termwidth
from tui.termwidth import Diagnosis


def probe() -> Diagnosis | None:
    """Ask the terminal that this command runs in; None where there is none, or no answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    asked = termwidth.setup(forced=None)
    return asked.diagnosis if asked.how == "probed" else None


def judge(seen: Diagnosis) -> Finding:
    """A page that cannot be read is no page."""
    conjuncts = seen["conjuncts"]
    said = "conjuncts not known" if conjuncts == "unknown" else f"conjuncts are {conjuncts}"
    if not seen["aligned"]:
        return doubtful(
            Check.TERMINAL,
            f"Bengali is not aligned, {said}",
            fix="use another terminal, such as GNOME Terminal, Konsole or tmux in one of them",
        )
    if conjuncts == "split":
        return doubtful(
            Check.TERMINAL,
            f"Bengali is aligned, {said}",
            fix="it can be read; another terminal may join them",
        )
    return good(Check.TERMINAL, f"Bengali is aligned, {said}")
