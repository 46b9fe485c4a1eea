"""The gateways that the settings ask for: every way there is, and what stands there wrongly is named, not shown."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from p24tui.clock import SystemClock
from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.gateways.outgoing.configured import MAIL as MAIL_WAYS
from p24tui.gateways.outgoing.configured import SMS, gateways
from p24tui.gateways.outgoing.elks import Elks
from p24tui.gateways.outgoing.file import FileGateway
from p24tui.gateways.outgoing.model import Accepted, Gateway, Outgoing
from p24tui.gateways.outgoing.report_address import is_right
from p24tui.gateways.outgoing.smpp import Smpp
from p24tui.gateways.outgoing.smtp import Smtp
from p24tui.routine.outgoing import Channel
from p24tui.settings import Settings
from tests.gateways.outgoing.elks_server import elks_server

ROOT = Path(__file__).parent.parent.parent.parent
HOME = Path("/nowhere")
SECRET = "hemligheten för leveransbesked"
MAIL = {"mail_sender": "vc@example.se"}


def configured(**values: Any) -> dict[Channel, Gateway]:
    return gateways(Settings(**{"home": HOME, **values}), SystemClock())


def inner(gateway: Gateway) -> dict[str, Any]:
    """What an adapter was made with."""
    return vars(gateway)


def test_what_is_not_set_has_no_way_out() -> None:
    assert configured() == {}
    assert configured(sms="", mail="") == {}


@pytest.mark.hazard("H13")
def test_a_file_for_each_channel_by_which_nothing_leaves(tmp_path: Path) -> None:
    made = configured(home=tmp_path, sms="file", mail="file")
    assert [(type(one), one.leaves_machine) for one in made.values()] == [(FileGateway, False)] * 2
    for channel, name in ((Channel.SMS, "sms.jsonl"), (Channel.EMAIL, "mail.jsonl")):
        assert made[channel].send(Outgoing("id", "+46701740605", "Hej")) == Accepted("id")
        assert (tmp_path / name).read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("46elks://u:p@api.46elks.com/a1", "https://api.46elks.com/a1"),
        ("46elks://u:p@api.46elks.com", "https://api.46elks.com/a1"),
        ("46elks://u:p@proxy.example.se:8443/sms/a1", "https://proxy.example.se:8443/sms/a1"),
        ("46elks+http://u:p@127.0.0.1:8080/a1", "http://127.0.0.1:8080/a1"),
        ("46elks+http://u:p@localhost/a1", "http://localhost/a1"),
        ("46elks+http://u:p@[::1]:8080/a1", "http://[::1]:8080/a1"),
    ],
)
def test_46elks(address: str, base: str) -> None:
    (one,) = configured(sms=address).values()
    assert isinstance(one, Elks)
    made = inner(one)
    assert (made["_address"], made["_login"], made["_sender"]) == (base, ("u", "p"), "Vardcentral")
    assert one.leaves_machine


def test_a_password_may_hold_any_character() -> None:
    user, password = "vc:åsen@se", "p@ss:/?#%å "
    with elks_server(user=user, password=password) as server:
        escaped = "vc%3A%C3%A5sen%40se:p%40ss%3A%2F%3F%23%25%C3%A5%20"
        (one,) = configured(sms=server.address.replace("http://", f"46elks+http://{escaped}@")).values()
        assert "967.05 SEK" in one.check()
        one.close()
        (wrong,) = configured(sms=server.address.replace("http://", "46elks+http://vc:p@")).values()
        with pytest.raises(Unavailable, match="login"):
            wrong.check()
        wrong.close()


@pytest.mark.parametrize(
    ("address", "port", "tls"),
    [
        ("smpp://vc:p%40ss@smsc.example.se", 2775, False),
        ("smpp://vc:p%40ss@smsc.example.se:3550", 3550, False),
        ("smpps://vc:p%40ss@smsc.example.se:3551", 3551, True),
    ],
)
def test_smpp(address: str, port: int, tls: bool) -> None:
    (one,) = configured(sms=address).values()
    assert isinstance(one, Smpp)
    made = vars(inner(one)["_session"])
    assert {"smsc.example.se", port, "vc", "p@ss", tls} <= {one for one in made.values() if isinstance(one, str | int)}


@pytest.mark.parametrize(
    ("address", "port", "security"),
    [
        ("smtp://vc:p%40ss@mail.example.se", 587, "starttls"),
        ("smtps://vc:p%40ss@mail.example.se", 465, "tls"),
        ("smtp://vc:p%40ss@mail.example.se:2525", 2525, "starttls"),
    ],
)
def test_smtp(address: str, port: int, security: str) -> None:
    made = configured(mail=address, **MAIL)
    one = made[Channel.EMAIL]
    assert isinstance(one, Smtp)
    names = ("_host", "_port", "_user", "_password", "_security", "_sender")
    expected = ("mail.example.se", port, "vc", "p@ss", security, "vc@example.se")
    assert tuple(inner(one)[name] for name in names) == expected


@pytest.mark.parametrize("scheme", [one for one in (*SMS, *MAIL_WAYS) if not one.endswith("+http")])
def test_every_way_out_is_told_of(scheme: str) -> None:
    assert f"{scheme}://" in (ROOT / "docs" / "sending.md").read_text(encoding="utf-8")


def test_each_message_has_a_secret_address_for_its_reports() -> None:
    values = {"report_address": "https://vc.example.se/", "report_secret": SECRET}
    (one,) = configured(sms="46elks://u:p@api.46elks.com/a1", **values).values()
    address = inner(one)["_report_to"]("abc")
    base, token, id = address.rsplit("/", 2)
    assert (base, id) == ("https://vc.example.se/reports/46elks", "abc")
    assert is_right(token, SECRET, "46elks", "abc")
    assert not is_right(token, SECRET, "46elks", "abd")
    assert not is_right(token, "", "46elks", "abc")
    assert SECRET not in address


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sms": "46elks://u:hemligt@"}, "Inställningen sms "),
        ({"sms": "hemligt"}, "Inställningen sms "),
        ({"sms": "File"}, "Inställningen sms "),
        ({"sms": "https://u:hemligt@api.46elks.com/a1"}, "Inställningen sms "),
        ({"sms": "smtp://u:hemligt@mail.example.se", **MAIL}, "Inställningen sms "),
        ({"sms": "46elks+http://u:hemligt@api.46elks.com/a1"}, "Inställningen sms "),
        ({"sms": "46elks+http://u:hemligt@127.0.0.1.example.se/a1"}, "Inställningen sms "),
        ({"sms": "46elks://u:hemligt@[::1/a1"}, "Inställningen sms "),
        ({"sms": "46elks://u:hemligt@api.46elks.com:port/a1"}, "Inställningen sms "),
        ({"sms": "46elks://u:hemligt/x@api.46elks.com/a1"}, "Inställningen sms "),
        ({"sms": "smpp://u:hemligt@smsc.example.se:99999"}, "Inställningen sms "),
        ({"sms": "smpp://u:hemligt#x@smsc.example.se"}, "Inställningen sms "),
        ({"sms": "smpp://u:hemligt-lång@smsc.example.se"}, "Inställningen sms "),
        ({"sms": "smpp://hemligt-användare-x:p@smsc.example.se"}, "Inställningen sms "),
        ({"mail": "46elks://u:hemligt@api.46elks.com/a1"}, "Inställningen mail "),
        ({"mail": "smtp://u:hemligt@mail.example.se:port", **MAIL}, "Inställningen mail "),
        ({"mail": "smtp://u:hemligt@mail.example.se"}, "E-post behöver en avsändare: sätt mail_sender"),
        (
            {
                "sms": "46elks://u:hemligt@api.46elks.com/a1",
                "report_address": "https://vc.example.se",
                "report_secret": "hemligt",
            },
            "Leveransbesked behöver en hemlighet: sätt report_secret till minst 16 tecken.",
        ),
    ],
    ids=lambda one: "" if isinstance(one, str) else "+".join(map(str, one.values())),
)
def test_what_cannot_be_used_is_named_and_never_shown(values: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        configured(**values)
    assert explain(caught.value).startswith(said)
    for shown in (explain(caught.value), str(caught.value), repr(caught.value)):
        assert "hemligt" not in shown


def test_not_even_a_traceback_shows_the_password() -> None:
    for address in ("smpp://u:hemligt#x@smsc.example.se", "smpp://u:hemligt\u2100@smsc.example.se"):
        with pytest.raises(BadInput) as caught:
            configured(sms=address)
        assert "hemligt" not in "".join(traceback.format_exception(caught.value, limit=0))


def test_the_settings_do_not_show_a_password_either() -> None:
    shown = repr(Settings(home=HOME, sms="46elks://u:hemligt@x", mail="smtp://u:hemligt@x", report_secret="hemligt"))
    assert "hemligt" not in shown
