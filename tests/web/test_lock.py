"""A console in a browser locks, and is unlocked by loading the page anew (NA-1)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.kit import fill
from tests.world import World

if not os.environ.get("CI"):
    pytest.importorskip("textual_serve", reason="NOT TESTED IN BROWSERS: p24tui[web] is not installed")

from tests.web import chromium
from tests.web.chromium import Chromium
from tests.web.site import site

pytestmark = [
    pytest.mark.rule("NA-1"),
    pytest.mark.slow,
    pytest.mark.skipif(
        chromium.path() is None and not os.environ.get("CI"), reason="NOT TESTED IN BROWSERS: chromium is not installed"
    ),
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(tmp_path / "profile") as one:
        yield one


def test_the_page_is_loaded_anew_to_unlock_and_another_person_gets_a_console_of_their_own(
    sqlcipher_world: World, tmp_path: Path, browser: Chromium
) -> None:
    fill(sqlcipher_world)
    with site(sqlcipher_world, tmp_path, "maria", "johan") as one:
        one.card("maria")
        page = browser.open(one.address)
        page.see("Karin Öberg")
        page.see("Maria Lind")
        page.press("Ctrl+l")
        page.see("Låst sedan")
        page.see("Enter laddar om sidan")
        assert "Öberg" not in page.shown()
        (locked,) = one.until(1)
        page.forget()
        page.press("Enter")
        page.see("Karin Öberg")
        page.see("Maria Lind")
        assert not locked.is_running()
        page.press("Ctrl+l")
        page.see("Låst sedan")
        one.card("johan")
        page.forget()
        page.press("Enter")
        page.see("Johan Berg")
        page.see("Karin Öberg")
        one.until(1)
