"""What people call the messages that go between organisations."""

from typing import Final

from tui.wording.marking import N_

MESSAGES: Final = {
    "intro.request/1": N_("Introduction"),
    "intro.accept/1": N_("Answer to an introduction"),
    "card/1": N_("A partner's new card"),
    "bundle/1": N_("New keys of a partner"),
    "charter/1": N_("The network's charter"),
    "suspend/1": N_("Word that a partner is stopped"),
    "receipt/1": N_("Receipt"),
    "cover/1": N_("Nothing: it hides that there is nothing"),
    "audit.differs/1": N_("Word that our record does not fit"),
    "hello/1": N_("A partner begins anew"),
    "resync/1": N_("Request for what never came"),
    "consent.state/1": N_("List of consents"),
    "referral.offer/1": N_("Offer"),
    "referral.ask/1": N_("Question about the offer"),
    "referral.answer/1": N_("Answer to the question"),
    "referral.accept/1": N_("Yes: a place is held"),
    "referral.decline/1": N_("No to the offer"),
    "referral.dossier/1": N_("Dossier"),
    "referral.prepared/1": N_("They are ready for her"),
    "referral.arrived/1": N_("She arrived"),
    "referral.outcome/1": N_("News of how it goes"),
    "referral.recall/1": N_("The offer was recalled"),
    "followup.request/1": N_("Request for a follow-up"),
    "followup.accept/1": N_("They take the follow-up on"),
    "followup.report/1": N_("Follow-up report"),
    "followup.unable/1": N_("They cannot do the follow-up"),
    "consent.copy/1": N_("Copy of her consent"),
    "consent.withdrawn/1": N_("She withdrew"),
    "consent.withdrawn_ack/1": N_("Answer to her withdrawal"),
    "blob.chunk/1": N_("A part of a file"),
}
