"""Certificates and revocation lists: from the reader, from the proxy, from files. What is broken lets nobody in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from p24tui import settings
from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.gateways.card_certificate import Trust, check_signature, choose, parsed, parsed_pem, to_sign
from p24tui.gateways.card_certificate import check as check_holds
from p24tui.gateways.card_trust import read_trust
from p24tui.web.admission import certificate_of
from tests.fuzz.bending import mangled, odd_text
from tests.fuzz.standing import check_sentence
from tests.fuzz.target import Check, Target
from tests.gateways.card_authority import ANNA, DAY, NOW, SIGNATURE, Authority, key, pem

PIECES = (
    b"\x00",
    b"\xff",
    b"\x30\x82",
    b"\x30\x80",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x02\x01\x00",
    b"\x17\x0d0002300000Z",
    b"\x18\x0f99991231235959Z",
    b"\x0c\x02\xc3\x28",
    b"\x55\x04\x05",
    b"\x01\x01\xff",
    b"\x05\x00",
    b"\x03\x02\x00\x80",
    b"\n-----BEGIN CERTIFICATE-----\n",
    b"=====",
    b"-----END X509 CRL-----\n",
)
SECRET = "S3KRET-S3KRET-S3KRET-S3KRET-S3KRET"


@cache
def _root() -> Authority:
    return Authority.root()


@cache
def _issuer() -> Authority:
    return _root().under()


@cache
def _certificates() -> list[bytes]:
    issuer, own = _issuer(), key("Anna")
    made = [
        issuer.issue(own),
        issuer.issue(own, extensions=SIGNATURE),
        issuer.issue(own, serial_numbers=[ANNA, ANNA]),
        issuer.issue(own, serial_numbers=[], common=None),
        issuer.issue(own, common="Anna \x1b]52;c;eA==\x07\u202e"),
        issuer.issue(own, until=NOW - DAY),
        issuer.certificate,
    ]
    return [one.public_bytes(Encoding.DER) for one in made]


@cache
def _lists() -> list[bytes]:
    lost = _issuer().issue(key("lost"))
    made = [
        _issuer().revocation_list(lost),
        _root().revocation_list(),
        _issuer().revocation_list(since=NOW - DAY, until=NOW),
    ]
    return [one.public_bytes(encoding) for one in made for encoding in (Encoding.DER, Encoding.PEM)]


@dataclass(frozen=True, slots=True)
class Shown:
    """What lies on a card, what a proxy passes on, what lies in the files of trust, and a signature."""

    ders: list[bytes]
    header: bytes
    secret: str
    roots: bytes
    lists: list[bytes]
    signature: bytes


_der = mangled(st.deferred(lambda: st.sampled_from(_certificates())), PIECES)
_pem = mangled(
    st.deferred(lambda: st.sampled_from([pem(x509.load_der_x509_certificate(one)) for one in _certificates()])), PIECES
)
shown = st.builds(
    Shown,
    st.lists(_der, min_size=1, max_size=3),
    _pem,
    st.one_of(st.just(SECRET), odd_text),
    mangled(st.deferred(lambda: st.just(pem(_root().certificate))), PIECES),
    st.lists(mangled(st.deferred(lambda: st.sampled_from(_lists())), PIECES), max_size=2),
    st.binary(max_size=72),
)


@contextmanager
def opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        made = settings.load({"P24TUI_HOME": folder, "P24TUI_WEB_PROXY_SECRET": SECRET})
        yield lambda example: check(Path(folder), made, example)


def check(folder: Path, made: settings.Settings, shown: Shown) -> None:
    """Whoever is let in has a whole certificate that was issued to them; everybody else hears why not."""
    certificates = [one for one in map(parsed, shown.ders) if one is not None]
    _check_card(folder, certificates, shown)
    try:
        pem_read = parsed_pem(certificate_of(_headers(shown), made))
    except Refused as error:
        check_sentence(explain(error))
        return
    assert shown.secret == SECRET
    _check_card(folder, pem_read, shown)


def _headers(shown: Shown) -> CIMultiDictProxy[str]:
    # As a server reads the bytes of a header: what is no text stands for itself.
    secret = shown.secret.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    headers = {"X-Proxy-Secret": secret, "X-Client-Certificate": quote_from_bytes(shown.header)}
    return CIMultiDictProxy(CIMultiDict(headers))


def _check_card(folder: Path, certificates: list[x509.Certificate], shown: Shown) -> None:
    try:
        chosen = choose(certificates, NOW)
        challenge = b"challenge"
        to_sign(chosen, challenge)
        holder = check_holds(chosen, [*certificates, _issuer().certificate], _trust(folder, shown), NOW)
        check_sentence(holder.name)
    except (Refused, BadInput) as error:
        check_sentence(explain(error))
        return
    assert chosen.public_bytes(Encoding.DER) in _certificates(), "one that nobody has issued is believed"
    try:
        check_signature(chosen, challenge, shown.signature)
    except Refused as error:
        check_sentence(explain(error))
        return
    raise AssertionError("anything is taken for a signature")


def _trust(folder: Path, shown: Shown) -> Trust:
    roots, lists = folder / "roots.pem", folder / "lists"
    lists.mkdir(exist_ok=True)
    roots.write_bytes(shown.roots)
    for old in lists.iterdir():
        old.unlink()
    for number, one in enumerate([*shown.lists, *(_lists()[:3:2])]):
        (lists / f"{number}.crl").write_bytes(one)
    return read_trust(roots, None, lists)


TARGET = Target("certificates", "certificates of cards and proxies, roots, revocation lists", shown, opened, 100)
