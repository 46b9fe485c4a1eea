"""What log control shows: who has read what, and why that stands out. No matter, no text, and no way into a case."""

from datetime import date, datetime

from msgspec import Struct

from p24tui.routine.log_control import CheckKind, Outcome, Reason
from p24tui.store.log_control_values import Criteria, Cursor, LogCheck

__all__ = ["CheckKind", "CheckLine", "Criteria", "Cursor", "Extract", "ExtractLine", "LogCheck", "LogLine", "LogView"]
__all__ += ["Outcome", "Reason"]


class LogLine(Struct, frozen=True):
    """A reading. ``listed`` is how many patients a list showed; a protected person has neither name nor number here."""

    seq: int
    at: datetime
    kind: str
    staff_id: str
    reader: str
    profession: str
    role: str
    unit: str
    place: str
    why: str
    patient: str = ""
    number: str = ""
    protected: bool = False
    listed: int = 0
    reasons: tuple[Reason, ...] = ()


class LogView(Struct, frozen=True):
    """A look at the log: what was asked for, of whom in words, and what was found.

    ``considered`` is of how many readings those are. ``next`` is where more begins, where there is more.
    """

    criteria: Criteria
    subject: str
    lines: tuple[LogLine, ...]
    considered: int = 0
    next: Cursor | None = None


class CheckLine(Struct, frozen=True):
    """A check of the log, and of whom it was in words."""

    check: LogCheck
    subject: str


class ExtractLine(Struct, frozen=True):
    """That somebody at a unit has read of the patient: in a list, perhaps of what a search found, or not."""

    at: datetime
    unit: str
    listed: bool
    searched: bool = False


class Extract(Struct, frozen=True):
    """What a patient gets to know of the log: when, and at which unit."""

    number: str
    name: str
    units: tuple[str, ...]
    first: date
    last: date
    made_at: datetime
    lines: tuple[ExtractLine, ...]
