"""The SMS button and the list of what goes out, by the keyboard: what is shown first, and what is said of it after."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.gateways.outgoing.model import Fate, Problem, Rejected, Report, Uncertain
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.services import delivery, outbox, protections, reminders, ticks
from p24tui.store.values import OutgoingRow
from p24tui.tui.screens.outgoing import OutgoingScreen, RemindScreen
from p24tui.tui.widgets.composer import Composer
from tests.outgoing import persons, rows_of, send, states, stored, waited_for, with_gateway
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
QUEUED = ("answer", OutgoingState.QUEUED)
Size = tuple[int, int]


async def looked(pilot: Pilot[None]) -> None:
    """The desk looks at how the sending fares, as it does by itself after some seconds."""
    desk = desk_of(pilot)
    desk._sending_is_old, desk._sending_at = True, float("-inf")
    desk._tick()
    await settled(pilot)


def header(pilot: Pilot[None]) -> str:
    return "\n".join(screen_text(pilot).splitlines()[:2])


def reminded(world: World, who: str = "maria", **changes: str) -> OutgoingRow:
    """A reminder to a patient who is waited for."""
    case = waited_for(world, who, **changes)
    return reminders.remind(world.system, world.actor(who), case.id)


def protect(world: World, patient_id: str, number: str) -> None:
    """The patient turns out to be protected."""
    persons(world).protected[number] = Protection.MARKED
    protections.look_up(world.system, world.actor("maria"), patient_id)


@SIZES
@pytest.mark.rule("SE-2")
async def test_before_it_goes_one_sees_to_whom_what_how_long_and_when_and_esc_sends_nothing(
    sqlcipher_world: World, size: Size
) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "s")
        shown = screen_text(pilot)
        assert "Påminn Maria Ljungberg med sms" in shown
        assert "Till   070-174 06 05" in shown
        assert "Går    nu" in shown
        assert "Förra  ingen tidigare påminnelse" in shown
        assert "Vårdcentralen Åsen har skrivit till dig och väntar på ditt" in shown
        assert "https://mitt.regionhalland.se/vard" in shown
        assert "118 tecken, 1 sms" in shown
        assert "Inget lämnar datorn: sms skrivs i en fil." in shown
        assert "Hosta" not in "".join(line for line in shown.splitlines() if "│" in line and "skrivit" in line)
        await press(pilot, "escape")
        assert rows_of(sqlcipher_world, case.patient_id) == []


@pytest.mark.rule("SE-2")
async def test_enter_queues_one_and_says_so_and_a_second_says_when_the_first_goes_or_went(
    sqlcipher_world: World,
) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "s", "enter")
        assert states(sqlcipher_world, case.patient_id) == [QUEUED]
        assert "Påminnelsen till Maria Ljungberg går nu." in header(pilot)
        await press(pilot, "s")
        assert "Regel SE-2  En påminnelse är redan på väg: den går 09.00." in screen_text(pilot)
        sqlcipher_world.clock.advance(timedelta(minutes=1))
        assert send(sqlcipher_world) == 1
        sqlcipher_world.clock.advance(timedelta(hours=2))
        await press(pilot, "s")
        assert "Patienten påmindes redan 09.01." in screen_text(pilot)
        assert len(rows_of(sqlcipher_world, case.patient_id)) == 1
        sqlcipher_world.clock.advance(timedelta(days=1))
        await press(pilot, "s")
        assert "Förra  mån 23 nov 09.01, skickat" in screen_text(pilot)


@pytest.mark.rule("SE-2", "CH-1")
async def test_in_the_evening_it_says_that_it_goes_when_the_unit_opens(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    sqlcipher_world.clock.advance(timedelta(hours=10))
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "s")
        assert "när enheten har öppnat" in screen_text(pilot)
        await press(pilot, "enter")
        assert "Påminnelsen till Maria Ljungberg går tis 24 nov 08.00." in header(pilot)
        assert send(sqlcipher_world) == 0
        (row,) = rows_of(sqlcipher_world, case.patient_id)
        assert row.due_at - sqlcipher_world.clock.now() == timedelta(hours=13)


async def test_l_turns_to_english_and_back_and_what_is_shown_is_what_goes(sqlcipher_world: World) -> None:
    gateway = with_gateway(sqlcipher_world)
    waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "s", "l")
        assert "has written to you and is waiting for" in screen_text(pilot)
        assert "126 tecken, 1 sms" in screen_text(pilot)
        await press(pilot, "l")
        assert "har skrivit till dig" in screen_text(pilot)
        await press(pilot, "l", "enter")
    send(sqlcipher_world)
    assert gateway.handed[0].text.startswith("Vårdcentralen Åsen has written to you")


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
async def test_five_times_s_and_enter_is_one_reminder(sqlcipher_world: World) -> None:
    gateway = with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await pilot.press("s")
        await settled(pilot)
        await pilot.press("enter", *("s", "enter") * 4)
        await settled(pilot)
        assert len(rows_of(sqlcipher_world, case.patient_id)) == 1
    assert send(sqlcipher_world) == 1
    assert send(sqlcipher_world) == 0
    assert len(gateway.handed) == 1


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
async def test_two_consoles_that_both_show_it_send_it_once(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as here, at_desk(sqlcipher_world) as there:
        await press(here, "s")
        await press(there, "s")
        await press(here, "enter")
        await press(there, "enter")
        assert "En påminnelse är redan på väg: den går 09.00." in screen_text(there)
        assert states(sqlcipher_world, case.patient_id) == [QUEUED]


def _protected(world: World) -> None:
    case = waited_for(world)
    protect(world, case.patient_id, world.row(case.id).patient.number)


def _unknown(world: World) -> None:
    case = waited_for(world)
    persons(world).silent = True
    protections.look_up(world.system, world.actor("maria"), case.patient_id)


@pytest.mark.rule("SE-2", "PR-1", "PR-2")
@pytest.mark.hazard("H1")
@pytest.mark.parametrize(
    ("prepare", "rule", "said"),
    [
        (lambda world: waited_for(world, "johan"), "CH-11", "Johan Berg har ärendet."),
        (
            lambda world: world.writes(waited_for(world).id),
            "SE-2",
            "Ingen väntar på patientens svar: det är enheten",
        ),
        (_protected, "PR-1", "Patienten har skyddade personuppgifter och handläggs inte här."),
        (lambda world: waited_for(world, mobile=""), "VI-1", "Patienten har inget mobilnummer här"),
        (_unknown, "PR-2", "Det går inte att få veta om personuppgifterna är skyddade. Inget sms skickas."),
    ],
)
async def test_where_nothing_may_go_the_refusal_says_why(
    sqlcipher_world: World, prepare: Callable[[World], object], rule: str, said: str
) -> None:
    with_gateway(sqlcipher_world)
    prepare(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "s")
        assert not isinstance(pilot.app.screen, RemindScreen)
        assert f"Regel {rule}  {said}" in screen_text(pilot)


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
async def test_protection_is_asked_about_when_it_is_to_go_and_silence_stops_it(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "s")
        persons(sqlcipher_world).silent = True
        await press(pilot, "enter")
        assert "Regel PR-2  Det går inte att få veta om personuppgifterna är skyddade." in screen_text(pilot)
        assert rows_of(sqlcipher_world, case.patient_id) == []
        await press(pilot, "enter")
        assert "skydd okänt: inga sms" in screen_text(pilot)


async def test_while_one_writes_letters_are_letters(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    row = reminded(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "enter", *"sexok")
        assert desk_of(pilot).query_one(Composer).text == "sexok"
        assert stored(sqlcipher_world, row.id).state is OutgoingState.QUEUED


@SIZES
@pytest.mark.rule("SE-2")
async def test_what_is_to_be_decided_stands_first_with_what_to_do(sqlcipher_world: World, size: Size) -> None:
    with_gateway(sqlcipher_world, Uncertain(Problem.SILENCE), Rejected(Problem.ADDRESS))
    for _one in range(2):
        reminded(sqlcipher_world)
        send(sqlcipher_world)
        sqlcipher_world.clock.advance(timedelta(minutes=1))
    reminded(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "e")
        shown = screen_text(pilot)
        assert "2 att avgöra · 1 planerat · inget lämnar datorn: sms blir en fil" in shown
        assert shown.index("osäkert") < shown.index("misslyckat") < shown.index("planerat", shown.index("misslyckat"))
        assert "070-174 06 05 · av Maria Lind · inget svar kom i tid" in shown
        assert "Ingen vet om det gick fram" in shown
        assert "Enter ärendet   o skicka igen   k låt vara   Esc tillbaka" in shown
        await press(pilot, "down")
        await pilot.pause(0.3)
        assert "numret eller adressen går inte att nå" in screen_text(pilot)
        assert "Det gick säkert inte fram." in screen_text(pilot)
        await press(pilot, "down")
        await pilot.pause(0.3)
        assert "Det går av sig självt när tiden är inne." in screen_text(pilot)
        assert "Enter ärendet   x stoppa   Esc tillbaka" in screen_text(pilot)


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
async def test_what_nobody_knows_goes_again_only_when_somebody_says_so(sqlcipher_world: World) -> None:
    gateway = with_gateway(sqlcipher_world, Uncertain(Problem.CUT_OFF))
    row = reminded(sqlcipher_world)
    send(sqlcipher_world)
    sqlcipher_world.clock.advance(timedelta(hours=1))
    assert send(sqlcipher_world) == 0
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "e", "o")
        assert stored(sqlcipher_world, row.id).state is OutgoingState.QUEUED
        await looked(pilot)
        assert "GÅR INTE" not in header(pilot)
        await press(pilot, "o")
        assert "Det finns inget att avgöra" in screen_text(pilot)
        assert send(sqlcipher_world) == 1
    assert len(gateway.handed) == 2


@SIZES
@pytest.mark.rule("SE-2")
async def test_what_cannot_be_cancelled_says_so_where_one_looks(sqlcipher_world: World, size: Size) -> None:
    with_gateway(sqlcipher_world, Uncertain(Problem.SILENCE))
    row = reminded(sqlcipher_world)
    send(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "e", "x")
        assert "Det finns inget att stoppa" in screen_text(pilot)
        assert stored(sqlcipher_world, row.id).state is OutgoingState.UNCERTAIN


@pytest.mark.rule("SE-2")
async def test_what_was_cancelled_can_be_wanted_again(sqlcipher_world: World) -> None:
    gateway = with_gateway(sqlcipher_world)
    row = reminded(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "e", "x", "escape")
        assert stored(sqlcipher_world, row.id).state is OutgoingState.CANCELLED
        await press(pilot, "s", "enter")
        assert stored(sqlcipher_world, row.id).state is OutgoingState.QUEUED
    send(sqlcipher_world)
    assert [one.id for one in gateway.handed] == [row.id]


@pytest.mark.rule("SE-2")
async def test_x_cancels_what_is_planned_and_k_lets_be_what_failed(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world, Rejected(Problem.ADDRESS))
    failed = reminded(sqlcipher_world)
    send(sqlcipher_world)
    planned = reminded(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await looked(pilot)
        assert "SMS 1 misslyckat" in header(pilot)
        await press(pilot, "e", "k")
        assert stored(sqlcipher_world, failed.id).settled_by == "Maria Lind"
        assert "0 att avgöra · 1 planerat" in screen_text(pilot)
        await press(pilot, "x")
        assert stored(sqlcipher_world, planned.id).state is OutgoingState.CANCELLED
        assert "Inget är planerat, och inget behöver avgöras." in screen_text(pilot)
        await press(pilot, "x", "o", "k", "enter", "escape")
        await looked(pilot)
        assert "SMS" not in header(pilot)


async def test_enter_leads_to_the_case_and_esc_back(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    row = reminded(sqlcipher_world)
    sqlcipher_world.case(name="Ali Noor", priority=1)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "e", "escape")
        assert not isinstance(pilot.app.screen, OutgoingScreen)
        await press(pilot, "e", "enter")
        await settled(pilot)
        assert desk_of(pilot)._pane.case_id == row.case_id
        assert "sms går nu" in screen_text(pilot)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1")
async def test_of_a_protected_person_neither_name_nor_number_stands_there(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world, Uncertain(Problem.SILENCE))
    row = reminded(sqlcipher_world)
    send(sqlcipher_world)
    protect(sqlcipher_world, row.patient_id, sqlcipher_world.row(row.case_id or "").patient.number)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "e")
        shown = screen_text(pilot)
        assert "Skyddad person" in shown
        assert "osäkert" in shown
        assert "Ljungberg" not in shown
        assert "070-174" not in shown


async def test_in_a_case_the_patients_own_stand_and_no_others(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    for _one in range(2):
        reminded(sqlcipher_world)
    send(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "enter", "escape", "e")
        assert "Sms till Maria Ljungberg" in screen_text(pilot)
        assert screen_text(pilot).count("påminnelse  ") == 1
        assert "skickat" in screen_text(pilot)


@pytest.mark.parametrize(
    ("size", "said"),
    [((80, 24), "SMS 2 att avgöra"), ((120, 40), "SMS 1 osäkert, 1 misslyckat")],
    ids=["80x24", "120x40"],
)
@pytest.mark.hazard("H13")
async def test_the_header_counts_what_is_to_be_decided(sqlcipher_world: World, size: Size, said: str) -> None:
    with_gateway(sqlcipher_world, Uncertain(Problem.SILENCE), Rejected(Problem.ADDRESS))
    for _one in range(2):
        reminded(sqlcipher_world)
        send(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await looked(pilot)
        assert said in header(pilot)


@SIZES
async def test_the_header_says_that_nothing_goes_and_which_job_fails(sqlcipher_world: World, size: Size) -> None:
    with_gateway(sqlcipher_world)
    reminded(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await looked(pilot)
        assert "SMS" not in header(pilot)
        sqlcipher_world.clock.advance(outbox.OVERDUE_AFTER + timedelta(seconds=1))
        await looked(pilot)
        assert "▲ 1 SMS GÅR INTE" in header(pilot)
        ticks.missed(sqlcipher_world.system, "outbox", "worker:test")
        await looked(pilot)
        assert "FELAR: sms" in header(pilot)
        assert "GÅR INTE" not in header(pilot)
        ticks.run(sqlcipher_world.system, "outbox", "worker:test", lambda _system: send(sqlcipher_world))
        await looked(pilot)
        assert "FELAR" not in header(pilot)
        assert "GÅR INTE" not in header(pilot)


async def test_a_colleague_sees_what_becomes_of_it_as_it_happens(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    case = waited_for(sqlcipher_world)
    async with at_desk(sqlcipher_world) as maria, at_desk(sqlcipher_world, "johan") as johan:
        await press(johan, "enter")
        assert "(e)" not in screen_text(johan)
        await press(maria, "s", "enter")
        await settled(johan)
        assert "sms går nu (e)" in screen_text(johan)
        send(sqlcipher_world)
        await settled(johan)
        assert "sms 09.00 skickat" in screen_text(johan)
        (row,) = rows_of(sqlcipher_world, case.patient_id)
        assert delivery.hear(sqlcipher_world.system, "scripted", Report(Fate.DELIVERED, row.id))
        await settled(johan)
        assert "sms 09.00 framme" in screen_text(johan)
