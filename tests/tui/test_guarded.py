"""What Textual would do and the desk does not: a report with data, a picture, the terminal's clipboard."""

import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from textual.app import App

from tests.support.command_line import ROOT
from tests.support.crashing import PARTS, broken_app
from tests.support.scripted_client import ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tui.crash import report_code, report_places
from tui.guarded import GuardedApp

CANARY: Final = "-".join(PARTS)
QUICK: Final = ("handler", "worker", "load", "render", "compose", "rich", "group")


@pytest.mark.parametrize("place", QUICK)
async def test_a_crash_says_one_code_and_no_word_of_what_was_there(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = broken_app(place)
    await app.run_async(headless=True, size=(80, 24))
    written = "".join(capsys.readouterr())
    assert CANARY not in written
    assert "locals" not in written
    assert written.startswith("Sathi stopped. Report ")
    assert app.return_code == 1


def test_what_an_error_says_changes_no_report() -> None:
    def raised(word: str) -> Exception:
        try:
            int(word)
        except ValueError as error:
            return error
        raise AssertionError

    one, other = raised(CANARY), raised("something else")
    assert report_code(one) == report_code(other)
    assert CANARY not in report_code(one) + report_places(one)


async def test_there_is_no_picture_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with scripted_desk(ScriptedClient()) as pilot:
        app = pilot.app
        assert app.export_screenshot() == ""
        await app.run_action("screenshot")
        assert app.save_screenshot(path=str(tmp_path)) == ""
        app.deliver_screenshot()
        await pilot.pause()
        assert [*app.get_system_commands(app.screen)] == []
    assert _inside(tmp_path) == []


def _inside(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


async def test_what_is_copied_stays_in_the_program() -> None:
    async with scripted_desk(ScriptedClient()) as pilot:
        pilot.app.copy_to_clipboard(CANARY)
        assert pilot.app.clipboard == CANARY
        await pilot.press("ctrl+l")
        assert pilot.app.clipboard == ""


# What this leans on inside Textual.

LEANT_ON: Final = (
    "_fatal_error", "_handle_exception", "_close_messages_no_wait", "_print_error_renderables",
    "export_screenshot", "save_screenshot", "deliver_screenshot", "action_screenshot", "panic",
    "get_system_commands", "copy_to_clipboard", "clipboard",
)  # fmt: skip


@pytest.mark.parametrize("name", LEANT_ON)
def test_what_is_replaced_is_still_there_to_be_replaced(name: str) -> None:
    assert hasattr(App, name)


async def test_what_is_read_inside_textual_is_still_there() -> None:
    async with scripted_desk(ScriptedClient()) as pilot:
        app = pilot.app
        assert isinstance(app, GuardedApp)
        assert app._exit_renderables == []
        assert app._exception is None


def test_textual_is_pinned_to_the_release_that_was_looked_into() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [one for one in named["project"]["dependencies"] if one.startswith("textual")]
    assert wanted == [f"textual=={version('textual')}"]
