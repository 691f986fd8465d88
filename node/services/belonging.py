"""Who belongs: looking at a charter and applying it, a suspend from paper, ending it with a partner."""

from msgspec import structs

from node import trusted_clock
from node.effects import NODE_ITSELF, Acting, apply, audit
from node.reactions import membership
from node.vault.records import Self
from node.vault.tables import charters, consents, desk, identity, peers, terms
from node.vault.unit import Unit
from protocol import limits
from protocol.cadence import Cadence, at_high_risk
from protocol.cards import held_suspend
from protocol.charter import HeldCharter, Member, MemberState, RiskProfile
from protocol.charter_chain import charter_number, encode_chain, follow, parse_chain
from protocol.effects import Task
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.values import Instant, later, node_id, node_id_text


def look_at_charter(
    unit: Unit, command: commands.LookAtCharter, *, me: Self, acting: Acting
) -> views.CharterLook:
    """What a file of charters says, beside what is held.

    Raises:
        RemoteProtocolError: if it is no charter, or not one that follows the one that is held.
    """
    held = charters.find_charter(unit.vault)
    now = _latest(unit, acting.now)
    versions = follow(parse_chain(command.chain), held=held, now=now)
    shown = versions[-1] if versions or held is None else held
    return _look(unit, shown, before=held, me=me, now=now)


def apply_charter(
    unit: Unit, command: commands.ApplyCharter, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Hold what was looked at, and carry it out (R-164). A first one needs a person (R-165).

    Raises:
        RemoteProtocolError: as `look_at_charter`.
    """
    held = charters.find_charter(unit.vault)
    versions = follow(parse_chain(command.chain), held=held, now=_latest(unit, acting.now))
    if not versions:
        return refused(No.ALREADY_THERE)
    if tuple(command.number) != charter_number(versions[-1].body_hash):
        return refused(No.NUMBER_DIFFERS)
    effects = membership.apply_versions(
        unit, versions, me=me.node_id, acting=acting, by=acting.actor, came_from=None
    )
    apply(effects, unit, acting=acting)
    desk.finish_everywhere(
        unit.vault, task=Task.CHARTER_TO_LOOK_AT.value, by=acting.actor, now=acting.now
    )
    return views.Done(ref=versions[-1].body_hash)


def show_charter(unit: Unit, *, me: Self, acting: Acting) -> views.CharterView:
    """The charter that is held, and what partners offered while none is."""
    held = charters.find_charter(unit.vault)
    now = _latest(unit, acting.now)
    return views.CharterView(
        held=None if held is None else _look(unit, held, before=held, me=me, now=now),
        chain=None if held is None else encode_chain(charters.load_chain(unit.vault)),
        offered=[
            views.CharterOffered(
                peer=peer,
                peer_name=peers.load_peer(unit.vault, peer).display_name,
                chain=chain,
            )
            for peer, chain in charters.load_offered(unit.vault)
        ],
    )


def look_after_charter(unit: Unit, *, me: Self, acting: Acting) -> None:
    """Remind of the charter that ends, and say when it is over (R-230); not by a clock in doubt."""
    held = charters.find_charter(unit.vault)
    if held is None or trusted_clock.is_in_doubt(unit, now=acting.now):
        return
    now, ends = _latest(unit, acting.now), held.charter.expires
    if now < later(ends, -limits.CHARTER_REMINDER_SECONDS):
        return
    task = Task.CHARTER_OVER if held.charter.is_over(now=now) else Task.CHARTER_ENDING
    if task is Task.CHARTER_OVER:
        desk.finish_everywhere(
            unit.vault, task=Task.CHARTER_ENDING.value, by=NODE_ITSELF, now=acting.now
        )
    desk.insert_task(
        unit.vault, task=task.value, peer=me.node_id, thread=None, due=ends, now=acting.now
    )


def charter_seconds_left(unit: Unit, *, now: Instant) -> int | None:
    """For how long the charter that is held lets somebody new in, 0 or less once it is over."""
    held = charters.find_charter(unit.vault)
    return None if held is None else held.charter.expires - _latest(unit, now)


def apply_suspend(
    unit: Unit, command: commands.ApplySuspend, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Take a suspend from a sheet or from a steward: from now on nothing goes to its node.

    Raises:
        RemoteProtocolError: if nobody who may has signed it.
    """
    node = held_suspend(command.suspend).node_id
    if node == me.node_id:
        # Our own sheet is for our partners; here it would only say that somebody had it.
        return refused(No.ONESELF)
    effects = membership.apply_suspend(unit, command.suspend, me=me, acting=acting, came_from=None)
    apply(effects, unit, acting=acting)
    return views.Done(ref=node)


def remove_peer(
    unit: Unit, command: commands.RemovePeer, *, acting: Acting
) -> views.Done | Refused:
    """End it with a partner by our own decision; where we pick up changes afterwards (R-170)."""
    peer = peers.find_peer(unit.vault, node_id(command.peer, place="RemovePeer.peer"))
    if peer is None:
        return refused(No.NOT_FOUND)
    effects = membership.remove(unit, peer, acting=acting)
    if not effects:
        return refused(No.WRONG_STATE)
    apply(effects, unit, acting=acting)
    return views.Done(ref=peer.node_id)


def confirm_erasures(
    unit: Unit, command: commands.ConfirmErasures, *, acting: Acting
) -> views.Done | Refused:
    """A person heard that it was she who withdrew: what is locked is erased (R-169)."""
    peer = node_id(command.peer, place="ConfirmErasures.peer")
    if not consents.confirm_erasures(unit.vault, of=peer):
        return refused(No.NOT_FOUND)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.CONFIRM_ERASURE.value,
        peer=peer,
        by=acting.actor,
        now=acting.now,
    )
    audit(unit, "erasure.confirmed", peer, acting=acting)
    return views.Done(ref=peer)


def is_risk_high(unit: Unit) -> bool:
    """Does the charter ask for the high risk profile, whatever this node's own settings say (R-200)?"""
    return terms.is_risk_high(unit.vault)


def desk_settings(unit: Unit, own: views.DeskSettings) -> views.DeskSettings:
    """What a desk is told: as federation.toml says, and as the charter asks beyond it."""
    if not terms.is_risk_high(unit.vault):
        return own
    cadence = at_high_risk(Cadence(batch_seconds=own.batch_seconds, has_cover=False))
    return structs.replace(own, batch_seconds=cadence.batch_seconds)


def _look(
    unit: Unit, shown: HeldCharter, *, before: HeldCharter | None, me: Self, now: Instant
) -> views.CharterLook:
    charter, parameters = shown.charter, shown.charter.parameters
    risk: RiskProfile | None = parameters.risk
    return views.CharterLook(
        version=charter.version,
        number=list(charter_number(shown.body_hash)),
        issued=charter.issued,
        expires=charter.expires,
        is_over=charter.is_over(now=now),
        is_first=before is None,
        changes_nothing=before is not None and before.body_hash == shown.body_hash,
        threshold=charter.threshold,
        stewards=list(charter.stewards),
        members=[_line(unit, member, before=before, me=me) for member in charter.members],
        erase_hours=parameters.erase_hours,
        skeleton_months=parameters.skeleton_months,
        risk=None if risk is None else risk.name.lower(),
        storage=[country.value for country in parameters.storage],
        complaints=[node_id_text(node) for node in parameters.complaints],
    )


def _line(unit: Unit, member: Member, *, before: HeldCharter | None, me: Self) -> views.MemberLine:
    peer = peers.find_peer(unit.vault, member.node_id)
    is_us = member.node_id == me.node_id
    name = me.card.display_name if is_us else None if peer is None else peer.display_name
    former = None if before is None else before.charter.member(member.node_id)
    return views.MemberLine(
        node_id=member.node_id,
        node_id_text=node_id_text(member.node_id),
        name=name,
        is_us=is_us,
        country=member.country.value,
        state=member.state.name.lower(),
        was=_was(former, member.state),
        since=member.since,
        successor_text=None if member.successor is None else node_id_text(member.successor),
    )


def _was(former: Member | None, state: MemberState) -> str | None:
    if former is None:
        return "new"
    return None if former.state is state else former.state.name.lower()


def _latest(unit: Unit, now: Instant) -> Instant:
    return max(now, identity.latest_seen(unit.vault))
