"""Every place where a text leaves by one function, or comes in by one: each payload by itself goes through each."""

import csv
import io
import json
import string
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.parser import BytesParser
from email.policy import SMTP
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import icalendar
from cryptography.x509 import Name, NameAttribute
from cryptography.x509.oid import NameOID
from msgspec import structs
from msgspec.structs import replace

from p24tui import crash
from p24tui.clock import SetClock
from p24tui.errors import BadInput, Refused, Stale, Unavailable
from p24tui.explain import BAD_INPUT, REFUSALS, explain
from p24tui.gateways import (
    card_certificate,
    person_data,
    person_data_http,
    roster_calendar,
    staff_oidc,
    temporary_storage,
    video,
)
from p24tui.gateways.fhir import write
from p24tui.gateways.fhir.element import quote as quoted
from p24tui.gateways.outgoing import elks, gsm, smtp
from p24tui.gateways.outgoing.elks import Elks
from p24tui.gateways.outgoing.model import Invitation, Outgoing
from p24tui.gateways.pdf import Paper, make_pdf
from p24tui.gateways.person_data import Guardian, Person
from p24tui.intake import join_pages
from p24tui.routine.protection import Protection
from p24tui.routine.roster import RosterEntry
from p24tui.services.tone import remarks
from p24tui.settings import Settings
from p24tui.text import clean_line, clean_text, spreadsheet_text
from p24tui.words.cases import remark_words
from p24tui.words.events import EVENTS, event_words
from tests.hostile.checks import HostileError, check, check_headers
from tests.hostile.poison import PARSED, _placeholders

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MAIL_HEADERS = frozenset({
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "content-transfer-encoding",
})  # fmt: skip
EVENT_LINES = frozenset({
    "BEGIN", "END", "PRODID", "VERSION", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
    "ORGANIZER", "ATTENDEE", "STATUS", "X-WR-CALNAME", "X-P24TUI-HSA-ID",
})  # fmt: skip

Gate = Callable[[str], None]


def cleaned_text(text: str) -> None:
    check(clean_text(text), "text")


def cleaned_line(text: str) -> None:
    line = clean_line(text)
    check(line, "line", breaks="")
    if len(line) > 200:
        raise HostileError("the line is too long")


def e_mail(text: str) -> None:
    """Subject, text, id and address of an e-mail and of its invitation, as the bytes that go to the server."""
    invitation = Invitation(
        f"u-{text}"[:60].encode("ascii", "ignore").decode("ascii") or "u", 0, NOW, NOW + timedelta(hours=1)
    )
    sender = Address(display_name="VC", username="vc", domain="example.se")
    outgoing = Outgoing(text, "a@example.se", text, text, replace(invitation, uid="u1@p24tui"))
    written = smtp._as_sent(smtp._message(sender, outgoing, NOW))
    check_headers(written, MAIL_HEADERS, "e-mail")
    if b"\r\n.\r\n" in written:
        raise HostileError("e-mail: ends before its end")
    message = BytesParser(policy=SMTP).parsebytes(written)
    plain, invited = message.iter_parts()
    check(str(message["Subject"]), "subject", breaks="")
    check(plain.get_content(), "e-mail", breaks="\r\n")
    _calendar(invited.get_content().encode())


def sender_of_e_mail(text: str) -> None:
    """The setting of who sends."""
    for written in (text, f"{text} <vc@example.se>", f"vc@{text}"):
        found = smtp._mailbox(written)
        if found is not None:
            check_headers(
                smtp._as_sent(smtp._message(found, Outgoing("1", "a@example.se", "", ""), NOW)), MAIL_HEADERS, "From"
            )


def recipient_of_e_mail(text: str) -> None:
    for written in (text, f"{text}@example.se", f"a@{text}"):
        if smtp._is_plain_address(written) and not (written.isascii() and written.isprintable()):
            raise HostileError(f"{written!r} passes for an address")


class Handed(Elks):
    """Keeps what would be sent."""

    def _exchange(self, method: str, path: str, **what: Mapping[str, str]) -> elks._Reply:
        self.form = what["data"]
        return elks._Reply()


def sms(text: str) -> None:
    """By 46elks, and cut for SMPP."""
    handed = _elks()
    handed.send(Outgoing("1", "+46701740605", text))
    check(handed.form["message"], "sms")
    gsm.split(text)


@cache
def _elks() -> Handed:
    return Handed(user="u", password="p", sender="VC", address="http://127.0.0.1:1")


def video_name(text: str) -> None:
    shown = video._user(text, False)["name"]
    check(shown, "name on video", breaks="")
    address = _video().address("a" * 26, text, moderator=False, not_before=NOW, expires=NOW)
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise HostileError(f"address of a video: {address!r}")


@cache
def _video() -> video.Jitsi:
    return video.Jitsi("https://video.example.se", app="app", secret="x" * 40, clock=SetClock(NOW))


def oidc_claims(text: str) -> None:
    claims = dict.fromkeys((*staff_oidc.NAME, *staff_oidc.HSA_ID), text)
    check(staff_oidc._name(claims), "name of an IdP", breaks="")
    with suppress(Refused):
        check(staff_oidc._hsa_id(claims), "HSA-id of an IdP", breaks="")


def certificate_of_card(text: str) -> None:
    storable = text.encode("utf-8", "ignore").decode() or "x"
    kinds = (NameOID.COMMON_NAME, NameOID.GIVEN_NAME, NameOID.SURNAME)
    for chosen in (kinds[:1], kinds[1:]):
        with warnings.catch_warnings(action="ignore"):  # in octets it is longer than a name may be
            subject = Name([NameAttribute(one, storable[:64], _validate=False) for one in chosen])
        certificate: Any = SimpleNamespace(subject=subject, issuer=subject)
        check(card_certificate._name(certificate), "name on a card", breaks="")
        check(card_certificate._issuer(certificate), "issuer of a card", breaks="")


def person_service(text: str) -> None:
    found = person_data.cleaned(Person("196101182803", text, Protection.NONE, (Guardian("189002029800", text),)))
    check(found.name + found.guardians[0].name, "name of the person-data service", breaks="")
    check(person_data_http._problem([OSError(text)]), "problem of the person-data service", breaks="")


def secret_in_a_header(text: str) -> None:
    """The token of a setting goes into a header of ours: it is refused, or is letters, digits and signs."""
    settings = Settings(home=Path("/x"), person_data="https://person.example.se", person_data_token=text)
    try:
        person_data_http.from_settings(settings)
    except BadInput:
        return
    if not all("!" <= one <= "~" for one in text):
        raise HostileError(f"{text!r} passes into a header")


def name_of_file(text: str) -> None:
    """A title becomes a name in the temporary storage: of one folder, and of harmless characters."""
    for title in (text, f"{text}.png"):
        name = _storage().name_for("a" * 26, title, "png", timedelta(hours=2))
        check(name, "name of a file", breaks="")
        if Path(name).name != name or not name.endswith(".png") or len(name.encode()) > 250:
            raise HostileError(f"name of a file: {name!r}")


@cache
def _storage() -> temporary_storage.TemporaryStorage:
    return temporary_storage.TemporaryStorage(Path("/x"), lambda _folder, _kept: True, SetClock(NOW))


def roster_out(text: str) -> None:
    _calendar(roster_calendar.write([_entry(text)], text, NOW))


def roster_in(text: str) -> None:
    """A calendar of another program: in its titles, its ids and its names of people."""
    event = icalendar.Event()
    storable = text.encode("utf-8", "ignore").decode()
    on_one_line = " ".join(storable.splitlines())
    for name in ("summary", "description"):
        event.add(name, storable)
    for name in ("uid", "x-p24tui-hsa-id"):
        event.add(name, on_one_line)
    for name in ("attendee", "organizer"):
        event.add(name, icalendar.vCalAddress("mailto:a@example.se", params={"CN": on_one_line}))
    event.add("dtstart", NOW + timedelta(days=1))
    event.add("dtend", NOW + timedelta(days=1, hours=1))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    for data in (
        calendar.to_ical(),
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{text}\r\nEND:VEVENT\r\nEND:VCALENDAR".encode(
            errors="ignore"
        ),
    ):
        try:
            reading = roster_calendar.read(data, NOW)
        except BadInput:
            continue
        found: list[Any] = [*reading.occurrences, *reading.unusable]
        for one in found:
            for name, value in structs.asdict(one).items():
                for said in value if isinstance(value, tuple) else (value,):
                    if isinstance(said, str) and name not in {"calendar_id", "id"}:
                        check(said, f"calendar, {name}", breaks="")


def _entry(text: str) -> RosterEntry:
    return RosterEntry("1", "U", "SE2321000016-ML01", NOW, NOW, text)


def _calendar(written: bytes) -> None:
    """Its lines are those that we write and no others, also where they are folded."""
    unfolded = written.replace(b"\r\n ", b"").replace(b"\r\n\t", b"")
    for line in unfolded.decode().split("\r\n"):
        check(line, "calendar", breaks="")
        if line and line.partition(":")[0].partition(";")[0] not in EVENT_LINES:
            raise HostileError(f"calendar: line {line!r}")


def table(text: str) -> None:
    """A field of the CSV: read back it is the same, in one row, and no spreadsheet computes it."""
    kept = spreadsheet_text(clean_line(text))
    written = io.StringIO()
    csv.writer(written).writerow([kept, "after"])
    if list(csv.reader(io.StringIO(written.getvalue()))) != [[kept, "after"]]:
        raise HostileError(f"CSV: {kept!r}")
    check(kept, "CSV", breaks="")
    if kept.lstrip()[:1] in {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"}:
        raise HostileError(f"CSV: {kept!r} is a formula")
    raw = spreadsheet_text(text)
    if raw[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        raise HostileError(f"CSV: {raw!r} is a formula")


def on_paper(texts: Sequence[str]) -> None:
    """A PDF with all of them: a text is drawn, and is neither a link nor an action."""
    lines = [clean_line(one) for one in texts]
    rows = [[one] for one in lines]
    written = make_pdf(
        Paper(
            lines[0] or "x",
            [("Namn", one) for one in lines],
            "",
            ["a"],
            [80.0],
            rows,
            lambda page, pages: f"{page} {pages}",
            NOW,
            "sv",
        )
    )
    for acting in (b"/URI", b"/JavaScript", b"/Launch", b"/AA"):
        if acting in written:
            raise HostileError(f"PDF: {acting!r}")


def fhir_out(text: str) -> None:
    """What the patient's side reads: one JSON, whatever stands in it."""
    said = clean_text(text)
    answer = write.communication(write.Answer("1", ("e",), "U", clean_line(text), clean_line(text), said, NOW))
    if json.loads(json.dumps(answer, ensure_ascii=False).encode()) != answer:
        raise HostileError("FHIR: is not read back as it was")
    check(quoted(text), "problem of a source", breaks="")


def page_of_link(text: str) -> None:
    """A page for whoever opens a link: nothing of the address stands in it unescaped, and in no header."""
    shown = join_pages.shown(join_pages.EARLY, join_pages.language(text), onward=text, when=clean_line(text))
    body = bytes(shown.body).decode()
    if "<script" in body or "<img" in body or body.count("<title>") != 1:
        raise HostileError(f"page of a link: {body!r}")
    for name, value in shown.raw_headers:
        check(f"{name.decode()}{value.decode('latin-1')}", "header of a page", breaks="")


def sentence(text: str) -> None:
    """What a refusal, an error and an event say with it."""
    for key in _with_gaps(REFUSALS):
        check(explain(Refused("SE-1", key, **_filled(REFUSALS[key], text))), f"refusal {key}")
    for key in _with_gaps(BAD_INPUT):
        check(explain(BadInput(key, **_filled(BAD_INPUT[key], text))), f"bad input {key}")
    for error in (
        BadInput("unknown", value=text),
        Refused("SE-1", "unknown", value=text),
        Stale(text, text),
        Unavailable(text, text),
    ):
        check(explain(error), f"error {type(error).__name__}")
    for kind in EVENTS:
        details = dict.fromkeys(_placeholders(kind), text)
        if not _placeholders(kind) & PARSED and not kind.startswith(("break-glass", "risk")):
            check(event_words(kind, details), f"event {kind}", breaks="")


def _with_gaps(sentences: dict[str, str]) -> list[str]:
    return [key for key, words in sentences.items() if "{" in words]


def _filled(words: str, text: str) -> dict[str, str]:
    return {gap: text for _text, gap, _spec, _conversion in string.Formatter().parse(words) if gap}


def tone(text: str) -> None:
    for line in clean_text(text).split("\n"):
        for one in remarks(line):
            check(remark_words(one), "remark", breaks="")


def report_of_crash(text: str) -> None:
    """Neither the error's text nor what it was about stands in it."""
    marked = f"{text}⟦here⟧"
    try:
        _break(marked)
    except ValueError as error:
        said = crash.report(error) + crash.kind(BadInput("no-file", path=marked)) + crash.kind(error)
    if "⟦here⟧" in said:
        raise HostileError("a report of a crash holds the text")
    check(said, "report of a crash")


def _break(text: str) -> None:
    raise ValueError(text)


GATES: dict[str, Gate] = {
    one.__name__.replace("_", " "): one
    for one in (
        cleaned_text, cleaned_line, e_mail, sender_of_e_mail, recipient_of_e_mail, sms, video_name, oidc_claims,
        certificate_of_card, person_service, secret_in_a_header, name_of_file, roster_out, roster_in, table,
        fhir_out, page_of_link, sentence, tone, report_of_crash,
    )
}  # fmt: skip
