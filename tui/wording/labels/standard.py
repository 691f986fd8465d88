"""Labels of the code lists taken over from HTCDS 2.0 (CC BY 4.0); the codes are the standard's."""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

STANDARD: Final[Mapping[str, Mapping[str, str]]] = {
    "education": {
        "EarlyChildhoodEducation": N_("Before school"),
        "PrimaryEducation": N_("Primary school"),
        "LowerSecondaryEducation": N_("Lower secondary school"),
        "UpperSecondaryEducation": N_("Upper secondary school"),
        "PostSecondaryNonTertiaryEducation": N_("Training after school"),
        "ShortCycleTertiaryEducation": N_("Short college course"),
        "BachelorsOrEquivalentLevel": N_("Bachelor's degree"),
        "MastersOrEquivalentLevel": N_("Master's degree"),
        "DoctoralOrEquivalentLevel": N_("Doctorate"),
    },
    "recruitment": {
        "AtAPlaceOfBusiness": N_("At a shop or business"),
        "AtAnEducationalInstitution": N_("At school or college"),
        "AtWork": N_("At work"),
        "ThroughOnlineSocialNetworks": N_("Through social media"),
        "ThroughAnOnlineAdvertisement": N_("Through an advertisement online"),
        "ThroughATelevisionAdvert": N_("Through an advertisement on television"),
        "ThroughANewspaperAdvert": N_("Through an advertisement in a newspaper"),
        "ThroughFamilyOrFamilyEvents": N_("Through family or a family event"),
        "ThroughFriendsOrSocialEvents": N_("Through friends or a gathering"),
        "Other": N_("Another way"),
    },
    "means_of_control": {
        "PhysicalThreats": N_("Threats of violence"),
        "ThreatsLawEnforcement": N_("Threats with the police"),
        "ThreatensChildrenFamily": N_("Threats against children or family"),
        "DebtBondage": N_("Bound by a debt"),
        "FalsePromises": N_("False promises"),
        "PhysicalAbuse": N_("Beating and violence"),
        "SexualAbuse": N_("Sexual violence"),
        "TakesEarnings": N_("Her earnings were taken"),
        "RestrictsFinancialAccess": N_("Kept from money"),
        "RestrictsMedicalCare": N_("Kept from a doctor"),
        "WithholdsNecessities": N_("Kept from food and other needs"),
        "PsychologicalAbuse": N_("Humiliated and frightened"),
        "PsychoactiveSubstance": N_("Given drugs or alcohol"),
        "ExcessiveWorkingHours": N_("Made to work too long"),
        "WithholdsDocuments": N_("Her papers were taken"),
        "RestrictsMovement": N_("Not allowed to go out"),
        "UsesChildren": N_("Her children were used against her"),
        "Other": N_("Another way"),
    },
    "exploitation": {
        "ForcedLabour": N_("Forced work"),
        "SexualExploitation": N_("Sexual exploitation"),
        "ChildLabour": N_("Child labour"),
        "ForcedMarriage": N_("Forced marriage"),
        "Servitude": N_("Kept as a servant"),
        "ForcedMilitaryByNonStateActors": N_("Forced to bear arms"),
        "OrganRemoval": N_("Removal of an organ"),
        "ForcedBegging": N_("Forced begging"),
        "ForcedAdoption": N_("Forced adoption"),
        "Surrogacy": N_("Surrogacy"),
        "Other": N_("Another kind"),
    },
}
