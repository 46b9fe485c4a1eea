"""Reminders beside a real person-data service: what it says at the moment of sending decides, and silence is no yes."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from p24tui.errors import Refused
from p24tui.gateways.person_data_http import HttpPersonData
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.services import reminders
from p24tui.store.values import OutgoingRow
from tests import visiting
from tests.gateways.person_service import PersonService, Treat, answer, is_silent, person_service, says
from tests.outgoing import MOBILE, ScriptedGateway, queued, rows_of, send, stored, waited_for, with_gateway
from tests.world import World

SOMEBODY_ELSE = json.dumps({"number": "195009072553", "name": "John", "protection": "none"}).encode()


@pytest.fixture
def service() -> Iterator[PersonService]:
    with person_service() as one:
        yield one


@pytest.fixture
def gateway(world: World, service: PersonService) -> ScriptedGateway:
    """SMS go, and the service is asked over HTTP."""
    gateway = with_gateway(world)
    world.system.person_data = HttpPersonData(service.address, timeout=1.0, rests=0.0)
    return gateway


def protection_of(world: World, row: OutgoingRow) -> Protection:
    assert row.case_id is not None
    return world.row(row.case_id).patient.protection


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_it_goes_where_the_service_says_that_nobody_is_protected(
    world: World, service: PersonService, gateway: ScriptedGateway
) -> None:
    row = queued(world)
    ordered = len(service.asked)
    assert send(world) == 1
    assert (len(gateway.handed), stored(world, row.id).state) == (1, OutgoingState.ACCEPTED)
    assert len(service.asked) == ordered + 1  # asked anew, though it answered a moment ago


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("said", [Protection.MARKED, Protection.POPULATION])
def test_a_flag_raised_between_queueing_and_sending_cancels_it(
    world: World, service: PersonService, gateway: ScriptedGateway, said: Protection
) -> None:
    row = queued(world)
    number = service.asked[-1].number
    service.persons[number] = {"protection": said.value}
    assert send(world) == 0
    after = stored(world, row.id)
    assert (after.state, after.problem, gateway.handed) == (OutgoingState.CANCELLED, "protected", [])
    assert protection_of(world, row) is said


FAULTS: dict[str, Treat] = {
    "fault": says(answer(b"", 500)),
    "not known": says(answer(b"", 404)),
    "log in": says(answer(b"<html>", media_type="text/html")),
    "somebody else": says(answer(SOMEBODY_ELSE)),
    "unknown": lambda asked, connection: connection.sendall(
        answer(json.dumps({"number": asked.number, "name": "", "protection": "unknown"}).encode())
    ),
    "cut off": says(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "silent": is_silent,
}


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("treat", FAULTS.values(), ids=FAULTS)
def test_a_service_that_fails_between_queueing_and_sending_keeps_it_back_until_it_answers(
    world: World, service: PersonService, gateway: ScriptedGateway, treat: Treat
) -> None:
    row = queued(world)
    service.treat = treat
    for _ in range(2):
        assert send(world) == 0
        after = stored(world, row.id)
        assert (after.state, after.problem, gateway.handed) == (OutgoingState.QUEUED, "protection-unknown", [])
        assert protection_of(world, row) is Protection.UNKNOWN
        world.clock.advance(timedelta(minutes=10))
    service.treat = None
    assert send(world) == 1
    assert protection_of(world, row) is Protection.NONE


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_service_that_is_down_keeps_it_back(world: World, service: PersonService, gateway: ScriptedGateway) -> None:
    row = queued(world)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        world.system.person_data = HttpPersonData(f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert send(world) == 0
    after = stored(world, row.id)
    assert (after.state, after.problem, gateway.handed) == (OutgoingState.QUEUED, "protection-unknown", [])


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_service_that_fails_lifts_no_protection_that_is_known(
    world: World, service: PersonService, gateway: ScriptedGateway
) -> None:
    row = queued(world)
    service.persons[service.asked[-1].number] = {"protection": "sekretessmarkering"}
    assert send(world) == 0
    service.treat = says(answer(b"", 503))
    assert row.case_id is not None
    with pytest.raises(Refused):
        reminders.remind(world.system, world.actor("maria"), row.case_id)
    assert protection_of(world, row) is Protection.MARKED
    assert gateway.handed == []


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_while_it_is_silent_no_reminder_is_ordered_and_those_of_a_visit_wait(
    world: World, service: PersonService, gateway: ScriptedGateway
) -> None:
    case, patient = waited_for(world), world.patient(mobile=MOBILE)
    service.treat = is_silent
    maria = world.actor("maria")
    with pytest.raises(Refused) as reminded:
        reminders.remind(world.system, maria, case.id)
    assert reminded.value.reason == "protection-unknown"
    visit = visiting.book(world, patient.id, world.clock.now() + timedelta(days=1))
    assert send(world) == 0
    (told, *_later) = rows_of(world, visit.patient_id)  # that it is booked waits, as the rest does
    assert (told.state, told.problem, gateway.handed) == (OutgoingState.QUEUED, "protection-unknown", [])
