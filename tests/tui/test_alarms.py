"""What calls at the desk: it sounds, on the right console first, until somebody has seen it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.routine.case import SuicideRisk
from p24tui.services import alerts
from p24tui.tui.app import P24App
from p24tui.tui.widgets.alarm_bar import AlarmBar
from p24tui.tui.window import SMALLEST
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def listening(
    world: World, monkeypatch: pytest.MonkeyPatch, who: str = "maria"
) -> AsyncIterator[tuple[Pilot[None], list[str]]]:
    """A desk, and the bells that it has rung."""
    bells: list[str] = []
    monkeypatch.setattr(P24App, "bell", lambda _app: bells.append("bell"))
    async with at_desk(world, who) as pilot:
        yield pilot, bells


async def seconds(world: World, pilot: Pilot[None], many: int) -> None:
    world.clock.advance(timedelta(seconds=many))
    desk_of(pilot)._tick()
    await settled(pilot)


def bar(pilot: Pilot[None]) -> str:
    """The line of what calls."""
    return next((line for line in screen_text(pilot).splitlines() if "LARM" in line), "")


def calls(pilot: Pilot[None]) -> int:
    return desk_of(pilot).query_one(AlarmBar).calls[0]


@pytest.mark.rule("CH-3", "CH-13", "SU-2")
@pytest.mark.hazard("H7")
async def test_it_sounds_again_and_again_until_it_is_acknowledged(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.rostered("maria")
    sqlcipher_world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING, unread=0)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, bells):
        assert "LARM 1" in screen_text(pilot)
        assert "Erik Lund: suicidrisk väntar" in screen_text(pilot)
        assert len(bells) == 1
        await seconds(sqlcipher_world, pilot, 29)
        assert len(bells) == 1
        await seconds(sqlcipher_world, pilot, 1)
        assert len(bells) == 2
        await press(pilot, "k")
        assert "LARM" not in screen_text(pilot)
        await seconds(sqlcipher_world, pilot, 300)
        assert len(bells) == 2


@pytest.mark.rule("CH-3")
async def test_a_morning_full_of_alarms_is_one_line_and_one_bell(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.rostered("maria")
    async with listening(sqlcipher_world, monkeypatch) as (pilot, bells):
        for n in range(20):
            sqlcipher_world.case(name=f"Person {n}", priority=1)
        await settled(pilot)
        assert calls(pilot) == 20
        assert len(bells) == 1
        sqlcipher_world.case(name="En till", priority=1)
        await seconds(sqlcipher_world, pilot, 9)
        assert len(bells) == 1
        await seconds(sqlcipher_world, pilot, 1)
        assert len(bells) == 2


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
async def test_the_responsible_persons_console_sounds_first_and_the_others_when_nobody_has_answered(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    sqlcipher_world.case(name="Karin Öberg", priority=1)
    async with listening(sqlcipher_world, monkeypatch, "maria") as (pilot, bells):
        assert "du är chattansvarig" in screen_text(pilot)
        assert calls(pilot) == 1
        assert bells == ["bell"]
    async with listening(sqlcipher_world, monkeypatch, "johan") as (pilot, bells):
        assert "Chattansvarig Maria Lind" in screen_text(pilot)
        assert calls(pilot) == 0
        await seconds(sqlcipher_world, pilot, 119)
        assert bells == []
        await seconds(sqlcipher_world, pilot, 1)
        assert calls(pilot) == 1
        assert bells == ["bell"]


@pytest.mark.rule("CH-2")
async def test_one_takes_the_responsibility_by_a_key_and_the_others_see_it(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(sqlcipher_world, monkeypatch, "johan") as (pilot, _bells):
        assert "ingen chattansvarig" in screen_text(pilot)
        alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        await settled(pilot)
        assert "Chattansvarig Maria Lind" in screen_text(pilot)
        await press(pilot, "r", "enter")
        assert "du är chattansvarig" in screen_text(pilot)


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
async def test_what_a_colleague_is_responsible_for_is_taken_by_a_question_that_names_them(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key pressed by mistake must not let the one who hears what comes in hear it later than others."""
    alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    async with listening(sqlcipher_world, monkeypatch, "johan") as (pilot, _bells):
        await press(pilot, "r")
        assert "Ta över chattansvaret från Maria Lind?" in screen_text(pilot)
        await press(pilot, "escape")
        assert "Chattansvarig Maria Lind" in screen_text(pilot)
        await press(pilot, "r", "enter")
        assert "du är chattansvarig" in screen_text(pilot)
        await press(pilot, "r")
        assert pilot.app.screen is desk_of(pilot), "what is one's own is not asked about"


async def test_what_another_console_acknowledges_falls_silent_here(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(sqlcipher_world, monkeypatch, "johan") as (pilot, _bells):
        sqlcipher_world.case(name="Karin Öberg", priority=1)
        await settled(pilot)
        assert calls(pilot) == 1
        book = desk_of(pilot)._book
        assert book is not None
        (call,) = book.heard()
        alerts.acknowledge(sqlcipher_world.system, sqlcipher_world.actor("maria"), [call])
        await settled(pilot)
        assert calls(pilot) == 0


@pytest.mark.rule("CH-13")
async def test_an_unread_message_calls_after_half_an_hour_of_staffed_time(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.case(name="Ali Noor", minutes_ago=29)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, _bells):
        assert calls(pilot) == 0
        await seconds(sqlcipher_world, pilot, 60)
        assert calls(pilot) == 1
        assert "Ali Noor: oläst 30 min" in screen_text(pilot)
        await seconds(sqlcipher_world, pilot, 8 * 3600)  # the unit has closed
        assert calls(pilot) == 0


async def test_one_goes_to_what_calls_whatever_the_filter(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = fill(sqlcipher_world)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, _bells):
        await press(pilot, "slash", *"ali", "enter", "g")
        assert desk_of(pilot)._list.cursor_id == cases["suicide"].id


@pytest.mark.rule("PR-1")
async def test_a_protected_person_who_calls_has_no_name(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from p24tui.routine.protection import Protection

    sqlcipher_world.case(name="Hemlig Person", priority=1, protection=Protection.MARKED)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, _bells):
        assert "Skyddad person: ny prio 1" in screen_text(pilot)
        assert "Hemlig" not in screen_text(pilot)


@pytest.mark.parametrize(("chosen", "rung", "written"), [("bell", 1, False), ("notify", 0, True), ("", 0, False)])
async def test_how_it_sounds_is_chosen_and_the_terminals_notice_names_nobody(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, chosen: str, rung: int, written: bool
) -> None:
    from textual.drivers.headless_driver import HeadlessDriver

    told: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _driver, data: told.append(data))
    sqlcipher_world.rostered("maria")
    sqlcipher_world.system.settings = replace(sqlcipher_world.system.settings, alert_by=chosen)
    sqlcipher_world.case(name="Karin Öberg", priority=1)
    async with listening(sqlcipher_world, monkeypatch) as (_pilot, bells):
        assert len(bells) == rung
        notices = [data for data in told if data.startswith("\x1b]9;")]
        assert notices == (["\x1b]9;p24tui: 1 larm kräver uppmärksamhet\x07"] if written else [])


@pytest.mark.rule("CH-3", "SU-2")
@pytest.mark.hazard("H6", "H7")
async def test_only_what_stands_on_the_line_is_acknowledged_and_it_says_how_much_more_calls(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged it falls silent on every console: what nobody has seen there must call on."""
    sqlcipher_world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING, unread=0, minutes_ago=31)
    for n in range(7):
        sqlcipher_world.case(name=f"Eva Ek {n}", priority=1, minutes_ago=20 - n)
    sqlcipher_world.rostered("maria")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        line = bar(pilot)
        assert "LARM 8" in line
        assert "Erik Lund: suicidrisk väntar" in line
        assert "Eva Ek" not in line
        assert "+7 till  k kvittera  g gå dit" in line
        await pilot.resize_terminal(*SMALLEST)
        await settled(pilot)
        assert "Erik Lund: suicidrisk" in bar(pilot)  # why it calls, and not only for whom
        assert "+7  k kvittera  g dit" in bar(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        await press(pilot, "k")
        assert "1 larm kvitterat." in screen_text(pilot)
        assert calls(pilot) == 7
        line = bar(pilot)
        assert "Eva Ek 0: ny prio 1," in line
        assert "+6 till" in line
        assert "…" not in line


@pytest.mark.rule("CH-3")
async def test_in_a_wide_window_all_that_has_room_is_acknowledged_at_once(sqlcipher_world: World) -> None:
    for name in ("Ek", "Al", "Bo", "My", "Li"):
        sqlcipher_world.case(name=name, priority=1)
    sqlcipher_world.rostered("maria")
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        assert "+1 till" in bar(pilot)
        await press(pilot, "k")
        assert "4 larm kvitterade." in screen_text(pilot)
        assert calls(pilot) == 1
        assert "till  k" not in bar(pilot)


async def test_while_one_types_the_bar_says_that_its_keys_need_esc_first(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlcipher_world)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, _bells):
        assert "k kvittera  g gå dit" in screen_text(pilot)
        await press(pilot, "down", "t", "k")
        assert "Esc och sedan k kvitterar" in screen_text(pilot)
        assert calls(pilot) > 0
        before = calls(pilot)
        await press(pilot, "escape", "k")
        assert calls(pilot) < before


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
async def test_that_nobody_is_responsible_is_heard_in_the_same_breath_as_what_else_calls(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.case(name="Karin Öberg", priority=1)
    async with listening(sqlcipher_world, monkeypatch) as (pilot, bells):
        assert "INGEN ÄR CHATTANSVARIG SEDAN 08.00" in screen_text(pilot)
        assert len(bells) == 1
        await seconds(sqlcipher_world, pilot, 30)
        assert len(bells) == 2
        await press(pilot, "k")
        await seconds(sqlcipher_world, pilot, 300)
        assert len(bells) == 2
        assert "INGEN ÄR CHATTANSVARIG SEDAN 08.00" in screen_text(pilot)
        await press(pilot, "r")
        await seconds(sqlcipher_world, pilot, 3)
        assert "INGEN ÄR CHATTANSVARIG" not in screen_text(pilot)
