"""The reaction to a part of a file: taken where it belongs; the last one shows whether the file is whole."""

from node.filing import coming
from node.reactions.arrival import Arrival, Reaction
from node.vault.tables import messages, received_files
from node.vault.tables.received_files import ReceivedFile
from node.vault.unit import Unit
from protocol.effects import Effect, Remind, Task
from protocol.errors import RefusalCode
from protocol.file_rules import KnownFile, judge_part
from protocol.limits import DAY
from protocol.messages.files import BlobChunk
from protocol.messages.union import PURPOSE_OF_TYPE
from protocol.values import Hash, MessageId, later


def on_chunk(unit: Unit, part: BlobChunk, arrival: Arrival) -> Reaction:
    """Take one part. It follows something about her, under the same consent (R-193)."""
    follows, consent = arrival.reply_to, arrival.consent
    if follows is None or consent is None or not _may_follow(unit, follows, consent, arrival):
        return RefusalCode.E_STATE
    file = received_files.find_by_hash(
        unit.vault, arrival.sender, consent=consent, link=part.head.hash
    )
    refusal = _judge(unit, part, file, arrival)
    if refusal is not None:
        return refusal
    if file is None:
        file = _begin(unit, part, arrival, follows=follows, consent=consent)
    is_new = received_files.add_part(
        unit.vault, file.file_id, part.index, arrival.message_id, now=arrival.now
    )
    # One that is held already lies in the message in which it came first.
    if not is_new or received_files.parts_of(unit.vault, file).came < part.head.parts:
        return []
    return _end(unit, file, part, arrival)


def _may_follow(unit: Unit, follows: MessageId, consent: Hash, arrival: Arrival) -> bool:
    known = messages.find(unit.vault, arrival.sender, follows)
    return (
        known is not None
        and known.status == "applied"
        and known.type in PURPOSE_OF_TYPE
        and known.thread == arrival.thread
        and known.consent == consent
    )


def _judge(
    unit: Unit, part: BlobChunk, file: ReceivedFile | None, arrival: Arrival
) -> RefusalCode | None:
    known = None
    if file is not None and file.head is not None:
        known = KnownFile(
            head=file.head,
            thread=file.thread,
            is_arriving=file.state == coming.ARRIVING,
            part=coming.content_of(unit, file, part.index),
        )
    return judge_part(
        part,
        thread=arrival.thread,
        known=known,
        under_way=received_files.bytes_announced(
            unit.vault, arrival.sender, state=coming.ARRIVING
        ),
        held=received_files.bytes_announced(unit.vault, arrival.sender, state=coming.WHOLE),
    )


def _begin(
    unit: Unit, part: BlobChunk, arrival: Arrival, *, follows: MessageId, consent: Hash
) -> ReceivedFile:
    file = ReceivedFile(
        # A name of our own: what the parts say of themselves is known to the sender too.
        file_id=arrival.acting.entropy(16),
        peer=arrival.sender,
        thread=arrival.thread,
        consent=consent,
        follows=follows,
        size=part.head.size,
        head=part.head,
        state=coming.ARRIVING,
        begun_at=arrival.now,
        changed_at=arrival.now,
    )
    received_files.insert(unit.vault, file, part.head)
    return file


def _end(unit: Unit, file: ReceivedFile, part: BlobChunk, arrival: Arrival) -> list[Effect]:
    """All parts are there: together they are what each of them named, or none of them is kept (R-196)."""
    is_whole = part.head.hash == coming.hash_of_all(
        unit, file, last=part, message=arrival.message_id
    )
    state = coming.WHOLE if is_whole else coming.BROKEN
    received_files.set_state(unit.vault, file.file_id, state, now=arrival.now)
    if is_whole:
        received_files.drop_lost(unit.vault, file)
    task = Task.FILE_CAME if is_whole else Task.FILE_NOT_WHOLE
    due = later(arrival.now, DAY)
    return [Remind(task=task, peer=arrival.sender, thread=arrival.thread, due=due)]
