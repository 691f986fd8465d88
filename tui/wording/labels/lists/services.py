"""Labels of the lists about help, organisations and referrals.

Codes with capitals are those of HTCDS 2.0 (CC BY 4.0).
"""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "service_type": {
        "shelter": N_("A place to stay"),
        "health_body": N_("Health care"),
        "health_mind_counselling": N_("Counselling"),
        "legal_aid": N_("Legal help"),
        "police_liaison": N_("Contact with the police"),
        "livelihood_training": N_("Training for work"),
        "job_placement": N_("Finding work"),
        "education": N_("School and education"),
        "cash_or_goods": N_("Money or goods"),
        "documents_entitlements": N_("Papers and what she is entitled to"),
        "family_mediation": N_("Talking with her family"),
        "family_visit": N_("Visit to her family"),
        "safety_planning": N_("A plan to be safe"),
        "peer_group": N_("Group of other survivors"),
        "childcare": N_("Care for her children"),
        "travel_escort": N_("Company on the way"),
        "community_stigma_work": N_("Work against shaming in the village"),
        "other": N_("Other help"),
    },
    "service_result": {
        "received": N_("She received it"),
        "partly": N_("She received a part"),
        "refused_by_her": N_("She did not want it"),
        "not_available": N_("It was not to be had"),
        "waiting": N_("She waits for it"),
    },
    "referral_reason": {
        "AdditionalServicesRequired": N_("More help is needed"),
        "MigrationOrChangeOfLocation": N_("She moves elsewhere"),
        "return_home": N_("She goes home"),
        "onward_care": N_("Care goes on elsewhere"),
        "family_visit": N_("Visit to her family"),
        "legal_step": N_("A step before court or office"),
        "safety_move": N_("She has to move to be safe"),
        "her_request": N_("She asked for it"),
        "Other": N_("Another reason"),
    },
    "withhold_reason": {
        "fear": N_("Fear of harm to her or to others"),
        "communicate_information": N_("She wants to tell it herself"),
        "others": N_("Another reason"),
    },
    "organisation_type": {
        "NGO": N_("Non-governmental organisation"),
        "LawEnforcement": N_("Police or border force"),
        "HealthServiceOrganisation": N_("Clinic or hospital"),
        "CentralGovernmentOrganisation": N_("Office of the central government"),
        "LocalGovernmentOrganisation": N_("Office of the local government"),
        "ImmigrationService": N_("Immigration office"),
        "LegalService": N_("Legal aid office"),
        "CorporateBusiness": N_("Company"),
        "SchoolOrCollege": N_("School or college"),
    },
    "organisation_role": {
        "destination": N_("Where she was taken to"),
        "transit": N_("On the way"),
        "source": N_("Where she comes from"),
    },
}
