"""What the console offers follows the role; for whoever has no list none is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from textual.pilot import Pilot

from p24tui.routine.role import Role
from p24tui.services import staff
from p24tui.store import break_glass as stored
from p24tui.store import tables
from p24tui.tui.app import P24App
from p24tui.tui.commands import commands
from p24tui.tui.key import Where
from p24tui.tui.key_table import ACTIONS
from p24tui.tui.keys import bar
from p24tui.tui.places import Place
from p24tui.tui.role_keys import FOR_EVERYONE, may_press, right_of
from p24tui.tui.screens.break_glass import CasesElsewhereScreen, ReadElsewhereScreen, ReviewsScreen
from p24tui.tui.widgets.place import PlaceTabs
from tests.breaking_glass import NUMBER, begun, elsewhere, give
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled, until
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def in_office(
    world: World, who: str, role: Role, unit_id: str = UNIT, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    """Somebody at their console in an office that they hold at the unit."""
    give(world, who, role, unit_id)
    actor = staff.acting(world.system, PEOPLE[who][0], unit_id, f"console:test:{who}", role)
    people = staff.where_they_act(world.system, actor, staff.people_of(world.system, unit_id))
    async with P24App(world.system, people, actor.place, actor=actor).run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


def read_kinds(world: World, who: str) -> set[str]:
    """What this person has read, by kind."""
    table = tables.read_log.c
    with world.system.store.reading() as tx:
        return set(tx.connection.scalars(select(table.kind).where(table.staff_id == PEOPLE[who][0])))


def offered(pilot: Pilot[None]) -> set[str]:
    """What the palette offers."""
    desk = desk_of(pilot)
    return {command.title for command in commands(pilot.app, desk, desk._actor.acts_as)}


def test_every_action_takes_a_right_or_is_for_everyone() -> None:
    assert {action for action in ACTIONS if right_of(action) is None} == FOR_EVERYONE


@pytest.mark.rule("NA-1")
def test_the_keys_of_a_case_are_for_who_may_use_them() -> None:
    in_case = {role: {key.action for key in bar(Where.CASE, role)} for role in Role}
    assert {"write", "claim", "hand_over", "end"} <= in_case[Role.NURSE]
    assert in_case[Role.NURSE] == {key.action for key in bar(Where.CASE)} - {"review_break_glass"}
    for role in (Role.ADMINISTRATION, Role.HEAD, Role.LOG_CONTROLLER, Role.TECHNICIAN):
        assert not in_case[role] & {"write", "claim", "hand_over", "end", "remind"}
    assert may_press(Role.ADMINISTRATION, "register")
    assert may_press(Role.HEAD, "show_hours")
    assert not may_press(Role.LOG_CONTROLLER, "show_hours")


@pytest.mark.rule("NA-1", "LO-1")
@pytest.mark.parametrize(
    ("role", "kind", "title"),
    [(Role.LOG_CONTROLLER, "control", "Loggkontroll"), (Role.TECHNICIAN, "own-log", "Min logg")],
)
async def test_who_has_no_list_stands_in_the_log_and_no_list_is_read(
    sqlcipher_world: World, role: Role, kind: str, title: str
) -> None:
    fill(sqlcipher_world)
    async with in_office(sqlcipher_world, "johan", role) as pilot:
        desk = desk_of(pilot)
        assert desk._place is Place.LOG
        assert "Karin" not in screen_text(pilot)
        assert str(desk.query_one(PlaceTabs).render()).strip() == f"F7 {title}"
        assert not offered(pilot) & {"Patientlista", "Videobesök", "Översikt", "Ta emot", "Skift", "Läs på annan enhet"}
        for key in ("f2", "f3", "f6", "f9", "ctrl+g", "escape"):
            await press(pilot, key)
            assert "NA-1" in screen_text(pilot)
            assert desk._place is Place.LOG
        await press(pilot, "f1")
        assert "Överallt" in screen_text(pilot)
        assert "I patientlistan" not in screen_text(pilot)
        await press(pilot, "escape")
        sqlcipher_world.case(name="Nyss Kommen")
        await settled(pilot)
        assert "Nyss" not in screen_text(pilot)
    assert read_kinds(sqlcipher_world, "johan") == {kind}


@pytest.mark.rule("NA-1", "LO-2")
async def test_the_head_sees_how_it_goes_and_reviews_what_others_have_read(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    elsewhere(world)
    world.second_unit("sara", "johan")
    one = begun(world)
    world.clock.advance(timedelta(hours=25))
    async with in_office(world, "johan", Role.HEAD, BERGA) as pilot:
        assert desk_of(pilot)._place is Place.OVERVIEW
        assert "verksamhetschef" in screen_text(pilot)
        await until(pilot, lambda: "1 skulle redan ha granskats: Ctrl+B" in screen_text(pilot))
        assert {"Öppettider", "Bemanning", "Översikt", "Granska läsning"} <= offered(pilot)
        await press(pilot, "ctrl+b")
        assert isinstance(pilot.app.screen, ReviewsScreen)
        shown = screen_text(pilot)
        assert "1 skulle redan ha granskats" in shown
        assert "Maria Lind" in shown
        assert "Karin Öberg" in shown
        assert "medvetslös" in shown
        await press(pilot, "enter")
        await press(pilot, "ctrl+s")
        assert "Välj om läsningen var befogad" in screen_text(pilot)
        await press(pilot, "enter", "down", "enter", "tab")
        await press(pilot, *"ringde", "ctrl+s")
        await until(pilot, lambda: "Inget är kvar att granska" in screen_text(pilot))
    with world.system.store.reading() as tx:
        after = stored.find(tx, one.id)
    assert after is not None
    assert (after.reviewed_by_name, after.review_words) == ("Johan Berg", "ringde")
    assert read_kinds(world, "johan") == {"break-glass-review"}


@pytest.mark.rule("LO-1", "PR-1")
async def test_a_nurse_reads_a_case_elsewhere_for_a_reason_and_can_do_nothing_in_it(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = elsewhere(world)
    async with at_desk(world) as pilot:
        await press(pilot, "ctrl+g", *"1961", "ctrl+s")
        assert "Välj en orsak" in screen_text(pilot)
        await press(pilot, "tab", "enter", "down", "enter", "tab", *"akut", "ctrl+s")
        assert "Numret stämmer inte" in screen_text(pilot)
        await press(pilot, *NUMBER, "ctrl+s")
        assert isinstance(pilot.app.screen, CasesElsewhereScreen)
        shown = screen_text(pilot)
        assert "Vårdcentralen Berga" in shown
        assert "Tryck i bröstet" in shown
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReadElsewhereScreen)
        shown = screen_text(pilot)
        assert "Karin Öberg" in shown
        assert "Det trycker över bröstet." in shown
        assert "läsning till 10.00" in shown
        await press(pilot, "t", "escape")
        assert isinstance(pilot.app.screen, CasesElsewhereScreen)
        world.clock.advance(timedelta(hours=1))
        await press(pilot, "enter")
        assert "Tiden för läsning är slut" in screen_text(pilot)
    after = world.row(case.id).case
    assert (after.owner_id, after.unread) == (None, 1)


@pytest.mark.rule("NA-1")
async def test_administration_is_not_offered_the_chat_and_is_told_who_is(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, "eva") as pilot:
        assert not offered(pilot) & {"Öppna", "Ta emot", "Avsluta", "Sms", "Läs på annan enhet"}
        assert {"Registrera", "Videobesök", "Bemanning"} <= offered(pilot)
        await press(pilot, "down", "enter")
        assert "Det ingår inte i rollen administration" in screen_text(pilot)
    assert "case" not in read_kinds(sqlcipher_world, "eva")
