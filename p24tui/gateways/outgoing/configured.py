"""The gateways that the settings ask for."""

from collections.abc import Callable
from functools import partial
from urllib.parse import SplitResult, unquote, urlsplit

from p24tui.clock import Clock
from p24tui.errors import BadInput
from p24tui.gateways.outgoing.model import Gateway
from p24tui.gateways.outgoing.report_address import report_address
from p24tui.routine.outgoing import Channel
from p24tui.settings import Settings

SHORTEST_SECRET = 16
ELKS = "46elks"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Address = SplitResult
Maker = Callable[[Settings, Address], Gateway]


def gateways(settings: Settings, clock: Clock) -> dict[Channel, Gateway]:
    """By what SMS and e-mail go; what is not set has none. Nothing is connected yet.

    Raises ``BadInput`` where an address cannot be used, naming the setting and never what stands in it.
    """
    asked = {Channel.SMS: ("sms", settings.sms, SMS), Channel.EMAIL: ("mail", settings.mail, MAIL)}
    return {
        channel: _gateway(settings, clock, name, value, makers)
        for channel, (name, value, makers) in asked.items()
        if value
    }


def _gateway(settings: Settings, clock: Clock, name: str, value: str, makers: dict[str, Maker]) -> Gateway:
    if value == "file":
        from p24tui.gateways.outgoing.file import FileGateway

        return FileGateway(settings.home / f"{name}.jsonl", clock)
    scheme, _mark, rest = value.partition("://")
    if scheme not in makers:
        raise BadInput("gateway-address", setting=name)
    try:
        address = urlsplit(f"//{rest}")
        if not address.hostname or address.port == 0:  # a port that is none raises
            raise BadInput("gateway-address", setting=name)
        return makers[scheme](settings, address)
    except ValueError:
        raise BadInput("gateway-address", setting=name) from None  # its text may hold the password


def _elks(settings: Settings, address: Address, *, scheme: str) -> Gateway:
    from p24tui.gateways.outgoing.elks import Elks

    if scheme == "http" and address.hostname not in LOOPBACK:
        raise BadInput("gateway-address", setting="sms")  # never a password in clear over a network
    report_to = None
    if settings.report_address:
        if len(settings.report_secret) < SHORTEST_SECRET:
            raise BadInput("report-secret", least=SHORTEST_SECRET)
        report_to = partial(report_address, settings.report_address, settings.report_secret, ELKS)
    host = address.netloc.rpartition("@")[2]
    return Elks(
        user=_user(address),
        password=_password(address),
        sender=settings.sms_sender,
        address=f"{scheme}://{host}{address.path or '/a1'}",
        report_to=report_to,
    )


def _smpp(settings: Settings, address: Address, *, tls: bool) -> Gateway:
    from p24tui.gateways.outgoing.smpp import Smpp

    return Smpp(
        host=address.hostname or "",
        port=address.port or 2775,
        user=_user(address),
        password=_password(address),
        sender=settings.sms_sender,
        tls=tls,
    )


def _smtp(settings: Settings, address: Address, *, tls: bool) -> Gateway:
    from p24tui.gateways.outgoing.smtp import Smtp

    if not settings.mail_sender:
        raise BadInput("mail-sender")
    return Smtp(
        host=address.hostname or "",
        port=address.port or (465 if tls else 587),
        sender=settings.mail_sender,
        user=_user(address),
        password=_password(address),
        security="tls" if tls else "starttls",
    )


def _user(address: Address) -> str:
    return unquote(address.username or "")


def _password(address: Address) -> str:
    return unquote(address.password or "")


SMS: dict[str, Maker] = {
    ELKS: partial(_elks, scheme="https"),
    f"{ELKS}+http": partial(_elks, scheme="http"),
    "smpp": partial(_smpp, tls=False),
    "smpps": partial(_smpp, tls=True),
}
MAIL: dict[str, Maker] = {"smtp": partial(_smtp, tls=False), "smtps": partial(_smtp, tls=True)}
