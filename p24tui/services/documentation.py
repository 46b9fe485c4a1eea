"""Documentation: what there is to note, writing and signing it, and saying that it is settled otherwise (DO)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from p24tui import journal_text
from p24tui.errors import BadInput, Refused
from p24tui.gateways import viewer
from p24tui.ids import fresh_id
from p24tui.routine import documentation as rules
from p24tui.routine.actor import Actor
from p24tui.routine.documentation import NoteText, Scope, Way
from p24tui.routine.rule import rule
from p24tui.services import images
from p24tui.services import journal_reading as reading
from p24tui.services.access import right
from p24tui.services.change import permitted
from p24tui.services.journal_reading import case_of_author
from p24tui.services.journal_views import AnamnesisReport, Filed, JournalView, OwedLine, ReportPart, Signed
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.read_log import log_list
from p24tui.services.views import line
from p24tui.settings import Settings
from p24tui.store import cases, events, journal, messages, people, read_log
from p24tui.store.engine import Tx
from p24tui.store.journal_values import JournalNote
from p24tui.store.values import CaseRow
from p24tui.system import System
from p24tui.text import clean_line, clean_text

_NOTE_FIELDS = tuple(name for name in NoteText.__struct_fields__ if name in JournalNote.__struct_fields__)
"""What of a note stays when it is signed."""


def note_types(settings: Settings) -> dict[str, str]:
    """The types of note by code, in the order of the routine; telephone's is the region's own, where it has one."""
    found = {one["id"]: (one["code"], one["sv"]) for one in journal_text.vas()["note_type"]}
    found["telephone"] = (settings.telephone_note_type.strip(), found["telephone"][1])
    return {code: words for code, words in found.values() if code}


@rule("LO-1", "DO-2", "PR-1")
@right("note.write")
def read(system: System, actor: Actor, case_id: str) -> JournalView:
    """What there is to write down on a case, and what this person has begun. That it was read is committed first.

    Of a protected person nothing is prefilled or shown. Raises ``BadInput`` where the unit has no such case.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_author(tx, actor, case_id)
        read_log.log_reading(tx, actor, now, "journal", case_id=case_id, patient_id=row.patient.id)
        return reading.view(tx, actor, row, now)


@right("note.write")
def save_draft(system: System, actor: Actor, case_id: str, text: NoteText) -> None:
    """Keep what this person is writing, also where it is too long to be signed."""
    staff_id, content = _person(actor), msgspec.to_builtins(_cleaned(text))
    with system.store.writing() as tx:
        row = case_of_author(tx, actor, case_id, lock=True)  # the same person may write at two consoles
        if rules.may_write(row.case, actor, row.patient.protection) is None:
            journal.save_draft(tx, case_id, staff_id, content, system.clock.now())


def with_text(view: JournalView, text: NoteText) -> JournalView:
    """The same with what has been written since."""
    return replace(view, text=text, is_begun=True)


def as_signed(note: JournalNote, answered: int) -> Signed:
    """A note that was signed before, as it is copied into VAS."""
    return Signed(note, journal_text.note_text(_text(note), answered))


@rule("DO-1", "DO-2", "DO-3", "DO-4", "AP-3", "IM-3", "IM-4")
@right("note.write")
def sign(system: System, actor: Actor, case_id: str, text: NoteText, note_id: str) -> Signed:
    """Sign the note: what its author owed is settled, and it is never changed. A second press signs nothing more.

    Raises ``Refused`` where something is missing in it, where the patient has told more since Aktuellt was fetched, or
    where nothing is written down on this patient.
    """
    staff_id, said, now = _person(actor), _fitting(_cleaned(text)), system.clock.now()
    with system.store.writing() as tx:
        row = case_of_author(tx, actor, case_id, lock=True)
        answered = reading.answered(tx, case_id)
        if (before := journal.one(tx, note_id)) is not None:
            return as_signed(before, answered)
        permitted(rules.may_write(row.case, actor, row.patient.protection))
        stands = reading.standing(tx, actor, row)
        documented, scope, owed = stands.documented, stands.scope, stands.documented.debt_of(staff_id)
        permitted(rules.may_cover(documented, said.told))
        prefilled, in_vidiview = reading.current(tx, stands, said.form_way), images.vidiview_lines(tx, case_id)
        said = replace(said, images=in_vidiview)
        permitted(rules.may_sign(said, scope, prefilled, has_form=bool(answered), images=in_vidiview))
        note = _note(said, note_id, row, actor, Way.NOTE, scope, now, owed.since if owed else None)
        _settle(tx, actor, note)
        return Signed(note, journal_text.note_text(said, answered))


@rule("DO-1", "AP-3", "AP-4")
@right("note.write")
def settle(
    system: System, actor: Actor, case_id: str, way: Way, why: str, note_id: str, told: int | None = None
) -> None:
    """Say that the note is written in VAS itself, or why nothing of it belongs in the record. It is kept by whom.

    ``told`` is how much the patient had told as one saw it. Raises ``Refused`` where they have told more since, where a
    reason is missing, or where nothing is written down on this patient.
    """
    staff_id, said, now = _person(actor), clean_text(why).strip()[: journal_text.MOST], system.clock.now()
    with system.store.writing() as tx:
        row = case_of_author(tx, actor, case_id, lock=True)
        if journal.one(tx, note_id) is not None:
            return
        documented = reading.standing(tx, actor, row).documented
        permitted(rules.may_settle(row.case, documented, actor, way, said))
        permitted(rules.may_cover(documented, documented.told if told is None else told))
        owed = documented.debt_of(staff_id)
        bare = NoteText("", "", "", "", told=documented.told)
        scope = rules.scope_of(documented, staff_id)
        note = _note(bare, note_id, row, actor, way, scope, now, owed.since if owed else None)
        _settle(tx, actor, replace(note, why=said))


@right("note.write")
def copied(system: System, actor: Actor, note_id: str) -> None:
    """Record that the note was copied, to be put into VAS. Raises ``BadInput`` where there is none such."""
    now = system.clock.now()
    with system.store.writing() as tx:
        note = journal.one(tx, note_id)
        if note is None:
            raise BadInput("no-note")
        case_of_author(tx, actor, note.case_id)
        journal.copied(tx, note_id, now)
        events.append(tx, actor, now, "journal.copied", note.case_id, unit_id=note.unit_id, rule="DO-2", note=note_id)


@rule("LO-1", "PR-1", "DO-3")
@right("registration.read")
def owed(
    system: System, actor: Actor, unit_ids: Collection[str], view: str, shown_patients: Collection[str] = ()
) -> tuple[OwedLine, ...]:
    """The notes that are owed at these units, the actor's own first, and then the oldest.

    Whose they are is committed first, as arrivals in the page ``view``: only patients that it has not shown yet.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        debts = journal.owed(tx, unit_ids)
        rows = {row.case.id: row for row in cases.some(tx, {one.case_id for one in debts})}
        units = {unit.id: unit for unit in people.all_units(tx)}
    fresh = [row for row in rows.values() if row.patient.id not in shown_patients]
    if fresh:
        with system.store.writing() as tx:
            log_list(tx, actor, now, "arrivals", fresh, view)
    debts.sort(key=lambda one: one.staff_id != actor.staff_id)
    return tuple(OwedLine(line(rows[one.case_id], units[one.unit_id], now), one) for one in debts)


@right("registration.read")
def count_owed(system: System, actor: Actor, unit_ids: Collection[str]) -> int:
    """How many notes the actor owes at these units. No patient is told of."""
    with system.store.reading() as tx:
        return journal.count_owed(tx, unit_ids, _person(actor))


@rule("LO-1", "DO-2", "PR-1", "AP-3")
@right("note.write")
def anamnesis_report(system: System, actor: Actor, case_id: str) -> AnamnesisReport:
    """The anamnesis report of a case: form answers, the chat and what files came. That it was read is committed first.

    Raises ``Refused`` where the patient is protected, or was not the one who was meant.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id)
        permitted(rules.may_write(row.case, actor, row.patient.protection))
        read_log.log_reading(tx, actor, now, "report", case_id=case_id, patient_id=row.patient.id)
        parts = {
            ReportPart.FORM: journal_text.form_text(messages.answers_of(tx, case_id)),
            ReportPart.CHAT: journal_text.chat_text(messages.of_case(tx, case_id)),
            ReportPart.FILES: journal_text.files_text(messages.attachments_of(tx, case_id)),
        }
        shown = line(row, known_unit(tx, row.case.unit_id), now)
        return AnamnesisReport(shown, {part: text for part, text in parts.items() if text})


@rule("LO-1", "DO-2")
@right("note.write")
def report_taken(system: System, actor: Actor, case_id: str, parts: Collection[ReportPart]) -> None:
    """Log that parts of the report leave the program by the clipboard, before they do."""
    with system.store.writing() as tx:
        _log_taking(tx, system, actor, case_id, "report.taken", parts=sorted(parts))


@rule("LO-1", "IM-1", "IM-2")
@right("note.write")
def to_file(system: System, actor: Actor, case_id: str, title: str, text: str, *, to_open: bool = False) -> Filed:
    """Put a text into the temporary storage, to be read in where the terminal has no clipboard; or opened, to print it.

    It is logged before, and goes by itself as every file there does. Raises ``Refused`` where nothing is written down
    on this patient, ``BadInput`` for a folder that others could read, ``Unavailable`` where it cannot be written.
    """
    with system.store.writing() as tx:
        _log_taking(tx, system, actor, case_id, "journal.filed")
    system.storage.prepare()
    kept = images.kept(system)
    with system.storage.guarded(kept):
        name = system.storage.name_for(fresh_id(), f"{title}.txt", "txt", kept)
        path = system.storage.put(text.encode(), name)
    return Filed(path, to_open and viewer.open_file(path))


def _log_taking(tx: Tx, system: System, actor: Actor, case_id: str, kind: str, **details: Any) -> None:
    now, row = system.clock.now(), case_of_author(tx, actor, case_id)
    permitted(rules.may_write(row.case, actor, row.patient.protection))
    read_log.log_reading(tx, actor, now, "export", case_id=case_id, patient_id=row.patient.id)
    events.append(tx, actor, now, kind, case_id, unit_id=row.case.unit_id, rule="DO-2", **details)


def _settle(tx: Tx, actor: Actor, note: JournalNote) -> None:
    journal.add(tx, note)
    journal.settle(tx, note.case_id, note.signed_at, note.staff_id)
    journal.save_draft(tx, note.case_id, note.staff_id, None, note.signed_at)
    kind = "journal.signed" if note.way is Way.NOTE else f"journal.{note.way}"
    rule_id = "DO-4" if note.way is Way.NOTE else "DO-1"
    said = {"note": note.id, "why": note.why} if note.why else {"note": note.id}
    events.append(tx, actor, note.signed_at, kind, note.case_id, unit_id=note.unit_id, rule=rule_id, **said)


def _note(
    text: NoteText,
    id: str,
    row: CaseRow,
    actor: Actor,
    way: Way,
    scope: Scope,
    now: datetime,
    owed_since: datetime | None,
) -> JournalNote:
    return JournalNote(
        id=id,
        case_id=row.case.id,
        unit_id=actor.unit_id,
        staff_id=_person(actor),
        author_name=actor.name,
        profession=actor.profession or "",
        way=way,
        scope=scope,
        why="",
        signed_at=now,
        owed_since=owed_since,
        **{name: getattr(text, name) for name in _NOTE_FIELDS},
    )


def _text(note: JournalNote) -> NoteText:
    return NoteText(**{name: getattr(note, name) for name in _NOTE_FIELDS})


def _cleaned(text: NoteText) -> NoteText:
    """The note as it may be kept."""
    return replace(
        text,
        vas_row=clean_line(text.vas_row).strip(),
        clinic=clean_line(text.clinic).strip(),
        note_type=clean_line(text.note_type).strip(),
        journal_type=clean_line(text.journal_type).strip(),
        current=clean_text(text.current).rstrip(),
        assessment=clean_text(text.assessment).rstrip(),
        form_result=clean_text(text.form_result).rstrip(),
    )


def _fitting(said: NoteText) -> NoteText:
    """The note, as it may be signed. Raises ``Refused`` where a part of it is longer than VAS is given."""
    if max(map(len, (said.current, said.assessment))) > journal_text.MOST:
        raise Refused("DO-2", "note-long", most=journal_text.MOST)
    if len(said.form_result) > journal_text.MOST_RESULT:
        raise Refused("DO-2", "note-long", most=journal_text.MOST_RESULT)
    return said


def _person(actor: Actor) -> str:
    if actor.staff_id is None:
        raise BadInput("who-acts")
    return actor.staff_id
