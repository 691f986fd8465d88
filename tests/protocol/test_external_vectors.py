"""Published vectors through our own functions: encoding, signatures, prekeys and HPKE.

Sets that no package carries are read from `vectors_root`; those tests bear the marker `vectors`.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import cryptography_vectors
import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from protocol import keys, sealing
from protocol.codec import decode, encode
from protocol.errors import MalformedError
from tests.support import hpke_oracle

# The shape of a vector file is its publisher's; what is taken from it is turned into bytes at once.
Vector = dict[str, Any]

PACKAGED: Final = Path(cryptography_vectors.__file__).parent
MLKEM768_X25519: Final = 0x647A
HKDF_SHA256: Final = 1
CHACHA20_POLY1305: Final = 3
HEADER: Final = b"SATH\x01\x01\x00\x00" + bytes(16)
PREKEY: Final = keys.prekey_secret(b"v" * 32)


def read(path: Path) -> Any:  # noqa: ANN401  JSON of whatever shape its publisher chose
    """The JSON in a vector file."""
    return json.loads(path.read_text(encoding="utf-8"))


def wycheproof(root: Path, name: str) -> list[tuple[Vector, Vector]]:
    """Each case of a Wycheproof file with the group it stands in."""
    whole = read(root / "wycheproof" / f"{name}.json")
    cases = [(group, case) for group in whole["testGroups"] for case in group["tests"]]
    assert len(cases) == whole["numberOfTests"]
    return cases


def octets(vector: Vector, name: str) -> bytes:
    """A field of hexadecimal digits."""
    return bytes.fromhex(vector[name])


def prekey_is_accepted(raw: bytes) -> bool:
    """Whether a public prekey is taken when it is read from a bundle."""
    try:
        return keys.prekey_public(raw, place="bundle").raw == raw
    except MalformedError:
        return False


@pytest.mark.vectors
def test_the_examples_of_rfc_8949_are_read_when_they_are_in_the_subset(vectors_root: Path) -> None:
    examples = read(vectors_root / "cbor-rfc8949" / "appendix_a.json")
    accepted = {}
    for example in examples:
        raw = octets(example, "hex")
        try:
            value = decode(raw)
        except MalformedError:
            continue
        assert encode(value) == raw
        accepted[example["hex"]] = value

    # Decided from what each example says of itself: `in_subset` never calls the decoder.
    expected = [example["hex"] for example in examples if in_subset(example)]
    assert sorted(accepted) == sorted(expected)
    assert (len(examples), len(accepted)) == (82, 31)
    printed = {e["hex"]: e["decoded"] for e in examples if e["hex"] in accepted and "decoded" in e}
    assert {key: accepted[key] for key in printed} == printed


def in_subset(example: Vector) -> bool:
    """By the meaning printed beside an example: only our kinds of value, in the one form."""
    notation = example.get("diagnostic")
    if notation is not None:
        # In diagnostic notation: a byte string, or a map with integer keys.
        return str(notation).startswith("h'") or str(notation) == "{1: 2, 3: 4}"
    return bool(example["roundtrip"]) and _only_ours(example["decoded"])


def _only_ours(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_only_ours, value))
    if isinstance(value, dict):
        return all(map(_only_ours, value.values()))
    is_integer = bool(isinstance(value, int) and 0 <= value < 2**53)
    return is_integer or value is None or isinstance(value, bool | str)


def test_the_thousand_signatures_of_ref10_are_made_and_accepted() -> None:
    lines = (PACKAGED / "asymmetric" / "Ed25519" / "sign.input").read_text().splitlines()
    for line in lines:
        seed, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        secret = keys.signing_secret(seed[:32])
        assert secret.public == public
        assert secret.signature(message) == signed[:64]
        assert keys.signature_is_good(public, message, signed[:64])

    assert len(lines) == 1_024


@pytest.mark.vectors
def test_wycheproofs_signatures_are_judged_as_printed(vectors_root: Path) -> None:
    for group, case in wycheproof(vectors_root, "ed25519_test"):
        key = octets(group["publicKey"], "pk")
        good = keys.signature_is_good(key, octets(case, "msg"), octets(case, "sig"))
        assert good == (case["result"] == "valid"), case["tcId"]


@pytest.mark.vectors
def test_of_the_edge_cases_of_cctv_exactly_the_43_flagged_are_accepted(vectors_root: Path) -> None:
    cases = read(vectors_root / "cctv-ed25519" / "ed25519vectors.json")
    # R-26 in the words of the file: no point of small order or of a second spelling, and the plain
    # equation must hold with the bytes as they came.
    shut_out = {
        "low_order_A",
        "low_order_R",
        "non_canonical_A",
        "non_canonical_R",
        "low_order_residue",
        "reencoded_k",
    }
    flagged = [case["number"] for case in cases if shut_out.isdisjoint(case["flags"] or [])]
    accepted = [
        case["number"]
        for case in cases
        if keys.signature_is_good(octets(case, "key"), case["msg"].encode(), octets(case, "sig"))
    ]

    assert accepted == flagged
    assert (len(cases), len(accepted)) == (914, 43)
    pinned = hashlib.sha256(",".join(map(str, sorted(accepted))).encode()).hexdigest()
    assert pinned == "36521713b91ca5d28544f38cd646b5494f5911399bfe4635a8bf2f2a88f13bcf"


@pytest.mark.vectors
def test_the_keys_of_the_x_wing_draft_are_our_prekeys(vectors_root: Path) -> None:
    vectors = read(vectors_root / "xwing" / "test-vectors.json")
    for vector in vectors:
        prekey = keys.prekey_secret(octets(vector, "seed"))
        assert prekey.public.raw == octets(vector, "pk")
        assert hpke_oracle.shared_secret(prekey.seed, octets(vector, "ct")) == octets(vector, "ss")
        assert_opens(prekey, enc=octets(vector, "ct"), shared=octets(vector, "ss"))

    assert len(vectors) == 3


def assert_opens(prekey: keys.PrekeySecret, *, enc: bytes, shared: bytes) -> None:
    """`unseal` opens what a sender with this encapsulation would have sealed under our header."""
    sealed = hpke_oracle.sealed_with(
        shared, enc=enc, info=b"\x0csathi/1/hpke" + HEADER, plaintext=b"a published secret"
    )
    assert sealing.unseal(sealed, prekey=prekey, header=HEADER) == b"a published secret"


@pytest.mark.vectors
def test_wycheproofs_ml_kem_seeds_give_the_keys_printed(vectors_root: Path) -> None:
    point = PREKEY.public.raw[1184:]
    for _, case in wycheproof(vectors_root, "mlkem_768_keygen_seed_test"):
        made = MLKEM768PrivateKey.from_seed_bytes(octets(case, "seed")).public_key()
        assert made.public_bytes_raw() == octets(case, "ek")
        assert prekey_is_accepted(octets(case, "ek") + point)


@pytest.mark.vectors
def test_wycheproofs_ml_kem_ciphertexts_are_decapsulated_as_printed(vectors_root: Path) -> None:
    for _, case in wycheproof(vectors_root, "mlkem_768_test"):
        try:
            key = MLKEM768PrivateKey.from_seed_bytes(octets(case, "seed"))
            shared = key.decapsulate(octets(case, "c"))
        except ValueError:
            assert case["result"] == "invalid"
        else:
            assert (case["result"], shared) == ("valid", octets(case, "K"))


@pytest.mark.vectors
def test_wycheproofs_bad_ml_kem_keys_are_refused_in_a_prekey(vectors_root: Path) -> None:
    point = PREKEY.public.raw[1184:]
    for _, case in wycheproof(vectors_root, "mlkem_768_encaps_test"):
        accepted = prekey_is_accepted(octets(case, "ek") + point)
        assert accepted == (case["result"] == "valid"), case["tcId"]


@pytest.mark.vectors
def test_wycheproofs_x25519_keys_without_a_secret_are_refused_in_a_prekey(
    vectors_root: Path,
) -> None:
    half = PREKEY.public.raw[:1184]
    refused = 0
    for _, case in wycheproof(vectors_root, "x25519_test"):
        empty = octets(case, "shared") == bytes(32)
        assert prekey_is_accepted(half + octets(case, "public")) != empty, case["tcId"]
        refused += empty

    assert refused == 31


def test_the_hpke_pq_vector_of_our_suite_is_opened_by_the_suite_we_seal_with() -> None:
    vector = one_vector("hpke-pq-test-vectors.json", kem=MLKEM768_X25519)
    prekey = keys.prekey_secret(octets(vector, "skRm"))
    assert prekey.public.raw == octets(vector, "pkRm")

    # The vectors carry associated data, which only the private call of the library takes.
    first = vector["encryptions"][0]
    opened = openssl.hpke._decrypt_with_aad(
        sealing._SUITE,
        octets(vector, "enc") + octets(first, "ct"),
        prekey.key,
        octets(vector, "info"),
        octets(first, "aad"),
    )
    assert opened == octets(first, "pt")


def one_vector(name: str, *, kem: int) -> Vector:
    """The one packaged vector in base mode with this KEM, our KDF and our AEAD."""
    ours = (0, kem, HKDF_SHA256, CHACHA20_POLY1305)
    parts = ("mode", "kem_id", "kdf_id", "aead_id")
    (vector,) = (v for v in read(PACKAGED / "HPKE" / name) if tuple(v[p] for p in parts) == ours)
    return dict(vector)


def test_the_hpke_pq_vector_of_our_suite_is_opened_by_our_own_unseal() -> None:
    vector = one_vector("hpke-pq-test-vectors.json", kem=MLKEM768_X25519)
    prekey = keys.prekey_secret(octets(vector, "skRm"))
    shared = octets(vector, "shared_secret")

    # The oracle's own arithmetic is held against the vector before it is used.
    assert hpke_oracle.shared_secret(prekey.seed, octets(vector, "enc")) == shared
    assert hpke_oracle.key_and_nonce(shared, octets(vector, "info")) == (
        octets(vector, "key"),
        octets(vector, "base_nonce"),
    )
    assert_opens(prekey, enc=octets(vector, "enc"), shared=shared)


def test_the_x25519_vector_of_rfc_9180_is_opened_by_the_library() -> None:
    vector = one_vector("test-vectors.json", kem=0x20)
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
    first = vector["encryptions"][0]

    opened = openssl.hpke._decrypt_with_aad(
        suite,
        octets(vector, "enc") + octets(first, "ct"),
        X25519PrivateKey.from_private_bytes(octets(vector, "skRm")),
        octets(vector, "info"),
        octets(first, "aad"),
    )
    assert opened == octets(first, "pt")


@pytest.mark.vectors
def test_wycheproofs_chacha20_poly1305_cases_are_judged_as_printed_at_rest(
    vectors_root: Path,
) -> None:
    judged = 0
    for _, case in wycheproof(vectors_root, "chacha20_poly1305_test"):
        # What rests in the vault has a nonce of 12 bytes and no associated data.
        if case["aad"] or len(octets(case, "iv")) != 12:
            continue
        stored = octets(case, "iv") + octets(case, "ct") + octets(case, "tag")
        try:
            read_back = sealing.decrypt_at_rest(stored, key=octets(case, "key"))
        except MalformedError:
            assert case["result"] == "invalid"
        else:
            assert (case["result"], read_back) == ("valid", octets(case, "msg"))
        judged += 1

    assert judged == 45
