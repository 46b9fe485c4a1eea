"""Reading beyond one's units where people have database roles of their own: by the database's clock, to read alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text

from p24tui.errors import BadInput
from p24tui.routine.break_glass import Ground, Outcome
from p24tui.routine.protection import Protection
from p24tui.routine.role import Role
from p24tui.services import break_glass, doctor
from p24tui.services.doctor import Verdict
from p24tui.services.limits import limit
from p24tui.store import tables
from tests.breaking_glass import NUMBER, WHY, begun, elsewhere
from tests.database_roles import world_of_people
from tests.services import test_break_glass as shared
from tests.services.test_break_glass import head, log_of, said
from tests.world import BERGA, UNIT, World

__all__ = ["world_of_people"]

AS_THE_PROGRAM = {
    "test_where_the_log_cannot_be_written_nothing_is_told",  # the database writes it
    "test_it_ends_by_time_is_nobody_elses_and_ends_when_the_person_is_protected",  # by the program's clock
}


for _name, _test in vars(shared).items():
    if _name.startswith("test_") and _name not in AS_THE_PROGRAM:
        globals()[_name] = _test


def as_owner(world: World, statement: str) -> None:
    with world.system.store.writing() as tx:
        tx.connection.execute(text(statement))


@pytest.mark.rule("LO-1", "PR-1")
def test_it_ends_by_the_databases_clock_and_when_the_person_is_protected(world: World) -> None:
    case, maria = elsewhere(world), world.actor("maria")
    other = world.case(name="Någon annan", unit_id=BERGA)
    one = begun(world)
    assert one.ends_at - one.begun_at == timedelta(minutes=limit("break_glass_lasts", one.begun_at))

    def read(who: str = "maria", case_id: str = case.id) -> Callable[[], object]:
        return lambda: break_glass.read(world.system, world.actor(who), one.id, case_id)

    world.clock.advance(timedelta(days=-30))  # what the workstation's clock says is no matter
    read()()
    assert said(read("johan")) == "no-break-glass"
    assert said(read(case_id=other.id)) == "no-case"
    as_owner(world, "UPDATE patients SET protection = 'skyddad-folkbokforing'")
    assert said(read()) == "break-glass-protected"
    as_owner(world, "UPDATE patients SET protection = 'none'")
    read()()
    as_owner(world, "UPDATE break_glass SET ends_at = now()")
    assert said(read()) == "break-glass-over"
    assert said(lambda: break_glass.cases_of(world.system, maria, one.id)) == "break-glass-over"
    assert begun(world).id != one.id


@pytest.mark.rule("LO-1")
@pytest.mark.parametrize("ground", Ground)
def test_the_database_knows_every_ground_and_where_the_person_sits(world: World, ground: Ground) -> None:
    elsewhere(world)
    maria = world.actor("maria")
    one = break_glass.begin(world.system, maria, NUMBER, ground, WHY)
    assert (one.ground, one.words, one.unit_id, one.units) == (ground, WHY, UNIT, (BERGA,))
    with world.system.store.reading() as tx:
        query = select(tables.read_log.c.place, tables.read_log.c.unit_id).where(
            tables.read_log.c.kind == "break-glass"
        )
        assert [tuple(row) for row in tx.connection.execute(query)] == [(maria.place, UNIT)]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_where_the_database_cannot_log_nothing_begins(world: World) -> None:
    elsewhere(world)
    as_owner(world, "ALTER TABLE read_log ADD CONSTRAINT full_log CHECK (kind <> 'break-glass') NOT VALID")
    with pytest.raises(Exception, match="full_log"):
        begun(world)
    as_owner(world, "ALTER TABLE read_log DROP CONSTRAINT full_log")
    assert log_of(world, "maria") == []
    with world.system.store.reading() as tx:
        assert tx.connection.execute(select(tables.break_glass)).first() is None


@pytest.mark.rule("LO-1")
def test_whoever_the_database_does_not_let_begin_is_refused(world: World) -> None:
    elsewhere(world)
    with pytest.raises(BadInput, match="database-refuses"):  # she does not work at the unit that she says
        break_glass.begin(world.system, replace(world.actor("maria"), unit_id=BERGA), NUMBER, Ground.LIFE, WHY)


@pytest.mark.rule("LO-1", "LO-2")
def test_who_reviews_sees_whom_it_was_about_also_when_the_case_has_moved(world: World) -> None:
    case = elsewhere(world)
    one, johan = begun(world), head(world)
    as_owner(world, f"UPDATE cases SET unit_id = '{UNIT}' WHERE id = '{case.id}'")
    as_owner(world, f"DELETE FROM staff_units WHERE staff_id = '{johan.staff_id}' AND unit_id = '{UNIT}'")
    (found,) = break_glass.to_review(world.system, johan, [BERGA])
    assert (found.one.id, found.patient.name) == (one.id, "Karin Öberg")
    break_glass.review(world.system, johan, one.id, Outcome.UNJUSTIFIED, "Ingen fara.")
    assert break_glass.to_review(world.system, johan, [BERGA]) == ()


@pytest.mark.rule("LO-2")
def test_doctor_tells_of_late_reviews_to_whoever_runs_it(world: World) -> None:
    """Also to who may not see the readings themselves."""
    elsewhere(world)
    one = begun(world, who="johan")
    world.clock.advance(one.begun_at - world.clock.now() + timedelta(hours=24, seconds=1))
    assert break_glass.to_review(world.system, replace(world.actor("maria"), role=Role.HEAD), [BERGA]) == ()
    assert break_glass.overdue(world.system, [BERGA]) == 1
    assert break_glass.overdue(world.system, [UNIT]) == break_glass.overdue(world.system, []) == 0
    assert doctor._reviews(world.system).verdict is Verdict.WARNING


@pytest.mark.rule("PR-1")
def test_an_unknown_protection_is_no_known_one(world: World) -> None:
    case = elsewhere(world, Protection.UNKNOWN)
    one = begun(world)
    assert break_glass.read(world.system, world.actor("maria"), one.id, case.id).unit.id == BERGA
