"""Handing cases over at the desk: offered with consent, taken, declined, withdrawn, and called for."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.routine.actor import Profession
from p24tui.routine.alert import Reason
from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.handover import NO_CONSENT, Consent, ConsentState, ConsentWay, Target
from p24tui.services import chat, handover
from p24tui.store import handovers, messages
from p24tui.store.duty_values import HandoverRow
from p24tui.store.values import Author
from p24tui.tui.screens.handover import HandoverScreen
from p24tui.tui.screens.offered import AcceptScreen, OfferedScreen
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.words.cases import reason_words
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled, until
from tests.world import BERGA, MONDAY_NINE, UNIT, World

pytestmark = [pytest.mark.anyio, pytest.mark.rule("CH-11")]


def mine(world: World, name: str) -> Case:
    """A case of the queue that Maria has."""
    case = fill(world)[name]
    return chat.claim(world.system, world.actor("maria"), case.id, case.version)


def offered(world: World, name: str = "chest", target: Target | None = None, message: str = "Behöver läkare") -> Case:
    case = mine(world, name)
    agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, MONDAY_NINE)
    consent = agreed if case.suicide is SuicideRisk.NONE else NO_CONSENT
    to = target or Target(UNIT, Profession.DOCTOR)
    return handover.offer(world.system, world.actor("maria"), case.id, case.version, to, message, consent)


def rows(world: World, case_id: str) -> list[HandoverRow]:
    with world.system.store.reading() as tx:
        return handovers.of_case(tx, case_id)


def in_one_line(pilot: Pilot[None]) -> str:
    """What stands in the case's hint, however it is wrapped."""
    return " ".join(str(desk_of(pilot)._pane._hint.render()).split())


async def stand_on(pilot: Pilot[None], case_id: str, *keys: str) -> None:
    patients = desk_of(pilot).query_one(PatientList)
    patients.focus()
    patients.move_to(case_id)
    await press(pilot, *keys)


async def test_a_case_is_offered_with_message_and_consent_and_stays_ones_own(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = mine(world, "chest")
    async with at_desk(world) as pilot:
        await stand_on(pilot, case.id, "l")
        assert isinstance(pilot.app.screen, HandoverScreen)
        await pilot.press(*"sara")
        assert "Inte i tjänst nu." in screen_text(pilot)
        await press(pilot, "tab")
        await pilot.press(*"EKG saknas")
        await press(pilot, "tab", "enter", "down", "enter", "ctrl+s")
        assert "Erbjudet till Sara Holm" in screen_text(pilot)
        assert "LÄMNAS → Sara" in screen_text(pilot)
        (row,) = rows(world, case.id)
        assert (row.to_staff, row.message, row.consent_how) == (world.actor("sara").staff_id, "EKG saknas", "chat")
        assert (row.consent_at, world.row(case.id).owner) == (MONDAY_NINE, "Maria Lind")
        await press(pilot, "enter", "escape")
        assert "Det är ditt tills någon tar emot det; l tar tillbaka." in in_one_line(pilot)
        assert "hos: Maria Lind → Sara Holm" in screen_text(pilot)


@pytest.mark.hazard("H7")
@pytest.mark.parametrize("name", ["chest", "suicide"])
async def test_what_is_offered_to_one_is_answered_also_by_the_key_that_takes_on(
    sqlcipher_world: World, name: str
) -> None:
    """To take it over would be to pass by what the colleague has said of it, and the patient would be told nothing."""
    world = sqlcipher_world
    case = offered(world, name)
    async with at_desk(world, "sara") as pilot:
        desk_of(pilot)._read_offers()
        await settled(pilot)
        await stand_on(pilot, case.id, "enter")
        assert "Det är erbjudet till dig: tryck t för att svara." in in_one_line(pilot)
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, AcceptScreen)
        assert "Behöver läkare" in screen_text(pilot)
        await press(pilot, "enter")
        assert "Behöver läkare" in screen_text(pilot)
    assert "handover.accepted" in world.event_kinds(case.id)
    assert world.row(case.id).owner == "Sara Holm"


@pytest.mark.rule("CH-11", "SU-2")
@pytest.mark.parametrize("name", ["chest", "suicide"])
async def test_nobody_is_chosen_before_one_has_chosen(sqlcipher_world: World, name: str) -> None:
    """A form that is sent as it opens must not give the case to whoever stands first."""
    world = sqlcipher_world
    case = mine(world, name)
    async with at_desk(world, size=(80, 24)) as pilot:
        await stand_on(pilot, case.id, "l")
        assert "Välj vem med ↑ ↓." in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, HandoverScreen)
        assert "Välj vem som ska ta emot ärendet." in screen_text(pilot)
        assert rows(world, case.id) == []
        await pilot.press(*"amir")
        await press(pilot, "ctrl+s")
        assert not isinstance(pilot.app.screen, HandoverScreen), "whom alone what one has typed fits is chosen"


@pytest.mark.hazard("H17")
async def test_without_consent_the_patient_is_asked_instead(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = mine(world, "chest")
    async with at_desk(world) as pilot:
        await stand_on(pilot, case.id, "l")
        assert "inte frågat: fråga patienten först" in screen_text(pilot)
        await press(pilot, "down", "ctrl+s")
        composer = desk_of(pilot)._pane.composer
        assert composer.has_focus
        assert "lämna över ditt ärende till en läkare" in composer.text
        assert "Svar till Karin Öberg" in screen_text(pilot)
    assert rows(world, case.id) == []


async def test_the_question_stands_apart_from_what_one_had_begun_to_write(sqlcipher_world: World) -> None:
    case = mine(sqlcipher_world, "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, case.id, "enter")
        await pilot.press(*"Hej")
        await press(pilot, "home", "escape", "l", "down", "ctrl+s")
        assert desk_of(pilot)._pane.composer.text.startswith("Hej\n\nHej Karin Öberg.")
        assert "Frågan står efter det som redan var skrivet" in screen_text(pilot)


@pytest.mark.hazard("H17")
@pytest.mark.rule("SU-2")
async def test_with_suicide_risk_no_consent_is_asked_for_and_only_assessors_stand_there(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = mine(world, "suicide")
    async with at_desk(world) as pilot:
        await stand_on(pilot, case.id, "l")
        shown = screen_text(pilot)
        assert "behövs inte (SU-2)" in shown
        assert "antecknas med grunden SU-2" in shown
        assert "Johan Berg" not in shown
        await pilot.press(*"psykolog")
        await press(pilot, "down", "ctrl+s")
        assert "SUI LÄMNAS → psykolog" in screen_text(pilot)
    (row,) = rows(world, case.id)
    assert (row.ground, row.to_profession, row.to_staff) == ("SU-2", Profession.PSYCHOLOGIST, None)


async def test_a_time_that_cannot_be_read_or_lies_ahead_is_said(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = mine(world, "chest")
    async with at_desk(world) as pilot:
        await stand_on(pilot, case.id, "l", "down", "tab", "tab", "enter", "down", "enter", "tab")
        for typed, said in (("nyss", "Skriv när patienten samtyckte"), ("23.59", "ligger framåt")):
            await press(pilot, "end", "ctrl+u")
            await pilot.press(*typed)
            await press(pilot, "ctrl+s")
            assert said in screen_text(pilot)
        await press(pilot, "end", "ctrl+u")
        await pilot.press(*"22/11 14.10")
        await press(pilot, "ctrl+s")
    (row,) = rows(world, case.id)
    assert row.consent_at == MONDAY_NINE - timedelta(hours=18, minutes=50)


def version_at(pilot: Pilot[None], case_id: str) -> int:
    """Which version of the case the desk knows."""
    line = desk_of(pilot)._line(case_id)
    return line.case.version if line is not None else 0


async def test_what_is_refused_comes_up_again_with_what_was_typed(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = mine(world, "chest")
    async with at_desk(world) as pilot:
        await stand_on(pilot, case.id, "l", "down", "tab")
        await pilot.press(*"EKG saknas")
        await press(pilot, "escape")
        assert "Esc en gång till kastar" in screen_text(pilot)
        await press(pilot, "tab", "enter", "down", "enter")
        world.writes(case.id)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, HandoverScreen)
        assert "Ärendet ändrades nyss" in screen_text(pilot)
        assert "EKG saknas" in screen_text(pilot)
        await until(pilot, lambda: version_at(pilot, case.id) == world.row(case.id).case.version)
        await press(pilot, "ctrl+s")
    (row,) = rows(world, case.id)
    assert row.message == "EKG saknas"


async def test_only_the_owner_hands_over_and_nobody_a_protected_persons_case(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    cases = fill(world)
    johan = world.actor("johan")
    chat.claim(world.system, johan, cases["chest"].id, cases["chest"].version)
    async with at_desk(world) as pilot:
        for name, said in (
            ("chest", "Johan Berg har ärendet"),
            ("cough", "Ingen har tagit emot"),
            ("protected", "PR-1"),
        ):
            await stand_on(pilot, cases[name].id, "l")
            assert not isinstance(pilot.app.screen, HandoverScreen)
            assert said in screen_text(pilot)


async def test_the_receiver_is_asked_takes_it_and_the_sender_is_told_and_is_a_guest(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = offered(world)
    async with at_desk(world, "johan") as pilot:
        assert "vill lämna över" not in screen_text(pilot)
    async with at_desk(world, "maria") as maria:
        async with at_desk(world, "sara") as sara:
            assert "Maria Lind vill lämna över Karin Öberg: Behöver läkare" in screen_text(sara)
            await press(sara, "b")
            assert isinstance(sara.app.screen, AcceptScreen)
            for said in ("Tryck i bröstet, 65 år", "Maria Lind, sjuksköterska", "Samtycke i chatten", "Behöver läkare"):
                assert said in screen_text(sara)
            await press(sara, "enter")
            assert desk_of(sara)._pane.case_id == case.id
            assert "vill lämna över" not in screen_text(sara)
        await settled(maria)
        shown = screen_text(maria)
        assert "Sara Holm har tagit emot Karin Öberg." in shown
        assert "gäst PÅGÅR" in shown
        await stand_on(maria, case.id, "enter")
        assert "Du lämnade över det och är gäst" in in_one_line(maria)
    assert world.row(case.id).owner == "Sara Holm"
    with world.system.store.reading() as tx:
        assert [one.author for one in messages.of_case(tx, case.id)][-1] is Author.SYSTEM


async def test_a_no_needs_a_reason_and_the_sender_reads_it(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = offered(world)
    async with at_desk(world, "maria") as maria:
        async with at_desk(world, "sara", size=(80, 24)) as sara:
            await press(sara, "b", "n", "enter")
            assert "Skriv varför du avböjer" in screen_text(sara)
            await press(sara, "escape", "n")
            await sara.press(*"Fullt i dag")
            await press(sara, "enter")
            assert "vill lämna över" not in screen_text(sara)
        await settled(maria)
        assert "Sara Holm avböjde Karin Öberg: Fullt i dag" in screen_text(maria)
        await press(maria, "b")
        assert "avböjde" not in screen_text(maria)
    assert (world.row(case.id).owner, rows(world, case.id)[0].state) == ("Maria Lind", "declined")


async def test_one_answers_later_and_it_still_stands_there(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = offered(world)
    async with at_desk(world, "sara") as pilot:
        await press(pilot, "b", "escape")
        assert "vill lämna över Karin Öberg" in screen_text(pilot)
        handover.withdraw(world.system, world.actor("maria"), case.id)
        await settled(pilot)
        assert "vill lämna över" not in screen_text(pilot)


async def test_what_was_withdrawn_meanwhile_is_not_taken(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = offered(world)
    async with at_desk(world, "sara") as pilot:
        await press(pilot, "b")
        handover.withdraw(world.system, world.actor("maria"), case.id)
        await press(pilot, "enter")
        assert "Överlämningen gäller inte längre" in screen_text(pilot)
    assert world.row(case.id).owner == "Maria Lind"


async def test_whoever_leaves_before_the_receivers_have_been_read_is_let_go(sqlcipher_world: World) -> None:
    case = mine(sqlcipher_world, "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, case.id, "l")
        screen = pilot.app.screen
        assert isinstance(screen, HandoverScreen)
        await press(pilot, "escape")
        screen.offer((), UNIT)  # what was on its way comes
        assert desk_of(pilot) is pilot.app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_sender_takes_it_back(sqlcipher_world: World, size: tuple[int, int]) -> None:
    world = sqlcipher_world
    case = offered(world)
    async with at_desk(world, size=size) as pilot:
        await stand_on(pilot, case.id, "l")
        assert isinstance(pilot.app.screen, OfferedScreen)
        await press(pilot, "escape")
        assert world.row(case.id).case.handed_at is not None
        await press(pilot, "l", "delete")
        assert world.row(case.id).case.handed_at is None
        assert "LÄMNAS" not in screen_text(pilot)


async def test_across_units_it_leaves_the_senders_list_and_comes_to_the_receivers(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.second_unit("sara")
    case = offered(world, target=Target(BERGA, Profession.DOCTOR))
    async with at_desk(world, "maria") as maria:
        assert case.id in desk_of(maria)._live
        async with at_desk(world, "sara") as sara:
            await press(sara, "b")
            assert "Maria Lind, sjuksköterska, Åsen" in screen_text(sara)
            await press(sara, "enter")
            assert desk_of(sara)._pane.case_id == case.id
        await settled(maria)
        assert case.id not in desk_of(maria)._live
        assert "Karin Öberg är mottagen på den andra enheten." in screen_text(maria)
    assert world.row(case.id).case.unit_id == BERGA


@pytest.mark.hazard("H7")
async def test_an_offer_nobody_takes_calls_on_every_console(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    case = offered(world)
    world.clock.instant = MONDAY_NINE + timedelta(minutes=20)
    handover.call(world.system)
    async with at_desk(world, "johan") as pilot:
        book = desk_of(pilot)._book
        assert book is not None
        call = next(one for one in book.heard() if one.case_id == case.id)
        assert (call.reason, call.everywhere) == (Reason.HANDOVER, True)
        assert reason_words(call.reason, "4 min") == "ingen har tagit emot överlämningen, 4 min"


@pytest.mark.hazard("H23")
async def test_what_is_written_in_it_is_text_alone(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    offered(world, message="[@click=app.quit()]x[/] \x1b]52;c;x\x07[/ [bold")
    async with at_desk(world, "sara") as pilot:
        assert "[@click=app.quit()]x[/]" in screen_text(pilot)
        await press(pilot, "b")
        assert "[@click=app.quit()]x[/]" in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
