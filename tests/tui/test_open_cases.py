"""Several cases open at once: in a row, side by side, each with its own draft and its own patient."""

import asyncio
import random
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from p24tui.ids import fresh_id
from p24tui.routine.case import Case
from p24tui.routine.protection import Protection
from p24tui.services import cases as case_service
from p24tui.services import chat
from p24tui.services.views import OpenCase
from p24tui.store import drafts, messages
from p24tui.store.values import Attachment, Author, Message
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.case_strip import CaseStrip
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.patient_list import PatientList
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio


def claim(world: World, cases: dict[str, Case], *names: str) -> list[str]:
    """Maria has these cases; their ids."""
    for name in names:
        chat.claim(world.system, world.actor("maria"), cases[name].id, cases[name].version)
    return [cases[name].id for name in names]


async def open_them(pilot: Pilot[None], case_ids: list[str]) -> None:
    """Open these cases one after the other; one is in the last of them, back in the list."""
    for case_id in case_ids:
        desk_of(pilot).query_one(PatientList).focus()
        desk_of(pilot).query_one(PatientList).move_to(case_id)
        await press(pilot, "enter")


def pane(pilot: Pilot[None]) -> CasePane:
    """The pane that has the focus."""
    found = desk_of(pilot)._pane_of_focus()
    assert found is not None
    return found


def shown(one: CasePane) -> bool:
    """Whether the pane is on the screen."""
    return one.display


async def strike(pilot: Pilot[None], key: str) -> None:
    """Strike a key and see it taken; what it sets off in other threads is not waited for."""
    app = pilot.app
    app.post_message(Key(key, key if len(key) == 1 else None))
    still = 0
    while still < 20:
        pumps = [app, app.screen, *app.screen.query("*")]
        still = still + 1 if all(one._message_queue.empty() for one in pumps) else 0
        await asyncio.sleep(0)


async def test_the_open_cases_stand_in_a_row_and_one_goes_between_them(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "cough", "chest", "ear")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await open_them(pilot, ids)
        strip = desk_of(pilot).query_one(CaseStrip)
        assert [one.name for one in strip.cases] == ["Ali Noor", "Karin Öberg", "Anna-Lisa Johansson-Bergström"]
        assert [one.here for one in strip.cases] == [False, False, True]
        await press(pilot, "ctrl+pagedown")
        assert pane(pilot).case_id == ids[0]
        await press(pilot, "ctrl+pageup", "ctrl+pageup")
        assert pane(pilot).case_id == ids[1]
        await press(pilot, "escape", "c")
        assert pane(pilot).case_id == ids[2]
        assert [one.case_id for one in strip.cases] == [ids[0], ids[2]]
        await press(pilot, "escape", "c", "escape", "c")
        assert desk_of(pilot).focused is desk_of(pilot).query_one(PatientList)
        assert not strip.display
        assert all(sqlcipher_world.row(one).owner == "Maria Lind" for one in ids)


async def test_one_sees_in_the_row_where_a_patient_has_written(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "cough", "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await open_them(pilot, ids)
        sqlcipher_world.writes(ids[0])
        await settled(pilot)
        assert [one.unread for one in desk_of(pilot).query_one(CaseStrip).cases] == [1, 0]
        assert "Ali Noor ●1" in screen_text(pilot)
        await pilot.click(CaseStrip, offset=(3, 0))
        await settled(pilot)
        assert pane(pilot).case_id == ids[0]
        assert sqlcipher_world.row(ids[0]).case.unread == 0


@pytest.mark.parametrize("away", ["2", "3", "pageup"])
async def test_what_the_patient_wrote_is_before_ones_eyes_before_it_counts_as_read(
    sqlcipher_world: World, away: str
) -> None:
    """A case was left in another part, or scrolled up: the new message was read without having been shown."""
    (case_id,) = claim(sqlcipher_world, fill(sqlcipher_world), "cough")
    for number in range(40):
        sqlcipher_world.writes(case_id, f"Rad {number}")
        sqlcipher_world.clock.advance(timedelta(seconds=1))
    async with at_desk(sqlcipher_world) as pilot:
        await open_them(pilot, [case_id])
        await press(pilot, "shift+tab", away, "escape")
        sqlcipher_world.writes(case_id, "Det blöder nu")
        await settled(pilot)
        assert sqlcipher_world.row(case_id).case.unread == 1
        await open_them(pilot, [case_id])
        assert "Det blöder nu" in screen_text(pilot)
        assert sqlcipher_world.row(case_id).case.unread == 0


async def test_in_a_wide_window_two_stand_side_by_side(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "cough", "chest")
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await open_them(pilot, ids)
        await press(pilot, "escape", "d")
        left, right = desk_of(pilot).query(CasePane)
        assert (left.case_id, right.case_id) == (ids[1], ids[0])
        assert shown(right)
        await pilot.press(*"till Ali")
        left.composer.focus()
        await pilot.press(*"till Karin")
        assert (right.composer.text, left.composer.text) == ("till Ali", "till Karin")
        await press(pilot, "ctrl+s")
        assert (right.composer.text, left.composer.text) == ("till Ali", "")
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert not shown(right)
        await pilot.resize_terminal(200, 60)
        await settled(pilot)
        await press(pilot, "escape", "d")
        assert right.composer.text == "till Ali"
        await press(pilot, "escape", "d")
        assert not shown(right)
        assert pane(pilot) is left
        assert (left.case_id, left.composer.text) == (ids[0], "till Ali")


async def test_side_by_side_needs_room_and_two_cases(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "cough")
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await open_them(pilot, ids)
        await press(pilot, "escape", "d")
        assert "Öppna ett ärende till" in screen_text(pilot)
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        await press(pilot, "d")
        assert "för smalt" in screen_text(pilot)


@pytest.mark.rule("CH-13")
async def test_free_text_is_unread_until_its_anamnesis_is_before_ones_eyes(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await open_them(pilot, ids)
        assert sqlcipher_world.row(ids[0]).case.unread_free_text == 1
        assert "ingen har läst: tryck 2" in screen_text(pilot)
        await press(pilot, "escape", "2")
        assert "Det trycker när jag går i trappor." in screen_text(pilot)
        assert sqlcipher_world.row(ids[0]).case.unread_free_text == 0


@pytest.mark.rule("CH-13")
async def test_at_200_columns_the_anamnesis_stands_beside_the_chat(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "chest")
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await open_them(pilot, ids)
        shown = screen_text(pilot)
        assert "Anamnes · Karin Öberg" in shown
        assert "Det trycker när jag går i trappor." in shown
        assert "Hej, jag har känt ett tryck" in shown
        assert sqlcipher_world.row(ids[0]).case.unread_free_text == 0


async def test_a_colleague_who_looks_at_the_anamnesis_leaves_it_unread(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "chest")
    async with at_desk(sqlcipher_world, "johan", size=(200, 60)) as pilot:
        await open_them(pilot, ids)
        await press(pilot, "2")
        assert sqlcipher_world.row(ids[0]).case.unread_free_text == 1


async def test_the_history_says_who_did_what(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await open_them(pilot, ids)
        await press(pilot, "escape", "3")
        shown = screen_text(pilot)
        assert "Maria Lind" in shown
        assert "Tog emot ärendet." in shown
        assert "Ärendet kom in." in shown
        await press(pilot, "1")
        assert "Hej, jag har känt ett tryck" in screen_text(pilot)


async def test_earlier_messages_come_as_one_scrolls_up_and_the_place_is_kept(sqlcipher_world: World) -> None:
    world, case = sqlcipher_world, sqlcipher_world.case(text="nummer 000")
    with world.system.store.writing() as tx:
        for number in range(1, 120):
            at = world.clock.now() + timedelta(seconds=number)
            said = Message(fresh_id(), case.id, Author.PATIENT, None, "Maria", f"nummer {number:03}", at, at)
            messages.add(tx, said)
    async with at_desk(world) as pilot:
        await press(pilot, "enter")
        conversation = desk_of(pilot).query_one("#case-pane-conversation", Conversation)
        assert "nummer 119" in screen_text(pilot)
        await press(pilot, "home")
        assert "nummer 070" in screen_text(pilot)
        assert "nummer 000" not in screen_text(pilot)
        assert conversation.scroll_offset.y > 0
        await press(pilot, "home", "home", "home")
        assert "nummer 000" in screen_text(pilot)
        world.clock.advance(timedelta(minutes=5))
        world.writes(case.id, "och en till")
        await settled(pilot)
        assert "nummer 000" in screen_text(pilot)
        await press(pilot, "end")
        assert "och en till" in screen_text(pilot)


@pytest.mark.rule("LO-1")
async def test_attachments_are_listed_and_a_text_is_read(sqlcipher_world: World) -> None:
    world, case = sqlcipher_world, sqlcipher_world.case()
    with world.system.store.writing() as tx:
        for id, title, kind, data in (
            ("a", "Lista.txt", "text/plain", b"Alvedon [bold]2[/] \x1b[31m"),
            ("b", "Arm.png", "image/png", b"\x89PNG"),
        ):
            messages.add_attachment(tx, Attachment(id, case.id, None, title, kind, len(data), "00", data))
    async with at_desk(world) as pilot:
        await press(pilot, "enter", "m")
        assert "Lista.txt" in screen_text(pilot)
        await press(pilot, "enter")
        assert "Alvedon [bold]2[/] �[31m" in screen_text(pilot)
        await press(pilot, "escape", "down", "enter")
        assert "image/png, 1 kB" in screen_text(pilot)


@pytest.mark.rule("PR-1")
async def test_nothing_of_a_protected_persons_case_is_read_or_written(sqlcipher_world: World) -> None:
    sqlcipher_world.case(name="Hemlig Person", matter="Hemligt", protection=Protection.MARKED)
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        for keys in (("enter",), ("1",), ("2",), ("3",), ("m",), ("escape",), ("i",), ("p",), ("d",)):
            await press(pilot, *keys)
            assert "Hemlig" not in screen_text(pilot)
        assert not any(composer.display for composer in desk_of(pilot).query(Composer))


@pytest.mark.hazard("H21")
async def test_what_is_typed_ahead_of_a_switch_reaches_nobody(sqlcipher_world: World) -> None:
    """The case one goes to is on its way: what one types until it is there must not land in the one that one left."""
    cases = fill(sqlcipher_world)
    ids = claim(sqlcipher_world, cases, "cough", "chest")
    async with at_desk(sqlcipher_world) as pilot:
        await open_them(pilot, ids)
        slow = asyncio.Event()
        loop = asyncio.get_running_loop()
        desk_of(pilot)._writes.run(lambda: asyncio.run_coroutine_threadsafe(slow.wait(), loop).result())
        await pilot.press("ctrl+pagedown", *"xat", "enter")
        assert all(composer.text == "" for composer in desk_of(pilot).query(Composer))
        slow.set()
        await settled(pilot)
        assert (pane(pilot).case_id, pane(pilot).composer.text) == (ids[0], "")
        assert sqlcipher_world.row(ids[1]).owner == "Maria Lind"
        assert "Det du skrev medan ärendet öppnades togs inte emot." in screen_text(pilot)


@pytest.mark.hazard("H21")
async def test_a_case_that_is_read_again_too_late_does_not_take_anothers_place(sqlcipher_world: World) -> None:
    """The reading of the case that one has left comes back when one writes in another."""
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    ids = claim(world, cases, "cough", "chest")
    async with at_desk(world) as pilot:
        await open_them(pilot, ids)
        desk, late = desk_of(pilot), Event()
        look_again = case_service.look_again

        def look_late(*args: Any) -> OpenCase:
            found = look_again(*args)
            late.wait(5)
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(case_service, "look_again", look_late)
            world.writes(ids[1])
            while not desk._reader.is_busy:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # the reading has begun, and stands
            await pilot.press("ctrl+pagedown")
            await desk._writes.idle()
            await pilot.pause()
            assert pane(pilot).case_id == ids[0]
            late.set()
            await settled(pilot)
        assert (pane(pilot).case_id, pane(pilot).composer.case_id) == (ids[0], ids[0])
        assert pane(pilot).composer.border_title == "Svar till Ali Noor"


@pytest.mark.hazard("H21")
async def test_a_thousand_switches_under_load_and_no_draft_goes_astray(sqlcipher_world: World) -> None:
    """Ten open cases, a letter of its own for each, typed without waiting while patients write all the time."""
    world = sqlcipher_world
    letters = "abcdefghij"
    ids = []
    for letter in letters:
        case = world.case(name=f"Patient {letter.upper()}", unread=0)
        chat.claim(world.system, world.actor("maria"), case.id, case.version)
        ids.append(case.id)
    chance = random.Random(4)
    switches, kept, typed = 0, 0, dict.fromkeys(ids, 0)
    async with at_desk(world) as pilot:
        await open_them(pilot, ids)
        desk = desk_of(pilot)
        while switches < 1000:
            for _switch in range(chance.randint(1, 4)):
                await strike(pilot, chance.choice(["ctrl+pagedown", "ctrl+pageup"]))
                switches += 1
            if switches % 10 == 0:
                world.writes(chance.choice(ids), "Hej igen")
                await settled(pilot)  # one arrives now and then, also on a busy machine
            await asyncio.sleep(chance.choice([0, 0, 0.02, 0.05]))
            if isinstance(desk.focused, Composer):
                at = desk.focused.case_id
                assert at is not None
                assert desk.focused.border_title == f"Svar till Patient {letters[ids.index(at)].upper()}"
                for _letter in range(3):
                    await strike(pilot, letters[ids.index(at)])
                typed[at] += 3
        await settled(pilot)
        await press(pilot, "escape", "escape")
        with world.system.store.reading() as tx:
            for letter, case_id in zip(letters, ids, strict=True):
                draft = drafts.of_person(tx, case_id, world.actor("maria").staff_id or "")
                assert set(draft) <= {letter}
                kept += len(draft)
        assert sum(typed.values()) > 150
        assert kept > 0.8 * sum(typed.values())  # what was struck before one was there goes nowhere


async def test_a_case_that_one_left_before_it_was_painted_is_not_read(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = claim(sqlcipher_world, fill(sqlcipher_world), "chest")
    async with at_desk(sqlcipher_world) as pilot:
        later: list[Any] = []
        with monkeypatch.context() as patch:
            patch.setattr(desk_of(pilot), "call_after_refresh", lambda one, *given: later.append((one, given)))
            await open_them(pilot, ids)
        desk_of(pilot).action_close_case()
        for one, given in later:
            one(*given)
        await settled(pilot)
        assert sqlcipher_world.row(ids[0]).case.unread == 1
