"""Files of a referral: read in part by part, ticked by her, let go, and taken out by an explicit act.

Nothing here opens a file. Our copy is kept only to be sent, under one consent and under a key of its own.
What came leaves this node only when a person takes it out, and that is written down.
"""

import hashlib
from pathlib import Path
from typing import Final

from node import showing, system
from node.effects import Acting, audit, forget_own_copy
from node.filing import coming, leaving
from node.vault.records import ConsentRecord, Referral, Self
from node.vault.tables import (
    consents,
    desk,
    identity,
    messages,
    own_files,
    peers,
    received_files,
    referrals,
    secrets,
)
from node.vault.tables.own_files import OwnFile
from node.vault.tables.received_files import ReceivedFile
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import ConsentState, Standing
from protocol.consent_rules import Refusal, ShareRequest, may_share
from protocol.disclosure import may_tell_file
from protocol.effects import Task
from protocol.errors import LocalProtocolError, MalformedError
from protocol.file_rules import has_room, kind_of
from protocol.local import commands, views
from protocol.local.views import FileState, No, Refused, refused
from protocol.messages.files import count_parts, part_bytes
from protocol.messages.union import PURPOSE_OF_TYPE
from protocol.permits import Permit
from protocol.referral_flow import SHARED_STATES
from protocol.sealing import decrypt_at_rest, encrypt_at_rest
from protocol.values import Hash, Instant, MessageId, digest, thread_id
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose

_FILE_ID_BYTES: Final = 16
_TELLING: Final = tuple(PURPOSE_OF_TYPE)
_ALLOWED: Final = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED, ConsentState.NOT_YET})
_NOT_HERE: Final = frozenset({FileState.SENT.value, FileState.STOPPED.value})
_NOT_WHOLE: Final = {FileState.LOCKED: No.LOCKED, FileState.ERASED: No.ERASED}


def begin_file(
    unit: Unit, command: commands.BeginFile, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Begin a copy, where her consent reaches its category; whether she allows the file itself comes later.

    Raises:
        MalformedError: if no file has this size.
    """
    if not 0 < command.size <= limits.FILE_BYTES_MAX:
        raise MalformedError("not a size of a file that can be sent", place="BeginFile.size")
    referral = referrals.find_referral(unit.vault, thread_id(command.thread))
    if referral is None:
        return refused(No.NOT_FOUND)
    if referral.state not in SHARED_STATES:
        return refused(No.WRONG_STATE)
    permit = _may_share(unit, referral, command.category, me=me, now=acting.now)
    if isinstance(permit, Refusal):
        return showing.refusal(permit)
    free = system.free_bytes(Path(own_files.place_of(unit.vault)).parent)
    if not has_room(command.size, free=free, kept=own_files.bytes_kept(unit.vault)):
        return refused(No.NO_SPACE)
    return views.Done(ref=_begin(unit, command, referral, permit, acting=acting).file_id)


def _begin(
    unit: Unit,
    command: commands.BeginFile,
    referral: Referral,
    permit: Permit,
    *,
    acting: Acting,
) -> OwnFile:
    key_id, _ = secrets.new_disclosure_key(unit.keys, now=acting.now, entropy=acting.entropy)
    file = OwnFile(
        file_id=acting.entropy(_FILE_ID_BYTES),
        thread=referral.thread,
        peer=referral.peer,
        consent_id=permit.consent_id,
        category=command.category,
        label=command.label,
        size=command.size,
        kind=None,
        hash=None,
        state=FileState.READING.value,
        follows=None,
        key_id=key_id,
        begun_at=acting.now,
        changed_at=acting.now,
    )
    own_files.insert(unit.vault, file)
    audit(unit, "file.begun", file.file_id, acting=acting)
    return file


def _may_share(
    unit: Unit, referral: Referral, category: Category, *, me: Self, now: Instant
) -> Permit | Refusal:
    """Her consent as it stands now, for this one category, in the direction in which the file would go."""
    standings = _standings(unit, referral)
    request = ShareRequest(
        holder=me.node_id,
        recipient=referral.peer,
        purpose=Purpose.CARE_REFERRAL if referral.is_ours else Purpose.FOLLOW_UP,
        categories=frozenset({category}),
        handle=None if not standings else standings[0].consent.handle,
    )
    return may_share(
        standings,
        request=request,
        level=peers.load_peer(unit.vault, referral.peer).level,
        now=_trusted(unit, now),
    )


def _standings(unit: Unit, referral: Referral) -> list[Standing]:
    """The consents about her between the two sides of this referral."""
    record = (
        None
        if referral.consent_id is None
        else consents.find_consent(unit.vault, referral.consent_id)
    )
    if record is None:
        return []
    found = consents.of_handle(unit.vault, record.standing.consent.handle)
    return [one.standing for one in found]


def _trusted(unit: Unit, now: Instant) -> Instant:
    return max(now, identity.latest_seen(unit.vault))


def keep_part(
    unit: Unit, command: commands.KeepFilePart, *, acting: Acting
) -> views.Done | Refused:
    """Keep one part of a copy that is read in, encrypted under the file's own key.

    Raises:
        MalformedError: if the file has no part of this number and length.
    """
    file = own_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    if file.state != FileState.READING.value or file.key_id is None:
        return refused(No.WRONG_STATE)
    if not 0 <= command.index < count_parts(file.size):
        raise MalformedError("no part of this file", place="KeepFilePart.index")
    if len(command.content) != part_bytes(file.size, command.index):
        raise MalformedError("not as long as this part is", place="KeepFilePart.content")
    if command.index == 0 and kind_of(command.content) is None:
        return refused(No.NOT_SUCH_A_FILE)
    key = secrets.load_disclosure_key(unit.keys, file.key_id)
    kept = encrypt_at_rest(command.content, key=key, entropy=acting.entropy)
    if not own_files.keep_part(unit.vault, file.file_id, command.index, kept):
        return refused(No.ALREADY_THERE)
    return views.Done()


def close_file(
    unit: Unit, command: commands.CloseFile, *, acting: Acting
) -> views.FileLine | Refused:
    """All of it is there: say what it is and its SHA-256, to which her tick will be bound."""
    file = own_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    parts = count_parts(file.size)
    is_read = own_files.parts_kept(unit.vault, file.file_id) == parts
    if file.state != FileState.READING.value or file.key_id is None or not is_read:
        return refused(No.WRONG_STATE)
    key = secrets.load_disclosure_key(unit.keys, file.key_id)
    whole, first = hashlib.sha256(), b""
    for index in range(parts):
        kept = own_files.part_content(unit.vault, file.file_id, index) or b""
        content = decrypt_at_rest(kept, key=key)
        first = first or content[:16]
        whole.update(content)
    kind = kind_of(first)
    if kind is None:
        raise LocalProtocolError("a kept part of another kind")
    link = digest(whole.digest())
    own_files.set_whole(unit.vault, file.file_id, kind=kind, link=link, now=acting.now)
    audit(unit, "file.kept", file.file_id, acting=acting)
    return _line(unit, file.file_id, now=_trusted(unit, acting.now))


def _line(unit: Unit, file_id: bytes, *, now: Instant) -> views.FileLine:
    file = own_files.find(unit.vault, file_id)
    if file is None:
        raise LocalProtocolError("a copy that vanished")
    return _own_line(unit, file, now=now)


def tick_file(unit: Unit, command: commands.TickFile, *, acting: Acting) -> views.Done | Refused:
    """She was shown exactly this file and said yes; the tick stands in the consent it would go under."""
    file = own_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    if file.state != FileState.KEPT.value or file.hash is None:
        return refused(No.WRONG_STATE)
    if file.hash != command.hash:
        return refused(No.CHANGED_SINCE_PREVIEW)
    record = consents.find_consent(unit.vault, file.consent_id)
    if record is None or len(record.standing.ticks) >= limits.FACTS_MAX:
        return refused(No.WRONG_STATE)
    consents.add_tick(unit.vault, file.consent_id, file.hash, now=acting.now)
    audit(unit, "file.ticked", file.file_id, acting=acting)
    return views.Done()


def send_file(
    unit: Unit, command: commands.SendFile, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Let a file go: part by part it follows what was last told about her under the same consent."""
    file = own_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    head, record = file.head, consents.find_consent(unit.vault, file.consent_id)
    if file.state != FileState.KEPT.value or head is None or record is None:
        return refused(No.WRONG_STATE)
    follows = _followed(unit, file)
    if follows is None:
        return refused(No.WRONG_STATE)
    trusted = _trusted(unit, acting.now)
    permit = leaving.permit_for(unit, file, record.standing, me=me, trusted=trusted)
    if isinstance(permit, Refusal):
        return showing.refusal(permit)
    if not may_tell_file(head, permit):
        return refused(No.NOT_TICKED)
    own_files.set_sending(unit.vault, file.file_id, follows=follows, now=acting.now)
    _forget_former(unit, file, acting=acting)
    audit(unit, "file.sending", file.file_id, acting=acting)
    return views.Done()


def _forget_former(unit: Unit, file: OwnFile, *, acting: Acting) -> None:
    """What had to be attached again was: the one that did not arrive asks for nothing any more."""
    own_files.drop_stopped(unit.vault, file)
    if not any(
        _own_line(unit, one, now=_trusted(unit, acting.now)).state == FileState.AGAIN
        for one in own_files.in_thread(unit.vault, file.thread)
    ):
        desk.finish_tasks(
            unit.vault,
            task=Task.FILE_AGAIN.value,
            thread=file.thread,
            by=acting.actor,
            now=acting.now,
        )


def _followed(unit: Unit, file: OwnFile) -> MessageId | None:
    """What was last told about her in this conversation under the same consent, if it still goes or went."""
    referral = referrals.find_referral(unit.vault, file.thread)
    if referral is None or referral.state not in SHARED_STATES:
        return None
    return own_files.followed(unit.vault, file.thread, consent=file.consent_id, types=_TELLING)


def drop_file(unit: Unit, command: commands.DropFile, *, acting: Acting) -> views.Done | Refused:
    """Destroy a copy that was not sent."""
    file = own_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    if file.state not in (FileState.READING.value, FileState.KEPT.value):
        return refused(No.WRONG_STATE)
    forget_own_copy(unit, file, state=FileState.STOPPED.value, now=acting.now)
    own_files.drop(unit.vault, file.file_id)
    audit(unit, "file.dropped", file.file_id, acting=acting)
    return views.Done()


def list_files(unit: Unit, command: commands.ListFiles, *, acting: Acting) -> views.Files:
    """The files of one referral, ours first."""
    thread = thread_id(command.thread)
    ours = own_files.in_thread(unit.vault, thread)
    theirs = received_files.in_thread(unit.vault, thread)
    trusted = _trusted(unit, acting.now)
    return views.Files(
        files=[
            *(_own_line(unit, file, now=trusted) for file in ours),
            *(_received_line(unit, file, trusted=trusted) for file in theirs),
        ]
    )


def _own_line(unit: Unit, file: OwnFile, *, now: Instant) -> views.FileLine:
    record = consents.find_consent(unit.vault, file.consent_id)
    ticks = frozenset[Hash]() if record is None else record.standing.ticks
    parts = count_parts(file.size)
    if file.state == FileState.READING.value:
        done = own_files.parts_kept(unit.vault, file.file_id)
    else:
        done = sum(part.has_arrived for part in own_files.leaving(unit.vault, file.file_id))
    return views.FileLine(
        file_id=file.file_id,
        is_ours=True,
        peer=file.peer,
        thread=file.thread,
        state=_own_state(file, record, is_there=done == parts, now=now).value,
        category=int(file.category),
        kind=None if file.kind is None else file.kind.value,
        label=file.label.value,
        size=file.size,
        hash=file.hash,
        parts=parts,
        parts_done=done,
        is_ticked=file.hash in ticks,
        follows=file.follows,
        begun_at=file.begun_at,
        changed_at=file.changed_at,
    )


def _own_state(
    file: OwnFile, record: ConsentRecord | None, *, is_there: bool, now: Instant
) -> FileState:
    """How ours stands: by its consent too, once nothing of it is here any more."""
    if file.state not in _NOT_HERE:
        return FileState(file.state)
    state = None if record is None else record.standing.state(now=now)
    if is_there:
        return FileState.SENT if state in _ALLOWED else FileState.ENDED
    return FileState.AGAIN if state in _ALLOWED else FileState.STOPPED


def _received_line(unit: Unit, file: ReceivedFile, *, trusted: Instant) -> views.FileLine:
    state = _state(unit, file, trusted=trusted)
    shown = file.head if state in (FileState.ARRIVING, FileState.WHOLE) else None
    return views.FileLine(
        file_id=file.file_id,
        is_ours=False,
        peer=file.peer,
        thread=file.thread,
        state=state.value,
        category=None if shown is None else int(shown.category),
        kind=None if shown is None else shown.kind.value,
        label=None if shown is None else shown.label.value,
        size=file.size,
        hash=None if shown is None else shown.hash,
        parts=count_parts(file.size),
        parts_done=received_files.parts_of(unit.vault, file).came,
        is_ticked=True,
        follows=file.follows,
        begun_at=file.begun_at,
        changed_at=file.changed_at,
    )


def _state(unit: Unit, file: ReceivedFile, *, trusted: Instant) -> FileState:
    """How a file that came stands: also by its consent, and by what is left of its parts."""
    if file.state not in (coming.ARRIVING, coming.WHOLE):
        return FileState(file.state)
    if file.head is None:
        is_open = coming.may_be_read(unit, file, trusted=trusted)
        return FileState.LOST if is_open else FileState.ERASED
    parts = received_files.parts_of(unit.vault, file)
    # Until its list has come, nobody knows what she took back there meanwhile.
    is_awaited = peers.load_peer(unit.vault, file.peer).state_awaited is not None
    if parts.is_locked or is_awaited or not coming.may_be_read(unit, file, trusted=trusted):
        return FileState.LOCKED
    return FileState(file.state) if parts.there == parts.came else FileState.ERASED


def export_part(
    unit: Unit, command: commands.ExportFilePart, *, acting: Acting
) -> views.FilePartView | Refused:
    """One part of a whole file, for whoever takes it out of this node; each is written down (R-197)."""
    file = received_files.find(unit.vault, command.file_id)
    if file is None:
        return refused(No.NOT_FOUND)
    state = _state(unit, file, trusted=_trusted(unit, acting.now))
    if state is not FileState.WHOLE:
        return refused(_NOT_WHOLE.get(state, No.WRONG_STATE))
    message = received_files.message_of(unit.vault, file.file_id, command.index)
    if message is None:
        return refused(No.NOT_FOUND)
    part = coming.open_part(unit, file.peer, message)
    messages.mark_seen(unit.vault, file.peer, message, now=acting.now)
    with unit.unseen():
        audit(unit, "file.exported", file.file_id, acting=acting, details=str(command.index))
    return views.FilePartView(content=part.content, parts=count_parts(file.size))
