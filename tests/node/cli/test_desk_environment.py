"""What the desk finds in its environment while it is loaded, and what stands there afterwards."""

import os
import ssl

import pytest

from node.cli.desk import without_certificates


def certificates() -> int:
    return len(ssl.create_default_context().get_ca_certs())


def test_no_certificate_is_read_while_the_desk_is_loaded() -> None:
    with without_certificates():
        assert certificates() == 0


@pytest.mark.parametrize("named", ["/etc/ssl/own.pem", None])
def test_the_environment_names_the_same_certificates_afterwards(
    named: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    if named is None:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    else:
        monkeypatch.setenv("SSL_CERT_FILE", named)
    with without_certificates():
        assert os.environ["SSL_CERT_FILE"] == os.devnull
    assert (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")) == (named, None)
