"""docs/local-api.md names every command and view with its fields, and its example is a script that runs."""

import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.inspect import (
    BoolType,
    BytesType,
    DictType,
    EnumType,
    IntType,
    ListType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from node.local_api import problems
from protocol.local import views
from protocol.local.commands import (
    AT_ONCE,
    BY_NAME,
    MAY_BE_HELD,
    WITHOUT_SESSION,
    Command,
    ConfirmConsent,
    OfferInput,
    ReadMessage,
    RecordConsent,
    SentenceInput,
    may_use,
)
from protocol.local.fitting import View
from protocol.local.transport import LocalProblem
from protocol.vocabulary.codes import Role
from tests.support.desks import sample
from tui.client import Client

DOCUMENT = Path(__file__).parents[2] / "docs" / "local-api.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def view_types() -> list[type[View]]:
    own = [v for v in vars(views).values() if isinstance(v, type) and issubclass(v, View)]
    return [view for view in own if view is not View]


def answer_of(kind: type[Command]) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    answer: type[View] = typing.get_type_hints(getattr(Client, name))["return"]
    return answer.__name__


def who_may(kind: type[Command]) -> str:
    roles = [role for role in Role if may_use(role, sample(kind))]
    if kind.NAME in WITHOUT_SESSION:
        return "anybody"
    if roles == list(Role):
        return "every role"
    return ", ".join(role.value for role in roles)


def command_line(kind: type[Command]) -> str:
    return f"| `/v1/{kind.NAME}` | {fields(kind)} | {answer_of(kind)} | {who_may(kind)} |"


def structure_line(kind: type[msgspec.Struct]) -> str:
    return f"| {kind.__name__} | {fields(kind)} |"


def problem_line(problem: LocalProblem) -> str:
    text = problems._TEXTS[problem]
    return f"| {text.status} | `{problem.value}` | {text.detail} |"


def fields(kind: type[msgspec.Struct]) -> str:
    info = type_info(kind)
    assert isinstance(info, StructType)
    return " · ".join(f"`{f.name}` {shown(f.type)}" for f in info.fields) or "none"


def shown(kind: Type) -> str:
    match kind:
        case StructType() | EnumType():
            return kind.cls.__name__
        case UnionType():
            others = " or ".join(shown(one) for one in kind.types if one != NoneType())
            return f"{others} or nothing" if NoneType() in kind.types else others
        case ListType():
            return f"list of {shown(kind.item_type)}"
        case DictType():
            return f"map of {shown(kind.key_type)} to {shown(kind.value_type)}"
        case _:
            plain = {StrType: "text", IntType: "number", BytesType: "bytes", BoolType: "yes/no"}
            return plain[type(kind)]


def expected() -> Iterator[str]:
    yield from (command_line(kind) for kind in BY_NAME.values())
    yield from (structure_line(kind) for kind in (OfferInput, SentenceInput))
    yield from (structure_line(view) for view in view_types())
    yield from (problem_line(problem) for problem in LocalProblem)


@pytest.mark.parametrize("line", list(expected()))
def test_the_document_has_the_line(line: str) -> None:
    assert line in LINES


def test_the_document_has_no_other_command() -> None:
    named = {line.split("`")[1] for line in LINES if line.startswith("| `/v1/")}
    assert named == {f"/v1/{name}" for name in BY_NAME}


@pytest.mark.parametrize(
    ("beginning", "kinds"), [("Held may be: ", MAY_BE_HELD), ("Never held are: ", AT_ONCE)]
)
def test_the_document_names_each_command_that_may_be_held_and_each_that_never_is(
    beginning: str, kinds: frozenset[type[Command]]
) -> None:
    [listed] = re.findall(rf"^{beginning}(.*?)\.$", TEXT, re.MULTILINE | re.DOTALL)
    named = [name.removeprefix("/v1/") for name in re.findall(r"`([^`]+)`", listed)]
    assert sorted(named) == sorted(kind.NAME for kind in kinds)


@pytest.mark.parametrize("reading", [ReadMessage, RecordConsent, ConfirmConsent])
def test_the_document_says_that_a_reading_is_never_held_and_why(reading: type[Command]) -> None:
    [reason] = re.findall(r"^A withdrawal and a recall .*?\n\n", TEXT, re.MULTILINE | re.DOTALL)
    assert "A reading has happened" in reason
    assert reading in AT_ONCE
    assert reading not in MAY_BE_HELD


def test_the_example_is_a_script_that_runs_and_says_when_no_node_is_there(tmp_path: Path) -> None:
    [script] = re.findall(
        r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter and our own example
        [sys.executable, "-c", script, str(tmp_path / "api.sock")],
        input="four invented words here\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=DOCUMENT.parents[1],
    )
    assert (done.returncode, done.stderr) == (1, "no node listens on 'api.sock'\n")
