"""From records to views: how what the node holds is shown to its own people. Nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass

from node import bundles, conditions
from node.vault.records import (
    ConsentRecord,
    FollowUp,
    OutboxItem,
    Peer,
    Self,
    StoredMessage,
)
from node.vault.tables import charters, overview
from node.vault.tables import consents as consent_tables
from node.vault.tables.overview import NamedFollowUp, OpenTask
from node.vault.tables.referrals import ReferralRow
from node.vault.unit import Unit
from protocol.codec import decode
from protocol.consent import ConsentEvent
from protocol.consent_rules import Refusal
from protocol.effects import TASK_KINDS, Task, TaskKind, tasks_of
from protocol.errors import LocalProtocolError
from protocol.follow_up_flow import OPEN_STATES
from protocol.local import bounds, views
from protocol.messages.disclosed import Disclosed, Fact, Sentence
from protocol.messages.referral import ReferralDossier, ReferralOffer
from protocol.messages.union import OVERTAKING, MessageClass, parse_content
from protocol.permits import Payload
from protocol.prekeys import ends
from protocol.referral_flow import is_our_turn, may_be_said_done
from protocol.safety import safety_number
from protocol.values import Instant, NodeId, instant, node_id_text
from protocol.vocabulary.categories import HIDDEN, Category
from protocol.vocabulary.facts import FACT_FIELDS


def refusal(refused: Refusal) -> views.Refused:
    """An expected no that names the consent that is missing."""
    return views.Refused(
        code=refused.code.value,
        purpose=refused.purpose.value,
        peer=refused.recipient,
        missing=sorted(int(category) for category in refused.missing),
    )


def offer(given: ReferralOffer) -> views.OfferView:
    """The C0 body."""
    return views.OfferView(
        service_group=given.service_group.value,
        area=given.area,
        priority=given.priority.value,
        language=given.language,
        age_band=given.age_band.value,
        month=given.month,
        answer_by=given.answer_by,
        asks_about_needs=given.asks_about_needs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How what she allowed is shown; what says who she is and stays hidden is named and not told."""

    sentences: list[views.SentenceView]
    facts: list[views.FactView]
    hidden_fields: list[str]
    hidden_texts: list[str]


def disclosed(allowed: Disclosed, *, with_names: bool) -> Shown:
    """Her sentences and the coded facts, in the order a reader meets them."""
    open_sections = [
        section for section in allowed.sections if with_names or section.category not in HIDDEN
    ]
    hidden = [section for section in allowed.sections if section not in open_sections]
    return Shown(
        sentences=[
            _sentence(text, one.category) for one in open_sections for text in one.sentences
        ],
        facts=[_fact(fact) for one in open_sections for fact in one.facts],
        hidden_fields=[fact.field for one in hidden for fact in one.facts],
        hidden_texts=[text.kind.value for one in hidden for text in one.sentences],
    )


def _sentence(text: Sentence, category: Category) -> views.SentenceView:
    return views.SentenceView(
        category=int(category),
        kind=text.kind.value,
        language=text.language,
        text=text.text,
        hash=text.hash,
    )


def _fact(fact: Fact) -> views.FactView:
    return views.FactView(
        field=fact.field,
        category=int(FACT_FIELDS[fact.field].category),
        value=list(fact.value) if isinstance(fact.value, tuple) else fact.value,
    )


def read_dossier(payload: Payload) -> Disclosed:
    """What a dossier says, read back from the very bytes that would leave."""
    message = parse_content(
        decode(payload.content), type_name=ReferralDossier.TYPE, of_class=MessageClass.PERSONAL
    )
    if not isinstance(message, ReferralDossier):
        raise LocalProtocolError("a preview of something else than a dossier")
    return message.disclosed


def peer(unit: Unit, known: Peer, me: Self) -> views.PeerView:
    """Another organisation, with the number both sides read to each other."""
    return views.PeerView(
        node_id=known.node_id,
        node_id_text=node_id_text(known.node_id),
        name=known.display_name,
        country=known.country.value,
        level=known.level,
        status=known.status,
        verified_how=known.verified_how,
        verified_at=known.verified_at,
        verified_by=overview.verifier_of(unit.vault, known.node_id),
        safety_number=list(safety_number(me.root, known.root)),
        last_heard=known.last_heard,
        unsent=overview.count_unsent(unit.vault, known.node_id),
        is_frozen=known.incoming is not None and known.incoming.is_frozen,
        state_awaited=known.state_awaited,
        confirm_awaited=known.confirm_awaited,
        card_sequence=known.card_sequence,
        unconfirmed=consent_tables.count_unconfirmed(unit.vault, of=known.node_id),
        charter_state=_charter_state(unit, known.node_id),
        keys_until=ends(bundles.held_of(known, now=instant(known.bundle_generation))),
    )


def _charter_state(unit: Unit, node: NodeId) -> str | None:
    held = charters.find_charter(unit.vault)
    member = None if held is None else held.charter.member(node)
    return None if member is None else member.state.name.lower()


def referral_line(row: ReferralRow) -> views.ReferralLine:
    """A referral in a list."""
    referral = row.referral
    return views.ReferralLine(
        thread=referral.thread,
        peer=referral.peer,
        peer_name=row.peer_name,
        is_ours=referral.is_ours,
        case_id=referral.case_id,
        case_number=row.case_number,
        state=referral.state.value,
        waits_for_us=is_our_turn(referral.state, is_ours=referral.is_ours),
        answer_by=referral.answer_by,
        made_at=row.made_at,
        changed_at=row.changed_at,
        offer=offer(referral.offer),
    )


def tasks(unit: Unit) -> list[views.TaskView]:
    """What needs a person: who waits for us, then what we promised, then news."""
    return [
        _task(task)
        for kind in TaskKind
        for task in overview.open_tasks(unit.vault, tasks_of(kind), limit=bounds.TASKS_SHOWN_MAX)
    ]


def _task(open_task: OpenTask) -> views.TaskView:
    record, named = open_task.record, open_task.named
    task = Task(record.task)
    return views.TaskView(
        task_id=record.task_id,
        task=task.value,
        kind=TASK_KINDS[task].value,
        is_done_by_saying=may_be_said_done(task, open_task.state),
        peer=record.peer,
        peer_name=named.peer_name,
        thread=record.thread,
        case_id=named.case_id,
        case_number=named.case_number,
        due=record.due,
        made_at=record.made_at,
    )


def follow_up_line(known: NamedFollowUp) -> views.FollowUpLine:
    """A follow-up in a list."""
    record, named = known.record, known.named
    return views.FollowUpLine(
        follow_up=record.follow_up_id,
        thread=record.thread,
        peer=record.peer,
        peer_name=named.peer_name,
        case_id=named.case_id,
        case_number=named.case_number,
        is_asked_by_us=record.is_asked_by_us,
        due=record.due,
        state=record.state.value,
        is_open=record.state in OPEN_STATES,
        has_withdrawn=known.has_withdrawn,
        was_seen=record.was_seen,
        report=record.report,
    )


def outbox_line(unit: Unit, item: OutboxItem) -> views.OutboxLine:
    """A message that was not answered yet."""
    named = overview.name_thread(unit.vault, item.peer, item.thread)
    return views.OutboxLine(
        message_id=item.message_id,
        peer=item.peer,
        peer_name=named.peer_name,
        type=item.type,
        thread=item.thread,
        case_number=named.case_number,
        state=item.state.value,
        queued_at=item.queued_at,
        attempts=item.attempts,
        due=item.due,
        waits_for_batch=item.type not in OVERTAKING,
        last_heard=overview.name_peer(unit.vault, item.peer)[1],
    )


def message_line(message: StoredMessage) -> views.MessageLine:
    """A message in a conversation."""
    return views.MessageLine(
        peer=message.peer,
        message_id=message.message_id,
        type=message.type,
        received_at=message.received_at,
        status=message.status,
        code=message.code,
        is_personal=message.consent is not None,
        is_locked=message.is_locked,
        is_erased=message.consent is not None and message.payload is None,
    )


def follow_up(known: FollowUp) -> views.FollowUpView:
    """One follow-up."""
    return views.FollowUpView(
        follow_up=known.follow_up_id,
        is_asked_by_us=known.is_asked_by_us,
        due=known.due,
        state=known.state.value,
        was_seen=known.was_seen,
        report=known.report,
    )


def consents(
    unit: Unit, records: Sequence[ConsentRecord], *, now: Instant
) -> list[views.ConsentView]:
    """Consents as people see them, with how far each holder has carried a withdrawal out."""
    return [_consent(unit, record, now=now) for record in records]


def _consent(unit: Unit, record: ConsentRecord, *, now: Instant) -> views.ConsentView:
    consent, events = record.standing.consent, record.standing.events
    state = record.standing.state(now=now)
    return views.ConsentView(
        consent_id=consent.consent_id,
        holder=consent.holder,
        recipient=consent.recipient,
        purpose=consent.purpose.value,
        categories=sorted(int(category) for category in consent.categories),
        excluded_fields=sorted(consent.excluded_fields),
        conditions=conditions.codes(record),
        words=conditions.words(unit, record, state=state),
        texts=[*sorted(record.standing.ticks)],
        state=state.value,
        is_superseded=ConsentEvent.SUPERSEDED in events and ConsentEvent.WITHDRAWN not in events,
        is_refused=ConsentEvent.REFUSED in events and ConsentEvent.WITHDRAWN not in events,
        is_confirmed=ConsentEvent.CONFIRMED_BY_HOLDER in events,
        needs_confirmation=consent.needs_confirmation,
        valid_from=consent.valid_from,
        expires=consent.expires,
        receipt_id=record.receipt_id,
        holders=[
            views.HolderView(
                peer=told.peer,
                status=told.status,
                told_at=told.told_at,
                locked_at=told.locked_at,
                erased_at=told.erased_at,
            )
            for told in consent_tables.withdrawals_of(unit.vault, consent.consent_id)
        ],
    )
