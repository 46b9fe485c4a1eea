"""Taking a slip of the hand back, where nothing has come of it yet."""

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule

UNDOABLE = frozenset({"case.claimed", "case.released", "case.held", "case.ended"})
"""Deeds that can be undone. What a patient or a colleague has been told cannot."""


@rule("CH-12")
def undo(now: Case, before: Case, deed: str, by: str | None, actor: Actor, protection: Protection) -> Case | Refusal:
    """The case as it was ``before`` the last deed, done ``by`` that person and still the last.

    What the patient has written and who has read it stays as it is ``now``. A protected person has been told that
    the chat is over, so that ending stands.
    """
    if deed not in UNDOABLE or by is None or by != actor.staff_id:
        return Refusal("CH-12", "nothing-to-undo")
    if now.state is CaseState.ENDED and is_protected(protection):
        return Refusal("PR-3", "patient-told")
    if is_protected(protection):
        return Refusal("PR-1", "protected")
    return replace(
        before,
        version=now.version,
        ending_by=None,
        unread=now.unread,
        unread_free_text=now.unread_free_text,
    )
