"""Registering contacts at the desk: the assistant, the page of what is left, and the post that must be removed (RE)."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.explain import REFUSALS
from p24tui.explain.registration import REGISTRATION_REFUSALS
from p24tui.routine.case import Case
from p24tui.routine.registration import RegistrationState, Way
from p24tui.services import registration
from p24tui.store import registrations
from p24tui.store.registration_values import Registration
from p24tui.text import REPLACEMENT
from p24tui.tui.screens.registration import AskRegistrationScreen, PostScreen, StandingScreen
from p24tui.tui.screens.seen import SeenScreen
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.place import RegistrationList
from p24tui.words.events import event_words
from tests.registering import FREE, MESSAGE, NOT, ended, handed_over, made
from tests.services.test_documentation import assessed, mine
from tests.services.test_read_log import log_of
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
HOSTILE = "Eksem\x1b]52;c;aGVq\x07 [@click=app.quit]här[/] [red]"


def standing(world: World, case_id: str) -> Registration | None:
    with world.system.store.reading() as tx:
        return registrations.standing(tx, case_id)


def lines_with(pilot: Pilot[None], *words: str) -> list[str]:
    """The lines of the screen on which all these words stand."""
    return [line for line in screen_text(pilot).splitlines() if all(word in line for word in words)]


@SIZES
@pytest.mark.rule("RE-1", "RE-3", "RE-4", "RE-6", "RE-7", "LO-1")
@pytest.mark.hazard("H19")
async def test_a_contact_is_registered_by_the_keyboard_from_the_question_to_the_removal(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    world, case = sqlcipher_world, ended(sqlcipher_world, name="Karin Öberg", matter="Eksem")
    async with at_desk(world, size=size) as pilot:
        await press(pilot, "f5")
        assert "0 poster kvar i VAS" in screen_text(pilot)
        assert "1 att ta ställning till" in screen_text(pilot)
        assert lines_with(pilot, "ta ställning", "Karin Öberg", "Eksem", "Maria Lind")
        await press(pilot, "7")
        assert isinstance(pilot.app.screen, AskRegistrationScreen)
        assert "Ersätter kontakten ett besök" in screen_text(pilot)
        await press(pilot, "enter", "down", "enter")
        assert "Besökstyp: Distanskontakt via telefon" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PostScreen)
        await press(pilot, "c")
        assert pilot.app.clipboard == "Typ: C24\nMottagning: Vårdcentralen Åsen\nNybesök: Nej\nBesöksorsak: Eksem"
        assert standing(world, case.id) is None
        await press(pilot, "escape", "ctrl+s", "enter")
        one = standing(world, case.id)
        assert one is not None
        assert (one.way, one.state, one.care_giver) == (Way.WATCH_POST, RegistrationState.CREATED, "Maria Lind")
        assert lines_with(pilot, "registrera", "Karin Öberg")
        assert "1 post kvar i VAS" in screen_text(pilot)
        assert {kind for kind, _unit, _patients, _view in log_of(world, "maria")} >= {"registrations", "registration"}
    async with at_desk(world, "eva", size) as pilot:
        await press(pilot, "f5", "7")
        assert isinstance(pilot.app.screen, StandingScreen)
        await press(pilot, "enter", "ctrl+s")
        assert "Registrerad i AN5 · Karin Öberg" in screen_text(pilot)  # whose it is stands where one chooses
        assert "Välj avgiftstyp och betalsätt" in screen_text(pilot)
        await press(pilot, "space", "down", "down", "enter", "tab", "space", "down", "enter", "ctrl+s")
        assert "Ta bort bevakningsposten i VAS nu" in " ".join(screen_text(pilot).split())
        await press(pilot, "c")
        assert "Avgiftstyp: L1\nBetalsätt: Faktura" in pilot.app.clipboard
        await press(pilot, "escape")
        assert lines_with(pilot, "TA BORT", "Karin Öberg")
        await press(pilot, "7", "enter")
        one = standing(world, case.id)
        assert one is not None
        assert (one.state, one.removed_by_name) == (RegistrationState.REMOVED, "Eva Nyström")
        assert "Inget är kvar att registrera eller anteckna." in screen_text(pilot)
        assert "Klart: bevakningsposten är borta ur VAS." in screen_text(pilot)


@pytest.mark.rule("RE-1", "RE-2", "RE-8", "PR-1", "AP-3")
async def test_each_end_of_the_assistant(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    handed = handed_over(world, name="Ali Noor")
    none, free = ended(world, name="Birgitta Ek"), ended(world, name="Karin Öberg")

    async def on_row(case: Case, *keys: str) -> None:
        desk_of(pilot).query_one(RegistrationList).move_to(case.id)
        await press(pilot, "7", *keys)

    async with at_desk(world) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(handed.id)
        await press(pilot, "7")
        assert "inget sjuksköterskebesök registreras" in screen_text(pilot)
        assert standing(world, handed.id) is None
        await press(pilot, "f5")
        await on_row(none, "down", "enter")
        assert "Kontakten ersätter inget besök" in screen_text(pilot)
        await press(pilot, "escape", "escape")
        assert standing(world, none.id) is None
        await on_row(none, "down", "enter", "enter")
        found = standing(world, none.id)
        assert found is not None
        assert found.state is RegistrationState.NOTHING
        await on_row(free, "enter", "enter", "down", "enter", "ctrl+s")
        assert "Välj ett av alternativen vid ”Betalsätt”." in screen_text(pilot)
        await press(pilot, "tab", "tab", "space", "down", "enter", "ctrl+s")
        assert lines_with(pilot, "Avgiftstyp", "P0")
        assert lines_with(pilot, "Betalsätt", "Gena")
        await press(pilot, "enter")
        found = standing(world, free.id)
        assert found is not None
        assert (found.state, found.payment) == (RegistrationState.OWN, "Gena")
        again = ended(world, name="Omar Haddad")
        await settled(pilot)
        await on_row(again, "enter", "enter")
        assert "alltid avgiftsfria" in screen_text(pilot)
        await press(pilot, "enter")
        assert lines_with(pilot, "Betalsätt")


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
async def test_who_comes_second_is_told_who_was_first_and_one_can_be_taken_back(sqlcipher_world: World) -> None:
    world, case = sqlcipher_world, ended(sqlcipher_world, name="Karin Öberg", matter="Eksem")
    async with at_desk(world) as pilot:
        await press(pilot, "f5", "7", "enter", "down", "enter", "ctrl+s")
        registration.make(world.system, world.actor("johan"), case.id, MESSAGE)
        await press(pilot, "enter")
        said = " ".join(screen_text(pilot).split())
        assert isinstance(pilot.app.screen, SeenScreen)
        assert "Johan Berg har redan gjort det 09.00." in said
        await press(pilot, "enter", "7")
        assert "meddelande av Johan Berg 09.00" in screen_text(pilot)
        await press(pilot, "x", *"fel", "ctrl+s")
        assert standing(world, case.id) is None
        await press(pilot, "7")
        assert isinstance(pilot.app.screen, AskRegistrationScreen)


@pytest.mark.rule("RE-6", "SH-1")
@pytest.mark.hazard("H19")
async def test_an_old_post_calls_until_it_is_seen_and_stands_marked_and_at_the_end_of_a_shift(
    sqlcipher_world: World,
) -> None:
    world = sqlcipher_world
    world.rostered(days=4)
    made(world, name="Gunnar Ask")
    made(world, wanted=FREE)
    made(world, wanted=NOT)
    world.clock.advance(timedelta(days=1))
    async with at_desk(world, size=(80, 24)) as pilot:
        desk_of(pilot)._look_at_duties(at_once=True)
        await settled(pilot)
        assert lines_with(pilot, "gammal C24-post i VAS", "F5 registrering")
        await press(pilot, "f5")
        assert "1 post kvar i VAS · 1 GAMMAL" in screen_text(pilot)
        assert lines_with(pilot, "GAMMAL registrera", "23 nov 09.00", "Gunnar Ask")
        await press(pilot, "f2", "k")
        desk_of(pilot)._look_at_duties(at_once=True)
        await settled(pilot)
        assert not lines_with(pilot, "gammal C24-post")
        assessed(world, mine(world).id)
        await press(pilot, "f9", "enter", "f9")
        assert "1 anteckning att skriva (F5)" in screen_text(pilot)
        assert "1 post av dig är kvar i VAS" in screen_text(pilot)


@pytest.mark.hazard("H23")
async def test_hostile_text_is_only_text_on_the_screen_and_on_the_clipboard(sqlcipher_world: World) -> None:
    ended(sqlcipher_world, name="[red]Karin", matter=HOSTILE)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f5", "7", "enter", "down", "enter", "ctrl+s", "c")
        assert isinstance(pilot.app.screen, PostScreen)
        assert "[@click=app.quit]här[/]" in screen_text(pilot)
        assert "\x1b" not in pilot.app.clipboard
        assert REPLACEMENT in pilot.app.clipboard
        await press(pilot, "enter", "7", "c")
        assert "\x1b" not in pilot.app.clipboard


def test_every_reason_and_every_event_has_its_words() -> None:
    assert REGISTRATION_REFUSALS.items() <= REFUSALS.items()
    assert event_words("registration.removed", {"way": "message"}) == "Tog bort i VAS: meddelande."
    assert event_words("registration.made", {"way": "?"}).endswith("(C24): ?.")
