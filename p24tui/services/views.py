"""What services hand to whoever shows it: plain values, with nothing in them that may not be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from p24tui.gateways.outgoing.gsm import Size
from p24tui.routine.case import Case, CaseState
from p24tui.routine.hours import Span
from p24tui.routine.list_filter import ListFilter
from p24tui.routine.patient import ShownPatient, shown
from p24tui.routine.queue import order_key
from p24tui.store.values import (
    Acknowledged,
    AttachmentLine,
    CaseRow,
    Contact,
    Event,
    FormAnswer,
    Guardian,
    Message,
    Note,
    OutgoingRow,
    Position,
    Present,
    Responsible,
    Staff,
    Unit,
)

if TYPE_CHECKING:
    from p24tui.routine.roster import RosterEntry  # the console starts without it


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a list shows it. The matter is empty where the patient is protected (PR-1)."""

    case: Case
    patient: ShownPatient
    matter: str
    owner: str
    present: tuple[Present, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()


def line(
    row: CaseRow, today: date, present: Collection[Present] = (), acknowledged: Collection[Acknowledged] = ()
) -> CaseLine:
    """One line, with nothing in it that may not be shown."""
    patient = shown(row.patient, today)
    case = replace(row.case, matter="", held_reason="", asked_reason="") if patient.protected else row.case
    return CaseLine(case, patient, case.matter, row.owner, tuple(present), tuple(acknowledged))


def lines(
    rows: Collection[CaseRow],
    message_after: Mapping[str, int],
    today: date,
    present: Mapping[str, Collection[Present]],
    acknowledged: Mapping[str, Collection[Acknowledged]],
) -> tuple[CaseLine, ...]:
    """The lines of a list, in its order. ``message_after`` is by unit, ``present`` and ``acknowledged`` by case."""
    ordered = sorted(rows, key=lambda row: order_key(row.case, message_after[row.case.unit_id]))
    return tuple(line(row, today, present.get(row.case.id, ()), acknowledged.get(row.case.id, ())) for row in ordered)


@dataclass(frozen=True, slots=True)
class QueueView:
    """A list that somebody looks at. ``id`` ties later arrivals to it in the read log.

    ``message_after`` places messages without triage, by unit (CH-10). ``since`` is the place in the change log from
    which a feed goes on; it is none for a first screen, which has only the lines that come first.
    """

    id: str
    unit_ids: tuple[str, ...]
    lines: tuple[CaseLine, ...]
    message_after: dict[str, int]
    since: Position | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class EndedLine:
    """A case that has ended, and the name of who ended it."""

    line: CaseLine
    by: str


@dataclass(frozen=True, slots=True)
class EndedView:
    """What has ended today, the latest first. ``id`` ties later readings to it in the read log."""

    id: str
    lines: tuple[EndedLine, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open cases there are of a sort, and since when whoever has waited longest of them has (UTC)."""

    cases: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How units stand, in numbers alone.

    ``inflow`` is how many cases have come in today, by the hour of the day in Sweden. ``priorities`` are by the mark
    that the list shows, ``owners`` by name, with an empty name for what nobody has. ``unread`` counts cases.
    """

    inflow: Mapping[int, int]
    states: Mapping[CaseState, Standing]
    priorities: Mapping[str, Standing]
    owners: Mapping[str, Standing]
    unread: int


@dataclass(frozen=True, slots=True)
class OwnRead:
    """One of one's own readings. ``line`` is the case that was opened; ``patients`` is how many a list showed."""

    seq: int
    at: datetime
    kind: str
    unit_id: str
    patients: int
    line: CaseLine | None


@dataclass(frozen=True, slots=True)
class OwnReads:
    """One's own readings of today, the latest first; ``count`` is how many there are, were not all handed out."""

    count: int
    reads: tuple[OwnRead, ...]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """All that a screen shows of a case. Of a protected person's there is only that it exists (PR-1).

    ``messages`` are the last of them; ``earlier`` says that there are more before them. ``reminders`` are those
    that the patient gets from the unit, oldest first.
    """

    line: CaseLine
    contact: Contact
    messages: tuple[Message, ...]
    answers: tuple[FormAnswer, ...]
    attachments: tuple[AttachmentLine, ...]
    events: tuple[Event, ...]
    guardians: tuple[Guardian, ...]
    draft: str
    notes: tuple[Note, ...] = ()
    note_draft: str = ""
    earlier: bool = False
    reminders: tuple[OutgoingRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter of the list that somebody has given a name."""

    name: str
    filter: ListFilter


class PhraseKind(StrEnum):
    """Whose a phrase is: it came with the program, or is the unit's, or somebody's own."""

    LIBRARY = "library"
    UNIT = "unit"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text for patients, ready to send, with ``{placeholders}`` in it.

    ``keywords`` are words by which it is also found. ``replaces`` is the id of the phrase that it stands for, or
    empty. One without an id has not been kept yet.
    """

    id: str
    title: str
    text: str
    kind: PhraseKind
    keywords: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingLine:
    """A row as a list shows it. Of a protected person there is neither name, number nor text (PR-1)."""

    row: OutgoingRow
    patient: ShownPatient


@dataclass(frozen=True, slots=True)
class OutboxStanding:
    """How units' outbox stands. ``overdue`` were to have gone, and ``problem`` says what is in the way of the first."""

    uncertain: int = 0
    failed: int = 0
    planned: int = 0
    overdue: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """What goes out, as somebody looks at it. ``id`` ties later readings to it in the read log."""

    id: str
    lines: tuple[OutgoingLine, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the SMS button would do: to which number, what it says, how long that is, and when it would go (UTC).

    ``texts`` and ``sizes`` are by language. ``gateway`` is by what it goes, empty where by nothing; where it
    ``stays`` nothing leaves the machine. ``last`` is the reminder that went before, or is planned.
    """

    patient_name: str
    number: str
    texts: dict[str, str]
    sizes: dict[str, Size]
    goes_at: datetime
    gateway: str
    stays: bool
    last: OutgoingRow | None


@dataclass(frozen=True, slots=True)
class RosterWeek:
    """A week of a unit's roster, from Monday on. ``ahead`` are the gaps of the coming days, whichever week is shown."""

    unit: Unit
    monday: date
    entries: "tuple[RosterEntry, ...]"
    gaps: tuple[Span, ...]
    ahead: tuple[Span, ...]
    staff: tuple[Staff, ...]
    responsible: Responsible | None
