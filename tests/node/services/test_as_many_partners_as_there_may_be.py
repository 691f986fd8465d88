"""A node has at most 200 partners: one more is refused plainly, and who was removed does not count."""

from node.services import peering
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import RefusalCode
from protocol.keys import new_signing_secret
from protocol.local import commands
from tests.support.federation import Federation, Node, code_of, done
from tests.support.story import meet


def more_partners(node: Node, count: int, *, status: str = "active") -> None:
    """Organisations that stand before all others in the list, made from the first one that is known."""

    def insert(unit: Unit) -> None:
        columns = [row[1] for row in unit.vault.execute("PRAGMA table_info(peers)").fetchall()]
        changed = {"node_id": ":node_id", "signing": ":signing", "status": ":status"}
        changed |= {"display_name": "'AAA'"}
        values = ", ".join(changed.get(column, column) for column in columns)
        template = unit.vault.execute("SELECT node_id FROM peers WHERE display_name != 'AAA'")
        (known,) = template.fetchone()
        for _ in range(count):
            row = {
                "node_id": node.entropy(32),
                "signing": new_signing_secret(entropy=node.entropy).public,
                "status": status,
                "known": known,
            }
            query = f"INSERT INTO peers SELECT {values} FROM peers WHERE node_id = :known"  # noqa: S608  (columns of our own)
            unit.vault.execute(query, row)

    node.write(insert)


def standing(node: Node) -> int:
    [(count,)] = node.rows("SELECT count(*) FROM peers WHERE status != 'removed'")
    return int(count)


def named(node: Node, name: str) -> list[tuple[int, str]]:
    peers = node.use(peering.list_peers).peers
    return [(peer.level, peer.status) for peer in peers if peer.name == name]


def add(node: Node, file: bytes) -> object:
    return node.use(peering.add_peer, commands.AddPeer(introduction=file))


def test_one_partner_too_many_is_refused_and_not_pinned(strangers: Federation) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    more_partners(alo, limits.PEERS_MAX - 1)
    file = done(chautari.use(peering.make_introduction)).introduction

    assert code_of(add(alo, file)) == "too_many_partners"
    assert (standing(alo), named(alo, "Chautari")) == (limits.PEERS_MAX, [])


def test_the_last_partner_there_is_room_for_is_met_and_heard(strangers: Federation) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    more_partners(alo, limits.PEERS_MAX - 2)
    meet(strangers, chautari, alo)

    assert (standing(alo), named(alo, "Chautari")) == (limits.PEERS_MAX, [(1, "active")])
    assert named(chautari, "Alo Shelter") == [(1, "active")]


def test_an_introduction_that_comes_when_there_is_no_room_is_refused_and_not_pinned(
    strangers: Federation,
) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    file = done(alo.use(peering.make_introduction)).introduction
    more_partners(alo, limits.PEERS_MAX - 1)
    done(add(chautari, file))
    strangers.settle_all()

    assert strangers.refused == [RefusalCode.E_LIMIT]
    assert (standing(alo), named(alo, "Chautari")) == (limits.PEERS_MAX, [])


def test_nobody_is_invited_when_there_is_no_room(strangers: Federation) -> None:
    alo, bandhan, _ = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    more_partners(alo, limits.PEERS_MAX - 1)

    assert code_of(alo.use(peering.make_introduction)) == "too_many_partners"
    assert alo.rows("SELECT count(*) FROM invites WHERE used_by IS NULL") == [(0,)]


def test_who_was_removed_takes_nobodys_place_and_hides_nobody(strangers: Federation) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    more_partners(alo, limits.PEERS_MAX, status="removed")
    more_partners(alo, limits.PEERS_MAX - 2)
    meet(strangers, chautari, alo)

    assert named(alo, "Chautari") == named(chautari, "Alo Shelter") == [(1, "active")]
    assert strangers.refused == []
