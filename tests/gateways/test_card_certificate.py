"""Which certificate of a card counts, and whether it holds: tables on the decisions, without a card (NA-1)."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.explain.card import CARD_REFUSALS
from p24tui.gateways import card
from p24tui.gateways.card_certificate import Trust, check, check_signature, choose, hsa_id, parsed
from p24tui.gateways.card_trust import read_trust
from p24tui.text import clean_line
from tests.gateways.card_authority import (
    ANNA,
    DAY,
    LOGIN,
    NOW,
    SIGNATURE,
    Authority,
    Extensions,
    Key,
    key,
    of_no_version,
    pem,
    usage,
)

pytestmark = pytest.mark.rule("NA-1")

ROOT = Authority.root()
ISSUER = ROOT.under()
OWN = key("Anna")


def trust(*lists: x509.CertificateRevocationList, roots: Sequence[Authority] = (ROOT,), required: bool = True) -> Trust:
    return Trust(
        tuple(one.certificate for one in roots),
        (ISSUER.certificate,),
        lists or fresh_lists(),
        revocation_required=required,
    )


def fresh_lists() -> tuple[x509.CertificateRevocationList, ...]:
    return ROOT.revocation_list(), ISSUER.revocation_list()


def reason(error: pytest.ExceptionInfo[Refused]) -> str:
    assert error.value.rule == "NA-1"
    return error.value.reason


# Which certificate


def test_the_certificate_for_login_is_chosen_among_all_that_a_card_has() -> None:
    login = ISSUER.issue(OWN)
    signature = ISSUER.issue(key("sign"), extensions=SIGNATURE)
    by_number = ISSUER.issue(key("number"), serial_numbers=["195009072553"])
    expired = ISSUER.issue(key("old"), since=NOW - 900 * DAY, until=NOW - DAY)
    replaced = ISSUER.issue(key("before"), since=NOW - 40 * DAY)
    not_yet = ISSUER.issue(key("next"), since=NOW + DAY)
    every = [signature, by_number, expired, not_yet, replaced, login, ROOT.certificate, ISSUER.certificate]
    assert choose(every, NOW) == login
    assert choose(every[::-1], NOW) == login


CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH


def purposes(*wanted: x509.ObjectIdentifier) -> tuple[x509.ExtensionType, bool]:
    return x509.ExtendedKeyUsage(wanted), False


EVERY_USE: Extensions = ((usage("digital_signature", "content_commitment"), True), LOGIN[1])
AN_AUTHORITY: Extensions = ((usage("digital_signature", "key_cert_sign"), True), LOGIN[1])


@pytest.mark.parametrize(
    ("extensions", "serial_numbers", "expected"),
    [
        (SIGNATURE, [ANNA], "card-no-login"),
        ((*SIGNATURE, LOGIN[1]), [ANNA], "card-no-login"),
        (EVERY_USE, [ANNA], "card-no-login"),
        (AN_AUTHORITY, [ANNA], "card-no-login"),
        ((), [ANNA], "card-no-login"),
        (LOGIN[:1], [ANNA], "card-no-login"),
        (LOGIN[1:], [ANNA], "card-no-login"),
        ((LOGIN[0], purposes(ExtendedKeyUsageOID.SERVER_AUTH)), [ANNA], "card-no-login"),
        ((LOGIN[0], purposes(ExtendedKeyUsageOID.SERVER_AUTH, CLIENT_AUTH)), [ANNA], "card-no-login"),
        (LOGIN, [], "card-no-hsa-id"),
        (LOGIN, ["195009072553"], "card-no-hsa-id"),
        (LOGIN, ["SE2321000016"], "card-no-hsa-id"),
        (LOGIN, [ANNA + " X"], "card-no-hsa-id"),
        (LOGIN, [ANNA, "SE2321000016-BO"], "card-no-hsa-id"),
    ],
)
def test_a_card_without_the_right_certificate_lets_nobody_in(
    extensions: Extensions, serial_numbers: list[str], expected: str
) -> None:
    with pytest.raises(Refused) as error:
        choose([ISSUER.issue(OWN, extensions=extensions, serial_numbers=serial_numbers)], NOW)
    assert reason(error) == expected


def test_an_hsa_id_is_read_as_it_is_written_elsewhere() -> None:
    assert hsa_id(ISSUER.issue(OWN, serial_numbers=["se2321000016-anna"])) == ANNA


# Whether it holds


def test_a_certificate_that_holds_says_whose_it_is() -> None:
    certificate = ISSUER.issue(OWN)
    holder = check(certificate, [], trust(), NOW)
    assert (holder.staff_id, holder.name, holder.issuer) == (ANNA, "Anna Berg", "Test Person HSA-id CA")
    assert holder.until == certificate.not_valid_after_utc


def test_what_lies_between_may_come_from_the_card() -> None:
    only_roots = Trust((ROOT.certificate,), (), fresh_lists())
    certificate = ISSUER.issue(OWN)
    assert check(certificate, [certificate, ISSUER.certificate], only_roots, NOW).staff_id == ANNA
    with pytest.raises(Refused) as error:
        check(certificate, [certificate], only_roots, NOW)
    assert reason(error) == "card-untrusted"


def test_only_the_issuer_that_is_named_is_believed_where_it_is_the_root() -> None:
    """So a unit takes personal cards alone: not what the same root lets others issue."""
    narrow = Trust((ISSUER.certificate,), (), fresh_lists())
    other = ROOT.under("Test Function CA")
    assert check(ISSUER.issue(OWN), [], narrow, NOW).staff_id == ANNA
    with pytest.raises(Refused) as error:
        check(other.issue(OWN), [other.certificate], narrow, NOW)
    assert reason(error) == "card-untrusted"


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (NOW - 30 * DAY, NOW - timedelta(seconds=1), "card-expired"),
        (NOW + timedelta(seconds=1), NOW + 30 * DAY, "card-not-yet"),
        (NOW, NOW + DAY, None),
        (NOW - DAY, NOW, None),
    ],
)
def test_a_certificate_holds_from_its_first_second_to_its_last(
    since: datetime, until: datetime, expected: str | None
) -> None:
    certificate = ISSUER.issue(OWN, since=since, until=until)
    if expected is None:
        assert check(certificate, [], trust(), NOW).staff_id == ANNA
        return
    with pytest.raises(Refused) as error:
        check(certificate, [], trust(), NOW)
    assert reason(error) == expected
    assert "2026-" in explain(error.value)


def an_issuer_that_may_not_issue() -> Authority:
    return ROOT.under("No CA", may_issue=False)


def an_expired_issuer() -> Authority:
    return ROOT.under("Old CA", until=NOW - DAY)


def somebody_with_the_issuers_name() -> Authority:
    return Authority.root("Evil Root").under()


def another_root_by_the_same_name() -> Authority:
    return Authority(ROOT.name, key("evil"), ROOT.certificate)


def one_who_signs_for_the_issuer() -> Authority:
    return Authority(ISSUER.name, key("evil"), ISSUER.certificate)


def a_card_that_issues_cards() -> Authority:
    certificate = ISSUER.issue(key("mallory"))
    return Authority(certificate.subject, key("mallory"), certificate)


@pytest.mark.parametrize(
    "made",
    [
        an_issuer_that_may_not_issue,
        an_expired_issuer,
        somebody_with_the_issuers_name,
        another_root_by_the_same_name,
        one_who_signs_for_the_issuer,
        a_card_that_issues_cards,
    ],
)
def test_a_chain_that_does_not_lead_to_a_root_is_not_believed(made: Callable[[], Authority]) -> None:
    issuer = made()
    with pytest.raises(Refused) as error:
        check(issuer.issue(OWN), [issuer.certificate], trust(required=False), NOW)
    assert reason(error) == "card-untrusted"


# The name


@pytest.mark.parametrize(
    ("common", "more", "name"),
    [
        ("\x1b[31mAnna\x07\u202eBerg\n[link=x]", [], "\ufffd[31mAnna\ufffdBerg [link=x]"),
        (None, [(NameOID.GIVEN_NAME, "Anna"), (NameOID.SURNAME, "Åberg")], "Anna Åberg"),
        (None, [], ANNA),
        ("\u200b\u202e", [], ANNA),
        ("A" * 500, [], "A" * 79 + "…"),
    ],
    ids=["hostile", "in-parts", "none", "unseen", "long"],
)
@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_a_name_is_text_from_outside(
    common: str | None, more: list[tuple[x509.ObjectIdentifier, str]], name: str
) -> None:
    assert check(ISSUER.issue(OWN, common=common, more=more), [], trust(), NOW).name == name


@pytest.mark.filterwarnings("ignore:Attribute's length")
@given(st.text(min_size=1, max_size=64))
def test_no_name_whatever_gets_past(common: str) -> None:
    try:
        certificate = ISSUER.issue(OWN, common=common)
    except ValueError:  # it cannot be written into a certificate at all
        return
    holder = check(certificate, [], trust(), NOW)
    assert holder.name == clean_line(holder.name)
    assert holder.name


@given(st.binary(max_size=300))
def test_rubbish_on_a_card_is_no_certificate(der: bytes) -> None:
    assert parsed(der) is None


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("0607008648ce3d0201")),
        (bytes.fromhex("03420004"), bytes.fromhex("03420000")),
    ],
    ids=["a kind that there is not", "no point of the curve"],
)
def test_a_certificate_whose_key_cannot_be_read_is_of_no_concern(whole: bytes, broken: bytes) -> None:
    """Found by ``python -m tests.fuzz certificates``: it was chosen to log in with, and ended in a fault."""
    der = ISSUER.issue(OWN).public_bytes(serialization.Encoding.DER)
    assert der.count(whole) == 1
    assert parsed(der) is not None
    assert parsed(der.replace(whole, broken)) is None


GOOD = ISSUER.issue(OWN).public_bytes(serialization.Encoding.DER)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_a_certificate_in_which_anything_is_changed_is_not_believed(at: int, bit: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= 1 << bit
    certificate = parsed(bytes(changed))
    if certificate is not None:
        with pytest.raises(Refused):
            check(certificate, [], trust(), NOW)


# The signature

CHALLENGE = b"a challenge"


def signature_of(own: Key, challenge: bytes = CHALLENGE) -> bytes:
    """As a card gives it."""
    if isinstance(own, rsa.RSAPrivateKey):
        return own.sign(challenge, padding.PKCS1v15(), hashes.SHA256())
    half = (own.key_size + 7) // 8
    r, s = decode_dss_signature(own.sign(challenge, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(half) + s.to_bytes(half)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_only_the_key_of_the_certificate_signs(kind: str) -> None:
    own, other = key("own", kind), key("other", kind)
    certificate = ISSUER.issue(own)
    good = signature_of(own)
    check_signature(certificate, CHALLENGE, good)
    for bad in (b"", good[:-1], good + b"\0", bytes(len(good)), secrets.token_bytes(len(good)), signature_of(other),
                signature_of(own, b"another")):  # fmt: skip
        with pytest.raises(Refused) as error:
            check_signature(certificate, CHALLENGE, bad)
        assert reason(error) == "card-signature"


# The files


def test_roots_lists_and_what_lies_between_are_read_from_files(tmp_path: Path) -> None:
    roots, between, folder = tmp_path / "roots.pem", tmp_path / "between.pem", tmp_path / "lists"
    roots.write_bytes(pem(ROOT.certificate, Authority.root("Next Root").certificate))
    between.write_bytes(pem(ISSUER.certificate))
    folder.mkdir()
    one, two = fresh_lists()
    (folder / "a.crl").write_bytes(one.public_bytes(serialization.Encoding.DER))
    (folder / "b.PEM").write_bytes(two.public_bytes(serialization.Encoding.PEM))
    (folder / "c.crl").write_bytes(b"being replaced")
    (folder / "notes.txt").write_text("no list")
    read = read_trust(roots, between, folder)
    assert (len(read.roots), len(read.intermediates), read.revocation_lists) == (2, 1, (one, two))
    assert read_trust(roots, None, folder / "a.crl").revocation_lists == (one,)
    assert read_trust(roots, None, tmp_path / "gone").revocation_lists == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        of_no_version(ROOT.certificate),
        None,
    ],
    ids=["empty", "no certificate", "cut short", "of no version", "no file"],
)
def test_roots_that_cannot_be_read_are_said_with_their_setting(tmp_path: Path, content: bytes | None) -> None:
    roots = tmp_path / "roots.pem"
    if content is not None:
        roots.write_bytes(content)
    with pytest.raises(BadInput) as error:
        read_trust(roots)
    assert "card_roots" in explain(error.value)


def test_every_reason_has_its_sentence() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in Path(card.__file__).parent.glob("card*.py"))
    assert set(re.findall(r'"(card-[a-z-]+)"', said)) == set(CARD_REFUSALS)
