"""A small authority that issues cards' certificates, and a check of them that stands for the card's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from p24tui.clock import Clock
from p24tui.errors import Refused
from p24tui.routine.login import Means, Proven
from tests.world import PEOPLE

DAY = timedelta(days=1)


@dataclass(slots=True)
class Authority:
    """Issues certificates; ``root`` and ``list`` lie in the folder, as an authority's do on a server."""

    folder: Path
    now: datetime
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    issued: int = 0

    def __post_init__(self) -> None:
        name = _name("Provutfärdaren", "")
        root = self._builder(name, self.key.public_key(), self.now - DAY, self.now + DAY)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "root.pem").write_bytes(root.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        self.revoke()

    def card(self, who: str, *, days_left: int = 1) -> bytes:
        """The certificate of one of the unit's people, PEM."""
        staff_id, full_name, _profession = PEOPLE[who]
        return self._issue(full_name, staff_id, days_left)

    def stranger(self) -> bytes:
        """The certificate of somebody who has a card, and works for another region."""
        return self._issue("Någon Annan", "SE2321000099-XX99", 1)

    def _issue(self, full_name: str, staff_id: str, days_left: int) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        until = self.now + days_left * DAY
        return (
            self._builder(_name(full_name, staff_id), key, until - 2 * DAY, until)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )

    def revoke(self, *pems: bytes) -> None:
        """From now on these, and no others, are revoked."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(_name("Provutfärdaren", ""))
        builder = builder.last_update(self.now).next_update(self.now + DAY)
        for pem in pems:
            serial = x509.load_pem_x509_certificate(pem).serial_number
            revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self.now).build()
            builder = builder.add_revoked_certificate(revoked)
        crl = builder.sign(self.key, hashes.SHA256())
        (self.folder / "list.pem").write_bytes(crl.public_bytes(Encoding.PEM))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        self.issued += 1
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name("Provutfärdaren", ""))
            .public_key(key)
            .serial_number(1000 + self.issued)
            .not_valid_before(since)
            .not_valid_after(until)
        )


def check(folder: Path, clock: Clock) -> Callable[[bytes], Proven]:
    """Looks at a certificate as the card's own check does: by whom, valid now, not revoked, whose."""

    def proven(pem: bytes) -> Proven:
        root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
        revoked = x509.load_pem_x509_crl((folder / "list.pem").read_bytes())
        now = clock.now()
        try:
            card = x509.load_pem_x509_certificate(pem)
            card.verify_directly_issued_by(root)
        except (ValueError, InvalidSignature):
            raise Refused("NA-1", "card-untrusted", issuer="?") from None
        if not card.not_valid_before_utc <= now <= card.not_valid_after_utc:
            raise Refused("NA-1", "card-expired", until="?")
        if revoked.get_revoked_certificate_by_serial_number(card.serial_number) is not None:
            raise Refused("NA-1", "card-revoked")
        return Proven(_told(card, NameOID.SERIAL_NUMBER), _told(card, NameOID.COMMON_NAME), Means.CARD, now)

    return proven


def _name(common: str, serial: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if serial:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(attributes)


def _told(card: x509.Certificate, what: x509.ObjectIdentifier) -> str:
    (attribute,) = card.subject.get_attributes_for_oid(what)
    return str(attribute.value)
