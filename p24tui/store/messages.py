"""Messages, attachments and form answers of a case."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, func, insert, select

from p24tui.store.engine import Tx
from p24tui.store.tables import attachments, form_answers, messages


class Author(StrEnum):
    """Who wrote a message."""

    PATIENT = "patient"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Message:
    """One message in a chat. ``sent_at`` is when it was written, ``stored_at`` when it was safe here; both UTC."""

    id: str
    case_id: str
    author: Author
    author_id: str | None
    author_name: str
    text: str
    sent_at: datetime
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent in; ``data`` are its bytes as they came."""

    id: str
    case_id: str
    message_id: str | None
    title: str
    content_type: str
    size: int
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """What a chat shows of an attachment before it is opened."""

    id: str
    message_id: str | None
    title: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """One line of a form: a heading (``kind`` is ``group``) or a question with its answer, ``depth`` steps in."""

    case_id: str
    form_id: str
    position: int
    depth: int
    link_id: str
    question: str
    kind: str
    answer: str
    free_text: bool


def add(tx: Tx, message: Message) -> None:
    """A new message."""
    tx.connection.execute(insert(messages).values(**asdict(message)))


def add_attachment(tx: Tx, attachment: Attachment) -> None:
    """A new attachment."""
    tx.connection.execute(insert(attachments).values(**asdict(attachment)))


def add_answers(tx: Tx, answers: list[FormAnswer]) -> None:
    """The lines of a form."""
    if answers:
        tx.connection.execute(insert(form_answers), [asdict(answer) for answer in answers])


def of_case(tx: Tx, case_id: str) -> list[Message]:
    """The messages of a case in the order in which they were written."""
    query = (
        select(messages)
        .where(messages.c.case_id == case_id)
        .order_by(messages.c.sent_at, messages.c.stored_at, messages.c.id)
    )
    return [from_row(row) for row in tx.connection.execute(query)]


def one(tx: Tx, message_id: str) -> Message | None:
    """One message."""
    row = tx.connection.execute(select(messages).where(messages.c.id == message_id)).first()
    return None if row is None else from_row(row)


def count(tx: Tx, case_id: str) -> int:
    """How many messages a case has."""
    return tx.connection.execute(select(func.count()).where(messages.c.case_id == case_id)).scalar_one()


def attachments_of(tx: Tx, case_id: str) -> list[AttachmentLine]:
    """The attachments of a case without their bytes."""
    table = attachments.c
    query = select(table.id, table.message_id, table.title, table.content_type, table.size).where(
        table.case_id == case_id
    )
    return [AttachmentLine(*row) for row in tx.connection.execute(query.order_by(table.id))]


def answers_of(tx: Tx, case_id: str) -> list[FormAnswer]:
    """The form answers of a case in the order of its forms."""
    query = select(form_answers).where(form_answers.c.case_id == case_id)
    ordered = query.order_by(form_answers.c.form_id, form_answers.c.position)
    return [FormAnswer(*row) for row in tx.connection.execute(ordered)]


def has_form(tx: Tx, case_id: str) -> bool:
    """Whether any form came with the case."""
    return bool(tx.connection.execute(select(exists().where(form_answers.c.case_id == case_id))).scalar())


def from_row(row: Sequence[Any]) -> Message:
    """The message that a row of the table is."""
    values: dict[str, Any] = dict(zip(Message.__dataclass_fields__, row, strict=True))
    values["author"] = Author(values["author"])
    return Message(**values)
