"""Where the entries lead, what ending then still lacks, and that words judge nothing (SU-1 to SU-13, AP-4)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import chat, ending, risk_path, suicide
from p24tui.routine.actor import Actor
from p24tui.routine.alert import alerts
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.list_filter import ListFilter, passes
from p24tui.routine.protection import Protection
from p24tui.routine.queue import order_key
from p24tui.routine.risk_course import (
    KINDS,
    Assessment,
    Booking,
    ClosedDown,
    Course,
    Entry,
    Looked,
    NoSuspicion,
    Outcome,
    Overdue,
    Safety,
    Service,
    Stated,
    Wrote,
    course_of,
    kind_of,
)
from tests.routine.cases import NOW, PACE, UNSAID, any_case, case
from tests.routine.risks import (
    CAME,
    DAY,
    DOCTOR,
    HIGH,
    LOW,
    LOW_CERTAIN,
    MODERATE,
    NO_ANSWER,
    NURSE,
    PROLONGED,
    PSYCHOLOGIST,
    REACHED,
    REFUSES,
    SAFE,
    STAYED_AWAY,
    SUSPICION,
    TO_112,
    TO_ON_CALL,
    VISIT,
    WEEKEND,
    course,
    is_through,
    moderate,
    stated,
    suspected,
    taken,
)

LOOKED = Looked("ringa henne")
VOICEMAIL = replace(NO_ANSWER, outcome=Outcome.VOICEMAIL)
NOT_IN_USE = replace(NO_ANSWER, outcome=Outcome.NOT_IN_USE)
EVERYTHING: list[Entry] = [
    *(SUSPICION, NoSuspicion(), LOW, LOW_CERTAIN, MODERATE, HIGH, SAFE, Safety(False, "tid på mottagningen")),
    *(VISIT, CAME, STAYED_AWAY, REFUSES, WEEKEND, PROLONGED, NO_ANSWER, REACHED, TO_112, TO_ON_CALL, LOOKED),
    *(Overdue(), Wrote()),
    ClosedDown(),
]

# Where the entries lead


def test_nothing_said_is_nothing_known() -> None:
    assert course_of(()) == Course() == UNSAID


def test_every_sort_of_entry_has_a_name_of_its_own_under_which_it_is_kept() -> None:
    assert {kind_of(one) for one in EVERYTHING} == set(KINDS)
    assert all(isinstance(one, KINDS[kind_of(one)]) for one in EVERYTHING)


def test_what_need_not_be_said_is_empty_and_nobodys() -> None:
    assert (NoSuspicion().why, CAME.note, NO_ANSWER.note, TO_112.why, Safety(True).instead) == ("", "", "", "", "")
    tick = Stated(Overdue(), NOW)
    assert (tick.staff_id, tick.name, tick.profession) == (None, "", None)
    assert not LOW.certain


def test_an_assessment_is_known_with_who_signed_it() -> None:
    signed = stated(LOW_CERTAIN, by=DOCTOR)
    assert course_of(signed) == Course(RiskLevel.LOW, assessed=signed[0], certain=True)


@pytest.mark.rule("SU-2", "AP-4")
@given(st.lists(st.sampled_from(EVERYTHING), max_size=12))
def test_a_new_suspicion_begins_all_anew(before: list[Entry]) -> None:
    assert course(*before, SUSPICION) == Course()


@pytest.mark.rule("AP-4", "PR-1")
@pytest.mark.hazard("H9")
def test_who_turns_out_to_be_protected_has_not_been_acted_for_by_what_was_done_before() -> None:
    before = course(SUSPICION, MODERATE, VISIT, REACHED, TO_ON_CALL)
    after = course(SUSPICION, MODERATE, VISIT, REACHED, TO_ON_CALL, ClosedDown())
    assert after == replace(before, visit=None, calls=(), handed_on=None)
    one = case(suicide=SuicideRisk.AWAITING, risk=RiskLevel.MODERATE)
    assert risk_path.missing(one, after, Protection.MARKED, PACE) == Refusal("AP-4", "act-outside")


@pytest.mark.rule("AP-4")
def test_who_writes_again_after_it_was_acted_on_can_be_looked_up_anew() -> None:
    assert course(SUSPICION, LOOKED, REACHED).looked is not None
    assert course(SUSPICION, LOOKED, REACHED, Wrote()).looked is None


@pytest.mark.rule("SU-1", "SU-3")
def test_that_there_is_no_suspicion_leaves_an_assessment_of_low_risk_as_it_is() -> None:
    assert course(LOOKED, NoSuspicion("skojar")) == Course(RiskLevel.NO_SUSPICION, looked=stated(LOOKED)[0])
    assert course(SUSPICION, LOW, NO_ANSWER, NoSuspicion()) == course(SUSPICION, LOW, NO_ANSWER)


@pytest.mark.rule("SU-3", "SU-7", "SU-13")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize("again", [LOW, MODERATE, HIGH])
def test_what_was_decided_on_an_assessment_is_decided_anew_after_the_next(again: Assessment) -> None:
    before = (SUSPICION, LOOKED, MODERATE, CAME, REFUSES, NO_ANSWER, TO_ON_CALL, SAFE, VISIT)
    after, signed = course(*before, again), stated(again)[0]
    kept = VISIT if again is MODERATE else None
    assert after == Course(again.level, signed, visit=kept, calls=(NO_ANSWER,), looked=stated(LOOKED)[0])


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H8")
def test_what_became_of_the_visit_takes_its_place_and_a_patient_who_stayed_away_has_not_been() -> None:
    assert course(MODERATE, VISIT).visit == VISIT
    later = replace(VISIT, at=VISIT.at + DAY)
    assert course(MODERATE, VISIT, later).visit == later
    away, came = course(MODERATE, VISIT, STAYED_AWAY), course(MODERATE, VISIT, CAME)
    assert (away.visit, away.visited) == (None, None)
    assert (came.visit, came.visited) == (None, CAME)
    assert course(MODERATE, VISIT, CAME, VISIT, STAYED_AWAY).visited == CAME


@pytest.mark.rule("SU-9")
@pytest.mark.hazard("H9")
def test_when_the_patient_writes_what_was_tried_because_of_their_silence_says_no_more() -> None:
    before = (SUSPICION, MODERATE, VISIT, REFUSES, NO_ANSWER, REACHED, TO_112)
    assert course(*before, Wrote()) == replace(course(*before), calls=(), handed_on=None)


def test_what_is_kept_is_the_last_that_was_said_and_what_only_tells_the_time_changes_nothing() -> None:
    instead = Safety(False, "tid på mottagningen")
    assert course(LOW, SAFE, instead).safety == instead
    assert course(MODERATE, REFUSES, WEEKEND).decision == WEEKEND
    assert course(HIGH, TO_112, TO_ON_CALL).handed_on == TO_ON_CALL
    assert course(LOOKED, replace(LOOKED, why="igen")).looked == stated(replace(LOOKED, why="igen"))[0]
    assert course(LOW, NO_ANSWER, REACHED).calls == (NO_ANSWER, REACHED)
    for one in (PROLONGED, Overdue()):
        assert course(MODERATE, VISIT, NO_ANSWER, one) == course(MODERATE, VISIT, NO_ANSWER)


# What ending lacks


SUSPECTED = suspected()
AT_LOW = case(risk=RiskLevel.LOW, owner_id=PSYCHOLOGIST.staff_id)
AT_HIGH = suspected(risk=RiskLevel.HIGH)
MENTAL = case(mental_health=True, owner_id=PSYCHOLOGIST.staff_id)

LACKS: list[tuple[Case, tuple[Entry, ...], Refusal | None]] = [
    # nothing said, or no suspicion
    (case(), (), None),
    (MENTAL, (), Refusal("SU-1", "risk-unsaid")),
    (replace(MENTAL, risk=RiskLevel.NO_SUSPICION), (NoSuspicion(),), None),
    (case(risk_words=True), (), Refusal("SU-1", "risk-words")),
    (replace(MENTAL, risk_words=True), (), Refusal("SU-1", "risk-unsaid")),
    (case(risk=RiskLevel.NO_SUSPICION, risk_words=True), (NoSuspicion(),), Refusal("SU-1", "risk-words")),
    # suspected
    (SUSPECTED, (SUSPICION,), Refusal("SU-3", "risk-unassessed")),
    (SUSPECTED, (SUSPICION, REACHED, TO_112), Refusal("SU-3", "risk-unassessed")),
    (SUSPECTED, (NoSuspicion(), SUSPICION), Refusal("SU-3", "risk-unassessed")),
    (SUSPECTED, (SUSPICION, LOW, SAFE, SUSPICION), Refusal("SU-3", "risk-unassessed")),
    (replace(SUSPECTED, mental_health=True), (SUSPICION,), Refusal("SU-3", "risk-unassessed")),
    # low
    (AT_LOW, (SUSPICION, LOW), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW, SAFE), None),
    (AT_LOW, (SUSPICION, LOW, Safety(False, "tid i morgon")), None),
    (AT_LOW, (SUSPICION, LOW, SAFE, LOW), Refusal("SU-5", "safety-unasked")),
    (replace(AT_LOW, risk_words=True), (SUSPICION, LOW, SAFE), Refusal("SU-1", "risk-words")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER), Refusal("SU-9", "calls-left")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, VOICEMAIL), None),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NOT_IN_USE, VOICEMAIL, NO_ANSWER), None),
    (AT_LOW, (SUSPICION, NO_ANSWER, NO_ANSWER, LOW_CERTAIN), None),
    (AT_LOW, (SUSPICION, LOW, NO_ANSWER, NO_ANSWER), Refusal("SU-10", "not-certain")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, NO_ANSWER, LOW), Refusal("SU-10", "not-certain")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, REACHED), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, NO_ANSWER, REACHED), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, REACHED, NO_ANSWER), Refusal("SU-9", "calls-left")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, REACHED, NO_ANSWER, NO_ANSWER), None),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, NO_ANSWER, Wrote()), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW_CERTAIN, NO_ANSWER, Wrote(), NO_ANSWER), Refusal("SU-9", "calls-left")),
    (AT_LOW, (SUSPICION, LOW, TO_112), Refusal("SU-5", "safety-unasked")),
    (AT_LOW, (SUSPICION, LOW, NoSuspicion()), Refusal("SU-5", "safety-unasked")),
    # moderate
    (moderate(), (SUSPICION, MODERATE), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, SAFE), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, VISIT), Refusal("SU-7", "visit-awaits")),
    (moderate(), (SUSPICION, MODERATE, VISIT, Overdue()), Refusal("SU-7", "visit-awaits")),
    (moderate(), (SUSPICION, MODERATE, VISIT, CAME), None),
    (moderate(), (SUSPICION, MODERATE, VISIT, STAYED_AWAY), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, VISIT, CAME, MODERATE), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, REFUSES), None),
    (moderate(), (SUSPICION, MODERATE, WEEKEND), None),
    (moderate(), (SUSPICION, MODERATE, PROLONGED), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, NO_ANSWER, NO_ANSWER), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, REACHED), Refusal("SU-6", "visit-missing")),
    (moderate(), (SUSPICION, MODERATE, TO_ON_CALL), None),
    (moderate(), (SUSPICION, MODERATE, VISIT, TO_112), None),
    (moderate(), (SUSPICION, MODERATE, TO_ON_CALL, Wrote()), Refusal("SU-6", "visit-missing")),
    (moderate(risk_words=True), (SUSPICION, MODERATE, VISIT, CAME), Refusal("SU-3", "risk-words-anew")),
    # high
    (AT_HIGH, (SUSPICION, HIGH), Refusal("SU-13", "high-hand-on")),
    (AT_HIGH, (SUSPICION, HIGH, SAFE, REACHED), Refusal("SU-13", "high-hand-on")),
    (AT_HIGH, (SUSPICION, MODERATE, VISIT, CAME, HIGH), Refusal("SU-13", "high-hand-on")),
    (AT_HIGH, (SUSPICION, HIGH, TO_112), None),
    (AT_HIGH, (SUSPICION, HIGH, TO_ON_CALL), None),
    (AT_HIGH, (SUSPICION, HIGH, TO_112, Wrote()), Refusal("SU-13", "high-hand-on")),
    (replace(AT_HIGH, risk_words=True), (SUSPICION, HIGH, TO_112), Refusal("SU-3", "risk-words-anew")),
]


@pytest.mark.rule("SU-1", "SU-3", "SU-5", "SU-6", "SU-7", "SU-8", "SU-9", "SU-10", "SU-11", "SU-12", "SU-13")
@pytest.mark.hazard("H8", "H9")
@pytest.mark.parametrize(("one", "entries", "lacks"), LACKS)
@pytest.mark.parametrize("protection", [Protection.NONE, Protection.UNKNOWN])
def test_no_case_ends_until_its_path_allows_it_and_it_is_said_what_is_missing(
    one: Case, entries: tuple[Entry, ...], lacks: Refusal | None, protection: Protection
) -> None:
    at, mine = course(*entries), replace(one, owner_id=PSYCHOLOGIST.staff_id)
    assert risk_path.missing(mine, at, protection, PACE) == lacks
    assert ending.request_end(mine, PSYCHOLOGIST, protection, at, PACE) == (
        lacks or replace(mine, ending_by=PSYCHOLOGIST.staff_id)
    )
    begun = replace(mine, ending_by=PSYCHOLOGIST.staff_id)
    last = ending.confirm_end(begun, PSYCHOLOGIST, protection, at, PACE, NOW, 1)
    assert last == lacks or (lacks is None and taken(last).state is CaseState.ENDED)
    suspected_ = one.suicide is not SuicideRisk.NONE
    words = lacks is not None and lacks.reason in ("risk-words", "risk-words-anew", "risk-unsaid")
    assert lacks is None or words or not is_through(entries, is_suspected=suspected_, is_left=False)


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("nurse_says", [True, False])
def test_mental_health_cannot_end_without_a_word_on_suicide_risk(nurse_says: bool) -> None:
    one = replace(MENTAL, owner_id=NURSE.staff_id)
    if not nurse_says:
        refused = Refusal("SU-1", "risk-unsaid")
        assert ending.request_end(one, NURSE, Protection.NONE, UNSAID, PACE) == refused
    else:
        said = taken(suicide.say_no_suspicion(one, NURSE, Protection.NONE))
        assert isinstance(
            ending.request_end(said, NURSE, Protection.NONE, course(NoSuspicion()), PACE),
            Case,
        )


@pytest.mark.rule("SU-2", "SU-5")
def test_a_nurse_ends_where_low_risk_was_assessed_and_the_patient_has_answered_and_nothing_graver() -> None:
    mine = replace(AT_LOW, owner_id=NURSE.staff_id)
    assert isinstance(ending.request_end(mine, NURSE, Protection.NONE, course(SUSPICION, LOW, SAFE), PACE), Case)
    raised = moderate(owner_id=NURSE.staff_id, suicide=SuicideRisk.AWAITING)
    done = course(SUSPICION, MODERATE, VISIT, CAME)
    assert ending.request_end(raised, NURSE, Protection.NONE, done, PACE) == Refusal("SU-2", "suicide-risk")


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("entries", "is_suspected", "ends"),
    [
        ((), False, True),
        ((SUSPICION,), True, False),
        ((SUSPICION, LOOKED), True, False),
        ((SUSPICION, LOOKED, NO_ANSWER, NO_ANSWER, NO_ANSWER), True, False),
        ((SUSPICION, LOOKED, VOICEMAIL), True, False),
        ((SUSPICION, LOOKED, REACHED), True, True),
        ((SUSPICION, LOOKED, REACHED, NO_ANSWER), True, True),
        ((SUSPICION, LOOKED, TO_112), True, True),
        ((SUSPICION, LOOKED, TO_ON_CALL), True, True),
        ((SUSPICION, LOOKED, TO_112, Wrote()), True, False),
        ((SUSPICION, LOOKED, REACHED, Wrote()), True, False),
        ((SUSPICION, MODERATE, VISIT, CAME), True, False),
    ],
)
@pytest.mark.parametrize(
    ("facts", "protection"),
    [
        ({}, Protection.MARKED),
        ({}, Protection.POPULATION),
        ({"wrong_patient_at": NOW}, Protection.NONE),
        ({"mental_health": True}, Protection.MARKED),
        ({"mental_health": True, "wrong_patient_at": NOW}, Protection.NONE),
    ],
)
def test_what_is_not_handled_here_ends_once_suspected_risk_was_acted_on_outside(
    entries: tuple[Entry, ...], is_suspected: bool, ends: bool, facts: dict[str, Any], protection: Protection
) -> None:
    one = case(suicide=SuicideRisk.AWAITING if is_suspected else SuicideRisk.NONE, **facts)
    lacks = None if ends else Refusal("AP-4", "act-outside")
    assert risk_path.missing(one, course(*entries), protection, PACE) == lacks
    outcome = ending.request_end(one, NURSE, protection, course(*entries), PACE)
    assert outcome == (lacks or replace(one, ending_by=NURSE.staff_id))
    assert is_through(entries, is_suspected=is_suspected, is_left=True) is ends


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
def test_a_case_that_opens_again_still_knows_the_last_day_for_its_visit() -> None:
    at = course(SUSPICION, MODERATE, VISIT, TO_ON_CALL)
    begun = moderate(ending_by=PSYCHOLOGIST.staff_id, risk_due_at=VISIT.at)
    over = taken(ending.confirm_end(begun, PSYCHOLOGIST, Protection.NONE, at, PACE, NOW, 1))
    assert (over.risk_due_at, over.visit_by) == (None, begun.visit_by)
    assert not suicide.is_due(over, NOW + 9 * DAY)
    again = chat.receive(over, NOW)
    assert again.suicide is SuicideRisk.AWAITING
    held = taken(chat.claim(again, PSYCHOLOGIST, Protection.NONE))
    assert suicide.is_due(held, NOW + 3 * DAY)


# Words are read, and judge nothing


@pytest.mark.rule("SU-1")
@given(
    any_case(),
    st.sampled_from([NURSE, DOCTOR]),
    st.sampled_from([{"risk_words": True}, {"mental_health": True}]),
    st.sampled_from([None, NOW - timedelta(days=9)]),
)
def test_words_change_no_order_and_no_alarm_and_make_no_suspicion(
    one: Case, who: Actor, flagged: dict[str, bool], unread_before: Any
) -> None:
    read = replace(one, **flagged)
    assert order_key(read) == order_key(one)
    assert alerts(read, unread_before) == alerts(one, unread_before)
    assert suicide.is_due(read, NOW + DAY) is suicide.is_due(one, NOW + DAY)
    for chosen in (ListFilter(), ListFilter(mine=True), ListFilter(unread=True)):
        assert passes(chosen, read, who.staff_id, NOW) is passes(chosen, one, who.staff_id, NOW)
    assert chat.receive(read, NOW) == replace(chat.receive(one, NOW), **flagged)
    for after, before in (
        (chat.claim(read, who, Protection.NONE), chat.claim(one, who, Protection.NONE)),
        (chat.release(read, who), chat.release(one, who)),
        (chat.answer(read, who, Protection.NONE, NOW), chat.answer(one, who, Protection.NONE, NOW)),
    ):
        if isinstance(before, Case):
            assert after == replace(before, **flagged)
        else:
            assert after == before


def test_the_examples_are_what_they_say() -> None:
    assert isinstance(VISIT, Booking)
    assert {TO_112.service, TO_ON_CALL.service} == set(Service)


@pytest.mark.rule("AP-4", "SU-1", "SU-2")
@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("facts", "protection", "is_suspected", "lacks"),
    [
        ({}, Protection.MARKED, False, None),
        ({"risk_words": True}, Protection.MARKED, True, Refusal("AP-4", "act-outside")),
        ({"risk_words": True}, Protection.POPULATION, True, Refusal("AP-4", "act-outside")),
        ({"risk_words": True, "wrong_patient_at": NOW}, Protection.NONE, False, Refusal("SU-1", "risk-words")),
        ({"wrong_patient_at": NOW}, Protection.NONE, False, None),
        ({"risk_words": True}, Protection.NONE, False, Refusal("SU-1", "risk-words")),
    ],
)
def test_words_that_nobody_reads_count_as_suspicion_and_others_are_spoken_of(
    facts: dict[str, Any], protection: Protection, is_suspected: bool, lacks: Refusal | None
) -> None:
    one = case(**facts)
    assert risk_path.is_suspected(one, protection) is is_suspected
    assert risk_path.missing(one, UNSAID, protection, PACE) == lacks
    assert risk_path.missing(one, course(TO_112), protection, PACE) == (None if is_suspected else lacks)
