"""Who may open the vault, and how little the file says about it."""

import hashlib
import stat
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.vault import keyring
from node.vault.keyring import (
    Cost,
    Credential,
    Keyring,
    KeyringError,
    Kind,
    Owner,
    RecoveryCodeError,
    Unlocked,
    WrongPassphraseError,
)
from protocol.values import Entropy

# The least libsodium takes: the product's cost is tested once, below.
CHEAP = Cost(memory_bytes=8192, passes=1)
VAULT_KEY = bytes(range(32))
SALT = bytes(range(100, 116))


def counted(seed: str) -> Entropy:
    """Bytes that look random and are the same in each run."""
    calls = 0

    def entropy(count: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.shake_256(f"{seed} {calls}".encode()).digest(count)

    return entropy


def enrolled(person: Credential, seed: str, kind: Kind = Kind.USER) -> Owner:
    return keyring.enrol(person, kind=kind, salt=SALT, entropy=counted(seed), cost=CHEAP)


def sealed(*owners: Owner, vault_key: bytes = VAULT_KEY, seed: str = "seal") -> Keyring:
    return keyring.seal(owners, vault_key=vault_key, salt=SALT, entropy=counted(seed))


MIRA = keyring.credential("mira", "rain on a tin roof")
TARA = keyring.credential("tara", "the kettle sings early")


def test_each_person_opens_the_vault_with_her_own_passphrase() -> None:
    owners = [enrolled(MIRA, "mira"), enrolled(TARA, "tara")]
    ring = sealed(*owners)
    assert [keyring.unlock(ring, person, cost=CHEAP) for person in (MIRA, TARA)] == [
        Unlocked(slot_id=owner.slot_id, kind=Kind.USER, vault_key=VAULT_KEY) for owner in owners
    ]


@pytest.mark.parametrize(
    "person",
    [
        keyring.credential("mira", "the kettle sings early"),
        keyring.credential("mira", "Rain on a tin roof"),
        keyring.credential("nobody", "rain on a tin roof"),
        keyring.credential("mir", "arain on a tin roof"),
    ],
    ids=["another's passphrase", "one letter off", "no such person", "the same letters"],
)
def test_a_wrong_passphrase_says_nothing_about_who_exists(person: Credential) -> None:
    ring = sealed(enrolled(MIRA, "mira"), enrolled(TARA, "tara"))
    with pytest.raises(WrongPassphraseError) as caught:
        keyring.unlock(ring, person, cost=CHEAP)
    assert str(caught.value) == "no slot opens"


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [("", "rain"), ("mira", ""), ("m" * 65, "rain"), ("mira", "r" * 257)],
)
def test_what_nobody_can_have_typed_is_a_wrong_passphrase_too(name: str, passphrase: str) -> None:
    with pytest.raises(WrongPassphraseError, match="no slot opens"):
        keyring.credential(name, passphrase)


def test_one_text_typed_on_two_keyboards_is_one_passphrase() -> None:
    # The Bengali letter rra is one character on some keyboards and two on others.
    assert keyring.credential("Mira", "\u09dc") == keyring.credential("mira", "\u09a1\u09bc")


def test_the_file_says_neither_who_nor_how_many() -> None:
    rings = [sealed(), sealed(*(enrolled(MIRA, str(number)) for number in range(16)))]
    assert [len(ring.slots) for ring in rings] == [16, 16]
    assert {len(slot) for ring in rings for slot in ring.slots} == {121}
    # The top bit of an X25519 public key is always 0: noise in an empty slot would be told apart.
    assert {slot[31] >> 7 for ring in rings for slot in ring.slots} == {0}


def test_the_order_of_the_slots_is_not_the_order_of_the_people() -> None:
    opened_by: set[int] = set()
    for seed in range(12):
        ring = sealed(enrolled(MIRA, "mira"), enrolled(TARA, "tara"), seed=str(seed))
        for number, slot in enumerate(ring.slots):
            alone = Keyring(salt=SALT, slots=(slot,))
            try:
                keyring.unlock(alone, MIRA, cost=CHEAP)
            except WrongPassphraseError:
                continue
            opened_by.add(number)
    assert len(opened_by) > 4


def test_a_new_vault_key_reaches_those_who_stay_without_their_passphrases() -> None:
    mira, tara = enrolled(MIRA, "mira"), enrolled(TARA, "tara")
    before, after = sealed(mira, tara), sealed(tara, vault_key=bytes(32), seed="rekeyed")
    assert keyring.unlock(after, TARA, cost=CHEAP).vault_key == bytes(32)
    assert keyring.unlock(before, MIRA, cost=CHEAP).vault_key == VAULT_KEY
    with pytest.raises(WrongPassphraseError):
        keyring.unlock(after, MIRA, cost=CHEAP)


def test_one_changed_byte_in_a_slot_opens_nothing() -> None:
    ring = sealed(enrolled(MIRA, "mira"))
    damaged = Keyring(
        salt=SALT, slots=tuple(slot[:-1] + bytes([slot[-1] ^ 1]) for slot in ring.slots)
    )
    with pytest.raises(WrongPassphraseError):
        keyring.unlock(damaged, MIRA, cost=CHEAP)


def test_there_is_no_seventeenth_slot() -> None:
    with pytest.raises(KeyringError):
        sealed(*(enrolled(MIRA, str(number)) for number in range(17)))


def test_a_vault_key_has_32_bytes() -> None:
    with pytest.raises(KeyringError):
        sealed(enrolled(MIRA, "mira"), vault_key=bytes(31))


def test_a_recovery_sheet_opens_the_vault_however_it_is_typed() -> None:
    code = keyring.new_recovery_code(entropy=counted("sheet"))
    owner = enrolled(keyring.recovery_credential(code), "sheet", Kind.RECOVERY)
    ring = sealed(enrolled(MIRA, "mira"), owner)
    typed = code.lower().replace(" ", "-").replace("o", "0").replace("i", "1").replace("b", "8")
    assert keyring.unlock(ring, keyring.recovery_credential(typed), cost=CHEAP) == Unlocked(
        slot_id=owner.slot_id, kind=Kind.RECOVERY, vault_key=VAULT_KEY
    )


def test_a_recovery_code_is_fourteen_groups_of_four() -> None:
    groups = keyring.new_recovery_code(entropy=counted("sheet")).split(" ")
    assert [len(group) for group in groups] == [4] * 14
    assert set("".join(groups)) <= set(string.ascii_uppercase + "234567")


@given(place=st.integers(0, 55), letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_mistyped_letter_of_a_recovery_code_is_noticed(place: int, letter: str) -> None:
    code = keyring.new_recovery_code(entropy=counted("sheet")).replace(" ", "")
    typed = code[:place] + letter + code[place + 1 :]
    if typed == code:
        keyring.recovery_credential(typed)
    else:
        with pytest.raises(RecoveryCodeError):
            keyring.recovery_credential(typed)


@given(text=st.text(max_size=300))
def test_what_is_no_recovery_code_is_refused(text: str) -> None:
    with pytest.raises(RecoveryCodeError):
        keyring.recovery_credential(text)


def test_a_saved_keyring_is_read_back_and_is_its_users_alone(tmp_path: Path) -> None:
    first, second = sealed(enrolled(MIRA, "mira")), sealed(enrolled(TARA, "tara"))
    for ring in (first, second):
        keyring.save(tmp_path, ring)
    assert keyring.load(tmp_path) == second
    assert [path.name for path in tmp_path.iterdir()] == ["keyring"]
    assert stat.S_IMODE((tmp_path / "keyring").stat().st_mode) == 0o600


def test_what_a_crash_left_half_written_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "keyring.part").write_bytes(b"SATHKR")
    ring = sealed(enrolled(MIRA, "mira"))
    keyring.save(tmp_path, ring)
    assert keyring.load(tmp_path) == ring


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 0)])
def test_a_keyring_that_is_not_whole_is_refused(tmp_path: Path, cut: slice) -> None:
    keyring.save(tmp_path, sealed())
    whole = (tmp_path / "keyring").read_bytes()
    (tmp_path / "keyring").write_bytes(whole[cut])
    with pytest.raises(KeyringError):
        keyring.load(tmp_path)


def test_a_folder_without_a_keyring_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyringError):
        keyring.load(tmp_path)


def test_no_secret_is_in_a_repr() -> None:
    owner = enrolled(MIRA, "mira")
    unlocked = keyring.unlock(sealed(owner), MIRA, cost=CHEAP)
    shown = f"{MIRA!r} {owner!r} {unlocked!r}"
    assert "mira" not in shown
    assert "rain" not in shown
    assert repr(VAULT_KEY) not in shown


@pytest.mark.slow
def test_the_products_cost_is_the_one_that_was_decided() -> None:
    assert Cost(memory_bytes=134_217_728, passes=3) == keyring.PRODUCT_COST
    owner = keyring.enrol(MIRA, kind=Kind.USER, salt=SALT, entropy=counted("mira"))
    assert keyring.unlock(sealed(owner), MIRA).vault_key == VAULT_KEY
