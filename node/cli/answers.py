"""What `sathi init` has to know: taken from flags, from a file, or asked; checked before anything is made."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import msgspec

from node import config
from node.cli import passphrases
from node.cli.talking import CommandFailedError
from node.vault import keyring
from protocol import limits
from protocol.errors import MalformedError
from protocol.values import PlainText, plain_text
from protocol.vocabulary.codes import Country

_FILE_BYTES_MAX: Final = 65_536
_NEEDED: Final = ("name", "country", "user")
_NEEDED_WITHOUT_TERMINAL: Final = (
    "passphrase_file", "root_sheet", "recovery_sheet", "suspend_sheet",
)  # fmt: skip
_PATHS: Final = ("data", "passphrase_file", "root_sheet", "recovery_sheet", "suspend_sheet")
_FLAG_OF_SETTING: Final = {
    "'node.listen'": "--listen",
    "'mailbox.address'": "--address",
    "'mailbox.publish_address'": "--publish-address",
    "'profile.risk'": "--risk",
}


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was given so far; the keys of the file of `--from` are these."""

    data: str | None = None
    name: str | None = None
    country: str | None = None
    user: str | None = None
    passphrase_file: str | None = None
    listen: str | None = None
    address: str | None = None
    publish_address: bool | None = None
    risk: str | None = None
    root_sheet: str | None = None
    recovery_sheet: str | None = None
    suspend_sheet: str | None = None
    demo: bool | None = None
    cheap_passphrase: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything a new node needs, checked.

    Attributes:
        configuration: the text of `federation.toml`.
        origin: where peers reach the node's mailbox.
        root_sheet: None shows the root words on the terminal.
        is_unreachable: has the node no address that partners could be told?
    """

    folder: Path
    name: PlainText
    country: Country
    user: PlainText
    passphrase: str = field(repr=False)
    configuration: str
    origin: str
    root_sheet: Path | None
    recovery_sheet: Path
    suspend_sheet: Path
    is_demo: bool
    is_cheap: bool
    is_unreachable: bool


def read_file(file: Path) -> dict[str, object]:
    """The answers in a file of `key = value` lines; paths in it are relative to its folder.

    Raises:
        CommandFailedError: if it cannot be read, or a key is unknown or of another type; a value is
            never quoted.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFailedError(f"{file.name}: cannot be read ({type(error).__name__})") from None
    if len(raw) > _FILE_BYTES_MAX:
        raise CommandFailedError(f"{file.name}: longer than {_FILE_BYTES_MAX} bytes")
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise CommandFailedError(f"{file.name}: not TOML in UTF-8; nothing was made") from None
    for key, value in table.items():
        _check_key(file, key, value)
    return {
        key: str(file.parent / str(value)) if key in _PATHS else value
        for key, value in table.items()
    }


def complete(given: Given, *, folder: Path) -> Answers:
    """Ask for what is missing, if somebody is there to ask, and check everything.

    Raises:
        click.UsageError: if something is missing and there is nobody to ask.
        CommandFailedError: if something cannot be right.
    """
    if given.cheap_passphrase and not given.demo:
        raise CommandFailedError("--cheap-passphrase is for demo nodes only; nothing was made")
    asked = _ask(given) if passphrases.is_terminal() else _all_there(given)
    name = _text(asked.name, "--name", characters_max=limits.NAME_CHARACTERS_MAX)
    user = _text(asked.user, "--user", characters_max=keyring.NAME_CHARACTERS_MAX)
    text, read = _configuration(asked)
    return Answers(
        folder=folder,
        name=name,
        country=_country(asked.country),
        user=user,
        passphrase=passphrases.new(
            None if asked.passphrase_file is None else Path(asked.passphrase_file),
            option="--passphrase-file",
            whose=user,
        ),
        configuration=text,
        origin=read.mailbox.address or f"http://{read.node.listen}",
        root_sheet=None if asked.root_sheet is None else Path(asked.root_sheet),
        recovery_sheet=Path(asked.recovery_sheet or ""),
        suspend_sheet=Path(asked.suspend_sheet or ""),
        is_demo=bool(asked.demo),
        is_cheap=bool(asked.cheap_passphrase),
        is_unreachable=not read.mailbox.address,
    )


def _check_key(file: Path, key: str, value: object) -> None:
    if key not in Given.__struct_fields__:
        raise CommandFailedError(f"{file.name}: '{key}' is no answer; nothing was made")
    try:
        msgspec.convert({key: value}, Given)
    except msgspec.ValidationError:
        raise CommandFailedError(
            f"{file.name}: '{key}' is of another type; nothing was made"
        ) from None


def _all_there(given: Given) -> Given:
    wanted = (*_NEEDED, *_NEEDED_WITHOUT_TERMINAL)
    missing = [f"--{key.replace('_', '-')}" for key in wanted if getattr(given, key) is None]
    if missing:
        raise click.UsageError(
            f"without a terminal to ask on, this is missing: {', '.join(missing)}"
        )
    return given


def _ask(given: Given) -> Given:
    """Six questions at most, the passphrase included; the rest has a default that harms nobody."""
    questions = (
        ("name", "Your organisation's name, as partners see it", None),
        ("country", "Country (IN, BD or NP)", None),
        ("user", "Your own name; you will be the first to open this node", None),
        ("address", "Where partners reach it, such as http://name.onion (empty: not yet)", ""),
        ("risk", "Might somebody come for this computer? normal or high", "normal"),
    )
    asked = {
        key: click.prompt(question, default=default, show_default=bool(default), err=True)
        for key, question, default in questions
        if getattr(given, key) is None
    }
    papers = {
        key: f"sathi-{key.replace('_', '-')}.txt"
        for key in ("recovery_sheet", "suspend_sheet")
        if getattr(given, key) is None
    }
    return msgspec.structs.replace(given, **asked, **papers)


def _text(raw: str | None, flag: str, *, characters_max: int) -> PlainText:
    text = raw or ""
    try:
        checked = plain_text(text, characters_max=characters_max, place=flag)
    except MalformedError as error:
        raise CommandFailedError(f"{error}; nothing was made") from None
    if text != " ".join(text.split()):
        raise CommandFailedError(f"spaces too many or a line break at '{flag}'; nothing was made")
    return checked


def _country(raw: str | None) -> Country:
    try:
        return Country(raw or "")
    except ValueError:
        countries = ", ".join(Country)
        raise CommandFailedError(f"--country is one of {countries}; nothing was made") from None


def _configuration(given: Given) -> tuple[str, config.NodeConfig]:
    """The text of `federation.toml` and what it means."""
    chosen = {
        "listen": given.listen or config.NodeSection().listen,
        "publish_address": bool(given.publish_address),
        "address": given.address or "",
        "risk": given.risk or config.ProfileSection().risk,
    }
    # A text in JSON is also a text in TOML.
    written = {key: msgspec.json.encode(value).decode("utf-8") for key, value in chosen.items()}
    text = _TEMPLATE.format_map(written)
    if given.demo and chosen["risk"] == config.ProfileSection().risk:
        text += _OF_A_DEMO
    try:
        read = config.parse(text.encode("utf-8"), name=config.FILE_NAME)
    except config.ConfigError as error:
        # The file is not there yet: a line of it would lead nowhere.
        problem = str(error).partition(": ")[2]
        for key, flag in _FLAG_OF_SETTING.items():
            problem = problem.replace(key, flag)
        raise CommandFailedError(f"{problem}; nothing was made") from None
    if not read.mailbox.address and read.node.port == 0:
        raise CommandFailedError(
            "--listen needs a port that partners can be told; nothing was made"
        )
    return text, read


_TEMPLATE: Final = """\
# The settings of this node, as they were chosen at the beginning. federation.toml.example explains every
# setting; `sathi config check` reads this file and says what is wrong with it.

[node]
# IP address and port this node's own mailbox listens on.
listen = {listen}

[mailbox]
# May a clear network address be listened on, and stand on our card?
publish_address = {publish_address}
# Where other nodes reach our own mailbox; empty: only from this computer.
address = {address}

[profile]
# "normal" or "high": how great is the danger that somebody comes for this computer?
risk = {risk}
"""

_OF_A_DEMO: Final = """
[courier]
# A demonstration does not wait for a batch: nobody watches the line of people who do not exist.
batch_minutes = 0
"""
