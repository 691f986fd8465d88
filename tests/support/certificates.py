"""Certificates as a test makes them: its own authority, keys of services, and what is written to files."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from protocol.values import sha256

CERTIFICATE = "service.pem"
KEY = "service.key"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A key with a certificate of it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pin(self) -> bytes:
        """Made from the key, and not from the certificate."""
        public = self.key.public_key()
        return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @property
    def pem(self) -> bytes:
        """The certificate as it stands in a file."""
        return self.certificate.public_bytes(Encoding.PEM)

    def write(self, folder: Path) -> None:
        """Leave both files in this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CERTIFICATE).write_bytes(self.pem)
        (folder / KEY).write_bytes(
            self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )

    def server(self, folder: Path, *, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """What a server of this identity speaks TLS with, at most this version."""
        self.write(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest is not None:
            context.maximum_version = newest
        context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
        return context


def self_made(*, name: str = "127.0.0.1", days_ago: int = 1) -> Identity:
    """Vouched for by itself alone, for two days that began so many days ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    made = _builder(subject, key, days_ago=days_ago).issuer_name(subject)
    return Identity(key=key, certificate=made.sign(key, hashes.SHA256()))


def authority() -> Identity:
    """Whom a system may trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority")
    made = (
        _builder(name, key, days_ago=1)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_may_sign(), critical=True)
    )
    return Identity(key=key, certificate=made.sign(key, hashes.SHA256()))


def vouched(by: Identity) -> Identity:
    """A service of loopback for which an authority vouches."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    made = (
        _builder(_name("127.0.0.1"), key, days_ago=1)
        .issuer_name(by.certificate.subject)
        .add_extension(issuer, critical=False)
    )
    return Identity(key=key, certificate=made.sign(by.key, hashes.SHA256()))


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, days_ago: int
) -> x509.CertificateBuilder:
    begins = dt.datetime.now(dt.UTC) - days_ago * _DAY
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + 2 * _DAY)
        .add_extension(here, critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
