"""The rows: each a floor, the product beside it, and the target of the ratio."""

from functools import partial
from pathlib import Path

from bench import end_to_end, messages
from bench.floors import commits, crypto, durable, http
from bench.harness import Row


def rows(folder: Path) -> tuple[Row, ...]:
    """All rows, in the order in which they are measured; databases are made in `folder`."""
    return (
        Row(
            name="message_send_vs_crypto",
            target=0.6,
            floor=crypto.sent_per_second,
            product=messages.sent_per_second,
        ),
        Row(
            name="message_receive_vs_crypto",
            target=0.6,
            floor=crypto.received_per_second,
            product=messages.received_per_second,
        ),
        Row(
            name="durable_end_to_end_vs_floor",
            target=0.5,
            floor=partial(durable.delivered_per_second, folder),
            product=partial(end_to_end.delivered_per_second, folder),
        ),
    )


def machine(folder: Path) -> dict[str, float]:
    """The floors that say what machine and disk this is: Fg, Fc and Fh."""
    return {
        "sqlcipher_rows_per_second_in_commits_of_64": commits.rows_per_second(folder),
        "sqlcipher_commit_milliseconds": commits.commit_milliseconds(folder),
        "http_posts_per_second_at_8": http.posts_per_second(),
    }
