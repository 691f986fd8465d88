"""Vectors of the encoding and of the signed object that stands on it."""

from protocol.codec import Value, encode
from protocol.keys import key_id_of
from protocol.labels import Kind
from protocol.signing import sign
from tests.vectors.cast import ALO, BANDHAN, CHAUTARI, SIGNED_CONSENT, mapping, octets
from tests.vectors.form import Vector, vector

ORDER_OF_THE_GROUP = 2**252 + 27742317777372353535851937790883648493


def _sce(name: str, rule: str, comment: str, digits: str, expect: str = "E_ENCODING") -> Vector:
    return vector(name, "sce-decode", expect, rule, comment, bytes.fromhex(digits))


def vectors() -> list[Vector]:
    """All of them."""
    return [*_encodings(), *_lengths(), *_signed()]


def _encodings() -> list[Vector]:
    return [
        _sce("sce_largest_integer", "R-05", "2**53 - 1.", "1b001fffffffffffff", "ok"),
        _sce(
            "sce_map_in_order", "R-03", "Keys 1, 2, 10 and a text.", "a4010102020a03616104", "ok"
        ),
        _sce("sce_integer_too_large", "R-05", "2**53.", "1b0020000000000000"),
        _sce("sce_negative_integer", "R-01", "-1.", "20"),
        _sce("sce_float", "R-01", "1.5 in half precision.", "f93e00"),
        _sce("sce_tag", "R-01", "A tagged date.", "c000"),
        _sce("sce_undefined", "R-01", "The simple value undefined.", "f7"),
        _sce("sce_simple_value", "R-01", "Simple value 32 in its long form.", "f820"),
        _sce("sce_indefinite_array", "R-02", "An array without a length.", "9fff"),
        _sce("sce_indefinite_text", "R-02", "A text in pieces.", "7f6161ff"),
        _sce("sce_long_integer_head", "R-02", "23 in two bytes.", "1817"),
        _sce(
            "sce_long_length_head", "R-02", "A byte string of one, its length in two.", "590001aa"
        ),
        _sce("sce_map_out_of_order", "R-03", "Key 2 before key 1.", "a202000100"),
        _sce("sce_map_duplicate_key", "R-03", "Key 1 twice.", "a201000101"),
        _sce(
            "sce_map_length_order",
            "R-03",
            "A shorter key first, as RFC 7049 had it.",
            "a26000181800",
        ),
        _sce("sce_map_bytes_key", "R-03", "A byte string as a key.", "a1416100"),
        _sce("sce_trailing_byte", "R-04", "A byte after the value.", "0000"),
        _sce("sce_cut_off", "R-04", "An array of two with one item.", "8200"),
        _sce("sce_empty", "R-04", "No bytes at all.", ""),
        _sce("sce_nested_too_deeply", "R-04", "Nine arrays in one another.", "81" * 9 + "00"),
        _sce("sce_nested_as_deep_as_allowed", "R-04", "Eight arrays.", "81" * 8 + "00", "ok"),
        _sce("sce_not_utf8", "R-06", "A text of one byte 0xff.", "61ff"),
        _sce("sce_surrogate", "R-06", "A text with half of a surrogate pair.", "63eda080"),
        _sce("sce_not_normalised", "R-06", "e and a combining accent: kept.", "6365cc81", "ok"),
    ]


def _lengths() -> list[Vector]:
    huge = "An array that claims 2**32 items in five bytes."
    return [_sce("sce_huge_count", "R-04", huge, "9b0000000100000000")]


def _signed() -> list[Vector]:
    body = encode({0: 1, 1: "কার্ড"})
    good = sign(Kind.SUSPEND, body, secrets=[ALO.signing])
    rows: list[Value] = [[bytes(s.key_id), s.raw] for s in good.signatures]
    raw = good.signatures[0].raw
    malleable = int.from_bytes(raw[32:], "little") + ORDER_OF_THE_GROUP
    low_r = bytes(32) + raw[32:]
    hint = bytes(key_id_of(ALO.signing.public))

    def case(name: str, expect: str, rule: str, comment: str, artefact: bytes) -> Vector:
        key = ALO.signing.public
        return vector(name, "signed", expect, rule, comment, artefact, kind="suspend", key=key)

    def with_signature(signature: bytes) -> bytes:
        return encode(["suspend", body, [[hint, signature]]])

    nine = encode(["suspend", body, rows * 9])
    two = sign(Kind.SUSPEND, body, secrets=[CHAUTARI.signing, ALO.signing])
    forged = encode(["suspend", body, [[hint, octets("no signature", 64)], *rows]])
    wrong_body = encode(["suspend", encode({0: 1, 1: "কার্ডের"}), rows])
    return [
        case("signed_good", "ok", "R-21 R-24", "One signature of the pinned key.", good.raw),
        case("signed_second_signer", "ok", "R-24", "A stranger signed too.", two.raw),
        case("signed_hint_twice", "ok", "R-24", "A bad signature before the good one.", forged),
        case("signed_other_kind", "E_KIND", "R-22", "A consent in place of it.", SIGNED_CONSENT.raw),
        case("signed_kind_swapped", "E_SIG", "R-21", "Signed as a msg.", _swapped(body)),
        case("signed_other_body", "E_SIG", "R-24", "The body of another object.", wrong_body),
        case("signed_stranger", "E_SENDER_UNKNOWN", "R-24", "Signed by a key we do not pin.",
             sign(Kind.SUSPEND, body, secrets=[BANDHAN.signing]).raw),
        case("signed_large_s", "E_SIG", "R-26", "S plus the order of the group.",
             with_signature(raw[:32] + malleable.to_bytes(32, "little"))),
        case("signed_small_order_r", "E_SIG", "R-26", "R is a point of small order.",
             with_signature(low_r)),
        case("signed_no_signature", "E_SCHEMA", "R-22", "An empty list of signatures.",
             encode(["suspend", body, []])),
        case("signed_nine_signatures", "E_SCHEMA", "R-22", "One more than eight.", nine),
        case("signed_body_not_bytes", "E_SCHEMA", "R-22", "The body as a map.",
             encode(["suspend", mapping(body), [[hint, raw]]])),
        case("signed_short_signature", "E_SCHEMA", "R-22", "63 bytes.", with_signature(raw[:63])),
        case("signed_trailing_byte", "E_ENCODING", "R-22", "A byte behind it.", good.raw + b"\0"),
        case("signed_too_large", "E_LIMIT", "R-22", "One byte over 64 KiB.",
             good.raw + bytes(65_537 - len(good.raw))),
    ]  # fmt: skip


def _swapped(body: bytes) -> bytes:
    other = sign(Kind.MESSAGE, body, secrets=[ALO.signing])
    [signature] = other.signatures
    return encode(["suspend", body, [[bytes(signature.key_id), signature.raw]]])
