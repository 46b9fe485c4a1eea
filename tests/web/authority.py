"""The cards that the proxy sees: whom they are believed from and which are revoked lies in files, as on a server."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.gateways import card_authority
from tests.gateways.card_authority import DAY, key, pem
from tests.world import PEOPLE


@dataclass(slots=True)
class Authority:
    """Issues certificates; its root and its revocation list lie in the folder."""

    folder: Path
    now: datetime

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "roots.pem").write_bytes(pem(_root().certificate))
        self.revoke()

    @property
    def settings(self) -> dict[str, str]:
        """What the server is told of it, in its environment."""
        roots, revocation = self.folder / "roots.pem", self.folder / "list.crl"
        return {"P24TUI_CARD_ROOTS": str(roots), "P24TUI_CARD_REVOCATION": str(revocation)}

    def card(self, who: str, *, days_left: int = 1) -> bytes:
        """The certificate of one of the unit's people, PEM."""
        staff_id, full_name, _profession = PEOPLE[who]
        return self._issue(full_name, staff_id, days_left)

    def stranger(self) -> bytes:
        """The certificate of somebody who has a card, and works for another region."""
        return self._issue("Någon Annan", "SE2321000099-XX99", 1)

    def revoke(self, *pems: bytes) -> None:
        """From now on these, and no others, are revoked."""
        revoked = map(x509.load_pem_x509_certificate, pems)
        since, until = self.now - DAY, self.now + DAY
        found = _root().revocation_list(*revoked, since=since, until=until)
        (self.folder / "list.crl").write_bytes(found.public_bytes(Encoding.DER))

    def _issue(self, full_name: str, staff_id: str, days_left: int) -> bytes:
        until = self.now + days_left * DAY
        own, since = key(staff_id), until - 2 * DAY
        return pem(_root().issue(own, common=full_name, serial_numbers=[staff_id], since=since, until=until))


def _root() -> card_authority.Authority:
    return card_authority.Authority.root()
