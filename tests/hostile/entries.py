"""Every way in: each payload in every field of text that is read, after which nothing stored may hold it raw."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

import httpx
from sqlalchemy import select

from p24tui.crash import LogFormatter
from p24tui.errors import P24Error
from p24tui.ids import fresh_id
from p24tui.intake.app import build
from p24tui.routine.actor import Profession
from p24tui.routine.list_filter import ListFilter
from p24tui.services import chat, intake, list_views, notes, staff, units
from p24tui.store.tables import metadata
from tests import samples, siu
from tests.hostile.checks import HostileError, check
from tests.hostile.columns import CODES, text_columns
from tests.hostile.payloads import halves
from tests.visiting import checked
from tests.world import PEOPLE, World

AT_ONCE = 25
"""Payloads in one Bundle."""


class Logged(logging.Handler):
    """Whatever is logged meanwhile, as it would stand in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(LogFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        check(self.format(record), "log")


def check_stored(world: World) -> int:
    """How many values of text are stored; raises ``HostileError`` where one is not clean."""
    found = 0
    with world.system.store.reading() as tx:
        for table, column in text_columns():
            if column.name in CODES.get(table.name, ()):
                continue
            for (value,) in tx.connection.execute(select(metadata.tables[table.name].c[column.name])):
                for text in _texts(value):
                    check(text, f"{table.name}.{column.name}")
                    found += 1
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)


def fhir(world: World, payloads: Sequence[str]) -> None:
    """A whole contact for each: names, kinships, the matter, the form, messages, files, and a booking."""
    for start in range(0, len(payloads), AT_ONCE):
        sent = [
            one
            for number, text in enumerate(payloads[start : start + AT_ONCE])
            for one in _contact(start + number, text)
        ]
        outcome = intake.load(world.system, "test", samples.body(samples.bundle(*sent)), name=payloads[start])
        for one in outcome.results:
            for issue in one.issues:
                check(f"{issue.path} {issue.problem}", "issue", breaks="")


def _contact(number: int, text: str) -> list[samples.Json]:
    person = checked(f"19{50 + number // 1000 % 40}01{1 + number // 100 % 28:02d}{number % 1000:03d}"), text
    p, e = f"p{number}", f"e{number}"
    items = [{"linkId": text, "text": text, "answer": [{"valueString": text}, {"valueCoding": {"display": text}}]}]
    files = [{"contentAttachment": samples.file(b"x", text, f"text/plain{text}")}]
    (first, second) = halves([text])[0]
    phone, reason = [{"system": "phone", "value": text}], [{"text": text, "coding": [{"display": text}]}]
    return [
        samples.patient(p, person, name=[{"given": [text, text], "family": text}], telecom=phone),
        samples.guardian(f"g{number}", p, name=[{"text": text}], relationship=[{"text": text}], telecom=phone),
        samples.encounter(e, p, reasonCode=reason, identifier=[{"value": text}]),
        samples.form(f"q{number}", e, questionnaire=text, item=items),
        samples.message(f"m{number}", e, sender=f"Patient/{p}", payload=[{"contentString": text}, *files]),
        samples.message(f"n{number}", e, first, f"Patient/{p}"),
        samples.message(f"o{number}", e, second, f"Patient/{p}"),
        samples.appointment(f"b{number}", (person[0], text), description=text, reasonCode=reason, comment=text),
        {"resourceType": text, "id": text, "status": text},
    ]


def hl7(world: World, payloads: Iterable[str]) -> None:
    """A booking for each: names, telephone, reason, kind and ids, as bytes that its own separators may break."""
    for number, text in enumerate(payloads):
        segments = (
            siu.msh(control=f"K{number}"),
            siu.sch(f"B{number}{text[:20]}", type=f"DIVL^{text}", reason=text, f6=text, f25=text),
            siu.pid((samples.MARIA[0], f"{text} {text}"), mobile=text, f11=text),
            f"NK1|1|{text}^{text}|{text}",
            "RGS|1",
            siu.ail(),
            f"AIP|1||{PEOPLE['maria'][0]}^{text}^{text}",
        )
        body = "".join(f"{one}\r" for one in segments).encode(errors="surrogatepass")
        answer = intake.take_hl7(world.system, "vas", body)
        check(answer.message.decode(errors="replace"), "acknowledgement of HL7", breaks="\r\n")


def typed(world: World, payloads: Iterable[str]) -> None:
    """What staff and whoever sets things up write, or paste."""
    maria, case = world.actor("maria"), world.case(unread=0)
    claimed = chat.claim(world.system, maria, case.id, case.version)
    version = claimed.version
    for text in payloads:
        check(clean_or_refused(units.make_unit, "SE2321000016-X", text, "primary-care"), "unit", breaks="")
        check(clean_or_refused(staff.make_staff, "SE2321000016-XX01", text, Profession.NURSE), "staff", breaks="")
        clean_or_refused(list_views.save_view, world.system, maria, text, ListFilter())
        clean_or_refused(notes.write_note, world.system, maria, case.id, text, fresh_id())
        try:
            version = chat.answer(world.system, maria, case.id, version, text, fresh_id()).version
        except P24Error:
            continue


def clean_or_refused(make: Callable[..., object], *given: object) -> str:
    """The name of what was made; none where it was refused."""
    try:
        return str(getattr(make(*given), "name", ""))
    except P24Error:
        return ""


async def http(world: World, payloads: Iterable[str], token: str) -> int:
    """In addresses, questions and headers: how many answers there were, with nothing in their heads but ours."""
    transport, count = httpx.ASGITransport(app=build(world.system)), 0
    async with httpx.AsyncClient(transport=transport, base_url="http://p24") as client:
        for text in payloads:
            storable = text.encode("utf-8", "ignore").decode()
            part = quote(storable, safe="")[:2000] or "x"
            header = storable.encode("latin-1", "ignore").translate(None, b"\r\n\0")[:500]
            keyed = {"Authorization": f"Bearer {token}".encode()}
            for path, headers in (
                (f"/v/{part}", {"Accept-Language": header}),
                (f"/v/login/callback?code={part}&state={part}", {"Cookie": b"p24tui_login=" + header}),
                (f"/fhir/{part}", keyed),
                (f"/fhir/Communication?after={part}&encounter={part}&_count={part}", keyed),
                (f"/{part}", {"Forwarded": header}),
                ("/fhir/metadata", {"Authorization": b"Bearer " + header}),
            ):
                answer = await client.get(path, headers=[(name.encode(), value) for name, value in headers.items()])
                _check_answer(answer, path)
                count += 1
    return count


def _check_answer(answer: httpx.Response, path: str) -> None:
    where = f"answer to {path[:60]}"
    if answer.status_code >= 500 and answer.status_code != 503:
        raise HostileError(f"{where}: {answer.status_code}")
    for name, value in answer.headers.raw:
        check(f"{name.decode('latin-1')}: {value.decode('latin-1')}", f"{where}, header", breaks="")
    if "json" in answer.headers.get("content-type", ""):
        json.loads(answer.content)
    check(answer.content.decode(), where)
