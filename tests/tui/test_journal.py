"""Documentation at the desk: what is owed shows, ending leads to the note, and it is signed and copied (DO, IM-4)."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from p24tui.routine.case import CaseState
from p24tui.services import documentation, wrong_patient
from p24tui.tui.screens.journal import AnamnesisScreen, JournalScreen
from p24tui.tui.screens.note import NoteScreen
from p24tui.tui.widgets.desk_header import DeskHeader
from p24tui.tui.widgets.toggles import Toggles
from tests.registering import ended
from tests.services.test_documentation import FORM, assessed, mine, signs
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def write(pilot: Pilot[None], words: str) -> None:
    await pilot.press(*words)
    await settled(pilot)


async def look_at_the_clock(pilot: Pilot[None]) -> None:
    """What the desk reads by the clock is read now."""
    desk_of(pilot)._sending_at = float("-inf")
    desk_of(pilot)._look_at_sending()
    await settled(pilot)


@SIZES
@pytest.mark.rule("DO-1", "DO-2", "DO-3", "DO-4")
async def test_ending_leads_to_the_note_which_is_looked_through_signed_and_copied(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    one = mine(sqlcipher_world, answers=FORM)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, JournalScreen)
        assert "Ingen har antecknat något" in screen_text(pilot)
        assert "Du har ingen anteckning kvar" not in screen_text(pilot)
        await press(pilot, "1")
        assert "Anteckning (DO-4)" in screen_text(pilot)
        assert "Har du feber? Nej" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Läs igenom det" in screen_text(pilot)  # nothing was signed, and one stands where it lacks
        await press(pilot, "space", "tab")
        await write(pilot, "Egenvard")
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert "Signerad och kopierad" in screen_text(pilot)
        assert "Enter klart" in screen_text(pilot)
        assert pilot.app.clipboard.startswith("Rad: Utan besöksanteckning\nAvd/mott: Vårdcentralen Åsen\n")
        assert pilot.app.clipboard.endswith("Bedömning\nEgenvard")
        await press(pilot, "enter")
        await press(pilot, "a")
        assert "Avsluta ärendet för" in screen_text(pilot)
        await press(pilot, "enter")
    assert sqlcipher_world.row(one.id).case.state is CaseState.ENDED
    kinds = sqlcipher_world.event_kinds(one.id)
    assert kinds[-4:] == ["journal.signed", "journal.copied", "ending.requested", "case.ended"]


@pytest.mark.rule("DO-3")
async def test_what_one_owes_shows_in_the_header_and_at_shift_end(sqlcipher_world: World) -> None:
    one = mine(sqlcipher_world)
    assessed(sqlcipher_world, one.id)
    async with at_desk(sqlcipher_world) as pilot:
        header = desk_of(pilot).query_one(DeskHeader)
        await look_at_the_clock(pilot)
        assert header.owed == 1
        assert "Att anteckna 1" in screen_text(pilot)
        await press(pilot, "6")
        assert "Du ska anteckna anamnes och bedömning" in screen_text(pilot)
        await press(pilot, "2")
        await settled(pilot)
        await look_at_the_clock(pilot)
        assert header.owed == 0


@pytest.mark.rule("DO-4")
@pytest.mark.hazard("H21")
async def test_a_draft_stays_with_its_case_and_is_there_when_one_comes_back(sqlcipher_world: World) -> None:
    one = mine(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "1", "tab", "tab")
        await write(pilot, "Halvt")
        await press(pilot, "escape")
        await settled(pilot)
        view = documentation.read(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id)
        assert (view.text.assessment, view.is_begun) == ("Halvt", True)
        await press(pilot, "6")
        assert "en anteckning som inte är signerad" in screen_text(pilot)
        await press(pilot, "1")
        assert pilot.app.screen.query_one("#part-assessment", TextArea).text == "Halvt"


@pytest.mark.rule("DO-1")
async def test_that_nothing_belongs_in_the_record_is_said_with_a_reason(sqlcipher_world: World) -> None:
    one = mine(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "3", "ctrl+s")
        await settled(pilot)
        assert "Skriv varför inget av det hör till journalen." in screen_text(pilot)
        await write(pilot, "Fel mottagning")
        await press(pilot, "ctrl+s")
        await settled(pilot)
    assert sqlcipher_world.event_kinds(one.id)[-1] == "journal.nothing"


@pytest.mark.rule("IM-4")
async def test_aktuellt_follows_what_becomes_of_the_form_while_nobody_has_changed_it(sqlcipher_world: World) -> None:
    mine(sqlcipher_world, answers=FORM)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "1")
        screen = pilot.app.screen
        area = screen.query_one("#part-current", TextArea)
        assert "Har du feber?" in area.text
        await press(pilot, "tab", "space")
        assert screen.query_one(Toggles).chosen
        screen.query_one("#part-form_way").value = "summarised"  # type: ignore[attr-defined]
        await settled(pilot)
        assert "Har du feber?" not in area.text
        assert not screen.query_one(Toggles).chosen  # what stands there now nobody has read through
        area.text = "Egna ord"
        screen.query_one("#part-form_way").value = "copied"  # type: ignore[attr-defined]
        await settled(pilot)
        assert area.text == "Egna ord"


@pytest.mark.rule("DO-2", "LO-1")
async def test_parts_of_the_anamnesis_report_are_copied_and_logged(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")  # no viewer is started
    one = mine(sqlcipher_world, answers=FORM, text="Hej, jag har hostat.")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "6", "4")
        assert isinstance(pilot.app.screen, AnamnesisScreen)
        await press(pilot, "1", "c")
        await settled(pilot)
        assert pilot.app.clipboard == "2026-11-23 09.00 Patienten:\nHej, jag har hostat."
        await press(pilot, "6", "4", "u")
        await settled(pilot)
        (lies,) = sqlcipher_world.system.storage.files()
        assert lies.name in screen_text(pilot)  # all of it, wherever it is to be looked for
    assert sqlcipher_world.event_kinds(one.id)[-2:] == ["report.taken", "journal.filed"]


@pytest.mark.rule("AP-3")
@pytest.mark.hazard("H15")
async def test_on_the_wrong_patient_there_is_nothing_to_write(sqlcipher_world: World) -> None:
    one = mine(sqlcipher_world)
    signs(sqlcipher_world, one.id)
    wrong_patient.mark(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, one.version)
    sqlcipher_world.writes(one.id, "Hallå?", documented=False)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6")
        text = screen_text(pilot)
        assert "OBS FEL PATIENT: inget mer dokumenteras" in text
        assert "Skriv anteckningen" not in text


@pytest.mark.rule("IM-1")
async def test_where_the_terminal_has_no_clipboard_the_note_lies_in_the_temporary_storage(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    one = mine(sqlcipher_world)
    signs(sqlcipher_world, one.id)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "4")
        await settled(pilot)
        assert "I mellanlagringen" in screen_text(pilot)
    assert [one.name.endswith("-anteckning.txt") for one in sqlcipher_world.system.storage.files()] == [True]


@pytest.mark.rule("DO-1", "DO-3")
async def test_what_is_owed_stands_on_the_page_of_registration_ones_own_first(sqlcipher_world: World) -> None:
    theirs, own = mine(sqlcipher_world, "johan"), mine(sqlcipher_world)
    assessed(sqlcipher_world, theirs.id, "johan")
    sqlcipher_world.clock.advance(timedelta(minutes=1))
    assessed(sqlcipher_world, own.id)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f5")
        await settled(pilot)
        rows = [line for line in screen_text(pilot).splitlines() if "anteckna " in line and "Karin" in line]
        assert ["Maria Lind" in row for row in rows] == [True, False]
        assert "2 att anteckna" in screen_text(pilot)
        await press(pilot, "6", "1")
        await press(pilot, "tab")
        assert "Anteckning (DO-4) · Karin Öberg" in screen_text(pilot)


@pytest.mark.rule("DO-4")
@pytest.mark.hazard("H15")
async def test_the_note_of_a_case_that_has_ended_says_whose_it_is(sqlcipher_world: World) -> None:
    ended(sqlcipher_world, name="Omar Haddad")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f5", "6", "1")
        assert "Anteckning (DO-4) · Omar Haddad" in screen_text(pilot)
        await press(pilot, "escape", "6", "3")
        assert "Inget mer hör till journalen (DO-1) · Omar Haddad" in screen_text(pilot)


@pytest.mark.rule("DO-1", "DO-2")
async def test_what_the_patient_writes_while_one_writes_stands_last_in_aktuellt_and_is_read(
    sqlcipher_world: World,
) -> None:
    one = mine(sqlcipher_world, text="Hej, jag har hostat.")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "1", "tab", "space", "tab")
        await write(pilot, "Egenvard")
        sqlcipher_world.clock.advance(timedelta(minutes=5))
        sqlcipher_world.writes(one.id, "Nu har jag feber.", documented=False)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(pilot.app.screen, NoteScreen)
        assert "Patienten har skickat mer medan du antecknade." in screen_text(pilot)
        area = pilot.app.screen.query_one("#part-current", TextArea)
        assert area.text.endswith("Patienten skriver 2026-11-23 09.05:\nNu har jag feber.")
        assert area.cursor_location == area.document.end  # where it can be seen
        assert pilot.app.screen.query_one("#part-assessment", TextArea).text == "Egenvard"
        await press(pilot, "ctrl+s")
        assert "Läs igenom det" in screen_text(pilot)  # what was marked as read before was without it
        await press(pilot, "space", "ctrl+s")
        await settled(pilot)
        assert "Nu har jag feber.\n\nBedömning\nEgenvard" in pilot.app.clipboard


@SIZES
@pytest.mark.rule("DO-1", "DO-4")
async def test_a_signed_note_says_its_keys_and_what_comes_later_is_said_to_be_unnoted(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    one = mine(sqlcipher_world, text="Hej.\n" * 40)
    signs(sqlcipher_world, one.id)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "6")
        assert "Du har ingen anteckning kvar att skriva." in screen_text(pilot)
        await press(pilot, "4")
        assert "c kopiera igen" in screen_text(pilot)
        await press(pilot, "pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert "Egenvård." in screen_text(pilot)
        await press(pilot, "f")
        await settled(pilot)
        assert "I mellanlagringen" in screen_text(pilot)
        assert "c kopiera igen" in screen_text(pilot)
        await press(pilot, "enter", "6", "5")
        await settled(pilot)
        assert "c kopiera   u skriv ut   Esc tillbaka" in screen_text(pilot)
        await press(pilot, "escape")
        sqlcipher_world.clock.advance(timedelta(minutes=5))
        sqlcipher_world.writes(one.id, "Nu har jag feber.", documented=False)
        await press(pilot, "6")
        await settled(pilot)
        assert "Något i ärendet är inte antecknat än." in screen_text(pilot)


@pytest.mark.rule("DO-2", "IM-4")
async def test_what_takes_the_place_of_aktuellt_has_not_been_read(sqlcipher_world: World) -> None:
    mine(sqlcipher_world, answers=FORM)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "1", "tab", "space")
        screen = pilot.app.screen
        assert screen.query_one("#part-reviewed", Toggles).chosen == ("read",)
        screen.query_one("#part-form_way").value = "summarised"  # type: ignore[attr-defined]
        await settled(pilot)
        assert screen.query_one("#part-reviewed", Toggles).chosen == ()


@pytest.mark.rule("DO-4")
async def test_what_stands_in_a_note_is_kept_as_the_console_closes(sqlcipher_world: World) -> None:
    one = mine(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "1", "tab", "tab")
        await write(pilot, "Halvt")
        desk_of(pilot).put_away()
        await settled(pilot)
    view = documentation.read(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id)
    assert view.text.assessment == "Halvt"


@pytest.mark.rule("DO-2", "IM-1")
async def test_a_note_that_no_file_takes_is_not_said_to_be_copied(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    one = mine(sqlcipher_world)
    signs(sqlcipher_world, one.id)
    sqlcipher_world.system.storage.folder.parent.mkdir(parents=True, exist_ok=True)
    sqlcipher_world.system.storage.folder.write_text("i vägen")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "6", "4")
        await settled(pilot)
    assert "journal.copied" not in sqlcipher_world.event_kinds(one.id)


@pytest.mark.rule("CH-4", "DO-1")
async def test_who_may_not_write_a_note_is_told_before_anything_is_typed(sqlcipher_world: World) -> None:
    mine(sqlcipher_world)
    async with at_desk(sqlcipher_world, who="eva") as pilot:
        await press(pilot, "6", "1")
        assert not isinstance(pilot.app.screen, NoteScreen)
