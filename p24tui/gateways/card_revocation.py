"""Whether a certificate of a card, or an authority above it, has been revoked (RFC 5280, 6.3).

It fails closed: a list counts only where its issuer signed it, it is about the certificate, and it has begun. What of
a list is not understood makes it none. Delta lists and indirect ones are not understood.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from p24tui.clock import local
from p24tui.errors import Refused
from p24tui.routine.rule import rule
from p24tui.text import clean_line

RULE = "NA-1"

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much an issuer's clock may be before ours: its newest list must not lock everybody out."""

_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@rule("NA-1")
def check_revocation(
    chain: Sequence[x509.Certificate],
    lists: Sequence[x509.CertificateRevocationList],
    now: datetime,
    *,
    required: bool,
) -> None:
    """Look each certificate below the root up in the newest list of its issuer.

    Raises ``Refused`` where one is revoked; where ``required``, also where there is no list or it is too old.
    """
    for certificate, issuer in pairwise(chain):
        found = [one for one in lists if _counts(one, certificate, issuer, now)]
        if not found:
            if required:
                raise Refused(RULE, "card-revocation-missing")
            continue
        newest = max(found, key=lambda one: one.last_update_utc)
        if newest.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise Refused(RULE, "card-revoked")
        if required and not is_fresh(newest, now):
            raise Refused(RULE, "card-revocation-old", since=f"{local(newest.last_update_utc):%Y-%m-%d %H:%M}")


def is_fresh(one: x509.CertificateRevocationList, now: datetime) -> bool:
    """Whether no newer list is due. One that does not say when that is, is never fresh."""
    return one.next_update_utc is not None and now < one.next_update_utc


def too_old(lists: Sequence[x509.CertificateRevocationList], now: datetime) -> tuple[str, ...]:
    """The issuers whose newest list is too old."""
    newest: dict[x509.Name, x509.CertificateRevocationList] = {}
    for one in sorted(lists, key=lambda one: one.last_update_utc):
        newest[one.issuer] = one
    return tuple(clean_line(issuer.rfc4514_string()) for issuer, one in newest.items() if not is_fresh(one, now))


def _counts(
    one: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> bool:
    try:
        return (
            one.issuer == issuer.subject
            and one.last_update_utc <= now + CLOCKS_DIFFER
            and _may_sign_lists(issuer)
            and _covers(one, certificate)
            and isinstance(one.signature_hash_algorithm, _HASHES)
            and one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # a kind that it knows not, it says
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return False


def _covers(one: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the list would name the certificate if it were revoked; a list may be about some only."""
    critical = [extension.value for extension in one.extensions if extension.critical]
    return all(
        isinstance(value, x509.IssuingDistributionPoint) and _is_in_scope(value, certificate) for value in critical
    )


def _is_in_scope(scope: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    if scope.indirect_crl or scope.only_some_reasons or scope.only_contains_attribute_certs or scope.relative_name:
        return False
    if (scope.only_contains_user_certs and _is_authority(certificate)) or (
        scope.only_contains_ca_certs and not _is_authority(certificate)
    ):
        return False
    return not scope.full_name or bool(set(scope.full_name) & _points(certificate))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _points(certificate: x509.Certificate) -> set[x509.GeneralName]:
    """Where the certificate says that its revocation is told of."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return set()
    return {name for point in points for name in point.full_name or ()}
