"""The rows: each a floor, the product beside it, and the target of the ratio."""

from functools import partial
from pathlib import Path

from bench import (
    backups,
    desk,
    drains,
    end_to_end,
    fanin,
    idle,
    messages,
    names,
    relays,
    searching,
)
from bench.floors import backups as floor_backups
from bench.floors import commits, crypto, desks, durable, http, searches, sizes
from bench.floors import idle as floor_idle
from bench.harness import CostRow, Limit, Row


def rows(folder: Path) -> tuple[Row | CostRow, ...]:
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
        *_drain_rows(folder),
        *_relay_rows(folder),
        *_idle_rows(folder),
        *_backup_rows(folder),
        *_desk_rows(folder),
        *_search_rows(folder),
    )


def _drain_rows(folder: Path) -> tuple[CostRow, ...]:
    """What waited for weeks, by three ways, and what comes from many at once."""
    return (
        CostRow(
            name="drain_10k",
            target=0.3,
            limit=Limit(most=6, unit="s"),
            floor=partial(durable.drained_seconds, folder),
            product=partial(drains.seconds, folder),
        ),
        CostRow(
            name="drain_slow_line",
            # So much of what the line carries is envelopes on their way.
            target=0.8,
            limit=Limit(most=60, unit="s"),
            floor=drains.least_over_the_slow_line,
            product=partial(drains.seconds_over_a_slow_line, folder),
        ),
        CostRow(
            name="drain_relay",
            # 2.2 times as long as straight to the recipient.
            target=0.3 / 2.2,
            limit=Limit(most=6 * 2.2, unit="s"),
            floor=partial(durable.drained_seconds, folder),
            product=partial(drains.seconds_by_a_relay, folder),
        ),
        CostRow(
            name="fanin",
            target=0.3,
            limit=Limit(most=3, unit="s"),
            floor=partial(durable.drained_seconds, folder, messages=sizes.FAN_IN_MESSAGES),
            product=partial(fanin.seconds, folder),
        ),
    )


def _relay_rows(folder: Path) -> tuple[Row, ...]:
    """Deposits, then pick-ups: in a file, and in PostgreSQL with one process and with two."""
    made = []
    for what, pick_ups in (("deposits", 0), ("pick_ups", sizes.RELAY_PICK_UPS)):
        floor, product = relays.in_a_file(folder, pick_ups=pick_ups)
        made.append(Row(name=f"relay_{what}_sqlite", target=0.3, floor=floor, product=product))
        for servers in (1, 2):
            floor, product = relays.in_postgresql(folder, servers=servers, pick_ups=pick_ups)
            name = f"relay_{what}_postgresql_{servers}"
            made.append(Row(name=name, target=0.3, floor=floor, product=product))
    return tuple(made)


def _idle_rows(folder: Path) -> tuple[CostRow, ...]:
    """A node that is open all day and has nothing to do."""
    return (
        CostRow(
            name="idle_processor",
            # What nobody asks costs next to nothing; here only the limit counts.
            target=0.0,
            limit=Limit(most=300, unit="s/day"),
            floor=partial(floor_idle.processor_seconds, seconds=sizes.IDLE_SECONDS),
            product=partial(idle.processor_seconds, folder),
        ),
        CostRow(
            name="idle_line",
            target=0.3,
            limit=Limit(most=200, unit="kB/day"),
            floor=partial(floor_idle.line_kilobytes, exchanges=idle.visits_in_a_day()),
            product=partial(idle.line_kilobytes, folder),
        ),
    )


def _backup_rows(folder: Path) -> tuple[CostRow, ...]:
    return (
        CostRow(
            name="backup",
            target=0.3,
            limit=Limit(most=1_000 / 35, unit="ms/MB"),
            floor=partial(floor_backups.making_per_megabyte, folder),
            product=partial(backups.making_per_megabyte, folder),
        ),
        CostRow(
            name="backup_check",
            target=0.1,
            # 100 MB within a minute, while somebody stands beside it.
            limit=Limit(most=600, unit="ms/MB"),
            floor=partial(floor_backups.checking_per_megabyte, folder),
            product=partial(backups.checking_per_megabyte, folder),
        ),
    )


def _desk_rows(folder: Path) -> tuple[CostRow, ...]:
    return (
        CostRow(
            name="tui_first_paint",
            target=0.35,
            limit=Limit(most=1.0, unit="s"),
            floor=desks.first_frame_seconds,
            product=partial(desk.first_paint_seconds, folder),
        ),
        CostRow(
            name="tui_key",
            target=0.3,
            limit=Limit(most=50, unit="ms"),
            floor=desks.key_milliseconds,
            product=partial(desk.key_milliseconds, folder),
        ),
        CostRow(
            name="cold_open",
            target=0.1,
            limit=Limit(most=900, unit="ms"),
            floor=partial(desks.opening_milliseconds, folder),
            product=partial(desk.opening_milliseconds, folder),
        ),
        CostRow(
            name="desk_memory",
            target=0.35,
            limit=Limit(most=100, unit="MB"),
            floor=desks.memory_of_a_list,
            product=partial(desk.memory_of_the_list, folder),
        ),
    )


def _search_rows(folder: Path) -> tuple[CostRow, ...]:
    return tuple(
        CostRow(
            name=name,
            target=0.02,
            limit=Limit(most=most, unit="ms"),
            floor=partial(searches.finding_milliseconds, folder, names.written(), bare),
            product=partial(searching.finding_milliseconds, folder, typed),
        )
        for name, most, typed, bare in (
            ("search_type", 16, names.beginnings(), names.beginnings()),
            # The floor knows no sounds: it is asked for what is written in its cases.
            ("search_xscript", 20, names.in_latin(), names.written()),
        )
    )


def machine(folder: Path) -> dict[str, float]:
    """The floors that say what machine and disk this is: Fg, Fc and Fh."""
    return {
        "sqlcipher_rows_per_second_in_commits_of_64": commits.rows_per_second(folder),
        "sqlcipher_commit_milliseconds": commits.commit_milliseconds(folder),
        "http_posts_per_second_at_8": http.posts_per_second(),
    }
