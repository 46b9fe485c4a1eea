"""Somebody logged in as themself for another: explained, ended, marked and locked, and a guardian let through (AP)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import assessment, chat, closing, ending, handover, suicide, takeover, wrong_patient
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, Need, RiskLevel, SuicideRisk, Urgency, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.handover import NO_CONSENT, Target
from p24tui.routine.identity import age_on
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Assessment, Course, Entry
from tests.routine.cases import NOW, PACE, UNIT, UNSAID, case
from tests.routine.risks import (
    ADMINISTRATOR,
    DAY,
    DOCTOR,
    HIGH,
    LOW,
    MIDWIFE,
    MODERATE,
    NO_ANSWER,
    NURSE,
    PSYCHOLOGIST,
    REACHED,
    REFUSES,
    SUSPICION,
    TO_112,
    TO_ON_CALL,
    course,
    taken,
)

NONE = Protection.NONE
BEFORE_BIRTHDAY, BIRTHDAY = date(2026, 11, 22), date(2026, 11, 23)


def marked(
    one: Case, who: Actor = NURSE, at: Course = UNSAID, known: Protection = NONE, *, by_proxy: bool = False
) -> Case | Refusal:
    return wrong_patient.mark(one, who, known, at, PACE, NOW, by_proxy=by_proxy)


@pytest.mark.rule("AP-1")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("born", "guardians", "today", "is_let_through"),
    [
        (date(2013, 11, 23), 1, BEFORE_BIRTHDAY, True),  # the last day at twelve
        (date(2013, 11, 23), 1, BIRTHDAY, False),  # thirteen today
        (date(2013, 11, 23), 2, BIRTHDAY + DAY, False),
        (date(2012, 2, 29), 1, date(2025, 2, 28), True),  # thirteen on 1 March, in a year without a leap day
        (date(2012, 2, 29), 1, date(2025, 3, 1), False),
        (date(2016, 2, 29), 1, date(2029, 2, 28), True),
        (date(2013, 12, 31), 1, date(2026, 12, 30), True),
        (date(2013, 12, 31), 1, date(2026, 12, 31), False),
        (date(2014, 1, 1), 1, date(2026, 12, 31), True),
        (date(2026, 11, 23), 1, BIRTHDAY, True),  # born today
        (date(2020, 5, 1), 0, BIRTHDAY, False),  # no guardian on record
        (date(2020, 5, 1), 1, BIRTHDAY, True),
        (date(2020, 5, 1), 2, BIRTHDAY, True),
        (date(1980, 5, 1), 1, BIRTHDAY, False),
        (None, 2, BIRTHDAY, False),  # nobody knows how old
        (None, 0, BIRTHDAY, False),
    ],
)
def test_only_a_guardian_who_is_proxy_for_their_own_child_is_let_through(
    born: date | None, guardians: int, today: date, is_let_through: bool
) -> None:
    assert wrong_patient.is_let_through(born, guardians, today, 13) is is_let_through


@pytest.mark.rule("AP-1")
@pytest.mark.hazard("H14")
@given(st.dates(date(2008, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2032, 1, 1)), st.integers(0, 3))
def test_who_is_let_through_today_never_is_again_once_they_are_not(born: date, today: date, guardians: int) -> None:
    now, tomorrow = (wrong_patient.is_let_through(born, guardians, day, 13) for day in (today, today + DAY))
    assert now or not tomorrow
    if now and not tomorrow:
        assert age_on(born, today + DAY) == 13


@pytest.mark.rule("AP-1", "AP-2", "AP-3")
@pytest.mark.hazard("H15")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE, DOCTOR, PSYCHOLOGIST])
@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.ENDED}))
@pytest.mark.parametrize("is_mine", [True, False])
def test_it_ends_at_once_and_is_marked_and_no_day_is_added(who: Actor, state: CaseState, is_mine: bool) -> None:
    after = taken(marked(case(state=state, owner_id=who.staff_id if is_mine else None, ending_by="x"), who))
    assert (after.state, after.ended_at, after.wrong_patient_at) == (CaseState.ENDED, NOW, NOW)
    assert (after.answer_until, after.owner_id, after.waiting_since, after.ending_by) == (None, None, None, None)


@pytest.mark.rule("AP-1", "AP-4", "CH-11", "PR-1")
@pytest.mark.parametrize(
    ("facts", "who", "known", "by_proxy", "refused"),
    [
        ({"owner_id": DOCTOR.staff_id}, NURSE, NONE, False, Refusal("CH-11", "owned")),
        ({"state": CaseState.ENDED}, NURSE, NONE, False, Refusal("CH-12", "ended")),
        ({"wrong_patient_at": NOW}, NURSE, NONE, False, Refusal("AP-1", "wrong-patient")),
        ({}, ADMINISTRATOR, NONE, False, Refusal("CH-4", "not-clinician")),
        ({}, NURSE, Protection.MARKED, False, Refusal("PR-1", "protected")),
        ({}, NURSE, NONE, True, Refusal("AP-1", "guardian-proxy")),
        ({"video": Video.ON}, NURSE, NONE, False, Refusal("VI-14", "video-on")),
        ({"unread": 1}, NURSE, NONE, False, Refusal("CH-7", "unread")),
        ({"unread_free_text": 1}, NURSE, NONE, False, Refusal("CH-7", "unread")),
        (
            {"owner_id": NURSE.staff_id, "suicide": SuicideRisk.AWAITING, "handed_at": NOW, "handed_to": "doctor"},
            NURSE,
            NONE,
            False,
            Refusal("SU-2", "suicide-handover"),
        ),
    ],
)
def test_when_a_case_is_not_marked(
    facts: dict[str, Any], who: Actor, known: Protection, by_proxy: bool, refused: Refusal
) -> None:
    assert marked(case(**facts), who, course(SUSPICION, TO_112), known, by_proxy=by_proxy) == refused


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("at", "is_done"),
    [
        (UNSAID, False),
        (course(SUSPICION), False),
        (course(SUSPICION, NO_ANSWER, NO_ANSWER), False),
        (course(SUSPICION, REACHED), True),
        (course(SUSPICION, TO_112), True),
    ],
)
def test_suspected_suicide_risk_is_acted_on_outside_first_and_nothing_else_is_asked(at: Course, is_done: bool) -> None:
    outcome = marked(case(suicide=SuicideRisk.AWAITING), NURSE, at)
    assert isinstance(outcome, Case) is is_done
    if not is_done:
        assert outcome == Refusal("AP-4", "act-outside")
    assert taken(marked(case(mental_health=True))).state is CaseState.ENDED
    assert marked(case(mental_health=True, risk_words=True)) == Refusal("SU-1", "risk-words")
    assert taken(marked(case(risk=RiskLevel.LOW), NURSE, course(SUSPICION, LOW))).state is CaseState.ENDED


@pytest.mark.rule("AP-4", "SU-6", "SU-13")
@pytest.mark.hazard("H8", "H15")
@pytest.mark.parametrize(
    ("level", "refused", "through"),
    [
        (MODERATE, Refusal("SU-6", "visit-missing"), REFUSES),
        (MODERATE, Refusal("SU-6", "visit-missing"), TO_ON_CALL),
        (HIGH, Refusal("SU-13", "high-hand-on"), TO_112),
    ],
)
def test_risk_that_was_assessed_as_raised_goes_its_whole_way_first(
    level: Assessment, refused: Refusal, through: Entry
) -> None:
    raised = case(suicide=SuicideRisk.AWAITING, risk=level.level)
    assert marked(raised, NURSE, course(SUSPICION, level)) == refused
    assert marked(raised, NURSE, course(SUSPICION, level, REACHED)) == refused
    assert isinstance(marked(raised, NURSE, course(SUSPICION, level, through)), Case)


@pytest.mark.rule("AP-3")
@pytest.mark.hazard("H15")
@pytest.mark.parametrize("who", [NURSE, DOCTOR])
def test_what_was_marked_is_locked_also_when_it_opens_again(who: Actor) -> None:
    again = chat.read(chat.receive(taken(marked(case(owner_id=who.staff_id), who)), NOW))
    assert (again.state, again.wrong_patient_at, again.owner_id) == (CaseState.ANSWERED, NOW, None)
    assert chat.may_note(again, NONE) == Refusal("AP-3", "wrong-patient-locked")
    mine, today = replace(again, owner_id=who.staff_id), NOW.date()
    target = Target(UNIT, PSYCHOLOGIST.profession or DOCTOR.profession)  # type: ignore[arg-type]
    for tried in (
        chat.claim(again, who, NONE),
        chat.answer(mine, who, NONE, NOW),
        assessment.assess(again, who, NONE, Urgency.CAN_WAIT, Need.NEW, NOW),
        closing.tell(again, who, NONE, today, NOW),
        closing.may_end_with_day(again, who, NONE),
        handover.offer(mine, who, NONE, target, NO_CONSENT, NOW),
        takeover.ask(mine, PSYCHOLOGIST, NONE, "jag har tid", NOW),
        suicide.assess(mine, UNSAID, who, NONE, LOW, NOW, PACE),
        marked(again, who),
    ):
        assert tried == Refusal("AP-1", "wrong-patient")
    assert taken(suicide.suspect(again, who, NONE, SUSPICION)).suicide is SuicideRisk.AWAITING


@pytest.mark.rule("AP-2", "AP-4")
def test_what_was_marked_and_opens_again_may_be_ended_by_anyone_who_has_read_it() -> None:
    again = chat.receive(taken(marked(case())), NOW)
    assert ending.request_end(again, NURSE, NONE, UNSAID, PACE) == Refusal("CH-7", "unread")
    asked = taken(ending.request_end(chat.read(again), DOCTOR, NONE, UNSAID, PACE))
    over = taken(ending.confirm_end(replace(asked, state=CaseState.WAITING), DOCTOR, NONE, UNSAID, PACE, NOW, 1))
    assert (over.state, over.answer_until) == (CaseState.ENDED, None)


def test_the_word_for_it_is_the_routines_own() -> None:
    assert wrong_patient.ANAMNESIS == "OBS FEL PATIENT"
