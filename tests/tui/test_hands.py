"""Quick hands and slow answers: nothing lands in another case, and nothing is read unseen (H21)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.services import cases as case_service
from p24tui.services import chat, takeover
from p24tui.store import cases as store_cases
from p24tui.store import messages, people
from p24tui.store.values import Author
from p24tui.tui.screens.dialogs import ConfirmEndScreen
from p24tui.tui.widgets.ask_bar import AskBar
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.patient_list import PatientList
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.hazard("H21")]


def sent(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.STAFF]


def mine(world: World, cases: dict[str, Case], *names: str) -> list[str]:
    for name in names:
        chat.claim(world.system, world.actor("maria"), cases[name].id, cases[name].version)
    return [cases[name].id for name in names]


async def go_to(pilot: Pilot[None], case_id: str, *keys: str) -> None:
    patients = desk_of(pilot).query_one(PatientList)
    patients.focus()
    patients.move_to(case_id)
    await press(pilot, *keys)


@asynccontextmanager
async def slow_writes(pilot: Pilot[None]) -> AsyncIterator[None]:
    """What is written to the database waits until the block is left."""
    gate = Event()
    desk_of(pilot)._writes.run(lambda: gate.wait(10))
    yield
    gate.set()
    await settled(pilot)


def flag(world: World, case_id: str) -> None:
    """The patient turns out to have protected personal data."""
    with world.system.store.writing() as tx:
        patient = world.row(case_id).patient
        record = people.patient(tx, id=patient.id)
        assert record is not None
        people.put_patient(
            tx, replace(record, patient=replace(patient, protection=Protection.MARKED)), world.clock.now()
        )
        store_cases.save(tx, world.row(case_id).case)
    world.writes(case_id)


async def test_a_window_that_narrows_leaves_no_box_that_one_cannot_see(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = mine(world, cases, "cough", "chest", "ear")
    async with at_desk(world, size=(200, 60)) as pilot:
        for case_id in ids[:2]:
            await go_to(pilot, case_id, "enter")
        await press(pilot, "escape", "d")
        await pilot.press(*"viktig text")
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        left, right = desk_of(pilot).query(CasePane)
        assert (left.case_id, left.composer.text, right.case_id) == (ids[0], "viktig text", "")
        await go_to(pilot, ids[2], "enter")
        focused = desk_of(pilot).focused
        assert isinstance(focused, Composer)
        assert focused is left.composer
        assert f"Svar till {world.row(ids[2]).patient.name[:10]}" in screen_text(pilot)
        await pilot.press(*"till rätt person")
        await press(pilot, "ctrl+s")
        assert [sent(world, one) for one in ids] == [[], [], ["till rätt person"]]
        assert case_service.look_again(world.system, world.actor("maria"), ids[0]).draft == "viktig text"


@pytest.mark.parametrize("beside", [False, True], ids=["narrower", "one-again"])
async def test_what_stands_at_the_side_stands_alone_with_all_that_was_written_and_saved(
    sqlcipher_world: World, beside: bool
) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = mine(world, cases, "cough", "chest")
    async with at_desk(world, size=(200, 60)) as pilot:
        for case_id in ids:
            await go_to(pilot, case_id, "enter")
        await press(pilot, "escape", "d")
        left, right = desk_of(pilot).query(CasePane)
        right.composer.text = "viktig text"
        right.composer.is_kept(ids[0], "viktig text")  # saved, and the case has not been read again since
        if beside:
            await press(pilot, "escape", "d")
        else:
            await pilot.resize_terminal(120, 40)
            await settled(pilot)
        assert (left.case_id, left.composer.text, right.case_id) == (ids[0], "viktig text", "")


async def test_a_window_that_narrows_while_a_draft_is_on_its_way_loses_none_of_it(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = mine(world, cases, "cough", "chest")
    async with at_desk(world, size=(200, 60)) as pilot:
        for case_id in ids:
            await go_to(pilot, case_id, "enter")
        await press(pilot, "escape", "d")
        desk = desk_of(pilot)
        left, right = desk.query(CasePane)
        for words in ("viktig t", "viktig text"):
            right.composer.text = words
            right.composer.keep_draft()
        desk._three_panes_or_not(False)
        assert left.composer.text == "viktig text"
        await settled(pilot)
    (kept,) = [case_service.look_again(world.system, world.actor("maria"), one).draft for one in ids[:1]]
    assert kept == "viktig text"


async def test_a_draft_that_comes_late_does_not_undo_a_newer_one(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough, "enter")
        desk = desk_of(pilot)
        composer = desk.query(CasePane)[0].composer
        composer.text = "viktig t"
        composer.keep_draft()
        composer.text = "viktig text"
        desk.put_away()
        await settled(pilot)
    assert case_service.look_again(world.system, world.actor("maria"), cough).draft == "viktig text"


async def test_what_is_typed_behind_a_note_stays_a_note(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough, "enter", "escape", "i")
        await pilot.press(*"Låter rädd")
        async with slow_writes(pilot):
            await pilot.press("ctrl+s", *" och ensam")
        await pilot.press(*" hemma")
        await press(pilot, "ctrl+s")
        assert sent(world, cough) == []
        texts = [one.text for one in case_service.look_again(world.system, world.actor("maria"), cough).notes]
        assert sorted(texts) == ["Låter rädd", "och ensam hemma"]
        await pilot.press(*"xyz")
        await press(pilot, "ctrl+s")
        assert sent(world, cough) == [], "after a note one is where one reads"


async def test_a_box_does_not_vanish_under_ones_fingers(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = mine(world, cases, "cough", "chest")
    async with at_desk(world) as pilot:
        await go_to(pilot, ids[1], "enter")
        await go_to(pilot, ids[0], "enter")
        await pilot.press(*"Hej Al")
        risk = takeover.ask(world.system, world.actor("johan"), ids[0], world.row(ids[0]).case.version, "Jag tar den")
        takeover.let_go(world.system, world.actor("maria"), ids[0], risk.asked_by or "")
        await settled(pilot)
        before = [(world.row(case.id).case, world.event_kinds(case.id)) for case in cases.values()]
        await press(pilot, *"ikctzxah", "enter", "ctrl+s")
        assert [(world.row(case.id).case, world.event_kinds(case.id)) for case in cases.values()] == before
        assert desk_of(pilot)._pane.case_id == ids[0]
        assert all("ikct" not in one.text for one in desk_of(pilot).query(Composer))
        await press(pilot, "escape")
        assert not desk_of(pilot).query_one("#case-pane-composer", Composer).display
        assert case_service.look_again(world.system, world.actor("maria"), ids[0]).draft == "Hej Al"


async def test_a_late_claim_does_not_pull_one_away(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (karin,) = mine(world, cases, "chest")
    async with at_desk(world) as pilot:
        await go_to(pilot, karin, "enter", "escape", "escape")
        await go_to(pilot, cases["cough"].id)
        async with slow_writes(pilot):
            await pilot.press("t", "ctrl+pagedown")
        assert world.row(cases["cough"].id).owner == "Maria Lind"
        assert desk_of(pilot)._pane.case_id == karin
        assert "Svar till Karin Öberg" in screen_text(pilot)


async def test_who_goes_on_writing_stays_where_they_write_though_they_had_meant_to_go(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    cough, chest = mine(world, cases, "cough", "chest")
    async with at_desk(world) as pilot:
        await go_to(pilot, chest, "enter", "escape", "escape")
        await go_to(pilot, cough, "enter")
        composer = desk_of(pilot)._pane.composer
        async with slow_writes(pilot):
            await pilot.press("ctrl+pagedown")
            composer.focus()
            await pilot.pause()
        assert (desk_of(pilot)._pane.case_id, composer.case_id) == (cough, cough)
        assert desk_of(pilot).focused is composer


async def test_a_key_that_was_struck_in_another_case_is_not_for_this_one(sqlcipher_world: World) -> None:
    """It is still on its way when the case is there that one has gone to."""
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough, "enter")
        composer = desk_of(pilot)._pane.composer
        late, own = events.Key("x", "x"), events.Key("y", "y")
        late.time = composer._here_since - 0.001
        for key in (late, own):
            composer.post_message(key)
        await pilot.pause()
        assert composer.text == "y"


async def test_a_late_question_does_not_come_up_over_what_one_does_by_then(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough)
        async with slow_writes(pilot):
            await pilot.press("a", "slash", *"karin")
        assert not isinstance(pilot.app.screen, ConfirmEndScreen)
        assert "begärt men inte bekräftat" in screen_text(pilot)
        await press(pilot, "enter")
        assert world.row(cough).case.state is not CaseState.ENDED


@pytest.mark.hazard("H10")
async def test_reading_the_history_is_not_reading_what_the_patient_writes(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough, "enter", "escape", "3")
        world.writes(cough, "Jag mår mycket sämre")
        await settled(pilot)
        await press(pilot, "down", "up")
        assert world.row(cough).case.unread == 1
        await press(pilot, "1", "down")
        assert world.row(cough).case.unread == 0


@pytest.mark.rule("CH-13")
async def test_free_text_that_nobody_looks_at_stays_unread(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world, size=(200, 60)) as pilot:
        await go_to(pilot, cough, "enter", "f4")
        with world.system.store.writing() as tx:
            store_cases.save(tx, replace(world.row(cough).case, unread_free_text=1))
        world.writes(cough)
        await settled(pilot)
        assert world.row(cough).case.unread_free_text == 1
        await press(pilot, "f2", "escape", "down")
        assert world.row(cough).case.unread_free_text == 0


@pytest.mark.hazard("H10")
async def test_a_case_that_one_never_saw_is_not_read(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = mine(world, cases, "chest", "ear")
    async with at_desk(world) as pilot:
        await go_to(pilot, ids[0], "enter", "escape", "escape")
        world.writes(cases["cough"].id)
        await settled(pilot)
        await go_to(pilot, cases["cough"].id)
        async with slow_writes(pilot):
            await pilot.press("enter", "ctrl+pagedown")
        assert desk_of(pilot)._pane.case_id == ids[0]
        assert world.row(cases["cough"].id).case.unread == 1


@pytest.mark.hazard("H10", "H22")
async def test_one_answers_what_one_has_seen(sqlcipher_world: World) -> None:
    """The list has been read anew and knows of a message that the open case does not show yet."""
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        await go_to(pilot, cough, "enter")
        await pilot.press(*"Ta det lugnt")
        desk = desk_of(pilot)
        seen = desk._pane.opened
        world.writes(cough, "Nu svimmar jag nästan")
        await settled(pilot)
        assert seen is not None
        desk._pane.show(seen, world.actor("maria"), world.clock.now())
        await press(pilot, "ctrl+s")
        assert sent(world, cough) == []
        assert "Det du skrev finns kvar" in screen_text(pilot)


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
async def test_when_the_flag_comes_nothing_of_the_person_stays_on_the_screen(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world, size=(200, 60)) as pilot:
        await go_to(pilot, cough, "enter", "escape", "i")
        await pilot.press(*"Ali ringde")
        asked = takeover.ask(world.system, world.actor("johan"), cough, world.row(cough).case.version, "Ali ringde mig")
        await settled(pilot)
        assert "vill ta över Ali Noor" in screen_text(pilot)
        assert asked.asked_by
        flag(world, cough)
        await settled(pilot)
        for key in ("k", "f4", "f2", "f7", "f2", "escape"):
            assert "Ali" not in screen_text(pilot)
            await press(pilot, key)
        assert not desk_of(pilot).query_one(AskBar).display


@pytest.mark.rule("SU-2")
async def test_suspected_suicide_risk_never_rests_with_nobody(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    risk = cases["suicide"]
    async with at_desk(world, "amir") as pilot:
        await go_to(pilot, risk.id, "t", "escape", "h")
        await pilot.press(*"ringer henne")
        await press(pilot, "enter")
        assert "får inte vila utan att någon har det" in screen_text(pilot)
        case = world.row(risk.id).case
        assert (case.state, case.suicide, case.owner_id) == (
            *(CaseState.ONGOING, SuicideRisk.TAKEN_ON),
            world.actor("amir").staff_id,
        )


@pytest.mark.rule("CH-11")
async def test_a_case_goes_to_the_colleague_who_was_named(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    (cough,) = mine(world, cases, "cough")
    async with at_desk(world) as pilot:
        takeover.ask(world.system, world.actor("johan"), cough, world.row(cough).case.version, "Får jag?")
        await settled(pilot)
        await press(pilot, "b", "b")
        assert "Johan Berg vill ta över ärendet för Ali Noor" in screen_text(pilot)
        takeover.withdraw(world.system, world.actor("johan"), cough)
        takeover.ask(world.system, world.actor("sara"), cough, world.row(cough).case.version, "Jag då?")
        await press(pilot, "enter")
        assert world.row(cough).owner == "Maria Lind"


@pytest.mark.hazard("H21")
async def test_that_what_is_typed_ahead_reaches_nobody_is_said_the_first_time(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    dropped = "Det du skrev medan ärendet öppnades togs inte emot."
    async with at_desk(world) as pilot:
        for name, said in (("cough", True), ("chest", False)):
            await go_to(pilot, cases[name].id)
            desk_of(pilot)._header.notice = ""
            async with slow_writes(pilot):
                await pilot.press("t", *"Hej")
            assert desk_of(pilot)._pane.composer.text == ""
            assert (dropped in screen_text(pilot)) is said
            await press(pilot, "escape", "escape")
