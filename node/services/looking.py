"""One case as its own screen shows it: her words first, her path of care, and no name unless asked for."""

from node import showing
from node.effects import Acting, audit
from node.vault.records import CaseRecord, Self
from node.vault.tables import cases, overview, referrals
from node.vault.tables.referrals import ReferralRow
from node.vault.unit import Unit
from protocol.disclosure import CaseFacts
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.disclosed import Fact
from protocol.vocabulary.categories import HIDDEN
from protocol.vocabulary.codes import TEXTS_IN_ORDER
from protocol.vocabulary.facts import FACT_FIELDS

_PLACE = {kind: place for place, kind in enumerate(TEXTS_IN_ORDER)}
_KNOWN_AS = "known_as"


def look_at_case(
    unit: Unit, command: commands.LookAtCase, *, me: Self, acting: Acting
) -> views.CaseLook | Refused:
    """One case; that it was read, and whether with her name, is written down."""
    case = cases.find_case(unit.vault, command.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    with unit.unseen():
        audit(unit, "case.read", case.case_id, acting=acting, details=_details(command))
    known = cases.load_facts(unit.vault, case.case_id)
    facts = [fact for fact in known.facts if command.with_identity or not _says_who(fact)]
    said, covered = _said(unit, case.case_id, with_identity=command.with_identity)
    rows = referrals.rows_of_case(unit.vault, case.case_id)
    return views.CaseLook(
        case_id=case.case_id,
        case_number=case.case_number,
        status=case.status.value,
        opened_at=case.opened_at,
        age_band=case.age_band.value,
        language=case.language,
        owner_name=overview.name_user(unit.vault, case.owner),
        known_as=_known_as(known) if command.with_names else None,
        sentences=said,
        covered=covered,
        facts=[_fact(fact) for fact in facts],
        hidden=len(known.facts) - len(facts) + len(covered),
        path=_path(unit, case, rows, me=me),
        referrals=[showing.referral_line(row) for row in rows],
    )


def _details(command: commands.LookAtCase) -> str:
    if command.with_identity:
        return "with identity"
    return "with names" if command.with_names else ""


def _says_who(fact: Fact) -> bool:
    return FACT_FIELDS[fact.field].category in HIDDEN


def _said(
    unit: Unit, case_id: bytes, *, with_identity: bool
) -> tuple[list[views.SaidView], list[views.SaidView]]:
    """Her texts: what she wants first, and each kind in the order she said it; then the covered ones."""
    found = cases.load_said(unit.vault, case_id)
    said: list[views.SaidView] = []
    covered: list[views.SaidView] = []
    for category, sentence, at in sorted(found, key=lambda one: _PLACE[one[1].kind]):
        is_shown = with_identity or category not in HIDDEN
        view = views.SaidView(
            category=int(category),
            kind=sentence.kind.value,
            language=sentence.language,
            text=sentence.text if is_shown else "",
            hash=sentence.hash,
            recorded_at=at,
        )
        (said if is_shown else covered).append(view)
    return said, covered


def _fact(fact: Fact) -> views.FactView:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return views.FactView(
        field=fact.field, category=int(FACT_FIELDS[fact.field].category), value=value
    )


def _known_as(known: CaseFacts) -> str | None:
    """The short name she chose."""
    names = [fact.value for fact in known.facts if fact.field == _KNOWN_AS]
    return names[0] if names and isinstance(names[0], str) else None


def _path(
    unit: Unit, case: CaseRecord, rows: list[ReferralRow], *, me: Self
) -> list[views.Station]:
    """Who referred her to us, then here, then where we referred her, each in its order."""
    before = [_peer(unit, row) for row in rows if not row.referral.is_ours]
    after = [_peer(unit, row) for row in rows if row.referral.is_ours]
    here = views.Station(
        kind="here",
        peer=None,
        name=me.card.display_name,
        state=case.status.value,
        since=case.opened_at,
        is_ours=False,
        thread=None,
        worker=None,
        first_step=None,
        from_date=None,
        arrived_at=None,
        follow_ups=[],
    )
    return [*before, here, *after]


def _peer(unit: Unit, row: ReferralRow) -> views.Station:
    referral = row.referral
    found = referrals.follow_ups_of(unit.vault, referral.thread)
    return views.Station(
        kind="peer",
        peer=referral.peer,
        name=row.peer_name,
        state=referral.state.value,
        since=row.changed_at,
        is_ours=referral.is_ours,
        thread=referral.thread,
        worker=referral.worker,
        first_step=None if referral.first_step is None else referral.first_step.value,
        from_date=referral.from_date,
        arrived_at=referral.arrived_at,
        follow_ups=[showing.follow_up(known) for known in found],
    )
