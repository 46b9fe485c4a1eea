"""The join pages: a link leads into its visit, the patient by way of the e-ID, and says nothing of anybody (H16)."""

import logging
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from p24tui.clock import SystemClock
from p24tui.errors import Unavailable
from p24tui.gateways.e_id_http import OidcEId
from p24tui.intake import join_pages
from p24tui.intake.join import CALLBACK, LOGIN, LOGS_IN_WITHIN, STAYS_FOR, WHO
from p24tui.intake.join_pages import Page, language
from p24tui.intake.sealed import LONGEST
from p24tui.routine import link
from p24tui.routine.visit import Visit
from p24tui.services import links, visits
from tests.gateways import peers_process
from tests.gateways.openid_provider import CLIENT, NUMBER_CLAIM, SECRET, OpenIdProvider, openid_provider
from tests.gateways.person_service import answer, says
from tests.intake.serving import served
from tests.services.test_links import booked, invited, patients_token, started, uses
from tests.world import World

SCOPE = "openid https://id.oidc.se/scope/naturalPersonNumber"
MARIA = "196101182803"
KATJA = "200302022389"
MINUTE = timedelta(minutes=1)


PAGES = [one for one in vars(join_pages).values() if isinstance(one, Page)]


@dataclass
class Someone:
    """Somebody with a browser, and a link into a visit."""

    world: World
    base: str
    visit: Visit
    token: str
    provider: OpenIdProvider
    browsers: ExitStack
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.another_browser()

    def another_browser(self) -> httpx.Client:
        return self.browsers.enter_context(httpx.Client(base_url=self.base, timeout=20))

    @property
    def link(self) -> str:
        return f"{link.PATH}{self.token}"

    def open(self, path: str = "", **more: Any) -> httpx.Response:
        return self.browser.get(path or self.link, **more)

    def goes_to_log_in(self) -> dict[str, str]:
        """Open the link, which leads to the e-ID, and say what the provider is asked there."""
        gone = self.open()
        assert gone.status_code == 303
        assert gone.headers["location"].startswith(f"{self.provider.issuer}/authorize?")
        asked = {name: value for name, (value,) in parse_qs(urlsplit(gone.headers["location"]).query).items()}
        self.provider.now = self.world.clock.now()
        self.provider.nonce = asked["nonce"]
        return asked

    def comes_back(self, state: str, **came: str) -> httpx.Response:
        """Come back from the e-ID."""
        return self.open(CALLBACK, params={"code": "the-code", "state": state, **came})

    def logs_in(self, number: str = MARIA) -> httpx.Response:
        self.provider.gives(**{NUMBER_CLAIM: number})
        return self.comes_back(self.goes_to_log_in()["state"])


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def base(sqlcipher_world: World) -> Iterator[str]:
    """The address of the intake."""
    with served(sqlcipher_world.system) as address:
        yield address


@pytest.fixture
def someone(sqlcipher_world: World, base: str) -> Iterator[Someone]:
    """The patient of a visit that opened a moment ago, and whose video is not on yet."""
    world = sqlcipher_world
    world.count = int(MARIA[-4:]) - 1  # so that the patient's number is one that an e-ID may tell
    visit = booked(world)
    token = patients_token(world, visit)
    world.clock.instant = visit.starts_at - 10 * MINUTE
    with openid_provider(world.clock.now()) as provider, ExitStack() as browsers:
        provider.gives(**{NUMBER_CLAIM: MARIA})
        world.system.settings = replace(world.system.settings, join_address=base)
        world.system.e_id = OidcEId(provider.issuer, client=CLIENT, secret=SECRET, scope=SCOPE, clock=world.clock)
        yield Someone(world, base, visit, token, provider, browsers)


def guest_of(someone: Someone) -> Someone:
    """A guest of the same visit, with a browser of their own."""
    world = someone.world
    settings = world.system.settings
    world.system.settings = replace(settings, join_address="https://besok.example.se")
    token = invited(world, someone.visit)
    world.system.settings = settings
    return replace(someone, token=token)


def refresh_of(page: httpx.Response) -> str:
    found = re.search(r'<meta http-equiv="refresh" content="([^"]*)">', page.text)
    return found[1] if found else ""


def heading_of(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found is not None
    return found[1]


class TestAGuest:
    @pytest.mark.rule("VI-11", "NA-2")
    @pytest.mark.hazard("H16")
    def test_waits_and_goes_in_without_an_e_id(self, someone: Someone) -> None:
        guest = guest_of(someone)
        waits = guest.open()
        assert (waits.status_code, heading_of(waits)) == (200, "Vänta här")
        assert refresh_of(waits) == "10; url=?again=1"
        started(guest.world, guest.visit)
        gone = guest.open(f"{guest.link}?again=1")
        assert (gone.status_code, gone.headers["location"]) == (303, f"https://video.example.se/room-{guest.visit.id}")
        assert gone.text == ""
        assert "set-cookie" not in gone.headers
        assert uses(guest.world) == ["notready", "go"]
        assert someone.provider.asked == []

    @pytest.mark.rule("VI-11")
    @pytest.mark.hazard("H16")
    def test_an_early_click_gets_a_page_that_says_when_and_looks_again(self, someone: Someone) -> None:
        guest = guest_of(someone)
        guest.world.clock.instant = guest.visit.starts_at - 60 * MINUTE
        early = guest.open()
        assert (early.status_code, heading_of(early)) == (200, "Besöket har inte öppnat än")
        assert "i dag klockan 10.30" in early.text
        assert refresh_of(early) == "900; url=?again=1"
        guest.world.clock.instant = guest.visit.starts_at - 30 * MINUTE - timedelta(seconds=9.5)
        assert refresh_of(guest.open(f"{guest.link}?again=1")) == "10; url=?again=1"
        assert uses(guest.world) == ["tooearly"]
        assert "today at 10:30" in guest.open(headers={"Accept-Language": "en"}).text

    @pytest.mark.hazard("H16")
    def test_a_program_that_looks_where_a_link_leads_uses_nothing_up(self, someone: Someone) -> None:
        guest = guest_of(someone)
        started(guest.world, guest.visit)
        for path in (guest.link, "/v/another", CALLBACK):
            looked = guest.browser.head(path)
            assert (looked.status_code, looked.headers.get("location")) == (200, None)  # the same whatever it is
        assert uses(guest.world) == []
        for _time in range(3):
            assert guest.open(headers={"User-Agent": "facebookexternalhit/1.1"}).status_code == 303
        assert guest.open().status_code == 303

    @pytest.mark.hazard("H16")
    def test_one_that_is_over_taken_back_or_none_leads_nowhere(self, someone: Someone) -> None:
        guest = guest_of(someone)
        for path in ("x", "a" * 22, "a" * 5000, "%00", "%FF", "..%2f..%2fhealth", "åäö", guest.token[:-1]):
            none = guest.open(f"/v/{path}")
            assert none.status_code == 404, path
        assert heading_of(guest.open("/v/x")) == "Länken finns inte"
        with guest.world.system.store.writing() as tx:
            links.revoke_all(tx, guest.visit.id, guest.world.clock.now())
        taken_back = guest.open()
        assert (taken_back.status_code, heading_of(taken_back)) == (410, "Länken gäller inte längre")

    def test_after_the_end(self, someone: Someone) -> None:
        guest = guest_of(someone)
        guest.world.clock.instant = guest.visit.ends_at
        over = guest.open()
        assert (over.status_code, heading_of(over)) == (410, "Besöket är slut")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_a_link_is_opened_and_nothing_else(self, someone: Someone, method: str) -> None:
        assert someone.browser.request(method, someone.link).status_code == 405
        assert uses(someone.world) == []


class TestAPatient:
    @pytest.mark.rule("NA-2", "VI-11")
    @pytest.mark.hazard("H16")
    def test_logs_in_waits_and_goes_in(self, someone: Someone) -> None:
        asked = someone.goes_to_log_in()
        assert asked["redirect_uri"] == f"{someone.base}{CALLBACK}"
        assert someone.token not in str(asked)
        back = someone.comes_back(asked["state"])
        assert (back.status_code, back.headers["location"]) == (303, someone.link)
        waits = someone.open()
        assert (waits.status_code, heading_of(waits)) == (200, "Vänta här")
        started(someone.world, someone.visit)
        gone = someone.open(f"{someone.link}?again=1")  # the login holds: nobody is asked twice
        assert gone.headers["location"] == f"https://video.example.se/room-{someone.visit.id}"
        assert uses(someone.world) == ["needslogin", "notready", "go"]

    @pytest.mark.rule("NA-2")
    def test_with_a_real_provider_from_the_link_into_the_video(self, someone: Someone) -> None:
        started(someone.world, someone.visit)
        with peers_process.provider(peers_process.needed(), someone.base + CALLBACK) as provider:
            provider.tell(person={"sub": "maria", NUMBER_CLAIM: MARIA}, amr=["bankid"])
            client, secret = peers_process.CLIENT, peers_process.SECRET
            someone.world.system.e_id = OidcEId(
                provider.issuer, client=client, secret=secret, scope=SCOPE, clock=SystemClock()
            )
            address = httpx.URL(someone.base + someone.link)
            places: list[str] = []
            while address.host == "127.0.0.1":
                assert len(places) < 20
                places.append(str(address))
                address = address.join(someone.browser.get(address).headers["location"])
        assert str(address) == f"https://video.example.se/room-{someone.visit.id}"
        assert not [one for one in places if someone.token in one and not one.endswith(someone.link)]

    @pytest.mark.rule("NA-2")
    @pytest.mark.hazard("H16")
    def test_somebody_else_does_not_come_in_and_may_log_in_anew(self, someone: Someone) -> None:
        started(someone.world, someone.visit)
        assert someone.logs_in(KATJA).status_code == 303
        wrong = someone.open()
        assert (wrong.status_code, heading_of(wrong)) == (403, "Länken är till någon annan")
        assert f'<a href="{someone.link}">Logga in igen</a>' in wrong.text
        someone.provider.asked.clear()
        assert someone.logs_in(MARIA).status_code == 303
        assert someone.open().headers["location"].startswith("https://video.example.se/")

    @pytest.mark.hazard("H16")
    def test_a_login_is_for_one_link_in_one_browser_for_a_while(self, someone: Someone) -> None:
        someone.logs_in()
        kept = someone.browser.cookies[WHO]
        assert someone.open().status_code == 200
        elsewhere = someone.another_browser()
        assert elsewhere.get(someone.link).status_code == 303  # to the e-ID
        other = patients_other_link(someone)
        carried = elsewhere.get(f"/v/{other}", headers={"Cookie": f"{WHO}={kept}"})
        assert carried.headers["location"].startswith(someone.provider.issuer)
        started(someone.world, someone.visit)
        someone.world.clock.instant += STAYS_FOR
        assert someone.open().headers["location"].startswith(someone.provider.issuer)

    @pytest.mark.parametrize(
        ("claims", "came", "heading", "words"),
        [
            ({}, {"error": "access_denied"}, "Du är inte inloggad", "avbröts"),
            ({"nonce": "another"}, {}, "Du är inte inloggad", "gick inte att bekräfta"),
            ({"amr": ["pwd"]}, {}, "Du är inte inloggad", "BankID eller Freja eID Plus"),
        ],
    )
    def test_who_has_not_logged_in_is_told_and_may_try_again(
        self, someone: Someone, claims: dict[str, Any], came: dict[str, str], heading: str, words: str
    ) -> None:
        someone.provider.gives(**claims)
        told = someone.comes_back(someone.goes_to_log_in()["state"], **came)
        assert (told.status_code, heading_of(told)) == (403, heading)
        assert words in told.text
        assert f'<a href="{someone.link}">' in told.text
        assert someone.open().status_code == 303

    @pytest.mark.rule("NA-2")
    @pytest.mark.hazard("H16")
    def test_a_login_that_this_browser_did_not_begin_is_none(self, someone: Someone) -> None:
        state = someone.goes_to_log_in()["state"]
        begun = someone.browser.cookies[LOGIN]
        stranger = someone.another_browser()
        turned = begun[:-8] + begun[-8:].swapcase()
        for cookie in ("", "x", turned, f"{begun}x", begun[:-1], "a" * (LONGEST + 1)):
            lost = stranger.get(CALLBACK, params={"code": "c", "state": state}, headers={"Cookie": f"{LOGIN}={cookie}"})
            assert lost.status_code == 400
            assert "Öppna länken i meddelandet igen" in lost.text
        assert someone.comes_back("another").status_code == 403

    @pytest.mark.hazard("H16")
    def test_coming_back_twice_or_late_logs_nobody_in(self, someone: Someone) -> None:
        state = someone.goes_to_log_in()["state"]
        assert someone.comes_back(state).status_code == 303
        assert someone.comes_back(state).status_code == 400
        someone.browser.cookies.clear()
        state = someone.goes_to_log_in()["state"]
        someone.world.clock.instant += LOGS_IN_WITHIN
        assert someone.comes_back(state).status_code == 400

    @pytest.mark.hazard("H16")
    def test_who_has_logged_in_does_not_pass_for_a_login_that_has_begun(self, someone: Someone) -> None:
        someone.logs_in()
        who = someone.browser.cookies[WHO]
        stranger = someone.another_browser()
        swapped = stranger.get(CALLBACK, params={"code": "c", "state": "s"}, headers={"Cookie": f"{LOGIN}={who}"})
        assert swapped.status_code == 400

    def test_while_nobody_can_log_in_it_is_said_and_guests_go_in_all_the_same(self, someone: Someone) -> None:
        guest = guest_of(someone)
        started(someone.world, someone.visit)
        someone.provider.treat = {"/.well-known/openid-configuration": says(answer(b"", 500))}
        told = someone.open()
        assert (told.status_code, heading_of(told)) == (503, "Det går inte att logga in just nu")
        someone.provider.treat = {"/token": says(answer(b"{}", 500))}
        state = someone.goes_to_log_in()["state"]
        assert someone.comes_back(state).status_code == 503
        assert guest.open().status_code == 303


def patients_other_link(someone: Someone) -> str:
    """Another link of the same patient, into the same visit."""
    system = someone.world.system
    with system.store.writing() as tx:
        return links.make(tx, system, visits.joins_as(someone.visit)).rpartition("/")[2]


class TestWhatThePagesSay:
    @pytest.mark.hazard("H16")
    def test_nobodys_name_no_script_nothing_from_elsewhere_and_nothing_kept(self, someone: Someone) -> None:
        guest = guest_of(someone)
        someone.provider.gives(nonce="another")
        answers = [guest.open(), guest.open("/v/x"), someone.open(), guest.browser.head(guest.link)]
        answers += [someone.comes_back("another"), someone.open(CALLBACK)]
        guest.world.clock.instant = guest.visit.starts_at - 60 * MINUTE
        answers.append(guest.open())
        guest.world.clock.instant = guest.visit.ends_at + timedelta(days=1)
        answers.append(guest.open())
        assert {one.status_code for one in answers} == {200, 303, 400, 403, 404, 410}
        for one in answers:
            everything = one.text + str(one.headers)
            for secret in ("Maria", "Ljungberg", MARIA, "Bo Ek", "bo.ek", "Åsen", "SE2321000016", someone.visit.id):
                assert secret not in everything
            for foreign in ("<script", "<img", "<link", "<iframe", "<form", "javascript:", "@import", "src="):
                assert foreign not in one.text
            assert re.findall(r"https?://[^\s\"]+", one.text) == []
            assert one.headers["cache-control"] == "no-store"
            assert one.headers["referrer-policy"] == "no-referrer"
            assert one.headers["x-content-type-options"] == "nosniff"
            assert one.headers["x-robots-tag"] == "noindex, nofollow"
            assert one.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
            assert "frame-ancestors 'none'" in one.headers["content-security-policy"]

    def test_the_style_is_the_one_that_is_allowed(self) -> None:
        page = join_pages.shown(join_pages.UNKNOWN, "sv")
        style = re.findall(r"<style>(.*?)</style>", bytes(page.body).decode())
        digest = b64encode(sha256(style[0].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]

    @pytest.mark.parametrize("page", PAGES, ids=lambda one: one.en.heading)
    def test_each_is_in_both_languages(self, page: Page) -> None:
        for lang, words in (("sv", page.sv), ("en", page.en)):
            response = join_pages.shown(page, lang, onward="/v/<x>", when="i dag")
            text = bytes(response.body).decode()
            assert f'<html lang="{lang}">' in text
            assert f"<h1>{words.heading}</h1>" in text
            assert response.headers["content-language"] == lang
            assert ("/v/&lt;x&gt;" in text) == bool(words.onward)
            assert len(page.sv.paragraphs) == len(page.en.paragraphs)
            assert bool(page.sv.onward) == bool(page.en.onward)

    @pytest.mark.parametrize(
        ("accepted", "lang"),
        [
            ("", "sv"),
            ("*", "sv"),
            ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
            ("en-GB,en;q=0.9,sv;q=0.8", "en"),
            ("EN", "en"),
            ("de, en;q=0.5", "en"),
            ("de,fr", "sv"),
            ("en;q=0, sv;q=0.1", "sv"),
            ("en;q=0.2,sv;q=0.7", "sv"),
            ("en;q=x", "sv"),
            ("en;q=nan", "sv"),
            (",;=,;q=", "sv"),
            ("en," * 5000, "en"),
        ],
    )
    def test_the_language_is_the_one_that_the_browser_asks_for(self, accepted: str, lang: str) -> None:
        assert language(accepted) == lang

    @pytest.mark.hazard("H16")
    def test_the_cookies_are_for_us_alone(self, someone: Someone) -> None:
        someone.world.system.settings = replace(someone.world.system.settings, join_address="https://besok.example.se/")
        gone = someone.open()
        assert "redirect_uri=https%3A%2F%2Fbesok.example.se%2Fv%2Flogin%2Fcallback" in gone.headers["location"]
        begun = gone.headers["set-cookie"]
        state = parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]
        someone.provider.nonce = parse_qs(urlsplit(gone.headers["location"]).query)["nonce"][0]
        back = someone.open(CALLBACK, params={"code": "c", "state": state}, headers={"Cookie": begun.partition(";")[0]})
        (who,) = [one for one in back.headers.get_list("set-cookie") if one.startswith(WHO)]
        for cookie, path in ((begun, CALLBACK), (who, someone.link)):
            _value, *flags = cookie.split("; ")
            assert set(flags) == {"HttpOnly", f"Path={path}", "SameSite=lax", "Secure"}
            assert someone.token not in _value
            assert MARIA not in cookie

    @pytest.mark.hazard("H16")
    def test_no_token_and_no_address_is_in_the_log(self, someone: Someone, caplog: pytest.LogCaptureFixture) -> None:
        guest = guest_of(someone)
        started(someone.world, someone.visit)
        with caplog.at_level(logging.DEBUG):
            guest.open()
            guest.open(f"{guest.link}?again=1")
            guest.open(f"{guest.link}/more")
            guest.open(f"/v/{guest.token}x")
            someone.logs_in()
            someone.open()
        theirs = ("httpx", "httpcore")  # of the browser that the test is
        ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(theirs))
        assert "GET enter - 303" in ours
        assert "GET back - 303" in ours
        for secret in (guest.token, someone.token, "the-code", MARIA, "room-", someone.provider.nonce):
            assert secret not in ours


class TestWhatGoesWrong:
    def test_without_the_database_a_page_says_so_and_tries_again(
        self, someone: Someone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*args: object, **kwargs: object) -> None:
            raise Unavailable("database", "away")

        monkeypatch.setattr(links, "use", away)
        told = someone.open()
        assert (told.status_code, heading_of(told)) == (503, "Det går inte just nu")
        assert refresh_of(told) == "30; url=?again=1"

    def test_a_fault_of_ours_says_nothing_of_anybody(
        self, someone: Someone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise ValueError(f"Maria Ljungberg {MARIA} {someone.token}")

        monkeypatch.setattr(links, "use", fail)
        with caplog.at_level(logging.DEBUG, "p24tui"):
            told = someone.open()
        assert (told.status_code, heading_of(told)) == (500, "Något gick fel")
        assert "fault: ValueError in fail" in caplog.text
        ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("p24tui"))
        for secret in ("Ljungberg", MARIA, someone.token):
            assert secret not in told.text + ours
