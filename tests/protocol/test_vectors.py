"""Every conformance vector has exactly the outcome it names, and the files are those of the catalogue."""

import pytest

from protocol.errors import RefusalCode
from protocol.messages.union import TYPES
from tests.vectors.catalogue.whole import whole
from tests.vectors.form import CASES, Vector, path_of, read, read_all, write
from tests.vectors.running import OPERATIONS, outcome

VECTORS = read_all()
CODES = {code.value for code in RefusalCode}
# What comes of a message beside being taken or refused, and what a mailbox answers.
WORDS = {"ok", "duplicate", "withheld", "covered", "auth", "malformed"}


def name_of(vector: Vector) -> str:
    return vector.name


@pytest.mark.parametrize("vector", VECTORS, ids=name_of)
def test_a_vector_has_exactly_the_outcome_it_names(vector: Vector) -> None:
    assert outcome(vector) == vector.one("expect")


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_code_has_a_vector(code: RefusalCode) -> None:
    assert [v.name for v in VECTORS if v.one("expect") == code.value] != []


def test_every_vector_expects_one_code_or_one_known_word() -> None:
    assert {v.one("expect") for v in VECTORS} <= CODES | WORDS


def test_every_operation_has_a_vector_that_succeeds_and_one_that_fails() -> None:
    found = {
        op: {v.one("expect") for v in VECTORS if v.one("operation") == op} for op in OPERATIONS
    }

    assert [op for op, expects in found.items() if "ok" not in expects] == []
    assert [op for op, expects in found.items() if expects == {"ok"}] == ["derive"]


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_every_message_type_has_a_legal_vector(type_name: str) -> None:
    legal = [v for v in VECTORS if v.one("expect") == "ok" and type_name in v.every("type")]

    assert legal != []


def test_the_files_are_those_of_the_catalogue() -> None:
    # Sealed bytes are read from the file and opened; everything else is made again.
    made = {vector.name: write(vector) for vector in whole()}
    kept = {path.stem: path.read_text(encoding="utf-8") for path in CASES.glob("*.txt")}

    assert sorted(made.keys() ^ kept.keys()) == []
    assert [name for name, text in made.items() if kept[name] != text] == []


def test_a_vector_comes_back_from_its_text() -> None:
    assert [v.name for v in VECTORS if read(path_of(v.name)) != v] == []
    assert [v.name for v in VECTORS if write(v) != path_of(v.name).read_text("utf-8")] == []
