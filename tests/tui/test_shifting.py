"""The shift at the desk: begun, kept alive, ended only when nothing is left, and said aloud where it was lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.errors import Unavailable
from p24tui.ids import fresh_id
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.shift import ShiftKind
from p24tui.services import alerts, chat, notes, shift, staff
from p24tui.store.values import Audience
from p24tui.tui.app import P24App
from p24tui.tui.screens.dialogs import ConfirmEndScreen, HoldScreen
from p24tui.tui.screens.roster_dialogs import TakeResponsibilityScreen
from p24tui.tui.screens.shift import LostShiftScreen, ShiftScreen, StartShiftScreen
from p24tui.tui.widgets.desk_header import Trouble
from tests.services.test_read_log import log_of
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import BERGA, PEOPLE, UNIT, World, give_up_lost

pytestmark = [pytest.mark.anyio, pytest.mark.rule("SH-1"), pytest.mark.hazard("H12")]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Size = tuple[int, int]


@asynccontextmanager
async def at_console(
    world: World, who: str = "maria", size: Size = (120, 40), *, begins: bool = False
) -> AsyncIterator[Pilot[None]]:
    """Somebody at the real console, which asks for a shift where they have none, or begins one."""
    system = world.system
    people = staff.people_of(system, UNIT)
    console = P24App(
        system,
        people,
        f"console:test:{who}",
        actor=world.actor(who),
        asks_for_shift=not begins,
        begins_shift=begins,
    )
    async with console.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        yield pilot


def began(world: World, who: str = "maria", kind: ShiftKind = ShiftKind.CHAT) -> None:
    shift.start(world.system, world.actor(who), kind)


def claimed(world: World, one: Case, who: str = "maria") -> Case:
    return chat.claim(world.system, world.actor(who), one.id, one.version)


def stands_at_desk(pilot: Pilot[None]) -> bool:
    return pilot.app.screen is desk_of(pilot)


def is_closed(pilot: Pilot[None]) -> bool:
    return not pilot.app.is_running


def has_shift(world: World, who: str = "maria") -> bool:
    return shift.current(world.system, world.actor(who)) is not None


def header(pilot: Pilot[None]) -> str:
    return "\n".join(screen_text(pilot).splitlines()[:2])


async def a_while_passes(pilot: Pilot[None], world: World, **step: float) -> None:
    world.clock.advance(timedelta(**step))
    desk_of(pilot)._tick()
    await settled(pilot)


@SIZES
async def test_the_list_stands_there_before_the_shift_is_asked_for(sqlcipher_world: World, size: Size) -> None:
    fill(sqlcipher_world)
    async with at_console(sqlcipher_world, size=size) as pilot:
        assert isinstance(pilot.app.screen, StartShiftScreen)
        assert "Börja ditt skift" in screen_text(pilot)
        assert "sjuksköterska" in screen_text(pilot)
        assert desk_of(pilot)._live.whole
        await press(pilot, "enter")
        assert stands_at_desk(pilot)
    found = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    assert found is not None
    assert (found.kind, found.place, found.profession) == (ShiftKind.CHAT, "console:test:maria", Profession.NURSE)


@SIZES
async def test_one_may_only_look_and_begin_later(sqlcipher_world: World, size: Size) -> None:
    async with at_console(sqlcipher_world, size=size) as pilot:
        await press(pilot, "escape")
        assert "inget skift" in header(pilot)
        assert not has_shift(sqlcipher_world)
        await press(pilot, "f9", "down", "enter")
        assert "inget skift" not in header(pilot)
    found = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    assert found is not None
    assert found.kind is ShiftKind.VIDEO


async def test_whoever_works_at_several_units_says_where(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    async with at_console(sqlcipher_world) as pilot:
        await press(pilot, "u")
        assert "Vårdcentralen Berga" in screen_text(pilot)
        await press(pilot, "enter")
    assert [one.name for one in shift.on_shift(sqlcipher_world.system, [BERGA])] == ["Maria Lind"]


@pytest.mark.rule("CH-2")
async def test_a_shift_as_responsible_takes_the_responsibility(sqlcipher_world: World) -> None:
    async with at_console(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "enter")
        assert "du är chattansvarig" in header(pilot)
    found = alerts.responsible(sqlcipher_world.system, [UNIT])
    assert found[UNIT].staff_id == PEOPLE["maria"][0]


@SIZES
@pytest.mark.rule("CH-2")
async def test_the_responsibility_is_not_taken_from_a_colleague_without_asking(
    sqlcipher_world: World, size: Size
) -> None:
    johan = alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("johan")).staff_id

    def responsible() -> str:
        return alerts.responsible(sqlcipher_world.system, [UNIT])[UNIT].staff_id

    async with at_console(sqlcipher_world, size=size) as pilot:
        assert "Johan Berg är chattansvarig" in screen_text(pilot)
        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, TakeResponsibilityScreen)
        assert "Ta över chattansvaret från Johan Berg?" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, StartShiftScreen)
        assert not has_shift(sqlcipher_world)
        assert responsible() == johan
        await press(pilot, "down", "down", "enter", "enter")
        assert stands_at_desk(pilot)
        assert responsible() == PEOPLE["maria"][0]
    found = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    assert found is not None
    assert found.kind is ShiftKind.RESPONSIBLE


@pytest.mark.rule("CH-2")
async def test_who_has_the_responsibility_is_said_of_the_unit_that_is_shown(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    async with at_console(sqlcipher_world) as pilot:
        assert "du är chattansvarig" in screen_text(pilot)
        await press(pilot, "u")
        assert "ingen är chattansvarig" in screen_text(pilot)
        await press(pilot, "down", "down", "enter")
        assert stands_at_desk(pilot)
    assert alerts.responsible(sqlcipher_world.system, [BERGA])[BERGA].staff_id == PEOPLE["maria"][0]


async def test_a_shift_that_goes_on_is_not_asked_for_and_the_demo_is_never_asked(sqlcipher_world: World) -> None:
    began(sqlcipher_world, kind=ShiftKind.VIDEO)
    async with at_console(sqlcipher_world) as pilot:
        assert stands_at_desk(pilot)
    found = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    assert found is not None
    assert (found.kind, found.place) == (ShiftKind.VIDEO, "console:test:maria")
    async with at_console(sqlcipher_world, "johan", begins=True) as pilot:
        assert stands_at_desk(pilot)
        assert has_shift(sqlcipher_world, "johan")


async def test_a_desk_that_does_not_ask_has_no_shift_and_closes_at_once(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        assert stands_at_desk(pilot)
        assert "inget skift" not in header(pilot)
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)


async def test_the_console_says_that_it_is_there(sqlcipher_world: World) -> None:
    async with at_console(sqlcipher_world, begins=True) as pilot:
        for _ in range(40):
            await a_while_passes(pilot, sqlcipher_world, seconds=20)
        assert give_up_lost(sqlcipher_world.system) == 0
        assert has_shift(sqlcipher_world)


async def test_a_database_that_is_away_stops_no_sign_of_life_after_it(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise Unavailable("database")

    async with at_console(sqlcipher_world, begins=True) as pilot:
        with monkeypatch.context() as patch:
            patch.setattr(shift, "seen", away)
            await a_while_passes(pilot, sqlcipher_world, seconds=20)
        assert stands_at_desk(pilot)
        await a_while_passes(pilot, sqlcipher_world, seconds=20)
        found = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        assert found is not None
        assert found.seen_at == sqlcipher_world.clock.now()


@SIZES
@pytest.mark.rule("SU-2")
async def test_a_console_that_wakes_says_aloud_that_its_shift_was_lost(sqlcipher_world: World, size: Size) -> None:
    cases = fill(sqlcipher_world)
    async with at_console(sqlcipher_world, size=size, begins=True) as pilot:
        claimed(sqlcipher_world, cases["cough"])
        before = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        sqlcipher_world.clock.advance(timedelta(minutes=30))
        assert give_up_lost(sqlcipher_world.system) == 1
        await a_while_passes(pilot, sqlcipher_world, seconds=1)
        assert isinstance(pilot.app.screen, LostShiftScreen)
        assert "Ditt skift gick förlorat" in screen_text(pilot)
        assert "senast 09.00" in screen_text(pilot)
        await press(pilot, "enter")
        after = shift.current(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        assert before is not None
        assert after is not None
        assert after.id != before.id
        await a_while_passes(pilot, sqlcipher_world, seconds=20)
        assert stands_at_desk(pilot)


async def test_a_shift_that_is_ended_on_another_console_is_over_here_too(sqlcipher_world: World) -> None:
    async with at_console(sqlcipher_world, begins=True) as pilot:
        shift.end(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        await a_while_passes(pilot, sqlcipher_world, seconds=20)
        assert "inget skift" in header(pilot)
        assert stands_at_desk(pilot)


async def test_a_shift_that_is_over_elsewhere_cannot_be_ended_again(sqlcipher_world: World) -> None:
    async with at_console(sqlcipher_world, begins=True) as pilot:
        await press(pilot, "f9")
        shift.end(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        await a_while_passes(pilot, sqlcipher_world, seconds=20)
        await press(pilot, "s")
        assert "inget skift som pågår" in screen_text(pilot)
        assert not is_closed(pilot)


async def test_whoever_could_not_begin_a_shift_sees_that(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise Unavailable("database")

    async with at_console(sqlcipher_world) as pilot:
        monkeypatch.setattr(shift, "start", away)
        await press(pilot, "enter")
        assert "inget skift" in header(pilot)
        assert "Databasen svarar inte" in screen_text(pilot)


async def test_one_is_reminded_of_a_shift_that_has_lasted_very_long(sqlcipher_world: World) -> None:
    async with at_console(sqlcipher_world, begins=True) as pilot:
        for _ in range(72):
            await a_while_passes(pilot, sqlcipher_world, minutes=9.9)
        assert "skift" not in header(pilot)
        await a_while_passes(pilot, sqlcipher_world, minutes=9)
        assert "skift 12 tim" in header(pilot)


def at_work(world: World) -> dict[str, Case]:
    """Maria is on shift with three cases, one of them with a text that is not sent, and a note in a fourth."""
    cases, maria = fill(world), world.actor("maria")
    began(world)
    for name in ("cough", "ear", "suicide"):
        claimed(world, cases[name])
    chat.save_draft(world.system, maria, cases["ear"].id, "Hej Anna-Lisa")
    chat.save_draft(world.system, maria, cases["old"].id, "Ring modern", Audience.NOTE)
    return cases


@SIZES
async def test_what_is_ongoing_is_listed_and_the_shift_does_not_end(sqlcipher_world: World, size: Size) -> None:
    at_work(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f9")
        text = screen_text(pilot)
        for words in ("4 kvar innan skiftet kan avslutas", "sedan 09.00", "utkast ej skickat", "anteckning ej sparad"):
            assert words in text
        for key in ("Enter öppna", "x släpp", "h vila", "a avsluta", "s avsluta skiftet", "Esc tillbaka"):
            assert key in text
        await press(pilot, "s")
        assert "Regel SH-1: Skiftet kan inte avslutas än: 4 kvar." in " ".join(screen_text(pilot).split())
        assert not is_closed(pilot)
        assert has_shift(sqlcipher_world)
        await press(pilot, "down")
        assert "Regel SH-1" not in screen_text(pilot)
        await press(pilot, "escape")
        assert stands_at_desk(pilot)


async def test_each_row_is_dealt_with_where_it_stands_and_then_the_shift_ends_and_the_console_closes(
    sqlcipher_world: World,
) -> None:
    cases = at_work(sqlcipher_world)
    maria, system = sqlcipher_world.actor("maria"), sqlcipher_world.system
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f9")
        assert "får inte vila" in screen_text(pilot)
        await press(pilot, "h")
        assert "skrivit något som ingen" in " ".join(screen_text(pilot).split())
        await press(pilot, "x")  # the case with suicide risk goes back, and calls
        assert sqlcipher_world.row(cases["suicide"].id).case.owner_id is None
        await press(pilot, "h")
        assert isinstance(pilot.app.screen, HoldScreen)
        assert "Ali Noor" in screen_text(pilot)
        await press(pilot, *"prov", "enter")
        assert sqlcipher_world.row(cases["cough"].id).case.state is CaseState.HELD
        await press(pilot, "a")
        assert "skrivit något som ingen" in " ".join(screen_text(pilot).split())
        await press(pilot, "enter")  # to the case, whose message is read by that
        assert not sqlcipher_world.row(cases["ear"].id).case.unread
        await press(pilot, "f9", "a")
        assert isinstance(pilot.app.screen, ConfirmEndScreen)
        await press(pilot, "enter")
        assert sqlcipher_world.row(cases["ear"].id).case.state is CaseState.ENDED
        assert isinstance(pilot.app.screen, ShiftScreen)
        await press(pilot, "x")
        assert "Ärendet är inte ditt" in screen_text(pilot)
        notes.write_note(system, maria, cases["old"].id, "Ring modern", fresh_id())
        await settled(pilot)
        assert "Inget är kvar: skiftet kan avslutas." in screen_text(pilot)
        await press(pilot, "a")
        assert is_closed(pilot)
    assert not has_shift(sqlcipher_world)


async def test_enter_goes_to_the_case(sqlcipher_world: World) -> None:
    cases = at_work(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "f9", "down", "enter")
        assert desk_of(pilot)._pane.case_id == cases["cough"].id
        assert stands_at_desk(pilot)


async def test_what_one_does_is_changed_by_a_key(sqlcipher_world: World) -> None:
    began(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f9", "c")
        assert "sjuksköterska · videobesök" in screen_text(pilot)


@pytest.mark.rule("CH-2")
@pytest.mark.parametrize(
    ("who", "said"),
    [("johan", "Nu gäller: Johan Berg är chattansvarig. r i patientlistan tar ansvaret."), ("maria", "")],
)
async def test_a_shift_as_responsible_says_who_has_the_responsibility(
    sqlcipher_world: World, who: str, said: str
) -> None:
    """The key changes what one does, and takes nothing from anybody; it seemed to."""
    sqlcipher_world.rostered(who)
    began(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f9", "c", "c")
        words = " ".join(screen_text(pilot).split())
        assert "sjuksköterska · chattansvarig" in words
        assert said in words
        assert ("tar ansvaret" in words) is bool(said)
        await press(pilot, "c")
        assert "tar ansvaret" not in screen_text(pilot)


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
async def test_what_the_list_names_is_logged_once(sqlcipher_world: World) -> None:
    at_work(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        before = len(log_of(sqlcipher_world, "maria"))
        await press(pilot, "f9")
        assert len(log_of(sqlcipher_world, "maria")) == before + 1
        assert len(log_of(sqlcipher_world, "maria")[-1][2]) == 4
        await press(pilot, "x")
        assert len(log_of(sqlcipher_world, "maria")) == before + 1


@SIZES
async def test_closing_with_something_ongoing_shows_it_first_and_closes_when_asked_again(
    sqlcipher_world: World, size: Size
) -> None:
    cases = at_work(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "ctrl+q")
        words = " ".join(screen_text(pilot).split())
        assert "Skiftet är inte avslutat: 4 kvar. Ctrl+Q igen stänger ändå" in words
        assert not is_closed(pilot)
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)
    assert has_shift(sqlcipher_world)
    assert sqlcipher_world.row(cases["cough"].id).case.owner_id == PEOPLE["maria"][0]


async def test_who_turns_back_to_work_is_told_again_the_next_time(sqlcipher_world: World) -> None:
    at_work(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+q", "escape", "ctrl+q")
        assert isinstance(pilot.app.screen, ShiftScreen)
        assert not is_closed(pilot)


@pytest.mark.rule("CH-2")
async def test_whoever_is_responsible_is_told_that_it_stays_theirs_before_the_shift_ends(
    sqlcipher_world: World,
) -> None:
    sqlcipher_world.rostered("maria")
    began(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f9", "s")
        assert "Du är chattansvarig. F8 lämnar ansvaret till en kollega" in " ".join(screen_text(pilot).split())
        assert has_shift(sqlcipher_world)
        await press(pilot, "s")
    assert not has_shift(sqlcipher_world)


async def test_closing_with_nothing_ongoing_ends_the_shift(sqlcipher_world: World) -> None:
    began(sqlcipher_world)
    async with at_console(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)
    assert not has_shift(sqlcipher_world)


async def test_the_demo_closes_at_once_for_nothing_of_it_is_kept(sqlcipher_world: World) -> None:
    at_work(sqlcipher_world)
    async with at_console(sqlcipher_world, begins=True) as pilot:
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)


async def test_a_console_closes_from_the_question_and_without_a_database(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_console(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)

    def away(*_given: object) -> None:
        raise Unavailable("database")

    began(sqlcipher_world)
    async with at_console(sqlcipher_world) as pilot:
        monkeypatch.setattr(shift, "end", away)
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)
    async with at_console(sqlcipher_world) as pilot:
        desk_of(pilot)._header.trouble = Trouble.DATABASE
        await press(pilot, "ctrl+q")
        assert is_closed(pilot)


async def test_what_a_lost_colleague_had_begun_to_write_can_be_read_and_is_not_sent(sqlcipher_world: World) -> None:
    cases = at_work(sqlcipher_world)
    sqlcipher_world.clock.advance(timedelta(minutes=10))
    give_up_lost(sqlcipher_world.system)
    async with at_desk(sqlcipher_world, "johan") as pilot:
        desk_of(pilot)._open(sqlcipher_world.row(cases["ear"].id).case)
        await settled(pilot)
        assert "Utkast av Maria Lind, inte skickat:" in screen_text(pilot)
        assert "Hej Anna-Lisa" in screen_text(pilot)
        await press(pilot, "t")
        assert desk_of(pilot)._pane.composer.text == ""
    assert "message.sent" not in sqlcipher_world.event_kinds(cases["ear"].id)


@pytest.mark.rule("CH-3", "SU-2")
@pytest.mark.hazard("H7")
async def test_a_lost_persons_cases_call_on_every_console_even_where_they_were_responsible(
    sqlcipher_world: World,
) -> None:
    alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("sara"))
    one = sqlcipher_world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING, unread=0)
    other = sqlcipher_world.case(name="Ali Noor", unread=0)
    for case in (one, other):
        claimed(sqlcipher_world, case, "sara")
    began(sqlcipher_world, "sara")
    async with at_desk(sqlcipher_world, "johan") as pilot:
        assert "LARM" not in screen_text(pilot)
        sqlcipher_world.clock.advance(timedelta(minutes=10))
        give_up_lost(sqlcipher_world.system)
        await settled(pilot)
        await a_while_passes(pilot, sqlcipher_world, seconds=1)
        assert "LARM 2" in screen_text(pilot)
        assert "Erik Lund: suicidrisk väntar" in screen_text(pilot)
        assert "Ali Noor: den som hade ärendet är borta" in screen_text(pilot)
