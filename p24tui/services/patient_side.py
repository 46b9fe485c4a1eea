"""What the patient's side reads back: staff's messages, in the order in which they became durable."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from p24tui.errors import BadInput
from p24tui.gateways.fhir.model import Kind
from p24tui.gateways.fhir.write import Answer
from p24tui.store import intake
from p24tui.store.engine import Tx
from p24tui.store.intake import START, Outgoing
from p24tui.store.values import Position
from p24tui.system import System

MOST = 200

_POSITION = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, each with the cursor of the place after it. ``after`` is the place after the last of them.

    ``full`` says that there may be more at once.
    """

    answers: tuple[tuple[str, Answer], ...]
    after: str
    full: bool


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
    )


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
