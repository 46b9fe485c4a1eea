"""Notes among staff: written, kept as drafts, and never within the patient's reach."""

from p24tui.errors import BadInput
from p24tui.routine import chat
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.change import locked, permitted
from p24tui.store import cases, drafts, events, notes
from p24tui.store.values import Audience, Note
from p24tui.system import System
from p24tui.text import clean_text


@rule("PR-1")
@right("colleague.write")
def write_note(system: System, actor: Actor, case_id: str, text: str, note_id: str) -> None:
    """Write a note on the case for colleagues, and drop its draft. ``note_id`` makes a second press store nothing more.

    Raises ``Refused`` where the patient is protected, ``BadInput`` for an empty text or one whom no staff stand for,
    ``Stale`` where another text has been stored by this id.
    """
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise BadInput("empty-message")
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now = system.clock.now()
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        permitted(chat.may_note(row.case, row.patient.protection))
        if (known := notes.one(tx, note_id)) is not None:
            if known.text != cleaned:  # it was stored though nobody was told, and has been written on since
                raise cases.stale(tx, case_id)
            return
        notes.add(tx, Note(note_id, case_id, actor.staff_id, actor.name, cleaned, now))
        drafts.save(tx, case_id, actor.staff_id, "", now, Audience.NOTE)
        events.append(tx, actor, now, "note.written", case_id, unit_id=row.case.unit_id)
