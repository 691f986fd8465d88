"""What she wants, her plan, and who decided.

`htcds` is the name in HTCDS 2.0 (IOM, CC BY 4.0), `ctdc` that in the CTDC global dataset.
"""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

WISH_ABOUT: Final = CodeList(
    name="wish_about",
    about="What a wish of hers is about.",
    codes=(
        Code("where_to_live"),
        Code("whom_to_live_with"),
        Code("return_or_stay"),
        Code("work_learning"),
        Code("work"),
        Code("learning"),
        Code("health"),
        Code("justice"),
        Code("contact_family"),
        Code("shelter_stay"),
        Code("information_sharing"),
        Code("other"),
    ),
)
JUSTICE_WISH: Final = CodeList(
    name="justice_wish",
    about="What justice means to her.",
    codes=(
        Code("none"),
        Code("compensation"),
        Code("prosecution"),
        Code("apology"),
        Code("safety"),
        Code("name_cleared"),
        Code("debts_cancelled"),
        Code("own_words"),
    ),
)
PLAN_POSITION: Final = CodeList(
    name="plan_position",
    about="Her position on the plan.",
    codes=(
        Code("agreed"),
        Code("agreed_with_changes"),
        Code("dissents"),
        Code("not_asked"),
        Code("wants_time"),
    ),
)
GOAL_TYPE: Final = CodeList(
    name="goal_type",
    about="What a goal is about.",
    htcds=("spl_Type",),
    codes=(
        Code("Education", htcds="Education"),
        Code("Financial", htcds="Financial"),
        Code("Health", htcds="Health"),
        Code("LabourExploitationRehabilitation", htcds="LabourExploitationRehabilitation"),
        Code("Legal", htcds="Legal"),
        Code("Livelihood", htcds="Livelihood"),
        Code("RightsBasedTraining", htcds="RightsBasedTraining"),
        Code("SexualExploitationRehabilitation", htcds="SexualExploitationRehabilitation"),
        Code("SocialCare", htcds="SocialCare"),
        Code("Safety"),
        Code("Family"),
        Code("Stigma"),
    ),
)
PROPOSED_BY: Final = CodeList(
    name="proposed_by",
    about="Who proposed a goal.",
    codes=(
        Code("survivor"),
        Code("worker"),
        Code("family"),
        Code("authority"),
    ),
)
GOAL_PROGRESS: Final = CodeList(
    name="goal_progress",
    about="How far a goal is; she says when it is met.",
    codes=(
        Code("not_started"),
        Code("in_progress"),
        Code("met_by_her_view"),
        Code("dropped_by_her"),
        Code("blocked"),
    ),
)
ACTION_ACTOR: Final = CodeList(
    name="action_actor",
    about="Who takes a step of the plan.",
    codes=(
        Code("survivor"),
        Code("peer_supporter"),
        Code("this_node"),
        Code("counterpart"),
        Code("family"),
        Code("authority"),
    ),
)
DONE_HOW: Final = CodeList(
    name="done_how",
    about="How a step was done.",
    codes=(
        Code("by_herself"),
        Code("together"),
        Code("for_her"),
    ),
)
DECISION_TOPIC: Final = CodeList(
    name="decision_topic",
    about="What was decided.",
    codes=(
        Code("shelter_stay"),
        Code("placement"),
        Code("return"),
        Code("family_contact"),
        Code("medical"),
        Code("statement"),
        Code("work"),
        Code("plan"),
        Code("sharing"),
        Code("other"),
    ),
)
DECIDED_BY: Final = CodeList(
    name="decided_by",
    about="Who decided.",
    codes=(
        Code("survivor"),
        Code("survivor_with_support"),
        Code("family"),
        Code("ngo"),
        Code("cwc"),
        Code("court"),
        Code("police"),
        Code("consular"),
        Code("other"),
    ),
)
FEEDBACK_ANSWER: Final = CodeList(
    name="feedback_answer",
    about="What somebody answers on the feedback form.",
    codes=(
        Code("yes"),
        Code("no"),
        Code("partly"),
        Code("not_applicable"),
    ),
)

LISTS: Final = (
    WISH_ABOUT,
    JUSTICE_WISH,
    PLAN_POSITION,
    GOAL_TYPE,
    PROPOSED_BY,
    GOAL_PROGRESS,
    ACTION_ACTOR,
    DONE_HOW,
    DECISION_TOPIC,
    DECIDED_BY,
    FEEDBACK_ANSWER,
)
