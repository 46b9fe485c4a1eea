"""Saved views, and the search in what patients wrote."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from p24tui.errors import BadInput
from p24tui.routine.case import CaseState, ContactKind
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.routine.protection import Protection
from p24tui.services import list_views, queue
from p24tui.services.views import SavedView
from p24tui.store import cases
from p24tui.store import list_views as stored_views
from tests.world import BERGA, PEOPLE, UNIT, World

CHOSEN = ListFilter(
    age=Age.OLDER, mine=True, units=frozenset({UNIT}), kinds=frozenset({ContactKind.MESSAGE, ContactKind.VIDEO})
)


def test_a_view_is_saved_changed_and_forgotten_by_the_one_whose_it_is(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    list_views.save_view(world.system, maria, "  Mina äldre ", CHOSEN)
    list_views.save_view(world.system, johan, "Mina äldre", ListFilter())
    assert list_views.views_of(world.system, maria) == (SavedView("Mina äldre", CHOSEN),)
    list_views.save_view(world.system, maria, "Mina äldre", ListFilter(unread=True))
    assert list_views.views_of(world.system, maria) == (SavedView("Mina äldre", ListFilter(unread=True)),)
    list_views.drop_view(world.system, maria, "Mina äldre")
    assert list_views.views_of(world.system, maria) == ()
    assert list_views.views_of(world.system, johan) == (SavedView("Mina äldre", ListFilter()),)


def test_a_view_needs_a_name_and_somebody_whose_it_is(world: World) -> None:
    with pytest.raises(BadInput):
        list_views.save_view(world.system, world.actor("maria"), " \n", CHOSEN)
    with pytest.raises(BadInput):
        list_views.save_view(world.system, world.source, "Mina", CHOSEN)
    assert list_views.views_of(world.system, world.source) == ()


def test_a_view_of_a_later_program_is_passed_over(world: World) -> None:
    maria = world.actor("maria")
    with world.system.store.writing() as tx:
        stored_views.put(tx, PEOPLE["maria"][0], "Framtida", {"age": "next-year"}, world.clock.now())
    list_views.save_view(world.system, maria, "Min", CHOSEN)
    assert [one.name for one in list_views.views_of(world.system, maria)] == ["Min"]


@pytest.mark.parametrize(
    ("typed", "hit"),
    [
        ("trappan", True),
        ("TRAPPAN", True),
        ("ängslig", True),
        ("ÄNGSLIG", True),
        ("trappan ängslig", True),
        ("trappan lugn", False),
        ("[100%]", True),
        ("^100", False),
        ("a*b?", True),
        ("a.b", False),
        ("r\\n", True),
        ("(hej", True),
    ],
)
def test_search_in_messages_knows_swedish_letters_and_takes_signs_as_they_are(
    world: World, typed: str, hit: bool
) -> None:
    one = world.case(text="Jag blir Ängslig i trappan [100%] a*b? r\\n (hej")
    world.case(text="Något helt annat")
    view = queue.open_list(world.system, world.actor("maria"))
    assert queue.find_text(world.system, world.actor("maria"), view, typed) == (
        frozenset({one.id}) if hit else frozenset()
    )


def test_a_search_finds_in_the_lists_cases_alone(world: World) -> None:
    maria, ended = world.actor("maria"), world.case(text="Jag hostar")
    with world.system.store.writing() as tx:
        cases.save(tx, replace(ended, state=CaseState.ENDED, ended_at=world.clock.now(), unread=0, waiting_since=None))
    shown = queue.open_list(world.system, maria)
    assert queue.find_text(world.system, maria, shown, "hostar") == frozenset()
    with_ended = queue.open_list(world.system, maria, ended=True)
    assert queue.find_text(world.system, maria, with_ended, "hostar") == {ended.id}
    world.clock.advance(queue.ENDED_SHOWN + timedelta(minutes=1))
    assert queue.find_text(world.system, maria, with_ended, "hostar") == frozenset()


@pytest.mark.rule("CH-3")
def test_a_change_at_another_unit_costs_one_question(world: World) -> None:
    world.second_unit()
    elsewhere = world.case(unit_id=BERGA)
    view = queue.open_list(world.system, world.actor("maria"))
    asked: list[str] = []
    event.listen(world.system.store.engine, "before_cursor_execute", lambda *heard: asked.append(heard[2]))
    assert queue.arrivals(world.system, world.actor("maria"), view, (), {elsewhere.id}) == ()
    assert len([one for one in asked if one != "BEGIN"]) == 1


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
def test_what_a_protected_person_wrote_is_not_found(world: World) -> None:
    for protection in (Protection.MARKED, Protection.POPULATION):
        world.case(text="Jag bor på Storgatan", protection=protection)
    view = queue.open_list(world.system, world.actor("maria"))
    assert queue.find_text(world.system, world.actor("maria"), view, "storgatan") == frozenset()
