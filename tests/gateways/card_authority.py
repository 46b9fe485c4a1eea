"""An authority that issues cards, for the tests: a root, what lies under it, certificates and revocation lists."""

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA = "SE2321000016-ANNA"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Extensions = Sequence[tuple[x509.ExtensionType, bool]]


@cache
def key(name: str, kind: str = "ec") -> Key:
    """A key; the same one for the same name, for those of RSA cost time to make."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def usage(*wanted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{one: one in wanted for one in every})


LOGIN: Extensions = (
    (usage("digital_signature", "key_encipherment"), True),
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
)
SIGNATURE: Extensions = ((usage("content_commitment"), True),)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def of_no_version(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM, but of a version of X.509 that there is not."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    bent = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a00302010a"), 1)
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(bent) + b"-----END CERTIFICATE-----\n"


@dataclass(frozen=True)
class Authority:
    """One that issues: by its own certificate, or for another one's."""

    name: x509.Name
    key: Key
    certificate: x509.Certificate

    @classmethod
    def root(cls, common: str = "Test Root CA", kind: str = "ec") -> "Authority":
        return cls._made(common, key(common, kind), None)

    def under(self, common: str = "Test Person HSA-id CA", kind: str = "ec", **more: Any) -> "Authority":
        return self._made(common, key(f"{common} under {self.name.rfc4514_string()}", kind), self, **more)

    @classmethod
    def _made(
        cls,
        common: str,
        own: Key,
        above: "Authority | None",
        *,
        until: datetime = NOW + 3650 * DAY,
        signs_lists: bool = True,
        may_issue: bool = True,
    ) -> "Authority":
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
        uses = ("key_cert_sign", "crl_sign") if signs_lists else ("key_cert_sign",)
        extensions = [
            (x509.BasicConstraints(ca=may_issue, path_length=None), True),
            (usage(*uses) if may_issue else usage("digital_signature"), True),
        ]
        issuer = above or cls(name, own, _NONE)
        return cls(name, own, issuer._signed(name, own, NOW - 365 * DAY, until, extensions))

    def issue(
        self,
        own: Key,
        *,
        common: str | None = "Anna Berg",
        serial_numbers: Sequence[str] = (ANNA,),
        more: Sequence[tuple[ObjectIdentifier, str]] = (),
        since: datetime = NOW - 30 * DAY,
        until: datetime = NOW + 700 * DAY,
        extensions: Extensions = LOGIN,
    ) -> x509.Certificate:
        """A certificate for somebody."""
        told = [(NameOID.COMMON_NAME, common)] if common is not None else []
        told += [(NameOID.SERIAL_NUMBER, one) for one in serial_numbers]
        told += more
        name = x509.Name([x509.NameAttribute(what, value, _validate=False) for what, value in told])
        return self._signed(name, own, since, until, extensions)

    def revocation_list(
        self,
        *revoked: x509.Certificate,
        since: datetime = NOW - timedelta(hours=1),
        until: datetime = NOW + DAY,
        by: Key | None = None,
        extensions: Extensions = (),
    ) -> x509.CertificateRevocationList:
        """A list of those that are revoked; ``by`` another key than it should be."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(since).next_update(until)
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(by or self.key, hashes.SHA256())

    def _signed(
        self, name: x509.Name, own: Key, since: datetime, until: datetime, extensions: Extensions
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())


_NONE: x509.Certificate = None  # type: ignore[assignment]  # a root's own, while it is being made
