"""Claim, release, answer, receive, read: who may, and what becomes of the case."""

from datetime import timedelta

import pytest
from hypothesis import given
from msgspec.structs import replace

from p24tui.routine import chat
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, actor, any_case, case

ME = "SE2321000016-ML01"
OTHER = "SE2321000016-JB02"


def done(decision: Case | Refusal) -> Case:
    assert isinstance(decision, Case), decision
    return decision


@pytest.mark.rule("CH-4")
@pytest.mark.parametrize("profession", sorted(set(Profession) - {Profession.ADMINISTRATION}))
def test_any_clinician_may_take_a_case_on(profession: Profession) -> None:
    taken = done(chat.claim(case(), actor(profession), Protection.NONE))
    assert (taken.owner_id, taken.state) == (ME, CaseState.ONGOING)


@pytest.mark.rule("CH-4")
def test_administration_does_not_assess() -> None:
    who = actor(Profession.ADMINISTRATION)
    assert chat.claim(case(), who, Protection.NONE) == Refusal("CH-4", "not-clinician")
    assert chat.answer(case(owner_id=ME), who, Protection.NONE, NOW) == Refusal("CH-4", "not-clinician")


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize("protection", [Protection.MARKED, Protection.POPULATION])
def test_a_protected_person_is_handled_by_nobody(protection: Protection) -> None:
    assert chat.claim(case(), actor(), protection) == Refusal("PR-1", "protected")
    assert chat.answer(case(owner_id=ME), actor(), protection, NOW) == Refusal("PR-1", "protected")


def test_a_case_has_one_owner() -> None:
    assert chat.claim(case(owner_id=OTHER), actor(), Protection.NONE) == Refusal("CH-11", "owned")
    assert done(chat.claim(case(owner_id=ME), actor(), Protection.NONE)).owner_id == ME


@pytest.mark.parametrize("state", [CaseState.HELD, CaseState.DUE])
def test_taking_on_a_held_case_ends_the_hold(state: CaseState) -> None:
    held = case(state=state, held_until=NOW.date(), held_reason="tid i morgon", held_by=OTHER)
    taken = done(chat.claim(held, actor(), Protection.NONE))
    assert (taken.state, taken.held_until, taken.held_reason, taken.held_by) == (CaseState.ONGOING, None, "", None)


@pytest.mark.rule("SU-2")
def test_suicide_risk_waits_until_a_psychologist_or_doctor_takes_it_on() -> None:
    risk = case(suicide=SuicideRisk.AWAITING)
    assert done(chat.claim(risk, actor(Profession.NURSE), Protection.NONE)).suicide is SuicideRisk.AWAITING
    taken = done(chat.claim(risk, actor(Profession.PSYCHOLOGIST), Protection.NONE))
    assert taken.suicide is SuicideRisk.TAKEN_ON
    assert done(chat.release(taken, actor())).suicide is SuicideRisk.AWAITING


def test_releasing_changes_nothing_about_the_waiting() -> None:
    before = case()
    after = done(chat.release(done(chat.claim(before, actor(), Protection.NONE)), actor()))
    assert after == before


def test_only_the_owner_releases_and_answers() -> None:
    for step in (chat.release(case(owner_id=OTHER), actor()), chat.answer(case(), actor(), Protection.NONE, NOW)):
        assert isinstance(step, Refusal)
    assert chat.answer(case(owner_id=OTHER), actor(), Protection.NONE, NOW) == Refusal("CH-11", "owned")


def test_after_an_answer_nobody_waits_for_us() -> None:
    answered = done(chat.answer(case(owner_id=ME, ending_by=ME), actor(), Protection.NONE, NOW))
    assert (answered.state, answered.waiting_since, answered.answered_at) == (CaseState.WAITING, None, NOW)
    assert answered.ending_by is None


@pytest.mark.rule("CH-6")
@pytest.mark.hazard("H10")
@given(any_case())
def test_a_patients_message_wakes_a_case_whatever_its_state(one: Case) -> None:
    woken = chat.receive(one, NOW)
    assert woken.state in (CaseState.NEW, CaseState.ONGOING, CaseState.ANSWERED)
    assert woken.unread == one.unread + 1
    assert woken.waiting_since is not None
    assert woken.waiting_since <= NOW
    assert (woken.ending_by, woken.ended_at, woken.answer_until, woken.held_until) == (None, None, None, None)


@pytest.mark.rule("CH-6", "SE-3")
@pytest.mark.hazard("H10")
def test_an_ended_case_opens_again_for_everybody() -> None:
    ended = case(state=CaseState.ENDED, owner_id=OTHER, suicide=SuicideRisk.TAKEN_ON, waiting_since=None)
    woken = chat.receive(ended, NOW)
    assert (woken.state, woken.owner_id, woken.waiting_since) == (CaseState.ANSWERED, None, NOW)
    assert woken.suicide is SuicideRisk.AWAITING


def test_the_wait_counts_from_the_oldest_message_without_answer() -> None:
    first = chat.receive(case(waiting_since=None), NOW)
    assert chat.receive(first, NOW + timedelta(hours=1)).waiting_since == NOW
    assert chat.receive(first, NOW - timedelta(hours=1)).waiting_since == NOW - timedelta(hours=1)


@pytest.mark.parametrize(("owner", "counts"), [(None, True), (ME, True), (OTHER, False)])
def test_a_colleagues_look_leaves_the_owners_unread_mark(owner: str | None, counts: bool) -> None:
    assert chat.reads(case(owner_id=owner), actor()) is counts


def test_reading_the_chat_and_reading_the_free_text_are_two_things() -> None:
    unread = case(unread=2, unread_free_text=1)
    assert chat.read(unread) == replace(unread, unread=0)
    assert chat.read_free_text(unread) == replace(unread, unread_free_text=0)
