"""The configuration is read strictly, and its example is complete."""

import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from node import config
from node.config import (
    ConfigError,
    MailboxSection,
    NodeConfig,
    NodeSection,
    ProfileSection,
    RelaySection,
)
from protocol import limits
from protocol.cadence import Cadence

EXAMPLE = Path(__file__).parents[2] / "federation.toml.example"

RELAY = "[[mailbox.relay]]\nurl = 'https://a.example'\nticket = '"
RELAY += "A" * 43 + "'\n"
HIGH = "[profile]\nrisk = 'high'\n"
TICKET_WANTED = "is no ticket: 43 letters, as the operator of the relay gave them"
PIN_WANTED = "is no pin: 64 of the letters 0-9 and a-f"

SECTIONS: dict[str, type[msgspec.Struct]] = {
    "node": config.NodeSection,
    "mailbox": config.MailboxSection,
    "mailbox.relay": config.RelaySection,
    "profile": config.ProfileSection,
    "courier": config.CourierSection,
    "api": config.ApiSection,
    "desk": config.DeskSection,
    "backup": config.BackupSection,
    "stick": config.StickSection,
    "tor": config.TorSection,
}


def parse(text: str) -> NodeConfig:
    return config.parse(text.encode(), name="federation.toml")


def message_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return str(caught.value)


def test_an_empty_file_means_the_defaults() -> None:
    assert parse("") == NodeConfig()


def test_the_example_holds_the_defaults() -> None:
    assert config.load(EXAMPLE) == NodeConfig()


def test_the_example_lists_every_setting() -> None:
    text = re.sub(r"(?m)^#(?=[\[a-z])", "", EXAMPLE.read_text(encoding="utf-8"))
    listed: set[tuple[str, str]] = set()
    section = ""
    for line in text.splitlines():
        if head := re.fullmatch(r"\[\[?([a-z.]+)\]\]?", line):
            section = head[1]
        elif key := re.match(r"([a-z_]+) = ", line):
            listed.add((section, key[1]))
    declared = {
        (section, field.name) for section, kind in SECTIONS.items()
        for field in msgspec.structs.fields(kind)
    }  # fmt: skip
    assert listed == declared - {("mailbox", "relay")}
    # What nobody has without asking somebody is left commented out, and refused when it is not.
    assert re.fullmatch(
        rf".*'mailbox.relay\[0\].ticket' {re.escape(TICKET_WANTED)}", message_of(text)
    )


def test_every_setting_of_the_example_has_its_reason_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if re.match(r"#?[a-z_]+ = ", line) and not before.startswith("# ")
    ]
    assert bare == []


def test_a_whole_file_is_read() -> None:
    text = """
        [node]
        listen = "[::1]:9000"
        [mailbox]
        address = "http://127.0.0.1:9000"
    """
    assert parse(text) == NodeConfig(
        node=NodeSection(listen="[::1]:9000"),
        mailbox=MailboxSection(address="http://127.0.0.1:9000"),
    )


@pytest.mark.parametrize(
    ("text", "seconds", "has_cover"),
    [
        ("", 1_800, False),
        ("[courier]\nbatch_minutes = 0", 0, False),
        ("[courier]\nbatch_minutes = 5\ncover = true", 300, True),
        ('[profile]\nrisk = "high"', 1_800, True),
    ],
)
def test_things_leave_at_the_half_hour_and_with_cover_where_the_risk_is_high(
    text: str, seconds: int, *, has_cover: bool
) -> None:
    assert parse(text).cadence == Cadence(batch_seconds=seconds, has_cover=has_cover)


def test_host_and_port_are_told_apart() -> None:
    section = NodeSection(listen="[::1]:9000")
    assert (section.host, section.port) == ("::1", 9000)


@pytest.mark.parametrize(
    ("risk", "minutes", "seconds"),
    [
        ("normal", 0, 0),
        ("normal", 1, 60),
        ("normal", 720, 43_200),
        ("high", 0, 0),
        ("high", 60, 0),
        ("high", 720, 0),
    ],
)
def test_the_vault_closes_as_it_is_set_and_at_once_where_the_risk_is_high(
    risk: str, minutes: int, seconds: int
) -> None:
    profile = parse(f'[profile]\nrisk = "{risk}"\nvault_lock_minutes = {minutes}').profile
    assert profile.vault_lock_seconds == seconds


@pytest.mark.parametrize(
    ("risk", "grace", "seconds", "cover", "onion"),
    [
        ("normal", limits.PREKEY_GRACE_SECONDS, 3_600, False, False),
        ("high", limits.PREKEY_GRACE_SECONDS_HIGH_RISK, 0, True, True),
    ],
)
def test_one_word_sets_everything_that_depends_on_the_danger(
    risk: str, grace: int, seconds: int, *, cover: bool, onion: bool
) -> None:
    profile = parse(f'[profile]\nrisk = "{risk}"').profile
    assert (
        profile.prekey_grace_seconds,
        profile.vault_lock_seconds,
        profile.sends_cover_traffic,
        profile.needs_onion,
    ) == (grace, seconds, cover, onion)
    assert isinstance(profile, ProfileSection)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[nodes]\n", "federation.toml, line 2: 'nodes' is not a setting"),
        (
            "[node]\n\nport = 8470",
            "federation.toml, line 3: 'node.port' is not a setting",
        ),
        (
            "[courier]\npoll_seconds = 'secret'",
            "federation.toml, line 2: 'courier.poll_seconds' is not of the type int",
        ),
        (
            "[profile]\nrisk = 'secret'",
            "federation.toml, line 2: 'profile.risk' has none of the values it may have",
        ),
        (
            RELAY + "[[mailbox.relay]]\nurl = 'https://b.example'",
            "federation.toml, line 4: 'mailbox.relay[1]' lacks 'ticket'",
        ),
        (
            RELAY + "[[mailbox.relay]]\nurl = 'https://b.example'\nticket = 5",
            "federation.toml, line 6: 'mailbox.relay[1].ticket' is not of the type str",
        ),
        (
            "[mailbox]\nrelay = [{url = 'u', ticket = 't'}]",
            (
                "federation.toml, line 1: 'mailbox.relay[0].url' is not an address such as"
                " https://relay.example.org"
            ),
        ),
        (
            RELAY.replace("https", "http"),
            (
                "federation.toml, line 2: 'mailbox.relay[0].url' is neither https:// nor an onion"
                " address"
            ),
        ),
        (
            RELAY.replace("AAA'", "AA'"),
            f"federation.toml, line 3: 'mailbox.relay[0].ticket' {TICKET_WANTED}",
        ),
        (
            RELAY.replace("https://a.example", "http://aaa.onion"),
            (
                "federation.toml, line 2: 'mailbox.relay[0].url' is an onion address; that needs"
                " tor.socks"
            ),
        ),
        (
            RELAY + f"pin = '{'a' * 63}'",
            f"federation.toml, line 4: 'mailbox.relay[0].pin' {PIN_WANTED}",
        ),
        (
            RELAY + f"pin = '{'A' * 64}'",
            f"federation.toml, line 4: 'mailbox.relay[0].pin' {PIN_WANTED}",
        ),
        (
            RELAY.replace("https://a.example", "http://127.0.0.1:8480") + f"pin = '{'a' * 64}'",
            (
                "federation.toml, line 4: 'mailbox.relay[0].pin' is of no use where the address is"
                " not https://: there is no key to compare"
            ),
        ),
        (
            f"[mailbox]\npin = '{'a' * 64}'",
            "federation.toml, line 2: 'mailbox.pin' needs mailbox.address",
        ),
        (
            f"[mailbox]\naddress = 'http://abcdefghijklmnop.onion'\npin = '{'a' * 64}'",
            (
                "federation.toml, line 3: 'mailbox.pin' is of no use where the address is not"
                " https://: there is no key to compare"
            ),
        ),
        (
            "[tor]\nsocks = '192.0.2.1:9050'",
            (
                "federation.toml, line 2: 'tor.socks' is not an address of this computer such as"
                " 127.0.0.1:9050"
            ),
        ),
        (
            "[tor]\neverything = true",
            "federation.toml, line 2: 'tor.everything' needs tor.socks: nothing would leave at all",
        ),
        (RELAY + RELAY, "federation.toml, line 5: 'mailbox.relay[1].url' is there twice"),
        (
            "".join(RELAY.replace("//a", f"//{name}") for name in "abcd"),
            (
                "federation.toml, line 1: 'mailbox.relay' are too many: three places at most, with our"
                " own address"
            ),
        ),
        ("[node]\nlisten = ", "federation.toml, line 2: not TOML"),
        ("[node]\nlisten = 'a'\nlisten = 'b'", "federation.toml, line 3: not TOML"),
    ],
)
def test_an_error_names_file_line_and_key(text: str, message: str) -> None:
    assert message_of(text) == message


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("node.listen", "[node]\nlisten = 'secret.example:80'"),
        ("node.listen", "[node]\nlisten = '127.0.0.1'"),
        ("node.listen", "[node]\nlisten = '127.0.0.1:65536'"),
        ("node.listen", "[node]\nlisten = '127.0.0.999:80'"),
        ("node.listen", "[node]\nlisten = '192.0.2.7:80'"),
        ("mailbox.address", "[mailbox]\naddress = 'https://secret.example/path'"),
        ("mailbox.address", "[mailbox]\naddress = 'https://secret.example'"),
        ("mailbox.address", "[mailbox]\naddress = 'http://192.0.2.7:80'"),
        (
            "mailbox.address",
            HIGH + "[mailbox]\naddress = 'https://secret.example'\npublish_address = true",
        ),
        ("courier.poll_seconds", "[courier]\npoll_seconds = 4"),
        ("courier.poll_seconds", "[courier]\npoll_seconds = 3601"),
        ("courier.batch_minutes", "[courier]\nbatch_minutes = 7"),
        ("courier.batch_minutes", "[courier]\nbatch_minutes = -30"),
        ("courier.cover", "[courier]\ncover = true\nbatch_minutes = 0"),
        ("courier.batch_minutes", '[courier]\nbatch_minutes = 0\n[profile]\nrisk = "high"'),
        ("api.socket", "[api]\nsocket = ''"),
        ("profile.vault_lock_minutes", "[profile]\nvault_lock_minutes = -1"),
        ("profile.vault_lock_minutes", "[profile]\nvault_lock_minutes = 721"),
        ("profile.vault_lock_minutes", HIGH + "vault_lock_minutes = 721"),
        ("profile.vault_lock_minutes", "[profile]\nvault_lock_minutes = '60'"),
        ("profile.vault_lock_minutes", "[profile]\nvault_lock_minutes = 0.5"),
        ("desk.lock_minutes", "[desk]\nlock_minutes = 0"),
        ("desk.lock_minutes", "[desk]\nlock_minutes = 16"),
        ("desk.unfocused_seconds", "[desk]\nunfocused_seconds = 9"),
        ("desk.unfocused_seconds", "[desk]\nunfocused_seconds = 601"),
        ("desk.undo_seconds", "[desk]\nundo_seconds = -1"),
        ("desk.undo_seconds", "[desk]\nundo_seconds = 61"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_and_not_quoted(key: str, text: str) -> None:
    message = message_of(text)
    assert re.match(rf"federation\.toml, line [0-9]+: '{re.escape(key)}' ", message)
    assert "secret" not in message
    assert "192.0.2" not in message


@pytest.mark.parametrize(
    "text",
    [
        "[mailbox]\naddress = 'http://abcdefghijklmnop.onion'",
        "[mailbox]\naddress = 'http://127.0.0.1:8470'",
        "[mailbox]\npublish_address = true\naddress = 'https://mail.example.org'",
        "[mailbox]\npublish_address = true\n[node]\nlisten = '192.0.2.7:80'",
        (
            "[mailbox]\npublish_address = true\naddress = 'https://mail.example.org'\n"
            f"pin = '{'0f' * 32}'"
        ),
        RELAY + f"pin = '{'0f' * 32}'",
        "[courier]\npoll_seconds = 5",
        "[courier]\npoll_seconds = 3600",
        "[desk]\nlock_minutes = 1\nunfocused_seconds = 10\nundo_seconds = 0",
        "[desk]\nlock_minutes = 15\nunfocused_seconds = 600\nundo_seconds = 60",
    ],
)
def test_what_gives_nothing_away_or_was_asked_for_is_taken(text: str) -> None:
    parse(text)


def test_a_ticket_is_never_in_a_repr() -> None:
    relay = RelaySection(url="https://a.example", ticket="secret")
    shown = repr(NodeConfig(mailbox=MailboxSection(relay=(relay,))))
    assert "https://a.example" in shown
    assert "secret" not in shown


def test_a_file_that_cannot_be_read_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "federation.toml")
    assert str(caught.value) == "federation.toml: cannot be read (FileNotFoundError)"


@pytest.mark.parametrize("raw", [b"\xff", b"#" * 65_537], ids=["not text", "too long"])
def test_bytes_that_are_no_configuration_are_refused(raw: bytes) -> None:
    with pytest.raises(ConfigError):
        config.parse(raw, name="federation.toml")
