"""Setting up for the first time: one unit, and one person who works there."""

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.services.access import right
from p24tui.store import events, people
from p24tui.store.connect import PERSON
from p24tui.store.values import Staff, Unit
from p24tui.system import System


def is_set_up(system: System) -> bool:
    """Whether there is any unit. Where the database is opened as a person, and nobody has come yet, there has to be."""
    if PERSON in system.settings.database and not system.settings.staff:
        return True
    with system.store.reading() as tx:
        return bool(people.all_units(tx))


@right("staff.change")
def set_up(system: System, actor: Actor, unit: Unit, member: Staff) -> None:
    """Add the unit and the person, together. Raises ``BadInput`` where the unit is there already."""
    now = system.clock.now()
    with system.store.writing() as tx:
        if people.unit(tx, unit.id) is not None:
            raise BadInput("already-set-up")
        people.put_unit(tx, unit)
        people.put_staff(tx, member, (unit.id,))
        events.append(tx, actor, now, "unit.added", unit_id=unit.id, name=unit.name)
        events.append(
            tx,
            actor,
            now,
            "staff.added",
            unit_id=unit.id,
            staff=member.id,
            profession=member.profession.value,
        )
