"""The patient who does not answer, who acts outside the platform, and the one look at how (SU-9 to SU-13, AP-4)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import acting_outside, chat, suicide
from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.alert import calling_anew
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Call, Course, HandedOn, Looked, Outcome, Prolonged, Service
from tests.routine.cases import NOW, PACE, UNSAID, alert, case
from tests.routine.risks import (
    ADMINISTRATOR,
    AT_HIGH,
    AT_LOW,
    AT_MODERATE,
    BOOKED,
    DAY,
    DOCTOR,
    HOUR,
    MIDWIFE,
    NO_ANSWER,
    NURSE,
    PROLONGED,
    PSYCHOLOGIST,
    REACHED,
    SUSPICION,
    TO_112,
    TO_ON_CALL,
    VISIT,
    course,
    moderate,
    stated,
    suspected,
)

NONE, MARKED = Protection.NONE, Protection.MARKED
SECOND = timedelta(seconds=1)
LOOKED = course(SUSPICION, Looked("skriver att hon inte orkar"))
PROTECTED = case(suicide=SuicideRisk.AWAITING)
WRONG = case(suicide=SuicideRisk.AWAITING, wrong_patient_at=NOW)


# The chat is prolonged


@pytest.mark.rule("SU-9", "SU-13")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("at", "said", "refused"),
    [
        (AT_HIGH, PROLONGED, Refusal("SU-13", "high-prolong")),
        (course(SUSPICION), PROLONGED, Refusal("SU-9", "prolong-unassessed")),
        (AT_LOW, PROLONGED, Refusal("SU-9", "prolong-unassessed")),
        (AT_MODERATE, replace(PROLONGED, reason=" "), Refusal("SU-9", "prolong-reason")),
        (AT_MODERATE, replace(PROLONGED, until=NOW), Refusal("SU-9", "prolong-until")),
        (AT_MODERATE, replace(PROLONGED, until=NOW - HOUR), Refusal("SU-9", "prolong-until")),
        (AT_MODERATE, replace(PROLONGED, until=NOW + DAY + SECOND), Refusal("SU-9", "prolong-until")),
    ],
)
def test_when_the_chat_is_not_prolonged(at: Course, said: Prolonged, refused: Refusal) -> None:
    assert suicide.prolong(moderate(), at, PSYCHOLOGIST, NONE, said, NOW, PACE) == refused


@pytest.mark.rule("SU-9")
@pytest.mark.hazard("H8", "H9")
@pytest.mark.parametrize(
    ("due", "until", "after"),
    [
        (None, NOW + SECOND, NOW + SECOND),
        (None, NOW + DAY, NOW + DAY),
        (NOW + HOUR, NOW + DAY, NOW + HOUR),  # never past the time at which a visit is to be recorded
        (NOW + DAY, NOW + HOUR, NOW + HOUR),
    ],
)
def test_it_is_kept_until_then_and_never_past_what_was_to_be_looked_at_before(due: Any, until: Any, after: Any) -> None:
    one = moderate(risk_due_at=due)
    prolonged = suicide.prolong(one, AT_MODERATE, PSYCHOLOGIST, NONE, replace(PROLONGED, until=until), NOW, PACE)
    assert prolonged == replace(one, risk_due_at=after)


@pytest.mark.rule("SU-7", "SU-9")
@pytest.mark.hazard("H8", "H9")
@pytest.mark.parametrize("risk", [SuicideRisk.TAKEN_ON, SuicideRisk.FOLLOWED])
def test_at_its_time_it_calls_whoever_has_it(risk: SuicideRisk) -> None:
    owner = PSYCHOLOGIST.staff_id if risk is SuicideRisk.TAKEN_ON else None
    one = moderate(suicide=risk, owner_id=owner, risk_due_at=NOW)
    assert not suicide.is_due(one, NOW - timedelta(microseconds=1))
    assert suicide.is_due(one, NOW)
    after = calling_anew(one, suicide.fall_due(one, AT_MODERATE, NOW, PACE), NOW)
    assert after == replace(one, suicide=SuicideRisk.AWAITING, risk_due_at=None, risk_since=NOW)
    assert alert(after, None) is not None
    assert not suicide.is_due(after, NOW + DAY)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize("risk", [SuicideRisk.TAKEN_ON, SuicideRisk.FOLLOWED])
def test_that_the_chat_was_prolonged_puts_the_last_day_for_the_visit_off_for_nobody(risk: SuicideRisk) -> None:
    one = moderate(suicide=risk, visit_by=NOW.date() - DAY, risk_due_at=NOW + DAY)
    assert suicide.is_due(one, NOW)


@pytest.mark.rule("SU-7")
@pytest.mark.parametrize(
    "facts",
    [
        {"state": CaseState.ENDED},
        {"suicide": SuicideRisk.NONE},
        {"suicide": SuicideRisk.AWAITING},
        {"risk_due_at": None, "visit_by": None},
        {"risk_due_at": NOW + SECOND, "visit_by": None},
    ],
)
def test_nothing_falls_due_that_calls_already_is_over_or_has_its_time_ahead(facts: dict[str, Any]) -> None:
    due = moderate(risk_due_at=NOW, visit_by=NOW.date() - DAY)
    assert suicide.is_due(due, NOW)
    assert not suicide.is_due(replace(due, **facts), NOW)


@pytest.mark.rule("SU-7", "SU-9")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize("facts", [{"unread": 1}, {"unread_free_text": 1}, {"risk_due_at": None}])
def test_followed_is_only_what_has_a_time_and_where_nobody_has_left_a_word_unread(facts: dict[str, Any]) -> None:
    followed = moderate(owner_id=None, risk_due_at=NOW + DAY)
    assert chat.untaken(followed).suicide is SuicideRisk.FOLLOWED
    assert chat.untaken(replace(followed, **facts)).suicide is SuicideRisk.AWAITING
    assert chat.untaken(replace(followed, owner_id="x", **facts)).suicide is SuicideRisk.TAKEN_ON


# Calls, the on-call service and 112


@pytest.mark.rule("SU-9")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE, DOCTOR, PSYCHOLOGIST])
@pytest.mark.parametrize(
    ("one", "at"),
    [(suspected(), course(SUSPICION)), (moderate(owner_id=None), AT_MODERATE), (case(risk=RiskLevel.LOW), AT_LOW)],
)
def test_any_clinician_calls_whoever_has_the_case_and_it_is_kept(who: Actor, one: Case, at: Course) -> None:
    for said in (NO_ANSWER, REACHED, replace(NO_ANSWER, at=NOW)):
        assert acting_outside.call(one, at, who, NONE, said, NOW) == one


@pytest.mark.rule("SU-9")
@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (replace(NO_ANSWER, at=NOW + SECOND), Refusal("SU-9", "call-ahead")),
        (replace(REACHED, note=" "), Refusal("SU-9", "call-note")),
        (Call(NOW, Outcome.REACHED), Refusal("SU-9", "call-note")),
    ],
)
def test_a_call_has_been_and_says_what_came_of_it(said: Call, refused: Refusal) -> None:
    assert acting_outside.call(suspected(), course(SUSPICION), NURSE, NONE, said, NOW) == refused


@pytest.mark.rule("SU-9", "SU-11", "PR-1", "CH-4")
def test_whose_case_is_not_theirs_to_act_in() -> None:
    for protection in Protection:
        one = suspected(state=CaseState.ENDED)
        refused = Refusal("CH-12", "ended")
        assert acting_outside.call(one, LOOKED, NURSE, protection, NO_ANSWER, NOW) == refused
        assert acting_outside.hand_on(one, LOOKED, NURSE, protection, TO_112, NOW) == refused
        refused = Refusal("CH-4", "not-clinician")
        assert acting_outside.call(suspected(), LOOKED, ADMINISTRATOR, protection, NO_ANSWER, NOW) == refused
        assert acting_outside.hand_on(suspected(), LOOKED, ADMINISTRATOR, protection, TO_112, NOW) == refused


@pytest.mark.rule("SU-9", "SU-11")
@pytest.mark.parametrize("at", [UNSAID, course(REACHED)])
def test_where_no_risk_was_ever_suspected_there_is_nothing_to_act_on(at: Course) -> None:
    assert acting_outside.call(case(), at, NURSE, NONE, NO_ANSWER, NOW) == Refusal("SU-9", "no-risk")
    assert acting_outside.hand_on(case(), at, NURSE, NONE, TO_112, NOW) == Refusal("SU-9", "no-risk")


@pytest.mark.rule("SU-11", "SU-12", "SU-13")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE, DOCTOR, PSYCHOLOGIST])
@pytest.mark.parametrize("at", [course(SUSPICION), AT_LOW, AT_MODERATE, BOOKED, AT_HIGH])
def test_112_anybody_has_called_at_any_moment_and_the_on_call_service_an_assessor_where_risk_is_raised(
    who: Actor, at: Course
) -> None:
    one = suspected()
    assert acting_outside.hand_on(one, at, who, NONE, TO_112, NOW) == one
    outcome = acting_outside.hand_on(one, at, who, NONE, TO_ON_CALL, NOW)
    if who.profession not in ASSESSORS:
        assert outcome == Refusal("SU-3", "not-assessor")
    elif at.level not in (RiskLevel.MODERATE, RiskLevel.HIGH):
        assert outcome == Refusal("SU-11", "handed-on-level")
    else:
        assert outcome == one


@pytest.mark.rule("SU-11")
@pytest.mark.parametrize("service", Service)
def test_that_somebody_took_over_says_who_and_has_been(service: Service) -> None:
    said = HandedOn(service, "dr Nyberg", NOW)
    nobody, ahead = replace(said, whom=" "), replace(said, at=NOW + SECOND)
    assert acting_outside.hand_on(moderate(), AT_MODERATE, PSYCHOLOGIST, NONE, nobody, NOW) == Refusal(
        "SU-11", "handed-on-whom"
    )
    assert acting_outside.hand_on(moderate(), AT_MODERATE, PSYCHOLOGIST, NONE, ahead, NOW) == Refusal(
        "SU-11", "handed-on-ahead"
    )


@pytest.mark.rule("SU-9")
@pytest.mark.hazard("H9")
@given(
    st.sampled_from(SuicideRisk),
    st.sampled_from([None, NURSE, PSYCHOLOGIST]),
    st.sampled_from(CaseState),
    st.sampled_from([None, NOW + DAY]),
)
def test_a_patient_who_writes_makes_risk_that_nobody_has_wait(
    risk: SuicideRisk, owner: Actor | None, state: CaseState, due: Any
) -> None:
    one = case(
        suicide=risk, owner_id=owner.staff_id if owner else None, state=state, risk_due_at=due, risk=RiskLevel.MODERATE
    )
    after = chat.receive(one, NOW)
    assert (after.suicide is SuicideRisk.NONE) is (risk is SuicideRisk.NONE)
    if risk is not SuicideRisk.NONE and after.owner_id is None:
        assert after.suicide is SuicideRisk.AWAITING


# Somebody who is not handled here


@pytest.mark.rule("AP-4", "PR-1")
@pytest.mark.parametrize("protection", [MARKED, Protection.POPULATION])
def test_who_is_protected_is_looked_up_before_anybody_acts_outside(protection: Protection) -> None:
    refused = Refusal("AP-4", "look-first")
    assert acting_outside.call(PROTECTED, course(SUSPICION), NURSE, protection, NO_ANSWER, NOW) == refused
    assert acting_outside.hand_on(PROTECTED, course(SUSPICION), NURSE, protection, TO_112, NOW) == refused
    assert acting_outside.call(PROTECTED, LOOKED, NURSE, protection, NO_ANSWER, NOW) == PROTECTED
    assert acting_outside.hand_on(PROTECTED, LOOKED, NURSE, protection, TO_112, NOW) == PROTECTED


@pytest.mark.rule("AP-4")
@pytest.mark.parametrize(("one", "protection"), [(PROTECTED, MARKED), (WRONG, NONE)])
def test_where_nothing_more_can_be_done_here_any_clinician_calls_the_on_call_service(
    one: Case, protection: Protection
) -> None:
    assert acting_outside.hand_on(one, LOOKED, NURSE, protection, TO_ON_CALL, NOW) == one


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H1")
@pytest.mark.parametrize(
    ("one", "who", "protection", "why", "refused"),
    [
        (PROTECTED, NURSE, MARKED, "ringa henne", None),
        (PROTECTED, DOCTOR, Protection.POPULATION, "ringa henne", None),
        (PROTECTED, ADMINISTRATOR, MARKED, "ringa henne", Refusal("CH-4", "not-clinician")),
        (PROTECTED, NURSE, NONE, "ringa henne", Refusal("AP-4", "look-not-needed")),
        (PROTECTED, NURSE, Protection.UNKNOWN, "ringa henne", Refusal("AP-4", "look-not-needed")),
        (WRONG, NURSE, NONE, "ringa henne", Refusal("AP-4", "look-not-needed")),
        (case(), NURSE, MARKED, "ringa henne", Refusal("AP-4", "look-no-risk")),
        (PROTECTED, NURSE, MARKED, " ", Refusal("AP-4", "look-why")),
        (suspected(state=CaseState.ENDED), NURSE, MARKED, "ringa henne", Refusal("CH-12", "ended")),
    ],
)
def test_who_may_look_at_how_to_reach_somebody(
    one: Case, who: Actor, protection: Protection, why: str, refused: Refusal | None
) -> None:
    assert acting_outside.may_look(one, course(SUSPICION), who, protection, why, NOW, PACE) == refused


@pytest.mark.rule("AP-4", "LO-1")
@pytest.mark.parametrize("passed", [timedelta(), timedelta(minutes=10) - SECOND, timedelta(minutes=10), DAY])
@pytest.mark.parametrize("again", [NURSE, DOCTOR])
def test_there_is_one_look_that_whoever_took_it_may_repeat_for_a_while(passed: timedelta, again: Actor) -> None:
    looked = Course(looked=stated(Looked("ringa henne"), by=NURSE)[0])
    allowed = again is NURSE and passed < PACE.look_lasts
    outcome = acting_outside.may_look(PROTECTED, looked, again, MARKED, "ringa henne", NOW + passed, PACE)
    assert outcome == (None if allowed else Refusal("AP-4", "looked"))


@pytest.mark.rule("AP-4")
@given(st.sampled_from(Profession), st.sampled_from(Protection), st.sampled_from(SuicideRisk))
def test_nobody_ever_looks_where_no_suicide_risk_is_suspected_or_nobody_is_protected(
    profession: Profession, protection: Protection, risk: SuicideRisk
) -> None:
    who = replace(NURSE, profession=profession)
    if acting_outside.may_look(case(suicide=risk), UNSAID, who, protection, "ringa", NOW, PACE) is None:
        assert risk is not SuicideRisk.NONE
        assert protection in (MARKED, Protection.POPULATION)
        assert profession is not Profession.ADMINISTRATION


def test_the_examples_are_within_the_limits() -> None:
    assert PROLONGED.until - NOW == PACE.prolonged_longest
    assert VISIT.at > NOW
