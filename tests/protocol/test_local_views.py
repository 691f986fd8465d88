"""What the own node shows may be larger than anything it sends."""

import pytest

from protocol import limits
from protocol.errors import LocalProtocolError, MalformedError
from protocol.local import views
from protocol.local.fitting import SHOWN_BYTES_MAX


def a_draft(characters: int) -> views.Draft:
    return views.Draft(text="আ" * characters)


def test_a_view_may_be_larger_than_a_message() -> None:
    shown = a_draft(limits.ENCODED_BYTES_MAX)
    body = views.encode_view(shown)
    assert len(body) > 3 * limits.ENCODED_BYTES_MAX
    assert views.parse_view(body, views.Draft) == shown


def test_a_view_has_an_end_too() -> None:
    with pytest.raises(LocalProtocolError, match="more bytes than an encoding may have"):
        views.encode_view(a_draft(SHOWN_BYTES_MAX // 3))
    with pytest.raises(MalformedError, match="more bytes than an encoding may have"):
        views.parse_view(bytes(SHOWN_BYTES_MAX + 1), views.Draft)
