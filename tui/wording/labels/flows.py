"""Labels of where things stand: referrals, follow-ups, consents, the outbox, tasks, partners.

The lists go by their names: the modules that define some of them also know keys, and the desk must not.
"""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

FLOWS: Final[Mapping[str, Mapping[str, str]]] = {
    "ReferralState": {
        "draft": N_("Draft, not sent"),
        "ready": N_("Ready, not sent"),
        "offered": N_("Offer sent"),
        "delivered": N_("Offer arrived, no answer yet"),
        "needs_info": N_("A question is open"),
        "accepted": N_("Accepted: a place is held"),
        "declined": N_("Declined"),
        "lapsed": N_("No answer in time"),
        "recalled": N_("Recalled"),
        "dossier_sent": N_("Dossier sent"),
        "prepared": N_("They are ready for her"),
        "arrived": N_("She has arrived"),
        "in_care": N_("In their care"),
        "outcome_reported": N_("They told how it goes"),
        "ended": N_("Ended"),
        "withdrawn": N_("She withdrew"),
        "frozen": N_("Stopped for safety"),
    },
    "ReferralEvent": {
        "mark_ready": N_("Made ready to send"),
        "offer": N_("Offer"),
        "deliver": N_("Arrived on their computer"),
        "ask": N_("Question about the offer"),
        "answer": N_("Answer to the question"),
        "accept": N_("Yes: a place is held"),
        "decline": N_("No to the offer"),
        "lapse": N_("The time to answer is over"),
        "recall": N_("The offer was recalled"),
        "dossier": N_("Dossier, as she allowed"),
        "prepare": N_("The dossier was read, all is ready for her"),
        "arrive": N_("She arrived"),
        "begin_care": N_("Care has begun"),
        "outcome": N_("News of how it goes"),
        "end": N_("The referral ended"),
        "withdraw": N_("She withdrew"),
        "freeze": N_("Stopped for safety"),
    },
    "FollowUpState": {
        "planned": N_("Planned"),
        "due": N_("Due"),
        "requested": N_("They were asked"),
        "taken_on": N_("Taken on"),
        "overdue": N_("Late"),
        "done": N_("Done"),
        "not_seen": N_("Could not reach her"),
        "declined_by_her": N_("She said no"),
        "unable": N_("They cannot do it"),
    },
    "Task": {
        "hear_it_from_her": N_("Ask her yourself whether she agrees"),
        "tell_her_who_and_when": N_("Tell her who expects her, and when"),
        "offer_to_answer": N_("Referral waiting for your answer"),
        "question_to_answer": N_("They asked a question"),
        "dossier_to_send": N_("Your referral was accepted: send the dossier"),
        "dossier_to_read": N_("A dossier came: read it and get ready"),
        "offer_again": N_("They said no: look for another place"),
        "follow_up_due": N_("Follow-up due"),
        "report_to_read": N_("They wrote how she is"),
        "ask_her_again": N_("Her consent ends soon: ask her again"),
        "withdrawal_arrived": N_("She withdrew: see what was locked"),
        "stream_frozen": N_("Stopped for safety: call the partner"),
        "compare_safety_number": N_("Compare the safety number with them"),
        "confirm_with_her": N_("She agreed at the partner: ask her again, in private"),
        "message_refused": N_("Their computer did not take a message"),
        "not_sent": N_("Not sent: her consent no longer covers it"),
        "bundle_stale": N_("Not sent yet: their computer has been off too long"),
        "peer_suspended": N_("This partner is stopped: nothing goes there; phone them"),
        "suspended_ourselves": N_("Partners were told to stop with us: call a steward"),
        "member_removed": N_("A partner left: ask each survivor what becomes of it there"),
        "charter_to_look_at": N_("A charter came: hear its number from two stewards"),
        "charter_refused": N_("A charter came that does not fit ours: call a steward"),
        "confirm_erasure": N_("A stopped partner says she withdrew: ask before it is erased"),
        "sending_refused": N_("Not sent: look at it and send it again"),
        "backup_old": N_("No backup for days: is the disk or the stick in?"),
    },
    "TaskKind": {
        "waiting": N_("Waiting for us"),
        "promise": N_("What we promised"),
        "news": N_("News"),
    },
    "ConsentState": {
        "not_given": N_("Not given"),
        "unconfirmed": N_("Not heard from her yet"),
        "not_yet": N_("Begins later"),
        "live": N_("Valid"),
        "expired": N_("Ended, ask her again"),
        "withdrawn": N_("She withdrew"),
    },
    "ConsentEvent": {
        "requested": N_("She was asked"),
        "deferred": N_("She will decide later"),
        "given": N_("She agreed"),
        "confirmed_by_holder": N_("Confirmed with her in private"),
        "refused": N_("She said no"),
        "withdrawn": N_("She withdrew"),
        "expired": N_("It ended"),
        "superseded": N_("A newer consent took its place"),
        "invalidated": N_("It was found not valid"),
        "unknown": N_("Not known"),
    },
    "OutboxState": {
        "queued": N_("Waiting to leave"),
        "sealed": N_("Not sent yet: we keep trying"),
        "deposited": N_("Left in their mailbox, not collected yet"),
        "stored": N_("Arrived on their computer"),
        "refused": N_("Their computer did not take it"),
    },
}

PEER_STATUS: Final = {
    "invited": N_("Introduced, no answer yet"),
    "active": N_("Connected"),
    "paused": N_("Paused: nothing is sent"),
    "suspended": N_("Stopped: nothing is sent or read"),
    "removed": N_("Removed"),
}
TRUST: Final = {
    0: N_("Not checked"),
    1: N_("Card read, not checked"),
    2: N_("Checked"),
}
WITHDRAWAL_ASKED: Final = N_("No answer yet: phone them")
"""Status 0 of a holder; the others are `WithdrawalStatus`."""
