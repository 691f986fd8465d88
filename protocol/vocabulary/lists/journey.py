"""What happened to her, and who first saw it.

`htcds` is the name in HTCDS 2.0 (IOM, CC BY 4.0), `ctdc` that in the CTDC global dataset.
"""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

IDENTIFIED_BY: Final = CodeList(
    name="identified_by",
    about="Who first saw that she may have been trafficked.",
    htcds=("vic_TraffickingStatusDecisionMakingOrg",),
    codes=(
        Code("police", htcds="Police"),
        Code("ngo", htcds="NGO"),
        Code("court_or_prosecution", htcds="CourtOrProsecution"),
        Code("other_government", htcds="NonPoliceGovernmentalOrganization"),
        Code("self"),
        Code("family"),
        Code("border"),
        Code("other", htcds="Other"),
    ),
)
TRAFFICKING_STATUS: Final = CodeList(
    name="trafficking_status",
    about="What was found about whether she was trafficked.",
    htcds=("vic_TraffickingStatus",),
    codes=(
        Code("PossibleVictimOfTrafficking", htcds="PossibleVictimOfTrafficking"),
        Code("ActualVictimOfTrafficking", htcds="ActualVictimOfTrafficking"),
        Code("NotAVictimOfTrafficking", htcds="NotAVictimOfTrafficking"),
    ),
)
RECRUITMENT: Final = CodeList(
    name="recruitment",
    about="How she was recruited.",
    htcds=("vic_MethodOfRecruitment",),
    codes=(
        Code("AtAPlaceOfBusiness", htcds="AtAPlaceOfBusiness"),
        Code("AtAnEducationalInstitution", htcds="AtAnEducationalInstitution"),
        Code("AtWork", htcds="AtWork"),
        Code("ThroughOnlineSocialNetworks", htcds="ThroughOnlineSocialNetworks"),
        Code("ThroughAnOnlineAdvertisement", htcds="ThroughAnOnlineAdvertisement"),
        Code("ThroughATelevisionAdvert", htcds="ThroughATelevisionAdvert"),
        Code("ThroughANewspaperAdvert", htcds="ThroughANewspaperAdvert"),
        Code("ThroughFamilyOrFamilyEvents", htcds="ThroughFamilyOrFamilyEvents"),
        Code("ThroughFriendsOrSocialEvents", htcds="ThroughFriendsOrSocialEvents"),
        Code("Other", htcds="Other"),
    ),
)
MEANS_OF_CONTROL: Final = CodeList(
    name="means_of_control",
    about="How she was kept under control.",
    htcds=("vic_MethodsOfControl",),
    codes=(
        Code("PhysicalThreats", htcds="PhysicalThreats", ctdc="meansOfControlThreats"),
        Code(
            "ThreatsLawEnforcement",
            htcds="ThreatsLawEnforcement",
            ctdc="meansOfControlThreatOfLawEnforcement",
        ),
        Code("ThreatensChildrenFamily", htcds="ThreatensChildrenFamily"),
        Code("DebtBondage", htcds="DebtBondage", ctdc="meansOfControlDebtBondage"),
        Code("FalsePromises", htcds="FalsePromises", ctdc="meansOfControlFalsePromises"),
        Code("PhysicalAbuse", htcds="PhysicalAbuse", ctdc="meansOfControlPhysicalAbuse"),
        Code("SexualAbuse", htcds="SexualAbuse", ctdc="meansOfControlSexualAbuse"),
        Code("TakesEarnings", htcds="TakesEarnings", ctdc="meansOfControlTakesEarnings"),
        Code(
            "RestrictsFinancialAccess",
            htcds="RestrictsFinancialAccess",
            ctdc="meansOfControlRestrictsFinancialAccess",
        ),
        Code(
            "RestrictsMedicalCare",
            htcds="RestrictsMedicalCare",
            ctdc="meansOfControlRestrictsMedicalCare",
        ),
        Code(
            "WithholdsNecessities",
            htcds="WithholdsNecessities",
            ctdc="meansOfControlWithholdsNecessities",
        ),
        Code(
            "PsychologicalAbuse",
            htcds="PsychologicalAbuse",
            ctdc="meansOfControlPsychologicalAbuse",
        ),
        Code(
            "PsychoactiveSubstance",
            htcds="PsychoactiveSubstance",
            ctdc="meansOfControlPsychoactiveSubstances",
        ),
        Code(
            "ExcessiveWorkingHours",
            htcds="ExcessiveWorkingHours",
            ctdc="meansOfControlExcessiveWorkingHours",
        ),
        Code(
            "WithholdsDocuments",
            htcds="WithholdsDocuments",
            ctdc="meansOfControlWithholdsDocuments",
        ),
        Code("RestrictsMovement", ctdc="meansOfControlRestrictsMovement"),
        Code("UsesChildren", ctdc="meansOfControlUsesChildren"),
        Code("Other", htcds="Other", ctdc="meansOfControlOther"),
    ),
)
EXPLOITATION: Final = CodeList(
    name="exploitation",
    about="What she was made to do.",
    htcds=("vic_TypeOfExploitation",),
    codes=(
        Code("ForcedLabour", htcds="ForcedLabour", ctdc="isForcedLabour"),
        Code("SexualExploitation", htcds="SexualExploitation", ctdc="isSexualExploit"),
        Code("ChildLabour", htcds="ChildLabour"),
        Code("ForcedMarriage", htcds="ForcedMarriage", ctdc="isForcedMarriage"),
        Code("Servitude", htcds="Servitude"),
        Code(
            "ForcedMilitaryByNonStateActors",
            htcds="ForcedMilitaryByNonStateActors",
            ctdc="isForcedMilitary",
        ),
        Code("OrganRemoval", htcds="OrganRemoval", ctdc="isOrganRemoval"),
        Code("ForcedBegging", htcds="ForcedBegging"),
        Code("ForcedAdoption", htcds="ForcedAdoption"),
        Code("Surrogacy", htcds="Surrogacy"),
        Code("Other", htcds="Other", ctdc="isOtherExploit"),
    ),
)
LABOUR_INDUSTRY: Final = CodeList(
    name="labour_industry",
    about="Where the forced work was; the sections of ISIC, revision 4.",
    htcds=("vic_ForcedLabourIndustry",),
    codes=(
        Code(
            "agriculture_forestry_fishing",
            htcds="A_AgricultureForestryAndFishing",
            ctdc="typeOfLabourAgriculture",
        ),
        Code(
            "mining_quarrying", htcds="B_MiningAndQuarrying", ctdc="typeOfLabourMiningOrDrilling"
        ),
        Code("manufacturing", htcds="C_Manufacturing", ctdc="typeOfLabourManufacturing"),
        Code("electricity_gas", htcds="D_ElectricityGasSteamAndAirConditioningSupply"),
        Code("water_waste", htcds="E_WaterSupplySewerageWasteManagement"),
        Code("construction", htcds="F_Construction", ctdc="typeOfLabourConstruction"),
        Code("trade_repair", htcds="G_WholesaleAndRetailTradeRepairOfMotorVehicles"),
        Code(
            "transport_storage",
            htcds="H_TransportationAndStorage",
            ctdc="typeOfLabourTransportation",
        ),
        Code(
            "hotels_food",
            htcds="I_AccommodationAndFoodServiceActivities",
            ctdc="typeOfLabourHospitality",
        ),
        Code("information_communication", htcds="J_InformationAndCommunication"),
        Code("finance_insurance", htcds="K_FinancialAndInsuranceActivities"),
        Code("real_estate", htcds="L_RealEstateActivities"),
        Code("professional_technical", htcds="M_ProfessionalScientificAndTechnicalActivities"),
        Code("support_services", htcds="N_AdministrativeAndSupportServiceActivities"),
        Code("public_administration", htcds="O_PublicAdministrationAndDefence"),
        Code("education_work", htcds="P_Education"),
        Code("health_social_work", htcds="Q_HumanHealthAndSocialWorkActivities"),
        Code("arts_entertainment", htcds="R_ArtsEntertainmentAndRecreation"),
        Code("other_services", htcds="S_OtherServiceActivities"),
        Code(
            "households",
            htcds="T_ActivitiesOfHouseholdsAsEmployers",
            ctdc="typeOfLabourDomesticWork",
        ),
        Code("foreign_bodies", htcds="U_ActivitiesOfExtraterritorialOrganizations"),
    ),
)
SEXUAL_EXPLOITATION: Final = CodeList(
    name="sexual_exploitation",
    about="In which way she was sexually exploited.",
    htcds=("vic_TypeOfSexExploitation",),
    codes=(
        Code("Prostitution", htcds="Prostitution", ctdc="typeOfSexProstitution"),
        Code("Pornography", htcds="Pornography", ctdc="typeOfSexPornography"),
        Code(
            "RemoteInteractiveServices",
            htcds="RemoteInteractiveServices",
            ctdc="typeOfSexRemoteInteractiveServices",
        ),
        Code(
            "PrivateSexualServices",
            htcds="PrivateSexualServices",
            ctdc="typeOfSexPrivateSexualServices",
        ),
    ),
)
RECRUITER_RELATION: Final = CodeList(
    name="recruiter_relation",
    about="What the recruiter was to her.",
    htcds=("vic_RelationshipToTrafficker",),
    codes=(
        Code("Familial", htcds="Familial", ctdc="recruiterRelationFamily"),
        Code("Acquainted", htcds="Acquainted"),
        Code("Unacquainted", htcds="Unaquainted"),
    ),
)
EVENT_KIND: Final = CodeList(
    name="event_kind",
    about="Which part of the journey an event belongs to.",
    htcds=("hte_Type",),
    codes=(
        Code("Recruitment", htcds="Recruitment"),
        Code("Transit", htcds="Transit"),
        Code("Exploitation", htcds="Exploitation"),
    ),
)
ONLINE_SERVICE: Final = CodeList(
    name="online_service",
    about="Which website or app was used.",
    htcds=("vic_RecruitmentWebsitesAndApps", "vic_ExploitationWebsitesAndApps"),
    codes=(
        Code("facebook", htcds="Facebook"),
        Code("instagram", htcds="Instagram"),
        Code("whatsapp", htcds="WhatsApp"),
        Code("telegram", htcds="Telegram"),
        Code("facebook_messenger", htcds="FacebookMessenger"),
        Code("viber", htcds="Viber"),
        Code("snapchat", htcds="SnapChat"),
        Code("line", htcds="Line"),
        Code("foursale", htcds="4Sale"),
        Code("wechat", htcds="WeChat"),
        Code("qq", htcds="QQ"),
        Code("qzone", htcds="QZone"),
        Code("tiktok", htcds="TikTok"),
        Code("twitter", htcds="Twitter"),
        Code("other", htcds="Other"),
    ),
)

LISTS: Final = (
    IDENTIFIED_BY,
    TRAFFICKING_STATUS,
    RECRUITMENT,
    MEANS_OF_CONTROL,
    EXPLOITATION,
    LABOUR_INDUSTRY,
    SEXUAL_EXPLOITATION,
    RECRUITER_RELATION,
    EVENT_KIND,
    ONLINE_SERVICE,
)
