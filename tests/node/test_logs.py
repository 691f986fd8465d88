"""Nothing about anybody gets into a log line, whoever writes it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import logs

ROOT = Path(__file__).parents[2]
PERSONAL = "Rani Das, 14, house by the river"

UNCAUGHT = """
import sys, threading
from node import logs
logs.configure(sys.stderr)
thread = threading.Thread(target=lambda: [][len("Rani Das")])
thread.start()
thread.join()
raise ValueError("Rani Das, 14")
"""

CHATTY = """
import logging, sys
from node import logs
logs.configure(sys.stderr)
logging.getLogger("apscheduler.executors.default").info("ran")
logging.getLogger("apscheduler.scheduler").warning("missed")
"""


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A handler with the product's filter, on a logger of its own."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.addFilter(logs.make_safe)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def fail(error: Exception) -> None:
    raise error


def line_of(stream: io.StringIO) -> dict[str, object]:
    """The one line, without its time."""
    [text] = stream.getvalue().splitlines()
    line: dict[str, object] = json.loads(text)
    del line["time"]
    return line


def test_a_line_holds_the_event_its_ids_and_its_counts(stream: io.StringIO) -> None:
    logs.event(
        logging.getLogger("node.courier"),
        "outbox.deposited",
        envelope_id=bytes(range(16)),
        count=3,
        milliseconds=1.5,
        code="E_SIZE",
    )
    assert line_of(stream) == {
        "level": "info",
        "logger": "node.courier",
        "event": "outbox.deposited",
        "envelope_id": "000102030405060708090a0b0c0d0e0f",
        "count": 3,
        "milliseconds": 1.5,
        "code": "E_SIZE",
    }


def test_of_an_exception_a_line_holds_the_class_and_the_place_and_never_the_value(
    stream: io.StringIO,
) -> None:
    place = f"test_logs.py:{fail.__code__.co_firstlineno + 1}"
    try:
        fail(ValueError(PERSONAL))
    except ValueError as error:
        logs.event(
            logging.getLogger("node.courier"), "courier.failed", level=logging.ERROR, error=error
        )
    assert line_of(stream) == {
        "level": "error",
        "logger": "node.courier",
        "event": "courier.failed",
        "error": "ValueError",
        "place": place,
    }


def test_a_foreign_line_keeps_the_loggers_name_and_the_level_alone(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").warning("GET %s", PERSONAL, stack_info=True)
    assert line_of(stream) == {"level": "warning", "logger": "aiohttp.access", "event": "foreign"}


def test_a_foreign_exception_loses_its_value(stream: io.StringIO) -> None:
    try:
        fail(KeyError(PERSONAL))
    except KeyError:
        logging.getLogger("apscheduler").exception(PERSONAL)
    assert PERSONAL not in stream.getvalue()
    assert line_of(stream)["error"] == "KeyError"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Rani"},
        {"handle": bytes(16)},
        {"code": PERSONAL},
        {"code": "two words"},
        {"message_id": bytes(33)},
        {"message_id": PERSONAL},
        {"count": "3"},
        {"count": True},
    ],
    ids=str,
)
def test_a_field_that_could_tell_something_is_refused_without_being_quoted(
    fields: dict[str, logs.FieldValue],
) -> None:
    with pytest.raises(logs.LogFieldError) as caught:
        logs.event(logging.getLogger("node"), "outbox.deposited", **fields)  # type: ignore[arg-type]
    assert "Rani" not in str(caught.value)


def test_an_event_is_named_by_a_code() -> None:
    with pytest.raises(logs.LogFieldError):
        logs.event(logging.getLogger("node"), PERSONAL)


@given(text=st.text(min_size=1))
def test_no_code_field_takes_a_space_a_line_end_or_a_letter_beyond_ascii(text: str) -> None:
    try:
        logs.event(logging.getLogger("node.nowhere"), "job.done", job=text)
    except logs.LogFieldError:
        return
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text


@pytest.mark.sockets
def test_what_nobody_caught_becomes_safe_lines_too() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False, cwd=ROOT
    )
    lines = [json.loads(text) for text in done.stderr.splitlines()]
    assert [(line["event"], line["error"]) for line in lines] == [
        ("process.uncaught", "IndexError"),
        ("process.uncaught", "ValueError"),
    ]
    assert "Rani" not in done.stderr


@pytest.mark.sockets
def test_a_library_that_reports_each_step_is_heard_only_when_it_warns() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", CHATTY], capture_output=True, text=True, check=False, cwd=ROOT
    )
    lines = [json.loads(text) for text in done.stderr.splitlines()]
    assert [(line["logger"], line["level"]) for line in lines] == [
        ("apscheduler.scheduler", "warning")
    ]
