"""The closing check at the desk: the countdown, one key for each deed, many at once, and the signature (CH-5, CH-7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from p24tui.routine.case import Case, CaseState, SuicideRisk, Urgency
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, closing, shift
from p24tui.services.views import Told
from p24tui.store import messages
from p24tui.store.values import Author
from p24tui.tui.places import Place
from p24tui.tui.screens.questions import AskTellScreen, SignScreen
from p24tui.tui.screens.telling import TellManyScreen
from p24tui.tui.widgets.desk_header import DeskHeader
from p24tui.tui.widgets.duty_bar import DutyBar
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.tui.test_places import cursor_line, order_of, place_of
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
CLOSES = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def late_in_the_day(sqlcipher_world: World) -> None:
    sqlcipher_world.clock.instant = CLOSES - timedelta(minutes=28)
    sqlcipher_world.rostered()


def quiet(world: World, name: str, **facts: Any) -> Case:
    """A case whose patient has not answered."""
    given = {"state": CaseState.WAITING, "waiting_since": None, "unread": 0, "answered_at": world.clock.now()}
    return world.case(name=name, **{**given, **facts})


def told(world: World, case: Case) -> list[str]:
    """What the patient has been told."""
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case.id) if one.author is Author.STAFF]


async def a_minute_later(pilot: Pilot[None], world: World, minutes: float = 1) -> None:
    """Time passes, and the desk has looked at it."""
    world.clock.advance(timedelta(minutes=minutes))
    desk_of(pilot)._duties_are_old, desk_of(pilot)._duties_at = True, float("-inf")
    desk_of(pilot)._tick()
    await settled(pilot)


def bar(pilot: Pilot[None]) -> str:
    found = desk_of(pilot).query_one(DutyBar)
    return str(found.render()) if found.display else ""


@SIZES
@pytest.mark.rule("CH-5", "CH-7")
async def test_the_header_counts_down_from_a_fact_to_an_alarm(sqlcipher_world: World, size: tuple[int, int]) -> None:
    sqlcipher_world.clock.instant = CLOSES - timedelta(minutes=62)
    sqlcipher_world.case(priority=1)
    quiet(sqlcipher_world, "Tyst Tora")
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await a_minute_later(pilot, sqlcipher_world, 0)
        assert bar(pilot) == ""
        assert "stänger 17.00" in screen_text(pilot)
        said = []
        for minutes in (2, 30, 15, 10, 4.5):
            await a_minute_later(pilot, sqlcipher_world, minutes)
            said.append((desk_of(pilot).query_one(DutyBar).loudness.name, bar(pilot)[:3].strip()))
        assert said == [("FACT", "·"), ("NOTICE", "▪"), ("WARNING", "△"), ("ALARM", "▲"), ("ALARM", "▲")]
        assert "stänger om 1 min" in str(desk_of(pilot).query_one(DeskHeader).render())
        assert "Stänger om 1 min: 2 öppna, 1 oläst, 1 brådskande" in bar(pilot)
        assert "F4 stängningskontroll" in bar(pilot)


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3", "H22")
async def test_unsigned_at_closing_stands_on_every_console_until_it_is_signed(sqlcipher_world: World) -> None:
    case = quiet(sqlcipher_world, "Tyst Tora")
    async with at_desk(sqlcipher_world, "johan") as pilot:
        await a_minute_later(pilot, sqlcipher_world, 29)
        assert "STÄNGNINGEN ÄR INTE SIGNERAD, ENHETEN STÄNGDE 17.00" in bar(pilot)
        await press(pilot, "k")
        assert "1 larm kvitterat" in screen_text(pilot)
        await a_minute_later(pilot, sqlcipher_world)
        assert "INTE SIGNERAD" in bar(pilot)
        assert desk_of(pilot)._unseen_of_units() == []
        closing.tell(sqlcipher_world.system, sqlcipher_world.actor("maria"), case.id)
        closing.sign(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        await a_minute_later(pilot, sqlcipher_world)
        assert bar(pilot) == ""
        await press(pilot, "f4")
        assert "signerad 17.02 av Maria Lind" in screen_text(pilot)


@SIZES
@pytest.mark.rule("CH-5")
async def test_one_key_tells_the_patient_after_a_look_at_the_text(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    case = quiet(sqlcipher_world, "Tyst Tora")
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f4", "s")
        assert isinstance(pilot.app.screen, AskTellScreen)
        assert "Hej Tyst Tora. Nu stänger Vårdcentralen Åsen" in screen_text(pilot)
        await press(pilot, "escape")
        assert told(sqlcipher_world, case) == []
        await press(pilot, "s", "enter")
        assert len(told(sqlcipher_world, case)) == 1
        assert "✓ informerad" in cursor_line(pilot)
        assert place_of(pilot) is Place.CLOSING
        await press(pilot, "s", "enter")
        assert "CH-5" in screen_text(pilot)
        assert len(told(sqlcipher_world, case)) == 1


@pytest.mark.rule("CH-7")
@pytest.mark.parametrize(("unread", "mark"), [(0, "¶ fritext"), (1, "● oläst")])
async def test_what_is_unread_has_the_mark_that_it_has_in_the_patient_list(
    sqlcipher_world: World, unread: int, mark: str
) -> None:
    quiet(sqlcipher_world, "Tyst Tora", unread=unread, unread_free_text=1)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        assert mark in cursor_line(pilot)


@pytest.mark.rule("SE-4", "SU-2", "CH-7", "CH-11")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"suicide": SuicideRisk.AWAITING}, "ärendet får inte vila"),
        ({"unread": 1}, "som ingen har läst"),
        ({"owner_id": PEOPLE["johan"][0]}, "Johan Berg har ärendet"),
    ],
)
async def test_that_a_case_may_not_be_kept_is_said_before_the_text(
    sqlcipher_world: World, facts: dict[str, Any], why: str
) -> None:
    quiet(sqlcipher_world, "Tyst Tora", **facts)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "i")
        assert pilot.app.screen_stack[-1] is desk_of(pilot)
        assert why in screen_text(pilot)


@pytest.mark.rule("SE-4", "CH-6")
async def test_keys_keep_for_tomorrow_and_end_with_a_day(sqlcipher_world: World) -> None:
    first, second = sqlcipher_world.case(name="Ett Eva", unread=0), quiet(sqlcipher_world, "Två Tage")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "d")
        assert "En dag läggs till bara när det är patienten som inte har svarat" in screen_text(pilot)
        await press(pilot, "i")
        assert "inga lediga tider" in screen_text(pilot)
        await press(pilot, "enter")
        assert sqlcipher_world.row(first.id).case.no_times
        assert "✓ till 24 nov" in screen_text(pilot)
        assert "Ärendet kommer först tis 24 nov." in screen_text(pilot)
        assert order_of(pilot, "Två Tage", "Ett Eva") == ["Två Tage", "Ett Eva"]
        await press(pilot, "home", "d")
        assert "svara här under hela dagen i morgon" in screen_text(pilot)
        await press(pilot, "enter")
        ended = sqlcipher_world.row(second.id).case
        assert (ended.state, ended.answer_until) == (CaseState.ENDED, datetime(2026, 11, 24, 23, tzinfo=UTC))
        assert "Två Tage" not in screen_text(pilot)


@pytest.mark.rule("CH-7", "CH-12")
async def test_what_nobody_has_is_held_and_ended_from_the_check_without_leaving_it(sqlcipher_world: World) -> None:
    one, other = sqlcipher_world.case(name="Ett Eva", unread=0), sqlcipher_world.case(name="Två Tage", unread=0)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "h", *"provsvar", "enter")
        assert sqlcipher_world.row(one.id).case.state is CaseState.HELD
        assert place_of(pilot) is Place.CLOSING
        await press(pilot, "home", "a")
        assert sqlcipher_world.row(other.id).case.ending_by is not None
        await press(pilot, "enter")
        assert sqlcipher_world.row(other.id).case.state is CaseState.ENDED
        assert place_of(pilot) is Place.CLOSING


@pytest.mark.rule("CH-4")
async def test_a_clinician_says_that_it_can_wait_and_the_priority_stands(sqlcipher_world: World) -> None:
    case = sqlcipher_world.case(priority=1, unread=0, name="Ett Eva")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        assert "! brådskande" in cursor_line(pilot)
        await press(pilot, "j")
        assert "Prioriteten som kom är 1: en indikator" in screen_text(pilot)
        await press(pilot, "2", "3", "6", "enter")
        after = sqlcipher_world.row(case.id).case
        assert (after.priority, after.urgency) == (1, Urgency.CAN_WAIT)
        assert after.assessed_by == sqlcipher_world.actor("maria").staff_id
        assert "kvar" in cursor_line(pilot)
        assert "Bedömt: kan vänta, nytt eller tydligt sämre besvär." in screen_text(pilot)


@SIZES
@pytest.mark.rule("CH-5", "CH-7")
async def test_many_are_told_at_once_after_a_look_at_who_gets_what(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    cases = [quiet(sqlcipher_world, f"Tyst Tora {number:02}") for number in range(20)]
    urgent = quiet(sqlcipher_world, "Brått Britta", urgency=Urgency.URGENT)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f4", "m")
        assert isinstance(pilot.app.screen, TellManyScreen)
        assert "20 får Stängning · 1 får det inte" in screen_text(pilot)
        assert "Hej Tyst Tora 00." in screen_text(pilot)
        await press(pilot, "end")
        assert "Ärendet är brådskande" in screen_text(pilot)
        assert not any(told(sqlcipher_world, case) for case in cases)
        await press(pilot, "enter")
        await pilot.app.screen.idle()
        await settled(pilot)
        assert "20/20" in screen_text(pilot)
        assert "20 har fått veta" in screen_text(pilot)
        assert [len(told(sqlcipher_world, case)) for case in cases] == [1] * 20
        assert told(sqlcipher_world, urgent) == []
        await press(pilot, "escape")
        assert place_of(pilot) is Place.CLOSING


@pytest.mark.rule("CH-5")
async def test_many_can_be_broken_off_and_begun_again(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [quiet(sqlcipher_world, f"Tyst Tora {number:02}") for number in range(8)]
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "m")
        screen = pilot.app.screen
        assert isinstance(screen, TellManyScreen)
        heed, heard = screen._heed, list[Told]()

        def until_the_third(one: Told) -> bool:
            heard.append(one)
            return heed(one) and len(heard) < 3

        monkeypatch.setattr(screen, "_heed", until_the_third)
        await press(pilot, "enter")
        await screen.idle()
        await settled(pilot)
        assert sum(bool(told(sqlcipher_world, case)) for case in cases) == 3
        assert "avbrutet: 5 är kvar" in screen_text(pilot)
        await press(pilot, "escape", "m", "enter")
        again = pilot.app.screen
        assert isinstance(again, TellManyScreen)
        await again.idle()
        assert [len(told(sqlcipher_world, case)) for case in cases] == [1] * 8


@pytest.mark.rule("CH-5")
async def test_broken_off_at_one_unit_it_does_not_begin_at_the_next(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.second_unit("maria")
    cases = [quiet(sqlcipher_world, f"Tyst Tora {unit}", unit_id=unit) for unit in (UNIT, UNIT, BERGA)]
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "m")
        screen = pilot.app.screen
        assert isinstance(screen, TellManyScreen)
        heed = screen._heed

        def until_the_first(one: Told) -> bool:
            screen._stop.set()
            return heed(one)

        monkeypatch.setattr(screen, "_heed", until_the_first)
        await press(pilot, "enter")
        await screen.idle()
        await settled(pilot)
        assert sum(bool(told(sqlcipher_world, case)) for case in cases) == 1
        assert "avbrutet: 2 är kvar" in screen_text(pilot)


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
async def test_where_one_of_two_units_is_signed_what_is_left_at_the_other_is_still_said(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    sqlcipher_world.case(name="Oläst Olle", unit_id=BERGA)
    closing.sign(sqlcipher_world.system, sqlcipher_world.actor("johan"))
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        shown = screen_text(pilot)
        assert "signerad 16.32 av Johan Berg (Åsen)" in shown
        assert "1 oläst" in shown
        assert "inte signerad (Berga)" in shown


async def test_the_keys_that_the_bars_name_act_at_closing_too(sqlcipher_world: World) -> None:
    sqlcipher_world.case(name="Karin Öberg", priority=1)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        await a_minute_later(pilot, sqlcipher_world, 3)  # whoever is responsible has not seen it
        assert "k kvittera" in screen_text(pilot)
        await press(pilot, "k")
        assert "1 larm kvitterat." in screen_text(pilot)


@pytest.mark.rule("CH-7", "SU-2")
async def test_signing_says_what_is_in_the_way_and_then_what_remains_and_who_of_those_has_gone(
    sqlcipher_world: World,
) -> None:
    shift.start(sqlcipher_world.system, sqlcipher_world.actor("johan"), ShiftKind.CHAT)
    suicide = sqlcipher_world.case(name="Nere Nils", suicide=SuicideRisk.AWAITING, unread=0)
    left = sqlcipher_world.case(name="Kvar Klas", unread=0)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "v")
        assert "väntar på psykolog eller läkare" in screen_text(pilot)
        chat.claim(sqlcipher_world.system, sqlcipher_world.actor("amir"), suicide.id, suicide.version)
        chat.claim(sqlcipher_world.system, sqlcipher_world.actor("johan"), left.id, left.version)
        await settled(pilot)
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, SignScreen)
        shown = screen_text(pilot)
        assert "Nere Nils · Amir Karimi inte i tjänst nu" in shown
        assert "Kvar Klas · Johan Berg" in shown
        assert "Johan Berg inte" not in shown
        assert "Signera stängningen mån 23 nov för" in shown
        assert "Jag, Maria Lind, intygar" in shown
        await press(pilot, "enter")
        assert "signerad 16.32 av Maria Lind" in screen_text(pilot)


@pytest.mark.rule("CH-7")
async def test_it_is_not_signed_in_the_middle_of_the_day(sqlcipher_world: World) -> None:
    sqlcipher_world.clock.instant = CLOSES - timedelta(hours=3)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "v")
        assert "för tidigt att signera" in screen_text(pilot)


@pytest.mark.rule("CH-7")
async def test_n_goes_to_what_is_left(sqlcipher_world: World) -> None:
    quiet(sqlcipher_world, "Klar Kim", told_closing_at=sqlcipher_world.clock.now())
    sqlcipher_world.case(name="Ett Eva", unread=0)
    sqlcipher_world.case(name="Två Tage", unread=0)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        found = [cursor_line(pilot)]
        for _ in range(2):
            await press(pilot, "n")
            found.append(cursor_line(pilot))
        assert ["Ett" in found[0], "Två" in found[1], "Ett" in found[2]] == [True] * 3
