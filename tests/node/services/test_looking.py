"""One case on its screen: her words first, her path, no name unless asked for; and who knows what."""

from typing import Final

from node.services import casework, ledger, looking
from protocol.local import commands, views
from protocol.local.views import encode_view
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind, WithdrawalWanted
from tests.support.federation import Node, code_of, done
from tests.support.story import C8, FACTS, HER_WORDS, Story, sentence

NAMES: Final[dict[str, commands.FactInput]] = {
    "given_name": "Zwartbles",
    "family_name": "Quillfeather",
    "known_as": "Moonpenny",
    "birth_date": "1999-03-27",
    "gender": "TransgenderFeminine",
    "citizenship": ["stateless"],
    "identity_number": "IDNO-88-4711",
}
CANARIES: Final = (
    "Zwartbles",
    "Quillfeather",
    "Moonpenny",
    "1999-03-27",
    "TransgenderFeminine",
    "stateless",
    "IDNO-88-4711",
    "Her papers say Thistledown",
)


def look(
    node: Node, case_id: bytes, *, with_names: bool = False, with_identity: bool = False
) -> views.CaseLook:
    command = commands.LookAtCase(
        case_id=case_id, with_names=with_names, with_identity=with_identity
    )
    return done(node.use(looking.look_at_case, command))


def show(node: Node, case_id: bytes) -> views.Ledger:
    return done(node.use(ledger.show_ledger, commands.ShowLedger(case_id=case_id)))


def name_her(story: Story) -> None:
    story.open_case(facts={**FACTS, **NAMES})
    said = commands.RecordSentence(
        case_id=story.case_id,
        category=Category.IDENTITY,
        kind=TextKind.NOTE,
        language="eng",
        text=CANARIES[-1],
    )
    done(story.alo.use(casework.record_sentence, said))


def test_who_she_is_stays_out_of_her_case_unless_somebody_asks(story: Story) -> None:
    name_her(story)
    without = look(story.alo, story.case_id)
    named = look(story.alo, story.case_id, with_names=True)
    asked = look(story.alo, story.case_id, with_identity=True)

    def found(view: views.CaseLook) -> list[str]:
        return [name for name in CANARIES if name.encode() in encode_view(view)]

    assert (found(without), without.known_as, without.hidden) == ([], None, len(CANARIES))
    assert (found(named), named.known_as, named.hidden) == (
        ["Moonpenny"],
        "Moonpenny",
        len(CANARIES),
    )
    assert (found(asked), asked.known_as, asked.hidden) == ([*CANARIES], None, 0)


def test_that_somebody_looked_is_written_down_with_the_name_or_without(story: Story) -> None:
    name_her(story)
    look(story.alo, story.case_id)
    look(story.alo, story.case_id, with_names=True)
    look(story.alo, story.case_id, with_names=True, with_identity=True)
    show(story.alo, story.case_id)

    read = story.alo.rows(
        "SELECT d.details FROM audit a JOIN audit_details d USING (number)"
        " WHERE a.event = 'case.read' ORDER BY number"
    )
    assert read == [("",), ("with names",), ("with identity",), ("ledger",)]


def test_what_she_wants_comes_first_and_each_kind_in_the_order_she_said_it(story: Story) -> None:
    kinds = (TextKind.NOTE, TextKind.FEAR, TextKind.WISH, TextKind.HOPE, TextKind.GOAL)
    texts = tuple(sentence(kind, f"{kind.value} {place}") for place in (1, 2) for kind in kinds)
    story.open_case(sentences=())
    for text in texts:
        story.federation.clock.forward(1)
        said = commands.RecordSentence(
            case_id=story.case_id, category=C8, kind=text.kind, language="ben", text=text.text
        )
        done(story.alo.use(casework.record_sentence, said))
    shown = look(story.alo, story.case_id).sentences

    assert [said.text for said in shown] == [
        f"{kind} {place}" for kind in ("wish", "goal", "hope", "fear", "note") for place in (1, 2)
    ]
    assert shown[1].recorded_at - shown[0].recorded_at == len(kinds)


def test_the_path_of_care_leads_from_here_to_the_other_side(story: Story) -> None:
    story.up_to_reports()
    ours = look(story.alo, story.case_id)
    [(their_case,)] = story.bandhan.rows("SELECT case_id FROM cases")
    theirs = look(story.bandhan, their_case)

    def stations(shown: views.CaseLook) -> list[tuple[str, str, str, bool, int]]:
        return [
            (one.kind, one.name, one.state, one.is_ours, len(one.follow_ups)) for one in shown.path
        ]

    assert stations(ours) == [
        ("here", "Alo Shelter", "accompanying", False, 0),
        ("peer", "Bandhan", "arrived", True, 1),
    ]
    assert stations(theirs) == [
        ("peer", "Alo Shelter", "arrived", False, 1),
        ("here", "Bandhan", "intake", False, 0),
    ]
    assert (ours.path[1].worker, ours.path[1].thread) == ("Rehana", story.thread)
    assert [(line.peer_name, line.case_number) for line in ours.referrals] == [
        ("Bandhan", "ALO-17")
    ]


def test_a_case_that_is_not_there_is_not_found(alo: Node) -> None:
    nobody = bytes(16)
    looked = alo.use(
        looking.look_at_case,
        commands.LookAtCase(case_id=nobody, with_names=False, with_identity=False),
    )
    assert code_of(looked) == "not_found"
    assert code_of(alo.use(ledger.show_ledger, commands.ShowLedger(case_id=nobody))) == "not_found"


def test_the_ledger_says_what_left_and_whether_it_arrived(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    waiting = show(story.alo, story.case_id).lines[0]
    story.federation.clock.forward(60)
    story.settle()
    arrived = show(story.alo, story.case_id).lines[0]

    assert (waiting.state, waiting.received_at) == ("queued", None)
    assert (arrived.state, arrived.received_at) == ("stored", story.alo.now)
    assert (arrived.peer_name, arrived.consent_id, arrived.consent_state) == (
        "Bandhan",
        story.consent,
        "live",
    )
    assert arrived.categories == [2, 8, 9]
    assert {"present_town", "text:wish"} <= {*arrived.fields}
    assert "medicines" not in arrived.fields
    assert arrived.until == arrived.at + 90 * 86_400


def test_a_withdrawal_that_did_not_arrive_says_so_and_how_it_is_tried(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    [told] = [line.withdrawal for line in show(story.alo, story.case_id).lines if line.withdrawal][
        :1
    ]
    at = story.alo.now

    assert told == views.WithdrawalView(
        status=0,
        told_at=at,
        locked_at=None,
        erased_at=None,
        reached_at=None,
        attempts=0,
        next_attempt=at,
    )


def test_the_withdrawal_of_one_consent_is_no_withdrawal_of_another(story: Story) -> None:
    story.up_to_reports()
    story.withdraw(story.way_back, at=story.bandhan)
    story.federation.clock.forward(60)
    story.settle()
    lines = show(story.alo, story.case_id).lines

    assert {line.withdrawal for line in lines if line.consent_id == story.consent} == {None}


def test_what_was_erased_over_there_is_shown_as_erased(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw(wanted=WithdrawalWanted.ERASE)
    story.federation.clock.forward(60)
    story.settle()
    at = story.alo.now
    told = [line.withdrawal for line in show(story.alo, story.case_id).lines]

    assert (
        views.WithdrawalView(
            status=2,
            told_at=at - 60,
            locked_at=at,
            erased_at=at,
            reached_at=at,
            attempts=0,
            next_attempt=None,
        )
        in told
    )


def test_what_we_hold_from_others_says_under_which_consent_and_when_it_is_gone(
    story: Story,
) -> None:
    story.up_to_reports()
    [(their_case,)] = story.bandhan.rows("SELECT case_id FROM cases")
    ours, theirs = show(story.alo, story.case_id), show(story.bandhan, their_case)
    story.withdraw()
    story.settle()
    after = show(story.bandhan, their_case)

    def dossiers(shown: views.Ledger) -> list[tuple[str, str, str | None]]:
        return [
            (held.peer_name, held.state, held.consent_state)
            for held in shown.held
            if held.type == "referral.dossier/1"
        ]

    assert dossiers(theirs) == [("Alo Shelter", "readable", "live")]
    assert dossiers(after) == [("Alo Shelter", "erased", "withdrawn")]
    # The way back: what they told us is their leaving, and our holding.
    assert [held.type for held in ours.held] == ["followup.report/1"]
    assert [line.peer_name for line in theirs.lines] == ["Alo Shelter"]
    assert HER_WORDS.encode() not in encode_view(ours)
