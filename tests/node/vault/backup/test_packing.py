"""The file of a backup opens to its own sheet alone, and shows every byte that is not what was written."""

import hashlib
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from node.vault.backup import packing
from node.vault.backup.copying import BackupError
from node.vault.backup.packing import NotThisSheetError
from tests.support.builders import entropy

SECRET = bytes(range(32))
SHEET = bytes(PrivateKey(SECRET).public_key)
SALT = b"a keyring's salt"
COPY_KEY = b"the key of the copy, 32 bytes ok"
CONTENT = b"what a copy holds " * 10_000


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    copy, target = tmp_path / "copy.db", tmp_path / "one.backup"
    copy.write_bytes(CONTENT)
    packing.pack(copy, target, key=COPY_KEY, sheet=SHEET, salt=SALT, entropy=entropy("once"))
    return target


def test_what_was_packed_comes_out_again(packed: Path, tmp_path: Path) -> None:
    key = packing.unpack(packed, tmp_path / "out.db", secret=SECRET)

    assert key == COPY_KEY
    assert (tmp_path / "out.db").read_bytes() == CONTENT
    assert packing.salt_of(packed) == SALT


def test_the_file_is_an_age_file_between_its_head_and_its_hash(packed: Path) -> None:
    raw = packed.read_bytes()

    assert raw[:24] == b"SATHBK01" + SALT
    assert raw[24:].startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert raw[-32:] == hashlib.sha256(raw[:-32]).digest()
    assert CONTENT[:18] not in raw
    assert COPY_KEY not in raw


def test_neither_public_key_stands_in_the_file(packed: Path) -> None:
    raw = packed.read_bytes()

    assert SHEET not in raw
    assert SHEET.hex().encode() not in raw


def test_another_sheet_opens_nothing(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(NotThisSheetError):
        packing.unpack(packed, tmp_path / "out.db", secret=bytes(32))


@pytest.mark.parametrize("at", [0, 8, 30, 300, 5_000, -40, -1])
def test_a_byte_that_is_another_one_is_seen_without_a_key(packed: Path, at: int) -> None:
    assert packing.is_whole(packed)
    raw = bytearray(packed.read_bytes())
    raw[at] ^= 1
    packed.write_bytes(raw)

    assert not packing.is_whole(packed)


def test_a_byte_that_was_changed_together_with_the_hash_is_seen_with_the_key(
    packed: Path, tmp_path: Path
) -> None:
    raw = bytearray(packed.read_bytes()[:-32])
    raw[5_000] ^= 1
    packed.write_bytes(raw + hashlib.sha256(raw).digest())

    assert packing.is_whole(packed)
    with pytest.raises(BackupError):
        packing.unpack(packed, tmp_path / "out.db", secret=SECRET)


@pytest.mark.parametrize("left", [0, 10, 24, 56, 1_000])
def test_a_file_that_was_cut_off_is_no_backup(packed: Path, tmp_path: Path, left: int) -> None:
    packed.write_bytes(packed.read_bytes()[:left])

    assert not packing.is_whole(packed)
    with pytest.raises(BackupError):
        packing.unpack(packed, tmp_path / "out.db", secret=SECRET)


def test_something_else_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"PK\x03\x04" + bytes(100))

    with pytest.raises(BackupError):
        packing.salt_of(tmp_path / "other")


@given(secret=st.binary(min_size=32, max_size=32))
def test_a_key_is_spelled_as_age_spells_it(secret: bytes) -> None:
    spelled = packing._bech32("age-secret-key-", secret).upper()
    public = bytes(PrivateKey(secret).public_key)

    assert str(pyrage.x25519.Identity.from_str(spelled).to_public()) == packing._bech32(
        "age", public
    )
