"""A patient with a case at a unit where few work."""

from msgspec.structs import replace

from p24tui.routine.break_glass import BreakGlass, Ground
from p24tui.routine.case import Case
from p24tui.routine.protection import Protection
from p24tui.routine.role import Role
from p24tui.services import break_glass, staff
from p24tui.store import people
from p24tui.store.values import PatientRecord
from tests.world import BERGA, PEOPLE, World

NUMBER = "196101182803"
WHY = "Patienten är medvetslös i väntrummet"


def elsewhere(world: World, protection: Protection = Protection.NONE) -> Case:
    """A case at Berga, where Sara works, of the person with the number."""
    world.second_unit("sara")
    one = world.case(
        name="Karin Öberg",
        matter="Tryck i bröstet",
        text="Det trycker över bröstet.",
        unit_id=BERGA,
        protection=protection,
    )
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=one.patient_id)
        assert isinstance(record, PatientRecord)
        people.put_patient(tx, replace(record, patient=replace(record.patient, number=NUMBER)), world.clock.now())
    return one


def begun(world: World, who: str = "maria", words: str = WHY) -> BreakGlass:
    """Somebody begins to read what there is of the person."""
    return break_glass.begin(world.system, world.actor(who), NUMBER, Ground.LIFE, words)


def give(world: World, who: str, role: Role, unit_id: str) -> None:
    """Let somebody hold an office."""
    staff.give_role(world.system, world.source, PEOPLE[who][0], unit_id, role)
