"""How many cells Bengali and Devanagari take on this terminal, and texts cut to them.

Terminals disagree on the width of a vowel sign, so this one is asked before the desk starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from tui.termwidth.fitting import cut, fit, wrap
from tui.termwidth.installing import install, measure, uninstall
from tui.termwidth.marks import CONJUNCTS, MARKS, WORDS, usual_width
from tui.termwidth.probing import KEYBOARD, SCREEN, TIMEOUT_SECONDS, probe

__all__ = [
    "Diagnosis",
    "Setup",
    "cut",
    "diagnosis",
    "fit",
    "install",
    "measure",
    "probe",
    "setup",
    "uninstall",
    "wrap",
]


class Diagnosis(TypedDict):
    """What `sathi doctor` says of a terminal."""

    aligned: bool
    conjuncts: Literal["joined", "split", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the widths were found: told by a person, asked of the terminal, or assumed."""

    how: Literal["forced", "probed", "assumed"]
    diagnosis: Diagnosis


def setup(*, forced: int | None, keyboard: int = KEYBOARD, screen: int = SCREEN) -> Setup:
    """Have texts measured as this terminal draws them.

    `forced` is the width of a spacing mark, 0 or 1, if a person has said it; then nothing is asked.
    """
    if forced is not None:
        install({mark: min(1, max(0, forced)) * usual_width(mark) for mark in MARKS})
        return Setup(how="forced", diagnosis=diagnosis(None))
    widths = probe(TIMEOUT_SECONDS, keyboard=keyboard, screen=screen)
    install(widths)
    return Setup(how="assumed" if widths is None else "probed", diagnosis=diagnosis(widths))


def diagnosis(widths: Mapping[str, int] | None) -> Diagnosis:
    """Whether whole words come out as wide as they are counted, and whether a conjunct is one letter wide.

    `widths` is what `probe` gave, already installed. A terminal that was not asked is not called aligned.
    """
    if widths is None:
        return Diagnosis(aligned=False, conjuncts="unknown")
    is_joined = [widths[conjunct] == 1 for conjunct in CONJUNCTS]
    return Diagnosis(
        aligned=all(measure(text) == widths[text] for text in (*WORDS, *CONJUNCTS)),
        conjuncts="joined" if all(is_joined) else "split",
    )
