"""What the database holds, at one moment."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from p24tui.services.log_verify import Tally, verify
from p24tui.store import tables
from p24tui.system import System
from tests.faults.storm.checking import (
    CaseNow,
    Change,
    Event,
    Fault,
    Finding,
    Message,
    Offer,
    Reminder,
    Snapshot,
)
from tests.faults.storm.orders import BOOKINGS


def snapshot(system: System) -> Snapshot:
    """All of it in one transaction, which sees one moment."""
    engine = system.store.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        return _snapshot(connection)


def unchained(system: System) -> list[Finding]:
    """What the program's own check of its logs finds."""
    return [
        Finding(Fault.CHAIN, f"{one.log} {one.chain} {one.position}", one.what.value) for one in verify(system, Tally())
    ]


def _snapshot(connection: Connection) -> Snapshot:
    def rows(*columns: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(select(*columns))]

    events, changes, cases, outbox = tables.events.c, tables.changes.c, tables.cases.c, tables.outbox.c
    of_events = select(
        events.seq, events.kind, events.case_id, events.unit_id, events.staff_id, events.place, events.at
    )
    numbers = select(outbox.id, outbox.case_id, tables.patients.c.number, outbox.state).join(
        tables.patients, tables.patients.c.id == outbox.patient_id
    )
    booked = [select(one.c.booking_id).where(one.c.source == BOOKINGS) for one in (tables.visits, tables.booking_tasks)]
    read, said = tables.read_log.c, tables.messages.c
    return Snapshot(
        messages=[Message(*row) for row in rows(said.id, said.case_id, said.text)],
        events=[Event(*row) for row in connection.execute(of_events.order_by(events.seq))],
        changes=[
            Change(*row)
            for row in rows(
                changes.seq, changes.case_id, changes.unit_id, changes.message_id, changes.event_seq, changes.at
            )
        ],
        cases={
            id: CaseNow(owner, handed_at is not None, version)
            for id, owner, handed_at, version in rows(cases.id, cases.owner_id, cases.handed_at, cases.version)
        },
        offers=[Offer(*row) for row in rows(tables.handovers.c.case_id, tables.handovers.c.state)],
        reminders={id: Reminder(*rest) for id, *rest in connection.execute(numbers)},
        made_of_bookings=Counter(id for one in booked for id in connection.execute(one).scalars()),
        readings=Counter((place, case_id or "") for place, case_id in rows(read.place, read.case_id)),
    )
