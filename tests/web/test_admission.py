"""Whom the server for browsers lets in, and what it tells browsers, by plain HTTP (NA-1)."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from p24tui import settings as settings_of
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.settings import Settings
from tests.world import World

if not os.environ.get("CI"):
    pytest.importorskip("textual_serve", reason="NOT TESTED IN BROWSERS: p24tui[web] is not installed")

from p24tui.web import pages
from p24tui.web.console import environment
from p24tui.web.serve import check_settings
from tests.web.site import SECRET, Site, site

pytestmark = pytest.mark.rule("NA-1")

PATHS = (
    "/",
    pages.CONSOLE_PATH,
    "/static/console.js",
    "/terminal/js/textual.js",
    "/terminal/",
    "/download/x",
    "/nowhere",
)
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def get(one: Site, path: str = "/", **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.get(one.address + path, headers=headers)


def test_only_who_comes_by_the_proxy_with_a_card_that_holds_is_let_in(sqlcipher_world: World, tmp_path: Path) -> None:
    with site(sqlcipher_world, tmp_path) as one:
        maria, expired = one.authority.card("maria"), one.authority.card("maria", days_left=-1)
        revoked, foreign = (
            one.authority.card("maria"),
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        one.authority.revoke(revoked)
        for secret, card in [
            (SECRET, None),
            (SECRET, b""),
            (SECRET, expired),
            (SECRET, revoked),
            (SECRET, foreign),
            (None, maria),
            ("", maria),
            (SECRET[:-1], maria),
            (SECRET + "x", maria),
            (SECRET.upper(), maria),
        ]:
            one.proxy.secret, one.proxy.card = secret, card
            answer = get(one)
            assert answer.status_code == 403, (secret, card)
            assert '<html lang="sv">' in answer.text
            assert "<p>" in answer.text
            assert "Maria" not in answer.text
        for path in PATHS:
            assert get(one, path).status_code == 403, path
        one.proxy.secret = SECRET
        for path in ("/", "/static/console.js", "/terminal/js/textual.js"):
            assert get(one, path).status_code == 200
        assert one.consoles() == []


def test_a_header_that_comes_twice_counts_as_none(sqlcipher_world: World, tmp_path: Path) -> None:
    """One of them may be the browser's own, that a proxy has let through."""
    with site(sqlcipher_world, tmp_path) as one:
        one.card("maria")
        assert get(one).status_code == 200
        assert get(one, **{"X-Client-Certificate": "x"}).status_code == 403
        assert get(one, **{"X-Proxy-Secret": SECRET}).status_code == 403


def test_every_answer_tells_the_browser_what_it_may_do(sqlcipher_world: World, tmp_path: Path) -> None:
    with site(sqlcipher_world, tmp_path) as one:
        one.card("maria")
        for path in PATHS:
            told = get(one, path).headers
            assert "default-src 'none'" in told["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
            assert "unsafe-eval" not in told["Content-Security-Policy"]
            assert told["Cache-Control"] == "no-store"
            assert told["X-Content-Type-Options"] == "nosniff"
            assert told["Referrer-Policy"] == "no-referrer"
        assert get(one, "/terminal/").status_code in (403, 404)
        assert get(one, "/download/x").status_code == 404
        page = get(one).text
        assert '<html lang="sv">' in page
        assert "<title>P24</title>" in page


def test_no_page_but_our_own_gets_a_console(sqlcipher_world: World, tmp_path: Path) -> None:
    """The browser shows the card for another site's page as well: cross-site WebSocket hijacking."""
    with site(sqlcipher_world, tmp_path) as one:
        one.card("maria")
        assert get(one, pages.CONSOLE_PATH, **SOCKET).status_code == 403
        for origin in (
            "https://ond.example",
            "null",
            "http://127.0.0.1:1",
            "http://127.0.0.1",
            one.address + ".ond.example",
        ):
            assert get(one, pages.CONSOLE_PATH, Origin=origin, **SOCKET).status_code == 403, origin
        assert one.consoles() == []
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(60) == 0
        log = (tmp_path / "server.log").read_text()
        assert "another site's page" in log
        assert SECRET not in log
        assert "Maria" not in log


def usable(home: Path, **values: Any) -> Settings:
    return replace(
        settings_of.load({"P24TUI_HOME": str(home)}),
        **{"web_address": "https://konsol.example.se", "web_proxy_secret": SECRET, **values},
    )


@pytest.mark.parametrize(
    ("values", "environ", "said"),
    [
        ({"web_address": ""}, {}, "web_address"),
        ({"web_address": "http://konsol.example.se"}, {}, "web_address"),
        ({"web_address": "https://konsol.example.se/a"}, {}, "web_address"),
        ({"web_proxy_secret": "x" * 31}, {}, "web_proxy_secret"),
        ({"web_certificate_header": "X Client"}, {}, "web_certificate_header"),
        ({"web_consoles": 0}, {}, "web_consoles"),
        ({"web_consoles_each": 0}, {}, "web_consoles"),
        ({"web_host": "0.0.0.0"}, {}, "--behind-proxy"),
        ({"web_host": "konsol.example.se"}, {}, "--behind-proxy"),
        ({}, {"P24TUI_DATABASE": "postgresql://…"}, "P24TUI_DATABASE"),
        ({}, {"P24TUI_KEY": "00"}, "P24TUI_KEY"),
    ],
)
def test_settings_that_would_let_others_in_or_consoles_go_astray_are_said(
    tmp_path: Path, values: dict[str, Any], environ: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput) as error:
        check_settings(usable(tmp_path, **values), environ)
    assert said in explain(error.value)
    assert SECRET not in explain(error.value)


@pytest.mark.parametrize("values", [{}, {"web_host": "::1"}, {"web_host": "0.0.0.0", "web_socket": "/run/p24tui.sock"}])
def test_settings_for_this_machine_alone_are_taken(tmp_path: Path, values: dict[str, Any]) -> None:
    check_settings(usable(tmp_path, **values), {"P24TUI_WEB_PROXY_SECRET": SECRET, "P24TUI_UNIT": "x"})
    check_settings(usable(tmp_path, web_host="0.0.0.0"), {}, behind_proxy=True)


def test_a_console_gets_no_more_of_the_environment_than_it_needs(tmp_path: Path) -> None:
    environ = {
        "PATH": "/bin",
        "P24TUI_UNIT": "SE1",
        "P24TUI_WEB_PROXY_SECRET": SECRET,
        "P24TUI_DATABASE": "x",
        "AWS": "y",
    }
    given = environment(usable(tmp_path), environ, 7, 100, 30)
    assert set(given) == {
        *("PATH", "TERM", "COLUMNS", "ROWS", "P24TUI_HOME", "P24TUI_UNIT", "P24TUI_HANDOFF"),
        *("TEXTUAL_DRIVER", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FPS"),
    }
    assert given["P24TUI_HANDOFF"] == "7"
