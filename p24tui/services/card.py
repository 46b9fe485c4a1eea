"""The card reader of this computer, as whoever sets it up needs to see it (NA-1)."""

from datetime import datetime

from msgspec import Struct

from p24tui.errors import Unavailable
from p24tui.gateways.card import Pkcs11Card, Reading, look_at_trust
from p24tui.gateways.staff_login import CARD
from p24tui.store import people
from p24tui.store.values import Staff, Unit
from p24tui.system import System


class CardHolder(Struct, frozen=True):
    """Whom the card is for and by which certificate; and who that is here, with their units, where it is anybody."""

    staff_id: str
    name: str
    issuer: str
    until: datetime
    member: Staff | None
    units: tuple[Unit, ...]

    @property
    def may_log_in(self) -> bool:
        """Whether that is somebody who works at a unit here."""
        return self.member is not None and self.member.active and bool(self.units)


def holder(system: System) -> CardHolder:
    """Whose card is in the reader, by its certificate, which holds; the PIN is yet to prove that the card is its own.

    Raises ``Refused`` (NA-1) where the certificate does not hold, and ``Unavailable`` where no card can be read.
    """
    found = _reader(system).holder()
    with system.store.reading() as tx:
        member, unit_ids = people.staff_member(tx, found.staff_id) or (None, ())
        units = tuple(one for one in people.all_units(tx) if one.id in unit_ids)
    return CardHolder(found.staff_id, found.name, found.issuer, found.until, member, units)


def look(system: System) -> Reading | None:
    """What there is to log in with, in the reader or by way of the proxy; none where neither is set up.

    Raises ``Unavailable`` where the reader cannot be used, ``BadInput`` where a file of the settings cannot be read.
    """
    if isinstance(system.card, Pkcs11Card):
        return system.card.look()
    return look_at_trust(system.settings, system.clock) if system.settings.web_address else None


def _reader(system: System) -> Pkcs11Card:
    if not isinstance(system.card, Pkcs11Card):
        raise Unavailable(CARD, "no card reader is set up")
    return system.card
