"""Marks for texts that are translated later than they are written down, such as those of a table."""


def N_(text: str) -> str:  # noqa: N802  (the name that every translation tool looks for)
    """Mark a text for the catalogues; it is still English."""
    return text


def mark_in(context: str, text: str) -> tuple[str, str]:
    """Mark a text that other languages say differently in this context; `Words.say_in` takes both."""
    return context, text
