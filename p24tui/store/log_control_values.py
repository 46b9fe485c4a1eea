"""What log control reads and writes: rows of the read log, and the checks that have been made."""

from datetime import datetime

from msgspec import Struct

from p24tui.routine.log_control import CheckKind, Outcome

Cursor = tuple[datetime, int]
"""The last row of a page: its time and its number in the log. The next page begins after it."""


class LogRow(Struct, frozen=True):
    """A row of the read log. ``patients`` are those that a list showed; ``patient_id`` is whom else it was about."""

    seq: int
    at: datetime
    kind: str
    staff_id: str | None
    reader: str
    profession: str
    role: str
    unit_id: str
    place: str
    case_id: str | None
    patient_id: str | None
    patients: tuple[str, ...]
    why: str

    @property
    def cursor(self) -> Cursor:
        return self.at, self.seq


class Span(Struct, frozen=True):
    """A time, from ``first`` until just before ``until``."""

    first: datetime
    until: datetime


class Criteria(Struct, frozen=True):
    """What a look at the log was for. Empty is what was not asked for."""

    kind: CheckKind
    span: Span
    patient_id: str = ""
    staff_id: str = ""
    unit_id: str = ""
    seed: str = ""
    count: int = 0


class LogCheck(Struct, frozen=True):
    """A check of the log; ``reads`` are the rows that were looked at. It goes on until it is signed."""

    id: str
    unit_id: str
    made_by: str
    made_by_name: str
    made_at: datetime
    criteria: Criteria
    reads: tuple[int, ...]
    outcome: Outcome | None = None
    words: str = ""
    signed_at: datetime | None = None
