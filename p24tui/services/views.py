"""What services hand to whoever shows it: plain values, with nothing in them that may not be shown."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import P24Error
from p24tui.gateways.outgoing.gsm import Size
from p24tui.routine.case import Case, CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.guarantee import Guarantee
from p24tui.routine.handover import Target
from p24tui.routine.hours import OpeningHours, Span
from p24tui.routine.list_filter import ListFilter
from p24tui.routine.patient import ShownPatient, shown
from p24tui.routine.proxy import Guardian
from p24tui.routine.queue import OrderKey, order_key
from p24tui.routine.risk_course import Entry, Stated
from p24tui.routine.shift import Ongoing
from p24tui.routine.unit_alert import UnitAlert
from p24tui.services.guarantee import guarantee_of
from p24tui.store.duty_values import Closing, HandoverRow, Responsible
from p24tui.store.values import (
    Acknowledged,
    AttachmentLine,
    CaseRow,
    Contact,
    Event,
    FormAnswer,
    LeftDraft,
    Message,
    Note,
    OutgoingRow,
    Position,
    Present,
    Staff,
    Unit,
)

if TYPE_CHECKING:
    from p24tui.routine.roster import RosterEntry  # the console starts without it


class CaseLine(Struct, frozen=True):
    """A case as a list shows it. The matter is empty where the patient is protected (PR-1)."""

    case: Case
    patient: ShownPatient
    matter: str
    owner: str
    present: tuple[Present, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()
    guarantee: Guarantee | None = None
    guest: bool = False

    def order_key(self, message_after: int, now: datetime) -> OrderKey:
        """Its place in the list now."""
        near = self.guarantee is not None and self.guarantee.is_near(now)
        return order_key(self.case, message_after, near=near)


def line(
    row: CaseRow,
    unit: Unit | None,
    now: datetime,
    present: Collection[Present] = (),
    acknowledged: Collection[Acknowledged] = (),
    *,
    guest: bool = False,
) -> CaseLine:
    """One line, with nothing in it that may not be shown. ``guest`` says that one has handed the case over.

    Without its ``unit`` nothing is said of its guarantee.
    """
    patient = shown(row.patient, local_date(now))
    if patient.protected:
        case = replace(row.case, matter="", held_reason="", asked_reason="")
        return CaseLine(case, patient, "", row.owner, tuple(present), tuple(acknowledged), guest=guest)
    case, promised = row.case, guarantee_of(row.case, unit, now) if unit is not None else None
    return CaseLine(case, patient, case.matter, row.owner, tuple(present), tuple(acknowledged), promised, guest)


def lines(
    rows: Collection[CaseRow],
    units: Mapping[str, Unit],
    now: datetime,
    present: Mapping[str, Collection[Present]],
    acknowledged: Mapping[str, Collection[Acknowledged]],
    guest_of: Collection[str] = (),
    *,
    guarantees: bool = True,
) -> tuple[CaseLine, ...]:
    """The lines of a list, in its order. ``units`` are by id, ``present`` and ``acknowledged`` by case.

    ``guest_of`` are the cases that whoever looks has handed over. Without ``guarantees`` nothing is said of them, and
    no holiday is asked for.
    """
    found = (
        line(
            row,
            units[row.case.unit_id] if guarantees else None,
            now,
            present.get(row.case.id, ()),
            acknowledged.get(row.case.id, ()),
            guest=row.case.id in guest_of,
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda one: one.order_key(units[one.case.unit_id].message_after, now)))


class QueueView(Struct, frozen=True):
    """A list that somebody looks at. ``id`` ties later arrivals to it in the read log.

    ``units`` are by id. ``since`` is the place in the change log from
    which a feed goes on; it is none for a first screen, which has only the lines that come first.
    """

    id: str
    unit_ids: tuple[str, ...]
    lines: tuple[CaseLine, ...]
    units: Mapping[str, Unit]
    since: Position | None = None
    ended: bool = False


class EndedLine(Struct, frozen=True):
    """A case that has ended, and the name of who ended it."""

    line: CaseLine
    by: str


class Standing(Struct, frozen=True):
    """How many open cases there are of a sort, and since when whoever has waited longest of them has (UTC)."""

    cases: int = 0
    since: datetime | None = None


class Overview(Struct, frozen=True):
    """How units stand, in numbers alone.

    ``inflow`` is how many cases have come in today, by the hour of the day in Sweden. ``priorities`` are by the mark
    that the list shows, ``owners`` by name, with an empty name for what nobody has. ``unread`` counts cases.
    """

    inflow: Mapping[int, int]
    states: Mapping[CaseState, Standing]
    priorities: Mapping[str, Standing]
    owners: Mapping[str, Standing]
    unread: int


class OngoingLine(Struct, frozen=True):
    """A case that one would leave behind by ending one's shift, and how."""

    line: CaseLine
    left: tuple[Ongoing, ...]


class OngoingView(Struct, frozen=True):
    """All that one would leave behind, the gravest first. ``id`` ties later readings to it in the read log.

    ``registrations`` are watch posts and messages of one's own that are in VAS still (RE-6): they keep nobody here.
    ``owed`` is how many notes one has still to write: they do not hold one back, but are said.
    """

    id: str
    lines: tuple[OngoingLine, ...]
    registrations: int = 0
    owed: int = 0


class OwnRead(Struct, frozen=True):
    """One of one's own readings. ``line`` is the case that was opened; ``patients`` is how many a list showed."""

    seq: int
    at: datetime
    kind: str
    unit_id: str
    patients: int
    line: CaseLine | None


class OwnReads(Struct, frozen=True):
    """One's own readings of today, the latest first; ``count`` is how many there are, were not all handed out."""

    count: int
    reads: tuple[OwnRead, ...]


class OpenCase(Struct, frozen=True):
    """All that a screen shows of a case. Of a protected person's there is only that it exists (PR-1).

    ``messages`` are the last of them; ``earlier`` says that there are more before them. ``reminders`` are those
    that the patient gets from the unit, oldest first. ``left_drafts`` are unsent texts of people who no longer have it.
    ``risk`` is what has been stated of suicide risk.
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
    left_drafts: tuple[LeftDraft, ...] = ()
    risk: tuple[Stated, ...] = ()


class RiskView(Struct, frozen=True):
    """What has been stated of suicide risk in a case, oldest first, and what ending it still lacks, if anything.

    ``refused`` says why a kind of step is not for whoever reads it, before they write anything. ``hours`` are those
    of the unit.
    """

    case: Case
    patient: ShownPatient
    hours: OpeningHours
    stated: tuple[Stated, ...]
    missing: Refusal | None
    refused: Mapping[type[Entry], Refusal]


class Reach(Struct, frozen=True):
    """How to reach somebody who is not handled here. It is shown once and kept nowhere."""

    name: str
    number: str
    mobile: str


class SavedView(Struct, frozen=True):
    """A filter of the list that somebody has given a name."""

    name: str
    filter: ListFilter


class UnitSettings(Struct, frozen=True):
    """A unit with its hours, and how many minutes before closing it is warned, the last of them the alarm."""

    unit: Unit
    warnings: tuple[int, ...]


class PhraseKind(StrEnum):
    """Whose a phrase is: it came with the program, or is the unit's, or somebody's own."""

    LIBRARY = "library"
    UNIT = "unit"
    OWN = "own"


class Phrase(Struct, frozen=True):
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


class OutgoingLine(Struct, frozen=True):
    """A row as a list shows it. Of a protected person there is neither name, number nor text (PR-1)."""

    row: OutgoingRow
    patient: ShownPatient


class OutboxStanding(Struct, frozen=True):
    """How units' outbox stands. ``overdue`` were to have gone, and ``problem`` says what is in the way of the first."""

    uncertain: int = 0
    failed: int = 0
    planned: int = 0
    overdue: int = 0
    problem: str = ""


class OutgoingView(Struct, frozen=True):
    """What goes out, as somebody looks at it. ``id`` ties later readings to it in the read log."""

    id: str
    lines: tuple[OutgoingLine, ...]


class Preview(Struct, frozen=True):
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


class RosterWeek(Struct, frozen=True):
    """A week of a unit's roster, from Monday on. ``ahead`` are the gaps of the coming days, whichever week is shown."""

    unit: Unit
    monday: date
    entries: "tuple[RosterEntry, ...]"
    gaps: tuple[Span, ...]
    ahead: tuple[Span, ...]
    staff: tuple[Staff, ...]
    responsible: Responsible | None


class TargetLine(Struct, frozen=True):
    """Somebody to whom a case can be handed over. ``warnings`` are keys of what is unusual about it."""

    target: Target
    unit_name: str
    on_shift: bool
    warnings: tuple[str, ...]


class OfferLine(Struct, frozen=True):
    """A case that is offered to one, as it may be shown before one has taken it. ``unit_name`` is the sender's."""

    row: HandoverRow
    patient: ShownPatient
    matter: str
    suicide: bool
    unit_name: str


class Duty(Struct, frozen=True):
    """One unit: the closing that is at hand and who has signed it, and what calls.

    ``warnings`` are minutes before closing. ``alerts`` are all, ``unseen`` those that nobody has acknowledged.
    """

    closes_at: datetime | None
    signed: Closing | None
    warnings: tuple[int, ...] = ()
    alerts: tuple[UnitAlert, ...] = ()
    unseen: tuple[UnitAlert, ...] = ()


class Told(Struct, frozen=True):
    """What came of telling one of many: none where they were told, else why not."""

    case_id: str
    problem: P24Error | None = None
