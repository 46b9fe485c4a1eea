"""The pages that browsers get. Nothing in them is a patient's, and nothing in them comes from another host."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from p24tui.i18n import _

CONSOLE_PATH = "/console"
OWN, TERMINAL = "/static", "/terminal"
"""Where our own files are served, and the terminal's."""

_TEMPLATES = Path(__file__).parent / "templates"


def headers(address: str) -> dict[str, str]:
    """What every answer tells the browser it may do."""
    host = urlsplit(address).netloc
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",  # the terminal writes its colours and sizes as styles
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"{_websocket_scheme(address)}://{host}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Texts are copied to the clipboard; nothing is ever read from it but what one pastes.
        "Permissions-Policy": "clipboard-read=(), clipboard-write=(self), camera=(), microphone=(), geolocation=()",
    }


def console(address: str, lang: str) -> str:
    """The page with the terminal in it."""
    return _filled(
        "console.html",
        lang=lang,
        websocket=f"{_websocket_scheme(address)}://{urlsplit(address).netloc}{CONSOLE_PATH}",
        opening=_("Konsolen öppnas …"),
        closed=_("Konsolen är stängd."),
        again=_("Öppna igen"),
        own=OWN,
        terminal=TERMINAL,
    )


def refused(sentence: str, lang: str) -> str:
    """The page that says why there is no console."""
    return _filled("refused.html", lang=lang, sentence=sentence)


def _websocket_scheme(address: str) -> str:
    return "wss" if address.startswith("https:") else "ws"


def _filled(name: str, **values: str) -> str:
    template = Template((_TEMPLATES / name).read_text(encoding="utf-8"))
    return template.substitute({key: escape(value) for key, value in values.items()})
