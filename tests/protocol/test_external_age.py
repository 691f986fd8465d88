"""The age set of C2SP: published envelopes of our own suite, opened through the public HPKE call.

It is the one set for this suite without associated data; only `info` differs from an envelope's.
"""

import base64
import zlib
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidTag

from protocol import keys, sealing

pytestmark = pytest.mark.vectors

AGE_INFO: Final = b"age-encryption.org/mlkem768x25519"
AGE_OPENED: Final = ["hybrid", "hybrid_and_x25519", "hybrid_grease", "hybrid_multiple_recipients"]
# The set spells it "currupted".
AGE_REFUSED: Final = [
    "hybrid_bad_tag",
    "hybrid_currupted_enc_mlkem",
    "hybrid_currupted_enc_x25519",
    "hybrid_identity",
    "hybrid_low_order",
    "hybrid_no_match",
]
BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@pytest.mark.parametrize("name", AGE_OPENED)
def test_a_file_key_wrapped_by_age_is_opened_by_our_prekey(name: str, vectors_root: Path) -> None:
    prekey, stanzas, file_key = age_case(vectors_root / "cctv-age-hybrid" / name)

    assert file_key in [opened_or_none(stanza, prekey) for stanza in stanzas]


@pytest.mark.parametrize("name", AGE_REFUSED)
def test_a_file_key_wrapped_wrongly_is_opened_by_nobody(name: str, vectors_root: Path) -> None:
    prekey, stanzas, _ = age_case(vectors_root / "cctv-age-hybrid" / name)

    assert stanzas
    assert {opened_or_none(stanza, prekey) for stanza in stanzas} == {None}


def opened_or_none(sealed: bytes, prekey: keys.PrekeySecret) -> bytes | None:
    """Open with the suite we seal with, under age's own `info`."""
    try:
        return sealing._SUITE.decrypt(sealed, prekey.key, info=AGE_INFO)
    except (InvalidTag, ValueError):
        return None


def age_case(path: Path) -> tuple[keys.PrekeySecret, list[bytes], bytes]:
    """The identity of a case, its hybrid stanzas as HPKE messages, and the file key."""
    header, _, body = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in header.decode().splitlines())
    if fields.get("compressed") == "zlib":
        body = zlib.decompress(body)
    return (
        keys.prekey_secret(bech32_data(fields["identity"])),
        age_stanzas(body),
        bytes.fromhex(fields["file key"]),
    )


def age_stanzas(body: bytes) -> list[bytes]:
    """The hybrid stanzas of an age header: `enc` from the first line, the ciphertext from below."""
    header = body.partition(b"\n--- ")[0].decode("ascii")
    stanzas = [stanza.split("\n") for stanza in header.split("\n-> ")[1:]]
    return [
        unpadded(first.removeprefix("mlkem768x25519 ")) + unpadded("".join(rest))
        for first, *rest in stanzas
        if first.startswith("mlkem768x25519 ")
    ]


def unpadded(text: str) -> bytes:
    """Base64 as age writes it, without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def bech32_data(text: str) -> bytes:
    """The 32 bytes of an identity; its checksum is not what is tested here."""
    digits = text.lower().rpartition("1")[2][:-6]
    bits = "".join(f"{BECH32.index(digit):05b}" for digit in digits)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))
