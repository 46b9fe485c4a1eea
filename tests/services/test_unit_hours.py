"""A unit's hours and warnings are changed deed by deed or all at once, on record, and nothing vanishes silently."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from threading import Thread

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput, Stale
from p24tui.explain import explain
from p24tui.routine.hours import describe, openness, parse_hours
from p24tui.routine.opening import parse_openings
from p24tui.services import unit_settings, units
from p24tui.services.views import UnitSettings
from p24tui.store import events
from p24tui.store.feed import Feed
from p24tui.store.values import Changed, Event, Notice
from tests.world import BERGA, MONDAY_NINE, UNIT, World

CHRISTMAS_EVE = date(2026, 12, 24)
TODAY = date(2026, 11, 23)
WEEK = "mon-fri 08:00-17:00"


def hours_of(world: World, unit_id: str = UNIT) -> str:
    return describe(units.find_unit(world.system, unit_id).hours)


def last_event(world: World, kind: str = "unit.hours-changed") -> Event | None:
    with world.system.store.reading() as tx:
        return events.last_of_unit(tx, UNIT, [kind])


@pytest.mark.rule("CH-1")
def test_each_deed_changes_what_it_says_and_is_on_record(world: World) -> None:
    system, maria = world.system, world.actor("maria")
    changed = units.write_hours(system, maria, UNIT, "mon-thu 08:00-12:00,13:00-16:00")
    assert describe(changed.hours) == hours_of(world) == "mon-thu 08:00-12:00,13:00-16:00"
    units.close_day(system, maria, UNIT, date(2026, 11, 30))
    units.open_day(system, maria, UNIT, CHRISTMAS_EVE, parse_openings("09:00-11:00"))
    units.set_eves(system, maria, UNIT, closed=False)
    everything = "mon-thu 08:00-12:00,13:00-16:00; 2026-11-30 closed; 2026-12-24 09:00-11:00; eves open"
    assert hours_of(world) == everything
    units.usual_day(system, maria, UNIT, date(2026, 11, 30))
    assert hours_of(world) == everything.replace("; 2026-11-30 closed", "")
    event = last_event(world)
    assert event is not None
    assert (event.actor, event.rule) == ("Maria Lind", "CH-1")
    assert event.details == {"before": everything, "after": hours_of(world)}


def test_a_change_that_changes_nothing_is_no_event(world: World) -> None:
    units.write_hours(world.system, world.actor("maria"), UNIT, WEEK)
    units.usual_day(world.system, world.actor("maria"), UNIT, date(2026, 11, 30))
    units.usual_day(world.system, world.actor("maria"), UNIT, date(2026, 11, 2))
    assert last_event(world) is None


@pytest.mark.rule("CH-1")
def test_a_day_that_has_been_stays_as_it_was_and_today_may_still_change(world: World) -> None:
    system, maria = world.system, world.actor("maria")
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(BadInput) as error:
        units.close_day(system, maria, UNIT, yesterday)
    assert explain(error.value).startswith("2026-11-22 har redan varit.")
    with pytest.raises(BadInput):
        units.open_day(system, maria, UNIT, yesterday, parse_openings("09:00-11:00"))
    with pytest.raises(BadInput):
        units.write_hours(system, maria, UNIT, f"{WEEK}; {yesterday} closed")
    assert hours_of(world) == WEEK
    assert describe(units.close_day(system, maria, UNIT, TODAY).hours) == f"{WEEK}; {TODAY} closed"
    world.clock.advance(timedelta(days=1))
    with pytest.raises(BadInput):
        units.usual_day(system, maria, UNIT, TODAY)


@pytest.mark.rule("CH-1")
def test_the_day_is_the_one_in_sweden(world: World) -> None:
    world.clock.instant = MONDAY_NINE.replace(hour=23, minute=30)  # half past midnight on Tuesday
    with pytest.raises(BadInput):
        units.close_day(world.system, world.actor("maria"), UNIT, TODAY)
    units.close_day(world.system, world.actor("maria"), UNIT, TODAY + timedelta(days=1))


def test_what_was_decided_more_than_a_year_ago_is_forgotten_on_the_next_change(world: World) -> None:
    system, maria = world.system, world.actor("maria")
    units.close_day(system, maria, UNIT, TODAY)
    world.clock.advance(timedelta(days=366))
    units.close_day(system, maria, UNIT, date(2027, 12, 1))
    assert hours_of(world) == f"{WEEK}; {TODAY} closed; 2027-12-01 closed"
    world.clock.advance(timedelta(days=1))
    units.close_day(system, maria, UNIT, date(2027, 12, 2))
    assert hours_of(world) == f"{WEEK}; 2027-12-01 closed; 2027-12-02 closed"


def test_what_one_writes_of_days_and_eves_applies_and_the_rest_stays(world: World) -> None:
    system, maria = world.system, world.actor("maria")
    units.write_hours(system, maria, UNIT, "2026-12-23 08:00-12:00; eves open")
    units.change_unit(system, maria, UNIT, written="mon-thu 08:00-16:00; 2026-12-28 closed")
    assert hours_of(world) == "mon-thu 08:00-16:00; 2026-12-23 08:00-12:00; 2026-12-28 closed; eves open"
    changed = units.change_unit(system, maria, UNIT, name="Åsens vårdcentral", message_after=2)
    assert (changed.name, changed.message_after) == ("Åsens vårdcentral", 2)
    assert units.find_unit(system, UNIT) == changed
    assert describe(changed.hours).endswith("eves open")


def test_what_cannot_be_used_changes_nothing(world: World) -> None:
    system, maria = world.system, world.actor("maria")
    with pytest.raises(BadInput):
        units.change_unit(system, maria, UNIT, name="Nytt namn", written="alltid")
    assert units.find_unit(system, UNIT).name == "Vårdcentralen Åsen"
    with pytest.raises(BadInput):
        units.close_day(system, maria, "SE2321000016-NONE", CHRISTMAS_EVE)


def test_two_who_change_different_days_at_once_keep_both(world: World) -> None:
    days = [date(2027, 1, day) for day in range(11, 19)]
    deeds = [
        Thread(target=units.close_day, args=(world.system, world.actor(who), UNIT, day))
        for day, who in zip(days, ["maria", "johan"] * 4, strict=True)
    ]
    for deed in deeds:
        deed.start()
    for deed in deeds:
        deed.join()
    assert units.find_unit(world.system, UNIT).hours.closed_days == frozenset(days)


@pytest.mark.rule("CH-1")
def test_every_console_hears_that_a_unit_has_changed(world: World) -> None:
    heard: list[Notice] = []
    feed = Feed(world.system.store, heard.append)
    try:
        units.close_day(world.system, world.actor("maria"), UNIT, TODAY)
        unit_settings.put_closing_warnings(world.system, world.actor("maria"), UNIT, (30, 10))
    finally:
        feed.stop()
    told = [one.case_ids for one in heard if isinstance(one, Changed)]
    assert len(told) >= 2
    assert set(told) == {frozenset({""})}
    assert not openness(units.find_unit(world.system, UNIT).hours, world.clock.now()).open


# Warnings before closing


@pytest.mark.rule("CH-5", "CH-7")
def test_a_unit_that_has_chosen_nothing_is_warned_at_the_usual_times(world: World) -> None:
    world.second_unit("maria")
    unit_settings.put_closing_warnings(world.system, world.actor("maria"), BERGA, [45, 20, 10])
    unit_settings.put_closing_warnings(world.system, world.actor("maria"), BERGA, [45, 10])
    found = {one.unit.id: one.warnings for one in unit_settings.of_units(world.system, [UNIT, BERGA])}
    assert found == {UNIT: (60, 30, 15, 5), BERGA: (45, 10)}


@pytest.mark.rule("CH-5", "CH-7")
@pytest.mark.parametrize("minutes", [(), (5,), (15, 30), (15, 15), (300, 5), (10, 0), (7, 6, 5, 4, 3, 2, 1)])
def test_warnings_that_cannot_be_are_said_and_change_nothing(world: World, minutes: tuple[int, ...]) -> None:
    error = _refused(lambda: unit_settings.put_closing_warnings(world.system, world.actor("maria"), UNIT, minutes))
    assert "2 till 6 fallande tal" in explain(error)
    assert unit_settings.of_units(world.system, [UNIT])[0].warnings == (60, 30, 15, 5)
    assert last_event(world, "unit.warnings-changed") is None


def test_who_changed_the_warnings_and_what_they_were_is_on_record(world: World) -> None:
    unit_settings.put_closing_warnings(world.system, world.actor("eva"), UNIT, (60, 30, 15, 5))
    assert last_event(world, "unit.warnings-changed") is None
    unit_settings.put_closing_warnings(world.system, world.actor("eva"), UNIT, (30, 10))
    event = last_event(world, "unit.warnings-changed")
    assert event is not None
    assert event.actor == "Eva Nyström"
    assert event.details == {"before": [60, 30, 15, 5], "after": [30, 10]}


# All of it at once, as the screen does


def settings_of(world: World) -> UnitSettings:
    (found,) = unit_settings.of_units(world.system, [UNIT])
    return found


def with_hours(known: UnitSettings, text: str) -> UnitSettings:
    return replace(known, unit=replace(known.unit, hours=parse_hours(text)))


@pytest.mark.rule("CH-1")
def test_hours_and_warnings_are_saved_together(world: World) -> None:
    known = settings_of(world)
    wanted = replace(with_hours(known, f"{WEEK}; 2026-12-23 08:00-12:00; eves open"), warnings=(45, 10))
    assert unit_settings.save(world.system, world.actor("eva"), known, wanted) == wanted
    assert settings_of(world) == wanted


def test_where_one_part_cannot_be_nothing_is_saved(world: World) -> None:
    known = settings_of(world)
    for wanted in (
        replace(with_hours(known, "mon 08:00-12:00"), warnings=(5, 10)),
        replace(with_hours(known, f"{WEEK}; 2026-11-20 closed"), warnings=(45, 10)),
    ):
        _refused(partial(unit_settings.save, world.system, world.actor("eva"), known, wanted))
        assert settings_of(world) == known


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen(world: World) -> None:
    known = settings_of(world)
    units.close_day(world.system, world.actor("johan"), UNIT, CHRISTMAS_EVE)
    with pytest.raises(Stale) as error:
        unit_settings.save(world.system, world.actor("eva"), known, with_hours(known, "mon 08:00-12:00"))
    assert error.value.by == "Johan Berg"
    assert hours_of(world) == f"{WEEK}; 2026-12-24 closed"
    known = settings_of(world)
    unit_settings.put_closing_warnings(world.system, world.actor("maria"), UNIT, (30, 10))
    with pytest.raises(Stale) as error:
        unit_settings.save(world.system, world.actor("eva"), known, with_hours(known, "mon 08:00-12:00"))
    assert error.value.by == "Maria Lind"


def _refused(deed: Callable[[], object]) -> BadInput:
    with pytest.raises(BadInput) as error:
        deed()
    return error.value
