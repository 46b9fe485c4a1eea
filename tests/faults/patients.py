"""Patients who do not answer, each with a case and a reminder that is due; and how the reminders stand."""

import random
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import func, select

from p24tui.errors import P24Error
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, ContactKind
from p24tui.routine.outgoing import OutgoingState, Planned, Purpose
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.services import outbox
from p24tui.store import cases, people, tables
from p24tui.store.engine import Tx
from p24tui.store.values import Contact, OutgoingRow, PatientRecord
from p24tui.system import System
from tests.faults.checking import Event, Row
from tests.world import PEOPLE, UNIT

TELEPHONES = 95
"""How many mobile numbers are kept for fiction; where there are more patients, several share one, as families do."""

NURSE = Actor(*PEOPLE["maria"], UNIT, "console:faults")
KEPT = timedelta(hours=8)


def add_reminders(system: System, first: int, count: int) -> list[str]:
    """So many more patients, numbered from ``first``, with a reminder each; the ids of these."""
    now = system.clock.now()
    with system.store.writing() as tx:
        return [_add(tx, number, now) for number in range(first, first + count)]


def cancel_one(system: System, choice: random.Random) -> None:
    """Staff let one of the reminders that have not gone yet not go; one that is just going, goes."""
    with system.store.reading() as tx:
        query = select(tables.outbox.c.id).where(tables.outbox.c.state == OutgoingState.QUEUED)
        ids = sorted(tx.connection.execute(query).scalars())
    if ids:
        with suppress(P24Error):
            outbox.cancel(system, NURSE, choice.choice(ids))


def waiting(system: System) -> int:
    """How many reminders are still to go or just going."""
    busy = tables.outbox.c.state.in_((OutgoingState.QUEUED, OutgoingState.SENDING))
    with system.store.reading() as tx:
        return int(tx.connection.execute(select(func.count()).where(busy)).scalar_one())


def all_rows(system: System) -> dict[str, Row]:
    """How each reminder stands."""
    columns = (tables.outbox.c.id, tables.outbox.c.state, tables.outbox.c.problem)
    with system.store.reading() as tx:
        found = tx.connection.execute(select(*columns)).all()
    return {id: Row(OutgoingState(state), problem) for id, state, problem in found}


def all_events(system: System) -> list[Event]:
    """All that has happened to reminders, in order."""
    columns = (tables.events.c.details, tables.events.c.kind, tables.events.c.place)
    query = select(*columns).where(tables.events.c.kind.like("sms.%")).order_by(tables.events.c.seq)
    with system.store.reading() as tx:
        return [Event(details["sms"], kind, place) for details, kind, place in tx.connection.execute(query)]


def _add(tx: Tx, number: int, now: datetime) -> str:
    name, mobile = f"Testperson {number:05d}", _mobile(number)
    patient = Patient(fresh_id(), _identity(number), name, None, Protection.NONE, mobile)
    people.put_patient(tx, PatientRecord(patient, "samordningsnummer", Protection.NONE, now), now)
    case = Case(
        id=fresh_id(),
        unit_id=UNIT,
        patient_id=patient.id,
        kind=ContactKind.TRIAGED,
        matter="Hosta",
        received_at=now,
        state=CaseState.WAITING,
        priority=3,
        answered_at=now,
    )
    cases.add(tx, case, Contact("faults", case.id))
    row = _reminder(case, patient, now)
    outbox.queue(tx, NURSE, row)
    return row.id


def _identity(number: int) -> str:
    return f"1961{1 + number // 10_000 % 12:02d}78{number % 10_000:04d}"


def _mobile(number: int) -> str:
    """+46 70 174 06 05 to 99."""
    return f"+467017406{5 + number % TELEPHONES:02d}"


def _reminder(case: Case, patient: Patient, now: datetime) -> OutgoingRow:
    return outbox.make_row(
        UNIT,
        patient.id,
        outbox.about_case(case.id),
        Planned(Purpose.ANSWER, now, now + KEPT),
        now,
        text="Vårdcentralen Åsen väntar på ditt svar: https://mitt.regionhalland.se/vard",
        recipient=patient.mobile,
        by=NURSE,
        case_id=case.id,
    )
