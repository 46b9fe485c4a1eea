"""The visits of a day as a page: who comes when, who waits, what the next step is, and what has been sent."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from p24tui.clock import local, local_date
from p24tui.i18n import N_, _, ngettext
from p24tui.routine.attendance import is_known_to_have_come
from p24tui.routine.link import Participant, Role
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.routine.proxy import lacks_proxy
from p24tui.routine.visit import OPEN, VisitKind, VisitState, is_half_ended
from p24tui.routine.visit_step import Step
from p24tui.services.visit_views import InvitedLine, VisitDay, VisitLine
from p24tui.store.values import OutgoingRow
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.places import WIDE, Cell, Column, Page, Row
from p24tui.words.cases import FAILED, PLANNED, SENT, UNCERTAIN, UNREAD, video_mark
from p24tui.words.times import MONTHS, clock_time, day_words
from p24tui.words.visits import ROLES

VERY_WIDE = 140
"""Cells from which names and what was sent stand in words."""

NAME = 50
"""Cells that a patient's name, age and proxy get at most."""

INVITED = "invited:"
"""What the id of a row begins with that is no visit of the unit, but one to which one is invited."""

STATES: Mapping[VisitState, str] = {
    VisitState.BOOKED: N_("BOKAT"),
    VisitState.TAKEN_IN: N_("INTAGET"),
    VisitState.STARTED: N_("STARTAT"),
    VisitState.ENDED: N_("AVSLUTAT"),
    VisitState.ABSENT: N_("UTEBLEV"),
    VisitState.CANCELLED: N_("AVBOKAT"),
}

NEXT: Mapping[Step, str] = {
    Step.TAKE_IN: N_("ta in"),
    Step.START: N_("starta besöket"),
    Step.START_VIDEO: N_("starta videon"),
    Step.END_VIDEO: N_("avsluta videon"),
    Step.END_VISIT: N_("avsluta besöket"),
    Step.END_ABSENT: N_("avsluta"),
}
"""The next step, as short as a column needs it; telephoning and waiting have words of their own."""

WAITING: Mapping[Role, str] = {
    Role.PATIENT: N_("patienten väntar sedan {at}"),
    Role.PROXY: N_("ombudet väntar sedan {at}"),
    Role.GUARDIAN: N_("vårdnadshavaren väntar sedan {at}"),
    Role.RELATIVE: N_("den anhöriga väntar sedan {at}"),
    Role.GUEST: N_("gästen väntar sedan {at}"),
    Role.INTERPRETER: N_("tolken väntar sedan {at}"),
    Role.COLLEAGUE: N_("kollegan väntar sedan {at}"),
}

SENT_WORDS: Mapping[Purpose, str] = {
    Purpose.VISIT_BOOKED: N_("bokat"),
    Purpose.VISIT_MOVED: N_("ny tid"),
    Purpose.VISIT_TODAY: N_("i dag"),
    Purpose.VISIT_SOON: N_("strax"),
    Purpose.VISIT_NOW: N_("nu"),
}

SENT_MARKS: Mapping[OutgoingState, str] = {
    OutgoingState.QUEUED: PLANNED,
    OutgoingState.SENDING: PLANNED,
    OutgoingState.ACCEPTED: SENT,
    OutgoingState.DELIVERED: SENT,
    OutgoingState.FAILED: FAILED,
    OutgoingState.UNCERTAIN: UNCERTAIN,
}
"""How what goes to the patient fares; what was stopped has no mark."""


def visit_page(day: VisitDay, unit_names: Mapping[str, str], now: datetime) -> Page:
    """The visits of a day by time, and at the end those of other units that one is invited to."""
    visits = {one.visit.id: one for one in day.lines}
    invited = {INVITED + one.participant.id: one for one in day.invited if _is_of(one, day.day, now)}
    several = len(unit_names) > 1

    def columns(width: int) -> tuple[Column, ...]:
        wide, very_wide = width >= WIDE, width >= VERY_WIDE
        unit = (Column(_("Enhet"), 10 if wide else 5),) if several else ()
        there = (Column(_("Har kommit"), 26 if very_wide else 20),) if wide else ()
        summons = (Column(_("Kallelse"), 8),) if wide else ()
        return (
            Column(_("Tid"), 6),
            Column(_("Patient"), most=NAME),
            *unit,
            Column(_("Hos"), 18 if very_wide else 7),
            Column(_("Läge"), 38 if very_wide else 30),
            *there,
            Column(_("Sms"), 24 if very_wide else 4),
            *summons,
        )

    def row(id: str, width: int) -> Row:
        names = unit_names if several else {}
        return (
            _invited_row(invited[id], names, now, width) if id in invited else _row(visits[id], names, day.day, width)
        )

    ids = (*visits, *invited)
    return Page(tuple(_above(day, len(invited), now)), columns, ids, row, _("Inga videobesök den här dagen."))


def state_cell(line: VisitLine, *, in_full: bool = False) -> Cell:
    """Where a visit stands and what it asks for: the gravest first, and all of it where there is room."""
    visit, case = line.visit, line.case
    half = case is not None and is_half_ended(case)
    if case is not None and (half or visit.state in OPEN) and (mark := video_mark(case, in_full=True)):
        return (f"{mark}: {_(NEXT[Step.END_VISIT])}" if half and in_full else mark, "urgent" if half else "unread")
    if visit.state not in OPEN:
        at = f" {clock_time(visit.ended_at)}" if visit.ended_at else ""
        return (_(STATES[visit.state]) + at, "quiet")
    if line.step is Step.TELEPHONE:
        return (_("RING: har inte kommit"), "urgent")
    if line.step is Step.END_ABSENT:
        return (_("RINGD, kom inte: avsluta"), "unread")
    if line.waiting:
        words = waiting_words(line.waiting[0])
        return (f"{_(STATES[visit.state])} · {words}" if in_full else words, "unread")
    asks = _(NEXT[line.step]) if line.step in NEXT else ""
    return (" · ".join(filter(None, [_(STATES[visit.state]), asks])), "" if asks else "quiet")


def waiting_words(one: Participant) -> str:
    """Who waits, and since when."""
    return _(WAITING[one.role]).format(at=clock_time(one.arrived_at) if one.arrived_at else "–")


def patient_words(line: VisitLine) -> str:
    """Whom the visit is with: the name and age on the day, and a child's proxy."""
    if line.patient.protected:
        return _("Skyddad person")
    age = "" if line.age is None else str(line.age)
    name = " ".join(filter(None, [clean_line(line.patient.name), age]))
    if lacks_proxy(line.visit):
        return _("{name}, barn, ombud saknas").format(name=name)
    if line.visit.kind is VisitKind.CHILD:
        return _("{name}, barn, ombud {proxy}").format(name=name, proxy=clean_line(line.visit.proxy_name))
    return _("{name}, anhörigsamtal").format(name=name) if line.visit.kind is VisitKind.RELATIVE else name


def lacks_summons(line: VisitLine) -> bool:
    """Whether nobody has confirmed which summons was chosen (VI-3), and it is still of use."""
    wanted = line.visit.kind is not VisitKind.RELATIVE and line.visit.state is VisitState.BOOKED
    return wanted and line.visit.summons is None


def reminders_of(line: VisitLine) -> tuple[OutgoingRow, ...]:
    """What goes to the patient or the proxy for the visit at its time, in the order in which it is due."""
    rows = [one for one in line.sent if one.purpose.of_visit and one.state in SENT_MARKS]
    return tuple(sorted(rows, key=lambda one: one.due_at))


def _is_of(one: InvitedLine, day: date, now: datetime) -> bool:
    """Whether an invitation stands among the visits of this day: today all that are to come do."""
    return day in (local_date(one.starts_at), local_date(now))


def _above(day: VisitDay, invited: int, now: datetime) -> Iterator[Cell]:
    lines = day.lines
    many = sum(one.visit.state is not VisitState.CANCELLED for one in lines)
    words = day_words(day.day)
    yield (_("i dag {day}").format(day=words) if day.day == local_date(now) else words, "strong")
    yield (ngettext("{count} besök", "{count} besök", many).format(count=many), "strong")
    if tasks := len(day.tasks):
        said = ngettext("{count} bokning att se till ({key})", "{count} bokningar att se till ({key})", tasks)
        yield (said.format(count=tasks, key=key_name("booking_tasks")), "urgent")
    if half := sum(one.case is not None and is_half_ended(one.case) for one in lines):
        yield (ngettext("{count} halvt avslutat", "{count} halvt avslutade", half).format(count=half), "urgent")
    if absent := sum(one.step is Step.TELEPHONE for one in lines):
        yield (ngettext("{count} att ringa", "{count} att ringa", absent).format(count=absent), "urgent")
    if waiting := sum(bool(one.waiting) for one in lines):
        yield (ngettext("{count} väntar", "{count} väntar", waiting).format(count=waiting), "unread")
    if unsummoned := sum(map(lacks_summons, lines)):
        yield (_("{count} utan kallelse").format(count=unsummoned), "quiet")
    if invited:
        yield (
            ngettext("du är inbjuden till {count}", "du är inbjuden till {count}", invited).format(count=invited),
            "",
        )


def _row(line: VisitLine, unit_names: Mapping[str, str], day: date, width: int) -> Row:
    visit, very_wide = line.visit, width >= VERY_WIDE
    quiet = "quiet" if visit.state not in OPEN and line.step is Step.NONE else ""
    holder = clean_line(line.holder) if very_wide else clean_line(line.holder).split(" ")[0]
    unit: tuple[Cell, ...] = ((unit_names.get(visit.unit_id, ""), "quiet"),) if unit_names else ()
    wide: tuple[tuple[Cell, ...], tuple[Cell, ...]] = ((), ())
    if width >= WIDE:
        wide = ((_there(line), quiet),), ((_("saknas") if lacks_summons(line) else "", "unread"),)
    there, summons = wide
    return Row(
        (
            _time(visit.starts_at, day, quiet),
            (patient_words(line), quiet),
            *unit,
            (holder or "–", "" if holder and not quiet else "quiet"),
            state_cell(line, in_full=very_wide),
            *there,
            _sent(line, in_words=very_wide),
            *summons,
        ),
        line.case,
    )


def _time(starts_at: datetime, day: date, quiet: str) -> Cell:
    """When it begins; the date where it is left from an earlier day."""
    at = local(starts_at)
    if at.date() == day:
        return (clock_time(starts_at), quiet)
    return (f"{at.day} {_(MONTHS[at.month - 1])}", "unread")


def _there(line: VisitLine) -> str:
    """Who is known to have come; until the video is over, also of how many who may."""
    come = [one for one in line.participants if one in line.waiting or is_known_to_have_come(line.visit, one)]
    who = ", ".join(_(ROLES[one.role]) for one in come)
    if is_past(line):
        return who
    expected = sum(one.revoked_at is None for one in line.participants)
    many = _("{here} av {expected}").format(here=sum(one.revoked_at is None for one in come), expected=expected)
    return f"{many} {who}".strip()


def is_past(line: VisitLine) -> bool:
    """Whether the visit is over, or its video: who has not been seen by then is not to come any longer."""
    return line.visit.state not in OPEN or (line.case is not None and is_half_ended(line.case))


def _sent(line: VisitLine, *, in_words: bool) -> Cell:
    """How the reminders fare, in the order in which they are due."""
    rows = reminders_of(line)
    calls = any(one.is_undecided for one in rows)
    marks = [SENT_MARKS[one.state] for one in rows]
    if not in_words:
        return ("".join(marks), "urgent" if calls else "quiet")
    said = (f"{_(SENT_WORDS[one.purpose])} {mark}" for one, mark in zip(rows, marks, strict=True))
    return (" ".join(said), "urgent" if calls else "quiet")


def _invited_row(one: InvitedLine, unit_names: Mapping[str, str], now: datetime, width: int) -> Row:
    """A visit of another's that one is invited to: nothing in it is about the patient (VI-10)."""
    unit: tuple[Cell, ...] = (("", "quiet"),) if unit_names else ()
    wide: tuple[tuple[Cell, ...], tuple[Cell, ...]] = ((("", ""),), (("", ""),)) if width >= WIDE else ((), ())
    there, summons = wide
    go_in = _("videon är på: gå in")
    state = (f"{UNREAD} {go_in}", "unread") if one.on_video else (_("inte börjat än"), "quiet")
    words = _("du är inbjuden: {unit}").format(unit=clean_line(one.unit))
    at = _time(one.starts_at, local_date(now), "")
    return Row((at, (words, ""), *unit, ("–", "quiet"), state, *there, ("", ""), *summons))
