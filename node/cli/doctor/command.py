"""`sathi doctor`: looks at the node and its computer, and says what to do; it needs no passphrase."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click
import msgspec

from node import ballast, system
from node.cli import options
from node.cli.asking import ask_as, person
from node.cli.doctor import devices, files, machine, running, saved, settings, terminal, ways
from node.cli.doctor.findings import Check, Finding, State, bad, exit_of, line_of, looked
from node.cli.doctor.running import Silence
from node.cli.talking import CommandFailedError, Exit, put, put_json, say
from node.config import NodeConfig
from node.system import SystemClock
from protocol.local.views import NodeStatus

_ROOT: Final = Path("/")


@click.command(name="doctor")
@options.data
@click.option("--user", default=None, help="Look at the partners too, as this person; unlocks.")
@options.passphrase_file
@options.as_json
@click.pass_context
def doctor(
    context: click.Context,
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    is_json: bool,
) -> None:
    """Look at the node and this computer, and say what to do; reads no case.

    Ends with 0 if all is well, 3 if something should be looked at, 1 if something must be mended.
    """
    if passphrase_file is not None and user is None:
        raise click.UsageError("--passphrase-file is for --user")
    findings = examine(folder)
    if user is not None:
        findings += _partners(folder, user=user, passphrase_file=passphrase_file)
    if is_json:
        put_json([msgspec.to_builtins(finding) for finding in findings])
    else:
        for finding in findings:
            put(line_of(finding))
        _talk(findings)
    code = exit_of(findings)
    if code is not Exit.DONE:
        context.exit(code)


def examine(folder: Path) -> list[Finding]:
    """Everything that can be looked at without a session."""
    findings = _of_the_machine(folder)
    hindrance = looked(Check.FOLDER, lambda: files.find(folder, uid=os.geteuid()))
    if hindrance is None:
        findings += _of_the_folder(folder) + _of_the_node(folder)
    else:
        findings.append(hindrance)
    drawing = terminal.probe()
    if drawing is not None:
        findings.append(terminal.judge(drawing))
    return findings


def _of_the_machine(folder: Path) -> list[Finding]:
    places = partial(devices.swap_places, _ROOT, number_of=devices.number_of)
    clock = SystemClock()
    return [
        machine.judge_python(sys.version_info[:3]),
        looked(
            Check.CLOCK,
            lambda: machine.judge_clock(
                now=clock.wall(),
                newest=machine.newest_file(folder),
                is_kept=system.is_clock_kept(),
            ),
        ),
        looked(Check.SPACE, lambda: machine.judge_space(machine.free_bytes(folder))),
        looked(Check.SWAP, lambda: devices.judge_swap(places())),
        looked(
            Check.HIBERNATION,
            lambda: devices.judge_hibernation(devices.sleeping(_ROOT), places()),
        ),
        looked(Check.CORE_FILES, lambda: devices.judge_core_files(devices.core_files(_ROOT))),
    ]


def _of_the_folder(folder: Path) -> list[Finding]:
    return [
        looked(Check.FOLDER, lambda: files.judge_entries(folder, files.entries(folder))),
        looked(Check.KEYRING, lambda: files.judge_keyring(folder)),
        looked(Check.DATABASES, lambda: files.judge_vaults(files.vault_files(folder))),
        looked(Check.BALLAST, lambda: _ballast(folder)),
        files.judge_demo(is_demo=(folder / files.DEMO).exists()),
    ]


def _ballast(folder: Path) -> Finding:
    is_demo = (folder / files.DEMO).exists()
    wanted = ballast.DEMO_BYTES if is_demo else ballast.BYTES
    return machine.judge_ballast(ballast.held_bytes(folder), wanted=wanted)


def _of_the_node(folder: Path) -> list[Finding]:
    findings: list[Finding] = []
    status: NodeStatus | Silence = Silence.NOT_RUNNING
    read = looked(Check.CONFIGURATION, lambda: settings.read(folder))
    if isinstance(read, Finding):
        findings.append(read)
    else:
        findings += [settings.judge(read), settings.judge_address(read)]
        findings.append(looked(Check.BACKUP, lambda: _backups(folder, read)))
        findings += ways.judge_tor(read, answers=ways.does_tor_answer(read))
        asked = looked(Check.NODE, lambda: running.status_of(folder / read.api.socket))
        findings.append(asked if isinstance(asked, Finding) else running.judge_node(asked))
        status = status if isinstance(asked, Finding) else asked
    seen = looked(Check.MAILBOX, lambda: files.mailbox(folder))
    if isinstance(seen, Finding):
        findings.append(seen)
    else:
        findings.append(files.judge_mailbox(seen))
        findings.append(running.judge_waiting(status, envelopes=seen.envelopes))
    if isinstance(status, NodeStatus):
        if not isinstance(read, Finding):
            findings += settings.judge_risk(read, status)
        findings += running.judge_open(status) + running.judge_clock_and_card(status)
        findings += ways.judge_relays(status)
    return findings


def _backups(folder: Path, read: NodeConfig) -> Finding:
    return saved.judge(saved.look(folder, read), now=SystemClock().wall())


def _partners(folder: Path, *, user: str, passphrase_file: Path | None) -> list[Finding]:
    try:
        who = person(folder, user=user, passphrase_file=passphrase_file)
        peers, outbox = ask_as(who, running.partners_of)
    except CommandFailedError as error:
        return [bad(Check.PARTNER, error.message, fix="then type the same again")]
    known = running.partners(peers, outbox, now=SystemClock().wall())
    return [running.judge_partner(partner) for partner in known]


def _talk(findings: Sequence[Finding]) -> None:
    states = [finding.state for finding in findings]
    failing, doubtful = states.count(State.FAIL), states.count(State.WARN)
    if failing or doubtful:
        say(f"{failing} to be mended, {doubtful} to be looked at; docs/doctor.md explains each")
