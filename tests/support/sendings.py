"""Every command that may be held, each brought to where it works: `SENDINGS[kind](story)`.

`hold`, `carry_out` and `stop` do at a node of a federation what its desk does; `at_rest` is everything that
stands in its files, so that two states of a vault can be compared whole.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from node.effects import NODE_ITSELF, Acting
from node.local_api.dispatch import ROUTES
from node.services import answering, following_up, holding, opening
from node.services.holding import Sending
from node.vault.keyring import Kind, Owner
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.local.commands import Command, encode_command
from protocol.local.fitting import View
from protocol.local.views import Refused
from protocol.values import PlainText, Pseudonym, later, pseudonym
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    FirstStep,
    PlanAnswer,
    Question,
    Role,
    SeenHow,
    TextKind,
    UnableReason,
)
from tests.support import files
from tests.support.federation import Node, done
from tests.support.story import HER_WORDS, OFFER, SCOPE, Story

SECONDS: Final = 10
# What holding and stopping may leave behind.
_LEFT_OUT: Final = ("held", "audit", "audit_details")

Ready: TypeAlias = tuple[Node, Command]


def supervisor(node: Node) -> Pseudonym:
    """The first person of a node."""
    return person(node, "Supervisor")


def person(node: Node, name: str) -> Pseudonym:
    """The person of this name."""
    ((user,),) = node.rows("SELECT user_id FROM users WHERE name = ?", name)
    return pseudonym(user)


def hire(node: Node, name: str, role: Role = Role.CASEWORKER) -> Pseudonym:
    """Add a person."""
    owner = Owner(slot_id=node.entropy(16), kind=Kind.USER, public=node.entropy(32))
    acting = node.acting(supervisor(node))
    added = node.write(
        lambda unit: opening.add_user(
            unit, name=PlainText(name), role=role, owner=owner, acting=acting
        )
    )
    return pseudonym(done(added).ref or b"")


def use_case_at(node: Node) -> holding.UseCase:
    """The use case of any command, as the desk would find it."""

    def run(unit: Unit, command: Command, acting: Acting) -> View:
        return ROUTES[type(command)].step(unit, command, node.me, acting)

    return run


def try_to_hold(
    node: Node, command: Command, *, by: Pseudonym | None = None
) -> views.Held | Refused:
    """Hold a sending for ten seconds, or hear why not."""
    sending = Sending(command=command, body=encode_command(command), seconds=SECONDS)
    acting = node.acting(by or supervisor(node))
    return node.write(
        lambda unit: holding.hold(unit, sending, use_case=use_case_at(node), acting=acting)
    )


def hold(node: Node, command: Command, *, by: Pseudonym | None = None) -> bytes:
    """Hold a sending that works; its id."""
    return done(try_to_hold(node, command, by=by)).held_id


def carry_out(node: Node, held_id: bytes, *, use_case: holding.UseCase | None = None) -> bool:
    """Its seconds are over."""
    acting = node.acting(NODE_ITSELF)
    run = use_case or use_case_at(node)
    return node.write(lambda unit: holding.carry_out(unit, held_id, use_case=run, acting=acting))


def stop(node: Node, held_id: bytes, *, by: Pseudonym | None = None) -> views.Done | Refused:
    """Somebody presses the key that stops it."""
    acting = node.acting(by or supervisor(node))
    command = commands.StopSending(held_id=held_id)
    return node.write(lambda unit: holding.stop(unit, command, acting=acting))


def shown(node: Node, *, to: Pseudonym | None = None) -> list[views.HeldLine]:
    """What somebody may stop."""
    return _listed(node, to=to).sendings


def ended(node: Node, *, to: Pseudonym | None = None) -> dict[bytes, bool]:
    """What somebody is told of her own sendings that are held no more: did they leave?"""
    return {end.held_id: end.has_left for end in _listed(node, to=to).ended}


def _listed(node: Node, *, to: Pseudonym | None) -> views.HeldSendings:
    acting = node.acting(to or supervisor(node))
    return node.read(lambda unit: holding.list_held(unit, commands.ListHeld(), acting=acting))


def at_rest(node: Node) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of both files, but for those of holding and of the audit log."""
    return node.read(lambda unit: _all_rows(unit.vault) | _all_rows(unit.keys))


def _all_rows(connection: Any) -> dict[str, list[tuple[Any, ...]]]:  # noqa: ANN401  (either file's)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: [tuple(row) for row in connection.execute(f'SELECT * FROM "{name}"').fetchall()]  # noqa: S608
        for (name,) in tables
        if name not in _LEFT_OUT
    }


def queued(node: Node) -> list[tuple[str, bytes]]:
    """Type and recipient of everything in the outbox, in order."""
    return [
        (kind, peer) for kind, peer in node.rows("SELECT type, peer FROM outbox ORDER BY number")
    ]


def offer(story: Story) -> Ready:
    """An offer that was looked at."""
    story.open_case()
    story.agree()
    preview = done(story.preview_offer())
    assert preview.offer is not None
    command = commands.SendOffer(
        case_id=story.case_id,
        peer=story.bandhan.node_id,
        offer=msgspec.structs.replace(OFFER, answer_by=preview.offer.answer_by),
        categories=[*SCOPE],
        preview=preview.hash,
    )
    return story.alo, command


def _offered(story: Story) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    story.settle()


def ask(story: Story) -> Ready:
    _offered(story)
    command = commands.AskAboutOffer(thread=story.thread, question=Question.LANGUAGE)
    return story.bandhan, command


def answer(story: Story) -> Ready:
    node, question = ask(story)
    done(node.use(answering.ask, question))
    story.settle()
    command = commands.AnswerQuestion(
        thread=story.thread, question=Question.LANGUAGE, answer=AnswerCode.YES
    )
    return story.alo, command


def accept(story: Story) -> Ready:
    _offered(story)
    command = commands.AcceptOffer(
        thread=story.thread,
        worker="Rehana",
        first_step=FirstStep.MEET_AT_BORDER,
        from_date=story.bandhan.now,
    )
    return story.bandhan, command


def decline(story: Story) -> Ready:
    _offered(story)
    command = commands.DeclineOffer(
        thread=story.thread, reason=DeclineReason.NO_CAPACITY, who_else=None
    )
    return story.bandhan, command


def dossier(story: Story) -> Ready:
    """A dossier that was looked at."""
    _offered(story)
    story.accept()
    story.settle()
    preview = done(story.preview_dossier())
    command = commands.SendDossier(thread=story.thread, categories=[*SCOPE], preview=preview.hash)
    return story.alo, command


def prepared(story: Story) -> Ready:
    story.up_to_dossier()
    return story.bandhan, commands.ReportPrepared(thread=story.thread, plan=PlanAnswer.ADOPT)


def arrived(story: Story) -> Ready:
    story.up_to_dossier()
    return story.bandhan, commands.ReportArrival(thread=story.thread, at=story.bandhan.now)


def request(story: Story) -> Ready:
    story.up_to_dossier()
    due = later(story.alo.now, 86_400)
    return story.alo, commands.RequestFollowUp(thread=story.thread, due=due)


def _asked(story: Story) -> bytes:
    node, command = request(story)
    follow_up = done(node.use(following_up.request, command)).ref
    story.settle()
    return follow_up or b""


def take_on(story: Story) -> Ready:
    follow_up = _asked(story)
    due = later(story.bandhan.now, 86_400)
    return story.bandhan, commands.AcceptFollowUp(follow_up=follow_up, due=due)


def cannot(story: Story) -> Ready:
    follow_up = _asked(story)
    command = commands.DeclineFollowUp(follow_up=follow_up, reason=UnableReason.OTHER)
    return story.bandhan, command


def report(story: Story) -> Ready:
    """A report with her own words, which she allows."""
    follow_up = _asked(story)
    story.confirm()
    said = commands.SentenceInput(
        kind=TextKind.HER_WORDS, language="ben", text=HER_WORDS, read_back=True
    )
    command = commands.ReportFollowUp(
        thread=story.thread,
        follow_up=follow_up,
        at=story.bandhan.now,
        seen=SeenHow.IN_PERSON,
        not_seen=None,
        facts={},
        sentences=[said],
    )
    return story.bandhan, command


def file(story: Story) -> Ready:
    """A paper that she ticked, behind her dossier."""
    story.up_to_dossier()
    paper = files.attach(story, files.paper(300))
    files.tick(paper, at=story.alo)
    return story.alo, commands.SendFile(file_id=paper.file_id)


SENDINGS: Final[Mapping[type[Command], Callable[[Story], Ready]]] = {
    commands.SendOffer: offer,
    commands.AskAboutOffer: ask,
    commands.AnswerQuestion: answer,
    commands.AcceptOffer: accept,
    commands.DeclineOffer: decline,
    commands.SendDossier: dossier,
    commands.ReportPrepared: prepared,
    commands.ReportArrival: arrived,
    commands.RequestFollowUp: request,
    commands.AcceptFollowUp: take_on,
    commands.DeclineFollowUp: cannot,
    commands.ReportFollowUp: report,
    commands.SendFile: file,
}
"""For each command that may be held: who gives it, and the command, in a story told so far."""
