"""Nodes that serve their own mailboxes, and move: a mailbox is there or not, and takes whoever knows its D.

A node that is off takes nothing, as there is no relay. What a mailbox is, is written here once more from
SPEC 10.1, so that no code under test says who may leave something.
"""

from dataclasses import dataclass, field
from functools import partial

from node.effects import NODE_ITSELF
from node.services import delivering, moving, opening, renewing
from node.services.delivering import Parcel, Settled
from protocol import limits
from protocol.errors import RefusalCode
from protocol.labels import Kind
from protocol.prekeys import Route, parse_bundle
from protocol.signing import parse as parse_signed
from protocol.values import Instant, MailboxId
from tests.support.federation import ROUNDS_MAX, Federation, Node


@dataclass(slots=True, kw_only=True)
class OwnMailbox:
    """A mailbox as its node serves it."""

    deposit_secret: bytes
    lying: list[tuple[Instant, bytes]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class House:
    """One node, what it serves, and whether it is on. `refused` is what it would not take."""

    node: Node
    boxes: dict[MailboxId, OwnMailbox] = field(default_factory=dict)
    is_on: bool = True
    refused: list[RefusalCode] = field(default_factory=list)

    def serve(self) -> None:
        """Serve the mailboxes that stand in the vault, and no other."""
        known = self.node.read(opening.load_mailboxes)
        kept = {
            mailbox.mailbox_id: self.boxes.get(
                mailbox.mailbox_id, OwnMailbox(deposit_secret=mailbox.deposit_secret)
            )
            for mailbox in known
        }
        self.boxes = kept

    def tend(self) -> None:
        """What an open node does by itself: clock, prekeys, moving, and the end of what it left."""
        node, acting = self.node, self.node.acting(NODE_ITSELF)
        node.look_at_clock()
        node.write(lambda unit: renewing.renew_if_due(unit, me=node.me, acting=acting))
        node.refresh()
        node.write(lambda unit: moving.move_if_due(unit, me=node.me, acting=acting))
        node.refresh()
        for mailbox in node.write(lambda unit: moving.ended(unit, acting=acting)):
            node.write(partial(moving.forget, mailbox=mailbox, acting=acting))
        node.write(
            lambda unit: renewing.destroy_prekeys(
                unit, grace_seconds=limits.PREKEY_GRACE_SECONDS, acting=acting
            )
        )
        node.refresh()
        self.serve()

    def collect(self) -> None:
        """Take what lies in each mailbox, also in those that were left."""
        acting = self.node.acting(NODE_ITSELF)
        for name, box in self.boxes.items():
            since = self.node.now - limits.MAILBOX_TTL_SECONDS
            raws = [raw for at, raw in box.lying if at > since]
            box.lying.clear()
            if raws:
                self.refused += self.node.take(raws).refused
            self.node.write(partial(renewing.note_emptied, mailbox=name, acting=acting))
        self.node.erase()

    def put(self, route: Route, raw: bytes) -> bool:
        """Somebody leaves an envelope: it is taken if the computer is on and the D is that mailbox's."""
        box = self.boxes.get(route.mailbox_id)
        if not self.is_on or box is None or box.deposit_secret != route.deposit_secret:
            return False
        box.lying.append((self.node.now, raw))
        return True


@dataclass(slots=True, kw_only=True)
class Street:
    """All the houses of a federation."""

    federation: Federation
    houses: dict[str, House]

    def __getitem__(self, node: Node) -> House:
        return self.houses[node.name]

    def leave(self, node: Node) -> list[bool]:
        """Let everything that is due at a node be left; which of its envelopes were taken."""
        taken: list[bool] = []
        for _ in range(ROUNDS_MAX):
            parcels = node.write(
                lambda unit: delivering.due(
                    unit,
                    me=node.me,
                    acting=node.acting(NODE_ITSELF),
                    cadence=self.federation.cadence,
                    lines=delivering.FREE,
                )
            )
            if not parcels:
                return taken
            for parcel in parcels:
                taken += self._carry(node, parcel)
        raise AssertionError("there is no end to what is due")

    def _carry(self, node: Node, parcel: Parcel) -> list[bool]:
        [house] = [one for one in self.houses.values() if one.node.node_id == parcel.peer]
        laid = {
            message: any(house.put(route, raw) for route in parcel.routes)
            for message, raw in parcel.envelopes
        }
        settled = Settled(
            peer=parcel.peer,
            deposited=frozenset(message for message, is_laid in laid.items() if is_laid),
            failed=frozenset(message for message, is_laid in laid.items() if not is_laid),
        )
        node.write(lambda unit: delivering.settle(unit, settled, acting=node.acting(NODE_ITSELF)))
        return [*laid.values()]

    def day(self) -> None:
        """A day goes by: whoever is on tends, leaves and collects until nothing moves any more."""
        awake = [house for house in self.houses.values() if house.is_on]
        for house in awake:
            house.tend()
        while sum(len(self.leave(house.node)) for house in awake):
            for house in awake:
                house.collect()
                house.tend()
        self.federation.clock.jump(limits.DAY)
        for house in self.houses.values():
            if house.is_on:
                house.node.look_at_clock()


def street_of(federation: Federation) -> Street:
    """The houses of a federation, each with the mailbox it has."""
    houses = {node.name: House(node=node) for node in federation.nodes.values()}
    for house in houses.values():
        house.serve()
    return Street(federation=federation, houses=houses)


def routes_known(at: Node, of: Node) -> tuple[Route, ...]:
    """Where a node leaves what is for another one."""
    [(raw,)] = at.rows("SELECT bundle FROM peers WHERE node_id = ?", of.node_id)
    return parse_bundle(parse_signed(raw, kind=Kind.BUNDLE).body, now=at.now).routes
