"""What the store takes and hands out of registrations: plain values."""

from datetime import datetime

from msgspec import Struct

from p24tui.routine.actor import Profession
from p24tui.routine.registration import RegistrationState, VisitType, Way


class Registration(Struct, frozen=True, kw_only=True):
    """How a contact is registered in VAS, its columns in their order. Instants are UTC.

    ``reason`` is the reason for the visit, ``care_giver`` the health professional in question. ``always_free`` is what
    was answered where that was asked. ``fee_type`` and ``payment`` are empty until the arrival is registered, ``why``
    it was withdrawn unless it was.
    """

    id: str
    case_id: str
    unit_id: str
    way: Way
    state: RegistrationState
    new_visit: bool = False
    reason: str = ""
    visit_type: VisitType | None = None
    care_giver_id: str | None = None
    care_giver: str = ""
    always_free: bool | None = None
    fee_type: str = ""
    payment: str = ""
    made_by: str
    made_by_name: str
    made_at: datetime
    registered_by: str | None = None
    registered_by_name: str = ""
    registered_at: datetime | None = None
    removed_by: str | None = None
    removed_by_name: str = ""
    removed_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_by_name: str = ""
    withdrawn_at: datetime | None = None
    why: str = ""


class CareGiver(Struct, frozen=True):
    """A health professional who has had to do with a contact."""

    staff_id: str
    name: str
    profession: Profession
