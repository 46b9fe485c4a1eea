"""What the patient's side reads back: its cases, what it wrote, and staff's messages as they became durable.

Nothing of it is staff's alone: no notes, no events, no drafts.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from msgspec import Struct

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.gateways.fhir.model import Kind
from p24tui.gateways.fhir.write import Answer
from p24tui.routine.case import CaseState
from p24tui.routine.patient import shown
from p24tui.routine.protection import is_protected
from p24tui.store import cases, intake, messages, people
from p24tui.store.engine import Tx
from p24tui.store.intake import START, Outgoing
from p24tui.store.values import Author, Position
from p24tui.system import System

MOST = 200

_POSITION = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)


class Page(Struct, frozen=True):
    """Some messages, each with the cursor of the place after it. ``after`` is the place after the last of them.

    ``full`` says that there may be more at once.
    """

    answers: tuple[tuple[str, Answer], ...]
    after: str
    full: bool


class Said(Struct, frozen=True):
    """A message as the patient sees it. ``sender`` is empty where it is the patient's own.

    ``automatic`` says that nobody of the staff has written it.
    """

    sender: str
    text: str
    sent_at: datetime
    automatic: bool = False


class SourceCase(Struct, frozen=True):
    """An open case as its source knows it, under the ``name`` that the source gave it.

    The patient's name and the matter are empty where the patient is protected (PR-1).
    """

    id: str
    name: str
    patient_name: str
    unit_name: str
    matter: str
    state: CaseState


def open_cases(system: System, source: str) -> tuple[SourceCase, ...]:
    """The open cases that this source has sent, the oldest first."""
    today = local_date(system.clock.now())
    with system.store.reading() as tx:
        units = {unit.id: unit.name for unit in people.all_units(tx)}
        rows = sorted(cases.of_units(tx, units), key=lambda row: (row.case.received_at, row.case.id))
        found = []
        for row in rows:
            if name := _name_of(tx, source, row.case.id):
                patient = shown(row.patient, today)
                matter = "" if patient.protected else row.case.matter
                unit_name = units[row.case.unit_id]
                found.append(SourceCase(row.case.id, name, patient.name, unit_name, matter, row.case.state))
    return tuple(found)


def own_messages(system: System, source: str, case: str) -> tuple[Said, ...]:
    """What the patient has written in a case, by a name that the source gave it, in the order of writing.

    Raises ``BadInput`` for a case that the source has not; of a protected person's there is nothing (PR-1).
    """
    with system.store.reading() as tx:
        row = cases.one(tx, _case_id(tx, source, case))
        if row is None or is_protected(row.patient.protection):
            return ()
        sent = messages.of_case(tx, row.case.id)
    return tuple(Said("", one.text, one.sent_at) for one in sent if one.author is Author.PATIENT)


def answers(system: System, source: str, after: str | None = None, case: str | None = None, limit: int = MOST) -> Page:
    """Messages from staff in this source's cases after a cursor, or in one case by a name that the source gave it.

    Nothing is passed over: what is asked for after a page's cursor is all that became durable after the page.
    Raises ``BadInput`` for a cursor that is none, and for a case that the source has not.
    """
    position = START if not after else _position(after)
    limit = max(1, min(limit, MOST))
    with system.store.reading() as tx:
        case_id = None if not case else _case_id(tx, source, case)
        found = intake.outgoing(tx, source, position, limit, case_id)
        case_ids = {one.message.case_id for one in found}
        names = {id: intake.names_of(tx, source, Kind.CASE, id) for id in case_ids}
    page = tuple((_cursor(one.position), _answer(one, names[one.message.case_id])) for one in found)
    return Page(page, page[-1][0] if page else after or _cursor(START), len(page) == limit)


def _answer(one: Outgoing, names: tuple[str, ...]) -> Answer:
    message = one.message
    return Answer(
        message.id,
        names or (one.case_source_id,),
        one.unit_id,
        one.unit_name,
        message.author_name,
        message.text,
        message.sent_at,
        message.author is Author.SYSTEM,
    )


def _name_of(tx: Tx, source: str, case_id: str) -> str:
    """The id that the source has given its case; empty where it is another source's, or known by no id."""
    prefix = f"{Kind.CASE}/"
    names = intake.names_of(tx, source, Kind.CASE, case_id)
    return next((name.removeprefix(prefix) for name in names if name.startswith(prefix)), "")


def _case_id(tx: Tx, source: str, case: str) -> str:
    known = intake.earlier(tx, source, Kind.CASE, (case, f"{Kind.CASE}/{case}", f"|{case}"))
    if known:
        return known[0].stored_as
    raise BadInput("no-case", case=case)


def _cursor(position: Position) -> str:
    return urlsafe_b64encode("{}.{}".format(*position).encode()).decode().rstrip("=")


def _position(cursor: str) -> Position:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError as error:
        raise BadInput("cursor", cursor=cursor) from error
    match = _POSITION.fullmatch(text)
    if match is None:
        raise BadInput("cursor", cursor=cursor)
    return int(match[1]), int(match[2])
