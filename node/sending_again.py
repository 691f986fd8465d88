"""Sends again, as new messages, the dossiers that a restored peer lost and that she still allows (SPEC 8.9).

Only what a person saw before it left goes by itself. Where the case was changed since, a person looks first.
"""

from typing import Final

from node.effects import Acting, apply
from node.vault.records import CaseRecord, Peer, Referral, Self
from node.vault.tables import (
    cases,
    consents,
    desk,
    disclosures,
    identity,
    outbox,
    referrals,
)
from node.vault.unit import Unit
from protocol import limits
from protocol.consent_rules import Refusal, ShareRequest, may_share, may_tell_of_consent
from protocol.disclosure import DossierShape, build_consent_copy, build_payload, content_hash
from protocol.effects import SendAbout, Task, Urgency
from protocol.messages.consent import ConsentCopy
from protocol.messages.referral import ReferralDossier
from protocol.permits import Payload
from protocol.referral_flow import SHARED_STATES, ReferralState
from protocol.values import Instant, later
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose

_GO_BY_THEMSELVES: Final = (ReferralDossier.TYPE, ConsentCopy.TYPE)
_TOLD = SHARED_STATES - {ReferralState.ACCEPTED, ReferralState.WITHDRAWN}


def dossiers(unit: Unit, peer: Peer, *, me: Self, acting: Acting) -> None:
    """Send every dossier again that this peer had from us, through the gate of today."""
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    for referral in referrals.told_to(unit.vault, peer.node_id):
        if referral.state not in _TOLD:
            continue
        if referral.is_ours:
            _dossier(unit, referral, peer, me=me, acting=acting, trusted=trusted)
        if _has_told_more(unit, referral, trusted=trusted):
            # The words of a report or an answer are in no case of ours, and of a file no copy is left: only a
            # person can tell or attach them again.
            _ask_somebody(unit, referral, acting=acting)


def _dossier(
    unit: Unit, referral: Referral, peer: Peer, *, me: Self, acting: Acting, trusted: Instant
) -> None:
    case = None if referral.case_id is None else cases.find_case(unit.vault, referral.case_id)
    if case is None or referral.dossier_hash is None:
        return
    # Also where nothing more about her may go: under another yes of hers they may have to report.
    copies = _copies(unit, case, peer, me=me, trusted=trusted)
    apply([_about(one, referral) for one in copies], unit, acting=acting)
    payload = _build(unit, referral, case, peer, me=me, trusted=trusted)
    if payload is None:
        return
    if content_hash(payload) != referral.dossier_hash:
        _ask_somebody(unit, referral, acting=acting)
        return
    apply([_about(payload, referral)], unit, acting=acting)


def _build(
    unit: Unit, referral: Referral, case: CaseRecord, peer: Peer, *, me: Self, trusted: Instant
) -> Payload | None:
    """The dossier as it is now; None where she does not allow it any more."""
    told = disclosures.categories_of(
        unit.vault, peer.node_id, content_hash=referral.dossier_hash or b""
    )
    request = ShareRequest(
        holder=me.node_id,
        recipient=peer.node_id,
        purpose=Purpose.CARE_REFERRAL,
        categories=frozenset(Category(number) for number in told),
        handle=cases.handle_of_case(unit.vault, case.case_id, peer.node_id),
    )
    standings = [record.standing for record in consents.of_case(unit.vault, case.case_id)]
    permit = may_share(standings, request=request, level=peer.level, now=trusted)
    if isinstance(permit, Refusal):
        return None
    facts = cases.load_facts(unit.vault, case.case_id)
    return build_payload(facts, permit, shape=DossierShape())


def _copies(
    unit: Unit, case: CaseRecord, peer: Peer, *, me: Self, trusted: Instant
) -> list[Payload]:
    """The consents it had a copy of, as far as they live."""
    copies = []
    for record in consents.of_case(unit.vault, case.case_id):
        consent = record.standing.consent
        is_theirs = peer.node_id in (consent.holder, consent.recipient)
        if not is_theirs or not outbox.has_copy(unit.vault, consent.consent_id):
            continue
        permit = may_tell_of_consent(
            record.standing, teller=me.node_id, level=peer.level, now=trusted
        )
        if not isinstance(permit, Refusal):
            copies.append(build_consent_copy(record.signed, record.words, permit))
    return copies


def _about(payload: Payload, referral: Referral) -> SendAbout:
    return SendAbout(
        payload=payload,
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.NORMAL,
    )


def _has_told_more(unit: Unit, referral: Referral, *, trusted: Instant) -> bool:
    """Did we tell or show more than a dossier, under a consent that still lives?"""
    besides = _GO_BY_THEMSELVES if referral.is_ours else ()
    names = disclosures.consents_in_thread(unit.vault, referral.thread, besides=besides)
    for name in names:
        record = consents.find_consent(unit.vault, name)
        if record is not None and record.standing.is_live(now=trusted):
            return True
    return False


def _ask_somebody(unit: Unit, referral: Referral, *, acting: Acting) -> None:
    desk.insert_task(
        unit.vault,
        task=Task.TELL_AGAIN.value,
        peer=referral.peer,
        thread=referral.thread,
        due=later(acting.now, limits.DAY),
        now=acting.now,
    )
