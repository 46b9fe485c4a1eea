"""What revocation lists say of a card, and which of them count (NA-1; RFC 5280, 6.3)."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from p24tui.errors import Refused
from p24tui.gateways.card_certificate import Trust, check
from p24tui.gateways.card_revocation import check_revocation
from tests.gateways.card_authority import NOW, Authority, Extensions, key

pytestmark = pytest.mark.rule("NA-1")

ROOT = Authority.root()
ISSUER = ROOT.under()
OWN = key("Anna")


def reason(error: pytest.ExceptionInfo[Refused]) -> str:
    assert error.value.rule == "NA-1"
    return error.value.reason


REVOKED = ISSUER.issue(key("lost"))
HOURS = timedelta(hours=1)
SCOPE = x509.IssuingDistributionPoint


def scope(critical: bool = True, **limits: object) -> Extensions:
    none = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return ((SCOPE(**{**none, **limits}), critical),)  # type: ignore[arg-type]


HERE = x509.UniformResourceIdentifier("http://crl.example/1.crl")
ELSEWHERE = x509.UniformResourceIdentifier("http://crl.example/2.crl")


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([ISSUER.revocation_list()], None),
        ([ISSUER.revocation_list(extensions=scope(only_contains_user_certs=True))], None),
        ([ISSUER.revocation_list(extensions=scope(full_name=[HERE]))], None),
        ([ISSUER.revocation_list(extensions=[(x509.CRLNumber(7), False)])], None),
        ([ISSUER.revocation_list(since=NOW + timedelta(minutes=2))], None),
        ([], "card-revocation-missing"),
        ([ROOT.under("Other CA").revocation_list()], "card-revocation-missing"),
        ([ISSUER.revocation_list(by=key("evil"))], "card-revocation-missing"),
        ([ISSUER.revocation_list(by=key("evil", "rsa"))], "card-revocation-missing"),
        ([ISSUER.revocation_list(since=NOW + HOURS, until=NOW + 2 * HOURS)], "card-revocation-missing"),
        ([ISSUER.revocation_list(extensions=scope(full_name=[ELSEWHERE]))], "card-revocation-missing"),
        ([ISSUER.revocation_list(extensions=scope(only_contains_ca_certs=True))], "card-revocation-missing"),
        ([ISSUER.revocation_list(extensions=scope(indirect_crl=True))], "card-revocation-missing"),
        ([ISSUER.revocation_list(extensions=[(x509.DeltaCRLIndicator(3), True)])], "card-revocation-missing"),
        ([ISSUER.revocation_list(since=NOW - 9 * HOURS, until=NOW)], "card-revocation-old"),
        ([ISSUER.revocation_list(REVOKED)], "card-revoked"),
        ([ISSUER.revocation_list(REVOKED, since=NOW - 9 * HOURS, until=NOW)], "card-revoked"),
        ([ISSUER.revocation_list(REVOKED), ISSUER.revocation_list(since=NOW - 5 * HOURS)], "card-revoked"),
        ([ISSUER.revocation_list(REVOKED, since=NOW - 5 * HOURS), ISSUER.revocation_list()], None),
        ([ISSUER.revocation_list(), ISSUER.revocation_list(REVOKED, by=key("evil"))], None),
    ],
)
def test_what_revocation_lists_say(lists: list[x509.CertificateRevocationList], expected: str | None) -> None:
    points = x509.CRLDistributionPoints([x509.DistributionPoint([HERE], None, None, None)])
    chain = [_with_points(REVOKED, points), ISSUER.certificate]
    if expected is None:
        check_revocation(chain, lists, NOW, required=True)
        return
    with pytest.raises(Refused) as error:
        check_revocation(chain, lists, NOW, required=True)
    assert reason(error) == expected
    unrequired = "card-revoked" if expected == "card-revoked" else None
    assert _refusal_where_not_required(chain, lists) == unrequired


def _with_points(like: x509.Certificate, points: x509.CRLDistributionPoints) -> x509.Certificate:
    """A certificate of the same number that says where its revocation is told of."""
    builder = (
        x509.CertificateBuilder(extensions=[x509.Extension(points.oid, False, points)])
        .subject_name(like.subject)
        .issuer_name(like.issuer)
        .public_key(like.public_key())
        .serial_number(like.serial_number)
        .not_valid_before(like.not_valid_before_utc)
        .not_valid_after(like.not_valid_after_utc)
    )
    return builder.sign(ISSUER.key, hashes.SHA256())


def _refusal_where_not_required(
    chain: list[x509.Certificate], lists: list[x509.CertificateRevocationList]
) -> str | None:
    try:
        check_revocation(chain, lists, NOW, required=False)
    except Refused as refused:
        return refused.reason
    return None


def test_the_authorities_are_looked_up_too() -> None:
    certificate = ISSUER.issue(OWN)
    for lists, expected in (
        ([ROOT.revocation_list(ISSUER.certificate), ISSUER.revocation_list()], "card-revoked"),
        ([ISSUER.revocation_list()], "card-revocation-missing"),
    ):
        with pytest.raises(Refused) as error:
            check(certificate, [], Trust((ROOT.certificate,), (ISSUER.certificate,), tuple(lists)), NOW)
        assert reason(error) == expected


def test_an_issuer_that_may_not_sign_lists_signs_none() -> None:
    issuer = ROOT.under("No lists CA", signs_lists=False)
    with pytest.raises(Refused) as error:
        check_revocation([issuer.issue(OWN), issuer.certificate], [issuer.revocation_list()], NOW, required=True)
    assert reason(error) == "card-revocation-missing"
