"""What there is to write down on a case as its author has it before them: what was told, and what they have begun."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from p24tui import journal_text
from p24tui.routine import documentation as rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Video
from p24tui.routine.documentation import Documented, FormWay, NoteText, Scope
from p24tui.routine.protection import is_protected
from p24tui.services import images, note_debts
from p24tui.services.journal_views import JournalView
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.views import line
from p24tui.store import cases, journal, messages
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow
from p24tui.text import clean_line


class Standing(Struct, frozen=True):
    """How a case stands for its author. ``until`` is when it left their unit (UTC): they see nothing later of it."""

    row: CaseRow
    documented: Documented
    scope: Scope
    staff_id: str | None
    until: datetime | None


def case_of_author(tx: Tx, actor: Actor, case_id: str, *, lock: bool = False) -> CaseRow:
    """A case of the actor's unit, or one that has left it and of which they have a note to write, or have written one.

    Raises ``BadInput`` where it is neither.
    """
    row = cases.one(tx, case_id, lock=lock)
    has_left = row is not None and row.case.unit_id != actor.unit_id and actor.staff_id is not None
    if row and has_left and journal.has_part(tx, case_id, actor.staff_id or "", actor.unit_id):
        return row
    return case_of_unit(tx, actor, case_id)


def standing(tx: Tx, actor: Actor, row: CaseRow) -> Standing:
    """How the case stands for this person."""
    documented, until = note_debts.documented(tx, row.case.id), None
    if row.case.unit_id != actor.unit_id:
        until = journal.left_at(tx, row.case.id).get(actor.unit_id)
        documented = replace(documented, told=journal.told(tx, row.case.id, until))
    return Standing(row, documented, rules.scope_of(documented, actor.staff_id), actor.staff_id, until)


def told(tx: Tx, one: Standing, way: FormWay) -> dict[str, str]:
    """What Aktuellt is to be fetched from: all that was told, or where somebody answers for that, what came later."""
    case_id = one.row.case.id
    answers, files = messages.answers_of(tx, case_id), messages.attachments_of(tx, case_id)
    said = [each for each in messages.of_case(tx, case_id) if one.until is None or each.stored_at <= one.until]
    if one.scope is Scope.BOTH:
        return journal_text.told(answers, said, files, way)
    since = rules.answered_for_until(one.documented, one.staff_id)
    newer = [each for each in said if each.author is Author.PATIENT and (since is None or each.stored_at > since)]
    if rules.told_since(one.documented) > len(newer):  # a form, a file, or what was stored late: then all of it
        return journal_text.told(answers, said, files, FormWay.COPIED)
    return journal_text.told((), newer, (), way)


def current(tx: Tx, one: Standing, way: FormWay) -> str:
    """Aktuellt as the case gives it."""
    return journal_text.current_text(told(tx, one, way).values())


def answered(tx: Tx, case_id: str) -> int:
    """How many answers the forms of the case have."""
    return sum(one.kind != "group" for one in messages.answers_of(tx, case_id))


def view(tx: Tx, actor: Actor, row: CaseRow, now: datetime) -> JournalView:
    """All of it; of a protected person nothing is prefilled or shown."""
    case_id, one = row.case.id, standing(tx, actor, row)
    shown, documented = line(row, known_unit(tx, row.case.unit_id), now), one.documented
    clinic = clean_line(known_unit(tx, actor.unit_id).name)
    empty = NoteText("no-visit", clinic, _note_type(row), _journal_type(actor), told=documented.told)
    if is_protected(row.patient.protection):
        return JournalView(shown, documented, (), one.scope, {}, empty, 0, (), is_begun=False)
    count, parts = answered(tx, case_id), {way: told(tx, one, way) for way in FormWay}
    prefilled = {way: journal_text.current_text(each.values()) for way, each in parts.items()}
    begun = journal.draft(tx, case_id, actor.staff_id) if actor.staff_id else None
    if begun is not None:
        kept = msgspec.convert(begun, NoteText, strict=False)
        text = _caught_up(kept, parts[kept.form_way], documented.told)
    else:
        way = FormWay.COPIED if count and one.scope is Scope.BOTH else FormWay.NONE
        text = replace(empty, current=prefilled[way], shown=prefilled[way], given=tuple(parts[way]), form_way=way)
    in_vidiview = images.vidiview_lines(tx, case_id)
    text = replace(text, images=in_vidiview)
    notes = tuple(note for note in journal.of_case(tx, case_id) if one.until is None or note.unit_id == actor.unit_id)
    return JournalView(
        shown, documented, notes, one.scope, prefilled, text, count, in_vidiview, is_begun=begun is not None
    )


def _caught_up(begun: NoteText, parts: Mapping[str, str], now_told: int) -> NoteText:
    """A draft, with what the patient has told since it was begun: at the end of Aktuellt, to be read through."""
    if begun.told == now_told:
        return begun
    new = {name: text for name, text in parts.items() if name not in begun.given}
    words = "\n\n".join(filter(None, [begun.current.rstrip(), *new.values()]))
    given = (*begun.given, *new)
    return replace(begun, current=words, shown=words, reviewed=False, told=now_told, given=given)


def _note_type(row: CaseRow) -> str:
    way = "written" if row.case.video is Video.NONE else "video"
    code: str = next(one["code"] for one in journal_text.vas()["note_type"] if one["id"] == way)
    return code


def _journal_type(actor: Actor) -> str:
    types = journal_text.vas()["journal_type"]
    return next((one["code"] for one in types if actor.profession in one["professions"]), "")
