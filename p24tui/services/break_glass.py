"""Reading a case of a unit where one does not work: begun for a reason, logged, ended by time, reviewed by another."""

from collections.abc import Collection
from datetime import timedelta

from msgspec import Struct

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine import break_glass as routine
from p24tui.routine.actor import Actor
from p24tui.routine.break_glass import BreakGlass, Ground, Outcome
from p24tui.routine.decision import Refusal
from p24tui.routine.patient import ShownPatient, shown
from p24tui.routine.rule import rule
from p24tui.services import protections
from p24tui.services.access import right
from p24tui.services.change import allowed, permitted
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.patients import number_of
from p24tui.services.views import CaseLine, line
from p24tui.store import break_glass, cases, events, messages, people, read_log
from p24tui.store.engine import Tx
from p24tui.store.values import FormAnswer, Message, PatientRecord, Unit
from p24tui.system import System
from p24tui.text import clean_line

LONGEST = 500
"""Characters of somebody's own words that are kept."""


class CaseElsewhere(Struct, frozen=True):
    """One of the patient's cases that may be read, and its unit."""

    line: CaseLine
    unit: Unit


class ReadElsewhere(Struct, frozen=True):
    """A case as it is read by break-glass: what the patient and staff wrote to each other, and the forms."""

    line: CaseLine
    unit: Unit
    messages: tuple[Message, ...]
    answers: tuple[FormAnswer, ...]


class ToReview(Struct, frozen=True):
    """A reading that somebody else is to review. ``late`` says that it ought to have been by now."""

    one: BreakGlass
    patient: ShownPatient
    from_unit: str
    late: bool


@rule("LO-1", "PR-1")
@right("break-glass.use")
def begin(system: System, actor: Actor, typed: str, ground: Ground, words: str) -> BreakGlass:
    """Begin to read the cases that a person has at units where one does not work, by the whole identity number.

    That it was tried is committed before anything is said, and also where there is nothing: then it raises
    ``BadInput``, and tells no more than that. Raises ``Refused`` where the person is protected or no reason is given.
    """
    if actor.staff_id is None:
        raise BadInput("who-acts")
    said, number = clean_line(words, LONGEST), number_of(system, typed)
    if not said:
        raise Refused("LO-1", "break-glass-why")
    with system.store.reading() as tx:
        known = people.patient(tx, number=number.value)
    if known is not None:
        protections.look_up(system, actor, known.patient.id)
    with system.store.writing() as tx:
        if tx.personal:
            begun = _begin_by_database(tx, system, actor, number.value, ground, said)
        else:
            begun = _begin(tx, system, actor, people.patient(tx, number=number.value), ground, said)
    if begun is None:
        raise BadInput("nothing-elsewhere")
    return allowed(begun)


@rule("LO-1", "PR-1")
@right("break-glass.use")
def cases_of(system: System, actor: Actor, id: str) -> tuple[CaseElsewhere, ...]:
    """The patient's cases elsewhere, the newest first; logged before they are returned. Raises as reading one does."""
    with system.store.writing() as tx:
        one, record = _standing(tx, system, actor, id)
        patient_id = record.patient.id
        read_log.log_reading(tx, actor, system.clock.now(), "break-glass", patient_id=patient_id, why=_why(one.id))
        rows = cases.some(
            tx, [case_id for case_id, unit_id in cases.of_patient(tx, patient_id) if unit_id in one.units]
        )
        units = {unit.id: unit for unit in people.all_units(tx)}
        now = system.clock.now()
        newest = sorted(rows, key=lambda row: row.case.received_at, reverse=True)
        return tuple(CaseElsewhere(line(row, units[row.case.unit_id], now), units[row.case.unit_id]) for row in newest)


@rule("LO-1", "PR-1")
@right("break-glass.use")
def read(system: System, actor: Actor, id: str, case_id: str) -> ReadElsewhere:
    """One of them, to read and no more; logged before it is returned, with the break-glass as the reason.

    Raises ``Refused`` where the time is over, it is somebody else's or the patient is protected, ``BadInput`` where
    it does not reach the case.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        one, record = _standing(tx, system, actor, id)
        row = cases.one(tx, case_id)
        if row is None or row.patient.id != record.patient.id or row.case.unit_id not in one.units:
            raise BadInput("no-case", case=case_id)
        read_log.log_reading(tx, actor, now, "case", case_id=case_id, patient_id=row.patient.id, why=_why(one.id))
        unit = known_unit(tx, row.case.unit_id)
        return ReadElsewhere(
            line(row, unit, now), unit, tuple(messages.of_case(tx, case_id)), tuple(messages.answers_of(tx, case_id))
        )


@rule("LO-1", "LO-2")
@right("break-glass.review")
def to_review(system: System, actor: Actor, unit_ids: Collection[str]) -> tuple[ToReview, ...]:
    """What others have read at these units and nobody has reviewed, the oldest first; logged before it is returned."""
    now = system.clock.now()
    within = _within(system)
    with system.store.writing() as tx:
        found = [one for one in break_glass.unreviewed(tx) if routine.is_reviewed_by(one, actor.staff_id, unit_ids)]
        patients = people.patients_by_id(tx, {one.patient_id for one in found})
        units = {unit.id: unit.name for unit in people.all_units(tx)}
        read_log.log_reading(tx, actor, now, "break-glass-review", patients=set(patients), why="control")
        return tuple(
            ToReview(
                one,
                shown(patients[one.patient_id], local_date(now)),
                units.get(one.unit_id, one.unit_id),
                routine.is_overdue(one, within, now),
            )
            for one in found
        )


@rule("LO-1", "LO-2")
@right("break-glass.review")
def review(system: System, actor: Actor, id: str, outcome: Outcome, words: str) -> BreakGlass:
    """Sign what one has found. Raises ``Refused`` for one's own, for another unit's, or without words."""
    now = system.clock.now()
    with system.store.writing() as tx:
        # A person's own role locks only what is theirs to review; of the rest it is told why it is not.
        one = break_glass.find(tx, id, lock=True) or break_glass.find(tx, id)
        if one is None:
            raise BadInput("no-break-glass")
        after = allowed(routine.review(one, actor, outcome, clean_line(words, LONGEST), now))
        break_glass.save_review(tx, after)
        events.append(tx, actor, now, "break-glass.reviewed", rule="LO-2", break_glass=id, outcome=outcome.value)
        return after


@rule("LO-2")
def overdue(system: System, unit_ids: Collection[str]) -> int:
    """How many readings at these units ought to have been reviewed by now; no more is told than that."""
    with system.store.reading() as tx:
        return break_glass.unreviewed_before(tx, unit_ids, system.clock.now() - _within(system))


def _begin(
    tx: Tx, system: System, actor: Actor, record: PatientRecord | None, ground: Ground, words: str
) -> BreakGlass | Refusal | None:
    """Log it; then what was begun, why it may not be, or none where the person has nothing elsewhere."""
    id, now = fresh_id(), system.clock.now()
    patient_id = record.patient.id if record else None
    read_log.log_reading(tx, actor, now, "break-glass", patient_id=patient_id, why=_why(id))
    if record is None or actor.staff_id is None:
        return None
    found = people.staff_member(tx, actor.staff_id)
    own = found[1] if found else ()
    elsewhere = [(case, unit) for case, unit in cases.of_patient(tx, record.patient.id) if unit not in own]
    if not elsewhere:
        return None
    if refusal := routine.may_begin(words, record.patient.protection):
        return refusal
    lasts = timedelta(minutes=limit("break_glass_lasts", now))
    one = BreakGlass(
        id=id,
        staff_id=actor.staff_id,
        staff_name=actor.name,
        profession=actor.profession or "",
        unit_id=actor.unit_id,
        patient_id=record.patient.id,
        units=tuple(sorted({unit for _case, unit in elsewhere})),
        ground=ground,
        words=words,
        begun_at=now,
        ends_at=now + lasts,
    )
    break_glass.add(tx, one)
    said = {"break_glass": id, "ground": ground.value, "until": one.ends_at.isoformat()}
    for case_id, unit_id in elsewhere:
        events.append(tx, actor, now, "break-glass.begun", case_id, unit_id=unit_id, rule="LO-1", **said)
    return one


def _begin_by_database(
    tx: Tx, system: System, actor: Actor, number: str, ground: Ground, words: str
) -> BreakGlass | Refusal | None:
    """The same under a person's own role, which sees nothing elsewhere: the database looks, logs and begins."""
    id = fresh_id()
    units = break_glass.begin(tx, actor, id, number, ground, words, limit("break_glass_lasts", system.clock.now()))
    if units is None:
        return None
    if not units:
        return Refusal("PR-1", "break-glass-protected")
    one = break_glass.find(tx, id)
    assert one is not None  # one sees one's own
    tx.changed.update(
        (unit_id, case_id) for case_id, unit_id in cases.of_patient(tx, one.patient_id) if unit_id in one.units
    )
    return one


def _standing(tx: Tx, system: System, actor: Actor, id: str) -> tuple[BreakGlass, PatientRecord]:
    """The break-glass that the actor reads by now, and its patient. Raises where they may not."""
    one = break_glass.find(tx, id)
    record = people.patient(tx, id=one.patient_id) if one is not None else None
    if one is None or record is None:
        raise BadInput("no-break-glass")
    now = break_glass.clock(tx) if tx.personal else system.clock.now()
    permitted(routine.may_read(one, actor, record.patient.protection, now))
    return one, record


def _why(id: str) -> str:
    """What the read log says of why one could read."""
    return f"break-glass:{id}"


def _within(system: System) -> timedelta:
    return timedelta(hours=limit("break_glass_review_within", system.clock.now()))
