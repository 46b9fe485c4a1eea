"""Ending in two steps, and the day that is added."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from p24tui.routine import chat, ending
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import HANDED_ON, NOW, PACE, UNSAID, actor, case

ME = "SE2321000016-ML01"
OTHER = "SE2321000016-JB02"


def asked(one: Case) -> Case:
    first = ending.request_end(one, actor(), Protection.NONE, UNSAID, PACE)
    assert isinstance(first, Case), first
    return first


def confirmed(one: Case, now: datetime = NOW) -> Case:
    last = ending.confirm_end(one, actor(), Protection.NONE, UNSAID, PACE, now, 1)
    assert isinstance(last, Case), last
    return last


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H11")
def test_the_first_step_ends_nothing() -> None:
    first = asked(case(owner_id=ME, state=CaseState.ONGOING))
    assert (first.state, first.ending_by, first.owner_id) == (CaseState.ONGOING, ME, ME)


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H11")
def test_there_is_no_second_step_without_the_first() -> None:
    one = case(owner_id=ME, state=CaseState.WAITING)
    assert ending.confirm_end(one, actor(), Protection.NONE, UNSAID, PACE, NOW, 1) == Refusal("CH-12", "not-confirmed")


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H11")
def test_nobody_confirms_for_another() -> None:
    one = case(owner_id=OTHER, ending_by=OTHER)
    assert ending.confirm_end(one, actor(), Protection.NONE, UNSAID, PACE, NOW, 1) == Refusal("CH-12", "not-confirmed")


@pytest.mark.rule("CH-12")
def test_after_the_second_step_it_has_ended() -> None:
    last = confirmed(asked(case(owner_id=ME, state=CaseState.ONGOING)))
    assert (last.state, last.ended_at, last.owner_id, last.waiting_since) == (CaseState.ENDED, NOW, None, None)


@pytest.mark.rule("CH-12")
def test_what_has_ended_does_not_end_again() -> None:
    refused = Refusal("CH-12", "ended")
    for protection in Protection:
        over = case(state=CaseState.ENDED, owner_id=ME, ending_by=ME)
        assert ending.request_end(over, actor(), protection, UNSAID, PACE) == refused
        assert ending.confirm_end(over, actor(), protection, UNSAID, PACE, NOW, 1) == refused


@pytest.mark.rule("CH-12")
def test_nothing_ends_by_itself() -> None:
    tick = replace(actor(), staff_id=None)
    refused = Refusal("CH-12", "not-confirmed")
    assert ending.confirm_end(case(), tick, Protection.MARKED, UNSAID, PACE, NOW, 1) == refused
    assert ending.keep_open(case(), tick) == refused


@pytest.mark.rule("CH-12")
def test_of_an_ended_case_nothing_is_left_of_its_handling() -> None:
    busy = case(
        owner_id=ME,
        ending_by=ME,
        state=CaseState.ONGOING,
        unread_free_text=1,
        held_until=NOW.date(),
        held_reason="provsvar",
        held_by=ME,
        no_times=True,
        owner_lost_at=NOW,
        asked_by=OTHER,
        risk_due_at=NOW,
    )
    last = ending.ended(busy, NOW, None)
    assert last == case(state=CaseState.ENDED, ended_at=NOW, waiting_since=None)


def test_it_can_be_taken_back() -> None:
    one = case(owner_id=ME)
    assert ending.keep_open(asked(one), actor()) == one
    assert ending.keep_open(one, actor()) == Refusal("CH-12", "not-confirmed")
    assert ending.keep_open(replace(one, ending_by=OTHER), actor()) == Refusal("CH-12", "not-confirmed")


@pytest.mark.rule("CH-6", "SE-3")
@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), datetime(2026, 11, 25, 23, 0, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, 0, tzinfo=UTC), datetime(2027, 3, 28, 22, 0, tzinfo=UTC)),
        (datetime(2027, 10, 30, 12, 0, tzinfo=UTC), datetime(2027, 10, 31, 23, 0, tzinfo=UTC)),
    ],
    ids=["afternoon", "before-midnight", "after-midnight", "spring-change", "autumn-change"],
)
def test_a_silent_patient_can_answer_through_the_whole_next_day(now: datetime, until: datetime) -> None:
    last = confirmed(asked(case(owner_id=ME, state=CaseState.WAITING)), now)
    assert last.answer_until == until


@pytest.mark.rule("CH-6")
def test_no_day_is_added_where_the_patient_has_answered() -> None:
    assert confirmed(asked(case(owner_id=ME, state=CaseState.ANSWERED))).answer_until is None


@pytest.mark.parametrize("facts", [{"unread": 1}, {"unread_free_text": 1}])
@pytest.mark.hazard("H10")
def test_what_nobody_has_read_is_read_first(facts: dict[str, int]) -> None:
    one = case(owner_id=ME, **facts)
    assert ending.request_end(one, actor(), Protection.NONE, UNSAID, PACE) == Refusal("CH-7", "unread")


@pytest.mark.hazard("H10")
def test_a_message_between_the_steps_undoes_the_first() -> None:
    assert chat.receive(case(owner_id=ME, ending_by=ME), NOW).ending_by is None


@pytest.mark.hazard("H10")
def test_a_message_between_the_steps_stops_the_second() -> None:
    one = case(owner_id=ME, ending_by=ME, unread=1)
    assert ending.confirm_end(one, actor(), Protection.NONE, UNSAID, PACE, NOW, 1) == Refusal("CH-7", "unread")


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("risk", [SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_only_psychologist_or_doctor_ends_where_suicide_risk_is_suspected(risk: SuicideRisk) -> None:
    one = case(owner_id=ME, suicide=risk)
    assert ending.request_end(one, actor(Profession.NURSE), Protection.NONE, HANDED_ON, PACE) == Refusal(
        "SU-2", "suicide-risk"
    )
    assert isinstance(ending.request_end(one, actor(Profession.DOCTOR), Protection.NONE, HANDED_ON, PACE), Case)


@pytest.mark.parametrize("owner", [None, OTHER])
def test_only_the_owner_ends(owner: str | None) -> None:
    refusal = ending.request_end(case(owner_id=owner), actor(), Protection.NONE, UNSAID, PACE)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "CH-11"


@pytest.mark.rule("PR-1")
def test_a_protected_persons_case_may_be_ended_by_anyone_unread_and_unclaimed() -> None:
    first = ending.request_end(case(unread=1), actor(), Protection.MARKED, UNSAID, PACE)
    assert isinstance(first, Case)
    last = ending.confirm_end(first, actor(), Protection.MARKED, UNSAID, PACE, NOW, 1)
    assert isinstance(last, Case)
    assert (last.state, last.unread) == (CaseState.ENDED, 0)


@pytest.mark.rule("PR-1", "CH-6")
def test_no_day_is_added_for_a_protected_person_who_is_not_answered_here() -> None:
    begun = case(state=CaseState.WAITING, ending_by=ME)
    last = ending.confirm_end(begun, actor(), Protection.POPULATION, UNSAID, PACE, NOW, 1)
    assert isinstance(last, Case)
    assert last.answer_until is None


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_the_video_is_ended_before_the_chat() -> None:
    on = case(owner_id=ME, video=Video.ON)
    assert ending.request_end(on, actor(), Protection.NONE, UNSAID, PACE) == Refusal("VI-14", "video-on")
    off = ending.request_end(replace(on, video=Video.OVER), actor(), Protection.NONE, UNSAID, PACE)
    assert isinstance(off, Case)
    assert isinstance(ending.request_end(on, actor(), Protection.MARKED, UNSAID, PACE), Case)
