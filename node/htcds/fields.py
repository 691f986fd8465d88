"""The 83 fields of HTCDS 2.0, and where each goes here: a fact, what a case is opened with, or nowhere yet.

Source: HTCDS Field Standards 2.0 of 24 December 2021, https://github.com/UNMigration/HTCDS, CC BY 4.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol.vocabulary.facts import FACT_FIELDS


class Attribute(StrEnum):
    """What a case is opened with, beside its facts."""

    CASE_NUMBER = "case_number"
    STATUS = "status"
    AGE_BAND = "age_band"
    LANGUAGE = "language"


class Reason(StrEnum):
    """Why a column is not taken."""

    ADDRESS = "address"
    """An address is kept in no fact; where she may be written to is asked of her."""
    CHOSEN = "left_out"
    """Whoever imports wants it so."""
    CONSENT = "consent_not_known"
    """A tick in a foreign file is no consent: what she wants is not known here. Ask her."""
    NO_PLACE = "no_place"
    """This node has no place for it yet."""
    NOTICE = "notice"
    """Where the names of the fields come from; our own export says it."""
    ORGANISATION = "organisation"
    """It is about an organisation; partners are met, not imported."""
    PHONE = "phone_not_known_safe"
    """Nobody here knows whether it is safe to ring there. Ask her, and record it then."""
    REPEATED = "repeated"
    """Two columns would fill one field."""
    SOMEBODY_ELSE = "somebody_else"
    """It is about a suspect, or about who worked with her."""
    TICK = "tick_beside"
    """One tick of a list whose column stands in the file too."""
    UNKNOWN = "unknown_column"
    """Neither its name nor its label is known."""
    WORDS = "words_of_others"
    """A long text that others wrote about her: what she says herself is asked of her."""


@dataclass(frozen=True, slots=True)
class StandardField:
    """One field of the standard.

    Attributes:
        name: its system name.
        label: what stands above it in a form.
        goes_to: the code of a fact or an `Attribute`, or the reason why it goes nowhere.
    """

    name: str
    label: str
    goes_to: str | Reason


_GOES_TO: Final[Mapping[str, str]] = {
    spec.htcds: code for code, spec in FACT_FIELDS.items() if spec.htcds is not None
} | {"cas_Status": Attribute.STATUS, "prs_PrimaryLanguage": Attribute.LANGUAGE}


def _field(name: str, label: str, reason: Reason | None = None) -> StandardField:
    return StandardField(name, label, reason or _GOES_TO[name])


FIELDS: Final = (
    _field("org_Name", "Organisation Name", Reason.ORGANISATION),
    _field("org_ShippingCity", "Shipping City", Reason.ORGANISATION),
    _field("org_ShippingCountry", "Shipping Country", Reason.ORGANISATION),
    _field("org_ShippingState", "Shipping State/Province", Reason.ORGANISATION),
    _field("org_ShippingStreet", "Shipping Street", Reason.ORGANISATION),
    _field("org_ShippingPostalCode", "Shipping Zip/Postal Code", Reason.ORGANISATION),
    _field("org_ShippingLongitude", "Longitude", Reason.ORGANISATION),
    _field("org_ShippingLatitude", "Latitude", Reason.ORGANISATION),
    _field("org_Phone", "Phone", Reason.ORGANISATION),
    _field("org_Type", "Type", Reason.ORGANISATION),
    _field("prs_Salutation", "Salutation", Reason.NO_PLACE),
    _field("prs_FirstName", "First Name"),
    _field("prs_MiddleName", "Middle Name", Reason.NO_PLACE),
    _field("prs_SecondName", "Second Name"),
    _field("prs_Birthdate", "Birthdate"),
    _field("prs_Gender", "Gender"),
    _field("prs_Deceased", "Deceased", Reason.NO_PLACE),
    _field("prs_MaritalStatus", "Marital Status"),
    _field("prs_NumberOfChildren", "Number of Children"),
    _field("prs_PrimaryLanguage", "Primary Language"),
    _field("prs_SecondaryLanguage", "Secondary Language", Reason.NO_PLACE),
    _field("prs_HighestLevelOfEducation", "Highest Level of Education"),
    _field("prs_Citizenship", "Citizenship"),
    _field("prs_IdentityNumber", "Identity Number"),
    _field("prs_Title", "Title", Reason.NO_PLACE),
    _field("prs_Email", "Email", Reason.ADDRESS),
    _field("prs_HomePhone", "Home Phone", Reason.PHONE),
    _field("prs_MobilePhone", "Mobile Phone", Reason.PHONE),
    _field("prs_MailingCity", "Mailing City", Reason.ADDRESS),
    _field("prs_MailingCountry", "Mailing Country", Reason.ADDRESS),
    _field("prs_MailingState", "Mailing State/Province", Reason.ADDRESS),
    _field("prs_MailingStreet", "Mailing Street", Reason.ADDRESS),
    _field("prs_MailingPostalCode", "Mailing Zip/Postal Code", Reason.ADDRESS),
    _field("prs_MailingLongitude", "Longitude", Reason.ADDRESS),
    _field("prs_MailingLatitude", "Latitude", Reason.ADDRESS),
    _field(
        "vic_AgreementToManagePersonalData", "Agreement to Manage Personal Data", Reason.CONSENT
    ),
    _field("vic_TraffickingStatus", "Trafficking Status", Reason.NO_PLACE),
    _field(
        "vic_TraffickingStatusDecisionMakingOrg",
        "Trafficking Status Decision Making Organization",
        Reason.NO_PLACE,
    ),
    _field("vic_RelationshipToTrafficker", "Relationship to Trafficker", Reason.NO_PLACE),
    _field("vic_AgeWhenTrafficked", "Age when Trafficked", Reason.NO_PLACE),
    _field("vic_RecruitmentWebsitesAndApps", "Recruitment Websites and Apps", Reason.NO_PLACE),
    _field("vic_MethodOfRecruitment", "Method of Recruitment"),
    _field("vic_LocationOfRecruitment", "Location of Recruitment", Reason.NO_PLACE),
    _field("vic_MethodsOfControl", "Methods of Control"),
    _field("vic_TypeOfExploitation", "Type of Exploitation"),
    _field("vic_ForcedLabourIndustry", "Forced Labour Industry", Reason.NO_PLACE),
    _field("vic_TypeOfSexExploitation", "Type of Sex Exploitation", Reason.NO_PLACE),
    _field("vic_LocationOfExploitation", "Location of Exploitation", Reason.NO_PLACE),
    _field("vic_ExploitationWebsitesAndApps", "Exploitation Websites and Apps", Reason.NO_PLACE),
    _field("vic_Vulnerabilities", "Vulnerabilities", Reason.NO_PLACE),
    _field("vic_DetailsOfVulnerabilities", "Details Of Vulnerabilities", Reason.WORDS),
    _field("per_RoleInProcess", "Role in Process", Reason.SOMEBODY_ELSE),
    _field("per_RoleDetails", "Role Details", Reason.SOMEBODY_ELSE),
    _field("cas_Status", "Status"),
    _field("cas_ReasonForCaseClosure", "Reason for Case Closure", Reason.WORDS),
    _field("cas_CaseOwner", "Case Owner", Reason.SOMEBODY_ELSE),
    _field("cas_ReferringOrganisation", "Referring Organisation", Reason.ORGANISATION),
    _field("cas_IncomingReferralDate", "Incoming Referral Date", Reason.NO_PLACE),
    _field(
        "cas_ReferringPrimaryCaseWorker", "Referring Primary Case Worker", Reason.SOMEBODY_ELSE
    ),
    _field("cas_ReasonForIncomingReferral", "Reason for Incoming Referral", Reason.NO_PLACE),
    _field("cas_IncomingReferralDetails", "Incoming Referral Details", Reason.WORDS),
    _field("cas_ReferredOrganisation", "Referred Organisation", Reason.ORGANISATION),
    _field("cas_ReferredPrimaryCaseWorker", "Referred Primary Case Worker", Reason.SOMEBODY_ELSE),
    _field("cas_ReasonForOutgoingReferral", "Reason for Outgoing Referral", Reason.NO_PLACE),
    _field("cas_OutgoingReferralDate", "Outgoing Referral Date", Reason.NO_PLACE),
    _field("cas_OutgoingReferralDetails", "Outgoing Referral Details", Reason.WORDS),
    _field("cco_CaseComment", "Case Comment", Reason.WORDS),
    _field("hte_Longitude", "Longitude", Reason.NO_PLACE),
    _field("hte_Latitude", "Latitude", Reason.NO_PLACE),
    _field("hte_City", "City", Reason.NO_PLACE),
    _field("hte_Country", "Country", Reason.NO_PLACE),
    _field("hte_State", "State", Reason.NO_PLACE),
    _field("hte_Street", "Street", Reason.NO_PLACE),
    _field("hte_PostalCode", "PostalCode", Reason.NO_PLACE),
    _field("hte_Date", "Date", Reason.NO_PLACE),
    _field("hte_Type", "Type", Reason.NO_PLACE),
    _field("hte_Description", "Description", Reason.WORDS),
    _field("spl_Objectives", "Objectives", Reason.WORDS),
    _field("spl_ActionPlan", "Action Plan", Reason.WORDS),
    _field("spl_PlannedEndDate", "Planned End Date", Reason.NO_PLACE),
    _field("spl_ActualEndDate", "Actual End Date", Reason.NO_PLACE),
    _field("spl_Type", "Type"),
    _field("con_Consent", "Consent", Reason.CONSENT),
)
"""In the order of the standard."""
