"""Files in the story: invented papers of any length, read in, ticked by her, sent, and taken out again."""

import hashlib
from typing import Final

from node.services import attaching
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.messages.files import count_parts
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileLabel
from tests.support.federation import Node, done
from tests.support.story import C8, Story

PART: Final = limits.FILE_PART_BYTES


def paper(size: int, *, name: str = "paper") -> bytes:
    """A PDF by its first bytes; the rest follows from its name, and no stretch of it comes twice."""
    return b"%PDF-1.7\n" + hashlib.shake_256(name.encode()).digest(size - 9)


def parts_of(content: bytes) -> list[bytes]:
    return [content[at : at + PART] for at in range(0, len(content), PART)]


def begin(
    story: Story,
    size: int,
    *,
    at: Node | None = None,
    category: Category = C8,
    label: FileLabel = FileLabel.SCHOOL_PAPER,
) -> views.Done | Refused:
    command = commands.BeginFile(thread=story.thread, category=category, label=label, size=size)
    return (at or story.alo).use(attaching.begin_file, command)


def attach(
    story: Story,
    content: bytes,
    *,
    at: Node | None = None,
    category: Category = C8,
    label: FileLabel = FileLabel.SCHOOL_PAPER,
) -> views.FileLine:
    """Read a file in, at Alo unless another desk is named."""
    node = at or story.alo
    ref = done(begin(story, len(content), at=node, category=category, label=label)).ref or b""
    for index, part in enumerate(parts_of(content)):
        command = commands.KeepFilePart(file_id=ref, index=index, content=part)
        done(node.use(attaching.keep_part, command))
    return done(node.use(attaching.close_file, commands.CloseFile(file_id=ref)))


def tick(file: views.FileLine, *, at: Node) -> None:
    """She was shown it and said yes."""
    command = commands.TickFile(file_id=file.file_id, hash=file.hash or b"")
    done(at.use(attaching.tick_file, command))


def send(file: views.FileLine, *, at: Node) -> views.Done | Refused:
    return at.use(attaching.send_file, commands.SendFile(file_id=file.file_id))


def let_go(story: Story, content: bytes, *, at: Node | None = None) -> views.FileLine:
    """Read a file in, have it ticked, and send it."""
    node = at or story.alo
    file = attach(story, content, at=node)
    tick(file, at=node)
    done(send(file, at=node))
    return file


def files_at(node: Node, story: Story) -> list[views.FileLine]:
    return node.use(attaching.list_files, commands.ListFiles(thread=story.thread)).files


def states_at(node: Node, story: Story) -> list[tuple[str, int, int]]:
    """State, parts that are there, and parts in all, of each file of the story."""
    return [(file.state, file.parts_done, file.parts) for file in files_at(node, story)]


def export_part(node: Node, file: views.FileLine, index: int) -> views.FilePartView | Refused:
    command = commands.ExportFilePart(file_id=file.file_id, index=index)
    return node.use(attaching.export_part, command)


def taken_out(node: Node, file: views.FileLine) -> bytes:
    """The whole file, as a person takes it out of the node."""
    parts = (done(export_part(node, file, index)) for index in range(count_parts(file.size)))
    return b"".join(part.content for part in parts)
