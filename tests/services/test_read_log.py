"""One's own readings, from the read log."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.errors import BadInput
from p24tui.routine.protection import Protection
from p24tui.services import cases, queue, read_log
from p24tui.store import tables
from tests.world import BERGA, PEOPLE, UNIT, World

Logged = tuple[str, str, list[str], str]


def log_of(world: World, who: str) -> list[Logged]:
    """What the log has of this person: kind, unit, patients and view, in order."""
    table = tables.read_log.c
    query = select(table.kind, table.unit_id, table.patients, table.view).where(table.staff_id == PEOPLE[who][0])
    with world.system.store.reading() as tx:
        return [(kind, unit, patients, view) for kind, unit, patients, view in tx.connection.execute(query)]


@pytest.mark.rule("LO-1")
def test_one_sees_ones_own_readings_of_today_the_latest_first(world: World) -> None:
    one = world.case(name="Karin Öberg")
    maria = world.actor("maria")
    cases.open_case(world.system, maria, one.id)
    world.clock.advance(timedelta(days=1))
    queue.open_list(world.system, maria)
    world.clock.advance(timedelta(minutes=5))
    cases.open_case(world.system, maria, one.id)
    cases.open_case(world.system, world.actor("johan"), one.id)
    found = read_log.own_today(world.system, maria)
    assert [read.kind for read in found.reads] == ["own-log", "case", "list"]
    _log, opened, listed = found.reads
    assert opened.line is not None
    assert opened.line.patient.name == "Karin Öberg"
    assert opened.at - listed.at == timedelta(minutes=5)
    assert (listed.patients, listed.line, listed.unit_id) == (1, None, UNIT)
    assert found.count == 3


@pytest.mark.rule("LO-1")
def test_reading_the_log_is_logged_with_whom_it_names_by_unit(world: World) -> None:
    world.second_unit("maria")
    here, there = world.case(), world.case(unit_id=BERGA)
    maria = world.actor("maria")
    cases.open_case(world.system, maria, here.id)
    cases.open_case(world.system, replace(maria, unit_id=BERGA), there.id)
    read_log.own_today(world.system, maria)
    assert log_of(world, "maria")[2:] == [
        ("own-log", UNIT, [here.patient_id], ""),
        ("own-log", BERGA, [there.patient_id], ""),
    ]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_a_search_in_messages_is_logged_with_whom_it_found_by_unit_and_without_its_words(world: World) -> None:
    world.second_unit("maria")
    here, there = world.case(text="Ont i knäet"), world.case(text="Ont i armbågen", unit_id=BERGA)
    world.case(text="Hosta")
    world.case(text="Ont, hemligt", protection=Protection.MARKED)
    maria = world.actor("maria")
    view = queue.open_list(world.system, maria, unit_ids=(UNIT, BERGA))
    assert queue.find_text(world.system, maria, view, "ont i") == {here.id, there.id}
    assert log_of(world, "maria")[2:] == [
        ("search", UNIT, [here.patient_id], view.id),
        ("search", BERGA, [there.patient_id], view.id),
    ]
    assert queue.find_text(world.system, maria, view, "knäsvaghet") == frozenset()
    assert log_of(world, "maria")[4:] == [("search", UNIT, [], view.id)]
    with world.system.store.reading() as tx:
        every_row = str(tx.connection.execute(select(tables.read_log)).all())
    assert "ont i" not in every_row
    assert "knäsvaghet" not in every_row


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
def test_a_protected_person_is_not_named_in_the_log(world: World) -> None:
    one = world.case(name="Hemlig Person", matter="Hemligt", protection=Protection.MARKED)
    cases.open_case(world.system, world.actor("maria"), one.id)
    _log, opened = read_log.own_today(world.system, world.actor("maria")).reads
    assert opened.line is not None
    assert (opened.line.patient.name, opened.line.matter) == ("", "")


def test_of_many_readings_the_latest_are_handed_out_and_all_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_log, "SHOWN", 2)
    one = world.case()
    for _number in range(3):
        cases.open_case(world.system, world.actor("maria"), one.id)
    found = read_log.own_today(world.system, world.actor("maria"))
    assert [read.kind for read in found.reads] == ["own-log", "case"]
    assert found.count == 4


def test_nobody_has_no_log_of_their_own(world: World) -> None:
    with pytest.raises(BadInput):
        read_log.own_today(world.system, world.source)
