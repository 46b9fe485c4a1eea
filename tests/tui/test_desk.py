"""The desk by the keyboard: what a nurse does in a morning."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from sqlalchemy import event

from p24tui.routine.case import CaseState
from p24tui.services import chat, presence
from p24tui.store import drafts, messages
from p24tui.store.values import Author, Changed, Doing
from p24tui.tui.screens.dialogs import ConfirmEndScreen, HoldScreen
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.desk_header import DeskHeader
from p24tui.tui.widgets.patient_list import PatientList
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import BERGA, UNIT, World

pytestmark = pytest.mark.anyio


def texts(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.STAFF]


@pytest.mark.rule("CH-3", "CH-10")
async def test_the_list_stands_in_its_order(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        names = [line.patient.name for line in desk_of(pilot).query_one(PatientList).live.lines]
        assert names == [
            "Erik Lund",
            "Nils Björk",
            "Karin Öberg",
            "Ali Noor",
            "",
            "Omar Haddad",
            "Birgitta Ek",
            "Anna-Lisa Johansson-Bergström",
            "Sven Åkesson",
        ]


@pytest.mark.rule("CH-4")
async def test_the_priority_is_called_an_indicator(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        assert "prio är en indikator" in screen_text(pilot)
        await press(pilot, "down", "down", "enter")
        assert "prio 1 (indikator)" in screen_text(pilot)


@pytest.mark.rule("CH-4")
async def test_the_priority_is_called_an_indicator_in_the_smallest_window_too(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        assert "prio är en indikator" in screen_text(pilot)


@pytest.mark.rule("CH-12", "CH-6")
async def test_claim_read_answer_end(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    cough = cases["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "enter")
        assert "Tryck t för att ta emot" in screen_text(pilot)
        await press(pilot, "t")
        assert sqlcipher_world.row(cough).owner == "Maria Lind"
        assert "Svar till Ali Noor" in screen_text(pilot)
        await pilot.press(*"Hej Ali", "enter", *"Har du feber?")
        await press(pilot, "ctrl+s")
        assert texts(sqlcipher_world, cough) == ["Hej Ali\nHar du feber?"]
        assert desk_of(pilot).query_one(Composer).text == ""
        await press(pilot, "escape", "a")
        assert isinstance(pilot.app.screen, ConfirmEndScreen)
        assert sqlcipher_world.row(cough).case.state is CaseState.WAITING
        assert "en dag läggs till" in screen_text(pilot)
        await press(pilot, "enter")
        assert sqlcipher_world.row(cough).case.state is CaseState.ENDED
        assert desk_of(pilot).query_one(PatientList).live.line(cough) is None


@pytest.mark.rule("CH-12")
async def test_the_second_step_can_be_declined(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t", "escape", "a", "escape")
        case = sqlcipher_world.row(cough).case
        assert (case.state, case.ending_by) == (CaseState.ONGOING, None)


@pytest.mark.rule("LO-1")
async def test_moving_the_cursor_opens_nothing(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "up", "end", "home", "pagedown")
        assert not any("case.read" in sqlcipher_world.event_kinds(case.id) for case in cases.values())
        await press(pilot, "home", "down", "down", "enter")
        assert "case.read" in sqlcipher_world.event_kinds(cases["chest"].id)


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
async def test_a_protected_person_stands_nowhere_on_the_screen(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "down", "enter")
        shown = screen_text(pilot)
        assert "Skyddad person" in shown
        assert "Hemlig" not in shown
        assert "19610118" not in shown
        await press(pilot, "t")
        assert "PR-1" in screen_text(pilot)
        await press(pilot, "a")
        assert "Hemlig" not in screen_text(pilot)
        await press(pilot, "enter")
        assert "Hemlig" not in screen_text(pilot)


@pytest.mark.rule("NA-1")
async def test_a_refusal_names_the_rule_and_says_why(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, "eva") as pilot:
        await press(pilot, "down", "down", "down", "t")
        assert "Regel NA-1" in screen_text(pilot)
        assert "Det ingår inte i rollen administration" in screen_text(pilot)


async def test_a_refusal_goes_when_one_opens_another_case(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        patients = desk_of(pilot).query_one(PatientList)
        patients.move_to(cases["cough"].id)
        await press(pilot, "x")
        assert "Ingen har tagit emot ärendet." in screen_text(pilot)
        patients.move_to(cases["chest"].id)
        await press(pilot, "enter")
        assert "Ingen har tagit emot ärendet." not in screen_text(pilot)


async def test_hold_asks_until_when_and_why(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t", "escape", "h")
        assert isinstance(pilot.app.screen, HoldScreen)
        await press(pilot, "enter")
        assert "Skriv varför" in screen_text(pilot)
        await pilot.press(*"tid i morgon")
        await press(pilot, "enter")
        case = sqlcipher_world.row(cough).case
        assert (case.state, str(case.held_until), case.held_reason) == (CaseState.HELD, "2026-11-24", "tid i morgon")
        shown = screen_text(pilot)
        assert "Ärendet vilar till tis 24 nov." in shown
        assert "Vilar till tis 24 nov: tid i morgon" in shown


async def test_a_hold_takes_its_day_as_people_write_it(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t", "escape", "h", "tab")  # the field after the last is the first
        await pilot.press("ctrl+u", *"i veckan")
        await press(pilot, "enter")
        assert "i veckan är inget datum. Skriv som 28 nov, 28/11" in screen_text(pilot)
        await pilot.press("ctrl+u", *"25/11", "tab", *"tid")
        await press(pilot, "enter")
        assert str(sqlcipher_world.row(cough).case.held_until) == "2026-11-25"


async def test_the_day_on_which_a_treatment_was_decided_is_the_nearest(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "enter", "j", "5")
        await pilot.press(*"julafton")
        await press(pilot, "enter")
        assert "julafton är inget datum." in screen_text(pilot)
        await pilot.press("ctrl+u", *"24 nov")
        await press(pilot, "enter")
        assert "Den dagen har inte varit" in screen_text(pilot)
        await pilot.press("ctrl+u", *"20 nov")
        await press(pilot, "enter")
        assert str(sqlcipher_world.row(cough).case.need_since) == "2026-11-20"


async def test_letters_are_letters_while_one_types(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t")
        await press(pilot, *"taxhn?")
        assert desk_of(pilot).query_one(Composer).text == "taxhn?"
        assert sqlcipher_world.row(cough).case.owner_id is not None


@pytest.mark.hazard("H21")
async def test_a_draft_stays_with_its_case(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    maria = sqlcipher_world.actor("maria")
    for name in ("cough", "quiet"):
        chat.claim(sqlcipher_world.system, maria, cases[name].id, cases[name].version)
    async with at_desk(sqlcipher_world) as pilot:
        patient_list = desk_of(pilot).query_one(PatientList)
        composer = desk_of(pilot).query_one(Composer)
        patient_list.move_to(cases["cough"].id)
        await press(pilot, "enter")
        await pilot.press(*"till Ali")
        await press(pilot, "escape", "escape")
        patient_list.move_to(cases["quiet"].id)
        await press(pilot, "enter")
        assert (composer.text, composer.border_title) == ("", "Svar till Omar Haddad")
        await pilot.press(*"till Omar")
        await press(pilot, "escape", "escape")
        patient_list.move_to(cases["cough"].id)
        await press(pilot, "enter")
        assert (composer.text, composer.border_title) == ("till Ali", "Svar till Ali Noor")
        await press(pilot, "ctrl+s")
    assert texts(sqlcipher_world, cases["cough"].id) == ["till Ali"]
    assert texts(sqlcipher_world, cases["quiet"].id) == []
    with sqlcipher_world.system.store.reading() as tx:
        assert drafts.of_person(tx, cases["quiet"].id, maria.staff_id or "") == "till Omar"


async def test_what_is_typed_survives_closing_the_console(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t")
        await pilot.press(*"halvfärdigt")
        await press(pilot, "ctrl+q")
    with sqlcipher_world.system.store.reading() as tx:
        assert drafts.of_person(tx, cough, sqlcipher_world.actor("maria").staff_id or "") == "halvfärdigt"


async def test_a_text_that_cannot_be_sent_is_not_lost(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    cough = cases["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t")
        await pilot.press(*"Hej Ali")
        desk, reads_again = desk_of(pilot), Event()
        desk._reads.run(reads_again.wait)  # the patient writes just before the key is pressed, not yet seen here
        sqlcipher_world.writes(cough)
        await pilot.press("ctrl+s")
        await desk._writes.idle()
        reads_again.set()
        await settled(pilot)
        assert "Det du skrev finns kvar" in screen_text(pilot)
        assert desk_of(pilot).query_one(Composer).text == "Hej Ali"
        await press(pilot, "ctrl+s")
    assert texts(sqlcipher_world, cough) == ["Hej Ali"]


@pytest.mark.hazard("H22")
async def test_what_arrives_is_announced_and_the_cursor_stays(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        patient_list = desk_of(pilot).query_one(PatientList)
        patient_list.move_to(cases["ear"].id)
        sqlcipher_world.case(name="Ny Person", matter="Andnöd", priority=1)
        await settled(pilot)
        assert patient_list.cursor_id == cases["ear"].id
        assert "Ny Person" in screen_text(pilot)
        assert "1 nytt ärende 09.00" in screen_text(pilot)
        counts = desk_of(pilot).query_one(DeskHeader).counts
        assert counts is not None
        assert counts.new == 9


async def test_what_the_patient_writes_shows_in_the_open_case(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t")
        sqlcipher_world.writes(cough, "Nu har jag fått feber.")
        await settled(pilot)
        assert "Nu har jag fått feber." in screen_text(pilot)
        assert sqlcipher_world.row(cough).case.unread == 1
        await press(pilot, "O")
        assert sqlcipher_world.row(cough).case.unread == 0


async def test_who_is_in_a_case_is_seen_by_others(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        presence.be_present(sqlcipher_world.system, sqlcipher_world.actor("johan"), cough, Doing.TYPING)
        await settled(pilot)
        assert "✎" in screen_text(pilot)
        await press(pilot, "down", "down", "down", "enter")
        assert "Johan Berg skriver" in screen_text(pilot)


@pytest.mark.hazard("H22")
async def test_a_lost_database_is_said_loudly(sqlcipher_world: World) -> None:
    from p24tui.store.values import Alive, Lost

    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk_of(pilot).hear(Lost("gone"))
        await pilot.pause()
        assert "DATABASEN SVARAR INTE" in screen_text(pilot)
        desk_of(pilot).hear(Alive())
        await settled(pilot)
        assert "DATABASEN SVARAR INTE" not in screen_text(pilot)


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("unit_id", "asks"), [(UNIT, True), ("", True), (BERGA, False)], ids=["one's own", "nobody knows which", "another"]
)
async def test_only_what_happens_at_ones_own_units_is_asked_for(
    sqlcipher_world: World, unit_id: str, asks: bool
) -> None:
    """In a region nearly all that is heard of happens elsewhere."""
    sqlcipher_world.second_unit("johan")
    fill(sqlcipher_world)
    fresh = sqlcipher_world.case(unit_id=unit_id or BERGA).id
    async with at_desk(sqlcipher_world) as pilot:
        with asked(sqlcipher_world) as about:
            desk_of(pilot).hear(Changed(frozenset({(unit_id, fresh)})))
            await settled(pilot)
        assert any(fresh in one for one in about) is asks


@pytest.mark.hazard("H22")
async def test_a_case_that_one_sees_is_asked_for_wherever_it_changed(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("johan")
    (shown, *_rest) = fill(sqlcipher_world).values()
    async with at_desk(sqlcipher_world) as pilot:
        with asked(sqlcipher_world) as about:
            desk_of(pilot).hear(Changed(frozenset({(BERGA, shown.id)})))
            await settled(pilot)
        assert any(shown.id in one for one in about)


@contextmanager
def asked(world: World) -> Iterator[list[str]]:
    """The values of every question to the database meanwhile."""
    about: list[str] = []

    def note(_connection: object, _cursor: object, _statement: str, values: object, *_more: object) -> None:
        about.append(str(values))

    event.listen(world.system.store.engine, "before_cursor_execute", note)
    yield about
    event.remove(world.system.store.engine, "before_cursor_execute", note)


async def test_help_lists_every_key_of_ones_role(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world, size=(120, 240)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        for word in ("Enter", "Ctrl+S", "Ta emot ärendet", "misstänkt suicidrisk"):
            assert word in screen_text(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, HelpScreen)


async def test_at_80_columns_the_case_lies_over_the_list(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "down", "down", "enter")
        assert not desk_of(pilot).query_one(PatientList).display
        assert "1 fritext som ingen har läst" not in screen_text(pilot)
        await press(pilot, "2")
        assert "Det trycker när jag går i trappor." in screen_text(pilot)
        await press(pilot, "escape")
        assert desk_of(pilot).query_one(PatientList).display


async def test_a_window_that_is_too_small_says_so(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(40, 10)) as pilot:
        assert "40×10" in screen_text(pilot)
        assert "60×16" in screen_text(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "Karin Öberg" in screen_text(pilot)


async def test_next_unread_goes_round(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        patient_list = desk_of(pilot).query_one(PatientList)
        await press(pilot, "n")
        assert patient_list.cursor_id == cases["failed"].id
        patient_list.move_to(cases["old"].id)
        await press(pilot, "n")
        assert patient_list.cursor_id == cases["suicide"].id


@pytest.mark.hazard("H21")
async def test_what_is_typed_ahead_does_not_act_on_the_list(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down")
        desk = desk_of(pilot)
        desk.action_claim()
        for letter in "ahx":  # typed before the case stands there
            assert desk.check_action({"a": "end", "h": "hold", "x": "release"}[letter], ()) is False
        await settled(pilot)
        assert desk.check_action("end", ()) is True
        assert sqlcipher_world.row(cough).owner == "Maria Lind"
