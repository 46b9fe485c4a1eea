"""The pages that somebody sees who opens a link into a video visit: a few words, no script, and nobody's name."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from msgspec import Struct
from starlette.responses import Response

from p24tui.services.sms_text import LANGUAGES

_STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}"
    "main{max-width:34rem;margin:0 auto;padding:2rem 1.25rem}"
    "h1{font-size:1.5rem;line-height:1.25}"
    "a{color:#004b87}"
)

_STYLE_DIGEST = b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""What every answer of the join pages says: nothing keeps it, finds it, frames it or tells from where one came."""

AGAIN = "again"
"""The name in a query by which a waiting page says that it looks anew by itself."""


class Words(Struct, frozen=True):
    """A page in one language: a heading, paragraphs, and the words of a link where one can go on from here."""

    heading: str
    paragraphs: tuple[str, ...]
    onward: str = ""


class Page(Struct, frozen=True):
    """A page: its status, its words by language, and after how many seconds it looks anew by itself (0: never)."""

    status: int
    sv: Words
    en: Words
    refresh: int = 0


EARLY = Page(
    200,
    Words("Besöket har inte öppnat än", ("Du kan gå in {when}. Ha sidan öppen, så leder den dig vidare då.",)),
    Words("The visit is not open yet", ("You can enter {when}. Keep this page open: it will take you there.",)),
)
NOT_READY = Page(
    200,
    Words(
        "Vänta här",
        (
            "Videon är inte på just nu. Ha sidan öppen, så leder den dig vidare när vårdpersonalen startar den.",
            "Videon behöver din kamera och din mikrofon. Säg ja när webbläsaren frågar.",
        ),
    ),
    Words(
        "Please wait here",
        (
            "The video is not on just now. Keep this page open: it will take you there when the staff start it.",
            "The video needs your camera and microphone. Say yes when the browser asks.",
        ),
    ),
    refresh=10,
)
OVER = Page(
    410,
    Words(
        "Besöket är slut", ("Länken leder inte längre någonstans. Vill du ha kontakt, ring mottagningen eller 1177.",)
    ),
    Words("The visit is over", ("The link no longer leads there. If you need contact, call the clinic or 1177.",)),
)
REVOKED = Page(
    410,
    Words("Länken gäller inte längre", ("Be mottagningen om en ny, om du ska vara med.",)),
    Words("The link is no longer valid", ("Ask the clinic for a new one if you are to take part.",)),
)
UNKNOWN = Page(
    404,
    Words("Länken finns inte", ("Se efter att hela länken kom med, eller öppna den direkt i meddelandet du fick.",)),
    Words("There is no such link", ("Check that all of the link is there, or open it in the message that you got.",)),
)
WRONG_PERSON = Page(
    403,
    Words(
        "Länken är till någon annan",
        ("Du har loggat in som någon annan än den som länken är till. Du har inte kommit in i besöket.",),
        "Logga in igen",
    ),
    Words(
        "The link is for somebody else",
        ("You have logged in as somebody else than the link is for. You have not entered the visit.",),
        "Log in again",
    ),
)
BROKEN_OFF = Page(
    403,
    Words("Du är inte inloggad", ("Inloggningen avbröts. Logga in för att komma in i besöket.",), "Logga in"),
    Words("You are not logged in", ("The login was broken off. You need to log in to enter the visit.",), "Log in"),
)
UNPROVEN = Page(
    403,
    Words("Du är inte inloggad", ("Inloggningen gick inte att bekräfta. Försök igen.",), "Logga in igen"),
    Words("You are not logged in", ("The login could not be confirmed. Please try again.",), "Log in again"),
)
OTHER_E_ID = Page(
    403,
    Words("Du är inte inloggad", ("Logga in med BankID eller Freja eID Plus.",), "Logga in igen"),
    Words("You are not logged in", ("Log in with BankID or Freja eID Plus.",), "Log in again"),
)
LOGIN_LOST = Page(
    400,
    Words(
        "Du är inte inloggad",
        ("Inloggningen tog för lång tid, eller kom tillbaka i en annan webbläsare. Öppna länken i meddelandet igen.",),
    ),
    Words(
        "You are not logged in",
        ("The login took too long, or came back in another browser. Open the link in the message again.",),
    ),
)
NO_LOGIN = Page(
    503,
    Words(
        "Det går inte att logga in just nu",
        ("Försök igen om en stund. Går det inte, ring mottagningen: besöket går att ha på telefon.",),
        "Försök igen",
    ),
    Words(
        "It is not possible to log in right now",
        ("Try again in a while. If it does not work, call the clinic: the visit can be held by telephone.",),
        "Try again",
    ),
)
UNAVAILABLE = Page(
    503,
    Words("Det går inte just nu", ("Ha sidan öppen, så försöker den igen. Går det inte, ring mottagningen.",)),
    Words("It does not work right now", ("Keep this page open: it will try again. Otherwise call the clinic.",)),
    refresh=30,
)
FAULT = Page(
    500,
    Words("Något gick fel", ("Öppna länken i meddelandet igen. Går det inte, ring mottagningen.",)),
    Words("Something went wrong", ("Open the link in the message again. If it does not work, call the clinic.",)),
)


def shown(page: Page, lang: str, *, onward: str = "", refresh: int = 0, **values: str) -> Response:
    """The page in a language.

    ``onward`` is where its link leads; ``refresh`` is after how many seconds it looks anew where it does not say so
    itself; ``values`` fill what its words leave open.
    """
    words = page.sv if lang == "sv" else page.en
    seconds = page.refresh or refresh
    looks_anew = f'<meta http-equiv="refresh" content="{seconds}; url=?{AGAIN}=1">' if seconds else ""
    paragraphs = "".join(f"<p>{escape(one.format(**values))}</p>" for one in words.paragraphs)
    link = f'<p><a href="{escape(onward)}">{escape(words.onward)}</a></p>' if words.onward and onward else ""
    content = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer">'
        f"{looks_anew}<title>{escape(words.heading)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(words.heading)}</h1>{paragraphs}{link}</main></body></html>"
    )
    headers = {**HEADERS, "Content-Language": lang, "Vary": "Accept-Language"}
    return Response(content, page.status, headers, media_type="text/html")


def redirect(address: str) -> Response:
    """On to an address of ours or of others."""
    return Response(status_code=303, headers={**HEADERS, "Location": address})


def nothing() -> Response:
    """What is answered to one that only looks whether there is something here: always the same."""
    return Response(headers=HEADERS, media_type="text/html")


def language(accepted: str) -> str:
    """The one of our languages that comes first in an ``Accept-Language``; Swedish where none does."""
    found: dict[str, tuple[float, int]] = {}
    for number, part in enumerate(accepted.lower().split(",")):
        tag, _semicolon, more = part.strip().partition(";")
        lang = tag.partition("-")[0].strip()
        if lang in LANGUAGES and (weight := _weight(more)) > 0:
            found.setdefault(lang, (-weight, number))
    return min(found, key=found.__getitem__, default=LANGUAGES[0])


def _weight(parameters: str) -> float:
    name, _equals, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
