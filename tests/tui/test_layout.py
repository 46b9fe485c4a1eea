"""What stands on the screens has the room that it needs, in small windows and in large ones."""

from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from p24tui.clock import local_date
from p24tui.routine.case import CaseState, ContactKind, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.protection import Protection
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, shift, staff
from p24tui.tui.app import P24App
from p24tui.tui.screens.shift import ShiftScreen
from p24tui.tui.window import SMALLEST, TWO_PANES
from tests.tui.kit import at_desk, overview_text, press, screen_text, settled
from tests.tui.test_snapshots import prepare_sending
from tests.tui.visit_kit import a_day_of_visits
from tests.world import UNIT, World

pytestmark = pytest.mark.anyio


def on_shift_with(world: World, *names: str, **facts: Any) -> None:
    """Maria is on her shift, and has a case of each of these."""
    maria = world.actor("maria")
    shift.start(world.system, maria, ShiftKind.CHAT)
    for name in names:
        case = world.case(name=name, matter="Hosta", unread=0, **facts)
        chat.claim(world.system, maria, case.id, case.version)


async def test_the_keys_of_the_shift_keep_their_second_line_however_fast_they_change(sqlcipher_world: World) -> None:
    """The window may be laid out anew between two updates, as when it is shrunk."""
    on_shift_with(sqlcipher_world, "Ali Noor")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f9")
        screen = pilot.app.screen
        assert isinstance(screen, ShiftScreen)
        screen._keys.update("Esc tillbaka")
        screen.query_one("#shift-dialog")._clear_arrangement_cache()
        screen._refresh_layout()
        screen._advise()
        await settled(pilot)
        assert "Enter öppna   x släpp" in screen_text(pilot)
        assert "s avsluta skiftet   c byt uppgift" in screen_text(pilot)


async def test_the_list_of_the_shift_has_rows_in_the_smallest_window(sqlcipher_world: World) -> None:
    """Also where one owes notes besides, which takes a line."""
    on_shift_with(sqlcipher_world, "Ali Noor", "Karin Öberg", "Sven Åkesson")
    async with at_desk(sqlcipher_world, size=SMALLEST) as pilot:
        await press(pilot, "f9")
        screen = pilot.app.screen
        assert isinstance(screen, ShiftScreen)
        screen._besides.display = True
        await settled(pilot)
        for words in ("Ali Noor", "Karin Öberg", "låt det vila till en dag.", "Enter öppna", "s avsluta skiftet"):
            assert words in screen_text(pilot)


async def test_a_list_of_what_goes_out_has_rows_in_the_smallest_window(sqlcipher_world: World) -> None:
    prepare_sending(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=SMALLEST) as pilot:
        await press(pilot, "e")
        for words in ("Karin Öberg", "Ali Noor", "tillbaka"):
            assert words in screen_text(pilot)


@pytest.mark.parametrize("place", ["f2", "f4"])
async def test_a_wide_window_shows_why_a_case_is_held_in_full(sqlcipher_world: World, place: str) -> None:
    why = "Ortopeden svarar på remissen i morgon förmiddag"
    later = local_date(sqlcipher_world.clock.now()) + timedelta(days=1)
    sqlcipher_world.case(state=CaseState.HELD, unread=0, held_until=later, held_reason=why)
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await press(pilot, place)
        assert why in screen_text(pilot)


async def test_the_closing_check_shows_what_is_left_where_the_matters_are_short(sqlcipher_world: World) -> None:
    sqlcipher_world.case(name="Inger Wallgren", matter="Biverkning", unread=1, unread_free_text=1)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        assert "NY ● oläst ¶ fritext" in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALLEST, (80, 24), (120, 40)])
async def test_the_overview_names_each_kind_of_contact_in_full(sqlcipher_world: World, size: tuple[int, int]) -> None:
    sqlcipher_world.case(kind=ContactKind.MESSAGE, priority=None)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f6")
        assert "Meddelande utan triage " in overview_text(pilot)


@pytest.mark.parametrize("size", [SMALLEST, (80, 24), (120, 40), (200, 60)])
async def test_the_list_beside_an_open_case_always_shows_what_is_unread(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    """However much else there is to say of how a case stands."""
    busy: dict[str, Any] = {"urgency": Urgency.URGENT, "suicide": SuicideRisk.TAKEN_ON, "risk": RiskLevel.MODERATE}
    sqlcipher_world.case(name="Oläst Olle", unread=2, **busy)
    sqlcipher_world.case(name="Fria Frida", unread=0, unread_free_text=1, **busy)
    sqlcipher_world.case(name="Svar Svante", unread=0, state=CaseState.ANSWERED, **busy)
    sqlcipher_world.case(name="Karin Öberg", priority=5, unread=0)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "end", "enter", *(["escape"] if size[0] < TWO_PANES else []))
        text = screen_text(pilot)
        for name, mark in (("Oläst", "●"), ("Fria", "¶"), ("Svar", "SVAR")):
            row = [line for line in text.splitlines() if f" {name} " in line][-1]  # what calls stands above the list
            assert mark in row.partition(f" {name} ")[2]


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [
        (200, "Maria Lind (sjuksköterska)   Chattansvarig Johan Berg till 17.00", "mån 23 nov 16.40   ÖPPET"),
        (120, "Vårdcentralen Åsen   Maria Lind   Chattansvarig Johan Berg", "mån 23 nov 16.40   ÖPPET"),
        (100, "Vårdcentralen Åsen   Maria Lind   Chattansvarig Johan Berg", "16.40   ÖPPET"),
        (80, "Åsen   Maria Lind   Ansv. Johan Berg", "16.40   ÖPPET · stänger om 20 min"),
        (76, "Åsen   Maria L.   Ansv. Johan B.", "16.40   ÖPPET · stänger om 20 min"),
        (60, "Åsen   Maria Lind   16.40", "ÖPPET · stänger om 20 min"),
    ],
)
async def test_the_first_line_cuts_no_name(sqlcipher_world: World, width: int, left: str, right: str) -> None:
    """It says who is responsible, and until when, in as many words as there is room for."""
    sqlcipher_world.rostered()
    sqlcipher_world.clock.advance(timedelta(hours=7, minutes=40))
    async with at_desk(sqlcipher_world, size=(width, 30)) as pilot:
        line = screen_text(pilot).splitlines()[0]
        assert left in line
        assert right in line
        assert "…" not in line


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [
        (100, "ÖVNING  Vårdcentralen Åsen   Maria L.   Chattansvarig Johan B.", "16.40   stänger om 20 min"),
        (80, "ÖVNING  Åsen   Maria L.   Ansv. Johan B.", "16.40   stänger om 20 min"),
        (71, "ÖVN  Åsen   Maria L.   Ansv. Johan B.", "16.40   stänger om 20 min"),
        (60, "ÖVNING  Åsen   Maria Lind", "16.40   stänger om 20 min"),
    ],
)
async def test_who_is_responsible_goes_after_what_the_countdown_says_by_itself_and_after_the_mark(
    sqlcipher_world: World, width: int, left: str, right: str
) -> None:
    sqlcipher_world.rostered()
    sqlcipher_world.clock.advance(timedelta(hours=7, minutes=40))
    system = sqlcipher_world.system
    maria = sqlcipher_world.actor("maria")
    console = P24App(system, staff.people_of(system, UNIT), "console:test:maria", actor=maria, banner="ÖVNING")
    async with console.run_test(size=(width, 30)) as pilot:
        await settled(pilot)
        line = screen_text(pilot).splitlines()[0]
        assert left in line
        assert right in line


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("suicide", [SuicideRisk.NONE, SuicideRisk.AWAITING])
async def test_the_choices_of_consent_hide_neither_what_they_mean_nor_the_keys(
    sqlcipher_world: World, size: tuple[int, int], suicide: SuicideRisk
) -> None:
    on_shift_with(sqlcipher_world, "Ali Noor", suicide=suicide)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "l")
        await press(pilot, "tab", "tab")
        below = _below(pilot, "Samtycke")
        await press(pilot, "enter")
        for words in ("ja, i chatten", "ja, per telefon", "ja, vid besök"):
            assert words in screen_text(pilot)
        assert _below(pilot, "Samtycke") == below


def _below(pilot: Pilot[None], words: str) -> str:
    return screen_text(pilot).rpartition(words)[2].partition("\n")[2]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_blank_line_stands_before_the_keys_of_a_visit(sqlcipher_world: World, size: tuple[int, int]) -> None:
    sqlcipher_world.rostered()
    a_day_of_visits(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f3", "down", "down", "down", "enter")
        lines = [line.strip(" │") for line in screen_text(pilot).splitlines()]
        (keys,) = [at for at, line in enumerate(lines) if "rulla" in line]
        assert lines[keys - 1] == ""
        assert lines[keys - 2] != ""


async def test_enter_takes_no_step_and_points_to_the_digits_that_do(sqlcipher_world: World) -> None:
    """One has often just come there by Enter."""
    sqlcipher_world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "4")
        screen, steps = pilot.app.screen, pilot.app.screen.query_one("#risk-steps", Static).visual
        last = str(steps).count("\n") + 1
        assert f"1–{last} välj   ↑ ↓ rulla" in screen_text(pilot)
        await press(pilot, "enter")
        assert pilot.app.screen is screen
        assert screen.query_one(".dialog-keys").has_class("-pointed")
        await press(pilot, str(last))
        assert pilot.app.screen is not screen


async def test_a_single_step_has_its_digit_in_the_keys(sqlcipher_world: World) -> None:
    sqlcipher_world.case(name="Skyddad", protection=Protection.MARKED)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6")
        assert "1 välj   ↑ ↓ rulla" in screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_nurse_finds_her_own_log_under_its_own_name(sqlcipher_world: World, size: tuple[int, int]) -> None:
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f7")
        assert "F7 Min logg" in screen_text(pilot)
        assert "Loggkontroll" not in screen_text(pilot)


async def test_the_day_of_visits_says_in_words_how_many_have_come(sqlcipher_world: World) -> None:
    sqlcipher_world.rostered()
    a_day_of_visits(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3")
        assert "Har kommit" in screen_text(pilot)
        assert "1 av 2 patient" in screen_text(pilot)
