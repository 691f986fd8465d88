"""How it goes on, and how a case ends.

`htcds` is the name in HTCDS 2.0 (IOM, CC BY 4.0), `ctdc` that in the CTDC global dataset.
"""

from typing import Final

from protocol.vocabulary.codes import CaseStatus, NotSeenReason, SeenHow, UnableReason
from protocol.vocabulary.lists.codelist import Code, CodeList, codes_of

CASE_STATUS: Final = CodeList(
    name="case_status",
    about="Where a case stands.",
    htcds=("cas_Status",),
    codes=codes_of(
        CaseStatus, htcds={"active": "Active", "accompanying": "FollowUp", "closed": "Closed"}
    ),
)
CLOSURE_REASON: Final = CodeList(
    name="closure_reason",
    about="Why a case is closed; nothing closes by itself.",
    htcds=("cas_ReasonForCaseClosure",),
    codes=(
        Code("goals_met_by_her_view"),
        Code("she_asked_to_stop"),
        Code("moved_out_of_reach"),
        Code("lost_contact"),
        Code("died"),
        Code("opened_in_error"),
    ),
)
SEEN_HOW: Final = CodeList(
    name="seen_how",
    about="How the worker was in touch with her.",
    codes=codes_of(SeenHow),
)
NOT_SEEN_REASON: Final = CodeList(
    name="not_seen_reason",
    about="Why a follow-up did not happen.",
    codes=codes_of(NotSeenReason),
)
UNABLE_REASON: Final = CodeList(
    name="unable_reason",
    about="Why an organisation cannot do a follow-up.",
    codes=codes_of(UnableReason),
)

LISTS: Final = (
    CASE_STATUS,
    CLOSURE_REASON,
    SEEN_HOW,
    NOT_SEEN_REASON,
    UNABLE_REASON,
)
