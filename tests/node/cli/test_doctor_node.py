"""What `sathi doctor` makes of a folder, of answers and of a terminal: each rule, and where it turns."""

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from node import config
from node.cli.doctor import files, running, settings, terminal
from node.cli.doctor.files import PAGE_BYTES, Entry, VaultFile
from node.cli.doctor.running import Partner, Silence
from node.mailbox.soundness import Soundness
from protocol import limits
from protocol.local.views import NodeStatus
from tui.termwidth import Diagnosis

OPEN = NodeStatus(
    is_open=True,
    name="Alo Shelter",
    node_id="sn1alo",
    is_erasure_pending=False,
    prekey_weeks_left=7,
    outbox_waiting=0,
    outbox_oldest_seconds=0,
)
LOCKED = NodeStatus(
    is_open=False,
    name="",
    node_id="",
    is_erasure_pending=False,
    prekey_weeks_left=None,
    outbox_waiting=None,
    outbox_oldest_seconds=None,
)


@pytest.mark.parametrize(
    ("mode", "uid", "state", "said"),
    [
        (0o600, 1000, "ok", "its own user only"),
        (0o604, 1000, "FAIL", "'vault.db'"),
        (0o640, 1000, "FAIL", "'vault.db'"),
        (0o600, 0, "FAIL", "'vault.db'"),
    ],
)
def test_the_folder_is_well_where_every_file_is_for_its_user_only(
    mode: int, uid: int, state: str, said: str
) -> None:
    top = Entry(name=".", mode=0o700, uid=1000)
    finding = files.judge_entries(
        Path("/home/n o"), [top, Entry(name="vault.db", mode=mode, uid=uid)]
    )
    assert finding.state == state
    assert said in finding.detail
    assert finding.fix is None or "'/home/n o'" in finding.fix


def test_a_file_that_is_not_the_nodes_may_have_a_persons_name_and_is_only_counted() -> None:
    top = Entry(name=".", mode=0o755, uid=1000)
    finding = files.judge_entries(Path("/n"), [top, Entry(name="Rani.txt", mode=0o644, uid=1000)])
    assert finding.detail == "open to other users of this computer: '.', 1 that are not the node's"


@pytest.mark.parametrize(
    ("size", "head", "said"),
    [
        (None, b"", "missing"),
        (0, b"", "cut off"),
        (PAGE_BYTES - 1, b"x" * 16, "cut off"),
        (PAGE_BYTES + 1, b"x" * 16, "cut off"),
        (PAGE_BYTES, b"SQLite format 3\0", "not encrypted"),
        (PAGE_BYTES, bytes(16), "holds nothing"),
    ],
)
def test_a_database_is_bad_that_is_not_of_whole_encrypted_pages(
    size: int | None, head: bytes, said: str
) -> None:
    whole = VaultFile(size=2 * PAGE_BYTES, head=b"x" * 16)
    assert files.judge_vaults({"vault.db": whole, "keys.db": whole}).state == "ok"
    finding = files.judge_vaults({"vault.db": whole, "keys.db": VaultFile(size=size, head=head)})
    assert finding.state == "FAIL"
    assert finding.detail.startswith("'keys.db'")
    assert said in finding.detail


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ({}, "ok", "whole"),
        ({"is_whole": False}, "FAIL", "damaged"),
        ({"is_known": False}, "FAIL", "another version"),
        ({"is_ours": False}, "FAIL", "our own mailbox"),
    ],
)
def test_a_mailbox_is_well_that_is_whole_known_and_ours(
    change: dict[str, bool], state: str, said: str
) -> None:
    seen = Soundness(
        **({"is_whole": True, "is_known": True, "is_ours": True} | change), envelopes=0
    )
    finding = files.judge_mailbox(seen)
    assert finding.state == state
    assert said in finding.detail


ONION = f"http://{'a' * 56}.onion"


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        ("", "ok", "none is published"),
        (f'[mailbox]\naddress = "{ONION}"\n', "ok", "none is published"),
        ("[mailbox]\npublish_address = true\n", "warn", "would allow it"),
        (
            '[mailbox]\npublish_address = true\naddress = "https://shelter.example.org:8470"\n',
            "warn",
            "https://shelter.example.org:8470 shows every organisation",
        ),
        (
            '[node]\nlisten = "0.0.0.0:8470"\n[mailbox]\npublish_address = true\n',
            "warn",
            "0.0.0.0:8470 shows every organisation",
        ),
    ],
)
def test_an_address_that_shows_where_the_computer_stands_is_warned_of(
    text: str, state: str, said: str
) -> None:
    finding = settings.judge_address(config.parse(text.encode(), name="federation.toml"))
    assert finding.state == state
    assert said in finding.detail


@pytest.mark.parametrize(
    ("risk", "more", "said"),
    [
        ("normal", "", "60 minutes after the last session,"),
        ("normal", "vault_lock_minutes = 720", "720 minutes after the last session,"),
        ("normal", "vault_lock_minutes = 1", "1 minute after the last session,"),
        ("normal", "vault_lock_minutes = 0", "with the last session,"),
        ("high", "", "with the last session,"),
        ("high", "vault_lock_minutes = 30", "with the last session,"),
    ],
)
def test_the_configuration_says_what_its_risk_sets(risk: str, more: str, said: str) -> None:
    text = f'[profile]\nrisk = "{risk}"\n{more}\n'
    read = config.parse(text.encode(), name="federation.toml")
    assert f"risk is {risk}: the vault closes {said}" in settings.judge(read).detail


@pytest.mark.parametrize(
    ("risk", "asked", "states"),
    [
        ("normal", False, []),
        ("normal", True, ["warn"]),
        ("high", True, ["ok"]),
        ("high", False, []),
    ],
)
def test_a_charter_that_asks_for_more_care_than_is_set_is_warned_of(
    risk: str, *, asked: bool, states: list[str]
) -> None:
    read = config.parse(f'[profile]\nrisk = "{risk}"\n'.encode(), name="federation.toml")
    seen = structs.replace(OPEN, is_risk_raised=asked)
    assert [finding.state for finding in settings.judge_risk(read, seen)] == states
    assert settings.judge_risk(read, LOCKED) == []


@pytest.mark.parametrize("address", ["https://sathi.example", ""])
def test_an_address_that_high_risk_would_refuse_is_told_and_not_taken_away(address: str) -> None:
    text = f'[mailbox]\naddress = "{address}"\npublish_address = true\n' if address else ""
    read = config.parse(text.encode(), name="federation.toml")
    [finding] = settings.judge_risk(read, structs.replace(OPEN, is_risk_raised=True))
    assert ("our address outside Tor stays" in finding.detail) is bool(address)


@pytest.mark.parametrize(
    ("seen", "state", "fix"),
    [
        (OPEN, "ok", None),
        (LOCKED, "ok", None),
        (Silence.NOT_RUNNING, "warn", "sathi serve"),
        (Silence.NO_ANSWER, "FAIL", "stop it"),
    ],
)
def test_a_node_is_well_that_answers(
    seen: NodeStatus | Silence, state: str, fix: str | None
) -> None:
    finding = running.judge_node(seen)
    assert finding.state == state
    assert (finding.fix or "").startswith(fix or "")


@pytest.mark.parametrize(
    ("seen", "envelopes", "state"),
    [
        (LOCKED, 0, "ok"),
        (LOCKED, 1, "warn"),
        (Silence.NOT_RUNNING, 1, "warn"),
        (OPEN, 1, "ok"),
    ],
)
def test_what_waits_for_an_unlocking_is_warned_of(
    seen: NodeStatus | Silence, envelopes: int, state: str
) -> None:
    assert running.judge_waiting(seen, envelopes=envelopes).state == state


def test_a_locked_node_says_nothing_that_only_an_open_one_can_know() -> None:
    assert running.judge_open(LOCKED) == []


@pytest.mark.parametrize(
    ("change", "states"),
    [
        ({}, ["ok", "ok", "ok", "ok"]),
        ({"is_erasure_pending": True}, ["warn", "ok", "ok", "ok"]),
        ({"prekey_weeks_left": 2}, ["ok", "ok", "ok", "ok"]),
        ({"prekey_weeks_left": 1}, ["ok", "warn", "ok", "ok"]),
        ({"prekey_weeks_left": 0}, ["ok", "FAIL", "ok", "ok"]),
        (
            {"outbox_waiting": 1, "outbox_oldest_seconds": 3 * limits.DAY - 1},
            ["ok", "ok", "ok", "ok"],
        ),
        (
            {"outbox_waiting": 1, "outbox_oldest_seconds": 3 * limits.DAY},
            ["ok", "ok", "warn", "ok"],
        ),
        ({"update_waiting": 1}, ["ok", "ok", "ok", "warn"]),
    ],
)
def test_an_open_node_says_how_erasing_prekeys_outbox_and_update_stand(
    change: dict[str, int], states: list[str]
) -> None:
    seen = msgspec.structs.replace(OPEN, **change)
    assert [finding.state for finding in running.judge_open(seen)] == states


@pytest.mark.parametrize(
    ("change", "states"),
    [
        ({}, ["ok", "ok"]),
        ({"is_clock_in_doubt": True}, ["warn", "ok"]),
        ({"card_seconds_left": 60 * limits.DAY - 1}, ["ok", "warn"]),
        ({"card_seconds_left": 0}, ["ok", "FAIL"]),
    ],
)
def test_an_open_node_says_how_its_clock_and_its_card_stand(
    change: dict[str, int], states: list[str]
) -> None:
    seen = msgspec.structs.replace(OPEN, **({"card_seconds_left": 60 * limits.DAY} | change))
    assert [finding.state for finding in running.judge_clock_and_card(seen)] == states
    assert running.judge_clock_and_card(LOCKED) == []


@pytest.mark.parametrize(
    ("seconds", "states"),
    [
        (None, []),
        (60 * limits.DAY + 1, ["ok"]),
        (60 * limits.DAY, ["warn"]),
        (1, ["warn"]),
        (0, ["FAIL"]),
        (-400 * limits.DAY, ["FAIL"]),
    ],
)
def test_a_charter_that_ends_is_warned_of_for_60_days_and_then_it_is_a_fault(
    seconds: int | None, states: list[str]
) -> None:
    seen = msgspec.structs.replace(OPEN, charter_seconds_left=seconds)
    told = [one for one in running.judge_clock_and_card(seen) if one.check == "charter"]
    assert [one.state for one in told] == states


DAYS_3 = 3 * limits.DAY


def partner(
    *,
    status: str = "active",
    level: int = 2,
    silent_seconds: int | None = None,
    waiting: int = 0,
    oldest_seconds: int = 0,
    keys_over_seconds: int = 0,
) -> Partner:
    return Partner(
        name="Bandhan",
        node_id_text="sn1bandhan",
        status=status,
        level=level,
        silent_seconds=silent_seconds,
        waiting=waiting,
        oldest_seconds=oldest_seconds,
        keys_over_seconds=keys_over_seconds,
    )


@pytest.mark.parametrize(
    ("seen", "state", "said"),
    [
        (partner(keys_over_seconds=1), "warn", "their keys that we hold ended today"),
        (partner(keys_over_seconds=DAYS_3), "warn", "ended 3 days ago, nothing can leave"),
        (partner(keys_over_seconds=1, status="suspended"), "ok", "suspended"),
        (partner(), "ok", "Bandhan: never heard from, level 2, 0 waiting"),
        (partner(silent_seconds=30 * limits.DAY), "ok", "last heard 30 days ago"),
        (partner(silent_seconds=limits.DAY - 1), "ok", "heard today"),
        (partner(silent_seconds=limits.DAY), "ok", "last heard 1 day ago"),
        (partner(waiting=2, oldest_seconds=DAYS_3 - 1), "ok", "2 waiting"),
        (partner(waiting=2, oldest_seconds=DAYS_3), "warn", "2 waiting for 3 days"),
        (partner(level=1), "warn", "level 1"),
        (partner(level=1, status="suspended"), "ok", "suspended"),
    ],
)
def test_a_partner_is_missed_where_something_has_waited_for_three_days(
    seen: Partner, state: str, said: str
) -> None:
    finding = running.judge_partner(seen)
    assert finding.state == state
    assert said in finding.detail


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Diagnosis(aligned=True, conjuncts="joined"), "ok"),
        (Diagnosis(aligned=True, conjuncts="unknown"), "ok"),
        (Diagnosis(aligned=True, conjuncts="split"), "warn"),
        (Diagnosis(aligned=False, conjuncts="joined"), "warn"),
    ],
)
def test_a_terminal_is_judged_by_how_it_draws_bengali(seen: Diagnosis, state: str) -> None:
    assert terminal.judge(seen).state == state


def test_without_a_terminal_nothing_is_said_of_one() -> None:
    assert terminal.probe() is None
