"""The pin of a service: the hash of the key with which it speaks TLS.

What is pinned is the key, and not a certificate: that may be made anew for it, by anybody.
"""

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from protocol.errors import SathiError
from protocol.values import sha256

PIN_BYTES: Final = 32


class NoCertificateError(SathiError):
    """These bytes are no certificate with a key that we can read."""


def pin_of(certificate: bytes) -> bytes:
    """The pin of a certificate in DER: SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).

    Raises:
        NoCertificateError: if it is none, or has a key of an unknown kind.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        named = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        raise NoCertificateError("no certificate with a key that can be pinned") from None
    return sha256(named)


def pin_of_file(content: bytes) -> bytes:
    """The pin of the first certificate in a file in PEM. Raises: NoCertificateError."""
    try:
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError:
        raise NoCertificateError("no certificate in PEM") from None
    return pin_of(certificate.public_bytes(Encoding.DER))
