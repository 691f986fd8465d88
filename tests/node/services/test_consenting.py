"""Consents at the desk: what is recorded, when it lives, and what nobody can do with it."""

from dataclasses import replace

import pytest

from node.services import consenting, reading
from protocol import limits
from protocol.consent import consent_hash, parse_consent, sign_consent
from protocol.errors import MalformedError, RefusalCode
from protocol.labels import Kind
from protocol.local import commands
from protocol.messages.consent import ConsentCopy
from protocol.signing import parse
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from tests.support.federation import WORKER, Node, code_of, done
from tests.support.forging import forge
from tests.support.story import C8, KEPT_FEAR, SCOPE, WISH, Story, consent_command


def state_of(story: Story, node: Node | None = None) -> list[str]:
    shown = (node or story.alo).use(
        consenting.list_consents, commands.ListConsents(case_id=story.case_id)
    )
    return [consent.state for consent in shown.consents]


def test_one_survivor_has_another_name_at_each_peer_and_the_same_one_twice_at_one(
    story: Story, chautari: Node
) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    other = consent_command(story.case_id, chautari)
    done(story.alo.use(consenting.record_consent, other))
    names = story.alo.rows("SELECT handle, peer FROM handles")

    assert len(names) == 2
    assert len({handle for handle, _ in names}) == 2
    assert story.alo.rows("SELECT count(DISTINCT handle) FROM consents") == [(2,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": [Category.IMAGE_BIOMETRIC]},
        {"categories": [Category.HANDLE]},
        {"excluded_fields": ["no_such_field"]},
        {"days": 366},
        {"days": 0},
        {"notice": ""},
        {"language": "bangla"},
        {"words": "\x1b[2J"},
        {"witness": bytes(3)},
    ],
)
def test_a_consent_that_breaks_a_rule_is_not_recorded(
    story: Story, changes: dict[str, object]
) -> None:
    story.open_case()

    with pytest.raises(MalformedError):
        story.agree(**changes)

    assert story.alo.rows("SELECT count(*) FROM consents") == [(0,)]
    assert story.alo.rows("SELECT count(*) FROM handles") == [(0,)]


def test_who_asked_her_cannot_be_the_witness(story: Story) -> None:
    story.open_case()
    command = consent_command(story.case_id, story.bandhan, witness=bytes(WORKER))

    assert code_of(story.alo.use(consenting.record_consent, command)) == "not_allowed"


@pytest.mark.parametrize("unknown", ["case", "peer"])
def test_a_consent_is_about_somebody_and_for_somebody(story: Story, unknown: str) -> None:
    story.open_case()
    command = (
        consent_command(bytes(16), story.bandhan)
        if unknown == "case"
        else consent_command(story.case_id, story.bandhan, peer=bytes(32))
    )

    assert code_of(story.alo.use(consenting.record_consent, command)) == "not_found"


@pytest.mark.parametrize(("seconds", "state"), [(-1, "live"), (0, "expired")])
def test_a_consent_ends_on_its_second(story: Story, seconds: int, state: str) -> None:
    story.open_case()
    story.agree(days=90)
    story.federation.clock.forward(90 * limits.DAY + seconds)

    assert state_of(story) == [state]


@pytest.mark.parametrize(("seconds", "code"), [(-1, "wrong_state"), (0, "E_CONSENT_EXPIRED")])
def test_a_dossier_is_allowed_until_the_second_in_which_the_consent_ends(
    story: Story, seconds: int, code: str
) -> None:
    story.open_case()
    story.agree(days=30)
    story.offer()
    story.settle()
    story.federation.clock.forward(30 * limits.DAY + seconds)

    assert code_of(story.preview_dossier()) == code


@pytest.mark.parametrize(("seconds", "refused"), [(-1, []), (0, [RefusalCode.E_CONSENT_EXPIRED])])
def test_the_recipient_takes_a_dossier_until_that_second_too(
    story: Story, seconds: int, refused: list[RefusalCode]
) -> None:
    story.open_case()
    story.agree(days=30)
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.federation.deliver(story.alo)
    copy, dossier = story.federation.box(story.bandhan)[-2:]
    story.bandhan.take([copy])
    story.federation.clock.forward(30 * limits.DAY + seconds)
    story.bandhan.take([dossier])

    code = refused[0].value if refused else None
    assert story.bandhan.rows(
        "SELECT code, payload IS NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(code, int(bool(refused)))]


def test_a_dossier_is_read_until_the_consent_ends_and_a_clock_set_back_opens_nothing(
    story: Story,
) -> None:
    story.open_case()
    story.agree(days=30)
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    peer, message = story.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.dossier/1'"
    )[0]
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    for _ in range(9):
        story.bandhan.ahead += 3 * limits.DAY
        story.bandhan.look_at_clock()
    story.bandhan.ahead = 30 * limits.DAY - 1
    before = story.bandhan.use(reading.read_message, command)
    story.bandhan.ahead += 1
    story.bandhan.take([])
    at_the_end = code_of(story.bandhan.use(reading.read_message, command))
    story.bandhan.ahead = 0

    assert done(before).facts
    assert at_the_end == "consent_ended"
    assert code_of(story.bandhan.use(reading.read_message, command)) == "consent_ended"


def test_a_tick_dies_with_any_edit(story: Story) -> None:
    story.open_case()
    story.agree(texts=[sha256((WISH.text + " ").encode())])
    story.offer()
    story.settle()
    story.accept()
    story.settle()

    assert done(story.preview_dossier()).sentences == []


def test_she_can_tick_a_sentence_afterwards(story: Story) -> None:
    story.open_case()
    story.agree(texts=[])
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    command = commands.TickTexts(consent_id=story.consent, texts=[KEPT_FEAR.hash])
    done(story.alo.use(consenting.tick_texts, command))

    assert [text.text for text in done(story.preview_dossier()).sentences] == [KEPT_FEAR.text]


def test_a_narrower_consent_takes_the_place_of_the_former(story: Story) -> None:
    story.open_case()
    former = story.agree()
    story.agree(categories=[C8], supersedes=bytes(former))

    assert sorted(state_of(story)) == ["live", "withdrawn"]
    assert code_of(story.preview_offer(categories=SCOPE)) in {
        "E_CONSENT_SCOPE",
        "E_CONSENT_WITHDRAWN",
    }
    assert done(story.preview_offer(categories=(C8,))).offer is not None


@pytest.mark.parametrize("desk", ["alo", "bandhan"])
def test_only_the_holder_of_a_consent_that_needs_it_confirms(story: Story, desk: str) -> None:
    story.up_to_dossier()
    node = story.alo if desk == "alo" else story.bandhan
    consent = story.way_back if desk == "alo" else story.consent
    command = commands.ConfirmConsent(consent_id=consent)

    assert code_of(node.use(consenting.confirm_consent, command)) == "wrong_state"


@pytest.mark.parametrize("service", ["confirm", "tick"])
def test_a_consent_that_is_not_there_is_neither_confirmed_nor_ticked(
    alo: Node, service: str
) -> None:
    confirm = commands.ConfirmConsent(consent_id=bytes(16))
    tick = commands.TickTexts(consent_id=bytes(16), texts=[])
    answer = (
        alo.use(consenting.confirm_consent, confirm)
        if service == "confirm"
        else alo.use(consenting.tick_texts, tick)
    )

    assert code_of(answer) == "not_found"


def test_a_copied_consent_is_not_ticked_where_it_was_copied_to(story: Story) -> None:
    story.up_to_dossier()
    command = commands.TickTexts(consent_id=story.way_back, texts=[])

    assert code_of(story.bandhan.use(consenting.tick_texts, command)) == "not_found"


def test_another_object_under_the_id_of_a_held_consent_is_refused(story: Story) -> None:
    story.up_to_dossier()
    [(raw,)] = story.alo.rows("SELECT signed FROM consents WHERE consent_id = ?", story.consent)
    held = parse_consent(parse(raw, kind=Kind.CONSENT).body)
    wider = sign_consent(
        replace(held, categories=held.categories | {Category.LEGAL}), signing=story.alo.me.signing
    )
    copy = ConsentCopy(signed_consent=wider.raw, words=None)
    forged = forge(copy, sender=story.alo, recipient=story.bandhan, consent=consent_hash(wider))

    assert story.bandhan.take([forged]).refused == (RefusalCode.E_CONSENT_SCOPE,)
    assert story.bandhan.rows(
        "SELECT signed FROM consents WHERE consent_id = ?", story.consent
    ) == [(raw,)]


def test_a_consent_with_a_peer_at_level_1_goes_nowhere(story: Story) -> None:
    story.open_case()
    story.agree()
    story.alo.write(lambda unit: unit.vault.execute("UPDATE peers SET level = 1"))

    assert code_of(story.preview_offer()) == "E_LEVEL"
