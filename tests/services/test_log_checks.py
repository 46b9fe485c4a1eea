"""Checks of the log: begun, gone on with, signed, and never changed after that."""

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, exc, select, update

from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.routine.actor import Actor
from p24tui.routine.log_control import Outcome
from p24tui.routine.role import Role
from p24tui.services import log_checks, log_control
from p24tui.services.log_control_views import LogCheck
from p24tui.store import tables
from p24tui.store.log_control_tables import log_checks as table
from tests.controlling import NUMBERS, a_day_of_reading, log_rows, make_controller, number_of
from tests.world import PEOPLE, World

pytestmark = [pytest.mark.rule("LO-2"), pytest.mark.hazard("H20")]


def begun(world: World) -> tuple[Actor, LogCheck]:
    """A check of what stands out on a Monday."""
    a_day_of_reading(world)
    eva = make_controller(world)
    view = log_control.unusual(world.system, eva)
    return eva, log_checks.begin(world.system, eva, view.criteria, [line.seq for line in view.lines])


def happened(world: World) -> list[tuple[str, dict[str, object]]]:
    """What has happened to checks."""
    events = tables.events.c
    with world.system.store.reading() as tx:
        query = select(events.kind, events.details).where(events.kind.like("log-check.%")).order_by(events.seq)
        return [(kind, details) for kind, details in tx.connection.execute(query)]


def test_a_check_is_begun_gone_on_with_and_signed(world: World) -> None:
    eva, check = begun(world)
    system = world.system
    log_checks.say(system, eva, check.id, Outcome.ASKED, "Frågar Maria\x1b[31m i dag.")
    (line,) = log_checks.checks(system, eva)
    assert (line.check.outcome, line.check.signed_at) == (Outcome.ASKED, None)
    assert "\x1b" not in line.check.words
    signed = log_checks.sign(system, eva, check.id, Outcome.NOTHING, " Hon hade jour. ")
    (line,) = log_checks.checks(system, eva)
    assert line.check == signed
    assert (signed.words, signed.signed_at, signed.reads) == ("Hon hade jour.", world.clock.now(), check.reads)
    assert happened(world) == [
        ("log-check.begun", {"check": check.id, "of": "unusual", "reads": 4}),
        ("log-check.signed", {"check": check.id, "outcome": "nothing"}),
    ]


def test_what_was_looked_at_is_found_again(world: World) -> None:
    eva, check = begun(world)
    known, view = log_checks.again(world.system, eva, check.id)
    assert known == check
    assert [line.patient for line in view.lines] == ["Sara Holm", "Nils Björk", "Erik Lind", "Ali Noor"]
    assert len(log_rows(world, "control")) == 2


def test_a_signed_check_stands_whoever_would_change_it(world: World) -> None:
    eva, check = begun(world)
    signed = log_checks.sign(world.system, eva, check.id, Outcome.NOTHING, "")
    for deed in (log_checks.say, log_checks.sign):
        with pytest.raises(Refused, match="check-signed"):
            deed(world.system, eva, check.id, Outcome.REPORTED, "Nej.")
    for change in (update(table).values(words="Nej."), update(table).values(signed_at=None), delete(table)):
        with pytest.raises((exc.DBAPIError, P24Error)), world.system.store.writing() as tx:
            tx.connection.execute(change)
    (line,) = log_checks.checks(world.system, eva)
    assert line.check == signed


def test_one_that_goes_on_may_be_taken_back_by_the_database_and_no_other(world: World) -> None:
    _eva, _check = begun(world)
    with world.system.store.writing() as tx:
        assert tx.connection.execute(delete(table)).rowcount == 1


def test_who_made_it_signs_it_with_what_came_of_it(world: World) -> None:
    eva, check = begun(world)
    johan = make_controller(world, "johan")
    refused = [
        (johan, Outcome.NOTHING, "", "check-not-yours"),
        (eva, None, "Inget.", "check-outcome"),
        (eva, Outcome.REPORTED, " \n", "check-words"),
    ]
    for who, outcome, words, reason in refused:
        with pytest.raises(Refused, match=reason) as error:
            log_checks.sign(world.system, who, check.id, outcome, words)
        assert explain(error.value) != reason
    assert [one.check.signed_at for one in log_checks.checks(world.system, johan)] == [None]


def test_no_check_of_nothing_and_none_that_there_is_not(world: World) -> None:
    eva, check = begun(world)
    with pytest.raises(BadInput, match="check-nothing"):
        log_checks.begin(world.system, eva, check.criteria, [])
    with pytest.raises(BadInput, match="no-log-check"):
        log_checks.again(world.system, eva, "nej")


def test_the_checks_of_another_unit_are_not_seen(world: World) -> None:
    _eva, check = begun(world)
    world.second_unit("johan")
    elsewhere = replace(world.actor("johan"), unit_id="SE2321000016-BERGA", role=Role.LOG_CONTROLLER)
    assert log_checks.checks(world.system, elsewhere) == ()
    with pytest.raises(BadInput):
        log_checks.again(world.system, elsewhere, check.id)


@pytest.mark.rule("LO-1")
def test_the_list_of_checks_names_whom_they_were_of_and_that_is_logged(world: World) -> None:
    case = a_day_of_reading(world)["care"]
    eva = make_controller(world)
    view = log_control.by_patient(world.system, eva, number_of(world, case))
    log_checks.begin(world.system, eva, view.criteria, [line.seq for line in view.lines])
    (line,) = log_checks.checks(world.system, eva)
    assert line.subject == f"Karin Öberg {NUMBERS[0]}"
    assert log_rows(world, "control")[-1].patients == [case.patient_id]
    assert log_rows(world, "control")[-1].staff_id == PEOPLE["eva"][0]
