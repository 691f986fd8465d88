"""Where she stays, what she may do there, and what an order says."""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

STAY_PLACE: Final = CodeList(
    name="stay_place",
    about="What kind of place she stays in.",
    codes=(
        Code("state_home"),
        Code("ngo_home"),
        Code("child_care_institution"),
        Code("one_stop_centre"),
        Code("hospital"),
        Code("prison_or_police"),
        Code("community"),
        Code("own_home"),
    ),
)
LIBERTY: Final = CodeList(
    name="liberty",
    about="Whether she may go out.",
    codes=(
        Code("free_to_leave"),
        Code("escort_only"),
        Code("permission_each_time"),
        Code("not_allowed_out"),
        Code("unknown"),
    ),
)
RESTRICTION: Final = CodeList(
    name="restriction",
    about="What is forbidden or laid on her where she stays.",
    codes=(
        Code("phone"),
        Code("visitors"),
        Code("outings"),
        Code("clothing"),
        Code("punishment_duty"),
        Code("isolation"),
        Code("other"),
    ),
)
ORDER_KIND: Final = CodeList(
    name="order_kind",
    about="What kind of order or paper it is.",
    codes=(
        Code("cwc_production"),
        Code("cwc_restoration"),
        Code("magistrate_s17"),
        Code("court_noc"),
        Code("repatriation_order"),
        Code("exit_permit"),
        Code("travel_permit"),
        Code("witness_hold"),
        Code("compensation"),
    ),
)
ENTITLEMENT_SCHEME: Final = CodeList(
    name="entitlement_scheme",
    about="What she is entitled to.",
    codes=(
        Code("victim_compensation"),
        Code("bonded_labour_release"),
        Code("identity_papers"),
        Code("other"),
    ),
)
COMPENSATION: Final = CodeList(
    name="compensation",
    about="How far her claim for compensation is.",
    codes=(
        Code("informed"),
        Code("not_wanted"),
        Code("applied"),
        Code("granted"),
        Code("refused"),
        Code("received"),
    ),
)
DUTY_BEARER: Final = CodeList(
    name="duty_bearer",
    about="What kind of office owes her something.",
    codes=(
        Code("police"),
        Code("court"),
        Code("cwc"),
        Code("magistrate"),
        Code("consular"),
        Code("health"),
        Code("labour"),
        Code("local_government"),
        Code("other"),
    ),
)
ADVOCACY_ANSWER: Final = CodeList(
    name="advocacy_answer",
    about="What an office answered.",
    codes=(
        Code("granted"),
        Code("partly"),
        Code("refused"),
        Code("none_yet"),
    ),
)

LISTS: Final = (
    STAY_PLACE,
    LIBERTY,
    RESTRICTION,
    ORDER_KIND,
    ENTITLEMENT_SCHEME,
    COMPENSATION,
    DUTY_BEARER,
    ADVOCACY_ANSWER,
)
