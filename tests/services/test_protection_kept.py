"""For how long an answer on protection is kept: no longer than the unit says, and never where somebody is sent to."""

from datetime import timedelta

import pytest

from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.routine.protection import Protection
from p24tui.services import protections, reminders, unit_settings
from p24tui.store import events
from p24tui.store import unit_settings as store
from p24tui.store.values import Event
from tests import samples, visiting
from tests.outgoing import MOBILE, send, waited_for, with_gateway
from tests.samples import contact, encounter, message
from tests.services.test_intake import Told, post, record, told
from tests.services.test_intake import send as send_in
from tests.world import BERGA, UNIT, World

MINUTE = timedelta(minutes=1)


def keeps(world: World, minutes: int, unit_id: str = UNIT) -> None:
    unit_settings.put_protection_kept(world.system, world.actor("eva"), unit_id, minutes)


def last_change(world: World) -> Event | None:
    with world.system.store.reading() as tx:
        return events.last_of_unit(tx, UNIT, ["unit.protection-kept-changed"])


def asked_by(world: World, service: Told, id: str, case: str = "e0") -> int:
    """How often the service is asked when the patient writes."""
    before = len(service.asked)
    assert post(world, message(id, case, sender="Patient/p0")).accepted == 1
    return len(service.asked) - before


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_it_is_kept_for_a_day_where_the_unit_has_chosen_nothing(world: World) -> None:
    assert unit_settings.protection_kept(world.system, UNIT) == 1440
    service = told(world)
    send_in(world, *contact())
    world.clock.advance(timedelta(days=1) - MINUTE)
    assert asked_by(world, service, "m2") == 0
    world.clock.advance(MINUTE)
    assert asked_by(world, service, "m3") == 1
    assert asked_by(world, service, "m4") == 0  # the new answer is kept in its turn


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_it_is_kept_no_longer_than_the_unit_says(world: World) -> None:
    service = told(world)
    send_in(world, *contact())
    keeps(world, 60)
    world.clock.advance(timedelta(minutes=59))
    assert asked_by(world, service, "m2") == 0
    world.clock.advance(MINUTE)
    service.protections[f"n{samples.MARIA[0]}"] = Protection.MARKED
    assert asked_by(world, service, "m3") == 1
    assert record(world).patient.protection is Protection.MARKED


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_a_unit_that_keeps_nothing_asks_whenever_the_patient_writes(world: World) -> None:
    service = told(world)
    send_in(world, *contact())
    keeps(world, 0)
    assert [asked_by(world, service, f"m{n}") for n in range(2, 5)] == [1, 1, 1]


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_each_unit_has_its_own_time_and_the_case_says_whose_counts(world: World) -> None:
    world.second_unit()
    service = told(world)
    send_in(world, *contact())
    berga = {"identifier": {"system": samples.HSA_ID, "value": BERGA}}
    post(world, encounter("e9", "p0", serviceProvider=berga))
    keeps(world, 10, BERGA)
    world.clock.advance(timedelta(minutes=10))
    assert asked_by(world, service, "m2", "e0") == 0
    assert asked_by(world, service, "m3", "e9") == 1


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_silence_is_no_answer_that_is_kept(world: World) -> None:
    service = told(world)
    service.away = True
    send_in(world, *contact())
    assert record(world).checked_at is None
    service.away = False
    assert asked_by(world, service, "m2") == 1
    assert record(world).patient.protection is Protection.NONE


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_an_answer_of_a_time_to_come_is_not_kept(world: World) -> None:
    service = told(world)
    send_in(world, *contact())
    world.clock.advance(timedelta(hours=-2))  # a clock that was wrong has been set right
    assert asked_by(world, service, "m2") == 1


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("minutes", [0, 60, 1440])
def test_before_something_is_sent_or_booked_it_is_asked_anew_whatever_is_kept(world: World, minutes: int) -> None:
    with_gateway(world)
    service = told(world)
    keeps(world, minutes)
    maria, case = world.actor("maria"), waited_for(world)
    for _ in range(2):
        protections.look_up(world.system, maria, case.patient_id)
    assert len(service.asked) == 2
    reminders.remind(world.system, maria, case.id)
    assert len(service.asked) == 3
    assert send(world) == 1
    assert len(service.asked) == 4
    visiting.book(world, case.patient_id, world.clock.now() + timedelta(days=1))
    assert len(service.asked) == 5
    assert send(world) == 1  # that it is booked
    assert len(service.asked) == 6


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_flag_raised_a_moment_after_an_answer_that_is_kept_stops_what_is_sent_and_booked(world: World) -> None:
    gateway = with_gateway(world)
    service = told(world)
    maria, case, other = world.actor("maria"), waited_for(world), world.patient(mobile=MOBILE)
    keeps(world, 1440)
    reminders.remind(world.system, maria, case.id)
    service.protections |= {f"n{world.row(case.id).patient.number}": Protection.MARKED}
    assert send(world) == 0
    service.protections |= {f"n{other.number}": Protection.MARKED}
    with pytest.raises(Refused, match="PR-1"):
        visiting.book(world, other.id, world.clock.now() + timedelta(days=1))
    assert gateway.handed == []


@pytest.mark.rule("PR-1")
def test_who_changed_it_and_what_it_was_is_on_record(world: World) -> None:
    keeps(world, 1440)
    assert last_change(world) is None
    keeps(world, 60)
    keeps(world, 0)
    event = last_change(world)
    assert event is not None
    assert (event.actor, event.rule, event.details) == ("Eva Nyström", "PR-1", {"before": 60, "after": 0})
    assert unit_settings.protection_kept(world.system, UNIT) == 0


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize("minutes", [-1, 1441, 10**30])
def test_longer_than_the_limit_is_refused_and_changes_nothing(world: World, minutes: int) -> None:
    keeps(world, 30)
    with pytest.raises(BadInput) as caught:
        keeps(world, minutes)
    assert "högst 1440 minuter" in explain(caught.value)
    assert unit_settings.protection_kept(world.system, UNIT) == 30


def test_a_unit_that_there_is_not_is_said(world: World) -> None:
    with pytest.raises(BadInput, match="no-unit"):
        keeps(world, 30, "SE2321000016-NONE")
    with pytest.raises(BadInput, match="no-unit"):
        unit_settings.protection_kept(world.system, "SE2321000016-NONE")


@pytest.mark.rule("PR-1")
def test_a_limit_that_has_been_lowered_since_holds_for_who_chose_more(world: World) -> None:
    with world.system.store.writing() as tx:
        store.put_minutes(tx, "protection_kept", UNIT, 100_000)
    assert unit_settings.protection_kept(world.system, UNIT) == 1440
