"""Log control: who has read what, by patient, person, unit and time, by sample, and the unusual first (LO-2).

Whoever looks is logged too, and that is committed before anything is returned.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, time, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.routine import log_control as rules
from p24tui.routine.actor import Actor
from p24tui.routine.hours import instant_of, is_open
from p24tui.routine.log_control import CheckKind, ReadFacts, Reason
from p24tui.routine.patient import Patient
from p24tui.routine.protection import is_protected
from p24tui.routine.role import Role
from p24tui.routine.rule import rule
from p24tui.services.access import check, right
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.log_control_views import LogLine, LogView
from p24tui.services.patients import number_of
from p24tui.store import log_control as store
from p24tui.store import people, read_log
from p24tui.store.engine import Tx
from p24tui.store.log_control_values import Criteria, Cursor, LogRow, Span
from p24tui.store.values import PatientRecord
from p24tui.system import System
from p24tui.text import clean_line

PAGE = 200
"""Readings on a page."""

MOST = 500
"""Readings that are handed out at most where they come on no pages: the unusual ones, and a sample."""

SAMPLE = 20
"""Readings in a sample where nobody says how many."""

LONGEST_SEED = 64


def acting(system: System, actor: Actor) -> Actor:
    """The person as log controller.

    Raises ``BadInput`` where nobody acts, ``Refused`` where they do not hold that role at their unit.
    """
    if actor.staff_id is None:
        raise BadInput("who-acts")
    with system.store.reading() as tx:
        if store.holds_role(tx, actor.staff_id, actor.unit_id, Role.LOG_CONTROLLER):
            return replace(actor, role=Role.LOG_CONTROLLER)
    check(actor, "log.control")
    return actor


def units_of(tx: Tx, actor: Actor) -> tuple[str, ...]:
    """The units whose log the actor sees: the one they act at, and the others where they hold the role."""
    held = store.units_of_role(tx, actor.staff_id or "", Role.LOG_CONTROLLER)
    return tuple(dict.fromkeys((actor.unit_id, *held)))


@right("log.control")
@rule("LO-1", "LO-2")
def by_patient(
    system: System,
    actor: Actor,
    number: str,
    first: date | None = None,
    last: date | None = None,
    after: Cursor | None = None,
) -> LogView:
    """Who has read of the patient with this identity number, in lists too, the latest first.

    Raises ``Refused`` where the actor is no log controller, ``BadInput`` where nobody here has the number.
    """
    record = patient_of(system, number)
    span = span_of(system, first, last, since_ever(system))
    return look(system, actor, Criteria(CheckKind.PATIENT, span, patient_id=record.patient.id), after)


@right("log.control")
@rule("LO-1", "LO-2")
def by_person(
    system: System,
    actor: Actor,
    staff_id: str,
    first: date | None = None,
    last: date | None = None,
    after: Cursor | None = None,
) -> LogView:
    """What a member of staff has read, the latest first. Raises ``Refused``, or ``BadInput`` where there is no such."""
    span = span_of(system, first, last, since_ever(system))
    return look(system, actor, Criteria(CheckKind.PERSON, span, staff_id=clean_line(staff_id, 100)), after)


@right("log.control")
@rule("LO-1", "LO-2")
def by_unit(
    system: System, actor: Actor, unit_id: str, first: date, last: date, after: Cursor | None = None
) -> LogView:
    """What has been read at a unit on these days, the latest first. Raises ``Refused``, ``BadInput`` for another's."""
    return look(system, actor, Criteria(CheckKind.UNIT, span_of(system, first, last), unit_id=unit_id), after)


@right("log.control")
@rule("LO-1", "LO-2")
def sample(system: System, actor: Actor, first: date, last: date, count: int, seed: str) -> LogView:
    """A sample of what has been read on these days; who has the seed and the days draws the same one again.

    Raises ``Refused``, or ``BadInput`` for days that are not over, and a seed or a number that cannot be used.
    """
    if last >= local_date(system.clock.now()):
        raise BadInput("sample-days")
    sown = clean_line(seed, LONGEST_SEED)
    if not sown:
        raise BadInput("sample-seed")
    if not 1 <= count <= MOST:
        raise BadInput("sample-count", most=MOST)
    return look(system, actor, Criteria(CheckKind.SAMPLE, span_of(system, first, last), seed=sown, count=count))


@right("log.control")
@rule("LO-1", "LO-2")
def unusual(system: System, actor: Actor, first: date | None = None, last: date | None = None) -> LogView:
    """What stands out of what people have opened on these days, the heaviest first; of late where none are said."""
    now = system.clock.now()
    lately = local_date(now) - timedelta(days=limit("log_looked_back", now) - 1)
    return look(system, actor, Criteria(CheckKind.UNUSUAL, span_of(system, first, last, lately)))


@right("log.control")
@rule("LO-1", "LO-2")
def look(system: System, actor: Actor, criteria: Criteria, after: Cursor | None = None) -> LogView:
    """The same look again, or what comes ``after`` a page of it. Raises as each of them does."""
    with system.store.reading() as tx:
        looking = _Looking(system, units_of(tx, actor))
    view = looking.at(criteria, after)
    log(system, actor, criteria.kind, looking.patients, about=criteria.patient_id)
    return view


def log(system: System, actor: Actor, view: str, named: Collection[str], *, about: str = "") -> None:
    """Log that the log is about to be shown: by which look, of whom it is, and whom it names."""
    with system.store.writing() as tx:
        log_in(tx, system, actor, store.CONTROL, view, named, about=about)


def log_in(
    tx: Tx, system: System, actor: Actor, kind: str, view: str, named: Collection[str], *, about: str = ""
) -> None:
    """The same within a transaction that does more."""
    others, now = set(named) - {about}, system.clock.now()
    read_log.log_reading(tx, actor, now, kind, patient_id=about or None, patients=others, view=view, why=store.CONTROL)


def patient_of(system: System, number: str) -> PatientRecord:
    """The patient whose log is asked for. Raises ``BadInput`` where nobody here has the number."""
    with system.store.reading() as tx:
        record = people.patient(tx, number=number_of(system, number).value)
    if record is None:
        raise BadInput("log-no-patient")
    return record


def lines_of(
    tx: Tx, rows: Collection[LogRow], reasons: Mapping[int, tuple[Reason, ...]] = MappingProxyType({})
) -> tuple[LogLine, ...]:
    """These rows as they are shown: a protected person without name and number."""
    known = store.patients_of(tx, {row.patient_id for row in rows if row.patient_id})
    units = {unit.id: unit.name for unit in people.all_units(tx)}
    return tuple(_line(row, known.get(row.patient_id or ""), units, reasons.get(row.seq, ())) for row in rows)


def _line(row: LogRow, patient: Patient | None, units: dict[str, str], reasons: tuple[Reason, ...]) -> LogLine:
    protected = patient is not None and is_protected(patient.protection)
    named = patient if not protected else None
    return LogLine(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        staff_id=row.staff_id or "",
        reader=clean_line(row.reader),
        profession=row.profession,
        role=row.role,
        unit=clean_line(units.get(row.unit_id, row.unit_id)),
        place=clean_line(row.place),
        why=row.why,
        patient=clean_line(named.name) if named else "",
        number=named.number if named else "",
        protected=protected,
        listed=len(row.patients) if row.patient_id is None else 0,
        reasons=reasons,
    )


class _Looking:
    """What each kind of look finds. ``patients`` are those that what was found names.

    What takes its time in the program is done between transactions: PostgreSQL ends one in which nothing happens.
    """

    def __init__(self, system: System, unit_ids: tuple[str, ...]) -> None:
        self._reading = system.store.reading
        self._now = system.clock.now()
        self._unit_ids = unit_ids
        self.patients: set[str] = set()

    def at(self, criteria: Criteria, after: Cursor | None) -> LogView:
        match criteria.kind:
            case CheckKind.UNUSUAL:
                return self._unusual(criteria)
            case CheckKind.SAMPLE:
                return self._sample(criteria)
            case _:
                return self._page(criteria, after)

    def _page(self, criteria: Criteria, after: Cursor | None) -> LogView:
        with self._reading() as tx:
            rows = self._rows(tx, criteria, after)
            shown = rows[:PAGE]
            more = shown[-1].cursor if len(rows) > PAGE else None
            return LogView(criteria, subject(tx, criteria), self._lines(tx, shown), len(shown), more)

    def _rows(self, tx: Tx, criteria: Criteria, after: Cursor | None) -> list[LogRow]:
        units, span = self._unit_ids, criteria.span
        if criteria.kind is CheckKind.PATIENT:
            return store.of_patient(tx, units, criteria.patient_id, span, PAGE + 1, after)
        if criteria.kind is CheckKind.PERSON:
            return store.of_person(tx, units, criteria.staff_id, span, PAGE + 1, after)
        if criteria.unit_id not in units:
            raise BadInput("no-unit", unit=clean_line(criteria.unit_id, 100))
        return store.of_units(tx, (criteria.unit_id,), span, PAGE + 1, after)

    def _sample(self, criteria: Criteria) -> LogView:
        span = criteria.span
        with self._reading() as tx:
            seqs = store.seqs(tx, self._unit_ids, span)
        taken = rules.drawn(seqs, criteria.seed, span.first, span.until, criteria.count)
        with self._reading() as tx:
            rows = store.by_seq(tx, self._unit_ids, taken)
            return LogView(criteria, subject(tx, criteria), self._lines(tx, rows), len(seqs))

    def _unusual(self, criteria: Criteria) -> LogView:
        with self._reading() as tx:
            rows = {row.seq: row for row in store.opened(tx, self._unit_ids, criteria.span)}
            facts = self._facts(tx, rows.values(), criteria.span)
            staff = [member.name for member, _units in people.all_staff(tx)]
        most, within = limit("log_many_patients", self._now), timedelta(minutes=limit("log_many_within", self._now))
        judged = rules.unusual(facts, staff, weights(), most, within)[:MOST]
        reasons = {one.seq: one.reasons for one in judged}
        with self._reading() as tx:
            lines = self._lines(tx, [rows[one.seq] for one in judged], reasons)
            return LogView(criteria, subject(tx, criteria), lines, len(rows))

    def _lines(
        self, tx: Tx, rows: Collection[LogRow], reasons: Mapping[int, tuple[Reason, ...]] = MappingProxyType({})
    ) -> tuple[LogLine, ...]:
        self.patients |= {row.patient_id for row in rows if row.patient_id}
        return lines_of(tx, rows, reasons)

    def _facts(self, tx: Tx, rows: Collection[LogRow], span: Span) -> Iterator[ReadFacts]:
        """What is known of these readings; all that is read is read now, and the rest done as they are asked for."""
        patients = store.patients_of(tx, {row.patient_id for row in rows if row.patient_id})
        hours = {unit.id: unit.hours for unit in people.all_units(tx)}
        in_case, of_patient = store.in_care(tx, self._unit_ids, span)

        def fact(row: LogRow) -> ReadFacts:
            patient, who = patients.get(row.patient_id or ""), row.staff_id or ""
            protected = patient is not None and is_protected(patient.protection)
            return ReadFacts(
                seq=row.seq,
                at=row.at,
                staff_id=who,
                reader=row.reader,
                patient_id=row.patient_id or "",
                patient=patient.name if patient and not protected else "",
                why=row.why,
                protected=protected,
                in_care=(who, row.case_id) in in_case if row.case_id else (who, row.patient_id or "") in of_patient,
                open=row.unit_id not in hours or is_open(hours[row.unit_id], row.at),
            )

        return map(fact, rows)


def weights() -> dict[Reason, int]:
    """What each reason weighs."""
    said = assets.load("log_control.toml")["weights"]
    return {reason: int(said[reason]) for reason in Reason}


def subject(tx: Tx, criteria: Criteria) -> str:
    """Of whom a look is, in words: a patient, a person or a unit; empty where it is of all."""
    if criteria.patient_id:
        record = people.patient(tx, id=criteria.patient_id)
        hidden = record is None or is_protected(record.patient.protection)
        return "" if record is None or hidden else clean_line(f"{record.patient.name} {record.patient.number}")
    if criteria.staff_id:
        found = people.staff_member(tx, criteria.staff_id)
        if found is None:
            raise BadInput("no-staff", staff=clean_line(criteria.staff_id, 100))
        return clean_line(found[0].name)
    return clean_line(known_unit(tx, criteria.unit_id).name) if criteria.unit_id else ""


def since_ever(system: System) -> date:
    """The first day of which the log is kept."""
    now = system.clock.now()
    today = local_date(now)
    return date(today.year - limit("read_log_kept", now), today.month, min(today.day, 28))


def span_of(system: System, first: date | None, last: date | None, begins: date | None = None) -> Span:
    """From the beginning of the first day to the end of the last, or of today. Raises ``BadInput`` for none at all."""
    today = local_date(system.clock.now())
    first, last = first or begins or today, last or today
    if first > last:
        raise BadInput("log-days")
    return Span(instant_of(first, time.min), instant_of(last + timedelta(days=1), time.min))
