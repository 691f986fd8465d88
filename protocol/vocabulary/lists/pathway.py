"""The way home across a border or a state line, and what it waits for."""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

CORRIDOR: Final = CodeList(
    name="corridor",
    about="Between which countries a pathway leads.",
    codes=(
        Code("in_bd"),
        Code("in_np"),
        Code("in_in"),
    ),
)
MILESTONE: Final = CodeList(
    name="milestone",
    about="A step of the way home; casework numbers them M1 to M13.",
    codes=(
        Code("identified_and_placed"),
        Code("her_wish_stated"),
        Code("legal_hold_cleared"),
        Code("home_enquiry"),
        Code("nationality_verified"),
        Code("travel_permit_issued"),
        Code("return_ordered"),
        Code("exit_permitted"),
        Code("date_fixed"),
        Code("border_crossed"),
        Code("received"),
        Code("with_whom_she_chose"),
        Code("followed_up"),
    ),
)
WAITING_ON: Final = CodeList(
    name="waiting_on",
    about="Whom or what a milestone waits for.",
    codes=(
        Code("survivor_decision"),
        Code("cwc"),
        Code("magistrate_or_court"),
        Code("police_charge_sheet"),
        Code("police_verification_home_country"),
        Code("consular"),
        Code("home_ministry"),
        Code("frro"),
        Code("immigration"),
        Code("ngo_this_side"),
        Code("ngo_other_side"),
        Code("family"),
        Code("travel"),
        Code("none"),
    ),
)
HANDOVER_STATE: Final = CodeList(
    name="handover_state",
    about="Where the handover at the border stands.",
    codes=(
        Code("planned"),
        Code("confirmed"),
        Code("departed"),
        Code("crossed"),
        Code("received_by_ngo"),
        Code("with_person_she_chose"),
        Code("failed"),
    ),
)
HANDOVER_FAILED: Final = CodeList(
    name="handover_failed",
    about="Why a handover did not happen; that she changed her mind is no error.",
    codes=(
        Code("paper_expired"),
        Code("not_on_list"),
        Code("crossing_closed"),
        Code("person_absent"),
        Code("she_changed_her_mind"),
        Code("other"),
    ),
)
INFORMATION_KIND: Final = CodeList(
    name="information_kind",
    about="What one organisation asks another.",
    codes=(
        Code("is_she_known"),
        Code("home_visit"),
        Code("family_willing"),
        Code("family_safe"),
        Code("address_check"),
        Code("work_or_school_options"),
        Code("service_available"),
        Code("papers_status"),
        Code("safety_of_route"),
        Code("health_service_near"),
        Code("translation"),
        Code("how_is_she"),
        Code("advice"),
    ),
)
INFORMATION_ANSWER: Final = CodeList(
    name="information_answer",
    about="What became of a request for information.",
    codes=(
        Code("answered"),
        Code("partly"),
        Code("declined"),
        Code("expired"),
    ),
)
INFORMATION_DECLINED: Final = CodeList(
    name="information_declined",
    about="Why a request for information is not answered.",
    codes=(
        Code("no_consent"),
        Code("not_held"),
        Code("unsafe_to_say"),
        Code("needs_her_first"),
        Code("out_of_scope"),
    ),
)

LISTS: Final = (
    CORRIDOR,
    MILESTONE,
    WAITING_ON,
    HANDOVER_STATE,
    HANDOVER_FAILED,
    INFORMATION_KIND,
    INFORMATION_ANSWER,
    INFORMATION_DECLINED,
)
