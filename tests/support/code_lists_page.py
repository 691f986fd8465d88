"""`python -m tests.support.code_lists_page` writes docs/code-lists.md from the lists and their labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from protocol.vocabulary.lists.catalogue import SUBJECTS
from protocol.vocabulary.lists.codelist import CodeList
from protocol.vocabulary.lists.htcds import LEFT_OUT_LISTS, LEFT_OUT_VALUES
from tui.wording.labels.lists.catalogue import LABELS, NOT_SAID

PAGE: Final = Path(__file__).parents[2] / "docs" / "code-lists.md"
_BEGINNING: Final = """\
# Code lists

Made from the lists of `protocol/vocabulary/lists/` and their labels. Do not change it by hand: run
`python -m tests.support.code_lists_page` and look at what became of it.

What is chosen and not written is a code. A code keeps its meaning for ever: it is never given to
another thing, and never taken out of its list. A partner with a newer Sathi may send a code that does
not stand here yet; it is kept, and shown as it came.

Beside its codes every list has these three:

{not_said}

- *code* is what is recorded and sent. Most are ours; where a list was taken over from HTCDS 2.0, it is
  spelt as there.
- *label* is what people read in English. It is translated; the code is not.
- *HTCDS 2.0* is the value in the Human Trafficking Case Data Standard, for import and export. A code
  without one has no value there.
- *CTDC* is the value, or the name of the column, in the global dataset of the Counter Trafficking Data
  Collaborative. Its -99 stands for all three of the above together.
- *IC-TIP* is empty until somebody fills it from the publication of the International Classification
  Standard for Trafficking in Persons.

HTCDS: Human Trafficking Case Data Standard 2.0 of 24 December 2021, International Organization for
Migration, <https://github.com/UNMigration/HTCDS>, under
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Its value names stand here unchanged, with
their spelling. IOM has not endorsed Sathi.
"""
_END: Final = """\
## What HTCDS has and we have not

{left_out}
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    not_said = "\n".join(f"- `{code}`: {label}" for code, label in NOT_SAID.items())
    yield _BEGINNING.format(not_said=not_said)
    for subject, lists in SUBJECTS.items():
        title = subject.replace("_", " ")
        yield f"## {title[0].upper()}{title[1:]}\n"
        for each in lists:
            yield from _list(each)
    left_out = [
        *(f"- `{field}`: {reason}." for field, reason in LEFT_OUT_LISTS.items()),
        *(f"- `{value}` of `{field}`: {why}." for (field, value), why in LEFT_OUT_VALUES.items()),
    ]
    yield _END.format(left_out="\n".join(left_out)).rstrip("\n") + "\n"


def _list(each: CodeList) -> Iterator[str]:
    fields = ", ".join(f"`{field}`" for field in each.htcds)
    yield f"### {each.name}\n"
    yield f"{each.about}{f' HTCDS: {fields}.' if fields else ''}\n"
    yield "| code | label | HTCDS 2.0 | CTDC | IC-TIP |\n|---|---|---|---|---|"
    for one in each.codes:
        label = LABELS[each.name][one.code]
        names = " | ".join(name or "" for name in (one.htcds, one.ctdc, one.ic_tip))
        yield f"| `{one.code}` | {label} | {names} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
