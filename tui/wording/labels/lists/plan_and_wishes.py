"""Labels of the lists about her wishes, her plan and decisions.

Codes with capitals are those of HTCDS 2.0 (CC BY 4.0).
"""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "wish_about": {
        "where_to_live": N_("Where to live"),
        "whom_to_live_with": N_("Whom to live with"),
        "return_or_stay": N_("Go home or stay"),
        "work_learning": N_("Work and learning"),
        "work": N_("Work"),
        "learning": N_("Learning"),
        "health": N_("Health"),
        "justice": N_("Justice"),
        "contact_family": N_("Contact with her family"),
        "shelter_stay": N_("Her stay in the shelter"),
        "information_sharing": N_("Who may know what"),
        "other": N_("Something else"),
    },
    "justice_wish": {
        "none": N_("Nothing more"),
        "compensation": N_("Compensation"),
        "prosecution": N_("A court case against them"),
        "apology": N_("An apology"),
        "safety": N_("Safety"),
        "name_cleared": N_("Her name cleared"),
        "debts_cancelled": N_("Debts cancelled"),
        "own_words": N_("In her words"),
    },
    "plan_position": {
        "agreed": N_("She agrees"),
        "agreed_with_changes": N_("She agrees, with changes"),
        "dissents": N_("She does not agree"),
        "not_asked": N_("Not asked"),
        "wants_time": N_("She wants time"),
    },
    "goal_type": {
        "Education": N_("Education"),
        "Financial": N_("Money"),
        "Health": N_("Health"),
        "LabourExploitationRehabilitation": N_("Recovery after forced work"),
        "Legal": N_("Legal help"),
        "Livelihood": N_("Work and income"),
        "RightsBasedTraining": N_("Knowing her rights"),
        "SexualExploitationRehabilitation": N_("Recovery after sexual exploitation"),
        "SocialCare": N_("Support in daily life"),
        "Safety": N_("Safety"),
        "Family": N_("Family"),
        "Stigma": N_("Against shaming"),
    },
    "proposed_by": {
        "survivor": N_("She herself"),
        "worker": N_("Her worker"),
        "family": N_("Her family"),
        "authority": N_("An authority"),
    },
    "goal_progress": {
        "not_started": N_("Not begun"),
        "in_progress": N_("On the way"),
        "met_by_her_view": N_("Reached, as she sees it"),
        "dropped_by_her": N_("She dropped it"),
        "blocked": N_("Something stands in the way"),
    },
    "action_actor": {
        "survivor": N_("She herself"),
        "peer_supporter": N_("A survivor who supports her"),
        "this_node": N_("Our organisation"),
        "counterpart": N_("The partner"),
        "family": N_("Her family"),
        "authority": N_("An authority"),
    },
    "done_how": {
        "by_herself": N_("She did it herself"),
        "together": N_("Together with her"),
        "for_her": N_("For her, by somebody else"),
    },
    "decision_topic": {
        "shelter_stay": N_("Her stay in the shelter"),
        "placement": N_("Where she is placed"),
        "return": N_("Going home"),
        "family_contact": N_("Contact with her family"),
        "medical": N_("Treatment"),
        "statement": N_("A statement to police or court"),
        "work": N_("Work"),
        "plan": N_("Her plan"),
        "sharing": N_("Who may know what"),
        "other": N_("Something else"),
    },
    "decided_by": {
        "survivor": N_("She herself"),
        "survivor_with_support": N_("She, with support"),
        "family": N_("Her family"),
        "ngo": N_("An organisation"),
        "cwc": N_("Child Welfare Committee"),
        "court": N_("Court"),
        "police": N_("Police"),
        "consular": N_("Embassy or consulate"),
        "other": N_("Somebody else"),
    },
    "feedback_answer": {
        "yes": N_("Yes"),
        "no": N_("No"),
        "partly": N_("Partly"),
        "not_applicable": N_("Does not apply"),
    },
}
