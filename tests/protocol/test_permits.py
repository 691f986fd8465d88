"""Proofs: a permit or a payload exists only where it was earned."""

from dataclasses import FrozenInstanceError, fields

import pytest

from protocol.disclosure import DossierShape, build_payload
from protocol.errors import LocalProtocolError
from protocol.permits import Payload, Permit
from protocol.vocabulary.categories import Category
from tests.support.builders import CASE, CONSENT, permit_for


def parts_of(proof: Permit | Payload) -> dict[str, object]:
    """What a proof says, without its token."""
    named = (field.name for field in fields(proof) if field.name != "token")
    return {name: getattr(proof, name) for name in named}


def payload() -> Payload:
    return build_payload(CASE, permit_for(), shape=DossierShape())


@pytest.mark.parametrize("token", [None, object(), True, "token"])
def test_a_permit_without_the_token_cannot_be_made(token: object) -> None:
    with pytest.raises(LocalProtocolError, match="only where it is earned"):
        Permit(token, **parts_of(permit_for()))  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("token", [None, object(), True, "token"])
def test_a_payload_without_the_token_cannot_be_made(token: object) -> None:
    with pytest.raises(LocalProtocolError, match="only where it is earned"):
        Payload(token, **parts_of(payload()))  # type: ignore[arg-type]  # that is the point


def test_a_permit_cannot_be_widened_afterwards() -> None:
    permit = permit_for()

    with pytest.raises(FrozenInstanceError):
        permit.categories = frozenset(Category)  # type: ignore[misc]  # that is the point

    assert permit.categories == CONSENT.categories


def test_a_payload_covers_the_categories_of_its_permit() -> None:
    assert payload().categories == CONSENT.categories


def test_a_log_of_a_permit_shows_no_token() -> None:
    assert "token" not in repr(permit_for())
