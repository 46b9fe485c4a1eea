"""Alerts are seen once for everybody, and somebody is responsible for the inflow (CH-2, CH-3)."""

from datetime import timedelta

import pytest

from p24tui.errors import BadInput
from p24tui.routine.case import SuicideRisk
from p24tui.services import alerts, queue
from tests.routine.cases import alert
from tests.world import UNIT, World


@pytest.mark.rule("CH-3", "CH-13")
def test_what_one_has_seen_is_seen_by_all_and_stands_in_the_history(world: World) -> None:
    one = world.case(suicide=SuicideRisk.AWAITING)
    call = alert(one, None)
    assert call is not None
    assert alerts.acknowledge(world.system, world.actor("maria"), [call]) == 1
    assert alerts.acknowledge(world.system, world.actor("johan"), [call]) == 0
    (line,) = queue.open_list(world.system, world.actor("sara")).lines
    assert [(seen.reason, seen.since) for seen in line.acknowledged] == [(call.reason, call.since)]
    assert world.event_kinds(one.id) == ["case.received", "alert.acknowledged"]


def test_the_next_cause_takes_the_place_of_the_one_before(world: World) -> None:
    one = world.case(minutes_ago=60)
    maria = world.actor("maria")
    first = alert(one, world.clock.now())
    assert first is not None
    alerts.acknowledge(world.system, maria, [first])
    world.clock.advance(timedelta(hours=2))
    later = alert(world.case(minutes_ago=50), world.clock.now())
    assert later is not None
    assert alerts.acknowledge(world.system, maria, [later]) == 1
    lines = queue.open_list(world.system, maria).lines
    assert {line.case.id: len(line.acknowledged) for line in lines} == {one.id: 1, later.case_id: 1}


def test_nobody_sees_an_alert_in_nobodys_name(world: World) -> None:
    call = alert(world.case(suicide=SuicideRisk.AWAITING), None)
    assert call is not None
    with pytest.raises(BadInput):
        alerts.acknowledge(world.system, world.source, [call])


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_responsibility_is_one_persons_and_taking_it_is_on_record(world: World) -> None:
    assert alerts.responsible(world.system, [UNIT]) == {}
    alerts.take_responsibility(world.system, world.actor("maria"))
    alerts.take_responsibility(world.system, world.actor("johan"))
    found = alerts.responsible(world.system, [UNIT])
    assert found[UNIT].name == "Johan Berg"
    assert found[UNIT].since == world.clock.now()


def test_the_limits_are_there(world: World) -> None:
    pace = alerts.pace(world.system)
    assert timedelta() < pace.apart <= pace.repeats < pace.escalates
    assert alerts.unread_limit(world.system) == timedelta(minutes=30)
