"""Images and other files on their way to the record: who may take one out, how long it lies there (IM-1 to IM-3)."""

from datetime import datetime, timedelta

from msgspec import Struct

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.chat import may_handle, may_note
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule


class Exported(Struct, frozen=True):
    """A file that somebody has taken out of a case. Instants are UTC.

    ``place`` is the machine and folder that it lies in, ``title`` what the case calls it. At ``journalled_at`` its
    person said that it is in Vidiview, and what it ``shows``; or that it need not be, and then that is empty. At
    ``deleted_at`` it was known to be gone.
    """

    id: str
    case_id: str
    attachment_id: str
    staff_id: str
    place: str
    file_name: str
    title: str
    exported_at: datetime
    delete_at: datetime
    journalled_at: datetime | None = None
    shows: str = ""
    deleted_at: datetime | None = None


@rule("IM-1", "PR-1", "AP-3")
def may_export(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether this person may take files out of the case: a clinician may, also once it has ended (DO-1).

    Nobody may where the patient is protected, nor where somebody else than the patient was meant.
    """
    return may_note(case, protection) or may_handle(actor, protection)


@rule("IM-1", "IM-3", "AP-3")
def may_journal(exported: Exported, case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether this person may say that the file is in the record, or need not be: nobody else could read it."""
    if refusal := may_export(case, actor, protection):
        return refusal
    return None if exported.staff_id == actor.staff_id else Refusal("IM-1", "not-your-file")


@rule("IM-3")
def says_what(shows: str) -> Refusal | None:
    """Whether enough is said of an image that is in Vidiview: the record says what it shows."""
    return None if shows.strip() else Refusal("IM-3", "shows-what")


@rule("IM-2", "IM-3")
def waits(exported: Exported) -> bool:
    """Whether the file is still to be journalled, and still there to be."""
    return exported.journalled_at is None and exported.deleted_at is None


@rule("IM-2")
def is_warned_of(exported: Exported, now: datetime, before: timedelta) -> bool:
    """Whether its person is to be warned now: it goes soon, and nobody has said that it is in the record."""
    return waits(exported) and exported.delete_at - now <= before


@rule("IM-2", "IM-3")
def is_lost(exported: Exported) -> bool:
    """Whether the file went before anybody had said that it is in the record."""
    return exported.deleted_at is not None and exported.journalled_at is None


@rule("IM-3")
def vidiview_line(shows: str) -> str:
    """What VAS says of an image: that it is in Vidiview, and what it shows. In Swedish, as the record is."""
    return f"Bilder finns i Vidiview: {shows}"
