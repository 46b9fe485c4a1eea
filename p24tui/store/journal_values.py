"""What the store of documentation takes and hands out: plain values."""

from datetime import datetime

from msgspec import Struct

from p24tui.routine.documentation import Cause, FormWay, Scope, Way


class JournalNote(Struct, frozen=True):
    """What was signed on a case, or said to be settled otherwise; its columns in their order. Instants are UTC."""

    id: str
    case_id: str
    unit_id: str
    staff_id: str
    author_name: str
    profession: str
    way: Way
    scope: Scope
    why: str
    vas_row: str
    clinic: str
    note_type: str
    journal_type: str
    current: str
    assessment: str
    reviewed: bool
    form_way: FormWay
    form_result: str
    images: tuple[str, ...]
    signed_at: datetime
    owed_since: datetime | None = None
    copied_at: datetime | None = None
    told: int = 0


class DebtRow(Struct, frozen=True):
    """A note that somebody owes: on which case, at which unit, since when (UTC)."""

    case_id: str
    unit_id: str
    staff_id: str
    staff_name: str
    scope: Scope
    cause: Cause
    since: datetime
