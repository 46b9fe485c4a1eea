"""Messages, attachments and form answers of a case."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, exists, func, insert, literal, select, tuple_

from p24tui.routine.protection import PROTECTED
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_OPEN, attachments, cases, form_answers, messages, patients
from p24tui.store.values import Attachment, AttachmentLine, Author, FormAnswer, Message


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


def of_case(tx: Tx, case_id: str, limit: int | None = None, before: Message | None = None) -> list[Message]:
    """The messages of a case in the order in which they were written.

    With ``limit`` only the last so many of them, and with ``before`` only those that come before that one.
    """
    table = messages.c
    order = (table.sent_at, table.stored_at, table.id)
    query = select(messages).where(table.case_id == case_id)
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*(literal(getattr(before, one.name), one.type) for one in order)))
    newest_first = query.order_by(*(one.desc() for one in order)).limit(limit)
    return [from_row(row) for row in reversed(tx.connection.execute(newest_first).all())]


def one(tx: Tx, message_id: str) -> Message | None:
    """One message."""
    row = tx.connection.execute(select(messages).where(messages.c.id == message_id)).first()
    return None if row is None else from_row(row)


def any_of(tx: Tx, message_ids: Collection[str]) -> bool:
    """Whether any of these messages is stored."""
    return bool(tx.connection.execute(select(exists().where(messages.c.id.in_(message_ids)))).scalar())


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


def attachment(tx: Tx, attachment_id: str) -> Attachment | None:
    """One attachment with its bytes."""
    row = tx.connection.execute(select(attachments).where(attachments.c.id == attachment_id)).first()
    return None if row is None else Attachment(*row)


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
    values: dict[str, Any] = dict(zip(Message.__struct_fields__, row, strict=True))
    values["author"] = Author(values["author"])
    return Message(**values)


def cases_with(
    tx: Tx, unit_ids: Collection[str], words: Sequence[str], ended_after: datetime | None = None
) -> frozenset[str]:
    """Ids of the units' open cases that have every one of these words, in either case of letters, in their messages.

    Where ``ended_after`` is given, so are those of cases that ended later than that. Protected persons' cases are left
    out: what they wrote is shown nowhere (PR-1). So is what was answered automatically: it says the same in every case.
    """
    listed = IS_OPEN if ended_after is None else IS_OPEN | (cases.c.ended_at > ended_after)
    query = (
        select(messages.c.case_id)
        .join(cases, cases.c.id == messages.c.case_id)
        .join(patients, patients.c.id == cases.c.patient_id)
        .where(
            cases.c.unit_id.in_(unit_ids),
            listed,
            patients.c.protection.not_in(PROTECTED),
            messages.c.author != Author.SYSTEM,
        )
        .distinct()
    )
    for word in words:
        query = query.where(_has(word, tx.on_postgresql))
    return frozenset(tx.connection.scalars(query))


def _has(word: str, on_postgresql: bool) -> ColumnElement[bool]:
    """Both databases fold only some letters, and not the same ones: so each letter stands there in both its forms."""
    pattern = "".join(_both_cases(letter, on_postgresql) for letter in word)
    return messages.c.text.op("~")(pattern) if on_postgresql else messages.c.text.op("GLOB")(f"*{pattern}*")


def _both_cases(letter: str, on_postgresql: bool) -> str:
    if letter.isalpha():
        return f"[{letter.lower()}{letter.upper()}]"
    if letter.isalnum():
        return letter
    return f"\\{letter}" if on_postgresql else f"[{letter}]" if letter in "*?[" else letter
