"""What a unit has decided for itself about its reminders: texts of its own, and when a visit's go."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from p24tui.routine.outgoing import Purpose
from p24tui.store.engine import Tx
from p24tui.store.tables import reminder_times, sms_texts


def texts(tx: Tx, unit_id: str) -> dict[tuple[Purpose, str], str]:
    """The unit's own texts, by purpose and language."""
    table = sms_texts.c
    query = select(table.purpose, table.lang, table.text).where(table.unit_id == unit_id)
    return {(Purpose(purpose), lang): text for purpose, lang, text in tx.connection.execute(query)}


def put_text(tx: Tx, unit_id: str, purpose: Purpose, lang: str, text: str, by: str, at: datetime) -> None:
    """Let this be the unit's text; an empty one lets the program's own stand again."""
    table = sms_texts.c
    same = (table.unit_id == unit_id) & (table.purpose == purpose) & (table.lang == lang)
    tx.connection.execute(delete(sms_texts).where(same))
    if text:
        values = {"unit_id": unit_id, "purpose": purpose, "lang": lang, "text": text}
        tx.connection.execute(insert(sms_texts).values(**values, changed_by=by, changed_at=at))


def times(tx: Tx, unit_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """The times that units have of their own: minutes before a visit, and minutes after midnight in Sweden."""
    table = reminder_times.c
    query = select(table.unit_id, table.soon_before, table.morning).where(table.unit_id.in_(unit_ids))
    return {unit_id: (soon_before, morning) for unit_id, soon_before, morning in tx.connection.execute(query)}


def put_times(tx: Tx, unit_id: str, soon_before: int, morning: int) -> None:
    """Let these be the unit's times."""
    values = {"soon_before": soon_before, "morning": morning}
    same = reminder_times.c.unit_id == unit_id
    if tx.connection.execute(update(reminder_times).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(reminder_times).values(unit_id=unit_id, **values))
