"""What a slip of the hand changed can be taken back; what a patient has been told cannot."""

import pytest
from msgspec.structs import replace

from p24tui.routine import chat, ending, holding, undo
from p24tui.routine.case import Case, CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, PACE, UNSAID, actor, case

ME = "SE2321000016-ML01"
TOMORROW = NOW.date().replace(day=24)
pytestmark = pytest.mark.rule("CH-12")


def deeds() -> list[tuple[str, Case, Case | Refusal]]:
    held = case(state=CaseState.HELD, held_until=TOMORROW, held_reason="provsvar", held_by=ME)
    mine = case(owner_id=ME, state=CaseState.WAITING, answered_at=NOW, waiting_since=None)
    begun = replace(mine, ending_by=ME)
    return [
        ("case.claimed", case(), chat.claim(case(), actor(), Protection.NONE)),
        ("case.claimed", held, chat.claim(held, actor(), Protection.NONE)),
        ("case.released", mine, chat.release(mine, actor())),
        ("case.held", mine, holding.hold(mine, actor(), TOMORROW, "tid i morgon", NOW.date())),
        ("case.ended", begun, ending.confirm_end(begun, actor(), Protection.NONE, UNSAID, PACE, NOW, 1)),
    ]


@pytest.mark.parametrize(("deed", "before", "after"), deeds())
def test_what_is_undone_is_as_it_was(deed: str, before: Case, after: Case | Refusal) -> None:
    assert isinstance(after, Case)
    assert undo.undo(after, before, deed, ME, actor(), Protection.NONE) == replace(before, ending_by=None)


def test_every_deed_that_can_be_undone_is_tried_here() -> None:
    assert {deed for deed, _before, _after in deeds()} == undo.UNDOABLE


def test_what_has_been_read_stays_read() -> None:
    undone = undo.undo(case(owner_id=ME), case(unread=2), "case.claimed", ME, actor(), Protection.NONE)
    assert isinstance(undone, Case)
    assert undone.unread == 0


@pytest.mark.parametrize("deed", ["message.sent", "takeover.granted", "case.taken-over", "ending.requested"])
def test_what_somebody_has_been_told_stands(deed: str) -> None:
    refused = Refusal("CH-12", "nothing-to-undo")
    assert undo.undo(case(owner_id=ME), case(), deed, ME, actor(), Protection.NONE) == refused


def test_one_undoes_only_what_one_did_oneself() -> None:
    refused = Refusal("CH-12", "nothing-to-undo")
    assert undo.undo(case(), case(), "case.claimed", "SE2321000016-JB02", actor(), Protection.NONE) == refused
    assert undo.undo(case(), case(), "case.claimed", None, actor(), Protection.NONE) == refused


@pytest.mark.rule("PR-3")
def test_a_protected_person_has_been_told_where_to_go() -> None:
    ended = case(state=CaseState.ENDED)
    refused = Refusal("PR-3", "patient-told")
    assert undo.undo(ended, case(), "case.ended", ME, actor(), Protection.MARKED) == refused
