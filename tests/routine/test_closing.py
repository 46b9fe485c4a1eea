"""Before the service is left unstaffed every case is gone through, and nothing urgent is left (CH-5, CH-7, SU-2)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import chat
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.closing import (
    DONE,
    Level,
    Remaining,
    Standing,
    level,
    may_end_with_day,
    may_sign,
    may_tell,
    may_tell_among_many,
    standing,
    tell,
)
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, actor, any_case, case

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
NURSE = actor()
OTHER = "SE2321000016-JB02"
RESTS = {"state": CaseState.HELD, "held_until": TOMORROW}
TAKEN_ON = {"suicide": SuicideRisk.TAKEN_ON, "owner_id": OTHER}
FOLLOWED = {"suicide": SuicideRisk.FOLLOWED, "risk": RiskLevel.MODERATE, "risk_due_at": NOW}

STANDINGS: list[tuple[dict[str, Any], Standing]] = [
    ({}, Standing.LEFT),
    ({"state": CaseState.WAITING, "waiting_since": None}, Standing.LEFT),
    ({"state": CaseState.DUE}, Standing.LEFT),
    ({"owner_id": OTHER}, Standing.LEFT),
    ({"unread": 1}, Standing.UNREAD),
    ({"unread_free_text": 1}, Standing.UNREAD),
    ({"opened_at": None}, Standing.UNREAD),
    ({"opened_at": None, "owner_id": OTHER}, Standing.LEFT),
    ({"opened_at": None, "urgency": Urgency.CAN_WAIT}, Standing.LEFT),
    ({"priority": None}, Standing.URGENT),
    ({"priority": None, "kind": ContactKind.MESSAGE}, Standing.LEFT),
    ({"priority": 1}, Standing.URGENT),
    ({"priority": 1, "unread": 1}, Standing.URGENT),
    ({"priority": 1, "urgency": Urgency.CAN_WAIT}, Standing.LEFT),
    ({"urgency": Urgency.URGENT, **RESTS}, Standing.URGENT),
    ({"suicide": SuicideRisk.AWAITING}, Standing.SUICIDE),
    ({"suicide": SuicideRisk.AWAITING, "owner_id": OTHER, "handed_to": "Sara Holm"}, Standing.SUICIDE),
    ({**TAKEN_ON, "owner_lost_at": NOW}, Standing.SUICIDE),
    ({**TAKEN_ON, "handed_to": "doctor", "handed_at": NOW}, Standing.SUICIDE),
    (TAKEN_ON, Standing.LEFT),
    (FOLLOWED, Standing.RESTS),
    ({**FOLLOWED, "told_closing_at": NOW}, Standing.RESTS),
    ({**FOLLOWED, "state": CaseState.WAITING, "waiting_since": None}, Standing.RESTS),
    ({**FOLLOWED, "unread": 1}, Standing.UNREAD),
    ({**FOLLOWED, "urgency": Urgency.URGENT}, Standing.URGENT),
    (RESTS, Standing.RESTS),
    ({**RESTS, "held_until": TODAY}, Standing.LEFT),
    ({"told_closing_at": NOW}, Standing.TOLD),
    ({"told_closing_at": NOW - timedelta(days=1)}, Standing.LEFT),
    ({"told_closing_at": NOW, "unread": 1}, Standing.UNREAD),
]


@pytest.mark.rule("CH-7", "SU-2")
@pytest.mark.hazard("H3")
@pytest.mark.parametrize(("facts", "where"), STANDINGS)
def test_where_a_case_stands_is_the_gravest_that_is_left_to_do(facts: dict[str, Any], where: Standing) -> None:
    assert standing(case(**facts), TODAY) is where


@pytest.mark.rule("CH-5")
@pytest.mark.parametrize(
    ("minutes", "loud"),
    [(61, 0), (60.01, 0), (60, 1), (31, 1), (30, 2), (15.01, 2), (15, 3), (5.01, 3), (5, 4), (0.1, 4)],
)
def test_closing_goes_from_a_fact_to_an_alarm(minutes: float, loud: int) -> None:
    assert level(minutes, (60, 30, 15, 5)) == Level(loud)


@pytest.mark.rule("CH-5")
def test_a_unit_that_wants_few_warnings_or_none_has_them() -> None:
    assert level(20, (30, 10)) is Level.FACT
    assert level(20, (60, 30, 10)) is Level.WARNING
    assert level(10, (30, 10)) is Level.ALARM
    assert level(1, ()) is Level.NONE


@pytest.mark.rule("CH-5")
@pytest.mark.parametrize("facts", [{}, {"state": CaseState.WAITING, "waiting_since": None}, {"owner_id": OTHER}])
def test_who_is_told_waits_from_when_they_did(facts: dict[str, Any]) -> None:
    one = case(**facts)
    assert tell(one, NURSE, Protection.NONE, TODAY, NOW) == replace(one, told_closing_at=NOW)


@pytest.mark.rule("CH-5", "CH-7", "SU-2", "PR-1")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"state": CaseState.ENDED}, Refusal("CH-12", "ended")),
        ({"suicide": SuicideRisk.AWAITING}, Refusal("SU-2", "closing-suicide")),
        (TAKEN_ON, Refusal("SU-2", "closing-suicide")),
        ({"urgency": Urgency.URGENT}, Refusal("CH-7", "closing-urgent")),
        ({"priority": 1}, Refusal("CH-7", "closing-urgent")),
        ({"unread": 1}, Refusal("CH-7", "unread")),
        ({"unread_free_text": 2}, Refusal("CH-7", "unread")),
        ({"told_closing_at": NOW}, Refusal("CH-5", "closing-told")),
        (RESTS, Refusal("CH-5", "closing-rests")),
    ],
)
def test_whom_the_word_of_closing_is_no_answer_to(facts: dict[str, Any], refusal: Refusal) -> None:
    one = case(**facts)
    assert may_tell(one, NURSE, Protection.NONE, TODAY) == refusal
    assert may_tell_among_many(one, NURSE, Protection.NONE, TODAY) == refusal
    assert tell(one, NURSE, Protection.NONE, TODAY, NOW) == refusal


@pytest.mark.rule("CH-5", "PR-1")
def test_protected_persons_are_not_told_and_administrators_do_not_tell() -> None:
    assert may_tell(case(), NURSE, Protection.MARKED, TODAY) == Refusal("PR-1", "protected")
    administrator = actor(Profession.ADMINISTRATION)
    assert may_tell(case(), administrator, Protection.NONE, TODAY) == Refusal("CH-4", "not-clinician")


@pytest.mark.rule("CH-4", "CH-7")
def test_priority_1_that_can_wait_is_told_alone_and_never_among_many() -> None:
    one = case(priority=1, urgency=Urgency.CAN_WAIT)
    assert may_tell(one, NURSE, Protection.NONE, TODAY) is None
    assert may_tell_among_many(one, NURSE, Protection.NONE, TODAY) == Refusal("CH-7", "closing-priority")


@pytest.mark.rule("CH-4", "CH-5", "CH-7", "SU-2")
@given(any_case(), st.sampled_from(Protection))
def test_many_are_told_at_once_only_where_that_is_safe(one: Case, protection: Protection) -> None:
    if may_tell_among_many(one, NURSE, protection, TODAY) is None:
        assert one.urgency is not Urgency.URGENT
        assert one.priority != 1
        assert not one.unread
        assert not one.unread_free_text
        assert one.suicide is SuicideRisk.NONE
        assert protection not in (Protection.MARKED, Protection.POPULATION)
        assert one.state is not CaseState.ENDED
        told = tell(one, NURSE, protection, TODAY, NOW)
        assert isinstance(told, Case)
        assert standing(told, TODAY) is Standing.TOLD
        assert tell(told, NURSE, protection, TODAY, NOW) == Refusal("CH-5", "closing-told")


@pytest.mark.rule("CH-5")
def test_what_the_patient_writes_and_what_they_are_answered_makes_it_unsaid() -> None:
    told = case(told_closing_at=NOW, owner_id=NURSE.staff_id, state=CaseState.ONGOING)
    assert chat.receive(told, NOW).told_closing_at is None
    answered = chat.answer(told, NURSE, Protection.NONE, NOW)
    assert isinstance(answered, Case)
    assert answered.told_closing_at is None


@pytest.mark.rule("CH-7", "SU-2")
@pytest.mark.hazard("H3", "H7")
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"suicide": SuicideRisk.AWAITING, "owner_id": OTHER}, Refusal("SU-2", "sign-suicide")),
        ({**TAKEN_ON, "owner_id": None}, Refusal("SU-2", "sign-suicide")),
        ({"priority": 1, "owner_id": OTHER}, Refusal("CH-7", "sign-urgent")),
        ({"unread": 1, "owner_id": OTHER}, Refusal("CH-7", "sign-unread")),
        ({"unread_free_text": 1}, Refusal("CH-7", "sign-unread")),
        ({}, Refusal("CH-7", "sign-left")),
    ],
)
def test_it_is_not_signed_while_something_is_forgotten(facts: dict[str, Any], refusal: Refusal) -> None:
    rest = [case(id="b", told_closing_at=NOW), case(id="c", **RESTS), case(id="d", owner_id=OTHER)]
    assert may_sign([*rest, case(**facts)], NURSE, TODAY) == refusal


@pytest.mark.rule("CH-7")
def test_the_gravest_is_said_first() -> None:
    everything = [case(), case(unread=1), case(priority=1), case(suicide=SuicideRisk.AWAITING)]
    assert may_sign(everything, NURSE, TODAY) == Refusal("SU-2", "sign-suicide")
    assert may_sign(everything[:3], NURSE, TODAY) == Refusal("CH-7", "sign-urgent")
    assert may_sign(everything[:2], NURSE, TODAY) == Refusal("CH-7", "sign-unread")


@pytest.mark.rule("CH-7")
def test_what_remains_is_said_with_who_has_it() -> None:
    cases = [case(told_closing_at=NOW), case(id="b", **RESTS), case(id="c", owner_id=OTHER), case(id="d", **TAKEN_ON)]
    assert may_sign(cases, NURSE, TODAY) == (Remaining("c", OTHER), Remaining("d", OTHER))
    assert may_sign([], NURSE, TODAY) == ()


@pytest.mark.rule("CH-7")
def test_administrators_do_not_sign() -> None:
    assert may_sign([], actor(Profession.ADMINISTRATION), TODAY) == Refusal("CH-4", "not-clinician")


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
@given(st.lists(any_case().filter(lambda one: one.state is not CaseState.ENDED), max_size=12))
def test_every_open_case_is_accounted_for_where_it_is_signed(cases: list[Case]) -> None:
    signed = may_sign(cases, NURSE, TODAY)
    if isinstance(signed, tuple):
        left = [one for one in cases if standing(one, TODAY) not in DONE]
        assert [(one.id, one.owner_id) for one in left] == [(one.case_id, one.owner_id) for one in signed]
        assert all(standing(one, TODAY) is Standing.LEFT for one in left)


@pytest.mark.rule("CH-6", "CH-7", "SE-3", "SU-9")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"state": CaseState.ONGOING}, Refusal("CH-6", "patient-waits")),
        ({"suicide": SuicideRisk.AWAITING}, Refusal("SU-9", "closing-suicide")),
        (TAKEN_ON, Refusal("SU-9", "closing-suicide")),
        ({"urgency": Urgency.URGENT}, Refusal("CH-7", "closing-urgent")),
        ({"priority": 1}, Refusal("CH-7", "closing-urgent")),
    ],
)
def test_only_a_silent_patient_of_no_urgency_is_ended_with_a_day(
    facts: dict[str, Any], refusal: Refusal | None
) -> None:
    one = case(**{"state": CaseState.WAITING, **facts})
    assert may_end_with_day(one, NURSE, Protection.NONE) == refusal
    assert may_end_with_day(one, NURSE, Protection.MARKED) == Refusal("PR-1", "protected")


@pytest.mark.rule("CH-7")
def test_what_was_held_to_a_later_day_rests_though_that_day_has_come_before_somebody_signs() -> None:
    woken = case(state=CaseState.DUE, held_until=TOMORROW)
    assert standing(woken, TODAY) is Standing.RESTS
    assert standing(woken, TOMORROW) is Standing.LEFT


@pytest.mark.rule("CH-7", "SU-7", "SU-9")
@pytest.mark.hazard("H3", "H8")
def test_suicide_risk_that_is_followed_keeps_nobody_from_signing_and_is_told_of_no_closing() -> None:
    followed = case(id="f", **FOLLOWED)
    assert may_sign([followed], NURSE, TODAY) == ()
    assert may_tell(followed, NURSE, Protection.NONE, TODAY) == Refusal("SU-2", "closing-suicide")
    silent = replace(followed, state=CaseState.WAITING)
    assert may_end_with_day(silent, NURSE, Protection.NONE) == Refusal("SU-9", "closing-suicide")
    due = replace(followed, suicide=SuicideRisk.AWAITING)
    assert may_sign([followed, due], NURSE, TODAY) == Refusal("SU-2", "sign-suicide")
    raised = case(id="m", risk=RiskLevel.MODERATE, **TAKEN_ON)
    assert may_sign([followed, raised], NURSE, TODAY) == (Remaining("m", OTHER),)
