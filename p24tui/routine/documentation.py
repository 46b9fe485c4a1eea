"""Documentation: who owes a note, what it must hold before it is signed, and that no case ends in silence (DO)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.chat import CLINICIANS, is_left
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule


class Scope(StrEnum):
    """What somebody is to write down: the anamnesis too, or their own assessment alone (DO-3)."""

    BOTH = "both"
    ASSESSMENT = "assessment"


class Cause(StrEnum):
    """What made somebody owe a note: a medical assessment, one of suicide risk, or handing over, which is triage."""

    ASSESSED = "assessed"
    RISK_ASSESSED = "risk-assessed"
    TRIAGED = "triaged"


class Way(StrEnum):
    """How it was settled: by a note here, by one written in VAS itself, or nothing of it belongs in the record."""

    NOTE = "note"
    IN_VAS = "in-vas"
    NOTHING = "nothing"


class FormWay(StrEnum):
    """What becomes of a form: its questions and answers go into the record, or what came of it does (IM-4)."""

    NONE = "none"
    COPIED = "copied"
    SUMMARISED = "summarised"


class Debt(Struct, frozen=True):
    """A note that somebody owes since then (UTC)."""

    staff_id: str
    scope: Scope
    cause: Cause
    since: datetime


class Settled(Struct, frozen=True):
    """Something that was settled on a case: by whom, how and when (UTC); ``scope`` is what it was to hold.

    ``told`` is how much the patient had told by then, as its author had it before them.
    """

    staff_id: str
    way: Way
    scope: Scope
    at: datetime
    told: int = 0


class Documented(Struct, frozen=True):
    """How a case stands: what is owed and what was settled.

    ``content_at`` is when the patient last told or sent something, or a video was last on (UTC); none: never.
    ``handed_to`` are those who have taken it over from a nurse by a handover, with the latest time of each. ``told``
    counts what the patient has told and sent: what is stored late has an early time, but is one more.
    """

    content_at: datetime | None
    debts: tuple[Debt, ...] = ()
    settled: tuple[Settled, ...] = ()
    handed_to: tuple[tuple[str, datetime], ...] = ()
    told: int = 0

    def debt_of(self, staff_id: str | None) -> Debt | None:
        """What this person owes."""
        return next((one for one in self.debts if one.staff_id == staff_id), None)


class NoteText(Struct, frozen=True):
    """A note as it is being written (DO-4). ``reviewed`` says that Aktuellt was read through as it stands.

    ``vas_row``, ``note_type`` and ``journal_type`` are what VAS asks for; ``clinic`` is its Avd/mott. ``images`` are
    the lines of images that were read into Vidiview (IM-3); ``form_result`` is what came of a form that is summarised.
    ``told`` is how much the patient had told when Aktuellt was fetched, ``given`` what of it was, and ``shown`` is
    Aktuellt as it was then put before its author.
    """

    vas_row: str
    clinic: str
    note_type: str
    journal_type: str
    current: str = ""
    assessment: str = ""
    reviewed: bool = False
    form_way: FormWay = FormWay.NONE
    form_result: str = ""
    images: tuple[str, ...] = ()
    told: int = 0
    given: tuple[str, ...] = ()
    shown: str = ""


@rule("DO-3")
def owed_by_assessing(documented: Documented, staff_id: str, cause: Cause, now: datetime) -> Debt:
    """What somebody owes who has just assessed: whoever makes the first assessment the anamnesis too.

    What is owed already stays as it was, since when and for what.
    """
    if (owed := documented.debt_of(staff_id)) is not None:
        return owed
    first = not documented.debts and not any(one.way is not Way.NOTHING for one in documented.settled)
    return Debt(staff_id, Scope.BOTH if first else Scope.ASSESSMENT, cause, now)


@rule("DO-3")
def has_noted(documented: Documented, staff_id: str, since: datetime | None) -> bool:
    """Whether this person has written down their own on the case, ``since`` it was opened again where it had ended."""
    own = (one for one in documented.settled if one.staff_id == staff_id and one.way is not Way.NOTHING)
    return any(since is None or one.at >= since for one in own)


@rule("DO-1", "DO-3")
def scope_of(documented: Documented, staff_id: str | None) -> Scope:
    """What a note by this person is to hold now: what they owe, or all where nobody has written the anamnesis down."""
    if (owed := documented.debt_of(staff_id)) is not None:
        return owed.scope
    written = any(one.scope is Scope.BOTH and one.way is not Way.NOTHING for one in documented.settled)
    taken = any(one.scope is Scope.BOTH for one in documented.debts)
    return Scope.ASSESSMENT if written or taken else Scope.BOTH


@rule("DO-1", "DO-3")
def answered_for_until(documented: Documented, staff_id: str | None) -> datetime | None:
    """Until when somebody answers for what was told: it is written down, or a colleague owes the anamnesis of it."""
    written = [one.at for one in documented.settled]
    owed = [one.since for one in documented.debts if one.scope is Scope.BOTH and one.staff_id != staff_id]
    return max([*written, *owed], default=None)


@rule("DO-1", "DO-3", "AP-4")
def may_end(case: Case, documented: Documented, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether the case may end as far as the record goes: not while its ender owes a note, nor where nobody does.

    A colleague's debt does not hold the patient up: it is followed until it is paid. It holds what was told until it
    arose, and nothing later. Whoever took the case over from a nurse has made an assessment of their own. What is not
    handled here has no such gate (AP-4).
    """
    if is_left(case, protection):
        return None
    if documented.debt_of(actor.staff_id) is not None:
        return Refusal("DO-3", "note-owed")
    own = [one.at for one in documented.settled if one.staff_id == actor.staff_id]
    taken = [at for staff_id, at in documented.handed_to if staff_id == actor.staff_id]
    if taken and not any(at >= max(taken) for at in own):
        return Refusal("DO-3", "own-assessment")
    return unnoted(documented)


@rule("DO-1")
def unnoted(documented: Documented) -> Refusal | None:
    """Whether something that was told has neither been settled nor is owed by anybody."""
    if documented.content_at is None:
        return None
    answered_for = [*(one.at for one in documented.settled), *(one.since for one in documented.debts)]
    if not answered_for:
        return Refusal("DO-1", "undocumented")
    newer = documented.content_at > max(answered_for) or told_since(documented) > 0
    return Refusal("DO-1", "undocumented-since") if newer else None


@rule("DO-1")
def told_since(documented: Documented) -> int:
    """How much was told since it was last settled, also what is stored late with an earlier time.

    While somebody owes a note it is not known, and none.
    """
    if documented.debts or not documented.settled:
        return 0
    return documented.told - max(one.told for one in documented.settled)


@rule("DO-1", "DO-2")
def may_cover(documented: Documented, told: int) -> Refusal | None:
    """Whether it may be settled by who saw the patient to have ``told`` so much: nothing has come since."""
    return Refusal("DO-1", "note-newer") if documented.told != told else None


@rule("AP-3", "PR-1", "DO-1")
def may_write(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether this person may write a note here: a clinician may, also after its end; not on the wrong patient."""
    if is_protected(protection):
        return Refusal("PR-1", "protected-note")
    return _on_the_right_patient(case, actor)


@rule("AP-3", "DO-1")
def may_settle(case: Case, documented: Documented, actor: Actor, way: Way, why: str) -> Refusal | None:
    """Whether it may be settled without a note here: that nothing belongs in the record is said with a reason.

    Where something has been written down, that nothing is to be added needs none, unless one owes a note. What is owed
    of a protected person is written in VAS itself.
    """
    if refusal := _on_the_right_patient(case, actor):
        return refusal
    written = any(one.way is not Way.NOTHING for one in documented.settled)
    needs_why = documented.debt_of(actor.staff_id) is not None or not written
    return Refusal("DO-1", "nothing-why") if way is Way.NOTHING and needs_why and not why.strip() else None


def _on_the_right_patient(case: Case, actor: Actor) -> Refusal | None:
    if case.wrong_patient_at is not None:
        return Refusal("AP-3", "wrong-patient-locked")
    return None if actor.profession in CLINICIANS else Refusal("CH-4", "not-clinician")


@rule("DO-2", "DO-3", "DO-4", "IM-3", "IM-4")
def may_sign(
    note: NoteText, scope: Scope, prefilled: str, *, has_form: bool, images: Collection[str]
) -> Refusal | None:
    """Whether the note may be signed: what was prefilled has been looked through, and the assessment is one's own.

    ``prefilled`` is Aktuellt as the case gives it: it is edited, or marked as read. So is what was put before its
    author with what has come since. ``images`` are the lines of what was read into Vidiview: the note says each.
    """
    if not all((note.vas_row, note.clinic.strip(), note.note_type, note.journal_type)):
        return Refusal("DO-4", "note-fields")
    if scope is Scope.BOTH:
        if has_form and note.form_way is FormWay.NONE:
            return Refusal("IM-4", "note-form")
        summarised = note.form_way is FormWay.SUMMARISED
        if summarised and not note.form_result.strip():
            return Refusal("IM-4", "note-form-result")
        if not note.current.strip() and not summarised:
            return Refusal("DO-3", "note-current")
    current = note.current.strip()
    if current and not note.reviewed and current in {prefilled.strip(), note.shown.strip()}:
        return Refusal("DO-2", "note-unreviewed")
    if not set(images) <= set(note.images):
        return Refusal("IM-3", "note-images")
    return None if note.assessment.strip() else Refusal("DO-3", "note-assessment")
