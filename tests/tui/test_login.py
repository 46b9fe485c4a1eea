"""The entrance and the lock: who one is, proven; and a screen that nobody reads while one is away (NA-1, H12)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from msgspec import structs
from sqlalchemy import select
from textual.pilot import Pilot
from textual.widgets import Input

from p24tui.errors import Refused, Unavailable
from p24tui.gateways import browser
from p24tui.gateways.browser import Opened
from p24tui.gateways.openid_begun import Begun
from p24tui.routine.login import Means, Proven, Session, Tries
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, login, passwords, shift, staff
from p24tui.store import drafts
from p24tui.store import login as store_login
from p24tui.store.tables import events
from p24tui.tui.app import P24App
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.locked import LockedScreen
from p24tui.tui.screens.login import ChoiceScreen, DemoScreen, LoginScreen
from p24tui.tui.screens.own_password import OwnPasswordScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.window import SMALLEST
from tests.tui import kit
from tests.tui.kit import OPERATOR, desk_of, press, screen_text, settled, until
from tests.world import PEOPLE, UNIT, World

pytestmark = pytest.mark.anyio

MARIA, JOHAN = PEOPLE["maria"][0], PEOPLE["johan"][0]
PASSWORD = "korrekt häst batteri"
LATER = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords: None) -> None:
    """Argon2 as it is takes long by intent."""


def have_passwords(world: World, *names: str) -> None:
    for name in names:
        passwords.choose(world.system, OPERATOR, PEOPLE[name][0], PASSWORD)


def kinds(world: World) -> list[str]:
    """What the log says of logins, in order."""
    with world.system.store.reading() as tx:
        found = tx.connection.scalars(select(events.c.kind).order_by(events.c.seq))
        return [kind for kind in found if kind.startswith(("session.", "login."))]


@asynccontextmanager
async def entrance(world: World, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """A console that nobody has come to yet."""
    async with P24App(world.system, {}, "console:test:7").run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: not isinstance(pilot.app.screen, DeskScreen) and len(pilot.app.screen_stack) > 1)
        await pilot.pause()
        yield pilot


@asynccontextmanager
async def at_desk(
    world: World, means: Means = Means.PASSWORD, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    """Maria at her desk, having proven who she is."""
    actor = structs.replace(world.actor("maria"), place="console:test:7")
    proven = Proven(MARIA, "Maria Lind", means, world.clock.now())
    people = staff.people_of(world.system, UNIT)
    console = P24App(world.system, people, actor.place, actor=actor, proven=proven)
    async with console.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        await until(pilot, lambda: console._session is not None)
        yield pilot


async def test_the_list_is_painted_before_the_session_of_somebody_known_is_recorded(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlcipher_world.case(name="Ali Noor")
    painted: list[bool] = []
    begin = P24App.go_on

    def look(console: P24App, *who: Any) -> None:
        painted.append(any("Patientlista" in strip.text for strip in console.screen._compositor.render_strips()))
        begin(console, *who)

    monkeypatch.setattr(P24App, "go_on", look)
    async with at_desk(sqlcipher_world):
        assert painted == [True]


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Type into the field that has the focus."""
    field = pilot.app.focused
    assert isinstance(field, Input), screen_text(pilot)
    field.value = text
    await pilot.press("enter")
    await pilot.pause()


def looked_at(pilot: Pilot[None]) -> datetime | None:
    """Until when the session has been looked at."""
    assert isinstance(pilot.app, P24App)
    return pilot.app._looked_again


async def log_in(pilot: Pilot[None], who: str, password: str = PASSWORD) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen) and pilot.app.focused is not None)
    pilot.app.screen.query_one("#staff", Input).value = who
    pilot.app.screen.query_one("#password", Input).focus()
    await pilot.pause()
    await type_in(pilot, password)


async def desk_stands(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, DeskScreen))
    await settled(pilot)


@pytest.mark.rule("NA-1")
async def test_one_logs_in_by_a_password_and_is_at_the_desk(world: World) -> None:
    kit.fill(world)
    have_passwords(world, "maria")
    async with entrance(world, (80, 24)) as pilot:
        assert "Karin Öberg" not in screen_text(pilot)
        await log_in(pilot, MARIA, "fel lösenord")
        await until(pilot, lambda: "stämmer inte" in screen_text(pilot))
        assert pilot.app.screen.query_one("#password", Input).value == ""
        await type_in(pilot, PASSWORD)
        await desk_stands(pilot)
        assert "Karin Öberg" in screen_text(pilot)
        assert "Maria Lind" in screen_text(pilot)
    assert kinds(world) == ["login.refused", "session.started", "session.ended"]
    async with entrance(world) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one("#staff", Input).value == MARIA)


@pytest.mark.rule("NA-1")
async def test_where_nobody_has_a_password_it_is_said_who_gives_one(world: World) -> None:
    async with entrance(world, (80, 24)) as pilot:
        await until(pilot, lambda: "p24tui staff password HSA-ID" in screen_text(pilot))
        assert isinstance(pilot.app.focused, Input)
        have_passwords(world, "johan")
    async with entrance(world, (80, 24)) as pilot:
        await pilot.app.screen._errands.idle()  # type: ignore[attr-defined]
        await log_in(pilot, JOHAN)
        await desk_stands(pilot)


@pytest.mark.rule("NA-1")
async def test_a_database_that_does_not_answer_does_not_keep_the_entrance_closed(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_system: object) -> bool:
        raise Unavailable("database", "TimeoutError")

    monkeypatch.setattr(passwords, "nobody_has_one", silent)
    async with entrance(sqlcipher_world) as pilot:
        await pilot.app.screen._errands.idle()  # type: ignore[attr-defined]
        await pilot.pause()
        assert isinstance(pilot.app.screen, LoginScreen)
        assert "Ingen har" not in screen_text(pilot)


@pytest.mark.rule("NA-1")
async def test_a_one_time_password_is_changed_before_anything_is_seen(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    one_time = passwords.give_one_time(world.system, OPERATOR, MARIA)
    async with entrance(world, (80, 24)) as pilot:
        await log_in(pilot, MARIA, one_time)
        await until(pilot, lambda: "Välj ett eget" in screen_text(pilot))
        for new, again, said in (
            ("Maria Lind 123", "Maria Lind 123", "ditt namn"),
            (PASSWORD, "något annat", "inte lika"),
            ("kort", "kort", "för kort"),
        ):
            await type_in(pilot, new)
            await type_in(pilot, again)
            await until(pilot, lambda said=said: said in screen_text(pilot))  # type: ignore[misc]
        await type_in(pilot, PASSWORD)
        await type_in(pilot, PASSWORD)
        await desk_stands(pilot)
    assert passwords.prove(world.system, MARIA, PASSWORD, "console:test:8").staff_id == MARIA


@pytest.mark.rule("NA-1")
async def test_who_works_at_two_units_says_at_which(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.second_unit("maria")
    have_passwords(world, "maria")
    async with entrance(world, (80, 24)) as pilot:
        await log_in(pilot, MARIA)
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceScreen))
        assert "Vårdcentralen Berga" in screen_text(pilot)
        await pilot.press("up", "enter")
        await desk_stands(pilot)
        assert desk_of(pilot)._actor.unit_id != UNIT


@pytest.mark.rule("NA-1", "SH-1")
@pytest.mark.hazard("H12")
async def test_it_locks_by_the_clock_and_the_same_person_comes_back_to_what_was_typed(world: World) -> None:
    kit.fill(world)
    have_passwords(world, "maria", "johan")
    case = world.case(name="Ali Andersson", matter="Hosta", unread=0)
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    async with at_desk(world) as pilot:
        desk_of(pilot).post_message(DeskScreen.Enter(world.row(case.id).case))
        await settled(pilot)
        await press(pilot, "H", "e", "j")
        assert isinstance(pilot.app.focused, Composer)
        world.clock.instant += LATER - timedelta(seconds=1)
        await pilot.press("x")
        world.clock.instant += LATER - timedelta(seconds=1)
        app = pilot.app
        assert isinstance(app, P24App)
        app.look_at_session()
        assert not isinstance(app.screen, LockedScreen)  # the key that was pressed counted
        world.clock.instant += timedelta(seconds=1)
        await pilot.press("y")  # and this one comes too late
        await pilot.pause()
        shown = screen_text(pilot)
        assert "Låst sedan" in shown
        for name in ("Ali", "Karin", "Hosta", "Hejx"):
            assert name not in shown
        with world.system.store.reading() as tx:
            assert drafts.of_person(tx, case.id, MARIA) == "Hejx"
        await pilot.press("ctrl+p", "f1", "f3", "escape", "ctrl+l")
        await pilot.pause()
        assert isinstance(app.screen, LockedScreen)
        await type_in(pilot, "fel lösenord")
        await until(pilot, lambda: "Lösenordet stämmer inte. Försök igen." in screen_text(pilot))
        assert "HSA-id" not in screen_text(pilot)
        await type_in(pilot, PASSWORD)
        await desk_stands(pilot)
        assert isinstance(app.focused, Composer)
        assert app.focused.text == "Hejx"
    assert kinds(world) == ["session.started", "session.locked", "login.refused", "session.unlocked", "session.ended"]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
async def test_what_others_have_guessed_keeps_nobody_from_unlocking(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    have_passwords(world, "maria")
    async with at_desk(world, size=(80, 24)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen) and pilot.app.focused is not None)
        with world.system.store.writing() as tx:
            for whose in (store_login.of_person(MARIA), store_login.of_machine("console:test")):
                store_login.put_tries(tx, whose, Tries(1000, world.clock.now()))
        with pytest.raises(Refused, match="login-wait"):
            passwords.prove(world.system, MARIA, PASSWORD, "console:test:8")
        await type_in(pilot, PASSWORD)
        await desk_stands(pilot)


@pytest.mark.rule("NA-1")
async def test_a_dialog_that_comes_or_goes_under_the_lock_is_seen_only_after_it(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    kit.fill(world)
    have_passwords(world, "maria")
    async with at_desk(world, size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, P24App)
        app.notify("Karin Öberg", markup=False)
        await press(pilot, "f1")
        help_screen = app.screen
        await press(pilot, "ctrl+l")
        help_screen.dismiss(None)
        app.push_screen(DemoScreen(desk_of(pilot)._units[0], [], "", "DEMO"))
        await pilot.pause()
        assert isinstance(app.screen, LockedScreen)
        assert "Karin" not in screen_text(pilot)
        await type_in(pilot, PASSWORD)
        await until(pilot, lambda: isinstance(app.screen, DemoScreen))
        assert help_screen not in app.screen_stack


@pytest.mark.rule("NA-1", "CH-3")
@pytest.mark.hazard("H12")
async def test_alarms_are_counted_on_the_lock_and_name_nobody(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    kit.fill(world)
    async with at_desk(world) as pilot:
        await until(pilot, lambda: desk_of(pilot).calling > 0)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "larm kräver uppmärksamhet" in screen_text(pilot))
        assert "Erik" not in screen_text(pilot)


@pytest.mark.rule("NA-1", "SH-1")
@pytest.mark.hazard("H12")
async def test_somebody_else_logs_in_and_nothing_of_the_first_one_is_abandoned(world: World) -> None:
    have_passwords(world, "maria", "johan")
    case = world.case(name="Ali Andersson", unread=0)
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    actor = structs.replace(world.actor("maria"), place="console:test:7")
    shift.start(world.system, actor, ShiftKind.CHAT)
    async with at_desk(world) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        await pilot.press("ctrl+n")
        await log_in(pilot, JOHAN, "inte hans")
        await until(pilot, lambda: "stämmer inte" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        assert "session.ended" not in kinds(world)
        await pilot.press("ctrl+n")
        await log_in(pilot, JOHAN)
        await desk_stands(pilot)
        assert desk_of(pilot)._actor.staff_id == JOHAN
        assert kinds(world)[-2:] == ["session.ended", "session.started"]
        assert world.row(case.id).owner == "Maria Lind"
        assert (
            shift.current(world.system, actor) is not None
        )  # it goes on until it is lost, and the case goes to the queue


@pytest.mark.rule("NA-1", "SH-1")
@pytest.mark.hazard("H12")
async def test_the_shift_of_the_first_one_ends_with_them_where_nothing_is_left_behind(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    have_passwords(world, "maria", "johan")
    actor = structs.replace(world.actor("maria"), place="console:test:7")
    shift.start(world.system, actor, ShiftKind.CHAT)
    async with at_desk(world) as pilot:
        await until(pilot, lambda: desk_of(pilot)._shift is not None)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        await pilot.press("ctrl+n")
        await log_in(pilot, JOHAN)
        await desk_stands(pilot)
        await until(pilot, lambda: shift.current(world.system, actor) is None)


@pytest.mark.rule("NA-1")
async def test_after_twelve_hours_one_logs_in_anew(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    have_passwords(world, "maria")
    async with at_desk(world, size=(80, 24)) as pilot:
        world.clock.instant += timedelta(hours=12)
        await pilot.press("x")
        await until(pilot, lambda: "i 12 timmar" in screen_text(pilot))
        assert not any(isinstance(screen, DeskScreen) for screen in pilot.app.screen_stack)
        await log_in(pilot, MARIA)
        await desk_stands(pilot)
    assert kinds(world)[:3] == ["session.started", "session.ended", "session.started"]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
async def test_whoever_is_no_longer_staff_is_logged_out_within_a_minute_and_loses_nothing(world: World) -> None:
    have_passwords(world, "maria")
    case = world.case(name="Ali Andersson", unread=0)
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    async with at_desk(world) as pilot:
        desk_of(pilot).post_message(DeskScreen.Enter(world.row(case.id).case))
        await settled(pilot)
        await press(pilot, "H", "e", "j")
        world.clock.instant += timedelta(minutes=1)
        await until(pilot, lambda: looked_at(pilot) == world.clock.now())
        await pilot.app._errands.idle()  # type: ignore[attr-defined]
        assert isinstance(pilot.app.screen, DeskScreen)
        member = staff.make_staff(*PEOPLE["maria"], active=False)
        staff.put_staff(world.system, OPERATOR, member, (UNIT,))
        await pilot.press("x")
        assert isinstance(pilot.app.screen, DeskScreen)
        world.clock.instant += timedelta(minutes=1)
        await until(pilot, lambda: "behörighet har ändrats" in screen_text(pilot))
        assert not any(isinstance(screen, DeskScreen) for screen in pilot.app.screen_stack)
        with world.system.store.reading() as tx:
            assert drafts.of_person(tx, case.id, MARIA) == "Hejx"
        await log_in(pilot, MARIA)
        await until(pilot, lambda: "arbetar inte kvar" in screen_text(pilot))
    assert kinds(world) == ["session.started", "session.ended", "login.refused"]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
async def test_a_unit_taken_away_ends_the_session_under_the_lock_too(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.second_unit("maria")
    have_passwords(world, "maria")
    async with at_desk(world, size=(80, 24)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        staff.put_staff(world.system, OPERATOR, staff.make_staff(*PEOPLE["maria"]), (UNIT,))
        world.clock.instant += timedelta(minutes=1)
        await until(pilot, lambda: "behörighet har ändrats" in screen_text(pilot))
        await log_in(pilot, MARIA)
        await desk_stands(pilot)
        assert desk_of(pilot).unit_ids == (UNIT,)


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize("size", [SMALLEST, (80, 24)], ids=["60x16", "80x24"])
async def test_one_changes_ones_password_at_the_desk(world: World, size: tuple[int, int]) -> None:
    have_passwords(world, "maria")
    new = "annat häst batteri"
    async with at_desk(world, size=size) as pilot:
        await pilot.press("ctrl+p", *"lösenord")
        await until(pilot, lambda: "Byt lösenord" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OwnPasswordScreen) and pilot.app.focused is not None)
        weak = "Maria Lind 123"
        for typed, said, below in (
            (("fel lösenord", weak, weak), "inte ditt lösenord nu", "old-password"),
            ((PASSWORD,), "ditt namn", "wanted-again"),  # what was not wrong is not typed anew
            ((new, "något annat"), "inte lika", "wanted-again"),
            ((PASSWORD, PASSWORD), "är det gamla", "wanted-again"),
        ):
            for text in typed:
                await type_in(pilot, text)
            await until(pilot, lambda said=said: said in screen_text(pilot))  # type: ignore[misc]
            lines = screen_text(pilot).splitlines()
            line = next(number for number, line in enumerate(lines) if said in line)
            assert line == pilot.app.screen.query_one(f"#{below}").region.bottom
            assert "Enter byt   Esc låt bli" in screen_text(pilot)
        assert PASSWORD not in screen_text(pilot)
        await type_in(pilot, new)
        await type_in(pilot, new)
        await until(pilot, lambda: "Lösenordet är bytt" in screen_text(pilot))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen) and pilot.app.focused is not None)
        await type_in(pilot, new)
        await desk_stands(pilot)


@pytest.mark.rule("NA-1")
async def test_who_has_no_password_is_offered_no_other(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world, Means.OIDC) as pilot:
        titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
        assert "Byt lösenord" not in titles
        await pilot.app.run_action("change_password")
        assert isinstance(pilot.app.screen, DeskScreen)


class FakeCard:
    """A reader that a test puts a card into. Stands for the gateway's Protocol alone; the gateway has its own tests."""

    def __init__(self, world: World) -> None:
        self.world, self.present, self.whose = world, True, "maria"

    def read(self, pin: str) -> Proven:
        if not self.present:
            raise Refused("NA-1", "card-missing")
        if pin != "1234":
            raise Refused("NA-1", "login-unproven")
        staff_id, name, _profession = PEOPLE[self.whose]
        return Proven(staff_id, name, Means.CARD, self.world.clock.now())

    def is_present(self) -> bool:
        return self.present


@pytest.mark.rule("NA-1")
async def test_a_card_pulled_out_locks_and_the_same_card_unlocks(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.system.settings = replace(world.system.settings, login="card")
    world.system.card = card = FakeCard(world)
    async with entrance(world, (80, 24)) as pilot:
        await type_in(pilot, "1234")
        await desk_stands(pilot)
        card.present = False
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        await pilot.pause()
        await type_in(pilot, "1234")
        await until(pilot, lambda: "Inget kort sitter i läsaren" in screen_text(pilot))
        card.present, card.whose = True, "johan"
        await type_in(pilot, "1234")
        await until(pilot, lambda: "låst av Maria Lind" in screen_text(pilot))
        card.whose = "maria"
        await type_in(pilot, "1234")
        await desk_stands(pilot)


class FakeIdp:
    """The region's provider, as the console knows it; the real one is tried in ``tests/gateways``."""

    def __init__(self, world: World) -> None:
        self.world, self.begun, self.return_to = world, Begun("", "", "", ""), ""

    def begin(self, return_to: str) -> Begun:
        self.return_to = return_to
        self.begun = Begun("https://idp.example.se/authorize?state=s", "s", "n", "v")
        return self.begun

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> Proven:
        assert (begun, answer, return_to) == (self.begun, {"state": "s", "code": "c"}, self.return_to)
        return Proven(MARIA, "Maria Lind", Means.OIDC, self.world.clock.now())


@pytest.mark.rule("NA-1")
async def test_one_logs_in_by_the_browser_or_breaks_it_off(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlcipher_world
    world.system.settings = replace(world.system.settings, login="oidc")
    world.system.staff_idp = idp = FakeIdp(world)
    monkeypatch.setattr(browser, "open_address", lambda _address: Opened.NOWHERE)
    async with entrance(world, (80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "https://idp.example.se/authorize" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "avbröts" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "https://idp.example.se/authorize" in screen_text(pilot))
        came = await asyncio.to_thread(httpx.get, f"{idp.return_to}?state=s&code=c", trust_env=False, timeout=30)
        assert came.status_code == 200
        await desk_stands(pilot)
        assert "Maria Lind" in screen_text(pilot)


@pytest.mark.rule("NA-1")
async def test_a_password_is_not_copied_to_where_others_read_it(sqlcipher_world: World) -> None:
    async with entrance(sqlcipher_world) as pilot:
        field = pilot.app.screen.query_one("#password", Input)
        pilot.app.screen.set_focus(field)
        field.value = PASSWORD
        for key in ("ctrl+a", "ctrl+c", "ctrl+x"):
            await pilot.press("home", "shift+end", key)
        assert pilot.app.clipboard == ""
        assert field.value == PASSWORD
        assert PASSWORD not in screen_text(pilot)


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize("has_password", [True, False], ids=["a password", "none"])
async def test_a_system_user_unlocks_by_a_password_or_leaves(sqlcipher_world: World, has_password: bool) -> None:
    world = sqlcipher_world
    if has_password:
        have_passwords(world, "maria")
    async with at_desk(world, Means.SYSTEM_USER, (80, 24)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        await pilot.pause()
        assert "någon annan" not in screen_text(pilot)
        if has_password:
            await type_in(pilot, PASSWORD)
            await desk_stands(pilot)
        else:
            assert "bara att lämna" in screen_text(pilot)
            await pilot.press("enter", "ctrl+q")
            await until(pilot, lambda: pilot.app._exit)


async def test_in_a_demo_one_chooses_whom_one_plays_and_enter_unlocks(sqlcipher_world: World) -> None:
    kit.fill(sqlcipher_world)
    async with kit.app(sqlcipher_world, asks=True).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, DemoScreen)
        assert "påhittat" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        await until(pilot, lambda: "Demon loggade in dig" in screen_text(pilot))
        sqlcipher_world.clock.instant += timedelta(hours=13)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
        await pilot.press("enter")
        await desk_stands(pilot)


@pytest.mark.rule("NA-1")
async def test_a_desk_whose_session_cannot_be_recorded_locks_too(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> Session:
        raise Unavailable("database", "full")

    monkeypatch.setattr(login, "begin_session", full)
    async with at_desk(sqlcipher_world) as pilot:
        await until(pilot, lambda: isinstance(pilot.app, P24App) and pilot.app._session is not None)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockedScreen))
