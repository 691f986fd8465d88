"""Which help there is, who gives it, and how a referral is asked for and answered.

`htcds` is the name in HTCDS 2.0 (IOM, CC BY 4.0), `ctdc` that in the CTDC global dataset.
"""

from typing import Final

from protocol.vocabulary.codes import DeclineReason, PlanAnswer, Priority, Role, ServiceGroup
from protocol.vocabulary.lists.codelist import Code, CodeList, codes_of

SERVICE_TYPE: Final = CodeList(
    name="service_type",
    about="Which help it is; the exact code travels with the dossier.",
    codes=(
        Code("shelter"),
        Code("health_body"),
        Code("health_mind_counselling"),
        Code("legal_aid"),
        Code("police_liaison"),
        Code("livelihood_training"),
        Code("job_placement"),
        Code("education"),
        Code("cash_or_goods"),
        Code("documents_entitlements"),
        Code("family_mediation"),
        Code("family_visit"),
        Code("safety_planning"),
        Code("peer_group"),
        Code("childcare"),
        Code("travel_escort"),
        Code("community_stigma_work"),
        Code("other"),
    ),
)
SERVICE_GROUP: Final = CodeList(
    name="service_group",
    about="All that an offer says about the help that is asked for.",
    codes=codes_of(ServiceGroup),
)
SERVICE_RESULT: Final = CodeList(
    name="service_result",
    about="What became of a service.",
    codes=(
        Code("received"),
        Code("partly"),
        Code("refused_by_her"),
        Code("not_available"),
        Code("waiting"),
    ),
)
REFERRAL_REASON: Final = CodeList(
    name="referral_reason",
    about="Why she is referred.",
    htcds=("cas_ReasonForIncomingReferral", "cas_ReasonForOutgoingReferral"),
    codes=(
        Code("AdditionalServicesRequired", htcds="AdditionalServicesRequired"),
        Code("MigrationOrChangeOfLocation", htcds="MigrationOrChangeOfLocation"),
        Code("return_home"),
        Code("onward_care"),
        Code("family_visit"),
        Code("legal_step"),
        Code("safety_move"),
        Code("her_request"),
        Code("Other", htcds="Other"),
    ),
)
PRIORITY: Final = CodeList(
    name="priority",
    about="How soon an answer is needed.",
    codes=codes_of(Priority),
)
DECLINE_REASON: Final = CodeList(
    name="decline_reason",
    about="Why a referral cannot be taken; it never counts against her.",
    codes=codes_of(DeclineReason),
)
WITHHOLD_REASON: Final = CodeList(
    name="withhold_reason",
    about="Why something is not told.",
    codes=(
        Code("fear"),
        Code("communicate_information"),
        Code("others"),
    ),
)
RECOMMENDATION_ANSWER: Final = CodeList(
    name="recommendation_answer",
    about="What is done with her plan, or with a recommendation.",
    codes=codes_of(PlanAnswer),
)
ORGANISATION_TYPE: Final = CodeList(
    name="organisation_type",
    about="What kind of organisation it is.",
    htcds=("org_Type",),
    codes=(
        Code("NGO", htcds="NGO"),
        Code("LawEnforcement", htcds="LawEnforcement"),
        Code("HealthServiceOrganisation", htcds="HealthServiceOrganisation"),
        Code("CentralGovernmentOrganisation", htcds="CentralGovernmentOrganisation"),
        Code("LocalGovernmentOrganisation", htcds="LocalGovernmentOrganisation"),
        Code("ImmigrationService", htcds="ImmigrationService"),
        Code("LegalService", htcds="LegalService"),
        Code("CorporateBusiness", htcds="CorporateBusiness"),
        Code("SchoolOrCollege", htcds="SchoolOrCollege"),
    ),
)
ORGANISATION_ROLE: Final = CodeList(
    name="organisation_role",
    about="Which part of the way an organisation works on.",
    codes=(
        Code("destination"),
        Code("transit"),
        Code("source"),
    ),
)
ROLE: Final = CodeList(
    name="role",
    about="What a person of this organisation may do.",
    codes=codes_of(Role),
)

LISTS: Final = (
    SERVICE_TYPE,
    SERVICE_GROUP,
    SERVICE_RESULT,
    REFERRAL_REASON,
    PRIORITY,
    DECLINE_REASON,
    WITHHOLD_REASON,
    RECOMMENDATION_ANSWER,
    ORGANISATION_TYPE,
    ORGANISATION_ROLE,
    ROLE,
)
