"""What holds in every situation that a case can come to, and that docs/states.md says what the rules do."""

import inspect
from types import ModuleType
from typing import get_type_hints

import pytest

from p24tui.routine import chat, ending, handover, holding, shift, takeover, undo
from p24tui.routine.actor import ASSESSORS
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests import states
from tests.routine.cases import alert

CASES = frozenset(at.case for at in states.situations())
DONE = tuple(states.done())


def every(state: CaseState) -> list[Case]:
    """Every case that was found in a state."""
    found = [case for case in CASES if case.state is state]
    assert found
    return found


def after(step: str) -> list[tuple[states.Move, Case]]:
    """Every time that a step was taken, and the case after it."""
    found = [(move, case) for move, case in DONE if move.step == step]
    assert found
    return found


def steps_of(module: ModuleType) -> set[str]:
    """The functions of a module that make a case into another."""
    functions = inspect.getmembers(module, lambda one: inspect.isfunction(one) and one.__module__ == module.__name__)
    made = (Case, Case | Refusal)
    return {name for name, one in functions if name[0] != "_" and get_type_hints(one)["return"] in made}


def test_the_document_says_what_the_rules_do() -> None:
    assert states.is_current(), "python -m tests.states --write"


def test_what_is_drawn_stands_between_the_marks_and_leaves_the_rest() -> None:
    fresh = states.with_drawing(f"Before\n{states.BEGIN}\nold\n{states.END}\nAfter\n")
    assert fresh == f"Before\n{states.BEGIN}\n\n{states.drawn()}\n\n{states.END}\nAfter\n"


def test_a_step_that_has_changed_makes_the_document_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "STEPS", states.STEPS[:-1])
    assert not states.is_current()


def test_a_document_without_marks_is_said() -> None:
    with pytest.raises(ValueError, match="made from the code"):
        states.with_drawing("Only text")


def test_every_step_that_the_rules_know_is_taken() -> None:
    known = set[str]().union(*map(steps_of, (chat, ending, handover, holding, shift, takeover, undo)))
    parts = {
        "unasked",
        "untaken",
        "unfollowed",
        "ended",
        "had",
        "back_in_the_queue",
        "given",
        "kept",
        "unoffered",
    }  # of other steps
    assert known - parts == set(states.STEPS)
    assert {move.step for move, _case in DONE} == set(states.STEPS)
    assert set(states.DEEDS.values()) == undo.UNDOABLE


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_reached_and_left(state: CaseState) -> None:
    changes = [(move.before.case.state, case.state) for move, case in DONE if move.before.case.state is not case.state]
    assert state in {new for _old, new in changes}
    assert state in {old for old, _new in changes}


@pytest.mark.rule("CH-12")
def test_an_ended_case_has_nothing_left_of_its_handling() -> None:
    for case in every(CaseState.ENDED):
        assert case.ended_at is not None
        assert (case.owner_id, case.ending_by, case.asked_by) == (None, None, None)
        assert (case.held_until, case.held_reason, case.held_by) == (None, "", None)


@pytest.mark.rule("CH-12")
def test_a_case_that_has_not_ended_says_so() -> None:
    for case in CASES - set(every(CaseState.ENDED)):
        assert (case.ended_at, case.answer_until) == (None, None)


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H11")
def test_a_case_ends_only_by_the_second_step_of_whoever_took_the_first() -> None:
    ends = [move for move, case in DONE if case.state is CaseState.ENDED is not move.before.case.state]
    assert {move.step for move in ends} == {"confirm_end"}
    for move in ends:
        assert move.actor is not None
        assert move.before.case.ending_by == move.actor.staff_id


@pytest.mark.rule("SE-4")
def test_a_held_case_says_until_when_and_why_and_nobody_has_it() -> None:
    for case in every(CaseState.HELD):
        assert case.held_until is not None
        assert case.held_reason
        assert case.held_by is not None
        assert (case.owner_id, case.unread) == (None, 0)


@pytest.mark.rule("SE-4")
def test_only_a_held_case_and_one_whose_day_has_come_carry_a_hold() -> None:
    assert {case.state for case in CASES if case.held_until} == {CaseState.HELD, CaseState.DUE}


def test_where_the_patient_has_the_word_nobody_waits_for_us() -> None:
    for case in every(CaseState.WAITING):
        assert case.answered_at is not None
        assert case.waiting_since is None


@pytest.mark.parametrize("state", [CaseState.NEW, CaseState.ANSWERED, CaseState.DUE])
def test_where_we_have_the_word_it_is_known_since_when(state: CaseState) -> None:
    assert all(case.waiting_since for case in every(state))


@pytest.mark.rule("CH-6", "SE-3")
@pytest.mark.hazard("H10")
def test_wherever_the_patient_writes_staff_see_it() -> None:
    received = after("receive")
    assert {move.before for move, _case in received} == states.situations()
    assert {case.state for _move, case in received} == {CaseState.NEW, CaseState.ONGOING, CaseState.ANSWERED}
    for _move, case in received:
        assert case.unread
        assert case.waiting_since is not None
        assert case.ending_by is None


@pytest.mark.hazard("H10")
def test_only_a_protected_persons_case_ends_with_something_unread() -> None:
    for move, _case in after("confirm_end"):
        unread = move.before.case.unread or move.before.case.unread_free_text
        assert not unread or move.before.protection is Protection.MARKED


@pytest.mark.rule("SU-2")
def test_suicide_risk_is_taken_on_by_going_to_a_psychologist_or_doctor() -> None:
    taken_on = [
        (move.step, states.PROFESSIONS[case.owner_id])
        for move, case in DONE
        if case.suicide is SuicideRisk.TAKEN_ON is not move.before.case.suicide and move.step != "undo"
    ]
    assert {step for step, _profession in taken_on} == {"claim", "let_go", "take", "accept"}
    assert {profession for _step, profession in taken_on} <= ASSESSORS


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("step", ["release", "let_go", "take", "accept"])
def test_suicide_risk_that_goes_from_a_psychologist_or_doctor_waits_again(step: str) -> None:
    owners = {case.owner_id for _move, case in after(step) if case.suicide is SuicideRisk.TAKEN_ON}
    assert all(states.PROFESSIONS.get(owner) in ASSESSORS for owner in owners)


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_risk_that_is_taken_on_is_with_an_assessor_or_rests() -> None:
    taken_on = [case for case in CASES if case.suicide is SuicideRisk.TAKEN_ON]
    assert taken_on
    for case in taken_on:
        at_rest = case.state in (CaseState.HELD, CaseState.ENDED)
        assert at_rest or states.PROFESSIONS.get(case.owner_id) in ASSESSORS


@pytest.mark.rule("SU-2")
def test_suspected_suicide_risk_is_never_lost() -> None:
    for move, case in DONE:
        assert (case.suicide is SuicideRisk.NONE) == (move.before.case.suicide is SuicideRisk.NONE)


@pytest.mark.rule("SH-1", "SU-2")
@pytest.mark.hazard("H7", "H12")
def test_whoever_is_lost_has_nothing_but_what_calls() -> None:
    for move, case in after("give_up"):
        assert case.owner_lost_at is not None
        assert alert(case, None) is not None
        assert (case.owner_id is None) == (case.suicide is SuicideRisk.NONE)
        assert (case.ending_by, case.waiting_since) == (None, move.before.case.waiting_since)


@pytest.mark.rule("SH-1")
@pytest.mark.parametrize("step", ["claim", "answer", "let_go", "take", "confirm_end", "come_back"])
def test_it_calls_no_longer_when_somebody_has_it_or_it_has_ended(step: str) -> None:
    assert all(case.owner_lost_at is None for _move, case in after(step))


@pytest.mark.rule("CH-4")
def test_nobody_but_a_clinician_has_a_case() -> None:
    owners = {case.owner_id for case in CASES} - {None}
    assert owners
    assert {states.PROFESSIONS[owner] for owner in owners} <= CLINICIANS


@pytest.mark.rule("PR-1")
def test_nobody_ever_has_or_answers_a_protected_persons_case() -> None:
    protected = [at.case for at in states.situations() if at.protection is Protection.MARKED]
    assert protected
    assert {(case.owner_id, case.answered_at) for case in protected} == {(None, None)}


@pytest.mark.rule("CH-11")
def test_only_a_case_that_somebody_has_is_asked_for_and_by_somebody_else() -> None:
    asked = [case for case in CASES if case.asked_by]
    assert asked
    for case in asked:
        assert case.owner_id not in (None, case.asked_by)


@pytest.mark.rule("CH-11")
def test_a_case_leaves_its_owner_by_the_owners_own_step_by_take_by_undo_or_when_the_owner_is_lost() -> None:
    for move, case in DONE:
        owner = move.before.case.owner_id
        if owner not in (None, case.owner_id) and move.step not in ("take", "accept", "undo", "give_up"):
            assert move.actor is not None
            assert move.actor.staff_id == owner, move.step


@pytest.mark.rule("CH-11")
def test_a_case_is_offered_only_by_whoever_has_it_until_they_have_it_no_longer() -> None:
    offered = [case for case in CASES if case.handed_at]
    assert offered
    assert all(case.owner_id and case.handed_to for case in offered)
    for move, case in DONE:
        before = move.before.case
        if before.handed_at and case.owner_id != before.owner_id:
            assert case.handed_at is None, move.step
            assert move.step in ("accept", "take", "let_go", "release", "hold", "confirm_end", "give_up"), move.step
    assert not any(case.handed_to or case.handed_level for case in CASES if case.handed_at is None)


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_suspected_suicide_risk_that_is_handed_over_stays_owned_until_it_is_taken() -> None:
    risk = [(move, case) for move, case in DONE if move.before.case.handed_at and move.before.case.suicide != "none"]
    assert risk
    for move, case in risk:
        assert case.state is not CaseState.ENDED
        assert case.owner_id is not None, move.step
        if case.owner_id != move.before.case.owner_id:
            assert move.step in ("accept", "take", "let_go")


@pytest.mark.rule("CH-12")
def test_undoing_ones_own_deed_gives_back_the_case_as_it_was() -> None:
    for move, case in after("undo"):
        assert move.before.last is not None
        assert move.actor is not None
        assert move.before.last.by == move.actor.staff_id
        before = move.before.last.before
        assert (case.state, case.owner_id, case.suicide) == (before.state, before.owner_id, before.suicide)
