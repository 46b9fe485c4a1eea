"""Units and staff: added, changed, acted as."""

from datetime import UTC, datetime

import pytest

from p24tui.errors import BadInput
from p24tui.routine import hours
from p24tui.services import staff, units
from tests.world import PEOPLE, UNIT, World


def test_acting_as_somebody_needs_an_active_person_of_the_unit(world: World) -> None:
    maria = PEOPLE["maria"][0]
    assert staff.acting(world.system, maria, UNIT, "x").name == "Maria Lind"
    with pytest.raises(BadInput, match="not-of-unit"):
        staff.acting(world.system, maria, "SE2321000016-XXXX", "x")
    gone = staff.make_staff(maria, "Maria Lind", "nurse", active=False)
    staff.put_staff(world.system, world.source, gone, (UNIT,))
    with pytest.raises(BadInput, match="no-staff"):
        staff.acting(world.system, maria, UNIT, "x")
    assert maria not in {one.id for one in staff.staff_of(world.system, UNIT)}


def test_nobody_works_at_a_unit_that_is_not_there(world: World) -> None:
    member = staff.make_staff("SE2321000016-NY01", "Ny Person", "nurse")
    with pytest.raises(BadInput, match="no-unit"):
        staff.put_staff(world.system, world.source, member, ("SE2321000016-XXXX",))
    assert "Ny Person" not in {one.name for one, _units in staff.all_staff(world.system)}


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), True, datetime(2026, 11, 23, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False, datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), False, datetime(2026, 11, 30, 7, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 9, 0, tzinfo=UTC), False, datetime(2026, 12, 28, 7, 0, tzinfo=UTC)),
    ],
    ids=["monday", "evening", "friday-evening", "christmas-eve"],
)
def test_a_unit_knows_whether_it_is_open_and_until_when(
    world: World, now: datetime, is_open: bool, changes: datetime
) -> None:
    unit = units.find_unit(world.system, UNIT)
    assert hours.openness(unit.hours, now) == hours.Openness(is_open, changes)


@pytest.mark.parametrize(
    ("id", "name", "hours", "reason"),
    [
        ("ÅSEN", "Åsen", "mon-fri 08:00-17:00", "hsa-id"),
        (UNIT, "\u200b ", "mon-fri 08:00-17:00", "unit-name"),
        (UNIT, "Åsen", "mon-fri 17:00-08:00", "hours"),
        (UNIT, "Åsen", "alltid", "hours"),
    ],
)
def test_what_does_not_fit_a_unit_is_refused(id: str, name: str, hours: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        units.make_unit(id, name, "primary-care", hours)
