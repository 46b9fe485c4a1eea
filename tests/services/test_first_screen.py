"""The first lines, read without SQLAlchemy, are those of the ordinary list, logged before they are shown."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select, text

from p24tui.routine import holidays
from p24tui.routine.case import CaseState, ContactKind, Need, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.routine.queue import order_key
from p24tui.services import chat, first_screen, queue
from p24tui.settings import Settings
from p24tui.store.tables import read_log
from tests.world import PEOPLE, UNIT, World

PLACE = "console:test:maria"
USER = "mlind"


def of_maria(world: World, **changed: Any) -> Settings:
    world.is_system_user("maria", USER)
    return replace(world.system.settings, **{"unit": UNIT, **changed})


def fill(world: World, many: int, *needs: Need) -> None:
    chance = random.Random(3)
    for _ in range(many):
        world.case(
            minutes_ago=chance.randrange(9000),
            kind=chance.choice(list(ContactKind)),
            priority=chance.choice([None, 1, 2, 3, 4, 5]),
            suicide=chance.choice([SuicideRisk.NONE] * 9 + list(SuicideRisk)),
            state=chance.choice(list(CaseState)),
            protection=chance.choice(list(Protection)),
            waiting_since=chance.choice([None, world.clock.now() - timedelta(seconds=chance.randrange(99999))]),
            held_until=chance.choice([None, date(2026, 12, 1)]),
            answered_at=chance.choice([None, world.clock.now()]),
            need=chance.choice(needs),
            no_times=chance.choice([False, False, True]),
            has_form=chance.choice([True, False]),
        )


@pytest.mark.rule("CH-3", "CH-10", "PR-1")
@pytest.mark.hazard("H6")
def test_it_is_the_top_of_the_ordinary_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_screen, "LINES", 30)
    fill(world, 60, Need.RETURN)  # nearness to a deadline orders the whole list alone, right behind this one
    claimed = world.case(priority=1)
    chat.claim(world.system, world.actor("johan"), claimed.id, claimed.version)
    found = first_screen.read(of_maria(world), world.clock, PLACE, USER)
    assert found is not None
    ordinary = queue.open_list(world.system, world.actor("maria"))
    assert len(ordinary.lines) > 30
    assert found.view.lines == tuple(structs.replace(one, guarantee=None) for one in ordinary.lines[:30])
    assert found.actor == world.actor("maria")
    assert found.units[0].id == UNIT
    assert found.view.since is None


@pytest.mark.rule("GA-1")
def test_nearness_to_a_deadline_alone_is_left_to_the_whole_list(world: World) -> None:
    fill(world, 60, Need.UNSAID, Need.NEW, Need.RETURN)
    found = first_screen.read(of_maria(world), world.clock, PLACE, USER)
    ordinary = queue.open_list(world.system, world.actor("maria")).lines
    assert found is not None
    assert len({one.guarantee is not None for one in ordinary}) == 2
    without = sorted((structs.replace(one, guarantee=None) for one in ordinary), key=lambda one: order_key(one.case))
    assert list(found.view.lines) == without


def test_it_does_without_the_holidays_which_are_slow_to_load(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.case(priority=1)
    monkeypatch.setattr(holidays, "_public", lambda _year: pytest.fail("a holiday was asked for"))
    monkeypatch.setattr(holidays, "_eves", lambda _year: pytest.fail("an eve was asked for"))
    found = first_screen.read(of_maria(world), world.clock, PLACE, USER)
    assert found is not None
    assert len(found.view.lines) == 1


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_it_is_logged_before_it_is_handed_out(world: World) -> None:
    one = world.case()
    found = first_screen.read(of_maria(world), world.clock, PLACE, USER)
    assert found is not None
    columns = (
        read_log.c.at,
        read_log.c.kind,
        read_log.c.staff_id,
        read_log.c.actor,
        read_log.c.profession,
        read_log.c.unit_id,
        read_log.c.place,
        read_log.c.view,
        read_log.c.patients,
    )
    with world.system.store.reading() as tx:
        (row,) = tx.connection.execute(select(*columns))
    maria = world.actor("maria")
    assert tuple(row) == (
        world.clock.now(), "list", maria.staff_id, maria.name, "nurse", UNIT, PLACE, found.view.id, [one.patient_id],
    )  # fmt: skip


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_where_it_cannot_be_logged_nothing_is_shown(world: World) -> None:
    world.case()
    with world.system.store.writing() as tx:
        tx.connection.execute(text("ALTER TABLE read_log RENAME TO elsewhere"))
    assert first_screen.read(of_maria(world), world.clock, PLACE, USER) is None


def test_whatever_is_not_as_usual_is_left_to_the_ordinary_way(world: World) -> None:
    assert first_screen.read(of_maria(world), world.clock, PLACE, "jberg") is None
    assert first_screen.read(of_maria(world, unit="SE2321000016-BERGA"), world.clock, PLACE, USER) is None
    assert (
        first_screen.read(of_maria(world, database="postgresql://127.0.0.1:1/none"), world.clock, PLACE, USER) is None
    )
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert first_screen.read(of_maria(world), world.clock, PLACE, USER) is None


def test_nobody_who_has_left_sees_anything(world: World) -> None:
    world.case()
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE staff SET active = false WHERE id = :id"), {"id": PEOPLE["maria"][0]})
    assert first_screen.read(of_maria(world), world.clock, PLACE, USER) is None
