"""The family of files: one type, `blob.chunk/1`, each of which carries one part of a file (SPEC 8.8).

A part says of its file what a person needs before she opens it, by code alone. A name would tell too much,
and nobody reads names when they are checked; so there is none.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import limits
from protocol.codec import Value
from protocol.fields import MapReader, schema_error
from protocol.values import Hash
from protocol.vocabulary.categories import SHAREABLE, Category
from protocol.vocabulary.codes import FileKind, FileLabel

_CATEGORY_MAX: Final = max(SHAREABLE)


def count_parts(size: int) -> int:
    """In how many parts a file of so many bytes travels; all but the last have the same length (R-190)."""
    return -(-size // limits.FILE_PART_BYTES)


def part_bytes(size: int, index: int) -> int:
    """How many bytes one part of a file of this size has; parts are counted from 0."""
    return min(limits.FILE_PART_BYTES, size - index * limits.FILE_PART_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What each part says of the whole: its SHA-256, its category, what it is, and its bytes in number."""

    hash: Hash
    category: Category
    kind: FileKind
    label: FileLabel
    size: int

    @property
    def parts(self) -> int:
        """In how many parts it travels."""
        return count_parts(self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobChunk:
    """One part of a file that she allowed to be sent (class P)."""

    TYPE: ClassVar = "blob.chunk/1"
    head: FileHead
    index: int
    content: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {
            0: self.head.hash,
            1: int(self.head.category),
            2: self.head.kind.value,
            3: self.head.label.value,
            4: self.head.size,
            5: self.index,
            6: self.content,
        }


def parse_chunk(reader: MapReader) -> BlobChunk:
    """Read the content; number and length of parts follow from the size, so neither can be made up.

    Raises:
        MalformedError: if it is not a part of any file (R-190, R-191).
    """
    head = FileHead(
        hash=reader.digest(0, "hash"),
        category=_category(reader),
        kind=reader.code(2, "kind", FileKind),
        label=reader.code(3, "label", FileLabel),
        size=reader.unsigned(4, "size", at_most=limits.FILE_BYTES_MAX),
    )
    if head.size == 0:
        raise schema_error("a file without a byte", place=reader.at("size"))
    index = reader.unsigned(5, "index", at_most=head.parts - 1)
    content = reader.octets(6, "content", size=part_bytes(head.size, index))
    return BlobChunk(head=head, index=index, content=content)


def _category(reader: MapReader) -> Category:
    number = reader.unsigned(1, "category", at_most=_CATEGORY_MAX)
    if number not in SHAREABLE:
        raise schema_error("a category nothing can be sent of", place=reader.at("category"))
    return Category(number)
