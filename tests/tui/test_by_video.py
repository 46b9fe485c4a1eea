"""Video in a case: from any chat and back, where its address opens, and what is half ended, wherever that is seen."""

from datetime import timedelta

import pytest
from textual.app import App

from p24tui.errors import BadInput
from p24tui.gateways import browser
from p24tui.gateways.browser import Opened
from p24tui.i18n import use_language
from p24tui.routine.case import CaseState, Video
from p24tui.routine.link import Role
from p24tui.services import chat, invitations, links, visit_day
from p24tui.services.invitations import Guest
from p24tui.tui.app import P24App
from p24tui.tui.screens.dialogs import ConfirmEndScreen
from p24tui.tui.screens.video import AddressScreen, CameScreen, VideoScreen
from p24tui.tui.screens.visit import VisitScreen, VisitStep
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.window import SMALLEST
from tests.outgoing import MOBILE, rows_of, with_gateway
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.tui.test_places import cursor_line
from tests.tui.visit_kit import (
    SIZES,
    booked,
    choose,
    given_to_browser,
    half_ended,
    line_of,
    on_video,
    open_day,
    said,
    taken_in,
    words,
)
from tests.visiting import SaidVideo
from tests.world import PEOPLE, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def day(sqlcipher_world: World) -> World:
    """A unit with video, at nine o'clock."""
    return open_day(sqlcipher_world)


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever opens a browser of the machine that it runs on."""
    monkeypatch.setattr(browser, "open_address", lambda _address: Opened.NOWHERE)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the workstation's browser was given."""
    return given_to_browser(monkeypatch)


@SIZES
@pytest.mark.rule("NA-5", "VI-14")
async def test_where_no_browser_opens_the_address_and_its_code_are_shown(day: World, size: tuple[int, int]) -> None:
    visit = booked(day, 10)
    taken_in(day, visit)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "enter")
        await choose(pilot, VisitStep.START_VIDEO)
        assert isinstance(pilot.app.screen, AddressScreen)
        assert "Ge den inte till någon." in said(pilot)
        rows = browser.qr_rows(f"https://video.example.se/room-{visit.id}")
        assert all(row in screen_text(pilot) for row in rows)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, VisitScreen)


async def test_a_code_that_does_not_fit_is_not_cut(day: World, monkeypatch: pytest.MonkeyPatch) -> None:
    long = f"https://video.example.se/room?jwt={'a1B2' * 150}"
    monkeypatch.setattr(SaidVideo, "address", lambda *_args, **_more: long)
    taken_in(day, booked(day, 10))
    async with at_desk(day, size=(80, 24)) as pilot:
        await press(pilot, "f3", "t")
        assert isinstance(pilot.app.screen, AddressScreen)
        assert "QR-koden behöver ett fönster på minst" in words(pilot)
        assert "█" not in screen_text(pilot)
        assert long in said(pilot)
        assert pilot.app.screen.region.contains_region(pilot.app.screen.query_one("#address-dialog").region)
        await press(pilot, "c")
        assert "Adressen är kopierad." in words(pilot)


async def test_in_the_smallest_window_a_long_address_is_scrolled_over_its_keys(
    day: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = f"https://video.example.se/room?jwt={'a1B2' * 150}#end"
    monkeypatch.setattr(SaidVideo, "address", lambda *_args, **_more: long)
    taken_in(day, booked(day, 10))
    async with at_desk(day, size=SMALLEST) as pilot:
        await press(pilot, "f3", "t")
        assert "c kopiera ↑ ↓ rulla Esc stäng" in words(pilot)
        assert "#end" not in words(pilot).replace(" ", "")
        await press(pilot, "pagedown", "pagedown")
        assert "#end" in words(pilot).replace(" ", "")
        assert "c kopiera ↑ ↓ rulla Esc stäng" in words(pilot)


@SIZES
@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
async def test_the_list_and_the_case_show_what_is_half_ended(day: World, size: tuple[int, int]) -> None:
    case = half_ended(day)
    on_video(day, booked(day, 6, "Ali Noor"))
    day.writes(case.id)
    async with at_desk(day, size=size) as pilot:
        assert "◐ HALVT" in line_of(pilot, "Karin Öberg")
        assert "● oläst" in line_of(pilot, "Karin Öberg")
        assert "▶ VIDEO" in line_of(pilot, "Ali Noor")
        desk_of(pilot).query_one(PatientList).move_to(case.id)
        await press(pilot, "enter")
        assert "◐ HALVT AVSLUTAT: videon är av, besöket lever som chatt. a avslutar besöket" in words(pilot)


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
async def test_a_case_on_video_says_so(day: World) -> None:
    case = on_video(day, booked(day, 6, "Ali Noor"))
    async with at_desk(day) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(case.id)
        await press(pilot, "enter")
        assert "▶ VIDEO PÅ  (5)" in screen_text(pilot)
        await press(pilot, "escape", "a")
        assert "Videon är på. Avsluta den först" in words(pilot)


@SIZES
@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
async def test_the_header_counts_what_is_half_ended(day: World, size: tuple[int, int]) -> None:
    case = half_ended(day)
    async with at_desk(day, size=size) as pilot:
        assert ("◐ 1 halvt avslutat" if size[0] == 120 else "◐ 1 halvt") in screen_text(pilot).splitlines()[1]
        assert "Äldre" in screen_text(pilot).splitlines()[1]
        visit_day.start_video(day.system, day.actor("maria"), case.id)
        await settled(pilot)
        assert "halvt" not in screen_text(pilot).splitlines()[1]


@SIZES
@pytest.mark.rule("VI-14", "SH-1")
@pytest.mark.hazard("H11", "H12")
async def test_the_shift_does_not_end_over_what_is_half_ended_and_says_why(day: World, size: tuple[int, int]) -> None:
    half_ended(day)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f9", "enter", "f9")
        assert "halvt avslutat besök" in screen_text(pilot)
        assert "Videon är avslutad men inte besöket: avsluta det med a" in words(pilot)
        await press(pilot, "s")
        assert "Skiftet kan inte avslutas än: 1 kvar." in words(pilot)


@SIZES
@pytest.mark.rule("VI-14", "CH-7")
@pytest.mark.hazard("H11")
async def test_the_closing_check_shows_what_is_half_ended_as_left_to_do(day: World, size: tuple[int, int]) -> None:
    case = half_ended(day)
    until = day.clock.now().date() + timedelta(days=3)
    chat.hold(day.system, day.actor("maria"), case.id, case.version, until, "provsvar")
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f4")
        assert "1 öppet ärende · 1 kvar · 1 halvt avslutat" in screen_text(pilot)
        assert "◐ avsluta" in line_of(pilot, "Karin Öberg")
        assert "✓" not in line_of(pilot, "Karin Öberg")


@SIZES
@pytest.mark.rule("VI-14", "VI-1", "NA-3")
async def test_any_chat_goes_over_to_video_and_back(day: World, opened: list[str], size: tuple[int, int]) -> None:
    case = day.case(name="Karin Öberg", unread=0, mobile=MOBILE)
    chat.claim(day.system, day.actor("maria"), case.id, case.version)
    async with at_desk(day, size=size) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(case.id)
        await press(pilot, "enter", *"Hej", "escape", "5")
        assert isinstance(pilot.app.screen, VideoScreen)
        assert "får patienten ett sms nu" in words(pilot)
        await press(pilot, "1")
        assert len(opened) == 1
        assert "▶ VIDEO PÅ" in screen_text(pilot)
        assert [row.purpose.value for row in rows_of(day, case.patient_id)] == ["visit-now"]
        await press(pilot, "5", "2", "escape")
        assert "◐ HALVT AVSLUTAT" in screen_text(pilot)
        assert desk_of(pilot)._pane.composer.text == "Hej"
        await press(pilot, "5", "2")
        assert len(opened) == 2
        await press(pilot, "5", "2", "j", "5", "1")
        assert isinstance(pilot.app.screen, ConfirmEndScreen)
        await press(pilot, "enter")
    assert day.row(case.id).case.state is CaseState.ENDED


@pytest.mark.rule("VI-14")
async def test_who_does_not_have_the_case_is_told_before_anything_is_chosen(day: World) -> None:
    case = day.case(name="Karin Öberg", unread=0, mobile=MOBILE)
    async with at_desk(day) as pilot:
        await press(pilot, "5")
        assert "Ingen har tagit emot ärendet." in words(pilot)
        chat.claim(day.system, day.actor("johan"), case.id, case.version)
        await settled(pilot)
        await press(pilot, "5")
        assert "Johan Berg har ärendet." in words(pilot)
        assert not isinstance(pilot.app.screen, VideoScreen)


@pytest.mark.rule("VI-14")
async def test_where_there_is_no_video_nothing_is_begun(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    case = sqlcipher_world.case(unread=0, mobile=MOBILE)
    chat.claim(sqlcipher_world.system, sqlcipher_world.actor("maria"), case.id, case.version)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "5", "1")
        assert "ingen videotjänst är inställd" in words(pilot)
    assert sqlcipher_world.row(case.id).case.video is Video.NONE
    assert rows_of(sqlcipher_world, case.patient_id) == []


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H21")
async def test_the_address_never_comes_over_what_one_writes_meanwhile(
    day: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = day.case(name="Ali Noor", unread=0)
    chat.claim(day.system, day.actor("maria"), one.id, one.version)
    taken_in(day, booked(day, 10))
    async with at_desk(day) as pilot:
        desk = desk_of(pilot)
        await press(pilot, "f3")
        here = desk._still_here()
        desk.query_one(PatientList).move_to(one.id)
        await press(pilot, "f2", "enter")
        assert isinstance(desk.focused, Composer)
        desk._enter_video("https://video.example.se/room", here)
        await settled(pilot)
        assert pilot.app.screen is desk
        assert "Öppna den igen, så visas adressen." in words(pilot)


@pytest.mark.rule("VI-10")
async def test_a_colleague_sees_the_invitation_in_their_own_list_and_goes_in(day: World, opened: list[str]) -> None:
    visit = booked(day, 10)
    invitations.invite(day.system, day.actor("maria"), visit.id, Guest(role=Role.COLLEAGUE, staff_id=PEOPLE["sara"][0]))
    async with at_desk(day, "sara") as pilot:
        await press(pilot, "f3")
        assert "du är inbjuden till 1" in screen_text(pilot)
        await press(pilot, "end")
        assert "du är inbjuden: Vårdcentralen Åsen" in cursor_line(pilot)
        await press(pilot, "t")
        assert "Här finns inget besök." in screen_text(pilot)
        await press(pilot, "enter")
        assert "Videon är inte på." in screen_text(pilot)
        on_video(day, visit)
        await settled(pilot)
        assert "videon är på: gå in" in cursor_line(pilot)
        await press(pilot, "enter")
        assert opened == [f"https://video.example.se/room-{visit.id}"]


@pytest.mark.rule("VI-10", "VI-11")
async def test_an_invitation_is_nobody_elses(day: World) -> None:
    visit = booked(day, 10)
    guest = Guest(role=Role.COLLEAGUE, staff_id=PEOPLE["sara"][0])
    invited = invitations.invite(day.system, day.actor("maria"), visit.id, guest)
    with pytest.raises(BadInput):
        links.use_own(day.system, day.actor("johan"), invited.id)
    assert isinstance(links.use_own(day.system, day.actor("sara"), invited.id), links.NotReady)
    invitations.revoke(day.system, day.actor("maria"), visit.id, invited.id)
    with pytest.raises(BadInput):
        links.use_own(day.system, day.actor("sara"), invited.id)


@pytest.mark.rule("NA-5")
async def test_a_console_in_a_browser_opens_the_address_there(
    day: World, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[str] = []
    monkeypatch.setattr(P24App, "is_web", True)
    monkeypatch.setattr(P24App, "open_url", lambda _app, url: there.append(url))
    visit = booked(day, 10)
    taken_in(day, visit)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "enter")
        await choose(pilot, VisitStep.START_VIDEO)
        assert there == [f"https://video.example.se/room-{visit.id}"]
        assert "Videon är på, i webbläsaren." in words(pilot)
    assert opened == []


@pytest.mark.parametrize(("language", "shown"), [("sv", "j ja   n nej"), ("en", "y yes   n no")])
@pytest.mark.parametrize(("key", "answer"), [("j", True), ("y", True), ("n", False)])
async def test_whether_one_came_is_answered_by_the_letters_shown(
    language: str, shown: str, key: str, answer: bool
) -> None:
    use_language(language)
    answers: list[bool | None] = []
    async with App[None]().run_test() as pilot:
        pilot.app.push_screen(CameScreen("Karin Öberg"), answers.append)
        await pilot.pause()
        assert shown in "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        await pilot.press(key)
        await pilot.pause()
    assert answers == [answer]
