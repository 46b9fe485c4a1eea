"""What the certificates of a SITHS card say, and whether they hold at a given time (NA-1).

``cryptography`` builds the chain and verifies it: signatures, algorithms, sizes of keys, validity of the authorities,
and what they may issue. Ours is what it leaves to us: which certificate of the card is for login, a reason that people
understand where it has expired, the HSA-id and the name, and revocation (``card_revocation``).
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store
from msgspec import Struct

from p24tui.clock import local_date
from p24tui.errors import Refused
from p24tui.gateways.card_revocation import check_revocation
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.rule import rule
from p24tui.text import clean_line

RULE = "NA-1"

LONGEST_NAME = 80
"""Characters of a name that are taken from a certificate."""

_SHA256_FOR_RSA = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 in a signature by PKCS #1 v1.5 (RFC 8017, 9.2)."""


class Trust(Struct, frozen=True):
    """Whom cards are believed from: the roots, what lies between them and a card, and what has been revoked."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    revocation_lists: tuple[x509.CertificateRevocationList, ...] = ()
    revocation_required: bool = True


class Holder(Struct, frozen=True):
    """Whom a certificate is for, who issued it, and the last instant at which it is valid (UTC)."""

    staff_id: str
    name: str
    issuer: str
    until: datetime


def parsed(der: bytes) -> x509.Certificate | None:
    """The certificate, or none where it is broken: of many on a card one may be of no concern to us."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # These are read late, and may fail then.
        _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key()
    except Exception:  # noqa: BLE001 - whatever is broken in what somebody has put into the reader
        return None
    return certificate


def parsed_pem(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM from outside, the first one's own first. Raises ``Refused`` where there is none."""
    try:
        found = x509.load_pem_x509_certificates(pem)
        ders = [one.public_bytes(Encoding.DER) for one in found]
    except (ValueError, x509.InvalidVersion):
        ders = []
    whole = [certificate for der in ders if (certificate := parsed(der)) is not None]
    if not whole or len(whole) != len(ders):
        raise Refused(RULE, "card-no-login")
    return whole


@rule("NA-1")
def choose(certificates: Sequence[x509.Certificate], now: datetime) -> x509.Certificate:
    """The certificate to log in with: the newest that is valid, of those for login that have an HSA-id.

    A card also has one for signatures, and often a second pair that has the personal identity number instead; and what
    is left of an older pair. Raises ``Refused``.
    """
    for_login = [one for one in certificates if is_for_login(one)]
    if not for_login:
        raise Refused(RULE, "card-no-login")
    ours = [one for one in for_login if hsa_id(one)]
    if not ours:
        raise Refused(RULE, "card-no-hsa-id")
    return max(ours, key=lambda one: (_is_in_time(one, now), one.not_valid_before_utc))


def is_for_login(certificate: x509.Certificate) -> bool:
    """Whether the certificate is for a person to say who they are: not for signatures, an authority or a server."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    signs = usage.digital_signature and not usage.content_commitment and not usage.key_cert_sign
    return signs and ExtendedKeyUsageOID.CLIENT_AUTH in purposes and ExtendedKeyUsageOID.SERVER_AUTH not in purposes


def hsa_id(certificate: x509.Certificate) -> str:
    """The HSA-id of the subject, empty where there is none, it is malformed, or there are several."""
    told = _told(certificate.subject, NameOID.SERIAL_NUMBER)
    try:
        return check_hsa_id(told[0]) if len(told) == 1 else ""
    except ValueError:
        return ""


@rule("NA-1")
def check(certificate: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust, now: datetime) -> Holder:
    """Whom the certificate is for; ``others`` may lie between it and a root. Raises ``Refused`` unless it holds."""
    _check_time(certificate, now)
    chain = _chain(certificate, others, trust, now)
    check_revocation(chain, trust.revocation_lists, now, required=trust.revocation_required)
    staff_id = hsa_id(certificate)
    if not staff_id:
        raise Refused(RULE, "card-no-hsa-id")
    return Holder(staff_id, _name(certificate) or staff_id, _issuer(certificate), certificate.not_valid_after_utc)


@rule("NA-1")
def check_signature(certificate: x509.Certificate, challenge: bytes, signature: bytes) -> None:
    """Raises ``Refused`` where the signature of the challenge is not by the key of the certificate.

    ``signature`` is as a card gives it: PKCS #1 v1.5 by RSA, or r and s side by side by an elliptic curve.
    """
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, challenge, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            half = (key.key_size + 7) // 8
            if len(signature) != 2 * half:
                raise InvalidSignature
            r, s = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
            key.verify(encode_dss_signature(r, s), challenge, ec.ECDSA(hashes.SHA256()))
        else:
            raise InvalidSignature
    except InvalidSignature:
        raise Refused(RULE, "card-signature") from None


def to_sign(certificate: x509.Certificate, challenge: bytes) -> bytes:
    """What a card is handed to sign: the challenge hashed by us, for there are cards that cannot hash by themselves."""
    digest = sha256(challenge).digest()
    return digest if is_elliptic(certificate) else _SHA256_FOR_RSA + digest


def is_elliptic(certificate: x509.Certificate) -> bool:
    """Whether its key is one of an elliptic curve, else of RSA."""
    return isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)


def _is_in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _check_time(certificate: x509.Certificate, now: datetime) -> None:
    """The chain's check says no to these too, in words for programmers alone."""
    if now < certificate.not_valid_before_utc:
        raise Refused(RULE, "card-not-yet", since=local_date(certificate.not_valid_before_utc))
    if now > certificate.not_valid_after_utc:
        raise Refused(RULE, "card-expired", until=local_date(certificate.not_valid_after_utc))


def _chain(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust, now: datetime
) -> list[x509.Certificate]:
    """From the certificate to a root, which is last.

    The rules for authorities are those of the web; its rules for the certificate itself are not ours: they want a
    name of the net, which a person has not. What it is for has been looked at in ``choose``.
    """
    verifier = (
        PolicyBuilder()
        .store(Store(list(trust.roots)))
        .time(now)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    between = [*trust.intermediates, *(one for one in others if one != certificate)]
    try:
        return verifier.verify(certificate, between).chain
    except Exception:  # noqa: BLE001 - whatever does not hold: nobody is let in
        raise Refused(RULE, "card-untrusted", issuer=_issuer(certificate)) from None


def _name(certificate: x509.Certificate) -> str:
    """The person's name, fit to be shown: a certificate is text from outside as any other."""
    subject = certificate.subject
    common = _told(subject, NameOID.COMMON_NAME)
    parts = common or [*_told(subject, NameOID.GIVEN_NAME), *_told(subject, NameOID.SURNAME)]
    return clean_line(" ".join(parts), LONGEST_NAME)


def _issuer(certificate: x509.Certificate) -> str:
    return clean_line(" ".join(_told(certificate.issuer, NameOID.COMMON_NAME)), LONGEST_NAME)


def _told(name: x509.Name, what: x509.ObjectIdentifier) -> list[str]:
    return [one.value for one in name.get_attributes_for_oid(what) if isinstance(one.value, str)]
