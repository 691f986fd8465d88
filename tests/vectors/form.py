"""The text form of a conformance vector: header lines, an empty line, one artefact in hexadecimal."""

from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
_HEX_PER_LINE = 96
_REQUIRED = ("operation", "expect", "rule", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One artefact, what is known beside it, and the one outcome it must have."""

    name: str
    headers: tuple[tuple[str, str], ...]
    artefact: bytes

    def one(self, header: str) -> str:
        """The value of a header that stands exactly once."""
        [value] = self.every(header)
        return value

    def every(self, header: str) -> list[str]:
        """The values of a header, in order."""
        return [value for name, value in self.headers if name == header]

    def number(self, header: str, *, absent: int) -> int:
        """The integer in a header that stands at most once."""
        values = self.every(header)
        return int(values[0]) if values else absent

    def octets(self, header: str) -> list[bytes]:
        """The values of a header as bytes."""
        return [bytes.fromhex(value) for value in self.every(header)]

    @property
    def rules(self) -> list[str]:
        """The rules of SPEC.md that it shows."""
        return self.one("rule").split()


def vector(
    name: str,
    operation: str,
    expect: str,
    rule: str,
    comment: str,
    artefact: bytes,
    **more: object,
) -> Vector:
    """A vector from its parts; a header given as a list stands once for each item."""
    headers = [("operation", operation), ("expect", expect), ("rule", rule), ("comment", comment)]
    for key, value in more.items():
        values = value if isinstance(value, list) else [value]
        headers += [(key.replace("_", "-"), _text(item)) for item in values]
    return Vector(name=name, headers=tuple(headers), artefact=artefact)


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def write(vector: Vector) -> str:
    """The text of a vector."""
    digits = vector.artefact.hex()
    lines = [f"{name}: {value}" for name, value in vector.headers]
    lines.append("")
    lines += [digits[at : at + _HEX_PER_LINE] for at in range(0, len(digits), _HEX_PER_LINE)]
    return "\n".join(lines) + "\n"


def read(path: Path) -> Vector:
    """The vector in a file; its name is the file's."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    headers = []
    for line in head.splitlines():
        name, separator, value = line.partition(": ")
        assert separator, f"{path.name}: a header without a value"
        headers.append((name, value))
    assert tuple(name for name, _ in headers[: len(_REQUIRED)]) == _REQUIRED, path.name
    return Vector(name=path.stem, headers=tuple(headers), artefact=bytes.fromhex(body))


def path_of(name: str) -> Path:
    """Where the vector of this name lies."""
    return CASES / f"{name}.txt"


def read_all() -> list[Vector]:
    """Every vector that lies in the folder, by name."""
    return [read(path) for path in sorted(CASES.glob("*.txt"))]
