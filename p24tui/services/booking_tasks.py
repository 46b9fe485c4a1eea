"""Bookings that have not become visits: staff see to what is missing, try again, or settle them (VI-1, VI-5)."""

from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit
from p24tui.services import visits
from p24tui.services.access import right
from p24tui.services.intake.bookings import book_again
from p24tui.store import events, people
from p24tui.store import visits as stored
from p24tui.store.engine import Tx
from p24tui.store.visit_values import BookingTask
from p24tui.system import System


@rule("VI-1")
@right("visit.book")
def try_again(system: System, actor: Actor, task_id: str) -> Visit:
    """Book what a task is about, once what it lacked is there.

    Raises ``Refused`` where it still cannot be booked, ``BadInput`` where there is no such task any longer.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        number = (_of_unit(tx, actor, task_id).booking.get("number") or {}).get("value", "")
        record = people.patient(tx, number=number) if number else None
    if record is not None:
        visits.look_up(system, actor, record.patient.id)
    with system.store.writing() as tx:
        booked = book_again(tx, system, actor, _of_unit(tx, actor, task_id), now)
        lacks = None if booked is not None else _of_unit(tx, actor, task_id).problem
    if booked is None:
        raise Refused("VI-1", "task-" + (lacks or ""))
    return booked


@rule("VI-1", "VI-5")
@right("visit.book")
def settle(system: System, actor: Actor, task_id: str) -> BookingTask:
    """Somebody has seen to it in another way. Raises ``BadInput`` where there is no such task any longer."""
    now = system.clock.now()
    with system.store.writing() as tx:
        task = _of_unit(tx, actor, task_id)
        settled = replace(task, settled_at=now, settled_by=actor.name)
        stored.put_task(tx, settled)
        events.append(tx, actor, now, "booking.settled", unit_id=task.unit_id, task=task.id, problem=task.problem)
        return settled


def _of_unit(tx: Tx, actor: Actor, task_id: str) -> BookingTask:
    found = stored.task(tx, task_id)
    if found is None or found.unit_id != actor.unit_id or found.settled_at is not None:
        raise BadInput("no-booking-task")
    return found
