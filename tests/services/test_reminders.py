"""Reminding a patient who does not answer: once a day, only where it may be, and not any longer once they answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from p24tui.errors import BadInput, Refused
from p24tui.gateways.outgoing.model import NotNow, Problem
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.routine.protection import Protection
from p24tui.services import cases, chat, ending, outbox, reminders, sms_text
from p24tui.store.tables import outbox as outbox_table
from tests.outgoing import MOBILE, Persons, persons, rows_of, send, states, stored, waited_for, with_gateway
from tests.world import UNIT, World, make_world_again


def refusal(deed: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as error:
        deed()
    return error.value


@pytest.mark.rule("SE-2")
def test_the_sms_button_sends_one_reminder_that_names_the_unit_and_the_link_and_nothing_else(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    queued = reminders.remind(world.system, world.actor("maria"), case.id)
    assert (queued.state, queued.recipient) == (OutgoingState.QUEUED, MOBILE)
    assert send(world) == 1
    (handed,) = gateway.handed
    assert (handed.id, handed.to) == (queued.id, MOBILE)
    assert handed.text == (
        "Vårdcentralen Åsen har skrivit till dig och väntar på ditt svar. "
        "Läs och svara här: https://mitt.regionhalland.se/vard"
    )
    assert stored(world, queued.id).state is OutgoingState.ACCEPTED
    assert world.event_kinds(case.id)[-2:] == ["sms.queued", "sms.accepted"]


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_pressed_again_it_says_when_the_first_went(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    reminders.remind(world.system, maria, case.id)
    said = refusal(lambda: reminders.remind(world.system, maria, case.id))
    assert (said.rule, said.reason, said.details["at"]) == ("SE-2", "reminder-planned", "09.00")
    send(world)
    world.clock.advance(timedelta(hours=1))
    for again in (reminders.remind, reminders.preview):
        said = refusal(lambda again=again: again(world.system, maria, case.id))  # type: ignore[misc]
        assert (said.reason, said.details["at"]) == ("reminded", "09.00")
    world.clock.advance(timedelta(days=1))
    reminders.remind(world.system, maria, case.id)
    send(world)
    assert states(world, case.patient_id) == [("answer", OutgoingState.ACCEPTED)] * 2


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_fifty_presses_at_eight_places_send_one(world: World, tmp_path: Path) -> None:
    gateway, case, maria = with_gateway(world), waited_for(world), world.actor("maria")

    def press(place: int) -> int:
        """A console of its own on the same database: how many of its presses were taken."""
        taken = 0
        with make_world_again(tmp_path, world.system.settings.database) as other:
            other.system.person_data = Persons()
            other.system.gateways = {**world.system.gateways}
            for _ in range(7 if place else 1):
                try:
                    reminders.remind(other.system, maria, case.id)
                    taken += 1
                except Refused:
                    pass
                send(other, f"console:{place}")
        return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1
    assert len(gateway.handed) == 1
    assert states(world, case.patient_id) == [("answer", OutgoingState.ACCEPTED)]


@pytest.mark.rule("SE-2")
def test_an_answer_cancels_the_reminder_in_its_own_transaction(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    reminders.remind(world.system, world.actor("maria"), case.id)
    world.writes(case.id)
    (row,) = rows_of(world, case.patient_id)
    assert (row.state, row.problem) == (OutgoingState.CANCELLED, "answered")
    assert world.event_kinds(case.id)[-2:] == ["message.received", "sms.cancelled"]
    send(world)
    assert gateway.handed == []


@pytest.mark.rule("SE-2")
def test_an_ending_cancels_it_too(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    reminders.remind(world.system, maria, case.id)
    asked = ending.request_end(world.system, maria, case.id, case.version)
    ending.confirm_end(world.system, maria, case.id, asked.version)
    (row,) = rows_of(world, case.patient_id)
    assert (row.state, row.problem) == (OutgoingState.CANCELLED, "ended")


@pytest.mark.rule("SE-2")
def test_pressed_in_the_evening_it_goes_when_the_unit_opens(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    world.clock.advance(timedelta(hours=9))  # six in the evening
    row = reminders.remind(world.system, world.actor("maria"), case.id)
    assert (row.due_at - world.clock.now(), row.local_date.isoformat()) == (timedelta(hours=14), "2026-11-24")
    world.clock.advance(timedelta(hours=8))  # two at night
    send(world)
    assert gateway.handed == []
    world.clock.advance(timedelta(hours=6))
    assert send(world) == 1


@pytest.mark.rule("PR-2", "PR-1")
@pytest.mark.hazard("H1", "H2")
def test_protection_is_looked_up_at_the_press(world: World) -> None:
    gateway = with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    persons(world).silent = True
    assert refusal(lambda: reminders.remind(world.system, maria, case.id)).reason == "protection-unknown"
    persons(world).silent = False
    persons(world).protected[world.row(case.id).patient.number] = Protection.MARKED
    assert refusal(lambda: reminders.remind(world.system, maria, case.id)).rule == "PR-1"
    assert world.row(case.id).patient.protection is Protection.MARKED  # what was learnt stays
    send(world)
    assert (gateway.handed, rows_of(world, case.patient_id)) == ([], [])


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_nothing_of_a_protected_persons_sms_is_shown(world: World) -> None:
    with_gateway(world, NotNow(Problem.BUSY))
    case, maria = waited_for(world), world.actor("maria")
    reminders.remind(world.system, maria, case.id)
    persons(world).protected[world.row(case.id).patient.number] = Protection.POPULATION
    send(world)
    view = outbox.of_case(world.system, maria, case.id)
    assert {(one.patient.name, one.row.recipient, one.row.text) for one in view.lines} == {("", "", "")}
    assert cases.open_case(world.system, maria, case.id).reminders == ()


def test_the_preview_says_to_whom_what_how_long_and_when_and_sends_nothing(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    found = reminders.preview(world.system, world.actor("maria"), case.id)
    assert (found.patient_name, found.number, found.goes_at) == ("Maria Ljungberg", MOBILE, world.clock.now())
    assert (found.sizes["sv"].characters, found.sizes["sv"].parts) == (len(found.texts["sv"]), 1)
    assert found.texts["en"].startswith("Vårdcentralen Åsen has written")
    assert (found.gateway, found.stays, found.last) == ("scripted", True, None)
    assert (gateway.handed, rows_of(world, case.patient_id)) == ([], [])


def test_the_preview_names_the_reminder_before(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    first = reminders.remind(world.system, maria, case.id)
    send(world)
    world.clock.advance(timedelta(days=1))
    last = reminders.preview(world.system, maria, case.id).last
    assert last is not None
    assert (last.id, last.state) == (first.id, OutgoingState.ACCEPTED)


@pytest.mark.rule("CH-11")
def test_only_who_has_the_case_reminds(world: World) -> None:
    with_gateway(world)
    case = waited_for(world)
    assert refusal(lambda: reminders.remind(world.system, world.actor("johan"), case.id)).reason == "owned"
    chat.release(world.system, world.actor("maria"), case.id, case.version)
    assert refusal(lambda: reminders.remind(world.system, world.actor("maria"), case.id)).reason == "unclaimed"


def test_a_unit_may_have_texts_of_its_own(world: World) -> None:
    gateway, case, maria = with_gateway(world), waited_for(world), world.actor("maria")
    text = "Du har ett meddelande: {link}"
    assert sms_text.put_text(world.system, maria, UNIT, Purpose.ANSWER, "sv", text).endswith("regionhalland.se/vard")
    reminders.remind(world.system, maria, case.id)
    send(world)
    assert gateway.handed[0].text == "Du har ett meddelande: https://mitt.regionhalland.se/vard"
    sms_text.put_text(world.system, maria, UNIT, Purpose.ANSWER, "sv", "")
    assert sms_text.texts_of(world.system, UNIT) == sms_text.library()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Kom hit", "sms-placeholders"),
        ("Hej {patient}: {link}", "sms-placeholders"),
        ("{matter} {link}", "sms-placeholders"),
        ("x" * 500 + "{link}", "sms-length"),
    ],
)
def test_a_text_that_says_more_than_it_may_is_refused(world: World, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        sms_text.put_text(world.system, world.actor("maria"), UNIT, Purpose.ANSWER, "sv", text)
    assert sms_text.texts_of(world.system, UNIT) == sms_text.library()


def test_every_text_of_the_library_is_one_sms_and_has_only_the_unit_and_the_link(world: World) -> None:
    for (purpose, lang), text in sms_text.library().items():
        filled = text.replace("{unit}", "Vårdcentralen Åsen").replace("{link}", world.system.settings.sms_link)
        assert sms_text.size(filled).parts == 1, (purpose, lang)
        assert not sms_text.size(filled).unicode
        assert "{" not in filled


def test_a_unit_may_have_times_of_its_own(world: World) -> None:
    found = reminders.put_times(world.system, world.actor("maria"), UNIT, 30, time(8, 15))
    assert (found.soon_before, found.morning) == (timedelta(minutes=30), time(8, 15))
    assert reminders.put_times(world.system, world.actor("maria"), UNIT, None, time(9)).soon_before.seconds == 1800


def test_one_day_has_one_row_in_the_table(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    row = reminders.remind(world.system, maria, case.id)
    outbox.cancel(world.system, maria, row.id)
    assert reminders.remind(world.system, maria, case.id).id == row.id  # it had not gone, so it is wanted again
    send(world)
    with world.system.store.reading() as tx:
        assert tx.connection.execute(select(func.count()).select_from(outbox_table)).scalar_one() == 1
    assert stored(world, row.id).state is OutgoingState.ACCEPTED
