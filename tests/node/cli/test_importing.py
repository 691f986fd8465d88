"""`sathi import` and `sathi export`: what somebody types, and what was not taken."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.cli.importing import MEANINGS, sure_of
from node.cli.talking import CommandFailedError
from node.htcds.fields import Reason
from node.htcds.values import Unread
from protocol.local import views
from protocol.local.commands import IMPORTED_CASES_MAX
from tests.support.command_line import Ended, sathi_here
from tests.support.nodes import PASSPHRASE, SUPERVISOR, RunningNode, make_node, running_node

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

ROWS = """\
case_number,prs_FirstName,prs_Birthdate,con_Consent,Shoe size
K-1,Asha,1999-03-27,TRUE,37
K-2,Mina,03/04/1999,,
,Rina,1999,,
"""


@pytest.fixture
async def alo(tmp_path: Path) -> AsyncIterator[RunningNode]:
    made = make_node(tmp_path / "alo", name="Alo Shelter")
    (made.folder / "federation.toml").touch()
    async with running_node(made) as node:
        await node.unlock()
        yield node


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "cases.csv"
    written.write_text(ROWS, encoding="utf-8")
    return written


async def bring(node: RunningNode, *arguments: str | Path) -> Ended:
    """`sathi import …` as the supervisor of a node."""
    return await sathi(node, "import", *arguments)


async def sathi(node: RunningNode, *arguments: str | Path) -> Ended:
    """A command as the supervisor of a node."""
    passphrase = node.folder.parent / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    credentials = ["--data", node.folder, "--user", SUPERVISOR, "--passphrase-file", passphrase]
    return await asyncio.to_thread(sathi_here, *map(str, [*arguments, *credentials]))


async def test_a_dry_run_tells_what_the_import_tells_and_opens_nothing(
    alo: RunningNode, file: Path
) -> None:
    dry = await bring(alo, file, "--dry-run")
    assert (await alo.client.list_cases()).count == 0
    real = await bring(alo, file)

    numbers = {case.case_number for case in (await alo.client.list_cases()).cases}
    assert numbers == {"K-1", "K-2"}
    assert (dry.code, real.code) == (3, 3)
    assert dry.data.splitlines() == [
        "column\tA\tcase_number\tcase_number\t2 cells",
        "column\tB\tprs_FirstName\tgiven_name\t3 cells",
        "column\tC\tprs_Birthdate\tbirth_date\t3 cells",
        "column\tD\tcon_Consent\tnowhere\t1 cells\tconsent_not_known",
        "column\tE\tShoe size\tnowhere\t1 cells\tunknown_column",
        "row\t3\tC\tdate_in_doubt",
        "row\t3\t-\tage_unknown",
        "row\t4\t-\tno_case_number",
        "empty\t0 rows",
        "unread\t0 other sheets",
        "would open\t2",
    ]
    assert real.data == dry.data.replace("would open", "opened")
    assert "Asha" not in dry.data + dry.talk
    assert "nothing may be shared: ask her" in dry.talk


async def test_what_was_imported_before_is_named_and_left_alone(
    alo: RunningNode, file: Path
) -> None:
    await bring(alo, file)
    again = (await bring(alo, file, "--json")).json()

    assert (again["opened"], again["already_there"]) == (0, ["K-1", "K-2"])
    assert again["findings"][-1] == {"row": 4, "column": "", "code": "no_case_number"}


async def test_a_long_file_goes_in_by_parts_and_goes_on_after_the_part_where_it_was_cut_off(
    alo: RunningNode, tmp_path: Path
) -> None:
    lines = ["case_number,age_band", *(f"K-{at},adult" for at in range(5 * IMPORTED_CASES_MAX))]
    file = tmp_path / "long.csv"
    file.write_text("\n".join(lines[: 2 * IMPORTED_CASES_MAX]), encoding="utf-8")
    first = (await bring(alo, file, "--json")).json()
    file.write_text("\n".join(lines), encoding="utf-8")
    whole = await bring(alo, file, "--json")

    assert whole.code == 0
    assert first["opened"] == len(whole.json()["already_there"]) == 2 * IMPORTED_CASES_MAX - 1
    assert first["opened"] + whole.json()["opened"] == 5 * IMPORTED_CASES_MAX
    assert (await alo.client.list_cases()).count == 5 * IMPORTED_CASES_MAX


async def test_a_mapping_is_written_changed_and_given_back(
    alo: RunningNode, file: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "map.toml"
    saved = await bring(alo, file, "--save-map", mapping)
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('"given_name"', '"known_as"'), encoding="utf-8")
    mapped = await bring(alo, file, "--map", mapping, "--prefix", "2026/", "--json")

    assert (saved.code, mapped.json()["opened"]) == (0, 2)
    assert [each["to"] for each in mapped.json()["columns"]][1] == "known_as"
    numbers = {case.case_number for case in (await alo.client.list_cases()).cases}
    assert numbers == {"2026/K-1", "2026/K-2"}
    again = await bring(alo, file, "--save-map", mapping)
    assert (again.code, "is there already" in again.talk) == (1, True)


async def test_what_cannot_be_read_for_sure_is_refused_and_nothing_is_opened(
    alo: RunningNode, file: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    without = tmp_path / "without.csv"
    without.write_text("prs_FirstName,prs_Gender\nAsha,Feminine\n", encoding="utf-8")
    ended = [
        await bring(alo, broken),
        await bring(alo, without),
        await bring(alo, tmp_path / "nowhere.csv"),
        await bring(alo, file, "--map", broken),
    ]

    assert [one.code for one in ended] == [1, 1, 1, 1]
    assert "not an XLSX file" in ended[0].talk
    assert "no column holds the number" in ended[1].talk
    assert (await alo.client.list_cases()).count == 0


@pytest.mark.parametrize("doubt", ["moved", "disagrees"])
def test_by_a_clock_that_is_in_doubt_nobody_is_imported(doubt: str) -> None:
    clock = views.ClockView(now=7, doubt=doubt, trusted_at=7, latest_seen=7, sources=[])

    with pytest.raises(CommandFailedError, match="nobody's age can be told"):
        sure_of(clock)
    assert sure_of(replace(clock, doubt=None)) == 7


def test_each_code_of_a_report_has_its_meaning() -> None:
    assert set(MEANINGS) == {*Reason, *Unread}


async def test_a_case_that_was_taken_out_is_a_file_of_this_user_alone(
    alo: RunningNode, file: Path, tmp_path: Path
) -> None:
    await bring(alo, file)
    out = tmp_path / "out.csv"
    refused = await sathi(alo, "export", "K-1", "--out", out)
    assert (refused.code, out.exists()) == (1, False)
    taken = await sathi(alo, "export", "K-1", "--out", out, "--plain")
    again = await sathi(alo, "export", "K-1", "--out", out, "--plain", "--json")
    unknown = await sathi(alo, "export", "K-9", "--out", tmp_path / "no.csv", "--plain")

    assert (taken.code, again.code, unknown.code) == (0, 1, 1)
    assert (out.stat().st_mode & 0o777, (tmp_path / "no.csv").exists()) == (0o600, False)
    assert "Asha" in out.read_text(encoding="utf-8")
    assert "Asha" not in taken.data + taken.talk
    assert (await bring(alo, out, "--prefix", "again/", "--json")).json()["opened"] == 1
