"""The colours: Okabe and Ito's, told apart also by those who see fewer; no state is told by colour alone."""

from typing import Final

from textual.theme import Theme

NAME: Final = "sathi"

SATHI: Final = Theme(
    name=NAME,
    primary="#0072B2",
    secondary="#56B4E9",
    accent="#E69F00",
    success="#009E73",
    warning="#E69F00",
    error="#D55E00",
    foreground="#E8E8E8",
    background="#101418",
    surface="#161B20",
    panel="#20262C",
    dark=True,
)
