"""Writes the conformance vectors: `python -m tests.vectors`. What did not change keeps its bytes."""

import sys

from tests.vectors.catalogue.whole import whole
from tests.vectors.form import CASES, path_of, write
from tests.vectors.running import outcome


def main() -> int:
    """Write every vector, remove what is not in the catalogue, and say what changed."""
    CASES.mkdir(exist_ok=True)
    vectors = whole()
    wrong = [vector.name for vector in vectors if outcome(vector) != vector.one("expect")]
    if wrong:
        _say("not as expected:", *wrong)
        return 1
    for path in set(CASES.glob("*.txt")) - {path_of(vector.name) for vector in vectors}:
        _say("removed", path.stem)
        path.unlink()
    for vector in vectors:
        path, text = path_of(vector.name), write(vector)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            _say("written", vector.name)
            path.write_text(text, encoding="utf-8")
    _say(str(len(vectors)), "vectors")
    return 0


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")


if __name__ == "__main__":
    sys.exit(main())
