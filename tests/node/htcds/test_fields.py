"""The table of the standard's fields is that of the standard, and each field has its place or its reason."""

import json
from pathlib import Path

from node.htcds.fields import FIELDS, Attribute, Reason
from protocol.vocabulary.facts import FACT_FIELDS


def test_the_table_holds_the_fields_of_the_standard_in_their_order(standards_root: Path) -> None:
    text = (standards_root / "htcds" / "htcds_2.0_fields.json").read_text(encoding="utf-8")
    official = [(field["name"], field["label"]) for field in json.loads(text)]

    assert len(official) == 83
    assert [(field.name, field.label) for field in FIELDS] == official


def test_a_field_goes_to_the_fact_that_has_its_name_but_for_a_phone_nobody_knows_to_be_safe() -> (
    None
):
    facts = {spec.htcds: code for code, spec in FACT_FIELDS.items() if spec.htcds is not None}
    places = {field.name: field.goes_to for field in FIELDS}

    assert places.pop("prs_MobilePhone") == Reason.PHONE
    del facts["prs_MobilePhone"]
    taken = {name: place for name, place in places.items() if not isinstance(place, Reason)}
    assert taken == facts | {
        "cas_Status": Attribute.STATUS,
        "prs_PrimaryLanguage": Attribute.LANGUAGE,
    }


def test_no_field_about_consent_goes_anywhere() -> None:
    places = {field.name: field.goes_to for field in FIELDS}

    assert places["con_Consent"] is Reason.CONSENT
    assert places["vic_AgreementToManagePersonalData"] is Reason.CONSENT
