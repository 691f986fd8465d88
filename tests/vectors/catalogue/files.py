"""Vectors of one part of a file: what it may say of the whole, and how long it is."""

from protocol.codec import Value
from protocol.messages.files import BlobChunk, FileHead
from protocol.messages.union import encode_content
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel
from tests.vectors.cast import changed, octets
from tests.vectors.form import Vector, vector

FILE = b"%PDF-1.7\n" + octets("a school certificate", 48)
CHUNK = BlobChunk(
    head=FileHead(
        hash=sha256(FILE),
        category=Category.PLAN_WISHES,
        kind=FileKind.PDF,
        label=FileLabel.SCHOOL_PAPER,
        size=len(FILE),
    ),
    index=0,
    content=FILE,
)


def _case(name: str, expect: str, rule: str, comment: str, artefact: bytes) -> Vector:
    given = {"type": CHUNK.TYPE, "class": "P"}
    return vector(name, "content", expect, rule, comment, artefact, **given)


def vectors() -> list[Vector]:
    """All of them."""

    def part(name: str, rule: str, comment: str, **fields: Value) -> Vector:
        return _case(name, "E_SCHEMA", rule, comment, changed(raw, **fields))

    raw = encode_content(CHUNK)
    tail = changed(raw, k4=2_000_003, k5=2, k6=b"end")
    return [
        _case("file_part_last", "ok", "R-190", "The last three bytes of a long file.",
              tail),
        part("file_part_beyond_the_last", "R-190", "Index 1 of a file of one part.", k5=1),
        part("file_part_too_short", "R-190", "A byte is missing.", k6=FILE[:-1]),
        part("file_part_too_long", "R-190", "A byte too many.", k6=FILE + b"x"),
        part("file_part_small_in_the_middle", "R-190", "The first of two parts has one byte.",
             k4=1_000_001, k6=b"x"),
        part("file_of_no_byte", "R-190", "Size 0.", k4=0, k6=b""),
        part("file_too_large", "R-190", "A byte over 16 MiB.", k4=16 * 1_048_576 + 1),
        part("file_category_0", "R-191", "The handle's category.", k1=0),
        part("file_category_13", "R-191", "A category that cannot be sent.", k1=13),
        part("file_kind_unknown", "R-11", "A kind outside the list.", k2="exe"),
        part("file_label_as_name", "R-191", "A name in place of a label.", k3="certificate.pdf"),
        part("file_with_a_name", "R-191", "A key 7 with a name.", k7="certificate.pdf"),
    ]  # fmt: skip
