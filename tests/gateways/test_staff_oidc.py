"""Staff log in by the region's IdP in the browser: only what it has signed for this login says who somebody is (NA-1).

What holds for every login by OpenID Connect is tried in ``test_e_id.py``, by the same code.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from p24tui import bootstrap
from p24tui.clock import SetClock, SystemClock
from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.explain import explain
from p24tui.gateways import browser, loopback
from p24tui.gateways.browser import Opened
from p24tui.gateways.staff_login import NoStaffIdp
from p24tui.gateways.staff_oidc import StaffOidc
from p24tui.routine.login import Means, Proven
from p24tui.services import login
from p24tui.settings import Settings
from p24tui.system import System
from tests.gateways import peers_process
from tests.gateways.openid_provider import CLIENT, NUMBER_CLAIM, SECRET, OpenIdProvider, openid_provider, signed_by
from tests.world import PEOPLE, World

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LOA3 = "http://id.sambi.se/loa/loa3"
HSA_ID = PEOPLE["maria"][0]
RETURN_TO = "http://127.0.0.1:9/login"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider(NOW) as one:
        one.gives(**{NUMBER_CLAIM: None, "amr": None, "employeeHsaId": HSA_ID, "name": "Maria Lind", "acr": LOA3})
        yield one


def idp_at(issuer: str, **options: Any) -> StaffOidc:
    given: dict[str, Any] = {"client": CLIENT, "secret": SECRET, "scope": "openid", "clock": SetClock(NOW), **options}
    return StaffOidc(issuer, **given)


def log_in(provider: OpenIdProvider, **options: Any) -> Proven:
    idp = idp_at(provider.issuer, **options)
    begun = idp.begin(RETURN_TO)
    return idp.finish(begun, provider.come_back(begun), RETURN_TO)


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"employeeHsaId": HSA_ID.lower()},
        {"employeeHsaId": None, "https://id.oidc.se/claim/employeeHsaId": HSA_ID},
    ],
)
def test_who_it_is_stands_in_the_token(provider: OpenIdProvider, claims: dict[str, Any]) -> None:
    provider.gives(**claims)
    expected = Proven(HSA_ID, "Maria Lind", Means.OIDC, NOW - timedelta(seconds=5))
    assert log_in(provider, levels=(LOA3,)) == expected


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"acr": None}, "login-level"),
        ({"acr": "http://id.sambi.se/loa/loa2"}, "login-level"),
        ({"acr": [LOA3]}, "login-level"),
        ({"employeeHsaId": None}, "login-unproven"),
        ({"employeeHsaId": ""}, "login-unproven"),
        ({"employeeHsaId": [HSA_ID]}, "login-unproven"),
        ({"employeeHsaId": "maria"}, "login-unproven"),
        ({"nonce": "another"}, "login-unproven"),
        ({"aud": "another"}, "login-unproven"),
        ({"auth_time": int(NOW.timestamp()) - 3600}, "login-unproven"),
    ],
    ids=str,
)
def test_what_says_nothing_of_anybody(provider: OpenIdProvider, claims: dict[str, Any], reason: str) -> None:
    provider.gives(**claims)
    with pytest.raises(Refused) as refused:
        log_in(provider, levels=(LOA3,))
    assert (refused.value.rule, refused.value.reason) == ("NA-1", reason)
    assert explain(refused.value) != reason


def test_a_token_of_anothers_making_is_none(provider: OpenIdProvider) -> None:
    provider.sign = signed_by("theirs")
    with pytest.raises(Refused, match="login-unproven"):
        log_in(provider)


def test_a_name_from_outside_is_a_line_of_text(provider: OpenIdProvider) -> None:
    provider.gives(name="Maria\x1b]0;HACKED\x07\n" + "x" * 500)
    name = log_in(provider).name
    assert "\x1b" not in name
    assert "\n" not in name
    assert len(name) <= 100


class Browser:
    """Goes where it is sent, by every step of the provider in between, as a thread; ``strays`` knock first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *strays: str) -> None:
        self._strays = strays
        self.pages: list[httpx.Response] = []
        self.threads: list[threading.Thread] = []
        monkeypatch.setattr(browser, "open_address", self.open)

    def open(self, address: str) -> Opened:
        self.threads.append(threading.Thread(target=self._go, args=(address,)))
        self.threads[-1].start()
        return Opened.BROWSER

    def _go(self, address: str) -> None:
        (back,) = parse_qs(urlsplit(address).query)["redirect_uri"]
        with httpx.Client(timeout=30, trust_env=False) as client:
            for stray in self._strays:
                client.get(httpx.URL(back).join(stray))
            where = httpx.URL(address)
            for _step in range(20):
                page = client.get(where)
                if "location" not in page.headers:
                    self.pages.append(page)
                    return
                where = where.join(page.headers["location"])


def by_browser(system: System) -> Proven:
    shown: list[str] = []
    found = login.by_browser(system, lambda address, _opened: shown.append(address), lambda: False)
    assert len(shown) == 1
    return found


@pytest.mark.rule("NA-1")
def test_a_real_provider_and_a_browser_that_comes_back_to_this_machine(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = sqlcipher_world.system
    with loopback.listening() as redirect:  # a port that is free
        return_to = redirect.address
    port = urlsplit(return_to).port
    assert port is not None
    with peers_process.provider(peers_process.needed(), return_to) as provider:
        system.settings = replace(system.settings, staff_oidc_port=port)
        system.staff_idp = idp_at(provider.issuer, clock=SystemClock())
        came = Browser(monkeypatch, "/favicon.ico", "?code=x&state=another", "?")
        provider.tell(person={"sub": "maria", "employeeHsaId": HSA_ID, "name": "Maria Lind"})
        proven = by_browser(system)
        assert (proven.staff_id, proven.means) == (HSA_ID, Means.OIDC)
        assert login.admit(system, proven, "console:test:1").member.name == "Maria Lind"
        provider.tell(error="access_denied")
        with pytest.raises(Refused, match="login-broken-off"):
            by_browser(system)
        for thread in came.threads:
            thread.join(30)
    assert all("Gå tillbaka till p24tui" in page.text for page in came.pages)
    assert len(came.pages) == 2


@pytest.mark.rule("NA-1")
def test_who_gives_up_or_never_comes_is_not_logged_in(
    provider: OpenIdProvider, sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = sqlcipher_world.system
    system.staff_idp = idp_at(provider.issuer)
    monkeypatch.setattr(browser, "open_address", lambda _address: Opened.NOWHERE)
    with pytest.raises(Refused, match="login-broken-off"):
        login.by_browser(system, lambda _address, _opened: None, lambda: True)
    monkeypatch.setattr(login, "limit", lambda _name, _now: 0)
    with pytest.raises(Refused, match="login-late"):
        login.by_browser(system, lambda _address, _opened: None, lambda: False)


def test_one_login_at_a_time_has_the_port() -> None:
    with loopback.listening() as one:
        port = urlsplit(one.address).port
        assert port is not None
        with pytest.raises(Unavailable), loopback.listening(port):
            pass


def test_the_settings_name_the_provider_or_nobody_logs_in_by_it(sqlcipher_world: World) -> None:
    home = sqlcipher_world.system.settings.home
    with bootstrap.running(Settings(home=home), open_later=True) as system:
        assert isinstance(system.staff_idp, NoStaffIdp)
        with pytest.raises(Unavailable):
            system.staff_idp.begin(RETURN_TO)
    good = Settings(home=home, staff_oidc="https://idp.example.se", staff_oidc_client="p24tui")
    with bootstrap.running(good, open_later=True) as system:
        assert isinstance(system.staff_idp, StaffOidc)
    for bad in ({"staff_oidc": "http://idp.example.se"}, {"staff_oidc_client": " "}, {"staff_oidc_scope": "profile"}):
        with pytest.raises(BadInput) as told, bootstrap.running(replace(good, **bad), open_later=True):  # type: ignore[arg-type]
            pass
        assert "staff_oidc" in told.value.details["problem"]
