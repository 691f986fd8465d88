"""The settings of a relay are read strictly, and the example is complete."""

import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from node import relay_settings
from node.relay_settings import ConfigError, RelayConfig, RelayServiceSection

EXAMPLE = Path(__file__).parents[2] / "relay.toml.example"
ADDRESS = "address = 'https://relay.example.org'\n"


def parse(text: str) -> RelayConfig:
    return relay_settings.parse(text.encode(), name="relay.toml")


def message_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return str(caught.value)


def test_only_the_address_has_to_be_said() -> None:
    assert parse("[relay]\n" + ADDRESS) == RelayConfig(
        relay=RelayServiceSection(address="https://relay.example.org")
    )
    assert message_of("[relay]\n") == "relay.toml, line 1: 'relay' lacks 'address'"
    assert message_of("") == "relay.toml: '' lacks 'relay'"


def test_the_example_lists_every_setting_with_its_default_and_a_reason_above_it() -> None:
    assert relay_settings.load(EXAMPLE) == parse("[relay]\n" + ADDRESS)
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    listed = [found[1] for line in lines if (found := re.match(r"([a-z_]+) = ", line))]
    assert listed == [field.name for field in msgspec.structs.fields(RelayServiceSection)]
    bare = [
        line
        for above, line in pairwise(lines)
        if re.match(r"[a-z_]+ = ", line) and not above.startswith("#") and "key = " not in line
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (
            "address = 'http://relay.example.org'",
            "'relay.address' is neither https:// nor an onion",
        ),
        (
            "address = 'https://relay.example.org/path'",
            "'relay.address' is not an address such as",
        ),
        ("address = 'ftp://relay.example.org'", "'relay.address' is not an address such as"),
        (ADDRESS + "listen = 'localhost:80'", "'relay.listen' is not an IP address and a port"),
        (ADDRESS + "listen = '127.0.0.1:65536'", "'relay.listen' is not an IP address and a port"),
        (ADDRESS + "listen = '0.0.0.0:8480'", "'relay.listen' is not on loopback; that needs a"),
        (ADDRESS + "database = 'mysql://secret@a'", "'relay.database' is not an address such as"),
        (ADDRESS + "certificate = 'a.pem'", "'relay.certificate' and relay.key go together"),
        (ADDRESS + "key = 'a.key'", "'relay.certificate' and relay.key go together"),
        (ADDRESS + "name = 'Alo'", "'relay.name' is not a setting"),
        (ADDRESS + "listen = 7", "'relay.listen' is not of the type str"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_without_its_value(
    setting: str, problem: str
) -> None:
    told = message_of("[relay]\n" + setting)
    assert problem in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "settings",
    [
        "address = 'http://exampleexampleexample.onion'",
        "address = 'http://127.0.0.1:8480'",
        ADDRESS + "listen = '0.0.0.0:8480'\nbehind_proxy = true",
        ADDRESS + "listen = '[::]:443'\ncertificate = 'a.pem'\nkey = 'a.key'",
        ADDRESS + "database = 'postgresql:///sathi_relay'",
    ],
)
def test_an_onion_a_proxy_and_a_certificate_are_ways_to_be_reached(settings: str) -> None:
    parse("[relay]\n" + settings)


def test_a_password_in_the_address_of_the_database_stands_in_no_repr() -> None:
    read = parse("[relay]\n" + ADDRESS + "database = 'postgresql://relay:hidden@db/a'")
    assert "hidden" not in repr(read)
