"""The console in a real Chromium, behind a proxy that has seen a card (NA-5, NA-1)."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.services import shift
from tests.tui.kit import fill
from tests.world import PEOPLE, World

if not os.environ.get("CI"):
    pytest.importorskip("textual_serve", reason="NOT TESTED IN BROWSERS: p24tui[web] is not installed")

from tests.web import chromium
from tests.web.chromium import Chromium, Page
from tests.web.site import SECRET, Site, site

pytestmark = [
    pytest.mark.rule("NA-5", "NA-1"),
    pytest.mark.slow,
    pytest.mark.skipif(
        chromium.path() is None and not os.environ.get("CI"), reason="NOT TESTED IN BROWSERS: chromium is not installed"
    ),
]

LIST = "Patientlista"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(tmp_path / "profile") as one:
        yield one


def opened(one: Site, browser: Chromium, who: str) -> Page:
    """The page of somebody whose card lies in the reader, once their list stands there."""
    one.card(who)
    page = browser.open(one.address)
    page.see(LIST)
    page.see(PEOPLE[who][1])
    return page


def typed(page: Page, text: str) -> None:
    for key in text:
        page.press(key)


def test_a_nurse_works_in_a_browser_and_finds_what_she_wrote_when_she_loads_the_page_anew(
    sqlcipher_world: World, tmp_path: Path, browser: Chromium
) -> None:
    sqlcipher_world.case(name="Karin Öberg", matter="Tryck i bröstet")
    with site(sqlcipher_world, tmp_path, "maria") as one:
        page = opened(one, browser, "maria")
        page.see("Karin Öberg")
        assert page.evaluate("document.documentElement.lang") == "sv"
        assert page.evaluate("document.title") == "P24"
        (console,) = one.until(1)
        seen = " ".join([*console.cmdline(), *console.environ().values()])
        assert SECRET not in seen
        assert PEOPLE["maria"][0] not in seen
        assert "Maria" not in seen
        page.press("?")
        page.see("Tangenter")
        page.press("Escape")
        page.lose("Tangenter")  # else it may be taken for Alt and the key that follows
        page.press("t")
        page.see("Svar till Karin Öberg")
        typed(page, "Hur mår")
        page.see("Hur mår")
        assert len(Image.open(io.BytesIO(page.picture())).convert("RGB").getcolors(1 << 20) or []) > 50
        page.ask_for_card()
        page.see("Karin Öberg")  # the frame of the list stands there before its rows
        assert not console.is_running()
        page.press("Enter")
        page.see("Hur mår")
        assert [one for one in page.complaints if "WebGL" not in one] == []
        assert {url.split("/")[2] for url in page.asked} == {one.address.split("/")[2]}
        assert all("Öberg" not in url and PEOPLE["maria"][0] not in url for url in page.asked)
        page.close()
        one.until(0)


def test_each_of_two_people_has_a_console_of_their_own_and_no_more_than_they_may(
    sqlcipher_world: World, tmp_path: Path, browser: Chromium
) -> None:
    with site(sqlcipher_world, tmp_path, "maria", "johan", P24TUI_WEB_CONSOLES_EACH="1") as one:
        maria = opened(one, browser, "maria")
        johan = opened(one, browser, "johan")
        assert "Johan Berg" not in maria.shown()
        assert "Maria Lind" not in johan.shown()
        assert len({console.pid for console in one.until(2)}) == 2
        one.card("johan")
        browser.open(one.address).read("Du har redan så många konsoler öppna")
        johan.close()
        one.until(1)
        assert (
            shift.current(sqlcipher_world.system, sqlcipher_world.actor("johan")) is not None
        )  # as when a line is cut
        opened(one, browser, "johan")
        # Another person's card in the reader: their own console, and none of hers.
        one.card("johan")
        maria.reload()
        maria.read("Du har redan så många konsoler öppna")
        one.until(1)


def test_whoever_is_let_in_nowhere_reads_why(sqlcipher_world: World, tmp_path: Path, browser: Chromium) -> None:
    with site(sqlcipher_world, tmp_path) as one:
        page = browser.open(one.address)
        page.read("Sätt i ditt SITHS-kort")
        one.proxy.card = revoked = one.authority.card("maria")
        one.authority.revoke(revoked)
        page.go(one.address)
        page.read(explain(Refused("NA-1", "card-revoked")))
        assert page.statuses[one.address + "/"] == 403
        one.proxy.card = one.authority.stranger()
        page.go(one.address)
        page.read("finns inte")
        one.until(0)


def test_nothing_of_a_patient_is_left_where_the_console_has_ended(
    sqlcipher_world: World, tmp_path: Path, browser: Chromium
) -> None:
    fill(sqlcipher_world)
    with site(sqlcipher_world, tmp_path, "maria", "johan") as one:
        page = opened(one, browser, "maria")
        assert page.evaluate("window.open('') === null && window.open() === null")  # as for a link in a patient's text
        before = len(browser.addresses())
        page.evaluate("window.open('https://video.example.se/rum', '_blank')")  # as the console asks for
        browser.wait(lambda: len(browser.addresses()) == before + 1, "nothing was opened")
        (console,) = one.until(1)
        console.send_signal(signal.SIGKILL)
        page.read("Konsolen är stängd")
        assert page.evaluate("document.querySelector('canvas, #terminal')") is None
        page.evaluate("document.getElementById('again').click()")
        page.see("Karin Öberg")
        (console,) = one.until(1)
        # Though it has a shift that is not ended, and nobody is left to take what it paints.
        one.process.send_signal(signal.SIGKILL)
        page.read("Konsolen är stängd")
        psutil.wait_procs([console], timeout=chromium.PATIENCE)
        assert not console.is_running()
