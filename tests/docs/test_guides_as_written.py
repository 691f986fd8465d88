"""How the guides are written: nothing secret on a command line, and a check of the whole node at the end."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.support import guides
from tests.support.guides import Guide

DOCS: Final = Path(__file__).parents[2] / "docs"
WAYS: Final = [
    way
    for name in ("lost-laptop", "stolen-laptop", "broken-laptop")
    for way in guides.read(DOCS / f"{name}.md")
]
VALUES: Final = {"STICK", "FILE", "OURS", "PARTNER", "OLD"}
CHECK: Final = {"sathi status", "sathi doctor", "sathi audit verify", "sathi peer list"}


def write(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize("guide", WAYS, ids=lambda guide: guide.name)
def test_a_guide_ends_with_a_check_of_the_node_and_says_what_is_seen(guide: Guide) -> None:
    last = guide.blocks[-1]

    assert {*last.lines} >= CHECK
    assert not last.is_at_the_partner
    assert len(last.seen) >= len(CHECK)


@pytest.mark.parametrize("guide", WAYS, ids=lambda guide: guide.name)
def test_nothing_secret_is_an_argument_or_lies_in_a_file(guide: Guide) -> None:
    typed = " ".join(line for block in guide.blocks for line in block.lines)

    assert re.findall(r"--(?:passphrase|code|words|root-words|new-passphrase)-file", typed) == []
    assert re.findall(r"--(?:yes|number|words|code|passphrase)\b", typed) == []


@pytest.mark.parametrize("guide", WAYS, ids=lambda guide: guide.name)
def test_every_word_in_capitals_is_one_that_the_guide_explains(guide: Guide) -> None:
    typed = " ".join(line for block in guide.blocks for line in block.lines)
    used = set(re.findall(r"\b[A-Z]{2,}\b", typed))
    page = (DOCS / f"{guide.name.partition(':')[0]}.md").read_text(encoding="utf-8")

    assert used <= VALUES
    assert [word for word in sorted(used) if f"{word} is " not in page] == []


def test_what_was_not_seen_or_came_in_another_order_is_told() -> None:
    shown = "one thing\nand another\n"

    assert guides.missing(("one …", "…another"), shown) == []
    assert guides.missing(("…another", "one …"), shown) == ["one …"]
    assert guides.missing(("one",), shown) == ["one"]


def test_a_frame_that_nobody_runs_or_compares_is_refused(tmp_path: Path) -> None:
    for frame in ("```\nsathi status\n```\n", "```text\nopen\n```\n", "```bash\nls\n```\n"):
        with pytest.raises(ValueError, match="neither typed nor seen"):
            guides.read(write(tmp_path, frame))


def test_a_remark_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nobody acts on"):
        guides.read(write(tmp_path, "```sh\n# at the bakery\nsathi status\n```\n"))


def test_each_way_of_a_guide_has_its_own_frames_alone(tmp_path: Path) -> None:
    one, two = "## The first way: a\n```sh\none\n```\n", "## The second way: b\n```sh\ntwo\n```\n"
    ways = guides.read(write(tmp_path, one + two))

    assert [[block.lines for block in way.blocks] for way in ways] == [[("one",)], [("two",)]]
    with pytest.raises(ValueError, match="before a way was chosen"):
        guides.read(write(tmp_path, "```sh\nzero\n```\n" + one))
