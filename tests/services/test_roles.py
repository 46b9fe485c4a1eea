"""Offices: given at a unit where one works, chosen to act in, and gone with the unit."""

from collections.abc import Callable
from functools import partial

import pytest

from p24tui.errors import BadInput
from p24tui.explain import BAD_INPUT
from p24tui.routine.actor import Actor
from p24tui.routine.role import Role
from p24tui.services import staff
from p24tui.store import events
from tests.breaking_glass import give
from tests.world import BERGA, PEOPLE, UNIT, World

MARIA = PEOPLE["maria"][0]


def said(deed: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as told:
        deed()
    assert told.value.reason in BAD_INPUT
    return told.value.reason


@pytest.mark.rule("NA-1")
def test_one_has_ones_profession_everywhere_and_an_office_where_it_is_given(world: World) -> None:
    world.second_unit("maria")
    assert staff.roles_of(world.system, MARIA) == {UNIT: (Role.NURSE,), BERGA: (Role.NURSE,)}
    for role in (Role.LOG_CONTROLLER, Role.HEAD, Role.HEAD):
        give(world, "maria", role, BERGA)
    theirs = {UNIT: (Role.NURSE,), BERGA: (Role.NURSE, Role.HEAD, Role.LOG_CONTROLLER)}
    assert staff.roles_of(world.system, MARIA) == theirs
    staff.take_role(world.system, world.source, MARIA, BERGA, Role.LOG_CONTROLLER)
    staff.take_role(world.system, world.source, MARIA, BERGA, Role.LOG_CONTROLLER)
    assert staff.roles_of(world.system, MARIA)[BERGA] == (Role.NURSE, Role.HEAD)
    with world.system.store.reading() as tx:
        last = events.last_of_unit(tx, BERGA, ["staff.role-given", "staff.role-taken"])
    assert last is not None
    assert (last.kind, last.rule, last.details) == (
        "staff.role-taken",
        "NA-1",
        {"staff": MARIA, "role": "log-controller"},
    )


@pytest.mark.rule("NA-1")
def test_one_acts_in_a_role_that_is_ones_own_at_the_unit(world: World) -> None:
    give(world, "maria", Role.HEAD, UNIT)

    def acting(role: Role | None, unit_id: str = UNIT) -> Actor:
        return staff.acting(world.system, MARIA, unit_id, "cli:test", role)

    head = acting(Role.HEAD)
    assert (head.role, head.acts_as, head.profession) == (Role.HEAD, Role.HEAD, "nurse")
    assert acting(None) == acting(Role.NURSE)
    assert acting(None).role is None
    for role in (Role.DOCTOR, Role.TECHNICIAN):
        assert said(partial(acting, role)) == "not-ones-role"
    assert said(lambda: acting(Role.HEAD, BERGA)) == "not-of-unit"
    people = staff.people_of(world.system, UNIT)
    assert [unit.id for unit in staff.where_they_act(world.system, head, people).popitem()[1]] == [UNIT]


@pytest.mark.rule("NA-1")
def test_who_leaves_a_unit_leaves_what_they_were_there(world: World) -> None:
    world.second_unit("maria")
    give(world, "maria", Role.HEAD, BERGA)
    give(world, "maria", Role.TECHNICIAN, UNIT)
    member = staff.make_staff(*PEOPLE["maria"])
    staff.put_staff(world.system, world.source, member, (UNIT,))
    staff.put_staff(world.system, world.source, member, (UNIT, BERGA))
    assert staff.roles_of(world.system, MARIA) == {UNIT: (Role.NURSE, Role.TECHNICIAN), BERGA: (Role.NURSE,)}


def test_what_cannot_be_given_is_said(world: World) -> None:
    world.second_unit()
    assert said(lambda: give(world, "maria", Role.HEAD, BERGA)) == "not-of-unit"
    assert said(lambda: give(world, "maria", Role.DOCTOR, UNIT)) == "no-office"
    assert said(lambda: give(world, "maria", Role.HEAD, "SE2321000016-NONE")) == "no-unit"
    assert said(lambda: staff.roles_of(world.system, "SE2321000016-NONE")) == "no-staff"
