"""Two nodes that have met, and one survivor's consent between them: what is there before the bench begins.

"Bandhan" holds what it knows of her and reports to "Alo Shelter", which referred her. Both are made as `sathi
init` makes them, but for a passphrase that costs nothing to check; that they met and compared the number, and
that she arrived, is written into their tables. All of it is invented.
"""

import asyncio
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.floors import processes
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import STANDARD_QUOTA, NewMailbox
from node.mailbox.store import MailboxStore
from node.services import opening
from node.services.opening import Beginning, Begun
from node.system import SystemClock, entropy
from node.vault import keyring
from node.vault.database import Database
from node.vault.keyring import Cost, Kind
from node.vault.migrations import migrate_all
from node.vault.records import Referral
from node.vault.tables import consents, peers, referrals
from node.vault.unit import Unit
from node.wiring import MAILBOX_FILE, write_own_mailbox
from protocol.consent import Consent, ConsentEvent, sign_consent
from protocol.disclosure import CaseFacts
from protocol.keys import new_signing_secret, signing_secret
from protocol.messages.disclosed import Fact, Sentence
from protocol.messages.referral import ReferralOffer
from protocol.referral_flow import ReferralState
from protocol.signing import Signed
from protocol.values import (
    Instant,
    NodeId,
    ThreadId,
    consent_id,
    handle,
    language_tag,
    later,
    new_message_id,
    plain_text,
    pseudonym,
    sha256,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    Country,
    GivenBy,
    Priority,
    Purpose,
    ServiceGroup,
    TextKind,
    VerifiedHow,
)

CHEAP: Final = Cost(memory_bytes=8_192, passes=1)
USER: Final = "Asha"
PASSPHRASE: Final = "four invented words here"  # noqa: S105
_DAY: Final = 86_400
_NOBODY: Final = pseudonym(bytes(16))
# One text of hers and some codes make a content of about 1 KiB, as in the floor.
_WORDS: Final = "আমি বাড়ি ফিরে সেলাইয়ের কাজ করতে চাই। " * 8
SAID: Final = CaseFacts(
    facts=(
        Fact(field="goal_types", value=("Education", "Family", "Livelihood")),
        Fact(field="skills", value=("embroidery", "sewing", "tailoring")),
        Fact(field="work_wanted", value=("own_shop", "tailoring")),
    ),
    sentences=(
        (
            Category.PLAN_WISHES,
            Sentence(
                kind=TextKind.HER_WORDS,
                language=language_tag("ben"),
                text=plain_text(_WORDS, characters_max=8_000),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeNode:
    """A node's folder that nobody runs yet, and the port its mailbox will have."""

    folder: Path
    port: int
    begun: Begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Who reports to whom, under which consent, in which conversation."""

    holder: MadeNode
    recipient: MadeNode
    consent: Consent
    thread: ThreadId


def make_pair(place: Path) -> Pair:
    """Make both nodes in a folder, ready to run."""
    [pair] = make_crowd(place, 1)
    return pair


def make_crowd(place: Path, holders: int) -> list[Pair]:
    """Make one recipient, and so many who report to it."""
    now = SystemClock().wall()
    recipient = _make_node(place / "alo", "Alo Shelter", Country.INDIA, now=now)
    crowd = []
    for number in range(holders):
        name = f"bandhan-{number}"
        holder = _make_node(place / name, f"Bandhan {number}", Country.BANGLADESH, now=now)
        consent = _consent(holder.begun.me.node_id, recipient.begun.me.node_id, now=now)
        signed = sign_consent(consent, signing=holder.begun.me.signing)
        thread = thread_id(new_message_id(now=now, entropy=entropy))
        pair = Pair(holder=holder, recipient=recipient, consent=consent, thread=thread)
        for made in (holder, recipient):
            _write(made, pair, signed, now=now)
        crowd.append(pair)
    return crowd


def _free_port() -> int:
    with socket.socket() as knocking:
        knocking.bind((processes.LOOPBACK, 0))
        return int(knocking.getsockname()[1])


def _make_node(folder: Path, name: str, country: Country, *, now: Instant) -> MadeNode:
    folder.mkdir(mode=0o700)
    port, key = _free_port(), entropy(keyring.VAULT_KEY_BYTES)
    salt = keyring.new_salt(entropy=entropy)
    user, recovery = (
        keyring.enrol(credential, kind=kind, salt=salt, entropy=entropy, cost=CHEAP)
        for credential, kind in (
            (keyring.credential(USER, PASSPHRASE), Kind.USER),
            (
                keyring.recovery_credential(keyring.new_recovery_code(entropy=entropy)),
                Kind.RECOVERY,
            ),
        )
    )
    beginning = Beginning(
        display_name=plain_text(name, characters_max=80),
        country=country,
        origin=f"http://{processes.LOOPBACK}:{port}",
        is_demo=True,
        user_name=plain_text(USER, characters_max=64),
        user=user,
        recovery=recovery,
    )
    root = new_signing_secret(entropy=entropy)
    database = Database.create(folder, key=key)
    migrate_all(database)
    begun = database.write_now(
        lambda unit: opening.begin(unit, beginning, root=root, now=now, entropy=entropy)
    )
    database.close()
    sealed = keyring.seal((user, recovery), vault_key=key, salt=salt, entropy=entropy)
    keyring.save(folder, sealed)
    write_own_mailbox(folder, begun.mailbox.mailbox_id)
    made = MadeNode(folder=folder, port=port, begun=begun)
    asyncio.run(_have_mailbox(made))
    return made


async def _have_mailbox(made: MadeNode) -> None:
    mailbox = made.begun.mailbox
    store = await MailboxStore.open(made.folder / MAILBOX_FILE, quota=STANDARD_QUOTA)
    new = NewMailbox(
        mailbox_id=mailbox.mailbox_id,
        owner_key=signing_secret(mailbox.seed).public,
        deposit_hash=deposit_hash_of(mailbox.deposit_secret),
        created=made.begun.me.card.created,
    )
    await store.create(new, ticket=None)
    await store.close()


def open_vault(made: MadeNode) -> Database:
    """The vault of a node that does not run."""
    person = keyring.credential(USER, PASSPHRASE)
    unlocked = keyring.unlock(keyring.load(made.folder), person, cost=CHEAP)
    return Database.open(made.folder, key=unlocked.vault_key)


def _write(made: MadeNode, pair: Pair, signed: Signed, *, now: Instant) -> None:
    database = open_vault(made)
    database.write_now(lambda unit: _write_common_past(unit, made, pair, signed, now=now))
    database.close()


def _write_common_past(
    unit: Unit, made: MadeNode, pair: Pair, signed: Signed, *, now: Instant
) -> None:
    is_recipient = made is pair.recipient
    other = (pair.holder if is_recipient else pair.recipient).begun.me
    peers.insert_peer(
        unit.vault,
        card=other.card,
        signed_card=other.signed_card,
        bundle=other.signed_bundle,
        bundle_generation=other.bundle.generation,
        pending_auth=None,
        now=now,
    )
    peers.verify_peer(unit.vault, other.node_id, how=VerifiedHow.IN_PERSON, by=_NOBODY, now=now)
    consents.insert_consent(
        unit.vault,
        pair.consent,
        signed,
        case_id=None,
        is_issued_here=not is_recipient,
        asked_by=None,
        words=None,
        receipt_id=None,
    )
    consent = pair.consent.consent_id
    consents.add_event(unit.vault, consent, ConsentEvent.GIVEN, by=None, now=now)
    for _, sentence in SAID.sentences:
        consents.add_tick(unit.vault, consent, sentence.hash, now=now)
    referral = _referral(pair.thread, other.node_id, is_ours=is_recipient, now=now)
    referrals.insert_referral(unit.vault, referral, now=now)


def _consent(holder: NodeId, recipient: NodeId, *, now: Instant) -> Consent:
    return Consent(
        consent_id=consent_id(entropy(16)),
        handle=handle(entropy(16)),
        issuer=holder,
        holder=holder,
        recipient=recipient,
        purpose=Purpose.FOLLOW_UP,
        categories=frozenset({Category.PLAN_WISHES, Category.WORK_LEARNING}),
        excluded_fields=frozenset(),
        onward=frozenset(),
        given_by=GivenBy.SURVIVOR,
        method=ConsentMethod.SPOKEN_AND_WITNESSED,
        language=language_tag("ben"),
        notice=sha256(b"notice"),
        understood=True,
        witness=None,
        asked_at=now,
        recorded_at=now,
        valid_from=now,
        expires=later(now, 90 * _DAY),
        erase_at=later(now, 90 * _DAY),
        conditions=frozenset(),
        supersedes=None,
    )


def _referral(thread: ThreadId, peer: NodeId, *, is_ours: bool, now: Instant) -> Referral:
    by = later(now, 7 * _DAY)
    offer = ReferralOffer(
        service_group=ServiceGroup.LIVELIHOOD,
        area="BD-khulna",
        priority=Priority.NORMAL_7D,
        language=language_tag("ben"),
        age_band=AgeBand.ADULT,
        month="2027-02",
        answer_by=by,
        asks_about_needs=False,
    )
    return Referral(
        thread=thread,
        peer=peer,
        is_ours=is_ours,
        case_id=None,
        consent_id=None,
        state=ReferralState.ARRIVED,
        offer=offer,
        answer_by=by,
        worker=None,
        first_step=None,
        from_date=None,
        dossier_hash=None,
        arrived_at=now,
    )
