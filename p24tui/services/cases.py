"""Opening a case: logged first, then shown, and read by whoever's it is to read."""

from msgspec.structs import replace

from p24tui.routine import chat
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services import suicide
from p24tui.services.access import right
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.views import OpenCase, line
from p24tui.store import cases, drafts, events, handovers, messages, notes, outbox, people, presence, read_log
from p24tui.store.engine import Tx
from p24tui.store.values import Audience, CaseRow, Message
from p24tui.system import System

SHOWN = 50
"""Messages that are shown at once; earlier ones come as one scrolls up to them."""

REMINDERS_SHOWN = 20
"""Reminders to the patient that are shown with a case, the latest ones."""

HISTORY_SHOWN = 200
"""Events of a case that its history shows, the latest ones."""


@rule("LO-1", "PR-1", "NA-2", "NA-4")
@right("case.read")
def open_case(system: System, actor: Actor, case_id: str, *, read: bool = True) -> OpenCase:
    """Open a case. Who opened it, when and from where is committed before anything of it is returned.

    The unread marks go where the opener has the case or nobody has; without ``read`` they stay until ``mark_read``
    says that it has been seen. Raises ``BadInput`` where the unit has no such case.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        read_log.log_reading(tx, actor, now, "case", case_id=case_id, patient_id=row.patient.id)
        row = _opened(tx, system, actor, row)
        row = _read(tx, system, actor, row, chat.read(row.case)) if read else row
        return _content(tx, system, actor, row)


@right("case.read")
def look_again(system: System, actor: Actor, case_id: str) -> OpenCase:
    """A case that this person has open, as it is now. Nothing is read by it: only opening and acting read."""
    with system.store.reading() as tx:
        return _content(tx, system, actor, case_of_unit(tx, actor, case_id))


@right("case.read")
def mark_read(system: System, actor: Actor, case_id: str) -> None:
    """The person who has the case open has acted in it: what the patient wrote there is read."""
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        _read(tx, system, actor, row, chat.read(row.case))


@rule("CH-13")
@right("case.read")
def read_free_text(system: System, actor: Actor, case_id: str) -> None:
    """The person has the anamnesis before them: its free text, which no priority tells of, is read."""
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        _read(tx, system, actor, row, chat.read_free_text(row.case))


@right("case.read")
def earlier_messages(system: System, actor: Actor, case_id: str, before: Message) -> tuple[Message, ...]:
    """The messages that come before this one in a case that the person has open, as many as are shown at once.

    Raises ``BadInput`` where the unit has no such case; of a protected person's there are none.
    """
    with system.store.reading() as tx:
        row = case_of_unit(tx, actor, case_id)
        return () if is_protected(row.patient.protection) else tuple(messages.of_case(tx, case_id, SHOWN, before))


def _opened(tx: Tx, system: System, actor: Actor, row: CaseRow) -> CaseRow:
    """Somebody has looked at the case: from now on it is nothing that nobody has seen (CH-7)."""
    if row.case.opened_at is not None or not chat.reads(row.case, actor):
        return row
    now = system.clock.now()
    after = replace(row.case, opened_at=now)
    cases.save_marks(tx, after)
    events.announce(tx, now, row.case.unit_id, row.case.id)
    return replace(row, case=after)


def _read(tx: Tx, system: System, actor: Actor, row: CaseRow, after: Case) -> CaseRow:
    case = row.case
    if after == case or not chat.reads(case, actor):
        return row
    cases.save_marks(tx, after)
    now = system.clock.now()
    read = {
        "messages": case.unread - after.unread,
        "free_text": case.unread_free_text - after.unread_free_text,
    }
    events.append(tx, actor, now, "case.read", case.id, unit_id=case.unit_id, read=read)
    return replace(row, case=after)


def _content(tx: Tx, system: System, actor: Actor, row: CaseRow) -> OpenCase:
    now = system.clock.now()
    case_id = row.case.id
    here = [one for one in presence.present_in(tx, [case_id], now) if one.place != actor.place]
    unit = known_unit(tx, row.case.unit_id)
    guest = case_id in handovers.guest_of(tx, actor.staff_id)
    shown = line(row, unit, now, here, guest=guest)
    contact = cases.contact(tx, case_id)
    history = tuple(events.of_case(tx, case_id, HISTORY_SHOWN))
    if shown.patient.protected:  # what happened and when, without a word of what was said
        bare = tuple(replace(one, details={}) for one in history)
        return OpenCase(shown, contact, (), (), (), bare, (), "")
    found = messages.of_case(tx, case_id, SHOWN + 1)
    return OpenCase(
        shown,
        contact,
        tuple(found[-SHOWN:]),
        tuple(messages.answers_of(tx, case_id)),
        tuple(messages.attachments_of(tx, case_id)),
        history,
        tuple(people.guardians_of(tx, row.patient.id)),
        drafts.of_person(tx, case_id, actor.staff_id) if actor.staff_id else "",
        tuple(notes.of_case(tx, case_id)),
        drafts.of_person(tx, case_id, actor.staff_id, Audience.NOTE) if actor.staff_id else "",
        len(found) > SHOWN,
        tuple(outbox.of_patient(tx, row.patient.id, row.case.unit_id, REMINDERS_SHOWN)),
        tuple(drafts.left(tx, case_id, actor.staff_id)),
        suicide.stated_in(tx, case_id),
    )
