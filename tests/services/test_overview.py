"""The overview's numbers, and what has ended today."""

from datetime import timedelta

import pytest

from p24tui.routine.case import CaseState, ContactKind, SuicideRisk
from p24tui.services import chat, ending, overview
from p24tui.services.views import Standing
from p24tui.words.cases import MESSAGE, SUICIDE, TRIAGE_FAILED
from tests.world import BERGA, UNIT, World


def end(world: World, who: str, case_id: str) -> None:
    """Take the case on, read it, and end it in both steps."""
    actor = world.actor(who)
    case = chat.claim(world.system, actor, case_id, world.row(case_id).case.version)
    case = ending.request_end(world.system, actor, case_id, case.version)
    ending.confirm_end(world.system, actor, case_id, case.version)


def test_inflow_counts_what_came_in_today_by_the_hour_ended_or_not(world: World) -> None:
    world.case(minutes_ago=10)
    world.case(minutes_ago=59)
    world.case(minutes_ago=0)
    world.case(minutes_ago=8 * 60 + 59)
    world.case(minutes_ago=9 * 60 + 1)
    end(world, "maria", world.case(minutes_ago=20, unread=0).id)
    assert dict(overview.overview_of(world.system, (UNIT,)).inflow) == {0: 1, 8: 3, 9: 1}


def test_the_open_cases_are_counted_by_state_with_the_longest_wait(world: World) -> None:
    now = world.clock.now()
    world.case(minutes_ago=10)
    world.case(minutes_ago=70)
    world.case(minutes_ago=90, state=CaseState.WAITING, waiting_since=None, unread=0)
    world.case(state=CaseState.ENDED, unread=0)
    found = overview.overview_of(world.system, (UNIT,))
    assert found.states[CaseState.NEW] == Standing(2, now - timedelta(minutes=70))
    assert found.states[CaseState.WAITING] == Standing(1, None)
    assert found.states[CaseState.HELD] == Standing()
    assert CaseState.ENDED not in found.states


@pytest.mark.rule("CH-10", "SU-2")
def test_the_open_cases_are_counted_by_the_mark_that_the_list_shows(world: World) -> None:
    now = world.clock.now()
    world.case(priority=2, suicide=SuicideRisk.AWAITING, minutes_ago=5)
    world.case(priority=2, suicide=SuicideRisk.TAKEN_ON, minutes_ago=6)
    world.case(priority=None, minutes_ago=7)
    world.case(kind=ContactKind.MESSAGE, priority=None, minutes_ago=8)
    found = overview.overview_of(world.system, (UNIT,)).priorities
    minutes = {mark: one.since and (now - one.since) // timedelta(minutes=1) for mark, one in found.items()}
    assert minutes == {
        SUICIDE: 6, TRIAGE_FAILED: 7, "1": None, "2": None, "3": None, "4": None, "5": None, MESSAGE: 8,
    }  # fmt: skip


def test_who_has_how_many_and_how_many_are_unread(world: World) -> None:
    maria = world.actor("maria")
    for _number in range(2):
        chat.claim(world.system, maria, world.case(unread=0).id, 1)
    world.case(unread=3)
    world.case(unread=0, unread_free_text=1)
    world.case(unread=0)
    found = overview.overview_of(world.system, (UNIT,))
    assert [(name, one.cases) for name, one in found.owners.items()] == [("", 3), ("Maria Lind", 2)]
    assert found.unread == 2


def test_only_the_units_that_are_asked_for_count(world: World) -> None:
    world.second_unit("maria")
    world.case()
    world.case(unit_id=BERGA)
    assert overview.overview_of(world.system, (UNIT,)).states[CaseState.NEW].cases == 1
    assert overview.overview_of(world.system, (UNIT, BERGA)).states[CaseState.NEW].cases == 2
